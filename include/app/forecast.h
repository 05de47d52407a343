/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * forecast: which messages would have left by the routes, had these announcements been made: alone, in groups, in
 * digests, under budgets.
 *
 * Budgets and digests are the clinic's, and cases are retold one by one; so all announcements are brought into the
 * order of time first, in a scratch file, and then go through dispatch_plan() as the engine's do (app/dispatch.c,
 * app/held.c). What is sent because nobody answered, and what people silenced, is not in the past that is retold, and
 * not in here.
 */
#ifndef RUPTURED_APP_FORECAST_H
#define RUPTURED_APP_FORECAST_H

#include "base/error.h"
#include "core/dispatch.h"
#include "core/retell.h"

/* An announcement on its way to one sink.  Rules and routes are borrowed for as long as the forecast lives.  It is
 * written to the scratch file as it is: no padding in it. */
struct forecast_row {
	size_t set; /* of the rule sets that are forecast side by side */
	int64_t at;
	size_t case_index, order, nth; /* the case; its announcement; the sink of that one */
	size_t alert;		       /* the case's incident */
	size_t following;	       /* how many more are about that incident, to this sink */
	const struct rule *rule;
	enum severity severity;
	int state;
	struct delivery to; /* sink absent: reaches nobody */
};

/* One message that leaves. */
struct forecast_message {
	size_t set;
	int64_t at;
	enum dispatch_how how; /* DISPATCH_GROUP: of two alerts and more, one alone is none */
	struct str route, sink;
	size_t alerts;	  /* incidents it tells of */
	size_t by_budget; /* of these, in a digest only because the budget was spent */
};

struct forecast;
int forecast_open(struct forecast **ret, struct error *e);
void forecast_close(struct forecast *f);

/* One a thread. */
struct forecast_writer;
struct forecast_writer *forecast_writer_new(struct forecast *f);
int forecast_put(struct forecast_writer *w, const struct forecast_row *row, struct error *e);
/* All announcements of a case, on their ways by the routes.  `told` is what retell() made of it. */
struct forecast_case {
	size_t set, index;
	const struct retelling *told;
	const struct history *history;
	const struct ruleset *rules;
	const struct routes *routes;
	struct str nobody; /* the name of the route of what none takes */
};
int forecast_put_case(struct forecast_writer *w, struct arena *scratch, const struct forecast_case *c, struct error *e);
/* Who hears the n-th of its messages depends on this. */
struct dispatch_facts forecast_facts(const struct forecast_case *c, struct arena *scratch, size_t message);
/* Frees w; what it still holds is written. */
int forecast_writer_end(struct forecast_writer *w, struct error *e);

/* After all writers have ended: the rows by set, time, case, announcement and sink.  `row` returns -1 to stop. */
int forecast_sorted(struct forecast *f, int (*row)(void *user, const struct forecast_row *r), void *user,
		    struct error *e);
/* The same through groups, digests and budgets; messages by set and time. */
int forecast_run(struct forecast *f, void (*sent)(void *user, const struct forecast_message *m), void *user,
		 struct error *e);

#endif
