/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The store: opening, transactions, cases and their people.  Records are in store_records.c, incidents in store_told.c,
 * the outbox in store_outbox.c, audit, commands and facts in store_audit.c, the schema in migrations.c.
 */
#include "io/store.h"

#include <stdio.h>
#include <stdlib.h>

#include "io/clock.h"
#include "io/files.h"
#include "io/store_private.h"

int64_t store_date(struct db_stmt *s, int column)
{
	return db_is_null(s, column) ? DATE_NONE : db_int(s, column);
}

#define DIRECTORY_MODE 0750 /* for trying the program out: else the service manager makes it */

int store_open(const char *path, enum db_mode mode, struct store **ret, struct error *e)
{
	struct store *st;
	struct db *db;

	if (mode == DB_CREATE && directory_make_for(path, DIRECTORY_MODE, e) < 0)
		return -1;
	if (db_open(path, mode, store_migrations, &db, e) < 0)
		return -1;
	st = calloc(1, sizeof *st);
	if (!st)
		abort();
	st->db = db;
	/* What a withdrawal erased may still be in the log of a run that died. */
	if (mode == DB_CREATE)
		db_checkpoint_truncate(db);
	*ret = st;
	return 0;
}

void store_close(struct store *st)
{
	if (!st)
		return;
	if (st->erased)
		db_checkpoint_truncate(st->db);
	db_close(st->db);
	buf_release(&st->scratch);
	free(st);
}

int store_begin(struct store *st, struct error *e)
{
	return db_begin(st->db, e);
}

int store_commit(struct store *st, struct error *e)
{
	return db_commit(st->db, e);
}

void store_rollback(struct store *st)
{
	db_rollback(st->db);
}

int store_savepoint(struct store *st, struct error *e)
{
	return db_savepoint(st->db, e);
}

int store_release(struct store *st, struct error *e)
{
	return db_release(st->db, e);
}

void store_rollback_savepoint(struct store *st)
{
	db_rollback_savepoint(st->db);
}

void store_checkpoint(struct store *st)
{
	if (!st->erased)
		db_checkpoint(st->db);
	else if (db_checkpoint_truncate(st->db) == 0)
		st->erased = false;
}

int store_digest_key(struct store *st, struct digest_key *ret, struct error *e)
{
	static const char name[] = "digest-key";
	struct arena a = { .wipe = true };
	struct str kept;
	int r = store_fact(st, &a, name, &kept, e);

	if (r == 0 && kept.n == sizeof ret->bytes) {
		memcpy(ret->bytes, kept.p, kept.n);
	} else if (r == 0 && kept.p) {
		r = error_set(e, ERROR_REFUSED,
			      "the key of the content hashes is damaged; restore a backup of your own");
	} else if (r == 0) {
		random_bytes(ret->bytes, sizeof ret->bytes);
		r = store_fact_put(st, name, (struct str){ (const char *)ret->bytes, sizeof ret->bytes }, e);
	}
	arena_release(&a);
	return r;
}

static int read_roster(struct store *st, struct arena *a, struct stored_case *c, struct error *e)
{
	static const char sql[] = "SELECT local, token, role, age FROM members WHERE case_row = ?1 ORDER BY position";
	struct db_stmt *s;
	int r;

	if (db_ask(st->db, sql, DB_WITH(DB_INT(c->row)), &s, e) < 0)
		return -1;
	while ((r = db_step(s, e)) > 0) {
		*VEC_PUSH(a, &c->roster.members) = (struct member){
			.local = db_text(s, 0, a),
			.token = db_text(s, 1, a),
			.role = (int)db_int(s, 2),
			.age = db_real(s, 3),
		};
	}
	return r;
}

static int find_case(struct store *st, struct arena *a, const char *sql, struct str by, struct stored_case **ret,
		     struct error *e)
{
	struct stored_case *c;
	struct db_stmt *s;
	int r;

	*ret = NULL;
	if (db_ask(st->db, sql, DB_WITH(DB_TEXT(by)), &s, e) < 0)
		return -1;
	r = db_step(s, e);
	if (r <= 0)
		return r;
	c = ARENA_NEW(a, struct stored_case);
	c->row = db_int(s, 0);
	c->id = db_text(s, 1, a);
	c->token = db_text(s, 2, a);
	c->closed_at = store_date(s, 3);
	c->next_deadline = store_date(s, 4);
	db_reset(s);
	if (read_roster(st, a, c, e) < 0)
		return -1;
	*ret = c;
	return 0;
}

#define CASE_COLUMNS "row, id, token, closed_at, next_deadline"

