/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/doc.h"
#include "core/doc_build.h"

#include "test.h"

static struct diags diags;

static struct doc *parse(struct arena *a, const char *text, enum doc_format format)
{
	diags = (struct diags){ .arena = a };
	return doc_parse(a, str_of(text), format, &doc_limits_rules, false, &diags);
}

/* "line:column code: message" of the first fault. */
static struct str fault(struct arena *a, const char *text, enum doc_format format)
{
	const struct diag *d;

	if (parse(a, text, format))
		return STR("none");
	if (!diags.all.n)
		return STR("refused without a word");
	d = &diags.all.items[0];
	return arena_printf(a, "%u:%u %s: %.*s", d->at.line, d->at.column, d->code, STR_ARG(d->message));
}

#define JSON_FAULT(text, expected) CHECK_STR(fault(arena, (text), DOC_JSON), (expected))
#define YAML_FAULT(text, expected) CHECK_STR(fault(arena, (text), DOC_YAML), (expected))

static struct str canonical(struct arena *a, const char *text, enum doc_format format)
{
	const struct doc *doc = parse(a, text, format);
	struct buf out = { 0 };
	struct str s;

	if (!doc)
		return STR("refused");
	doc_canonical(doc, &out);
	s = arena_dup(a, buf_str(&out));
	buf_release(&out);
	return s;
}

TEST(json_and_yaml_make_the_same_tree)
{
	const char *json = "{\"a\": [1, true, null, \"x y\"], \"b\": {\"c\": \"d\"}}";
	const char *yaml = "a: [1, true, ~, 'x y']\nb:\n  c: d\n";

	CHECK_STR(canonical(arena, json, DOC_JSON), "{1:a[#1e0tn3:x y]1:b{1:c1:d}}");
	CHECK_STR(canonical(arena, yaml, DOC_YAML), "{1:a[#1e0tn3:x y]1:b{1:c1:d}}");
}

TEST(a_place_is_line_and_column_in_characters)
{
	const struct doc *doc = parse(arena, "{\"ä\": \"öü\", \"b\":\n  [1,\t\"x\\ny\", -2.5]}", DOC_JSON), *b;

	REQUIRE(doc && doc->n == 2);
	CHECK_INT(doc->pairs[1].at.column, 13);
	CHECK_INT(doc->pairs[1].at.offset, 15);
	CHECK_INT(doc->pairs[0].value->at.column, 7);
	CHECK_INT(doc->pairs[0].value->at.bytes, 6);
	b = doc->pairs[1].value;
	REQUIRE(b->n == 3);
	CHECK_INT(b->items[1]->at.line, 2);
	CHECK_INT(b->items[1]->at.column, 7);
	CHECK_INT(b->items[1]->at.bytes, 6);
	CHECK_INT(b->items[2]->at.column, 15);
	CHECK_INT(b->items[2]->at.bytes, 4);
}

TEST(a_place_in_yaml_is_not_shifted_by_unicode_line_breaks)
{
	const struct doc *doc = parse(arena, "ä: 'x\u2028y \xC2\x85 z'\n\nb: [ö, \"q\"]\n", DOC_YAML), *b;

	REQUIRE(doc && doc->n == 2);
	CHECK_INT(doc->pairs[1].at.line, 3);
	CHECK_INT(doc->pairs[1].at.column, 1);
	b = doc->pairs[1].value;
	CHECK_INT(b->items[1]->at.line, 3);
	CHECK_INT(b->items[1]->at.column, 8);
	CHECK_INT(b->items[1]->at.bytes, 3);
}

