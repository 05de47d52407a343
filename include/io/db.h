/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SQLite, which appears only in db.c: a connection, statements, transactions, numbered migrations.
 *
 * Every connection is WAL, synchronous FULL, secure_delete, foreign keys on, busy timeout 5 s.  A file that is not
 * there is made with mode 0600.  Disk full, busy, I/O error: ERROR_AGAIN; then roll back, nothing was changed.
 */
#ifndef RUPTURED_IO_DB_H
#define RUPTURED_IO_DB_H

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

struct db;
struct db_stmt;

enum db_mode { DB_CREATE, DB_READ_ONLY };

/* migrations[i] takes the schema from version i to i + 1 (PRAGMA user_version); NULL ends.  A newer file is refused. */
int db_open(const char *path, enum db_mode mode, const char *const *migrations, struct db **ret, struct error *e);
void db_close(struct db *db);
int db_exec(struct db *db, const char *sql, struct error *e);

/* What a statement is asked with: the values of ?1, ?2 ... in order, as DB_WITH(DB_INT(row), DB_TEXT(name)). */
struct db_value {
	enum { DB_VALUE_NULL, DB_VALUE_INT, DB_VALUE_REAL, DB_VALUE_TEXT, DB_VALUE_BLOB } kind;
	union {
		int64_t whole;
		double real;	 /* NAN becomes NULL, and comes back as NAN from db_real */
		struct str text; /* borrowed until the statement is done or reset; absent: NULL */
	};
};
struct db_values {
	const struct db_value *items;
	size_t n;
};
#define DB_NULL	   ((struct db_value){ .kind = DB_VALUE_NULL })
#define DB_INT(v)  ((struct db_value){ .kind = DB_VALUE_INT, .whole = (v) })
#define DB_REAL(v) ((struct db_value){ .kind = DB_VALUE_REAL, .real = (v) })
#define DB_TEXT(v) ((struct db_value){ .kind = DB_VALUE_TEXT, .text = (v) })
#define DB_BLOB(v) ((struct db_value){ .kind = DB_VALUE_BLOB, .text = (v) })
#define DB_WITH(...)                                                                                                   \
	((struct db_values){ (const struct db_value[]){ __VA_ARGS__ },                                                 \
			     sizeof((const struct db_value[]){ __VA_ARGS__ }) / sizeof(struct db_value) })
#define DB_NOTHING ((struct db_values){ 0 })
/* `sql` is a static string: its statement is prepared once and kept by the connection. */
int db_ask(struct db *db, const char *sql, struct db_values with, struct db_stmt **ret, struct error *e);
/* The same, stepped to the end. */
int db_do(struct db *db, const char *sql, struct db_values with, struct error *e);
/* 1: a row; 0: done, and the statement is reset; -1: error, and it is reset. */
int db_step(struct db_stmt *s, struct error *e);
/* To leave a SELECT early. */
void db_reset(struct db_stmt *s);
int64_t db_int(struct db_stmt *s, int column); /* columns count from 0 */
double db_real(struct db_stmt *s, int column);
bool db_is_null(struct db_stmt *s, int column);
struct str db_text(struct db_stmt *s, int column, struct arena *a); /* NULL: absent */
/* The first column of the only row; 0 without one.  */
int db_number(struct db *db, const char *sql, int64_t *ret, struct error *e);
int64_t db_last_id(struct db *db);

/* Whether the file still has its name: ERROR_AGAIN when it was removed or replaced under this connection. */
int db_in_place(struct db *db, struct error *e);
int db_begin(struct db *db, struct error *e); /* IMMEDIATE; of a file in its place */
int db_commit(struct db *db, struct error *e);
void db_rollback(struct db *db);
/* A record inside a group: undone alone. */
int db_savepoint(struct db *db, struct error *e);
int db_release(struct db *db, struct error *e);
void db_rollback_savepoint(struct db *db);
/* PASSIVE checkpoint, off the commit path, if the log has grown enough to be worth it. */
void db_checkpoint(struct db *db);
/* Empties the log, so that what was erased is not in it either; -1 while a reader still needs it. */
int db_checkpoint_truncate(struct db *db);

#endif