int store_case(struct store *st, struct arena *a, struct str id, struct stored_case **ret, struct error *e)
{
	static const char sql[] = "SELECT " CASE_COLUMNS " FROM cases WHERE id = ?1";

	return find_case(st, a, sql, id, ret, e);
}

int store_case_by_token(struct store *st, struct arena *a, struct str token, struct stored_case **ret, struct error *e)
{
	static const char sql[] = "SELECT " CASE_COLUMNS " FROM cases WHERE token = ?1";

	return find_case(st, a, sql, token, ret, e);
}

int store_case_new(struct store *st, struct arena *a, struct str id, struct str token, struct stored_case **ret,
		   struct error *e)
{
	static const char sql[] = "INSERT INTO cases(id, token) VALUES (?1, ?2)";
	struct stored_case *c;

	if (db_do(st->db, sql, DB_WITH(DB_TEXT(id), DB_TEXT(token)), e) < 0)
		return error_context(e, "a new case");
	c = ARENA_NEW(a, struct stored_case);
	c->row = db_last_id(st->db);
	c->id = arena_dup(a, id);
	c->token = arena_dup(a, token);
	c->closed_at = c->next_deadline = DATE_NONE;
	*ret = c;
	return 0;
}

/* Who is there already keeps position and token; role and age follow the last record. */
static int put_members(struct store *st, const struct stored_case *c, struct error *e)
{
	static const char sql[] =
		"INSERT INTO members(case_row, position, local, token, role, age) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
		" ON CONFLICT(case_row, position) DO UPDATE SET role = excluded.role, age = excluded.age"
		" WHERE (role, age) IS NOT (excluded.role, excluded.age)";

	for (size_t i = 0; i < c->roster.members.n; i++) {
		const struct member *m = &c->roster.members.items[i];

		if (db_do(st->db, sql,
			  DB_WITH(DB_INT(c->row), DB_INT((int64_t)i), DB_TEXT(m->local), DB_TEXT(m->token),
				  DB_INT(m->role), DB_REAL(m->age)),
			  e) < 0)
			return -1;
	}
	return 0;
}

int store_case_update(struct store *st, const struct stored_case *c, struct error *e)
{
	static const char sql[] = "UPDATE cases SET closed_at = ?2, next_deadline = ?3, awaits = ?4"
				  " WHERE row = ?1 AND (closed_at, next_deadline, awaits) IS NOT (?2, ?3, ?4)";

	if (db_do(st->db, sql,
		  DB_WITH(DB_INT(c->row), DB_DATE(c->closed_at), DB_DATE(c->next_deadline), DB_TEXT(c->awaits)), e) < 0)
		return -1;
	return put_members(st, c, e);
}

static int collect(struct db_stmt *s, struct arena *a, struct strs *ret, struct error *e)
{
	int r;

	*ret = (struct strs){ 0 };
	while ((r = db_step(s, e)) > 0)
		*VEC_PUSH(a, ret) = db_text(s, 0, a);
	return r;
}

int store_cases_due(struct store *st, struct arena *a, int64_t at, size_t max, struct strs *ret, struct error *e)
{
	static const char sql[] = "SELECT id FROM cases WHERE next_deadline IS NOT NULL AND next_deadline <= ?1"
				  " ORDER BY next_deadline, row LIMIT ?2";
	struct db_stmt *s;

	if (db_ask(st->db, sql, DB_WITH(DB_INT(at), DB_INT(max > INT64_MAX ? INT64_MAX : (int64_t)max)), &s, e) < 0)
		return -1;
	return collect(s, a, ret, e);
}

int store_cases_all(struct store *st, struct arena *a, struct strs *ret, struct error *e)
{
	static const char sql[] = "SELECT id FROM cases ORDER BY row";
	struct db_stmt *s;

	return db_ask(st->db, sql, DB_NOTHING, &s, e) < 0 ? -1 : collect(s, a, ret, e);
}

int store_case_tokens(struct store *st, struct arena *a, struct strs *ret, struct error *e)
{
	static const char sql[] = "SELECT token FROM cases ORDER BY row";
	struct db_stmt *s;

	return db_ask(st->db, sql, DB_NOTHING, &s, e) < 0 ? -1 : collect(s, a, ret, e);
}

int store_next_deadline(struct store *st, int64_t *ret, struct error *e)
{
	static const char sql[] = "SELECT min(next_deadline) FROM cases WHERE next_deadline IS NOT NULL";
	struct db_stmt *s;
	int r;

	*ret = DATE_NONE;
	if (db_ask(st->db, sql, DB_NOTHING, &s, e) < 0)
		return -1;
	r = db_step(s, e);
	if (r > 0) {
		*ret = store_date(s, 0);
		db_reset(s);
	}
	return r < 0 ? -1 : 0;
}
