/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/date.h"
#include "io/store.h"
#include "test.h"

static struct error e;

static struct store *open_store(struct arena *a)
{
	struct store *st = NULL;

	if (store_open(arena_printf(a, "%s/state/x.db", test_directory()).p, DB_CREATE, &st, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
	return st;
}

static void hold(struct store *st, struct arena *a, const char *group, const char *incident, const char *sink,
		 int64_t due_at)
{
	struct held_row h = {
		.group = str_of(group),
		.kind = HELD_ROUTE,
		.due_at = due_at,
		.route = STR("r"),
		.sink = str_of(sink),
		.budget = STR("r"),
		.incident = str_of(incident),
		.key = arena_printf(a, "%s-1", incident),
		.payload = arena_printf(a, "%s at %lld", incident, (long long)due_at),
		.at = 1,
	};

	CHECK_INT(store_held_put(st, &h, &e), 0);
}

/* "payload;payload", of the group that is due first. */
static struct str due(struct store *st, struct arena *a, int64_t at)
{
	struct str ret = STR("");
	held_rows rows;

	CHECK_INT(store_held_due(st, a, at, &rows, &e), 0);
	for (size_t i = 0; i < rows.n; i++)
		ret = arena_printf(a, "%.*s%s%.*s", STR_ARG(ret), i ? ";" : "", STR_ARG(rows.items[i].payload));
	return ret;
}

TEST(a_group_leaves_when_the_first_of_it_is_due)
{
	struct store *st = open_store(arena);
	int64_t at;

	REQUIRE(st);
	CHECK(store_held_next_due(st, &at, &e) == 0 && at == DATE_NONE);
	hold(st, arena, "a", "i1", "desk", 100);
	hold(st, arena, "a", "i2", "desk", 150);
	hold(st, arena, "b", "i3", "desk", 120);
	CHECK(store_held_next_due(st, &at, &e) == 0 && at == 100);
	CHECK_STR(due(st, arena, 99), "");
	CHECK_STR(due(st, arena, 200), "i1 at 100;i2 at 150");
	CHECK_INT(store_held_end(st, STR("a"), &e), 0);
	CHECK_STR(due(st, arena, 200), "i3 at 120");
	store_close(st);
}

TEST(of_an_incident_the_latest_is_held_and_waits_no_longer_than_the_first)
{
	struct store *st = open_store(arena);
	int64_t at;

	REQUIRE(st);
	hold(st, arena, "a", "i1", "desk", 100);
	hold(st, arena, "a", "i1", "desk", 150);
	hold(st, arena, "a", "i1", "phone", 300);
	CHECK(store_held_next_due(st, &at, &e) == 0 && at == 100);
	CHECK_STR(due(st, arena, 100), "i1 at 150;i1 at 300");
	hold(st, arena, "b", "i1", "desk", 170);
	CHECK_STR(due(st, arena, 400), "i1 at 300");
	store_close(st);
}

TEST(what_is_held_of_an_incident_is_dropped_for_one_sink_or_for_all)
{
	static const struct str any = { NULL, 0 };
	struct store *st = open_store(arena);
	bool dropped;

	REQUIRE(st);
	hold(st, arena, "a", "i1", "desk", 100);
	hold(st, arena, "b", "i1", "phone", 100);
	CHECK(store_held_drop(st, STR("list"), STR("i1"), &dropped, &e) == 0 && !dropped);
	CHECK(store_held_drop(st, STR("desk"), STR("i1"), &dropped, &e) == 0 && dropped);
	CHECK_STR(due(st, arena, 100), "i1 at 100");
	CHECK(store_held_drop(st, any, STR("i1"), &dropped, &e) == 0 && dropped);
	CHECK_STR(due(st, arena, 100), "");
	store_close(st);
}

TEST(a_sink_has_heard_of_an_incident_once_it_was_sent_something)
{
	struct store *st = open_store(arena);
	bool heard;

	REQUIRE(st);
	CHECK(store_heard(st, STR("desk"), STR("i1"), &heard, &e) == 0 && !heard);
	CHECK_INT(store_heard_put(st, STR("desk"), STR("i1"), &e), 0);
	CHECK_INT(store_heard_put(st, STR("desk"), STR("i1"), &e), 0);
	CHECK(store_heard(st, STR("desk"), STR("i1"), &heard, &e) == 0 && heard);
	CHECK(store_heard(st, STR("phone"), STR("i1"), &heard, &e) == 0 && !heard);
	store_close(st);
}

static int64_t spent(struct store *st, const char *sink, const char *but_group, int64_t since)
{
	int64_t n = -1;

	CHECK_INT(store_spent(st, STR("r"), str_of(sink), str_of(but_group), since, &n, &e), 0);
	return n;
}

TEST(a_budget_counts_what_was_sent_since_then_and_the_groups_that_wait)
{
	struct store *st = open_store(arena);

	REQUIRE(st);
	for (int64_t at = 10; at <= 30; at += 10)
		CHECK_INT(store_spent_put(st, STR("r"), STR("desk"), at, &e), 0);
	CHECK_INT(spent(st, "desk", "x", 0), 3);
	CHECK_INT(spent(st, "desk", "x", 10), 2);
	CHECK_INT(spent(st, "phone", "x", 0), 0);
	hold(st, arena, "a", "i1", "desk", 100);
	hold(st, arena, "a", "i2", "desk", 100);
	CHECK_INT(spent(st, "desk", "x", 10), 3);
	CHECK_INT(spent(st, "desk", "a", 10), 2);
	CHECK_INT(store_spent_forget(st, 20, &e), 0);
	CHECK_INT(spent(st, "desk", "a", 0), 2);
	store_close(st);
}

TEST(what_was_held_by_a_clock_that_was_ahead_waits_no_longer_for_it)
{
	struct store *st = open_store(arena);
	int64_t at;

	REQUIRE(st);
	hold(st, arena, "a", "i1", "desk", 1000);
	CHECK_INT(store_set_back(st, 1, 900, &e), 0);
	CHECK(store_held_next_due(st, &at, &e) == 0 && at == 1000);
	CHECK_INT(store_set_back(st, 0, 900, &e), 0);
	CHECK(store_held_next_due(st, &at, &e) == 0 && at == 100);
	store_close(st);
}
