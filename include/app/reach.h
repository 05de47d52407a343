/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Safeguarding alerts go only where a route names their rule.  Who hears of none: said at start, by --check and by
 * `status`.
 */
#ifndef RUPTURED_APP_REACH_H
#define RUPTURED_APP_REACH_H

#include "core/route.h"

/* Active safety rules of which an alert, at one of its severities, would go to nobody; names borrowed, list in a. */
void reach_nobody(struct arena *a, const struct ruleset *rules, const struct routes *routes, struct strs *ret);
/* A line for people, with what to do; absent when the list is empty.  In a. */
struct str reach_complaint(struct arena *a, const struct strs *unreached);

/* A line on the routes that safeguarding alerts take without anybody to call when nobody answers: they are told once more
 * to the same people.  Absent: there is none.  In a. */
struct str reach_unanswered(struct arena *a, const struct ruleset *rules, const struct routes *routes);

#endif
