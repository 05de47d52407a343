/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * retell: what people would have been told of one case under these rules, had each of its sessions come on its day.
 *
 * Pure.  The case is judged once, by judge(); then announce() is asked at each moment at which an incident changed,
 * with what was so at that moment.  So nothing is historic, nothing comes late and nothing is told by changed rules;
 * all else is as in the daemon.
 */
#ifndef RUPTURED_CORE_RETELL_H
#define RUPTURED_CORE_RETELL_H

#include "core/announce.h"

/* One message. */
struct retold {
	int64_t at;
	size_t ordinal; /* the session's */
	int64_t number; /* the session's own; its ordinal when it has none */
	int state;	/* enum incident_state or TOLD_RETRACTED */
	enum severity severity;
	size_t alert; /* into struct retelling */
};

/* One incident that people would have heard of: all messages about it together. */
struct retold_alert {
	size_t rule; /* in the rule set */
	struct str rule_id, member, other; /* tokens, or absent */
	const struct strs *records;
	int64_t opened_at, until; /* its life, as incident; until INT64_MAX: it goes on */
	int64_t told_at;	  /* the first message */
	size_t ordinal;
	enum severity first, worst; /* of its messages */
	size_t messages;
};

struct retelling {
	VEC(struct retold) messages;	 /* in the order of time */
	VEC(struct retold_alert) alerts; /* by first message */
};

/* In a; borrows from history and rules.  trace and shared: as for judge(), or NULL. */
void retell(struct arena *a, const struct history *history, const struct ruleset *rules, int64_t as_of,
	    const struct judge_trace *trace, struct judge_shared *shared, struct retelling *ret);

#endif
