/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "case.h"

static const double fall[] = { 38, 37.5, 38, 37, 38, 31 };

static struct test_case *case_that_falls(struct arena *a)
{
	struct test_case *c = case_new(a);

	case_series(c, "m1", "SRS", fall, 6);
	return c;
}

TEST(a_fall_is_counted_in_own_sds_below_the_own_mean)
{
	struct test_case *c = case_that_falls(arena);
	struct reading r = case_read(c, PER_MEMBER, "{score: SRS, versus: own mean, sd: at most -2, needs: 3 sessions}",
				     5, "m1", NULL);

	/* mean of 38 37.5 38 37 38 = 37.7; their SD is .4, so the floor stands: 2.5 % of 40 = 1. */
	CHECK_INT(r.truth, TRUTH_TRUE);
	CHECK_NEAR(r.baseline, 37.7);
	CHECK_NEAR(r.sd, 1);
	CHECK_INT(r.baseline_n, 5);
	CHECK_NEAR(r.value, -6.7);
	CHECK_NEAR(r.raw, 31);
	CHECK_NEAR(r.limit, 35.7);
}

TEST(an_sd_above_the_floor_is_the_populations)
{
	struct test_case *c = case_new(arena);
	const double series[] = { 30, 34, 38, 28 };
	struct reading r;

	case_series(c, "m1", "SRS", series, 4);
	r = case_read(c, PER_MEMBER, "{score: SRS, versus: own mean, sd: at most -1}", 3, "m1", NULL);
	/* mean 34, squares 16 + 0 + 16 over 3. */
	CHECK_NEAR(r.sd, sqrt(32. / 3));
	CHECK_NEAR(r.value, -6 / sqrt(32. / 3));
	CHECK_INT(r.truth, TRUTH_TRUE);
}

TEST(a_baseline_needs_its_sessions)
{
	struct test_case *c = case_that_falls(arena);
	const char *yaml = "{score: SRS, versus: own mean, sd: at most -2, needs: 3 sessions}";

	CHECK_INT(case_read(c, PER_MEMBER, yaml, 2, "m1", NULL).truth, TRUTH_NO_DATA);
	CHECK_INT(case_read(c, PER_MEMBER, yaml, 3, "m1", NULL).truth, TRUTH_FALSE);
	CHECK_INT(case_read(c, PER_MEMBER, "{score: SRS, versus: own mean, sd: at most -2, needs: 6 sessions}", 5, "m1",
			    NULL)
			  .truth,
		  TRUTH_NO_DATA);
}

TEST(a_control_chart_widens_by_its_moving_range_or_its_floor)
{
	struct test_case *c = case_that_falls(arena);
	struct reading r = case_read(c, PER_MEMBER, "{score: SRS, versus: control chart, floor: 2, needs: 5 sessions}",
				     5, "m1", NULL);

	/* moving ranges .5 .5 1 1: mean .75; 2.66 * .75 = 1.995, less than the floor of 2. */
	CHECK_INT(r.truth, TRUTH_TRUE);
	CHECK_NEAR(r.limit, 35.7);
	r = case_read(c, PER_MEMBER, "{score: SRS, versus: control chart}", 5, "m1", NULL);
	CHECK_NEAR(r.limit, 37.7 - 1.995);
	CHECK_INT(case_read(c, PER_MEMBER, "{score: SRS, versus: control chart}", 4, "m1", NULL).truth, TRUTH_NO_DATA);
}

TEST(a_score_on_the_charts_limit_is_not_off_it)
{
	struct test_case *c = case_new(arena);
	const double series[] = { 36, 36, 36, 36, 36, 34 };

	case_series(c, "m1", "SRS", series, 6);
	CHECK_INT(case_read(c, PER_MEMBER, "{score: SRS, versus: control chart, floor: 2}", 5, "m1", NULL).truth,
		  TRUTH_FALSE);
	CHECK_INT(case_read(c, PER_MEMBER, "{score: SRS, versus: control chart, floor: 1.9}", 5, "m1", NULL).truth,
		  TRUTH_TRUE);
}

/* The mean of three times 37.1 and twice 37.6 is 37.3, but for the last bit. */
TEST(a_score_on_the_charts_limit_is_not_off_it_by_a_rounding)
{
	struct test_case *c = case_new(arena);
	const double series[] = { 37.1, 37.6, 37.1, 37.6, 37.1, 35.3 };

	case_series(c, "m1", "SRS", series, 6);
	CHECK_INT(case_read(c, PER_MEMBER, "{score: SRS, versus: control chart, floor: 2}", 5, "m1", NULL).truth,
		  TRUTH_FALSE);
}

