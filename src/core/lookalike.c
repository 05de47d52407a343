/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/lookalike.h"

#include "base/utf8.h"

static bool is_hidden(uint32_t c)
{
	return c == 0xA0 || c == 0xAD || c == 0x202F || c == 0x3000 || c == 0xFEFF || (c >= 0x2000 && c <= 0x200F) ||
	       c == 0x2060;
}

/* Codes of what is made of plain characters alone. */
static bool is_plain_text(const struct diag *d)
{
	static const char *const codes[] = { "threshold", "condition", "in",	       "within",      "needs",
					     "raise",	  "range",     "bad-duration", "longer_than", "id" };

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (strcmp(d->code, codes[i]) == 0)
			return true;
	return false;
}

/* The first character in the span that is not what it seems; 0: none. */
static uint32_t find(const struct diag *d, struct str text)
{
	size_t end = (size_t)d->at.offset + d->at.bytes;
	uint32_t c = 0;

	for (size_t i = d->at.offset, n; i < end && i < text.n; i += n) {
		n = utf8_at(text, i, &c);
		if (!n)
			return 0;
		if (is_hidden(c) || (c > 0x7F && is_plain_text(d)))
			return c;
	}
	return 0;
}

void lookalikes_tell(struct diags *d, struct str text)
{
	for (size_t i = 0; i < d->all.n; i++) {
		struct diag *one = &d->all.items[i];
		uint32_t c = strcmp(one->code, "odd-character") ? find(one, text) : 0;

		if (is_hidden(c))
			one->hint = arena_printf(d->arena,
						 "a character that cannot be seen (U+%04X) is in it: type it anew", c);
		else if (c)
			one->hint = arena_printf(
				d->arena,
				"a character (U+%04X) that only looks like a plain one is in it: type it anew", c);
	}
}
