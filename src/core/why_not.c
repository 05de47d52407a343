/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/why_not.h"

#include <stdlib.h>

#include "core/verdict.h"

/* One signal ----------------------------------------------------------------------------------------------------- */

static void moment_words(int64_t at, struct buf *out)
{
	struct arena a = { 0 };
	struct str iso = date_format(&a, at);

	buf_printf(out, "%.10s %.5s UTC", iso.p, iso.p + 11);
	arena_release(&a);
}

static bool is_timed(const struct signal *s, const struct reading *r)
{
	(void)s;
	return r->true_at != DATE_NONE;
}

static void tell_timed(const struct signal *s, const struct reading *r, struct buf *out)
{
	(void)s;
	buf_puts(out, STR("turns at "));
	moment_words(r->true_at, out);
	buf_puts(out, STR(" if nothing happens"));
}

/* A number of whole things that meets the threshold. */
static double count_needed(const struct threshold *t)
{
	return t->op == MORE_THAN ? floor(t->a) + 1 : ceil(t->a);
}

static bool is_at_least(const struct threshold *t)
{
	return t->words.n && t->direction == DIRECTION_NONE && (t->op == AT_LEAST || t->op == MORE_THAN);
}

/* What a share counts. */
static const char *parts_of(const struct signal *s)
{
	const char *measure = s->kind->measures[s->measure].name;

	if (strcmp(measure, "words_share") == 0)
		return "words";
	return strcmp(measure, "time_share") == 0 ? "seconds" : "replies";
}

/* A share of too few. */
static bool is_too_few(const struct signal *s, const struct reading *r)
{
	return isnan(r->raw) && r->whole > 0 && is_at_least(&s->out_of) &&
	       threshold_test(&s->out_of, r->whole) == TRUTH_FALSE;
}

static double missing_of_whole(const struct signal *s, const struct reading *r)
{
	return fmax(0, count_needed(&s->out_of) - r->whole);
}

static void tell_too_few(const struct signal *s, const struct reading *r, struct buf *out)
{
	double missing = missing_of_whole(s, r);

	buf_printf(out, "%.6g of %.6g %s; %.6g more %s needed before it counts (%.6g of the %.6g so far)", r->whole,
		   count_needed(&s->out_of), parts_of(s), missing, missing == 1 ? "is" : "are", r->part, r->whole);
}

/* A baseline of too few sessions. */
static bool is_too_early(const struct signal *s, const struct reading *r)
{
	bool compares = s->versus != BASELINE_NONE || s->threshold.unit == UNIT_SD;

	return compares && !isnan(r->raw) && r->truth == TRUTH_NO_DATA && r->baseline_n < (size_t)s->needs;
}

static double missing_sessions(const struct signal *s, const struct reading *r)
{
	return fmax(0, (double)s->needs - (double)r->baseline_n);
}

static void tell_too_early(const struct signal *s, const struct reading *r, struct buf *out)
{
	double missing = missing_sessions(s, r);

	buf_printf(out, "%zu of the %d earlier sessions that the baseline needs; %.0f more session%s", r->baseline_n,
		   s->needs, missing, missing == 1 ? " is needed" : "s are needed");
}

/* What would end it, where that is not what the kind always needs. */
static const struct {
	const char *why, *supply;
} supplies[] = {
	{ "no record from site", "a record from that site" },
	{ "no session in the window", "a session that they attended" },
	{ "the member was not there", "a session that they attended" },
	{ "the member is not in this session's list", "a session that they attended" },
	{ "whether the member came", "an attendance row (`attendance`)" },
	{ "nobody here to look at", "a session with somebody of that kind" },
	{ "the earlier values do not vary", "an earlier value that differs" },
	{ "the baseline is zero", "an earlier session in which it is not zero" },
	{ "no pooled SD", "`pooled_sd` in the instrument's definition" },
	{ "no reliable change index", "`rci` in the instrument's definition" },
	{ "neither more nor less", "`better` in the instrument's definition" },
	{ "the score has no such number", "that number in the score (`total` or `items`)" },
	{ "no earlier score", "an earlier score by the same person" },
	{ "fewer scores", "more sessions with a score" },
	{ "no incident is open", "an incident of this rule" },
	{ "the code has no such number", "the number of the mark (`salience` or `value`)" },
	{ "the attendance row does not say enough", "`by`, `minutes` or `notice_hours` in the attendance row" },
	{ "no homework was set", "a task that is set, and its rating (`homework`)" },
	{ "the turns have no times", "the times of the turns (`at`, `end`)" },
	{ "no reply of theirs", "a session in which they speak" },
	{ "no words of theirs", "a session in which they speak" },
	{ "there was nothing to answer", "a session in which there is something to answer" },
	{ "nothing to be a share of", "a session in which there is something to be a share of" },
	{ "no words were counted", "a session with words to count" },
	{ "whom they spoke to", "the addressees of the turns (`to`)" },
	{ "nobody in the transcript", "the participants' roles, and `who` and `to` of the turns" },
	{ "the lexicon is of another language", "a lexicon of the session's language" },
	{ "the words were", "the record once more, as a higher revision: it is then read with these lexicons" },
	{ "the age is not known", "`age` of the participant" },
	{ "attendance is not known", "an attendance row (`attendance`)" },
	{ "whether the last session", "an attendance row (`attendance`)" },
};