TEST(a_fault_in_json_has_its_place_and_a_plain_word)
{
	JSON_FAULT("[1,,2]", "1:4 expected-value: expected a value");
	JSON_FAULT("[1 true]", "1:4 expected-comma: expected \",\" or \"]\"");
	JSON_FAULT("{\"a\" 1}", "1:6 expected-colon: expected \":\" after a key");
	JSON_FAULT("{\"a\": 1,}", "1:9 expected-key: expected a key in double quotes");
	JSON_FAULT("[1] x", "1:5 after-end: something follows after the end of the value");
	JSON_FAULT("12 13", "1:4 after-end: something follows after the end of the value");
	JSON_FAULT("[-]", "1:2 bad-number: a number that is not finished");
	JSON_FAULT("{\"a\":1,\n\"b\": 'x'}", "2:6 bad-character: a character that is not JSON here");
	JSON_FAULT("{\"a\": {\"b\": 1", "1:14 unfinished: the text ends before everything is closed");
	JSON_FAULT("", "1:1 unfinished: the text ends before everything is closed");
	JSON_FAULT("[\"a\\u0000\"]", "1:2 nul: a string with a NUL character");
}

TEST(a_fault_in_yaml_has_its_place_and_a_plain_word)
{
	YAML_FAULT("a: b: c", "1:5 needs-quotes: a \": \" that makes no sense here");
	YAML_FAULT("\xC3\xA4: \xC3\xBC: x", "1:5 needs-quotes: a \": \" that makes no sense here");
	YAML_FAULT("a:\n\tb: c", "2:1 tab: a tab where spaces are needed");
	YAML_FAULT("a: @b", "1:4 needs-quotes: a value cannot begin with \"@\"");
	YAML_FAULT("a: %b", "1:4 needs-quotes: a value cannot begin with \"%\"");
	YAML_FAULT("a: `b", "1:4 needs-quotes: a value cannot begin with \"`\"");
	YAML_FAULT("a: \"x", "1:4 quote: a quote that is never closed");
	YAML_FAULT("a:\n  - 1\n - 2", "3:2 indentation: this is indented wrongly, or no key");
	YAML_FAULT("a: - b", "1:4 indentation: a list cannot begin here");
	YAML_FAULT("a: \x01", "1:4 control-character: a control character");
	YAML_FAULT("a: \"\\0\"", "1:4 nul: a string with a NUL character");
	YAML_FAULT("# nothing\n", "1:1 empty: there is nothing in it");
}

TEST(what_yaml_can_do_but_nobody_needs_is_refused)
{
	YAML_FAULT("a: &x 1", "1:4 not-allowed: anchors (&name) are not allowed here");
	YAML_FAULT("a: *x", "1:4 not-allowed: aliases (*name) are not allowed here");
	YAML_FAULT("a: !t 1", "1:4 not-allowed: tags (!name) are not allowed here");
	YAML_FAULT("!!map {a: 1}", "1:1 not-allowed: tags (!name) are not allowed here");
	YAML_FAULT("<<: {a: 1}", "1:1 not-allowed: merge keys (<<) are not allowed here");
	YAML_FAULT("--- 1\n--- 2", "2:1 not-allowed: a second document (after ---) is not allowed here");
	YAML_FAULT("? [a]\n: 1", "1:3 not-allowed: a map or a list as a key is not allowed here");
}

TEST(a_key_there_twice_is_told_each_time)
{
	JSON_FAULT("{\"a\":1,\n\"a\":2}", "2:1 duplicate-key: the key \"a\" is there twice");
	YAML_FAULT("a: 1\na: 2", "2:1 duplicate-key: the key \"a\" is there twice");
	JSON_FAULT("{\"Bob\":1, \"Bob\":2}", "1:11 duplicate-key: a key is there twice");
	CHECK(!parse(arena, "{\"a\":1,\"a\":2,\"b\":{\"c\":1,\"c\":2}}", DOC_JSON));
	CHECK_INT(diags.errors, 2);
}

