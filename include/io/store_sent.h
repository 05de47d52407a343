/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What became of the alerts of one incident, for people who ask: messages decided on, and what is still held.  Part of
 * the store (io/store.h): same file, same rules; nothing is changed.
 */
#ifndef RUPTURED_IO_STORE_SENT_H
#define RUPTURED_IO_STORE_SENT_H

#include "io/store.h"

struct sent_row {
	struct outbox_row message;
	int64_t relayed_at; /* DATE_NONE: courier.db does not have it yet */
	struct str outcome; /* "delivered", "dead", "dropped", "undelivered"; absent: on its way */
	int64_t outcome_at; /* DATE_NONE */
};
typedef VEC(struct sent_row) sent_rows;
/* In the order of decision; those that are forgotten (`retention`) are not there any more. */
int store_sent_of(struct store *st, struct arena *a, struct str incident, sent_rows *ret, struct error *e);
/* What waits for a group or a digest, without its payload. */
int store_held_of(struct store *st, struct arena *a, struct str incident, held_rows *ret, struct error *e);
/* The sinks that were ever sent anything of it. */
int store_heard_by(struct store *st, struct arena *a, struct str incident, struct strs *ret, struct error *e);
/* The incidents of which a message of this key tells ("g-..." or "<id>-<n>"), whatever the sink; none: it is unknown, or
 * forgotten. */
int store_incidents_told_by(struct store *st, struct arena *a, struct str key, struct strs *ret, struct error *e);

#endif
