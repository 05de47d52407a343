/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files store*.c share; nobody else includes it.
 */
#ifndef RUPTURED_IO_STORE_PRIVATE_H
#define RUPTURED_IO_STORE_PRIVATE_H

#include "base/buf.h"
#include "io/store.h"

struct store {
	struct db *db;
	struct buf scratch; /* skeletons and lists on their way into a statement */
	bool erased;	    /* something was: the next checkpoint empties the log too */
};

extern const char *const store_migrations[];
extern const char *const outbox_migrations[];

/* ?1 to ?7: key, incident, route, sink, severity, payload, at, as both outboxes insert them. */
void outbox_row_bind(struct db_stmt *s, const struct outbox_row *row);

/* DATE_NONE is NULL. */
void store_bind_date(struct db_stmt *s, int i, int64_t at);
int64_t store_date(struct db_stmt *s, int column);
/* One statement whose ?1 is a name or an id, and that gives no rows. */
int store_run_about(struct store *st, const char *sql, struct str about, struct error *e);
/* incidents.records */
struct strs store_decode_records(struct arena *a, struct str bytes);

#endif
