/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "case.h"

#define READ(per, yaml, member, other)	case_read(c, per, yaml, -1, member, other)
#define TRUTH(per, yaml, member, other) READ(per, yaml, member, other).truth

static const char attacks[] = "{turns: {from: member, to: therapist, says: hostility}, count: at least 3}";
static const char few[] = "{turns: {from: member, to: therapist, says: hostility}, count: at most 2}";

TEST(without_a_transcript_nothing_is_known_of_turns)
{
	struct test_case *c = case_new(arena);

	case_score(c, case_session(c, 0, 1), "m1", "SRS", 30);
	CHECK_INT(TRUTH(PER_MEMBER, few, "m1", NULL), TRUTH_NO_DATA);
}

TEST(a_silent_member_who_came_said_nothing_and_an_absent_one_is_not_known)
{
	struct test_case *c = case_new(arena);
	struct skeleton *s = case_session(c, 0, 1);

	case_turn(c, s, "t1", "m1", 5, NULL);
	case_attendance(c, s, "m1", ATTENDED, BY_UNSAID, NAN);
	case_attendance(c, s, "m2", NO_SHOW, BY_UNSAID, NAN);
	CHECK_INT(TRUTH(PER_MEMBER, few, "m1", NULL), TRUTH_TRUE);
	CHECK_INT(TRUTH(PER_MEMBER, few, "m2", NULL), TRUTH_NO_DATA);
	CHECK_INT(TRUTH(PER_MEMBER, few, "m3", NULL), TRUTH_NO_DATA);
	CHECK_NEAR(READ(PER_MEMBER, "{turns: {from: member}, words_share: less than 5%}", "m1", NULL).value, 0);
}

TEST(turns_with_a_hit_are_counted_once_each_with_their_index)
{
	struct test_case *c = case_new(arena);
	struct skeleton *s = case_session(c, 0, 1);
	struct reading r;

	case_turn(c, s, "t1", "m1", 5, "hostility");
	case_turn(c, s, "m1", "t1", 5, "hostility*4");
	case_turn(c, s, "m1", "t1", 5, "blame");
	case_turn(c, s, "m1", "m2", 5, "hostility");
	case_turn(c, s, "m1", NULL, 5, "hostility");
	case_turn(c, s, "m1", "t1", 5, "blame hostility");
	r = READ(PER_MEMBER, attacks, "m1", NULL);
	CHECK_INT(r.truth, TRUTH_FALSE);
	CHECK_NEAR(r.value, 2);
	REQUIRE(r.evidence.n == 2);
	CHECK_INT(r.evidence.items[0].turn, 1);
	CHECK_INT(r.evidence.items[1].turn, 5);
	CHECK_INT(r.evidence.items[1].ordinal, 1);
	CHECK_NEAR(
		READ(PER_MEMBER, "{turns: {from: member, to: anyone, says: hostility}, count: at least 4}", "m1", NULL)
			.value,
		4);
	CHECK_NEAR(READ(PER_MEMBER, "{turns: {from: member, says: [hostility, blame]}, count: at least 5}", "m1", NULL)
			   .value,
		   5);
	CHECK_NEAR(READ(PER_CASE, "{turns: {says: hostility}, speakers: at least 2}", NULL, NULL).value, 2);
}

TEST(a_turn_counts_when_what_was_found_in_it_weighs_enough)
{
	struct test_case *c = case_new(arena);
	struct skeleton *s = case_session(c, 0, 1);

	case_turn(c, s, "t1", "m1", 5, "proposal");
	case_turn(c, s, "m1", "t1", 5, "blame");
	case_turn(c, s, "t1", "m1", 5, "proposal*3");
	case_turn(c, s, "m1", "t1", 5, "blame*2");
	case_turn(c, s, "t1", "m1", 5, "proposal");
	case_turn(c, s, "m1", "t1", 5, "hostility blame");
	case_turn(c, s, "m1", "t1", 5, "hostility refusal");
#define VALUE(yaml) READ(PER_MEMBER, yaml, "m1", NULL).value
	CHECK_NEAR(VALUE("{turns: {from: member, says: blame}, count: at least 1}"), 3);
	CHECK_NEAR(VALUE("{turns: {from: member, says: blame, weight: at least 2}, count: at least 1}"), 1);
	CHECK_NEAR(VALUE("{turns: {from: member, says: blame, weight: less than 2}, count: at least 1}"), 2);
	CHECK_NEAR(VALUE("{turns: {from: member, says: [blame, hostility], weight: at least 2}, count: at least 1}"),
		   2);
	CHECK_NEAR(
		VALUE("{turns: {from: member, says: blame, after: {from: therapist, says: proposal, weight: at least "
		      "2}}, share: at least 1%, share_of: after}"),
		100);
	CHECK_NEAR(
		VALUE("{turns: {from: member, says: blame, weight: at least 2}, share: at least 1%, share_of: {from: "
		      "member, says: blame, weight: more than 1}}"),
		100);
	/* Three floats of .1 are a little more than .3. */
	s->hits.items[1].weight = .1F + .1F + .1F;
	CHECK_NEAR(VALUE("{turns: {from: member, says: blame, weight: at most 0.3}, count: at least 1}"), 1);
#undef VALUE
}

