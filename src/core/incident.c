/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/incident.h"

const struct words incident_state_words = {
	(const char *const[]){ "open", "repairing", "repaired", "unrepaired", "dropped_out", "closed", NULL },
};

/* Attended sessions running without the signals that repair an incident whose rule does not say otherwise. */
#define CALM_SESSIONS 2

#define NONE	      (1u << 6)
#define OPEN	      (1u << INCIDENT_OPEN)
#define REPAIRING     (1u << INCIDENT_REPAIRING)
#define REPAIRED      (1u << INCIDENT_REPAIRED)
#define UNREPAIRED    (1u << INCIDENT_UNREPAIRED)
#define DROPPED_OUT   (1u << INCIDENT_DROPPED_OUT)
#define CLOSED	      (1u << INCIDENT_CLOSED)
#define PRESENT	      (OPEN | REPAIRING | UNREPAIRED) /* the case goes on */
#define NOT_ENDED     (PRESENT | DROPPED_OUT)

typedef bool guard(const struct incident_life *life, const struct incident *incident, const struct incident_moment *m);

/* An incident of a safety rule ends, and is said to get better, only by a person. */
static bool ordinary(const struct incident_life *life, const struct incident *incident, const struct incident_moment *m)
{
	(void)incident;
	(void)m;
	return !life->rule->safety;
}

static bool soon(const struct incident_life *life, const struct incident *incident, const struct incident_moment *m)
{
	(void)incident;
	return m->at - life->ended_at < life->rule->quiet_s;
}

static bool without_signals(const struct incident_life *life, const struct incident *incident,
			    const struct incident_moment *m)
{
	return ordinary(life, incident, m) && m->rule != TRUTH_TRUE && !(incident->ever_true & m->true_signals);
}

/* SAME: stays where it is; a fresh row begins another incident. */
enum { SAME = -1 };

static const struct row {
	unsigned from;
	enum incident_event event;
	guard *only_if; /* or NULL */
	int to;
	bool fresh, quietly;
	const char *why;
} table[] = {
	/* clang-format off */
	{ NONE | CLOSED,     EVENT_RULE_TRUE, NULL,	       INCIDENT_OPEN,	     true,  false, "the rule is true" },
	{ REPAIRED,	     EVENT_RULE_TRUE, soon,	       INCIDENT_OPEN,	     false, true,  "the rule is true again soon after the repair" },
	{ REPAIRED,	     EVENT_RULE_TRUE, NULL,	       INCIDENT_OPEN,	     true,  false, "the rule is true" },
	{ NOT_ENDED,	     EVENT_RULE_TRUE, NULL,	       SAME,		     false, false, "the rule is true, more severely" },
	{ PRESENT,	     EVENT_REPAIRED,  ordinary,	       INCIDENT_REPAIRED,    false, false, "what the rule calls repaired is true" },
	{ PRESENT,	     EVENT_CALM,      ordinary,	       INCIDENT_REPAIRED,    false, false, "two attended sessions without the signals" },
	{ REPAIRING,	     EVENT_STRENGTH,  without_signals, INCIDENT_REPAIRED,    false, false, "a strength closes it" },
	{ OPEN | UNREPAIRED, EVENT_STRENGTH,  ordinary,	       INCIDENT_REPAIRING,   false, false, "a strength speaks for a repair" },
	{ OPEN | UNREPAIRED, EVENT_MARKER,    ordinary,	       INCIDENT_REPAIRING,   false, false, "a repair was tried" },
	{ OPEN | REPAIRING,  EVENT_OVERDUE,   NULL,	       INCIDENT_UNREPAIRED,  false, false, "no repair in time" },
	{ PRESENT,	     EVENT_SILENCE,   NULL,	       INCIDENT_DROPPED_OUT, false, false, "the case fell silent" },
	{ DROPPED_OUT,	     EVENT_RETURNS,   NULL,	       INCIDENT_OPEN,	     false, false, "back in a session" },
	{ NOT_ENDED,	     EVENT_CASE_ENDS, ordinary,	       INCIDENT_CLOSED,	     false, false, "the case ended" },
	{ NOT_ENDED,	     EVENT_CLOSED,    NULL,	       INCIDENT_CLOSED,	     false, false, "a person closed the case" },
	/* clang-format on */
};

bool incident_ended(enum incident_state s)
{
	return s == INCIDENT_REPAIRED || s == INCIDENT_CLOSED;
}

static struct incident *present(const struct incident_set *set, const struct incident_life *life)
{
	return life->incident == INCIDENT_NONE ? NULL : &set->all.items[life->incident];
}

