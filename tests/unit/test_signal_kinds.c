/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every kind but turns and score, with its part absent, empty and present. */
#include "case.h"

#define TRUTH(per, yaml, session, member) case_read(c, per, yaml, session, member, NULL).truth
#define READ(per, yaml, session, member)  case_read(c, per, yaml, session, member, NULL)

TEST(a_code_is_known_when_listed_or_its_system_was_coded)
{
	struct test_case *c = case_new(arena);
	const char *yaml = "{code: 3RS.confrontation, salience: at least 3}",
		   *low = "{code: 3RS.confrontation, salience: at most 2}";
	struct skeleton *s = case_session(c, 0, 1);

	CHECK_INT(TRUTH(PER_MEMBER, low, 0, "m1"), TRUTH_NO_DATA);
	case_code(c, s, "3RS", "denial", "m1", 4, NAN);
	CHECK_INT(TRUTH(PER_MEMBER, low, 0, "m1"), TRUTH_NO_DATA); /* only listed markers are known */
	case_coded(c, s, "SOFTA");
	CHECK_INT(TRUTH(PER_MEMBER, low, 0, "m1"), TRUTH_NO_DATA);
	case_coded(c, s, "3RS");
	CHECK_INT(TRUTH(PER_MEMBER, low, 0, "m1"), TRUTH_TRUE); /* 0 */
	CHECK_INT(TRUTH(PER_MEMBER, yaml, 0, "m1"), TRUTH_FALSE);
	case_code(c, s, "3RS", "confrontation", "m1", 3, NAN);
	CHECK_INT(TRUTH(PER_MEMBER, yaml, 0, "m1"), TRUTH_TRUE);
	CHECK_INT(TRUTH(PER_MEMBER, yaml, 0, "m2"), TRUTH_FALSE);
	CHECK_INT(TRUTH(PER_MEMBER, "{code: 3RS.*, count: at least 2}", 0, "m1"), TRUTH_TRUE);
	case_attendance(c, s, "m2", NO_SHOW, BY_UNSAID, NAN);
	CHECK_INT(TRUTH(PER_MEMBER, yaml, 0, "m2"), TRUTH_NO_DATA); /* nobody could mark who was away */
	case_unlist(case_session(c, 7, 2), "m2");
}

TEST(a_code_of_the_case_is_everybodys_and_the_rating_nearest_the_threshold_counts)
{
	struct test_case *c = case_new(arena);
	struct skeleton *s = case_session(c, 0, 1);

	case_code(c, s, "SOFTA", "shared_purpose", NULL, NAN, -2);
	case_code(c, s, "SOFTA", "safety", "m2", NAN, 2);
	case_code(c, s, "SOFTA", "safety", "m2", NAN, -1);
	CHECK_INT(TRUTH(PER_MEMBER, "{code: SOFTA.shared_purpose, value: at most -2}", 0, "m1"), TRUTH_TRUE);
	CHECK_INT(TRUTH(PER_MEMBER, "{code: SOFTA.safety, value: at most -1}", 0, "m2"), TRUTH_TRUE);
	CHECK_INT(TRUTH(PER_MEMBER, "{code: SOFTA.safety, value: at least 2}", 0, "m2"), TRUTH_TRUE);
	CHECK_INT(TRUTH(PER_MEMBER, "{code: SOFTA.safety, salience: at least 1}", 0, "m2"), TRUTH_NO_DATA);
	CHECK_INT(TRUTH(PER_CASE, "{code: SOFTA.*, value: at most -2}", 0, NULL), TRUTH_TRUE);
}

