/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * courier.db as people ask for it: what waits, what is dead, another try, and how the sinks do.
 */
#include "io/outbox_private.h"

_Static_assert(LETTER_WAITING == 0 && LETTER_DELIVERED == 1 && LETTER_DEAD == 2 && LETTER_DROPPED == 3,
	       "parcels.state");

#define LETTER_COLUMNS "key, route, sink, severity, why, state, at, failing_since, due_at, attempts"

static struct letter read_letter(struct db_stmt *s, struct arena *a)
{
	return (struct letter){
		.key = db_text(s, 0, a),
		.route = db_text(s, 1, a),
		.sink = db_text(s, 2, a),
		.severity = db_text(s, 3, a),
		.why = db_text(s, 4, a),
		.state = (enum letter_state)db_int(s, 5),
		.at = db_int(s, 6),
		.failing_since = store_date(s, 7),
		.due_at = db_int(s, 8),
		.attempts = (int)db_int(s, 9),
	};
}

int outbox_letters(struct outbox *ob, struct arena *a, unsigned states, letters *ret, struct error *e)
{
	static const char sql[] = "SELECT " LETTER_COLUMNS " FROM parcels WHERE (1 << state) & ?1 ORDER BY row";
	struct db_stmt *s;
	int r;

	*ret = (letters){ 0 };
	if (db_ask(ob->db, sql, DB_WITH(DB_INT(states)), &s, e) < 0)
		return -1;
	while ((r = db_step(s, e)) > 0)
		*VEC_PUSH(a, ret) = read_letter(s, a);
	return r;
}

int outbox_letter(struct outbox *ob, struct arena *a, struct str key, bool *ret_found, struct letter *ret,
		  struct error *e)
{
	static const char sql[] = "SELECT " LETTER_COLUMNS " FROM parcels WHERE key = ?1";
	struct db_stmt *s;
	int r;

	if (db_ask(ob->db, sql, DB_WITH(DB_TEXT(key)), &s, e) < 0)
		return -1;
	r = db_step(s, e);
	*ret_found = r > 0;
	if (r > 0) {
		*ret = read_letter(s, a);
		db_reset(s);
	}
	return r < 0 ? -1 : 0;
}

int outbox_overtaken(struct outbox *ob, struct str key, bool *ret, struct error *e)
{
	static const char sql[] =
		"SELECT count(*) > 0 AND count(*) = count(later) FROM (SELECT (SELECT 1 FROM carried theirs JOIN "
		"parcels q"
		" ON q.row = theirs.row AND q.state = 1 WHERE theirs.sink = mine.sink AND theirs.incident = "
		"mine.incident"
		" AND theirs.row > mine.row LIMIT 1) AS later FROM carried mine JOIN parcels p ON p.row = mine.row"
		" WHERE p.key = ?1)";
	struct db_stmt *s;

	if (db_ask(ob->db, sql, DB_WITH(DB_TEXT(key)), &s, e) < 0)
		return -1;
	if (db_step(s, e) < 0)
		return -1;
	*ret = db_int(s, 0) != 0;
	db_reset(s);
	return 0;
}

int outbox_retry(struct outbox *ob, struct str key, struct error *e)
{
	static const char sql[] =
		"UPDATE parcels SET state = 0, due_at = at, failing_since = NULL, forgiven = attempts, ended_at = NULL,"
		" receipt_read = 0 WHERE key = ?1 AND state IN (0, 2)";

	return db_do(ob->db, sql, DB_WITH(DB_TEXT(key)), e);
}

int outbox_drop(struct outbox *ob, struct str key, int64_t now, struct error *e)
{
	static const char sql[] = "UPDATE parcels SET state = 3, ended_at = ?2, receipt_read = 1"
				  " WHERE key = ?1 AND state IN (0, 2)";

	return db_do(ob->db, sql, DB_WITH(DB_TEXT(key), DB_INT(now)), e);
}

int outbox_set_back(struct outbox *ob, int64_t now, int64_t latest, int64_t by_s, struct error *e)
{
	static const char sql[] =
		"UPDATE parcels SET due_at = CASE WHEN due_at > ?2 THEN max(?1, due_at - ?3) ELSE due_at END,"
		" failing_since = CASE WHEN failing_since > ?1 THEN ?1 ELSE failing_since END"
		" WHERE state = 0 AND (due_at > ?2 OR failing_since > ?1)";

	return db_do(ob->db, sql, DB_WITH(DB_INT(now), DB_INT(latest), DB_INT(by_s)), e);
}

int outbox_failing(struct outbox *ob, struct arena *a, failing_sinks *ret, struct error *e)
{
	static const char sql[] = "SELECT sink, min(failing_since) FROM parcels WHERE state = 0 AND failing_since"
				  " IS NOT NULL GROUP BY sink ORDER BY sink";
	struct db_stmt *s;
	int r;

	*ret = (failing_sinks){ 0 };
	if (db_ask(ob->db, sql, DB_NOTHING, &s, e) < 0)
		return -1;
	while ((r = db_step(s, e)) > 0)
		*VEC_PUSH(a, ret) = (struct failing_sink){ db_text(s, 0, a), db_int(s, 1) };
	return r;
}

int outbox_refusing(struct outbox *ob, struct arena *a, int n, int64_t after, failing_sinks *ret, struct error *e)
{
	static const char sql[] = "SELECT sink, max(ended_at) FROM (SELECT sink, state, ended_at, row_number() OVER"
				  " (PARTITION BY sink ORDER BY ended_at DESC, row DESC) AS nth FROM parcels"
				  " WHERE state IN (1, 2) AND ended_at > ?2) WHERE nth <= ?1 GROUP BY sink"
				  " HAVING count(*) = ?1 AND min(state) = 2 ORDER BY sink";
	struct db_stmt *s;
	int r;

	*ret = (failing_sinks){ 0 };
	if (db_ask(ob->db, sql, DB_WITH(DB_INT(n), DB_INT(after)), &s, e) < 0)
		return -1;
	while ((r = db_step(s, e)) > 0)
		*VEC_PUSH(a, ret) = (struct failing_sink){ db_text(s, 0, a), db_int(s, 1) };
	return r;
}

int outbox_delivered_since(struct outbox *ob, struct str sink, int64_t since, bool *ret, struct error *e)
{
	static const char sql[] = "SELECT 1 FROM parcels WHERE sink = ?1 AND state = 1 AND ended_at >= ?2 LIMIT 1";
	struct db_stmt *s;
	int r;

	if (db_ask(ob->db, sql, DB_WITH(DB_TEXT(sink), DB_INT(since)), &s, e) < 0)
		return -1;
	r = db_step(s, e);
	*ret = r > 0;
	if (r > 0)
		db_reset(s);
	return r < 0 ? -1 : 0;
}
