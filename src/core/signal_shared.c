/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keys that every kind of signal shares, and how their values are read.
 */
#include "core/shape.h"
#include "core/signal_internal.h"

#define MAX_NEEDS  1000
#define MAX_WINDOW 1000

static const char *const baseline_list[] = { "own mean", "own median", "control chart", NULL };
static const struct words baseline_words = { baseline_list };

bool quantity_parse(struct str text, double *ret, struct str *ret_unit)
{
	struct str rest = text, number = str_word(&rest);

	*ret_unit = str_trim(rest);
	return str_number(number, ret);
}

void read_who(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	const struct compile *c = r->context;
	struct field words = *f;
	size_t errors = r->diags->errors;
	int *who = into;

	words.detail = &who_words;
	read_word(r, v, into, &words);
	if (errors != r->diags->errors || !c)
		return;
	if (*who == WHO_OTHER && c->per != PER_PAIR)
		reader_error(r, v, "who", "write \"per: pair\" in the rule", "only a rule per pair has an \"other\"");
	if (*who == WHO_MEMBER && c->per == PER_CASE)
		reader_error(r, v, "who", "\"any member\" stands for each of them",
			     "a rule per case has no \"member\" of its own");
}

void read_threshold(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	threshold_read(r, v, *(const unsigned *)f->detail, into);
}

bool read_key(struct reader *r, const struct doc *map, const char *key,
	      void (*read)(struct reader *r, const struct doc *v, void *into, const struct field *f), void *into,
	      const void *detail)
{
	const struct doc *v = doc_get(map, key);
	struct path path = { .outer = r->path, .key = key };
	struct field field = { .name = key, .read = read, .detail = detail };

	if (!v)
		return false;
	r->path = &path;
	read(r, v, into, &field);
	r->path = path.outer;
	return true;
}

static void read_versus(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct field baseline = *f;
	int which = -1;

	baseline.detail = &baseline_words;
	read_word(r, v, &which, &baseline);
	*(int *)into = which + 1; /* the first word is BASELINE_OWN_MEAN */
}

/* "3 sessions" or "3". */
static void read_needs(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct str unit;
	double n;

	(void)f;
	if (v->kind != DOC_SCALAR || !quantity_parse(v->text, &n, &unit) || n < 1 || n > MAX_NEEDS || n != floor(n) ||
	    (unit.n && !str_is(unit, "sessions") && !str_is(unit, "session")))
		reader_error(r, v, "needs", "write \"3 sessions\"", "expected a number of sessions");
	else
		*(int *)into = (int)n;
}

/* "2 of last 3 sessions". */
static bool in_parse(struct str text, int *ret_n, int *ret_m)
{
	struct str rest = text, unit;
	double n, m;

	if (!str_number(str_word(&rest), &n) || !str_is(str_word(&rest), "of"))
		return false;
	rest = str_trim(rest);
	if (str_starts(rest, "the "))
		str_word(&rest);
	if (!str_is(str_word(&rest), "last") || !quantity_parse(rest, &m, &unit))
		return false;
	if (unit.n && !str_is(unit, "sessions") && !str_is(unit, "session"))
		return false;
	if (n != floor(n) || m != floor(m) || n < 1 || m > MAX_WINDOW || n > m)
		return false;
	*ret_n = (int)n;
	*ret_m = (int)m;
	return true;
}

/* The next number in the text; false when there is none. */
static bool next_number(struct str *rest, double *ret)
{
	size_t n = 0;

	while (rest->n && !(rest->p[0] >= '0' && rest->p[0] <= '9'))
		*rest = (struct str){ rest->p + 1, rest->n - 1 };
	while (n < rest->n && rest->p[n] >= '0' && rest->p[n] <= '9')
		n++;
	if (!str_number((struct str){ rest->p, n }, ret))
		return false;
	*rest = (struct str){ rest->p + n, rest->n - n };
	return true;
}

/* "2 of 3 sessions", "2/3": what was meant. */
static const char *in_hint(struct reader *r, struct str text)
{
	struct str rest = text, unit;
	double n, m;

	if (quantity_parse(text, &n, &unit) && (str_is(unit, "sessions") || str_is(unit, "days")))
		return "a stretch of time stands under `within`; here write \"2 of last 3 sessions\"";
	if (!next_number(&rest, &n) || !next_number(&rest, &m))
		return "write \"2 of last 3 sessions\"";
	if (n < 1 || m > MAX_WINDOW)
		return "at least 1 of at most 1000 sessions";
	if (n > m)
		return arena_printf(r->arena, "%g of %g sessions can never be", n, m).p;
	return arena_printf(r->arena, "write \"%g of last %g sessions\"", n, m).p;
}

static void read_in(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct signal *s = into;

	(void)f;
	if (v->kind != DOC_SCALAR)
		reader_error(r, v, "in", "write \"2 of last 3 sessions\"", "expected how many of the last sessions");
	else if (!in_parse(v->text, &s->in_n, &s->in_m))
		reader_error(r, v, "in", in_hint(r, v->text), "expected how many of the last sessions, found \"%.*s\"",
			     STR_ARG(v->text));
}

static bool unit_is(struct str unit, const char *one, const char *many)
{
	return str_is(unit, one) || str_is(unit, many);
}