TEST(a_lexicon_of_another_language_or_never_looked_for_is_not_known)
{
	struct test_case *c = case_new(arena);
	struct skeleton *s = case_session(c, 0, 1);

	case_turn(c, s, "m1", "t1", 5, NULL);
	CHECK_INT(TRUTH(PER_MEMBER, few, "m1", NULL), TRUTH_TRUE);
	case_lexicon(s, "hostility", false);
	CHECK_INT(TRUTH(PER_MEMBER, few, "m1", NULL), TRUTH_NO_DATA);
	case_lexicon(s, "hostility", true);
	case_lexicon_remove(s, "hostility");
	CHECK_INT(TRUTH(PER_MEMBER, few, "m1", NULL), TRUTH_NO_DATA);
}

TEST(nobodys_addressee_known_is_not_nobody_addressed)
{
	struct test_case *c = case_new(arena);
	struct skeleton *s = case_session(c, 0, 1);

	case_turn(c, s, "m1", NULL, 5, "hostility");
	CHECK_INT(TRUTH(PER_MEMBER, few, "m1", NULL), TRUTH_NO_DATA);
	case_turn(c, s, "m1", "m2", 5, "hostility");
	CHECK_INT(TRUTH(PER_MEMBER, few, "m1", NULL), TRUTH_TRUE);
}

TEST(a_stretch_is_in_minutes_where_there_are_times_else_in_turns)
{
	struct test_case *c = case_new(arena);
	const char *yaml = "{turns: {from: member, says: hostility}, count: at least 3, within: [10 minutes, 5 turns]}";
	struct skeleton *s = case_session(c, 0, 1);
	struct reading r;

	/* Hits at turns 0, 4, 8, 9, 12. */
	for (int i = 0; i < 13; i++)
		case_turn(c, s, "m1", "t1", 3, i == 0 || i == 4 || i == 8 || i == 9 || i == 12 ? "hostility" : NULL);
	r = READ(PER_MEMBER, yaml, "m1", NULL);
	CHECK_NEAR(r.value, 3);
	REQUIRE(r.evidence.n == 3);
	CHECK_INT(r.evidence.items[0].turn, 8);
	for (size_t i = 0; i < 13; i++) {
		s->turns.items[i].at = (float)(150 * i); /* 600 s are four turns: 0 and 4 are just inside */
		s->turns.items[i].end = (float)(150 * i + 10);
	}
	CHECK_NEAR(READ(PER_MEMBER, yaml, "m1", NULL).value, 3);
	s->turns.items[12].at = 1951; /* 751 s after turn 8, 601 after 9 */
	CHECK_NEAR(READ(PER_MEMBER, yaml, "m1", NULL).value, 2);
	s->turns.items[9].at = 1200; /* 600 s after turn 4 */
	CHECK_NEAR(READ(PER_MEMBER, yaml, "m1", NULL).value, 3);
	s->turns.items[9].at = 1201;
	CHECK_NEAR(READ(PER_MEMBER, yaml, "m1", NULL).value, 2);
	CHECK_INT(TRUTH(PER_MEMBER, "{turns: {from: member, says: blame}, count: at least 1, within: 10 minutes}", "m1",
			NULL),
		  TRUTH_FALSE);
}

static struct test_case *sided(struct arena *a, int to_m1, int to_m2)
{
	struct test_case *c = case_new(a);
	struct skeleton *s = case_session(c, 0, 1);

	for (int i = 0; i < to_m1 + to_m2; i++) {
		const char *who = i < to_m1 ? "m1" : "m2";

		case_turn(c, s, "t1", who, 6, "validation");
		case_turn(c, s, who, "t1", 4, NULL);
	}
	return c;
}

