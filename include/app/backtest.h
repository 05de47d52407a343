/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * backtest: what several rule sets would have told over the same past, and how the first two of them differ.
 *
 * Case by case, on all cores, through the very judge() and announce() (core/retell.h).  Only counters stay, and as many
 * of the changed alerts as were asked for; the outcome is the same whatever the number of threads.
 */
#ifndef RUPTURED_APP_BACKTEST_H
#define RUPTURED_APP_BACKTEST_H

#include <stdatomic.h>

#include "app/corpus.h"
#include "core/compare.h"
#include "core/route.h"

#define BACKTEST_PAIR	2 /* the sets that are compared: old, new */
#define BACKTEST_PARTS	5
#define BACKTEST_NOBODY STR("(nobody)") /* in place of a route: no sink is to get it */

/* What one rule set would have told. */
struct backtest_side {
	uint64_t alerts, grave, messages; /* grave: warnings and above at their worst */
	uint64_t true_sessions;		  /* in which the rule asked about is true; 0 without `only` */
	struct mark_counts marks;
	struct mark_counts parts[BACKTEST_PARTS]; /* the same by part of the cases: every fifth */
};

/* By Mondays: week 0 begins on 1969-12-29. */
struct backtest_week {
	int64_t week;
	uint64_t alerts[BACKTEST_PAIR], messages[BACKTEST_PAIR];
	uint64_t changes[CHANGE_KINDS]; /* by the week of the new alert, where there is one */
};
int64_t backtest_week_begins(int64_t week);

/*
 * Of a rule, a route and its sink, a supervisor, or of all.  Of a route, messages are those that leave: an alert alone,
 * a group, a digest (app/forecast.h), and alerts the incidents they tell of.  Elsewhere messages are announcements: an
 * alert and all that follows of it.
 */
struct backtest_row {
	struct str name, sink; /* sink: of a route, else absent */
	uint64_t alerts[BACKTEST_PAIR], messages[BACKTEST_PAIR];
	uint64_t changes[CHANGE_KINDS];
	struct mark_counts marks[BACKTEST_PAIR]; /* of rules: right and wrong alone */
	VEC(struct backtest_week) weeks;	 /* in order */
	/* Of a route: how the messages leave, and how many announcements are in digests because the budget was spent.
	 */
	uint64_t groups[BACKTEST_PAIR], digests[BACKTEST_PAIR], by_budget[BACKTEST_PAIR];
	int64_t budget; /* of a route, messages in seven days; 0: none */
};
typedef VEC(struct backtest_row) backtest_rows;

/* A changed alert, in tokens. */
struct backtest_change {
	size_t case_index, order; /* where it stands in the list */
	enum change_kind kind;
	struct str case_name, rule, member, other;
	struct {
		int64_t at; /* DATE_NONE: there is none */
		size_t ordinal;
		enum severity severity; /* at its worst */
	} was, is;
};
typedef VEC(struct backtest_change) backtest_changes;

struct backtest {
	struct arena arena;
	struct backtest_side *sides; /* one a set */
	size_t n;
	uint64_t cases, sessions;
	uint64_t labels; /* those whose case and session are here */
	int64_t first, last; /* sessions; DATE_NONE without any */
	struct backtest_row all;
	backtest_rows rules, routes, supervisors; /* by name */
	struct strs unheard, unlooked;		  /* lexicons that could not be tried, of the options; borrowed */
	backtest_changes changes;		  /* by case, then time: at most list_max of them */
};

struct backtest_set {
	const struct ruleset *rules;
	size_t phrases; /* which of the corpus's sets of phrases are its own */
};

struct backtest_options {
	const struct backtest_set *sets;
	size_t n;
	struct str only;	     /* sides count this rule alone; absent: all */
	const struct routes *routes; /* NULL: the first two are not compared */
	/* Over a store, or NULL: lexicons whose hits are taken as unknown, in all sets; and those nobody looked for. */
	const struct strs *unheard, *unlooked;
	const mark_list *labels; /* or NULL */
	int64_t as_of;
	size_t list_max, jobs;
	void (*progress)(void *user, size_t done, size_t n); /* or NULL */
	void *user;
	const atomic_bool *abandon; /* once set (by `progress`), no further case is begun and the run fails; or NULL */
};

/* backtest_release when done, whatever the outcome. */
int backtest_run(struct corpus *corpus, const struct backtest_options *options, struct backtest *ret, struct error *e);
void backtest_release(struct backtest *b);

/* How many weeks the past is long, at least one. */
double backtest_weeks(const struct backtest *b);

#endif
