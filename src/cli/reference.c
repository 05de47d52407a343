/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rupturectl reference: the keys of a format as Markdown, from the very rows by which it is read.  The pages in docs/
 * hold this text between two marks; scripts/gates/reference keeps them so.
 */
#include <stdio.h>

#include "cli/tool.h"
#include "core/codes.h"
#include "core/lexicon.h"
#include "core/record.h"
#include "core/rules.h"
#include "core/scenario.h"

#define EVERY_NUMBER 1e15 /* a limit beyond this is none */
#define LEAST_NUMBER 1e-6 /* one below this is there to keep out 0 */

/* ---- what may stand there ---- */

static void put_words(const char *const *words)
{
	for (size_t i = 0; words[i]; i++)
		printf("%s%s", i ? ", " : "", words[i]);
}

static void put_range(const struct limit_range *range, bool whole)
{
	printf("%s", whole || (range && range->whole) ? "a whole number" : "a number");
	if (range && range->min > 0 && range->min < LEAST_NUMBER)
		fputs(" above 0", stdout);
	else if (range && range->min > -EVERY_NUMBER)
		printf(" from %.15g", range->min);
	if (range && range->max < EVERY_NUMBER)
		printf(" to %.15g", range->max);
}

static void put_text(const struct limit_string *limit)
{
	fputs("text", stdout);
	if (limit)
		printf(" of at most %zu bytes", limit->max_bytes);
}

static const struct field *list_table(const struct field *f)
{
	bool rows = f->read == read_rows || (f->read == read_skip && f->detail);

	return rows ? ((const struct rows *)f->detail)->table : NULL;
}

static void put_value(const struct field *f)
{
	if (f->value)
		fputs(f->value, stdout);
	else if (f->read == read_str)
		put_text(f->detail);
	else if (f->read == read_double || f->read == read_int)
		put_range(f->detail, f->read == read_int);
	else if (f->read == read_flag)
		fputs("yes, no", stdout);
	else if (f->read == read_date)
		fputs("a time like 2026-03-02T14:00:00Z", stdout);
	else if (f->read == read_duration)
		fputs("a time span like 30 days", stdout);
	else if (f->read == read_word)
		put_words(((const struct words *)f->detail)->words);
	else if (f->read == read_strs)
		fputs("text, a list of texts", stdout);
	else if (f->read == read_map)
		fputs("a map, see below", stdout);
	else if (list_table(f))
		fputs("a list, see below", stdout);
}

/* ---- tables ---- */

static void put_rows(const struct field *table)
{
	for (const struct field *f = table; f->name; f++) {
		printf(f->required ? "| **`%s`** | " : "| `%s` | ", f->name);
		put_value(f);
		printf(" | %s |\n", f->help ? f->help : "");
	}
}

static void put_head(const char *first)
{
	printf("| %s | value | meaning |\n|---|---|---|\n", first);
}

static void put_table(const char *title, const struct field *table)
{
	printf("\n### %s\n\n", title);
	put_head("key");
	put_rows(table);
}

/* A table, and those of the maps and lists in it. */
static void put_tables(const char *title, const struct field *table)
{
	char inner[64];

	put_table(title, table);
	for (const struct field *f = table; f->name; f++) {
		const struct field *list = list_table(f);

		snprintf(inner, sizeof inner, "`%s`%s", f->name, list ? ", each" : "");
		if (list)
			put_table(inner, list);
		else if (f->read == read_map)
			put_tables(inner, f->detail);
	}
}

/* ---- record ---- */

static void put_limits(void)
{
	printf("\n### Limits\n\n| what | at most |\n|---|---|\n");
	printf("| a file | %u bytes |\n", RECORD_MAX_BYTES);
	printf("| turns | %d |\n", RECORD_MAX_TURNS);
	printf("| the text of a turn | %d bytes |\n", RECORD_MAX_TURN_TEXT);
	printf("| participants | %d |\n", RECORD_MAX_PARTICIPANTS);
	printf("| each other list | %d rows |\n", RECORD_MAX_ROWS);
	printf("| items of a score, flags | %d |\n", RECORD_MAX_ITEMS);
	printf("| maps and lists inside each other | %zu |\n", (size_t)doc_limits_record.depth);
}

static void reference_record(void)
{
	put_tables("The record", record_fields());
	put_limits();
}

