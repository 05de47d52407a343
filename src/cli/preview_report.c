/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <time.h>

#include "cli/lint.h"
#include "cli/preview_round.h"
#include "cli/trial_report.h"

#define LABEL		10
#define NAME		24
#define WIDTH		80
#define RULES_MAX_SHOWN 8

/* ---- a round in numbers ---- */

static struct str test_name(struct arena *a, const struct testing *t, const struct testing_case *c)
{
	return arena_printf(a, "%.*s: %.*s", STR_ARG(t->rules->rules[c->rule].id), STR_ARG(c->name));
}

static void list_failing(const struct preview_round *r, struct arena *a, struct strs *ret)
{
	for (size_t i = 0; i < r->tests.cases.n; i++)
		if (!r->tests.cases.items[i].passed)
			*VEC_PUSH(a, ret) = test_name(a, &r->tests, &r->tests.cases.items[i]);
}

/* What this round could not find out stays as it was known last: a slip in between loses nothing. */
void preview_sum_up(const struct preview_round *r, struct preview_sum *ret)
{
	struct preview_sum old = *ret;

	ret->arena = (struct arena){ 0 };
	ret->failing = (struct strs){ 0 };
	ret->at = r->at;
	if (!r->trouble.n) {
		ret->errors = r->faults.errors;
		ret->warnings = r->faults.warnings;
	}
	for (size_t i = 0; !r->tested && i < old.failing.n; i++)
		*VEC_PUSH(&ret->arena, &ret->failing) = arena_dup(&ret->arena, old.failing.items[i]);
	if (r->tested) {
		ret->tested = true;
		ret->failed = r->tests.failed;
		list_failing(r, &ret->arena, &ret->failing);
	}
	if (r->tried) {
		ret->tried = true;
		ret->alerts = r->backtest.sides[1].alerts;
	}
	arena_release(&old.arena);
}

/* ---- for people ---- */

/* As local clocks show it. */
static void put_clock(int64_t at, struct buf *out)
{
	time_t t = (time_t)at;
	struct tm tm;

	localtime_r(&t, &tm);
	buf_printf(out, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void put_head(const struct preview_round *r, struct buf *out)
{
	buf_puts(out, STR("== "));
	put_clock(r->at, out);
	for (size_t i = 0; i < r->paths->n; i++)
		buf_printf(out, "%s%.*s", i ? ", " : "  ", STR_ARG(r->paths->items[i]));
	if (r->lay.replaced)
		buf_printf(out, ", in the place of %zu file%s in force", r->lay.replaced,
			   r->lay.replaced == 1 ? "" : "s");
	buf_putc(out, '\n');
}

static const char *file_name(struct str file)
{
	const char *slash = strrchr(file.p, '/');

	return slash ? slash + 1 : file.p;
}

static void change_of_count(struct buf *out, size_t was, size_t is, const char *what)
{
	size_t by = is > was ? is - was : was - is;

	if (by)
		buf_printf(out, "; %zu %s%s %s", by, what, by == 1 ? "" : "s", is > was ? "more" : "fewer");
}

static void put_signed(struct buf *out, double n, void (*put)(struct buf *out, double n))
{
	if (n > 0)
		buf_putc(out, '+');
	put(out, n);
}

static void change_of_alerts(const struct preview_round *r, const struct preview_sum *last, struct buf *out)
{
	double by = (double)r->backtest.sides[1].alerts - (double)last->alerts;

	buf_puts(out, STR("; "));
	if (by == 0) {
		buf_puts(out, STR("as many alerts"));
		return;
	}
	put_signed(out, by, put_count);
	buf_printf(out, " alert%s (", fabs(by) == 1 ? "" : "s");
	put_signed(out, by / backtest_weeks(&r->backtest), put_rate);
	buf_puts(out, STR(" a week)"));
}

static bool is_among(const struct strs *list, struct str s)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_eq(list->items[i], s))
			return true;
	return false;
}

static void change_of_tests(const struct preview_round *r, const struct preview_sum *last, struct buf *out)
{
	struct arena a = { 0 };
	struct strs now = { 0 };

	list_failing(r, &a, &now);
	for (size_t i = 0; i < now.n; i++)
		if (!is_among(&last->failing, now.items[i]))
			buf_printf(out, "; fails now: %.*s", STR_ARG(now.items[i]));
	for (size_t i = 0; i < last->failing.n; i++)
		if (!is_among(&now, last->failing.items[i]))
			buf_printf(out, "; fails no more: %.*s", STR_ARG(last->failing.items[i]));
	arena_release(&a);
}

