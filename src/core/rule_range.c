/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Thresholds that no value can meet, or every value does: a slip of the pen that would never show at run time.
 */
#include <math.h>

#include "core/rule_read.h"

/* What a measure can be, whatever is measured. */
static const struct range_row {
	const char *kind, *measure;
	double min, max;
	const char *what;
} ranges[] = {
	{ "turns", "count", 0, INFINITY, "a count begins at 0" },
	{ "turns", "share", 0, 100, "a share runs from 0% to 100%" },
	{ "turns", "words_share", 0, 100, "a share runs from 0% to 100%" },
	{ "turns", "time_share", 0, 100, "a share runs from 0% to 100%" },
	{ "turns", "median_words", 0, INFINITY, "a number of words begins at 0" },
	{ "turns", "rate", 0, INFINITY, "a rate begins at 0" },
	{ "turns", "speakers", 0, INFINITY, "a count begins at 0" },
	{ "score", "recovered", 0, INFINITY, "what has been made up begins at 0%" },
	{ "code", "salience", 0, 5, "salience runs from 1 to 5, and is 0 for what was not marked" },
	{ "code", "value", -3, 3, "a rating runs from -3 to +3" },
	{ "code", "count", 0, INFINITY, "a count begins at 0" },
	{ "attendance", "count", 0, INFINITY, "a count begins at 0" },
	{ "homework", "value", 0, 4, "homework is rated from 0 to 4" },
	{ "participant", "age", 0, 120, "people are from 0 to 120 years old" },
	{ "field", "value", 0, INFINITY, "it begins at 0" },
};

/* What is measured can be from min to max; `name` says what it is, for the hint. */
struct bounds {
	double min, max;
	const char *what;
	struct str name;
	double pooled_sd, rci; /* of a score; NAN: not said, of a family: the least */
};

static struct str text_at(const struct doc *map, const char *key)
{
	const struct doc *v = doc_get(map, key);

	return v && v->kind == DOC_SCALAR ? v->text : (struct str){ NULL, 0 };
}

static void score_bounds(struct reader *r, const struct signal *s, struct bounds *b)
{
	const struct compile *compile = r->context;
	const struct instruments *set = &compile->ruleset->instruments;
	const struct doc *selector = doc_get(s->source, "score");
	bool map = selector->kind == DOC_MAP;
	struct str of = map ? text_at(selector, "of") : selector->text;
	struct str item = map ? text_at(selector, "item") : (struct str){ NULL, 0 };

	b->name = item.n ? item : of;
	if (!instruments_range(set, of, item, &b->min, &b->max))
		b->min = -INFINITY, b->max = INFINITY;
	for (size_t i = 0; i < set->all.n; i++) {
		const struct instrument *one = &set->all.items[i];

		if (item.n || !instruments_match(set, of, one->name))
			continue;
		b->pooled_sd = fmin(b->pooled_sd, one->pooled_sd);
		b->rci = fmin(b->rci, one->rci);
	}
	b->what = arena_printf(r->arena, "%.*s runs from %g to %g", STR_ARG(b->name), b->min, b->max).p;
}

/* In the window a session counts once. */
static void attendance_bounds(struct reader *r, const struct signal *s, struct bounds *b)
{
	if (s->within_days > 0)
		return;
	b->max = s->within_sessions ? s->within_sessions : 1;
	b->what = s->within_sessions ? arena_printf(r->arena, "the window has %d sessions", s->within_sessions).p
				     : "this is about one session; add \"within: 4 sessions\" to look at more";
}

static struct bounds bounds_of(struct reader *r, const struct signal *s, const char *measure)
{
	struct bounds b = { -INFINITY, INFINITY, "", { NULL, 0 }, NAN, NAN };

	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
		if (strcmp(ranges[i].kind, s->kind->name) == 0 && strcmp(ranges[i].measure, measure) == 0) {
			b.min = ranges[i].min;
			b.max = ranges[i].max;
			b.what = ranges[i].what;
			return b;
		}
	if (strcmp(s->kind->name, "score") == 0)
		score_bounds(r, s, &b);
	return b;
}