TEST(homework_that_was_not_set_is_not_undone)
{
	struct test_case *c = case_new(arena);
	const char *yaml = "{homework: member, value: less than 2}";
	struct skeleton *s = case_session(c, 0, 1);

	CHECK_INT(TRUTH(PER_MEMBER, yaml, 0, "m1"), TRUTH_NO_DATA);
	case_homework(c, s, "m1", NAN);
	CHECK_INT(TRUTH(PER_MEMBER, yaml, 0, "m1"), TRUTH_NO_DATA);
	case_homework(c, s, "m2", 1);
	CHECK_INT(TRUTH(PER_MEMBER, yaml, 0, "m2"), TRUTH_TRUE);
	case_homework(c, s, "m3", 2);
	CHECK_INT(TRUTH(PER_MEMBER, yaml, 0, "m3"), TRUTH_FALSE);
	CHECK_INT(TRUTH(PER_CASE, "{homework: rating, value: less than 2}", 0, NULL), TRUTH_TRUE);
}

TEST(misses_are_counted_over_all_sessions)
{
	struct test_case *c = case_new(arena);
	const char *yaml = "{attendance: {status: [no_show, cancelled], by: client, notice_hours: less than 24}, "
			   "count: at least 2, within: 4 sessions}";
	struct skeleton *s = case_session(c, 0, 1);

	case_attendance(c, s, "m1", NO_SHOW, BY_UNSAID, NAN);
	s = case_session(c, 7, 2);
	case_attendance(c, s, "m1", CANCELLED, BY_PROVIDER, 2);
	s = case_session(c, 14, 3);
	case_attendance(c, s, "m1", CANCELLED, BY_CLIENT, 48);
	CHECK_INT(TRUTH(PER_MEMBER, yaml, 2, "m1"), TRUTH_FALSE);
	CHECK_NEAR(case_read(c, PER_MEMBER, yaml, 2, "m1", NULL).raw, 1);
	s = case_session(c, 21, 4);
	case_attendance(c, s, "m1", CANCELLED, BY_CLIENT, 3);
	CHECK_INT(TRUTH(PER_MEMBER, yaml, 3, "m1"), TRUTH_TRUE);
	s = case_session(c, 28, 5); /* the first has left the window */
	case_attendance(c, s, "m1", ATTENDED, BY_UNSAID, NAN);
	CHECK_INT(TRUTH(PER_MEMBER, yaml, 4, "m1"), TRUTH_FALSE);
	CHECK_INT(TRUTH(PER_MEMBER, "{attendance: [no_show, cancelled], count: at least 1, within: 8 days}", 4, "m1"),
		  TRUTH_TRUE);
	CHECK_INT(TRUTH(PER_MEMBER, "{attendance: no_show, count: at least 1, within: 8 days}", 4, "m1"), TRUTH_FALSE);
}

TEST(unknown_attendance_is_neither_a_miss_nor_none)
{
	struct test_case *c = case_new(arena);
	const char *yaml = "{attendance: no_show, count: at least 2, within: 3 sessions}";

	case_attendance(c, case_session(c, 0, 1), "m1", NO_SHOW, BY_UNSAID, NAN);
	case_session(c, 7, 2);
	CHECK_INT(TRUTH(PER_MEMBER, yaml, 1, "m1"), TRUTH_NO_DATA);
	case_attendance(c, case_session(c, 14, 3), "m1", NO_SHOW, BY_UNSAID, NAN);
	CHECK_INT(TRUTH(PER_MEMBER, yaml, 2, "m1"), TRUTH_TRUE); /* whatever the unknown one was */
	CHECK_INT(TRUTH(PER_MEMBER, "{attendance: no_show, count: at least 1, in: 2 of last 2 sessions}", 2, "m1"),
		  TRUTH_NO_DATA);
	/* Cancelled, by nobody knows whom. */
	case_attendance(c, case_session(c, 21, 4), "m1", CANCELLED, BY_UNSAID, NAN);
	CHECK_INT(TRUTH(PER_MEMBER, "{attendance: {status: cancelled, by: client}, count: at least 1}", 3, "m1"),
		  TRUTH_NO_DATA);
	/* A turn shows that somebody came, not when. */
	case_turn(c, case_session(c, 28, 5), "m1", "t1", 4, NULL);
	CHECK_INT(TRUTH(PER_MEMBER, "{attendance: no_show, count: at least 1}", 4, "m1"), TRUTH_FALSE);
	CHECK_INT(TRUTH(PER_MEMBER, "{attendance: late, count: at least 1}", 4, "m1"), TRUTH_NO_DATA);
}

