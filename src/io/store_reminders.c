/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "io/store_acts.h"
#include "io/store_private.h"

int store_snooze(struct store *st, struct str incident, int64_t due_at, int64_t at, struct error *e)
{
	static const char sql[] = "INSERT INTO reminders(incident, kind, route, severity, due_at, made_at)"
				  " VALUES (?1, 0, '', 0, ?2, ?3) ON CONFLICT(incident, kind, route)"
				  " DO UPDATE SET due_at = excluded.due_at, made_at = excluded.made_at, done_at = NULL";

	return db_do(st->db, sql, DB_WITH(DB_TEXT(incident), DB_DATE(due_at), DB_INT(at)), e);
}

int store_escalate(struct store *st, struct str incident, struct str route, enum severity severity, int64_t due_at,
		   int64_t at, struct error *e)
{
	static const char sql[] = "INSERT INTO reminders(incident, kind, route, severity, due_at, made_at)"
				  " VALUES (?1, 1, ?2, ?3, ?4, ?5) ON CONFLICT(incident, kind, route)"
				  " DO UPDATE SET severity = excluded.severity, due_at = excluded.due_at,"
				  " made_at = excluded.made_at, done_at = NULL"
				  " WHERE done_at IS NOT NULL AND excluded.severity > severity";

	return db_do(st->db, sql,
		     DB_WITH(DB_TEXT(incident), DB_TEXT(route), DB_INT(severity), DB_INT(due_at), DB_INT(at)), e);
}

int store_reminders(struct store *st, struct arena *a, int64_t case_row, reminder_list *ret, struct error *e)
{
	static const char sql[] = "SELECT r.row, r.incident, r.kind, r.route, r.due_at, r.made_at FROM reminders r"
				  " JOIN incidents i ON i.id = r.incident"
				  " WHERE r.done_at IS NULL AND i.case_row = ?1 ORDER BY r.due_at, r.row";
	struct db_stmt *s;
	int r;

	*ret = (reminder_list){ 0 };
	if (db_ask(st->db, sql, DB_WITH(DB_INT(case_row)), &s, e) < 0)
		return -1;
	while ((r = db_step(s, e)) > 0)
		*VEC_PUSH(a, ret) = (struct reminder){
			.row = db_int(s, 0),
			.incident = db_text(s, 1, a),
			.kind = (enum reminder_kind)db_int(s, 2),
			.route = db_text(s, 3, a),
			.due_at = store_date(s, 4),
			.made_at = db_int(s, 5),
		};
	return r;
}

int store_reminder_done(struct store *st, int64_t row, int64_t at, struct error *e)
{
	static const char sql[] = "UPDATE reminders SET done_at = ?2 WHERE row = ?1";

	return db_do(st->db, sql, DB_WITH(DB_INT(row), DB_INT(at)), e);
}

int store_reminder_drop(struct store *st, int64_t row, struct error *e)
{
	static const char sql[] = "DELETE FROM reminders WHERE row = ?1";

	return db_do(st->db, sql, DB_WITH(DB_INT(row)), e);
}

int store_reminders_answered(struct store *st, struct str incident, struct error *e)
{
	static const char sql[] = "DELETE FROM reminders WHERE incident = ?1 AND kind = 1 AND done_at IS NULL";

	return db_do(st->db, sql, DB_WITH(DB_TEXT(incident)), e);
}

int store_reminders_due(struct store *st, struct arena *a, int64_t at, size_t max, struct strs *ret, struct error *e)
{
	static const char sql[] =
		"SELECT c.id FROM reminders r JOIN incidents i ON i.id = r.incident JOIN cases c ON c.row = i.case_row"
		" WHERE r.done_at IS NULL AND r.due_at <= ?1 GROUP BY c.row ORDER BY min(r.due_at), c.row LIMIT ?2";
	struct db_stmt *s;
	int r;

	*ret = (struct strs){ 0 };
	if (db_ask(st->db, sql, DB_WITH(DB_INT(at), DB_INT(max > INT64_MAX ? INT64_MAX : (int64_t)max)), &s, e) < 0)
		return -1;
	while ((r = db_step(s, e)) > 0)
		*VEC_PUSH(a, ret) = db_text(s, 0, a);
	return r;
}

int store_next_reminder(struct store *st, int64_t *ret, struct error *e)
{
	static const char sql[] =
		"SELECT due_at FROM reminders WHERE done_at IS NULL AND due_at IS NOT NULL ORDER BY due_at LIMIT 1";
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
