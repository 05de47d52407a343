/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/condition.h"
#include "reading.h"

static struct signal signals[] = { { .name = { "a", 1 } },
				   { .name = { "b", 1 } },
				   { .name = { "c", 1 } },
				   { .name = { "sting", 5 } },
				   { .name = { "sting_2", 7 } } };
static struct signal *const five[] = { &signals[0], &signals[1], &signals[2], &signals[3], &signals[4] };

static const struct condition *read(struct arena *a, const char *text, struct str *complaints)
{
	struct reading_of in;
	const struct condition *c;

	reading_begin(&in, a, arena_printf(a, "when: %s\n", text).p);
	if (!in.doc)
		return NULL;
	c = condition_read(&in.reader, doc_get(in.doc, "when"), five, 5);
	*complaints = reading_complaints(&in, a);
	return c;
}

/* "T", "F" and "?" of a, b, c, sting, sting_2. */
static char judged(struct arena *a, const char *text, const char *truths)
{
	enum truth values[5] = { 0 };
	struct str said = { 0 };
	const struct condition *c = read(a, text, &said);

	for (size_t i = 0; truths[i]; i++)
		values[i] = truths[i] == 'T' ? TRUTH_TRUE : truths[i] == 'F' ? TRUTH_FALSE : TRUTH_NO_DATA;
	if (!c || said.n)
		return 'x';
	switch (condition_evaluate(c, values)) {
	case TRUTH_TRUE:
		return 'T';
	case TRUTH_FALSE:
		return 'F';
	case TRUTH_NO_DATA:
		return '?';
	}
	return 'x';
}

#define JUDGES(text, truths, expected)                                                                                 \
	do {                                                                                                           \
		char got_ = judged(arena, text, truths);                                                               \
		if (got_ != (expected))                                                                                \
			test_fail(__FILE__, __LINE__, "%s of %s is %c, expected %c", text, truths, got_, expected);    \
	} while (0)

/* All pairs of the three values, in the order FF F? FT ?F ?? ?T TF T? TT. */
static void table(struct arena *arena, const char *text, const char *expected)
{
	static const char values[] = "F?T";

	for (int i = 0; i < 9; i++) {
		char truths[3] = { values[i / 3], values[i % 3], 0 };

		JUDGES(text, truths, expected[i]);
	}
}

#define COMPLAINS(text, expected)                                                                                      \
	do {                                                                                                           \
		struct str said = { 0 };                                                                               \
		CHECK(read(arena, text, &said) == NULL);                                                               \
		CHECK_STR(said, expected);                                                                             \
	} while (0)

TEST(and_or_and_not_are_kleenes)
{
	table(arena, "a and b", "FFFF??F?T");
	table(arena, "a or b", "F?T??TTTT");
	table(arena, "not a", "TTT???FFF");
	table(arena, "not (a and b)", "TTTT??T?F");
	table(arena, "not a or not b", "TTTT??T?F");
}

TEST(n_of_counts_what_is_true_and_what_may_be)
{
	table(arena, "1 of (a, b)", "F?T??TTTT");
	table(arena, "2 of (a, b)", "FFFF??F?T");
	JUDGES("2 of (a, b, c)", "TTF", 'T');
	JUDGES("2 of (a, b, c)", "T?F", '?');
	JUDGES("2 of (a, b, c)", "F?F", 'F');
	JUDGES("2 of (a, b, c)", "TT?", 'T');
	JUDGES("2 of (a, b, c)", "???", '?');
	JUDGES("all of (a, b)", "T?", '?');
	JUDGES("any of (a, b)", "?T", 'T');
}

/* Whether some truths of the signals not in `known` make the condition come out so. */
static bool some_completion(const struct condition *c, enum truth want, enum truth *truths, uint64_t known, size_t from)
{
	enum truth was = from < 5 ? truths[from] : TRUTH_FALSE;
	bool found = false;

	if (from == 5)
		return condition_evaluate(c, truths) == want;
	if (known >> from & 1)
		return some_completion(c, want, truths, known, from + 1);
	for (int t = TRUTH_FALSE; t <= TRUTH_TRUE && !found; t++) {
		truths[from] = (enum truth)t;
		found = some_completion(c, want, truths, known, from + 1);
	}
	truths[from] = was;
	return found;
}

