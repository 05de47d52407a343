/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/reminder.h"
#include "core/silence.h"

#include "test.h"

#define NOW 1000000

static struct silence silence(const char *case_token, const char *rule, const char *member)
{
	return (struct silence){
		.number = 1,
		.case_token = str_of(case_token),
		.rule = str_of(rule),
		.member = str_of(member),
		.until = NOW + DAY_S,
		.made_at = NOW - DAY_S,
		.ended_at = DATE_NONE,
	};
}

static bool covers(struct silence s, const char *case_token, const char *rule, const char *member, const char *other)
{
	struct silence_subject about = { str_of(case_token), str_of(rule), str_of(member), str_of(other), false };

	return silence_covers(&s, &about, NOW);
}

TEST(a_silence_of_a_case_covers_every_rule_of_it_and_no_other_case)
{
	struct silence s = silence("K7", NULL, NULL);

	CHECK(covers(s, "K7", "drops.low", "m1", NULL));
	CHECK(covers(s, "K7", "drops.silent", NULL, NULL));
	CHECK(covers(s, "K7", "siding.therapist", "m1", "m2"));
	CHECK(!covers(s, "K70", "drops.low", "m1", NULL));
}

TEST(a_silence_of_a_rule_covers_it_in_every_case)
{
	CHECK(covers(silence(NULL, "drops.low", NULL), "K7", "drops.low", "m1", NULL));
	CHECK(!covers(silence(NULL, "drops.low", NULL), "K7", "drops.lower", "m1", NULL));
	CHECK(covers(silence(NULL, "drops.*", NULL), "K8", "drops.silent", NULL, NULL));
	CHECK(!covers(silence(NULL, "drops.*", NULL), "K8", "siding.therapist", NULL, NULL));
}

TEST(a_silence_of_a_rule_in_a_case_covers_where_both_hold)
{
	struct silence s = silence("K7", "drops.*", NULL);

	CHECK(covers(s, "K7", "drops.low", "m1", NULL));
	CHECK(!covers(s, "K8", "drops.low", "m1", NULL));
	CHECK(!covers(s, "K7", "siding.therapist", "m1", NULL));
}

TEST(a_silence_of_one_member_is_not_one_of_the_others)
{
	struct silence s = silence("K7", NULL, "m1");

	CHECK(covers(s, "K7", "drops.low", "m1", NULL));
	CHECK(!covers(s, "K7", "drops.low", "m2", NULL));
	CHECK(!covers(s, "K7", "drops.silent", NULL, NULL));
	CHECK(!covers(s, "K7", "siding.therapist", "m1", "m2"));
}

TEST(a_silence_is_over_at_its_date_to_the_second)
{
	struct silence s = silence("K7", NULL, NULL);

	s.until = NOW + 1;
	CHECK(!silence_is_over(&s, NOW));
	s.until = NOW;
	CHECK(silence_is_over(&s, NOW));
	CHECK(!covers(s, "K7", "drops.low", "m1", NULL));
}

TEST(a_silence_that_somebody_ended_is_over_before_its_date)
{
	struct silence s = silence("K7", NULL, NULL);

	s.ended_at = NOW - 1;
	CHECK(silence_is_over(&s, NOW));
}

TEST(a_silence_until_the_next_session_has_no_date)
{
	struct silence s = silence("K7", NULL, NULL);

	s.until = DATE_NONE;
	CHECK(!silence_is_over(&s, NOW + 4000 * (int64_t)DAY_S));
}

TEST(a_silence_until_the_next_session_does_not_keep_back_that_none_will_come)
{
	struct silence s = silence("K7", NULL, NULL);
	struct silence_subject about = { STR("K7"), STR("drops.silent"), { NULL, 0 }, { NULL, 0 }, true };

	CHECK(silence_covers(&s, &about, NOW));
	s.until = DATE_NONE;
	CHECK(!silence_covers(&s, &about, NOW));
	s.rule = STR("drops.*");
	CHECK(!silence_covers(&s, &about, NOW));
	s.rule = STR("drops.silent");
	CHECK(silence_covers(&s, &about, NOW));
	s.rule = (struct str){ NULL, 0 };
	about.drops_out = false;
	CHECK(silence_covers(&s, &about, NOW));
}

