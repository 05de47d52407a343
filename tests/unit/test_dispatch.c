/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/dispatch.h"

#include "test.h"

static const struct rule drops = { .id = { "drops.alliance", 14 } };
static const struct rule safeguarding = { .id = { "safeguarding", 12 }, .safety = true };

static struct dispatch_facts facts_of(const struct rule *rule, enum severity severity)
{
	return (struct dispatch_facts){ .rule = rule, .severity = severity };
}

static enum dispatch_how how(const struct rule *rule, enum severity severity, const struct route *by, int64_t spent)
{
	struct dispatch_facts facts = facts_of(rule, severity);

	return dispatch_plan(&facts, by, true, spent).how;
}

TEST(an_alert_goes_alone_and_at_once_unless_its_route_says_otherwise)
{
	struct route route = { .name = STR("r") };

	CHECK_INT(how(&drops, SEVERITY_NOTICE, &route, 0), DISPATCH_ALONE);
	CHECK_INT(how(&drops, SEVERITY_NOTICE, NULL, 0), DISPATCH_ALONE);
	route.group = ROUTE_BY_CASE;
	CHECK_INT(how(&drops, SEVERITY_NOTICE, &route, 0), DISPATCH_GROUP);
	route.group = ROUTE_TOGETHER;
	CHECK_INT(how(&drops, SEVERITY_NOTICE, &route, 0), DISPATCH_GROUP);
}

TEST(what_is_about_no_case_is_not_grouped_by_case)
{
	struct route route = { .group = ROUTE_BY_CASE };
	struct dispatch_facts facts = facts_of(&drops, SEVERITY_NOTICE);

	CHECK_INT(dispatch_plan(&facts, &route, false, 0).how, DISPATCH_ALONE);
	route.group = ROUTE_TOGETHER;
	CHECK_INT(dispatch_plan(&facts, &route, false, 0).how, DISPATCH_GROUP);
}

TEST(notices_and_below_wait_for_the_digest_and_warnings_do_not)
{
	struct route route = { .digest = { true, 450, 2 } };
	struct dispatch_facts facts = facts_of(&drops, SEVERITY_NOTICE);

	CHECK_INT(how(&drops, SEVERITY_INFO, &route, 0), DISPATCH_DIGEST);
	CHECK_INT(how(&drops, SEVERITY_WARNING, &route, 0), DISPATCH_ALONE);
	CHECK_INT(how(&drops, SEVERITY_CRITICAL, &route, 0), DISPATCH_ALONE);
	CHECK_INT(dispatch_plan(&facts, &route, true, 0).times.minute, 450);
	CHECK_INT(dispatch_plan(&facts, &route, true, 0).times.days, 2);
}

TEST(beyond_the_budget_notices_wait_till_seven_and_warnings_go_through)
{
	struct route route = { .budget = 2 };
	struct dispatch_facts facts = facts_of(&drops, SEVERITY_NOTICE);

	CHECK_INT(how(&drops, SEVERITY_NOTICE, &route, 1), DISPATCH_ALONE);
	CHECK_INT(how(&drops, SEVERITY_NOTICE, &route, 2), DISPATCH_DIGEST);
	CHECK_INT(how(&drops, SEVERITY_WARNING, &route, 2), DISPATCH_ALONE);
	CHECK_INT(dispatch_plan(&facts, &route, true, 2).times.minute, 7 * 60);
	CHECK_INT(dispatch_plan(&facts, &route, true, 2).times.days, 0x7f);
}

TEST(critical_waits_for_nothing_and_safeguarding_is_alone)
{
	struct route route = { .group = ROUTE_BY_CASE, .wait_s = 300, .digest = { true, 0, 1 }, .budget = 1 };
	struct dispatch_facts critical = facts_of(&drops, SEVERITY_CRITICAL);
	struct dispatch_facts warning = facts_of(&drops, SEVERITY_WARNING);

	CHECK_INT(dispatch_plan(&warning, &route, true, 9).wait_s, 300);
	CHECK_INT(dispatch_plan(&critical, &route, true, 9).wait_s, 0);
	CHECK_INT(how(&safeguarding, SEVERITY_NOTICE, &route, 9), DISPATCH_ALONE);
}

static struct routes two(struct arena *arena)
{
	struct routes routes = { .fallback = STR("log") };
	struct route *r = VEC_PUSH(arena, &routes.all);

	*r = (struct route){ .name = STR("r"), .min_severity = -1 };
	*VEC_PUSH(arena, &r->to) = STR("desk");
	*VEC_PUSH(arena, &r->rules) = STR("safeguarding");
	*VEC_PUSH(arena, &r->rules) = STR("drops.*");
	*VEC_PUSH(arena, &r->escalate) = STR("phone");
	return routes;
}

