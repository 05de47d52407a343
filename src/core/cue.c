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

static const struct {
	const char *word;
	enum called called;
} calls[] = {
	{ "mum", CALLED_PARENT },	{ "mom", CALLED_PARENT },    { "mummy", CALLED_PARENT },
	{ "mommy", CALLED_PARENT },	{ "mama", CALLED_PARENT },   { "mother", CALLED_PARENT },
	{ "dad", CALLED_PARENT },	{ "daddy", CALLED_PARENT },  { "papa", CALLED_PARENT },
	{ "doctor", CALLED_THERAPIST }, { "doc", CALLED_THERAPIST },
};

static bool is_one_of(const struct word *w, const char *const *list)
{
	for (; *list; list++)
		if (**list == w->text.p[0] && str_is(w->text, *list))
			return true;
	return false;
}

bool cue_is_opener(const struct word *word)
{
	return is_one_of(word, openers);
}

/* The first word at or behind `at` that is neither filler nor opener. */
static size_t first_said(const struct words_list *words, size_t at)
{
	while (at < words->n && (words->items[at].filler || is_one_of(&words->items[at], openers)))
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
static enum question question_begins(const struct words_list *words, size_t first)
{
	if (first + 1 >= words->n)
		return QUESTION_NONE;
	if (is_one_of(&words->items[first], askers))
		return QUESTION_OPEN;
	if (is_one_of(&words->items[first], auxiliaries) && is_one_of(&words->items[first + 1], subjects))
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

static enum question question_of(const struct words_list *words, struct str text)
{
	char sign = last_sign(text);
	size_t first = first_said(words, last_sentence(words));

	if (sign == '.' || sign == '!')
		return QUESTION_NONE;
	if (sign != '?')
		return question_begins(words, first);
	return first < words->n && is_one_of(&words->items[first], askers) ? QUESTION_OPEN : QUESTION_YES_NO;
}

static bool nods_only(const struct words_list *words)
{
	size_t said = 0;

	for (size_t i = 0; i < words->n; i++) {
		if (words->items[i].filler)
			continue;
		if (++said > NOD_WORDS || !is_one_of(&words->items[i], nods))
			return false;
	}
	return true;
}

static enum called call_of(const struct word *w)
{
	if (!strchr("mdp", w->text.p[0])) /* asked of every word */
		return CALLED_NOBODY;
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		if (*calls[i].word == w->text.p[0] && str_is(w->text, calls[i].word))
			return calls[i].called;
	return CALLED_NOBODY;
}

/* Does the word at `at` stand apart as a call does, and not in a sentence as one who is spoken of? */
static bool stands_apart(const struct words_list *words, size_t at)
{
	const struct word *w = &words->items[at], *next = at + 1 < words->n ? w + 1 : NULL;

	if (at > first_said(words, 0) && !w->stop_before && !is_one_of(w - 1, before_call))
		return false;
	if (!next)
		return true;
	if (next->stop_before)
		return !is_one_of(next, not_after_call) && !call_of(next);
	return is_one_of(next, after_call);
}

static enum called called_in(const struct words_list *words)
{
	for (size_t i = 0; i < words->n; i++) {
		enum called called = call_of(&words->items[i]);

		if (called && stands_apart(words, i))
			return called;
	}
	return CALLED_NOBODY;
}

static bool ends_negative(const struct words_list *words)
{
	size_t first = last_sentence(words);

	if (words->n > first + NEGATIVE_WORDS)
		first = words->n - NEGATIVE_WORDS;
	for (size_t i = first; i < words->n; i++)
		if (is_one_of(&words->items[i], negatives))
			return true;
	return false;
}

struct cue cue_of(const struct words_list *words, struct str text)
{
	return (struct cue){ question_of(words, text), called_in(words), nods_only(words), ends_negative(words) };
}
