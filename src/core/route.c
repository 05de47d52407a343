/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/route.h"

#define FALLBACK_ROUTE STR("fallback")

const struct words route_group_words = { (const char *const[]){ "no", "case", "route", NULL } };
const struct words route_state_words = {
	(const char *const[]){ "open", "repairing", "repaired", "unrepaired", "dropped_out", "closed", "retracted",
			       NULL },
};
_Static_assert(INCIDENT_CLOSED == 5 && TOLD_RETRACTED == 6, "route_state_words");

static bool strs_have(const struct strs *list, struct str s)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_eq(list->items[i], s))
			return true;
	return false;
}

static bool strs_share(const struct strs *x, const struct strs *y)
{
	for (size_t i = 0; i < x->n; i++)
		if (strs_have(y, x->items[i]))
			return true;
	return false;
}

/* ---- matchers: each holds when the route does not ask ---- */

static bool fits_severity(const struct route *route, const struct dispatch_facts *facts)
{
	return (int)facts->severity >= route->min_severity;
}

static bool fits_rules(const struct route *route, const struct dispatch_facts *facts)
{
	for (size_t i = 0; i < route->rules.n; i++)
		if (str_matches(facts->rule->id, route->rules.items[i]))
			return true;
	return !route->rules.n;
}

static bool fits_notify(const struct route *route, const struct dispatch_facts *facts)
{
	return !route->notify.p || str_eq(route->notify, facts->rule->notify);
}

static bool fits_state(const struct route *route, const struct dispatch_facts *facts)
{
	return !route->states || (route->states & 1u << facts->state);
}

static bool fits_site(const struct route *route, const struct dispatch_facts *facts)
{
	return !route->sites.n || (facts->site.p && strs_have(&route->sites, facts->site));
}

static bool fits_therapist(const struct route *route, const struct dispatch_facts *facts)
{
	return !route->therapists.n || strs_share(&facts->persons, &route->therapists);
}

bool supervisor_has(const struct supervisor *s, const struct dispatch_facts *facts)
{
	return strs_share(&facts->persons, &s->therapists) || (facts->site.p && strs_have(&s->sites, facts->site));
}

static bool fits_supervisor(const struct route *route, const struct dispatch_facts *facts)
{
	return !route->supervisor || supervisor_has(route->supervisor, facts);
}

static const struct {
	enum route_why why;
	bool (*fits)(const struct route *route, const struct dispatch_facts *facts);
} matchers[] = {
	{ ROUTE_SEVERITY, fits_severity },     { ROUTE_RULES, fits_rules }, { ROUTE_NOTIFY, fits_notify },
	{ ROUTE_STATE, fits_state },	       { ROUTE_SITE, fits_site },   { ROUTE_THERAPIST, fits_therapist },
	{ ROUTE_SUPERVISOR, fits_supervisor },
};

static enum route_why mismatch(const struct route *route, const struct dispatch_facts *facts)
{
	for (size_t i = 0; i < sizeof matchers / sizeof *matchers; i++)
		if (!matchers[i].fits(route, facts))
			return matchers[i].why;
	return ROUTE_TAKES;
}

/* ---- the tree ---- */

/* On the way through it. */
struct walk {
	struct arena *a;
	const struct dispatch_facts *facts;
	delivery_list *found;
	route_steps *steps;
	size_t depth;
	bool named; /* the rule, by a route around */
	bool taken; /* by anybody so far */
};

static size_t note(struct walk *w, const struct route *route, enum route_why why)
{
	if (!w->steps)
		return 0;
	*VEC_PUSH(w->a, w->steps) = (struct route_step){ route, w->depth, why };
	return w->steps->n - 1;
}

/* A sink hears an alert once, by the first route that leads there. */
static void add(struct walk *w, struct delivery d)
{
	for (size_t i = 0; i < w->found->n; i++)
		if (str_eq(w->found->items[i].sink, d.sink))
			return;
	*VEC_PUSH(w->a, w->found) = d;
}

