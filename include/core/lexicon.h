/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lexicons: lists of phrases with weights, compiled into one matcher.
 *
 * Phrases are written as people say them: `*` stands for any one word, `(a|b)` for a choice, `[very]` for a word
 * that may be missing, `word*` for a word's beginning; `re:` in front makes the rest a regular expression (PCRE2),
 * run only on turns that hold one of its required words.  All phrases of all lexicons are found in one pass whose
 * cost does not grow with their number: each phrase hangs on its rarest words (phrase.c, lexicon_index.c).
 *
 * `unless` names contexts (negation, courtesy, quotation, life ...) in which a hit does not count.  Two of them are not
 *in the turn's own words but in what another said before: `answer`, a question that yes or no answers, and `echo`,
 * something negative, with which a "no" agrees.  A lexicon file:
 *
 *	lexicon: hostility
 *	version: 1.0
 *	language: en
 *	title: Attacks on the listener
 *	source: written for ruptured
 *	unless: [negation, quotation]      # of every entry that says nothing else
 *	contexts: {joke: ["just kidding"]} # more words for a context, or a context of one's own
 *	entries:
 *	  - you never listen               # weight 1
 *	  - {say: "i (hate|despise) you", weight: 3, unless: []}
 *	  - {say: whatever, whole: yes}    # only as the whole of a turn, fillers aside
 *	  - {say: no, opens: yes}          # only where a turn begins; "um, well, ..." may stand before
 *	  - {re: "what (the hell|on earth) (is|are) you"}
 */
#ifndef RUPTURED_CORE_LEXICON_H
#define RUPTURED_CORE_LEXICON_H

#include "core/cue.h"
#include "core/fields.h"
#include "core/words.h"

#define LEXICONS_MAX	    2048 /* lists of phrases in rules too; a multiple of 64 */
#define LEXICON_MAX_ENTRIES 20000
#define LEXICON_MIN_WEIGHT  0.01

struct lexicon {
	struct str id;	     /* "hostility"; an inline phrase list: "rule-id#n" */
	struct str language; /* "en"; absent: any */
	int major, minor;    /* version: A.B; counts of the same A stand */
	struct str title, source;
	bool inline_phrases;
	bool once; /* of a session only whether it was heard is kept, not in which turn */
	size_t n_entries;
	struct str file; /* or absent */
};

/* All lexicons of a rule set, with their matcher.  Immutable once frozen; shared by threads. */
struct lexicons;

/* The keys of a lexicon and of one of its entries, for the reference page. */
const struct field *lexicon_fields(void);
const struct field *lexicon_entry_fields(void);

struct lexicons *lexicons_new(void);
void lexicons_free(struct lexicons *l);
/* A lexicon file's tree; the index of the lexicon, or -1 with errors in the reader. */
int lexicons_add(struct lexicons *l, struct reader *r, const struct doc *doc);
/* Phrases given in a rule: `doc` is a scalar or a list of phrases. */
int lexicons_add_inline(struct lexicons *l, struct reader *r, struct str id, const struct doc *doc);
/* Builds the matcher; nothing is added after. */
void lexicons_freeze(struct lexicons *l);

size_t lexicons_count(const struct lexicons *l);
const struct lexicon *lexicons_get(const struct lexicons *l, size_t index);
int lexicons_find(const struct lexicons *l, struct str id); /* -1: none */
/* Does it speak the record's language ("en" takes "en-GB")?  Absent: "en". */
bool lexicon_applies(const struct lexicon *lexicon, struct str language);
/* For the cues of the turns that they are looked for in. */
const struct cue_words *lexicons_cue_words(const struct lexicons *l);
/* Bytes that change when any phrase, weight or context does, whatever the order of files: for the rule set's hash. */
void lexicons_canonical(const struct lexicons *l, struct buf *out);
/* Whether both find the same in any session. */
bool lexicons_same(const struct lexicons *a, const struct lexicons *b);
/* Ids of `new` that `old` has with other phrases, weights or contexts, and of those that it has not; in a. */
void lexicons_compare(struct arena *a, const struct lexicons *old, const struct lexicons *new, struct strs *ret_changed,
		      struct strs *ret_added);

struct lexicon_hit {
	int lexicon;
	uint32_t entry; /* within the lexicon, in file order */
	double weight;
	uint32_t word, words; /* where in the turn */
	const char *unless;   /* the context that silenced it, or NULL: it counts */
};
typedef VEC(struct lexicon_hit) lexicon_hits;

/* Working memory of one thread. */
struct lexicon_scratch;
struct lexicon_scratch *lexicon_scratch_new(const struct lexicons *l);
void lexicon_scratch_free(struct lexicon_scratch *s);

struct lexicon_turn {
	const struct words_list *words;
	struct str text;     /* what the words were split from */
	struct str language; /* the record's ("en", "en-GB"); absent: "en" */
	struct cue before;   /* of what another said before; all 0: nothing */
};

/*
 * All hits of all lexicons of this language in a turn, by word, then lexicon; overlapping hits of one lexicon count
 * once (the longest, then the heaviest), and whether that one counts is asked afterwards.
 */
void lexicons_match(const struct lexicons *l, struct lexicon_scratch *s, struct arena *a,
		    const struct lexicon_turn *turn, lexicon_hits *ret);

#endif
