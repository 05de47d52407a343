/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Audit, commands, facts, counts.
 *
 * The audit's hash of a row is digest_hex, without a key, of "PREVIOUS ROW AT N:WHO N:WHAT N:ABOUT": PREVIOUS the row
 * before's hash ("" for the first), N the length of the field in bytes.  Whoever can write the file can also write a
 * whole new chain; what the chain shows is an edit, a removal or an insertion inside it, and sqlite_sequence a cut
 * tail.
 */
#include "io/store_private.h"

static struct str chain(struct arena *a, struct str previous, int64_t row, int64_t at, struct str who, struct str what,
			struct str about)
{
	struct str text =
		arena_printf(a, "%.*s %lld %lld %zu:%.*s %zu:%.*s %zu:%.*s", STR_ARG(previous), (long long)row,
			     (long long)at, who.n, STR_ARG(who), what.n, STR_ARG(what), about.n, STR_ARG(about));

	return digest_hex(a, NULL, text);
}

static int last_of_chain(struct store *st, struct arena *a, int64_t *ret_row, struct str *ret_hash, struct error *e)
{
	static const char sql[] = "SELECT row, hash FROM audit ORDER BY row DESC LIMIT 1";
	struct db_stmt *s;
	int r;

	*ret_row = 0;
	*ret_hash = STR("");
	if (db_ask(st->db, sql, DB_NOTHING, &s, e) < 0)
		return -1;
	r = db_step(s, e);
	if (r > 0) {
		*ret_row = db_int(s, 0);
		*ret_hash = db_text(s, 1, a);
		db_reset(s);
	}
	return r < 0 ? -1 : 0;
}

static int append(struct store *st, struct arena *a, int64_t at, struct str who, struct str what, struct str about,
		  struct error *e)
{
	static const char sql[] = "INSERT INTO audit(row, at, who, what, about, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
	struct str previous, hash;
	int64_t row;

	if (last_of_chain(st, a, &row, &previous, e) < 0)
		return -1;
	hash = chain(a, previous, ++row, at, who, what, about);
	return db_do(st->db, sql,
		     DB_WITH(DB_INT(row), DB_INT(at), DB_TEXT(who), DB_TEXT(what), DB_TEXT(about), DB_TEXT(hash)), e);
}

static struct str present(struct str s)
{
	return s.p ? s : STR("");
}

int store_audit(struct store *st, int64_t at, struct str who, struct str what, struct str about, struct error *e)
{
	struct arena a = { 0 };
	int r = append(st, &a, at, present(who), present(what), present(about), e);

	arena_release(&a);
	return r < 0 ? error_context(e, "audit") : 0;
}

/* One row held against the one before; false when the chain breaks here. */
static bool follows(struct db_stmt *s, struct arena *a, int64_t row, char previous[DIGEST_HEX + 1])
{
	struct str hash = db_text(s, 5, a);
	struct str expected =
		chain(a, str_of(previous), row, db_int(s, 1), db_text(s, 2, a), db_text(s, 3, a), db_text(s, 4, a));

	if (db_int(s, 0) != row || !str_eq(hash, expected))
		return false;
	memcpy(previous, expected.p, DIGEST_HEX);
	return true;
}

int store_audit_verify(struct store *st, int64_t *ret_rows, int64_t *ret_bad, struct error *e)
{
	static const char sql[] = "SELECT row, at, who, what, about, hash FROM audit ORDER BY row";
	static const char written_sql[] = "SELECT seq FROM sqlite_sequence WHERE name = 'audit'";
	char previous[DIGEST_HEX + 1] = "";
	struct arena a = { 0 };
	struct db_stmt *s;
	int64_t written;
	int r;

	*ret_rows = *ret_bad = 0;
	if (db_ask(st->db, sql, DB_NOTHING, &s, e) < 0)
		return -1;
	while ((r = db_step(s, e)) > 0) {
		++*ret_rows;
		if (!*ret_bad && !follows(s, &a, *ret_rows, previous))
			*ret_bad = *ret_rows;
		arena_reset(&a);
	}
	arena_release(&a);
	if (r < 0 || db_number(st->db, written_sql, &written, e) < 0)
		return -1;
	if (!*ret_bad && written != *ret_rows)
		*ret_bad = *ret_rows + 1;
	return 0;
}

