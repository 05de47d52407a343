/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/clinic_parts.h"

/* ---- rules ---- */

static struct clinic_rule *add_rule(struct clinic *c, struct str id, const struct rule *rule)
{
	struct clinic_rule *r = VEC_PUSH(&c->arena, &c->rules);

	*r = (struct clinic_rule){ .id = arena_dup(&c->arena, id), .rule = rule };
	r->title = rule ? rule->title : r->id;
	r->weeks = ARENA_ARRAY(&c->arena, double, c->weeks);
	return r;
}

/* The first are those of the rule set, under the same indices. */
void clinic_begin_rules(struct clinic *c)
{
	const struct ruleset *rules = c->options.rules;

	for (size_t i = 0; i < rules->n; i++)
		add_rule(c, rules->rules[i].id, &rules->rules[i]);
}

static struct clinic_rule *rule_of(struct clinic *c, const struct clinic_alert *alert)
{
	if (alert->rule)
		return &c->rules.items[alert->rule - c->options.rules->rules];
	for (size_t i = c->options.rules->n; i < c->rules.n; i++)
		if (str_eq(c->rules.items[i].id, alert->stored.told.rule))
			return &c->rules.items[i];
	return add_rule(c, alert->stored.told.rule, NULL);
}

void clinic_count_rule(struct clinic *c, const struct clinic_alert *alert)
{
	struct clinic_rule *r = rule_of(c, alert);
	const struct told *t = &alert->stored.told;
	bool in_period = t->opened_at >= c->options.since && t->opened_at <= c->options.until;

	if (t->id[0]) {
		r->alerts++;
		r->told += t->announcements > 0;
		r->verdicts += alert->stored.verdict.at != DATE_NONE;
		r->useful += alert->stored.verdict.at != DATE_NONE && alert->stored.verdict.useful;
	}
	r->open += alert->open;
	r->opened += in_period && !t->gone;
	if (in_period && t->announcements > 0) {
		r->weeks[clinic_week_of(c, t->opened_at)]++;
		r->told_in_period++;
	}
}

void clinic_count_verdict(void *user, const struct verdict *v)
{
	struct clinic *c = user;
	struct clinic_rule *r = &c->rules.items[v->rule];

	if (v->at < c->options.since || v->at > c->options.until)
		return;
	if (v->truth == TRUTH_NO_DATA)
		r->unknown++;
	else
		r->known++;
}
