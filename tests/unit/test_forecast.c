/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/forecast.h"
#include "test.h"

#define HOUR_S 3600
#define MANY   20000 /* more than one run */

typedef VEC(struct forecast_message) message_list;

struct world {
	struct arena *arena;
	struct forecast *forecast;
	struct forecast_writer *writer;
	struct rule rule;
	struct route route;
	message_list sent;
	struct error error;
};

static void world_begin(struct world *w, struct arena *a)
{
	*w = (struct world){ .arena = a, .rule = { .id = STR("r") }, .route = { .name = STR("team") } };
	forecast_open(&w->forecast, &w->error);
	w->writer = forecast_writer_new(w->forecast);
}

/* An announcement; `order` in its case keeps those of one moment apart. */
static void tell(struct world *w, int64_t at, size_t case_index, size_t alert, int state, enum severity severity,
		 size_t following)
{
	struct forecast_row row = {
		.at = at,
		.case_index = case_index,
		.order = alert,
		.alert = alert,
		.following = following,
		.rule = &w->rule,
		.severity = severity,
		.state = state,
		.to = { .route = w->route.name, .sink = STR("desk"), .by = &w->route },
	};

	forecast_put(w->writer, &row, &w->error);
}

static void keep(void *user, const struct forecast_message *m)
{
	struct world *w = user;

	*VEC_PUSH(w->arena, &w->sent) = *m;
}

static void world_run(struct world *w)
{
	forecast_writer_end(w->writer, &w->error);
	CHECK_INT(forecast_run(w->forecast, keep, w, &w->error), 0);
	forecast_close(w->forecast);
}

TEST(what_one_case_showed_leaves_together_and_that_of_another_case_alone)
{
	struct world w;

	world_begin(&w, arena);
	w.route.group = ROUTE_BY_CASE;
	w.route.wait_s = HOUR_S;
	tell(&w, 100, 0, 0, INCIDENT_OPEN, SEVERITY_WARNING, 0);
	tell(&w, 200, 1, 0, INCIDENT_OPEN, SEVERITY_WARNING, 0);
	tell(&w, 300, 0, 1, INCIDENT_OPEN, SEVERITY_NOTICE, 0);
	world_run(&w);
	REQUIRE(w.sent.n == 2);
	CHECK(w.sent.items[0].how == DISPATCH_GROUP && w.sent.items[0].alerts == 2);
	CHECK_INT(w.sent.items[0].at, 100 + HOUR_S);
	CHECK(w.sent.items[1].how == DISPATCH_ALONE && w.sent.items[1].at == 200 + HOUR_S);
}

TEST(what_is_announced_when_its_group_is_due_leaves_with_it)
{
	struct world w;

	world_begin(&w, arena);
	w.route.group = ROUTE_BY_CASE;
	w.route.wait_s = HOUR_S;
	tell(&w, 100, 0, 0, INCIDENT_OPEN, SEVERITY_WARNING, 0);
	tell(&w, 100 + HOUR_S, 0, 1, INCIDENT_OPEN, SEVERITY_NOTICE, 0);
	world_run(&w);
	REQUIRE(w.sent.n == 1);
	CHECK(w.sent.items[0].how == DISPATCH_GROUP && w.sent.items[0].alerts == 2);
	CHECK_INT(w.sent.items[0].at, 100 + HOUR_S);
}

TEST(cases_of_one_moment_come_one_by_one_and_what_is_due_leaves_with_the_first)
{
	struct world w;

	world_begin(&w, arena);
	w.route.group = ROUTE_TOGETHER;
	w.route.wait_s = HOUR_S;
	tell(&w, 100, 0, 0, INCIDENT_OPEN, SEVERITY_WARNING, 0);
	tell(&w, 100 + HOUR_S, 1, 0, INCIDENT_OPEN, SEVERITY_NOTICE, 0);
	tell(&w, 100 + HOUR_S, 2, 0, INCIDENT_OPEN, SEVERITY_NOTICE, 0);
	world_run(&w);
	REQUIRE(w.sent.n == 2);
	CHECK_INT(w.sent.items[0].alerts, 2);
	CHECK(w.sent.items[1].alerts == 1 && w.sent.items[1].at == 100 + 2 * HOUR_S);
}

TEST(an_end_whose_beginning_was_never_sent_is_left_out)
{
	struct world w;

	world_begin(&w, arena);
	w.route.group = ROUTE_TOGETHER;
	w.route.wait_s = HOUR_S;
	tell(&w, 100, 0, 0, INCIDENT_OPEN, SEVERITY_WARNING, 1);
	tell(&w, 200, 0, 0, INCIDENT_REPAIRED, SEVERITY_WARNING, 0);
	tell(&w, 9000, 1, 0, INCIDENT_OPEN, SEVERITY_WARNING, 1);
	tell(&w, 90000, 1, 0, INCIDENT_REPAIRED, SEVERITY_WARNING, 0);
	world_run(&w);
	CHECK_INT(w.sent.n, 2);
}

TEST(a_budget_is_all_cases_and_looks_back_seven_days)
{
	struct world w;

	world_begin(&w, arena);
	w.route.budget = 1;
	w.route.budget_of = STR("team");
	tell(&w, 0, 0, 0, INCIDENT_OPEN, SEVERITY_NOTICE, 0);
	tell(&w, 6 * DAY_S, 1, 0, INCIDENT_OPEN, SEVERITY_NOTICE, 0);
	tell(&w, 6 * DAY_S + 1, 2, 0, INCIDENT_OPEN, SEVERITY_WARNING, 0);
	tell(&w, 13 * DAY_S + 1, 3, 0, INCIDENT_OPEN, SEVERITY_NOTICE, 0);
	world_run(&w);
	REQUIRE(w.sent.n == 4);
	CHECK_INT(w.sent.items[1].how, DISPATCH_ALONE); /* a warning waits for no budget */
	CHECK(w.sent.items[2].how == DISPATCH_DIGEST && w.sent.items[2].by_budget == 1);
	CHECK_INT(w.sent.items[3].how, DISPATCH_ALONE);
}

TEST(any_number_of_announcements_comes_in_the_order_of_time)
{
	struct world w;
	bool in_order = true;

	world_begin(&w, arena);
	for (int64_t i = 0; i < MANY; i++)
		tell(&w, i * 7919 % MANY, (size_t)i, 0, INCIDENT_OPEN, SEVERITY_WARNING, 0);
	world_run(&w);
	REQUIRE(w.sent.n == MANY);
	for (size_t i = 0; i < MANY; i++)
		in_order &= w.sent.items[i].at == (int64_t)i;
	CHECK(in_order);
}
