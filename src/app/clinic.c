/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/clinic.h"

#include <stdlib.h>

#include "app/clinic_parts.h"
#include "app/in_force.h"

#define WEEK_S	 (7 * (int64_t)DAY_S)
#define MONDAY_S (4 * (int64_t)DAY_S) /* 1970-01-05 was one */

const char *const clinic_age_words[CLINIC_AGES] = { "up to a week", "1 to 2 weeks", "2 to 4 weeks", "4 to 12 weeks",
						    "longer" };
static const int64_t age_ends[CLINIC_AGES] = { WEEK_S, 2 * WEEK_S, 4 * WEEK_S, 12 * WEEK_S, INT64_MAX };

int64_t clinic_week_of(const struct clinic *c, int64_t at)
{
	return at < c->first_week ? -1 : (at - c->first_week) / WEEK_S;
}

int64_t clinic_monday(int64_t at)
{
	return at - (((at - MONDAY_S) % WEEK_S) + WEEK_S) % WEEK_S;
}

static void begin(struct clinic *c)
{
	c->first_week = clinic_monday(c->options.since);
	c->weeks = (size_t)((c->options.until - c->first_week) / WEEK_S) + 1;
	c->last_session = DATE_NONE;
}

/* ---- one case ---- */

static bool is_over(const struct clinic_case *one)
{
	const struct history *h = one->history;

	return h->closed_at != DATE_NONE || (h->n && h->sessions[h->n - 1].ending != ENDING_NONE);
}

static void count_sessions(struct clinic *c, const struct history *h, struct clinic_row *row)
{
	row->sessions = h->n;
	row->first_at = h->n ? h->sessions[0].started : DATE_NONE;
	row->last_at = h->n ? h->sessions[h->n - 1].started : DATE_NONE;
	for (size_t i = 0; i < h->n; i++) {
		int64_t at = h->sessions[i].started;

		row->sessions_in_period += at >= c->options.since && at <= c->options.until;
	}
	c->sessions += row->sessions;
	c->sessions_in_period += row->sessions_in_period;
	c->cases_in_period += row->sessions_in_period > 0;
	if (row->last_at > c->last_session)
		c->last_session = row->last_at;
}

static void count_members(struct clinic *c, const course_list *courses, struct clinic_row *row)
{
	int before = -1;

	for (size_t i = 0; i < courses->n; i++) {
		row->members += courses->items[i].member != before;
		row->unscored += courses->items[i].kind == COURSE_NOTHING;
		before = courses->items[i].member;
	}
	if (row->sessions_in_period) {
		c->members += row->members;
		c->unscored += row->unscored;
	}
}

size_t clinic_age(int64_t seconds)
{
	size_t i = 0;

	while (i + 1 < CLINIC_AGES && seconds > age_ends[i])
		i++;
	return i;
}

static void count_age(struct clinic *c, const struct told *t)
{
	size_t i = clinic_age(c->options.as_of - t->opened_at);

	c->ages[i]++;
	c->grave_ages[i] += t->severity >= SEVERITY_WARNING;
}

/* The whole of it, for longer than the case is in memory. */
static void keep_open(struct clinic *c, const struct clinic_alert *alert)
{
	struct clinic_alert *kept = VEC_PUSH(&c->arena, &c->open);
	struct str *strings[] = { &kept->title,
				  &kept->say,
				  &kept->next_step,
				  &kept->stored.case_id,
				  &kept->stored.case_token,
				  &kept->stored.silence_reason,
				  &kept->stored.verdict.who,
				  &kept->stored.verdict.note,
				  &kept->stored.told.rule,
				  &kept->stored.told.rule_version,
				  &kept->stored.told.member,
				  &kept->stored.told.other,
				  &kept->stored.told.acknowledged_by };

	*kept = *alert;
	kept->stored.told.incident = NULL;
	kept->stored.told.records = (struct strs){ 0 };
	for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
		*strings[i] = arena_dup(&c->arena, *strings[i]);
}

static void count_open(struct clinic *c, const struct clinic_alert *alert, struct clinic_row *row)
{
	const struct told *t = &alert->stored.told;

	keep_open(c, alert);
	if (alert->in_test) {
		row->in_test++;
		c->in_test++;
		return;
	}
	count_age(c, t);
	if (!row->open++ || t->severity > row->severity)
		row->severity = t->severity;
	if (row->oldest == DATE_NONE || t->opened_at < row->oldest)
		row->oldest = t->opened_at;
}

static void count_alerts(struct clinic *c, const clinic_alerts *alerts, struct clinic_row *row)
{
	for (size_t i = 0; i < alerts->n; i++) {
		const struct clinic_alert *alert = &alerts->items[i];

		clinic_count_rule(c, alert);
		if (alert->open)
			count_open(c, alert, row);
		else if (!alert->in_test && clinic_ended_in_period(&c->options, alert))
			row->ended++;
	}
	row->standing = row->open      ? STANDING_OPEN
			: row->in_test ? STANDING_IN_TEST
			: row->ended   ? STANDING_ENDED
				       : STANDING_QUIET;
}

static void add_case(struct clinic *c, const struct clinic_case *one)
{
	struct clinic_row *row = VEC_PUSH(&c->arena, &c->rows);

	row->token = arena_dup(&c->arena, one->stored->token);
	row->id = arena_dup(&c->arena, one->stored->id);
	row->site = arena_dup(&c->arena, one->history->site);
	row->oldest = DATE_NONE;
	row->over = is_over(one);
	row->site_silent = !row->over && one->history->site_silent_from != DATE_NONE &&
			   one->history->site_silent_from < c->options.as_of;
	count_sessions(c, one->history, row);
	count_members(c, &one->courses, row);
	count_alerts(c, &one->alerts, row);
	clinic_count_site(c, row);
}