/* Two raters of one member: which of them counts must not hang on whose record came first. */
TEST(of_several_raters_the_same_one_counts_whoever_was_seen_first)
{
	for (int swapped = 0; swapped < 2; swapped++) {
		struct test_case *c = case_new(arena);
		struct skeleton *s;

		case_nobody(c);
		case_person(c, "m1", ROLE_CHILD, 12);
		case_person(c, swapped ? "p2" : "p1", ROLE_PARENT, NAN);
		case_person(c, swapped ? "p1" : "p2", ROLE_PARENT, NAN);
		s = case_session(c, 0, 1);
		case_rating(c, s, "p2", "m1", "SRS", 20);
		case_rating(c, s, "p1", "m1", "SRS", 30);
		CHECK_NEAR(case_read(c, PER_MEMBER, "{score: {of: SRS, by: anyone}, value: at least 1}", 0, "m1", NULL)
				   .raw,
			   30);
	}
}

TEST(a_score_that_has_the_item_goes_before_one_that_has_not)
{
	struct test_case *c = case_new(arena);
	struct skeleton *s = case_session(c, 0, 1);

	case_score(c, s, "m1", "CSRS", 31);
	case_item(c, s, "m1", "SRS", "goals", 8);
	CHECK_NEAR(
		case_read(c, PER_MEMBER, "{score: {of: alliance40, item: any}, value: less than 9}", 0, "m1", NULL).raw,
		8);
}

TEST(of_an_instrument_where_high_is_bad_the_chart_watches_the_rise)
{
	struct test_case *c = case_new(arena);
	const double series[] = { 60, 62, 60, 62, 60, 80, 40 };

	case_series(c, "m1", "OQ45", series, 7);
	CHECK_INT(case_read(c, PER_MEMBER, "{score: OQ45, versus: control chart}", 5, "m1", NULL).truth, TRUTH_TRUE);
	CHECK_INT(case_read(c, PER_MEMBER, "{score: OQ45, versus: control chart}", 6, "m1", NULL).truth, TRUTH_FALSE);
	CHECK_INT(case_read(c, PER_MEMBER, "{score: OQ45, change: worse by at least 14}", 5, "m1", NULL).truth,
		  TRUTH_TRUE);
	CHECK_INT(case_read(c, PER_MEMBER, "{score: OQ45, change: worse by at least 14}", 6, "m1", NULL).truth,
		  TRUTH_FALSE);
}

TEST(a_change_is_against_the_last_scored_session)
{
	struct test_case *c = case_new(arena);
	struct skeleton *s = case_session(c, 0, 1);
	struct reading r;

	case_score(c, s, "m1", "SRS", 36);
	case_session(c, 7, 2); /* no score */
	s = case_session(c, 14, 3);
	case_score(c, s, "m1", "SRS", 32.5);
	r = case_read(c, PER_MEMBER, "{score: SRS, change: worse by at least 3}", 2, "m1", NULL);
	CHECK_INT(r.truth, TRUTH_TRUE);
	CHECK_NEAR(r.value, 3.5);
	CHECK_NEAR(r.raw, -3.5);
	CHECK_NEAR(r.limit, -3);
	CHECK_INT(case_read(c, PER_MEMBER, "{score: SRS, change: worse by at least 3}", 1, "m1", NULL).truth,
		  TRUTH_NO_DATA);
	CHECK_INT(case_read(c, PER_MEMBER, "{score: SRS, change: worse by at least 3}", 0, "m1", NULL).truth,
		  TRUTH_NO_DATA);
	CHECK_INT(case_read(c, PER_MEMBER, "{score: SRS, change: worse by at least 3.6}", 2, "m1", NULL).truth,
		  TRUTH_FALSE);
	CHECK_INT(case_read(c, PER_MEMBER, "{score: SRS, change: at most -3}", 2, "m1", NULL).truth, TRUTH_TRUE);
	CHECK_INT(case_read(c, PER_MEMBER, "{score: SRS, change: better by at least 1}", 2, "m1", NULL).truth,
		  TRUTH_FALSE);
}

TEST(a_missing_score_is_not_a_low_one)
{
	struct test_case *c = case_new(arena);
	struct skeleton *s = case_session(c, 0, 1);

	case_score(c, s, "m2", "SRS", 20);
	case_score(c, s, "m1", "ORS", 10);
	case_rating(c, s, "t1", "m1", "SRS", 9);
	CHECK_INT(case_read(c, PER_MEMBER, "{score: SRS, value: less than 36}", 0, "m1", NULL).truth, TRUTH_NO_DATA);
	CHECK_INT(case_read(c, PER_MEMBER, "{score: SRS, value: less than 36}", 0, "m2", NULL).truth, TRUTH_TRUE);
	CHECK_INT(case_read(c, PER_MEMBER, "{score: SRS, value: less than 36, missing: yes}", 0, "m1", NULL).truth,
		  TRUTH_TRUE);
	CHECK_INT(case_read(c, PER_MEMBER, "{score: SRS, value: less than 36, missing: no}", 0, "m1", NULL).truth,
		  TRUTH_FALSE);
	CHECK_INT(
		case_read(c, PER_MEMBER, "{score: {of: SRS, by: therapist}, value: less than 10}", 0, "m1", NULL).truth,
		TRUTH_TRUE);
}

