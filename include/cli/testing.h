/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between test.c, which runs the rules' tests, and test_report.c, which says what came of it.
 */
#ifndef RUPTURED_CLI_TESTING_H
#define RUPTURED_CLI_TESTING_H

#include "core/json.h"
#include "core/scenario.h"

struct testing_case {
	size_t rule;
	struct str name, file;
	uint32_t line;
	bool passed;
	struct str message; /* of one that failed */
};

struct testing {
	const struct ruleset *rules; /* in force */
	struct scenario_suite suite;
	const struct ruleset *written; /* as in their own files, where that is something else; or NULL */
	struct scenario_suite written_suite;
	VEC(struct testing_case) cases; /* in the order run: by file, and as they stand there */
	bool *asked;			/* by rule: it was chosen by path or id */
	size_t passed, failed, retired; /* retired: tests that were left out with their rules */
	size_t as_written;		/* tests of rules that are changed elsewhere */
};

void testing_text(const struct testing *t, bool verbose);
void testing_json(const struct testing *t, struct json *j);
/* One <testsuite> a rule. */
void testing_junit(const struct testing *t, struct buf *out);

#endif
