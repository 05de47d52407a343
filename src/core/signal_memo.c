/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/signal_internal.h"

/*
 * An open-addressed table.  It grows in its arena: what it outgrew stays until the arena goes, less than the table
 * itself.
 */
struct slot {
	const struct signal *signal; /* NULL: free */
	uint64_t at;		     /* session and people */
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

/* 8 bits for each person. */
static uint64_t key_of(size_t session, int who, int other)
{
	return (uint64_t)session << 16 | (uint64_t)(who + 1) << 8 | (uint64_t)(other + 1);
}

static struct slot *slot_of(const struct signal_memo *m, const struct signal *s, uint64_t key)
{
	uint64_t hash = (key ^ (uint64_t)(uintptr_t)s << 20) * UINT64_C(0x9e3779b97f4a7c15);
	size_t at = (size_t)(hash >> 32) & (m->size - 1);

	while (m->slots[at].signal && (m->slots[at].signal != s || m->slots[at].at != key))
		at = (at + 1) & (m->size - 1);
	return &m->slots[at];
}

static void grow(struct signal_memo *m)
{
	struct signal_memo old = *m;

	m->size *= 2;
	m->slots = ARENA_ARRAY(m->arena, struct slot, m->size);
	for (size_t i = 0; i < old.size; i++)
		if (old.slots[i].signal)
			*slot_of(m, old.slots[i].signal, old.slots[i].at) = old.slots[i];
}

bool signal_memo_get(const struct signal_memo *m, const struct signal *s, size_t session, int who, int other,
		     struct measured *ret)
{
	const struct slot *slot = slot_of(m, s, key_of(session, who, other));

	if (!slot->signal)
		return false;
	*ret = slot->value;
	return true;
}

void signal_memo_put(struct signal_memo *m, const struct signal *s, size_t session, int who, int other,
		     const struct measured *value)
{
	uint64_t key = key_of(session, who, other);
	struct slot *slot = slot_of(m, s, key);

	if (!slot->signal) {
		if (++m->n * 4 > m->size * 3) {
			grow(m);
			slot = slot_of(m, s, key);
		}
		slot->signal = s;
		slot->at = key;
	}
	slot->value = *value;
}
