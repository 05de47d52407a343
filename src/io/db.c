/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything the program asks of SQLite.
 *
 * A statement's text is a static string, so its address names it: the cache is a small hash table of addresses.
 * Bound strings are borrowed until the statement is done or reset.  Errors say what the operator can do about them:
 * a full disk, a busy file and a failing write are ERROR_AGAIN (nothing was changed, the same may work later).
 */
#include "io/db.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/fault.h"

#define BUSY_TIMEOUT_MS 5000

struct db_stmt {
	struct db *db;
	const char *sql;
	sqlite3_stmt *stmt;
};

struct db {
	sqlite3 *handle;
	char *path;
	struct db_stmt **slots; /* open addressing by the address of the text; a power of two */
	size_t n_slots, n_stmts;
	int log_pages; /* after the last commit */
};

/* A checkpoint syncs both files, and the commit after it syncs the log once more: one for each record would cost three
 * times what its commit does.  So it waits until there is something to copy, and for an idle moment (db_checkpoint);
 * the greater number is the fall-back of a long backlog.  After a checkpoint the log is cut to 16 MB. */
#define CHECKPOINT_PAGES      1000
#define CHECKPOINT_PAGES_BUSY 4000
static const char settings[] = "PRAGMA synchronous = FULL;"
			       "PRAGMA secure_delete = ON;"
			       "PRAGMA foreign_keys = ON;"
			       "PRAGMA temp_store = MEMORY;"
			       "PRAGMA cache_size = -8000;"
			       "PRAGMA journal_size_limit = 16777216;";

static enum error_kind kind_of(int code)
{
	switch (code & 0xff) {
	case SQLITE_FULL:
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_IOERR:
	case SQLITE_NOMEM:
		return ERROR_AGAIN;
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
	case SQLITE_CONSTRAINT:
		return ERROR_REFUSED;
	default:
		return ERROR_MACHINE;
	}
}

static int report(struct db *db, int code, struct error *e)
{
	int extended = db->handle ? sqlite3_extended_errcode(db->handle) : code;

	switch (code & 0xff) {
	case SQLITE_FULL:
		error_set(e, ERROR_AGAIN, "%s: no space left on the disk; nothing was changed", db->path);
		e->sys = ENOSPC;
		return -1;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		error_set(e, ERROR_AGAIN, "%s: another process holds it for longer than %d s", db->path,
			  BUSY_TIMEOUT_MS / 1000);
		e->sys = EBUSY;
		return -1;
	case SQLITE_IOERR:
		return error_set(e, ERROR_AGAIN, "%s: reading or writing failed (SQLite %d); nothing was changed",
				 db->path, extended);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return error_set(e, ERROR_REFUSED,
				 "%s: not a sound database (%s); put it aside and restore a backup of your own",
				 db->path, sqlite3_errstr(code));
	default:
		return error_set(e, kind_of(code), "%s: %s", db->path,
				 db->handle ? sqlite3_errmsg(db->handle) : sqlite3_errstr(code));
	}
}

/* A test build's pretended fault, in SQLite's words. */
static int pretend(struct db *db, const char *point, struct error *e)
{
	int sys = fault_error(point);

	(void)point;
	if (sys == 0)
		return 0;
	return report(db, sys == ENOSPC || sys == EDQUOT ? SQLITE_FULL : sys == EBUSY ? SQLITE_BUSY : SQLITE_IOERR, e);
}

int db_exec(struct db *db, const char *sql, struct error *e)
{
	int code = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? 0 : report(db, code, e);
}

static size_t slot_of(const struct db *db, const char *sql)
{
	size_t i = (size_t)(((uintptr_t)sql * 0x9e3779b97f4a7c15u) >> 32) & (db->n_slots - 1);

	while (db->slots[i] && db->slots[i]->sql != sql)
		i = (i + 1) & (db->n_slots - 1);
	return i;
}

static void *take(void *p)
{
	if (!p)
		abort();
	return p;
}

static void grow(struct db *db)
{
	struct db_stmt **old = db->slots;
	size_t n = db->n_slots;

	db->n_slots = n ? 2 * n : 64;
	db->slots = take(calloc(db->n_slots, sizeof(struct db_stmt *)));
	for (size_t i = 0; i < n; i++)
		if (old[i])
			db->slots[slot_of(db, old[i]->sql)] = old[i];
	free(old);
}

static int prepare(struct db *db, const char *sql, struct db_stmt **ret, struct error *e)
{
	struct db_stmt *s;
	sqlite3_stmt *stmt;
	size_t slot;
	int code;

	if (2 * db->n_stmts >= db->n_slots)
		grow(db);
	slot = slot_of(db, sql);
	if (db->slots[slot]) {
		*ret = db->slots[slot];
		return 0;
	}
	code = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL);
	if (code != SQLITE_OK)
		return report(db, code, e);
	s = take(calloc(1, sizeof *s));
	*s = (struct db_stmt){ .db = db, .sql = sql, .stmt = stmt };
	db->slots[slot] = s;
	db->n_stmts++;
	*ret = s;
	return 0;
}

