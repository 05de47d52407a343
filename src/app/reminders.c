/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Alerts that nobody answered in time, or that somebody wanted to be reminded of: when they are due their case is
 * judged again, and telling.c tells them from what is so now.
 */
#include "app/engine_parts.h"
#include "io/fault.h"
#include "io/store_acts.h"

#define REMINDERS_MAX 200 /* cases in one transaction */

int reminders_step(struct engine *en, size_t *ret_n, struct error *e)
{
	struct arena a = { 0 };
	struct strs due = { 0 };
	int rc = store_reminders_due(en->store, &a, engine_now(en), REMINDERS_MAX, &due, e);

	*ret_n = due.n;
	if (rc == 0 && due.n) {
		rc = case_judge_all(en, due.items, due.n, CASE_REMINDER, e);
		fault_point("reminders-committed");
	}
	arena_release(&a);
	return rc;
}

static bool begun_before(const delivery_list *to, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (to->items[k].by == to->items[i].by)
			return true;
	return false;
}

int reminders_begin(struct engine *en, const struct dispatch *d, const delivery_list *to, struct error *e)
{
	/* The engine's own alerts are about no case and cannot be acknowledged. */
	if (d->acknowledged || d->facts.escalate.p || !d->alert->case_token.p || dispatch_ended(d->facts.state))
		return 0;
	for (size_t i = 0; i < to->n; i++) {
		int64_t within = dispatch_ack_within(to->items[i].by, d->facts.rule);

		if (!within || begun_before(to, i))
			continue;
		if (store_escalate(en->store, d->alert->id, to->items[i].route, d->facts.severity, d->now + within,
				   d->now, e) < 0)
			return -1;
	}
	return 0;
}
