/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/clinic_parts.h"
#include "core/dispatch.h"
#include "core/origin.h"
#include "core/retell.h"

/* ---- rules ---- */

static struct clinic_rule *add_rule(struct clinic *c, struct str id, const struct rule *rule)
{
	struct clinic_rule *r = VEC_PUSH(&c->arena, &c->rules);

	*r = (struct clinic_rule){ .id = arena_dup(&c->arena, id), .rule = rule };
	r->title = rule ? rule->title : r->id;
	r->weeks = ARENA_ARRAY(&c->arena, double, c->weeks);
	return r;
}

static void add_routes(struct clinic *c, const struct route_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct route *route = &list->items[i];

		if (route->budget && str_eq(route->budget_of, route->name))
			*VEC_PUSH(&c->arena, &c->routes) = (struct clinic_route){
				.name = route->name,
				.budget = route->budget,
				.weeks = ARENA_ARRAY(&c->arena, double, c->weeks),
			};
		add_routes(c, &route->routes);
	}
}

/* The first are those of the rule set, under the same indices. */
void clinic_begin_rules(struct clinic *c)
{
	const struct ruleset *rules = c->options.rules;

	for (size_t i = 0; i < rules->n; i++)
		add_rule(c, rules->rules[i].id, &rules->rules[i]);
	add_routes(c, &c->options.config->routes.all);
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

/* ---- messages against budgets ---- */

static struct clinic_route *route_named(struct clinic *c, struct str name)
{
	for (size_t i = 0; i < c->routes.n; i++)
		if (str_eq(c->routes.items[i].name, name))
			return &c->routes.items[i];
	return NULL;
}

static bool counted_before(const delivery_list *to, size_t n, struct str budget_of)
{
	for (size_t i = 0; i < n; i++) {
		const struct route *by = to->items[i].by;

		if (by && by->budget && str_eq(by->budget_of, budget_of))
			return true;
	}
	return false;
}

/* Every sink of a route that takes a message gets it; so the first stands for all. */
static void count_deliveries(struct clinic *c, const delivery_list *to, int64_t week)
{
	for (size_t i = 0; i < to->n; i++) {
		const struct route *by = to->items[i].by;
		struct clinic_route *route = by && by->budget ? route_named(c, by->budget_of) : NULL;

		if (route && !counted_before(to, i, by->budget_of))
			route->weeks[week]++;
	}
}

void clinic_count_messages(struct clinic *c, struct arena *scratch, const struct history *history)
{
	const struct ruleset *rules = c->options.rules;
	struct retelling told;

	if (!c->routes.n)
		return;
	retell(scratch, history, rules, c->options.as_of, NULL, &told);
	for (size_t i = 0; i < told.messages.n; i++) {
		const struct retold *m = &told.messages.items[i];
		struct dispatch_facts facts = { .rule = &rules->rules[told.alerts.items[m->alert].rule],
						.severity = m->severity,
						.state = m->state };
		struct dispatch_decision decision;

		if (m->at < c->options.since || m->at > c->options.until)
			continue;
		origin_find(scratch, history, m->ordinal, &facts);
		dispatch_decide(scratch, &c->options.config->routes, &facts, &decision);
		count_deliveries(c, &decision.to, clinic_week_of(c, m->at));
	}
}
