/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/schema.h"

#include <stdio.h>

#include "core/record.h"

#define DRAFT	     "https://json-schema.org/draft/2020-12/schema"
#define EVERY_NUMBER 1e15 /* a limit beyond this is none */

/*
 * Readers of YAML differ over `yes`: for some it is true, for others a word.  A time may come as a value of its own
 * kind from a reader that knows times; as text it must look like this.
 */
#define TIME_PATTERN                                                                                                   \
	"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)$"
#define DURATION_PATTERN "^[0-9]+([.][0-9]+)? +(second|minute|hour|day|week)s?$"

static void put_shape(struct schema *s, const struct shape *shape);

static void put(struct schema *s, const char *key, const char *value)
{
	json_key(s->j, key);
	json_z(s->j, value);
}

static void put_bare(struct schema *s, const struct shape *shape)
{
	json_map(s->j);
	put_shape(s, shape);
	json_end_map(s->j);
}

/* A row may give its shape no detail, or no shape at all. */
static struct shape shape_of(const struct field *f)
{
	static const struct {
		void (*read)(struct reader *r, const struct doc *v, void *into, const struct field *f);
		enum shape_kind kind;
	} ready[] = {
		{ read_str, SHAPE_TEXT },  { read_double, SHAPE_NUMBER }, { read_int, SHAPE_WHOLE },
		{ read_flag, SHAPE_FLAG }, { read_date, SHAPE_DATE },	  { read_duration, SHAPE_DURATION },
		{ read_word, SHAPE_WORD }, { read_map, SHAPE_TABLE },	  { read_rows, SHAPE_ROWS },
		{ read_strs, SHAPE_SOME },
	};
	struct shape shape = { SHAPE_ANY };

	if (f->shape) {
		shape = *f->shape;
		if (!shape.detail && !shape.table)
			shape.detail = f->detail;
		return shape;
	}
	for (size_t i = 0; i < sizeof ready / sizeof *ready; i++)
		if (f->read == ready[i].read)
			shape = (struct shape){ ready[i].kind, f->detail };
	if (f->read == read_strs)
		shape.detail = &shape_text;
	if (f->read == read_skip && f->detail)
		shape = (struct shape){ SHAPE_ROWS, f->detail };
	return shape;
}

void schema_row(struct schema *s, const struct field *f)
{
	struct shape shape = shape_of(f), inner = shape;
	const struct shape *const or_null[] = { &inner, &shape_null, NULL };

	if (s->open && !f->required && shape.kind != SHAPE_EITHER)
		shape = (struct shape){ SHAPE_EITHER, or_null };
	json_key(s->j, f->name);
	json_map(s->j);
	if (f->help)
		put(s, "description", f->help);
	put_shape(s, &shape);
	json_end_map(s->j);
}

static void put_required(struct schema *s, const struct field *table)
{
	json_key(s->j, "required");
	json_list(s->j);
	for (const struct field *f = table; f->name; f++)
		if (f->required)
			json_z(s->j, f->name);
	json_end_list(s->j);
}

void schema_table(struct schema *s, const struct field *table)
{
	put(s, "type", "object");
	json_key(s->j, "properties");
	json_map(s->j);
	for (const struct field *f = table; f->name; f++)
		schema_row(s, f);
	json_end_map(s->j);
	put_required(s, table);
	json_key(s->j, "patternProperties");
	json_map(s->j);
	json_key(s->j, "^x_");
	json_bool(s->j, true);
	json_end_map(s->j);
	if (s->open)
		return;
	json_key(s->j, "additionalProperties");
	json_bool(s->j, false);
}

/* Shapes: one function each -------------------------------------------------------------------------------------- */

static void put_any(struct schema *s, const struct shape *shape)
{
	(void)s;
	(void)shape;
}

/* Any scalar is text where text is asked for. */
static void put_text(struct schema *s, const struct shape *shape)
{
	const struct limit_string *limit = shape->detail;

	json_key(s->j, "type");
	json_list(s->j);
	json_z(s->j, "string");
	json_z(s->j, "number");
	json_z(s->j, "boolean");
	json_end_list(s->j);
	if (!limit || !limit->empty_ok) {
		json_key(s->j, "minLength");
		json_int(s->j, 1);
	}
	if (limit) {
		json_key(s->j, "maxLength");
		json_int(s->j, (int64_t)limit->max_bytes);
	}
}

static void put_pattern(struct schema *s, const struct shape *shape)
{
	put(s, "type", "string");
	put(s, "pattern", shape->detail);
}

static void put_limits(struct schema *s, const struct limit_range *range)
{
	if (range && range->min > -EVERY_NUMBER) {
		json_key(s->j, "minimum");
		json_number(s->j, range->min);
	}
	if (range && range->max < EVERY_NUMBER) {
		json_key(s->j, "maximum");
		json_number(s->j, range->max);
	}
}

static void put_number(struct schema *s, const struct shape *shape)
{
	const struct limit_range *range = shape->detail;

	put(s, "type", range && range->whole ? "integer" : "number");
	put_limits(s, range);
}

static void put_whole(struct schema *s, const struct shape *shape)
{
	put(s, "type", "integer");
	put_limits(s, shape->detail);
}

static void put_flag(struct schema *s, const struct shape *shape)
{
	(void)shape;
	json_key(s->j, "enum");
	json_list(s->j);
	json_z(s->j, "yes");
	json_z(s->j, "no");
	json_bool(s->j, true);
	json_bool(s->j, false);
	json_end_list(s->j);
}

