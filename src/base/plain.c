/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/plain.h"

#include "base/utf8.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* First and last; after Unicode's general categories Cc, Cf, Zl and Zp.  U+200C and U+200D join letters: they stay. */
static const struct {
	uint32_t first, last;
} unfit[] = {
	{ 0x00, 0x1f },	    { 0x7f, 0x9f },	{ 0xad, 0xad },	      { 0x61c, 0x61c },	    { 0x180e, 0x180e },
	{ 0x200b, 0x200b }, { 0x200e, 0x200f }, { 0x2028, 0x202e },   { 0x2060, 0x206f },   { 0xfeff, 0xfeff },
	{ 0xfff9, 0xfffb }, { 0xfffe, 0xffff }, { 0x1d173, 0x1d17a }, { 0xe0000, 0xe007f },
};

static bool is_unfit(uint32_t character)
{
	for (size_t i = 0; i < sizeof unfit / sizeof *unfit; i++)
		if (character >= unfit[i].first && character <= unfit[i].last)
			return true;
	return false;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct str plain_text(struct arena *a, struct str text)
{
	/* At most three bytes for one. */
	char *out = ARENA_ARRAY(a, char, 3 * text.n + 1);
	size_t n = 0;

	for (size_t at = 0; at < text.n;) {
		uint32_t character = 0;
		size_t bytes = utf8_at(text, at, &character);

		if (is_blank(text.p[at])) {
			out[n++] = ' ';
		} else if (!bytes || is_unfit(character)) {
			memcpy(out + n, REPLACEMENT, 3);
			n += 3;
		} else {
			memcpy(out + n, text.p + at, bytes);
			n += bytes;
		}
		at += bytes ? bytes : 1;
	}
	return (struct str){ out, n };
}
