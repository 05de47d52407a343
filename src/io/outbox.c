/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * courier.db.  Its table is described in migrations.c.
 *
 * Two processes write it: the engine puts parcels and marks receipts read, the courier does the rest.  Each statement
 * that changes something is one transaction, short; the other waits (busy timeout).
 */
#include "io/outbox_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/fault.h"
#include "io/files.h"

/* Engine and courier are two users of one group.  The directories are the service manager's to make; this is for trying
 * the program out. */
#define MODE	       0660
#define DIRECTORY_MODE 02770

/* Made before SQLite opens it, for the mode; the log and its index copy that.  Never opened when it is there (db.c). */
static int make_file(const char *path, struct error *e)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, MODE);

	if (fd < 0)
		return errno == EEXIST ? 0 : error_errno(e, "%s", path);
	fchmod(fd, MODE);
	close(fd);
	return 0;
}

static int open_in(const char *path, enum db_mode mode, struct outbox **ret, struct error *e)
{
	struct outbox *ob;
	struct db *db;

	if (db_open(path, mode, outbox_migrations, &db, e) < 0)
		return -1;
	ob = calloc(1, sizeof *ob);
	if (!ob)
		abort();
	ob->db = db;
	*ret = ob;
	return 0;
}

int outbox_open(const char *path, struct outbox **ret, struct error *e)
{
	if (directory_make_for(path, DIRECTORY_MODE, e) < 0 || make_file(path, e) < 0)
		return -1;
	return open_in(path, DB_CREATE, ret, e);
}

int outbox_open_reader(const char *path, struct outbox **ret, struct error *e)
{
	return open_in(path, DB_READ_ONLY, ret, e);
}

void outbox_close(struct outbox *ob)
{
	if (!ob)
		return;
	db_close(ob->db);
	free(ob);
}

static int carry(struct outbox *ob, struct str key, struct str incident, struct error *e)
{
	static const char sql[] = "INSERT INTO carried(row, sink, incident) SELECT row, sink, ?2 FROM parcels"
				  " WHERE key = ?1 ON CONFLICT DO NOTHING";

	return db_do(ob->db, sql, DB_WITH(DB_TEXT(key), DB_TEXT(incident)), e);
}

static int carry_all(struct outbox *ob, const struct outbox_row *row, struct error *e)
{
	struct str rest = row->incident, incident;

	while ((incident = str_word(&rest)).p)
		if (carry(ob, row->key, incident, e) < 0)
			return -1;
	return 0;
}

static int take_one(struct outbox *ob, const struct outbox_row *row, struct error *e)
{
	static const char sql[] = "INSERT INTO parcels(key, incident, route, sink, severity, payload, at, due_at)"
				  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7) ON CONFLICT(key) DO NOTHING";

	return db_do(ob->db, sql, DB_WITH(OUTBOX_ROW(row)), e) < 0 ? -1 : carry_all(ob, row, e);
}

/* All or none. */
int outbox_take(struct outbox *ob, const outbox_rows *rows, struct error *e)
{
	if (db_begin(ob->db, e) < 0)
		return -1;
	for (size_t i = 0; i < rows->n; i++) {
		if (take_one(ob, &rows->items[i], e) < 0) {
			db_rollback(ob->db);
			return -1;
		}
	}
	fault_point("outbox-take");
	if (db_commit(ob->db, e) == 0)
		return 0;
	db_rollback(ob->db);
	return -1;
}

int outbox_receipts(struct outbox *ob, struct arena *a, size_t max, receipts *ret, struct error *e)
{
	static const char sql[] = "SELECT key, CASE state WHEN 1 THEN 'delivered' WHEN 3 THEN 'dropped' ELSE 'dead' "
				  "END, ended_at FROM parcels"
				  " WHERE state <> 0 AND receipt_read = 0 ORDER BY row LIMIT ?1";
	struct db_stmt *s;
	int r;

	*ret = (receipts){ 0 };
	if (db_ask(ob->db, sql, DB_WITH(DB_INT(max > INT64_MAX ? INT64_MAX : (int64_t)max)), &s, e) < 0)
		return -1;
	while ((r = db_step(s, e)) > 0) {
		*VEC_PUSH(a, ret) = (struct receipt){
			.key = db_text(s, 0, a),
			.outcome = db_text(s, 1, a),
			.at = db_int(s, 2),
		};
	}
	return r;
}

static int mark_read(struct outbox *ob, struct str key, struct error *e)
{
	static const char sql[] = "UPDATE parcels SET receipt_read = 1 WHERE key = ?1 AND state <> 0";

	return db_do(ob->db, sql, DB_WITH(DB_TEXT(key)), e);
}

int outbox_receipts_read(struct outbox *ob, const receipts *list, struct error *e)
{
	if (db_begin(ob->db, e) < 0)
		return -1;
	for (size_t i = 0; i < list->n; i++) {
		if (mark_read(ob, list->items[i].key, e) < 0) {
			db_rollback(ob->db);
			return -1;
		}
	}
	if (db_commit(ob->db, e) == 0)
		return 0;
	db_rollback(ob->db);
	return -1;
}

/* Nothing earlier of the same incident, or of one of those of a group, waits for this sink. */
#define FIRST_OF_ITS_INCIDENT                                                                                          \
	" AND NOT EXISTS (SELECT 1 FROM carried mine JOIN carried theirs ON theirs.sink = mine.sink"                   \
	" AND theirs.incident = mine.incident AND theirs.row < mine.row"                                               \
	" JOIN parcels q ON q.row = theirs.row AND q.state = 0 WHERE mine.row = p.row)"

