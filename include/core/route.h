/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Routes: which sinks hear of an alert.  First match wins, `continue` goes on; nothing matched: the fallback.
 */
#ifndef RUPTURED_CORE_ROUTE_H
#define RUPTURED_CORE_ROUTE_H

#include "core/alert.h"

struct route {
	struct str name;
	struct strs to;		/* sink names */
	int min_severity;	/* -1: any */
	struct strs rules;	/* patterns; none: any */
	struct str notify;	/* the rule's label; absent: any */
	bool go_on;		/* continue: yes */
};
struct routes {
	VEC(struct route) all;
	struct str fallback;	/* sink, or absent */
};

struct delivery {
	struct str route, sink;
};
typedef VEC(struct delivery) delivery_list;

/* A safeguarding rule matches only routes that name it (`rules:` without a `*` that would catch others). */
void routes_match(struct arena *a, const struct routes *routes, const struct rule *rule, enum severity severity,
		  delivery_list *ret);

#endif
