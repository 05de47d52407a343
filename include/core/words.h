/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text as words: the form in which speech is matched.
 *
 * A text is cut into words (runs of letters, digits and inner apostrophes), each folded: case, accents kept,
 * curly quotes straightened, the apostrophes that speech recognition drops removed ("don't" and "dont" are one
 * word), soft hyphens gone.  Fillers (um, uh, er, "you know") are marked, so that a matcher may step over them.
 * utf8proc does what lies outside ASCII and appears only here.
 */
#ifndef RUPTURED_CORE_WORDS_H
#define RUPTURED_CORE_WORDS_H

#include <stdint.h>

#include "base/arena.h"

struct word {
	struct str text;    /* folded */
	uint64_t hash;	    /* of text */
	uint32_t at, bytes; /* where it stands in the text given, unfolded */
	bool filler;
	bool stop_before;     /* a sentence end or a comma stood before this word: `unless` contexts do not reach over it */
	bool sentence_before; /* a sentence end did */
};

struct words_list {
	struct word *items;
	size_t n, cap;
};

/* Replaces *ret by the words of `text`, in a (the texts borrow from a).  *ret is zeroed, or an earlier one of the same a. */
void words_split(struct arena *a, struct str text, struct words_list *ret);
/* The hash of a folded word; the same in every run, never stored. */
uint64_t word_hash(struct str folded);

#endif
