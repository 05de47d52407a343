/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cues: what the words of a turn tell about the talk itself.  Does it ask, is it no more than a nod, whom does it call?
 * The inference of addressees (core/addressee.h) and the contexts `answer` and `echo` of lexicons live on these.
 *
 * Made for speech without punctuation, where a question is known by how it begins.  English; in another language, and
 * without a question mark, nothing asks and nobody is called.
 */
#ifndef RUPTURED_CORE_CUE_H
#define RUPTURED_CORE_CUE_H

#include "core/words.h"

enum question {
	QUESTION_NONE,
	QUESTION_YES_NO,
	QUESTION_OPEN, /* what, why, how ... */
};
enum called {
	CALLED_NOBODY,
	CALLED_PARENT,	  /* "mum, ..." */
	CALLED_THERAPIST, /* "..., doctor" */
};

struct cue {
	enum question asks; /* the last sentence of the turn */
	enum called called;
	bool nods;     /* "yeah", "mm-hmm", "oh right", or no word at all: listening, not taking a turn */
	bool negative; /* it ends in a sentence with "not", "never" ...: a "no" after it agrees */
};

/* The words that tell something, made findable; immutable, in a. */
struct cue_words;
const struct cue_words *cue_words_new(struct arena *a);

struct cue cue_of(const struct cue_words *known, const struct words_list *words, struct str text);

/* "well", "but", "and" ...: said before what somebody has to say. */
bool cue_is_opener(const struct cue_words *known, const struct word *word);

#endif