static void put_null(struct schema *s, const struct shape *shape)
{
	(void)shape;
	put(s, "type", "null");
}

static void put_date(struct schema *s, const struct shape *shape)
{
	(void)shape;
	put(s, "type", "string");
	put(s, "pattern", TIME_PATTERN);
}

static void put_duration(struct schema *s, const struct shape *shape)
{
	(void)shape;
	put(s, "type", "string");
	put(s, "pattern", DURATION_PATTERN);
}

static void put_word(struct schema *s, const struct shape *shape)
{
	const struct words *words = shape->detail;

	json_key(s->j, "enum");
	json_list(s->j);
	for (size_t i = 0; words->words[i]; i++)
		json_z(s->j, words->words[i]);
	json_end_list(s->j);
}

/* A plain number needs no text, where no unit is needed. */
static void put_threshold(struct schema *s, const struct shape *shape)
{
	unsigned units = *(const unsigned *)shape->detail;
	struct buf pattern = { 0 };

	threshold_pattern(units, shape->kind == SHAPE_AMOUNT, &pattern);
	json_key(s->j, "type");
	json_list(s->j);
	json_z(s->j, "string");
	if (units & 1u << UNIT_NONE)
		json_z(s->j, "number");
	json_end_list(s->j);
	put(s, "pattern", buf_str(&pattern).p);
	buf_release(&pattern);
}

static void put_table(struct schema *s, const struct shape *shape)
{
	schema_table(s, shape->table ? shape->table() : shape->detail);
}

static void put_list(struct schema *s, const struct shape *shape)
{
	put(s, "type", "array");
	json_key(s->j, "items");
	put_bare(s, shape->detail);
}

static void put_rows(struct schema *s, const struct shape *shape)
{
	const struct rows *rows = shape->detail;
	struct shape row = { SHAPE_TABLE, rows->table };

	put_list(s, &(struct shape){ SHAPE_LIST, &row });
	if (!rows->max)
		return;
	json_key(s->j, "maxItems");
	json_int(s->j, (int64_t)rows->max);
}

static void put_either(struct schema *s, const struct shape *shape)
{
	const struct shape *const *one = shape->detail;

	json_key(s->j, "anyOf");
	json_list(s->j);
	for (; *one; one++)
		put_bare(s, *one);
	json_end_list(s->j);
}

static void put_some(struct schema *s, const struct shape *shape)
{
	struct shape list = { SHAPE_LIST, shape->detail };
	const struct shape *const both[] = { shape->detail, &list, NULL };

	put_either(s, &(struct shape){ SHAPE_EITHER, both });
}

static void put_named(struct schema *s, const struct shape *shape)
{
	put(s, "type", "object");
	json_key(s->j, "additionalProperties");
	put_bare(s, shape->detail);
}

static void put_keyed(struct schema *s, const struct shape *shape)
{
	const struct shape_keyed *keyed = shape->detail;

	put(s, "type", "object");
	json_key(s->j, "properties");
	json_map(s->j);
	for (size_t i = 0; keyed->keys->words[i]; i++) {
		json_key(s->j, keyed->keys->words[i]);
		put_bare(s, keyed->value);
	}
	json_end_map(s->j);
	json_key(s->j, "additionalProperties");
	json_bool(s->j, false);
	json_key(s->j, "minProperties");
	json_int(s->j, 1);
	json_key(s->j, "maxProperties");
	json_int(s->j, 1);
}

static void put_defined(struct schema *s, const struct shape *shape)
{
	char where[64];

	snprintf(where, sizeof where, "#/$defs/%s", (const char *)shape->detail);
	put(s, "$ref", where);
}

static void (*const writers[SHAPES])(struct schema *s, const struct shape *shape) = {
	[SHAPE_ANY] = put_any,	     [SHAPE_TEXT] = put_text,		[SHAPE_PATTERN] = put_pattern,
	[SHAPE_NUMBER] = put_number, [SHAPE_WHOLE] = put_whole,		[SHAPE_FLAG] = put_flag,
	[SHAPE_NULL] = put_null,     [SHAPE_DATE] = put_date,		[SHAPE_DURATION] = put_duration,
	[SHAPE_WORD] = put_word,     [SHAPE_THRESHOLD] = put_threshold, [SHAPE_AMOUNT] = put_threshold,
	[SHAPE_TABLE] = put_table,   [SHAPE_ROWS] = put_rows,		[SHAPE_LIST] = put_list,
	[SHAPE_SOME] = put_some,     [SHAPE_NAMED] = put_named,		[SHAPE_KEYED] = put_keyed,
	[SHAPE_EITHER] = put_either, [SHAPE_DEFINED] = put_defined,
};

static void put_shape(struct schema *s, const struct shape *shape)
{
	writers[shape->kind](s, shape);
}

void schema_shape(struct schema *s, const struct shape *shape)
{
	put_shape(s, shape);
}

/* Pages ---------------------------------------------------------------------------------------------------------- */

void schema_define(struct schema *s, const char *name, const struct field *table)
{
	json_key(s->j, name);
	json_map(s->j);
	schema_table(s, table);
	json_end_map(s->j);
}

void schema_begin(struct schema *s, const char *title)
{
	json_map(s->j);
	put(s, "$schema", DRAFT);
	put(s, "title", title);
}

void schema_record(struct json *j)
{
	struct schema s = { .j = j, .open = true };

	schema_begin(&s, "A session record for ruptured");
	schema_table(&s, record_fields());
	json_end_map(j);
}
