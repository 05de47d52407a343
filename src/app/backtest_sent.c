/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A backtest's announcements as rows of the forecast, and the messages that come of it as rows of the backtest.
 */
#include "app/backtest_tally.h"
#include "core/origin.h"

struct dispatch_facts backtest_facts(const struct backtest_options *o, struct arena *scratch,
				     const struct backtest_case *c, size_t set, size_t message)
{
	const struct retold *m = &c->told[set].messages.items[message];
	struct dispatch_facts facts = {
		.rule = &o->sets[set].rules->rules[c->told[set].alerts.items[m->alert].rule],
		.severity = m->severity,
		.state = m->state,
	};

	origin_find(scratch, c->histories[set], m->ordinal, &facts);
	return facts;
}

typedef VEC(struct forecast_row) row_list;

static void list_rows(const struct backtest_options *o, struct arena *scratch, const struct backtest_case *c,
		      size_t set, row_list *ret)
{
	static const struct delivery nobody = { BACKTEST_NOBODY, { NULL, 0 }, NULL };

	for (size_t i = 0; i < c->told[set].messages.n; i++) {
		const struct retold *m = &c->told[set].messages.items[i];
		struct dispatch_facts facts = backtest_facts(o, scratch, c, set, i);
		struct dispatch_decision decision;

		dispatch_decide(scratch, o->routes, &facts, &decision);
		for (size_t k = 0; k < decision.to.n || (k == 0 && !decision.to.n); k++)
			*VEC_PUSH(scratch, ret) = (struct forecast_row){
				.set = set,
				.at = m->at,
				.case_index = c->index,
				.order = i,
				.nth = k,
				.alert = m->alert,
				.rule = facts.rule,
				.severity = m->severity,
				.state = m->state,
				.to = decision.to.n ? decision.to.items[k] : nobody,
			};
	}
}

static void count_following(row_list *rows)
{
	for (size_t i = 0; i < rows->n; i++)
		for (size_t k = i + 1; k < rows->n; k++)
			rows->items[i].following += rows->items[i].alert == rows->items[k].alert &&
						    str_eq(rows->items[i].to.sink, rows->items[k].to.sink);
}

int backtest_send(struct forecast_writer *w, const struct backtest_options *o, struct arena *scratch,
		  const struct backtest_case *c, struct error *e)
{
	for (size_t set = 0; set < BACKTEST_PAIR; set++) {
		row_list rows = { 0 };

		list_rows(o, scratch, c, set, &rows);
		count_following(&rows);
		for (size_t i = 0; i < rows.n; i++)
			if (forecast_put(w, &rows.items[i], e) < 0)
				return -1;
	}
	return 0;
}

void backtest_count_sent(void *user, const struct forecast_message *m)
{
	struct backtest *b = user;
	struct backtest_row *r = backtest_row_of(&b->arena, &b->routes, m->route, m->sink);
	struct backtest_week *w = backtest_week_at(&b->arena, r, m->at);

	r->alerts[m->set] += m->alerts;
	r->messages[m->set]++;
	r->groups[m->set] += m->how == DISPATCH_GROUP;
	r->digests[m->set] += m->how == DISPATCH_DIGEST;
	r->by_budget[m->set] += m->by_budget;
	w->alerts[m->set] += m->alerts;
	w->messages[m->set]++;
}
