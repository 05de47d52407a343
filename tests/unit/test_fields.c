/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/fields.h"

#include "test.h"

struct meal {
	struct str name;
	double price;
	int64_t portions, at, lasts;
	bool hot;
	int kind;
	struct strs with;
	const struct doc *rest;
	struct {
		int64_t salt;
	} spice;
	VEC(struct side) sides;
};
struct side {
	struct str name;
	double price;
};

static const struct words kinds = { (const char *const[]){ "starter", "main", "dessert", NULL } };
static const struct limit_range price = { 0, 40, false };
static const struct limit_range whole = { 1, INFINITY, true };
static const struct limit_string name = { .max_bytes = 8 };
static const struct field spice_table[] = { { "salt", "", read_int, 0, false, NULL }, { NULL } };
static const struct field side_table[] = {
	{ "name", "", read_str, offsetof(struct side, name), true, &name },
	{ "price", "", read_double, offsetof(struct side, price), false, &price },
	{ NULL },
};

static void side_init(void *row)
{
	((struct side *)row)->price = 7;
}

static void side_check(struct reader *r, const struct doc *doc, void *row)
{
	if (((struct side *)row)->price > 39)
		reader_warn(r, doc, "dear", NULL, "a dear side");
}

static const struct rows side_rows = { side_table, sizeof(struct side), 3, side_init, side_check };
static const struct field meal_table[] = {
	{ "name", "", read_str, offsetof(struct meal, name), true, &name },
	{ "price", "", read_double, offsetof(struct meal, price), true, &price },
	{ "portions", "", read_int, offsetof(struct meal, portions), false, &whole },
	{ "at", "", read_date, offsetof(struct meal, at), false, NULL },
	{ "lasts", "", read_duration, offsetof(struct meal, lasts), false, NULL },
	{ "hot", "", read_flag, offsetof(struct meal, hot), false, NULL },
	{ "kind", "", read_word, offsetof(struct meal, kind), false, &kinds },
	{ "with", "", read_strs, offsetof(struct meal, with), false, NULL },
	{ "rest", "", read_any, offsetof(struct meal, rest), false, NULL },
	{ "spice", "", read_map, offsetof(struct meal, spice), false, spice_table },
	{ "sides", "", read_rows, offsetof(struct meal, sides), false, &side_rows },
	{ NULL },
};

static struct diags diags;

static bool read_meal(struct arena *a, const char *yaml, bool private, struct meal *ret)
{
	struct reader r = { .arena = a, .diags = &diags, .unknown_key = DIAG_ERROR, .private = private };
	const struct doc *doc;

	*ret = (struct meal){ 0 };
	diags = (struct diags){ .arena = a };
	doc = doc_parse(a, str_of(yaml), DOC_YAML, &doc_limits_rules, false, &diags);
	return doc && fields_read(&r, doc, meal_table, ret);
}

/* "line:column path: message (hint)" of all faults of a meal that has a name and a price. */
static struct str faults(struct arena *a, const char *yaml, bool private)
{
	struct buf out = { 0 };
	struct meal meal;
	struct str s;
	bool good = read_meal(a, arena_printf(a, "name: soup\nprice: 3\n%s", yaml).p, private, &meal);

	CHECK(good == (diags.errors == 0));
	for (size_t i = 0; i < diags.all.n; i++) {
		const struct diag *d = &diags.all.items[i];

		buf_printf(&out, "%s%u:%u %.*s: %.*s", i ? "; " : "", d->at.line, d->at.column, STR_ARG(d->path),
			   STR_ARG(d->message));
		if (d->hint.n)
			buf_printf(&out, " (%.*s)", STR_ARG(d->hint));
	}
	s = out.n ? arena_dup(a, buf_str(&out)) : STR("");
	buf_release(&out);
	return s;
}

#define OPEN(yaml, expected)	CHECK_STR(faults(arena, (yaml), false), (expected))
#define PRIVATE(yaml, expected) CHECK_STR(faults(arena, (yaml), true), (expected))

TEST(a_table_reads_a_map_into_a_struct)
{
	struct meal m;

	REQUIRE(read_meal(arena,
			  "name: soup\nprice: 3.5\nportions: 4\nat: 2026-03-02T14:00:00Z\nlasts: 2 hours\nhot: yes\n"
			  "kind: dessert\nwith: [bread, 7]\nrest: {a: b}\nspice: {salt: 2}\n"
			  "sides: [{name: a}, {name: b, price: 40}]\nx_own: 1\n",
			  false, &m));
	CHECK_STR(m.name, "soup");
	CHECK_NEAR(m.price, 3.5);
	CHECK_INT(m.portions, 4);
	CHECK_INT(m.at, 1772460000);
	CHECK_INT(m.lasts, 7200);
	CHECK(m.hot);
	CHECK_INT(m.kind, 2);
	REQUIRE(m.with.n == 2 && m.sides.n == 2);
	CHECK_STR(m.with.items[1], "7");
	CHECK(doc_get(m.rest, "a") != NULL);
	CHECK_INT(m.spice.salt, 2);
	CHECK_NEAR(m.sides.items[0].price, 7);
	CHECK_NEAR(m.sides.items[1].price, 40);
	REQUIRE(diags.all.n == 1);
	CHECK_STR(diags.all.items[0].path, "sides[1]");
}