TEST(silence_keeps_back_what_is_not_critical_and_no_safeguarding)
{
	struct routes routes = two(arena);
	struct dispatch_facts facts = facts_of(&drops, SEVERITY_WARNING);
	struct dispatch_decision d;

	facts.silenced = true;
	dispatch_decide(arena, &routes, &facts, &d);
	CHECK(d.silenced && d.to.n == 0);
	facts.severity = SEVERITY_CRITICAL;
	dispatch_decide(arena, &routes, &facts, &d);
	CHECK(!d.silenced && d.to.n == 1);
	facts = facts_of(&safeguarding, SEVERITY_INFO);
	facts.silenced = true;
	dispatch_decide(arena, &routes, &facts, &d);
	CHECK(!d.silenced && d.to.n == 1);
}

TEST(what_escalates_goes_where_its_route_says_and_nowhere_else)
{
	struct routes routes = two(arena);
	struct dispatch_facts facts = facts_of(&drops, SEVERITY_WARNING);
	struct dispatch_decision d;

	facts.escalate = STR("r");
	dispatch_decide(arena, &routes, &facts, &d);
	CHECK_INT(d.to.n, 1);
	CHECK_STR(d.to.items[0].sink, "phone");
	CHECK_STR(d.to.items[0].route, "r");
	facts.escalate = STR("gone");
	dispatch_decide(arena, &routes, &facts, &d);
	CHECK_STR(d.to.items[0].sink, "desk");
	facts.rule = &safeguarding;
	dispatch_decide(arena, &routes, &facts, &d);
	REQUIRE(d.to.n == 1);
	CHECK_STR(d.to.items[0].sink, "desk");
}

TEST(where_a_route_escalates_to_nobody_the_same_hear_it_once_more)
{
	struct routes routes = two(arena);
	struct dispatch_facts facts = facts_of(&safeguarding, SEVERITY_CRITICAL);
	struct dispatch_decision d;

	routes.all.items[0].escalate.n = 0;
	facts.escalate = STR("r");
	dispatch_decide(arena, &routes, &facts, &d);
	REQUIRE(d.to.n == 1);
	CHECK_STR(d.to.items[0].sink, "desk");
}

TEST(safeguarding_wants_an_answer_within_an_hour_even_if_no_one_says_so)
{
	struct route silent = { 0 }, says = { .ack_within_s = 600 };

	CHECK_INT(dispatch_ack_within(&silent, &safeguarding), 3600);
	CHECK_INT(dispatch_ack_within(&says, &safeguarding), 600);
	CHECK_INT(dispatch_ack_within(&silent, &drops), 0);
	CHECK_INT(dispatch_ack_within(&says, &drops), 600);
	CHECK_INT(dispatch_ack_within(NULL, &safeguarding), 0);
}

TEST(repaired_closed_and_retracted_are_ends)
{
	CHECK(dispatch_ended(INCIDENT_REPAIRED) && dispatch_ended(INCIDENT_CLOSED) && dispatch_ended(TOLD_RETRACTED));
	CHECK(!dispatch_ended(INCIDENT_OPEN) && !dispatch_ended(INCIDENT_UNREPAIRED) &&
	      !dispatch_ended(INCIDENT_DROPPED_OUT) && !dispatch_ended(INCIDENT_REPAIRING));
}

static struct str group_json(struct arena *arena, enum privacy level, bool of_case)
{
	struct dispatch_message m = { .key = STR("g-1"),
				      .route = STR("r"),
				      .group = "digest",
				      .severity = SEVERITY_WARNING,
				      .to_fallback = !of_case };
	struct json *j = json_new(false);
	struct str ret;

	if (of_case)
		m.case_token = STR("abc");
	*VEC_PUSH(arena, &m.alerts) = STR("{\"alert\":\"i1\"}");
	*VEC_PUSH(arena, &m.alerts) = STR("{\"alert\":\"i2\"}");
	dispatch_json(&m, level, j);
	ret = arena_dup(arena, json_text(j));
	json_free(j);
	return ret;
}

TEST(a_group_says_what_its_level_allows)
{
	CHECK_STR(group_json(arena, PRIVACY_TOKENS, true), "{\"key\":\"g-1\",\"route\":\"r\",\"severity\":\"warning\","
							   "\"group\":\"digest\",\"case\":\"abc\",\"count\":2,"
							   "\"alerts\":[{\"alert\":\"i1\"},{\"alert\":\"i2\"}]}");
	CHECK_STR(group_json(arena, PRIVACY_BARE, true),
		  "{\"route\":\"r\",\"severity\":\"warning\",\"group\":\"digest\",\"count\":2,"
		  "\"alerts\":[{\"alert\":\"i1\"},{\"alert\":\"i2\"}]}");
	CHECK_HAS(group_json(arena, PRIVACY_TOKENS, false), "}],\"to_fallback\":true}");
}