TEST(a_text_may_reach_each_limit_and_not_pass_it)
{
	static const struct doc_limits limits = { .bytes = 40, .depth = 3, .nodes = 6, .string = 4 };
	static const struct {
		const char *text, *code;
	} cases[] = {
		{ "[[[]]]", NULL },
		{ "[[[[]]]]", "too-deep" },
		{ "[1,2,3,4,5]", NULL },
		{ "[1,2,3,4,5,6]", "too-many" },
		{ "[\"abcd\"]", NULL },
		{ "[\"abcde\"]", "too-long" },
		{ "{\"abcd\":1}", NULL },
		{ "{\"abcde\":1}", "too-long" },
		{ "[                                      ]", NULL },
		{ "[                                       ]", "too-large" },
	};

	for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
		enum doc_format format = i % 2 ? DOC_JSON : DOC_YAML;
		const struct doc *doc;

		diags = (struct diags){ .arena = arena };
		doc = doc_parse(arena, str_of(cases[i / 2].text), format, &limits, false, &diags);
		CHECK((doc != NULL) == (cases[i / 2].code == NULL));
		CHECK_STR(diags.all.n ? str_of(diags.all.items[0].code) : STR("none"),
			  cases[i / 2].code ? cases[i / 2].code : "none");
	}
}

TEST(a_bracket_bomb_ends_at_once)
{
	char *bomb = arena_alloc(arena, (256 << 10) + 1, 1);

	memset(bomb, '[', 256 << 10);
	JSON_FAULT(bomb, "1:65 too-deep: more than 64 maps and lists inside each other");
	YAML_FAULT(bomb, "1:65 too-deep: more than 64 maps and lists inside each other");
}

TEST(a_byte_that_is_not_utf8_is_found_where_it_is)
{
	JSON_FAULT("[\"\xC3\xA4\",\n \"\xC3\xA4\xE2\x82\"]", "2:4 not-utf8: a byte that is not UTF-8");
	YAML_FAULT("a: \xC3\xA4\nb: \xC3\xA4\xFF", "2:5 not-utf8: a byte that is not UTF-8");
	YAML_FAULT("a: \xED\xA0\x80", "1:4 not-utf8: a byte that is not UTF-8");
	YAML_FAULT("a: \xC0\xAF", "1:4 not-utf8: a byte that is not UTF-8");
	YAML_FAULT("a: \xF4\x90\x80\x80", "1:4 not-utf8: a byte that is not UTF-8");
}

TEST(a_byte_order_mark_is_passed_over)
{
	JSON_FAULT("\xEF\xBB\xBF[1,]", "1:4 expected-value: expected a value");
	YAML_FAULT("\xEF\xBB\xBF"
		   "a: b: c",
		   "1:5 needs-quotes: a \": \" that makes no sense here");
	CHECK_INT(doc_guess(STR("\xEF\xBB\xBF {}")), DOC_JSON);
}

TEST(the_format_shows_in_the_first_byte)
{
	CHECK_INT(doc_guess(STR(" \r\n\t{\"a\": 1}")), DOC_JSON);
	CHECK_INT(doc_guess(STR("[1]")), DOC_JSON);
	CHECK_INT(doc_guess(STR("a: {}")), DOC_YAML);
	CHECK_INT(doc_guess(STR("")), DOC_YAML);
	CHECK_INT(doc_guess(STR("# {")), DOC_YAML);
}

TEST(many_keys_are_searched_for_twins_too)
{
	struct buf out = { 0 };

	buf_putc(&out, '{');
	for (int i = 0; i < 20000; i++)
		buf_printf(&out, "%s\"k%d\":%d", i ? "," : "", i, i);
	buf_puts(&out, STR(",\n\"k7\":1,\"k19999\":2}"));
	CHECK(!parse(arena, out.p, DOC_JSON));
	CHECK_INT(diags.errors, 2);
	CHECK_INT(diags.all.items[0].at.line, 2);
	buf_release(&out);
}

