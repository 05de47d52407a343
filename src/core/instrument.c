/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/instrument.h"

#include <math.h>

#include "core/shape.h"

#define INSTRUMENTS_MAX 200

/* "0-40", "-16 to 240". */
static bool range_parse(struct str s, double *ret_min, double *ret_max)
{
	for (size_t i = 1; i < s.n; i++) {
		bool word = i + 2 <= s.n && memcmp(s.p + i, "to", 2) == 0;
		struct str low = { s.p, i }, high = { s.p + i + (word ? 2 : 1), s.n - i - (word ? 2 : 1) };

		if ((word || s.p[i] == '-') && str_number(str_trim(low), ret_min) &&
		    str_number(str_trim(high), ret_max))
			return *ret_min < *ret_max;
	}
	return false;
}

/* Into two doubles, least and greatest. */
static void read_range(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	double *ends = into;

	(void)f;
	if (v->kind != DOC_SCALAR || !range_parse(v->text, &ends[0], &ends[1]))
		reader_error(r, v, "range", "write the least and the greatest value, as in \"0-40\" or \"-16 to 240\"",
			     "expected a range");
}

static const char *const better_names[] = { "low", "high", NULL };
static const struct words better_words = { better_names };
static const struct limit_range positive = { 1e-9, 1e6, false };
static const struct limit_range anywhere = { -1e6, 1e6, false };
static const struct limit_string short_text = { 200, false };
static const struct limit_string label = { 64, false };

static const struct shape range_shape = { SHAPE_PATTERN, "^-?[0-9]+([.][0-9]+)? *(-|to) *-?[0-9]+([.][0-9]+)?$" };

struct entry {
	struct instrument i;
	int better;
	double range[2], item_range[2];
};

#define AT(member) offsetof(struct entry, member)
static const struct field fields[] = {
	{ "title", "what it is, for people", read_str, AT(i.title), .detail = &short_text },
	{ "family", "instruments that count as one kind of score, each member by the one that fits", read_str,
	  AT(i.family), .detail = &label },
	{ "range", "the least and the greatest total", read_range, AT(range), .required = true, .value = "like 0-40",
	  .shape = &range_shape },
	{ "better", "which end is the good one", read_word, AT(better), .required = true, .detail = &better_words },
	{ "rci", "points that a change needs to be reliable", read_double, AT(i.rci), .detail = &positive },
	{ "pooled_sd", "standard deviation between clients, points", read_double, AT(i.pooled_sd),
	  .detail = &positive },
	{ "cutoff", "total where the clinical range begins", read_double, AT(i.cutoff), .detail = &anywhere },
	{ "items", "names of items and subscales that a record may give (names only, never wording)", read_strs,
	  AT(i.items) },
	{ "item_range", "the least and the greatest value of each of them", read_range, AT(item_range),
	  .value = "like 0-10", .shape = &range_shape },
	{ "source", "where the figures come from", read_str, AT(i.source), .detail = &short_text },
	{ 0 },
};
#undef AT

const struct field *instrument_fields(void)
{
	return fields;
}

static void check_cutoff(struct reader *r, const struct doc *doc, const struct instrument *i)
{
	if (!isnan(i->cutoff) && (i->cutoff < i->min || i->cutoff > i->max))
		reader_error(r, doc_get(doc, "cutoff"), "range", NULL, "the cut-off lies outside the range %g-%g",
			     i->min, i->max);
	if (!isnan(i->rci) && i->rci > i->max - i->min)
		reader_error(r, doc_get(doc, "rci"), "range", NULL, "a change of %g is not possible in the range %g-%g",
			     i->rci, i->min, i->max);
}

