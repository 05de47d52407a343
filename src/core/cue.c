/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cue.h"

#define NOD_WORDS      3  /* fillers aside; who says more than these has taken the turn */
#define NEGATIVE_WORDS 12 /* from the end: what a "no" after it can be about */

/* Each table ends with NULL; words as they are folded, without apostrophes. */
static const char *const openers[] = { "well", "but",  "and", "so",   "oh",  "yeah", "yes",   "okay",
				       "ok",   "then", "now", "look", "hey", "hm",   "right", NULL };
static const char *const nods[] = { "yeah", "yes",  "yep",     "yup",	"mm",	  "mhm",     "hm",
				    "hmm",  "mmm",  "huh",     "uh",	"um",	  "right",   "okay",
				    "ok",   "oh",   "ah",      "sure",	"really", "wow",     "i",
				    "see",  "good", "alright", "great", "all",	  "exactly", NULL };
static const char *const auxiliaries[] = { "do",      "does",	"did",	    "dont",    "doesnt", "didnt", "are",
					   "is",      "was",	"were",	    "arent",   "isnt",	 "wasnt", "werent",
					   "can",     "could",	"cant",	    "couldnt", "will",	 "would", "wont",
					   "wouldnt", "should", "shouldnt", "have",    "has",	 "had",	  "havent",
					   "hasnt",   "hadnt",	"shall",    NULL };
static const char *const subjects[] = { "you",	   "i",	    "we",     "he",	 "she",	     "it",	 "they",
					"that",	   "this",  "there",  "your",	 "his",	     "her",	 "their",
					"my",	   "our",   "anyone", "anybody", "anything", "everyone", "everybody",
					"someone", "these", "those",  NULL };
static const char *const askers[] = { "what",  "why",	"how",	"who",	"where",  "when", "which",
				      "whose", "whats", "hows", "whos", "wheres", NULL };
/* What somebody who has just been called is told; behind "dad is" or "mum said" they are only spoken of. */
static const char *const after_call[] = { "you", "your", "youre",  "youve", "i",      "im",   "ive",  "what",
					  "why", "how",	 "please", "look",  "listen", "stop", "dont", NULL };
static const char *const before_call[] = { "you",    "yes", "yeah",  "no", "okay", "ok",  "thanks", "sorry",
					   "please", "bye", "hello", "hi", "hey",  "why", "what",   NULL };
/* Behind a comma these go on about somebody: "dad, mum and i", "dad, he never". */
static const char *const not_after_call[] = { "and", "or", "he", "she", "they", "hes", "shes", "theyre", NULL };

static const char *const negatives[] = { "not",	     "no",     "never",	  "nothing", "nobody",	"none",
					 "cannot",   "dont",   "doesnt",  "didnt",   "isnt",	"arent",
					 "wasnt",    "werent", "cant",	  "couldnt", "wont",	"wouldnt",
					 "shouldnt", "havent", "hasnt",	  "hadnt",   "aint",	"neither",
					 "nor",	     "hardly", "without", "nope",    "nowhere", NULL };

static const char *const parents[] = { "mum", "mom", "mummy", "mommy", "mama", "mother", "dad", "daddy", "papa", NULL };
static const char *const therapists[] = { "doctor", "doc", NULL };

/* What a word may be; one may be several. */
enum word_list {
	OPENER,
	NOD,
	AUXILIARY,
	SUBJECT,
	ASKER,
	AFTER_CALL,
	BEFORE_CALL,
	NOT_AFTER_CALL,
	NEGATION,
	PARENT,
	THERAPIST,
	WORD_LISTS,
};
static const char *const *const lists[WORD_LISTS] = {
	[OPENER] = openers,
	[NOD] = nods,
	[AUXILIARY] = auxiliaries,
	[SUBJECT] = subjects,
	[ASKER] = askers,
	[AFTER_CALL] = after_call,
	[BEFORE_CALL] = before_call,
	[NOT_AFTER_CALL] = not_after_call,
	[NEGATION] = negatives,
	[PARENT] = parents,
	[THERAPIST] = therapists,
};

/* Open addressing, by hash.  Every word of the talk is asked about: a bit of the list stops nearly all before the table
 * is looked at. */
#define SLOTS 512
#define BITS  512
struct cue_words {
	uint64_t bits[WORD_LISTS][BITS / 64], calls[BITS / 64];
	struct slot {
		uint64_t hash;
		uint32_t lists; /* a bit each; 0: free */
	} slots[SLOTS];
};

static size_t slot_of(const struct cue_words *known, uint64_t hash)
{
	size_t i = hash % SLOTS;

	while (known->slots[i].lists && known->slots[i].hash != hash)
		i = (i + 1) % SLOTS;
	return i;
}

