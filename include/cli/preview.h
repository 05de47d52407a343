/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The live preview: on each save the rules are checked, their tests are run, and what they would have told over one's own
 * past is held against the rules in force.
 */
#ifndef RUPTURED_CLI_PREVIEW_H
#define RUPTURED_CLI_PREVIEW_H

#include "cli/tool.h"

struct preview_options {
	struct strs paths; /* watched; what stands there is laid over the base, file by file */
	struct strs base;  /* in force */
	bool configured;   /* the base is that of the configuration: what the engine has in force is in the store */
	bool tests_only;
	const char *records; /* the past, a directory; NULL: the store */
	struct str rule;     /* whose tests, a pattern; or absent */
};

/* Until it is ended (Ctrl-C): EXIT_FINE, EXIT_FOUND when there were errors or failed tests last, EXIT_WRONG. */
int preview_run(const struct tool *t, struct preview_options *options);

#endif
