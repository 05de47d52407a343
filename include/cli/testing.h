/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Running the tests that stand in rules, once (test.c) or on each save (preview.c), and saying what came of it.
 */
#ifndef RUPTURED_CLI_TESTING_H
#define RUPTURED_CLI_TESTING_H

#include "app/ruledir.h"
#include "core/json.h"
#include "core/scenario.h"

struct testing_case {
	size_t rule;
	struct str name, file;
	uint32_t line;
	bool passed;
	struct str message; /* of one that failed */
};

/* What is run.  `sources` are those that the rules were compiled from. */
struct testing_request {
	const struct rule_sources *sources;
	const struct strs *chosen; /* files whose tests are run; none: all */
	struct str rule;	   /* a pattern, or absent: all */
	const struct strs *first;  /* files whose tests come first, or NULL */
	int64_t until_ms;	   /* by the monotonic clock: no test is begun after it; 0: none */
};

struct testing {
	struct arena arena;
	const struct ruleset *rules; /* in force; borrowed */
	struct scenario_suite suite;
	struct ruleset *written; /* as in their own files, where that is something else; or NULL */
	struct scenario_suite written_suite;
	VEC(struct testing_case) cases; /* in the order run: by file, and as they stand there */
	bool *asked;			/* by rule: it was chosen by path or id */
	size_t passed, failed, retired; /* retired: tests that were left out with their rules */
	size_t as_written;		/* tests of rules that are changed elsewhere */
	size_t not_run;			/* the time was up */
};

/* False when no rule is like request->rule.  testing_release in any case. */
bool testing_run(const struct ruleset *rules, const struct testing_request *request, struct testing *ret);
void testing_release(struct testing *t);
/* Rules that some test fires, of those asked about. */
void testing_count_fired(const struct testing *t, size_t *ret_fired, size_t *ret_all);

void testing_text(const struct testing *t, bool verbose, struct buf *out);
/* A map. */
void testing_json(const struct testing *t, struct json *j);
/* One <testsuite> a rule. */
void testing_junit(const struct testing *t, struct buf *out);

#endif
