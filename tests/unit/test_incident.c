/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/incident.h"

#include "test.h"

/* One rule and subject; sessions a week apart, with the plain facts of each. */
struct story {
	struct arena *arena;
	struct incident_set set;
	struct incident_life life;
	struct rule rule;
	struct signal repaired; /* only its being there matters */
	size_t session;
};

#define A    1u
#define B    2u
#define BOTH (A | B)

static struct story *begin(struct arena *arena)
{
	struct story *s = ARENA_NEW(arena, struct story);

	s->arena = arena;
	s->rule = (struct rule){ .id = STR("hostility.therapist"), .quiet_s = 7 * DAY_S, .unrepaired_after = 2 };
	s->life = (struct incident_life){ .rule = &s->rule, .subject = { 0, -1 }, .incident = INCIDENT_NONE };
	return s;
}

/* A session of this week in which the subject came and nothing was measured. */
static struct incident_moment week(const struct story *s)
{
	return (struct incident_moment){
		.at = (int64_t)s->session * 7 * DAY_S,
		.session = s->session,
		.met = true,
		.held = true,
		.attended = TRUTH_TRUE,
		.rule = TRUTH_NO_DATA,
	};
}

static void step(struct story *s, struct incident_moment m)
{
	incident_step(s->arena, &s->set, &s->life, &m);
	s->session++;
}

static struct incident_moment rupture(const struct story *s, enum severity severity, uint64_t signals)
{
	struct incident_moment m = week(s);

	m.rule = TRUTH_TRUE;
	m.severity = severity;
	m.true_signals = signals;
	m.false_signals = BOTH & ~signals;
	return m;
}

static struct incident_moment calm(const struct story *s)
{
	struct incident_moment m = week(s);

	m.rule = TRUTH_FALSE;
	m.false_signals = BOTH;
	return m;
}

static struct incident_moment tried(const struct story *s)
{
	struct incident_moment m = week(s);

	m.marker = true;
	return m;
}

static struct incident_moment strength(const struct story *s)
{
	struct incident_moment m = week(s);

	m.strength = true;
	return m;
}

static void happens(struct story *s, enum incident_event event)
{
	struct incident_moment m = week(s);

	incident_event(s->arena, &s->set, &s->life, event, &m);
}

static const struct incident *latest(const struct story *s)
{
	return &s->set.all.items[s->life.incident];
}

static const struct transition *last(const struct story *s)
{
	return &latest(s)->transitions.items[latest(s)->transitions.n - 1];
}

static void open_now(struct story *s)
{
	step(s, rupture(s, SEVERITY_NOTICE, A));
}

/* Into a state by the shortest way. */
static void reach(struct story *s, enum incident_state state)
{
	open_now(s);
	switch (state) {
	case INCIDENT_OPEN:
		break;
	case INCIDENT_REPAIRING:
		step(s, tried(s));
		break;
	case INCIDENT_REPAIRED:
		step(s, calm(s));
		step(s, calm(s));
		break;
	case INCIDENT_UNREPAIRED:
		step(s, week(s));
		step(s, week(s));
		break;
	case INCIDENT_DROPPED_OUT:
		happens(s, EVENT_SILENCE);
		break;
	case INCIDENT_CLOSED:
		happens(s, EVENT_CLOSED);
		break;
	}
}

static const enum incident_state all_states[] = { INCIDENT_OPEN,       INCIDENT_REPAIRING,   INCIDENT_REPAIRED,
						  INCIDENT_UNREPAIRED, INCIDENT_DROPPED_OUT, INCIDENT_CLOSED };

TEST(each_state_can_be_reached)
{
	for (size_t i = 0; i < 6; i++) {
		struct story *s = begin(arena);

		reach(s, all_states[i]);
		CHECK_INT(latest(s)->state, all_states[i]);
		CHECK_INT(last(s)->state, all_states[i]);
		CHECK(last(s)->why && *last(s)->why);
		CHECK_INT(s->set.all.n, 1);
	}
}

