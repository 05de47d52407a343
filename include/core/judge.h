/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge: the live sessions of one case, in order, under these rules -> incidents with their transitions.
 *
 * Pure: no arrival, acknowledgement, silence, route or clock; deadlines between two sessions run at their own date,
 * those after the last one up to `as_of`.  Always from the case's first session, so that late, corrected and withdrawn
 * records are nothing special.  The incident table in docs/ARCHITECTURE.md is what incident.c does.
 */
#ifndef RUPTURED_CORE_JUDGE_H
#define RUPTURED_CORE_JUDGE_H

#include "core/rules.h"

enum incident_state { INCIDENT_OPEN, INCIDENT_REPAIRING, INCIDENT_REPAIRED, INCIDENT_UNREPAIRED, INCIDENT_DROPPED_OUT, INCIDENT_CLOSED };
extern const struct words incident_state_words; /* open repairing repaired unrepaired dropped_out closed */
bool incident_ended(enum incident_state s);	/* repaired, closed */

struct transition {
	int64_t at;	/* the session's start, or the deadline */
	size_t session; /* index of the last session at that time */
	enum incident_state state;
	enum severity severity;
	bool quietly;	 /* reopened inside `quiet`: nobody is told */
	const char *why; /* static: the row of the table in incident.c */
};

/* What a true signal of the rule measured when the rule was last true. */
struct incident_reading {
	struct str signal;
	double value, baseline; /* NAN */
	evidence_list evidence;
};

struct incident {
	size_t rule; /* in the rule set */
	struct str rule_id;
	bool in_test; /* of a rule under test: an active rule does not read it */
	struct subject subject;
	enum incident_state state; /* the last transition's */
	enum severity severity;
	VEC(struct transition) transitions;
	uint64_t ever_true; /* signals of the rule; one that stands only under `not` is none of them */
	struct strs records; /* ids of the records of the sessions in which the rule was true: identity across a re-judge */
	size_t last_true;    /* index of the latest session in which the rule was true */
	VEC(struct incident_reading) readings; /* of that session, in the rule's order */
};

struct incident_set {
	VEC(struct incident) all; /* by opening, then rule */
};

/* One rule at one moment about one subject; for explain, and to hold a rule against labels. */
struct verdict {
	size_t rule, session;
	int64_t at;
	struct subject subject;
	enum truth truth;
	enum severity severity; /* when true, after the transcript cap and raise */
	bool capped, raised;
	const struct reading *readings; /* one a signal of the rule; valid during the call */
	const char *why; /* the rule as a whole knows nothing; else NULL.  Valid during the call */
	const struct exception *excepted; /* the reason of it, or NULL */
};
struct judge_trace {
	void (*verdict)(void *user, const struct verdict *v);
	void *user;
	bool true_only; /* only verdicts that are true are asked for: others need not be known in full */
};

struct judgement {
	struct incident_set incidents;
	int64_t next_deadline; /* when to judge again if nothing arrives; DATE_NONE */
};

/*
 * What was measured in one history and found not to be true, for several rule sets that are tried on it in turn: rules
 * that are the same in the first of them need not be asked again.  The judgements are those of judging each alone.
 */
struct judge_shared;
struct judge_shared *judge_shared_new(struct arena *a, const struct history *history, const struct ruleset *first);

/* shared: of this history, or NULL. */
struct judgement *judge(struct arena *a, const struct history *history, const struct ruleset *rules, int64_t as_of,
			const struct judge_trace *trace, struct judge_shared *shared);

#endif
