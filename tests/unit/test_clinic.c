/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/clinic.h"

#include "app/clinic_parts.h"
#include "test.h"

#define WEEK_S (7 * (int64_t)DAY_S)

static int64_t date(const char *s)
{
	int64_t at = DATE_NONE;

	CHECK(date_parse(str_of(s), &at));
	return at;
}

/* Three weeks, from a Wednesday to a Tuesday. */
static struct clinic a_clinic(const struct ruleset *rules)
{
	struct clinic c = { .options = { .rules = rules,
					 .since = date("2026-03-04T00:00:00Z"),
					 .until = date("2026-03-17T23:59:59Z") } };

	c.first_week = clinic_monday(c.options.since);
	c.weeks = 3;
	return c;
}

static struct clinic_alert an_alert(const char *rule, const char *opened)
{
	struct clinic_alert alert = { .open = true };

	alert.stored.verdict.at = DATE_NONE;
	strcpy(alert.stored.told.id, "0123456789abcdef");
	alert.stored.told.rule = str_of(rule);
	alert.stored.told.opened_at = alert.stored.told.changed_at = date(opened);
	alert.stored.told.announcements = 1;
	return alert;
}

TEST(a_week_of_the_report_begins_on_monday_at_midnight_utc)
{
	CHECK_INT(clinic_monday(date("2026-03-02T00:00:00Z")), date("2026-03-02T00:00:00Z"));
	CHECK_INT(clinic_monday(date("2026-03-08T23:59:59Z")), date("2026-03-02T00:00:00Z"));
	CHECK_INT(clinic_monday(date("2026-03-09T00:00:00Z")), date("2026-03-09T00:00:00Z"));
	CHECK_INT(clinic_monday(0), -3 * (int64_t)DAY_S);
	CHECK_INT(clinic_monday(-4 * (int64_t)DAY_S), -10 * (int64_t)DAY_S);
}

TEST(an_age_of_a_week_to_the_second_is_up_to_a_week)
{
	CHECK_STR(str_of(clinic_age_words[clinic_age(0)]), "up to a week");
	CHECK_STR(str_of(clinic_age_words[clinic_age(WEEK_S)]), "up to a week");
	CHECK_STR(str_of(clinic_age_words[clinic_age(WEEK_S + 1)]), "1 to 2 weeks");
	CHECK_STR(str_of(clinic_age_words[clinic_age(12 * WEEK_S)]), "4 to 12 weeks");
	CHECK_STR(str_of(clinic_age_words[clinic_age(12 * WEEK_S + 1)]), "longer");
}

TEST(an_alert_ended_in_the_period_from_its_first_second_to_its_last)
{
	struct clinic c = a_clinic(NULL);
	struct clinic_alert alert = an_alert("r", "2026-01-05T00:00:00Z");
	struct told *t = &alert.stored.told;

	t->changed_at = c.options.since;
	CHECK(!clinic_ended_in_period(&c.options, &alert)); /* it is open */
	alert.open = false;
	CHECK(clinic_ended_in_period(&c.options, &alert));
	t->changed_at = c.options.until;
	CHECK(clinic_ended_in_period(&c.options, &alert));
	t->changed_at = c.options.until + 1;
	CHECK(!clinic_ended_in_period(&c.options, &alert));
	t->changed_at = c.options.since - 1;
	CHECK(!clinic_ended_in_period(&c.options, &alert));
	t->changed_at = c.options.since;
	t->gone = true;
	CHECK(!clinic_ended_in_period(&c.options, &alert));
}

TEST(a_rule_that_is_gone_has_one_line_of_its_own)
{
	struct ruleset none = { .n = 0 };
	struct clinic c = a_clinic(&none);
	struct clinic_alert first = an_alert("gone.rule", "2026-03-04T00:00:00Z");
	struct clinic_alert second = an_alert("gone.rule", "2026-03-17T23:59:59Z");
	struct clinic_alert other = an_alert("gone.other", "2026-03-03T23:59:59Z");

	clinic_begin_rules(&c);
	second.stored.told.announcements = 0;
	clinic_count_rule(&c, &first);
	clinic_count_rule(&c, &second);
	clinic_count_rule(&c, &other);
	REQUIRE(c.rules.n == 2);
	CHECK_STR(c.rules.items[0].title, "gone.rule");
	CHECK(!c.rules.items[0].rule);
	CHECK_INT(c.rules.items[0].alerts, 2);
	CHECK_INT(c.rules.items[0].told, 1);
	CHECK_INT(c.rules.items[0].opened, 2);
	CHECK_NEAR(c.rules.items[0].weeks[0], 1);
	CHECK_NEAR(c.rules.items[0].weeks[2], 0);
	CHECK_INT(c.rules.items[1].opened, 0);
	CHECK_NEAR(c.rules.items[1].told_in_period, 0);
	clinic_release(&c);
}

TEST(what_the_engine_has_not_judged_yet_is_open_but_no_alert_for_precision)
{
	struct ruleset none = { .n = 0 };
	struct clinic c = a_clinic(&none);
	struct clinic_alert alert = an_alert("r", "2026-03-16T12:00:00Z");

	alert.stored.told.id[0] = '\0';
	alert.stored.told.announcements = 0;
	clinic_begin_rules(&c);
	clinic_count_rule(&c, &alert);
	CHECK_INT(c.rules.items[0].alerts, 0);
	CHECK_INT(c.rules.items[0].open, 1);
	CHECK_INT(c.rules.items[0].opened, 1);
	clinic_release(&c);
}

TEST(a_verdict_outside_the_period_does_not_count)
{
	struct ruleset none = { .n = 0 };
	struct clinic c = a_clinic(&none);
	struct verdict v = { .rule = 0, .truth = TRUTH_NO_DATA };
	struct clinic_alert alert = an_alert("r", "2026-03-16T12:00:00Z");

	clinic_begin_rules(&c);
	clinic_count_rule(&c, &alert);
	v.at = c.options.since - 1;
	clinic_count_verdict(&c, &v);
	v.at = c.options.until + 1;
	clinic_count_verdict(&c, &v);
	CHECK_INT(c.rules.items[0].unknown, 0);
	v.at = c.options.until;
	clinic_count_verdict(&c, &v);
	v.truth = TRUTH_FALSE;
	clinic_count_verdict(&c, &v);
	CHECK_INT(c.rules.items[0].unknown, 1);
	CHECK_INT(c.rules.items[0].known, 1);
	clinic_release(&c);
}
