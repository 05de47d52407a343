/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A case's past as the judge sees it: sessions in order, members under one index each.
 *
 * A session is (case, number), or (case, started) without a number; several records of one session are its parts
 * and are united here.  Order: started, then number, then record id.  A member has one index for the whole case, by
 * the roster: first sight by arrival, so that a token never changes (m1, m2, t1 ...).
 */
#ifndef RUPTURED_CORE_HISTORY_H
#define RUPTURED_CORE_HISTORY_H

#include "core/skeleton.h"

#define HISTORY_MAX_MEMBERS 64

struct member {
	struct str local; /* the record's id */
	struct str token; /* "m1", "t1" */
	int role;	  /* in the record that came last: for people to see, never to judge by */
	double age;	  /* likewise, NAN */
};

/* Who is who in a case, in order of first sight.  The store keeps it. */
struct roster {
	VEC(struct member) members;
};

/* Adds those of the record that are new, in the record's order; false when the case would pass HISTORY_MAX_MEMBERS. */
bool roster_see(struct arena *a, struct roster *roster, const struct skeleton *s);
int roster_find(const struct roster *roster, struct str local); /* -1 */

enum truth { TRUTH_FALSE, TRUTH_NO_DATA, TRUTH_TRUE }; /* in Kleene's order: and = min, or = max */

/* A part: a record's skeleton with its participants' indices into the roster. */
struct part {
	const struct skeleton *s;
	const int *member_of; /* participant -> roster */
};

/* A run of turns of one speaker, first to last; those of interpreters and observers in between do not end it. */
struct reply {
	size_t first, last;
	int who;      /* participant of the transcript */
	double words; /* of theirs */
};

struct session {
	int64_t number; /* -1 */
	int64_t started;
	size_t ordinal; /* 1, 2, 3 in this history: the session ordinal that alerts show */
	struct part *parts; /* by record id */
	size_t n_parts;
	const struct skeleton *transcript; /* the part with turns, or NULL */
	const int *transcript_member;	   /* its participant -> roster */
	const struct reply *replies;	   /* of those who count, in order */
	size_t n_replies;
	double *words_of, *replies_of, *turns_of; /* how many, by participant of the transcript */
	uint64_t heard[LEXICONS_MAX / 64]; /* which of the transcript's lexicons were hit at all */
	bool held;			   /* somebody is known to have come */
	enum truth *attended;		   /* by roster index */
	bool *listed;			   /* a participant or in the attendance list, by roster index */
	/* By roster index, as of this session and by the sessions' order: what came late or later changes nothing. */
	int *role;   /* -1: not seen yet */
	double *age; /* NAN */
	enum next_session next;
	int64_t next_at;
	enum ending ending;
};

struct history {
	struct str name; /* of the case as people see it: the first record's `case`, unless the caller puts a token here */
	const struct roster *roster;
	struct session *sessions; /* in order */
	size_t n;
	struct str site;
	int64_t closed_at; /* by a person, or DATE_NONE */
	/*
	 * Given by the caller, who knows of arrivals.  site_silent_from: from then on nothing has come from the site for
	 * longer than it may be silent, so that time alone says nothing of the case; DATE_NONE.  site_last_at: the last
	 * that came.
	 */
	int64_t site_silent_from, site_last_at;
};

/* Whether what they say counts: not that of interpreters and observers. */
bool participant_counts(const struct participant *p);

/* skeletons: the live ones of one case, any order. */
struct history *history_build(struct arena *a, const struct roster *roster, const struct skeleton *const *skeletons,
			      size_t n, int64_t closed_at);

/*
 * Whether `s` can stand beside the parts of the same session already live: false with the record it collides with
 * and the path of the first collision ("turns", "minutes") when the same part is there twice or scalars differ.
 */
bool history_fits(const struct skeleton *const *live, size_t n, const struct skeleton *s, struct str *ret_record,
		  const char **ret_path);
/* Whether the two belong to one session. */
bool skeleton_same_session(const struct skeleton *a, const struct skeleton *b);

#endif
