/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/route.h"

#include "test.h"

static const struct rule hostility = { .id = { "hostility.therapist", 19 }, .notify = { "supervisors", 11 } };
static const struct rule drops = { .id = { "drops.alliance", 14 } };
static const struct rule safeguarding = { .id = { "safeguarding", 12 }, .safety = true };

static struct strs words(struct arena *arena, const char *a, const char *b)
{
	struct strs ret = { 0 };

	if (a)
		*VEC_PUSH(arena, &ret) = str_of(a);
	if (b)
		*VEC_PUSH(arena, &ret) = str_of(b);
	return ret;
}

static struct route *add(struct arena *arena, struct routes *routes, const char *name, const char *to)
{
	struct route *r = VEC_PUSH(arena, &routes->all);

	r->name = str_of(name);
	r->to = words(arena, to, NULL);
	r->min_severity = -1;
	return r;
}

/* "route>sink route>sink" */
static struct str goes(struct arena *arena, const struct routes *routes, const struct rule *rule,
		       enum severity severity)
{
	struct str ret = STR("");
	struct dispatch_facts facts = { .rule = rule, .severity = severity };
	delivery_list list;

	routes_match(arena, routes, &facts, &list, NULL);
	for (size_t i = 0; i < list.n; i++)
		ret = arena_printf(arena, "%.*s%s%.*s>%.*s", STR_ARG(ret), i ? " " : "", STR_ARG(list.items[i].route),
				   STR_ARG(list.items[i].sink));
	return ret;
}

TEST(the_first_route_that_matches_wins)
{
	struct routes routes = { 0 };

	add(arena, &routes, "one", "log");
	add(arena, &routes, "two", "desk");
	CHECK_STR(goes(arena, &routes, &drops, SEVERITY_NOTICE), "one>log");
}

TEST(continue_goes_on_to_the_next_route)
{
	struct routes routes = { 0 };

	add(arena, &routes, "everything", "log")->go_on = true;
	add(arena, &routes, "supervisors", "desk")->min_severity = SEVERITY_WARNING;
	CHECK_STR(goes(arena, &routes, &drops, SEVERITY_WARNING), "everything>log supervisors>desk");
	CHECK_STR(goes(arena, &routes, &drops, SEVERITY_CRITICAL), "everything>log supervisors>desk");
	CHECK_STR(goes(arena, &routes, &drops, SEVERITY_NOTICE), "everything>log");
}

TEST(what_no_route_matches_goes_to_the_fallback)
{
	struct routes routes = { .fallback = STR("log") };

	add(arena, &routes, "severe", "desk")->min_severity = SEVERITY_CRITICAL;
	CHECK_STR(goes(arena, &routes, &drops, SEVERITY_WARNING), "fallback>log");
	routes.fallback = (struct str){ NULL, 0 };
	CHECK_STR(goes(arena, &routes, &drops, SEVERITY_WARNING), "");
}

TEST(a_route_may_name_rules_by_pattern)
{
	struct routes routes = { 0 };

	add(arena, &routes, "some", "desk")->rules = words(arena, "siding.*", "hostility.*");
	CHECK_STR(goes(arena, &routes, &hostility, SEVERITY_INFO), "some>desk");
	CHECK_STR(goes(arena, &routes, &drops, SEVERITY_INFO), "");
}

TEST(a_route_may_ask_for_the_rules_label)
{
	struct routes routes = { 0 };

	add(arena, &routes, "some", "desk")->notify = STR("supervisors");
	CHECK_STR(goes(arena, &routes, &hostility, SEVERITY_INFO), "some>desk");
	CHECK_STR(goes(arena, &routes, &drops, SEVERITY_INFO), "");
}

TEST(a_sink_hears_an_alert_once_whatever_the_routes)
{
	struct routes routes = { 0 };

	add(arena, &routes, "one", "log")->go_on = true;
	add(arena, &routes, "two", "log")->to = words(arena, "log", "desk");
	CHECK_STR(goes(arena, &routes, &drops, SEVERITY_INFO), "one>log two>desk");
}

TEST(a_safety_rule_goes_only_where_it_is_named)
{
	struct routes routes = { .fallback = STR("log") };

	add(arena, &routes, "everything", "log")->go_on = true;
	add(arena, &routes, "stars", "desk")->rules = words(arena, "*", "safe*");
	CHECK_STR(goes(arena, &routes, &safeguarding, SEVERITY_CRITICAL), "");
	add(arena, &routes, "named", "phone")->rules = words(arena, "drops.*", "safeguarding");
	CHECK_STR(goes(arena, &routes, &safeguarding, SEVERITY_CRITICAL), "named>phone");
}

/* ---- what else is matched, and the tree ---- */

static struct str goes_with(struct arena *arena, const struct routes *routes, const struct dispatch_facts *facts,
			    route_steps *steps)
{
	struct str ret = STR("");
	delivery_list list;

	routes_match(arena, routes, facts, &list, steps);
	for (size_t i = 0; i < list.n; i++)
		ret = arena_printf(arena, "%.*s%s%.*s>%.*s", STR_ARG(ret), i ? " " : "", STR_ARG(list.items[i].route),
				   STR_ARG(list.items[i].sink));
	return ret;
}

static struct route *add_in(struct arena *arena, struct route_list *list, const char *name, const char *to)
{
	struct route *r = VEC_PUSH(arena, list);

	*r = (struct route){ .name = str_of(name), .to = words(arena, to, NULL), .min_severity = -1 };
	return r;
}

