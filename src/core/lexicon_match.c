/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The matcher.  For each word of a turn up to four bits are tested: is it, or it with its next, or its beginning, what
 * some phrase hangs on?  Nearly all words stop there, so the cost does not grow with the number of phrases.  Where a
 * bit is set, the phrases that hang there are compared word by word.
 */
#include <assert.h>
#include <stdlib.h>

#include "core/lexicon_parts.h"

struct raw_hit {
	uint32_t entry, first, last; /* words */
};

struct lexicon_scratch {
	const struct lexicons *lexicons;
	struct arena arena; /* of one turn */
	VEC(struct raw_hit) raw;
	struct pattern_work *pattern_work;
	uint32_t *pattern_turn; /* by pattern: the turn it was last wanted in */
	uint32_t turn;
	uint32_t *wanted; /* entries whose patterns are to run in this turn */
	size_t n_wanted;
	char language[64]; /* the last one asked about, as a NUL-ended string */
	bool applies[LEXICONS_MAX];
};

struct lexicon_scratch *lexicon_scratch_new(const struct lexicons *l)
{
	struct lexicon_scratch *s = calloc(1, sizeof *s);

	assert(l->frozen);
	if (!s)
		abort();
	s->lexicons = l;
	s->pattern_work = pattern_work_new();
	s->pattern_turn = calloc(l->n_patterns + 1, sizeof *s->pattern_turn);
	s->wanted = calloc(l->n_patterns + 1, sizeof *s->wanted);
	if (!s->pattern_turn || !s->wanted)
		abort();
	return s;
}

void lexicon_scratch_free(struct lexicon_scratch *s)
{
	if (!s)
		return;
	arena_release(&s->arena);
	pattern_work_free(s->pattern_work);
	free(s->pattern_turn);
	free(s->wanted);
	free(s);
}

static void learn_language(struct lexicon_scratch *s, struct str language)
{
	if (!language.n || language.n >= sizeof s->language)
		language = STR("en");
	if (str_is(language, s->language))
		return;
	memcpy(s->language, language.p, language.n);
	s->language[language.n] = '\0';
	for (size_t i = 0; i < s->lexicons->lexicons.n; i++)
		s->applies[i] = lexicon_applies(&s->lexicons->lexicons.items[i], language);
}

static void want(struct lexicon_scratch *s, uint32_t entry)
{
	size_t number = s->lexicons->entries.items[entry].pattern_number;

	if (s->pattern_turn[number] == s->turn)
		return;
	s->pattern_turn[number] = s->turn;
	s->wanted[s->n_wanted++] = entry;
}

/* Nothing but fillers before and behind. */
static bool is_whole(const struct words_list *words, size_t first, size_t last)
{
	for (size_t i = 0; i < words->n; i++)
		if ((i < first || i > last) && !words->items[i].filler)
			return false;
	return true;
}

static bool opens_turn(const struct cue_words *known, const struct words_list *words, size_t first)
{
	for (size_t i = 0; i < first; i++)
		if (!words->items[i].filler && !cue_is_opener(known, &words->items[i]))
			return false;
	return true;
}

static void keep(struct lexicon_scratch *s, const struct words_list *words, uint32_t entry, size_t first, size_t last)
{
	const struct entry *e = &s->lexicons->entries.items[entry];

	if ((!e->whole || is_whole(words, first, last)) &&
	    (!e->opens || opens_turn(s->lexicons->cue_words, words, first)))
		*VEC_PUSH(&s->arena, &s->raw) = (struct raw_hit){ entry, (uint32_t)first, (uint32_t)last };
}

static void compare_variants(struct lexicon_scratch *s, const struct anchors *anchors, uint64_t key,
			     const struct words_list *words, size_t at)
{
	size_t n;
	const struct anchor *found = anchors_find(anchors, key, &n);

	for (size_t i = 0; i < n; i++) {
		const struct variant *v = &s->lexicons->variants.items[found[i].variant];
		size_t first, last;

		if (!s->applies[s->lexicons->entries.items[v->entry].lexicon])
			continue;
		if (!v->phrase.n)
			want(s, v->entry);
		else if (phrase_at(words, &v->phrase, found[i].place, at, &first, &last))
			keep(s, words, v->entry, first, last);
	}
}

static inline void try_variants(struct lexicon_scratch *s, const struct anchors *anchors, uint64_t key,
				const struct words_list *words, size_t at)
{
	if (anchors_may_hold(anchors, key))
		compare_variants(s, anchors, key, words, at);
}

/* A pair's second word may stand behind fillers, or be one. */
static void try_pairs(struct lexicon_scratch *s, const struct words_list *words, size_t at)
{
	const struct anchors *anchors = &s->lexicons->anchors[ANCHOR_PAIR];

	for (size_t next = at + 1; next < words->n; next++) {
		try_variants(s, anchors, anchor_pair_key(words->items[at].hash, words->items[next].hash), words, at);
		if (!words->items[next].filler)
			break;
	}
}

