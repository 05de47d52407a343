/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The store's side of dispatch: what is held for a group or a digest, which sink ever heard of which incident, and what
 * was spent of each budget.
 */
#include "io/store_private.h"

/* ---- held ---- */

#define HELD_COLUMNS                                                                                                   \
	"grp, kind, due_at, route, sink, budget, case_token, incident, key, severity, privacy, ended, payload, "       \
	"spare, at"

/* The group as a whole leaves when the first of it is due. */
static int group_due(struct store *st, const struct held_row *h, int64_t *ret, struct error *e)
{
	static const char sql[] = "SELECT min(due_at) FROM held WHERE grp = ?1";
	struct db_stmt *s;
	int64_t due;

	*ret = h->due_at;
	if (db_ask(st->db, sql, DB_WITH(DB_TEXT(h->group)), &s, e) < 0)
		return -1;
	if (db_step(s, e) < 0)
		return -1;
	due = store_date(s, 0);
	db_reset(s);
	if (due != DATE_NONE && due < *ret)
		*ret = due;
	return 0;
}

int store_held_drop(struct store *st, struct str sink, struct str incident, bool *ret_dropped, struct error *e)
{
	static const char sql[] = "DELETE FROM held WHERE (?1 IS NULL OR sink = ?1) AND incident = ?2 RETURNING row";
	struct db_stmt *s;
	int r;

	*ret_dropped = false;
	if (db_ask(st->db, sql, DB_WITH(DB_TEXT(sink), DB_TEXT(incident)), &s, e) < 0)
		return -1;
	while ((r = db_step(s, e)) > 0)
		*ret_dropped = true;
	return r;
}

int store_held_put(struct store *st, const struct held_row *h, struct error *e)
{
	static const char sql[] = "INSERT INTO held(" HELD_COLUMNS
				  ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
	int64_t due;
	bool dropped;

	if (group_due(st, h, &due, e) < 0 || store_held_drop(st, h->sink, h->incident, &dropped, e) < 0)
		return -1;
	return db_do(st->db, sql,
		     DB_WITH(DB_TEXT(h->group), DB_INT(h->kind), DB_INT(due), DB_TEXT(h->route), DB_TEXT(h->sink),
			     DB_TEXT(h->budget), DB_TEXT(h->case_token), DB_TEXT(h->incident), DB_TEXT(h->key),
			     DB_INT(h->severity), DB_INT(h->privacy), DB_INT(h->ended), DB_TEXT(h->payload),
			     DB_TEXT(h->spare), DB_INT(h->at)),
		     e);
}

int store_held_next_due(struct store *st, int64_t *ret, struct error *e)
{
	static const char sql[] = "SELECT min(due_at) FROM held";
	struct db_stmt *s;

	if (db_ask(st->db, sql, DB_NOTHING, &s, e) < 0 || db_step(s, e) < 0)
		return -1;
	*ret = store_date(s, 0);
	db_reset(s);
	return 0;
}

int store_held_count(struct store *st, int64_t *ret, struct error *e)
{
	static const char sql[] = "SELECT count(*) FROM held";
	struct db_stmt *s;

	if (db_ask(st->db, sql, DB_NOTHING, &s, e) < 0 || db_step(s, e) < 0)
		return -1;
	*ret = db_int(s, 0);
	db_reset(s);
	return 0;
}

static struct held_row read_held(struct db_stmt *s, struct arena *a)
{
	return (struct held_row){
		.group = db_text(s, 0, a),
		.kind = (int)db_int(s, 1),
		.due_at = db_int(s, 2),
		.route = db_text(s, 3, a),
		.sink = db_text(s, 4, a),
		.budget = db_text(s, 5, a),
		.case_token = db_text(s, 6, a),
		.incident = db_text(s, 7, a),
		.key = db_text(s, 8, a),
		.severity = (int)db_int(s, 9),
		.privacy = (int)db_int(s, 10),
		.ended = db_int(s, 11) != 0,
		.payload = db_text(s, 12, a),
		.spare = db_text(s, 13, a),
		.at = db_int(s, 14),
	};
}

int store_held_due(struct store *st, struct arena *a, int64_t at, held_rows *ret, struct error *e)
{
	static const char sql[] =
		"SELECT " HELD_COLUMNS " FROM held WHERE grp = (SELECT grp FROM held WHERE due_at <= ?1"
		" ORDER BY due_at, row LIMIT 1) ORDER BY row";
	struct db_stmt *s;
	int r;

	*ret = (held_rows){ 0 };
	if (db_ask(st->db, sql, DB_WITH(DB_INT(at)), &s, e) < 0)
		return -1;
	while ((r = db_step(s, e)) > 0)
		*VEC_PUSH(a, ret) = read_held(s, a);
	return r;
}

int store_held_end(struct store *st, struct str group, struct error *e)
{
	return db_do(st->db, "DELETE FROM held WHERE grp = ?1", DB_WITH(DB_TEXT(group)), e);
}

/* ---- heard ---- */

int store_heard(struct store *st, struct str sink, struct str incident, bool *ret, struct error *e)
{
	static const char sql[] = "SELECT 1 FROM heard WHERE incident = ?2 AND sink = ?1";
	struct db_stmt *s;
	int r;

	if (db_ask(st->db, sql, DB_WITH(DB_TEXT(sink), DB_TEXT(incident)), &s, e) < 0)
		return -1;
	r = db_step(s, e);
	*ret = r > 0;
	if (r > 0)
		db_reset(s);
	return r < 0 ? -1 : 0;
}

int store_heard_put(struct store *st, struct str sink, struct str incident, struct error *e)
{
	static const char sql[] = "INSERT INTO heard(sink, incident) VALUES (?1, ?2) ON CONFLICT DO NOTHING";

	return db_do(st->db, sql, DB_WITH(DB_TEXT(sink), DB_TEXT(incident)), e);
}

/* ---- budgets ---- */

/* Groups that wait are as good as sent. */
int store_spent(struct store *st, struct str budget, struct str sink, struct str but_group, int64_t since, int64_t *ret,
		struct error *e)
{
	static const char sql[] = "SELECT (SELECT count(*) FROM spent WHERE budget = ?1 AND sink = ?2 AND at > ?3)"
				  " + (SELECT count(DISTINCT grp) FROM held WHERE budget = ?1 AND sink = ?2 AND kind "
				  "<> ?4 AND grp <> ?5)";
	struct db_stmt *s;

	if (db_ask(st->db, sql,
		   DB_WITH(DB_TEXT(budget), DB_TEXT(sink), DB_INT(since), DB_INT(HELD_DIGEST), DB_TEXT(but_group)), &s,
		   e) < 0)
		return -1;
	if (db_step(s, e) < 0)
		return -1;
	*ret = db_int(s, 0);
	db_reset(s);
	return 0;
}

int store_spent_put(struct store *st, struct str budget, struct str sink, int64_t at, struct error *e)
{
	static const char sql[] = "INSERT INTO spent(budget, sink, at) VALUES (?1, ?2, ?3)";

	return db_do(st->db, sql, DB_WITH(DB_TEXT(budget), DB_TEXT(sink), DB_INT(at)), e);
}

int store_spent_forget(struct store *st, int64_t before, struct error *e)
{
	static const char sql[] = "DELETE FROM spent WHERE at < ?1";

	return db_do(st->db, sql, DB_WITH(DB_INT(before)), e);
}
