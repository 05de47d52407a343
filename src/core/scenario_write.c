/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/scenario_write.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/scenario_write_parts.h"

/* ---- YAML ---- */

static bool is_word(struct str s)
{
	static const char *const other[] = { "yes", "no", "true", "false", "null", "on", "off", "y", "n" };

	if (!s.n || !((s.p[0] | 0x20) >= 'a' && (s.p[0] | 0x20) <= 'z'))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c | 0x20) >= 'a' && (c | 0x20) <= 'z') && !(c >= '0' && c <= '9') && c != '_' && c != '-' &&
		    c != '.')
			return false;
	}
	for (size_t i = 0; i < sizeof other / sizeof *other; i++)
		if (str_is(s, other[i]))
			return false;
	return true;
}

void put_yaml_str(struct buf *out, struct str s)
{
	if (is_word(s)) {
		buf_puts(out, s);
		return;
	}
	buf_putc(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			buf_putc(out, '\\');
		buf_putc(out, s.p[i]);
	}
	buf_putc(out, '"');
}

void put_yaml_number(struct buf *out, double n)
{
	char text[40];

	for (int digits = 6; digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, n);
		if (strtod(text, NULL) == n)
			break;
	}
	buf_puts(out, str_of(text));
}

void put_yaml_span(struct buf *out, int64_t s)
{
	static const struct {
		const char *name;
		int64_t s;
	} units[] = { { "day", DAY_S }, { "hour", 3600 }, { "minute", 60 } };

	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		if (s % units[i].s)
			continue;
		buf_printf(out, "%lld %s%s", (long long)(s / units[i].s), units[i].name, s == units[i].s ? "" : "s");
		return;
	}
	/* A fraction of a minute: read back it is cut to whole seconds. */
	buf_printf(out, "%.4f minutes", ((double)s + .5) / 60);
}

void scenario_note(struct scenario_writing *w, const char *format, ...)
{
	char text[300];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	for (size_t i = 0; i < w->notes.n; i++)
		if (str_is(w->notes.items[i], text))
			return;
	*VEC_PUSH(w->arena, &w->notes) = arena_dup(w->arena, str_of(text));
}

/* ---- people ---- */

double scenario_age(double age)
{
	static const struct {
		double below, stands;
	} bands[] = { { 6, 4 }, { 13, 9 }, { 16, 14 }, { 18, 16 }, { INFINITY, 40 } };

	for (size_t i = 0; i < sizeof bands / sizeof *bands; i++)
		if (age < bands[i].below)
			return bands[i].stands;
	return age;
}

static int first_role(const struct history *h, size_t who)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->sessions[i].role[who] >= 0)
			return h->sessions[i].role[who];
	return -1;
}

static double first_age(const struct history *h, size_t who)
{
	for (size_t i = 0; i < h->n; i++)
		if (!isnan(h->sessions[i].age[who]))
			return h->sessions[i].age[who];
	return NAN;
}

void scenario_writing_init(struct scenario_writing *w, struct arena *a, const struct history *history,
			   const struct ruleset *rules, int64_t as_of)
{
	size_t n = history->roster->members.n, counts[3] = { 0 };

	*w = (struct scenario_writing){ .arena = a, .history = history, .rules = rules, .as_of = as_of };
	w->names = ARENA_ARRAY(a, struct str, n + 1);
	for (size_t i = 0; i < n; i++) {
		int role = first_role(history, i);
		int kind = role == ROLE_THERAPIST ? 0 : role >= 0 && role_is_member((enum role)role) ? 1 : 2;

		if (role >= 0)
			w->names[i] = arena_printf(a, "%c%zu", "tmo"[kind], ++counts[kind]);
	}
}

static void put_people(const struct scenario_writing *w, struct buf *out)
{
	const char *between = "";

	buf_puts(out, STR("    people: {"));
	for (size_t i = 0; i < w->history->roster->members.n; i++) {
		double age = scenario_age(first_age(w->history, i));

		if (!w->names[i].n)
			continue;
		buf_printf(out, "%s%.*s: ", between, STR_ARG(w->names[i]));
		if (isnan(age))
			buf_puts(out, str_of(role_words.words[first_role(w->history, i)]));
		else
			buf_printf(out, "{role: %s, age: %g}", role_words.words[first_role(w->history, i)], age);
		between = ", ";
	}
	buf_puts(out, STR("}\n"));
}

/* ---- time ---- */

static int64_t interval(const struct history *h, size_t session)
{
	return h->sessions[session].started - h->sessions[session - 1].started;
}

