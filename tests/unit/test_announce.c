/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/announce.h"

#include "test.h"

/* A case of 30 weekly sessions and the rules "a" (active), "b" (active), "s" (safety), "t" (under test), "z" (a
 * strength). */
enum { RULE_A, RULE_B, RULE_S, RULE_T, RULE_Z, RULES };
enum { SESSIONS = 30 };

struct office {
	struct arena *arena;
	struct rule rule[RULES];
	struct ruleset rules;
	struct session session[SESSIONS];
	struct roster roster;
	struct history history;
	struct judgement judgement;
	struct announce_policy policy;
	told_list told;
	announcement_list said;
	int ids;
};

static void next_id(void *user, char ret[INCIDENT_ID_SIZE])
{
	snprintf(ret, INCIDENT_ID_SIZE, "%016d", ++*(int *)user);
}

static int64_t week(size_t n)
{
	return (int64_t)n * 7 * DAY_S;
}

static struct office *begin(struct arena *arena)
{
	struct office *o = ARENA_NEW(arena, struct office);

	o->arena = arena;
	o->rule[RULE_A] = (struct rule){ .id = STR("a"), .version = STR("1111"), .status = STATUS_ACTIVE };
	o->rule[RULE_B] = (struct rule){ .id = STR("b"), .version = STR("2222"), .status = STATUS_ACTIVE };
	o->rule[RULE_S] = (struct rule){ .id = STR("s"), .status = STATUS_ACTIVE, .safety = true };
	o->rule[RULE_T] = (struct rule){ .id = STR("t"), .status = STATUS_TEST };
	o->rule[RULE_Z] = (struct rule){ .id = STR("z"), .status = STATUS_ACTIVE, .strength = true };
	o->rules = (struct ruleset){ .rules = o->rule, .n = RULES };
	*VEC_PUSH(arena, &o->roster.members) = (struct member){ .local = STR("x"), .token = STR("m1") };
	*VEC_PUSH(arena, &o->roster.members) = (struct member){ .local = STR("y"), .token = STR("m2") };
	for (size_t i = 0; i < SESSIONS; i++)
		o->session[i] = (struct session){ .started = week(i), .ordinal = i + 1 };
	o->history = (struct history){ .roster = &o->roster, .sessions = o->session, .n = SESSIONS };
	o->policy = (struct announce_policy){ .now = week(10), .within_s = 30 * DAY_S };
	return o;
}

/* An incident about m1 (or m2), its rule true in the sessions of these records. */
static struct incident *incident(struct office *o, size_t rule, int member, const char *record)
{
	struct incident *i = VEC_PUSH(o->arena, &o->judgement.incidents.all);

	i->rule = rule;
	i->rule_id = o->rule[rule].id;
	i->subject = (struct subject){ member, -1 };
	*VEC_PUSH(o->arena, &i->records) = str_of(record);
	return i;
}

static void moves_at(struct office *o, struct incident *i, size_t session, enum incident_state state,
		     enum severity severity, bool quietly)
{
	i->state = state;
	i->severity = severity;
	*VEC_PUSH(o->arena, &i->transitions) = (struct transition){
		.at = week(session),
		.session = session,
		.state = state,
		.severity = severity,
		.quietly = quietly,
		.why = "",
	};
}

static void moves(struct office *o, struct incident *i, enum incident_state state)
{
	moves_at(o, i, 10, state, i->severity, false);
}

static struct incident *opened(struct office *o, size_t rule, const char *record)
{
	struct incident *i = incident(o, rule, 0, record);

	moves_at(o, i, 9, INCIDENT_OPEN, SEVERITY_NOTICE, false);
	return i;
}

static void forget_incidents(struct office *o)
{
	memset(&o->judgement, 0, sizeof o->judgement);
}

static size_t tell(struct office *o)
{
	told_list old = o->told;

	announce(o->arena, &old, &o->judgement, &o->history, &o->rules, &o->policy,
		 (struct id_source){ next_id, &o->ids }, &o->told, &o->said);
	return o->said.n;
}

static size_t tell_by_rules(struct office *o)
{
	size_t n;

	o->policy.rules_changed = true;
	n = tell(o);
	o->policy.rules_changed = false;
	return n;
}