TEST(a_kind_is_told_and_never_a_value)
{
	static const struct {
		const char *yaml, *kind;
	} cases[] = {
		{ "high", "a string of 4 characters" },
		{ "'\xC3\xA4'", "a string of 1 character" },
		{ "'38'", "a string of 2 characters" },
		{ "38", "a number" },
		{ "yes", "true or false" },
		{ "~", "nothing" },
		{ "[a, b, c]", "a list of 3" },
		{ "a: b", "a map" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK_STR(doc_describe(arena, parse(arena, cases[i].yaml, DOC_YAML)), cases[i].kind);
}

TEST(only_plain_words_are_flags_numbers_and_nothing)
{
	double n;
	bool flag;

	CHECK(doc_number(parse(arena, "-2.5e1", DOC_YAML), &n) && n == -25);
	CHECK(!doc_number(parse(arena, "'3'", DOC_YAML), &n));
	CHECK(!doc_number(parse(arena, "0x10", DOC_YAML), &n));
	CHECK(!doc_number(parse(arena, "[1]", DOC_YAML), &n));
	CHECK(doc_flag(parse(arena, "no", DOC_YAML), &flag) && !flag);
	CHECK(doc_flag(parse(arena, "true", DOC_JSON), &flag) && flag);
	CHECK(!doc_flag(parse(arena, "\"true\"", DOC_JSON), &flag));
	CHECK(!doc_flag(parse(arena, "on", DOC_YAML), &flag));
	CHECK(doc_is_null(parse(arena, "null", DOC_JSON)));
	CHECK(doc_is_null(doc_get(parse(arena, "a:", DOC_YAML), "a")));
	CHECK(!doc_is_null(parse(arena, "'null'", DOC_YAML)));
	CHECK(!doc_is_null(NULL) && !doc_number(NULL, &n) && !doc_flag(NULL, &flag));
}

TEST(the_canonical_form_goes_by_value)
{
	static const char *const same[] = { "38", "38.0", "3.8e1", "380E-1", "+38", "0038.00" };
	static const char *const zero[] = { "0", "-0", "0.0", "0e7", "00" };

	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		CHECK_STR(canonical(arena, same[i], DOC_YAML), "#38e0");
	for (size_t i = 0; i < sizeof zero / sizeof *zero; i++)
		CHECK_STR(canonical(arena, zero[i], DOC_YAML), "#0");
	CHECK_STR(canonical(arena, "-1200", DOC_JSON), "#-12e2");
	CHECK_STR(canonical(arena, "0.0012", DOC_JSON), "#12e-4");
	CHECK_STR(canonical(arena, "\"38\"", DOC_JSON), "2:38");
	CHECK_STR(canonical(arena, "word", DOC_YAML), "4:word");
	CHECK_STR(canonical(arena, "\"word\"", DOC_JSON), "4:word");
	CHECK_STR(canonical(arena, "1.2.3", DOC_YAML), "5:1.2.3");
	CHECK_STR(canonical(arena, "1e", DOC_YAML), "2:1e");
	CHECK_STR(canonical(arena, "1e9999999", DOC_YAML), "9:1e9999999");
	CHECK_STR(canonical(arena, ".", DOC_YAML), "1:.");
	CHECK_STR(canonical(arena, "{b: 1, a: no, c: [], B: ~}", DOC_YAML), "{1:Bn1:af1:b#1e01:c[]}");
}

TEST(a_short_number_is_the_same_double_as_the_library_makes)
{
	uint64_t state = 88172645463325252u;

	for (int i = 0; i < 20000; i++) {
		char text[32];
		double ours = NAN;

		state = state * 6364136223846793005u + 1442695040888963407u;
		snprintf(text, sizeof text, "%s%llu.%0*llu", state >> 63 ? "-" : "",
			 (unsigned long long)(state >> 20) % 1000000, 1 + (int)(state >> 40) % 9,
			 (unsigned long long)(state >> 30) % 10);
		CHECK(str_number(str_of(text), &ours) && ours == strtod(text, NULL));
	}
}
