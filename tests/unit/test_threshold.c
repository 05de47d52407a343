/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/threshold.h"
#include "reading.h"

#define ALL (~0u)

static bool read(struct arena *a, const char *text, unsigned allowed, struct threshold *ret, struct str *complaints)
{
	struct reading_of in;
	bool fine;

	reading_begin(&in, a, arena_printf(a, "t: %s\n", text).p);
	if (!in.doc)
		return false;
	fine = threshold_read(&in.reader, doc_get(in.doc, "t"), allowed, ret);
	*complaints = reading_complaints(&in, a);
	return fine;
}

#define READS(text, allowed, is_op, is_a, is_b, is_unit, is_direction)                                                 \
	do {                                                                                                           \
		struct threshold t;                                                                                    \
		struct str said;                                                                                       \
		CHECK(read(arena, text, allowed, &t, &said));                                                          \
		CHECK_STR(said, "");                                                                                   \
		CHECK_INT(t.op, is_op);                                                                                \
		CHECK_NEAR(t.a, is_a);                                                                                 \
		if (t.op == BETWEEN)                                                                                   \
			CHECK_NEAR(t.b, is_b);                                                                         \
		CHECK_INT(t.unit, is_unit);                                                                            \
		CHECK_INT(t.direction, is_direction);                                                                  \
	} while (0)

#define COMPLAINS(text, allowed, expected)                                                                             \
	do {                                                                                                           \
		struct threshold t;                                                                                    \
		struct str said = { 0 };                                                                               \
		CHECK(!read(arena, text, allowed, &t, &said));                                                         \
		CHECK_STR(said, expected);                                                                             \
	} while (0)

TEST(a_threshold_reads_like_a_sentence)
{
	READS("at least 3", ALL, AT_LEAST, 3, 0, UNIT_NONE, DIRECTION_NONE);
	READS("at most -2", ALL, AT_MOST, -2, 0, UNIT_NONE, DIRECTION_NONE);
	READS("more than 60%", ALL, MORE_THAN, 60, 0, UNIT_PERCENT, DIRECTION_NONE);
	READS("less than 60 percent", ALL, LESS_THAN, 60, 0, UNIT_PERCENT, DIRECTION_NONE);
	READS("between 3 and 5", ALL, BETWEEN, 3, 5, UNIT_NONE, DIRECTION_NONE);
	READS("between 3 and 5 minutes", ALL, BETWEEN, 3, 5, UNIT_MINUTES, DIRECTION_NONE);
	READS("between 3% and 5%", ALL, BETWEEN, 3, 5, UNIT_PERCENT, DIRECTION_NONE);
	READS("worse by at least 3", ALL, AT_LEAST, 3, 0, UNIT_NONE, WORSE);
	READS("better by more than 1 pooled sd", ALL, MORE_THAN, 1, 0, UNIT_POOLED_SD, BETTER);
	READS("at most -1  pooled   sd", ALL, AT_MOST, -1, 0, UNIT_POOLED_SD, DIRECTION_NONE);
	READS("\"at least 2 sd\"", ALL, AT_LEAST, 2, 0, UNIT_SD, DIRECTION_NONE);
	READS("worse by at least 3 points", ALL, AT_LEAST, 3, 0, UNIT_NONE, WORSE);
}

TEST(a_bare_number_is_exactly_this_one)
{
	READS("4", ALL, BETWEEN, 4, 4, UNIT_NONE, DIRECTION_NONE);
	READS("-2.5", ALL, BETWEEN, -2.5, -2.5, UNIT_NONE, DIRECTION_NONE);
	READS("2x own interval", ALL, BETWEEN, 2, 2, UNIT_OWN_INTERVAL, DIRECTION_NONE);
	READS("2 x own interval", ALL, BETWEEN, 2, 2, UNIT_OWN_INTERVAL, DIRECTION_NONE);
	READS("21 days", ALL, BETWEEN, 21, 21, UNIT_DAYS, DIRECTION_NONE);
	READS("1 session", ALL, BETWEEN, 1, 1, UNIT_SESSIONS, DIRECTION_NONE);
}

