#include <stdlib.h>

#include "core/frequency.h"
#include "core/lexicon_parts.h"

#define BITS_PER_KEY 32
#define BITS_MIN     1024

struct posting {
	uint64_t key;
	uint32_t variant;
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
	return x->variant < y->variant ? -1 : x->variant > y->variant;
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
	a->variants = ARENA_ARRAY(arena, uint32_t, postings->n);
	for (size_t i = 0; i < postings->n; i = end) {
		for (end = i; end < postings->n && postings->items[end].key == postings->items[i].key; end++)
			a->variants[end] = postings->items[end].variant;
		anchors_put(a, postings->items[i].key, (uint32_t)i, (uint32_t)(end - i));
	}
}

const uint32_t *anchors_find(const struct anchors *a, uint64_t key, size_t *ret_n)
{
	for (uint64_t i = key >> 7 & a->slot_mask; a->slots[i].n; i = (i + 1) & a->slot_mask) {
		if (a->slots[i].key == key) {
			*ret_n = a->slots[i].n;
			return a->variants + a->slots[i].first;
		}
	}
	*ret_n = 0;
	return NULL;
}

/* The rarest single word; a beginning stands for several words and is taken only when there is nothing else. */
static unsigned rarest_word(const struct sequence *s, uint32_t *ret)
{
	unsigned best = 0;

	for (uint32_t i = 0; i < s->n; i++) {
		unsigned f = s->tokens[i].frequency;

		if (f && (!best || f < best)) {
			best = f;
			*ret = i;
		}
	}
	return best;
}

/* The pair of neighbouring words said least often together, as far as their own frequencies tell. */
static bool rarest_pair(const struct sequence *s, uint32_t *ret)
{
	unsigned best = 0;

	for (uint32_t i = 0; i + 1 < s->n; i++) {
		unsigned f;

		if (s->tokens[i].kind != TOKEN_WORD || s->tokens[i + 1].kind != TOKEN_WORD)
			continue;
		f = s->tokens[i].frequency * s->tokens[i + 1].frequency;
		if (!best || f < best) {
			best = f;
			*ret = i;
		}
	}
	return best > 0;
}

static enum anchor_kind choose(struct variant *v, uint64_t *ret_key)
{
	const struct sequence *s = &v->sequence;
	unsigned frequency = rarest_word(s, &v->anchor);
	uint32_t pair;

	if (!frequency) {
		while (s->tokens[v->anchor].kind != TOKEN_PREFIX)
			v->anchor++;
		*ret_key = anchor_prefix_key(s->tokens[v->anchor].text.p);
		return ANCHOR_PREFIX;
	}
	if (frequency >= FREQUENCY_COMMON && rarest_pair(s, &pair)) {
		v->anchor = pair;
		*ret_key = anchor_pair_key(s->tokens[pair].hash, s->tokens[pair + 1].hash);
		return ANCHOR_PAIR;
	}
	*ret_key = s->tokens[v->anchor].hash;
	return ANCHOR_WORD;
}

/* A regular expression hangs on every word it may need. */
static void post_needs(struct lexicons *l, struct arena *scratch, posting_list *words)
{
	for (uint32_t e = 0; e < l->entries.n; e++) {
		struct words_list needs = { 0 };
		uint32_t variant = (uint32_t)l->variants.n;

		if (!l->entries.items[e].pattern)
			continue;
		if (!pattern_needs(scratch, l->entries.items[e].text, &needs)) {
			*VEC_PUSH(&l->arena, &l->always) = e;
			continue;
		}
		*VEC_PUSH(&l->arena, &l->variants) = (struct variant){ .entry = e };
		for (size_t i = 0; i < needs.n; i++)
			*VEC_PUSH(scratch, words) = (struct posting){ needs.items[i].hash, variant };
	}
}

void lexicons_index(struct lexicons *l)
{
	struct arena scratch = { 0 };
	posting_list postings[ANCHOR_KINDS] = { 0 };
	size_t phrases = l->variants.n;

	post_needs(l, &scratch, &postings[ANCHOR_WORD]);
	for (uint32_t i = 0; i < phrases; i++) {
		struct posting p = { .variant = i };
		enum anchor_kind kind = choose(&l->variants.items[i], &p.key);

		*VEC_PUSH(&scratch, &postings[kind]) = p;
	}
	for (int kind = 0; kind < ANCHOR_KINDS; kind++)
		anchors_build(&l->anchors[kind], &l->arena, &postings[kind]);
	arena_release(&scratch);
}
