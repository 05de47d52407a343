/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two rule sets over the same past, as text.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/trial_report.h"

#define NAME_WIDTH    28
#define KEY_WIDTH     26 /* of tables as wide as a screen of 80: 26 + 2 * 6 + 42 for the kinds of change */
#define COUNT_WIDTH   6
#define RATE_WIDTH    9
#define RULE_WIDTH    22 /* of the list of changes */
#define WHO_WIDTH     14 /* "ad9eb65c m1+m2" */
#define WHEN_AT	      (9 + RULE_WIDTH + 1 + WHO_WIDTH + 1)
#define SPOKEN_WEEKLY 1 /* alerts a week from which the first sentence counts by the week */

struct comparing {
	const struct backtest *b;
	struct buf *out;
	double weeks;
	bool all;
};

/* Right-aligned. */
static void cell(struct comparing *c, int width, double n, void (*put)(struct buf *out, double n))
{
	struct buf text = { 0 };

	put(&text, n);
	buf_printf(c->out, "%*.*s", width, STR_ARG(buf_str(&text)));
	buf_release(&text);
}

static void put_change(struct buf *out, double n)
{
	if (n > 0)
		buf_putc(out, '+');
	put_rate(out, n);
}

/* ---- the first sentence ---- */

static void say_amount(struct comparing *c, double n, double weeks)
{
	if (weeks > 1)
		put_rate(c->out, n / weeks);
	else
		put_count(c->out, n);
}

static void say_difference(struct comparing *c, double was, double is, double weeks)
{
	const char *time = weeks > 1 ? " a week" : "";
	struct buf more = { 0 };

	(weeks > 1 ? put_rate : put_count)(&more, fabs(is - was) / weeks);
	buf_printf(c->out, "The new rules would have raised %.*s alert%s %s%s: ", STR_ARG(buf_str(&more)),
		   str_is(buf_str(&more), "1") ? "" : "s", is > was ? "more" : "fewer", time);
	buf_release(&more);
	say_amount(c, is, weeks);
	buf_puts(c->out, STR(" instead of "));
	say_amount(c, was, weeks);
}

static void sentence(struct comparing *c)
{
	const uint64_t *changes = c->b->all.changes;
	double was = (double)c->b->sides[0].alerts, is = (double)c->b->sides[1].alerts;
	double weeks = fmax(was, is) / c->weeks >= SPOKEN_WEEKLY ? c->weeks : 1;
	uint64_t n = 0;

	for (size_t i = 0; i < CHANGE_KINDS; i++)
		n += changes[i];
	if (was == 0 && is == 0) {
		buf_puts(c->out, STR("Neither the old rules nor the new would have raised an alert.\n"));
		return;
	}
	if (was != is)
		say_difference(c, was, is, weeks);
	else
		buf_printf(c->out, n ? "The new rules would have raised as many alerts, but not the same: "
				     : "The new rules would have raised the very same alerts: ");
	if (was == is) {
		say_amount(c, is, weeks);
		buf_puts(c->out, weeks > 1 ? STR(" a week") : STR(""));
	}
	if (!n && c->b->sides[0].messages != c->b->sides[1].messages)
		buf_puts(c->out, STR("; what follows of them differs"));
	buf_puts(c->out, STR(".\n"));
}

static void what_past(struct comparing *c)
{
	struct arena a = { 0 };
	const struct backtest *b = c->b;

	put_counted(c->out, (double)b->cases, "case");
	buf_puts(c->out, STR(", "));
	put_counted(c->out, (double)b->sessions, "session");
	if (b->first != DATE_NONE) {
		buf_printf(c->out, " from %.*s to %.*s (", STR_ARG(date_format_day(&a, b->first)),
			   STR_ARG(date_format_day(&a, b->last)));
		put_counted(c->out, round(c->weeks), "week");
		buf_putc(c->out, ')');
	}
	buf_puts(c->out, STR(", as if each had come on its day.\n"));
	arena_release(&a);
}

