/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine: spool -> judge -> store, and the relay to the courier.
 *
 * engine_step does one round of work and says when it wants to be called again; the daemon's loop only waits and
 * dispatches.  Tests and the benchmark call the same functions.
 *
 * A record's way and where it may be cut off by a power failure:
 *	read, parse, extract	nothing has changed: the file is still in incoming/
 *	judge, announce		nothing has changed
 *	commit			ONE transaction: record, incidents, told, outbox
 *	retire			the file moves to processed/; cut off before, it comes again and is known: a no-op
 *	relay			outbox rows go to courier.db by key, then are marked; cut off between, they go again: ignored
 */
#ifndef RUPTURED_APP_ENGINE_H
#define RUPTURED_APP_ENGINE_H

#include "app/config.h"
#include "app/ruledir.h"
#include "io/sandbox.h"
#include "io/spool.h"
#include "io/store.h"

struct engine;

struct engine_counts {
	uint64_t records, rejected, commands, announcements, timers, groups;
};

struct engine_options {
	const char *config_path; /* NULL: as config_load */
	int64_t as_of;		 /* the fixed "now" of --as-of, or DATE_NONE */
};

/* Opens spool, store and courier.db; loads the rules, or the last good ones when the present are refused.  Takes the
 * configuration: engine_close frees it. */
int engine_open(struct config *config, const struct engine_options *options, struct engine **ret, struct error *e);
void engine_close(struct engine *en);

/* Only spool, store and rules from here on, no program and no network, for the whole process (io/sandbox.h).  After the
 * watches are set, which cannot be added to later. */
int engine_confine(struct engine *en, struct sandbox *ret, struct error *e);

/*
 * One round: commands, then a group of records, due timers, relay, receipts.  *ret_progress: something was done, call
 * again at once; else by *ret_wake_ms (monotonic) at the latest.  `look`: the queues may have changed, list them.
 */
int engine_step(struct engine *en, bool look, bool *ret_progress, int64_t *ret_wake_ms, struct error *e);

/*
 * Rules and configuration from disk again.  *ret_refused: they have faults and the last good ones stay in force; with
 * `final` that is told through the log, the status and an alert, else silently: package upgrades replace files one by one.
 */
int engine_reload(struct engine *en, bool final, bool *ret_refused, struct error *e);

struct engine_counts engine_counts(const struct engine *en);
const char *engine_queue_path(struct engine *en, enum spool_queue q);
const struct config *engine_config(const struct engine *en);

#endif
