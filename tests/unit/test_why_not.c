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
	double distance;

	SAYS("{score: SRS, value: less than 29, in: 3 of last 4 sessions}",
	     "0 of 3 sessions; 3 more among the last 4 would do");
	SAYS("{score: SRS, versus: own mean, sd: at most -4, needs: 9}",
	     "4 of the 9 earlier sessions that the baseline needs; 5 more sessions are needed");
	SAYS("{score: SRS, versus: own mean, sd: at most -4, needs: 5}",
	     "4 of the 5 earlier sessions that the baseline needs; 1 more session is needed");
	said(arena, c, "{score: SRS, versus: own mean, sd: at most -4, needs: 9}", &distance);
	CHECK_NEAR(distance, 5);
	case_session(c, 40, 6);
	SAYS("{score: SRS, value: less than 29}", "no score in this session; needs a score (`scores`)");
	SAYS("{score: SRS, value: less than 29, missing: no}", "no score in this session; needs a score (`scores`)");
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
	     "2 of 3 missed sessions in 30 days; a third on or before 2026-04-21 14:00 UTC would do");
	SAYS("{attendance: no_show, count: more than 3, within: 60 days}",
	     "3 of 4 missed sessions in 60 days; a fourth on or before 2026-05-01 14:00 UTC would do");
	SAYS("{attendance: no_show, count: at least 4, within: 4 sessions}",
	     "2 of 4 missed sessions in 4 sessions; 2 more would do");
	SAYS("{attendance: cancelled, count: at least 1, within: 30 days}",
	     "0 of 1 cancelled sessions in 30 days; one would do");
}

TEST(a_timer_tells_when_it_fires_if_nothing_happens)
{
	struct test_case *c = missing(arena);

	/* last attended on day 30, 2026-04-01 */
	SAYS("{elapsed: {since: last attended session}, longer_than: 21 days}",
	     "turns at 2026-04-22 14:00 UTC if nothing happens");
}

/* So many replies of m1, the first `brief` of them short, the therapist in between. */
static struct test_case *talking(struct arena *arena, int replies, int brief)
{
	struct test_case *c = case_new(arena);
	struct skeleton *s = case_session(c, 0, 1);

	for (int i = 0; i < replies; i++) {
		case_turn(c, s, "t1", "m1", 9, NULL);
		case_turn(c, s, "m1", "t1", i < brief ? 2 : 12, NULL);
	}
	return c;
}

TEST(a_share_is_told_in_replies)
{
	struct test_case *c = talking(arena, 10, 3);
	double distance;

	SAYS("{turns: {from: member, words: at most 3}, share: at least 60%}",
	     "3 of 10 replies, that is 30%; 6 of 10 would do");
	SAYS("{turns: {from: member, words: at most 3}, share: more than 60%}",
	     "3 of 10 replies, that is 30%; 7 of 10 would do");
	SAYS("{turns: {from: member, words: at most 3}, share: at least 62%}",
	     "3 of 10 replies, that is 30%; 7 of 10 would do");
	SAYS("{turns: {from: member, words: at most 3}, share: at most 20%}", "20% or less would do");
	said(arena, c, "{turns: {from: member, words: at most 3}, share: at least 60%}", &distance);
	CHECK_NEAR(distance, 30);
}

TEST(a_share_of_too_few_tells_how_many_more_it_takes)
{
	struct test_case *c = talking(arena, 6, 4);
	double distance;

	SAYS("{turns: {from: member, words: at most 3}, share: at least 60%, out_of: at least 8}",
	     "6 of 8 replies; 2 more are needed before it counts (4 of the 6 so far)");
	SAYS("{turns: {from: member, words: at most 3}, share: at least 60%, out_of: more than 6}",
	     "6 of 7 replies; 1 more is needed before it counts (4 of the 6 so far)");
	said(arena, c, "{turns: {from: member, words: at most 3}, share: at least 60%, out_of: at least 8}", &distance);
	CHECK_NEAR(distance, 2);
}

/* A signal of each kind, what it says of a session of which nothing is known, and of one in which it is not so. */
static const struct {
	const char *kind, *yaml, *unknown, *quiet;
} of_kinds[] = {
	{ "turns", "{turns: {from: member, says: hostility}, count: at least 3}",
	  "no transcript; needs a transcript (`turns`)", "0 of 3 turns; 3 more would do" },
	{ "score", "{score: SRS, change: worse by at least 3}", "no score in this session; needs a score (`scores`)",
	  "a change of -3 or less would do" },
	{ "code", "{code: 3RS.confrontation, count: at least 2}",
	  "not coded in this session; needs `codes`, or the system under `coded`", "0 of 2 marks; 2 more would do" },
	{ "attendance", "{attendance: [no_show, cancelled], count: at least 1}",
	  "attendance is not known; needs an attendance row (`attendance`)",
	  "0 of 1 missed or cancelled sessions; one would do" },
	{ "homework", "{homework: member, value: less than 2}",
	  "no homework is rated in this session; needs a rating (`homework`)", "less than 2 would do" },
	{ "field", "{field: flags.safeguarding, is: yes}",
	  "the flag is not in the record; needs that key in the record", "the record says otherwise" },
	{ "report", "{report: rupture, by: member, is: yes}",
	  "no such report in this session; needs their answer (`reports`)", "the report says the opposite" },
	{ "participant", "{participant: member, attending: no}",
	  "attendance is not known; needs an attendance row (`attendance`)", "nobody asked about is so" },
	{ "elapsed", "{elapsed: {since: last attended session}, longer_than: 21 days}",
	  "no attended session is known; needs more attended sessions (`attendance`)",
	  "turns at 2026-04-06 14:00 UTC if nothing happens" },
	{ "incident", "{incident: drops.*, state: not ended}", "incidents are read in the second pass", NULL },
};

/* Somebody came, and nothing was wrong. */
static void well(struct test_case *c, struct skeleton *s)
{
	case_attendance(c, s, "m1", ATTENDED, BY_UNSAID, NAN);
	case_score(c, s, "m1", "SRS", 38);
	case_homework(c, s, "m1", 3);
	case_coded(c, s, "3RS");
	case_flag(c, s, "safeguarding", false);
	case_report(c, s, "m1", 0);
	case_turn(c, s, "t1", "m1", 9, NULL);
	case_turn(c, s, "m1", "t1", 9, NULL);
}

TEST(every_kind_of_signal_has_a_sentence_for_what_it_lacks_and_for_what_is_not_so)
{
	struct test_case *c = case_new(arena), *bare = case_new(arena);

	case_session(bare, 0, 1);
	well(c, case_session(c, 0, 1));
	well(c, case_session(c, 14, 2));
	for (size_t k = 0; signal_kinds[k]; k++) {
		CHECK_STR(str_of(of_kinds[k].kind), signal_kinds[k]->name);
		CHECK_STR(said(arena, bare, of_kinds[k].yaml, NULL), of_kinds[k].unknown);
		if (of_kinds[k].quiet)
			CHECK_STR(said(arena, c, of_kinds[k].yaml, NULL), of_kinds[k].quiet);
	}
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