/* ---- totals ---- */

static void total(struct comparing *c, const char *name, double was, double is, void (*put)(struct buf *out, double n))
{
	buf_printf(c->out, "%-*s", NAME_WIDTH, name);
	cell(c, 10, was, put);
	cell(c, 10, is, put);
	cell(c, 10, is - was, put_change);
	buf_putc(c->out, '\n');
}

static double busiest(const struct backtest_row *r, size_t side)
{
	double most = 0;

	for (size_t i = 0; i < r->weeks.n; i++)
		most = fmax(most, (double)r->weeks.items[i].alerts[side]);
	return most;
}

static void totals(struct comparing *c)
{
	const struct backtest_side *s = c->b->sides;

	buf_printf(c->out, "\n%-*s%10s%10s%10s\n", NAME_WIDTH, "", "OLD", "NEW", "CHANGE");
	total(c, "alerts", (double)s[0].alerts, (double)s[1].alerts, put_count);
	total(c, "  a week", (double)s[0].alerts / c->weeks, (double)s[1].alerts / c->weeks, put_rate);
	total(c, "  in the busiest week", busiest(&c->b->all, 0), busiest(&c->b->all, 1), put_count);
	total(c, "  warnings and above", (double)s[0].grave, (double)s[1].grave, put_count);
	total(c, "messages, with what follows", (double)s[0].messages, (double)s[1].messages, put_count);
	total(c, "  a week", (double)s[0].messages / c->weeks, (double)s[1].messages / c->weeks, put_rate);
}

static void marks_line(struct comparing *c, const char *name, uint64_t k0, uint64_t n0, uint64_t k1, uint64_t n1)
{
	buf_printf(c->out, "%-*s", KEY_WIDTH - 2, name);
	put_share(c->out, k0, n0);
	buf_puts(c->out, STR("  ->  "));
	put_share(c->out, k1, n1);
	buf_printf(c->out, "   of %llu and %llu\n", (unsigned long long)n0, (unsigned long long)n1);
}

static void marks(struct comparing *c)
{
	const struct mark_counts *was = &c->b->sides[0].marks, *is = &c->b->sides[1].marks;

	if (!was->good && !was->bad)
		return;
	buf_puts(c->out, STR("\nBy verdicts and labels, with 95 % intervals\n"));
	marks_line(c, "alerts that were right", was->right, was->right + was->wrong, is->right, is->right + is->wrong);
	marks_line(c, "what was to be caught", was->good_met, was->good, is->good_met, is->good);
}

/* ---- tables ---- */

/* A name that is too long for its column has a line of its own. */
static void put_key(struct comparing *c, struct str name)
{
	buf_printf(c->out, "%-*.*s", KEY_WIDTH, STR_ARG(name));
	if (name.n >= KEY_WIDTH)
		buf_printf(c->out, "\n%*s", KEY_WIDTH, "");
}

static bool is_changed(const struct backtest_row *r)
{
	bool changed = r->alerts[0] != r->alerts[1];

	for (size_t i = 0; i < CHANGE_KINDS; i++)
		changed |= r->changes[i] > 0;
	return changed;
}

static void changes_head(struct comparing *c, const char *head)
{
	buf_printf(c->out, "\n%-*s%*s%*s", KEY_WIDTH, head, COUNT_WIDTH, "OLD", COUNT_WIDTH, "NEW");
	for (size_t i = 0; i < CHANGE_KINDS; i++)
		buf_printf(c->out, " %s", change_words.words[i]);
	buf_putc(c->out, '\n');
}

static void changes_cells(struct comparing *c, const uint64_t *alerts, const uint64_t *changes)
{
	for (size_t i = 0; i < BACKTEST_PAIR; i++)
		cell(c, COUNT_WIDTH, (double)alerts[i], put_count);
	for (size_t i = 0; i < CHANGE_KINDS; i++)
		cell(c, (int)strlen(change_words.words[i]) + 1, (double)changes[i], put_count);
	buf_putc(c->out, '\n');
}

