/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/why_not.h"

#include "case.h"
#include "reading.h"

/* What the signal says of itself as the only one of a rule, at the last session of m1; "" when nothing. */
static struct str said(struct arena *a, struct test_case *c, const char *yaml, double *ret_distance)
{
	static const struct condition alone = { .op = CONDITION_SIGNAL };
	static struct severity_line ladder = { SEVERITY_NOTICE, &alone };
	struct reading r = case_read(c, PER_MEMBER, yaml, -1, "m1", NULL);
	struct signal *s = case_signal(c, PER_MEMBER, yaml);
	struct rule rule = { .signals = &s, .n_signals = 1, .ladder = &ladder, .n_ladder = 1 };
	struct buf out = { 0 };
	struct str ret;

	if (!why_not_signal(&rule, 0, &r, &out))
		buf_puts(&out, STR(""));
	ret = arena_dup(a, out.n ? buf_str(&out) : STR(""));
	buf_release(&out);
	if (ret_distance)
		*ret_distance = why_not_distance(s, &r);
	return ret;
}

#define SAYS(yaml, words) CHECK_STR(said(arena, c, yaml, NULL), words)

static struct test_case *scored(struct arena *arena)
{
	static const double totals[] = { 36, 38, 36, 38, 33.5 };
	struct test_case *c = case_new(arena);

	case_series(c, "m1", "SRS", totals, 5);
	return c;
}

TEST(a_number_tells_what_would_have_done_in_points)
{
	struct test_case *c = scored(arena);

	SAYS("{score: SRS, value: at most 29}", "29 or less would do");
	SAYS("{score: SRS, value: less than 29}", "less than 29 would do");
	SAYS("{score: SRS, value: at least 36}", "36 or more would do");
	SAYS("{score: SRS, value: less than 33.5}", "it stands on the limit, 33.5: the least step beyond would do");
	SAYS("{score: SRS, value: 30}", "30 would do");
	SAYS("{score: SRS, value: between 20 and 30}", "3.5 off \"between 20 and 30\"");
	SAYS("{score: SRS, value: less than 36}", "");
}

TEST(what_is_counted_in_sds_or_off_a_chart_is_told_in_points)
{
	struct test_case *c = scored(arena);

	/* own mean 37, sd 1 */
	SAYS("{score: SRS, versus: own mean, sd: at most -4}", "33 or less would do");
	SAYS("{score: SRS, versus: own mean, by: worse by at least 5}", "32 or less would do");
	SAYS("{score: SRS, versus: own mean, times: at most 0.9}", "33.3 or less would do");
	/* mean moving range 2 */
	SAYS("{score: SRS, versus: control chart, needs: 4}", "less than 31.68 would do");
}

TEST(the_value_named_is_never_rounded_to_one_that_would_not_do)
{
	struct test_case *c = scored(arena);

	SAYS("{score: SRS, versus: own mean, times: at most 0.87777}", "32.47 or less would do"); /* 32.47749 */
	SAYS("{score: SRS, versus: own mean, times: at least 0.99991}", "37 or more would do");	  /* 36.99667 */
}

TEST(the_distance_is_a_number_in_the_same_unit)
{
	struct test_case *c = scored(arena);
	double distance;

	said(arena, c, "{score: SRS, versus: own mean, sd: at most -4}", &distance);
	CHECK_NEAR(distance, .5);
	said(arena, c, "{score: SRS, value: less than 36}", &distance);
	CHECK(isnan(distance));
	said(arena, c, "{score: SRS, value: less than 33.6, in: 3 of last 4 sessions}", &distance);
	CHECK_NEAR(distance, 2);
}

TEST(what_is_unknown_says_what_is_needed)
{
	struct test_case *c = scored(arena);

	SAYS("{score: SRS, value: less than 29, in: 3 of last 4 sessions}",
	     "0 of 3 sessions; 3 more among the last 4 would do");
	SAYS("{score: SRS, versus: own mean, sd: at most -4, needs: 9}",
	     "data would be needed: fewer earlier sessions than the baseline needs (4 of 9)");
	case_session(c, 40, 6);
	SAYS("{score: SRS, value: less than 29}", "data would be needed: no score in this session");
	SAYS("{score: SRS, value: less than 29, missing: no}", "data would be needed: no score in this session");
}