TEST(a_report_that_nobody_made_says_nothing)
{
	struct test_case *c = case_new(arena);
	const char *felt = "{report: rupture, by: member, is: yes}", *none = "{report: rupture, by: therapist, is: no}";
	struct skeleton *s = case_session(c, 0, 1);

	CHECK_INT(TRUTH(PER_MEMBER, felt, 0, "m1"), TRUTH_NO_DATA);
	CHECK_INT(TRUTH(PER_MEMBER, none, 0, "m1"), TRUTH_NO_DATA);
	case_report(c, s, "m1", 1);
	case_report(c, s, "t1", -1);
	CHECK_INT(TRUTH(PER_MEMBER, felt, 0, "m1"), TRUTH_TRUE);
	CHECK_INT(TRUTH(PER_MEMBER, felt, 0, "m2"), TRUTH_NO_DATA);
	CHECK_INT(TRUTH(PER_MEMBER, none, 0, "m1"), TRUTH_NO_DATA);
	s->reports.items[1].rupture = 0;
	CHECK_INT(TRUTH(PER_MEMBER, none, 0, "m1"), TRUTH_TRUE);
	CHECK_INT(TRUTH(PER_MEMBER, "{report: rupture, by: any member, is: no}", 0, "m1"), TRUTH_FALSE);
}

TEST(a_next_session_is_ahead_until_two_days_after_it)
{
	struct test_case *c = case_new(arena);
	const char *yaml = "{field: next_session, is: ahead}";
	struct skeleton *s = case_session(c, 10, 1);
	struct reading r;

	CHECK_INT(TRUTH(PER_CASE, yaml, 0, NULL), TRUTH_NO_DATA);
	CHECK_INT(TRUTH(PER_CASE, "{field: next_session, is: ahead, missing: no}", 0, NULL), TRUTH_FALSE);
	case_next_none(s);
	CHECK_INT(TRUTH(PER_CASE, yaml, 0, NULL), TRUTH_FALSE);
	case_next(s, 8);
	r = case_read(c, PER_CASE, yaml, 0, NULL, NULL);
	CHECK_INT(r.truth, TRUTH_TRUE);
	CHECK_INT(r.true_at, case_day(10) + 1);
	case_next(s, 7.9);
	CHECK_INT(TRUTH(PER_CASE, yaml, 0, NULL), TRUTH_FALSE);
}

TEST(a_flag_that_is_not_there_is_not_down)
{
	struct test_case *c = case_new(arena);
	struct skeleton *s = case_session(c, 0, 1);

	CHECK_INT(TRUTH(PER_CASE, "{field: flags.safeguarding, is: no}", 0, NULL), TRUTH_NO_DATA);
	case_flag(c, s, "safeguarding", false);
	CHECK_INT(TRUTH(PER_CASE, "{field: flags.safeguarding, is: yes}", 0, NULL), TRUTH_FALSE);
	CHECK_INT(TRUTH(PER_CASE, "{field: flags.safeguarding, is: no}", 0, NULL), TRUTH_TRUE);
	CHECK_INT(TRUTH(PER_CASE, "{field: minutes, value: less than 30}", 0, NULL), TRUTH_NO_DATA);
	s->minutes = 25;
	CHECK_INT(TRUTH(PER_CASE, "{field: minutes, value: less than 30}", 0, NULL), TRUTH_TRUE);
	CHECK_INT(TRUTH(PER_CASE, "{field: modality, equals: [family, couple]}", 0, NULL), TRUTH_NO_DATA);
	s->modality = STR("couple");
	CHECK_INT(TRUTH(PER_CASE, "{field: modality, equals: [family, couple]}", 0, NULL), TRUTH_TRUE);
}