static bool entry_read(struct reader *r, const struct doc_pair *pair, struct instrument *ret)
{
	struct entry e = { .i = { .rci = NAN, .pooled_sd = NAN, .cutoff = NAN },
			   .range = { NAN, NAN },
			   .item_range = { NAN, NAN } };
	struct path here = { r->path, arena_dup(r->arena, pair->key).p, 0 };
	bool fine;

	r->path = &here;
	fine = fields_read(r, pair->value, fields, &e);
	if (fine) {
		e.i.name = arena_dup(r->arena, pair->key);
		e.i.min = e.range[0];
		e.i.max = e.range[1];
		e.i.item_min = e.item_range[0];
		e.i.item_max = e.item_range[1];
		e.i.higher_is_better = e.better == 1;
		check_cutoff(r, pair->value, &e.i);
		*ret = e.i;
	}
	r->path = here.outer;
	return fine;
}

static void instruments_put(struct instruments *set, struct arena *a, struct instrument *i)
{
	for (size_t k = 0; k < set->all.n; k++)
		if (str_eq(set->all.items[k].name, i->name)) {
			i->was_at = set->all.items[k].at;
			set->all.items[k] = *i;
			return;
		}
	*VEC_PUSH(a, &set->all) = *i;
}

void instruments_read(struct instruments *set, struct reader *r, const struct doc *doc, struct str file)
{
	struct instrument i;

	if (doc->kind != DOC_MAP) {
		reader_error(r, doc, "wrong-kind", "write `NAME: {range: 0-40, better: high}` below it",
			     "expected a map of instruments, found %.*s", STR_ARG(doc_describe(r->arena, doc)));
		return;
	}
	if (set->all.n + doc->n > INSTRUMENTS_MAX) {
		reader_error(r, doc, "too-many", NULL, "more than %d instruments", INSTRUMENTS_MAX);
		return;
	}
	file = arena_dup(r->arena, file);
	for (size_t k = 0; k < doc->n; k++) {
		if (!entry_read(r, &doc->pairs[k], &i))
			continue;
		i.at = (struct instrument_place){ file, doc->pairs[k].at.line };
		instruments_put(set, r->arena, &i);
	}
	for (size_t k = 0; k < set->all.n; k++)
		if (instruments_find(set, set->all.items[k].family))
			reader_error(r, doc, "family", "give the family a name of its own",
				     "\"%.*s\" is the name of an instrument and of a family",
				     STR_ARG(set->all.items[k].family));
}

const struct instrument *instruments_find(const struct instruments *set, struct str name)
{
	for (size_t i = 0; i < set->all.n; i++)
		if (str_eq(set->all.items[i].name, name))
			return &set->all.items[i];
	return NULL;
}

bool instruments_match(const struct instruments *set, struct str selector, struct str of)
{
	const struct instrument *i;

	if (str_eq(selector, of))
		return true;
	i = instruments_find(set, of);
	return i && i->family.n && str_eq(i->family, selector);
}

static bool listed(const char *const *names, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_is(name, names[i]))
			return true;
	return false;
}

const char *const *instruments_names(const struct instruments *set, struct arena *a, size_t *ret_n)
{
	const char **names = ARENA_ARRAY(a, const char *, 2 * set->all.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < set->all.n; i++) {
		names[n++] = arena_dup(a, set->all.items[i].name).p;
		if (set->all.items[i].family.n && !listed(names, n, set->all.items[i].family))
			names[n++] = arena_dup(a, set->all.items[i].family).p;
	}
	*ret_n = n;
	return names;
}

static bool has_item(const struct instrument *i, struct str item)
{
	for (size_t k = 0; k < i->items.n; k++)
		if (str_eq(i->items.items[k], item) || str_is(item, "any"))
			return true;
	return false;
}

bool instruments_range(const struct instruments *set, struct str selector, struct str item, double *ret_min,
		       double *ret_max)
{
	double min = INFINITY, max = -INFINITY;

	for (size_t k = 0; k < set->all.n; k++) {
		const struct instrument *i = &set->all.items[k];

		if (!instruments_match(set, selector, i->name) || (item.n && !has_item(i, item)))
			continue;
		if (item.n && isnan(i->item_min))
			return false;
		min = fmin(min, item.n ? i->item_min : i->min);
		max = fmax(max, item.n ? i->item_max : i->max);
	}
	*ret_min = min;
	*ret_max = max;
	return min <= max;
}