TEST(a_new_incident_is_announced_once)
{
	struct office *o = begin(arena);

	opened(o, RULE_A, "r9");
	REQUIRE(tell(o) == 1);
	CHECK_INT(o->said.items[0].state, INCIDENT_OPEN);
	CHECK_INT(o->said.items[0].severity, SEVERITY_NOTICE);
	CHECK_STR(str_of(o->said.items[0].key), "0000000000000001-1");
	REQUIRE(o->told.n == 1);
	CHECK(o->told.items[0].is_new);
	CHECK_STR(o->told.items[0].rule, "a");
	CHECK_STR(o->told.items[0].rule_version, "1111");
	CHECK_STR(o->told.items[0].member, "m1");
	CHECK(!o->told.items[0].other.p);
	CHECK_INT(o->told.items[0].opened_ordinal, 10);
	CHECK_INT(tell(o), 0);
	CHECK_INT(o->told.n, 1);
	CHECK(!o->told.items[0].is_new);
}

TEST(each_change_of_state_is_announced_under_its_own_key)
{
	struct office *o = begin(arena);
	struct incident *i = opened(o, RULE_A, "r9");
	static const enum incident_state then[] = { INCIDENT_REPAIRING, INCIDENT_UNREPAIRED, INCIDENT_DROPPED_OUT,
						    INCIDENT_OPEN, INCIDENT_REPAIRED };

	tell(o);
	for (size_t n = 0; n < 5; n++) {
		moves(o, i, then[n]);
		REQUIRE(tell(o) == 1);
		CHECK_INT(o->said.items[0].state, then[n]);
		CHECK_INT(o->said.items[0].key[17], '2' + (int)n);
		CHECK(strncmp(o->said.items[0].key, o->told.items[0].id, 16) == 0);
		CHECK_INT(tell(o), 0);
	}
}

TEST(a_higher_severity_alone_is_announced)
{
	struct office *o = begin(arena);
	struct incident *i = opened(o, RULE_A, "r9");

	tell(o);
	moves_at(o, i, 10, INCIDENT_OPEN, SEVERITY_WARNING, false);
	REQUIRE(tell(o) == 1);
	CHECK_INT(o->said.items[0].severity, SEVERITY_WARNING);
	CHECK_INT(o->said.items[0].state, INCIDENT_OPEN);
}

TEST(several_changes_between_two_judgings_make_one_announcement)
{
	struct office *o = begin(arena);
	struct incident *i = opened(o, RULE_A, "r9");

	tell(o);
	moves(o, i, INCIDENT_REPAIRING);
	moves(o, i, INCIDENT_UNREPAIRED);
	CHECK_INT(tell(o), 1);
	CHECK_INT(o->said.items[0].state, INCIDENT_UNREPAIRED);
}

TEST(an_incident_that_ended_before_anybody_was_told_stays_untold)
{
	struct office *o = begin(arena);

	moves(o, opened(o, RULE_A, "r9"), INCIDENT_REPAIRED);
	CHECK_INT(tell(o), 0);
	REQUIRE(o->told.n == 1);
	CHECK_INT(o->told.items[0].state, INCIDENT_REPAIRED);
	CHECK_INT(o->told.items[0].announcements, 0);
	CHECK_INT(tell(o), 0);
}

TEST(a_closed_incident_is_settled_without_a_word)
{
	struct office *o = begin(arena);
	struct incident *i = opened(o, RULE_A, "r9");

	tell(o);
	moves(o, i, INCIDENT_CLOSED);
	CHECK_INT(tell(o), 0);
	CHECK_INT(o->told.items[0].told_state, INCIDENT_CLOSED);
	CHECK_INT(o->told.items[0].state, INCIDENT_CLOSED);
}

TEST(after_a_rejudge_an_incident_that_shares_a_record_is_the_same)
{
	struct office *o = begin(arena);
	struct incident *i = opened(o, RULE_A, "r8");

	*VEC_PUSH(arena, &i->records) = STR("r9");
	tell(o);
	o->told.items[0].acknowledged_at = 77;
	o->told.items[0].acknowledged_by = STR("ann");
	forget_incidents(o);
	opened(o, RULE_A, "r9");
	CHECK_INT(tell(o), 0);
	REQUIRE(o->told.n == 1);
	CHECK_STR(str_of(o->told.items[0].id), "0000000000000001");
	CHECK_INT(o->told.items[0].acknowledged_at, 77);
	CHECK_STR(o->told.items[0].acknowledged_by, "ann");
	CHECK_INT(o->told.items[0].records.n, 1);
}

