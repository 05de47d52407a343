/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/wrap.h"

#include "base/utf8.h"

/* Bytes of the front that fit into so many columns; at least one character. */
static size_t fitting(struct str s, size_t columns)
{
	size_t at = 0, taken = 0;

	while (at < s.n) {
		uint32_t character;
		size_t n = utf8_at(s, at, &character);
		size_t wide = n ? (size_t)utf8_columns(character) : 1;

		if (at && taken + wide > columns)
			break;
		taken += wide;
		at += n ? n : 1;
	}
	return at;
}

static size_t blanks(struct str s, size_t at)
{
	size_t n = 0;

	while (at + n < s.n && s.p[at + n] == ' ')
		n++;
	return n;
}

/* Where to break what does not fit as a whole: the last blank that has a word before it, else in the word. */
static size_t break_at(struct str s, size_t fits)
{
	size_t first = blanks(s, 0), at = fits;

	while (at > first && s.p[at] != ' ')
		at--;
	return at > first ? at : fits;
}

void wrap_line(struct str line, size_t hang, size_t width, struct buf *out)
{
	size_t room = width;

	while (line.n) {
		size_t fits = fitting(line, room), n = fits < line.n ? break_at(line, fits) : line.n;
		size_t kept = n, skip;

		while (kept && line.p[kept - 1] == ' ')
			kept--;
		buf_puts(out, (struct str){ line.p, kept });
		skip = n + blanks(line, n);
		line = (struct str){ line.p + skip, line.n - skip };
		if (line.n)
			buf_printf(out, "\n%*s", (int)hang, "");
		room = width > hang + 1 ? width - hang : 1;
	}
	buf_putc(out, '\n');
}
