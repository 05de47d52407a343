/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/date.h"
#include "base/diag.h"
#include "base/error.h"
#include "test.h"

TEST(numbers_are_decimal_and_nothing_else)
{
	double d;

	CHECK(str_number(STR("31.5"), &d) && d == 31.5);
	CHECK(str_number(STR("-2e1"), &d) && d == -20);
	CHECK(!str_number(STR("0x10"), &d));
	CHECK(!str_number(STR("inf"), &d));
	CHECK(!str_number(STR("1e999"), &d));
	CHECK(!str_number(STR("1,5"), &d));
	CHECK(!str_number(STR(""), &d));
	CHECK(!str_number(STR("1."), &d));
}

TEST(the_nearest_word_is_suggested_only_when_it_is_near)
{
	static const char *const words[] = { "threshold", "versus", "within" };

	CHECK_STR(str_of(str_nearest(STR("treshold"), words, 3)), "threshold");
	CHECK_STR(str_of(str_nearest(STR("vesrus"), words, 3)), "versus");
	CHECK(!str_nearest(STR("banana"), words, 3));
	CHECK(!str_nearest(STR("x"), words, 3));
}

TEST(a_star_matches_any_run)
{
	CHECK(str_matches(STR("noncompliance.homework"), STR("noncompliance.*")));
	CHECK(str_matches(STR("a.b.c"), STR("*.c")));
	CHECK(!str_matches(STR("drops"), STR("drops.*")));
	CHECK(str_matches(STR("drops"), STR("drops")));
}

TEST(dates_are_read_with_their_zone_and_written_in_utc)
{
	int64_t t;

	REQUIRE(date_parse(STR("2026-03-02T14:00:00Z"), &t));
	CHECK_INT(t, 1772460000);
	REQUIRE(date_parse(STR("2026-03-02T16:30:00.25+02:30"), &t));
	CHECK_INT(t, 1772460000);
	CHECK_STR(date_format(arena, t), "2026-03-02T14:00:00Z");
	CHECK_STR(date_format_day(arena, -1), "1969-12-31");
	CHECK(!date_parse(STR("2026-03-02T14:00:00"), &t));
	CHECK(!date_parse(STR("2026-02-29T14:00:00Z"), &t));
	CHECK(!date_parse(STR("2026-03-02T24:00:00Z"), &t));
	CHECK(date_parse_day(STR("2024-02-29"), &t));
}

TEST(durations_are_words)
{
	int64_t s;

	CHECK(duration_parse(STR("26 hours"), &s) && s == 26 * 3600);
	CHECK(duration_parse(STR("1 week"), &s) && s == 7 * DAY_S);
	CHECK(!duration_parse(STR("3"), &s));
	CHECK(!duration_parse(STR("3 fortnights"), &s));
	CHECK(!duration_parse(STR("-3 days"), &s));
}

TEST(an_arena_aligns_and_grows)
{
	VEC(double) v = { 0 };

	arena_alloc(arena, 1, 1);
	for (int i = 0; i < 1000; i++)
		*VEC_PUSH(arena, &v) = i;
	CHECK_INT(v.n, 1000);
	CHECK(v.items[999] == 999);
	CHECK(((uintptr_t)ARENA_NEW(arena, double) & 7) == 0);
	CHECK(ARENA_ARRAY(arena, char, 3 << 20) != NULL);
}

TEST(a_caret_stands_under_the_character_after_tabs_and_emoji)
{
	struct diags d = { .arena = arena };
	struct str source = STR("a:\n\tx: \xf0\x9f\x99\x82 treshold: 2\n");
	struct buf out = { 0 };

	diag_add(&d, DIAG_ERROR, "unknown-key", (struct span){ 2, 7, 12, 8 }, STR("a"), "did you mean \"threshold\"?",
		 "unknown key \"%s\"", "treshold");
	diags_render(&d, STR("r.yaml"), source, DIAG_CARET, &out);
	CHECK_STR(buf_str(&out), "r.yaml:2:7: error: unknown key \"treshold\" [unknown-key]\n"
				 "    2 | \tx: \xf0\x9f\x99\x82 treshold: 2\n"
				 "      | \t      ^~~~~~~~\n"
				 "  hint: did you mean \"threshold\"?\n");
	buf_release(&out);
}

