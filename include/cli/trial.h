/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `backtest` and `tune` share: the past, the rules to try on it, labels, threads, progress.
 */
#ifndef RUPTURED_CLI_TRIAL_H
#define RUPTURED_CLI_TRIAL_H

#include "app/backtest.h"
#include "app/ruledir.h"
#include "cli/progress.h"
#include "cli/tool.h"
#include "core/sweep.h"

struct trial {
	struct arena arena;
	struct strs base; /* --rules: instead of those in force */
	struct strs with; /* --with: files beside them */
	const char *records, *labels_file;
	int64_t as_of; /* DATE_NONE: now; of records, their last session */
	size_t jobs;
	struct config *config;
	struct corpus *corpus;
	mark_list labels;
	size_t labels_here; /* after a run: those whose case and session are in the past */
	struct progress progress;
	/* Phrases that are others, or new, against those that the store's sessions were searched for. */
	struct strs unheard, unlooked;
};

/* Takes argv[*i] and its value if it is one of the shared options; *rc is not EXIT_FINE when it is wrong. */
bool trial_option(struct trial *t, int argc, char **argv, int *i, int *rc);
/* Configuration and labels; EXIT_FINE, or the reason is printed. */
int trial_begin(struct trial *t, const struct tool *tool);
void trial_end(struct trial *t);

/* Those in force, or --rules; `with`: and the files beside them.  Paths that are not there are wrong. */
int trial_sources(struct trial *t, bool with, struct rule_sources *ret);
int trial_sources_at(struct trial *t, const char *path, struct rule_sources *ret);
/* NULL with the faults printed.  text: an override to try, absent: none; faults: where the faults go instead, or NULL.
 */
struct ruleset *trial_compile(struct trial *t, const struct rule_sources *sources, struct str text, struct buf *faults);
/* The sets of rules at all values of a sweep, as an array in the trial's arena: NULL at those that do not suit the
 * rule. NULL with the faults printed when the rule may not be overridden at all. */
struct ruleset **trial_values(struct trial *t, const struct rule_sources *sources, const struct sweep *s);

/* The past, with the phrases of these sets: EXIT_FINE, or the reason is printed. */
int trial_open(struct trial *t, const struct ruleset *a, const struct ruleset *b);
/* Runs over it.  options: sets, n, only, routes, list_max; the rest is filled in. */
int trial_run(struct trial *t, struct backtest_options *options, struct backtest *ret);
/* The rules at each value (NULL: none): *ret_sides has one a value, NULL where there are no rules; in the trial's
 * arena. */
int trial_run_values(struct trial *t, const struct sweep *sweep, struct ruleset *const *rules, struct backtest *ret,
		     const struct backtest_side ***ret_sides);
/* After a run: a line about records and labels that were left out, on standard error. */
void trial_tell_left_out(const struct trial *t);

#endif
