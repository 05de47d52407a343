/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/threshold.h"

#include "core/scalar.h"
#include "core/threshold_hint.h"

/* Measured values come out of divisions: 57 of 100 must meet "at least 57%". */
#define NEAR(limit) (1e-9 * (fabs(limit) > 1 ? fabs(limit) : 1))

/* First the word of unit_word(), then other ways to write it. */
static const struct unit_row {
	enum unit unit;
	const char *words;
} units[] = {
	{ UNIT_NONE, "points" },
	{ UNIT_NONE, "point" },
	{ UNIT_PERCENT, "%" },
	{ UNIT_PERCENT, "percent" },
	{ UNIT_SD, "sd" },
	{ UNIT_POOLED_SD, "pooled sd" },
	{ UNIT_SECONDS, "seconds" },
	{ UNIT_SECONDS, "second" },
	{ UNIT_MINUTES, "minutes" },
	{ UNIT_MINUTES, "minute" },
	{ UNIT_TURNS, "turns" },
	{ UNIT_TURNS, "turn" },
	{ UNIT_SESSIONS, "sessions" },
	{ UNIT_SESSIONS, "session" },
	{ UNIT_DAYS, "days" },
	{ UNIT_DAYS, "day" },
	{ UNIT_OWN_INTERVAL, "x own interval" },
	{ UNIT_YEARS, "years" },
	{ UNIT_YEARS, "year" },
	{ UNIT_WORDS, "words" },
	{ UNIT_WORDS, "word" },
};
#define N_UNITS (sizeof units / sizeof units[0])

static const struct op_row {
	enum threshold_op op;
	const char *first, *second;
} ops[] = {
	{ AT_LEAST, "at", "least" },
	{ AT_MOST, "at", "most" },
	{ MORE_THAN, "more", "than" },
	{ LESS_THAN, "less", "than" },
};
#define N_OPS	(sizeof ops / sizeof ops[0])

#define EXAMPLE "write it as in \"at least 3\", \"at most -2\", \"more than 60%\", \"between 3 and 5\""

struct parse {
	struct reader *r;
	const struct doc *v;
	struct str rest;
	unsigned allowed;
	struct str number; /* the last one read */
	double value;
};

static struct str peek(const struct parse *p)
{
	struct str rest = p->rest;

	return str_word(&rest);
}

static bool accept(struct parse *p, const char *word)
{
	if (!str_is(peek(p), word))
		return false;
	str_word(&p->rest);
	return true;
}

/* The place of a word; of what is missing, the place after the last character. */
static struct span place(const struct parse *p, struct str word)
{
	return word.n ? scalar_part(p->v, word) : scalar_span(p->v, p->v->text.n, 1);
}

static bool fault(struct parse *p, struct str at, const char *hint, const char *what)
{
	if (at.n)
		reader_error_at(p->r, place(p, at), "threshold", hint, "%s, found \"%.*s\"", what, STR_ARG(at));
	else if (!p->v->text.n)
		reader_error_at(p->r, place(p, at), "threshold", hint, "%s, found an empty text", what);
	else
		reader_error_at(p->r, place(p, at), "threshold", hint, "%s after \"%.*s\"", what, STR_ARG(p->v->text));
	return false;
}

