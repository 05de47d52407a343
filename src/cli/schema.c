/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rupturectl schema: a format as JSON Schema, from the very rows by which it is read.
 */
#include "core/schema.h"

#include <stdio.h>
#include <string.h>

#include "cli/tool.h"

#define SINK_ROWS 32

/* The keys of every sink, and one a kind. */
static void define_sink(struct schema *s)
{
	struct field rows[SINK_ROWS + 1] = { 0 };
	struct shape tables[SINK_ROWS], either[SINK_ROWS];
	const struct shape *both[SINK_ROWS][3];
	size_t n = 0;

	for (const struct field *f = config_sink_fields(); f->name && n < SINK_ROWS; f++)
		rows[n++] = *f;
	for (size_t i = 0; sink_kinds[i] && n < SINK_ROWS; i++, n++) {
		tables[n] = (struct shape){ SHAPE_TABLE, sink_kinds[i]->fields };
		both[n][0] = &tables[n];
		both[n][1] = &shape_null;
		both[n][2] = NULL;
		either[n] = (struct shape){ SHAPE_EITHER, both[n] };
		rows[n] =
			(struct field){ .name = sink_kinds[i]->name, .help = sink_kinds[i]->help, .shape = &either[n] };
	}
	schema_define(s, "sink", rows);
}

static void schema_configuration(struct json *j)
{
	struct schema s = { .j = j };

	schema_begin(&s, "Configuration of ruptured");
	schema_table(&s, config_fields());
	json_key(j, "$defs");
	json_map(j);
	define_sink(&s);
	schema_define(&s, "route", config_route_fields());
	json_end_map(j);
	json_end_map(j);
}

static const struct page {
	const char *name;
	void (*write)(struct json *j);
} pages[] = {
	{ "rules", schema_rules },
	{ "record", schema_record },
	{ "configuration", schema_configuration },
};

int tool_schema(struct tool *t, int argc, char **argv)
{
	struct json *j;

	(void)t;
	for (size_t i = 0; argc <= 2 && i < sizeof pages / sizeof *pages; i++) {
		if (argc == 2 && strcmp(argv[1], pages[i].name) != 0)
			continue;
		j = json_new(true);
		pages[i].write(j);
		tool_print(j);
		json_free(j);
		return EXIT_FINE;
	}
	return tool_misuse("usage: rupturectl schema [rules|record|configuration]");
}
