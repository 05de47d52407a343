/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory by lifetime: a bump allocator, freed at once.
 *
 * Arenas are named after what lives as long as they do (ruleset, record, case, command).  Out of memory aborts:
 * the spool and the store survive a crash and the service manager starts the program again, so no caller has an
 * untestable branch for it.
 */
#ifndef RUPTURED_BASE_ARENA_H
#define RUPTURED_BASE_ARENA_H

#include <stdalign.h>
#include <stddef.h>

#include "base/str.h"

struct arena_block;

struct arena {
	struct arena_block *blocks; /* newest first */
	char *at, *end;		    /* the free rest of the newest */
	bool wipe;		    /* overwrite blocks before they are freed: session text was in them */
};

/* An arena with all bytes zero is ready for use; `wipe` may be set by hand. */
void *arena_alloc(struct arena *a, size_t size, size_t align); /* zeroed, never NULL */
/* Frees all.  The arena is empty and usable again. */
void arena_release(struct arena *a);
/* As release, but keeps the newest block for the next round. */
void arena_reset(struct arena *a);
struct str arena_dup(struct arena *a, struct str s); /* NUL after it; absent stays absent */
struct str arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define ARENA_NEW(a, T) ((T *)arena_alloc((a), sizeof(T), alignof(T)))
#define ARENA_ARRAY(a, T, n) ((T *)arena_alloc_array((a), (n), sizeof(T), alignof(T)))
void *arena_alloc_array(struct arena *a, size_t n, size_t size, size_t align);

/*
 * A growing array in an arena: any struct with the three members `items`, `n`, `cap`, zero at first.
 * VEC_PUSH(a, v) is the address of a new zeroed last item; earlier addresses go stale when it grows.
 */
#define VEC(T)                         \
	struct {                       \
		T *items;              \
		size_t n, cap;         \
	}
#define VEC_PUSH(a, v)                                                                                              \
	((v)->n < (v)->cap ? (void)0                                                                                \
			   : (void)((v)->items = arena_grow((a), (v)->items, (v)->n, &(v)->cap, sizeof *(v)->items, \
							    alignof(max_align_t))),                                 \
	 &(v)->items[(v)->n++])
void *arena_grow(struct arena *a, void *items, size_t n, size_t *cap, size_t size, size_t align);

#endif
