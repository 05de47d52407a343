/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The grammar of a signal: {KIND: SELECTOR, MEASURE: THRESHOLD} or
 * {KIND: SELECTOR, measure: MEASURE, versus: BASELINE, sd|times|by: THRESHOLD}.
 */
#include <stdio.h>

#include "core/shape.h"
#include "core/signal_internal.h"

#define DEFAULT_NEEDS		3
#define DEFAULT_NEEDS_CHART	5
#define DEFAULT_NEEDS_RECOVERED 1
#define MAX_CANDIDATES		64

static const unsigned sd_units = UNIT_BIT(UNIT_NONE) | UNIT_BIT(UNIT_SD);
static const unsigned times_units = UNIT_BIT(UNIT_NONE) | UNIT_BIT(UNIT_PERCENT);

/* Keys of the form with a baseline; read with the measure, whose units `by` takes. */
static const struct field difference_keys[] = {
	{ .name = "sd",
	  .detail = &sd_units,
	  .help = "how many of this person's own standard deviations from the baseline",
	  .value = "a threshold: at most -2" },
	{ .name = "times",
	  .detail = &times_units,
	  .help = "how many times the baseline",
	  .value = "a threshold: at most 0.5" },
	{ .name = "by", .help = "how many points from the baseline", .value = "a threshold: at most -3" },
	{ NULL },
};
#define N_DIFFERENCES 3

const struct field *signal_difference_fields(void)
{
	return difference_keys;
}

/* Which key is what ---------------------------------------------------------------------------------------------- */

static const struct field *shared_find(struct str key)
{
	for (const struct field *f = signal_shared_fields(); f->name; f++)
		if (str_is(key, f->name))
			return f;
	return NULL;
}

static int measure_find(const struct signal_kind *kind, struct str name)
{
	for (int i = 0; kind->measures[i].name; i++)
		if (str_is(name, kind->measures[i].name))
			return i;
	return -1;
}

static bool is_own_key(const struct signal_kind *kind, struct str key)
{
	for (const struct field *f = kind->keys; f && f->name; f++)
		if (str_is(key, f->name))
			return true;
	return false;
}

static bool is_difference(struct str key)
{
	for (size_t i = 0; i < N_DIFFERENCES; i++)
		if (str_is(key, difference_keys[i].name))
			return true;
	return false;
}

static bool is_known(const struct signal_kind *kind, struct str key)
{
	return shared_find(key) || is_difference(key) || str_is(key, "measure") || measure_find(kind, key) >= 0 ||
	       is_own_key(kind, key);
}

static struct str measure_names(struct reader *r, const struct signal_kind *kind)
{
	struct str names = STR("");

	for (int i = 0; kind->measures[i].name; i++)
		names = arena_printf(r->arena, "%.*s%s%s", STR_ARG(names), i ? ", " : "", kind->measures[i].name);
	return names;
}

static size_t add_candidates(const char **names, size_t n, const struct signal_kind *kind)
{
	for (int i = 0; kind->measures[i].name && n < MAX_CANDIDATES; i++)
		names[n++] = kind->measures[i].name;
	for (const struct field *f = kind->keys; f && f->name && n < MAX_CANDIDATES; f++)
		names[n++] = f->name;
	return n;
}

static void tell_unknown_key(struct reader *r, const struct signal_kind *kind, const struct doc_pair *pair)
{
	const char *names[MAX_CANDIDATES] = { "measure", "sd", "times", "by" }, *hint;
	double number;
	size_t n = 4;

	for (const struct field *f = signal_shared_fields(); f->name; f++)
		names[n++] = f->name;
	n = add_candidates(names, n, kind);
	hint = reader_suggest(r, pair->key, names, n);
	if (!hint && str_number(pair->key, &number))
		hint = "decimals are written with a point: 2.5; several values stand in [ ]";
	if (!hint && memchr(pair->key.p, ':', pair->key.n))
		hint = "write a blank after \":\"";
	if (!hint)
		hint = arena_printf(r->arena, "\"%s\" has the measures %s", kind->name, measure_names(r, kind).p).p;
	reader_error_at(r, pair->at, "unknown-key", hint, "unknown key \"%.*s\"", STR_ARG(pair->key));
}

