/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "io/sink_alertmanager.h"
#include "test.h"

#define NOW   1772460000
#define LASTS 3600

#define ALERT(incident, state, severity)                                                                               \
	"{\"key\":\"" incident "-2\",\"alert\":\"" incident "\",\"state\":\"" state "\",\"severity\":\"" severity      \
	"\",\"rule\":\"drops.alliance\",\"case\":\"c7\",\"member\":\"m1\",\"other\":null,\"session\":9}"
#define LABELS(incident, state, severity)                                                                              \
	"{\"alertname\":\"drops.alliance\",\"service\":\"ruptured\",\"severity\":\"" severity "\",\"state\":\"" state  \
	"\",\"case\":\"c7\",\"member\":\"m1\",\"incident\":\"" incident "\"}"
#define FIRES(incident, state, severity)                                                                               \
	"{\"labels\":" LABELS(incident, state,                                                                         \
			      severity) ",\"annotations\":{\"session\":\"9\"},\"endsAt\":\"2026-03-02T15:00:00Z\"}"
#define OVER(labels) "{\"labels\":" labels ",\"endsAt\":\"2026-03-02T14:00:00Z\"}"

static struct payload read(struct arena *arena, const char *payload)
{
	struct payload p = { 0 };

	if (!payload_read(arena, str_of(payload), &p))
		test_fail(__FILE__, __LINE__, "not read: %s", payload);
	return p;
}

/* `active`: what fires there, the labels of each. */
static struct str sent(struct arena *arena, const char *payload, const char *active)
{
	struct diags d = { .arena = arena };
	struct payload p = read(arena, payload);
	const struct doc *there =
		active ? doc_parse(arena, str_of(active), DOC_JSON, &doc_limits_record, false, &d) : NULL;

	return alertmanager_post(arena, &p, there, NOW, LASTS);
}

TEST(an_open_incident_fires_until_it_is_forgotten)
{
	CHECK_STR(sent(arena, ALERT("a1", "open", "warning"), NULL), "[" FIRES("a1", "open", "warning") "]");
	CHECK_STR(sent(arena, ALERT("a1", "open", "warning"), "[]"), "[" FIRES("a1", "open", "warning") "]");
	CHECK_STR(sent(arena, ALERT("a1", "dropped_out", "warning"), "[]"),
		  "[" FIRES("a1", "dropped_out", "warning") "]");
}

TEST(another_severity_or_state_ends_what_was_said_before)
{
	CHECK_STR(sent(arena, ALERT("a1", "open", "warning"), "[{\"labels\":" LABELS("a1", "open", "notice") "}]"),
		  "[" OVER(LABELS("a1", "open", "notice")) "," FIRES("a1", "open", "warning") "]");
	CHECK_STR(
		sent(arena, ALERT("a1", "unrepaired", "warning"), "[{\"labels\":" LABELS("a1", "open", "warning") "}]"),
		"[" OVER(LABELS("a1", "open", "warning")) "," FIRES("a1", "unrepaired", "warning") "]");
}

TEST(a_second_try_ends_nothing)
{
	CHECK_STR(sent(arena, ALERT("a1", "open", "warning"), "[{\"labels\":" LABELS("a1", "open", "warning") "}]"),
		  "[" FIRES("a1", "open", "warning") "]");
}

TEST(an_incident_that_is_over_ends_all_that_fires_of_it_and_nothing_else)
{
	const char *active = "[{\"labels\":" LABELS("a1", "open", "notice") "},{\"labels\":" LABELS(
		"a2", "open", "warning") "},{\"labels\":{\"incident\":\"a1\",\"service\":\"other\"}},3,{}]";

	CHECK_STR(sent(arena, ALERT("a1", "repaired", "warning"), active),
		  "[" OVER(LABELS("a1", "open", "notice")) "]");
	CHECK_STR(sent(arena, ALERT("a1", "closed", "warning"), active), "[" OVER(LABELS("a1", "open", "notice")) "]");
	CHECK_STR(sent(arena, ALERT("a1", "retracted", "warning"), active),
		  "[" OVER(LABELS("a1", "open", "notice")) "]");
}

TEST(an_incident_that_is_over_and_does_not_fire_is_nothing_to_send)
{
	CHECK(!sent(arena, ALERT("a1", "repaired", "warning"), "[]").p);
	CHECK(!sent(arena, ALERT("a1", "repaired", "warning"), NULL).p);
	CHECK(!sent(arena, ALERT("a1", "repaired", "warning"), "{}").p);
}

TEST(a_group_is_sent_at_once)
{
	CHECK_STR(sent(arena,
		       "{\"key\":\"g-1\",\"count\":2,\"alerts\":[" ALERT("a1", "open", "warning") "," ALERT(
			       "a2", "repaired", "notice") "]}",
		       "[{\"labels\":" LABELS("a2", "open", "notice") "}]"),
		  "[" FIRES("a1", "open", "warning") "," OVER(LABELS("a2", "open", "notice")) "]");
}

TEST(what_says_no_state_is_left_to_end_by_itself)
{
	CHECK_STR(sent(arena, "{\"alert\":\"a1\",\"severity\":\"critical\",\"route\":\"harm\"}",
		       "[{\"labels\":" LABELS("a1", "open", "notice") "}]"),
		  "[{\"labels\":{\"alertname\":\"ruptured\",\"service\":\"ruptured\",\"severity\":\"critical\","
		  "\"incident\":\"a1\"},\"annotations\":{}}]");
}

TEST(marks_are_labels_so_that_they_are_told)
{
	CHECK_HAS(sent(arena, "{\"alert\":\"a1\",\"state\":\"open\",\"escalated\":true,\"reminder\":true}", NULL),
		  "\"escalated\":\"true\",\"reminder\":\"true\"");
}

TEST(what_fires_is_asked_for_by_incident)
{
	struct payload p = read(arena, ALERT("a1", "open", "warning"));

	CHECK_STR(alertmanager_query(arena, &p),
		  "/api/v2/alerts?filter=service%3D%22ruptured%22&filter=incident%3D%22a1%22");
	p = read(arena, "{\"alerts\":[" ALERT("a1", "open", "warning") "," ALERT("a2", "open", "warning") "]}");
	CHECK_STR(alertmanager_query(arena, &p), "/api/v2/alerts?filter=service%3D%22ruptured%22");
	p = read(arena, "{\"alert\":\"a\\\"b\"}");
	CHECK_STR(alertmanager_query(arena, &p), "/api/v2/alerts?filter=service%3D%22ruptured%22");
}
