/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The counters of a backtest, a set of them a thread: filled case by case, then put together.  Only backtest.c calls it.
 */
#ifndef RUPTURED_APP_BACKTEST_TALLY_H
#define RUPTURED_APP_BACKTEST_TALLY_H

#include "app/backtest.h"

/* One case under all sets. */
struct backtest_case {
	size_t index;
	const struct corpus_case *corpus;
	struct history *const *histories;  /* one a set */
	const struct retelling *told;	   /* one a set */
	const uint64_t *true_sessions;	   /* one a set */
};

/* `scratch` lives as long as the case. */
void backtest_tally(struct backtest *b, const struct backtest_options *o, struct arena *scratch,
		    const struct backtest_case *c);
/* Adds `from` to b. */
void backtest_merge(struct backtest *b, const struct backtest *from);
/* Rows by name, weeks and changes in order, and no more changes than asked for. */
void backtest_finish(struct backtest *b, size_t list_max);

#endif