void db_reset(struct db_stmt *s)
{
	sqlite3_reset(s->stmt);
	sqlite3_clear_bindings(s->stmt);
}

static int bind(struct db_stmt *s, int i, const struct db_value *v)
{
	switch (v->kind) {
	case DB_VALUE_NULL:
		return sqlite3_bind_null(s->stmt, i);
	case DB_VALUE_INT:
		return sqlite3_bind_int64(s->stmt, i, v->whole);
	case DB_VALUE_REAL:
		return sqlite3_bind_double(s->stmt, i, v->real);
	case DB_VALUE_TEXT:
		return sqlite3_bind_text64(s->stmt, i, v->text.p, v->text.n, SQLITE_STATIC, SQLITE_UTF8);
	case DB_VALUE_BLOB:
		return sqlite3_bind_blob64(s->stmt, i, v->text.p, v->text.n, SQLITE_STATIC);
	}
	return SQLITE_MISUSE;
}

int db_ask(struct db *db, const char *sql, struct db_values with, struct db_stmt **ret, struct error *e)
{
	if (prepare(db, sql, ret, e) < 0)
		return -1;
	for (size_t i = 0; i < with.n; i++) {
		int code = bind(*ret, (int)i + 1, &with.items[i]);

		if (code != SQLITE_OK) {
			db_reset(*ret);
			return report(db, code, e);
		}
	}
	return 0;
}

int db_step(struct db_stmt *s, struct error *e)
{
	int code = sqlite3_step(s->stmt), r;

	if (code == SQLITE_ROW)
		return 1;
	r = code == SQLITE_DONE ? 0 : report(s->db, code, e);
	db_reset(s);
	return r;
}

int db_do(struct db *db, const char *sql, struct db_values with, struct error *e)
{
	struct db_stmt *s;
	int r;

	if (db_ask(db, sql, with, &s, e) < 0)
		return -1;
	while ((r = db_step(s, e)) > 0)
		;
	return r;
}

int64_t db_int(struct db_stmt *s, int column)
{
	return sqlite3_column_int64(s->stmt, column);
}

bool db_is_null(struct db_stmt *s, int column)
{
	return sqlite3_column_type(s->stmt, column) == SQLITE_NULL;
}

double db_real(struct db_stmt *s, int column)
{
	return db_is_null(s, column) ? (double)__builtin_nanf("") : sqlite3_column_double(s->stmt, column);
}

/* The bytes of a text or a blob; an empty one is "" and not absent. */
struct str db_text(struct db_stmt *s, int column, struct arena *a)
{
	const char *p;

	if (db_is_null(s, column))
		return (struct str){ NULL, 0 };
	p = sqlite3_column_blob(s->stmt, column);
	return arena_dup(a, p ? (struct str){ p, (size_t)sqlite3_column_bytes(s->stmt, column) } : STR(""));
}

int64_t db_last_id(struct db *db)
{
	return sqlite3_last_insert_rowid(db->handle);
}

/* Some failures (a full disk among them) make SQLite roll back by itself; then there is nothing left to commit. */
static int require_transaction(struct db *db, struct error *e)
{
	if (!sqlite3_get_autocommit(db->handle))
		return 0;
	return error_set(e, ERROR_AGAIN, "%s: the transaction was rolled back after an earlier failure", db->path);
}

/* SQLite writes on to a file that has lost its name, and with the last descriptor all of it would be gone. */
int db_in_place(struct db *db, struct error *e)
{
	int moved = 0;

	if (sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved) != SQLITE_OK || !moved)
		return 0;
	return error_set(e, ERROR_AGAIN, "%s: removed or replaced while in use; put it back, or restart to begin anew",
			 db->path);
}

int db_begin(struct db *db, struct error *e)
{
	static const char begin[] = "BEGIN IMMEDIATE";

	return db_in_place(db, e) < 0 || pretend(db, "db-begin", e) < 0 ? -1 : db_do(db, begin, DB_NOTHING, e);
}

int db_commit(struct db *db, struct error *e)
{
	static const char commit[] = "COMMIT";

	if (require_transaction(db, e) < 0 || pretend(db, "db-commit", e) < 0)
		return -1;
	return db_do(db, commit, DB_NOTHING, e);
}

void db_rollback(struct db *db)
{
	static const char rollback[] = "ROLLBACK";
	struct error ignored;

	if (!sqlite3_get_autocommit(db->handle))
		db_do(db, rollback, DB_NOTHING, &ignored);
}

int db_savepoint(struct db *db, struct error *e)
{
	static const char savepoint[] = "SAVEPOINT record";

	return require_transaction(db, e) < 0 ? -1 : db_do(db, savepoint, DB_NOTHING, e);
}

int db_release(struct db *db, struct error *e)
{
	static const char release[] = "RELEASE record";

	return require_transaction(db, e) < 0 ? -1 : db_do(db, release, DB_NOTHING, e);
}

