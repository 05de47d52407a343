/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `tune` has tried, from tune.c to tune_report.c.
 */
#ifndef RUPTURED_CLI_TUNE_H
#define RUPTURED_CLI_TUNE_H

#include "cli/trial.h"
#include "cli/trial_report.h"
#include "core/tuning.h"

struct tune_request {
	struct trial trial;
	const char *rule, *output;
	double budget; /* alerts a week; INFINITY */
};

/* One threshold and what came of it. */
struct tried {
	struct sweep sweep;
	struct ruleset **rules;
	struct backtest found;
	struct curve curve;
	struct tuning_point *points;
	struct tuning tuning;
	size_t barred; /* values not looked at, as a rule for safety is not made less sensitive */
};

struct tuning_run {
	const struct tool *tool;
	struct tune_request *rq;
	struct rule_sources sources;
	struct ruleset *rules;
	const struct rule *rule;
	VEC(struct tried) all;
	const struct tried *chosen; /* or NULL */
	struct mark_counts crossed; /* of cases that had no part in the choice */
	struct buf out;
};

/* Prints what came of it, and writes the override if there is one: the exit code. */
int tune_report(struct tuning_run *r);

#endif