TEST(a_route_may_ask_for_site_therapist_supervisor_and_state)
{
	struct supervisor anna = { STR("anna"), words(arena, "s1", NULL), words(arena, "north", NULL) };
	struct dispatch_facts at_north = { .rule = &drops, .site = STR("north") };
	struct dispatch_facts of_s1 = { .rule = &drops, .persons = words(arena, "s2", "s1"), .state = TOLD_RETRACTED };
	struct dispatch_facts nothing = { .rule = &drops };
	struct routes routes = { 0 };
	struct route *r = add(arena, &routes, "one", "desk");

	r->sites = words(arena, "south", "north");
	CHECK_STR(goes_with(arena, &routes, &at_north, NULL), "one>desk");
	CHECK_STR(goes_with(arena, &routes, &of_s1, NULL), "");
	r->sites.n = 0;
	r->therapists = words(arena, "s1", NULL);
	CHECK_STR(goes_with(arena, &routes, &at_north, NULL), "");
	CHECK_STR(goes_with(arena, &routes, &of_s1, NULL), "one>desk");
	r->therapists.n = 0;
	r->supervisor = &anna;
	CHECK_STR(goes_with(arena, &routes, &at_north, NULL), "one>desk");
	CHECK_STR(goes_with(arena, &routes, &of_s1, NULL), "one>desk");
	CHECK_STR(goes_with(arena, &routes, &nothing, NULL), "");
	r->supervisor = NULL;
	r->states = 1u << TOLD_RETRACTED | 1u << INCIDENT_CLOSED;
	CHECK_STR(goes_with(arena, &routes, &nothing, NULL), "");
	CHECK_STR(goes_with(arena, &routes, &of_s1, NULL), "one>desk");
}

/* north { north-severe, north-drops (continue) }, rest */
static struct routes tree(struct arena *arena)
{
	struct routes routes = { .fallback = STR("log") };
	struct route *north = add(arena, &routes, "north", "desk");

	north->sites = words(arena, "north", NULL);
	add_in(arena, &north->routes, "north-severe", "phone")->min_severity = SEVERITY_WARNING;
	add_in(arena, &north->routes, "north-drops", "mail")->rules = words(arena, "drops.*", NULL);
	north->routes.items[1].go_on = true;
	add(arena, &routes, "rest", "list")->min_severity = SEVERITY_NOTICE;
	return routes;
}

TEST(routes_in_a_route_come_before_its_own_sinks)
{
	struct routes routes = tree(arena);
	struct dispatch_facts facts = { .rule = &drops, .severity = SEVERITY_WARNING, .site = STR("north") };

	CHECK_STR(goes_with(arena, &routes, &facts, NULL), "north-severe>phone");
	facts.severity = SEVERITY_NOTICE;
	CHECK_STR(goes_with(arena, &routes, &facts, NULL), "north-drops>mail north>desk");
	facts.rule = &hostility;
	CHECK_STR(goes_with(arena, &routes, &facts, NULL), "north>desk");
	routes.all.items[0].go_on = true;
	CHECK_STR(goes_with(arena, &routes, &facts, NULL), "north>desk rest>list");
	facts.site = STR("south");
	CHECK_STR(goes_with(arena, &routes, &facts, NULL), "rest>list");
	facts.severity = SEVERITY_INFO;
	CHECK_STR(goes_with(arena, &routes, &facts, NULL), "fallback>log");
}

TEST(safeguarding_is_taken_where_it_is_named_there_or_around)
{
	struct dispatch_facts facts = { .rule = &safeguarding, .severity = SEVERITY_CRITICAL };
	struct routes routes = { .fallback = STR("log") };
	struct route *outer = add(arena, &routes, "outer", "desk");

	add_in(arena, &outer->routes, "inner", "phone")->min_severity = SEVERITY_WARNING;
	add_in(arena, &outer->routes, "by-name", "mail")->rules = words(arena, "safeguarding", NULL);
	CHECK_STR(goes_with(arena, &routes, &facts, NULL), "by-name>mail");
	outer->routes.n = 1;
	CHECK_STR(goes_with(arena, &routes, &facts, NULL), "");
	outer->rules = words(arena, "safe*", NULL);
	CHECK_STR(goes_with(arena, &routes, &facts, NULL), "");
	outer->rules = words(arena, "safeguarding", NULL);
	CHECK_STR(goes_with(arena, &routes, &facts, NULL), "inner>phone");
}

TEST(it_is_told_of_each_route_why_it_took_it_or_not)
{
	struct routes routes = tree(arena);
	struct dispatch_facts facts = { .rule = &drops, .severity = SEVERITY_WARNING, .site = STR("north") };
	route_steps steps;

	goes_with(arena, &routes, &facts, &steps);
	CHECK_INT(steps.n, 4);
	CHECK_INT(steps.items[0].why, ROUTE_CHILD_TOOK);
	CHECK_INT(steps.items[1].why, ROUTE_TAKES);
	CHECK_INT(steps.items[1].depth, 1);
	CHECK_INT(steps.items[2].why, ROUTE_NOT_ASKED);
	CHECK_INT(steps.items[3].why, ROUTE_NOT_ASKED);
	facts.site = STR("south");
	facts.severity = SEVERITY_INFO;
	goes_with(arena, &routes, &facts, &steps);
	CHECK_INT(steps.n, 2);
	CHECK_INT(steps.items[0].why, ROUTE_SITE);
	CHECK_INT(steps.items[1].why, ROUTE_SEVERITY);
}
