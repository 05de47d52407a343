/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define BLOCK_MIN 4096
#define BLOCK_MAX (1u << 20)

struct arena_block {
	struct arena_block *older;
	size_t size;
	alignas(max_align_t) char bytes[];
};

static void die(void)
{
	fputs("out of memory\n", stderr);
	abort();
}

static void block_free(struct arena *a, struct arena_block *b)
{
	if (a->wipe)
		explicit_bzero(b->bytes, b->size);
	free(b);
}

/* Blocks double, so that a small arena is small and a large one has few blocks. */
static void block_add(struct arena *a, size_t need)
{
	size_t size = a->blocks ? a->blocks->size * 2 : BLOCK_MIN;
	struct arena_block *b;

	if (size > BLOCK_MAX)
		size = BLOCK_MAX;
	if (size < need)
		size = need;
	b = malloc(sizeof *b + size);
	if (!b)
		die();
	b->older = a->blocks;
	b->size = size;
	a->blocks = b;
	a->at = b->bytes;
	a->end = b->bytes + size;
}

/* Bytes as they happen to be. */
static inline void *take(struct arena *a, size_t size, size_t align)
{
	size_t pad = -(uintptr_t)a->at & (align - 1);
	void *p;

	if (size > SIZE_MAX / 4)
		die();
	if ((size_t)(a->end - a->at) < size + pad || !a->blocks) {
		block_add(a, size + align);
		pad = -(uintptr_t)a->at & (align - 1);
	}
	p = a->at + pad;
	a->at += pad + size;
	return p;
}

void *arena_alloc(struct arena *a, size_t size, size_t align)
{
	return memset(take(a, size, align), 0, size);
}

void *arena_alloc_array(struct arena *a, size_t n, size_t size, size_t align)
{
	if (size && n > SIZE_MAX / 4 / size)
		die();
	return arena_alloc(a, n * size, align);
}

void arena_release(struct arena *a)
{
	struct arena_block *b, *older;

	for (b = a->blocks; b; b = older) {
		older = b->older;
		block_free(a, b);
	}
	a->blocks = NULL;
	a->at = a->end = NULL;
}

void arena_reset(struct arena *a)
{
	struct arena_block *kept = a->blocks, *b, *older;

	if (!kept)
		return;
	for (b = kept->older; b; b = older) {
		older = b->older;
		block_free(a, b);
	}
	if (a->wipe)
		explicit_bzero(kept->bytes, (size_t)(a->at - kept->bytes));
	kept->older = NULL;
	a->at = kept->bytes;
	a->end = kept->bytes + kept->size;
}

struct str arena_dup(struct arena *a, struct str s)
{
	char *p;

	if (!s.p)
		return s;
	p = take(a, s.n + 1, 1);
	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return (struct str){ p, s.n };
}

struct str arena_printf(struct arena *a, const char *format, ...)
{
	va_list ap, again;
	char *p;
	int n;

	va_start(ap, format);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, format, ap);
	va_end(ap);
	p = arena_alloc(a, (size_t)n + 1, 1);
	vsnprintf(p, (size_t)n + 1, format, again);
	va_end(again);
	return (struct str){ p, (size_t)n };
}

void *arena_grow(struct arena *a, void *items, size_t n, size_t *cap, size_t size, size_t align)
{
	void *grown;

	if (n < *cap)
		return items;
	*cap = *cap ? *cap * 2 : 8;
	if (size && *cap > SIZE_MAX / 4 / size)
		die();
	grown = take(a, *cap * size, align);
	if (n)
		memcpy(grown, items, n * size);
	memset((char *)grown + n * size, 0, (*cap - n) * size);
	return grown;
}
