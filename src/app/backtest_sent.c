/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A backtest's announcements as rows of the forecast, and the messages that come of it as rows of the backtest.
 */
#include "app/backtest_tally.h"

static struct forecast_case forecast_of(const struct backtest_options *o, const struct backtest_case *c, size_t set)
{
	return (struct forecast_case){
		.set = set,
		.index = c->index,
		.told = &c->told[set],
		.history = c->histories[set],
		.rules = o->sets[set].rules,
		.routes = o->routes,
		.nobody = BACKTEST_NOBODY,
	};
}

struct dispatch_facts backtest_facts(const struct backtest_options *o, struct arena *scratch,
				     const struct backtest_case *c, size_t set, size_t message)
{
	struct forecast_case of = forecast_of(o, c, set);

	return forecast_facts(&of, scratch, message);
}

int backtest_send(struct forecast_writer *w, const struct backtest_options *o, struct arena *scratch,
		  const struct backtest_case *c, struct error *e)
{
	for (size_t set = 0; set < BACKTEST_PAIR; set++) {
		struct forecast_case of = forecast_of(o, c, set);

		if (forecast_put_case(w, scratch, &of, e) < 0)
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
