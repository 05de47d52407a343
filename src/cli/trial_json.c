/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trials for programs.
 */
#include "cli/tool.h"
#include "cli/trial_report.h"

static void put_day(const char *key, int64_t at, struct json *j)
{
	struct arena a = { 0 };

	json_key(j, key);
	json_str(j, at == DATE_NONE ? (struct str){ NULL, 0 } : date_format_day(&a, at));
	arena_release(&a);
}

static void put_int(const char *key, uint64_t n, struct json *j)
{
	json_key(j, key);
	json_int(j, (int64_t)n);
}

void trial_put_precision(const char *key, uint64_t k, uint64_t n, struct json *j)
{
	struct precision p = precision_of((int64_t)k, (int64_t)n);

	json_key(j, key);
	json_map(j);
	put_int("of", n, j);
	tool_put_share("share", &p, j);
	json_end_map(j);
}

static void put_marks(const struct mark_counts *m, struct json *j)
{
	trial_put_precision("precision", m->right, m->right + m->wrong, j);
	trial_put_precision("caught", m->good_met, m->good, j);
}

static void put_side(const struct backtest_side *s, double weeks, struct json *j)
{
	json_map(j);
	put_int("alerts", s->alerts, j);
	json_key(j, "alerts_per_week");
	json_number(j, (double)s->alerts / weeks);
	put_int("warnings", s->grave, j);
	put_int("messages", s->messages, j);
	json_key(j, "messages_per_week");
	json_number(j, (double)s->messages / weeks);
	put_marks(&s->marks, j);
	json_end_map(j);
}

static void put_past(const struct backtest *b, struct json *j)
{
	put_int("cases", b->cases, j);
	put_int("sessions", b->sessions, j);
	put_day("first", b->first, j);
	put_day("last", b->last, j);
	json_key(j, "weeks");
	json_number(j, backtest_weeks(b));
}

static void put_pair(const char *key, const uint64_t *pair, struct json *j)
{
	json_key(j, key);
	json_list(j);
	json_int(j, (int64_t)pair[0]);
	json_int(j, (int64_t)pair[1]);
	json_end_list(j);
}

static void put_kinds(const uint64_t *changes, struct json *j)
{
	for (size_t i = 0; i < CHANGE_KINDS; i++)
		put_int(change_words.words[i], changes[i], j);
}

static void put_weeks(const struct backtest_row *r, struct json *j)
{
	json_key(j, "by_week");
	json_list(j);
	for (size_t i = 0; i < r->weeks.n; i++) {
		const struct backtest_week *w = &r->weeks.items[i];

		json_map(j);
		put_day("from", backtest_week_begins(w->week), j);
		put_pair("alerts", w->alerts, j);
		put_pair("messages", w->messages, j);
		put_kinds(w->changes, j);
		json_end_map(j);
	}
	json_end_list(j);
}

static void put_rule(const struct backtest_row *r, struct json *j)
{
	json_map(j);
	json_key(j, "rule");
	json_str(j, r->name);
	put_pair("alerts", r->alerts, j);
	put_pair("messages", r->messages, j);
	put_kinds(r->changes, j);
	trial_put_precision("old_precision", r->marks[0].right, r->marks[0].right + r->marks[0].wrong, j);
	trial_put_precision("new_precision", r->marks[1].right, r->marks[1].right + r->marks[1].wrong, j);
	put_weeks(r, j);
	json_end_map(j);
}

static void put_route(const struct backtest_row *r, struct json *j)
{
	json_map(j);
	json_key(j, "route");
	json_str(j, r->name);
	json_key(j, "sink");
	json_str(j, r->sink);
	put_pair("messages", r->messages, j);
	put_pair("groups", r->groups, j);
	put_pair("digests", r->digests, j);
	put_pair("told_of", r->alerts, j);
	put_pair("kept_for_digest_by_budget", r->by_budget, j);
	if (r->budget)
		put_int("budget_per_week", (uint64_t)r->budget, j);
	put_kinds(r->changes, j);
	put_weeks(r, j);
	json_end_map(j);
}

