/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <stdlib.h>

#include "core/doc.h"

#include "test.h"

#define FILE_MAX       (256 << 10)
#define NAME_MAX_BYTES 300

static const struct doc_limits wide = { .bytes = 1 << 20, .depth = 1000, .nodes = 100000, .string = 64 << 10 };

static const char *data_directory(void)
{
	const char *given = getenv("RUPTURED_TESTDATA");

	return given ? given : "tests/data";
}

static struct str file_read(struct arena *a, const char *path)
{
	FILE *f = fopen(path, "r");
	char *bytes = arena_alloc(a, FILE_MAX + 1, 1);
	size_t n;

	if (!f)
		return (struct str){ NULL, 0 };
	n = fread(bytes, 1, FILE_MAX, f);
	fclose(f);
	return (struct str){ bytes, n };
}

/* Calls `each` for every file of a folder; the number of them. */
static int each_file(struct arena *a, const char *folder, void (*each)(struct arena *, const char *, struct str))
{
	const char *path = arena_printf(a, "%s/conformance/%s", data_directory(), folder).p;
	struct dirent **entries;
	int n = scandir(path, &entries, NULL, alphasort), files = 0;

	for (int i = 0; i < n; i++) {
		struct arena here = { 0 };
		char name[NAME_MAX_BYTES];

		snprintf(name, sizeof name, "%s", entries[i]->d_name);
		if (strchr(name, '.') > name) {
			each(&here, name, file_read(&here, arena_printf(&here, "%s/%s", path, name).p));
			files++;
		}
		arena_release(&here);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return files;
}

/* Where this program differs from the suites, and why. */
struct exception {
	const char *name, *why;
};

static const struct exception json_refused[] = {
	{ "y_object_duplicated_key.json", "a key twice hides one of its values" },
	{ "y_object_escaped_null_in_key.json", "NUL in a string or key" },
	{ NULL },
};

/* Beside these, whatever is told as "not-allowed" (anchors, aliases, tags, several documents, maps as keys) or "empty".
 */
static const struct exception yaml_refused[] = {
	{ "2LFX.yaml/0", "directives are not known" },
	{ "58MP.yaml/0", "libyaml: a colon at the start of a word in { }" },
	{ "5MUD.yaml/0", "libyaml: a colon on the next line in { }" },
	{ "5T43.yaml/0", "libyaml: a colon at the start of a word in { }" },
	{ "6BCT.yaml/0", "libyaml: tabs" },
	{ "6CA3.yaml/0", "libyaml: tabs" },
	{ "8XYN.yaml/0", "libyaml: an anchor outside ASCII" },
	{ "96NN.yaml/0", "libyaml: tabs" },
	{ "96NN.yaml/1", "libyaml: tabs" },
	{ "9SA2.yaml/0", "libyaml: a key over several lines in { }" },
	{ "A2M4.yaml/0", "libyaml: tabs" },
	{ "CFD4.yaml/0", "libyaml: an empty key in [ ]" },
	{ "DBG4.yaml/0", "libyaml: a colon at the start of a word in [ ]" },
	{ "FP8R.yaml/0", "libyaml: a text block that is not indented" },
	{ "FRK4.yaml/0", "libyaml: an empty key in { }" },
	{ "NJ66.yaml/0", "libyaml: a key over several lines in { }" },
	{ "Q5MG.yaml/0", "libyaml: tabs" },
	{ "R4YG.yaml/0", "libyaml: tabs" },
	{ "UKK6.yaml/0", "libyaml: an empty key in a list" },
	{ "W5VH.yaml/0", "libyaml: an alias of signs" },
	{ "Y79Y.yaml/1", "libyaml: tabs" },
	{ "Y79Y.yaml/10", "libyaml: tabs" },
	{ NULL },
};

static int exceptions_met;

static bool excepted(const struct exception *list, const char *name)
{
	for (; list->name; list++) {
		if (strcmp(list->name, name) == 0) {
			exceptions_met++;
			return true;
		}
	}
	return false;
}

static int length_of(const struct exception *list)
{
	int n = 0;

	while (list[n].name)
		n++;
	return n;
}

static bool parses(struct arena *a, struct str text, enum doc_format format, const char **ret_code)
{
	struct diags d = { .arena = a };
	bool good = doc_parse(a, text, format, &wide, false, &d) != NULL;

	CHECK(good == (d.errors == 0));
	*ret_code = d.all.n ? d.all.items[0].code : "nothing";
	return good;
}

static void json_case(struct arena *a, const char *name, struct str text)
{
	const char *code;
	bool good = parses(a, text, DOC_JSON, &code);

	if (name[0] == 'y' && !good && !excepted(json_refused, name))
		test_fail(name, 0, "refused: %s", code);
	if (name[0] == 'n' && good)
		test_fail(name, 0, "not refused");
}

TEST(json_is_read_as_others_read_it)
{
	exceptions_met = 0;
	if (!each_file(arena, "json", json_case))
		SKIP("no conformance cases found");
	CHECK_INT(exceptions_met, length_of(json_refused));
}

/* The suite shows invisible characters by signs. */
static struct str unescape(struct arena *a, struct str s)
{
	static const struct {
		const char *sign, *means;
	} signs[] = { { "\u2423", " " }, { "\u2014", "" },   { "\u00BB", "\t" },
		      { "\u21B5", "" },	 { "\u2190", "\r" }, { "\u21D4", "\xEF\xBB\xBF" },
		      { "\u220E\n", "" } };
	struct buf out = { 0 };
	struct str text;

	buf_puts(&out, STR(""));
	for (size_t i = 0; i < s.n;) {
		struct str rest = { s.p + i, s.n - i };
		size_t k = 0;

		while (k < sizeof signs / sizeof *signs && !str_starts(rest, signs[k].sign))
			k++;
		if (k < sizeof signs / sizeof *signs) {
			buf_puts(&out, str_of(signs[k].means));
			i += strlen(signs[k].sign);
		} else {
			buf_putc(&out, s.p[i++]);
		}
	}
	text = out.n ? arena_dup(a, buf_str(&out)) : STR("");
	buf_release(&out);
	return text;
}

static void yaml_judge(const char *name, bool good, bool must_fail, const char *code)
{
	if (good == !must_fail)
		return;
	if (must_fail)
		test_fail(name, 0, "not refused");
	if (!must_fail && strcmp(code, "not-allowed") != 0 && strcmp(code, "empty") != 0 &&
	    !excepted(yaml_refused, name))
		test_fail(name, 0, "refused: %s", code);
}

static void yaml_case(struct arena *a, const char *name, struct str file)
{
	struct diags d = { .arena = a };
	const struct doc *cases = doc_parse(a, file, DOC_YAML, &wide, false, &d);

	REQUIRE(cases);
	for (size_t i = 0; i < cases->n; i++) {
		const struct doc *yaml = doc_get(cases->items[i], "yaml");
		const char *code;
		bool good, must_fail = false;

		if (!yaml)
			continue;
		doc_flag(doc_get(cases->items[i], "fail"), &must_fail);
		good = parses(a, unescape(a, yaml->text), DOC_YAML, &code);
		yaml_judge(arena_printf(a, "%s/%zu", name, i).p, good, must_fail, code);
	}
}

TEST(yaml_is_read_as_others_read_it)
{
	exceptions_met = 0;
	if (!each_file(arena, "yaml", yaml_case))
		SKIP("no conformance cases found");
	CHECK_INT(exceptions_met, length_of(yaml_refused));
}
