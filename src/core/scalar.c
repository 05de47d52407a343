/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/scalar.h"

static size_t code_points(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
	return n;
}

struct span scalar_span(const struct doc *scalar, size_t from, size_t bytes)
{
	size_t quote = scalar->quoted ? 1 : 0;
	struct span at = scalar->at;

	if (scalar->at.bytes != scalar->text.n + 2 * quote)
		return at;
	at.offset += (uint32_t)(quote + from);
	at.column += (uint32_t)(quote + code_points((struct str){ scalar->text.p, from }));
	at.bytes = (uint32_t)bytes;
	return at;
}

struct span scalar_part(const struct doc *scalar, struct str part)
{
	return scalar_span(scalar, (size_t)(part.p - scalar->text.p), part.n);
}
