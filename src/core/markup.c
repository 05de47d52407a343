/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/markup.h"

static struct str escape_of(unsigned char c)
{
	switch (c) {
	case '&':
		return STR("&amp;");
	case '<':
		return STR("&lt;");
	case '>':
		return STR("&gt;");
	case '"':
		return STR("&quot;");
	case '\'':
		return STR("&#39;");
	case '\t':
	case '\n':
		return (struct str){ 0 };
	}
	return c < ' ' || c == 0x7f ? STR("\xef\xbf\xbd") : (struct str){ 0 };
}

void markup_text(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		struct str escape = escape_of((unsigned char)s.p[i]);

		if (escape.n)
			buf_puts(out, escape);
		else
			buf_putc(out, s.p[i]);
	}
}
