/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/reach.h"
#include "test.h"

static struct severity_line ladder[] = { { SEVERITY_CRITICAL, NULL }, { SEVERITY_NOTICE, NULL } };

static struct rule rule_of(const char *id, bool safety, enum rule_status status)
{
	return (struct rule){
		.id = str_of(id), .safety = safety, .status = (int)status, .ladder = ladder, .n_ladder = 2
	};
}

static struct route *add(struct arena *arena, struct routes *routes, const char *rule, int min_severity)
{
	struct route *r = VEC_PUSH(arena, &routes->all);

	*r = (struct route){ .name = STR("r"), .min_severity = min_severity, .go_on = true };
	*VEC_PUSH(arena, &r->to) = STR("desk");
	if (rule)
		*VEC_PUSH(arena, &r->rules) = str_of(rule);
	return r;
}

static struct str complaint(struct arena *arena, struct rule *rules, size_t n, const struct routes *routes)
{
	struct ruleset set = { .rules = rules, .n = n };
	struct strs unreached;
	struct str said;

	reach_nobody(arena, &set, routes, &unreached);
	said = reach_complaint(arena, &unreached);
	return said.p ? said : STR("");
}

TEST(safeguarding_rules_that_no_route_names_are_listed_with_what_to_do)
{
	struct rule rules[] = { rule_of("drops.a", false, STATUS_ACTIVE), rule_of("harm.a", true, STATUS_ACTIVE),
				rule_of("harm.b", true, STATUS_ACTIVE), rule_of("harm.c", true, STATUS_DRAFT) };
	struct routes routes = { .fallback = STR("log") };

	add(arena, &routes, NULL, -1);
	add(arena, &routes, "harm.*", -1);
	CHECK_HAS(complaint(arena, rules, 4, &routes), "reach nobody: no route names harm.a, harm.b (");
	CHECK_HAS(complaint(arena, rules, 4, &routes), "match: {rules: [harm.a, harm.b]}");
	add(arena, &routes, "harm.a", -1);
	CHECK_HAS(complaint(arena, rules, 4, &routes), "no route names harm.b (");
	add(arena, &routes, "harm.b", -1);
	CHECK_STR(complaint(arena, rules, 4, &routes), "");
}

TEST(a_route_that_leaves_out_one_severity_of_a_safeguarding_rule_is_not_enough)
{
	struct rule rules[] = { rule_of("harm.a", true, STATUS_ACTIVE) };
	struct routes routes = { 0 };

	add(arena, &routes, "harm.a", SEVERITY_WARNING);
	CHECK_HAS(complaint(arena, rules, 1, &routes), "harm.a");
	rules[0].n_ladder = 1;
	CHECK_STR(complaint(arena, rules, 1, &routes), "");
	rules[0].raise.set = true;
	rules[0].raise.to = SEVERITY_NOTICE;
	CHECK_HAS(complaint(arena, rules, 1, &routes), "harm.a");
}