TEST(one_text_is_a_list_of_one)
{
	struct meal m;

	REQUIRE(read_meal(arena, "name: soup\nprice: 3\nwith: bread", false, &m));
	REQUIRE(m.with.n == 1);
	CHECK_STR(m.with.items[0], "bread");
}

TEST(a_wrong_value_is_answered_with_what_was_expected)
{
	OPEN("portions: many", "3:11 portions: expected a whole number of at least 1, found \"many\"");
	OPEN("portions: 1.5", "3:11 portions: expected a whole number of at least 1, found \"1.5\"");
	OPEN("portions: '2'",
	     "3:11 portions: expected a whole number of at least 1, found \"2\" (write it without quotes)");
	OPEN("at: 2026-03-02", "3:5 at: expected a time like 2026-03-02T14:00:00Z, found \"2026-03-02\" "
			       "(a day that exists, and the time zone: Z, or like +01:00)");
	OPEN("lasts: 2 fortnights", "3:8 lasts: expected a time span like \"30 days\", found \"2 fortnights\" "
				    "(a number and seconds, minutes, hours, days or weeks)");
	OPEN("hot: maybe", "3:6 hot: expected yes or no, found \"maybe\"");
	OPEN("hot: 'yes'", "3:6 hot: expected yes or no, found \"yes\" (write it without quotes)");
	OPEN("kind: desert",
	     "3:7 kind: expected starter, main or dessert, found \"desert\" (did you mean \"dessert\"?)");
	OPEN("kind: [main]", "3:7 kind: expected starter, main or dessert, found a list of 1");
	OPEN("with: {a: b}", "3:7 with: expected a list of texts, found a map");
	OPEN("with: [a, [b]]", "3:11 with[1]: expected text, found a list of 1");
	OPEN("with: ''", "3:7 with: an empty text");
	OPEN("spice: hot", "3:8 spice: expected a map, found \"hot\" (write {KEY: ...}, of the keys salt)");
	OPEN("sides: {}", "3:8 sides: expected a list, found a map");
	OPEN("hot:", "3:5 hot: expected yes or no, found nothing");
}

TEST(a_fault_inside_a_row_has_its_path)
{
	OPEN("sides:\n- name: a\n- nme: b\n  price: 41\n",
	     "5:3 sides[1]: unknown key \"nme\" (did you mean \"name\"?); "
	     "6:10 sides[1].price: expected a number from 0 to 40, found \"41\"");
	OPEN("spice: {salt: x}", "3:15 spice.salt: expected a whole number, found \"x\"");
	OPEN("sides: [{name: a}, {name: b}, {name: c}]", "");
	OPEN("sides: [{name: a}, {name: b}, {name: c}, {name: d}]", "3:8 sides: a list of 4, at most 3 are read");
}

TEST(all_missing_keys_are_told)
{
	struct meal m;

	CHECK(!read_meal(arena, "hot: yes", false, &m));
	REQUIRE(diags.all.n == 2);
	CHECK_STR(diags.all.items[0].message, "\"name\" is missing");
	CHECK_STR(diags.all.items[1].message, "\"price\" is missing");
}

TEST(a_text_is_as_long_as_its_row_allows)
{
	struct meal m;

	CHECK(read_meal(arena, "name: 12345678\nprice: 3", false, &m));
	CHECK(!read_meal(arena, "name: 123456789\nprice: 3", false, &m));
	CHECK_STR(diags.all.items[0].message, "longer than 8 bytes");
}

TEST(a_private_reader_tells_kinds_and_never_values)
{
	PRIVATE("portions: many",
		"3:11 portions: expected a whole number of at least 1, found a string of 4 characters");
	PRIVATE("kind: desert", "3:7 kind: expected starter, main or dessert, found a string of 6 characters "
				"(did you mean \"dessert\"?)");
	PRIVATE("Zebra Bob: 1", "3:1 : unknown key");
	PRIVATE("bob: 1", "3:1 : unknown key \"bob\"");
	PRIVATE("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: 1", "3:1 : unknown key");
	PRIVATE("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: 1", "3:1 : unknown key \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"");
	PRIVATE("hot: 3", "3:6 hot: expected true or false, found a number");
	PRIVATE("x_Bob: 1", "");
	PRIVATE("hot: ~\nat: null\nwith:\nsides:\nspice:\nportions:\nkind:\nlasts:", "");
}

TEST(an_unknown_key_is_cut_when_it_is_long)
{
	OPEN("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: 1",
	     "3:1 : unknown key \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\" "
	     "(write name, price, portions, at, lasts, hot, kind, with, rest, spice or sides)");
}
