/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sinks: the last step of an alert.  A kind of sink is a row of sink_kinds and a file sink_<kind>.c.
 */
#ifndef RUPTURED_IO_SINK_H
#define RUPTURED_IO_SINK_H

#include "core/alert.h"
#include "io/outbox.h"

struct sink_kind;

struct sink {
	struct str name;
	const struct sink_kind *kind;
	enum privacy privacy;
	void *settings; /* the kind's */
	int64_t retry_first_s, retry_max_s; /* back-off: doubles, with jitter */
	int64_t give_up_s;		    /* dead after failing for so long; 0: never */
	int max_attempts;		    /* dead after so many; 0: any number */
	int rest_after; /* failures in a row, then one try at a time with growing pauses; 0: never */
};

enum delivery_outcome { DELIVERY_DONE, DELIVERY_RETRY, DELIVERY_DEAD, DELIVERY_RUNNING };

struct sink_kind {
	const char *name; /* "syslog" */
	const char *help;
	enum privacy privacy; /* default */
	/* The kind's settings, in the reader's arena; faults go to the reader. */
	void *(*read)(struct reader *r, const struct doc *settings);
	const struct field *fields;
	/* What depends on the sink's privacy level (a template's tokens), once that is known; or NULL.  `doc`: what `read`
	 * got, `settings`: what it made of it. */
	void (*check)(struct reader *r, const struct doc *doc, void *settings, enum privacy privacy);
	/* Starts a delivery.  RUNNING: *ret_job is set and poll it with `reap`; a job outlives the configuration it came
	 * from.  `why` is filled for RETRY and DEAD and holds nothing of the payload.
	 * `keep`: what the kind keeps from one delivery of this sink to the next (a connection); *keep is NULL at first
	 * and outlives the configuration and every job.  Settings may have changed since. */
	enum delivery_outcome (*deliver)(const struct sink *sink, const struct parcel *parcel, void **keep,
					 void **ret_job, struct error *why);
	/* For RUNNING: the outcome so far, at this monotonic time in ms; *ret_wake_ms: latest time to ask again, and of
	 * RETRY, where the receiver asked for it: not before that time. */
	enum delivery_outcome (*reap)(void *job, int64_t now_ms, int64_t *ret_wake_ms, struct error *why);
	/* What becomes readable when there is something to reap; the job's own.  NULL: *ret_wake_ms has to do. */
	int (*descriptor)(const void *job);
	/* Asks a running job to end soon (shutdown); reap tells when it has. */
	void (*stop)(void *job, int64_t now_ms);
	/* Ends a running job now and frees it, as reap does when it tells the outcome. */
	void (*cancel)(void *job);
	/* Frees what was kept; no job runs.  NULL where a kind keeps nothing. */
	void (*forget)(void *keep);
};

extern const struct sink_kind *const sink_kinds[]; /* NULL ends */
const struct sink_kind *sink_kind_find(struct str name);

#endif
