/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clang-format off */
/*
 * The two database files.  This comment is their description; keep it true when you add a migration.
 *
 * A migration takes the schema from its index to the next (PRAGMA user_version) in one transaction.  Those that were
 * released are never edited: add one at the end.
 *
 * Common: times are seconds since the epoch, NULL is "none" (DATE_NONE); enums are their numbers in the C headers
 * (checked at the end of this file, so a header that is re-ordered does not compile); tokens are "m1", "t1", a case's
 * is random.  There is no session text, no phrase and no file name in any table.
 *
 * ruptured.db, written by the engine alone
 * ----------------------------------------
 * cases      id, the clinic's; token, random, what outputs show; closed_at, by a person; next_deadline, when a timer
 *            of the case is due if nothing arrives; awaits, the silent site whose return its timers wait for.
 * members    a case's people in order of first sight: position 0, 1 ...; local, the record's participant id; token;
 *            role (enum role) and age as last seen.
 * records    one row a record id, for ever: revision and hash (keyed, of the parsed tree) of the revision in force;
 *            case_row, session (number, NULL without), started; arrived; skeleton, the blob of core/skeleton.c.  A
 *            withdrawn record keeps id, revision and hash; the rest is NULL and withdrawn is 1.
 * incidents  `struct told` (core/announce.h), in order of insertion within a case.  told_state, heard_state -1: none.
 *            records: the ids, each as "LENGTH:BYTES,".  transitions: of the present judgement, a line each, "AT
 *            SESSION STATE SEVERITY QUIETLY WHY"; a retracted incident keeps its last ones.  silenced_at, silence:
 *            when what was to be told of it was last kept back, and by which of the silences.
 * verdicts   what a person thinks of an incident's alerts: useful, or noise; the last word stands.
 * silences   what people want to hear nothing of: row is the number people name; case_row, rule (id or pattern),
 *            member (token), each NULL for any; until, NULL for the next session of the case; ended_at, ended_by, by
 *            a person or that session.
 * reminders  enum reminder_kind: an incident to be told once more at due_at (NULL: at the case's next session);
 *            route, of an escalation, else ""; severity, what was told when it was made; done_at, it was told.  One
 *            that turned out to be needless is deleted.
 * outbox     what was decided to be sent, a row per message and sink; row is the order of decision; incident, of a
 *            group all of them, a space between; payload is JSON cut to the sink's privacy level; relayed_at, when
 *            courier.db had it; outcome ("delivered", "dead") and outcome_at, the courier's receipt.  An alert that
 *            no sink is to get has sink "" and the outcome "undelivered" from the start; "dropped", a person gave it
 *            up.  Delivered and dropped ones are forgotten after a time.  safety, it is a safeguarding alert.
 * held       alerts that wait for more of their kind, a row an incident and sink: grp, what becomes one outbox row
 *            when the first of it is due; kind (enum held_kind); budget, the route it counts for; ended, it tells of
 *            an end; payload as in outbox, spare that for the fallback.
 * heard      which sink was ever sent anything of which incident.
 * spent      messages under the budget of a route, a row each; forgotten when they no longer count.
 * spares     what goes to the fallback sink if the courier gives up the outbox row `for_key`; forgotten with its
 *            delivery.
 * wishes     enum letter_wish of a person about a row of the outbox, on its way to courier.db.
 * troubles   the engine's own incidents that last ("engine.site_silent/north"): the incident's id, how many alerts
 *            went out about it, since when it is so.  Gone when it is over.
 * sites      those the configuration names: last_at, when the last record of it arrived; silent_from, from when on
 *            timers of its cases are not judged, while that is so; back_at, the first record after that.
 * commands   acts of people already carried out, by hash of file name and content, with the answer given.
 * audit      append-only (triggers refuse change) and chained: hash is digest_hex of the row before's hash and of
 *            this row, written as in store_audit.c.  Rows count from 1 without gaps; sqlite_sequence tells of a cut
 *            tail.
 * facts      small values by name: the key of the content hashes, the last good rules, the engine's state.
 *
 * courier.db, written by engine (parcels in, receipts read) and courier (the rest)
 * --------------------------------------------------------------------------------
 * parcels    a row of the store's outbox each, by the same key.  state 0 waiting, 1 delivered, 2 dead, 3 dropped;
 *            attempts made in vain; forgiven, how many of them when a person last asked for another try;
 *            failing_since, the first after that; due_at, not to be tried before; ended_at; why, of the last vain
 *            attempt; receipt_read, the engine knows the outcome.  Delivered ones are forgotten after a time.
 * carried    the incidents that a parcel tells of: of a group several.
 */