const struct cue_words *cue_words_new(struct arena *a)
{
	struct cue_words *known = ARENA_NEW(a, struct cue_words);

	for (size_t i = 0; i < WORD_LISTS; i++) {
		for (const char *const *word = lists[i]; *word; word++) {
			uint64_t hash = word_hash(str_of(*word));
			struct slot *slot = &known->slots[slot_of(known, hash)];

			slot->hash = hash;
			slot->lists |= UINT32_C(1) << i;
			known->bits[i][hash % BITS / 64] |= UINT64_C(1) << hash % 64;
			if (i == PARENT || i == THERAPIST)
				known->calls[hash % BITS / 64] |= UINT64_C(1) << hash % 64;
		}
	}
	return known;
}

static inline bool is(const struct cue_words *known, const struct word *w, enum word_list list)
{
	return (known->bits[list][w->hash % BITS / 64] >> w->hash % 64 & 1) &&
	       (known->slots[slot_of(known, w->hash)].lists >> list & 1);
}

bool cue_is_opener(const struct cue_words *known, const struct word *word)
{
	return is(known, word, OPENER);
}

/* The first word at or behind `at` that is neither filler nor opener. */
static size_t first_said(const struct cue_words *known, const struct words_list *words, size_t at)
{
	while (at < words->n && (words->items[at].filler || is(known, &words->items[at], OPENER)))
		at++;
	return at;
}

static size_t last_sentence(const struct words_list *words)
{
	for (size_t i = words->n; i > 0; i--)
		if (words->items[i - 1].sentence_before)
			return i - 1;
	return 0;
}

/* As speech recognition writes it down, without a question mark: by how it begins. */
static enum question question_begins(const struct cue_words *known, const struct words_list *words, size_t first)
{
	if (first + 1 >= words->n)
		return QUESTION_NONE;
	if (is(known, &words->items[first], ASKER))
		return QUESTION_OPEN;
	if (is(known, &words->items[first], AUXILIARY) && is(known, &words->items[first + 1], SUBJECT))
		return QUESTION_YES_NO;
	return QUESTION_NONE;
}

/* The last sign behind the last word, quotes and brackets aside; 0 when there is none. */
static char last_sign(struct str text)
{
	static const char aside[] = " \t\r\n\"')]";

	for (size_t i = text.n; i > 0; i--)
		if (!memchr(aside, text.p[i - 1], sizeof aside - 1))
			return text.p[i - 1];
	return '\0';
}

static enum question question_of(const struct cue_words *known, const struct words_list *words, struct str text)
{
	char sign = last_sign(text);
	size_t first = first_said(known, words, last_sentence(words));

	if (sign == '.' || sign == '!')
		return QUESTION_NONE;
	if (sign != '?')
		return question_begins(known, words, first);
	return first < words->n && is(known, &words->items[first], ASKER) ? QUESTION_OPEN : QUESTION_YES_NO;
}

static bool nods_only(const struct cue_words *known, const struct words_list *words)
{
	size_t said = 0;

	for (size_t i = 0; i < words->n; i++) {
		if (words->items[i].filler)
			continue;
		if (++said > NOD_WORDS || !is(known, &words->items[i], NOD))
			return false;
	}
	return true;
}

static inline enum called call_of(const struct cue_words *known, const struct word *w)
{
	if (!(known->calls[w->hash % BITS / 64] >> w->hash % 64 & 1))
		return CALLED_NOBODY;
	return is(known, w, PARENT) ? CALLED_PARENT : is(known, w, THERAPIST) ? CALLED_THERAPIST : CALLED_NOBODY;
}

/* Does the word at `at` stand apart as a call does, and not in a sentence as one who is spoken of? */
static bool stands_apart(const struct cue_words *known, const struct words_list *words, size_t at)
{
	const struct word *w = &words->items[at], *next = at + 1 < words->n ? w + 1 : NULL;

	if (at > first_said(known, words, 0) && !w->stop_before && !is(known, w - 1, BEFORE_CALL))
		return false;
	if (!next)
		return true;
	if (next->stop_before)
		return !is(known, next, NOT_AFTER_CALL) && !call_of(known, next);
	return is(known, next, AFTER_CALL);
}

static enum called called_in(const struct cue_words *known, const struct words_list *words)
{
	for (size_t i = 0; i < words->n; i++) {
		enum called called = call_of(known, &words->items[i]);

		if (called && stands_apart(known, words, i))
			return called;
	}
	return CALLED_NOBODY;
}

static bool ends_negative(const struct cue_words *known, const struct words_list *words)
{
	size_t first = last_sentence(words);

	if (words->n > first + NEGATIVE_WORDS)
		first = words->n - NEGATIVE_WORDS;
	for (size_t i = first; i < words->n; i++)
		if (is(known, &words->items[i], NEGATION))
			return true;
	return false;
}

struct cue cue_of(const struct cue_words *known, const struct words_list *words, struct str text)
{
	return (struct cue){ question_of(known, words, text), called_in(known, words), nods_only(known, words),
			     ends_negative(known, words) };
}