TEST(an_incident_opens_when_the_rule_is_true_and_remembers_the_true_signals)
{
	struct story *s = begin(arena);

	step(s, rupture(s, SEVERITY_WARNING, B));
	REQUIRE(s->set.all.n == 1);
	CHECK_INT(latest(s)->state, INCIDENT_OPEN);
	CHECK_INT(latest(s)->severity, SEVERITY_WARNING);
	CHECK_INT(latest(s)->ever_true, B);
	CHECK_STR(latest(s)->rule_id, "hostility.therapist");
	CHECK_INT(latest(s)->transitions.n, 1);
	CHECK(!last(s)->quietly);
}

TEST(an_incident_does_not_open_on_false_or_unknown_or_without_a_rupture)
{
	struct story *s = begin(arena);

	step(s, calm(s));
	step(s, week(s));
	step(s, tried(s));
	step(s, strength(s));
	happens(s, EVENT_SILENCE);
	happens(s, EVENT_CLOSED);
	CHECK_INT(s->set.all.n, 0);
}

TEST(an_incident_is_repaired_after_two_attended_sessions_without_its_signals)
{
	struct story *s = begin(arena);

	open_now(s);
	step(s, calm(s));
	CHECK_INT(latest(s)->state, INCIDENT_OPEN);
	step(s, calm(s));
	CHECK_INT(latest(s)->state, INCIDENT_REPAIRED);
}

TEST(a_repair_by_calm_ends_repairing_and_unrepaired_incidents_too)
{
	static const enum incident_state from[] = { INCIDENT_REPAIRING, INCIDENT_UNREPAIRED };

	for (size_t i = 0; i < 2; i++) {
		struct story *s = begin(arena);

		reach(s, from[i]);
		step(s, calm(s));
		CHECK_INT(latest(s)->state, from[i]);
		step(s, calm(s));
		CHECK_INT(latest(s)->state, INCIDENT_REPAIRED);
	}
}

TEST(a_repair_needs_every_signal_ever_true_to_be_false)
{
	struct story *s = begin(arena);
	struct incident_moment only_b;

	s->rule.unrepaired_after = 0;
	step(s, rupture(s, SEVERITY_NOTICE, A));
	step(s, rupture(s, SEVERITY_NOTICE, B));
	for (int i = 0; i < 4; i++) {
		only_b = calm(s);
		only_b.false_signals = B;
		step(s, only_b);
	}
	CHECK_INT(latest(s)->state, INCIDENT_OPEN);
}

TEST(a_repair_is_not_delayed_by_a_signal_that_was_never_true)
{
	struct story *s = begin(arena);
	struct incident_moment only_a;

	open_now(s);
	for (int i = 0; i < 2; i++) {
		only_a = calm(s);
		only_a.false_signals = A;
		step(s, only_a);
	}
	CHECK_INT(latest(s)->state, INCIDENT_REPAIRED);
}

TEST(an_unknown_signal_in_an_attended_session_starts_the_calm_anew)
{
	struct story *s = begin(arena);

	s->rule.unrepaired_after = 0;
	open_now(s);
	step(s, calm(s));
	step(s, week(s));
	step(s, calm(s));
	CHECK_INT(latest(s)->state, INCIDENT_OPEN);
	step(s, calm(s));
	CHECK_INT(latest(s)->state, INCIDENT_REPAIRED);
}

TEST(a_session_that_the_subject_missed_neither_makes_nor_breaks_the_calm)
{
	static const enum truth absent[] = { TRUTH_FALSE, TRUTH_NO_DATA };

	for (size_t i = 0; i < 2; i++) {
		struct story *s = begin(arena);
		struct incident_moment missed;

		s->rule.unrepaired_after = 0;
		open_now(s);
		step(s, calm(s));
		missed = calm(s);
		missed.attended = absent[i];
		step(s, missed);
		CHECK_INT(latest(s)->state, INCIDENT_OPEN);
		step(s, calm(s));
		CHECK_INT(latest(s)->state, INCIDENT_REPAIRED);
	}
}