TEST(a_wrong_threshold_is_shown_at_the_word)
{
	COMPLAINS("at laest 3", 1,
		  "r.yaml:1:4: error: expected a threshold, found \"at\" [threshold]\n"
		  "    1 | t: at laest 3\n"
		  "      |    ^~\n"
		  "  hint: did you mean \"at least\"?\n");
	COMPLAINS("at least high", 1,
		  "r.yaml:1:13: error: expected a number, found \"high\" [threshold]\n"
		  "    1 | t: at least high\n"
		  "      |             ^~~~\n"
		  "  hint: a number is written in digits, as in \"at least 3\"\n");
	COMPLAINS("at least", 1,
		  "r.yaml:1:12: error: expected a number after \"at least\" [threshold]\n"
		  "    1 | t: at least\n"
		  "      |            ^\n"
		  "  hint: a number is written in digits, as in \"at least 3\"\n");
	COMPLAINS("\"at least 2,5\"", 1,
		  "r.yaml:1:14: error: expected a number, found \"2,5\" [threshold]\n"
		  "    1 | t: \"at least 2,5\"\n"
		  "      |              ^~~\n"
		  "  hint: decimals are written with a point: 2.5\n");
	COMPLAINS("between 5 and 3", 1,
		  "r.yaml:1:18: error: the upper end lies below the lower, found \"3\" [threshold]\n"
		  "    1 | t: between 5 and 3\n"
		  "      |                  ^\n"
		  "  hint: the lower end comes first\n");
	COMPLAINS("worse by 3", 1,
		  "r.yaml:1:13: error: expected a threshold, found \"3\" [threshold]\n"
		  "    1 | t: worse by 3\n"
		  "      |             ^\n"
		  "  hint: write it as in \"worse by at least 3\"\n");
	COMPLAINS("worse at least 3", 1,
		  "r.yaml:1:10: error: expected \"by\", found \"at\" [threshold]\n"
		  "    1 | t: worse at least 3\n"
		  "      |          ^~\n"
		  "  hint: write it as in \"worse by at least 3\"\n");
	COMPLAINS("\">= 3\"", 1,
		  "r.yaml:1:5: error: expected a threshold, found \">=\" [threshold]\n"
		  "    1 | t: \">= 3\"\n"
		  "      |     ^~\n"
		  "  hint: write \"at least 3\"\n");
}

TEST(a_unit_must_be_one_that_fits)
{
	unsigned minutes = 1u << UNIT_MINUTES, share = 1u << UNIT_PERCENT;

	COMPLAINS("at least 3 days", minutes | 1u << UNIT_SECONDS,
		  "r.yaml:1:15: error: the unit \"days\" does not fit here [threshold]\n"
		  "    1 | t: at least 3 days\n"
		  "      |               ^~~~\n"
		  "  hint: here stands: seconds, minutes\n");
	COMPLAINS("at least 70", share,
		  "r.yaml:1:15: error: expected a unit after \"at least 70\" [threshold]\n"
		  "    1 | t: at least 70\n"
		  "      |               ^\n"
		  "  hint: write \"at least 70%\"\n");
	COMPLAINS("at least 3 minuts", minutes | 1,
		  "r.yaml:1:15: error: expected a unit, found \"minuts\" [threshold]\n"
		  "    1 | t: at least 3 minuts\n"
		  "      |               ^~~~~~\n"
		  "  hint: did you mean \"minutes\"?\n");
	COMPLAINS("at least 3 at most 5", 1,
		  "r.yaml:1:15: error: expected a unit, found \"at most 5\" [threshold]\n"
		  "    1 | t: at least 3 at most 5\n"
		  "      |               ^~~~~~~~~\n"
		  "  hint: here stands: no unit\n");
	COMPLAINS("between 3% and 5 days", ALL,
		  "r.yaml:1:13: error: expected one unit, found \"%\" [threshold]\n"
		  "    1 | t: between 3% and 5 days\n"
		  "      |             ^\n"
		  "  hint: give the unit once, at the end\n");
}

TEST(a_threshold_is_words_not_a_list)
{
	COMPLAINS("[at least 3]", 1,
		  "r.yaml:1:4: error: expected a threshold, found a list of 1 [threshold]\n"
		  "    1 | t: [at least 3]\n"
		  "      |    ^\n"
		  "  hint: write it as in \"at least 3\", \"at most -2\", \"more than 60%\", \"between 3 and 5\"\n");
}

