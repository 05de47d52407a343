/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/scenario_write_parts.h"

/* A value a session: what it is of. */
struct column {
	int who;
	struct str of, item; /* of a score; item absent: the total */
};
typedef VEC(struct column) columns;

/* Of its kind the last of that person (and questionnaire) in the session: a list holds one, and stands behind what the
 * session has of its own. */
static const struct score *last_score(const struct session *s, int who, struct str of)
{
	const struct score *ret = NULL;

	for (size_t i = 0; i < s->n_parts; i++) {
		const struct part *p = &s->parts[i];

		for (size_t k = 0; k < p->s->scores.n; k++) {
			const struct score *row = &p->s->scores.items[k];

			if (row->about < 0 && scenario_who(p, row->by) == who && str_eq(row->of, of))
				ret = row;
		}
	}
	return ret;
}

static const struct homework *last_homework(const struct session *s, int who)
{
	const struct homework *ret = NULL;

	for (size_t i = 0; i < s->n_parts; i++)
		for (size_t k = 0; k < s->parts[i].s->homework.n; k++)
			if (scenario_who(&s->parts[i], s->parts[i].s->homework.items[k].who) == who)
				ret = &s->parts[i].s->homework.items[k];
	return ret;
}

static const struct report *last_report(const struct session *s, int who)
{
	const struct report *ret = NULL;

	for (size_t i = 0; i < s->n_parts; i++)
		for (size_t k = 0; k < s->parts[i].s->reports.n; k++)
			if (scenario_who(&s->parts[i], s->parts[i].s->reports.items[k].by) == who)
				ret = &s->parts[i].s->reports.items[k];
	return ret;
}

/* The last that was said of them, as the history has it. */
static const struct attendance *attendance_of(const struct session *s, int who)
{
	const struct attendance *ret = NULL;

	for (size_t i = 0; i < s->n_parts; i++)
		for (size_t k = 0; k < s->parts[i].s->attendance.n; k++)
			if (scenario_who(&s->parts[i], s->parts[i].s->attendance.items[k].who) == who)
				ret = &s->parts[i].s->attendance.items[k];
	return ret;
}

static bool is_plain(const struct scenario_writing *w, const struct score *row)
{
	if (!instruments_find(&w->rules->instruments, row->of))
		return false;
	for (size_t i = 0; i < row->n_items; i++)
		if (isnan(row->items[i].value) || memchr(row->items[i].name.p, '.', row->items[i].name.n))
			return false;
	return true;
}

bool scenario_in_series(const struct scenario_writing *w, const struct session *s, const struct part *p, size_t kind,
			const void *row)
{
	const struct score *score = row;
	const struct homework *homework = row;
	const struct report *report = row;

	if (kind == SERIES_SCORES)
		return is_plain(w, score) && last_score(s, scenario_who(p, score->by), score->of) == score;
	if (kind == SERIES_HOMEWORK)
		return !isnan(homework->rating) && last_homework(s, scenario_who(p, homework->who)) == homework;
	return report->rupture >= 0 && last_report(s, scenario_who(p, report->by)) == report;
}

/* ---- scores ---- */

static void add_column(struct arena *a, columns *all, struct column c)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->items[i].who == c.who && str_eq(all->items[i].of, c.of) && str_eq(all->items[i].item, c.item))
			return;
	*VEC_PUSH(a, all) = c;
}

static void add_columns_of(const struct scenario_writing *w, const struct session *s, const struct part *p,
			   columns *all)
{
	for (size_t i = 0; i < p->s->scores.n; i++) {
		const struct score *row = &p->s->scores.items[i];
		int who = scenario_who(p, row->by);

		if (!scenario_in_series(w, s, p, SERIES_SCORES, row))
			continue;
		if (!isnan(row->total))
			add_column(w->arena, all, (struct column){ who, row->of, { NULL, 0 } });
		for (size_t k = 0; k < row->n_items; k++)
			add_column(w->arena, all, (struct column){ who, row->of, row->items[k].name });
	}
}

static void put_score(const struct scenario_writing *w, const struct session *s, const struct column *c,
		      struct buf *out)
{
	const struct score *row = last_score(s, c->who, c->of);
	double value = NAN;