TEST(a_rule_without_positive_signals_is_calm_when_it_is_false)
{
	struct story *s = begin(arena);
	struct incident_moment m;

	s->rule.unrepaired_after = 0;
	step(s, rupture(s, SEVERITY_NOTICE, 0));
	for (int i = 0; i < 3; i++) {
		m = week(s);
		step(s, m);
	}
	CHECK_INT(latest(s)->state, INCIDENT_OPEN);
	step(s, calm(s));
	step(s, calm(s));
	CHECK_INT(latest(s)->state, INCIDENT_REPAIRED);
}

TEST(a_rules_own_repaired_ends_each_present_incident_at_once)
{
	static const enum incident_state from[] = { INCIDENT_OPEN, INCIDENT_REPAIRING, INCIDENT_UNREPAIRED };

	for (size_t i = 0; i < 3; i++) {
		struct story *s = begin(arena);
		struct incident_moment m;

		s->rule.repaired = &s->repaired;
		reach(s, from[i]);
		m = week(s);
		m.repaired = true;
		step(s, m);
		CHECK_INT(latest(s)->state, INCIDENT_REPAIRED);
	}
}

TEST(a_rules_own_repaired_replaces_the_calm)
{
	struct story *s = begin(arena);

	s->rule.repaired = &s->repaired;
	s->rule.unrepaired_after = 0;
	open_now(s);
	for (int i = 0; i < 4; i++)
		step(s, calm(s));
	CHECK_INT(latest(s)->state, INCIDENT_OPEN);
}

TEST(a_rule_that_is_still_true_is_not_repaired)
{
	struct story *s = begin(arena);
	struct incident_moment m;

	s->rule.repaired = &s->repaired;
	open_now(s);
	m = rupture(s, SEVERITY_NOTICE, A);
	m.repaired = true;
	step(s, m);
	CHECK_INT(latest(s)->state, INCIDENT_OPEN);
}

TEST(a_repair_marker_turns_open_and_unrepaired_into_repairing)
{
	static const enum incident_state from[] = { INCIDENT_OPEN, INCIDENT_UNREPAIRED };

	for (size_t i = 0; i < 2; i++) {
		struct story *s = begin(arena);

		reach(s, from[i]);
		step(s, tried(s));
		CHECK_INT(latest(s)->state, INCIDENT_REPAIRING);
	}
}

TEST(a_second_repair_marker_changes_nothing)
{
	struct story *s = begin(arena);
	size_t n;

	reach(s, INCIDENT_REPAIRING);
	n = latest(s)->transitions.n;
	step(s, tried(s));
	CHECK_INT(latest(s)->transitions.n, n);
}

TEST(a_strength_turns_open_and_unrepaired_into_repairing)
{
	static const enum incident_state from[] = { INCIDENT_OPEN, INCIDENT_UNREPAIRED };

	for (size_t i = 0; i < 2; i++) {
		struct story *s = begin(arena);

		reach(s, from[i]);
		step(s, strength(s));
		CHECK_INT(latest(s)->state, INCIDENT_REPAIRING);
	}
}

TEST(a_strength_turns_repairing_into_repaired)
{
	struct story *s = begin(arena);

	reach(s, INCIDENT_REPAIRING);
	step(s, strength(s));
	CHECK_INT(latest(s)->state, INCIDENT_REPAIRED);
}

TEST(a_strength_does_not_repair_while_a_signal_of_the_incident_is_true)
{
	struct story *s = begin(arena);
	struct incident_moment m;

	reach(s, INCIDENT_REPAIRING);
	m = strength(s);
	m.true_signals = A;
	step(s, m);
	CHECK_INT(latest(s)->state, INCIDENT_REPAIRING);
}

