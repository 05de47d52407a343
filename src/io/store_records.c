/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records: the identity table's row of each, and the skeleton of those in force.
 */
#include "io/store_private.h"

int store_known(struct store *st, struct arena *a, struct str record, struct known_record *ret, struct error *e)
{
	static const char sql[] = "SELECT r.revision, r.hash, r.withdrawn, c.id FROM records r"
				  " LEFT JOIN cases c ON c.row = r.case_row WHERE r.id = ?1";
	struct db_stmt *s;
	int r;

	*ret = (struct known_record){ 0 };
	if (db_ask(st->db, sql, DB_WITH(DB_TEXT(record)), &s, e) < 0)
		return -1;
	r = db_step(s, e);
	if (r <= 0)
		return r;
	ret->revision = db_int(s, 0);
	ret->hash = db_text(s, 1, a);
	ret->withdrawn = db_int(s, 2) != 0;
	ret->case_id = db_text(s, 3, a);
	db_reset(s);
	return 0;
}

int store_skeletons(struct store *st, struct arena *a, int64_t case_row, struct skeleton ***ret, size_t *ret_n,
		    struct error *e)
{
	static const char sql[] = "SELECT skeleton FROM records WHERE case_row = ?1 AND withdrawn = 0 ORDER BY row";
	VEC(struct skeleton *) all = { 0 };
	struct db_stmt *s;
	int r;

	if (db_ask(st->db, sql, DB_WITH(DB_INT(case_row)), &s, e) < 0)
		return -1;
	while ((r = db_step(s, e)) > 0) {
		struct skeleton *one = skeleton_decode(a, db_text(s, 0, a));

		if (!one) {
			db_reset(s);
			return error_set(e, ERROR_REFUSED,
					 "a stored skeleton cannot be read: restore a backup of your own");
		}
		*VEC_PUSH(a, &all) = one;
	}
	*ret = all.items;
	*ret_n = all.n;
	return r;
}

int store_record_put(struct store *st, int64_t case_row, const struct skeleton *sk, struct str hash, int64_t arrived,
		     struct error *e)
{
	static const char sql[] =
		"INSERT INTO records(id, revision, hash, withdrawn, case_row, session, started, arrived, skeleton)"
		" VALUES (?1, ?2, ?3, 0, ?4, ?5, ?6, ?7, ?8)"
		" ON CONFLICT(id) DO UPDATE SET revision = excluded.revision, hash = excluded.hash, withdrawn = 0,"
		" case_row = excluded.case_row, session = excluded.session, started = excluded.started,"
		" arrived = excluded.arrived, skeleton = excluded.skeleton";

	buf_reset(&st->scratch);
	skeleton_encode(sk, &st->scratch);
	return db_do(st->db, sql,
		     DB_WITH(DB_TEXT(sk->record), DB_INT(sk->revision), DB_TEXT(hash), DB_INT(case_row),
			     sk->session >= 0 ? DB_INT(sk->session) : DB_NULL, DB_DATE(sk->started), DB_DATE(arrived),
			     DB_BLOB(buf_str(&st->scratch))),
		     e);
}

/*
 * secure_delete overwrites the blob's pages; the log, which still has them, is emptied at the next checkpoint.  An id
 * not known yet is kept all the same: its earlier revisions must not come back.
 */
int store_record_withdraw(struct store *st, struct str record, int64_t revision, struct str hash, struct error *e)
{
	static const char sql[] = "INSERT INTO records(id, revision, hash, withdrawn) VALUES (?1, ?2, ?3, 1)"
				  " ON CONFLICT(id) DO UPDATE SET revision = excluded.revision, hash = excluded.hash,"
				  " withdrawn = 1, case_row = NULL, session = NULL, started = NULL, arrived = NULL,"
				  " skeleton = NULL";

	if (db_do(st->db, sql, DB_WITH(DB_TEXT(record), DB_INT(revision), DB_TEXT(hash)), e) < 0)
		return -1;
	st->erased = true;
	return 0;
}