TEST(acknowledged_is_a_mark_that_holds_up_no_message)
{
	struct office *o = begin(arena);
	struct incident *i = opened(o, RULE_A, "r9");

	tell(o);
	o->told.items[0].acknowledged_at = 77;
	moves(o, i, INCIDENT_UNREPAIRED);
	CHECK_INT(tell(o), 1);
	moves(o, i, INCIDENT_REPAIRED);
	CHECK_INT(tell(o), 1);
	CHECK_INT(o->told.items[0].acknowledged_at, 77);
}

/* told: what was heard and acknowledged; now: what is said then; stands: whether the acknowledgement does. */
TEST(an_acknowledgement_stands_until_the_incident_gets_graver)
{
	static const struct {
		enum severity told, now;
		enum incident_state state;
		bool stands;
	} table[] = {
		{ SEVERITY_NOTICE, SEVERITY_WARNING, INCIDENT_OPEN, false },
		{ SEVERITY_WARNING, SEVERITY_CRITICAL, INCIDENT_OPEN, false },
		{ SEVERITY_WARNING, SEVERITY_CRITICAL, INCIDENT_UNREPAIRED, false },
		{ SEVERITY_WARNING, SEVERITY_WARNING, INCIDENT_UNREPAIRED, true },
		{ SEVERITY_WARNING, SEVERITY_NOTICE, INCIDENT_UNREPAIRED, true },
		{ SEVERITY_CRITICAL, SEVERITY_CRITICAL, INCIDENT_REPAIRED, true },
	};

	for (size_t n = 0; n < sizeof table / sizeof *table; n++) {
		struct office *o = begin(arena);
		struct incident *i = incident(o, RULE_A, 0, "r9");

		moves_at(o, i, 9, INCIDENT_OPEN, table[n].told, false);
		REQUIRE(tell(o) == 1);
		o->told.items[0].acknowledged_at = 77;
		o->told.items[0].acknowledged_by = STR("ann");
		moves_at(o, i, 9, table[n].state, table[n].now, false);
		CHECK_INT(tell(o), 1);
		CHECK_INT(o->told.items[0].acknowledged_at, table[n].stands ? 77 : DATE_NONE);
		CHECK((o->told.items[0].acknowledged_by.p != NULL) == table[n].stands);
	}
}

TEST(what_was_acknowledged_before_anybody_was_told_stays_so)
{
	struct office *o = begin(arena);
	struct incident *i;

	o->policy.rules_changed = true;
	i = incident(o, RULE_A, 0, "r9");
	moves_at(o, i, 9, INCIDENT_OPEN, SEVERITY_WARNING, false);
	CHECK_INT(tell(o), 0);
	o->policy.rules_changed = false;
	o->told.items[0].acknowledged_at = 77;
	moves_at(o, i, 9, INCIDENT_UNREPAIRED, SEVERITY_WARNING, false);
	CHECK_INT(tell(o), 1);
	CHECK_INT(o->told.items[0].acknowledged_at, 77);
}

TEST(incidents_of_another_rule_or_subject_are_never_the_same)
{
	struct office *o = begin(arena);

	opened(o, RULE_A, "r9");
	tell(o);
	opened(o, RULE_B, "r9");
	moves_at(o, incident(o, RULE_A, 1, "r9"), 9, INCIDENT_OPEN, SEVERITY_NOTICE, false);
	CHECK_INT(tell(o), 2);
	REQUIRE(o->told.n == 3);
	CHECK_STR(o->told.items[1].rule, "b");
	CHECK_STR(o->told.items[2].member, "m2");
	for (size_t n = 0; n < o->judgement.incidents.all.n; n++)
		o->judgement.incidents.all.items[n].subject.other = 1;
	CHECK_INT(tell(o), 6);
	CHECK_INT(o->told.n, 6);
}