TEST(a_family_of_instruments_takes_any_but_baselines_mix_none)
{
	struct test_case *c = case_new(arena);

	for (int i = 0; i < 4; i++)
		case_score(c, case_session(c, 7 * i, i + 1), "m3", "CSRS", 30);
	case_score(c, case_session(c, 28, 5), "m3", "SRS", 20);
	CHECK_INT(case_read(c, PER_MEMBER, "{score: alliance40, value: less than 36}", 0, "m3", NULL).truth,
		  TRUTH_TRUE);
	CHECK_INT(
		case_read(c, PER_MEMBER, "{score: alliance40, versus: own mean, sd: at most -2}", 4, "m3", NULL).truth,
		TRUTH_NO_DATA);
	CHECK_INT(case_read(c, PER_MEMBER, "{score: alliance40, change: worse by at least 3}", 4, "m3", NULL).truth,
		  TRUTH_NO_DATA);
}

TEST(a_gap_between_two_is_counted_in_pooled_sds)
{
	struct test_case *c = case_new(arena);
	struct skeleton *s = case_session(c, 0, 1);
	const char *yaml = "{score: alliance40, of: other, minus: member, value: at most -1 pooled sd}";
	struct reading r;

	case_score(c, s, "m1", "SRS", 38);
	case_score(c, s, "m2", "SRS", 34);
	r = case_read(c, PER_PAIR, yaml, 0, "m1", "m2");
	CHECK_INT(r.truth, TRUTH_TRUE);
	CHECK_NEAR(r.value, -1);
	CHECK_NEAR(r.raw, -4);
	CHECK_NEAR(r.limit, -4);
	CHECK_INT(case_read(c, PER_PAIR, yaml, 0, "m2", "m1").truth, TRUTH_FALSE);
	CHECK_INT(case_read(c, PER_PAIR, yaml, 0, "m1", "m3").truth, TRUTH_NO_DATA);
	/* Against whoever stands highest. */
	CHECK_INT(case_read(c, PER_MEMBER, "{score: alliance40, minus: any member, value: at most -1 pooled sd}", 0,
			    "m2", NULL)
			  .truth,
		  TRUTH_TRUE);
}

TEST(half_of_the_fall_made_up_is_recovered)
{
	struct test_case *c = case_new(arena);
	const double series[] = { 38, 36, 30, 32, 33.4, 33.5 };
	const char *yaml = "{score: SRS, recovered: at least 50%}";
	struct signal *s;
	struct history *h;
	struct view v;
	struct reading r;

	case_series(c, "m1", "SRS", series, 6);
	s = case_signal(c, PER_MEMBER, yaml);
	h = case_history(c);
	REQUIRE(s);
	v = (struct view){ .history = h,
			   .subject = { case_who(c, "m1"), -1 },
			   .opened_at = h->sessions[2].started,
			   .instruments = &c->rules->instruments,
			   .arena = arena };
	/* mean before: 37; lowest: 30; half way: 33.5. */
	for (v.session = 2; v.session < 6; v.session++) {
		r = signal_evaluate(s, &v);
		CHECK_INT(r.truth, v.session == 5 ? TRUTH_TRUE : TRUTH_FALSE);
	}
	CHECK_NEAR(r.value, 50);
	CHECK_INT(case_read(c, PER_MEMBER, yaml, 5, "m1", NULL).truth, TRUTH_NO_DATA);
}

TEST(a_slope_is_points_a_session_and_a_reliable_change_counts_indices)
{
	struct test_case *c = case_new(arena);
	const double series[] = { 36, 35, 33, 30 };

	case_series(c, "m1", "SRS", series, 4);
	/* x 1..4, y 36 35 33 30: (4 * 325 - 10 * 134) / (4 * 30 - 100) = -2 */
	CHECK_NEAR(case_read(c, PER_MEMBER, "{score: SRS, slope: at most -2}", 3, "m1", NULL).value, -2);
	CHECK_INT(case_read(c, PER_MEMBER, "{score: SRS, slope: at most -2}", 1, "m1", NULL).truth, TRUTH_NO_DATA);
	CHECK_NEAR(case_read(c, PER_MEMBER, "{score: SRS, reliable_change: worse by at least 1}", 3, "m1", NULL).value,
		   1.2);
}

