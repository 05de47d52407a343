/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "io/store_acts.h"
#include "io/store_private.h"

int store_verdict_put(struct store *st, struct str incident, const struct alert_verdict *verdict, struct error *e)
{
	static const char sql[] = "INSERT INTO verdicts(incident, useful, at, who, note) VALUES (?1, ?2, ?3, ?4, ?5)"
				  " ON CONFLICT(incident) DO UPDATE SET useful = excluded.useful, at = excluded.at,"
				  " who = excluded.who, note = excluded.note";

	return db_do(st->db, sql,
		     DB_WITH(DB_TEXT(incident), DB_INT(verdict->useful), DB_INT(verdict->at), DB_TEXT(verdict->who),
			     DB_TEXT(verdict->note)),
		     e);
}

int store_rule_verdicts(struct store *st, struct arena *a, rule_verdicts_list *ret, struct error *e)
{
	static const char sql[] =
		"SELECT i.rule, count(*), sum(i.announcements > 0), count(v.incident), coalesce(sum(v.useful), 0)"
		" FROM incidents i LEFT JOIN verdicts v ON v.incident = i.id GROUP BY i.rule ORDER BY i.rule";
	struct db_stmt *s;
	int r;

	*ret = (rule_verdicts_list){ 0 };
	if (db_ask(st->db, sql, DB_NOTHING, &s, e) < 0)
		return -1;
	while ((r = db_step(s, e)) > 0)
		*VEC_PUSH(a, ret) = (struct rule_verdicts){
			.rule = db_text(s, 0, a),
			.alerts = db_int(s, 1),
			.told = db_int(s, 2),
			.verdicts = db_int(s, 3),
			.useful = db_int(s, 4),
		};
	return r;
}

int store_verdicts_of(struct store *st, struct arena *a, int64_t case_row, past_verdicts *ret, struct error *e)
{
	static const char sql[] = "SELECT i.rule, i.member, i.other, i.records, v.useful FROM incidents i"
				  " JOIN verdicts v ON v.incident = i.id WHERE i.case_row = ?1 ORDER BY i.row";
	struct db_stmt *s;
	int r;

	*ret = (past_verdicts){ 0 };
	if (db_ask(st->db, sql, DB_WITH(DB_INT(case_row)), &s, e) < 0)
		return -1;
	while ((r = db_step(s, e)) > 0)
		*VEC_PUSH(a, ret) = (struct past_verdict){
			.rule = db_text(s, 0, a),
			.member = db_text(s, 1, a),
			.other = db_text(s, 2, a),
			.records = store_decode_records(a, db_text(s, 3, a)),
			.useful = db_int(s, 4) != 0,
		};
	return r;
}
