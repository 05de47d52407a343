/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * announce: what people have been told, and what is so now -> what to tell them.
 *
 * Runs in arrival order, never again over the past.  `told` holds per incident the last (state, severity) settled; an
 * announcement is made iff the present pair differs from it, and from what people heard last: what went away and came
 * back without a word is no news.  After a re-judge, an old and a new incident of the same rule and subject that share a
 * record are the same one: it keeps id, marks and told.  An old one left over that people believe to be open is
 * retracted, once.  An incident that ended before anybody was told of it stays untold.
 */
#ifndef RUPTURED_CORE_ANNOUNCE_H
#define RUPTURED_CORE_ANNOUNCE_H

#include "core/judge.h"

#define INCIDENT_ID_SIZE 17 /* 16 hexadecimal digits */

enum told_state { TOLD_NOTHING = -1, TOLD_RETRACTED = 6 }; /* else an enum incident_state */

/* One incident as the store keeps it. */
struct told {
	char id[INCIDENT_ID_SIZE]; /* random, from outside */
	struct str rule;	   /* id: rules come and go */
	struct str rule_version;
	struct str member, other;  /* tokens, or absent */
	enum incident_state state;
	enum severity severity;
	/* The last state and severity settled: TOLD_NOTHING, or what was sent, or what was passed over for good (historic,
	 * by changed rules, by a rule under test). */
	int told_state;
	enum severity told_severity;
	/* What the last announcement said; TOLD_NOTHING: there was none.  Differs from the above where it was passed over. */
	int heard_state;
	enum severity heard_severity;
	int announcements;	   /* how many went out: the n of the last key; 0: nobody was told anything */
	int64_t opened_at, changed_at;
	size_t opened_ordinal, changed_ordinal; /* sessions */
	bool historic;		   /* its last change was older than announce_within when first judged */
	bool by_rules;		   /* its last change came from changed rules: told to nobody */
	bool gone;		   /* retracted: no longer in the judgement */
	bool is_new;		   /* not in the store yet */
	int64_t acknowledged_at;   /* DATE_NONE */
	struct str acknowledged_by;
	int64_t silenced_at;	   /* when something about it was last kept back; DATE_NONE */
	int64_t silence;	   /* by this silence, its number */
	struct strs records;
	const struct incident *incident; /* the present one, or NULL */
};
typedef VEC(struct told) told_list;

struct announcement {
	size_t told; /* index into the list returned */
	char key[INCIDENT_ID_SIZE + 12]; /* "<id>-<n>": the same for every repeat, another for every announcement */
	int state;	     /* enum incident_state or TOLD_RETRACTED */
	enum severity severity;
};
typedef VEC(struct announcement) announcement_list;

struct announce_policy {
	int64_t now;
	int64_t within_s;   /* announce_within; INT64_MAX: always */
	bool rules_changed; /* this judging was caused by changed rules: nothing is said */
};

/* Where random incident ids come from: io in the daemon, a counter in tests. */
struct id_source {
	void (*next)(void *user, char ret[INCIDENT_ID_SIZE]);
	void *user;
};

/* The new told list (old ones in their order, new ones after) and what to say, in a. */
void announce(struct arena *a, const told_list *old, const struct judgement *judgement, const struct history *history,
	      const struct ruleset *rules, const struct announce_policy *policy, struct id_source ids,
	      told_list *ret_told, announcement_list *ret_announcements);

#endif