static const char *supply_of(const struct signal *s, const char *why)
{
	for (size_t i = 0; i < sizeof supplies / sizeof supplies[0]; i++)
		if (str_starts(str_of(why), supplies[i].why))
			return supplies[i].supply;
	return s->kind->supply;
}

static bool is_unknown(const struct signal *s, const struct reading *r)
{
	(void)s;
	return r->why && (r->truth == TRUTH_NO_DATA || isnan(r->value));
}

static void tell_unknown(const struct signal *s, const struct reading *r, struct buf *out)
{
	const char *supply = supply_of(s, r->why);

	buf_puts(out, str_of(r->why));
	if (supply)
		buf_printf(out, "; needs %s", supply);
}

static bool is_in(const struct signal *s, const struct reading *r)
{
	return s->in_m > 0 && !isnan(r->value);
}

static double missing_in(const struct signal *s, const struct reading *r)
{
	return fmax(0, s->in_n - r->value);
}

static void tell_in(const struct signal *s, const struct reading *r, struct buf *out)
{
	buf_printf(out, "%.0f of %d sessions; %.0f more among the last %d would do", r->value, s->in_n,
		   missing_in(s, r), s->in_m);
}

/* What only grows while its window lasts: a sum that is to reach something. */
static bool is_count(const struct signal *s, const struct reading *r)
{
	return s->kind->measures[s->measure].sums && s->versus == BASELINE_NONE && is_at_least(&s->threshold) &&
	       !isnan(r->raw);
}

static double missing_count(const struct signal *s, const struct reading *r)
{
	return fmax(0, count_needed(&s->threshold) - r->raw);
}

static void counted_words(const struct signal *s, struct buf *out)
{
	if (s->kind->counted_words)
		s->kind->counted_words(s, out);
	else if (s->kind->counted)
		buf_puts(out, str_of(s->kind->counted));
}

static void window_words(const struct signal *s, struct buf *out)
{
	if (s->within_days > 0)
		buf_printf(out, " in %.4g days", s->within_days);
	if (s->within_sessions > 1)
		buf_printf(out, " in %d sessions", s->within_sessions);
	if (!isnan(s->within_minutes))
		buf_printf(out, " within %.4g minutes", s->within_minutes / 60);
	else if (s->within_turns > 0)
		buf_printf(out, " within %d turns", s->within_turns);
}

/* "a third", "2 more" */
static void more_words(double have, double missing, struct buf *out)
{
	static const char *const nth[] = { "one", "a second", "a third", "a fourth", "a fifth", "a sixth" };
	size_t at = (size_t)have;

	if (missing == 1 && have == floor(have) && at < sizeof nth / sizeof *nth)
		buf_puts(out, str_of(nth[at]));
	else
		buf_printf(out, "%.4g more", missing);
}

static void tell_count(const struct signal *s, const struct reading *r, struct buf *out)
{
	buf_printf(out, "%.4g of %.4g ", r->raw, count_needed(&s->threshold));
	counted_words(s, out);
	window_words(s, out);
	buf_puts(out, STR("; "));
	more_words(r->raw, missing_count(s, r), out);
	if (r->until != DATE_NONE) {
		buf_puts(out, STR(" on or before "));
		moment_words(r->until, out);
	}
	buf_puts(out, STR(" would do"));
}

/* A share that is to reach something: in replies, as people count them. */
static bool is_share(const struct signal *s, const struct reading *r)
{
	return s->versus == BASELINE_NONE && s->threshold.unit == UNIT_PERCENT && is_at_least(&s->threshold) &&
	       r->whole > 0 && !isnan(r->raw);
}

static double missing_share(const struct signal *s, const struct reading *r)
{
	return fmax(0, s->threshold.a - r->raw);
}

static void tell_share(const struct signal *s, const struct reading *r, struct buf *out)
{
	double exact = s->threshold.a * r->whole / 100, limit = round(exact * 1e6) / 1e6;
	double needed = s->threshold.op == MORE_THAN ? floor(limit) + 1 : ceil(limit);

	buf_printf(out, "%.6g of %.6g %s, that is %.3g%%; ", r->part, r->whole, parts_of(s), r->raw);
	if (needed > r->whole)
		buf_puts(out, STR("not even all of them would do"));
	else
		buf_printf(out, "%.6g of %.6g would do", needed, r->whole);
}

