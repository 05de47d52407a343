/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How far the deadlines of a case run when it is judged.
 *
 * While records are waiting in the queue a case is judged only up to its last session: a backlog that is read record by
 * record must not look like a drop-out after each of them.  The deadlines beyond are due at once when the queue is
 * empty.  But those that anybody may have been told of stay judged, also when the clock was set back.
 */
#ifndef RUPTURED_CORE_HORIZON_H
#define RUPTURED_CORE_HORIZON_H

#include "core/announce.h"

/* The as_of for judge(); told: as the store has it.  DATE_NONE, before all times, when no session has begun. */
int64_t judged_up_to(const struct history *history, const struct ruleset *rules, const told_list *told, int64_t now,
		     bool records_wait);

#endif
