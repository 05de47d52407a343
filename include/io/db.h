/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SQLite, which appears only in db.c: a connection, statements, transactions, numbered migrations.
 *
 * Every connection is WAL, synchronous FULL, secure_delete, foreign keys on, busy timeout 5 s.  A file that is not there
 * is made with mode 0600.  Disk full, busy, I/O error: ERROR_AGAIN; then roll back, nothing was changed.
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

/* Statements are prepared once per SQL text (a static string) and kept by the connection. */
int db_prepare(struct db *db, const char *sql, struct db_stmt **ret, struct error *e);
void db_bind_int(struct db_stmt *s, int i, int64_t v);	    /* i counts from 1 */
void db_bind_real(struct db_stmt *s, int i, double v);
/* Strings are borrowed until the statement is done or reset.  Absent: NULL. */
void db_bind_text(struct db_stmt *s, int i, struct str v);
void db_bind_blob(struct db_stmt *s, int i, struct str v);
void db_bind_null(struct db_stmt *s, int i);
/* 1: a row; 0: done, and the statement is reset; -1: error, and it is reset. */
int db_step(struct db_stmt *s, struct error *e);
/* To leave a SELECT early. */
void db_reset(struct db_stmt *s);
/* Steps to the end. */
int db_run(struct db_stmt *s, struct error *e);
int64_t db_int(struct db_stmt *s, int column); /* columns count from 0 */
double db_real(struct db_stmt *s, int column);
bool db_is_null(struct db_stmt *s, int column);
struct str db_text(struct db_stmt *s, int column, struct arena *a); /* NULL: absent */
/* The first column of the only row; 0 without one.  `sql` static, as for db_prepare. */
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
/* PASSIVE checkpoint, off the commit path. */
void db_checkpoint(struct db *db);
/* Empties the log, so that what was erased is not in it either; -1 while a reader still needs it. */
int db_checkpoint_truncate(struct db *db);

#endif