static void find_phrases(struct lexicon_scratch *s, const struct words_list *words)
{
	const struct anchors *anchors = s->lexicons->anchors;

	for (size_t i = 0; i < words->n; i++) {
		const struct word *w = &words->items[i];

		try_variants(s, &anchors[ANCHOR_WORD], w->hash, words, i);
		if (anchors[ANCHOR_PAIR].n)
			try_pairs(s, words, i);
		if (anchors[ANCHOR_PREFIX].n && w->text.n >= PHRASE_MIN_PREFIX)
			try_variants(s, &anchors[ANCHOR_PREFIX], anchor_prefix_key(w->text.p), words, i);
	}
}

/* The first word that ends behind `offset`. */
static size_t word_at(const struct words_list *words, size_t offset)
{
	size_t low = 0, high = words->n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (words->items[middle].at + words->items[middle].bytes > offset)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static void run_pattern(struct lexicon_scratch *s, uint32_t entry, const struct words_list *words, struct str text)
{
	size_t at = 0, from, to;

	while (pattern_next(s->lexicons->entries.items[entry].pattern, s->pattern_work, text, &at, &from, &to)) {
		size_t first = word_at(words, from), last = word_at(words, to - 1);

		/* A match may end in punctuation behind its last word, or hold none at all. */
		if (last == words->n || words->items[last].at >= to)
			last--;
		if (first < words->n && last < words->n && first <= last)
			keep(s, words, entry, first, last);
	}
}

static void find_patterns(struct lexicon_scratch *s, const struct words_list *words, struct str text)
{
	for (size_t i = 0; i < s->lexicons->always.n; i++) {
		uint32_t entry = s->lexicons->always.items[i];

		if (s->applies[s->lexicons->entries.items[entry].lexicon])
			want(s, entry);
	}
	for (size_t i = 0; i < s->n_wanted; i++)
		run_pattern(s, s->wanted[i], words, text);
}

/* By lexicon; in it the longest, then the heaviest, then the first. */
static int by_claim(const void *a, const void *b, void *entries)
{
	const struct raw_hit *x = a, *y = b;
	const struct entry *ex = (const struct entry *)entries + x->entry,
			   *ey = (const struct entry *)entries + y->entry;
	uint32_t nx = x->last - x->first, ny = y->last - y->first;

	if (ex->lexicon != ey->lexicon)
		return ex->lexicon < ey->lexicon ? -1 : 1;
	if (nx != ny)
		return nx > ny ? -1 : 1;
	if (ex->weight != ey->weight)
		return ex->weight > ey->weight ? -1 : 1;
	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return x->entry < y->entry ? -1 : x->entry > y->entry;
}

static int by_word(const void *a, const void *b)
{
	const struct lexicon_hit *x = a, *y = b;

	if (x->word != y->word)
		return x->word < y->word ? -1 : 1;
	return x->lexicon < y->lexicon ? -1 : x->lexicon > y->lexicon;
}

/* Takes the words for the lexicon `mark` stands for; false when one of them is taken already. */
static bool claim(uint32_t *taken, uint32_t mark, const struct raw_hit *h)
{
	for (uint32_t i = h->first; i <= h->last; i++)
		if (taken[i] == mark)
			return false;
	for (uint32_t i = h->first; i <= h->last; i++)
		taken[i] = mark;
	return true;
}

static void choose(struct lexicon_scratch *s, struct arena *a, const struct lexicon_turn *turn, lexicon_hits *ret)
{
	const struct entry *entries = s->lexicons->entries.items;
	uint32_t *taken = ARENA_ARRAY(&s->arena, uint32_t, turn->words->n);

	qsort_r(s->raw.items, s->raw.n, sizeof *s->raw.items, by_claim, (void *)entries);
	for (size_t i = 0; i < s->raw.n; i++) {
		const struct raw_hit *h = &s->raw.items[i];
		const struct entry *e = &entries[h->entry];

		if (!claim(taken, (uint32_t)e->lexicon + 1, h))
			continue;
		*VEC_PUSH(a, ret) = (struct lexicon_hit){
			.lexicon = e->lexicon,
			.entry = e->number,
			.weight = e->weight,
			.word = h->first,
			.words = h->last - h->first + 1,
			.unless = context_around(&e->unless, turn, h->first, h->last),
		};
	}
	qsort(ret->items, ret->n, sizeof *ret->items, by_word);
}

void lexicons_match(const struct lexicons *l, struct lexicon_scratch *s, struct arena *a,
		    const struct lexicon_turn *turn, lexicon_hits *ret)
{
	assert(s->lexicons == l);
	ret->n = 0;
	s->n_wanted = 0;
	if (++s->turn == 0) {
		memset(s->pattern_turn, 0, (l->n_patterns + 1) * sizeof *s->pattern_turn);
		s->turn = 1;
	}
	learn_language(s, turn->language);
	find_phrases(s, turn->words);
	find_patterns(s, turn->words, turn->text);
	if (s->raw.n) {
		choose(s, a, turn, ret);
		memset(&s->raw, 0, sizeof s->raw);
		arena_reset(&s->arena);
	}
}
