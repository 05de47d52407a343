/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "io/store_acts.h"

#include "test.h"

static struct error e;

static struct store *open_store(struct arena *a)
{
	struct store *st = NULL;

	if (store_open(arena_printf(a, "%s/state/x.db", test_directory()).p, DB_CREATE, &st, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
	return st;
}

static struct stored_case *new_case(struct store *st, struct arena *a, const char *id)
{
	struct stored_case *c = NULL;

	if (store_case_new(st, a, str_of(id), arena_printf(a, "token-%s", id), &c, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
	return c;
}

static void put_incident(struct store *st, struct arena *a, int64_t case_row, const char *id, const char *rule)
{
	struct incident *incident = ARENA_NEW(a, struct incident);
	struct told t = {
		.rule = str_of(rule),
		.told_state = INCIDENT_OPEN,
		.announcements = 1,
		.is_new = true,
		.acknowledged_at = DATE_NONE,
		.silenced_at = DATE_NONE,
		.incident = incident,
	};
	told_list list = { 0 };

	snprintf(t.id, sizeof t.id, "%s", id);
	*VEC_PUSH(a, &list) = t;
	CHECK_INT(store_told_put(st, case_row, &list, &e), 0);
}

static stored_alerts listed(struct store *st, struct arena *a, struct alert_filter filter)
{
	stored_alerts list;

	CHECK_INT(store_alerts(st, a, &filter, &list, &e), 0);
	return list;
}

TEST(a_later_verdict_replaces_the_earlier)
{
	struct store *st = open_store(arena);
	struct alert_verdict v = { .useful = true, .at = 100, .who = STR("uid 1"), .note = STR("right") };
	struct stored_case *c;
	stored_alerts list;

	REQUIRE(st);
	c = new_case(st, arena, "K1");
	put_incident(st, arena, c->row, "a1", "drops.low");
	CHECK_INT(listed(st, arena, (struct alert_filter){ 0 }).items[0].verdict.at, DATE_NONE);
	CHECK_INT(store_verdict_put(st, STR("a1"), &v, &e), 0);
	v = (struct alert_verdict){ .useful = false, .at = 200, .who = STR("uid 2") };
	CHECK_INT(store_verdict_put(st, STR("a1"), &v, &e), 0);
	list = listed(st, arena, (struct alert_filter){ 0 });
	REQUIRE(list.n == 1);
	CHECK(!list.items[0].verdict.useful && list.items[0].verdict.at == 200 && !list.items[0].verdict.note.p);
	CHECK_STR(list.items[0].verdict.who, "uid 2");
	store_close(st);
}

TEST(verdicts_are_counted_by_rule)
{
	struct store *st = open_store(arena);
	struct alert_verdict good = { .useful = true, .at = 1, .who = STR("x") }, bad = { .at = 1, .who = STR("x") };
	rule_verdicts_list rules;
	struct stored_case *c;

	REQUIRE(st);
	c = new_case(st, arena, "K1");
	put_incident(st, arena, c->row, "a1", "siding");
	put_incident(st, arena, c->row, "a2", "drops.low");
	put_incident(st, arena, c->row, "a3", "drops.low");
	put_incident(st, arena, c->row, "a4", "drops.low");
	store_verdict_put(st, STR("a2"), &good, &e);
	store_verdict_put(st, STR("a3"), &bad, &e);
	REQUIRE(store_rule_verdicts(st, arena, &rules, &e) == 0 && rules.n == 2);
	CHECK_STR(rules.items[0].rule, "drops.low");
	CHECK(rules.items[0].alerts == 3 && rules.items[0].told == 3 && rules.items[0].verdicts == 2);
	CHECK_INT(rules.items[0].useful, 1);
	CHECK(rules.items[1].alerts == 1 && rules.items[1].verdicts == 0 && rules.items[1].useful == 0);
	store_close(st);
}

static int64_t put_silence(struct store *st, int64_t case_row, const char *rule, int64_t until)
{
	struct silence s = {
		.rule = str_of(rule),
		.until = until,
		.made_at = 50,
		.made_by = STR("uid 1"),
		.reason = STR("on holiday"),
	};
	int64_t number = 0;

	CHECK_INT(store_silence_put(st, &s, case_row, &number, &e), 0);
	return number;
}

TEST(a_case_falls_under_its_own_silences_and_those_of_a_rule)
{
	struct store *st = open_store(arena);
	struct stored_case *c, *d;
	silence_list list;

	REQUIRE(st);
	c = new_case(st, arena, "K1");
	d = new_case(st, arena, "K2");
	CHECK_INT(put_silence(st, c->row, NULL, DATE_NONE), 1);
	CHECK_INT(put_silence(st, 0, "drops.*", 900), 2);
	CHECK_INT(put_silence(st, d->row, NULL, 900), 3);
	REQUIRE(store_silences_of(st, arena, c->row, &list, &e) == 0 && list.n == 2);
	CHECK_STR(list.items[0].case_token, "token-K1");
	CHECK(!list.items[0].rule.p && list.items[0].until == DATE_NONE && list.items[0].ended_at == DATE_NONE);
	CHECK(list.items[1].number == 2 && !list.items[1].case_token.p && list.items[1].until == 900);
	CHECK_STR(list.items[1].rule, "drops.*");
	CHECK_STR(list.items[1].reason, "on holiday");
	CHECK_INT(store_silence_end(st, 1, 70, STR("uid 2"), &e), 0);
	CHECK_INT(store_silence_end(st, 1, 80, STR("uid 3"), &e), 0);
	CHECK(store_silences_of(st, arena, c->row, &list, &e) == 0 && list.n == 1);
	REQUIRE(store_silences(st, arena, &list, &e) == 0 && list.n == 3);
	CHECK_INT(list.items[0].ended_at, 70);
	CHECK_STR(list.items[0].ended_by, "uid 2");
	store_close(st);
}

TEST(alerts_are_listed_by_what_was_done_about_them)
{
	struct store *st = open_store(arena);
	struct stored_case *c;
	stored_alerts list;

	REQUIRE(st);
	c = new_case(st, arena, "K1");
	put_incident(st, arena, c->row, "a1", "drops.low");
	put_incident(st, arena, c->row, "a2", "drops.low");
	store_acknowledge(st, STR("a1"), 100, STR("uid 1"), &e);
	put_silence(st, 0, "drops.*", 900);
	store_silenced(st, STR("a2"), 1, 300, &e);
	list = listed(st, arena, (struct alert_filter){ .acknowledged = true, .acknowledged_since = 100 });
	REQUIRE(list.n == 1);
	CHECK_STR(str_of(list.items[0].told.id), "a1");
	list = listed(st, arena, (struct alert_filter){ .acknowledged = true, .acknowledged_since = 101 });
	CHECK_INT(list.n, 0);
	list = listed(st, arena, (struct alert_filter){ .silenced = true });
	REQUIRE(list.n == 1 && list.items[0].told.silenced_at == 300);
	CHECK_STR(list.items[0].silence_reason, "on holiday");
	CHECK_INT(listed(st, arena, (struct alert_filter){ .historic = true }).n, 0);
	CHECK_INT(listed(st, arena, (struct alert_filter){ .by_rules = true }).n, 0);
	store_close(st);
}

TEST(an_alert_is_found_by_the_beginning_of_its_id)
{
	struct store *st = open_store(arena);
	struct stored_case *c;
	struct strs ids;

	REQUIRE(st);
	c = new_case(st, arena, "K1");
	put_incident(st, arena, c->row, "5f0c1111", "drops.low");
	put_incident(st, arena, c->row, "5f0d2222", "drops.low");
	CHECK(store_alerts_like(st, arena, STR("5f0"), 9, &ids, &e) == 0 && ids.n == 2);
	CHECK(store_alerts_like(st, arena, STR("5f0"), 1, &ids, &e) == 0 && ids.n == 1);
	REQUIRE(store_alerts_like(st, arena, STR("5f0c"), 9, &ids, &e) == 0 && ids.n == 1);
	CHECK_STR(ids.items[0], "5f0c1111");
	CHECK(store_alerts_like(st, arena, STR("%"), 9, &ids, &e) == 0 && ids.n == 0);
	store_close(st);
}

static reminder_list reminders(struct store *st, struct arena *a, int64_t case_row)
{
	reminder_list list;

	CHECK_INT(store_reminders(st, a, case_row, &list, &e), 0);
	return list;
}

TEST(reminders_are_due_by_their_dates_and_wait_for_sessions_without_one)
{
	struct store *st = open_store(arena);
	struct stored_case *c;
	struct strs due;
	int64_t next;

	REQUIRE(st);
	c = new_case(st, arena, "K1");
	put_incident(st, arena, c->row, "a1", "drops.low");
	put_incident(st, arena, c->row, "a2", "drops.low");
	CHECK(store_next_reminder(st, &next, &e) == 0 && next == DATE_NONE);
	CHECK_INT(store_snooze(st, STR("a1"), DATE_NONE, 100, &e), 0);
	CHECK(store_next_reminder(st, &next, &e) == 0 && next == DATE_NONE);
	CHECK_INT(store_escalate(st, STR("a2"), STR("desk"), SEVERITY_WARNING, 300, 100, &e), 0);
	CHECK(store_next_reminder(st, &next, &e) == 0 && next == 300);
	CHECK(store_reminders_due(st, arena, 299, 9, &due, &e) == 0 && due.n == 0);
	REQUIRE(store_reminders_due(st, arena, 300, 9, &due, &e) == 0 && due.n == 1);
	CHECK_STR(due.items[0], "K1");
	REQUIRE(reminders(st, arena, c->row).n == 2);
	CHECK_INT(reminders(st, arena, c->row + 1).n, 0);
	/* A later snooze replaces the earlier. */
	CHECK_INT(store_snooze(st, STR("a1"), 200, 110, &e), 0);
	CHECK_INT(reminders(st, arena, c->row).n, 2);
	CHECK(store_next_reminder(st, &next, &e) == 0 && next == 200);
	store_close(st);
}

TEST(an_escalation_is_told_once_a_route_and_again_only_when_it_is_worse)
{
	struct store *st = open_store(arena);
	struct stored_case *c;
	reminder_list list;

	REQUIRE(st);
	c = new_case(st, arena, "K1");
	put_incident(st, arena, c->row, "a1", "drops.low");
	store_escalate(st, STR("a1"), STR("desk"), SEVERITY_NOTICE, 300, 100, &e);
	store_escalate(st, STR("a1"), STR("desk"), SEVERITY_CRITICAL, 500, 200, &e);
	list = reminders(st, arena, c->row);
	REQUIRE(list.n == 1 && list.items[0].due_at == 300);
	store_reminder_done(st, list.items[0].row, 300, &e);
	store_escalate(st, STR("a1"), STR("desk"), SEVERITY_NOTICE, 700, 600, &e);
	CHECK_INT(reminders(st, arena, c->row).n, 0);
	store_escalate(st, STR("a1"), STR("phone"), SEVERITY_NOTICE, 700, 600, &e);
	CHECK_INT(reminders(st, arena, c->row).n, 1);
	store_escalate(st, STR("a1"), STR("desk"), SEVERITY_CRITICAL, 800, 700, &e);
	CHECK_INT(reminders(st, arena, c->row).n, 2);
	store_close(st);
}

TEST(an_answer_ends_the_escalations_of_an_alert_and_leaves_its_snooze)
{
	struct store *st = open_store(arena);
	struct stored_case *c;
	reminder_list list;

	REQUIRE(st);
	c = new_case(st, arena, "K1");
	put_incident(st, arena, c->row, "a1", "drops.low");
	put_incident(st, arena, c->row, "a2", "drops.low");
	store_escalate(st, STR("a1"), STR("desk"), SEVERITY_NOTICE, 300, 100, &e);
	store_escalate(st, STR("a1"), STR("phone"), SEVERITY_NOTICE, 300, 100, &e);
	store_escalate(st, STR("a2"), STR("desk"), SEVERITY_NOTICE, 300, 100, &e);
	store_snooze(st, STR("a1"), 900, 100, &e);
	CHECK_INT(store_reminders_answered(st, STR("a1"), &e), 0);
	list = reminders(st, arena, c->row);
	REQUIRE(list.n == 2);
	CHECK_STR(list.items[0].incident, "a2");
	CHECK_INT(list.items[1].kind, REMINDER_SNOOZE);
	store_close(st);
}
