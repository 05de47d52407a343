/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "io/store_sent.h"

#include "io/store_private.h"

int store_sent_of(struct store *st, struct arena *a, struct str incident, sent_rows *ret, struct error *e)
{
	/* A group names all its incidents, a space between; ids are of one length and random. */
	static const char sql[] = "SELECT row, key, incident, route, sink, severity, payload, at, safety, relayed_at,"
				  " outcome, outcome_at FROM outbox WHERE instr(incident, ?1) > 0 ORDER BY row";
	struct db_stmt *s;
	int r;

	*ret = (sent_rows){ 0 };
	if (db_ask(st->db, sql, DB_WITH(DB_TEXT(incident)), &s, e) < 0)
		return -1;
	while ((r = db_step(s, e)) > 0)
		*VEC_PUSH(a, ret) = (struct sent_row){
			.message = { .row = db_int(s, 0),
				     .key = db_text(s, 1, a),
				     .incident = db_text(s, 2, a),
				     .route = db_text(s, 3, a),
				     .sink = db_text(s, 4, a),
				     .severity = db_text(s, 5, a),
				     .payload = db_text(s, 6, a),
				     .at = db_int(s, 7),
				     .safety = db_int(s, 8) != 0 },
			.relayed_at = store_date(s, 9),
			.outcome = db_text(s, 10, a),
			.outcome_at = store_date(s, 11),
		};
	return r;
}

int store_held_of(struct store *st, struct arena *a, struct str incident, held_rows *ret, struct error *e)
{
	static const char sql[] = "SELECT grp, kind, due_at, route, sink, budget, case_token, key, severity, at"
				  " FROM held WHERE incident = ?1 ORDER BY row";
	struct db_stmt *s;
	int r;

	*ret = (held_rows){ 0 };
	if (db_ask(st->db, sql, DB_WITH(DB_TEXT(incident)), &s, e) < 0)
		return -1;
	while ((r = db_step(s, e)) > 0)
		*VEC_PUSH(a, ret) = (struct held_row){
			.group = db_text(s, 0, a),
			.kind = (int)db_int(s, 1),
			.due_at = db_int(s, 2),
			.route = db_text(s, 3, a),
			.sink = db_text(s, 4, a),
			.budget = db_text(s, 5, a),
			.case_token = db_text(s, 6, a),
			.incident = incident,
			.key = db_text(s, 7, a),
			.severity = (int)db_int(s, 8),
			.at = db_int(s, 9),
		};
	return r;
}

int store_heard_by(struct store *st, struct arena *a, struct str incident, struct strs *ret, struct error *e)
{
	static const char sql[] = "SELECT sink FROM heard WHERE incident = ?1 ORDER BY sink";
	struct db_stmt *s;
	int r;

	*ret = (struct strs){ 0 };
	if (db_ask(st->db, sql, DB_WITH(DB_TEXT(incident)), &s, e) < 0)
		return -1;
	while ((r = db_step(s, e)) > 0)
		*VEC_PUSH(a, ret) = db_text(s, 0, a);
	return r;
}

int store_incidents_told_by(struct store *st, struct arena *a, struct str key, struct strs *ret, struct error *e)
{
	static const char sql[] =
		"SELECT DISTINCT incident FROM outbox WHERE substr(key, 1, length(?1) + 1) = ?1 || '/'"
		" UNION SELECT incident FROM held WHERE key = ?1";
	struct db_stmt *s;
	int r;

	*ret = (struct strs){ 0 };
	if (db_ask(st->db, sql, DB_WITH(DB_TEXT(key)), &s, e) < 0)
		return -1;
	while ((r = db_step(s, e)) > 0) {
		struct str rest = db_text(s, 0, a);

		for (struct str one = str_word(&rest); one.p; one = str_word(&rest))
			*VEC_PUSH(a, ret) = arena_dup(a, one);
	}
	return r;
}