static bool is_against_limit(const struct signal *s, const struct reading *r)
{
	(void)s;
	return !isnan(r->limit) && !isnan(r->raw);
}

static double missing_to_limit(const struct signal *s, const struct reading *r)
{
	(void)s;
	return fabs(r->raw - r->limit);
}

/* Rounded away from the value: what is named must do. */
static double rounded(double limit, bool up)
{
	double scale = fabs(limit) < 1 ? 1e4 : 100, scaled = limit * scale;

	if (fabs(scaled - round(scaled)) < 1e-6)
		return round(scaled) / scale;
	return (up ? ceil(scaled) : floor(scaled)) / scale;
}

/* Of the number itself; thresholds in SDs, and those against a baseline, end in points. */
static const char *raw_unit(const struct signal *s)
{
	enum unit u = s->threshold.unit;

	return s->versus != BASELINE_NONE || u == UNIT_SD || u == UNIT_POOLED_SD ? "" : unit_word(u);
}

static bool is_strict(const struct signal *s)
{
	return s->versus == BASELINE_CONTROL_CHART || s->threshold.op == MORE_THAN || s->threshold.op == LESS_THAN;
}

/* What is false lies on the other side of its limit. */
static void tell_limit(const struct signal *s, const struct reading *r, struct buf *out)
{
	bool up = r->raw < r->limit, strict = is_strict(s);
	const char *unit = raw_unit(s), *blank = *unit && *unit != '%' ? " " : "";
	double limit = strict ? r->limit : rounded(r->limit, up);

	if (strcmp(s->kind->measures[s->measure].name, "change") == 0)
		buf_puts(out, STR("a change of "));
	if (s->versus != BASELINE_CONTROL_CHART && s->threshold.op == BETWEEN)
		buf_printf(out, "%.6g%s%s would do", r->limit, blank, unit);
	else if (r->raw == r->limit)
		buf_printf(out, "it stands on the limit, %.6g%s%s: the least step beyond would do", limit, blank, unit);
	else if (strict)
		buf_printf(out, "%s than %.6g%s%s would do", up ? "more" : "less", limit, blank, unit);
	else
		buf_printf(out, "%.6g%s%s or %s would do", limit, blank, unit, up ? "more" : "less");
}

static bool is_against_threshold(const struct signal *s, const struct reading *r)
{
	return s->threshold.words.n && !isnan(r->value);
}

static double missing_to_threshold(const struct signal *s, const struct reading *r)
{
	return threshold_distance(&s->threshold, r->value);
}

static void tell_threshold(const struct signal *s, const struct reading *r, struct buf *out)
{
	enum unit u = s->versus == BASELINE_NONE ? s->threshold.unit : s->versus_unit;
	const char *unit = s->versus_unit == UNIT_PERCENT ? "times" : unit_word(u);

	buf_printf(out, "%.3g%s%s off \"%.*s\"", missing_to_threshold(s, r), *unit && *unit != '%' ? " " : "", unit,
		   STR_ARG(s->threshold.words));
}

/* A yes or no, which is the other. */
static bool is_answer(const struct signal *s, const struct reading *r)
{
	return r->truth == TRUTH_FALSE && s->kind->otherwise;
}

static void tell_answer(const struct signal *s, const struct reading *r, struct buf *out)
{
	(void)r;
	buf_puts(out, str_of(s->kind->otherwise));
}

/* The first that fits tells. */
static const struct form {
	bool (*fits)(const struct signal *s, const struct reading *r);
	void (*tell)(const struct signal *s, const struct reading *r, struct buf *out);
	double (*missing)(const struct signal *s, const struct reading *r); /* NULL: no number */
} forms[] = {
	{ is_timed, tell_timed, NULL },
	{ is_too_few, tell_too_few, missing_of_whole },
	{ is_too_early, tell_too_early, missing_sessions },
	{ is_unknown, tell_unknown, NULL },
	{ is_in, tell_in, missing_in },
	{ is_count, tell_count, missing_count },
	{ is_share, tell_share, missing_share },
	{ is_against_limit, tell_limit, missing_to_limit },
	{ is_against_threshold, tell_threshold, missing_to_threshold },
	{ is_answer, tell_answer, NULL },
};

static const struct form *form_of(const struct signal *s, const struct reading *r)
{
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
		if (forms[i].fits(s, r))
			return &forms[i];
	return NULL;
}

