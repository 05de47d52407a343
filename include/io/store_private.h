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

/* ?1 to ?7 of what inserts a row into an outbox. */
#define OUTBOX_ROW(r)                                                                                                  \
	DB_TEXT((r)->key), DB_TEXT((r)->incident), DB_TEXT((r)->route), DB_TEXT((r)->sink), DB_TEXT((r)->severity),    \
		DB_TEXT((r)->payload), DB_INT((r)->at)

/* DATE_NONE is NULL. */
#define DB_DATE(at) ((at) == DATE_NONE ? DB_NULL : DB_INT(at))
int64_t store_date(struct db_stmt *s, int column);
/* incidents.records */
struct strs store_decode_records(struct arena *a, struct str bytes);

#endif
