/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Routes: which sinks hear of an alert.
 *
 * A tree.  Among siblings the first that matches wins, `continue` goes on.  A route's children are looked at first; its
 * own `to` comes last, as if it were the last of them.  What nobody took goes to the fallback.  A child inherits what it
 * does not say (done where the configuration is read: here every route is complete, but for its match, to which that of
 * the routes around it adds).
 */
#ifndef RUPTURED_CORE_ROUTE_H
#define RUPTURED_CORE_ROUTE_H

#include "core/alert.h"

/* The clinic's own ids of those somebody supervises. */
struct supervisor {
	struct str name;
	struct strs therapists, sites;
};

enum route_group { ROUTE_ALONE, ROUTE_BY_CASE, ROUTE_TOGETHER };
extern const struct words route_group_words; /* no, case, route */
extern const struct words route_state_words; /* enum incident_state and "retracted" */

/* Local times. */
struct digest_times {
	bool set;
	int minute;	/* of the day */
	unsigned days;	/* bit 0: Sunday */
};

struct route_list {
	struct route *items;
	size_t n, cap;
};
struct route {
	struct str name;
	struct strs to;		/* sink names */
	int min_severity;	/* -1: any */
	struct strs rules;	/* patterns; none: any */
	struct str notify;	/* the rule's label; absent: any */
	struct strs sites, therapists;	     /* none: any */
	const struct supervisor *supervisor; /* or NULL */
	unsigned states;	/* bit: enum incident_state or TOLD_RETRACTED; 0: any */
	bool go_on;		/* continue: yes */
	int group;		/* enum route_group */
	int64_t wait_s;
	struct digest_times digest;
	int64_t budget;		/* messages a sink hears through it in 7 days; 0: any number */
	struct str budget_of;	/* the route that says so: those that inherit it share it */
	int64_t ack_within_s;	/* 0: nobody is asked */
	struct strs escalate;	/* sink names */
	struct route_list routes; /* in it */
};
struct routes {
	struct route_list all;
	VEC(struct supervisor) supervisors;
	struct str fallback;	/* sink, or absent */
};

/* What is known of an alert when it is asked who hears it. */
struct dispatch_facts {
	const struct rule *rule; /* of an alert of the engine itself: its id and no more */
	enum severity severity;
	int state;		 /* enum incident_state or TOLD_RETRACTED */
	struct str site;	 /* of the session of the last change, or absent */
	struct strs persons;	 /* the clinic's ids of that session's therapists: matched on, never shown */
	bool silenced;		 /* somebody asked for silence; critical and safeguarding alerts are not */
	struct str escalate;	 /* the route whose `escalate` hears it, instead of what the routes say; or absent */
};

/* Whether an alert is about somebody, or from somewhere, that this supervisor looks after. */
bool supervisor_has(const struct supervisor *s, const struct dispatch_facts *facts);

struct delivery {
	struct str route, sink;
	const struct route *by; /* NULL: fallback, escalation, nobody */
};
typedef VEC(struct delivery) delivery_list;

/* Why a route has taken an alert, or has not. */
enum route_why {
	ROUTE_TAKES,
	ROUTE_CHILD_TOOK, /* one in it, and that did not go on */
	ROUTE_NOT_ASKED,  /* one before it took it, and that did not go on */
	ROUTE_SEVERITY,
	ROUTE_RULES,
	ROUTE_NOTIFY,
	ROUTE_STATE,
	ROUTE_SITE,
	ROUTE_THERAPIST,
	ROUTE_SUPERVISOR,
	ROUTE_NOT_NAMED, /* it is safeguarding, and the route does not name it */
};
struct route_step {
	const struct route *route;
	size_t depth;
	enum route_why why;
};
typedef VEC(struct route_step) route_steps;

/*
 * A safeguarding rule is taken only where the route, or one around it, names it (`rules:` without a `*` that would catch
 * others).  ret_steps: every route in the order of the file, those in a route that does not match left out; or NULL.
 */
void routes_match(struct arena *a, const struct routes *routes, const struct dispatch_facts *facts, delivery_list *ret,
		  route_steps *ret_steps);
/* By name, anywhere in the tree, or NULL. */
const struct route *routes_find(const struct routes *routes, struct str name);
/* Whether any of them tells it, at once or when it escalates. */
bool routes_lead_to(const struct routes *routes, struct str sink);
/* Whether a route that names the rule whole, or is in one that does, tells the sink. */
bool routes_name_for(const struct routes *routes, struct str rule, struct str sink);
size_t routes_count(const struct routes *routes);

#endif