static int gather_case(struct clinic *c, struct clinic_budgets *budgets, struct store *st, struct str id,
		       struct error *e)
{
	struct arena a = { 0 };
	struct judge_trace trace = { .verdict = clinic_count_verdict, .user = c };
	struct clinic_case one;
	bool found;
	int rc = clinic_case_read(st, &c->options, &a, id, &trace, &one, &found, e);

	if (rc == 0 && found) {
		add_case(c, &one);
		rc = clinic_count_budgets(c, budgets, &a, one.history, e);
	}
	arena_release(&a);
	return rc;
}

static int gather_cases(struct clinic *c, struct store *st, const struct strs *cases, struct error *e)
{
	struct clinic_budgets budgets = { 0 };
	int rc = clinic_begin_budgets(c, &budgets, e);

	for (size_t i = 0; rc == 0 && i < cases->n; i++) {
		if (c->options.progress)
			c->options.progress(c->options.user, i, cases->n);
		rc = gather_case(c, &budgets, st, cases->items[i], e);
	}
	if (rc == 0)
		rc = clinic_settle_budgets(c, &budgets, e);
	clinic_end_budgets(&budgets);
	return rc;
}

/* ---- the order in which it is read ---- */

static int by_need(const void *va, const void *vb)
{
	const struct clinic_row *a = va, *b = vb;

	if (a->standing != b->standing)
		return (a->standing > b->standing) - (a->standing < b->standing);
	if (a->standing == STANDING_OPEN && a->severity != b->severity)
		return (a->severity < b->severity) - (a->severity > b->severity);
	if (a->standing == STANDING_OPEN && a->oldest != b->oldest)
		return (a->oldest > b->oldest) - (a->oldest < b->oldest);
	return str_cmp(a->token, b->token);
}

static int by_severity(const void *va, const void *vb)
{
	const struct clinic_alert *a = va, *b = vb;
	const struct told *ta = &a->stored.told, *tb = &b->stored.told;

	if (a->in_test != b->in_test)
		return a->in_test - b->in_test;
	if (ta->severity != tb->severity)
		return (ta->severity < tb->severity) - (ta->severity > tb->severity);
	if (ta->opened_at != tb->opened_at)
		return (ta->opened_at > tb->opened_at) - (ta->opened_at < tb->opened_at);
	if (!str_eq(a->stored.case_token, b->stored.case_token))
		return str_cmp(a->stored.case_token, b->stored.case_token);
	if (!str_eq(ta->rule, tb->rule))
		return str_cmp(ta->rule, tb->rule);
	return str_cmp(ta->member, tb->member);
}

static void sort_all(struct clinic *c)
{
	if (c->rows.n)
		qsort(c->rows.items, c->rows.n, sizeof *c->rows.items, by_need);
	if (c->open.n)
		qsort(c->open.items, c->open.n, sizeof *c->open.items, by_severity);
}

/* ---- all ---- */

/* As they are named, or all. */
static int list_cases(struct clinic *c, struct store *st, struct strs *ret, struct error *e)
{
	const struct strs *asked = &c->options.cases;

	if (!asked->n)
		return store_cases_all(st, &c->arena, ret, e);
	for (size_t i = 0; i < asked->n; i++) {
		struct stored_case *one;

		if (store_case_by_token(st, &c->arena, asked->items[i], &one, e) < 0 ||
		    (!one && store_case(st, &c->arena, asked->items[i], &one, e) < 0))
			return -1;
		if (one)
			*VEC_PUSH(&c->arena, ret) = one->id;
		else
			*VEC_PUSH(&c->arena, &c->unknown_cases) = asked->items[i];
	}
	return 0;
}

static void read_courier(struct clinic *c)
{
	struct outbox *ob;
	struct error e;

	if (outbox_open_reader(c->options.config->courier_db.p, &ob, &e) < 0)
		return;
	c->courier_known = outbox_count(ob, &c->courier, &e) == 0;
	outbox_close(ob);
}

static int read_facts(struct clinic *c, struct store *st, struct error *e)
{
	if (store_count(st, &c->counts, e) < 0 || store_troubles(st, &c->arena, &c->troubles, e) < 0 ||
	    store_fact(st, &c->arena, FACT_JUDGED_HASH, &c->judged_by, e) < 0 ||
	    store_fact(st, &c->arena, "rules.status", &c->rules_status, e) < 0 ||
	    store_fact(st, &c->arena, "safety.unreached", &c->unreached, e) < 0)
		return -1;
	read_courier(c);
	return 0;
}

int clinic_gather(struct store *st, const struct clinic_options *options, struct clinic *ret, struct error *e)
{
	struct strs cases = { 0 };

	*ret = (struct clinic){ .options = *options };
	begin(ret);
	clinic_begin_rules(ret);
	if (clinic_begin_sites(ret, st, e) < 0 || read_facts(ret, st, e) < 0 || list_cases(ret, st, &cases, e) < 0)
		return -1;
	if (gather_cases(ret, st, &cases, e) < 0)
		return -1;
	sort_all(ret);
	return 0;
}

void clinic_release(struct clinic *c)
{
	arena_release(&c->arena);
}