TEST(an_open_incident_left_over_is_retracted_once)
{
	struct office *o = begin(arena);

	opened(o, RULE_A, "r9");
	tell(o);
	forget_incidents(o);
	REQUIRE(tell(o) == 1);
	CHECK_INT(o->said.items[0].state, TOLD_RETRACTED);
	CHECK_STR(str_of(o->said.items[0].key), "0000000000000001-2");
	CHECK(o->told.items[0].gone);
	CHECK(!o->told.items[0].incident);
	CHECK_INT(tell(o), 0);
}

TEST(what_people_think_has_ended_or_never_heard_of_is_not_retracted)
{
	struct office *o = begin(arena);
	struct incident *repaired = opened(o, RULE_A, "r9");

	opened(o, RULE_T, "r9");
	CHECK_INT(tell(o), 1);
	moves(o, repaired, INCIDENT_REPAIRED);
	CHECK_INT(tell(o), 1);
	forget_incidents(o);
	CHECK_INT(tell(o), 0);
	CHECK(o->told.items[0].gone && o->told.items[1].gone);
}

TEST(a_retracted_incident_that_comes_back_keeps_its_id_and_is_announced)
{
	struct office *o = begin(arena);

	opened(o, RULE_A, "r9");
	tell(o);
	forget_incidents(o);
	tell(o);
	opened(o, RULE_A, "r9");
	REQUIRE(tell(o) == 1);
	CHECK_INT(o->told.n, 1);
	CHECK(!o->told.items[0].gone);
	CHECK_STR(str_of(o->said.items[0].key), "0000000000000001-3");
}

TEST(one_old_incident_becomes_one_new_one_only)
{
	struct office *o = begin(arena);
	struct incident *i = opened(o, RULE_A, "r3");

	*VEC_PUSH(arena, &i->records) = STR("r9");
	tell(o);
	forget_incidents(o);
	moves(o, opened(o, RULE_A, "r3"), INCIDENT_OPEN);
	opened(o, RULE_A, "r9");
	CHECK_INT(tell(o), 1);
	CHECK_INT(o->told.n, 2);
}

TEST(changed_rules_are_told_to_nobody_and_never_taken_up_again)
{
	struct office *o = begin(arena);

	opened(o, RULE_A, "r9");
	tell(o);
	forget_incidents(o);
	opened(o, RULE_B, "r9");
	CHECK_INT(tell_by_rules(o), 0);
	REQUIRE(o->told.n == 2);
	CHECK(o->told.items[0].gone && o->told.items[0].by_rules);
	CHECK(o->told.items[1].by_rules);
	CHECK_INT(o->told.items[1].told_state, INCIDENT_OPEN);
	CHECK_INT(tell(o), 0);
}

TEST(what_changed_rules_opened_is_told_when_it_changes_by_itself)
{
	struct office *o = begin(arena);
	struct incident *i = opened(o, RULE_A, "r9");

	tell_by_rules(o);
	moves(o, i, INCIDENT_UNREPAIRED);
	CHECK_INT(tell(o), 1);
	CHECK(!o->told.items[0].by_rules);
}

TEST(what_went_away_and_came_back_without_a_word_is_no_news)
{
	static const enum incident_state away[] = { INCIDENT_REPAIRED, INCIDENT_DROPPED_OUT };

	for (size_t i = 0; i < 2; i++) {
		struct office *o = begin(arena);
		struct incident *one = opened(o, RULE_A, "r9");

		tell(o);
		moves(o, one, away[i]);
		CHECK_INT(tell_by_rules(o), 0);
		moves(o, one, INCIDENT_OPEN);
		CHECK_INT(tell(o), 0);
		CHECK_INT(o->told.items[0].told_state, INCIDENT_OPEN);
		moves(o, one, INCIDENT_UNREPAIRED);
		REQUIRE(tell(o) == 1);
		CHECK_STR(str_of(o->said.items[0].key), "0000000000000001-2");
	}
}

TEST(a_case_that_is_found_not_to_have_ended_tells_no_alert_again)
{
	struct office *o = begin(arena);
	struct incident *one = opened(o, RULE_A, "r9");

	tell(o);
	moves(o, one, INCIDENT_CLOSED);
	CHECK_INT(tell(o), 0);
	one->transitions.n--;
	one->state = INCIDENT_OPEN;
	CHECK_INT(tell(o), 0);
}

