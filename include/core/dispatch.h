/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dispatch: one alert and what is known of it -> who is to hear of it.
 *
 * Pure: facts in, decisions out.  The store part, which makes outbox rows of a decision, is app/dispatch.c.
 */
#ifndef RUPTURED_CORE_DISPATCH_H
#define RUPTURED_CORE_DISPATCH_H

#include "core/route.h"

struct dispatch_facts {
	const struct rule *rule; /* of an alert of the engine itself: its id and no more */
	enum severity severity;
	int state;		 /* enum incident_state or TOLD_RETRACTED */
	struct str site;	 /* of the session of the last change, or absent */
	struct strs persons;	 /* the clinic's ids of that session's therapists: matched on, never shown */
	bool silenced;		 /* somebody asked for silence; critical and safeguarding alerts are not */
	struct str escalate;	 /* the route whose `escalate` hears it, instead of what the routes say; or absent */
};

struct dispatch_decision {
	bool silenced;	  /* nobody hears, as somebody asked */
	delivery_list to; /* empty: reaches nobody */
};

/* In a; names borrowed from the routes. */
void dispatch_decide(struct arena *a, const struct routes *routes, const struct dispatch_facts *facts,
		     struct dispatch_decision *ret);

#endif
