/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reminders: an alert that is to be told once more at a time, unless it needs nobody any longer.
 *
 * Pure.  A snooze is asked for by a person; an escalation begins when an alert goes through a route that wants an answer
 * (`ack_within`).  Both are told with the alert's next key.
 */
#ifndef RUPTURED_CORE_REMINDER_H
#define RUPTURED_CORE_REMINDER_H

#include "core/announce.h"

enum reminder_kind { REMINDER_SNOOZE, REMINDER_ESCALATE };

struct reminder {
	int64_t row; /* the store's */
	struct str incident;
	enum reminder_kind kind;
	struct str route; /* of an escalation: the route that was not answered */
	int64_t due_at;	  /* DATE_NONE: at the next session of the case */
	int64_t made_at;
};
typedef VEC(struct reminder) reminder_list;

enum reminder_fate {
	REMINDER_WAITS,
	REMINDER_DROPPED, /* the alert is over, or the escalation was answered: nobody is told */
	REMINDER_FIRES,
};

/* `t`: the alert as it is now.  `session_began`: the case has had a session since the reminder was made. */
enum reminder_fate reminder_decide(const struct reminder *r, const struct told *t, bool session_began, int64_t now);

#endif
