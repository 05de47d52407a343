/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "io/sink_journald.h"
#include "test.h"

static struct str fields_of(struct arena *arena, const char *payload, const char *template)
{
	struct journald_settings settings = { STR("ruptured"), str_of(template) };
	struct parcel parcel = { .payload = str_of(payload), .severity = STR("critical") };
	struct strs fields = { 0 };
	struct buf out = { 0 };
	struct str ret;

	journald_fields(arena, &settings, &parcel, &fields);
	for (size_t i = 0; i < fields.n; i++)
		buf_printf(&out, "%.*s\n", STR_ARG(fields.items[i]));
	ret = arena_dup(arena, buf_str(&out));
	buf_release(&out);
	return ret;
}

#define ID "MESSAGE_ID=" JOURNALD_MESSAGE_ID "\nPRIORITY=2\nSYSLOG_IDENTIFIER=ruptured\n"

TEST(an_entry_has_a_field_for_each_key_with_one_value)
{
	CHECK_STR(fields_of(arena,
			    "{\"key\":\"k-1\",\"alert\":\"k\",\"state\":\"open\",\"severity\":\"critical\","
			    "\"rule\":\"drops.silent\",\"rule_version\":\"ab\",\"case\":\"c7\",\"member\":null,"
			    "\"session\":3,\"evidence\":[1]}",
			    NULL),
		  "MESSAGE=critical drops.silent open c7 k\n" ID "RUPTURED_KEY=k-1\nRUPTURED_ALERT=k\n"
		  "RUPTURED_STATE=open\nRUPTURED_SEVERITY=critical\nRUPTURED_RULE=drops.silent\n"
		  "RUPTURED_RULE_VERSION=ab\nRUPTURED_CASE=c7\nRUPTURED_SESSION=3\n");
}

TEST(a_bare_alert_says_no_more_in_the_journal)
{
	CHECK_STR(fields_of(arena, "{\"alert\":\"k\",\"severity\":\"critical\",\"route\":\"harm\"}", NULL),
		  "MESSAGE=critical k\n" ID "RUPTURED_ALERT=k\nRUPTURED_SEVERITY=critical\nRUPTURED_ROUTE=harm\n");
}

TEST(a_group_is_one_entry_and_the_message_may_be_the_clinics)
{
	const char *group = "{\"key\":\"g-1\",\"severity\":\"critical\",\"count\":2,\"alerts\":[{\"rule\":\"a\"},"
			    "{\"rule\":\"b\"}]}";

	CHECK_HAS(fields_of(arena, group, NULL), "MESSAGE=2 alerts, critical several\n");
	CHECK_HAS(fields_of(arena, group, NULL), "RUPTURED_COUNT=2\n");
	CHECK_HAS(fields_of(arena, group, "look: {count} at {severity}"), "MESSAGE=look: 2 at critical\n");
}

/* What is in a value stays in it: the journal takes a length with each. */
TEST(a_key_becomes_a_field_name_as_the_journal_has_them)
{
	CHECK_HAS(fields_of(arena, "{\"next-step\":\"a\\nPRIORITY=0\"}", NULL), "\nRUPTURED_NEXT_STEP=a\nPRIORITY=0\n");
}
