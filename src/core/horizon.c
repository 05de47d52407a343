/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/horizon.h"

/* A change that time alone brought; the others are dated like a session, which may be ahead, or a mistyped year. */
static bool by_time(const struct ruleset *rules, const struct told *told)
{
	const struct rule *rule = rules_find(rules, told->rule);

	return told->state == INCIDENT_DROPPED_OUT || (rule && rule->timer);
}

int64_t judged_up_to(const struct history *history, const struct ruleset *rules, const told_list *told, int64_t now,
		     bool records_wait)
{
	int64_t up_to = records_wait ? DATE_NONE : now;

	for (size_t i = 0; records_wait && i < history->n; i++)
		if (history->sessions[i].started <= now)
			up_to = history->sessions[i].started;
	for (size_t i = 0; i < told->n; i++)
		if (told->items[i].changed_at > up_to && by_time(rules, &told->items[i]))
			up_to = told->items[i].changed_at;
	return up_to;
}
