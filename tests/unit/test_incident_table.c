/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of docs/ARCHITECTURE.md, "Incidents", row by row, and with it everything that the table does not say: each
 * state and each event, under every circumstance that a row may ask for, either does what a row says or nothing at all.
 */
#include "core/incident.h"

#include "test.h"

enum { NONE = 6, STATES, EVENTS = EVENT_CLOSED + 1 };
#define IN(state) (1u << (state))
#define PRESENT	  (IN(INCIDENT_OPEN) | IN(INCIDENT_REPAIRING) | IN(INCIDENT_UNREPAIRED))
#define NOT_ENDED (PRESENT | IN(INCIDENT_DROPPED_OUT))

/* What a row may ask for beside state and event. */
struct circumstance {
	bool safety; /* the rule is */
	bool soon;   /* an earlier end of this incident is less than `quiet` ago */
	bool still;  /* the incident's own signals are true */
};

enum { SAME = -1 };

struct row {
	const char *documented;
	unsigned from;
	enum incident_event event;
	bool (*asks)(struct circumstance c); /* or NULL */
	int to;
	bool another, quietly;
};

static bool is_soon(struct circumstance c)
{
	return c.soon;
}

static bool is_late(struct circumstance c)
{
	return !c.soon;
}

static bool is_no_safety(struct circumstance c)
{
	return !c.safety;
}

static bool has_come_right(struct circumstance c)
{
	return !c.safety && !c.still;
}

static const struct row table[] = {
	{ "nothing yet, the rule is true: open", IN(NONE), EVENT_RULE_TRUE, NULL, INCIDENT_OPEN, true, false },
	{ "the case has ended, the rule is true: another one", IN(INCIDENT_CLOSED), EVENT_RULE_TRUE, NULL,
	  INCIDENT_OPEN, true, false },
	{ "repaired less than `quiet` ago, the rule is true: the same reopens without a message", IN(INCIDENT_REPAIRED),
	  EVENT_RULE_TRUE, is_soon, INCIDENT_OPEN, false, true },
	{ "repaired longer ago, the rule is true: another one", IN(INCIDENT_REPAIRED), EVENT_RULE_TRUE, is_late,
	  INCIDENT_OPEN, true, false },
	{ "not ended, the rule is true again: the same", NOT_ENDED, EVENT_RULE_TRUE, NULL, SAME, false, false },
	{ "present, the rule's own `repaired`: repaired", PRESENT, EVENT_REPAIRED, is_no_safety, INCIDENT_REPAIRED,
	  false, false },
	{ "present, two calm sessions: repaired", PRESENT, EVENT_CALM, is_no_safety, INCIDENT_REPAIRED, false, false },
	{ "open or unrepaired, a repair marker: repairing", IN(INCIDENT_OPEN) | IN(INCIDENT_UNREPAIRED), EVENT_MARKER,
	  is_no_safety, INCIDENT_REPAIRING, false, false },
	{ "open or unrepaired, a strength: repairing", IN(INCIDENT_OPEN) | IN(INCIDENT_UNREPAIRED), EVENT_STRENGTH,
	  is_no_safety, INCIDENT_REPAIRING, false, false },
	{ "repairing, a strength, its own signals not true: repaired", IN(INCIDENT_REPAIRING), EVENT_STRENGTH,
	  has_come_right, INCIDENT_REPAIRED, false, false },
	{ "open or repairing, `unrepaired_after`: unrepaired", IN(INCIDENT_OPEN) | IN(INCIDENT_REPAIRING),
	  EVENT_OVERDUE, NULL, INCIDENT_UNREPAIRED, false, false },
	{ "present, the case falls silent: dropped_out", PRESENT, EVENT_SILENCE, NULL, INCIDENT_DROPPED_OUT, false,
	  false },
	{ "dropped out, the member attends: open", IN(INCIDENT_DROPPED_OUT), EVENT_RETURNS, NULL, INCIDENT_OPEN, false,
	  false },
	{ "not ended, the case ends: closed", NOT_ENDED, EVENT_CASE_ENDS, is_no_safety, INCIDENT_CLOSED, false, false },
	{ "not ended, a person closes the case: closed", NOT_ENDED, EVENT_CLOSED, NULL, INCIDENT_CLOSED, false, false },
};

#define QUIET (7 * DAY_S)
#define NOW   (1000 * DAY_S)

struct life {
	struct incident_set set;
	struct incident_life life;
	struct rule rule;
};

/* In that state, with signal 1 ever true, some sessions later. */
static struct life *in_state(struct arena *a, int state, struct circumstance c)
{
	struct life *l = ARENA_NEW(a, struct life);
	struct incident *i;