TEST(what_people_believe_to_be_open_is_retracted_though_changed_rules_had_ended_it)
{
	struct office *o = begin(arena);
	struct incident *one = opened(o, RULE_A, "r9");

	tell(o);
	moves(o, one, INCIDENT_REPAIRED);
	CHECK_INT(tell_by_rules(o), 0);
	forget_incidents(o);
	REQUIRE(tell(o) == 1);
	CHECK_INT(o->said.items[0].state, TOLD_RETRACTED);
	CHECK_INT(tell(o), 0);
}

TEST(what_was_retracted_and_brought_back_by_changed_rules_is_not_retracted_again)
{
	struct office *o = begin(arena);

	opened(o, RULE_A, "r9");
	tell(o);
	forget_incidents(o);
	CHECK_INT(tell(o), 1);
	opened(o, RULE_A, "r9");
	CHECK_INT(tell_by_rules(o), 0);
	CHECK(!o->told.items[0].gone);
	forget_incidents(o);
	CHECK_INT(tell(o), 0);
}

TEST(an_incident_of_a_case_that_ended_is_not_retracted)
{
	struct office *o = begin(arena);
	struct incident *one = opened(o, RULE_A, "r9");

	tell(o);
	moves(o, one, INCIDENT_CLOSED);
	tell(o);
	forget_incidents(o);
	CHECK_INT(tell(o), 0);
}

TEST(a_change_older_than_announce_within_is_listed_and_never_sent)
{
	struct office *o = begin(arena);
	struct incident *i = incident(o, RULE_A, 0, "r1");

	moves_at(o, i, 1, INCIDENT_OPEN, SEVERITY_NOTICE, false);
	CHECK_INT(tell(o), 0);
	REQUIRE(o->told.n == 1);
	CHECK(o->told.items[0].historic);
	CHECK_INT(tell(o), 0);
	moves(o, i, INCIDENT_UNREPAIRED);
	CHECK_INT(tell(o), 1);
	CHECK(!o->told.items[0].historic);
}

TEST(announce_within_counts_from_the_change_to_the_second)
{
	struct office *o = begin(arena);

	moves_at(o, incident(o, RULE_A, 0, "r9"), 5, INCIDENT_OPEN, SEVERITY_NOTICE, false);
	o->policy.now = week(5) + 30 * DAY_S + 1;
	CHECK_INT(tell(o), 0);
	moves_at(o, incident(o, RULE_B, 0, "r9"), 5, INCIDENT_OPEN, SEVERITY_NOTICE, false);
	o->policy.now = week(5) + 30 * DAY_S;
	CHECK_INT(tell(o), 1);
}

TEST(announce_within_always_sends_the_oldest)
{
	struct office *o = begin(arena);

	moves_at(o, incident(o, RULE_A, 0, "r1"), 0, INCIDENT_OPEN, SEVERITY_NOTICE, false);
	o->policy.now = INT64_MAX;
	o->policy.within_s = INT64_MAX;
	CHECK_INT(tell(o), 1);
}

TEST(a_safety_rule_knows_no_announce_within)
{
	struct office *o = begin(arena);

	moves_at(o, incident(o, RULE_S, 0, "r1"), 0, INCIDENT_OPEN, SEVERITY_CRITICAL, false);
	CHECK_INT(tell(o), 1);
}

TEST(a_historic_incident_that_vanishes_is_not_retracted_aloud)
{
	struct office *o = begin(arena);

	moves_at(o, incident(o, RULE_A, 0, "r1"), 1, INCIDENT_OPEN, SEVERITY_NOTICE, false);
	tell(o);
	forget_incidents(o);
	CHECK_INT(tell(o), 0);
	CHECK(o->told.items[0].gone);
}

TEST(rules_under_test_and_strengths_are_listed_and_never_sent)
{
	struct office *o = begin(arena);

	opened(o, RULE_T, "r9");
	opened(o, RULE_Z, "r9");
	CHECK_INT(tell(o), 0);
	CHECK_INT(o->told.n, 2);
	o->rule[RULE_T].status = STATUS_ACTIVE;
	CHECK_INT(tell(o), 0);
}

