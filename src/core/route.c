/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/route.h"

#define FALLBACK_ROUTE STR("fallback")

static bool names(const struct route *route, struct str rule)
{
	for (size_t i = 0; i < route->rules.n; i++)
		if (str_eq(route->rules.items[i], rule))
			return true;
	return false;
}

static bool covers(const struct route *route, struct str rule)
{
	for (size_t i = 0; i < route->rules.n; i++)
		if (str_matches(rule, route->rules.items[i]))
			return true;
	return !route->rules.n;
}

static bool matches(const struct route *route, const struct rule *rule, enum severity severity)
{
	if ((int)severity < route->min_severity)
		return false;
	if (route->notify.p && !str_eq(route->notify, rule->notify))
		return false;
	return rule->safety ? names(route, rule->id) : covers(route, rule->id);
}

/* A sink hears an alert once, by the first route that leads there. */
static void add(struct arena *a, delivery_list *list, struct str route, struct str sink)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_eq(list->items[i].sink, sink))
			return;
	*VEC_PUSH(a, list) = (struct delivery){ route, sink };
}

void routes_match(struct arena *a, const struct routes *routes, const struct rule *rule, enum severity severity,
		  delivery_list *ret)
{
	bool matched = false;

	*ret = (delivery_list){ 0 };
	for (size_t i = 0; i < routes->all.n; i++) {
		const struct route *route = &routes->all.items[i];

		if (!matches(route, rule, severity))
			continue;
		matched = true;
		for (size_t k = 0; k < route->to.n; k++)
			add(a, ret, route->name, route->to.items[k]);
		if (!route->go_on)
			return;
	}
	if (!matched && !rule->safety && routes->fallback.p)
		add(a, ret, FALLBACK_ROUTE, routes->fallback);
}
