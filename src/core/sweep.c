/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/sweep.h"

#include <math.h>

#include "core/signal.h"

#define MILLION	       1000000.0
#define EXPECTED_SWEEP "expected RULE.SIGNAL.KEY=FROM..TO/STEP, as in drops.alliance.below_own.sd=-1..-3/0.25"
#define VALUE_ROOM     1e-9 /* two values of a range that differ by less are one */

/* ---- the numbers in a rule ---- */

static bool is_of_number(char c)
{
	return (c >= '0' && c <= '9') || c == '.';
}

/* The only number in the words: where it stands. */
static bool find_number(struct str words, size_t *ret_at, size_t *ret_n, double *ret)
{
	size_t found = 0;

	for (size_t i = 0, n; i < words.n; i += n) {
		n = 1;
		if (!is_of_number(words.p[i]) || words.p[i] == '.')
			continue;
		while (i + n < words.n && is_of_number(words.p[i + n]))
			n++;
		found++;
		*ret_at = i && words.p[i - 1] == '-' ? i - 1 : i;
		*ret_n = i + n - *ret_at;
	}
	return found == 1 && str_number((struct str){ words.p + *ret_at, *ret_n }, ret);
}

static bool is_measure(const struct signal *s, struct str key)
{
	for (const struct measure *m = s->kind->measures; m->name; m++)
		if (m->units && str_is(key, m->name))
			return true;
	for (const struct field *f = signal_difference_fields(); f->name; f++)
		if (str_is(key, f->name))
			return true;
	return str_is(key, "floor") || str_is(key, "out_of");
}

/* What a sweep may go through as well, but is no threshold: how far back is looked. */
static bool is_window(struct str key)
{
	return str_is(key, "needs") || str_is(key, "within") || str_is(key, "longer_than");
}

static void add_knobs(struct arena *a, const struct rule *rule, const struct signal *s, knob_list *ret)
{
	for (size_t i = 0; s->source && s->source->kind == DOC_MAP && i < s->source->n; i++) {
		const struct doc_pair *pair = &s->source->pairs[i];
		struct knob knob = { .rule = rule->id, .signal = s->name, .key = pair->key };

		knob.is_window = is_window(pair->key);
		if (pair->value->kind != DOC_SCALAR || (!knob.is_window && !is_measure(s, pair->key)))
			continue;
		knob.words = pair->value->text;
		if (find_number(knob.words, &knob.at, &knob.n, &knob.value))
			*VEC_PUSH(a, ret) = knob;
	}
}

void knobs_of(struct arena *a, const struct rule *rule, knob_list *ret)
{
	*ret = (knob_list){ 0 };
	for (size_t i = 0; i < rule->n_signals; i++)
		add_knobs(a, rule, rule->signals[i], ret);
}

/* Six places at most and no exponent: rules know none. */
static struct str number_words(struct arena *a, double value)
{
	double clean = round(value * MILLION) / MILLION;
	struct str ret = arena_printf(a, "%.6f", clean == 0 ? 0 : clean);

	while (ret.p[ret.n - 1] == '0')
		ret.n--;
	if (ret.p[ret.n - 1] == '.')
		ret.n--;
	return ret;
}

struct str knob_words(struct arena *a, const struct knob *knob, double value)
{
	struct str number = number_words(a, value);

	return arena_printf(a, "%.*s%.*s%.*s", (int)knob->at, knob->words.p, STR_ARG(number),
			    (int)(knob->words.n - knob->at - knob->n), knob->words.p + knob->at + knob->n);
}

struct str knob_override(struct arena *a, const struct knob *knob, double value, struct str because)
{
	struct str words = knob_words(a, knob, value);

	return arena_printf(
		a, "version: 1\noverride:\n  %.*s:\n    because: \"%.*s\"\n    signals:\n      %.*s: {%.*s: %.*s}\n",
		STR_ARG(knob->rule), STR_ARG(because), STR_ARG(knob->signal), STR_ARG(knob->key), STR_ARG(words));
}

/* ---- a range ---- */

static bool cut_at(struct str text, const char *mark, struct str *ret_before, struct str *ret_after)
{
	size_t n = strlen(mark);
	const char *p = text.n ? memmem(text.p, text.n, mark, n) : NULL;

	if (!p)
		return false;
	*ret_before = (struct str){ text.p, (size_t)(p - text.p) };
	*ret_after = (struct str){ p + n, text.n - ret_before->n - n };
	return true;
}

/* The last word of "a.b.c". */
static bool cut_last(struct str *text, struct str *ret)
{
	for (size_t i = text->n; i-- > 0;) {
		if (text->p[i] != '.')
			continue;
		*ret = (struct str){ text->p + i + 1, text->n - i - 1 };
		text->n = i;
		return ret->n > 0;
	}
	return false;
}

static struct str knob_path(struct arena *a, const struct knob *knob)
{
	return arena_printf(a, "%.*s.%.*s", STR_ARG(knob->signal), STR_ARG(knob->key));
}

