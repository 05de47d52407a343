/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * turns: what was said, as counts.
 *
 *	turns: {from: member, to: therapist, says: [hostility, "you never help"], words: at most 3,
 *	        gap_before: more than 3 seconds, after: {from: therapist, to: member, says: proposal}}
 *
 * A reply is a run of consecutive turns of one speaker; an interpreter in between does not end it.  `words`,
 * `gap_before`, `after`, shares and medians work on replies; a count of `says` alone counts turns with a hit.
 * `share_of: {...}` names another denominator; `share_of: after` is "of the other's replies": how many of them were
 * answered so by the first reply of `from` that follows.
 *
 * Nothing is allocated while turns are scanned, save for evidence.
 */
#include "core/signal_turns.h"
#include "core/shape.h"

#include <assert.h>

#include "core/signal_internal.h"

enum { TURNS_COUNT, TURNS_SHARE, TURNS_RATE, TURNS_WORDS_SHARE, TURNS_TIME_SHARE, TURNS_MEDIAN_WORDS, TURNS_SPEAKERS };

#define PERCENT	  UNIT_BIT(UNIT_PERCENT)
#define WORDS_PER 100
#define HOUR_S	  3600

static const struct measure measures[] = {
	{ "count", "turns with a hit, or replies that fit", UNIT_BIT(UNIT_NONE) | UNIT_BIT(UNIT_TURNS), true, true },
	{ "share", "% of the replies of the same `from`, or of `share_of`", PERCENT, true, false },
	{ "rate", "turns with a hit per 100 words of `from`, or `per: hour`", UNIT_BIT(UNIT_NONE), true, false },
	{ "words_share", "% of all words spoken", PERCENT, true, false },
	{ "time_share", "% of all time spoken", PERCENT, true, false },
	{ "median_words", "words of the middle reply", UNIT_BIT(UNIT_NONE) | UNIT_BIT(UNIT_WORDS), true, false },
	{ "speakers", "how many people", UNIT_BIT(UNIT_NONE), true, false },
	{ NULL, NULL, 0, false, false },
};

/* Measures --------------------------------------------------------------------------------------------------------- */

static struct measured in_percent(double part, double whole, const struct threshold *out_of, const char *why)
{
	struct measured m = no_measure(why);

	m.range = 100;
	m.part = (float)part;
	m.whole = (float)whole;
	if (!(whole > 0))
		return m;
	if (out_of->words.p && threshold_test(out_of, whole) != TRUTH_TRUE) {
		m.why = "fewer than `out_of` asks for";
		return m;
	}
	m.value = 100 * part / whole;
	return m;
}

static struct measured share(const struct signal *s, const struct turns_scan *scan, const struct turns_selector *sel,
			     evidence_list *evidence)
{
	struct turns_tally part = turns_tally(scan, &scan->match, evidence);

	if (sel->share_of_after)
		return in_percent(part.answered, part.asked, &s->out_of, "there was nothing to answer");
	if (!sel->share_of)
		return in_percent(part.replies, part.from_replies, &s->out_of, "no reply of theirs");
	return in_percent(part.replies, turns_tally(scan, &scan->share_of, NULL).replies, &s->out_of,
			  "nothing to be a share of");
}

static struct measured rate(const struct turns_scan *scan, const struct turns_selector *sel, evidence_list *evidence)
{
	struct turns_tally t = turns_tally(scan, &scan->match, evidence);
	double whole = sel->per_hour ? turns_length_s(scan) / HOUR_S : t.from_words / WORDS_PER;
	struct measured m = no_measure(sel->per_hour ? "the turns have no times" : "no words of theirs");

	if (whole > 0)
		m.value = t.count / whole;
	return m;
}

static struct turns_tally denominator(const struct turns_scan *scan)
{
	return scan->share_of.match ? turns_tally(scan, &scan->share_of, NULL) : turns_all(scan);
}

static struct measured words_share(const struct signal *s, const struct turns_scan *scan, evidence_list *evidence)
{
	struct turns_tally part = turns_tally(scan, &scan->match, evidence);

	return in_percent(part.words, denominator(scan).words, &s->out_of, "no words were counted");
}

/* A turn without times makes the sum NAN, and so the share. */
static struct measured time_share(const struct signal *s, const struct turns_scan *scan, evidence_list *evidence)
{
	struct turns_tally part = turns_tally(scan, &scan->match, evidence);

	return in_percent(part.seconds, denominator(scan).seconds, &s->out_of, "the turns have no times");
}

static struct measured number(double value, const char *why)
{
	struct measured m = no_measure(why);

	m.value = value;
	return m;
}

/* The densest stretch: the most evidence inside `minutes` if every turn has its time, else inside `turns`. */
static struct measured densest(const struct signal *s, const struct turns_scan *scan, evidence_list *evidence)
{
	const struct skeleton_turn *turns = scan->s->turns.items;
	evidence_list all = { 0 };
	size_t first = 0, best = 0, best_n = 0;
	bool timed = !isnan(s->within_minutes);

