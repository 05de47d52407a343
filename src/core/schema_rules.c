/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The schema of rule files.  A signal is of one kind, and each kind brings keys of its own, so there is a definition
 * for each: a key that belongs to another kind is refused.
 */
#include "core/schema.h"

#include <stdio.h>
#include <string.h>

#include "core/lexicon.h"
#include "core/rules.h"

#define NAME_BYTES 64

static void put_key_list(struct schema *s, const char *key, const char *one)
{
	json_key(s->j, key);
	json_list(s->j);
	json_z(s->j, one);
	json_end_list(s->j);
}

static bool has_row(const struct field *table, const char *name)
{
	for (const struct field *f = table; f && f->name; f++)
		if (strcmp(f->name, name) == 0)
			return true;
	return false;
}

static unsigned baseline_units(const struct signal_kind *kind)
{
	unsigned units = 0;

	for (const struct measure *m = kind->measures; m->name; m++)
		units |= m->baseline ? m->units | 1u << UNIT_NONE : 0;
	return units;
}

/* A word, a map of the selector's keys, or either. */
static void put_selector(struct schema *s, const struct signal_kind *kind)
{
	struct shape map = { SHAPE_TABLE, kind->fields };
	const struct shape *const both[] = { kind->word, &map, NULL };
	struct shape either = { SHAPE_EITHER, both };

	json_key(s->j, kind->name);
	json_map(s->j);
	json_key(s->j, "description");
	json_z(s->j, kind->help);
	schema_shape(s, kind->word && kind->fields ? &either : kind->word ? kind->word : &map);
	json_end_map(s->j);
}

static void put_measures(struct schema *s, const struct signal_kind *kind)
{
	for (const struct measure *m = kind->measures; m->name; m++)
		schema_row(s, &(struct field){ .name = m->name,
					       .help = m->help,
					       .shape = m->units ? &shape_threshold : m->shape,
					       .detail = &m->units });
}

static void put_difference(struct schema *s, const struct signal_kind *kind)
{
	unsigned units = baseline_units(kind);
	struct field row;

	for (const struct field *f = signal_difference_fields(); f->name; f++) {
		row = *f;
		row.shape = &shape_threshold;
		if (!row.detail)
			row.detail = &units;
		if (!has_row(kind->keys, f->name))
			schema_row(s, &row);
	}
	json_key(s->j, "measure");
	json_map(s->j);
	json_key(s->j, "description");
	json_z(s->j, "which measure `versus` compares; the first when not given");
	json_key(s->j, "enum");
	json_list(s->j);
	for (const struct measure *m = kind->measures; m->name; m++)
		if (m->baseline)
			json_z(s->j, m->name);
	json_end_list(s->j);
	json_end_map(s->j);
}

/* Keys of every kind that mean something with this one. */
static bool applies(const struct signal_kind *kind, const char *key)
{
	if (strcmp(key, "versus") == 0 || strcmp(key, "floor") == 0)
		return baseline_units(kind) != 0;
	if (strcmp(key, "minus") == 0)
		return !kind->read_truth;
	if (strcmp(key, "of") == 0)
		return !kind->about_nobody;
	return true;
}

static void put_properties(struct schema *s, const struct signal_kind *kind)
{
	json_key(s->j, "properties");
	json_map(s->j);
	put_selector(s, kind);
	put_measures(s, kind);
	for (const struct field *f = kind->keys; f && f->name; f++)
		schema_row(s, f);
	for (const struct field *f = signal_shared_fields(); f->name; f++)
		if (applies(kind, f->name) && !has_row(kind->keys, f->name))
			schema_row(s, f);
	if (baseline_units(kind))
		put_difference(s, kind);
	json_end_map(s->j);
}

/* A measure with its threshold, or `versus`. */
static void put_needed(struct schema *s, const struct signal_kind *kind)
{
	json_key(s->j, "anyOf");
	json_list(s->j);
	for (const struct measure *m = kind->measures; m->name; m++) {
		json_map(s->j);
		put_key_list(s, "required", m->name);
		json_end_map(s->j);
	}
	if (baseline_units(kind)) {
		json_map(s->j);
		put_key_list(s, "required", "versus");
		json_end_map(s->j);
	}
	json_end_list(s->j);
}

static void define_kind(struct schema *s, const struct signal_kind *kind)
{
	char name[NAME_BYTES];

	snprintf(name, sizeof name, "signal.%s", kind->name);
	json_key(s->j, name);
	json_map(s->j);
	json_key(s->j, "type");
	json_z(s->j, "object");
	put_properties(s, kind);
	json_key(s->j, "additionalProperties");
	json_bool(s->j, false);
	put_needed(s, kind);
	json_end_map(s->j);
}

/* {"required": [KIND]} each. */
static void put_kinds(struct schema *s)
{
	json_key(s->j, "oneOf");
	json_list(s->j);
	for (size_t i = 0; signal_kinds[i]; i++) {
		json_map(s->j);
		put_key_list(s, "required", signal_kinds[i]->name);
		json_end_map(s->j);
	}
	json_end_list(s->j);
}

/* {"if": it has this key, "then": what the definition NAME says} into a list. */
static void put_case(struct schema *s, const char *key, const char *name)
{
	json_map(s->j);
	json_key(s->j, "if");
	json_map(s->j);
	put_key_list(s, "required", key);
	json_end_map(s->j);
	json_key(s->j, "then");
	json_map(s->j);
	schema_shape(s, &(struct shape){ SHAPE_DEFINED, name });
	json_end_map(s->j);
	json_end_map(s->j);
}

static void define_signal(struct schema *s)
{
	char name[NAME_BYTES];

	json_key(s->j, "signal");
	json_map(s->j);
	json_key(s->j, "type");
	json_z(s->j, "object");
	json_key(s->j, "properties");
	json_map(s->j);
	for (size_t i = 0; signal_kinds[i]; i++)
		schema_row(s, &(struct field){ .name = signal_kinds[i]->name, .help = signal_kinds[i]->help });
	json_end_map(s->j);
	put_kinds(s);
	json_key(s->j, "allOf");
	json_list(s->j);
	for (size_t i = 0; signal_kinds[i]; i++) {
		snprintf(name, sizeof name, "signal.%s", signal_kinds[i]->name);
		put_case(s, signal_kinds[i]->name, name);
	}
	json_end_list(s->j);
	json_end_map(s->j);
}

/* A file with the key `lexicon` is a lexicon, every other holds rules. */
void schema_rules(struct json *j)
{
	struct schema s = { .j = j };

	schema_begin(&s, "Rules of ruptured: a file of rules, of questionnaires, or a lexicon");
	json_key(j, "if");
	json_map(j);
	put_key_list(&s, "required", "lexicon");
	json_end_map(j);
	json_key(j, "then");
	json_map(j);
	schema_shape(&s, &(struct shape){ SHAPE_DEFINED, "lexicon" });
	json_end_map(j);
	json_key(j, "else");
	json_map(j);
	schema_shape(&s, &(struct shape){ SHAPE_DEFINED, "rules" });
	json_end_map(j);
	json_key(j, "$defs");
	json_map(j);
	schema_define(&s, "rules", rule_file_fields());
	schema_define(&s, "lexicon", lexicon_fields());
	define_signal(&s);
	for (size_t i = 0; signal_kinds[i]; i++)
		define_kind(&s, signal_kinds[i]);
	json_end_map(j);
	json_end_map(j);
}
