/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/reach.h"

/* Nothing is known of site and therapists: a route for some of them does not do for all. */
static bool reaches(struct arena *a, const struct rule *rule, const struct routes *routes, enum severity severity)
{
	static const int states[] = { INCIDENT_OPEN, INCIDENT_UNREPAIRED };
	struct dispatch_facts facts = { .rule = rule, .severity = severity };
	delivery_list to = { 0 };

	for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
		facts.state = states[i];
		routes_match(a, routes, &facts, &to, NULL);
		if (!to.n)
			return false;
	}
	return true;
}

static bool always_reaches(struct arena *a, const struct rule *rule, const struct routes *routes)
{
	for (size_t i = 0; i < rule->n_ladder; i++)
		if (!reaches(a, rule, routes, rule->ladder[i].severity))
			return false;
	return !rule->raise.set || reaches(a, rule, routes, rule->raise.to);
}

void reach_nobody(struct arena *a, const struct ruleset *rules, const struct routes *routes, struct strs *ret)
{
	*ret = (struct strs){ 0 };
	for (size_t i = 0; i < rules->n; i++) {
		const struct rule *rule = &rules->rules[i];

		if (rule->safety && rule->status == STATUS_ACTIVE && !always_reaches(a, rule, routes))
			*VEC_PUSH(a, ret) = rule->id;
	}
}

struct str reach_complaint(struct arena *a, const struct strs *unreached)
{
	struct str ids = STR("");

	if (!unreached->n)
		return (struct str){ NULL, 0 };
	for (size_t i = 0; i < unreached->n; i++)
		ids = arena_printf(a, "%.*s%s%.*s", STR_ARG(ids), i ? ", " : "", STR_ARG(unreached->items[i]));
	return arena_printf(
		a,
		"safeguarding alerts reach nobody: no route names %.*s "
		"(write \"- {name: safeguarding, match: {rules: [%.*s]}, to: [...]}\"; one that asks for more "
		"leaves some of them out)",
		STR_ARG(ids), STR_ARG(ids));
}

static void add_name(struct arena *a, struct strs *names, struct str name)
{
	for (size_t i = 0; i < names->n; i++)
		if (str_eq(names->items[i], name))
			return;
	*VEC_PUSH(a, names) = name;
}

static void add_unanswered(struct arena *a, const struct rule *rule, const struct routes *routes, struct strs *names)
{
	for (size_t i = 0; i < rule->n_ladder; i++) {
		struct dispatch_facts facts = { .rule = rule, .severity = rule->ladder[i].severity };
		delivery_list to = { 0 };

		routes_match(a, routes, &facts, &to, NULL);
		for (size_t k = 0; k < to.n; k++)
			if (to.items[k].by && !to.items[k].by->escalate.n)
				add_name(a, names, to.items[k].route);
	}
}

struct str reach_unanswered(struct arena *a, const struct ruleset *rules, const struct routes *routes)
{
	struct strs names = { 0 };
	struct str list = STR("");

	for (size_t i = 0; i < rules->n; i++)
		if (rules->rules[i].safety && rules->rules[i].status == STATUS_ACTIVE)
			add_unanswered(a, &rules->rules[i], routes, &names);
	if (!names.n)
		return (struct str){ NULL, 0 };
	for (size_t i = 0; i < names.n; i++)
		list = arena_printf(a, "%.*s%s\"%.*s\"", STR_ARG(list), i ? ", " : "", STR_ARG(names.items[i]));
	return arena_printf(
		a,
		"%s %.*s %s nobody to escalate to: a safeguarding alert that is not acknowledged is told once "
		"more to the same sinks (write \"escalate: [...]\")",
		names.n == 1 ? "route" : "routes", STR_ARG(list), names.n == 1 ? "names" : "name");
}
