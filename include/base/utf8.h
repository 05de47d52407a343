/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UTF-8 by the Unicode standard's table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF.
 */
#ifndef RUPTURED_BASE_UTF8_H
#define RUPTURED_BASE_UTF8_H

#include <stdint.h>

#include "base/str.h"

/* Bytes at the front that are UTF-8; s.n when all are. */
size_t utf8_valid(struct str s);
/* Code points of valid UTF-8. */
size_t utf8_count(struct str s);
/* The character at i, and its bytes; 0 when the bytes there are none. */
size_t utf8_at(struct str s, size_t i, uint32_t *ret);
/* Columns that a character takes in a terminal: 0 (combining), 1 or 2 (East Asian, emoji).  After Unicode 15's
 * EastAsianWidth and general categories Mn, Me and Cf; scripts that people write rules in, not all of them. */
int utf8_columns(uint32_t character);
/* A byte inside a character, not its first. */
static inline bool utf8_continues(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

#endif
