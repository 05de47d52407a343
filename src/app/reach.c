/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/reach.h"

static bool reaches(struct arena *a, const struct rule *rule, const struct routes *routes, enum severity severity)
{
	delivery_list to = { 0 };

	routes_match(a, routes, rule, severity, &to);
	return to.n > 0;
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
	return arena_printf(a,
			    "safeguarding alerts reach nobody: no route names %.*s "
			    "(write \"- {name: safeguarding, match: {rules: [%.*s]}, to: [...]}\")",
			    STR_ARG(ids), STR_ARG(ids));
}
