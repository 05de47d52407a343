/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between preview.c, which makes a round on each save, and preview_report.c, which shows it.
 */
#ifndef RUPTURED_CLI_PREVIEW_ROUND_H
#define RUPTURED_CLI_PREVIEW_ROUND_H

#include "app/backtest.h"
#include "app/rulelay.h"
#include "cli/screen.h"
#include "cli/testing.h"

/* What of a round the next one is held against; it owns its names. */
struct preview_sum {
	struct arena arena;
	int64_t at; /* 0: there was none */
	size_t errors, warnings, failed;
	struct strs failing; /* "rule: test" */
	bool tested, tried;
	uint64_t alerts;
};

struct preview_round {
	struct arena arena;
	int64_t at;
	const struct strs *paths, *changed;
	struct rulelay lay;
	struct ruleset *rules; /* NULL: they have errors */
	struct buf text;       /* their faults and warnings */
	struct rule_faults faults;
	struct str trouble; /* why they could not even be read, or absent */
	bool tested;
	struct testing tests;
	bool tried;
	struct backtest backtest;
	struct str not_tried; /* why there is no backtest, or absent: not wanted */
	struct str against;   /* which rules it is held against */
};

enum preview_part { PREVIEW_HEAD, PREVIEW_SINCE, PREVIEW_LINT, PREVIEW_TESTS, PREVIEW_BACKTEST, PREVIEW_PARTS };

/* What the round says so far, part by part; `last` is the round before. */
void preview_text(const struct preview_round *r, const struct preview_sum *last, struct screen_part parts[PREVIEW_PARTS]);
void preview_json(const struct preview_round *r, const struct preview_sum *last, struct json *j);
/* Into *ret, which knows the rounds before. */
void preview_sum_up(const struct preview_round *r, struct preview_sum *ret);

#endif