void db_rollback_savepoint(struct db *db)
{
	static const char back[] = "ROLLBACK TO record", release[] = "RELEASE record";
	struct error ignored;

	if (!sqlite3_get_autocommit(db->handle) && db_do(db, back, DB_NOTHING, &ignored) == 0)
		db_do(db, release, DB_NOTHING, &ignored);
}

static void checkpoint(struct db *db)
{
	sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	db->log_pages = 0;
}

static int on_commit(void *db, sqlite3 *handle, const char *name, int log_pages)
{
	(void)handle;
	(void)name;
	((struct db *)db)->log_pages = log_pages;
	if (log_pages >= CHECKPOINT_PAGES_BUSY)
		checkpoint(db);
	return SQLITE_OK;
}

void db_checkpoint(struct db *db)
{
	if (db->log_pages >= CHECKPOINT_PAGES)
		checkpoint(db);
}

int db_checkpoint_truncate(struct db *db)
{
	return sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) == SQLITE_OK ? 0
														: -1;
}

int db_number(struct db *db, const char *sql, int64_t *ret, struct error *e)
{
	struct db_stmt *s;
	int r;

	*ret = 0;
	if (prepare(db, sql, &s, e) < 0)
		return -1;
	r = db_step(s, e);
	if (r > 0) {
		*ret = db_int(s, 0);
		db_reset(s);
	}
	return r < 0 ? -1 : 0;
}

static int migrate_one(struct db *db, const char *const *migrations, int64_t from, struct error *e)
{
	char set_version[48];
	int64_t now;

	snprintf(set_version, sizeof set_version, "PRAGMA user_version = %lld", (long long)from + 1);
	if (db_begin(db, e) < 0)
		return -1;
	/* Read again under the write lock: another process may have been quicker. */
	if (db_number(db, "PRAGMA user_version", &now, e) < 0)
		goto failed;
	if (now == from && (db_exec(db, migrations[from], e) < 0 || db_exec(db, set_version, e) < 0))
		goto failed;
	if (db_commit(db, e) == 0)
		return 0;
failed:
	db_rollback(db);
	return error_context(e, "bringing the schema from version %lld to %lld", (long long)from, (long long)from + 1);
}

static int migrate(struct db *db, enum db_mode mode, const char *const *migrations, struct error *e)
{
	int64_t version, known = 0;

	while (migrations[known])
		known++;
	if (db_number(db, "PRAGMA user_version", &version, e) < 0)
		return -1;
	if (version > known)
		return error_set(e, ERROR_REFUSED,
				 "%s has schema version %lld, this program knows up to %lld: it was written by a newer "
				 "release; install that one, or restore a backup from before the upgrade",
				 db->path, (long long)version, (long long)known);
	if (version < known && mode == DB_READ_ONLY)
		return error_set(
			e, ERROR_AGAIN,
			"%s has schema version %lld, this program reads %lld: start the daemon once, it brings "
			"the file up to date",
			db->path, (long long)version, (long long)known);
	for (; version < known; version++)
		if (migrate_one(db, migrations, version, e) < 0)
			return -1;
	return 0;
}

/* Made by us, so that neither it nor the log and index beside it (which copy its mode) depend on the umask.  A file
 * that is there is never opened here: closing it would drop the locks of this process's other connections. */
static int create_private(const char *path, struct error *e)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return errno == EEXIST ? 0 : error_errno(e, "%s", path);
	fchmod(fd, 0600);
	close(fd);
	return 0;
}

static int connect_to(struct db *db, enum db_mode mode, const char *const *migrations, struct error *e)
{
	int flags = mode == DB_CREATE ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY, code;

	if (mode == DB_CREATE && create_private(db->path, e) < 0)
		return -1;
	if (mode == DB_READ_ONLY && access(db->path, R_OK) < 0)
		return error_errno(e, "%s", db->path);
	code = sqlite3_open_v2(db->path, &db->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);
	if (code != SQLITE_OK)
		return report(db, code, e);
	sqlite3_extended_result_codes(db->handle, 1);
	sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
	sqlite3_wal_hook(db->handle, on_commit, db);
	if (mode == DB_CREATE && db_exec(db, "PRAGMA journal_mode = WAL", e) < 0)
		return -1;
	if (db_exec(db, settings, e) < 0)
		return -1;
	return migrate(db, mode, migrations, e);
}

int db_open(const char *path, enum db_mode mode, const char *const *migrations, struct db **ret, struct error *e)
{
	struct db *db = take(calloc(1, sizeof *db));

	db->path = take(strdup(path));
	if (connect_to(db, mode, migrations, e) < 0) {
		db_close(db);
		return -1;
	}
	*ret = db;
	return 0;
}

void db_close(struct db *db)
{
	if (!db)
		return;
	for (size_t i = 0; i < db->n_slots; i++) {
		if (!db->slots[i])
			continue;
		sqlite3_finalize(db->slots[i]->stmt);
		free(db->slots[i]);
	}
	sqlite3_close(db->handle);
	free(db->slots);
	free(db->path);
	free(db);
}