TEST(the_first_silence_that_covers_is_named)
{
	struct silence all[] = { silence("K8", NULL, NULL), silence("K7", "drops.*", NULL), silence("K7", NULL, NULL) };
	silence_list list = { all, 3, 3 };
	struct silence_subject about = { STR("K7"), STR("drops.low"), STR("m1"), { NULL, 0 } };

	CHECK(silences_find(&list, &about, NOW) == &all[1]);
	about.rule = STR("siding.therapist");
	CHECK(silences_find(&list, &about, NOW) == &all[2]);
	about.case_token = STR("K9");
	CHECK(!silences_find(&list, &about, NOW));
}

TEST(the_next_session_is_one_that_started_later_and_is_not_far_ahead)
{
	struct session sessions[] = { { .started = NOW - 7 * DAY_S }, { .started = NOW } };
	struct history h = { .sessions = sessions, .n = 2 };

	CHECK(next_session_began(&h, NOW - 1, NOW));
	CHECK(!next_session_began(&h, NOW, NOW + DAY_S));
	sessions[1].started = NOW + DAY_S;
	CHECK(next_session_began(&h, NOW, NOW));
	sessions[1].started++;
	CHECK(!next_session_began(&h, NOW, NOW));
}

/* ---- reminders ---- */

static struct told open_alert(void)
{
	return (struct told){ .state = INCIDENT_OPEN, .acknowledged_at = DATE_NONE };
}

static const struct reminder escalation = { .kind = REMINDER_ESCALATE, .due_at = NOW, .made_at = NOW - 3600 };
static const struct reminder snooze = { .kind = REMINDER_SNOOZE, .due_at = NOW, .made_at = NOW - 3600 };
static const struct reminder next_time = { .kind = REMINDER_SNOOZE, .due_at = DATE_NONE, .made_at = NOW - 3600 };

TEST(a_reminder_fires_when_it_is_due_and_not_before)
{
	struct told t = open_alert();

	CHECK_INT(reminder_decide(&escalation, &t, false, NOW - 1), REMINDER_WAITS);
	CHECK_INT(reminder_decide(&escalation, &t, false, NOW), REMINDER_FIRES);
	CHECK_INT(reminder_decide(&snooze, &t, true, NOW - 1), REMINDER_WAITS);
	CHECK_INT(reminder_decide(&snooze, &t, false, NOW + 1), REMINDER_FIRES);
}

TEST(a_reminder_at_the_next_session_waits_for_it_alone)
{
	struct told t = open_alert();

	CHECK_INT(reminder_decide(&next_time, &t, false, NOW + 4000 * (int64_t)DAY_S), REMINDER_WAITS);
	CHECK_INT(reminder_decide(&next_time, &t, true, NOW), REMINDER_FIRES);
}

TEST(an_acknowledgement_answers_an_escalation_and_not_a_snooze)
{
	struct told t = open_alert();

	t.acknowledged_at = NOW - 60;
	CHECK_INT(reminder_decide(&escalation, &t, false, NOW), REMINDER_DROPPED);
	CHECK_INT(reminder_decide(&escalation, &t, false, NOW - 1), REMINDER_DROPPED);
	CHECK_INT(reminder_decide(&snooze, &t, false, NOW), REMINDER_FIRES);
}

TEST(an_alert_that_is_over_needs_no_reminder)
{
	static const enum incident_state over[] = { INCIDENT_REPAIRED, INCIDENT_CLOSED };
	struct told t = open_alert();

	for (size_t i = 0; i < 2; i++) {
		t.state = over[i];
		CHECK_INT(reminder_decide(&snooze, &t, false, NOW), REMINDER_DROPPED);
		CHECK_INT(reminder_decide(&escalation, &t, false, NOW - 1), REMINDER_DROPPED);
	}
	t = open_alert();
	t.gone = true;
	CHECK_INT(reminder_decide(&next_time, &t, false, NOW), REMINDER_DROPPED);
	t = open_alert();
	t.state = INCIDENT_UNREPAIRED;
	CHECK_INT(reminder_decide(&snooze, &t, false, NOW), REMINDER_FIRES);
}