static int first_due(struct outbox *ob, struct arena *a, struct str sink, int64_t now, struct parcel **ret,
		     struct error *e)
{
	static const char sql[] =
		"SELECT p.row, p.key, p.incident, p.route, p.sink, p.payload, p.severity, p.attempts - p.forgiven,"
		" p.failing_since FROM parcels p"
		" WHERE p.sink = ?1 AND p.state = 0 AND p.due_at <= ?2" FIRST_OF_ITS_INCIDENT " ORDER BY p.row LIMIT 1";
	struct db_stmt *s;
	int r;

	if (db_ask(ob->db, sql, DB_WITH(DB_TEXT(sink), DB_INT(now)), &s, e) < 0)
		return -1;
	r = db_step(s, e);
	if (r <= 0)
		return r;
	*ret = ARENA_NEW(a, struct parcel);
	**ret = (struct parcel){
		.row = db_int(s, 0),
		.key = db_text(s, 1, a),
		.incident = db_text(s, 2, a),
		.route = db_text(s, 3, a),
		.sink = db_text(s, 4, a),
		.payload = db_text(s, 5, a),
		.severity = db_text(s, 6, a),
		.attempts = (int)db_int(s, 7),
		.failing_since = store_date(s, 8),
	};
	db_reset(s);
	return 0;
}

static int next_time(struct outbox *ob, struct str sink, int64_t *ret, struct error *e)
{
	static const char sql[] =
		"SELECT min(p.due_at) FROM parcels p WHERE p.sink = ?1 AND p.state = 0" FIRST_OF_ITS_INCIDENT;
	struct db_stmt *s;
	int r;

	if (db_ask(ob->db, sql, DB_WITH(DB_TEXT(sink)), &s, e) < 0)
		return -1;
	r = db_step(s, e);
	if (r > 0) {
		*ret = store_date(s, 0);
		db_reset(s);
	}
	return r < 0 ? -1 : 0;
}

int outbox_next(struct outbox *ob, struct arena *a, struct str sink, int64_t now, struct parcel **ret,
		int64_t *ret_wait_until, struct error *e)
{
	*ret = NULL;
	*ret_wait_until = DATE_NONE;
	if (first_due(ob, a, sink, now, ret, e) < 0)
		return -1;
	return *ret ? 0 : next_time(ob, sink, ret_wait_until, e);
}

static int end(struct outbox *ob, int64_t row, int state, int64_t now, struct error *e)
{
	static const char sql[] = "UPDATE parcels SET state = ?2, ended_at = ?3 WHERE row = ?1 AND state = 0";

	return db_do(ob->db, sql, DB_WITH(DB_INT(row), DB_INT(state), DB_INT(now)), e);
}

int outbox_delivered(struct outbox *ob, int64_t row, int64_t now, struct error *e)
{
	return end(ob, row, 1, now, e);
}

int outbox_failed(struct outbox *ob, int64_t row, int64_t now, int64_t again_at, struct str why, struct error *e)
{
	static const char sql[] = "UPDATE parcels SET attempts = attempts + 1, why = ?2, due_at = coalesce(?3, due_at),"
				  " failing_since = coalesce(failing_since, ?4),"
				  " state = CASE WHEN ?3 IS NULL THEN 2 ELSE 0 END,"
				  " ended_at = CASE WHEN ?3 IS NULL THEN ?4 END WHERE row = ?1 AND state = 0";

	return db_do(ob->db, sql, DB_WITH(DB_INT(row), DB_TEXT(why), DB_DATE(again_at), DB_INT(now)), e);
}

int outbox_sinks(struct outbox *ob, struct arena *a, struct strs *ret, struct error *e)
{
	static const char sql[] = "SELECT DISTINCT sink FROM parcels WHERE state = 0 ORDER BY sink";
	struct db_stmt *s;
	int r;

	*ret = (struct strs){ 0 };
	if (db_in_place(ob->db, e) < 0 || db_ask(ob->db, sql, DB_NOTHING, &s, e) < 0)
		return -1;
	while ((r = db_step(s, e)) > 0)
		*VEC_PUSH(a, ret) = db_text(s, 0, a);
	return r;
}

int outbox_count(struct outbox *ob, struct outbox_counts *ret, struct error *e)
{
	static const char sql[] = "SELECT count(*) FILTER (WHERE state = 0), count(*) FILTER (WHERE state = 1),"
				  " count(*) FILTER (WHERE state = 2) FROM parcels";
	struct db_stmt *s;

	*ret = (struct outbox_counts){ 0 };
	if (db_ask(ob->db, sql, DB_NOTHING, &s, e) < 0 || db_step(s, e) < 0)
		return -1;
	*ret = (struct outbox_counts){ db_int(s, 0), db_int(s, 1), db_int(s, 2) };
	db_reset(s);
	return 0;
}

int outbox_forget(struct outbox *ob, int64_t before, struct error *e)
{
	static const char sql[] = "DELETE FROM parcels WHERE state IN (1, 3) AND receipt_read = 1 AND ended_at < ?1";

	return db_do(ob->db, sql, DB_WITH(DB_INT(before)), e);
}
