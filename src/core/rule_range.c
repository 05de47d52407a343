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
	{ "code", "salience", 0, 5, "salience runs from 1 to 5, and is 0 for what was not marked" },
	{ "code", "value", -3, 3, "a rating runs from -3 to +3" },
	{ "code", "count", 0, INFINITY, "a count begins at 0" },
	{ "attendance", "count", 0, INFINITY, "a count begins at 0" },
	{ "homework", "value", 0, 4, "homework is rated from 0 to 4" },
	{ "field", "value", 0, INFINITY, "it begins at 0" },
	{ "participant", "age", 0, 120, "people are from 0 to 120 years old" },
	{ "score", "recovered", 0, INFINITY, "what has been made up begins at 0%" },
};

static struct str text_at(const struct doc *map, const char *key)
{
	const struct doc *v = doc_get(map, key);

	return v && v->kind == DOC_SCALAR ? v->text : (struct str){ NULL, 0 };
}

/* `doc` is the threshold: its measure is the name of the key. */
static void check_score(struct reader *r, const struct doc *doc, const struct signal *s, const char *measure)
{
	const struct compile *compile = r->context;
	const struct doc *selector = doc_get(s->source, "score");
	bool map = selector->kind == DOC_MAP;
	struct str of = map ? text_at(selector, "of") : selector->text;
	struct str item = map ? text_at(selector, "item") : (struct str){ NULL, 0 };
	double min, max;

	if (!instruments_range(&compile->ruleset->instruments, of, item, &min, &max))
		return;
	if (strcmp(measure, "value") == 0)
		threshold_check(
			r, doc, &s->threshold, min, max,
			arena_printf(r->arena, "%.*s runs from %g to %g", STR_ARG(item.n ? item : of), min, max).p);
	else if (strcmp(measure, "change") == 0)
		threshold_check(
			r, doc, &s->threshold, min - max, max - min,
			arena_printf(r->arena, "%.*s can change by %g points", STR_ARG(item.n ? item : of), max - min)
				.p);
}

static void check_row(struct reader *r, const struct doc *doc, const struct signal *s, const char *measure)
{
	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
		if (strcmp(ranges[i].kind, s->kind->name) == 0 && strcmp(ranges[i].measure, measure) == 0)
			threshold_check(r, doc, &s->threshold, ranges[i].min, ranges[i].max, ranges[i].what);
}

/* One session counts once: more than the window holds is never reached. */
static void check_attendance(struct reader *r, const struct doc *doc, const struct signal *s)
{
	int sessions = s->within_sessions > 0 ? s->within_sessions : 1;

	if (s->within_days > 0 && !s->within_sessions)
		return;
	threshold_check(r, doc, &s->threshold, 0, sessions,
			s->within_sessions > 0
				? arena_printf(r->arena, "the window has %d sessions", sessions).p
				: "this is about one session; add \"within: 4 sessions\" to look at more");
}

static void check_range(struct reader *r, const struct doc *doc, const struct signal *s, const char *measure)
{
	if (strcmp(s->kind->name, "score") == 0 && strcmp(measure, "recovered") != 0)
		check_score(r, doc, s, measure);
	else if (strcmp(s->kind->name, "attendance") == 0)
		check_attendance(r, doc, s);
	else
		check_row(r, doc, s, measure);
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

void signal_range_check(struct reader *r, const struct signal *s)
{
	const char *measure;
	const struct doc *doc;

	if (!s->kind || !s->source || s->source->kind != DOC_MAP)
		return;
	measure = s->kind->measures[s->measure].name;
	doc = measure ? doc_get(s->source, measure) : NULL;
	if (measure && strcmp(s->kind->name, "score") == 0)
		check_figures(r, s, measure);
	/* Differences (versus, minus) and other units than the measure's own have no range to speak of. */
	if (!doc || doc->kind != DOC_SCALAR || s->versus != BASELINE_NONE || s->minus != WHO_UNSAID ||
	    s->threshold.unit == UNIT_SD || s->threshold.unit == UNIT_POOLED_SD)
		return;
	check_range(r, doc, s, measure);
}