static void rules_table(struct comparing *c)
{
	size_t same = 0;
	double as_before = 0;

	for (size_t i = 0; i < c->b->rules.n; i++) {
		const struct backtest_row *r = &c->b->rules.items[i];

		same += !is_changed(r);
		as_before += is_changed(r) ? 0 : (double)r->alerts[0];
	}
	if (same < c->b->rules.n || (c->all && same))
		changes_head(c, "RULE, ALERTS");
	for (size_t i = 0; i < c->b->rules.n; i++) {
		const struct backtest_row *r = &c->b->rules.items[i];

		if (!is_changed(r) && !c->all)
			continue;
		put_key(c, r->name);
		changes_cells(c, r->alerts, r->changes);
	}
	if (same && !c->all) {
		buf_puts(c->out, same == c->b->rules.n ? STR("\n") : STR(""));
		put_counted(c->out, (double)same, "rule");
		buf_puts(c->out, same == c->b->rules.n ? STR(", as before: ") : STR(" more, as before: "));
		put_counted(c->out, as_before, "alert");
		buf_putc(c->out, '\n');
	}
}

static void supervisors_table(struct comparing *c)
{
	if (c->b->supervisors.n)
		changes_head(c, "SUPERVISOR, ALERTS");
	for (size_t i = 0; i < c->b->supervisors.n; i++) {
		const struct backtest_row *r = &c->b->supervisors.items[i];

		put_key(c, r->name);
		changes_cells(c, r->alerts, r->changes);
	}
}

static void route_line(struct comparing *c, const struct backtest_row *r)
{
	struct arena a = { 0 };

	put_key(c, r->sink.n ? arena_printf(&a, "%.*s > %.*s", STR_ARG(r->name), STR_ARG(r->sink)) : r->name);
	for (size_t k = 0; k < BACKTEST_PAIR; k++)
		cell(c, COUNT_WIDTH, (double)r->messages[k], put_count);
	for (size_t k = 0; k < BACKTEST_PAIR; k++)
		cell(c, RATE_WIDTH, (double)r->messages[k] / c->weeks, put_rate);
	cell(c, RATE_WIDTH, (double)r->groups[1], put_count);
	cell(c, RATE_WIDTH, (double)r->digests[1], put_count);
	buf_putc(c->out, '\n');
	if (r->budget)
		buf_printf(c->out, "  budget %lld a week: it keeps %llu for a digest, before %llu\n",
			   (long long)r->budget, (unsigned long long)r->by_budget[1],
			   (unsigned long long)r->by_budget[0]);
	arena_release(&a);
}

static void routes_table(struct comparing *c)
{
	if (!c->b->routes.n)
		return;
	buf_printf(c->out, "\n%-*s%*s%*s%*s%*s%*s%*s\n", KEY_WIDTH, "ROUTE > SINK, MESSAGES", COUNT_WIDTH, "OLD",
		   COUNT_WIDTH, "NEW", RATE_WIDTH, "OLD/WEEK", RATE_WIDTH, "NEW/WEEK", RATE_WIDTH, "GROUPS", RATE_WIDTH,
		   "DIGESTS");
	for (size_t i = 0; i < c->b->routes.n; i++)
		route_line(c, &c->b->routes.items[i]);
	buf_puts(c->out, STR("As they would leave, in groups and digests and within budgets; without reminders and\n"
			     "escalations, and as if nothing had been silenced.  Groups and digests: of the new.\n"));
}