static size_t number_length(struct str s)
{
	size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+');

	while (i < s.n && ((s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '.'))
		i++;
	return i;
}

static const char *meant(struct parse *p, const char *otherwise)
{
	const char *hint = threshold_meant(p->r->arena, p->v->text);

	return hint ? hint : otherwise;
}

/* A number may have its unit stuck to it: "60%", "2x". */
static bool number(struct parse *p, double *ret)
{
	struct str word = peek(p), digits = { word.p, number_length(word) };

	if (str_number(digits, ret) && !(word.n > digits.n && word.p[digits.n] == ',')) {
		p->number = digits;
		p->value = *ret;
		p->rest.n -= (size_t)(digits.p + digits.n - p->rest.p);
		p->rest.p = digits.p + digits.n;
		return true;
	}
	if (word.n && memchr(word.p, ',', word.n))
		return fault(p, word, "decimals are written with a point: 2.5", "expected a number");
	return fault(p, word, meant(p, EXAMPLE), "expected a number");
}

/* Whether the words of `s` are those of `words`, whatever the blanks between. */
static bool same_words(struct str s, const char *words)
{
	struct str w = str_of(words), a, b;

	do {
		a = str_word(&s);
		b = str_word(&w);
		if (!str_eq(a, b))
			return false;
	} while (a.n);
	return true;
}

static const char *allowed_words(struct parse *p)
{
	struct buf out = { 0 };
	struct str text;

	for (size_t i = 0; i < UNITS; i++)
		if (p->allowed & 1u << i && i != UNIT_NONE)
			buf_printf(&out, "%s%s", out.n ? ", " : "", unit_word((enum unit)i));
	if (p->allowed & 1u << UNIT_NONE)
		buf_printf(&out, "%s", out.n ? ", or no unit" : "no unit");
	text = arena_dup(p->r->arena, buf_str(&out));
	buf_release(&out);
	return text.p ? text.p : "";
}

static const char *unit_hint(struct parse *p, struct str word)
{
	const char *names[N_UNITS], *near, *hint;
	struct str before = { p->v->text.p, (size_t)(p->number.p - p->v->text.p) };
	struct str behind = str_trim((struct str){ p->number.p + p->number.n, p->v->text.n - before.n - p->number.n });
	size_t n = 0;

	hint = threshold_meant(p->r->arena, (struct str){ p->number.p, p->v->text.n - before.n });
	if (!hint)
		hint = unit_meant(p->r->arena, before, p->value, behind, p->allowed);
	if (hint)
		return hint;

	for (size_t i = 0; i < N_UNITS; i++)
		if (p->allowed & 1u << units[i].unit)
			names[n++] = units[i].words;
	near = str_nearest(word, names, n);
	if (near)
		return arena_printf(p->r->arena, "did you mean \"%s\"?", near).p;
	return arena_printf(p->r->arena, "here stands: %s", allowed_words(p)).p;
}

static bool unit_known(struct parse *p, struct str word, const struct unit_row *row, enum unit *ret)
{
	if (!(p->allowed & 1u << row->unit)) {
		reader_error_at(p->r, place(p, word), "threshold", unit_hint(p, word),
				"the unit \"%.*s\" does not fit here", STR_ARG(word));
		return false;
	}
	*ret = row->unit;
	return true;
}

/* `word` is all that is left, or all before "and". */
static bool unit(struct parse *p, struct str word, enum unit *ret)
{
	*ret = UNIT_NONE;
	if (!word.n) {
		if (p->allowed & 1u << UNIT_NONE)
			return true;
		return fault(p, word, unit_hint(p, word), "expected a unit");
	}
	for (size_t i = 0; i < N_UNITS; i++)
		if (same_words(word, units[i].words))
			return unit_known(p, word, &units[i], ret);
	return fault(p, word, unit_hint(p, word), "expected a unit");
}

static struct str until_and(struct parse *p)
{
	struct str from = str_trim(p->rest), word;
	const char *end = from.p;

	for (struct str rest = p->rest; (word = str_word(&rest)).n && !str_is(word, "and");)
		end = word.p + word.n;
	p->rest.n -= (size_t)(end - p->rest.p);
	p->rest.p = end;
	return (struct str){ from.p, (size_t)(end - from.p) };
}

static bool between(struct parse *p, struct threshold *t)
{
	struct str first_unit, second;
	enum unit u;

	t->op = BETWEEN;
	if (!number(p, &t->a))
		return false;
	first_unit = until_and(p);
	if (!accept(p, "and"))
		return fault(p, first_unit, meant(p, "write it as in \"between 3 and 5\""), "expected \"and\"");
	second = peek(p);
	if (!number(p, &t->b) || !unit(p, str_trim(p->rest), &t->unit))
		return false;
	if (first_unit.n && (!unit(p, first_unit, &u) || u != t->unit))
		return fault(p, first_unit, "give the unit once, at the end", "expected one unit");
	if (t->a > t->b)
		return fault(p, second, "the lower end comes first", "the upper end lies below the lower");
	return true;
}

static const struct op_row *op_find(struct parse *p)
{
	struct str rest = p->rest, first = str_word(&rest), second = str_word(&rest);

	for (size_t i = 0; i < N_OPS; i++)
		if (str_is(first, ops[i].first) && str_is(second, ops[i].second)) {
			p->rest = rest;
			return &ops[i];
		}
	return NULL;
}

/* What the author may have meant, by the first word or the first two. */
static const char *op_hint(struct parse *p, struct str word)
{
	static const char *const known[] = { "at least", "at most",  "more than", "less than",
					     "between",	 "worse by", "better by" };
	struct str rest = p->rest, first = str_word(&rest), second = str_word(&rest);
	struct str two = { first.p, second.n ? (size_t)(second.p + second.n - first.p) : first.n };
	const char *near = str_nearest(two, known, 7);

	if (meant(p, NULL))
		return meant(p, NULL);
	if (!near)
		near = str_nearest(word, known, 7);
	return near ? arena_printf(p->r->arena, "did you mean \"%s\"?", near).p : EXAMPLE;
}

static bool bound(struct parse *p, struct threshold *t)
{
	const struct op_row *op;
	struct str word = peek(p);

	if (accept(p, "between"))
		return between(p, t);
	op = op_find(p);
	if (op) {
		t->op = op->op;
		return number(p, &t->a) && unit(p, str_trim(p->rest), &t->unit);
	}
	if (number_length(word) && t->direction != DIRECTION_NONE)
		return fault(p, word, "write it as in \"worse by at least 3\"", "expected a threshold");
	if (!number_length(word))
		return fault(p, word, op_hint(p, word), "expected a threshold");
	if (!number(p, &t->a))
		return false;
	t->op = BETWEEN;
	t->b = t->a;
	return unit(p, str_trim(p->rest), &t->unit);
}

bool threshold_read(struct reader *r, const struct doc *v, unsigned allowed, struct threshold *ret)
{
	struct parse p = { r, v, v->text, allowed };

	*ret = (struct threshold){ .a = NAN, .b = NAN, .words = v->text };
	if (v->kind != DOC_SCALAR || doc_is_null(v)) {
		reader_error(r, v, "threshold", EXAMPLE, "expected a threshold, found %.*s",
			     STR_ARG(doc_describe(r->arena, v)));
		return false;
	}
	ret->words = arena_dup(r->arena, str_trim(v->text));
	if (accept(&p, "worse"))
		ret->direction = WORSE;
	else if (accept(&p, "better"))
		ret->direction = BETTER;
	if (ret->direction != DIRECTION_NONE && !accept(&p, "by"))
		return fault(&p, peek(&p), "write it as in \"worse by at least 3\"", "expected \"by\"");
	return bound(&p, ret);
}

bool threshold_read_amount(struct reader *r, const struct doc *v, enum unit u, struct limit_range range, double *ret)
{
	struct threshold t;
	const char *example = arena_printf(r->arena, "write it as in \"2 %s\"", unit_word(u)).p;

	if (v->kind == DOC_SCALAR && !number_length(str_trim(v->text))) {
		reader_error(r, v, "threshold", example, "expected a number of %s, found \"%.*s\"", unit_word(u),
			     STR_ARG(v->text));
		return false;
	}
	if (!threshold_read(r, v, 1u << u, &t))
		return false;
	if (t.a < range.min || t.a > range.max || (range.whole && t.a != floor(t.a))) {
		reader_error(r, v, "threshold", NULL, "expected %s from %g to %g %s, found \"%.*s\"",
			     range.whole ? "a whole number" : "a number", range.min, range.max, unit_word(u),
			     STR_ARG(t.words));
		return false;
	}
	*ret = t.a;
	return true;
}

static bool holds(const struct threshold *t, double v)
{
	switch (t->op) {
	case AT_LEAST:
		return v >= t->a - NEAR(t->a);
	case AT_MOST:
		return v <= t->a + NEAR(t->a);
	case MORE_THAN:
		return v > t->a + NEAR(t->a);
	case LESS_THAN:
		return v < t->a - NEAR(t->a);
	case BETWEEN:
		return v >= t->a - NEAR(t->a) && v <= t->b + NEAR(t->b);
	}
	return false;
}

enum truth threshold_test(const struct threshold *t, double value)
{
	if (isnan(value))
		return TRUTH_NO_DATA;
	return holds(t, value) ? TRUTH_TRUE : TRUTH_FALSE;
}

double threshold_distance(const struct threshold *t, double value)
{
	if (isnan(value))
		return NAN;
	if (holds(t, value))
		return 0;
	if (t->op == BETWEEN && value > t->b)
		return value - t->b;
	return fabs(value - t->a);
}

/* Each op holds on one stretch of the line: it suffices to look at the two ends, and at BETWEEN's inside. */
enum truth threshold_outlook(const struct threshold *t, double min, double max)
{
	bool low = holds(t, min), high = holds(t, max);

	if (low && high)
		return TRUTH_TRUE;
	if (low || high || (t->op == BETWEEN && t->a > min && t->b < max))
		return TRUTH_NO_DATA;
	return TRUTH_FALSE;
}

void threshold_check(struct reader *r, const struct doc *v, const struct threshold *t, double min, double max,
		     const char *what)
{
	enum truth outlook = threshold_outlook(t, min, max);

	if (outlook == TRUTH_FALSE)
		reader_error(r, v, "never", what, "\"%.*s\" can never hold", STR_ARG(t->words));
	else if (outlook == TRUTH_TRUE)
		reader_error(r, v, "always", what, "\"%.*s\" always holds", STR_ARG(t->words));
}

const char *unit_word(enum unit u)
{
	for (size_t i = 0; i < N_UNITS; i++)
		if (units[i].unit == u && u != UNIT_NONE)
			return units[i].words;
	return "";
}

#define NUMBER_PATTERN "[-+]?[0-9]+([.][0-9]+)?"

/* All ways to write the unit: " *(sessions|session)"; a blank in a unit stands for some. */
static void unit_pattern(unsigned allowed, struct buf *out)
{
	bool first = true;

	buf_puts(out, STR("( *("));
	for (size_t i = 0; i < N_UNITS; i++) {
		if (!(allowed & 1u << units[i].unit))
			continue;
		buf_printf(out, "%s", first ? "" : "|");
		first = false;
		for (const char *c = units[i].words; *c; c++)
			buf_printf(out, *c == ' ' ? " +" : "%c", *c);
	}
	buf_printf(out, "))%s", allowed & 1u << UNIT_NONE ? "?" : "");
}

void threshold_pattern(unsigned allowed, bool amount, struct buf *out)
{
	struct buf unit_words = { 0 };
	struct str u;

	unit_pattern(allowed, &unit_words);
	u = buf_str(&unit_words);
	buf_puts(out, STR("^("));
	for (size_t i = 0; i < N_OPS && !amount; i++)
		buf_printf(out, "%s%s +%s", i ? "|" : "((worse|better) +by +)?((", ops[i].first, ops[i].second);
	if (!amount)
		buf_printf(out,
			   ") +" NUMBER_PATTERN "%.*s|between +" NUMBER_PATTERN "%.*s? +and +" NUMBER_PATTERN "%.*s)|",
			   STR_ARG(u), STR_ARG(u), STR_ARG(u));
	buf_printf(out, NUMBER_PATTERN "%.*s)$", STR_ARG(u));
	buf_release(&unit_words);
}