TEST(an_amount_is_a_number_with_its_unit)
{
	struct reading_of in;
	double d = 0;

	reading_begin(&in, arena, "a: 2 sessions\nb: at least 2 sessions\nc: 2.5 sessions\nd: 2 days\n");
	CHECK(threshold_read_amount(&in.reader, doc_get(in.doc, "a"), UNIT_SESSIONS,
				    (struct limit_range){ 1, 50, true }, &d));
	CHECK_NEAR(d, 2);
	for (const char *key = "b\0c\0d\0"; *key; key += 2)
		CHECK(!threshold_read_amount(&in.reader, doc_get(in.doc, key), UNIT_SESSIONS,
					     (struct limit_range){ 1, 50, true }, &d));
	CHECK_HAS(reading_complaints(&in, arena),
		  "r.yaml:2:4: error: expected a number of sessions, found \"at least 2 sessions\"");
	CHECK_HAS(reading_complaints(&in, arena), "r.yaml:3:4: error: expected a whole number from 1 to 50 sessions");
	CHECK_HAS(reading_complaints(&in, arena), "r.yaml:4:6: error: the unit \"days\" does not fit here");
}

static enum truth tested(struct arena *a, const char *text, double value)
{
	struct threshold t;
	struct str said;

	return read(a, text, ALL, &t, &said) ? threshold_test(&t, value) : TRUTH_NO_DATA;
}

TEST(a_threshold_holds_at_its_limit_and_not_past_it)
{
	CHECK_INT(tested(arena, "at least 3", 3), TRUTH_TRUE);
	CHECK_INT(tested(arena, "at least 3", 2.999), TRUTH_FALSE);
	CHECK_INT(tested(arena, "at most 3", 3), TRUTH_TRUE);
	CHECK_INT(tested(arena, "at most 3", 3.001), TRUTH_FALSE);
	CHECK_INT(tested(arena, "more than 3", 3), TRUTH_FALSE);
	CHECK_INT(tested(arena, "more than 3", 3.001), TRUTH_TRUE);
	CHECK_INT(tested(arena, "less than 3", 3), TRUTH_FALSE);
	CHECK_INT(tested(arena, "less than 3", 2.999), TRUTH_TRUE);
	CHECK_INT(tested(arena, "between 3 and 5", 5), TRUTH_TRUE);
	CHECK_INT(tested(arena, "between 3 and 5", 5.001), TRUTH_FALSE);
	CHECK_INT(tested(arena, "3", 3), TRUTH_TRUE);
	CHECK_INT(tested(arena, "3", 4), TRUTH_FALSE);
}

TEST(a_value_is_not_missed_by_the_rounding_of_a_division)
{
	CHECK_INT(tested(arena, "at least 57%", 0.57 * 100), TRUTH_TRUE);
	CHECK_INT(tested(arena, "worse by at least 0.3", 8.3 - 8.0), TRUTH_TRUE);
	CHECK_INT(tested(arena, "more than 0.3", 0.1 + 0.2), TRUTH_FALSE);
}

TEST(no_value_is_no_answer)
{
	CHECK_INT(tested(arena, "at least 3", NAN), TRUTH_NO_DATA);
	CHECK_INT(tested(arena, "at most 3", NAN), TRUTH_NO_DATA);
}

TEST(the_distance_to_a_threshold_is_what_is_missing)
{
	struct threshold t = { .op = BETWEEN, .a = 3, .b = 5 };

	CHECK_NEAR(threshold_distance(&t, 1), 2);
	CHECK_NEAR(threshold_distance(&t, 4), 0);
	CHECK_NEAR(threshold_distance(&t, 7), 2);
	t.op = AT_MOST;
	CHECK_NEAR(threshold_distance(&t, 7), 4);
	CHECK(isnan(threshold_distance(&t, NAN)));
}

TEST(a_threshold_outside_a_range_can_never_hold_or_always_does)
{
	struct threshold t = { .op = AT_LEAST, .a = 41, .b = NAN };

	CHECK_INT(threshold_outlook(&t, 0, 40), TRUTH_FALSE);
	t.a = 40;
	CHECK_INT(threshold_outlook(&t, 0, 40), TRUTH_NO_DATA);
	t.a = 0;
	CHECK_INT(threshold_outlook(&t, 0, 40), TRUTH_TRUE);
	t = (struct threshold){ .op = BETWEEN, .a = 3, .b = 5 };
	CHECK_INT(threshold_outlook(&t, 0, 40), TRUTH_NO_DATA);
	CHECK_INT(threshold_outlook(&t, 3, 5), TRUTH_TRUE);
	CHECK_INT(threshold_outlook(&t, 6, 9), TRUTH_FALSE);
}
