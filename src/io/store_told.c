/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Incidents as people know them: struct told, with the present transitions for the lists.
 *
 * All incidents of a case are written after each judging; a row that would not change is not touched.
 */
#include <stdio.h>
#include <stdlib.h>

#include "io/store_acts.h"
#include "io/store_private.h"

#define COLUMNS                                                                                                        \
	"id, rule, rule_version, member, other, state, severity, told_state, told_severity, announcements,"            \
	" opened_at, changed_at, opened_ordinal, changed_ordinal, historic, by_rules, gone, acknowledged_at,"          \
	" acknowledged_by, records, silenced_at, silence, heard_state, heard_severity, transitions"
#define TRANSITIONS 24 /* their place among the columns, from 0 */
/* The columns as parameters, in the same order from 2 on; 1 is the case. */
#define CHANGING                                                                                                       \
	"rule_version, state, severity, told_state, told_severity, announcements, opened_at, changed_at,"              \
	" opened_ordinal, changed_ordinal, historic, by_rules, gone, acknowledged_at, acknowledged_by, records,"       \
	" silenced_at, silence, heard_state, heard_severity"
#define CHANGED "?4, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25"

static void encode_records(const struct strs *records, struct buf *out)
{
	for (size_t i = 0; i < records->n; i++) {
		buf_printf(out, "%zu:", records->items[i].n);
		buf_puts(out, records->items[i]);
		buf_putc(out, ',');
	}
}

/* Stops at what is not of the form; the bytes are ours. */
struct strs store_decode_records(struct arena *a, struct str bytes)
{
	struct strs records = { 0 };

	while (bytes.n) {
		char *end;
		size_t n = strtoul(bytes.p, &end, 10), head = (size_t)(end - bytes.p) + 1;

		if (*end != ':' || head >= bytes.n || n >= bytes.n - head)
			break;
		*VEC_PUSH(a, &records) = arena_dup(a, (struct str){ bytes.p + head, n });
		bytes = (struct str){ bytes.p + head + n + 1, bytes.n - head - n - 1 };
	}
	return records;
}

static void encode_transitions(const struct incident *incident, struct buf *out)
{
	for (size_t i = 0; i < incident->transitions.n; i++) {
		const struct transition *t = &incident->transitions.items[i];

		buf_printf(out, "%lld %zu %d %d %d %s\n", (long long)t->at, t->session, (int)t->state, (int)t->severity,
			   t->quietly, t->why ? t->why : "");
	}
}

static bool decode_transition(struct arena *a, struct str line, struct transition *ret)
{
	int state, severity, quietly, at = 0;
	long long when;
	size_t session;
	struct str z = arena_dup(a, line);

	if (sscanf(z.p, "%lld %zu %d %d %d %n", &when, &session, &state, &severity, &quietly, &at) != 5)
		return false;
	*ret = (struct transition){
		.at = when,
		.session = session,
		.state = (enum incident_state)state,
		.severity = (enum severity)severity,
		.quietly = quietly != 0,
		.why = z.p + at,
	};
	return true;
}

/* An incident of what is stored: enough for a list, not for the judge. */
static const struct incident *decode_incident(struct arena *a, const struct told *t, struct str text)
{
	struct incident *incident = ARENA_NEW(a, struct incident);

	incident->state = t->state;
	incident->severity = t->severity;
	incident->records = t->records;
	while (text.n) {
		const char *end = memchr(text.p, '\n', text.n);
		size_t n = end ? (size_t)(end - text.p) : text.n;
		struct transition one;

		if (decode_transition(a, (struct str){ text.p, n }, &one))
			*VEC_PUSH(a, &incident->transitions) = one;
		n += end != NULL;
		text = (struct str){ text.p + n, text.n - n };
	}
	return incident;
}

/* From COLUMNS, which begin at column `c`. */
static void read_row(struct db_stmt *s, int c, struct arena *a, struct told *ret)
{
	struct str id = db_text(s, c, a);

	*ret = (struct told){
		.rule = db_text(s, c + 1, a),
		.rule_version = db_text(s, c + 2, a),
		.member = db_text(s, c + 3, a),
		.other = db_text(s, c + 4, a),
		.state = (enum incident_state)db_int(s, c + 5),
		.severity = (enum severity)db_int(s, c + 6),
		.told_state = (int)db_int(s, c + 7),
		.told_severity = (enum severity)db_int(s, c + 8),
		.announcements = (int)db_int(s, c + 9),
		.opened_at = db_int(s, c + 10),
		.changed_at = db_int(s, c + 11),
		.opened_ordinal = (size_t)db_int(s, c + 12),
		.changed_ordinal = (size_t)db_int(s, c + 13),
		.historic = db_int(s, c + 14) != 0,
		.by_rules = db_int(s, c + 15) != 0,
		.gone = db_int(s, c + 16) != 0,
		.acknowledged_at = store_date(s, c + 17),
		.acknowledged_by = db_text(s, c + 18, a),
		.records = store_decode_records(a, db_text(s, c + 19, a)),
		.silenced_at = store_date(s, c + 20),
		.silence = db_int(s, c + 21),
		.heard_state = (int)db_int(s, c + 22),
		.heard_severity = (enum severity)db_int(s, c + 23),
	};
	snprintf(ret->id, sizeof ret->id, "%.*s", STR_ARG(id));
}

