/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The skeleton of a record: what the rules need of it, and no text.
 *
 * extract() is the only function that sees a turn's words.  It knows no history, so it runs anywhere in any order
 * and its result is kept: a changed threshold, window or selector is answered from skeletons, only changed phrases
 * need the record again.
 *
 * Encoded, a skeleton is a compact blob (format at the head of skeleton_code.c) that the store keeps.
 */
#ifndef RUPTURED_CORE_SKELETON_H
#define RUPTURED_CORE_SKELETON_H

#include "core/lexicon.h"
#include "core/record.h"

/*
 * Times of turns are kept to a hundredth of a second, so that a skeleton fresh from its record and one read back from the
 * store judge alike; beyond SKELETON_MAX_S they are not known.
 */
#define SKELETON_TICKS_PER_S 100
#define SKELETON_MAX_S	     10000000

struct skeleton_hit {
	uint16_t lexicon; /* index into skeleton.lexicons */
	uint16_t count;	  /* hits in the turn that count, >= 1 */
	float weight;	  /* their sum */
};
struct skeleton_turn {
	int16_t who, to;   /* participants; to -1: unknown */
	bool to_inferred;
	float at, end;	   /* s, NAN */
	uint16_t words;
	uint32_t first_hit; /* into skeleton.hits */
	uint16_t n_hits;
};
struct skeleton_lexicon {
	struct str id;
	int major, minor;
	bool applies; /* false: other language, its counts are no_data */
};

/* Everything but the turns is as in the record (core/record.h); `who` indexes participants. */
struct skeleton {
	struct str record, case_id;
	int64_t revision, session, started;
	double minutes;
	struct str modality, language, site;
	enum next_session next;
	int64_t next_at;
	VEC(struct participant) participants;
	VEC(struct attendance) attendance;
	VEC(struct score) scores;
	VEC(struct homework) homework;
	struct strs coded;
	VEC(struct code) codes;
	VEC(struct report) reports;
	VEC(struct contact) contacts;
	VEC(struct flag) flags;
	enum ending ending;
	bool has_turns; /* false: no transcript, `turns: []`, or consent refused */
	VEC(struct skeleton_turn) turns;
	VEC(struct skeleton_lexicon) lexicons; /* those looked for */
	VEC(struct skeleton_hit) hits;
};

/* From one time of a turn to another, in whole ticks: floats of different size would make 3 s a little more or less. */
static inline double skeleton_seconds(float from, float to)
{
	return round(((double)to - (double)from) * SKELETON_TICKS_PER_S) / SKELETON_TICKS_PER_S;
}

/* One turn's hits in full, for `explain --hits` and the tests; entries and contexts are not in the skeleton. */
struct extract_trace {
	void (*hit)(void *user, size_t turn, const struct lexicon_hit *hit, int from, int to);
	void *user;
};

struct extract_policy {
	bool consent_required; /* transcripts only with consent.transcript: true */
};

/* In a; borrows nothing from the record's arena.  trace may be NULL. */
struct skeleton *extract(struct arena *a, const struct record *record, const struct lexicons *lexicons,
			 struct lexicon_scratch *scratch, struct extract_policy policy,
			 const struct extract_trace *trace);

/* As if these lexicons had not been looked for: what hears them is unknown.  In a; borrows all else from s. */
struct skeleton *skeleton_without(struct arena *a, const struct skeleton *s, const struct strs *lexicons);

void skeleton_encode(const struct skeleton *s, struct buf *out);
/* NULL when the bytes are not a skeleton of a known version; never reads past them. */
struct skeleton *skeleton_decode(struct arena *a, struct str bytes);

#endif
