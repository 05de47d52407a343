/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The counters of a backtest, a set of them a thread: filled case by case, then put together.  Only backtest.c calls
 * it.
 */
#ifndef RUPTURED_APP_BACKTEST_TALLY_H
#define RUPTURED_APP_BACKTEST_TALLY_H

#include "app/backtest.h"
#include "app/forecast.h"

/* One case under all sets. */
struct backtest_case {
	size_t index;
	const struct corpus_case *corpus;
	struct history **histories; /* one a set, which may be the same */
	struct retelling *told;	    /* one a set */
	uint64_t *true_sessions;    /* one a set */
};

/* `scratch` lives as long as the case. */
void backtest_tally(struct backtest *b, const struct backtest_options *o, struct arena *scratch,
		    const struct backtest_case *c);
/* The case's announcements, on their way to those whom the routes name. */
int backtest_send(struct forecast_writer *w, const struct backtest_options *o, struct arena *scratch,
		  const struct backtest_case *c, struct error *e);
/* What leaves in the end; user: the struct backtest. */
void backtest_count_sent(void *user, const struct forecast_message *m);
/* The row and the week, made at first sight. */
struct backtest_row *backtest_row_of(struct arena *a, backtest_rows *rows, struct str name, struct str sink);
struct backtest_week *backtest_week_at(struct arena *a, struct backtest_row *r, int64_t at);
/* What routes ask of the announcement `message` of set `set`. */
struct dispatch_facts backtest_facts(const struct backtest_options *o, struct arena *scratch,
				     const struct backtest_case *c, size_t set, size_t message);
/* Adds `from` to b. */
void backtest_merge(struct backtest *b, const struct backtest *from);
/* Rows by name, weeks and changes in order, and no more changes than asked for. */
void backtest_finish(struct backtest *b, size_t list_max);

#endif
