/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the sinks that speak to a server share: the reading of their settings, secret files, and a delivery as a job.
 */
#ifndef RUPTURED_IO_REMOTE_H
#define RUPTURED_IO_REMOTE_H

#include "core/shape.h"
#include "io/sink.h"
#include "io/transfer.h"

/* Readers of settings, for `struct field`. */
void read_url(struct reader *r, const struct doc *v, void *into, const struct field *f);     /* struct str; detail: struct words, the schemes */
void read_secret(struct reader *r, const struct doc *v, void *into, const struct field *f);  /* the same, of a file that only some may read */
extern const struct shape shape_url;
/* Of settings with a url: http to another machine. */
void warn_of_plain_text(struct reader *r, const struct doc *settings, struct str url);

#define REMOTE_TIMEOUT_MS 10000

/* A line of `what` that only some may read, without its end, in a (which should wipe); read anew for each delivery, so
 * that a change needs no reload. */
int secret_file_read(struct arena *a, struct str path, struct str *ret, struct error *e);

/* What the answer means.  RUNNING: the transfer was given another request.  *ret_pause_s: asked for by the receiver. */
struct remote_job;
typedef enum delivery_outcome (*remote_judge)(struct remote_job *job, const struct transfer_answer *answer,
					      int64_t *ret_pause_s, struct error *why);
struct remote_job {
	struct transfer *transfer;
	remote_judge judge;
	bool stopped;
	struct arena arena; /* the kind's own */
	void *own;
};

/* The first request of a job; its arena may hold what `own` points to.  RUNNING, or RETRY with *why. */
enum delivery_outcome remote_start(const struct transfer_request *request, remote_judge meaning, struct remote_job **ret,
				   struct error *why);
/* HTTP: 2xx is done; no answer, 408, 425, 429 and 5xx are tried again; anything else is dead at once. */
enum delivery_outcome remote_judge_http(struct remote_job *job, const struct transfer_answer *answer,
					int64_t *ret_pause_s, struct error *why);

/* The functions of a sink_kind. */
enum delivery_outcome remote_reap(void *job, int64_t now_ms, int64_t *ret_wake_ms, struct error *why);
int remote_descriptor(const void *job);
void remote_stop(void *job, int64_t now_ms);
void remote_cancel(void *job);

#endif