TEST(a_quiet_reopening_is_no_message_and_neither_is_its_repair)
{
	struct office *o = begin(arena);
	struct incident *i = opened(o, RULE_A, "r9");

	tell(o);
	moves(o, i, INCIDENT_REPAIRED);
	CHECK_INT(tell(o), 1);
	moves_at(o, i, 11, INCIDENT_OPEN, SEVERITY_NOTICE, true);
	CHECK_INT(tell(o), 0);
	CHECK_INT(o->told.items[0].state, INCIDENT_OPEN);
	CHECK_INT(tell(o), 0);
	moves(o, i, INCIDENT_REPAIRED);
	CHECK_INT(tell(o), 0);
}

TEST(a_quiet_reopening_that_stays_unrepaired_is_told)
{
	struct office *o = begin(arena);
	struct incident *i = opened(o, RULE_A, "r9");

	tell(o);
	moves(o, i, INCIDENT_REPAIRED);
	tell(o);
	moves_at(o, i, 11, INCIDENT_OPEN, SEVERITY_NOTICE, true);
	tell(o);
	moves(o, i, INCIDENT_UNREPAIRED);
	CHECK_INT(tell(o), 1);
}

TEST(a_quiet_reopening_worse_than_what_was_told_is_told)
{
	struct office *o = begin(arena);
	struct incident *i = opened(o, RULE_A, "r9");

	tell(o);
	moves(o, i, INCIDENT_REPAIRED);
	tell(o);
	moves_at(o, i, 11, INCIDENT_OPEN, SEVERITY_WARNING, true);
	CHECK_INT(tell(o), 1);
}

TEST(a_quiet_reopening_of_what_nobody_heard_of_is_told)
{
	struct office *o = begin(arena);
	struct incident *i = opened(o, RULE_A, "r9");

	moves(o, i, INCIDENT_REPAIRED);
	moves_at(o, i, 10, INCIDENT_OPEN, SEVERITY_NOTICE, true);
	CHECK_INT(tell(o), 1);
}

TEST(old_incidents_keep_their_order_and_new_ones_follow)
{
	struct office *o = begin(arena);

	opened(o, RULE_B, "r9");
	tell(o);
	forget_incidents(o);
	opened(o, RULE_A, "r9");
	opened(o, RULE_B, "r9");
	tell(o);
	REQUIRE(o->told.n == 2);
	CHECK_STR(o->told.items[0].rule, "b");
	CHECK_STR(o->told.items[1].rule, "a");
	CHECK_INT(o->said.items[0].told, 1);
}

TEST(two_incidents_that_share_a_record_stay_two)
{
	struct office *o = begin(arena);

	moves(o, opened(o, RULE_A, "r9"), INCIDENT_OPEN);
	opened(o, RULE_A, "r9");
	CHECK_INT(tell(o), 2);
	CHECK_INT(tell(o), 0);
	CHECK_INT(o->told.n, 2);
}

TEST(an_incident_that_is_still_told_goes_before_a_retracted_one)
{
	struct office *o = begin(arena);
	struct incident *i;

	opened(o, RULE_A, "r3");
	opened(o, RULE_A, "r9");
	tell(o);
	forget_incidents(o);
	opened(o, RULE_A, "r9");
	CHECK_INT(tell(o), 1);
	forget_incidents(o);
	i = opened(o, RULE_A, "r3");
	*VEC_PUSH(arena, &i->records) = STR("r9");
	CHECK_INT(tell(o), 0);
	CHECK(o->told.items[0].gone && !o->told.items[1].gone);
}

TEST(a_quiet_reopening_of_a_historic_incident_is_told)
{
	struct office *o = begin(arena);
	struct incident *i = incident(o, RULE_A, 0, "r1");

	moves_at(o, i, 1, INCIDENT_OPEN, SEVERITY_NOTICE, false);
	CHECK_INT(tell(o), 0);
	moves_at(o, i, 2, INCIDENT_REPAIRED, SEVERITY_NOTICE, false);
	CHECK_INT(tell(o), 0);
	moves_at(o, i, 10, INCIDENT_OPEN, SEVERITY_NOTICE, true);
	CHECK_INT(tell(o), 1);
}