static void called(struct test_case *c, struct skeleton *s, int who, double day)
{
	*VEC_PUSH(c->arena, &s->contacts) = (struct contact){ .who = who, .at = case_day(day), .kind = STR("call") };
}

TEST(contacts_are_counted_since_the_session_before)
{
	static const char calls[] = "{field: contacts, value: at least 2}";
	struct test_case *c = case_new(arena);
	struct skeleton *first = case_session(c, 0, 1), *second;

	CHECK_INT(TRUTH(PER_MEMBER, calls, 0, "m1"), TRUTH_NO_DATA);
	second = case_session(c, 7, 2);
	called(c, first, 1, -3);
	called(c, first, 1, 2); /* written down late, into the record before */
	called(c, second, 1, 3);
	called(c, second, 2, 4);
	called(c, second, 1, 8); /* after this session */
	CHECK_NEAR(READ(PER_MEMBER, calls, 0, "m1").value, 1);
	CHECK_NEAR(READ(PER_MEMBER, calls, 1, "m1").value, 2);
	CHECK_NEAR(READ(PER_MEMBER, calls, 1, "m2").value, 1);
	CHECK_NEAR(READ(PER_MEMBER, calls, 1, "m3").value, 0);
	CHECK_NEAR(READ(PER_CASE, calls, 1, NULL).value, 3);
	CHECK_NEAR(READ(PER_THERAPIST, calls, 1, "t1").value, 3);
}

TEST(an_age_that_is_not_known_is_not_grown_up)
{
	struct test_case *c = case_new(arena);
	const char *yaml = "{participant: anyone, age: less than 18}";

	case_session(c, 0, 1);
	CHECK_INT(TRUTH(PER_CASE, yaml, 0, NULL), TRUTH_TRUE);
	case_unlist(case_session(c, 7, 2), "m3"); /* still the child's case */
	CHECK_INT(TRUTH(PER_CASE, yaml, 1, NULL), TRUTH_TRUE);
	c = case_new(arena);
	case_nobody(c);
	case_person(c, "t1", ROLE_THERAPIST, NAN);
	case_person(c, "m1", ROLE_CLIENT, 40);
	case_session(c, 0, 1);
	CHECK_INT(TRUTH(PER_CASE, yaml, 0, NULL), TRUTH_FALSE);
	case_person(c, "m2", ROLE_RELATIVE, NAN);
	case_session(c, 7, 2);
	CHECK_INT(TRUTH(PER_CASE, yaml, 1, NULL), TRUTH_NO_DATA);
	CHECK_INT(TRUTH(PER_CASE, "{participant: anyone, age: less than 18, missing: yes}", 1, NULL), TRUTH_TRUE);
	CHECK_INT(TRUTH(PER_MEMBER, "{participant: member, role: [client, partner]}", 1, "m1"), TRUTH_TRUE);
	CHECK_INT(TRUTH(PER_MEMBER, "{participant: member, attending: no}", 1, "m1"), TRUTH_NO_DATA);
}

static struct reading elapsed(struct test_case *c, const char *yaml, double day)
{
	struct signal *s = case_signal(c, PER_CASE, yaml);
	struct history *h = case_history(c);
	struct view v = { .history = h,
			  .session = h->n - 1,
			  .as_of = case_day(day),
			  .subject = { -1, -1 },
			  .opened_at = DATE_NONE,
			  .arena = c->arena };

	if (!s)
		abort();
	return signal_evaluate(s, &v);
}

