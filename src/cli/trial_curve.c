/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The curve of a threshold, as a table.
 */
#include "cli/trial_report.h"

#define BAR_WIDTH 24

static bool has_marks(const struct curve *c)
{
	for (size_t i = 0; i < c->sweep->values.n; i++)
		if (c->sides[i] && (c->sides[i]->marks.good || c->sides[i]->marks.bad))
			return true;
	return false;
}

static uint64_t most_alerts(const struct curve *c)
{
	uint64_t most = 1;

	for (size_t i = 0; i < c->sweep->values.n; i++)
		if (c->sides[i] && c->sides[i]->alerts > most)
			most = c->sides[i]->alerts;
	return most;
}

static void cell(struct buf *out, int width, double n, void (*put)(struct buf *out, double n))
{
	struct buf text = { 0 };

	put(&text, n);
	buf_printf(out, "%*.*s", width, STR_ARG(buf_str(&text)));
	buf_release(&text);
}

static void share_cell(struct buf *out, int width, uint64_t k, uint64_t n)
{
	struct buf text = { 0 };

	put_share_short(&text, k, n);
	buf_printf(out, "  %-*.*s", width, STR_ARG(buf_str(&text)));
	buf_release(&text);
}

static void value_line(const struct curve *c, size_t i, bool marks, struct buf *out)
{
	const struct backtest_side *s = c->sides[i];
	struct arena a = { 0 };

	buf_printf(out, "%c %-24.*s", i == c->sweep->present ? '>' : ' ',
		   STR_ARG(knob_words(&a, &c->sweep->knob, c->sweep->values.items[i])));
	arena_release(&a);
	if (!s) {
		buf_puts(out, STR("  does not suit the rule\n"));
		return;
	}
	cell(out, 7, (double)s->alerts, put_count);
	cell(out, 7, (double)s->alerts / backtest_weeks(c->found), put_rate);
	cell(out, 8, c->found->sessions ? 100 * (double)s->true_sessions / (double)c->found->sessions : 0, put_rate);
	if (marks) {
		share_cell(out, 14, s->marks.right, s->marks.right + s->marks.wrong);
		share_cell(out, 1, s->marks.good_met, s->marks.good);
	} else {
		buf_printf(out, "  %.*s", (int)(s->alerts * BAR_WIDTH / most_alerts(c)), "########################");
	}
	buf_putc(out, '\n');
}

static void sentence(const struct curve *c, struct buf *out)
{
	const struct knob *k = &c->sweep->knob;
	const struct backtest_side *now = c->sides[c->sweep->present];
	struct arena a = { 0 };

	buf_printf(out, "%.*s, %.*s.%.*s: now \"%.*s\", ", STR_ARG(k->rule), STR_ARG(k->signal), STR_ARG(k->key),
		   STR_ARG(k->words));
	put_rate(out, now ? (double)now->alerts / backtest_weeks(c->found) : 0);
	buf_puts(out, STR(" alerts of this rule a week.\n"));
	put_counted(out, (double)c->found->cases, "case");
	buf_puts(out, STR(", "));
	put_counted(out, (double)c->found->sessions, "session");
	if (c->found->first != DATE_NONE)
		buf_printf(out, " from %.*s to %.*s", STR_ARG(date_format_day(&a, c->found->first)),
			   STR_ARG(date_format_day(&a, c->found->last)));
	buf_puts(out, STR(", as if each had come on its day.\n\n"));
	arena_release(&a);
}

void curve_text(const struct curve *c, struct buf *out)
{
	bool marks = has_marks(c);

	sentence(c, out);
	buf_printf(out, "  %-24s%7s%7s%8s%s\n", "THRESHOLD", "ALERTS", "A WEEK", "TRUE %",
		   marks ? "  RIGHT           CAUGHT" : "");
	for (size_t i = 0; i < c->sweep->values.n; i++)
		value_line(c, i, marks, out);
	buf_puts(out,
		 STR("> the present value.  TRUE %: in how many of 100 sessions the rule is true, told or not.\n"));
	if (marks)
		buf_puts(out, STR("RIGHT, CAUGHT: by verdicts and labels, with 95 % intervals.\n"));
}
