/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands ready for the fallback sink, and what people want of dead letters.
 *
 * A spare is decided, and cut for the fallback, together with the row it stands in for.  So the fallback's alert is as
 * old as the decision, and nothing has to be made again of a case that has moved on since.
 */
#include "io/store_private.h"

int store_spare_put(struct store *st, struct str for_key, const struct outbox_row *spare, struct error *e)
{
	static const char sql[] = "INSERT INTO spares(key, incident, route, sink, severity, payload, safety, for_key)"
				  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?8, ?9) ON CONFLICT(for_key) DO NOTHING";

	return db_do(st->db, sql, DB_WITH(OUTBOX_ROW(spare), DB_INT(spare->safety), DB_TEXT(for_key)), e);
}

int store_spare_forget(struct store *st, struct str for_key, struct error *e)
{
	return db_do(st->db, "DELETE FROM spares WHERE for_key = ?1", DB_WITH(DB_TEXT(for_key)), e);
}

static int has_spare(struct store *st, struct str for_key, bool *ret, struct error *e)
{
	static const char sql[] = "SELECT 1 FROM spares WHERE for_key = ?1";
	struct db_stmt *s;
	int r;

	if (db_ask(st->db, sql, DB_WITH(DB_TEXT(for_key)), &s, e) < 0)
		return -1;
	r = db_step(s, e);
	*ret = r > 0;
	if (r > 0)
		db_reset(s);
	return r < 0 ? -1 : 0;
}

/* Of two sinks that gave up the same alert the first brings it to the fallback: the key is the same. */
int store_spare_release(struct store *st, struct str for_key, int64_t at, bool *ret_released, struct error *e)
{
	static const char sql[] =
		"INSERT INTO outbox(key, incident, route, sink, severity, payload, at, safety)"
		" SELECT key, incident, route, sink, severity, payload, ?2, safety FROM spares WHERE for_key = ?1"
		" ON CONFLICT(key) DO NOTHING";

	if (has_spare(st, for_key, ret_released, e) < 0)
		return -1;
	if (!*ret_released)
		return 0;
	if (db_do(st->db, sql, DB_WITH(DB_TEXT(for_key), DB_INT(at)), e) < 0)
		return -1;
	return store_spare_forget(st, for_key, e);
}

int store_outbox_is_safety(struct store *st, struct str key, bool *ret, struct error *e)
{
	static const char sql[] = "SELECT 1 FROM outbox WHERE key = ?1 AND safety = 1";
	struct db_stmt *s;
	int r;

	if (db_ask(st->db, sql, DB_WITH(DB_TEXT(key)), &s, e) < 0)
		return -1;
	r = db_step(s, e);
	*ret = r > 0;
	if (r > 0)
		db_reset(s);
	return r < 0 ? -1 : 0;
}

int store_wish_put(struct store *st, struct str key, enum letter_wish wish, struct error *e)
{
	static const char sql[] = "INSERT INTO wishes(key, wish) VALUES (?1, ?2)"
				  " ON CONFLICT(key) DO UPDATE SET wish = ?2";

	return db_do(st->db, sql, DB_WITH(DB_TEXT(key), DB_INT((int64_t)wish)), e);
}

int store_wishes(struct store *st, struct arena *a, wishes *ret, struct error *e)
{
	static const char sql[] = "SELECT key, wish FROM wishes ORDER BY key";
	struct db_stmt *s;
	int r;

	*ret = (wishes){ 0 };
	if (db_ask(st->db, sql, DB_NOTHING, &s, e) < 0)
		return -1;
	while ((r = db_step(s, e)) > 0)
		*VEC_PUSH(a, ret) = (struct wish){ db_text(s, 0, a), (enum letter_wish)db_int(s, 1) };
	return r;
}

int store_wish_granted(struct store *st, struct str key, struct error *e)
{
	return db_do(st->db, "DELETE FROM wishes WHERE key = ?1", DB_WITH(DB_TEXT(key)), e);
}
