/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dispatch: one alert and what is known of it -> who is to hear of it, and when.
 *
 * Pure: facts in, decisions out.  The store part, which makes outbox rows and held rows of a decision, is
 * app/dispatch.c.  Safeguarding alerts go at once and alone; critical ones wait for nothing.
 */
#ifndef RUPTURED_CORE_DISPATCH_H
#define RUPTURED_CORE_DISPATCH_H

#include "core/route.h"

#define DISPATCH_BUDGET_S (7 * 86400) /* how far back a budget looks */

struct dispatch_decision {
	bool silenced;	  /* nobody hears, as somebody asked */
	delivery_list to; /* empty: reaches nobody */
};

/* Whether a silence keeps this alert back. */
bool dispatch_is_silenced(const struct dispatch_facts *facts);

/* In a; names borrowed from the routes. */
void dispatch_decide(struct arena *a, const struct routes *routes, const struct dispatch_facts *facts,
		     struct dispatch_decision *ret);

/* How a sink gets to hear of it. */
enum dispatch_how {
	DISPATCH_ALONE,	 /* at once */
	DISPATCH_GROUP,	 /* with what else is decided within wait_s */
	DISPATCH_DIGEST, /* at the next of the times */
};
struct dispatch_plan {
	enum dispatch_how how;
	int64_t wait_s;
	struct digest_times times;
};
/* `spent`: messages that the sink got within the route's budget in the last seven days.  of_case: the alert is about a
 * case.  `by` NULL: alone. */
struct dispatch_plan dispatch_plan(const struct dispatch_facts *facts, const struct route *by, bool of_case,
				   int64_t spent);
/* How long somebody may take to acknowledge what goes this way, s; 0: nobody need.  Of a safeguarding alert an hour, also
 * where the route says nothing. */
int64_t dispatch_ack_within(const struct route *by, const struct rule *rule);
/* JSON: what a group says beside its alerts, as far as the level goes; `alerts` as alert_json wrote them for that level. */
struct dispatch_message {
	struct str key, route;
	const char *group; /* "case", "route", "digest" */
	struct str case_token;
	enum severity severity; /* the worst */
	bool to_fallback;
	struct strs alerts;
};
void dispatch_json(const struct dispatch_message *m, enum privacy level, struct json *j);
/* repaired, closed, retracted: nothing more is to be done. */
bool dispatch_ended(int state);

#endif