static const char *say_knobs(struct arena *a, const struct rule *rule, struct str wanted, const knob_list *all)
{
	struct str ret =
		arena_printf(a, "rule \"%.*s\" has no single number at \"%.*s\"", STR_ARG(rule->id), STR_ARG(wanted));

	for (size_t i = 0; i < all->n; i++)
		ret = arena_printf(a, "%.*s%s%.*s", STR_ARG(ret), i ? ", " : "; it has ",
				   STR_ARG(knob_path(a, &all->items[i])));
	return arena_printf(a, "%.*s%s", STR_ARG(ret), all->n ? "" : ", nor anywhere in its signals").p;
}

static const char *say_no_rule(struct arena *a, const struct ruleset *rules, struct str path)
{
	struct str last, id = path;
	const char *hint;

	if (!cut_last(&id, &last) || !cut_last(&id, &last))
		return EXPECTED_SWEEP;
	hint = rules_suggest(a, rules, id);
	return arena_printf(a, "no rule \"%.*s\"%s%s", STR_ARG(id), hint ? "; " : "", hint ? hint : "").p;
}

static const char *find_knob(struct arena *a, const struct ruleset *rules, struct str path, struct knob *ret)
{
	struct str last, id = path, wanted;
	const struct rule *rule = NULL;
	knob_list all;

	while (!rule && cut_last(&id, &last))
		rule = rules_find(rules, id);
	if (!rule)
		return say_no_rule(a, rules, path);
	wanted = (struct str){ path.p + id.n + 1, path.n - id.n - 1 };
	knobs_of(a, rule, &all);
	for (size_t i = 0; i < all.n; i++) {
		if (!str_eq(knob_path(a, &all.items[i]), wanted))
			continue;
		*ret = all.items[i];
		return NULL;
	}
	return say_knobs(a, rule, wanted, &all);
}

static bool read_range(struct str text, double *from, double *to, double *step)
{
	struct str first, rest, last, by;

	return cut_at(text, "..", &first, &rest) && cut_at(rest, "/", &last, &by) && str_number(first, from) &&
	       str_number(last, to) && str_number(by, step) && *step > 0;
}

void sweep_take_present(struct arena *a, struct sweep *s)
{
	bool falls = s->values.n > 1 && s->values.items[1] < s->values.items[0];
	size_t at = 0;

	while (at < s->values.n && fabs(s->values.items[at] - s->knob.value) >= VALUE_ROOM &&
	       (falls ? s->values.items[at] > s->knob.value : s->values.items[at] < s->knob.value))
		at++;
	s->present = at;
	if (at < s->values.n && fabs(s->values.items[at] - s->knob.value) < VALUE_ROOM)
		return;
	*VEC_PUSH(a, &s->values) = 0;
	memmove(s->values.items + at + 1, s->values.items + at, (s->values.n - at - 1) * sizeof *s->values.items);
	s->values.items[at] = s->knob.value;
}

const char *sweep_read(struct arena *a, const struct ruleset *rules, struct str text, struct sweep *ret)
{
	struct str path, range;
	double from, to, step;
	const char *wrong;

	*ret = (struct sweep){ 0 };
	if (!cut_at(text, "=", &path, &range))
		return EXPECTED_SWEEP;
	if ((wrong = find_knob(a, rules, path, &ret->knob)))
		return wrong;
	if (!read_range(range, &from, &to, &step))
		return "expected a range like -1..-3/0.25: from, to, and a step above 0";
	if (fabs(to - from) / step + 1 > SWEEP_MAX - 1)
		return arena_printf(a, "a sweep has at most %d values", SWEEP_MAX - 1).p;
	for (size_t i = 0; (double)i * step <= fabs(to - from) + VALUE_ROOM; i++)
		*VEC_PUSH(a, &ret->values) = from + (to < from ? -1 : 1) * (double)i * step;
	sweep_take_present(a, ret);
	return NULL;
}

/* A quarter of a standard deviation, five of a hundred, one of what is counted, else about a tenth. */
static double natural_step(const struct knob *knob)
{
	double size = fabs(knob->value);

	if (str_is(knob->key, "sd") || memmem(knob->words.p, knob->words.n, " sd", 3))
		return .25;
	if (memchr(knob->words.p, '%', knob->words.n))
		return 5;
	if (floor(size) == size && size < 20)
		return 1;
	return size ? pow(10, floor(log10(size)) - (size < 5 * pow(10, floor(log10(size))) ? 1 : 0)) : 1;
}

void sweep_around(struct arena *a, const struct knob *knob, int steps, struct sweep *ret)
{
	double step = natural_step(knob);

	*ret = (struct sweep){ .knob = *knob };
	for (int i = -steps; i <= steps; i++)
		if (knob->value == 0 || knob->value * (knob->value + i * step) > 0)
			*VEC_PUSH(a, &ret->values) = knob->value + i * step;
	sweep_take_present(a, ret);
}
