/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/alert.h"

#include "test.h"

static struct alert_number number = { .signal = { "attacks", 7 }, .value = 4, .turns = { 3, 17 }, .n_turns = 2 };

static struct alert full(void)
{
	number.baseline = NAN;
	return (struct alert){
		.key = STR("00ff-2"),
		.id = STR("00ff"),
		.state = STR("open"),
		.severity = STR("warning"),
		.rule = STR("hostility.therapist"),
		.rule_version = STR("1a2b3c4d"),
		.rules_hash = STR("feed"),
		.case_token = STR("c7q2"),
		.member = STR("m1"),
		.session = 9,
		.route = STR("supervisors"),
		.say = STR("check in with m1"),
		.next_step = STR("Ask first."),
		.evidence = &number,
		.n_evidence = 1,
	};
}

static struct str written(struct arena *arena, const struct alert *alert, enum privacy level)
{
	struct json *j = json_new(false);
	struct str ret;

	alert_json(alert, level, j);
	ret = arena_dup(arena, json_text(j));
	json_free(j);
	return ret;
}

TEST(a_bare_alert_carries_its_id_route_and_severity)
{
	struct alert alert = full();

	CHECK_STR(written(arena, &alert, PRIVACY_BARE),
		  "{\"alert\":\"00ff\",\"severity\":\"warning\",\"route\":\"supervisors\"}");
}

TEST(an_alert_of_tokens_carries_no_words_and_no_numbers)
{
	struct alert alert = full();

	CHECK_STR(written(arena, &alert, PRIVACY_TOKENS),
		  "{\"key\":\"00ff-2\",\"alert\":\"00ff\",\"state\":\"open\",\"severity\":\"warning\","
		  "\"rule\":\"hostility.therapist\",\"rule_version\":\"1a2b3c4d\",\"rules_hash\":\"feed\","
		  "\"case\":\"c7q2\",\"member\":\"m1\",\"other\":null,\"session\":9,\"route\":\"supervisors\"}");
}

TEST(advice_adds_words_and_numbers_add_evidence)
{
	struct alert alert = full();

	CHECK_HAS(written(arena, &alert, PRIVACY_ADVICE),
		  "\"route\":\"supervisors\",\"say\":\"check in with m1\",\"next_step\":\"Ask first.\"}");
	CHECK_HAS(written(arena, &alert, PRIVACY_NUMBERS),
		  "\"evidence\":[{\"signal\":\"attacks\",\"value\":4,\"baseline\":null,\"turns\":[3,17]}]}");
}

static const struct {
	const char *key;
	enum privacy level;
} least[] = {
	{ "alert", PRIVACY_BARE },	  { "route", PRIVACY_BARE },	   { "severity", PRIVACY_BARE },
	{ "key", PRIVACY_TOKENS },	  { "case", PRIVACY_TOKENS },	   { "member", PRIVACY_TOKENS },
	{ "other", PRIVACY_TOKENS },	  { "rule", PRIVACY_TOKENS },	   { "rule_version", PRIVACY_TOKENS },
	{ "rules_hash", PRIVACY_TOKENS }, { "state", PRIVACY_TOKENS },	   { "session", PRIVACY_TOKENS },
	{ "say", PRIVACY_ADVICE },	  { "next_step", PRIVACY_ADVICE }, { "evidence", PRIVACY_NUMBERS },
};

TEST(no_key_of_an_alert_appears_below_its_level)
{
	struct alert alert = full();

	for (enum privacy level = PRIVACY_BARE; level <= PRIVACY_NUMBERS; level++) {
		struct str text = written(arena, &alert, level);

		for (size_t i = 0; i < sizeof least / sizeof *least; i++) {
			struct str key = arena_printf(arena, "\"%s\":", least[i].key);
			bool there = memmem(text.p, text.n, key.p, key.n) != NULL;

			if (there != (least[i].level <= level))
				test_fail(__FILE__, __LINE__, "%s at level %s", least[i].key,
					  privacy_words.words[level]);
		}
	}
}

TEST(say_fills_in_its_tokens_and_leaves_other_braces)
{
	struct alert alert = full();

	alert.other = STR("m2");
	CHECK_STR(alert_say(arena, STR("{member} and {other} of {case}, session {session}: {rule}"), &alert),
		  "m1 and m2 of c7q2, session 9: hostility.therapist");
	CHECK_STR(alert_say(arena, STR("{nobody} {member"), &alert), "{nobody} {member");
	CHECK_STR(alert_say(arena, STR(""), &alert), "");
	CHECK(!alert_say(arena, (struct str){ NULL, 0 }, &alert).p);
}

TEST(an_alert_is_made_of_what_the_announcement_and_the_rule_say)
{
	struct rule rule = {
		.id = STR("a"), .version = STR("1111"), .say = STR("see {member}"), .next_step = STR("ask")
	};
	struct ruleset rules = { .rules = &rule, .n = 1, .hash = STR("feed") };
	struct incident incident = { .rule_id = STR("a") };
	struct told told = { .id = "00ff", .rule = STR("a"), .rule_version = STR("1111"), .member = STR("m1") };
	struct announcement said = { .key = "00ff-1", .state = INCIDENT_UNREPAIRED, .severity = SEVERITY_WARNING };
	struct incident_reading *r = VEC_PUSH(arena, &incident.readings);
	struct alert alert;

	r->signal = STR("attacks");
	r->value = 30;
	r->baseline = NAN;
	for (uint32_t i = 0; i < 30; i++)
		*VEC_PUSH(arena, &r->evidence) = (struct evidence){ .ordinal = i < 2 ? 4 : 5, .turn = i };
	told.changed_ordinal = 5;
	told.incident = &incident;
	alert_make(arena, &said, &told, &rules, STR("c7q2"), &alert);
	CHECK_STR(alert.state, "unrepaired");
	CHECK_STR(alert.severity, "warning");
	CHECK_STR(alert.say, "still not repaired: see m1");
	CHECK_STR(alert.next_step, "ask");
	CHECK_STR(alert.key, "00ff-1");
	CHECK_STR(alert.rules_hash, "feed");
	CHECK_INT(alert.session, 5);
	REQUIRE(alert.n_evidence == 1);
	CHECK_INT(alert.evidence[0].n_turns, ALERT_MAX_TURNS);
	CHECK_INT(alert.evidence[0].turns[0], 2);
}

TEST(a_retraction_of_a_rule_that_is_gone_still_makes_an_alert)
{
	struct ruleset rules = { .hash = STR("feed") };
	struct told told = { .id = "00ff", .rule = STR("a") };
	struct announcement said = { .key = "00ff-2", .state = TOLD_RETRACTED };
	struct alert alert;

	alert_make(arena, &said, &told, &rules, STR("c7q2"), &alert);
	CHECK_STR(alert.state, "retracted");
	CHECK(!alert.say.p);
	CHECK_INT(alert.n_evidence, 0);
}