int store_told(struct store *st, struct arena *a, int64_t case_row, told_list *ret, struct error *e)
{
	static const char sql[] = "SELECT " COLUMNS " FROM incidents WHERE case_row = ?1 ORDER BY row";
	struct db_stmt *s;
	int r;

	*ret = (told_list){ 0 };
	if (db_ask(st->db, sql, DB_WITH(DB_INT(case_row)), &s, e) < 0)
		return -1;
	while ((r = db_step(s, e)) > 0)
		read_row(s, 0, a, VEC_PUSH(a, ret));
	return r;
}

/* The lists' text first, then what borrows it: the buffer moves while it grows. */
static int put(struct store *st, const char *sql, int64_t case_row, const struct told *t, struct error *e)
{
	struct str records, transitions, lists;
	size_t n;

	buf_reset(&st->scratch);
	encode_records(&t->records, &st->scratch);
	n = st->scratch.n;
	if (t->incident)
		encode_transitions(t->incident, &st->scratch);
	lists = buf_str(&st->scratch);
	records = n ? (struct str){ lists.p, n } : STR("");
	transitions = lists.n > n ? (struct str){ lists.p + n, lists.n - n } : STR("");
	return db_do(st->db, sql,
		     DB_WITH(DB_INT(case_row), DB_TEXT(str_of(t->id)), DB_TEXT(t->rule), DB_TEXT(t->rule_version),
			     DB_TEXT(t->member), DB_TEXT(t->other), DB_INT(t->state), DB_INT(t->severity),
			     DB_INT(t->told_state), DB_INT(t->told_severity), DB_INT(t->announcements),
			     DB_INT(t->opened_at), DB_INT(t->changed_at), DB_INT((int64_t)t->opened_ordinal),
			     DB_INT((int64_t)t->changed_ordinal), DB_INT(t->historic), DB_INT(t->by_rules),
			     DB_INT(t->gone), DB_DATE(t->acknowledged_at), DB_TEXT(t->acknowledged_by),
			     DB_BLOB(records), DB_DATE(t->silenced_at), DB_INT(t->silence), DB_INT(t->heard_state),
			     DB_INT(t->heard_severity), t->incident ? DB_TEXT(transitions) : DB_NULL),
		     e);
}

static int insert(struct store *st, int64_t case_row, const struct told *t, struct error *e)
{
	static const char sql[] = "INSERT INTO incidents(case_row, " COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,"
				  " ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, "
				  "?25, coalesce(?26, ''))";

	return put(st, sql, case_row, t, e);
}

/* Rule and subject of an incident never change.  Without a present incident the last transitions stay. */
static int update(struct store *st, int64_t case_row, const struct told *t, struct error *e)
{
	static const char sql[] = "UPDATE incidents SET (" CHANGING ", transitions) = (" CHANGED
				  ", coalesce(?26, transitions)) WHERE id = ?2 AND case_row = ?1 AND (" CHANGING
				  ", transitions) IS NOT (" CHANGED ", coalesce(?26, transitions))";

	return put(st, sql, case_row, t, e);
}

int store_told_put(struct store *st, int64_t case_row, const told_list *told, struct error *e)
{
	for (size_t i = 0; i < told->n; i++) {
		const struct told *t = &told->items[i];

		if ((t->is_new ? insert : update)(st, case_row, t, e) < 0)
			return -1;
	}
	return 0;
}

int store_told_find(struct store *st, struct arena *a, struct str incident, int64_t *ret_case_row, struct told *ret,
		    bool *ret_found, struct error *e)
{
	static const char sql[] = "SELECT " COLUMNS ", case_row FROM incidents WHERE id = ?1";
	struct db_stmt *s;
	int r;

	*ret_found = false;
	if (db_ask(st->db, sql, DB_WITH(DB_TEXT(incident)), &s, e) < 0)
		return -1;
	r = db_step(s, e);
	if (r <= 0)
		return r;
	read_row(s, 0, a, ret);
	ret->incident = decode_incident(a, ret, db_text(s, TRANSITIONS, a));
	*ret_case_row = db_int(s, TRANSITIONS + 1);
	*ret_found = true;
	db_reset(s);
	return 0;
}

