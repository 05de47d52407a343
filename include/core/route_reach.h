/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Routes that no alert ever gets to: found by looking at the tree alone, whatever the rules are.
 */
#ifndef RUPTURED_CORE_ROUTE_REACH_H
#define RUPTURED_CORE_ROUTE_REACH_H

#include "core/route.h"

struct route_unreached {
	const struct route *route;
	const struct route *by; /* before it: takes all it could take; around it: asks for what it cannot have */
	bool around;
};
typedef VEC(struct route_unreached) route_unreached_list;

/* In the order of the file; what is inside one that is listed is not.  A route that may be for safeguarding, by naming a
 * rule whole, is behind only those that name that rule. */
void routes_unreached(struct arena *a, const struct routes *routes, route_unreached_list *ret);

#endif