int store_command_answer(struct store *st, struct arena *a, struct str id, struct str *ret, struct error *e)
{
	static const char sql[] = "SELECT answer FROM commands WHERE id = ?1";
	struct db_stmt *s;
	int r;

	*ret = (struct str){ NULL, 0 };
	if (db_ask(st->db, sql, DB_WITH(DB_TEXT(id)), &s, e) < 0)
		return -1;
	r = db_step(s, e);
	if (r > 0) {
		*ret = db_text(s, 0, a);
		db_reset(s);
	}
	return r < 0 ? -1 : 0;
}

int store_command_put(struct store *st, struct str id, int64_t at, struct str answer, struct error *e)
{
	static const char sql[] = "INSERT INTO commands(id, at, answer) VALUES (?1, ?2, ?3)";

	return db_do(st->db, sql, DB_WITH(DB_TEXT(id), DB_INT(at), DB_TEXT(answer)), e);
}

int store_fact(struct store *st, struct arena *a, const char *name, struct str *ret, struct error *e)
{
	static const char sql[] = "SELECT value FROM facts WHERE name = ?1";
	struct db_stmt *s;
	int r;

	*ret = (struct str){ NULL, 0 };
	if (db_ask(st->db, sql, DB_WITH(DB_TEXT(str_of(name))), &s, e) < 0)
		return -1;
	r = db_step(s, e);
	if (r > 0) {
		*ret = db_text(s, 0, a);
		db_reset(s);
	}
	return r < 0 ? -1 : 0;
}

int store_fact_put(struct store *st, const char *name, struct str value, struct error *e)
{
	static const char sql[] =
		"INSERT INTO facts(name, value) VALUES (?1, ?2)"
		" ON CONFLICT(name) DO UPDATE SET value = excluded.value WHERE value IS NOT excluded.value";

	return db_do(st->db, sql, DB_WITH(DB_TEXT(str_of(name)), DB_BLOB(value)), e);
}

int store_count(struct store *st, struct store_counts *ret, struct error *e)
{
	/* A session: number, or start without one (a number is small, a start is not). */
	static const char sql[] =
		"SELECT (SELECT count(*) FROM cases),"
		" (SELECT count(*) FROM (SELECT DISTINCT case_row, session IS NULL, coalesce(session, started)"
		"  FROM records WHERE withdrawn = 0)),"
		" (SELECT count(*) FROM records WHERE withdrawn = 0),"
		" (SELECT count(*) FROM records WHERE withdrawn = 1),"
		" (SELECT count(*) FROM incidents WHERE NOT gone AND state NOT IN (2, 5)),"
		" (SELECT count(*) FROM incidents),"
		" (SELECT count(*) FROM outbox WHERE outcome IS NULL),"
		" (SELECT count(*) FROM outbox WHERE outcome = 'delivered'),"
		" (SELECT count(*) FROM outbox WHERE outcome = 'dead'),"
		" (SELECT count(*) FROM outbox WHERE outcome = 'undelivered'),"
		" (SELECT count(*) FROM outbox WHERE outcome = 'dead' AND safety = 1)";
	struct db_stmt *s;

	*ret = (struct store_counts){ 0 };
	if (db_ask(st->db, sql, DB_NOTHING, &s, e) < 0 || db_step(s, e) < 0)
		return -1;
	*ret = (struct store_counts){
		.cases = db_int(s, 0),
		.sessions = db_int(s, 1),
		.records = db_int(s, 2),
		.withdrawn = db_int(s, 3),
		.open_incidents = db_int(s, 4),
		.incidents = db_int(s, 5),
		.outbox_waiting = db_int(s, 6),
		.outbox_delivered = db_int(s, 7),
		.outbox_dead = db_int(s, 8),
		.outbox_undelivered = db_int(s, 9),
		.outbox_dead_safety = db_int(s, 10),
	};
	db_reset(s);
	return 0;
}