TEST(a_gap_is_long_when_every_limit_that_can_be_computed_is_passed)
{
	struct test_case *c = case_new(arena);
	const char *yaml = "{elapsed: {since: last attended session}, longer_than: [2x own interval, 21 days]}";
	static const double days[] = { 0, 14, 28, 42 };
	struct reading r;

	case_score(c, case_session(c, 0, 1), "m1", "SRS", 30);
	CHECK_INT(elapsed(c, yaml, 21).truth, TRUTH_FALSE); /* the interval is not known: 21 days alone */
	CHECK_INT(elapsed(c, yaml, 21.1).truth, TRUTH_TRUE);
	CHECK_INT(elapsed(c, "{elapsed: {since: last attended session}, longer_than: 2x own interval}", 99).truth,
		  TRUTH_NO_DATA);
	for (int i = 1; i < 4; i++)
		case_score(c, case_session(c, days[i], i + 1), "m1", "SRS", 30);
	r = elapsed(c, yaml, 64);
	CHECK_INT(r.truth, TRUTH_FALSE); /* 22 days of 28 */
	CHECK_NEAR(r.limit, 28);
	CHECK_NEAR(r.value, 22);
	CHECK_INT(r.true_at, case_day(70) + 1);
	CHECK_INT(elapsed(c, yaml, 70).truth, TRUTH_FALSE);
	CHECK_INT(elapsed(c, yaml, 70.1).truth, TRUTH_TRUE);
}

TEST(a_session_that_may_have_been_attended_makes_the_gap_unknown)
{
	struct test_case *c = case_new(arena);
	const char *yaml = "{elapsed: {since: last attended session}, longer_than: 21 days}";
	struct skeleton *s;

	case_score(c, case_session(c, 0, 1), "m1", "SRS", 30);
	s = case_session(c, 14, 2);
	CHECK_INT(elapsed(c, yaml, 20).truth, TRUTH_FALSE);
	CHECK_INT(elapsed(c, yaml, 25).truth, TRUTH_NO_DATA);
	CHECK_INT(elapsed(c, yaml, 36).truth, TRUTH_TRUE);
	case_attendance(c, s, "m1", NO_SHOW, BY_UNSAID, NAN);
	case_attendance(c, s, "m2", NO_SHOW, BY_UNSAID, NAN);
	case_attendance(c, s, "m3", NO_SHOW, BY_UNSAID, NAN);
	CHECK_INT(elapsed(c, yaml, 25).truth, TRUTH_TRUE);
}

TEST(while_the_site_is_silent_time_alone_tells_nothing)
{
	struct test_case *c = case_new(arena);
	struct signal *gap =
		case_signal(c, PER_CASE, "{elapsed: {since: last attended session}, longer_than: 21 days}");
	struct signal *booked = case_signal(c, PER_CASE, "{field: next_session, is: ahead}");
	struct skeleton *s = case_session(c, 0, 1);
	struct view v = { .subject = { -1, -1 }, .opened_at = DATE_NONE, .arena = arena };
	struct history *h;

	case_score(c, s, "m1", "SRS", 30);
	s->next = NEXT_NONE;
	s->site = STR("north");
	v.history = h = case_history(c);
	v.as_of = case_day(25);
	CHECK_INT(signal_evaluate(gap, &v).truth, TRUTH_TRUE);
	CHECK_INT(signal_evaluate(booked, &v).truth, TRUTH_FALSE);
	h->site_last_at = case_day(23);
	h->site_silent_from = case_day(25);
	CHECK_INT(signal_evaluate(gap, &v).truth, TRUTH_TRUE); /* not yet */
	h->site_silent_from = case_day(24);
	CHECK_INT(signal_evaluate(gap, &v).truth, TRUTH_NO_DATA);
	CHECK_STR(str_of(signal_evaluate(gap, &v).why), "no record from site north for 48 h: its export may be broken");
	CHECK(signal_evaluate(gap, &v).true_at == DATE_NONE);
	CHECK_INT(signal_evaluate(booked, &v).truth, TRUTH_NO_DATA);
	/* A session that is there is judged. */
	h->site_silent_from = case_day(-5);
	v.as_of = case_day(0);
	CHECK_INT(signal_evaluate(gap, &v).truth, TRUTH_FALSE);
	CHECK_INT(signal_evaluate(booked, &v).truth, TRUTH_FALSE);
}