/* clang-format on */
#include "core/alert.h"
#include "io/store_acts.h"
#include "io/store_private.h"

const char *const store_migrations[] = {
	"CREATE TABLE cases("
	"	row INTEGER PRIMARY KEY,"
	"	id TEXT NOT NULL UNIQUE,"
	"	token TEXT NOT NULL UNIQUE,"
	"	closed_at INTEGER,"
	"	next_deadline INTEGER);"
	"CREATE INDEX cases_due ON cases(next_deadline) WHERE next_deadline IS NOT NULL;"

	"CREATE TABLE members("
	"	case_row INTEGER NOT NULL REFERENCES cases(row),"
	"	position INTEGER NOT NULL,"
	"	local TEXT NOT NULL,"
	"	token TEXT NOT NULL,"
	"	role INTEGER NOT NULL,"
	"	age REAL,"
	"	PRIMARY KEY(case_row, position)) WITHOUT ROWID;"

	"CREATE TABLE records("
	"	row INTEGER PRIMARY KEY,"
	"	id TEXT NOT NULL UNIQUE,"
	"	revision INTEGER NOT NULL,"
	"	hash TEXT NOT NULL,"
	"	withdrawn INTEGER NOT NULL DEFAULT 0,"
	"	case_row INTEGER REFERENCES cases(row),"
	"	session INTEGER,"
	"	started INTEGER,"
	"	arrived INTEGER,"
	"	skeleton BLOB);"
	"CREATE INDEX records_of_case ON records(case_row) WHERE withdrawn = 0;"

	"CREATE TABLE incidents("
	"	row INTEGER PRIMARY KEY,"
	"	id TEXT NOT NULL UNIQUE,"
	"	case_row INTEGER NOT NULL REFERENCES cases(row),"
	"	rule TEXT NOT NULL,"
	"	rule_version TEXT,"
	"	member TEXT,"
	"	other TEXT,"
	"	state INTEGER NOT NULL,"
	"	severity INTEGER NOT NULL,"
	"	told_state INTEGER NOT NULL,"
	"	told_severity INTEGER NOT NULL,"
	"	announcements INTEGER NOT NULL,"
	"	opened_at INTEGER NOT NULL,"
	"	changed_at INTEGER NOT NULL,"
	"	opened_ordinal INTEGER NOT NULL,"
	"	changed_ordinal INTEGER NOT NULL,"
	"	historic INTEGER NOT NULL,"
	"	by_rules INTEGER NOT NULL,"
	"	gone INTEGER NOT NULL,"
	"	acknowledged_at INTEGER,"
	"	acknowledged_by TEXT,"
	"	records BLOB NOT NULL,"
	"	transitions TEXT NOT NULL);"
	"CREATE INDEX incidents_of_case ON incidents(case_row);"

	"CREATE TABLE outbox("
	"	row INTEGER PRIMARY KEY,"
	"	key TEXT NOT NULL UNIQUE,"
	"	incident TEXT NOT NULL,"
	"	route TEXT NOT NULL,"
	"	sink TEXT NOT NULL,"
	"	severity TEXT NOT NULL,"
	"	payload TEXT NOT NULL,"
	"	at INTEGER NOT NULL,"
	"	relayed_at INTEGER,"
	"	outcome TEXT,"
	"	outcome_at INTEGER);"
	"CREATE INDEX outbox_unrelayed ON outbox(row) WHERE relayed_at IS NULL;"
	"CREATE INDEX outbox_unended ON outbox(row) WHERE outcome IS NULL;"

	"CREATE TABLE commands(id TEXT PRIMARY KEY, at INTEGER NOT NULL, answer TEXT) WITHOUT ROWID;"

	"CREATE TABLE audit("
	"	row INTEGER PRIMARY KEY AUTOINCREMENT,"
	"	at INTEGER NOT NULL,"
	"	who TEXT NOT NULL,"
	"	what TEXT NOT NULL,"
	"	about TEXT NOT NULL,"
	"	hash TEXT NOT NULL);"
	"CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit"
	"	BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;"
	"CREATE TRIGGER audit_is_not_cut BEFORE DELETE ON audit"
	"	BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;"

	"CREATE TABLE facts(name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;",

	"ALTER TABLE outbox ADD COLUMN safety INTEGER NOT NULL DEFAULT 0;"
	"CREATE TABLE spares("
	"	for_key TEXT PRIMARY KEY,"
	"	key TEXT NOT NULL,"
	"	incident TEXT NOT NULL,"
	"	route TEXT NOT NULL,"
	"	sink TEXT NOT NULL,"
	"	severity TEXT NOT NULL,"
	"	payload TEXT NOT NULL,"
	"	safety INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE wishes(key TEXT PRIMARY KEY, wish INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE troubles("
	"	name TEXT PRIMARY KEY,"
	"	incident TEXT NOT NULL,"
	"	announcements INTEGER NOT NULL,"
	"	since INTEGER NOT NULL) WITHOUT ROWID;",

	"CREATE TABLE sites("
	"	name TEXT PRIMARY KEY,"
	"	last_at INTEGER NOT NULL,"
	"	silent_from INTEGER,"
	"	back_at INTEGER) WITHOUT ROWID;"
	"ALTER TABLE cases ADD COLUMN awaits TEXT;"
	"CREATE INDEX cases_awaiting ON cases(awaits) WHERE awaits IS NOT NULL;",

	"CREATE TABLE verdicts("
	"	incident TEXT PRIMARY KEY,"
	"	useful INTEGER NOT NULL,"
	"	at INTEGER NOT NULL,"
	"	who TEXT NOT NULL,"
	"	note TEXT) WITHOUT ROWID;"
	"CREATE TABLE silences("
	"	row INTEGER PRIMARY KEY,"
	"	case_row INTEGER REFERENCES cases(row),"
	"	rule TEXT,"
	"	member TEXT,"
	"	until INTEGER,"
	"	made_at INTEGER NOT NULL,"
	"	made_by TEXT NOT NULL,"
	"	reason TEXT NOT NULL,"
	"	ended_at INTEGER,"
	"	ended_by TEXT);"
	"CREATE INDEX silences_of_case ON silences(case_row) WHERE ended_at IS NULL;"
	"CREATE TABLE reminders("
	"	row INTEGER PRIMARY KEY,"
	"	incident TEXT NOT NULL,"
	"	kind INTEGER NOT NULL,"
	"	route TEXT NOT NULL,"
	"	severity INTEGER NOT NULL,"
	"	due_at INTEGER,"
	"	made_at INTEGER NOT NULL,"
	"	done_at INTEGER,"
	"	UNIQUE(incident, kind, route));"
	"CREATE INDEX reminders_due ON reminders(due_at) WHERE done_at IS NULL;"
	"ALTER TABLE incidents ADD COLUMN silenced_at INTEGER;"
	"ALTER TABLE incidents ADD COLUMN silence INTEGER;",

	"ALTER TABLE incidents ADD COLUMN heard_state INTEGER NOT NULL DEFAULT -1;"
	"ALTER TABLE incidents ADD COLUMN heard_severity INTEGER NOT NULL DEFAULT 0;"
	"UPDATE incidents SET heard_state = told_state, heard_severity = told_severity WHERE announcements > 0;",

	"CREATE TABLE held("
	"	row INTEGER PRIMARY KEY,"
	"	grp TEXT NOT NULL,"
	"	kind INTEGER NOT NULL,"
	"	due_at INTEGER NOT NULL,"
	"	route TEXT NOT NULL,"
	"	sink TEXT NOT NULL,"
	"	budget TEXT NOT NULL,"
	"	case_token TEXT,"
	"	incident TEXT NOT NULL,"
	"	key TEXT NOT NULL,"
	"	severity INTEGER NOT NULL,"
	"	privacy INTEGER NOT NULL,"
	"	ended INTEGER NOT NULL,"
	"	payload TEXT NOT NULL,"
	"	spare TEXT,"
	"	at INTEGER NOT NULL,"
	"	UNIQUE(sink, incident));"
	"CREATE INDEX held_due ON held(due_at, row);"
	"CREATE INDEX held_groups ON held(grp, row);"
	"CREATE TABLE heard(incident TEXT NOT NULL, sink TEXT NOT NULL, PRIMARY KEY(incident, sink)) WITHOUT ROWID;"
	"INSERT INTO heard(incident, sink) SELECT DISTINCT incident, sink FROM outbox;"
	"CREATE TABLE spent(budget TEXT NOT NULL, sink TEXT NOT NULL, at INTEGER NOT NULL);"
	"CREATE INDEX spent_of ON spent(budget, sink, at);",
	NULL,
};

