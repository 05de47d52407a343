/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/clinic_parts.h"

static void add_routes(struct clinic *c, const struct route_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct route *route = &list->items[i];

		for (size_t k = 0; route->budget && k < route->to.n; k++)
			*VEC_PUSH(&c->arena, &c->routes) = (struct clinic_route){
				.name = route->name,
				.sink = route->to.items[k],
				.budget = route->budget,
				.weeks = ARENA_ARRAY(&c->arena, double, c->weeks),
			};
		add_routes(c, &route->routes);
	}
}

int clinic_begin_budgets(struct clinic *c, struct clinic_budgets *b, struct error *e)
{
	add_routes(c, &c->options.config->routes.all);
	if (!c->routes.n)
		return 0;
	if (forecast_open(&b->forecast, e) < 0)
		return -1;
	b->writer = forecast_writer_new(b->forecast);
	return 0;
}

int clinic_count_budgets(struct clinic *c, struct clinic_budgets *b, struct arena *scratch,
			 const struct history *history, struct error *e)
{
	struct retelling told;
	struct forecast_case one = {
		.index = c->rows.n,
		.told = &told,
		.history = history,
		.rules = c->options.rules,
		.routes = &c->options.config->routes,
	};

	if (!b->forecast)
		return 0;
	retell(scratch, history, c->options.rules, c->options.as_of, NULL, NULL, &told);
	return forecast_put_case(b->writer, scratch, &one, e);
}

static void count_message(void *user, const struct forecast_message *m)
{
	struct clinic *c = user;

	if (m->at < c->options.since || m->at > c->options.until)
		return;
	for (size_t i = 0; i < c->routes.n; i++) {
		struct clinic_route *route = &c->routes.items[i];

		if (!str_eq(route->name, m->route) || !str_eq(route->sink, m->sink))
			continue;
		route->weeks[clinic_week_of(c, m->at)]++;
		route->by_budget += m->by_budget;
	}
}

int clinic_settle_budgets(struct clinic *c, struct clinic_budgets *b, struct error *e)
{
	struct forecast_writer *writer = b->writer;

	if (!b->forecast)
		return 0;
	b->writer = NULL;
	if (forecast_writer_end(writer, e) < 0)
		return -1;
	return forecast_run(b->forecast, count_message, c, e);
}

void clinic_end_budgets(struct clinic_budgets *b)
{
	struct error ignored;

	if (b->writer)
		forecast_writer_end(b->writer, &ignored);
	if (b->forecast)
		forecast_close(b->forecast);
}
