/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/horizon.h"

#include "test.h"

/* Sessions on days 10, 20 and 30; a rule that is a timer and one that is none. */
struct desk {
	struct session session[3];
	struct history history;
	struct rule rule[2];
	struct ruleset rules;
	told_list told;
};

static struct desk *begin(struct arena *a)
{
	struct desk *d = ARENA_NEW(a, struct desk);

	for (size_t i = 0; i < 3; i++)
		d->session[i].started = (int64_t)(10 + 10 * i) * DAY_S;
	d->history = (struct history){ .sessions = d->session, .n = 3 };
	d->rule[0] = (struct rule){ .id = STR("plain") };
	d->rule[1] = (struct rule){ .id = STR("timer"), .timer = true };
	d->rules = (struct ruleset){ .rules = d->rule, .n = 2 };
	return d;
}

static void told_on(struct arena *a, struct desk *d, const char *rule, enum incident_state state, int64_t day)
{
	*VEC_PUSH(a, &d->told) = (struct told){ .rule = str_of(rule), .state = state, .changed_at = day * DAY_S };
}

static int64_t day_of(const struct desk *d, int64_t now_day, bool records_wait)
{
	return judged_up_to(&d->history, &d->rules, &d->told, now_day * DAY_S, records_wait) / DAY_S;
}

TEST(while_records_wait_a_case_is_judged_up_to_its_last_session)
{
	struct desk *d = begin(arena);

	CHECK_INT(day_of(d, 99, true), 30);
	CHECK_INT(day_of(d, 99, false), 99);
}

TEST(a_session_that_is_still_ahead_is_no_last_one)
{
	struct desk *d = begin(arena);

	CHECK_INT(day_of(d, 29, true), 20);
	CHECK(judged_up_to(&d->history, &d->rules, &d->told, 0, true) == DATE_NONE);
}

TEST(what_a_deadline_was_told_to_have_brought_stays_judged)
{
	struct desk *d = begin(arena);

	told_on(arena, d, "timer", INCIDENT_OPEN, 50);
	CHECK_INT(day_of(d, 99, true), 50);
	CHECK_INT(day_of(d, 40, false), 50);
	CHECK_INT(day_of(d, 60, false), 60);
}

TEST(what_dropped_out_stays_judged_whatever_its_rule)
{
	struct desk *d = begin(arena);

	told_on(arena, d, "plain", INCIDENT_DROPPED_OUT, 50);
	CHECK_INT(day_of(d, 99, true), 50);
}

TEST(a_change_by_a_session_does_not_move_the_clock)
{
	struct desk *d = begin(arena);

	told_on(arena, d, "plain", INCIDENT_OPEN, 50);
	told_on(arena, d, "gone", INCIDENT_OPEN, 50);
	CHECK_INT(day_of(d, 99, true), 30);
	CHECK_INT(day_of(d, 40, false), 40);
}