/* ---- rules ---- */

static void put_units(unsigned units)
{
	bool first = true;

	for (int i = 0; i < UNITS; i++) {
		if (!(units & 1u << i))
			continue;
		printf("%s%s", first ? "" : ", ", i == UNIT_NONE ? "a plain number" : unit_word((enum unit)i));
		first = false;
	}
	fputs(units ? "" : "words", stdout);
}

static void put_measures(const struct signal_kind *kind)
{
	printf("\n| measure | unit | with `versus` | meaning |\n|---|---|---|---|\n");
	for (const struct measure *m = kind->measures; m->name; m++) {
		printf("| `%s` | ", m->name);
		put_units(m->units);
		printf(" | %s | %s |\n", m->baseline ? "yes" : "", m->help);
	}
}

static void put_kind(const struct signal_kind *kind)
{
	printf("\n### `%s`: %s\n", kind->name, kind->help);
	if (kind->fields) {
		putchar('\n');
		put_head("selector");
		put_rows(kind->fields);
	}
	put_measures(kind);
	if (kind->keys) {
		putchar('\n');
		put_head("key beside it");
		put_rows(kind->keys);
	}
}

static void put_channels(void)
{
	printf("\n### Kinds of signals\n\n| kind | channel | what it looks at |\n|---|---|---|\n");
	for (size_t i = 0; signal_kinds[i]; i++)
		printf("| `%s` | %s | %s |\n", signal_kinds[i]->name, channel_words[signal_kinds[i]->channel],
		       signal_kinds[i]->help);
}

static void reference_rules(void)
{
	put_table("A file of rules", rule_file_fields());
	put_table("A rule", rule_fields());
	put_table("`raise`", rule_raise_fields());
	put_table("A change in `override`", override_fields());
	put_table("An exception in `except`", exception_fields());
	put_channels();
	for (size_t i = 0; signal_kinds[i]; i++)
		put_kind(signal_kinds[i]);
	put_table("Keys of every kind", signal_shared_fields());
	put_table("One of these beside `versus`, save with a control chart", signal_difference_fields());
	put_table("A questionnaire", instrument_fields());
	put_table("A test", scenario_fields());
	put_table("`sessions` of a test, each; and every key of a record but those of its identity",
		  scenario_session_fields());
	put_table("What is expected, where a word is not enough", scenario_expect_fields());
	put_table("A lexicon", lexicon_fields());
	put_table("An entry of a lexicon", lexicon_entry_fields());
}

/* ---- configuration ---- */

static void reference_configuration(void)
{
	char title[64];

	put_tables("The file", config_fields());
	put_tables("A sink", config_sink_fields());
	printf("\nAnd one of these:\n\n| key | what it is |\n|---|---|\n");
	for (size_t i = 0; sink_kinds[i]; i++)
		printf("| `%s` | %s |\n", sink_kinds[i]->name, sink_kinds[i]->help);
	for (size_t i = 0; sink_kinds[i]; i++) {
		snprintf(title, sizeof title, "`%s`", sink_kinds[i]->name);
		put_table(title, sink_kinds[i]->fields);
	}
	put_tables("A route", config_route_fields());
	put_tables("`digest`", config_digest_fields());
	put_tables("A supervisor", config_supervisor_fields());
	put_tables("A site", config_site_fields());
}

/* ---- messages ---- */

static void reference_messages(void)
{
	printf("\n| code | meaning | what to do |\n|---|---|---|\n");
	for (const struct code_row *row = diag_codes; row->code; row++)
		printf("| `%s` | %s | %s |\n", row->code, row->meaning, row->remedy);
}

/* ---- */

static const struct page {
	const char *name;
	void (*print)(void);
} pages[] = {
	{ "record", reference_record },
	{ "rules", reference_rules },
	{ "configuration", reference_configuration },
	{ "messages", reference_messages },
};

int tool_reference(struct tool *t, int argc, char **argv)
{
	(void)t;
	for (size_t i = 0; argc == 2 && i < sizeof pages / sizeof *pages; i++) {
		if (strcmp(argv[1], pages[i].name) != 0)
			continue;
		if (pages[i].print != reference_messages)
			printf("Keys in bold must be there.\n");
		pages[i].print();
		return EXIT_FINE;
	}
	return tool_misuse("usage: rupturectl reference record|rules|configuration|messages");
}