/* The caret's line for a fault at `from` in a line. */
static struct str caret(struct arena *a, struct str line, uint32_t from, uint32_t bytes)
{
	struct diags d = { .arena = a };
	struct buf out = { 0 };
	struct str text, last;

	diag_add(&d, DIAG_ERROR, "x", (struct span){ 1, 1, from, bytes }, STR(""), NULL, "x");
	diags_render(&d, STR("f"), line, DIAG_CARET, &out);
	text = arena_dup(a, buf_str(&out));
	buf_release(&out);
	last = (struct str){ text.p, text.n - 1 };
	while (last.n && last.p[last.n - 1] != '\n')
		last.n--;
	return (struct str){ text.p + last.n + strlen("      | "), text.n - last.n - strlen("      | ") - 1 };
}

TEST(a_caret_counts_columns_as_a_terminal_does)
{
	CHECK_STR(caret(arena, STR("abc"), 1, 1), " ^");
	CHECK_STR(caret(arena, STR("\u5BB6\u65CF x"), 7, 1), "     ^");
	CHECK_STR(caret(arena, STR("\u5BB6\u65CF x"), 0, 6), "^~~~");
	CHECK_STR(caret(arena, STR("re\u0301su x"), 7, 1), "     ^");
	CHECK_STR(caret(arena, STR("\uFEFFab"), 3, 1), "^");
	CHECK_STR(caret(arena,
			STR("a\x07"
			    "b"),
			2, 1),
		  "  ^");
	CHECK_STR(caret(arena,
			STR("a\xFF"
			    "b"),
			1, 1),
		  " ^");
	CHECK_STR(caret(arena, STR("a\tb"), 1, 1), " ^");
	CHECK_STR(caret(arena, STR("ab"), 2, 1), "  ^");
}

TEST(of_a_long_line_the_part_around_the_fault_is_shown)
{
	char line[1000];
	struct diags d = { .arena = arena };
	struct buf out = { 0 };
	struct str said;

	memset(line, 'x', sizeof line);
	line[500] = 'Y';
	diag_add(&d, DIAG_ERROR, "x", (struct span){ 1, 501, 500, 1 }, STR(""), NULL, "x");
	diags_render(&d, STR("f"), (struct str){ line, sizeof line }, DIAG_CARET, &out);
	said = buf_str(&out);
	CHECK(said.n < 500);
	CHECK(strstr(said.p, "1 | ...xxx"));
	CHECK_INT(strchr(said.p, 'Y') - strstr(said.p, "    1 |"), strchr(said.p, '^') - strstr(said.p, "      |"));
	buf_release(&out);
}

TEST(faults_past_the_limit_are_counted)
{
	struct diags d = { .arena = arena };
	struct buf out = { 0 };

	for (int i = 0; i < DIAGS_MAX + 5; i++)
		diag_add(&d, DIAG_ERROR, "x", (struct span){ 1, 1, 0, 1 }, STR(""), NULL, "fault");
	CHECK_INT(d.all.n, DIAGS_MAX);
	CHECK_INT(d.errors, DIAGS_MAX + 5);
	diags_render(&d, STR("f"), STR(""), DIAG_PRIVATE, &out);
	CHECK_HAS(buf_str(&out), "f: and 5 more\n");
	buf_release(&out);
}

TEST(an_error_gets_context_in_front)
{
	struct error e;

	error_set(&e, ERROR_MACHINE, "no room");
	CHECK_INT(error_context(&e, "store %s", "x.db"), -1);
	CHECK_STR(str_of(e.text), "store x.db: no room");
}
