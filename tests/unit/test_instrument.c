/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/instrument.h"
#include "reading.h"

static struct instruments read(struct arena *a, const char *yaml, struct str *complaints)
{
	struct instruments set = { 0 };
	struct reading_of in;

	reading_begin(&in, a, yaml);
	if (in.doc)
		instruments_read(&set, &in.reader, in.doc, STR("i.yaml"));
	*complaints = reading_complaints(&in, a);
	return set;
}

static const char some[] =
	"SRS: {family: alliance40, range: 0-40, better: high, pooled_sd: 4, items: [goals], item_range: 0-10}\n"
	"CSRS: {family: alliance40, range: 0-40, better: high}\n"
	"YOQ: {range: -16 to 240, better: low, rci: 13}\n";

TEST(an_instrument_has_a_range_and_a_good_end)
{
	struct str said;
	struct instruments set = read(arena, some, &said);
	const struct instrument *i = instruments_find(&set, STR("YOQ"));

	CHECK_STR(said, "");
	REQUIRE(i);
	CHECK_NEAR(i->min, -16);
	CHECK_NEAR(i->max, 240);
	CHECK(!i->higher_is_better);
	CHECK_NEAR(i->rci, 13);
	CHECK(isnan(i->pooled_sd) && isnan(i->cutoff) && isnan(i->item_min));
	CHECK(instruments_find(&set, STR("SRS"))->higher_is_better);
	CHECK(!instruments_find(&set, STR("alliance40")));
}

TEST(a_family_stands_for_its_instruments)
{
	struct str said;
	struct instruments set = read(arena, some, &said);

	CHECK(instruments_match(&set, STR("alliance40"), STR("SRS")));
	CHECK(instruments_match(&set, STR("alliance40"), STR("CSRS")));
	CHECK(!instruments_match(&set, STR("alliance40"), STR("YOQ")));
	CHECK(!instruments_match(&set, STR("SRS"), STR("CSRS")));
	CHECK(instruments_match(&set, STR("home-made"), STR("home-made")));
}

TEST(the_range_of_a_selector_is_that_of_all_it_takes)
{
	struct str said;
	struct instruments set = read(arena, some, &said);
	double min, max;

	CHECK(instruments_range(&set, STR("alliance40"), STR(""), &min, &max) && min == 0 && max == 40);
	CHECK(instruments_range(&set, STR("SRS"), STR("goals"), &min, &max) && min == 0 && max == 10);
	CHECK(!instruments_range(&set, STR("SRS"), STR("bond"), &min, &max));
	CHECK(!instruments_range(&set, STR("PHQ9"), STR(""), &min, &max));
}

TEST(a_later_definition_of_an_instrument_replaces_the_earlier)
{
	struct instruments set = { 0 };
	struct reading_of in;

	for (int i = 0; i < 2; i++) {
		reading_begin(&in, arena, i ? "X: {range: 0-10, better: low}\n" : "X: {range: 0-40, better: high}\n");
		instruments_read(&set, &in.reader, in.doc, STR("i.yaml"));
		CHECK_INT(in.diags.errors, 0);
	}
	CHECK_INT(set.all.n, 1);
	CHECK_NEAR(set.all.items[0].max, 10);
}

TEST(what_is_wrong_with_an_instrument_is_said)
{
	struct str said;

	read(arena,
	     "A: {range: 0:40, better: high}\n"
	     "B: {range: 40-0, better: up}\n"
	     "C: {range: 0-40, better: high, cutoff: 41, rci: 50}\n"
	     "D: {better: low, rcj: 3}\n",
	     &said);
	CHECK_STR(said, "r.yaml:1:12: error: expected a range [range]\n"
			"    1 | A: {range: 0:40, better: high}\n"
			"      |            ^~~~\n"
			"  hint: write the least and the greatest value, as in \"0-40\" or \"-16 to 240\"\n"
			"r.yaml:2:12: error: expected a range [range]\n"
			"    2 | B: {range: 40-0, better: up}\n"
			"      |            ^~~~\n"
			"  hint: write the least and the greatest value, as in \"0-40\" or \"-16 to 240\"\n"
			"r.yaml:2:26: error: expected low or high, found \"up\" [unknown-word]\n"
			"    2 | B: {range: 40-0, better: up}\n"
			"      |                          ^~\n"
			"  hint: did you mean \"high\"?\n"
			"r.yaml:3:40: error: the cut-off lies outside the range 0-40 [range]\n"
			"    3 | C: {range: 0-40, better: high, cutoff: 41, rci: 50}\n"
			"      |                                        ^~\n"
			"r.yaml:3:49: error: a change of 50 is not possible in the range 0-40 [range]\n"
			"    3 | C: {range: 0-40, better: high, cutoff: 41, rci: 50}\n"
			"      |                                                 ^~\n"
			"r.yaml:4:4: error: \"range\" is missing [missing-key]\n"
			"    4 | D: {better: low, rcj: 3}\n"
			"      |    ^\n"
			"  hint: the least and the greatest total\n"
			"r.yaml:4:18: error: unknown key \"rcj\" [unknown-key]\n"
			"    4 | D: {better: low, rcj: 3}\n"
			"      |                  ^~~\n"
			"  hint: did you mean \"rci\"?\n");
}

TEST(a_family_has_a_name_of_its_own)
{
	struct str said;

	read(arena, "A: {range: 0-40, better: high}\nB: {range: 0-40, better: high, family: A}\n", &said);
	CHECK_HAS(said, "error: \"A\" is the name of an instrument and of a family [family]");
}