static void put_supervisor(const struct backtest_row *r, struct json *j)
{
	json_map(j);
	json_key(j, "supervisor");
	json_str(j, r->name);
	put_pair("alerts", r->alerts, j);
	put_pair("messages", r->messages, j);
	put_kinds(r->changes, j);
	put_weeks(r, j);
	json_end_map(j);
}

static void put_rows(const char *key, const backtest_rows *rows,
		     void (*put)(const struct backtest_row *r, struct json *j), struct json *j)
{
	json_key(j, key);
	json_list(j);
	for (size_t i = 0; i < rows->n; i++)
		put(&rows->items[i], j);
	json_end_list(j);
}

static void put_change(const struct backtest_change *c, struct json *j)
{
	json_map(j);
	json_key(j, "kind");
	json_z(j, change_words.words[c->kind]);
	json_key(j, "rule");
	json_str(j, c->rule);
	json_key(j, "case");
	json_str(j, c->case_name);
	json_key(j, "member");
	json_str(j, c->member);
	json_key(j, "other");
	json_str(j, c->other);
	if (c->was.at != DATE_NONE) {
		put_day("old_date", c->was.at, j);
		put_int("old_session", c->was.ordinal, j);
		json_key(j, "old_severity");
		json_z(j, severity_words.words[c->was.severity]);
	}
	if (c->is.at != DATE_NONE) {
		put_day("new_date", c->is.at, j);
		put_int("new_session", c->is.ordinal, j);
		json_key(j, "new_severity");
		json_z(j, severity_words.words[c->is.severity]);
	}
	json_end_map(j);
}

static void put_names(const char *key, const struct strs *names, struct json *j)
{
	json_key(j, key);
	json_list(j);
	for (size_t i = 0; i < names->n; i++)
		json_str(j, names->items[i]);
	json_end_list(j);
}

void comparison_json(const struct backtest *b, struct json *j)
{
	json_map(j);
	put_past(b, j);
	put_names("phrases_changed", &b->unheard, j);
	put_names("phrases_added", &b->unlooked, j);
	json_key(j, "old");
	put_side(&b->sides[0], backtest_weeks(b), j);
	json_key(j, "new");
	put_side(&b->sides[1], backtest_weeks(b), j);
	put_kinds(b->all.changes, j);
	put_rows("rules", &b->rules, put_rule, j);
	put_rows("routes", &b->routes, put_route, j);
	put_rows("supervisors", &b->supervisors, put_supervisor, j);
	put_weeks(&b->all, j);
	json_key(j, "changes");
	json_list(j);
	for (size_t i = 0; i < b->changes.n; i++)
		put_change(&b->changes.items[i], j);
	json_end_list(j);
	json_end_map(j);
}

/* ---- a curve ---- */

void curve_json(const struct curve *c, struct json *j)
{
	const struct knob *k = &c->sweep->knob;

	json_map(j);
	put_past(c->found, j);
	json_key(j, "rule");
	json_str(j, k->rule);
	json_key(j, "signal");
	json_str(j, k->signal);
	json_key(j, "key");
	json_str(j, k->key);
	json_key(j, "present");
	json_number(j, k->value);
	json_key(j, "values");
	json_list(j);
	for (size_t i = 0; i < c->sweep->values.n; i++) {
		const struct backtest_side *s = c->sides[i];

		if (!s)
			continue;
		json_map(j);
		json_key(j, "value");
		json_number(j, c->sweep->values.items[i]);
		put_int("alerts", s->alerts, j);
		json_key(j, "alerts_per_week");
		json_number(j, (double)s->alerts / backtest_weeks(c->found));
		put_int("warnings", s->grave, j);
		put_int("messages", s->messages, j);
		put_int("sessions_true", s->true_sessions, j);
		put_marks(&s->marks, j);
		json_end_map(j);
	}
	json_end_list(j);
	json_end_map(j);
}