static void put_since(const struct preview_round *r, const struct preview_sum *last, struct buf *out)
{
	struct buf what = { 0 };

	if (!last->at || r->trouble.n)
		return;
	change_of_count(&what, last->errors, r->faults.errors, "error");
	change_of_count(&what, last->warnings, r->faults.warnings, "warning");
	if (r->tested && last->tested)
		change_of_tests(r, last, &what);
	if (r->tried && last->tried)
		change_of_alerts(r, last, &what);
	buf_printf(out, "%-*s", LABEL, "Since");
	put_clock(last->at, out);
	for (size_t i = 0; i < r->changed->n; i++)
		buf_printf(out, "%s%s", i ? ", " : " (", file_name(r->changed->items[i]));
	buf_printf(out, "%s: %s\n", r->changed->n ? ")" : "", what.n ? what.p + 2 : "nothing else than before");
	buf_release(&what);
}

static void put_lint(const struct preview_round *r, struct buf *out)
{
	buf_printf(out, "%-*s", LABEL, "Lint");
	if (r->trouble.n) {
		buf_printf(out, "%.*s\n", STR_ARG(r->trouble));
		return;
	}
	buf_printf(out, "%zu file%s", r->lay.sources.n, r->lay.sources.n == 1 ? "" : "s");
	if (r->rules)
		buf_printf(out, ", %zu rule%s", r->rules->n, r->rules->n == 1 ? "" : "s");
	buf_printf(out, ": %zu error%s, %zu warning%s\n", r->faults.errors, r->faults.errors == 1 ? "" : "s",
		   r->faults.warnings, r->faults.warnings == 1 ? "" : "s");
	buf_puts(out, buf_str(&r->text));
}

static void put_tests(const struct preview_round *r, struct buf *out)
{
	const struct testing *t = &r->tests;
	size_t fired, all;

	if (!r->tested)
		return;
	if (!t->cases.n && !t->not_run) {
		buf_printf(out, "%-*snone stand here\n", LABEL, "Tests");
		return;
	}
	testing_count_fired(t, &fired, &all);
	buf_printf(out, "%-*s%zu passed, %zu failed; %zu of %zu rules fire in a test\n", LABEL, "Tests", t->passed,
		   t->failed, fired, all);
	if (t->not_run)
		buf_printf(out, "%*s%zu more were not run, there was no time: `rupturectl test` runs all\n", LABEL, "",
			   t->not_run);
	for (size_t i = 0; i < t->cases.n; i++)
		if (!t->cases.items[i].passed)
			buf_puts(out, t->cases.items[i].message);
}

static void put_past(const struct backtest *b, struct str against, struct buf *out)
{
	put_counted(out, (double)b->cases, "case");
	buf_puts(out, STR(", "));
	put_counted(out, (double)b->sessions, "session");
	buf_puts(out, STR(", "));
	put_counted(out, round(backtest_weeks(b)), "week");
	buf_printf(out, "; against %.*s\n", STR_ARG(against));
}

static void put_kinds(const uint64_t changes[CHANGE_KINDS], struct buf *out)
{
	const char *between = "";

	for (size_t i = 0; i < CHANGE_KINDS; i++) {
		if (!changes[i])
			continue;
		buf_puts(out, str_of(between));
		put_count(out, (double)changes[i]);
		buf_printf(out, " %s", change_words.words[i]);
		between = ", ";
	}
}

/* A rule's changes stand behind its numbers where there is room, else below. */
static void put_row(struct str name, double was, double is, const uint64_t *changes, struct buf *out)
{
	struct buf line = { 0 }, kinds = { 0 };

	buf_printf(&line, "%*s%-*.*s ", LABEL, "", NAME, STR_ARG(name));
	put_rate(&line, was);
	buf_puts(&line, STR(" -> "));
	put_rate(&line, is);
	buf_puts(&line, STR(" a week"));
	if (changes)
		put_kinds(changes, &kinds);
	buf_puts(out, buf_str(&line));
	if (kinds.n && line.n + 2 + kinds.n > WIDTH)
		buf_printf(out, "\n%*s%s", LABEL + NAME + 1, "", kinds.p);
	else if (kinds.n)
		buf_printf(out, ": %s", kinds.p);
	buf_putc(out, '\n');
	buf_release(&line);
	buf_release(&kinds);
}

static uint64_t count_changes(const struct backtest_row *row)
{
	uint64_t n = 0;

	for (size_t i = 0; i < CHANGE_KINDS; i++)
		n += row->changes[i];
	return n;
}

/* Those that change most. */
static void put_rules(const struct backtest *b, struct buf *out)
{
	double weeks = backtest_weeks(b);
	uint64_t below = UINT64_MAX;
	size_t shown = 0, all = 0;

	for (size_t i = 0; i < b->rules.n; i++)
		all += count_changes(&b->rules.items[i]) > 0;
	while (below && shown < RULES_MAX_SHOWN) {
		uint64_t most = 0;

		for (size_t i = 0; i < b->rules.n; i++)
			if (count_changes(&b->rules.items[i]) < below && count_changes(&b->rules.items[i]) > most)
				most = count_changes(&b->rules.items[i]);
		for (size_t i = 0; most && i < b->rules.n && shown < RULES_MAX_SHOWN; i++) {
			const struct backtest_row *row = &b->rules.items[i];

			if (count_changes(row) != most)
				continue;
			put_row(row->name, (double)row->alerts[0] / weeks, (double)row->alerts[1] / weeks, row->changes,
				out);
			shown++;
		}
		below = most;
	}
	if (shown < all)
		buf_printf(out, "%*s... and %zu rules more: `rupturectl backtest` shows all\n", LABEL, "", all - shown);
}