static enum route_why take(struct walk *w, const struct route *route)
{
	if (w->facts->rule->safety && !w->named)
		return ROUTE_NOT_NAMED;
	for (size_t k = 0; k < route->to.n; k++)
		add(w, (struct delivery){ route->name, route->to.items[k], route });
	w->taken = true;
	return ROUTE_TAKES;
}

/* Whether somebody in it took it. */
static bool enter(struct walk *w, const struct route *route);

/* Whether one of these took it and goes no further. */
static bool walk(struct walk *w, const struct route *routes, size_t n)
{
	bool stopped = false;

	for (size_t i = 0; i < n; i++) {
		if (stopped)
			note(w, &routes[i], ROUTE_NOT_ASKED);
		else if (enter(w, &routes[i]))
			stopped = !routes[i].go_on;
	}
	return stopped;
}

static bool enter(struct walk *w, const struct route *route)
{
	enum route_why why = mismatch(route, w->facts);
	size_t step = note(w, route, why);
	bool named = w->named, before = w->taken, taken;

	if (why != ROUTE_TAKES)
		return false;
	w->named |= strs_have(&route->rules, w->facts->rule->id);
	w->taken = false;
	w->depth++;
	why = walk(w, route->routes.items, route->routes.n) ? ROUTE_CHILD_TOOK : take(w, route);
	w->depth--;
	if (w->steps)
		w->steps->items[step].why = why;
	taken = w->taken;
	w->taken |= before;
	w->named = named;
	return taken;
}

void routes_match(struct arena *a, const struct routes *routes, const struct dispatch_facts *facts, delivery_list *ret,
		  route_steps *ret_steps)
{
	struct walk w = { .a = a, .facts = facts, .found = ret, .steps = ret_steps };

	*ret = (delivery_list){ 0 };
	if (ret_steps)
		*ret_steps = (route_steps){ 0 };
	walk(&w, routes->all.items, routes->all.n);
	if (!w.taken && !facts->rule->safety && routes->fallback.p)
		add(&w, (struct delivery){ FALLBACK_ROUTE, routes->fallback, NULL });
}

static const struct route *find(const struct route *routes, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++) {
		const struct route *inner = find(routes[i].routes.items, routes[i].routes.n, name);

		if (str_eq(routes[i].name, name))
			return &routes[i];
		if (inner)
			return inner;
	}
	return NULL;
}

const struct route *routes_find(const struct routes *routes, struct str name)
{
	return find(routes->all.items, routes->all.n, name);
}

static bool lead_to(const struct route *routes, size_t n, struct str sink)
{
	for (size_t i = 0; i < n; i++) {
		const struct route *r = &routes[i];

		if (strs_have(&r->to, sink) || strs_have(&r->escalate, sink) ||
		    lead_to(r->routes.items, r->routes.n, sink))
			return true;
	}
	return false;
}

bool routes_lead_to(const struct routes *routes, struct str sink)
{
	return lead_to(routes->all.items, routes->all.n, sink);
}

static bool name_for(const struct route *routes, size_t n, struct str rule, struct str sink, bool named)
{
	for (size_t i = 0; i < n; i++) {
		const struct route *r = &routes[i];
		bool here = named || strs_have(&r->rules, rule);

		if ((here && strs_have(&r->to, sink)) || name_for(r->routes.items, r->routes.n, rule, sink, here))
			return true;
	}
	return false;
}

bool routes_name_for(const struct routes *routes, struct str rule, struct str sink)
{
	return name_for(routes->all.items, routes->all.n, rule, sink, false);
}

static size_t count(const struct route *routes, size_t n)
{
	size_t ret = n;

	for (size_t i = 0; i < n; i++)
		ret += count(routes[i].routes.items, routes[i].routes.n);
	return ret;
}

size_t routes_count(const struct routes *routes)
{
	return count(routes->all.items, routes->all.n);
}
