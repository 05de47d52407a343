/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/reminder.h"

static bool needs_nobody(const struct reminder *r, const struct told *t)
{
	if (t->gone || incident_ended(t->state))
		return true;
	return r->kind == REMINDER_ESCALATE && t->acknowledged_at != DATE_NONE;
}

enum reminder_fate reminder_decide(const struct reminder *r, const struct told *t, bool session_began, int64_t now)
{
	if (needs_nobody(r, t))
		return REMINDER_DROPPED;
	if (r->due_at == DATE_NONE ? session_began : now >= r->due_at)
		return REMINDER_FIRES;
	return REMINDER_WAITS;
}