/* From the most one can fall to the most one can rise, counted in `unit`. */
static void check_difference(struct reader *r, const struct doc *doc, const struct signal *s, const struct bounds *b,
			     double unit, const char *unit_name)
{
	double most = (b->max - b->min) / unit;

	if (isfinite(most))
		threshold_check(r, doc, &s->threshold, -most, most,
				arena_printf(r->arena, "the most it can differ by is %g%s", most, unit_name).p);
}

static void check_pooled(struct reader *r, const struct doc *doc, const struct signal *s, const struct bounds *b)
{
	if (!isnan(b->pooled_sd))
		check_difference(r, doc, s, b, b->pooled_sd, " pooled sd");
}

/* Figures that no questionnaire of the selector gives: such a signal would never know anything. */
static void check_figures(struct reader *r, const struct signal *s, const char *measure)
{
	const struct compile *compile = r->context;
	const struct instruments *set = &compile->ruleset->instruments;
	const struct doc *selector = doc_get(s->source, "score");
	struct str of = selector->kind == DOC_MAP ? text_at(selector, "of") : selector->text;
	bool item = selector->kind == DOC_MAP && doc_get(selector, "item"), rci = false, sd = false;

	for (size_t i = 0; i < set->all.n; i++) {
		if (!instruments_match(set, of, set->all.items[i].name))
			continue;
		rci |= !item && set->all.items[i].rci > 0;
		sd |= !item && set->all.items[i].pooled_sd > 0;
	}
	if (strcmp(measure, "reliable_change") == 0 && !rci)
		reader_error(r, s->source, "no-figure",
			     "add `rci: ` and its `source` where it is defined, or use `change`",
			     "no reliable change index is known of %s%.*s", item ? "items of " : "", STR_ARG(of));
	if (s->threshold.unit == UNIT_POOLED_SD && !sd)
		reader_error(r, s->source, "no-figure", "add `pooled_sd: ` where it is defined, or count in points",
			     "no pooled SD is known of %s%.*s", item ? "items of " : "", STR_ARG(of));
}

/* A plain value has no direction, and no distance that could be counted in sd. */
static bool check_plain(struct reader *r, const struct doc *doc, const struct signal *s)
{
	bool sd = s->threshold.unit == UNIT_SD || s->threshold.unit == UNIT_POOLED_SD;

	if (sd)
		reader_error(r, doc, "versus",
			     "add `versus: own mean` and write `sd: at most -2`; or `minus:` and somebody",
			     "a distance in sd, and nothing that it is from");
	else if (s->threshold.direction != DIRECTION_NONE)
		reader_error(r, doc, "direction", "`change` is against the last one; or add `versus: own mean`",
			     "worse or better than what?");
	return !sd && s->threshold.direction == DIRECTION_NONE;
}

/* Measures that are differences in themselves. */
static bool check_change(struct reader *r, const struct doc *doc, const struct signal *s, const char *measure,
			 const struct bounds *b)
{
	if (strcmp(measure, "change") == 0 && s->threshold.unit == UNIT_POOLED_SD)
		check_pooled(r, doc, s, b);
	else if (strcmp(measure, "change") == 0 && s->threshold.unit == UNIT_NONE)
		threshold_check(
			r, doc, &s->threshold, b->min - b->max, b->max - b->min,
			arena_printf(r->arena, "%.*s can change by %g points", STR_ARG(b->name), b->max - b->min).p);
	else if (strcmp(measure, "slope") == 0)
		check_difference(r, doc, s, b, 1, " points");
	else if (strcmp(measure, "reliable_change") == 0 && !isnan(b->rci))
		check_difference(r, doc, s, b, b->rci, " indices");
	else if (strcmp(measure, "change") != 0 && strcmp(measure, "reliable_change") != 0)
		return false;
	return true;
}

static void check_own(struct reader *r, const struct doc *doc, const struct signal *s, const char *measure)
{
	struct bounds b = bounds_of(r, s, measure);

	if (check_change(r, doc, s, measure, &b))
		return;
	if (s->minus != WHO_UNSAID && s->threshold.unit == UNIT_POOLED_SD)
		check_pooled(r, doc, s, &b);
	else if (s->minus != WHO_UNSAID && s->threshold.unit != UNIT_SD)
		check_difference(r, doc, s, &b, 1, "");
	if (s->minus != WHO_UNSAID || !check_plain(r, doc, s))
		return;
	if (strcmp(s->kind->name, "attendance") == 0)
		attendance_bounds(r, s, &b);
	threshold_check(r, doc, &s->threshold, b.min, b.max, b.what);
}

