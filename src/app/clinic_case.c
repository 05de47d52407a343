/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/clinic.h"

#include <stdlib.h>

#include "app/site_fact.h"

struct reading_case {
	struct store *st;
	const struct clinic_options *o;
	struct arena *a;
	struct clinic_case *ret;
	struct error *e;
};

/* ---- its past ---- */

static int read_history(struct reading_case *r)
{
	struct stored_case *c = (struct stored_case *)r->ret->stored;
	struct skeleton **all;
	struct history *h;
	size_t n, kept = 0;

	if (store_skeletons(r->st, r->a, c->row, &all, &n, r->e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (!r->o->cut || all[i]->started <= r->o->as_of)
			all[kept++] = all[i];
	if (r->o->cut && c->closed_at > r->o->as_of)
		c->closed_at = DATE_NONE;
	h = history_build(r->a, &c->roster, (const struct skeleton *const *)all, kept, c->closed_at);
	h->name = c->token;
	r->ret->history = h;
	return site_fact(r->st, r->a, r->o->config, h, r->e);
}

/* ---- its incidents ---- */

/* What people did after the date of the report has not happened yet. */
static void cut_acts(const struct clinic_options *o, struct stored_alert *s)
{
	if (s->told.acknowledged_at > o->as_of) {
		s->told.acknowledged_at = DATE_NONE;
		s->told.acknowledged_by = (struct str){ NULL, 0 };
	}
	if (s->verdict.at > o->as_of)
		s->verdict = (struct alert_verdict){ .at = DATE_NONE };
}

static int read_stored(struct reading_case *r, stored_alerts *ret)
{
	const struct alert_filter all = { .ended_too = true, .case_row = r->ret->stored->row };
	size_t kept = 0;

	if (store_alerts(r->st, r->a, &all, ret, r->e) < 0)
		return -1;
	for (size_t i = 0; i < ret->n; i++) {
		if (r->o->cut && ret->items[i].told.opened_at > r->o->as_of)
			continue;
		ret->items[kept] = ret->items[i];
		if (r->o->cut)
			cut_acts(r->o, &ret->items[kept]);
		kept++;
	}
	ret->n = kept;
	return 0;
}

static void no_id(void *user, char ret[INCIDENT_ID_SIZE])
{
	(void)user;
	ret[0] = '\0';
}

static void fill_in(struct reading_case *r, struct clinic_alert *alert)
{
	const struct told *t = &alert->stored.told;
	const struct rule *rule = rules_find(r->o->rules, t->rule);
	struct alert words = { .rule = t->rule,
			       .case_token = r->ret->stored->token,
			       .member = t->member,
			       .other = t->other,
			       .session = (int64_t)t->changed_ordinal };

	alert->rule = rule;
	alert->title = rule ? rule->title : t->rule;
	alert->open = !t->gone && !incident_ended(t->state);
	alert->in_test = rule && rule->status == STATUS_TEST;
	alert->say = rule ? alert_say(r->a, rule->say, &words) : (struct str){ NULL, 0 };
	alert->next_step = rule ? alert_say(r->a, rule->next_step, &words) : (struct str){ NULL, 0 };
}

/* What was settled with people stays what the store says: nobody is told anything by a report. */
static void add_alert(struct reading_case *r, const struct told *now, const struct stored_alert *before)
{
	struct clinic_alert *alert = VEC_PUSH(r->a, &r->ret->alerts);
	struct told *t = &alert->stored.told;

	alert->stored =
		before ? *before : (struct stored_alert){ .verdict = { .at = DATE_NONE }, .escalates_at = DATE_NONE };
	*t = *now;
	if (before) {
		t->told_state = before->told.told_state;
		t->told_severity = before->told.told_severity;
		t->by_rules = before->told.by_rules;
		t->historic = before->told.historic;
		t->announcements = before->told.announcements;
	}
	alert->stored.case_id = r->ret->stored->id;
	alert->stored.case_token = r->ret->stored->token;
	fill_in(r, alert);
}

static int by_opening(const void *va, const void *vb)
{
	const struct told *a = &((const struct clinic_alert *)va)->stored.told;
	const struct told *b = &((const struct clinic_alert *)vb)->stored.told;
	int order = (a->opened_at > b->opened_at) - (a->opened_at < b->opened_at);

	if (!order)
		order = str_cmp(a->rule, b->rule);
	if (!order)
		order = str_cmp(a->member, b->member);
	return order ? order : str_cmp(a->other, b->other);
}

static int match_alerts(struct reading_case *r)
{
	const struct announce_policy policy = { .now = r->o->as_of, .within_s = INT64_MAX, .rules_changed = true };
	struct id_source ids = { .next = no_id };
	told_list old = { 0 }, now;
	announcement_list nothing;
	stored_alerts stored;

	if (read_stored(r, &stored) < 0)
		return -1;
	for (size_t i = 0; i < stored.n; i++)
		*VEC_PUSH(r->a, &old) = stored.items[i].told;
	announce(r->a, &old, r->ret->judgement, r->ret->history, r->o->rules, &policy, ids, &now, &nothing);
	for (size_t i = 0; i < now.n; i++)
		add_alert(r, &now.items[i], i < stored.n ? &stored.items[i] : NULL);
	if (r->ret->alerts.n)
		qsort(r->ret->alerts.items, r->ret->alerts.n, sizeof *r->ret->alerts.items, by_opening);
	return 0;
}

/* ---- all ---- */

/* The axis ends today while something is open, else with what happened last. */
static int64_t axis_end(const struct reading_case *r)
{
	const struct history *h = r->ret->history;
	int64_t end = h->n ? h->sessions[h->n - 1].started : DATE_NONE;

	for (size_t i = 0; i < r->ret->alerts.n; i++) {
		const struct clinic_alert *alert = &r->ret->alerts.items[i];

		if (alert->open)
			return r->o->as_of;
		if (!alert->stored.told.gone && alert->stored.told.changed_at > end)
			end = alert->stored.told.changed_at;
	}
	return end;
}

int clinic_case_read(struct store *st, const struct clinic_options *options, struct arena *a, struct str id,
		     const struct judge_trace *trace, struct clinic_case *ret, bool *ret_found, struct error *e)
{
	struct reading_case r = { st, options, a, ret, e };
	struct stored_case *stored;

	*ret = (struct clinic_case){ 0 };
	if (store_case(st, a, id, &stored, e) < 0)
		return -1;
	*ret_found = stored != NULL;
	if (!stored)
		return 0;
	ret->stored = stored;
	if (read_history(&r) < 0)
		return -1;
	ret->judgement = judge(a, ret->history, options->rules, options->as_of, trace, NULL);
	if (match_alerts(&r) < 0)
		return -1;
	courses_of(a, ret->history, options->rules, ret->judgement, axis_end(&r), &ret->courses);
	return 0;
}

bool clinic_ended_in_period(const struct clinic_options *o, const struct clinic_alert *alert)
{
	const struct told *t = &alert->stored.told;

	return !alert->open && !t->gone && t->changed_at >= o->since && t->changed_at <= o->until;
}