/* Missed on days 0, 20 and 40 of 40. */
static struct test_case *missing(struct arena *arena)
{
	struct test_case *c = case_new(arena);

	for (int i = 0; i < 5; i++)
		case_attendance(c, case_session(c, i * 10, i + 1), "m1", i % 2 ? ATTENDED : NO_SHOW, BY_CLIENT, NAN);
	return c;
}

TEST(a_count_tells_how_many_more_and_until_when)
{
	struct test_case *c = missing(arena);

	/* the missed session of day 20 leaves a window of 30 days on day 50: 2026-04-21 */
	SAYS("{attendance: no_show, count: at least 3, within: 30 days}",
	     "2 of 3 in 30 days; 1 more by 2026-04-21 14:00 UTC would do");
	SAYS("{attendance: no_show, count: more than 3, within: 60 days}",
	     "3 of 4 in 60 days; 1 more by 2026-05-01 14:00 UTC would do");
	SAYS("{attendance: no_show, count: at least 4, within: 4 sessions}", "2 of 4 in 4 sessions; 2 more would do");
	SAYS("{attendance: cancelled, count: at least 1, within: 30 days}", "0 of 1 in 30 days; 1 more would do");
}

TEST(a_timer_tells_when_it_fires_if_nothing_happens)
{
	struct test_case *c = missing(arena);

	/* last attended on day 30, 2026-04-01 */
	SAYS("{elapsed: {since: last attended session}, longer_than: 21 days}",
	     "turns at 2026-04-22 14:00 UTC if nothing happens");
}

/* Rules ---------------------------------------------------------------------------------------------------------- */

#define N 4

struct fixed {
	struct signal signals[N], *list[N];
	struct severity_line ladder;
	struct rule rule;
};

static void rule_of(struct arena *a, const char *condition, struct fixed *ret)
{
	static const char *const names[N] = { "a", "b", "c", "d" };
	struct reading_of in;

	*ret = (struct fixed){ 0 };
	for (size_t i = 0; i < N; i++) {
		ret->signals[i].name = str_of(names[i]);
		ret->list[i] = &ret->signals[i];
	}
	reading_begin(&in, a, arena_printf(a, "when: %s\n", condition).p);
	ret->ladder.when = condition_read(&in.reader, doc_get(in.doc, "when"), ret->list, N);
	ret->rule = (struct rule){ .signals = ret->list, .n_signals = N, .ladder = &ret->ladder, .n_ladder = 1 };
}

/* `truths`: a letter a signal, T, F or "-". */
static struct str takes(struct arena *a, const char *condition, const char *truths)
{
	struct reading readings[N];
	struct fixed f;
	struct buf out = { 0 };
	struct str ret;

	rule_of(a, condition, &f);
	for (size_t i = 0; i < N; i++)
		readings[i].truth = truths[i] == 'T' ? TRUTH_TRUE : truths[i] == 'F' ? TRUTH_FALSE : TRUTH_NO_DATA;
	if (!why_not_rule(&f.rule, readings, &out))
		buf_puts(&out, STR("nothing"));
	ret = arena_dup(a, buf_str(&out));
	buf_release(&out);
	return ret;
}

TEST(a_rule_names_the_smallest_set_that_would_fire_it)
{
	CHECK_STR(takes(arena, "a and b", "FFFF"), "a and b together would fire it");
	CHECK_STR(takes(arena, "a and b", "TFFF"), "b alone would fire it");
	CHECK_STR(takes(arena, "(a and b) or c", "FFFF"), "c alone would fire it");
	CHECK_STR(takes(arena, "(a and b and c) or d", "TT--"), "c alone would fire it");
	CHECK_STR(takes(arena, "3 of (a, b, c, d)", "FTFF"), "a and c together would fire it");
	CHECK_STR(takes(arena, "a and not b", "FTFF"), "a and not b together would fire it");
	CHECK_STR(takes(arena, "a and not 2 of (b, c, d)", "TTTT"), "not b and not c together would fire it");
	CHECK_STR(takes(arena, "not (a or b)", "TTFF"), "not a and not b together would fire it");
}

TEST(nothing_is_claimed_of_a_rule_that_holds_or_whose_parts_contradict_each_other)
{
	CHECK_STR(takes(arena, "a and b", "TTFF"), "nothing");
	CHECK_STR(takes(arena, "2 of (a, b, c) and not (a and b)", "FFFF"), "nothing");
}