	turns_tally(scan, &scan->match, &all);
	for (size_t i = 0; i < all.n; i++)
		timed = timed && !isnan((double)turns[all.items[i].turn].at);
	if (!timed && s->within_turns == 0 && all.n > 0)
		return no_measure("the turns have no times");
	for (size_t last = 0; last < all.n; last++) {
		uint32_t to = all.items[last].turn;

		while (timed ? skeleton_seconds(turns[all.items[first].turn].at, turns[to].at) > s->within_minutes
			     : to - all.items[first].turn >= (uint32_t)s->within_turns)
			first++;
		if (last + 1 - first > best_n) {
			best = first;
			best_n = last + 1 - first;
		}
	}
	for (size_t i = 0; evidence && i < best_n; i++)
		*VEC_PUSH(scan->view->arena, evidence) = all.items[best + i];
	return number((double)best_n, NULL);
}

static struct measured count(const struct signal *s, const struct turns_scan *scan, evidence_list *evidence)
{
	if (!isnan(s->within_minutes) || s->within_turns > 0)
		return densest(s, scan, evidence);
	return number(turns_tally(scan, &scan->match, evidence).count, NULL);
}

static struct measured measure_scan(const struct signal *s, const struct turns_scan *scan,
				    const struct turns_selector *sel, evidence_list *evidence)
{
	switch (s->measure) {
	case TURNS_COUNT:
		return count(s, scan, evidence);
	case TURNS_SHARE:
		return share(s, scan, sel, evidence);
	case TURNS_RATE:
		return rate(scan, sel, evidence);
	case TURNS_WORDS_SHARE:
		return words_share(s, scan, evidence);
	case TURNS_TIME_SHARE:
		return time_share(s, scan, evidence);
	case TURNS_MEDIAN_WORDS:
		return number(turns_median_words(scan), "no reply of theirs");
	case TURNS_SPEAKERS:
		return number(turns_tally(scan, &scan->match, evidence).speakers, NULL);
	}
	assert(false);
	return no_measure(NULL);
}

static struct measured measure(const struct signal *s, const struct view *v, int who, evidence_list *evidence)
{
	const struct turns_selector *sel = s->selector;
	struct turns_scan scan;
	const char *why = turns_scan_open(&scan, sel, v, who);

	if (why)
		return no_measure(why);
	scan.timed = s->measure == TURNS_TIME_SHARE;
	/* Turns that only had to be somebody's prove nothing one by one. */
	if (!sel->match.says.n && !sel->match.words.words.p && !sel->match.gap_before.words.p)
		evidence = NULL;
	return measure_scan(s, &scan, sel, evidence);
}

static bool silent_in(const struct session *session)
{
	return !session->transcript;
}

/* Faults of the whole -----------------------------------------------------------------------------------------------
 */

static void check(struct reader *r, const struct doc *doc, const struct signal *s)
{
	const struct turns_selector *sel = s->selector;
	bool shares = s->measure == TURNS_SHARE || s->measure == TURNS_WORDS_SHARE || s->measure == TURNS_TIME_SHARE;
	bool stretch = !isnan(s->within_minutes) || s->within_turns > 0;

	if (s->out_of.words.p && !shares)
		reader_error(r, doc_get(doc, "out_of"), "out_of", NULL, "only a share has a denominator");
	if (doc_get(doc, "share_of") && !shares)
		reader_error(r, doc_get(doc, "share_of"), "share_of", NULL, "only a share has a denominator");
	else if (sel && sel->share_of_after && !sel->match.after)
		reader_error(r, doc_get(doc, "share_of"), "share_of", "add \"after: {from: ..., says: ...}\"",
			     "the selector has no \"after\"");
	else if (sel && sel->share_of_after && s->measure != TURNS_SHARE)
		reader_error(r, doc_get(doc, "share_of"), "share_of", NULL, "\"after\" is the denominator of a share");
	if (doc_get(doc, "per") && s->measure != TURNS_RATE)
		reader_error(r, doc_get(doc, "per"), "per", NULL, "only a rate is per something");
	if (stretch && s->measure != TURNS_COUNT)
		reader_error(r, doc_get(doc, "within"), "within", "sessions and days are known here",
			     "only a count looks at a stretch of the session");
	if (s->threshold.direction != DIRECTION_NONE)
		reader_error(r, doc, "direction", "write \"at least\" or \"at most\"",
			     "turns have no better and worse direction");
}

static const struct words after_words = { (const char *const[]){ "after", NULL } };
static const struct shape after_shape = { SHAPE_WORD, &after_words };
static const struct shape *const denominators[] = { &after_shape, &turns_match_shape, NULL };
static const struct shape denominator_shape = { SHAPE_EITHER, denominators };
static const struct words per_list = { (const char *const[]){ "100 words", "hour", NULL } };

static const struct field keys[] = {
	{ .name = "share_of",
	  .help = "of what a `share` is taken, where it is not the replies of the same `from`",
	  .value = "a map like that of `turns`; after: the turns that `after` names",
	  .shape = &denominator_shape },
	{ .name = "per",
	  .help = "what a `rate` is counted by",
	  .detail = &per_list,
	  .value = "100 words, hour",
	  .shape = &shape_words },
	{ NULL },
};

const struct signal_kind signal_turns = {
	.name = "turns",
	.help = "what was said, as counts of turns and replies",
	.channel = CHANNEL_TRANSCRIPT,
	.measures = measures,
	.read = turns_selector_read,
	.check = check,
	.measure = measure,
	.silent_in = silent_in,
	.fields = turns_fields,
	.keys = keys,
	.supply = "a transcript (`turns`)",
	.counted = "turns",
};