#define WITHIN_HINT "write \"2 sessions\", \"30 days\", \"10 minutes\" or \"60 turns\""

static const char *within_hint(struct str text)
{
	double n;
	struct str unit;

	if (quantity_parse(text, &n, &unit))
		return "a window of nothing holds nothing";
	return WITHIN_HINT;
}

static const char *window_hint(struct reader *r, double n, struct str unit)
{
	int in_n, in_m;

	if (in_parse(arena_printf(r->arena, "%g %.*s", n, STR_ARG(unit)), &in_n, &in_m))
		return "that is written `in: 2 of last 3 sessions`";
	if (!unit.n)
		return arena_printf(r->arena, "write \"%g sessions\" or \"%g days\"", n, n).p;
	if (unit_is(unit, "month", "months"))
		return arena_printf(r->arena, "write \"%g days\"", n * 30).p;
	return n != floor(n) ? "whole sessions and turns" : "sessions, days, weeks, minutes and turns are known";
}

static void read_within_one(struct reader *r, const struct doc *v, struct signal *s)
{
	struct str unit;
	double n;

	if (v->kind != DOC_SCALAR || !quantity_parse(v->text, &n, &unit) || !(n > 0)) {
		reader_error(r, v, "within", v->kind == DOC_SCALAR ? within_hint(v->text) : WITHIN_HINT,
			     "expected the length of a window");
		return;
	}
	if (unit_is(unit, "session", "sessions") && n == floor(n) && n <= MAX_WINDOW)
		s->within_sessions = (int)n;
	else if (unit_is(unit, "day", "days"))
		s->within_days = n;
	else if (unit_is(unit, "week", "weeks"))
		s->within_days = n * 7;
	else if (unit_is(unit, "minute", "minutes"))
		s->within_minutes = n * 60;
	else if (unit_is(unit, "turn", "turns") && n == floor(n) && n < 1e6)
		s->within_turns = (int)n;
	else
		reader_error(r, v, "within", window_hint(r, n, unit), "\"%.*s\" is no length of a window",
			     STR_ARG(v->text));
}

static void read_within(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	(void)f;
	if (v->kind != DOC_LIST) {
		read_within_one(r, v, into);
		return;
	}
	for (size_t i = 0; i < v->n; i++)
		read_within_one(r, v->items[i], into);
}

static void read_missing(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct signal *s = into;
	bool yes;

	(void)f;
	if (doc_flag(v, &yes))
		s->missing = truth_of(yes);
	else
		reader_error(r, v, "missing", NULL, "expected yes or no: what unknown counts as here");
}

static const struct shape baseline_shape = { SHAPE_WORD, &baseline_words };
static const unsigned needs_units = UNIT_BIT(UNIT_NONE) | UNIT_BIT(UNIT_SESSIONS);
static const struct shape needs_shape = { SHAPE_AMOUNT, &needs_units };
static const struct shape in_shape = { SHAPE_PATTERN, "^[0-9]+ +of +(the +)?last +[0-9]+( +sessions?)?$" };
static const struct shape one_window = { SHAPE_PATTERN, "^[0-9]+([.][0-9]+)? +(session|day|week|minute|turn)s?$" };
static const struct shape window_shape = { SHAPE_SOME, &one_window };
static const unsigned out_of_units = UNIT_BIT(UNIT_NONE) | UNIT_BIT(UNIT_TURNS);
static const struct limit_range floor_range = { .min = 0, .max = 1e6 };

/* Of every kind.  Where two numbers belong together the whole signal is handed over (offset 0). */
static const struct field shared[] = {
	{ "versus", "compare with what is usual for this person, over all their earlier sessions", read_versus,
	  offsetof(struct signal, versus), false, NULL, "own mean, own median, control chart", &baseline_shape },
	{ "of", "whose number is looked at, where it is not the subject's", read_who, offsetof(struct signal, of),
	  false, NULL, "member, other, therapist, anyone, any member, every member", &shape_who },
	{ "minus", "whose number is taken away from it", read_who, offsetof(struct signal, minus), false, NULL,
	  "as `of`", &shape_who },
	{ "needs", "how many earlier sessions a baseline needs: 3, a control chart 5", read_needs,
	  offsetof(struct signal, needs), false, NULL, "3 sessions", &needs_shape },
	{ "in", "in how many of the last sessions that the subject attended", read_in, 0, false, NULL,
	  "2 of last 3 sessions", &in_shape },
	{ "within", "a window that ends with this session, or, for `turns`, a stretch inside the session", read_within,
	  0, false, NULL, "2 sessions; 30 days; [10 minutes, 60 turns]", &window_shape },
	{ "out_of", "the least size of what a share is taken of; below it nothing is known", read_threshold,
	  offsetof(struct signal, out_of), false, &out_of_units, "a threshold: at least 10", &shape_threshold },
	{ "missing", "what unknown counts as here", read_missing, 0, false, NULL, "yes, no", &shape_flag },
	{ "floor", "control chart: the least distance of the limit from the mean, in points", read_double,
	  offsetof(struct signal, floor), false, &floor_range },
	{ NULL },
};

const struct field *signal_shared_fields(void)
{
	return shared;
}
