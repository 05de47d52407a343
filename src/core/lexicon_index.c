/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "core/lexicon_parts.h"

#define BITS_PER_KEY 32
#define BITS_MIN     1024
#define PAIRS_MAX    16 /* words beside an anchor; with more of them it hangs on itself alone */

struct posting {
	uint64_t key;
	struct anchor anchor;
};
typedef VEC(struct posting) posting_list;

uint64_t anchor_pair_key(uint64_t first, uint64_t second)
{
	uint64_t h = (first ^ (second << 23 | second >> 41)) * 0x9E3779B97F4A7C15u;

	return h ^ h >> 31;
}

uint64_t anchor_prefix_key(const char *three_bytes)
{
	return word_hash((struct str){ three_bytes, PHRASE_MIN_PREFIX });
}

static int by_key(const void *a, const void *b)
{
	const struct posting *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->anchor.variant != y->anchor.variant)
		return x->anchor.variant < y->anchor.variant ? -1 : 1;
	return x->anchor.place < y->anchor.place ? -1 : x->anchor.place > y->anchor.place;
}

static uint64_t power_of_two_from(uint64_t n)
{
	uint64_t p = 1;

	while (p < n)
		p *= 2;
	return p;
}

static void anchors_put(struct anchors *a, uint64_t key, uint32_t first, uint32_t n)
{
	uint64_t i = key >> 7 & a->slot_mask;

	while (a->slots[i].n)
		i = (i + 1) & a->slot_mask;
	a->slots[i] = (struct anchor_slot){ key, first, n };
	a->bits[(key & a->bit_mask) >> 6] |= (uint64_t)1 << (key & 63);
}

static void anchors_build(struct anchors *a, struct arena *arena, posting_list *postings)
{
	uint64_t bits =
		power_of_two_from(postings->n * BITS_PER_KEY < BITS_MIN ? BITS_MIN : postings->n * BITS_PER_KEY);
	uint64_t slots = power_of_two_from(postings->n * 2 + 2);
	size_t end;

	a->n = postings->n;
	if (!a->n)
		return;
	qsort(postings->items, postings->n, sizeof *postings->items, by_key);
	a->bits = ARENA_ARRAY(arena, uint64_t, bits / 64);
	a->bit_mask = bits - 1;
	a->slots = ARENA_ARRAY(arena, struct anchor_slot, slots);
	a->slot_mask = slots - 1;
	a->all = ARENA_ARRAY(arena, struct anchor, postings->n);
	for (size_t i = 0; i < postings->n; i = end) {
		for (end = i; end < postings->n && postings->items[end].key == postings->items[i].key; end++)
			a->all[end] = postings->items[end].anchor;
		anchors_put(a, postings->items[i].key, (uint32_t)i, (uint32_t)(end - i));
	}
}

const struct anchor *anchors_find(const struct anchors *a, uint64_t key, size_t *ret_n)
{
	for (uint64_t i = key >> 7 & a->slot_mask; a->slots[i].n; i = (i + 1) & a->slot_mask) {
		if (a->slots[i].key == key) {
			*ret_n = a->slots[i].n;
			return a->all + a->slots[i].first;
		}
	}
	*ret_n = 0;
	return NULL;
}

struct indexing {
	struct arena arena;
	posting_list postings[ANCHOR_KINDS];
};

static void post(struct indexing *x, enum anchor_kind kind, uint64_t key, uint32_t variant, size_t place)
{
	*VEC_PUSH(&x->arena, &x->postings[kind]) = (struct posting){ key, { variant, (uint32_t)place } };
}

static bool all_words(const struct phrase *p, const struct places *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (p->places[list->items[i]].kind != PLACE_WORD)
			return false;
	return list->n > 0;
}

/* A word with each that may follow it, or stand before it: two words in a row are rarer than one. */
static bool post_pairs(struct indexing *x, uint32_t variant, const struct phrase *p, size_t k)
{
	const struct place *place = &p->places[k];

	if (!place->ends && place->next.n <= PAIRS_MAX && all_words(p, &place->next)) {
		for (size_t i = 0; i < place->next.n; i++)
			post(x, ANCHOR_PAIR, anchor_pair_key(place->hash, p->places[place->next.items[i]].hash),
			     variant, k);
		return true;
	}
	if (!place->begins && place->before.n <= PAIRS_MAX && all_words(p, &place->before)) {
		for (size_t i = 0; i < place->before.n; i++)
			post(x, ANCHOR_PAIR, anchor_pair_key(p->places[place->before.items[i]].hash, place->hash),
			     variant, place->before.items[i]);
		return true;
	}
	return false;
}

static void post_phrase(struct indexing *x, uint32_t variant, const struct phrase *p)
{
	for (size_t i = 0; i < p->anchors.n; i++) {
		size_t k = p->anchors.items[i];
		const struct place *place = &p->places[k];

		if (place->kind == PLACE_PREFIX)
			post(x, ANCHOR_PREFIX, anchor_prefix_key(place->prefix.p), variant, k);
		else if (!post_pairs(x, variant, p, k))
			post(x, ANCHOR_WORD, place->hash, variant, k);
	}
}

/* A regular expression hangs on every word it may need. */
static void post_needs(struct indexing *x, struct lexicons *l)
{
	for (uint32_t e = 0; e < l->entries.n; e++) {
		struct words_list needs = { 0 };
		uint32_t variant = (uint32_t)l->variants.n;

		if (!l->entries.items[e].pattern)
			continue;
		if (!pattern_needs(&x->arena, l->entries.items[e].text, &needs)) {
			*VEC_PUSH(&l->arena, &l->always) = e;
			continue;
		}
		*VEC_PUSH(&l->arena, &l->variants) = (struct variant){ .entry = e };
		for (size_t i = 0; i < needs.n; i++)
			post(x, ANCHOR_WORD, needs.items[i].hash, variant, 0);
	}
}

void lexicons_index(struct lexicons *l)
{
	struct indexing x = { 0 };
	size_t phrases = l->variants.n;

	post_needs(&x, l);
	for (uint32_t i = 0; i < phrases; i++)
		post_phrase(&x, i, &l->variants.items[i].phrase);
	for (int kind = 0; kind < ANCHOR_KINDS; kind++)
		anchors_build(&l->anchors[kind], &l->arena, &x.postings[kind]);
	arena_release(&x.arena);
}
