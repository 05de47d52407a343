/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/utf8.h"

#include <stdint.h>

static size_t skip_ascii(struct str s, size_t i)
{
	uint64_t eight;

	for (; i + sizeof eight <= s.n; i += sizeof eight) {
		memcpy(&eight, s.p + i, sizeof eight);
		if (eight & UINT64_C(0x8080808080808080))
			break;
	}
	while (i < s.n && !(s.p[i] & 0x80))
		i++;
	return i;
}

/* Bytes of the character at i that starts with a byte past ASCII; 0 when it is not one. */
static size_t width_at(struct str s, size_t i)
{
	unsigned char c = (unsigned char)s.p[i], low = 0x80, high = 0xBF;
	size_t width = c >= 0xC2 && c <= 0xDF ? 2 : (c & 0xF0) == 0xE0 ? 3 : c >= 0xF0 && c <= 0xF4 ? 4 : 0;

	if (!width || s.n - i < width)
		return 0;
	if (c == 0xE0)
		low = 0xA0;
	else if (c == 0xED)
		high = 0x9F;
	else if (c == 0xF0)
		low = 0x90;
	else if (c == 0xF4)
		high = 0x8F;
	if ((unsigned char)s.p[i + 1] < low || (unsigned char)s.p[i + 1] > high)
		return 0;
	for (size_t k = 2; k < width; k++)
		if (!utf8_continues(s.p[i + k]))
			return 0;
	return width;
}

size_t utf8_valid(struct str s)
{
	size_t i = 0, width;

	for (;;) {
		i = skip_ascii(s, i);
		if (i == s.n)
			return i;
		width = width_at(s, i);
		if (!width)
			return i;
		i += width;
	}
}

size_t utf8_count(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += !utf8_continues(s.p[i]);
	return n;
}
