/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one case announces, as rows of the forecast.
 */
#include "app/forecast.h"
#include "core/origin.h"

typedef VEC(struct forecast_row) row_list;

struct dispatch_facts forecast_facts(const struct forecast_case *c, struct arena *scratch, size_t message)
{
	const struct retold *m = &c->told->messages.items[message];
	struct dispatch_facts facts = {
		.rule = &c->rules->rules[c->told->alerts.items[m->alert].rule],
		.severity = m->severity,
		.state = m->state,
	};

	origin_find(scratch, c->history, m->ordinal, &facts);
	return facts;
}

static void list_rows(const struct forecast_case *c, struct arena *scratch, row_list *ret)
{
	const struct delivery nobody = { c->nobody, { NULL, 0 }, NULL };

	for (size_t i = 0; i < c->told->messages.n; i++) {
		const struct retold *m = &c->told->messages.items[i];
		struct dispatch_facts facts = forecast_facts(c, scratch, i);
		struct dispatch_decision decision;

		dispatch_decide(scratch, c->routes, &facts, &decision);
		for (size_t k = 0; k < decision.to.n || (k == 0 && !decision.to.n); k++)
			*VEC_PUSH(scratch, ret) = (struct forecast_row){
				.set = c->set,
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

int forecast_put_case(struct forecast_writer *w, struct arena *scratch, const struct forecast_case *c, struct error *e)
{
	row_list rows = { 0 };

	list_rows(c, scratch, &rows);
	count_following(&rows);
	for (size_t i = 0; i < rows.n; i++)
		if (forecast_put(w, &rows.items[i], e) < 0)
			return -1;
	return 0;
}