/* Then a missing measure is no second fault. */
static bool has_unknown_key(const struct signal_kind *kind, const struct doc *doc)
{
	for (size_t i = 0; i < doc->n; i++)
		if (!is_known(kind, doc->pairs[i].key) && !signal_kind_find(doc->pairs[i].key))
			return true;
	return false;
}

/* What a key may be that names no kind. */
static const char *kind_hint(struct reader *r, struct str key, const char *const *names, size_t n)
{
	const struct compile *c = r->context;
	const char *hint = reader_suggest(r, key, names, n);
	double min, max;

	if (memchr(key.p, ':', key.n))
		return "write a blank after \":\"";
	if (!hint && c && c->ruleset && instruments_range(&c->ruleset->instruments, key, (struct str){ 0 }, &min, &max))
		return arena_printf(r->arena, "write it as in {score: %.*s, value: less than 36}", STR_ARG(key)).p;
	return hint;
}

static void tell_no_kind(struct reader *r, const struct doc *doc)
{
	const char *names[MAX_CANDIDATES], *hint = NULL;
	size_t n = 0;

	while (n < MAX_CANDIDATES && signal_kinds[n]) {
		names[n] = signal_kinds[n]->name;
		n++;
	}
	for (size_t i = 0; i < doc->n && !hint; i++) {
		if (shared_find(doc->pairs[i].key))
			continue;
		hint = kind_hint(r, doc->pairs[i].key, names, n);
		if (!hint)
			continue;
		reader_error_at(r, doc->pairs[i].at, "unknown-kind", hint, "unknown kind of signal \"%.*s\"",
				STR_ARG(doc->pairs[i].key));
		return;
	}
	reader_error(
		r, doc, "unknown-kind",
		"the kinds are turns, score, code, attendance, homework, field, report, participant, elapsed, incident",
		"a signal needs a kind");
}

/* The pair that names the kind. */
static const struct doc_pair *find_kind(struct reader *r, const struct doc *doc, const struct signal_kind **ret)
{
	const struct doc_pair *found = NULL;

	for (size_t i = 0; i < doc->n; i++) {
		const struct signal_kind *kind = signal_kind_find(doc->pairs[i].key);

		if (!kind)
			continue;
		if (found) {
			reader_error_at(r, doc->pairs[i].at, "two-kinds", "make two signals of it",
					"a signal has one kind, this has \"%s\" and \"%s\"", (*ret)->name, kind->name);
			*ret = NULL;
			return NULL;
		}
		found = &doc->pairs[i];
		*ret = kind;
	}
	if (!found)
		tell_no_kind(r, doc);
	return found;
}

static void read_shared(struct reader *r, const struct doc *doc, struct signal *s)
{
	for (size_t i = 0; i < doc->n; i++) {
		const struct doc_pair *pair = &doc->pairs[i];
		const struct field *f = shared_find(pair->key);
		struct path path = { .outer = r->path };

		if (s->kind && is_own_key(s->kind, pair->key))
			continue;
		if (f) {
			path.key = f->name;
			r->path = &path;
			f->read(r, pair->value, (char *)s + f->offset, f);
			r->path = path.outer;
		} else if (s->kind && !is_known(s->kind, pair->key) && !signal_kind_find(pair->key)) {
			tell_unknown_key(r, s->kind, pair);
		}
	}
}

/* Measure and threshold ------------------------------------------------------------------------------------------ */

static void read_with_units(struct reader *r, const struct doc *doc, const char *key, unsigned units,
			    struct threshold *ret)
{
	read_key(r, doc, key, read_threshold, ret, &units);
}

static bool has_difference(const struct doc *doc)
{
	for (size_t i = 0; i < N_DIFFERENCES; i++)
		if (doc_get(doc, difference_keys[i].name))
			return true;
	return false;
}

static const char *measures_hint(struct reader *r, const struct signal_kind *kind)
{
	return arena_printf(r->arena, "the measures of \"%s\" are %s", kind->name, measure_names(r, kind).p).p;
}