	l->rule = (struct rule){ .id = STR("r"), .quiet_s = QUIET, .safety = c.safety, .unrepaired_after = 2 };
	l->life = (struct incident_life){ .rule = &l->rule, .subject = { 0, -1 }, .incident = INCIDENT_NONE };
	l->life.ended_at = c.soon ? NOW - QUIET + 1 : NOW - QUIET;
	if (state == NONE)
		return l;
	i = VEC_PUSH(a, &l->set.all);
	i->state = (enum incident_state)state;
	i->severity = SEVERITY_WARNING;
	i->ever_true = 1;
	*VEC_PUSH(a, &i->transitions) = (struct transition){ .at = 1, .state = i->state, .severity = i->severity };
	l->life.incident = 0;
	return l;
}

static const struct row *documented(int state, enum incident_event event, struct circumstance c)
{
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if ((table[i].from & IN(state)) && table[i].event == event && (!table[i].asks || table[i].asks(c)))
			return &table[i];
	return NULL;
}

static void check_changed(const struct life *l, const struct row *row, int state)
{
	size_t n = row->another || state == NONE ? l->set.all.n : 1;
	const struct incident *i = &l->set.all.items[l->life.incident];
	const struct transition *last = &i->transitions.items[i->transitions.n - 1];
	bool moved = row->to != SAME;

	CHECK_INT(l->set.all.n, row->another && state != NONE ? 2 : 1);
	CHECK_INT(l->life.incident, n - 1);
	CHECK_INT(i->state, moved ? row->to : state);
	CHECK_INT(i->transitions.n, row->another ? 1 : 1 + moved);
	CHECK_INT(last->quietly, row->quietly);
	CHECK_INT(last->state, i->state);
	CHECK_INT(last->at, moved ? NOW : 1);
	CHECK_INT(i->ever_true, row->event != EVENT_RULE_TRUE ? 1 : row->another ? 2 : 3);
	CHECK_INT(i->severity, row->another ? SEVERITY_NOTICE : SEVERITY_WARNING);
	if (moved && incident_ended((enum incident_state)row->to))
		CHECK_INT(l->life.ended_at, NOW);
	if (row->another && state != NONE)
		CHECK_INT(l->set.all.items[0].state, state);
}

static void check_nothing(const struct life *l, int state)
{
	CHECK_INT(l->set.all.n, state == NONE ? 0 : 1);
	if (state == NONE)
		return;
	CHECK_INT(l->set.all.items[0].state, state);
	CHECK_INT(l->set.all.items[0].transitions.n, 1);
	CHECK_INT(l->set.all.items[0].ever_true, 1);
}

static void check_one(struct arena *a, int state, enum incident_event event, struct circumstance c, unsigned *used)
{
	static const char *const states[] = { "open",	     "repairing", "repaired", "unrepaired",
					      "dropped_out", "closed",	  "nothing" };
	struct life *l = in_state(a, state, c);
	const struct row *row = documented(state, event, c);
	bool failed = test_failed(), rule_true = event == EVENT_RULE_TRUE;
	struct incident_moment m = {
		.at = NOW,
		.session = 9,
		.rule = rule_true ? TRUTH_TRUE : TRUTH_FALSE,
		.severity = SEVERITY_NOTICE,
		.true_signals = rule_true ? 2 : c.still,
	};

	incident_event(a, &l->set, &l->life, event, &m);
	if (row)
		check_changed(l, row, state);
	else
		check_nothing(l, state);
	if (row)
		*used |= 1u << (row - table);
	if (!failed && test_failed())
		printf("  %s, event %d, safety %d, soon %d, still %d: %s\n", states[state], event, c.safety, c.soon,
		       c.still, row ? row->documented : "nothing happens");
}

TEST(each_state_and_event_does_what_the_table_says_or_nothing)
{
	unsigned used = 0;

	for (int state = 0; state < STATES; state++)
		for (int event = 0; event < EVENTS; event++)
			for (unsigned c = 0; c < 8; c++)
				check_one(arena, state, (enum incident_event)event,
					  (struct circumstance){ c & 1, c & 2, c & 4 }, &used);
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (!(used & 1u << i))
			test_fail(__FILE__, __LINE__, "no case of: %s", table[i].documented);
}

TEST(a_worse_severity_is_kept_in_each_state_that_has_not_ended)
{
	for (int state = 0; state < NONE; state++) {
		struct life *l = in_state(arena, state, (struct circumstance){ 0 });
		struct incident_moment m = { .at = NOW, .rule = TRUTH_TRUE, .severity = SEVERITY_CRITICAL };

		if (!(NOT_ENDED & IN(state)))
			continue;
		incident_event(arena, &l->set, &l->life, EVENT_RULE_TRUE, &m);
		CHECK_INT(l->set.all.items[0].state, state);
		CHECK_INT(l->set.all.items[0].severity, SEVERITY_CRITICAL);
		REQUIRE(l->set.all.items[0].transitions.n == 2);
		CHECK(!l->set.all.items[0].transitions.items[1].quietly);
	}
}
