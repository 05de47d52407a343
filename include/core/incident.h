/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The life of an incident: a table of transitions, driven by plain facts.
 *
 * The judge finds out what is so at a session or a deadline and tells it as a `struct incident_moment`; this module
 * turns it into events, in a fixed order, and moves the incident by the table in incident.c.  It knows no signals, no
 * history and no clock.
 */
#ifndef RUPTURED_CORE_INCIDENT_H
#define RUPTURED_CORE_INCIDENT_H

#include "core/judge.h"

/* In the order in which those of one session happen. */
enum incident_event {
	EVENT_RETURNS,	 /* the subject attends */
	EVENT_RULE_TRUE, /* also while there is no incident */
	EVENT_REPAIRED,	 /* what the rule calls repaired is true, and the rule is not */
	EVENT_CALM,	 /* without a `repaired` of the rule's own: two sessions running without the signals */
	EVENT_STRENGTH,	 /* a strength that closes the rule is true */
	EVENT_MARKER,	 /* somebody tried to repair */
	EVENT_OVERDUE,	 /* `unrepaired_after` held sessions since it became open or repairing */
	EVENT_SILENCE,	 /* the case has silently ended */
	EVENT_CASE_ENDS, /* by a record's `ending` */
	EVENT_CLOSED,	 /* by a person */
};

#define INCIDENT_NONE SIZE_MAX

/* The machine's memory about one rule and subject, beside its present incident. */
struct incident_life {
	const struct rule *rule;
	size_t rule_index;
	struct subject subject;
	size_t incident; /* index of the latest into the set; INCIDENT_NONE before the first */
	int calm;	 /* attended sessions running in which every signal ever true in the incident was false */
	int held;	 /* held sessions since it became open or repairing */
	size_t since;	 /* the session in which it did */
	int64_t ended_at;
};

/* One session, or one deadline between two, as one rule and subject see it. */
struct incident_moment {
	int64_t at;
	size_t session;	     /* index; of a deadline: of the session before it */
	bool met;	     /* false: a deadline */
	bool held;	     /* the session was */
	enum truth attended; /* the subject */
	enum truth rule;
	enum severity severity;		   /* when the rule is true */
	uint64_t true_signals, false_signals; /* of the rule */
	bool repaired;			   /* the rule's own `repaired` is true */
	bool strength, marker;
};

/* All that the moment itself brings. */
void incident_step(struct arena *a, struct incident_set *set, struct incident_life *life,
		   const struct incident_moment *moment);
/* One event: for silence and the ends of a case, which come from elsewhere. */
void incident_event(struct arena *a, struct incident_set *set, struct incident_life *life, enum incident_event event,
		    const struct incident_moment *moment);
/* There is an incident and it has not ended. */
bool incident_live(const struct incident_set *set, const struct incident_life *life);

#endif