TEST(what_a_condition_may_still_become_is_known_before_all_signals_are)
{
	static const char *const texts[] = {
		"a and b and c",  "a or (b and not c)",	  "not (a or b) and c",
		"2 of (a, b, c)", "not (2 of (a, b, c))", "any of (a, b) and not all of (c, sting, sting_2)"
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct str said = { 0 };
		const struct condition *c = read(arena, texts[i], &said);

		for (unsigned n = 0; n < 243 * 32; n++) {
			enum truth truths[5];
			unsigned rest = n / 32;

			for (size_t s = 0; s < 5; s++, rest /= 3)
				truths[s] = (enum truth)(rest % 3);
			CHECK(condition_may_be(c, TRUTH_TRUE, truths, n % 32) ==
			      some_completion(c, TRUTH_TRUE, truths, n % 32, 0));
			CHECK(condition_may_be(c, TRUTH_FALSE, truths, n % 32) ==
			      some_completion(c, TRUTH_FALSE, truths, n % 32, 0));
		}
	}
}

TEST(a_pattern_stands_for_the_signals_it_matches)
{
	JUDGES("any of sting*", "FFFFT", 'T');
	JUDGES("any of sting*", "TTTFF", 'F');
	JUDGES("2 of sting*", "FFFTT", 'T');
	JUDGES("all of *", "TTTT?", '?');
	JUDGES("3 of (a, sting*)", "TFFTT", 'T');
	JUDGES("3 of (sting, sting*, a)", "FFFTT", 'F');
}

TEST(not_binds_tightest_and_or_loosest)
{
	JUDGES("a or b and c", "TFF", 'T');
	JUDGES("(a or b) and c", "TFF", 'F');
	JUDGES("not a and b", "FF", 'F');
	JUDGES("not (a and b)", "FF", 'T');
	JUDGES("not not a", "T", 'T');
	JUDGES("b and c or a", "TFF", 'T');
	JUDGES("a or b or c or sting", "FFFT", 'T');
}

TEST(a_condition_may_stand_in_quotes_or_over_lines)
{
	JUDGES("\"a and b\"", "TT", 'T');
	JUDGES(">-\n  a and\n  b", "TT", 'T');
	COMPLAINS("\"a and z\"", "r.yaml:1:14: error: unknown signal \"z\" [unknown-signal]\n"
				 "    1 | when: \"a and z\"\n"
				 "      |              ^\n"
				 "  hint: this rule's signals are a, b, c, sting, sting_2\n");
}

TEST(all_unknown_signals_are_told_at_once)
{
	COMPLAINS("(a and stin) or not stimg_2 or any of x*",
		  "r.yaml:1:14: error: unknown signal \"stin\" [unknown-signal]\n"
		  "    1 | when: (a and stin) or not stimg_2 or any of x*\n"
		  "      |              ^~~~\n"
		  "  hint: did you mean \"sting\"?\n"
		  "r.yaml:1:27: error: unknown signal \"stimg_2\" [unknown-signal]\n"
		  "    1 | when: (a and stin) or not stimg_2 or any of x*\n"
		  "      |                           ^~~~~~~\n"
		  "  hint: did you mean \"sting_2\"?\n"
		  "r.yaml:1:45: error: no signal is named like \"x*\" [unknown-signal]\n"
		  "    1 | when: (a and stin) or not stimg_2 or any of x*\n"
		  "      |                                             ^~\n"
		  "  hint: this rule's signals are a, b, c, sting, sting_2\n");
}

TEST(a_slip_in_a_condition_is_shown_where_it_is)
{
	COMPLAINS("a and",
		  "r.yaml:1:12: error: expected the name of a signal, found the end of the condition [condition]\n"
		  "    1 | when: a and\n"
		  "      |            ^\n");
	COMPLAINS("(a or b",
		  "r.yaml:1:14: error: expected \"and\", \"or\" or \")\", found the end of the condition [condition]\n"
		  "    1 | when: (a or b\n"
		  "      |              ^\n");
	COMPLAINS("a b",
		  "r.yaml:1:9: error: expected \"and\", \"or\" or the end of the condition, found \"b\" [condition]\n"
		  "    1 | when: a b\n"
		  "      |         ^\n"
		  "  hint: put \"and\" or \"or\" between two signals\n");
	COMPLAINS("a && b",
		  "r.yaml:1:9: error: expected \"and\", \"or\" or the end of the condition, found \"&\" [condition]\n"
		  "    1 | when: a && b\n"
		  "      |         ^\n"
		  "  hint: write \"and\"\n");
	COMPLAINS("a AND b",
		  "r.yaml:1:9: error: expected \"and\", \"or\" or the end of the condition, found \"AND\" [condition]\n"
		  "    1 | when: a AND b\n"
		  "      |         ^~~\n"
		  "  hint: write \"and\"\n");
	COMPLAINS("sting*", "r.yaml:1:7: error: expected the name of a signal, found \"sting*\" [condition]\n"
			    "    1 | when: sting*\n"
			    "      |       ^~~~~~\n"
			    "  hint: write \"any of\" in front of a pattern\n");
	COMPLAINS("2 (a, b)", "r.yaml:1:9: error: expected \"of\", found \"(\" [condition]\n"
			      "    1 | when: 2 (a, b)\n"
			      "      |         ^\n"
			      "  hint: write it as in \"2 of (a, b, c)\" or \"any of x*\"\n");
	COMPLAINS("a )",
		  "r.yaml:1:9: error: expected \"and\", \"or\" or the end of the condition, found \")\" [condition]\n"
		  "    1 | when: a )\n"
		  "      |         ^\n");
}

