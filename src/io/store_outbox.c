/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The store's side of the outbox: what was decided, on its way to courier.db.
 */
#include "io/store_private.h"

/* A key that is there already is a repeat of the same decision. */
int store_outbox_put(struct store *st, const struct outbox_row *row, struct error *e)
{
	static const char sql[] = "INSERT INTO outbox(key, incident, route, sink, severity, payload, at, safety)"
				  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT(key) DO NOTHING";

	return db_do(st->db, sql, DB_WITH(OUTBOX_ROW(row), DB_INT(row->safety)), e);
}

int store_outbox_unrelayed(struct store *st, struct arena *a, size_t max, outbox_rows *ret, struct error *e)
{
	static const char sql[] = "SELECT row, key, incident, route, sink, severity, payload, at FROM outbox"
				  " WHERE relayed_at IS NULL ORDER BY row LIMIT ?1";
	struct db_stmt *s;
	int r;

	*ret = (outbox_rows){ 0 };
	if (db_ask(st->db, sql, DB_WITH(DB_INT(max > INT64_MAX ? INT64_MAX : (int64_t)max)), &s, e) < 0)
		return -1;
	while ((r = db_step(s, e)) > 0) {
		*VEC_PUSH(a, ret) = (struct outbox_row){
			.row = db_int(s, 0),
			.key = db_text(s, 1, a),
			.incident = db_text(s, 2, a),
			.route = db_text(s, 3, a),
			.sink = db_text(s, 4, a),
			.severity = db_text(s, 5, a),
			.payload = db_text(s, 6, a),
			.at = db_int(s, 7),
		};
	}
	return r;
}

int store_outbox_relayed(struct store *st, int64_t row, int64_t at, struct error *e)
{
	static const char sql[] = "UPDATE outbox SET relayed_at = ?2 WHERE row = ?1";

	return db_do(st->db, sql, DB_WITH(DB_INT(row), DB_INT(at)), e);
}

int store_outbox_relay_again(struct store *st, struct error *e)
{
	static const char sql[] =
		"UPDATE outbox SET relayed_at = NULL WHERE outcome IS NULL AND relayed_at IS NOT NULL";

	return db_do(st->db, sql, DB_NOTHING, e);
}

int store_outbox_receipt(struct store *st, struct str key, struct str outcome, int64_t at, struct error *e)
{
	static const char sql[] = "UPDATE outbox SET outcome = ?2, outcome_at = ?3 WHERE key = ?1";

	return db_do(st->db, sql, DB_WITH(DB_TEXT(key), DB_TEXT(outcome), DB_DATE(outcome.p ? at : DATE_NONE)), e);
}

int store_outbox_outcome(struct store *st, struct arena *a, struct str key, bool *ret_found, struct str *ret,
			 struct error *e)
{
	static const char sql[] = "SELECT outcome FROM outbox WHERE key = ?1";
	struct db_stmt *s;
	int r;

	if (db_ask(st->db, sql, DB_WITH(DB_TEXT(key)), &s, e) < 0)
		return -1;
	r = db_step(s, e);
	*ret_found = r > 0;
	if (r > 0) {
		*ret = db_text(s, 0, a);
		db_reset(s);
	}
	return r < 0 ? -1 : 0;
}

int store_outbox_ended(struct store *st, struct arena *a, const char *outcome, outbox_rows *ret, struct error *e)
{
	static const char sql[] = "SELECT row, key, incident, route, sink, severity, at, safety FROM outbox"
				  " WHERE outcome = ?1 ORDER BY row";
	struct db_stmt *s;
	int r;

	*ret = (outbox_rows){ 0 };
	if (db_ask(st->db, sql, DB_WITH(DB_TEXT(str_of(outcome))), &s, e) < 0)
		return -1;
	while ((r = db_step(s, e)) > 0) {
		*VEC_PUSH(a, ret) = (struct outbox_row){
			.row = db_int(s, 0),
			.key = db_text(s, 1, a),
			.incident = db_text(s, 2, a),
			.route = db_text(s, 3, a),
			.sink = db_text(s, 4, a),
			.severity = db_text(s, 5, a),
			.at = db_int(s, 6),
			.safety = db_int(s, 7) != 0,
		};
	}
	return r;
}

int store_outbox_keep(struct store *st, const struct outbox_row *row, struct error *e)
{
	static const char sql[] = "UPDATE outbox SET relayed_at = at, outcome = 'undelivered', outcome_at = at"
				  " WHERE key = ?1 AND outcome IS NULL";

	return store_outbox_put(st, row, e) < 0 ? -1 : db_do(st->db, sql, DB_WITH(DB_TEXT(row->key)), e);
}

int store_outbox_forget(struct store *st, int64_t before, struct error *e)
{
	static const char sql[] = "DELETE FROM outbox WHERE outcome IN ('delivered', 'dropped') AND outcome_at < ?1";

	return db_do(st->db, sql, DB_WITH(DB_INT(before)), e);
}
