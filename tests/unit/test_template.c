/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/template.h"
#include "test.h"

#define ALERT                                                                                                          \
	"{\"key\":\"00ff-2\",\"alert\":\"00ff\",\"state\":\"open\",\"severity\":\"warning\",\"rule\":"                 \
	"\"drops.alliance\",\"case\":\"c7\",\"member\":\"m1\",\"other\":null,\"session\":9,\"route\":\"a\"}"
#define OTHER                                                                                                          \
	"{\"key\":\"00fe-1\",\"alert\":\"00fe\",\"state\":\"open\",\"severity\":\"notice\",\"rule\":"                  \
	"\"withdrawal.minimal\",\"case\":\"c7\",\"member\":\"m2\",\"other\":null,\"session\":9}"
#define GROUP                                                                                                          \
	"{\"key\":\"g-1\",\"route\":\"a\",\"severity\":\"warning\",\"count\":2,\"group\":\"case\",\"alerts\":[" ALERT  \
	"," OTHER "]}"

static struct str filled(struct arena *arena, const char *text, const char *payload)
{
	struct payload p;

	if (!payload_read(arena, str_of(payload), &p)) {
		test_fail(__FILE__, __LINE__, "not read: %s", payload);
		return STR("");
	}
	return template_fill(arena, str_of(text), &p);
}

/* What is wrong with the template, as the faults' codes and messages in a row. */
static struct str faults(struct arena *arena, const char *text, enum privacy level)
{
	struct diags d = { .arena = arena };
	struct reader r = { .arena = arena, .diags = &d };
	struct doc *settings = doc_parse(arena, arena_printf(arena, "{\"template\": \"%s\"}", text), DOC_JSON,
					 &doc_limits_rules, false, &d);
	struct str ret = STR("");

	template_check(&r, settings, "template", level);
	for (size_t i = 0; i < d.all.n; i++)
		ret = arena_printf(arena, "%.*s%s:%u %s: %s (%s)\n", STR_ARG(ret), d.all.items[i].path.p,
				   d.all.items[i].at.column, d.all.items[i].code, d.all.items[i].message.p,
				   d.all.items[i].hint.p ? d.all.items[i].hint.p : "");
	return ret;
}

TEST(the_tokens_of_a_template_are_the_keys_of_the_alert)
{
	CHECK_STR(filled(arena, "[{severity}] {rule} in {case}, {member}, session {session} ({state}, {alert})", ALERT),
		  "[warning] drops.alliance in c7, m1, session 9 (open, 00ff)");
	CHECK_STR(filled(arena, "no token at all", ALERT), "no token at all");
	CHECK_STR(filled(arena, "{rule}{rule}", ALERT), "drops.alliancedrops.alliance");
}

TEST(what_an_alert_does_not_carry_is_a_dash)
{
	CHECK_STR(filled(arena, "{other}/{next_step}", ALERT), "-/-");
}

TEST(a_brace_that_is_no_token_stays)
{
	CHECK_STR(filled(arena, "a } {b} {c", ALERT), "a } {b} {c");
}

TEST(evidence_is_no_token)
{
	CHECK_STR(filled(arena, "{evidence}", ALERT), "{evidence}");
	CHECK_HAS(faults(arena, "{evidence}", PRIVACY_NUMBERS), "an alert has no {evidence}");
}

TEST(a_group_says_what_all_of_it_say)
{
	CHECK_STR(filled(arena, "{severity} {count} {group}: {case} {rule} {state}", GROUP),
		  "warning 2 case: c7 several open");
	CHECK_STR(filled(arena, "{count} {group}", ALERT), "1 -");
}

TEST(one_alert_of_a_group_can_be_told_by_itself)
{
	struct payload group, one;

	REQUIRE(payload_read(arena, STR(GROUP), &group));
	CHECK_INT(group.n, 2);
	CHECK(group.group);
	one = payload_one(arena, &group, 1);
	CHECK_STR(template_fill(arena, STR("{rule} {severity} {count}"), &one), "withdrawal.minimal notice 1");
}

TEST(a_value_never_breaks_a_line)
{
	CHECK_STR(filled(arena, "x {case} y", "{\"case\":\"a\\r\\nBcc: b\\u007f\"}"), "x a  Bcc: b  y");
}

TEST(a_payload_is_an_object_or_a_group_of_objects)
{
	static const char *const wrong[] = { "", "[]", "3", "{\"alerts\":3}", "{\"alerts\":[3]}", "{\"key\":" };
	struct payload p;

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		CHECK(!payload_read(arena, str_of(wrong[i]), &p));
}

TEST(a_template_may_say_what_the_privacy_level_carries)
{
	CHECK_STR(faults(arena, "{alert} {severity} {route} {count} {group}", PRIVACY_BARE), "");
	CHECK_STR(faults(arena, "{key} {state} {rule} {case} {member} {other} {session}", PRIVACY_TOKENS), "");
	CHECK_STR(faults(arena, "{say} {next_step}", PRIVACY_ADVICE), "");
}

TEST(a_template_may_not_say_more_than_the_privacy_level_carries)
{
	CHECK_STR(faults(arena, "{severity} {rule}", PRIVACY_BARE),
		  "template:27 token-privacy: with \"privacy: bare\" an alert does not carry {rule} "
		  "(take it out, or say \"privacy: tokens\")\n");
	CHECK_HAS(faults(arena, "{say}", PRIVACY_TOKENS), "or say \"privacy: advice\"");
}

TEST(an_unknown_token_is_told_where_it_is_with_the_one_that_was_meant)
{
	CHECK_STR(faults(arena, "x {memer} {rule}", PRIVACY_TOKENS),
		  "template:18 unknown-token: an alert has no {memer} (did you mean \"member\"?)\n");
	CHECK_HAS(faults(arena, "{}", PRIVACY_TOKENS), "an alert has no {}");
	CHECK_HAS(faults(arena, "{rule", PRIVACY_TOKENS), "\"{\" without \"}\"");
}

TEST(a_payload_is_cut_to_what_a_sink_may_show_now)
{
	CHECK_STR(payload_cut(arena, STR(ALERT), PRIVACY_TOKENS), ALERT);
	CHECK_STR(payload_cut(arena, STR(ALERT), PRIVACY_BARE),
		  "{\"alert\":\"00ff\",\"severity\":\"warning\",\"route\":\"a\"}");
	CHECK_STR(payload_cut(arena, STR(GROUP), PRIVACY_BARE),
		  "{\"route\":\"a\",\"severity\":\"warning\",\"count\":2,\"group\":\"case\",\"alerts\":"
		  "[{\"alert\":\"00ff\",\"severity\":\"warning\",\"route\":\"a\"},{\"alert\":\"00fe\","
		  "\"severity\":\"notice\"}]}");
	CHECK_STR(payload_cut(arena, STR("{\"alert\":\"00ff\",\"say\":\"a\",\"session\":9,\"other\":null}"),
			      PRIVACY_TOKENS),
		  "{\"alert\":\"00ff\",\"session\":9,\"other\":null}");
}