/* The first acknowledgement stands. */
int store_acknowledge(struct store *st, struct str incident, int64_t at, struct str by, struct error *e)
{
	static const char sql[] = "UPDATE incidents SET acknowledged_at = ?2, acknowledged_by = ?3"
				  " WHERE id = ?1 AND acknowledged_at IS NULL";

	return db_do(st->db, sql, DB_WITH(DB_TEXT(incident), DB_DATE(at), DB_TEXT(by)), e);
}

/* The list's columns before the incident's own. */
#define MARKS "v.useful, v.at, v.who, v.note, s.reason, z.row, z.due_at, min(e.due_at)"

static void read_marks(struct db_stmt *s, int c, struct arena *a, struct stored_alert *ret)
{
	ret->verdict = (struct alert_verdict){
		.useful = db_int(s, c) != 0,
		.at = store_date(s, c + 1),
		.who = db_text(s, c + 2, a),
		.note = db_text(s, c + 3, a),
	};
	ret->silence_reason = db_text(s, c + 4, a);
	ret->snoozed = !db_is_null(s, c + 5);
	ret->snoozed_until = store_date(s, c + 6);
	ret->escalates_at = store_date(s, c + 7);
}

static int collect_alerts(struct db_stmt *s, struct arena *a, stored_alerts *ret, struct error *e)
{
	int r;

	while ((r = db_step(s, e)) > 0) {
		struct stored_alert *alert = VEC_PUSH(a, ret);

		alert->case_id = db_text(s, 0, a);
		alert->case_token = db_text(s, 1, a);
		read_marks(s, 2, a, alert);
		read_row(s, 10, a, &alert->told);
		alert->told.incident = decode_incident(a, &alert->told, db_text(s, 10 + TRANSITIONS, a));
	}
	return r;
}

/* Ended: repaired, closed, or retracted. */
int store_alerts(struct store *st, struct arena *a, const struct alert_filter *filter, stored_alerts *ret,
		 struct error *e)
{
	static const char sql[] =
		"SELECT c.id, c.token, " MARKS ", i.* FROM (SELECT " COLUMNS
		", row AS i_row, case_row AS i_case FROM incidents WHERE case_row BETWEEN ?6 AND ?7) i"
		" JOIN cases c ON c.row = i.i_case LEFT JOIN verdicts v ON v.incident = i.id"
		" LEFT JOIN silences s ON s.row = i.silence"
		" LEFT JOIN reminders z ON z.incident = i.id AND z.kind = 0 AND z.done_at IS NULL"
		" LEFT JOIN reminders e ON e.incident = i.id AND e.kind = 1 AND e.done_at IS NULL"
		" WHERE (?1 OR NOT (i.gone OR i.state IN (2, 5))) AND (?2 IS NULL OR i.acknowledged_at >= ?2)"
		" AND (NOT ?3 OR i.silenced_at IS NOT NULL) AND (NOT ?4 OR i.historic) AND (NOT ?5 OR i.by_rules)"
		" GROUP BY i.i_row ORDER BY i.opened_at, i.i_row";
	struct db_stmt *s;

	*ret = (stored_alerts){ 0 };
	if (db_ask(st->db, sql,
		   DB_WITH(DB_INT(filter->ended_too),
			   filter->acknowledged ? DB_INT(filter->acknowledged_since) : DB_NULL,
			   DB_INT(filter->silenced), DB_INT(filter->historic), DB_INT(filter->by_rules),
			   DB_INT(filter->case_row), DB_INT(filter->case_row ? filter->case_row : INT64_MAX)),
		   &s, e) < 0)
		return -1;
	return collect_alerts(s, a, ret, e);
}

int store_alerts_like(struct store *st, struct arena *a, struct str prefix, size_t max, struct strs *ret,
		      struct error *e)
{
	static const char sql[] = "SELECT id FROM incidents WHERE substr(id, 1, length(?1)) = ?1 ORDER BY row DESC"
				  " LIMIT ?2";
	struct db_stmt *s;
	int r;

	*ret = (struct strs){ 0 };
	if (db_ask(st->db, sql, DB_WITH(DB_TEXT(prefix), DB_INT(max > INT64_MAX ? INT64_MAX : (int64_t)max)), &s, e) <
	    0)
		return -1;
	while ((r = db_step(s, e)) > 0)
		*VEC_PUSH(a, ret) = db_text(s, 0, a);
	return r;
}