bool why_not_signal(const struct rule *rule, size_t signal, const struct reading *r, struct buf *out)
{
	const struct signal *s = rule->signals[signal];
	bool speaks_for = rule_signals_for(rule) >> signal & 1;
	const struct form *form = form_of(s, r);

	/* Of what has to end only its date is told: the rest is measured towards being true. */
	if (!form || (speaks_for ? r->truth == TRUTH_TRUE : r->truth != TRUTH_TRUE || form->tell != tell_timed))
		return false;
	form->tell(s, r, out);
	return true;
}

double why_not_distance(const struct signal *s, const struct reading *r)
{
	const struct form *form = r->truth == TRUTH_TRUE ? NULL : form_of(s, r);

	return form && form->missing ? form->missing(s, r) : NAN;
}

/* The rule ------------------------------------------------------------------------------------------------------- */

/* Signals that would have to turn, by what they would have to become. */
struct turning {
	uint64_t to_true, to_false;
};

static int size_of(struct turning t)
{
	return __builtin_popcountll(t.to_true) + __builtin_popcountll(t.to_false);
}

static struct turning both(struct turning a, struct turning b)
{
	return (struct turning){ a.to_true | b.to_true, a.to_false | b.to_false };
}

static struct turning nearest(const struct condition *c, const enum truth *truths, bool wanted);

/* How many of its parts must be as wanted. */
static size_t parts_needed(const struct condition *c, bool wanted)
{
	size_t for_true = 1;

	if (c->op == CONDITION_AND)
		for_true = c->n;
	else if (c->op == CONDITION_N_OF)
		for_true = (size_t)c->at_least;
	return wanted ? for_true : c->n - for_true + 1;
}

/* The cheapest parts, of equals the first. */
static struct turning cheapest(const struct condition *c, const enum truth *truths, bool wanted)
{
	struct turning all = { 0, 0 };
	size_t left = parts_needed(c, wanted);

	for (int size = 0; size <= RULE_MAX_SIGNALS && left; size++)
		for (size_t i = 0; i < c->n && left; i++) {
			struct turning one = nearest(c->args[i], truths, wanted);

			if (size_of(one) != size)
				continue;
			all = both(all, one);
			left--;
		}
	return all;
}

static struct turning nearest(const struct condition *c, const enum truth *truths, bool wanted)
{
	enum truth want = wanted ? TRUTH_TRUE : TRUTH_FALSE;

	if (condition_evaluate(c, truths) == want)
		return (struct turning){ 0, 0 };
	if (c->op == CONDITION_NOT)
		return nearest(c->args[0], truths, !wanted);
	if (c->op != CONDITION_SIGNAL)
		return cheapest(c, truths, wanted);
	return wanted ? (struct turning){ UINT64_C(1) << c->signal, 0 }
		      : (struct turning){ 0, UINT64_C(1) << c->signal };
}

/* `when`, and the line of the ladder that takes least; of equals the last, which is the mildest. */
static struct turning nearest_of_rule(const struct rule *rule, const enum truth *truths)
{
	struct turning least = { 0, 0 };

	for (size_t i = 0; i < rule->n_ladder; i++) {
		const struct condition *when = rule->ladder[i].when;
		struct turning one = when ? nearest(when, truths, true) : (struct turning){ 0, 0 };

		if (i == 0 || size_of(one) <= size_of(least))
			least = one;
	}
	return rule->when ? both(least, nearest(rule->when, truths, true)) : least;
}

/* Parts that share a signal can ask opposite things of it: then nothing is claimed. */
static bool suffices(const struct rule *rule, const enum truth *truths, struct turning t)
{
	enum truth turned[RULE_MAX_SIGNALS];

	for (size_t i = 0; i < rule->n_signals; i++) {
		turned[i] = truths[i];
		if (t.to_false >> i & 1)
			turned[i] = TRUTH_FALSE;
		if (t.to_true >> i & 1)
			turned[i] = TRUTH_TRUE;
	}
	return size_of(nearest_of_rule(rule, turned)) == 0;
}

bool why_not_rule(const struct rule *rule, const struct reading *readings, struct buf *out)
{
	enum truth truths[RULE_MAX_SIGNALS];
	struct turning t;
	size_t told = 0;

	for (size_t i = 0; i < rule->n_signals; i++)
		truths[i] = readings[i].truth;
	t = nearest_of_rule(rule, truths);
	if (!suffices(rule, truths, t))
		return false;
	for (size_t i = 0; i < rule->n_signals; i++)
		if ((t.to_true | t.to_false) >> i & 1)
			buf_printf(out, "%s%s%.*s", told++ ? " and " : "", t.to_false >> i & 1 ? "not " : "",
				   STR_ARG(rule->signals[i]->name));
	if (told)
		buf_puts(out, told > 1 ? STR(" together would fire it") : STR(" alone would fire it"));
	return told > 0;
}
