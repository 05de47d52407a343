/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "io/store_acts.h"
#include "io/store_private.h"

#define COLUMNS                                                                                                        \
	"s.row, c.token, s.rule, s.member, s.until, s.made_at, s.made_by, s.reason, s.ended_at, s.ended_by"            \
	" FROM silences s LEFT JOIN cases c ON c.row = s.case_row"

int store_silence_put(struct store *st, const struct silence *s, int64_t case_row, int64_t *ret_number, struct error *e)
{
	static const char sql[] = "INSERT INTO silences(case_row, rule, member, until, made_at, made_by, reason)"
				  " VALUES (nullif(?1, 0), ?2, ?3, ?4, ?5, ?6, ?7)";

	if (db_do(st->db, sql,
		  DB_WITH(DB_INT(case_row), DB_TEXT(s->rule), DB_TEXT(s->member), DB_DATE(s->until), DB_INT(s->made_at),
			  DB_TEXT(s->made_by), DB_TEXT(s->reason)),
		  e) < 0)
		return error_context(e, "a silence");
	*ret_number = db_last_id(st->db);
	return 0;
}

static int collect(struct db_stmt *s, struct arena *a, silence_list *ret, struct error *e)
{
	int r;

	*ret = (silence_list){ 0 };
	while ((r = db_step(s, e)) > 0)
		*VEC_PUSH(a, ret) = (struct silence){
			.number = db_int(s, 0),
			.case_token = db_text(s, 1, a),
			.rule = db_text(s, 2, a),
			.member = db_text(s, 3, a),
			.until = store_date(s, 4),
			.made_at = db_int(s, 5),
			.made_by = db_text(s, 6, a),
			.reason = db_text(s, 7, a),
			.ended_at = store_date(s, 8),
			.ended_by = db_text(s, 9, a),
		};
	return r;
}

int store_silences_of(struct store *st, struct arena *a, int64_t case_row, silence_list *ret, struct error *e)
{
	static const char sql[] = "SELECT " COLUMNS " WHERE s.ended_at IS NULL"
				  " AND (s.case_row = ?1 OR s.case_row IS NULL) ORDER BY s.row";
	struct db_stmt *s;

	if (db_ask(st->db, sql, DB_WITH(DB_INT(case_row)), &s, e) < 0)
		return -1;
	return collect(s, a, ret, e);
}

int store_silences(struct store *st, struct arena *a, silence_list *ret, struct error *e)
{
	static const char sql[] = "SELECT " COLUMNS " ORDER BY s.row";
	struct db_stmt *s;

	return db_ask(st->db, sql, DB_NOTHING, &s, e) < 0 ? -1 : collect(s, a, ret, e);
}

int store_silence_end(struct store *st, int64_t number, int64_t at, struct str by, struct error *e)
{
	static const char sql[] =
		"UPDATE silences SET ended_at = ?2, ended_by = ?3 WHERE row = ?1 AND ended_at IS NULL";

	return db_do(st->db, sql, DB_WITH(DB_INT(number), DB_INT(at), DB_TEXT(by)), e);
}

int store_silenced(struct store *st, struct str incident, int64_t silence, int64_t at, struct error *e)
{
	static const char sql[] = "UPDATE incidents SET silenced_at = ?2, silence = ?3 WHERE id = ?1";

	return db_do(st->db, sql, DB_WITH(DB_TEXT(incident), DB_INT(at), DB_INT(silence)), e);
}
