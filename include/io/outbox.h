/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * courier.db: what is to be delivered, and how it went.  The engine puts rows in and reads receipts; the courier
 * delivers.
 *
 * The courier opens only this file.  Rows come with their final payload.  Semantics: decided exactly once, delivered at
 * least once under the same key; per incident in order: a row waits while an earlier one of its incident and sink
 * waits.
 */
#ifndef RUPTURED_IO_OUTBOX_H
#define RUPTURED_IO_OUTBOX_H

#include "io/store.h"

struct outbox;

int outbox_open(const char *path, struct outbox **ret, struct error *e);
/* To look at: nothing is made or changed. */
int outbox_open_reader(const char *path, struct outbox **ret, struct error *e);
void outbox_close(struct outbox *ob);

/* Engine: INSERT OR IGNORE by key, all or none. */
int outbox_take(struct outbox *ob, const outbox_rows *rows, struct error *e);
struct receipt {
	struct str key, outcome; /* "delivered", "dead", "dropped" */
	int64_t at;
};
typedef VEC(struct receipt) receipts;
/* Engine: outcomes it has not read yet; marked read by outbox_receipts_read, once stored. */
int outbox_receipts(struct outbox *ob, struct arena *a, size_t max, receipts *ret, struct error *e);
int outbox_receipts_read(struct outbox *ob, const receipts *r, struct error *e);

/* Courier: that it is the only one, for as long as the descriptor is open; ERROR_HELD says who is (a pid). */
int outbox_lock(const char *outbox_path, int *ret_fd, struct error *e);
struct parcel {
	int64_t row;
	struct str key, incident, route, sink, payload, severity;
	int attempts;	       /* in vain since somebody last asked for another try */
	int64_t failing_since; /* the first of them, or DATE_NONE */
};
/* The next one due for this sink at `now`, or none (*ret NULL).  *ret_wait_until: when to ask again, or DATE_NONE. */
int outbox_next(struct outbox *ob, struct arena *a, struct str sink, int64_t now, struct parcel **ret,
		int64_t *ret_wait_until, struct error *e);
int outbox_delivered(struct outbox *ob, int64_t row, int64_t now, struct error *e);
/* Tried in vain at `now`: again at `again_at`, or dead when DATE_NONE.  `why` holds no payload. */
int outbox_failed(struct outbox *ob, int64_t row, int64_t now, int64_t again_at, struct str why, struct error *e);
/* Sinks that have waiting rows. */
int outbox_sinks(struct outbox *ob, struct arena *a, struct strs *ret, struct error *e);

struct outbox_counts {
	int64_t waiting, delivered, dead;
};
int outbox_count(struct outbox *ob, struct outbox_counts *ret, struct error *e);
/* Engine: forgets what was delivered or dropped before `before` and read back.  Dead letters stay: they wait for a
 * person. */
int outbox_forget(struct outbox *ob, int64_t before, struct error *e);

/* For people (outbox_letters.c). */
enum letter_state { LETTER_WAITING, LETTER_DELIVERED, LETTER_DEAD, LETTER_DROPPED };
struct letter {
	struct str key, route, sink, severity, why; /* why: of the last vain attempt, or absent */
	enum letter_state state;
	int64_t at, failing_since, due_at; /* decided; DATE_NONE; not tried before */
	int attempts;			   /* in vain, all of them */
};
typedef VEC(struct letter) letters;
/* Those in one of the states of the set (1 << enum letter_state), in the order of decision. */
int outbox_letters(struct outbox *ob, struct arena *a, unsigned states, letters *ret, struct error *e);
int outbox_letter(struct outbox *ob, struct arena *a, struct str key, bool *ret_found, struct letter *ret,
		  struct error *e);
/* Whether of each incident that it is about later news was delivered to its sink: it would come out of its order. */
int outbox_overtaken(struct outbox *ob, struct str key, bool *ret, struct error *e);
/* Engine, for a person.  What is dead waits again and what waits is due at once; an attempt in vain counts from one.
 * Nothing happens to what was delivered or dropped. */
int outbox_retry(struct outbox *ob, struct str key, struct error *e);
/* What waits or is dead is not to be delivered any more. */
int outbox_drop(struct outbox *ob, struct str key, int64_t now, struct error *e);

/*
 * Courier: the clock went back by so many seconds and it is `now`: what would be due after `latest` is due that much earlier,
 * though not before now, and what fails began to by now.
 */
int outbox_set_back(struct outbox *ob, int64_t now, int64_t latest, int64_t by_s, struct error *e);
/* Engine: sinks of which something that waits was tried in vain, and since when the oldest of it is. */
struct failing_sink {
	struct str sink;
	int64_t since;
};
typedef VEC(struct failing_sink) failing_sinks;
int outbox_failing(struct outbox *ob, struct arena *a, failing_sinks *ret, struct error *e);
/* Engine: sinks of which the last `n` alerts that ended after `after` are all dead letters, and since when they are. */
int outbox_refusing(struct outbox *ob, struct arena *a, int n, int64_t after, failing_sinks *ret, struct error *e);
/* Whether the sink has taken anything at or after `since`, as far as that is remembered. */
int outbox_delivered_since(struct outbox *ob, struct str sink, int64_t since, bool *ret, struct error *e);

/* A fifo beside the file: the engine rings, the courier polls it.  Only a wake-up; the table is the truth. */
int outbox_bell_listen(const char *outbox_path, int *ret_fd, struct error *e);
void outbox_bell_ring(const char *outbox_path);
void outbox_bell_drain(int fd);

#endif
