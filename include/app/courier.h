/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The courier: courier.db -> sinks, with back-off, time-outs, dead letters.  Never sees a record or the store.
 *
 * One delivery at a time for a sink, so that an incident's alerts keep their order; sinks do not wait for each other.
 * A sink that failed `rest_after` times in a row, with whatever alerts, is tried with one at a time and growing pauses, at
 * most a minute: a thousand alerts that wait are not a thousand tries against a receiver that is down.
 *
 * A row is marked only after the sink took it: at least once, under the same key.  An outcome that cannot be written
 * (disk full) is kept and written later; until then its sink gets nothing more.
 */
#ifndef RUPTURED_APP_COURIER_H
#define RUPTURED_APP_COURIER_H

#include "app/config.h"

struct courier;

/* What the courier knows of the outside beside its sinks; a test has its own. */
struct courier_world {
	int64_t (*now_s)(void *user);
	int64_t (*monotonic_ms)(void *user);
	uint64_t (*random)(void *user);
	void *user;
};

/* ERROR_AGAIN with sys ENOENT while the engine has not made the file yet; ERROR_HELD: another courier is at work. */
int courier_open(const struct config *config, struct courier **ret, struct error *e);
int courier_open_in(const struct config *config, const struct courier_world *world, struct courier **ret,
		    struct error *e);
void courier_close(struct courier *c); /* ends running jobs */
/* From now on the sinks of this configuration; running jobs go on.  The file stays the one that was opened. */
void courier_reload(struct courier *c, const struct config *config);
/* Starts what is due, reaps what ended.  *ret_wake_at_ms (monotonic): when to call again at the latest, also after an
 * error; one sink's error keeps no other from its turn. */
int courier_step(struct courier *c, int64_t *ret_wake_at_ms, struct error *e);
/* Nothing due and nothing running, as of the last step.  What waits for its next try may remain (courier_waiting). */
bool courier_idle(struct courier *c);
int courier_waiting(struct courier *c, int64_t *ret, struct error *e);
int courier_bell_fd(struct courier *c); /* -1: none, then courier_step's wake-ups have to do */
void courier_bell_drain(struct courier *c);
int courier_jobs_fd(struct courier *c); /* readable: a running delivery wants a step; -1: none */
/* Shutdown: first nothing new is started, then running jobs are asked to end. */
void courier_drain(struct courier *c);
void courier_stop(struct courier *c);

/*
 * Seconds until the next try after `attempts` (from 1) in vain: anything from 1 to the present step, which doubles from
 * first_s up to longest_s.  Full jitter: many alerts that failed together must not come back together.
 */
int64_t courier_backoff_s(int attempts, int64_t first_s, int64_t longest_s, uint64_t random);

#endif