TEST(items_are_asked_by_name_and_any_is_the_worst)
{
	struct test_case *c = case_new(arena);
	struct skeleton *s = case_session(c, 0, 1);

	case_item(c, s, "m1", "SRS", "relationship", 9.5);
	case_item(c, s, "m1", "SRS", "goals", 8);
	CHECK_NEAR(case_read(c, PER_MEMBER, "{score: {of: SRS, item: relationship}, value: less than 9}", 0, "m1", NULL)
			   .value,
		   9.5);
	CHECK_INT(case_read(c, PER_MEMBER, "{score: {of: SRS, item: any}, value: less than 9}", 0, "m1", NULL).truth,
		  TRUTH_TRUE);
	CHECK_INT(case_read(c, PER_MEMBER, "{score: SRS, value: less than 36}", 0, "m1", NULL).truth, TRUTH_NO_DATA);
}

TEST(perfect_three_times_counts_the_sessions_the_member_attended)
{
	struct test_case *c = case_new(arena);
	const char *yaml = "{score: SRS, value: at least 39.5, in: 3 of last 3 sessions}";

	case_score(c, case_session(c, 0, 1), "m1", "SRS", 40);
	case_score(c, case_session(c, 7, 2), "m1", "SRS", 39.5);
	CHECK_INT(case_read(c, PER_MEMBER, yaml, -1, "m1", NULL).truth, TRUTH_FALSE);
	case_attendance(c, case_session(c, 14, 3), "m1", CANCELLED, BY_CLIENT, NAN);
	case_score(c, case_session(c, 21, 4), "m1", "SRS", 40);
	CHECK_INT(case_read(c, PER_MEMBER, yaml, -1, "m1", NULL).truth, TRUTH_TRUE);
	/* Came, but no score: one of the three is not known. */
	case_attendance(c, case_session(c, 28, 5), "m1", ATTENDED, BY_UNSAID, NAN);
	CHECK_INT(case_read(c, PER_MEMBER, yaml, -1, "m1", NULL).truth, TRUTH_NO_DATA);
	CHECK_INT(
		case_read(c, PER_MEMBER, "{score: SRS, value: at least 39.5, in: 2 of last 3 sessions}", -1, "m1", NULL)
			.truth,
		TRUTH_TRUE);
	CHECK_INT(
		case_read(c, PER_MEMBER, "{score: SRS, value: less than 20, in: 2 of last 3 sessions}", -1, "m1", NULL)
			.truth,
		TRUTH_FALSE);
}

TEST(any_member_is_one_of_them_and_every_member_is_all)
{
	struct test_case *c = case_new(arena);
	struct skeleton *s = case_session(c, 0, 1);

	case_score(c, s, "m1", "SRS", 39);
	case_score(c, s, "m2", "SRS", 30);
	CHECK_INT(case_read(c, PER_CASE, "{score: SRS, value: less than 36}", 0, NULL, NULL).truth, TRUTH_TRUE);
	CHECK_INT(case_read(c, PER_CASE, "{score: SRS, of: any member, value: less than 25}", 0, NULL, NULL).truth,
		  TRUTH_NO_DATA); /* m3 did not score */
	CHECK_INT(case_read(c, PER_CASE, "{score: SRS, of: every member, value: less than 36}", 0, NULL, NULL).truth,
		  TRUTH_FALSE);
	case_attendance(c, s, "m3", NO_SHOW, BY_UNSAID, NAN);
	CHECK_INT(case_read(c, PER_CASE, "{score: SRS, of: any member, value: less than 25}", 0, NULL, NULL).truth,
		  TRUTH_FALSE);
}

TEST(the_memo_changes_no_answer)
{
	struct test_case *c = case_that_falls(arena);
	struct signal *s = case_signal(c, PER_MEMBER, "{score: SRS, versus: own median, by: at most -3}");
	struct history *h = case_history(c);
	struct view v = { .history = h,
			  .subject = { case_who(c, "m1"), -1 },
			  .opened_at = DATE_NONE,
			  .instruments = &c->rules->instruments,
			  .memo = signal_memo_new(arena, 1, 4, 6),
			  .arena = arena };

	REQUIRE(s);
	for (int round = 0; round < 2; round++)
		for (v.session = 0; v.session < h->n; v.session++) {
			struct reading plain, kept = signal_evaluate(s, &v);
			struct view without = v;

			without.memo = NULL;
			plain = signal_evaluate(s, &without);
			CHECK_INT(kept.truth, plain.truth);
			CHECK(isnan(kept.value) ? isnan(plain.value) : kept.value == plain.value);
		}
	v.session = 5;
	CHECK_NEAR(signal_evaluate(s, &v).baseline, 38);
}
