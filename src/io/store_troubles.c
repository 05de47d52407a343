/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is wrong with the engine's own world while it lasts, and when each site was last heard of.
 */
#include "io/store_private.h"

int store_trouble(struct store *st, struct arena *a, struct str name, bool *ret_found, struct stored_trouble *ret,
		  struct error *e)
{
	static const char sql[] = "SELECT incident, announcements, since FROM troubles WHERE name = ?1";
	struct db_stmt *s;
	int r;

	if (db_ask(st->db, sql, DB_WITH(DB_TEXT(name)), &s, e) < 0)
		return -1;
	r = db_step(s, e);
	*ret_found = r > 0;
	if (r > 0) {
		*ret = (struct stored_trouble){ name, db_text(s, 0, a), (int)db_int(s, 1), db_int(s, 2) };
		db_reset(s);
	}
	return r < 0 ? -1 : 0;
}

int store_troubles(struct store *st, struct arena *a, stored_troubles *ret, struct error *e)
{
	static const char sql[] = "SELECT name, incident, announcements, since FROM troubles ORDER BY since, name";
	struct db_stmt *s;
	int r;

	*ret = (stored_troubles){ 0 };
	if (db_ask(st->db, sql, DB_NOTHING, &s, e) < 0)
		return -1;
	while ((r = db_step(s, e)) > 0)
		*VEC_PUSH(a, ret) =
			(struct stored_trouble){ db_text(s, 0, a), db_text(s, 1, a), (int)db_int(s, 2), db_int(s, 3) };
	return r;
}

int store_trouble_put(struct store *st, const struct stored_trouble *c, struct error *e)
{
	static const char sql[] = "INSERT INTO troubles(name, incident, announcements, since) VALUES (?1, ?2, ?3, ?4)"
				  " ON CONFLICT(name) DO UPDATE SET incident = ?2, announcements = ?3, since = ?4";

	return db_do(st->db, sql,
		     DB_WITH(DB_TEXT(c->name), DB_TEXT(c->incident), DB_INT(c->announcements), DB_INT(c->since)), e);
}

int store_trouble_forget(struct store *st, struct str name, struct error *e)
{
	return db_do(st->db, "DELETE FROM troubles WHERE name = ?1", DB_WITH(DB_TEXT(name)), e);
}

/* ---- sites ---- */

#define SITE_COLUMNS "name, last_at, silent_from, back_at"

static struct stored_site read_site(struct db_stmt *s, struct arena *a)
{
	return (struct stored_site){ db_text(s, 0, a), db_int(s, 1), store_date(s, 2), store_date(s, 3) };
}

int store_site(struct store *st, struct arena *a, struct str name, bool *ret_found, struct stored_site *ret,
	       struct error *e)
{
	static const char sql[] = "SELECT " SITE_COLUMNS " FROM sites WHERE name = ?1";
	struct db_stmt *s;
	int r;

	if (db_ask(st->db, sql, DB_WITH(DB_TEXT(name)), &s, e) < 0)
		return -1;
	r = db_step(s, e);
	*ret_found = r > 0;
	if (r > 0) {
		*ret = read_site(s, a);
		db_reset(s);
	}
	return r < 0 ? -1 : 0;
}

int store_sites(struct store *st, struct arena *a, stored_sites *ret, struct error *e)
{
	static const char sql[] = "SELECT " SITE_COLUMNS " FROM sites ORDER BY name";
	struct db_stmt *s;
	int r;

	*ret = (stored_sites){ 0 };
	if (db_ask(st->db, sql, DB_NOTHING, &s, e) < 0)
		return -1;
	while ((r = db_step(s, e)) > 0)
		*VEC_PUSH(a, ret) = read_site(s, a);
	return r;
}

int store_site_put(struct store *st, const struct stored_site *site, struct error *e)
{
	static const char sql[] = "INSERT INTO sites(" SITE_COLUMNS ") VALUES (?1, ?2, ?3, ?4)"
				  " ON CONFLICT(name) DO UPDATE SET last_at = ?2, silent_from = ?3, back_at = ?4";

	return db_do(
		st->db, sql,
		DB_WITH(DB_TEXT(site->name), DB_INT(site->last_at), DB_DATE(site->silent_from), DB_DATE(site->back_at)),
		e);
}

int store_site_forget(struct store *st, struct str name, struct error *e)
{
	return db_do(st->db, "DELETE FROM sites WHERE name = ?1", DB_WITH(DB_TEXT(name)), e);
}

int store_cases_of_site_due(struct store *st, struct str site, int64_t at, struct error *e)
{
	static const char sql[] = "UPDATE cases SET next_deadline = min(coalesce(next_deadline, ?2), ?2), awaits = NULL"
				  " WHERE awaits = ?1";

	return db_do(st->db, sql, DB_WITH(DB_TEXT(site), DB_INT(at)), e);
}
