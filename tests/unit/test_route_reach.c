/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/route_reach.h"

#include "app/config.h"
#include "test.h"

/* "b<a c!b": b is behind a; c is in b, which cannot let it in. */
static struct str unreached(struct arena *arena, const char *routes)
{
	static const char head[] = "version: 1\nsinks: {desk: {syslog: {}}}\nfallback: desk\n"
				   "supervisors: {anna: {therapists: [s1], sites: [north]}}\n";
	struct diags d = { .arena = arena };
	struct config *c = config_parse(STR("r.yaml"), arena_printf(arena, "%sroutes: [%s]\n", head, routes), &d);
	struct str ret = STR("");
	route_unreached_list list;

	if (!c)
		return d.all.n ? d.all.items[0].message : STR("faults");
	routes_unreached(arena, &c->routes, &list);
	for (size_t i = 0; i < list.n; i++)
		ret = arena_printf(arena, "%.*s%s%.*s%s%.*s", STR_ARG(ret), i ? " " : "",
				   STR_ARG(list.items[i].route->name), list.items[i].around ? "!" : "<",
				   STR_ARG(list.items[i].by->name));
	config_free(c);
	return ret;
}

TEST(a_route_behind_one_that_asks_for_less_is_never_reached)
{
	CHECK_STR(unreached(arena, "{name: a, to: desk}, {name: b, to: desk}"), "b<a");
	CHECK_STR(unreached(arena, "{name: a, to: desk, continue: yes}, {name: b, to: desk}"), "");
	CHECK_STR(unreached(arena, "{name: a, to: desk, match: {severity: at least notice}},"
				   "{name: b, to: desk, match: {severity: at least warning}}"),
		  "b<a");
	CHECK_STR(unreached(arena, "{name: a, to: desk, match: {severity: at least warning}},"
				   "{name: b, to: desk, match: {severity: at least notice}}"),
		  "");
}

TEST(each_matcher_is_compared)
{
	static const struct {
		const char *a, *b, *found;
	} rows[] = {
		{ "notify: x", "notify: x", "b<a" },
		{ "notify: x", "notify: y", "" },
		{ "site: [n, s]", "site: n", "b<a" },
		{ "site: n", "site: [n, s]", "" },
		{ "therapist: [s1, s2]", "therapist: s1", "b<a" },
		{ "therapist: s1", "therapist: s2", "" },
		{ "supervisor: anna", "supervisor: anna", "b<a" },
		{ "supervisor: anna", "site: north", "" },
		{ "state: [open, unrepaired]", "state: open", "b<a" },
		{ "state: open", "state: [open, unrepaired]", "" },
		{ "rules: [drops.*]", "rules: [drops.a*]", "b<a" },
		{ "rules: [drops.a*]", "rules: [drops.*]", "" },
		{ "notify: x", "notify: x, site: n", "b<a" },
		{ "notify: x, site: n", "notify: x", "" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CHECK_STR(unreached(arena, arena_printf(arena,
							"{name: a, to: desk, match: {%s}},"
							"{name: b, to: desk, match: {%s}}",
							rows[i].a, rows[i].b)
						   .p),
			  rows[i].found);
}

TEST(a_route_that_names_a_rule_whole_may_be_for_safeguarding)
{
	CHECK_STR(unreached(arena, "{name: a, to: desk}, {name: b, to: desk, match: {rules: [x]}}"), "");
	CHECK_STR(unreached(arena, "{name: a, to: desk}, {name: b, to: desk, match: {rules: [x.*]}}"), "b<a");
	CHECK_STR(
		unreached(arena, "{name: a, to: desk, match: {rules: [x]}}, {name: b, to: desk, match: {rules: [x]}}"),
		"b<a");
	CHECK_STR(unreached(arena, "{name: a, to: desk},"
				   "{name: b, to: desk, routes: [{name: c, match: {rules: [x]}}, {name: d}]}"),
		  "d<a");
}

TEST(a_route_in_another_is_held_against_what_stands_before_and_around)
{
	/* Before the one around it. */
	CHECK_STR(unreached(arena, "{name: a, to: desk, match: {severity: at least critical}},"
				   "{name: b, to: desk, match: {site: n}, routes: ["
				   "  {name: c, match: {severity: at least critical}}, {name: d}]}"),
		  "c<a");
	/* The one around it says what it does not. */
	CHECK_STR(unreached(arena, "{name: b, to: desk, match: {severity: at least warning}, routes: ["
				   "  {name: c, match: {severity: at least notice}}, {name: d}]}"),
		  "d<c");
	CHECK_STR(unreached(arena, "{name: b, to: desk, match: {site: n}, routes: [{name: c, match: {site: [s]}}]}"),
		  "c!b");
	CHECK_STR(unreached(arena, "{name: b, to: desk, match: {rules: [drops.*]}, routes: ["
				   "  {name: c, match: {rules: [siding.a]}}, {name: d, match: {rules: [drops.a]}}]}"),
		  "c!b");
	CHECK_STR(unreached(arena, "{name: b, to: desk, match: {state: open}, routes: ["
				   "  {name: c, match: {state: closed}}]}"),
		  "c!b");
	CHECK_STR(unreached(arena, "{name: b, to: desk, match: {notify: x}, routes: [{name: c, match: {notify: y}}]}"),
		  "c!b");
	/* What is in one that is never reached is not told. */
	CHECK_STR(unreached(arena, "{name: a, to: desk}, {name: b, to: desk, routes: [{name: c}, {name: d}]}"), "b<a");
}
