/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compare: what two rule sets would have told of the same case, alert by alert.
 *
 * Two alerts are the same one when they are of one rule, about one subject, and their incidents were alive at a time: so
 * an alert that another threshold only brings sooner or later is moved, not removed and added.
 */
#ifndef RUPTURED_CORE_COMPARE_H
#define RUPTURED_CORE_COMPARE_H

#include "core/retell.h"

enum change_kind { CHANGE_REMOVED, CHANGE_ADDED, CHANGE_EARLIER, CHANGE_LATER, CHANGE_MILDER, CHANGE_GRAVER };
#define CHANGE_KINDS (CHANGE_GRAVER + 1)
extern const struct words change_words; /* removed added earlier later milder graver */

/* An alert that both have may be moved and of another severity: two changes. */
struct change {
	enum change_kind kind;
	const struct retold_alert *old, *new; /* NULL: there is none */
};
typedef VEC(struct change) change_list;

/* By the time of the alert (the new one where there is one), in a. */
void retellings_compare(struct arena *a, const struct retelling *old, const struct retelling *new, change_list *ret);

#endif
