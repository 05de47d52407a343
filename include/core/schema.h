/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A format's tables as JSON Schema (2020-12), for editors and for those who write records.
 *
 * A schema sees each value by itself: what a name refers to, and what goes with what, only the programs check.
 */
#ifndef RUPTURED_CORE_SCHEMA_H
#define RUPTURED_CORE_SCHEMA_H

#include "core/json.h"
#include "core/shape.h"

struct schema {
	struct json *j;
	bool open; /* a record: unknown keys are kept, and null is the same as an absent key */
};

/* The head of a page: begins the map, which the caller ends. */
void schema_begin(struct schema *s, const char *title);
/* The keywords for a map by this table, into the map that is open. */
void schema_table(struct schema *s, const struct field *table);
/* "NAME": what the row says of its value, as an entry of "properties". */
void schema_row(struct schema *s, const struct field *row);
/* "NAME": a definition by this table, as an entry of "$defs". */
/* The same for any shape. */
void schema_shape(struct schema *s, const struct shape *shape);
void schema_define(struct schema *s, const char *name, const struct field *table);

/* The whole pages of the formats that core knows, as one JSON text each. */
void schema_record(struct json *j);
void schema_rules(struct json *j);

#endif