/* MEASURE: THRESHOLD */
static void read_plain(struct reader *r, const struct doc *doc, struct signal *s)
{
	int found = 0;

	for (size_t i = 0; i < doc->n; i++) {
		const struct doc_pair *pair = &doc->pairs[i];
		int row = is_own_key(s->kind, pair->key) ? -1 : measure_find(s->kind, pair->key);

		if (row < 0) {
			if (is_difference(pair->key) && !is_own_key(s->kind, pair->key))
				reader_error_at(r, pair->at, "versus", "add \"versus: own mean\"",
						"\"%.*s\" compares with a baseline, and there is none",
						STR_ARG(pair->key));
			continue;
		}
		if (found++) {
			reader_error_at(r, pair->at, "two-measures", "make two signals of it",
					"a signal has one measure, this has \"%s\" and \"%.*s\"",
					s->kind->measures[s->measure].name, STR_ARG(pair->key));
			continue;
		}
		s->measure = row;
		if (s->kind->measures[row].units)
			read_with_units(r, doc, s->kind->measures[row].name, s->kind->measures[row].units,
					&s->threshold);
	}
	if (doc_get(doc, "measure"))
		reader_error(r, doc_get(doc, "measure"), "versus", "write the measure itself: \"count: at least 3\"",
			     "\"measure\" stands beside \"versus\", and there is none");
	else if (!found && !has_difference(doc) && !has_unknown_key(s->kind, doc))
		reader_error(r, doc, "no-measure", measures_hint(r, s->kind), "a signal of \"%s\" needs a measure",
			     s->kind->name);
}

static void read_measure_name(struct reader *r, const struct doc *doc, struct signal *s)
{
	const struct doc *v = doc_get(doc, "measure");
	const char *names[MAX_CANDIDATES];

	if (!v)
		return;
	s->measure = v->kind == DOC_SCALAR ? measure_find(s->kind, v->text) : -1;
	if (s->measure >= 0)
		return;
	s->measure = 0;
	if (v->kind == DOC_SCALAR)
		reader_error(r, v, "unknown-measure",
			     reader_suggest(r, v->text, names, add_candidates(names, 0, s->kind)),
			     "\"%s\" has no measure \"%.*s\"", s->kind->name, STR_ARG(v->text));
	else
		reader_error(r, v, "unknown-measure", NULL, "expected the name of a measure");
}

static void read_difference(struct reader *r, const struct doc *doc, struct signal *s)
{
	static const enum unit counted[N_DIFFERENCES] = { UNIT_SD, UNIT_PERCENT, UNIT_NONE };
	const unsigned units[N_DIFFERENCES] = { sd_units, times_units,
						s->kind->measures[s->measure].units | UNIT_BIT(UNIT_NONE) };
	int found = 0;

	for (size_t i = 0; i < N_DIFFERENCES; i++) {
		if (!doc_get(doc, difference_keys[i].name))
			continue;
		found++;
		s->versus_unit = counted[i];
		read_with_units(r, doc, difference_keys[i].name, units[i], &s->threshold);
	}
	if (s->versus == BASELINE_CONTROL_CHART && found)
		reader_error(r, doc, "versus", "\"floor\" widens the chart",
			     "a control chart has its own limit: sd, times and by do not apply");
	else if (s->versus != BASELINE_CONTROL_CHART && found != 1)
		reader_error(r, doc, "versus", "for example \"sd: at most -2\"",
			     "a baseline needs one of sd, times or by");
}

/* measure: MEASURE, versus: BASELINE, sd|times|by: THRESHOLD */
static void read_versus_form(struct reader *r, const struct doc *doc, struct signal *s)
{
	size_t errors = r->diags->errors;

	read_measure_name(r, doc, s);
	for (size_t i = 0; i < doc->n; i++) {
		const struct doc_pair *pair = &doc->pairs[i];

		if (measure_find(s->kind, pair->key) >= 0 && !is_own_key(s->kind, pair->key))
			reader_error_at(
				r, pair->at, "versus", "write \"measure: ...\" and the limit under sd, times or by",
				"\"%.*s\" has its own threshold; it does not go with \"versus\"", STR_ARG(pair->key));
	}
	if (!s->kind->measures[s->measure].baseline)
		reader_error(r, doc, "versus", NULL, "\"%s\" of \"%s\" has no baseline",
			     s->kind->measures[s->measure].name, s->kind->name);
	if (errors == r->diags->errors && !has_unknown_key(s->kind, doc))
		read_difference(r, doc, s);
}