/* The interval that is there most often; a week without any. */
static int64_t usual_interval(const struct history *h)
{
	int64_t usual = 7 * (int64_t)DAY_S;
	size_t most = 0;

	for (size_t i = 1; i < h->n; i++) {
		size_t n = 0;

		for (size_t k = 1; k < h->n; k++)
			n += interval(h, k) == interval(h, i);
		if (n > most && interval(h, i) > 0) {
			most = n;
			usual = interval(h, i);
		}
	}
	return usual;
}

static void put_after_last(struct scenario_writing *w, const char *key, int64_t at, struct buf *out)
{
	int64_t after = at - w->history->sessions[w->history->n - 1].started;

	if (after < 0 || after > SCENARIO_MAX_SPAN_S) {
		scenario_note(w, "`%s`: before the last session, or more than ten years after it", key);
		after = after < 0 ? 0 : SCENARIO_MAX_SPAN_S;
	}
	buf_printf(out, "    %s: ", key);
	put_yaml_span(out, after);
	buf_putc(out, '\n');
}

bool scenario_writing_fits(struct scenario_writing *w)
{
	const struct history *h = w->history;
	size_t turns = 0, people = 0;

	for (size_t i = 0; i < h->n; i++)
		turns += h->sessions[i].transcript ? h->sessions[i].transcript->turns.n : 0;
	for (size_t i = 0; i < h->roster->members.n; i++)
		people += w->names[i].n > 0;
	if (h->n > SCENARIO_MAX_SESSIONS)
		scenario_note(w, "%zu sessions, a test has at most %d", h->n, SCENARIO_MAX_SESSIONS);
	if (turns > SCENARIO_MAX_TURNS)
		scenario_note(w, "%zu turns, a test has at most %d", turns, SCENARIO_MAX_TURNS);
	if (people > SCENARIO_MAX_PEOPLE)
		scenario_note(w, "%zu people, a test has at most %d", people, SCENARIO_MAX_PEOPLE);
	return w->notes.n == 0;
}

void scenario_write_case(struct scenario_writing *w, struct buf *out)
{
	int64_t every = usual_interval(w->history);

	put_people(w, out);
	if (every != 7 * (int64_t)DAY_S) {
		buf_puts(out, STR("    every: "));
		put_yaml_span(out, every);
		buf_putc(out, '\n');
	}
	scenario_write_series(w, out);
	scenario_write_sessions(w, every, out);
	put_after_last(w, "as_of", w->as_of, out);
	if (w->history->closed_at != DATE_NONE)
		put_after_last(w, "closed", w->history->closed_at, out);
}

/* ---- what was found ---- */

static bool same_moment(const struct scenario_event *a, const struct scenario_event *b)
{
	return a->when.session == b->when.session && a->when.days == b->when.days;
}

static void put_event(const struct scenario_writing *w, const struct scenario_event *e, bool severity, struct buf *out)
{
	const char *word = severity ? severity_words.words[e->word] : incident_state_words.words[e->word];

	if (e->subject.member < 0) {
		buf_puts(out, str_of(word));
		return;
	}
	buf_printf(out, "{%s: %s, member: %.*s", severity ? "severity" : "state", word,
		   STR_ARG(w->names[e->subject.member]));
	if (e->subject.other >= 0)
		buf_printf(out, ", other: %.*s", STR_ARG(w->names[e->subject.other]));
	buf_putc(out, '}');
}

/* All that happened at one moment, under it. */
static void put_moment(const struct scenario_writing *w, const scenario_events *all, size_t first, bool severity,
		       struct buf *out)
{
	const struct scenario_event *e = &all->items[first];
	size_t n = 0, put = 0;

	for (size_t i = 0; i < first; i++)
		if (same_moment(&all->items[i], e))
			return; /* it is there already */
	for (size_t i = first; i < all->n; i++)
		n += same_moment(&all->items[i], e);
	buf_puts(out, STR("      "));
	if (e->when.days >= 0)
		buf_printf(out, "%lld days after ", (long long)e->when.days);
	buf_printf(out, "session %zu: %s", e->when.session + 1, n > 1 ? "[" : "");
	for (size_t i = first; i < all->n; i++) {
		if (!same_moment(&all->items[i], e))
			continue;
		buf_puts(out, put++ ? STR(", ") : STR(""));
		put_event(w, &all->items[i], severity, out);
	}
	buf_puts(out, n > 1 ? STR("]\n") : STR("\n"));
}

static void put_events(const struct scenario_writing *w, const scenario_events *all, bool severity, struct buf *out)
{
	buf_printf(out, "    %s:%s", severity ? "expect" : "then", all->n ? "\n" : " {}\n");
	for (size_t i = 0; i < all->n; i++)
		put_moment(w, all, i, severity, out);
}

void scenario_write_found(struct scenario_writing *w, const struct scenario_result *r, struct buf *out)
{
	put_events(w, &r->fired, true, out);
	put_events(w, &r->changed, false, out);
}
