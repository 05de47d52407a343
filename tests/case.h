/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A case written down in a few lines, for tests of what looks at a case's past.
 *
 *	struct test_case *c = case_new(arena);              t1 therapist, m1 client, m2 partner, m3 child of 12
 *	struct skeleton *s = case_session(c, 7, 2);         day 7, number 2; everybody is listed
 *	case_score(c, s, "m1", "SRS", 38);
 *	case_turn(c, s, "m1", "t1", 12, "hostility*2 blame");  12 words, three hits
 *	struct history *h = case_history(c);
 */
#ifndef RUPTURED_TEST_CASE_H
#define RUPTURED_TEST_CASE_H

#include "core/rules.h"
#include "test.h"

#define CASE_DAY_0 1772460000 /* 2026-03-02T14:00:00Z */

struct test_case {
	struct arena *arena;
	VEC(struct participant) people;
	VEC(const struct skeleton *) records;
	struct roster roster;
	struct ruleset *rules; /* instruments, and the lexicons that signals name */
	struct diags diags;    /* of the last case_signal */
};

struct test_case *case_new(struct arena *a);
/* Replaces everybody: for an individual case, an interpreter, unusual ages (NAN: not said). */
void case_nobody(struct test_case *c);
void case_person(struct test_case *c, const char *id, enum role role, double age);
int64_t case_day(double day);

/* A record of the session on that day; number -1: none.  Every known person is a participant. */
struct skeleton *case_session(struct test_case *c, double day, int64_t number);
/* Another record of the same session. */
struct skeleton *case_part(struct test_case *c, const struct skeleton *of);
void case_unlist(struct skeleton *s, const char *who); /* call before anything refers to people */

void case_score(struct test_case *c, struct skeleton *s, const char *by, const char *of, double total);
struct score *case_rating(struct test_case *c, struct skeleton *s, const char *by, const char *about, const char *of,
			  double total);
void case_item(struct test_case *c, struct skeleton *s, const char *by, const char *of, const char *item, double value);
void case_attendance(struct test_case *c, struct skeleton *s, const char *who, enum attendance_status status,
		     enum attendance_by by, double notice_hours);
void case_homework(struct test_case *c, struct skeleton *s, const char *who, double rating);
void case_coded(struct test_case *c, struct skeleton *s, const char *system);
void case_code(struct test_case *c, struct skeleton *s, const char *system, const char *marker, const char *who,
	       double salience, double value);
void case_report(struct test_case *c, struct skeleton *s, const char *by, int rupture);
void case_flag(struct test_case *c, struct skeleton *s, const char *name, bool set);
void case_next(struct skeleton *s, double day);
void case_next_none(struct skeleton *s);
/* Lexicon ids with hits, "hostility blame*2", or NULL; to NULL: unknown.  Every record was searched for hostility,
 * blame, complaint, refusal, validation, proposal, repair, r#1 and r#2 (phrases of case_signal). */
void case_turn(struct test_case *c, struct skeleton *s, const char *who, const char *to, unsigned words,
	       const char *hits);
/* That lexicon is of another language than the record (false), or was not looked for (remove). */
void case_lexicon(struct skeleton *s, const char *id, bool applies);
void case_lexicon_remove(struct skeleton *s, const char *id);
/* A transcript in which nobody has spoken yet. */
void case_transcript(struct skeleton *s);
/* When the last turn was, s from the start. */
void case_time(struct skeleton *s, double at, double end);
/* The scores of one member, one session a week. */
void case_series(struct test_case *c, const char *who, const char *of, const double *totals, size_t n);

/* Everything so far.  Records may be added and another history made. */
struct history *case_history(struct test_case *c);
/* Roster index; the person has to be in a record. */
int case_who(struct test_case *c, const char *id);

/* A signal from its YAML flow map, for a rule `per`; NULL with c->diags. */
struct signal *case_signal(struct test_case *c, enum per per, const char *yaml);
/* That signal at the i-th session (0-based; -1: the last) for these people (NULL: nobody); as of the session's start.
 */
struct reading case_read(struct test_case *c, enum per per, const char *yaml, int session, const char *member,
			 const char *other);
/* The faults of the last case_signal as text. */
struct str case_faults(struct test_case *c, const char *yaml);

#endif