TEST(an_incident_is_unrepaired_after_that_many_held_sessions)
{
	struct story *s = begin(arena);

	open_now(s);
	step(s, week(s));
	CHECK_INT(latest(s)->state, INCIDENT_OPEN);
	step(s, week(s));
	CHECK_INT(latest(s)->state, INCIDENT_UNREPAIRED);
}

TEST(a_held_session_counts_toward_unrepaired_even_if_the_member_did_not_come)
{
	struct story *s = begin(arena);
	struct incident_moment m;

	open_now(s);
	for (int i = 0; i < 2; i++) {
		m = week(s);
		m.attended = TRUTH_FALSE;
		step(s, m);
	}
	CHECK_INT(latest(s)->state, INCIDENT_UNREPAIRED);
}

TEST(a_session_that_was_not_held_does_not_count_toward_unrepaired)
{
	struct story *s = begin(arena);
	struct incident_moment m;

	open_now(s);
	for (int i = 0; i < 3; i++) {
		m = week(s);
		m.held = false;
		m.attended = TRUTH_FALSE;
		step(s, m);
	}
	CHECK_INT(latest(s)->state, INCIDENT_OPEN);
}

TEST(an_attempt_at_a_repair_gets_its_own_time_before_it_is_unrepaired)
{
	struct story *s = begin(arena);

	open_now(s);
	step(s, tried(s));
	step(s, week(s));
	CHECK_INT(latest(s)->state, INCIDENT_REPAIRING);
	step(s, week(s));
	CHECK_INT(latest(s)->state, INCIDENT_UNREPAIRED);
}

TEST(a_rule_without_unrepaired_after_is_never_unrepaired)
{
	struct story *s = begin(arena);

	s->rule.unrepaired_after = 0;
	open_now(s);
	for (int i = 0; i < 20; i++)
		step(s, week(s));
	CHECK_INT(latest(s)->state, INCIDENT_OPEN);
}

TEST(a_rule_that_stays_true_keeps_its_incident_and_the_highest_severity)
{
	struct story *s = begin(arena);

	s->rule.unrepaired_after = 0;
	open_now(s);
	step(s, rupture(s, SEVERITY_WARNING, B));
	CHECK_INT(s->set.all.n, 1);
	CHECK_INT(latest(s)->severity, SEVERITY_WARNING);
	CHECK_INT(last(s)->severity, SEVERITY_WARNING);
	CHECK_INT(last(s)->state, INCIDENT_OPEN);
	CHECK_INT(latest(s)->ever_true, BOTH);
	step(s, rupture(s, SEVERITY_NOTICE, A));
	CHECK_INT(latest(s)->severity, SEVERITY_WARNING);
	CHECK_INT(latest(s)->transitions.n, 2);
	CHECK_INT(latest(s)->last_true, 2);
}

TEST(a_rule_true_again_leaves_every_unended_state_as_it_is)
{
	static const enum incident_state from[] = { INCIDENT_OPEN, INCIDENT_REPAIRING, INCIDENT_UNREPAIRED };

	for (size_t i = 0; i < 3; i++) {
		struct story *s = begin(arena);

		reach(s, from[i]);
		step(s, rupture(s, SEVERITY_NOTICE, A));
		CHECK_INT(latest(s)->state, from[i]);
		CHECK_INT(s->set.all.n, 1);
	}
}

TEST(silence_turns_present_incidents_into_dropped_out)
{
	static const enum incident_state from[] = { INCIDENT_OPEN, INCIDENT_REPAIRING, INCIDENT_UNREPAIRED };

	for (size_t i = 0; i < 3; i++) {
		struct story *s = begin(arena);

		reach(s, from[i]);
		happens(s, EVENT_SILENCE);
		CHECK_INT(latest(s)->state, INCIDENT_DROPPED_OUT);
	}
}

TEST(silence_leaves_ended_incidents_alone)
{
	static const enum incident_state from[] = { INCIDENT_REPAIRED, INCIDENT_CLOSED };

	for (size_t i = 0; i < 2; i++) {
		struct story *s = begin(arena);

		reach(s, from[i]);
		happens(s, EVENT_SILENCE);
		CHECK_INT(latest(s)->state, from[i]);
	}
}

