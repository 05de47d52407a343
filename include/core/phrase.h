/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The phrase grammar: what people say, as a net of words.
 *
 *	phrase   = branch { "|" branch }           (the bar only inside brackets)
 *	branch   = { word | "*" | word"*" | "(" phrase ")" | "[" phrase "]" }
 *
 * Each word of the text is one place of the net, and knows which places may follow it and which may stand before it.  So
 * a choice costs as much as it has words, however many sequences of words the phrase stands for.  There are no loops.
 */
#ifndef RUPTURED_CORE_PHRASE_H
#define RUPTURED_CORE_PHRASE_H

#include "core/words.h"

#define PHRASE_MAX_SEQUENCES 1000 /* that one phrase may stand for */
#define PHRASE_MAX_WORDS     24	 /* of one sequence */
#define PHRASE_MAX_DEPTH     8	 /* brackets inside each other */
#define PHRASE_MIN_PREFIX    3	 /* bytes before the star of `word*` */

enum place_kind { PLACE_WORD, PLACE_ANY, PLACE_PREFIX };

/* Indices of places. */
struct places {
	uint16_t *items;
	size_t n, cap;
};

struct place {
	enum place_kind kind;
	bool begins, ends; /* the phrase may begin, or end, here */
	uint64_t hash;	   /* of a whole word */
	struct str prefix; /* folded */
	struct places next, before;
};

struct phrase {
	struct place *places;
	size_t n;
	/* Every sequence passes one of these, and none is `*`: what is looked up to find the phrase.  Of all such sets the
	 * one whose words are said least. */
	struct places anchors;
};

struct phrase_fault {
	size_t from, bytes; /* of the phrase */
	const char *message, *hint; /* static; hint may be NULL */
};

/* In a.  False with the first fault. */
bool phrase_parse(struct arena *a, struct str text, struct phrase *ret, struct phrase_fault *fault);

/*
 * Where the phrase stands, when its place `k` stands at word `at`: first and last word, of the longest.  Between two
 * places the words may hold fillers.
 */
bool phrase_at(const struct words_list *words, const struct phrase *p, size_t k, size_t at, size_t *ret_first,
	       size_t *ret_last);
/* Does it begin, or end, at this very word? */
bool phrase_begins(const struct words_list *words, const struct phrase *p, size_t at);
bool phrase_ends(const struct words_list *words, const struct phrase *p, size_t at);

#endif