static void weeks_table(struct comparing *c)
{
	const struct backtest_row *r = &c->b->all;
	size_t n = r->weeks.n, from = c->all || n <= REPORT_WEEKS ? 0 : n - REPORT_WEEKS;
	struct arena a = { 0 };

	if (!n)
		return;
	changes_head(c, "WEEK FROM, ALERTS");
	for (size_t i = from; i < n; i++) {
		const struct backtest_week *w = &r->weeks.items[i];

		put_key(c, date_format_day(&a, backtest_week_begins(w->week)));
		changes_cells(c, w->alerts, w->changes);
	}
	if (from)
		buf_printf(c->out, "the last %d of %zu weeks with alerts; --all shows all\n", REPORT_WEEKS, n);
	arena_release(&a);
}

/* ---- the changed alerts ---- */

static void put_when(struct comparing *c, int64_t at, size_t ordinal, enum severity severity)
{
	struct arena a = { 0 };

	buf_printf(c->out, "session %zu, %.*s, %s", ordinal, STR_ARG(date_format_day(&a, at)),
		   severity_words.words[severity]);
	arena_release(&a);
}

static void change_line(struct comparing *c, const struct backtest_change *change)
{
	struct buf who = { 0 };

	buf_printf(&who, "%.*s%s%.*s%s%.*s", STR_ARG(change->case_name), change->member.n ? " " : "",
		   STR_ARG(change->member), change->other.n ? "+" : "", STR_ARG(change->other));
	buf_printf(c->out, "%-8s %-*.*s %-*.*s ", change_words.words[change->kind], RULE_WIDTH, STR_ARG(change->rule),
		   WHO_WIDTH, STR_ARG(buf_str(&who)));
	if (change->rule.n > RULE_WIDTH || who.n > WHO_WIDTH)
		buf_printf(c->out, "\n%*s", WHEN_AT, "");
	if (change->was.at != DATE_NONE)
		put_when(c, change->was.at, change->was.ordinal, change->was.severity);
	if (change->was.at != DATE_NONE && change->is.at != DATE_NONE)
		buf_printf(c->out, "\n%*s-> ", WHEN_AT - 3, "");
	if (change->is.at != DATE_NONE)
		put_when(c, change->is.at, change->is.ordinal, change->is.severity);
	buf_putc(c->out, '\n');
	buf_release(&who);
}

static void changes_list(struct comparing *c)
{
	uint64_t n = 0;

	for (size_t i = 0; i < CHANGE_KINDS; i++)
		n += c->b->all.changes[i];
	if (!n)
		return;
	buf_puts(c->out, STR("\nWHAT CHANGES"));
	if (c->b->changes.n < n)
		buf_printf(c->out, ": the first %zu of %llu; --all shows all", c->b->changes.n, (unsigned long long)n);
	buf_putc(c->out, '\n');
	for (size_t i = 0; i < c->b->changes.n; i++)
		change_line(c, &c->b->changes.items[i]);
}

static void put_names(struct buf *out, const struct strs *names)
{
	for (size_t i = 0; i < names->n; i++)
		buf_printf(out, "  %.*s\n", STR_ARG(names->items[i]));
}

static void unheard(struct comparing *c)
{
	const struct strs *changed = &c->b->unheard, *added = &c->b->unlooked;

	if (changed->n || added->n)
		buf_puts(c->out,
			 STR("\nNOT TRIED: the store holds no text to look for other phrases in; with --records "
			     "DIR they are.\n"));
	if (changed->n)
		buf_puts(c->out, STR("Changed, so that what hears them is taken as unknown, in OLD and in NEW:\n"));
	put_names(c->out, changed);
	if (added->n)
		buf_puts(c->out, STR("New, so that what hears them is unknown:\n"));
	put_names(c->out, added);
}

void comparison_text(const struct backtest *b, bool all, struct buf *out)
{
	struct comparing c = { b, out, backtest_weeks(b), all };

	sentence(&c);
	what_past(&c);
	unheard(&c);
	totals(&c);
	marks(&c);
	rules_table(&c);
	routes_table(&c);
	supervisors_table(&c);
	weeks_table(&c);
	changes_list(&c);
}