/* The whole ------------------------------------------------------------------------------------------------------ */

static void check_whole(struct reader *r, const struct doc *doc, const struct signal *s)
{
	if (doc_get(doc, "floor") && s->versus != BASELINE_CONTROL_CHART)
		reader_error(r, doc_get(doc, "floor"), "floor", NULL, "\"floor\" belongs to \"versus: control chart\"");
	if (s->minus != WHO_UNSAID && s->kind->read_truth)
		reader_error(r, doc_get(doc, "minus"), "minus", NULL, "\"minus\" needs numbers; \"%s\" has none",
			     s->kind->name);
	if (s->of != WHO_UNSAID && s->kind->about_nobody && doc_get(doc, "of"))
		reader_error(r, doc_get(doc, "of"), "of", NULL, "\"of\" says nothing about \"%s\"", s->kind->name);
	if ((!isnan(s->within_minutes) || s->within_turns > 0) && strcmp(s->kind->name, "turns") != 0)
		reader_error(r, doc_get(doc, "within"), "within", "sessions and days are known here",
			     "minutes and turns are stretches of a transcript");
	if (s->kind->check)
		s->kind->check(r, doc, s);
}

/* Before the default: only what was said. */
static void check_needs(struct reader *r, const struct doc *doc, const struct signal *s)
{
	if (s->needs > 0 && s->versus == BASELINE_NONE && !measure_is(s, "recovered") && !measure_is(s, "slope"))
		reader_error(r, doc_get(doc, "needs"), "needs", "take it out, or add `versus: own mean`",
			     "\"needs\" belongs to a baseline, and there is none");
}

static void default_needs(struct signal *s)
{
	if (s->needs > 0)
		return;
	if (s->versus == BASELINE_CONTROL_CHART)
		s->needs = DEFAULT_NEEDS_CHART;
	else if (measure_is(s, "recovered"))
		s->needs = DEFAULT_NEEDS_RECOVERED;
	else
		s->needs = DEFAULT_NEEDS;
}

static struct signal *signal_blank(struct arena *a, struct str name, const struct doc *doc)
{
	struct signal *s = ARENA_NEW(a, struct signal);

	s->name = arena_dup(a, name);
	s->source = doc;
	s->of = s->minus = WHO_UNSAID;
	s->within_minutes = NAN;
	s->missing = TRUTH_NO_DATA;
	return s;
}

static void read_kind(struct reader *r, const struct doc *doc, const struct doc_pair *pair, struct signal *s)
{
	struct path path = { .outer = r->path, .key = s->kind->name };

	r->path = &path;
	if (pair->value->kind == DOC_SCALAR && !s->kind->scalar_selector)
		reader_error(r, pair->value, "selector", "for example {from: member, says: complaint}",
			     "expected a map that says which ones");
	else
		s->selector = s->kind->read(r, pair->value, s);
	r->path = path.outer;
	if (doc_get(doc, "versus"))
		read_versus_form(r, doc, s);
	else
		read_plain(r, doc, s);
	check_needs(r, doc, s);
	default_needs(s);
	check_whole(r, doc, s);
}

struct signal *signal_read(struct reader *r, struct str name, const struct doc *doc)
{
	struct compile *c = r->context;
	size_t errors = r->diags->errors;
	struct signal *s = signal_blank(r->arena, name, doc);
	const struct doc_pair *pair;

	if (doc->kind != DOC_MAP) {
		reader_error(r, doc, "signal", "for example {score: SRS, value: less than 36}",
			     "expected a map, found %s", doc_describe(r->arena, doc).p);
		return NULL;
	}
	pair = find_kind(r, doc, &s->kind);
	read_shared(r, doc, s);
	if (pair)
		read_kind(r, doc, pair, s);
	if (errors != r->diags->errors)
		return NULL;
	if (c && c->ruleset)
		s->index = c->ruleset->n_signals++;
	return s;
}
