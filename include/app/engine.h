/*
 * The engine: spool -> judge -> store, and the relay to the courier.
 *
 * engine_step does one round of work and says when to be woken; the daemon's loop only waits and dispatches.  Tests and
 * the benchmark call the same functions.
 */
#ifndef RUPTURED_APP_ENGINE_H
#define RUPTURED_APP_ENGINE_H

#include "app/config.h"
#include "app/ruledir.h"
#include "io/spool.h"
#include "io/store.h"

struct engine;

struct engine_counts {
	uint64_t records, rejected, commands, announcements, timers, groups;
};

/* Opens spool, store and courier.db; loads rules (or the last good ones when the present are refused).  as_of:
 * DATE_NONE, or the fixed "now" of --as-of. */
int engine_open(struct config *config, int64_t as_of, struct engine **ret, struct error *e);
void engine_close(struct engine *en);

/*
 * One round: commands, then a group of records, then due timers, then relay and receipts.  *ret_progress: something was
 * done, call again at once; *ret_wake_at_ms: else the monotonic time by which to call again at the latest.
 */
int engine_step(struct engine *en, bool *ret_progress, int64_t *ret_wake_at_ms, struct error *e);
/* Rules and configuration from disk.  A refused set leaves the last good one in force, tells why through the log, the
 * status and an alert, and returns 0. */
int engine_reload(struct engine *en, struct config *config, struct error *e);
struct engine_counts engine_counts(const struct engine *en);
const char *engine_queue_path(struct engine *en, enum spool_queue q);
const struct config *engine_config(const struct engine *en);

#endif
