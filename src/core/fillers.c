/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/fillers.h"

#define SOUND_MAX  8 /* letters; longer ones are words of some kind */
#define NEIGHBOURS 16

/* Hesitation sounds with each run of a letter written once: "ummm" is "um". */
static const char *const sounds[] = { "ah", "eh", "ehm", "er", "erm", "hm", "m", "uh", "uhm", "um" };

/*
 * Two words that are mostly a filler.  Beside some neighbours they mean what they say ("do you know", "i mean it"):
 * then they are none.
 */
struct filler_pair {
	const char *first, *second;
	const char *not_after[NEIGHBOURS], *not_before[NEIGHBOURS];
};
static const struct filler_pair pairs[] = {
	{ "you",
	  "know",
	  { "as", "because", "can", "did", "didnt", "do", "dont", "how", "if", "let", "should", "that", "what",
	    "would" },
	  { "about", "best", "better", "everything", "her", "him", "how", "me", "nothing", "that", "them", "what",
	    "who", "why" } },
	{ "i",
	  "mean",
	  { "as", "do", "did", "if", "that", "think", "thats", "what", "whatever", "which", "who" },
	  { "by", "every", "in", "is", "it", "that", "this", "to", "was", "what", "when", "you" } },
};

static bool is_one_of(struct str word, const char *const *list)
{
	for (size_t i = 0; i < NEIGHBOURS && list[i]; i++)
		if (str_is(word, list[i]))
			return true;
	return false;
}

#define LETTER(c) (UINT32_C(1) << ((c)&31))

/* Every sound begins and ends so, and few words do: asked first, of all that is said, in one branch. */
static inline bool may_be_sound(struct str word)
{
	const uint32_t first = LETTER('a') | LETTER('e') | LETTER('h') | LETTER('m') | LETTER('u');
	const uint32_t last = LETTER('h') | LETTER('m') | LETTER('r');

	return (first >> (word.p[0] & 31) & last >> (word.p[word.n - 1] & 31) & 1) != 0;
}

static bool is_sound(struct str word)
{
	char once[SOUND_MAX];
	size_t n = 0;

	if (word.n < 2 || word.n > SOUND_MAX)
		return false;
	for (size_t i = 0; i < word.n; i++)
		if (n == 0 || once[n - 1] != word.p[i])
			once[n++] = word.p[i];
	for (size_t i = 0; i < sizeof sounds / sizeof *sounds; i++)
		if (str_is((struct str){ once, n }, sounds[i]))
			return true;
	return false;
}

static bool is_pair(const struct words_list *words, size_t i, const struct filler_pair *p)
{
	const struct word *w = words->items;

	if (!str_is(w[i].text, p->first) || !str_is(w[i + 1].text, p->second))
		return false;
	return !(i > 0 && is_one_of(w[i - 1].text, p->not_after)) &&
	       !(i + 2 < words->n && is_one_of(w[i + 2].text, p->not_before));
}

void fillers_mark(struct words_list *words)
{
	for (size_t i = 0; i < words->n; i++) {
		struct word *w = &words->items[i], *next = i + 1 < words->n ? w + 1 : NULL;

		/* The first of "i i think": people start again. */
		if ((may_be_sound(w->text) && is_sound(w->text)) || (next && w->hash == next->hash))
			w->filler = true;
		for (size_t k = 0; next && k < sizeof pairs / sizeof *pairs; k++)
			if (*next->text.p == *pairs[k].second && is_pair(words, i, &pairs[k]))
				w->filler = next->filler = true;
	}
}
