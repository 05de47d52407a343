/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text eight bytes at a time, on any machine: the first byte of the text is the lowest of the number.
 *
 * A question about each byte is answered by its high bit ("marks").  Of answers made by subtraction only the first mark
 * is sure: a borrow may set those behind it.
 */
#ifndef RUPTURED_BASE_EIGHT_H
#define RUPTURED_BASE_EIGHT_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define EIGHT_OF(byte) (UINT64_C(0x0101010101010101) * (byte))
#define EIGHT_MARKS    EIGHT_OF(0x80)

static inline uint64_t eight_load(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof v);
	return le64toh(v);
}

static inline void eight_store(char *p, uint64_t v)
{
	v = htole64(v);
	memcpy(p, &v, sizeof v);
}

/* Which byte the first mark is at; there must be one. */
static inline size_t eight_first(uint64_t marks)
{
	return (size_t)__builtin_ctzll(marks) / 8;
}

/* Bytes below `limit`, which is at most 128. */
static inline uint64_t eight_below(uint64_t v, unsigned char limit)
{
	return (v - EIGHT_OF(limit)) & ~v & EIGHT_MARKS;
}

static inline uint64_t eight_equal(uint64_t v, unsigned char byte)
{
	return eight_below(v ^ EIGHT_OF(byte), 1);
}

#endif