TEST(an_amount_that_cannot_be_reached_is_refused)
{
	COMPLAINS("a or 4 of (a, b, c)", "r.yaml:1:12: error: 4 of 3 can never hold [condition]\n"
					 "    1 | when: a or 4 of (a, b, c)\n"
					 "      |            ^\n"
					 "  hint: name more signals, or ask for fewer\n");
	COMPLAINS("2 of (a, a)", "r.yaml:1:16: error: \"a\" is named twice [condition]\n"
				 "    1 | when: 2 of (a, a)\n"
				 "      |                ^\n"
				 "  hint: each signal counts once\n");
	COMPLAINS("0 of (a, b)", "r.yaml:1:7: error: expected how many, found \"0\" [condition]\n"
				 "    1 | when: 0 of (a, b)\n"
				 "      |       ^\n"
				 "  hint: at least 1 of them\n");
}

static const char *nested(struct arena *a, int depth, const char *open, const char *close)
{
	struct buf out = { 0 };
	const char *text;

	for (int i = 0; i < depth; i++)
		buf_puts(&out, str_of(open));
	buf_putc(&out, 'a');
	for (int i = 0; i < depth; i++)
		buf_puts(&out, str_of(close));
	text = arena_dup(a, buf_str(&out)).p;
	buf_release(&out);
	return text;
}

TEST(conditions_nest_to_a_limit)
{
	struct str said = { 0 };

	JUDGES(nested(arena, CONDITION_MAX_DEPTH, "(", ")"), "T", 'T');
	CHECK(!read(arena, nested(arena, CONDITION_MAX_DEPTH + 1, "(", ")"), &said));
	CHECK_HAS(said, "error: a condition nests at most 64 deep [condition]");
	JUDGES(nested(arena, CONDITION_MAX_DEPTH, "not ", ""), "T", 'T');
	CHECK(!read(arena, nested(arena, CONDITION_MAX_DEPTH + 1, "not ", ""), &said));
	CHECK_HAS(said, "error: a condition nests at most 64 deep [condition]");
}

TEST(conditions_have_a_longest_length)
{
	struct str said = { 0 };
	char text[CONDITION_MAX_BYTES + 2] = "a";

	for (size_t i = 1; i < CONDITION_MAX_BYTES; i += 5)
		memcpy(text + i, " or a", 5);
	REQUIRE(strlen(text) == CONDITION_MAX_BYTES);
	CHECK_INT(judged(arena, text, "T"), 'T');
	text[CONDITION_MAX_BYTES] = 'a';
	CHECK(!read(arena, text, &said));
	CHECK_HAS(said, "error: a condition has at most 4096 characters, this one 4097 [condition]");
}

TEST(the_signals_of_a_condition_are_known)
{
	struct str said;
	const struct condition *c = read(arena, "a and not (c or 1 of sting*)", &said);

	REQUIRE(c);
	CHECK_INT(condition_signals(c), 1 | 4 | 8 | 16);
	CHECK(condition_mentions(STR("a and any of sting*"), STR("sting_9")));
	CHECK(condition_mentions(STR("(a)"), STR("a")));
	CHECK(!condition_mentions(STR("a and b"), STR("and")));
	CHECK(!condition_mentions(STR("a and b"), STR("ab")));
}

TEST(a_list_is_no_condition)
{
	COMPLAINS("[a, b]", "r.yaml:1:7: error: expected a condition, found a list of 2 [condition]\n"
			    "    1 | when: [a, b]\n"
			    "      |       ^\n"
			    "  hint: a list needs no [ ]: write it as in \"(a and b) or 2 of (c, d, e)\"\n");
}
