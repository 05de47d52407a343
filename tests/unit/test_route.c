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
	delivery_list list;

	routes_match(arena, routes, rule, severity, &list);
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