TEST(a_dropped_out_incident_is_open_again_when_the_member_attends)
{
	struct story *s = begin(arena);
	struct incident_moment missed;

	reach(s, INCIDENT_DROPPED_OUT);
	missed = week(s);
	missed.attended = TRUTH_FALSE;
	step(s, missed);
	CHECK_INT(latest(s)->state, INCIDENT_DROPPED_OUT);
	step(s, week(s));
	CHECK_INT(latest(s)->state, INCIDENT_OPEN);
	step(s, week(s));
	CHECK_INT(latest(s)->state, INCIDENT_OPEN);
	step(s, week(s));
	CHECK_INT(latest(s)->state, INCIDENT_UNREPAIRED);
}

TEST(who_is_not_known_to_have_come_is_not_back)
{
	struct story *s = begin(arena);
	struct incident_moment unknown;

	reach(s, INCIDENT_DROPPED_OUT);
	unknown = week(s);
	unknown.attended = TRUTH_NO_DATA;
	step(s, unknown);
	CHECK_INT(latest(s)->state, INCIDENT_DROPPED_OUT);
}

TEST(a_deadline_brings_nobody_back)
{
	struct story *s = begin(arena);
	struct incident_moment later;

	reach(s, INCIDENT_DROPPED_OUT);
	later = week(s);
	later.met = later.held = false;
	step(s, later);
	CHECK_INT(latest(s)->state, INCIDENT_DROPPED_OUT);
}

TEST(a_strength_in_the_session_of_the_attempt_begins_the_repair_and_does_not_end_it)
{
	struct story *s = begin(arena);
	struct incident_moment both;

	open_now(s);
	both = tried(s);
	both.strength = true;
	step(s, both);
	CHECK_INT(latest(s)->state, INCIDENT_REPAIRING);
	CHECK_INT(latest(s)->transitions.n, 2);
}

TEST(a_deadline_opens_an_incident_and_counts_as_no_session)
{
	struct story *s = begin(arena);
	struct incident_moment m = rupture(s, SEVERITY_WARNING, A);

	m.met = m.held = false;
	m.at += 3 * DAY_S;
	step(s, m);
	REQUIRE(s->set.all.n == 1);
	CHECK_INT(last(s)->at, 3 * DAY_S);
	m = calm(s);
	m.met = false;
	for (int i = 0; i < 3; i++)
		step(s, m);
	CHECK_INT(latest(s)->state, INCIDENT_OPEN);
}

TEST(the_end_of_a_case_closes_what_has_not_ended)
{
	static const enum incident_state from[] = { INCIDENT_OPEN, INCIDENT_REPAIRING, INCIDENT_UNREPAIRED,
						    INCIDENT_DROPPED_OUT };
	static const enum incident_event how[] = { EVENT_CASE_ENDS, EVENT_CLOSED };

	for (size_t i = 0; i < 8; i++) {
		struct story *s = begin(arena);

		reach(s, from[i / 2]);
		happens(s, how[i % 2]);
		CHECK_INT(latest(s)->state, INCIDENT_CLOSED);
	}
}

TEST(the_end_of_a_case_leaves_a_repaired_incident_repaired)
{
	struct story *s = begin(arena);

	reach(s, INCIDENT_REPAIRED);
	happens(s, EVENT_CASE_ENDS);
	CHECK_INT(latest(s)->state, INCIDENT_REPAIRED);
}

TEST(an_incident_reopens_quietly_within_the_quiet_time)
{
	struct story *s = begin(arena);
	struct incident_moment m;

	reach(s, INCIDENT_REPAIRED);
	m = rupture(s, SEVERITY_NOTICE, A);
	m.at = s->life.ended_at + 7 * DAY_S - 1;
	step(s, m);
	CHECK_INT(s->set.all.n, 1);
	CHECK_INT(latest(s)->state, INCIDENT_OPEN);
	CHECK(last(s)->quietly);
}