bool incident_live(const struct incident_set *set, const struct incident_life *life)
{
	const struct incident *i = present(set, life);

	return i && !incident_ended(i->state);
}

static const struct row *find_row(const struct incident_life *life, const struct incident *i, enum incident_event event,
				  const struct incident_moment *m)
{
	unsigned from = i ? 1u << i->state : NONE;

	for (size_t n = 0; n < sizeof table / sizeof *table; n++) {
		const struct row *row = &table[n];

		if (row->event == event && (row->from & from) && (!row->only_if || row->only_if(life, i, m)))
			return row;
	}
	return NULL;
}

static struct incident *incident_new(struct arena *a, struct incident_set *set, struct incident_life *life,
				     enum severity severity)
{
	struct incident *i = VEC_PUSH(a, &set->all);

	life->incident = set->all.n - 1;
	i->rule = life->rule_index;
	i->rule_id = life->rule->id;
	i->in_test = life->rule->status == STATUS_TEST;
	i->subject = life->subject;
	i->state = INCIDENT_OPEN;
	i->severity = severity;
	return i;
}

/* The clock of a repair starts anew with each state: an attempt gets its own time. */
static void restart(struct incident_life *life, enum incident_state to, const struct incident_moment *m)
{
	life->held = 0;
	life->since = m->session;
	if (incident_ended(to))
		life->ended_at = m->at;
}

static void note(struct arena *a, struct incident *i, const struct row *row, const struct incident_moment *m)
{
	const struct transition *last = i->transitions.n ? &i->transitions.items[i->transitions.n - 1] : NULL;
	/* An attempt at a repair is no news to whom the reopening was not told. */
	bool quietly = row->quietly || (last && last->quietly && row->to == INCIDENT_REPAIRING);

	*VEC_PUSH(a, &i->transitions) = (struct transition){
		.at = m->at,
		.session = m->session,
		.state = i->state,
		.severity = i->severity,
		.quietly = quietly,
		.why = row->why,
	};
}

static void remember(struct incident *i, struct incident_life *life, const struct incident_moment *m)
{
	life->calm = 0;
	i->ever_true |= m->true_signals;
	i->last_true = m->session;
}

void incident_event(struct arena *a, struct incident_set *set, struct incident_life *life, enum incident_event event,
		    const struct incident_moment *m)
{
	struct incident *i = present(set, life);
	const struct row *row = find_row(life, i, event, m);
	bool worse;

	if (!row)
		return;
	if (row->fresh)
		i = incident_new(a, set, life, m->severity);
	worse = event == EVENT_RULE_TRUE && m->severity > i->severity;
	if (worse)
		i->severity = m->severity;
	if (event == EVENT_RULE_TRUE)
		remember(i, life, m);
	if (row->to != SAME) {
		i->state = (enum incident_state)row->to;
		restart(life, i->state, m);
	}
	if (row->to != SAME || worse)
		note(a, i, row, m);
}

/* Unknown neither breaks nor makes "two sessions without the signals": only attended sessions count, and in them only
 * `false` will do. */
static void count(const struct incident *i, struct incident_life *life, const struct incident_moment *m)
{
	bool calm = m->rule != TRUTH_TRUE && (i->ever_true & ~m->false_signals) == 0 &&
		    (i->ever_true || m->rule == TRUTH_FALSE);

	if (m->held && m->session > life->since)
		life->held++;
	if (m->attended == TRUTH_TRUE)
		life->calm = calm ? life->calm + 1 : 0;
}

void incident_step(struct arena *a, struct incident_set *set, struct incident_life *life,
		   const struct incident_moment *m)
{
	const struct rule *rule = life->rule;

	if (m->met && m->attended == TRUTH_TRUE)
		incident_event(a, set, life, EVENT_RETURNS, m);
	if (m->rule == TRUTH_TRUE)
		incident_event(a, set, life, EVENT_RULE_TRUE, m);
	if (!incident_live(set, life) || !m->met)
		return;
	count(present(set, life), life, m);
	if (rule->repaired && m->repaired && m->rule != TRUTH_TRUE)
		incident_event(a, set, life, EVENT_REPAIRED, m);
	if (!rule->repaired && life->calm >= CALM_SESSIONS)
		incident_event(a, set, life, EVENT_CALM, m);
	if (m->strength)
		incident_event(a, set, life, EVENT_STRENGTH, m);
	if (m->marker)
		incident_event(a, set, life, EVENT_MARKER, m);
	if (rule->unrepaired_after && life->held >= rule->unrepaired_after)
		incident_event(a, set, life, EVENT_OVERDUE, m);
}
