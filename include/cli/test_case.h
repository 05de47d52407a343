/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rupturectl test --from-case: a case of the store, written as tests of rules.
 */
#ifndef RUPTURED_CLI_TEST_CASE_H
#define RUPTURED_CLI_TEST_CASE_H

#include "cli/tool.h"

struct test_case_options {
	const struct strs *rules; /* paths; none: the configured rules */
	struct str rule;	  /* a pattern; absent: those that find something in the case */
	const char *case_name;	  /* its token, or the clinic's id */
	const char *sessions;	  /* "3-12", or NULL: all */
};

/*
 * On standard output.  What was written is read back and run: EXIT_FOUND, and the differences on standard error, when the
 * rules judge it otherwise than the case itself.
 */
int test_case_write(const struct tool *t, const struct test_case_options *options);

#endif
