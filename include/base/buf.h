/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A growing byte buffer on the heap, for building output.  Always NUL-terminated once something was added.
 */
#ifndef RUPTURED_BASE_BUF_H
#define RUPTURED_BASE_BUF_H

#include <stdint.h>

#include "base/str.h"

struct buf {
	char *p;
	size_t n, cap;
};

void buf_release(struct buf *b);		  /* frees; usable again */
void buf_reset(struct buf *b);			  /* empties, keeps the memory */
void buf_add(struct buf *b, const void *bytes, size_t n);
void buf_puts(struct buf *b, struct str s);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
struct str buf_str(const struct buf *b);	  /* valid until the next change */
void buf_reserve(struct buf *b, size_t more);	  /* room for so many and a NUL, to be added yet */

/* Adds n bytes, for the caller to write at once. */
static inline char *buf_room(struct buf *b, size_t n)
{
	char *p;

	if (b->cap - b->n <= n)
		buf_reserve(b, n);
	p = b->p + b->n;
	b->n += n;
	b->p[b->n] = '\0';
	return p;
}

static inline void buf_putc(struct buf *b, char c)
{
	*buf_room(b, 1) = c;
}

#endif
