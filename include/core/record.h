/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The session record, native version 1: what a clinic writes into the spool.
 *
 * record_parse reads the tree into plain structs; record_* below are in the record's arena and borrow nothing.
 * Absent is not zero: numbers are NAN, times DATE_NONE, strings {NULL, 0} when a record does not say.
 * All faults of a record are told at once; none of them shows a value (base/diag.h).
 */
#ifndef RUPTURED_CORE_RECORD_H
#define RUPTURED_CORE_RECORD_H

#include <math.h>

#include "base/date.h"
#include "core/fields.h"

#define RECORD_VERSION 1

/* Limits; each has a test at the limit and one past it. */
#define RECORD_MAX_BYTES (16u << 20)
#define RECORD_MAX_TURNS 20000
#define RECORD_MAX_PARTICIPANTS 32
#define RECORD_MAX_ROWS 1000	     /* of scores, codes, attendance, homework, reports, contacts, each */
#define RECORD_MAX_ITEMS 100	     /* items of one score */
#define RECORD_MAX_ID 128	     /* bytes of an id */
#define RECORD_MAX_WORD 64	     /* bytes of a marker, an instrument, an item, a language */
#define RECORD_MAX_TURN_TEXT 65535   /* bytes */

enum role {
	ROLE_THERAPIST, ROLE_CLIENT, ROLE_PARTNER, ROLE_PARENT, ROLE_CHILD, ROLE_SIBLING, ROLE_CARER, ROLE_RELATIVE,
	ROLE_INTERPRETER, ROLE_OBSERVER, /* these two count in no share, pair or `any member` */
};
extern const struct words role_words;
/* Client, partner, ... relative. */
bool role_is_member(enum role role);

enum attendance_status { ATTENDED, LATE, LEFT_EARLY, NO_SHOW, CANCELLED, RESCHEDULED };
extern const struct words attendance_words; /* attended late left_early no_show cancelled rescheduled */
enum attendance_by { BY_UNSAID, BY_CLIENT, BY_PROVIDER, BY_OTHER };
enum ending { ENDING_NONE, ENDING_PLANNED, ENDING_TRANSFERRED, ENDING_DROPPED };
enum next_session { NEXT_ABSENT, NEXT_NONE, NEXT_AT };

/* `who` is an index into participants everywhere. */
struct participant {
	struct str id;	   /* local: the same person in all sessions of the case */
	int role;	   /* enum role */
	struct str person; /* the clinic's own id, or absent */
	double age;	   /* years, NAN */
};
struct attendance {
	int who, status, by;
	double minutes;	     /* late, or left early: by how much; NAN */
	double notice_hours; /* NAN */
};
struct score_item {
	struct str name;
	double value;
};
struct score {
	struct str of; /* instrument */
	int by;
	int about; /* the member a rater scored, or -1: the rater */
	double total; /* NAN when only items were given */
	struct score_item *items;
	size_t n_items;
};
struct homework {
	int who;
	double rating; /* 0 to 4; NAN: none was set */
};
struct code {
	struct str system, marker;
	int who; /* or -1: the case as a whole (SOFTA shared purpose) */
	double salience, value; /* 1 to 5; -3 to +3; NAN */
	double at;		/* s from the start, NAN */
};
struct turn {
	int who;
	int to;		/* or -1: not said */
	double at, end; /* s from the start, NAN */
	struct str text;
};
struct report {
	int by;
	int rupture; /* 1 yes, 0 no, -1 not said */
};
struct contact {
	int who;
	int64_t at;
	struct str kind;
};
struct flag {
	struct str name;
	bool set;
};

struct record {
	struct str id;
	int64_t revision;
	struct str case_id;
	int64_t session; /* number, or -1 */
	int64_t started;
	double minutes;
	struct str modality, language, site;
	enum next_session next;
	int64_t next_at;
	VEC(struct participant) participants;
	VEC(struct attendance) attendance;
	VEC(struct score) scores;
	VEC(struct homework) homework;
	struct strs coded; /* systems whose unlisted markers are 0 */
	VEC(struct code) codes;
	VEC(struct turn) turns;
	VEC(struct report) reports;
	VEC(struct contact) contacts;
	VEC(struct flag) flags;
	int consent_transcript; /* 1 yes, 0 refused, -1 not said */
	enum ending ending;
	bool withdrawn;
	const struct doc *doc; /* what it was read from */
};

/* The keys of a record, for the reference page. */
const struct field *record_fields(void);
/* NULL when the record cannot be used, with errors in d; warnings alone do not refuse it.  A withdrawal needs only
 * ruptured, record, revision, case and withdrawn. */
struct record *record_parse(struct arena *a, const struct doc *doc, struct diags *d);
/* The whole way from bytes: format guessed, parsed, read. */
struct record *record_read(struct arena *a, struct str bytes, struct diags *d);

/* doc_canonical of what the record was read from, for the identity table.  In a. */
struct str record_canonical(struct arena *a, const struct record *record);

#endif