#define LEAST_SD 0.025 /* of the range: an own sd is never taken for less (signal.c) */

/* sd, times, by: against the person's own baseline. */
static void check_versus(struct reader *r, const struct signal *s, const char *measure)
{
	struct bounds b = bounds_of(r, s, measure);
	const struct doc *sd = doc_get(s->source, "sd"), *times = doc_get(s->source, "times");
	const struct doc *by = doc_get(s->source, "by"), *floor_doc = doc_get(s->source, "floor");

	if (floor_doc && s->floor >= b.max - b.min)
		reader_error(r, floor_doc, "never",
			     arena_printf(r->arena, "the whole range is %g points", b.max - b.min).p,
			     "the limit lies outside the range: it can never be passed");
	else if (sd && isfinite(b.max - b.min))
		check_difference(r, sd, s, &b, LEAST_SD * (b.max - b.min), " sd");
	else if (by && s->threshold.unit != UNIT_SD && s->threshold.unit != UNIT_POOLED_SD)
		check_difference(r, by, s, &b, 1, "");
	else if (times && b.min >= 0)
		threshold_check(r, times, &s->threshold, 0, INFINITY,
				"what is counted from 0 on is 0 times as much or more");
}

/* "worse by at least -1". */
static void check_amount(struct reader *r, const struct signal *s, const struct doc *doc)
{
	if (s->threshold.direction != DIRECTION_NONE && s->threshold.a < 0)
		reader_error(r, doc, "direction", "write the amount without a sign", "\"%.*s\" has two directions",
			     STR_ARG(s->threshold.words));
}

/* An exact number of what is hardly ever met exactly. */
static void check_exact(struct reader *r, const struct signal *s, const struct doc *doc)
{
	const struct threshold *t = &s->threshold;
	bool exact = t->op == BETWEEN && t->a == t->b && t->words.n;

	if (exact &&
	    (t->unit == UNIT_PERCENT || t->unit == UNIT_SD || t->unit == UNIT_POOLED_SD || s->versus != BASELINE_NONE))
		reader_warn(r, doc, "exactly", arena_printf(r->arena, "write \"at least %.*s\"", STR_ARG(t->words)).p,
			    "\"%.*s\" means exactly that, neither more nor less", STR_ARG(t->words));
}

static void check_least(struct reader *r, const struct signal *s)
{
	const struct doc *out_of = doc_get(s->source, "out_of"), *minus = doc_get(s->source, "minus");
	enum who of = s->of == WHO_UNSAID ? WHO_MEMBER : s->of;

	if (out_of && s->out_of.words.n)
		threshold_check(r, out_of, &s->out_of, 0, INFINITY, "a number of replies begins at 0");
	if (minus && s->minus == of && (of == WHO_MEMBER || of == WHO_OTHER))
		reader_error(r, minus, "minus", "name somebody else, as in `of: other, minus: member`",
			     "the same person's number is taken away from it: that is always 0");
}

/* The threshold's own key. */
static const struct doc *threshold_doc(const struct signal *s, const char *measure)
{
	static const char *const keys[] = { "sd", "times", "by" };

	if (s->versus == BASELINE_NONE)
		return doc_get(s->source, measure);
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (doc_get(s->source, keys[i]))
			return doc_get(s->source, keys[i]);
	return NULL;
}

void signal_range_check(struct reader *r, const struct signal *s)
{
	const char *measure;
	const struct doc *doc;

	if (!s->kind || !s->source || s->source->kind != DOC_MAP)
		return;
	measure = s->kind->measures[s->measure].name;
	if (!measure || !s->kind->measures[s->measure].units)
		return;
	doc = threshold_doc(s, measure);
	check_least(r, s);
	if (strcmp(s->kind->name, "score") == 0)
		check_figures(r, s, measure);
	if (s->versus != BASELINE_NONE)
		check_versus(r, s, measure);
	else if (doc && doc->kind == DOC_SCALAR)
		check_own(r, doc, s, measure);
	if (!doc || doc->kind != DOC_SCALAR)
		return;
	check_amount(r, s, doc);
	check_exact(r, s, doc);
}