TEST(a_repair_tried_after_a_quiet_reopening_is_quiet_but_failing_is_not)
{
	struct story *s = begin(arena);
	struct incident_moment m;

	reach(s, INCIDENT_REPAIRED);
	m = rupture(s, SEVERITY_NOTICE, A);
	m.at = s->life.ended_at + 1;
	step(s, m);
	step(s, tried(s));
	CHECK_INT(latest(s)->state, INCIDENT_REPAIRING);
	CHECK(last(s)->quietly);
	step(s, week(s));
	step(s, week(s));
	CHECK_INT(latest(s)->state, INCIDENT_UNREPAIRED);
	CHECK(!last(s)->quietly);
}

TEST(after_the_quiet_time_a_new_incident_opens)
{
	struct story *s = begin(arena);
	struct incident_moment m;

	reach(s, INCIDENT_REPAIRED);
	m = rupture(s, SEVERITY_NOTICE, B);
	m.at = s->life.ended_at + 7 * DAY_S;
	step(s, m);
	REQUIRE(s->set.all.n == 2);
	CHECK_INT(s->set.all.items[0].state, INCIDENT_REPAIRED);
	CHECK_INT(latest(s)->state, INCIDENT_OPEN);
	CHECK_INT(latest(s)->ever_true, B);
	CHECK(!last(s)->quietly);
}

TEST(after_the_case_was_closed_a_new_incident_opens_even_within_the_quiet_time)
{
	struct story *s = begin(arena);

	reach(s, INCIDENT_CLOSED);
	step(s, rupture(s, SEVERITY_NOTICE, A));
	CHECK_INT(s->set.all.n, 2);
}

TEST(a_repaired_incident_is_left_alone_by_everything_but_the_rule)
{
	struct story *s = begin(arena);

	reach(s, INCIDENT_REPAIRED);
	step(s, tried(s));
	step(s, strength(s));
	step(s, calm(s));
	step(s, week(s));
	CHECK_INT(latest(s)->state, INCIDENT_REPAIRED);
	CHECK_INT(s->set.all.n, 1);
}

TEST(an_incident_of_a_safety_rule_ends_only_by_a_person)
{
	struct story *s = begin(arena);
	struct incident_moment m;

	s->rule.safety = true;
	s->rule.unrepaired_after = 0;
	open_now(s);
	step(s, calm(s));
	step(s, calm(s));
	step(s, tried(s));
	step(s, strength(s));
	s->rule.repaired = &s->repaired;
	m = week(s);
	m.repaired = true;
	step(s, m);
	happens(s, EVENT_CASE_ENDS);
	CHECK_INT(latest(s)->state, INCIDENT_OPEN);
	happens(s, EVENT_CLOSED);
	CHECK_INT(latest(s)->state, INCIDENT_CLOSED);
}

TEST(a_rule_true_at_a_deadline_starts_the_calm_anew)
{
	struct story *s = begin(arena);
	struct incident_moment m;

	s->rule.unrepaired_after = 0;
	open_now(s);
	step(s, calm(s));
	m = rupture(s, SEVERITY_NOTICE, A);
	m.met = m.held = false;
	m.attended = TRUTH_NO_DATA;
	incident_step(arena, &s->set, &s->life, &m);
	step(s, calm(s));
	CHECK_INT(latest(s)->state, INCIDENT_OPEN);
	step(s, calm(s));
	CHECK_INT(latest(s)->state, INCIDENT_REPAIRED);
}

TEST(a_strength_does_not_repair_while_the_rule_is_true_without_a_signal)
{
	struct story *s = begin(arena);
	struct incident_moment m;

	reach(s, INCIDENT_REPAIRING);
	m = rupture(s, SEVERITY_NOTICE, 0);
	m.strength = true;
	step(s, m);
	CHECK_INT(latest(s)->state, INCIDENT_REPAIRING);
}
