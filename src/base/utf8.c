/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/utf8.h"

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

size_t utf8_at(struct str s, size_t i, uint32_t *ret)
{
	size_t width = (unsigned char)s.p[i] < 0x80 ? 1 : width_at(s, i);
	static const unsigned char first[] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };

	if (!width)
		return 0;
	*ret = (unsigned char)s.p[i] & first[width];
	for (size_t k = 1; k < width; k++)
		*ret = *ret << 6 | ((unsigned char)s.p[i + k] & 0x3F);
	return width;
}

static const struct columns_row {
	uint32_t from, to;
	int columns;
} columns[] = {
	{ 0x0300, 0x036F, 0 },	 { 0x0483, 0x0489, 0 },	  { 0x0591, 0x05BD, 0 },   { 0x0610, 0x061A, 0 },
	{ 0x064B, 0x065F, 0 },	 { 0x0E31, 0x0E31, 0 },	  { 0x0E34, 0x0E3A, 0 },   { 0x0E47, 0x0E4E, 0 },
	{ 0x1100, 0x115F, 2 },	 { 0x1AB0, 0x1AFF, 0 },	  { 0x1DC0, 0x1DFF, 0 },   { 0x200B, 0x200F, 0 },
	{ 0x202A, 0x202E, 0 },	 { 0x2060, 0x2064, 0 },	  { 0x20D0, 0x20F0, 0 },   { 0x231A, 0x231B, 2 },
	{ 0x23E9, 0x23EC, 2 },	 { 0x25FD, 0x25FE, 2 },	  { 0x2614, 0x2615, 2 },   { 0x2648, 0x2653, 2 },
	{ 0x267F, 0x267F, 2 },	 { 0x2693, 0x2693, 2 },	  { 0x26A1, 0x26A1, 2 },   { 0x26BD, 0x26BE, 2 },
	{ 0x26D4, 0x26D4, 2 },	 { 0x2705, 0x2705, 2 },	  { 0x270A, 0x270B, 2 },   { 0x2728, 0x2728, 2 },
	{ 0x274C, 0x274E, 2 },	 { 0x2753, 0x2757, 2 },	  { 0x2795, 0x2797, 2 },   { 0x2B50, 0x2B55, 2 },
	{ 0x2E80, 0x303E, 2 },	 { 0x3041, 0xA4CF, 2 },	  { 0xA960, 0xA97C, 2 },   { 0xAC00, 0xD7A3, 2 },
	{ 0xF900, 0xFAFF, 2 },	 { 0xFE00, 0xFE0F, 0 },	  { 0xFE20, 0xFE2F, 0 },   { 0xFE30, 0xFE6F, 2 },
	{ 0xFEFF, 0xFEFF, 0 },	 { 0xFF01, 0xFF60, 2 },	  { 0xFFE0, 0xFFE6, 2 },   { 0x1F004, 0x1F004, 2 },
	{ 0x1F18E, 0x1F19A, 2 }, { 0x1F200, 0x1F320, 2 }, { 0x1F32D, 0x1F335, 2 }, { 0x1F337, 0x1F37C, 2 },
	{ 0x1F37E, 0x1F393, 2 }, { 0x1F3A0, 0x1F3CA, 2 }, { 0x1F3CF, 0x1F3D3, 2 }, { 0x1F3E0, 0x1F3F0, 2 },
	{ 0x1F3FB, 0x1F43E, 2 }, { 0x1F440, 0x1F440, 2 }, { 0x1F442, 0x1F4FC, 2 }, { 0x1F4FF, 0x1F53D, 2 },
	{ 0x1F550, 0x1F567, 2 }, { 0x1F5FB, 0x1F64F, 2 }, { 0x1F680, 0x1F6C5, 2 }, { 0x1F6D0, 0x1F6FC, 2 },
	{ 0x1F7E0, 0x1F7EB, 2 }, { 0x1F90C, 0x1F93A, 2 }, { 0x1F93C, 0x1FAFF, 2 }, { 0x20000, 0x3FFFD, 2 },
	{ 0xE0100, 0xE01EF, 0 },
};

int utf8_columns(uint32_t character)
{
	for (size_t i = 0; i < sizeof columns / sizeof *columns && columns[i].from <= character; i++)
		if (character <= columns[i].to)
			return columns[i].columns;
	return 1;
}