static size_t weeks_above(const struct backtest_row *row)
{
	size_t n = 0;

	for (size_t i = 0; i < row->weeks.n; i++)
		n += (int64_t)row->weeks.items[i].messages[1] > row->budget;
	return n;
}

static void put_budgets(const struct backtest *b, struct buf *out)
{
	double weeks = backtest_weeks(b);

	for (size_t i = 0; i < b->routes.n; i++) {
		const struct backtest_row *row = &b->routes.items[i];

		if (!row->budget)
			continue;
		buf_printf(out, "%*sroute %-*.*s ", LABEL, "", NAME - 6, STR_ARG(row->name));
		put_rate(out, (double)row->messages[1] / weeks);
		buf_printf(out, " a week, budget %lld: passed in %zu week%s\n", (long long)row->budget,
			   weeks_above(row), weeks_above(row) == 1 ? "" : "s");
	}
}

static void put_backtest(const struct preview_round *r, struct buf *out)
{
	const struct backtest *b = &r->backtest;
	double weeks;

	if (!r->tried && !r->not_tried.n)
		return;
	buf_printf(out, "%-*s", LABEL, "Backtest");
	if (!r->tried) {
		buf_printf(out, "%.*s\n", STR_ARG(r->not_tried));
		return;
	}
	weeks = backtest_weeks(b);
	put_past(b, r->against, out);
	put_row(STR("alerts"), (double)b->sides[0].alerts / weeks, (double)b->sides[1].alerts / weeks,
		count_changes(&b->all) ? b->all.changes : NULL, out);
	put_rules(b, out);
	put_budgets(b, out);
}

void preview_text(const struct preview_round *r, const struct preview_sum *last,
		  struct screen_part parts[PREVIEW_PARTS])
{
	static const size_t least[PREVIEW_PARTS] = { 1, 1, 2, 2, 3 };

	for (size_t i = 0; i < PREVIEW_PARTS; i++) {
		buf_reset(&parts[i].text);
		parts[i].least = least[i];
	}
	put_head(r, &parts[PREVIEW_HEAD].text);
	put_since(r, last, &parts[PREVIEW_SINCE].text);
	put_lint(r, &parts[PREVIEW_LINT].text);
	put_tests(r, &parts[PREVIEW_TESTS].text);
	put_backtest(r, &parts[PREVIEW_BACKTEST].text);
}

/* ---- for programs ---- */

static void json_strs(const char *key, const struct strs *list, struct json *j)
{
	json_key(j, key);
	json_list(j);
	for (size_t i = 0; i < list->n; i++)
		json_str(j, list->items[i]);
	json_end_list(j);
}

static void json_since(const struct preview_round *r, const struct preview_sum *last, struct json *j)
{
	json_key(j, "since");
	if (!last->at) {
		json_null(j);
		return;
	}
	json_map(j);
	json_key(j, "errors");
	json_int(j, (int64_t)r->faults.errors - (int64_t)last->errors);
	json_key(j, "warnings");
	json_int(j, (int64_t)r->faults.warnings - (int64_t)last->warnings);
	if (r->tested && last->tested) {
		json_key(j, "failed");
		json_int(j, (int64_t)r->tests.failed - (int64_t)last->failed);
	}
	if (r->tried && last->tried) {
		json_key(j, "alerts");
		json_int(j, (int64_t)r->backtest.sides[1].alerts - (int64_t)last->alerts);
	}
	json_end_map(j);
}

void preview_json(const struct preview_round *r, const struct preview_sum *last, struct json *j)
{
	struct arena a = { 0 };

	json_map(j);
	json_key(j, "at");
	json_str(j, date_format(&a, r->at));
	json_strs("paths", r->paths, j);
	json_strs("changed", r->changed, j);
	json_key(j, "trouble");
	json_str(j, r->trouble);
	json_key(j, "errors");
	json_int(j, (int64_t)r->faults.errors);
	json_key(j, "warnings");
	json_int(j, (int64_t)r->faults.warnings);
	json_key(j, "faults");
	lint_json_faults(&r->lay.sources, j);
	json_key(j, "tests");
	if (r->tested)
		testing_json(&r->tests, j);
	else
		json_null(j);
	json_key(j, "backtest");
	if (r->tried)
		comparison_json(&r->backtest, j);
	else
		json_null(j);
	json_key(j, "no_backtest");
	json_str(j, r->not_tried);
	json_since(r, last, j);
	json_end_map(j);
	arena_release(&a);
}
