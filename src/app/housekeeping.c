/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is old enough is removed: files of the spool, delivered alerts in both databases.  At start and once an hour.
 *
 * By the real clock, never by --as-of: a case tried out at a date to come must not empty the spool.  What was spent of
 * a budget bears the date judged: at one long past it is not old.
 */
#include "app/engine_parts.h"
#include "io/clock.h"
#include "io/log.h"

#define HOUSEKEEPING_S 3600
#define SPENT_S	       (DISPATCH_BUDGET_S + DAY_S) /* also where the clock was set back a little */

static int forget_delivered(struct engine *en, int64_t before, struct error *e)
{
	return outbox_forget(en->outbox, before, e) < 0 ? -1 : store_outbox_forget(en->store, before, e);
}

void housekeeping_step(struct engine *en)
{
	const struct config *c = en->config;
	int64_t now = clock_now(), judged = engine_now(en);
	struct error e;

	if (en->housekept_s && now >= en->housekept_s && now - en->housekept_s < HOUSEKEEPING_S)
		return;
	en->housekept_s = now;
	if (spool_retain(en->spool, now, c->retain_processed_s, c->retain_rejected_s, &e) < 0 ||
	    store_spent_forget(en->store, (judged < now ? judged : now) - SPENT_S, &e) < 0 ||
	    (c->retain_delivered_s > 0 && forget_delivered(en, now - c->retain_delivered_s, &e) < 0))
		log_line(LOG_LEVEL_WARNING, "removing what is old: %s; again in an hour", e.text);
}
