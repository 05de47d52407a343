/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/plain.h"
#include "base/wrap.h"
#include "test.h"

static struct str wrapped(struct arena *a, const char *line, size_t hang, size_t width)
{
	struct buf out = { 0 };
	struct str ret;

	wrap_line(str_of(line), hang, width, &out);
	ret = arena_dup(a, buf_str(&out));
	buf_release(&out);
	return ret;
}

TEST(a_line_is_broken_between_words_and_goes_on_below_its_beginning)
{
	CHECK_STR(wrapped(arena, "one two three", 2, 20), "one two three\n");
	CHECK_STR(wrapped(arena, "one two three", 2, 13), "one two three\n");
	CHECK_STR(wrapped(arena, "one two three", 2, 12), "one two\n  three\n");
	CHECK_STR(wrapped(arena, "  name   one two three", 9, 16), "  name   one two\n         three\n");
	CHECK_STR(wrapped(arena, "one two  ", 2, 7), "one two\n");
	CHECK_STR(wrapped(arena, "", 2, 7), "\n");
}

TEST(what_is_too_wide_by_itself_is_cut)
{
	CHECK_STR(wrapped(arena, "ab abcdefghij", 2, 6), "ab\n  abcd\n  efgh\n  ij\n");
	CHECK_STR(wrapped(arena, "abcdef", 9, 4), "abcd\n         e\n         f\n");
}

TEST(columns_are_counted_and_not_bytes)
{
	CHECK_STR(wrapped(arena, "\u00e9\u00e9\u00e9 \u00e9\u00e9", 0, 6), "\u00e9\u00e9\u00e9 \u00e9\u00e9\n");
	CHECK_STR(wrapped(arena, "\u4e00\u4e00 \u4e00", 0, 6), "\u4e00\u4e00\n\u4e00\n");
	CHECK_STR(wrapped(arena, "a\xff b", 0, 3), "a\xff\nb\n");
}

#define LOST "\xef\xbf\xbd"

TEST(nothing_of_a_text_controls_the_terminal)
{
	CHECK_STR(plain_text(arena, STR("you \u00e9 \U0001f600")), "you \u00e9 \U0001f600");
	CHECK_STR(plain_text(arena, STR("a\x1b[31mb")), "a" LOST "[31mb");
	CHECK_STR(plain_text(arena, STR("a\xc2\x9b"
					"31mb")),
		  "a" LOST "31mb"); /* CSI as one character */
	CHECK_STR(plain_text(arena, STR("a\nb\tc\rd\a")), "a b c d" LOST);
	CHECK_STR(plain_text(arena, STR("a\x7f\0b")), "a" LOST LOST "b");
	CHECK_STR(plain_text(arena, STR("a\u202e\u2066\u200b\ufeff\u2028")), "a" LOST LOST LOST LOST LOST);
	CHECK_STR(plain_text(arena, STR("a\xff\xc3")), "a" LOST LOST);
	CHECK_STR(plain_text(arena, STR("")), "");
}