const char *const outbox_migrations[] = {
	"CREATE TABLE parcels("
	"	row INTEGER PRIMARY KEY,"
	"	key TEXT NOT NULL UNIQUE,"
	"	incident TEXT NOT NULL,"
	"	route TEXT NOT NULL,"
	"	sink TEXT NOT NULL,"
	"	severity TEXT NOT NULL,"
	"	payload TEXT NOT NULL,"
	"	at INTEGER NOT NULL,"
	"	state INTEGER NOT NULL DEFAULT 0,"
	"	attempts INTEGER NOT NULL DEFAULT 0,"
	"	due_at INTEGER NOT NULL,"
	"	ended_at INTEGER,"
	"	why TEXT,"
	"	receipt_read INTEGER NOT NULL DEFAULT 0);"
	"CREATE INDEX parcels_waiting ON parcels(sink, row, due_at, incident) WHERE state = 0;"
	"CREATE INDEX parcels_of_incident ON parcels(sink, incident, row) WHERE state = 0;"
	"CREATE INDEX parcels_ended ON parcels(row) WHERE state <> 0 AND receipt_read = 0;",

	"ALTER TABLE parcels ADD COLUMN failing_since INTEGER;",

	"ALTER TABLE parcels ADD COLUMN forgiven INTEGER NOT NULL DEFAULT 0;",

	"CREATE TABLE carried("
	"	row INTEGER NOT NULL,"
	"	sink TEXT NOT NULL,"
	"	incident TEXT NOT NULL,"
	"	PRIMARY KEY(row, incident)) WITHOUT ROWID;"
	"CREATE INDEX carried_of_incident ON carried(sink, incident, row);"
	"INSERT INTO carried(row, sink, incident) SELECT row, sink, incident FROM parcels;"
	"CREATE TRIGGER carried_no_more AFTER DELETE ON parcels"
	"	BEGIN DELETE FROM carried WHERE row = old.row; END;",
	NULL,
};

