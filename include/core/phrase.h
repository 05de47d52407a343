/*
 * The phrase grammar: what people say, as sequences of words.
 *
 *	phrase   = branch { "|" branch }           (the bar only inside brackets)
 *	branch   = { word | "*" | word"*" | "(" phrase ")" | "[" phrase "]" }
 *
 * A phrase is finite, so it is written out into all its sequences; a matcher then knows nothing but sequences.
 */
#ifndef RUPTURED_CORE_PHRASE_H
#define RUPTURED_CORE_PHRASE_H

#include "core/words.h"

#define PHRASE_MAX_SEQUENCES 1000 /* that one phrase may stand for */
#define PHRASE_MAX_TOKENS    24	 /* of one sequence */
#define PHRASE_MAX_DEPTH     8	 /* brackets inside each other */
#define PHRASE_MIN_PREFIX    3	 /* bytes before the star of `word*` */

enum token_kind { TOKEN_WORD, TOKEN_ANY, TOKEN_PREFIX };

struct token {
	enum token_kind kind;
	struct str text; /* folded; absent for `*` */
	uint64_t hash;	 /* of a whole word */
	unsigned frequency; /* of a whole word, core/frequency.h; 0 for the others */
};

/* At least one token is not `*`. */
struct sequence {
	struct token *tokens;
	size_t n;
};

struct sequence_list {
	struct sequence *items;
	size_t n, cap;
};

struct phrase_fault {
	size_t from, bytes; /* of the phrase */
	const char *message, *hint; /* static; hint may be NULL */
};

/* Adds the sequences of a phrase to *ret, in a.  False with the first fault, and then nothing is added. */
bool phrase_expand(struct arena *a, struct str phrase, struct sequence_list *ret, struct phrase_fault *fault);

/*
 * Where in the words a sequence stands, when its token `k` stands at word `at`: first and last word.  Between two tokens
 * the words may hold fillers.
 */
bool sequence_at(const struct words_list *words, const struct sequence *s, size_t k, size_t at, size_t *ret_first,
		 size_t *ret_last);

#endif
