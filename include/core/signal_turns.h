/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The selector of `turns`, and one scan of a session's turns by it; for signal_turns*.c only.
 */
#ifndef RUPTURED_CORE_SIGNAL_TURNS_H
#define RUPTURED_CORE_SIGNAL_TURNS_H

#include "core/rules.h"

/* One description of replies. */
struct turns_match {
	int from, to;		 /* enum who; from WHO_UNSAID: anyone; to WHO_UNSAID: whoever, or nobody known */
	struct strs says;	 /* lexicon ids; none: whatever is said */
	struct threshold weight; /* of the hits of one turn, added up; words.p NULL: any hit will do */
	struct threshold words, gap_before; /* words.p NULL: no matter */
	struct turns_match *after;	    /* or NULL; one deep */
};

struct turns_selector {
	struct turns_match match;
	struct turns_match *share_of; /* or NULL */
	bool share_of_after;
	bool per_hour;
};

extern const struct field turns_fields[];
extern const struct shape turns_match_shape; /* of `after` and `share_of` */
void *turns_selector_read(struct reader *r, const struct doc *doc, struct signal *s);

#define TURNS_PEOPLE RECORD_MAX_PARTICIPANTS

/* A match resolved for one session: which participants, which of the transcript's lexicons. */
struct turns_filter {
	const struct turns_match *match; /* NULL: not asked for */
	bool from[TURNS_PEOPLE], to[TURNS_PEOPLE];
	bool any_addressee;
	uint64_t lexicons[LEXICONS_MAX / 64];
	bool unheard; /* none of them was hit in the session: no turn fits */
};

struct turns_scan {
	const struct view *view;
	const struct skeleton *s;
	size_t ordinal;
	bool silent[TURNS_PEOPLE]; /* interpreters and observers: passed over */
	bool timed;		   /* seconds are asked for; else tallies have none */
	struct turns_filter match, after, share_of;
};

struct turns_tally {
	double count;	       /* turns that fit; replies where the match is about replies */
	double replies;	       /* that fit */
	double from_replies;   /* of the same `from`; with gap_before those whose gap is known */
	double words, seconds; /* of what was counted; seconds NAN when one has no times */
	double from_words;     /* of `from` */
	double speakers;
	double asked, answered; /* replies of `after`, and those whose answer fits */
};

/* NULL, or why the session's turns say nothing about this. */
const char *turns_scan_open(struct turns_scan *scan, const struct turns_selector *sel, const struct view *view,
			    int who);
/* One of the scan's filters; `after` only with scan->match.  Evidence, one entry for each of `count`, may be NULL. */
struct turns_tally turns_tally(const struct turns_scan *scan, const struct turns_filter *filter,
			       evidence_list *evidence);
/* Everybody who counts: words and seconds. */
struct turns_tally turns_all(const struct turns_scan *scan);
/* NAN: no reply. */
double turns_median_words(const struct turns_scan *scan);
/* From the first turn to the end of the last; NAN without times. */
double turns_length_s(const struct turns_scan *scan);

#endif
