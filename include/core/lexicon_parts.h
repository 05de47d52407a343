/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the lexicon's files share among themselves: lexicon_read.c fills it, lexicon_index.c freezes it, lexicon_match.c
 * runs it, lexicon_context.c says what silences a hit.  Nobody else includes this.
 */
#ifndef RUPTURED_CORE_LEXICON_PARTS_H
#define RUPTURED_CORE_LEXICON_PARTS_H

#include "core/lexicon.h"
#include "core/pattern.h"
#include "core/phrase.h"

/* Words around a hit that make it not count.  Several rows may bear one name. */
struct context {
	const char *name;
	unsigned before, after; /* how many words away from the hit its phrase may stand; fillers are not counted */
	bool over_commas;	/* reaches over a comma, never over a sentence end */
	bool (*said_before)(const struct cue *cue); /* or NULL; about what another said before, not words of the turn */
	VEC(struct phrase) phrases;
};
typedef VEC(const struct context *) context_list;

struct entry {
	int lexicon;
	uint32_t number; /* in the lexicon, in file order */
	struct str text; /* a regular expression's, as written; else absent */
	double weight;
	bool whole; /* only as the whole of a turn */
	bool opens; /* only where a turn begins */
	context_list unless;
	struct pattern *pattern; /* or NULL */
	size_t pattern_number;	 /* among all patterns */
};

/* One phrase of an entry. */
struct variant {
	uint32_t entry;
	struct phrase phrase; /* n == 0: a word that a regular expression needs */
};
/* A place of a phrase at which it is looked up. */
struct anchor {
	uint32_t variant, place;
};

/*
 * An open-addressed table from a hash of what phrases hang on to those anchors.  A bit per (hash mod bits) stops
 * nearly all words before the table is looked at.
 */
struct anchors {
	uint64_t *bits;
	uint64_t bit_mask;
	struct anchor_slot {
		uint64_t key;
		uint32_t first, n; /* in `all`; n == 0: free */
	} *slots;
	uint64_t slot_mask;
	struct anchor *all;
	size_t n;
};
enum anchor_kind {
	ANCHOR_WORD,
	ANCHOR_PAIR,   /* two words in a row, when each alone is common */
	ANCHOR_PREFIX, /* the first three bytes of a word */
	ANCHOR_KINDS,
};

struct lexicons {
	struct arena arena;
	VEC(struct lexicon) lexicons;
	VEC(struct entry) entries;
	VEC(struct variant) variants;
	VEC(uint32_t) always; /* entries of regular expressions that need no word */
	VEC(struct context) contexts; /* the built-in ones */
	size_t n_patterns;
	struct anchors anchors[ANCHOR_KINDS];
	const struct cue_words *cue_words;
	struct buf canonical; /* grows with each entry */
	VEC(size_t) begins;   /* in it, of each lexicon */
	bool frozen;
	bool overflowed; /* and that was told */
};

uint64_t anchor_pair_key(uint64_t first, uint64_t second);
uint64_t anchor_prefix_key(const char *three_bytes);

static inline bool anchors_may_hold(const struct anchors *a, uint64_t key)
{
	return a->n && (a->bits[(key & a->bit_mask) >> 6] >> (key & 63) & 1);
}
/* The anchors under a key, *ret_n of them. */
const struct anchor *anchors_find(const struct anchors *a, uint64_t key, size_t *ret_n);

/* Chooses under what each anchor is looked up and builds the tables. */
void lexicons_index(struct lexicons *l);

/* The contexts that need no file. */
void contexts_add_builtin(struct lexicons *l);
/* The name of the first of `unless` in which the words first..last stand, or NULL. */
const char *context_around(const context_list *unless, const struct lexicon_turn *turn, size_t first, size_t last);

#endif
