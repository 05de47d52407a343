/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/route_reach.h"

/* A route and those around it; an alert in it fits all of them. */
struct chain {
	const struct route *route;
	const struct chain *outer;
};

static bool is_pattern(struct str rule)
{
	return memchr(rule.p, '*', rule.n) != NULL;
}

static bool strs_have(const struct strs *list, struct str s)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_eq(list->items[i], s))
			return true;
	return false;
}

static bool strs_within(const struct strs *inner, const struct strs *list)
{
	for (size_t i = 0; i < inner->n; i++)
		if (!strs_have(list, inner->items[i]))
			return false;
	return true;
}

/* ---- whether what one asks for is all that another could take ---- */

static bool is_asked(const struct strs *list)
{
	return list->n > 0;
}

static bool severity_asked(const struct route *r)
{
	return r->min_severity > SEVERITY_INFO;
}

static bool severity_within(const struct route *inner, const struct route *r)
{
	return inner->min_severity >= r->min_severity;
}

static bool rules_asked(const struct route *r)
{
	return is_asked(&r->rules);
}

static bool matched_by(struct str rule, const struct strs *patterns)
{
	for (size_t i = 0; i < patterns->n; i++)
		if (str_matches(rule, patterns->items[i]))
			return true;
	return false;
}

/* Read as a text, a pattern is matched only by one that matches all that it does. */
static bool rules_within(const struct route *inner, const struct route *r)
{
	for (size_t i = 0; i < inner->rules.n; i++)
		if (!matched_by(inner->rules.items[i], &r->rules))
			return false;
	return inner->rules.n > 0;
}

static bool notify_asked(const struct route *r)
{
	return r->notify.p != NULL;
}

static bool notify_within(const struct route *inner, const struct route *r)
{
	return inner->notify.p && str_eq(inner->notify, r->notify);
}

static bool states_asked(const struct route *r)
{
	return r->states != 0;
}

static bool states_within(const struct route *inner, const struct route *r)
{
	return inner->states && !(inner->states & ~r->states);
}

static bool sites_asked(const struct route *r)
{
	return is_asked(&r->sites);
}

static bool sites_within(const struct route *inner, const struct route *r)
{
	return inner->sites.n && strs_within(&inner->sites, &r->sites);
}

static bool therapists_asked(const struct route *r)
{
	return is_asked(&r->therapists);
}

static bool therapists_within(const struct route *inner, const struct route *r)
{
	return inner->therapists.n && strs_within(&inner->therapists, &r->therapists);
}

static bool supervisor_asked(const struct route *r)
{
	return r->supervisor != NULL;
}

static bool supervisor_within(const struct route *inner, const struct route *r)
{
	return inner->supervisor == r->supervisor;
}

static const struct {
	bool (*asked)(const struct route *r);
	bool (*within)(const struct route *inner, const struct route *r);
} aspects[] = {
	{ severity_asked, severity_within },	 { rules_asked, rules_within }, { notify_asked, notify_within },
	{ states_asked, states_within },	 { sites_asked, sites_within }, { therapists_asked, therapists_within },
	{ supervisor_asked, supervisor_within },
};

static bool takes_all_of(const struct route *r, const struct chain *of)
{
	for (size_t i = 0; i < sizeof aspects / sizeof *aspects; i++) {
		bool within = !aspects[i].asked(r);

		for (const struct chain *c = of; c && !within; c = c->outer)
			within = aspects[i].within(c->route, r);
		if (!within)
			return false;
	}
	return true;
}

/* A rule named whole may be a safeguarding one, and those are taken only by who names them. */
static bool names_others(const struct route *inner, const struct route *r)
{
	for (size_t i = 0; i < inner->rules.n; i++)
		if (!is_pattern(inner->rules.items[i]) && !strs_have(&r->rules, inner->rules.items[i]))
			return true;
	return false;
}

static bool holds_names_of_others(const struct route *inner, const struct route *r)
{
	for (size_t i = 0; i < inner->routes.n; i++)
		if (holds_names_of_others(&inner->routes.items[i], r))
			return true;
	return names_others(inner, r);
}

/* ---- whether it asks for what the one around cannot let in ---- */

static bool rules_overlap(const struct strs *x, const struct strs *y)
{
	for (size_t i = 0; i < x->n; i++)
		for (size_t k = 0; k < y->n; k++)
			if ((is_pattern(x->items[i]) && is_pattern(y->items[k])) ||
			    str_matches(x->items[i], y->items[k]) || str_matches(y->items[k], x->items[i]))
				return true;
	return !x->n || !y->n;
}

static bool sites_overlap(const struct strs *x, const struct strs *y)
{
	for (size_t i = 0; i < x->n; i++)
		if (strs_have(y, x->items[i]))
			return true;
	return !x->n || !y->n;
}

static bool can_be_in(const struct route *r, const struct route *outer)
{
	bool notify = !r->notify.p || !outer->notify.p || str_eq(r->notify, outer->notify);
	bool states = !r->states || !outer->states || (r->states & outer->states);

	return notify && states && sites_overlap(&r->sites, &outer->sites) && rules_overlap(&r->rules, &outer->rules);
}

/* ---- the tree ---- */

struct search {
	struct arena *a;
	route_unreached_list *found;
};

static bool find_around(struct search *s, const struct chain *c)
{
	for (const struct chain *outer = c->outer; outer; outer = outer->outer) {
		if (can_be_in(c->route, outer->route))
			continue;
		*VEC_PUSH(s->a, s->found) = (struct route_unreached){ c->route, outer->route, true };
		return true;
	}
	return false;
}

/* What stands before it or before one around it. */
struct level {
	const struct route *before;
	size_t n;
	const struct chain *chain; /* the route at this level */
	const struct level *outer;
};

/* Up to and with the level's own route: those around are around the one before it, too. */
static bool may_be_safety_for(const struct chain *c, const struct level *level, const struct route *before)
{
	if (holds_names_of_others(c->route, before))
		return true;
	for (const struct chain *up = c; up != level->chain; up = up->outer)
		if (names_others(up->outer->route, before))
			return true;
	return false;
}

static bool find_before(struct search *s, const struct chain *c, const struct level *levels)
{
	for (const struct level *l = levels; l; l = l->outer) {
		for (size_t i = 0; i < l->n; i++) {
			const struct route *before = &l->before[i];

			if (before->go_on || !takes_all_of(before, c) || may_be_safety_for(c, l, before))
				continue;
			*VEC_PUSH(s->a, s->found) = (struct route_unreached){ c->route, before, false };
			return true;
		}
	}
	return false;
}

static void search(struct search *s, const struct route *routes, size_t n, const struct chain *outer,
		   const struct level *levels)
{
	for (size_t i = 0; i < n; i++) {
		struct chain here = { &routes[i], outer };
		struct level level = { routes, i, &here, levels };

		if (!find_around(s, &here) && !find_before(s, &here, &level))
			search(s, routes[i].routes.items, routes[i].routes.n, &here, &level);
	}
}

void routes_unreached(struct arena *a, const struct routes *routes, route_unreached_list *ret)
{
	struct search s = { a, ret };

	*ret = (route_unreached_list){ 0 };
	search(&s, routes->all.items, routes->all.n, NULL, NULL);
}