TEST(a_share_has_a_denominator_and_out_of_bounds_it)
{
	const char *yaml = "{turns: {from: therapist, to: member, says: validation}, share_of: {from: therapist, "
			   "to: any member, says: validation}, share: at least 70%, out_of: at least 10}";
	struct test_case *c = sided(arena, 7, 3);
	struct reading r = READ(PER_PAIR, yaml, "m1", "m2");

	CHECK_INT(r.truth, TRUTH_TRUE);
	CHECK_NEAR(r.value, 70);
	CHECK_INT(r.evidence.n, 7);
	CHECK_INT(r.evidence.items[1].turn, 2);
	CHECK_INT(TRUTH(PER_PAIR, yaml, "m2", "m1"), TRUTH_FALSE);
	c = sided(arena, 6, 3);
	CHECK_INT(TRUTH(PER_PAIR, yaml, "m1", "m2"), TRUTH_NO_DATA); /* nine */
	c = sided(arena, 6, 4);
	CHECK_INT(TRUTH(PER_PAIR, yaml, "m1", "m2"), TRUTH_FALSE);
	CHECK_INT(TRUTH(PER_MEMBER,
			"{turns: {from: member, says: refusal}, share_of: {from: member, says: blame}, share: at most "
			"50%}",
			"m1", NULL),
		  TRUTH_NO_DATA); /* of nothing */
}

TEST(refused_is_the_share_of_proposals_whose_first_answer_refuses)
{
	struct test_case *c = case_new(arena);
	const char *yaml =
		"{turns: {from: member, says: refusal, after: {from: therapist, to: member, says: proposal}}, "
		"share_of: after, share: at least 60%, out_of: at least 4}";
	struct skeleton *s = case_session(c, 0, 1);
	struct reading r;

	case_turn(c, s, "m1", "t1", 4, "refusal"); /* of nothing yet */
	case_turn(c, s, "t1", "m1", 9, "proposal");
	case_turn(c, s, "m1", "t1", 2, NULL); /* one reply of two turns */
	case_turn(c, s, "m1", "t1", 4, "refusal");
	case_turn(c, s, "t1", "m1", 9, "proposal");
	case_turn(c, s, "m2", "t1", 4, "refusal"); /* somebody else */
	case_turn(c, s, "m1", "t1", 4, "refusal");
	case_turn(c, s, "t1", "m1", 9, "proposal");
	case_turn(c, s, "m1", "t1", 4, NULL);
	case_turn(c, s, "t1", "m1", 9, NULL);
	case_turn(c, s, "m1", "t1", 4, "refusal");		       /* not the first answer */
	CHECK_INT(TRUTH(PER_MEMBER, yaml, "m1", NULL), TRUTH_NO_DATA); /* three */
	case_turn(c, s, "t1", "m1", 9, "proposal");
	case_turn(c, s, "m1", "t1", 4, "refusal");
	r = READ(PER_MEMBER, yaml, "m1", NULL);
	CHECK_NEAR(r.value, 75);
	CHECK_INT(r.truth, TRUTH_TRUE);
	REQUIRE(r.evidence.n == 3);
	CHECK_INT(r.evidence.items[0].turn, 3);
	CHECK_INT(r.evidence.items[1].turn, 6);
	CHECK_INT(r.evidence.items[2].turn, 12);
	case_turn(c, s, "t1", "m1", 9, "proposal"); /* unanswered */
	CHECK_NEAR(READ(PER_MEMBER, yaml, "m1", NULL).value, 60);
}

TEST(replies_are_runs_and_an_interpreter_does_not_end_them)
{
	struct test_case *c = case_new(arena);
	struct skeleton *s;

	case_person(c, "i1", ROLE_INTERPRETER, NAN);
	s = case_session(c, 0, 1);
	case_turn(c, s, "m1", "t1", 2, NULL);
	case_turn(c, s, "i1", "t1", 50, NULL);
	case_turn(c, s, "m1", "t1", 2, NULL);
	case_turn(c, s, "t1", "m1", 6, NULL);
	case_turn(c, s, "m1", "t1", 3, NULL);
	case_turn(c, s, "t1", "m1", 7, NULL);
	/* Replies of m1: 4 and 3 words; of t1: 6 and 7. */
	CHECK_NEAR(READ(PER_MEMBER, "{turns: {from: member, words: at most 3}, share: at least 10%}", "m1", NULL).value,
		   50);
	CHECK_NEAR(READ(PER_MEMBER, "{turns: {from: member}, median_words: at most 3}", "m1", NULL).value, 3.5);
	CHECK_NEAR(READ(PER_MEMBER, "{turns: {from: member}, words_share: at most 10%}", "m1", NULL).value, 35);
	CHECK_NEAR(READ(PER_MEMBER, "{turns: {from: therapist}, words_share: at most 10%}", "m1", NULL).value, 65);
}

