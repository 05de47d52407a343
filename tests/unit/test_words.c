/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/words.h"
#include "test.h"

/* The folded words with a space between; fillers in {}, a clause's start with / and a sentence's with // before it. */
static struct str shown(struct arena *a, struct str text)
{
	struct words_list list = { 0 };
	struct buf b = { 0 };
	struct str ret;

	words_split(a, text, &list);
	for (size_t i = 0; i < list.n; i++) {
		const struct word *w = &list.items[i];

		buf_printf(&b, "%s%s%s%.*s%s", i ? " " : "",
			   w->sentence_before ? "//"
			   : w->stop_before   ? "/"
					      : "",
			   w->filler ? "{" : "", STR_ARG(w->text), w->filler ? "}" : "");
	}
	ret = arena_dup(a, b.n ? buf_str(&b) : STR(""));
	buf_release(&b);
	return ret;
}

#define CHECK_WORDS(text, expected) CHECK_STR(shown(arena, STR(text)), expected)

TEST(case_and_punctuation_are_folded)
{
	CHECK_WORDS("You NEVER listen.", "you never listen");
	CHECK_WORDS("  \"You\"\tnever\n(listen) ", "you never listen");
	CHECK_WORDS("", "");
	CHECK_WORDS(" ... !?", "");
}

TEST(dropped_apostrophes_are_folded)
{
	CHECK_WORDS("don't", "dont");
	CHECK_WORDS("dont", "dont");
	CHECK_WORDS("don\u2019t", "dont");
	CHECK_WORDS("DON\u02BCT", "dont");
	CHECK_WORDS("'tis what you're talkin' about", "tis what youre talkin about");
	CHECK_WORDS("\u2018you never listen\u2019", "you never listen");
}

TEST(hyphens_part_words_and_numbers_stay_whole)
{
	CHECK_WORDS("passive-aggressive", "passive aggressive");
	CHECK_WORDS("passive\u2011aggressive", "passive aggressive");
	CHECK_WORDS("3.5 of 1,000 at 10:30, ok", "3.5 of 1,000 at 10:30 /ok");
	CHECK_WORDS("the 3rd.", "the 3rd");
}

TEST(soft_hyphens_vanish_and_hard_spaces_are_spaces)
{
	CHECK_WORDS("lis\u00ADten", "listen");
	CHECK_WORDS("you\u00A0never\u2009listen", "you never listen");
	CHECK_WORDS("never\u200Blisten", "never listen");
}

TEST(a_combining_mark_belongs_to_the_ascii_letter_before_it)
{
	struct words_list composed = { 0 }, apart = { 0 };

	words_split(arena, STR("caf\u00E9 now"), &composed);
	words_split(arena, STR("CAFE\u0301 now"), &apart);
	REQUIRE(composed.n == 2 && apart.n == 2);
	CHECK(composed.items[0].hash == apart.items[0].hash);
	CHECK_STR(apart.items[0].text, "caf\u00E9");
	CHECK_INT(apart.items[0].bytes, 6);
	CHECK_INT(apart.items[1].at, 7);
}

TEST(other_scripts_are_folded_too)
{
	CHECK_WORDS("\u0422\u042B \u043D\u0435", "\u0442\u044B \u043D\u0435");
	CHECK_WORDS("\uFF39\uFF4F\uFF55", "you");
	CHECK_WORDS("stra\u00DFe STRASSE", "{strasse} strasse");
	CHECK_WORDS("na\u00EFve \U0001F600 ok", "na\u00EFve ok");
}

TEST(bytes_that_are_not_utf8_part_words)
{
	CHECK_WORDS("ab\xFF"
		    "cd\xC3",
		    "ab cd");
	CHECK_WORDS("\xE2\x80", "");
}

TEST(a_clause_ends_at_a_comma_and_a_dash_a_sentence_at_a_stop)
{
	CHECK_WORDS("No, you never. Well \u2014 I mean: it", "no /you never //well /i mean /it");
	CHECK_WORDS("no -- you - he", "no /you /he");
	CHECK_WORDS("really?! yes", "really //yes");
}

TEST(fillers_are_marked_unless_they_mean_what_they_say)
{
	CHECK_WORDS("so um uh ummm erm hmm ok", "so {um} {uh} {ummm} {erm} {hmm} ok");
	CHECK_WORDS("it is you know hard", "it is {you} {know} hard");
	CHECK_WORDS("do you know it", "do you know it");
	CHECK_WORDS("you know what that is", "you know what that is");
	CHECK_WORDS("i mean nobody cares", "{i} {mean} nobody cares");
	CHECK_WORDS("i mean it", "i mean it");
	CHECK_WORDS("i i think", "{i} i think");
	CHECK_WORDS("her mum ran", "her mum ran");
}

TEST(different_words_have_different_hashes)
{
	/* All words of up to three letters and some longer ones: a poor mix shows here. */
	static uint64_t seen[1 << 16];
	char w[16];
	int clashes = 0;

	memset(seen, 0, sizeof seen);
	for (int i = 0; i < 26 * 26 * 26; i++) {
		int n = snprintf(w, sizeof w, "%c%c%c%s", 'a' + i / 676, 'a' + i / 26 % 26, 'a' + i % 26,
				 i % 2 ? "" : "abcdefg");
		uint64_t h = word_hash((struct str){ w, (size_t)n });

		if (seen[h & 0xFFFF])
			clashes++;
		seen[h & 0xFFFF] = h;
	}
	/* 17,576 balls in 65,536 urns: about 2,160 meet, give or take 45. */
	CHECK(clashes > 1900 && clashes < 2420);
}
