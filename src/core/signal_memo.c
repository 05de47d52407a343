/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/signal_internal.h"

/*
 * An open-addressed table; the key packs signal, session and people.  It grows in its arena: what it outgrew stays
 * until the arena goes, less than the table itself.
 */
struct slot {
	uint64_t key; /* 0: free */
	struct measured value;
};

struct signal_memo {
	struct arena *arena;
	struct slot *slots;
	size_t n, size; /* size: a power of two */
};

#define FIRST_SIZE 64

struct signal_memo *signal_memo_new(struct arena *a, size_t n_signals, size_t n_members, size_t n_sessions)
{
	struct signal_memo *m = ARENA_NEW(a, struct signal_memo);
	size_t likely = n_signals * (n_members + 1) * n_sessions;

	m->arena = a;
	for (m->size = FIRST_SIZE; m->size < likely / 4 && m->size < 1u << 12;)
		m->size *= 2;
	m->slots = ARENA_ARRAY(a, struct slot, m->size);
	return m;
}

/* 24 bits of signal, 24 of session, 8 for each person; never 0. */
static uint64_t key_of(const struct signal *s, size_t session, int who, int other)
{
	return ((uint64_t)(s->index + 1) << 40) | ((uint64_t)session << 16) | ((uint64_t)(who + 1) << 8) |
	       (uint64_t)(other + 1);
}

static struct slot *slot_of(const struct signal_memo *m, uint64_t key)
{
	uint64_t hash = (key ^ key >> 32) * UINT64_C(0x9e3779b97f4a7c15); /* the signal stands in the upper half */
	size_t at = (size_t)(hash >> 32) & (m->size - 1);

	while (m->slots[at].key != 0 && m->slots[at].key != key)
		at = (at + 1) & (m->size - 1);
	return &m->slots[at];
}

static void grow(struct signal_memo *m)
{
	struct signal_memo old = *m;

	m->size *= 2;
	m->slots = ARENA_ARRAY(m->arena, struct slot, m->size);
	for (size_t i = 0; i < old.size; i++)
		if (old.slots[i].key != 0)
			*slot_of(m, old.slots[i].key) = old.slots[i];
}

bool signal_memo_get(const struct signal_memo *m, const struct signal *s, size_t session, int who, int other,
		     struct measured *ret)
{
	const struct slot *slot = slot_of(m, key_of(s, session, who, other));

	if (slot->key == 0)
		return false;
	*ret = slot->value;
	return true;
}

void signal_memo_put(struct signal_memo *m, const struct signal *s, size_t session, int who, int other,
		     const struct measured *value)
{
	uint64_t key = key_of(s, session, who, other);
	struct slot *slot = slot_of(m, key);

	if (slot->key == 0) {
		if (++m->n * 4 > m->size * 3) {
			grow(m);
			slot = slot_of(m, key);
		}
		slot->key = key;
	}
	slot->value = *value;
}