TEST(pauses_shares_of_time_and_rates_an_hour_need_times)
{
	struct test_case *c = case_new(arena);
	const char *pauses = "{turns: {from: member, gap_before: more than 3 seconds}, count: at least 1}",
		   *time = "{turns: {from: member}, time_share: at least 50%}",
		   *hourly = "{turns: {from: member, says: blame}, rate: at least 1, per: hour}",
		   *rate = "{turns: {from: member, says: blame}, rate: at least 1}";
	struct skeleton *s = case_session(c, 0, 1);
	struct reading r;

	case_turn(c, s, "t1", "m1", 10, NULL);
	case_turn(c, s, "m1", "t1", 20, "blame");
	case_turn(c, s, "t1", "m1", 10, NULL);
	case_turn(c, s, "m1", "t1", 30, NULL);
	CHECK_INT(TRUTH(PER_MEMBER, pauses, "m1", NULL), TRUTH_NO_DATA);
	CHECK_INT(TRUTH(PER_MEMBER, time, "m1", NULL), TRUTH_NO_DATA);
	CHECK_INT(TRUTH(PER_MEMBER, hourly, "m1", NULL), TRUTH_NO_DATA);
	CHECK_NEAR(READ(PER_MEMBER, rate, "m1", NULL).value, 2);
	for (size_t i = 0; i < 4; i++) {
		s->turns.items[i].at = (float)(100 * i);
		s->turns.items[i].end = (float)(100 * i + (i % 2 ? 30 : 98));
	}
	s->turns.items[3].at = 302;
	s->turns.items[3].end = 360;
	/* m1 begins 2 s after 98 and 4 s after 298; speaks 30 + 58 of 284 s; the session lasts 360 s. */
	r = READ(PER_MEMBER, pauses, "m1", NULL);
	CHECK_NEAR(r.value, 1);
	REQUIRE(r.evidence.n == 1);
	CHECK_INT(r.evidence.items[0].turn, 3);
	CHECK_NEAR(READ(PER_MEMBER, time, "m1", NULL).value, 100 * 88. / 284);
	CHECK_NEAR(READ(PER_MEMBER, hourly, "m1", NULL).value, 10);
}

/* 126.1 and 129.1 are floats of different size: their difference is not quite 3. */
TEST(a_pause_of_three_seconds_is_not_more_than_three)
{
	struct test_case *c = case_new(arena);
	struct skeleton *s = case_session(c, 0, 1);

	case_turn(c, s, "t1", "m1", 10, NULL);
	case_time(s, 100, 126.1);
	case_turn(c, s, "m1", "t1", 10, NULL);
	case_time(s, 129.1, 140);
	CHECK_NEAR(READ(PER_MEMBER, "{turns: {from: member, gap_before: more than 3 seconds}, count: at least 1}", "m1",
			NULL)
			   .value,
		   0);
}

TEST(short_replies_against_the_members_own_past)
{
	struct test_case *c = case_new(arena);
	const char
		*yaml = "{turns: {from: member, words: at most 3}, measure: share, versus: own mean, sd: at least 2, "
			"needs: 3 sessions}",
		*brief = "{turns: {from: member}, measure: median_words, versus: own mean, times: at most 0.5}";
	static const int short_ones[] = { 1, 1, 1, 4 };
	struct reading r;

	for (int i = 0; i < 4; i++) {
		struct skeleton *s = case_session(c, 7 * i, i + 1);

		for (int k = 0; k < 5; k++) {
			case_turn(c, s, "t1", "m1", 9, NULL);
			case_turn(c, s, "m1", "t1", k < short_ones[i] ? 2 : 12, NULL);
		}
	}
	/* 20 % three times, then 80 %; the SD's floor is 2.5 points. */
	r = READ(PER_MEMBER, yaml, "m1", NULL);
	CHECK_INT(r.truth, TRUTH_TRUE);
	CHECK_NEAR(r.value, 24);
	CHECK_NEAR(r.limit, 25);
	CHECK_NEAR(READ(PER_MEMBER, brief, "m1", NULL).value, 2. / 12);
	CHECK_INT(TRUTH(PER_MEMBER, brief, "m1", NULL), TRUTH_TRUE);
}

TEST(without_a_therapist_in_the_roles_a_signal_that_needs_one_is_not_known)
{
	struct test_case *c = case_new(arena);
	struct skeleton *s;

	case_nobody(c);
	case_person(c, "m1", ROLE_CLIENT, NAN);
	s = case_session(c, 0, 1);
	case_turn(c, s, "m1", NULL, 5, NULL);
	CHECK_INT(TRUTH(PER_MEMBER, "{turns: {from: therapist, says: blame}, count: at most 2}", "m1", NULL),
		  TRUTH_NO_DATA);
	CHECK_INT(TRUTH(PER_MEMBER, few, "m1", NULL), TRUTH_NO_DATA);
}

TEST(phrases_in_a_rule_are_a_lexicon_of_their_own)
{
	struct test_case *c = case_new(arena);
	struct skeleton *s = case_session(c, 0, 1);

	case_turn(c, s, "m1", "t1", 5, "r#1");
	case_turn(c, s, "m1", "t1", 5, "blame");
	CHECK_NEAR(READ(PER_MEMBER, "{turns: {from: member, says: [blame, tell me what to do]}, count: at least 2}",
			"m1", NULL)
			   .value,
		   2);
}
