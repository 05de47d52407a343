/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A person's act as rupturectl hands it in: a file in commands/, and the engine's answer waited for.
 */
#ifndef RUPTURED_CLI_ACT_H
#define RUPTURED_CLI_ACT_H

#include "cli/tool.h"

/* Each may be NULL or absent: not said (app/commands.h has the keys). */
struct act {
	const char *act;
	const char *alert, *case_id, *key;
	const char *verdict, *rule, *member, *until;
	int64_t silence; /* 0: none */
	bool all;
	struct str note, reason;
	bool quietly; /* say nothing when it is done */
};

/* Prints the answer; EXIT_FINE when it is done, EXIT_WRONG when it was refused, EXIT_AGAIN when nobody answers. */
int act_hand_in(struct tool *t, const struct act *act);
/* Takes "--until X" and the like out of argv, those whose names are in `allowed` ("until reason"); the new argc, or -1 with
 * the misuse told. */
int act_options(struct act *act, const char *allowed, int argc, char **argv);
/* The words from argv[0] on, with a space between; in a. */
struct str act_words(struct arena *a, int argc, char **argv);

#endif