	if (row && is_plain(w, row) && !c->item.p)
		value = row->total;
	for (size_t i = 0; row && is_plain(w, row) && c->item.p && i < row->n_items; i++)
		if (str_eq(row->items[i].name, c->item))
			value = row->items[i].value;
	if (isnan(value))
		buf_puts(out, STR("null"));
	else
		put_yaml_number(out, value);
}

static void put_score_column(const struct scenario_writing *w, const struct column *c, struct buf *out)
{
	struct str key = c->of;

	if (c->item.p)
		key = arena_printf(w->arena, "%.*s.%.*s", STR_ARG(c->of), STR_ARG(c->item));
	buf_puts(out, STR("        "));
	put_yaml_str(out, key);
	for (size_t i = 0; i < w->history->n; i++) {
		buf_puts(out, i ? STR(", ") : STR(": ["));
		put_score(w, &w->history->sessions[i], c, out);
	}
	buf_puts(out, STR("]\n"));
}

static void put_scores(const struct scenario_writing *w, struct buf *out)
{
	columns all = { 0 };
	int last;

	for (size_t i = 0; i < w->history->n; i++)
		for (size_t k = 0; k < w->history->sessions[i].n_parts; k++)
			add_columns_of(w, &w->history->sessions[i], &w->history->sessions[i].parts[k], &all);
	if (all.n)
		buf_puts(out, STR("    scores:\n"));
	for (size_t who = 0; who < w->history->roster->members.n; who++) {
		last = -1;
		for (size_t i = 0; i < all.n; i++) {
			if (all.items[i].who != (int)who)
				continue;
			if (last < 0)
				buf_printf(out, "      %.*s:\n", STR_ARG(w->names[who]));
			put_score_column(w, &all.items[i], out);
			last = (int)who;
		}
	}
}

/* ---- the rest ---- */

typedef bool (*put_value)(const struct session *s, int who, struct buf *out);

static bool put_homework(const struct session *s, int who, struct buf *out)
{
	const struct homework *row = last_homework(s, who);

	if (!row || isnan(row->rating))
		return false;
	put_yaml_number(out, row->rating);
	return true;
}

static bool put_report(const struct session *s, int who, struct buf *out)
{
	const struct report *row = last_report(s, who);

	if (!row || row->rupture < 0)
		return false;
	buf_puts(out, row->rupture ? STR("yes") : STR("no"));
	return true;
}

static bool put_attendance(const struct session *s, int who, struct buf *out)
{
	static const char *const by[] = { NULL, "client", "provider", "other" };
	const struct attendance *row = attendance_of(s, who);
	bool more;

	if (!row)
		return false;
	more = row->by != BY_UNSAID || !isnan(row->minutes) || !isnan(row->notice_hours);
	buf_printf(out, "%s%s", more ? "{status: " : "", attendance_words.words[row->status]);
	if (row->by != BY_UNSAID)
		buf_printf(out, ", by: %s", by[row->by]);
	if (!isnan(row->minutes)) {
		buf_puts(out, STR(", minutes: "));
		put_yaml_number(out, row->minutes);
	}
	if (!isnan(row->notice_hours)) {
		buf_puts(out, STR(", notice_hours: "));
		put_yaml_number(out, row->notice_hours);
	}
	buf_puts(out, more ? STR("}") : STR(""));
	return true;
}

/* always: also of whom nothing is known in any session, for nothing said would mean that they came. */
static void put_lists(const struct scenario_writing *w, const char *key, put_value put, bool always, struct buf *out)
{
	bool any = false;

	for (size_t who = 0; who < w->history->roster->members.n; who++) {
		struct buf line = { 0 };
		bool said = always;

		for (size_t i = 0; w->names[who].n && i < w->history->n; i++) {
			buf_puts(&line, i ? STR(", ") : STR("["));
			if (put(&w->history->sessions[i], (int)who, &line))
				said = true;
			else
				buf_puts(&line, STR("null"));
		}
		if (said && line.n)
			buf_printf(out, "%s%s%s      %.*s: %s]\n", any ? "" : "    ", any ? "" : key, any ? "" : ":\n",
				   STR_ARG(w->names[who]), line.p);
		any |= said && line.n;
		buf_release(&line);
	}
}

void scenario_write_series(struct scenario_writing *w, struct buf *out)
{
	put_scores(w, out);
	put_lists(w, "homework", put_homework, false, out);
	put_lists(w, "attendance", put_attendance, true, out);
	put_lists(w, "reports", put_report, false, out);
}