/* The numbers in the files. */
_Static_assert(ROLE_THERAPIST == 0 && ROLE_CLIENT == 1 && ROLE_PARTNER == 2 && ROLE_PARENT == 3 && ROLE_CHILD == 4 &&
		       ROLE_SIBLING == 5 && ROLE_CARER == 6 && ROLE_RELATIVE == 7 && ROLE_INTERPRETER == 8 &&
		       ROLE_OBSERVER == 9,
	       "members.role");
_Static_assert(INCIDENT_OPEN == 0 && INCIDENT_REPAIRING == 1 && INCIDENT_REPAIRED == 2 && INCIDENT_UNREPAIRED == 3 &&
		       INCIDENT_DROPPED_OUT == 4 && INCIDENT_CLOSED == 5 && TOLD_RETRACTED == 6 && TOLD_NOTHING == -1,
	       "incidents.state, incidents.told_state");
_Static_assert(REMINDER_SNOOZE == 0 && REMINDER_ESCALATE == 1, "reminders.kind");
_Static_assert(SEVERITY_INFO == 0 && SEVERITY_NOTICE == 1 && SEVERITY_WARNING == 2 && SEVERITY_CRITICAL == 3,
	       "incidents.severity, held.severity");
_Static_assert(HELD_CASE == 0 && HELD_ROUTE == 1 && HELD_DIGEST == 2, "held.kind");
_Static_assert(PRIVACY_BARE == 0 && PRIVACY_TOKENS == 1 && PRIVACY_ADVICE == 2 && PRIVACY_NUMBERS == 3, "held.privacy");
