/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/dispatch.h"

static bool may_be_silenced(const struct dispatch_facts *facts)
{
	return !facts->rule->safety && facts->severity < SEVERITY_CRITICAL;
}

void dispatch_decide(struct arena *a, const struct routes *routes, const struct dispatch_facts *facts,
		     struct dispatch_decision *ret)
{
	*ret = (struct dispatch_decision){ .silenced = facts->silenced && may_be_silenced(facts) };
	if (!ret->silenced)
		routes_match(a, routes, facts->rule, facts->severity, &ret->to);
}
