/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "core/doc_build.h"

struct decimal {
	char digits[64]; /* without zeros at either end */
	size_t n;
	long exponent; /* of the last digit */
	bool negative;
};

/* The exponent's digits: so many are never meant, and must not overflow. */
#define EXPONENT_DIGITS_MAX 6

static bool decimal_exponent(struct str s, size_t i, long *ret)
{
	bool negative = i < s.n && s.p[i] == '-';
	long v = 0;

	if (i < s.n && (s.p[i] == '-' || s.p[i] == '+'))
		i++;
	if (i == s.n || s.n - i > EXPONENT_DIGITS_MAX)
		return false;
	for (; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		v = v * 10 + (s.p[i] - '0');
	}
	*ret = negative ? -v : v;
	return true;
}

/* By decimal value, without going through a double. */
static bool decimal_read(struct str s, struct decimal *ret)
{
	size_t i = 0, whole = 0, fraction = 0;
	long exponent = 0;
	bool point = false;

	ret->n = 0;
	ret->negative = s.n && s.p[0] == '-';
	if (s.n >= sizeof ret->digits)
		return false;
	if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
		i++;
	for (; i < s.n && (s.p[i] == '.' || (s.p[i] >= '0' && s.p[i] <= '9')); i++) {
		if (s.p[i] == '.') {
			if (point)
				return false;
			point = true;
			continue;
		}
		*(point ? &fraction : &whole) += 1;
		if (ret->n || s.p[i] != '0')
			ret->digits[ret->n++] = s.p[i];
	}
	if (!whole || (point && !fraction))
		return false;
	if (i < s.n && ((s.p[i] | 0x20) != 'e' || !decimal_exponent(s, i + 1, &exponent)))
		return false;
	ret->exponent = exponent - (long)fraction;
	for (; ret->n && ret->digits[ret->n - 1] == '0'; ret->n--)
		ret->exponent++;
	return true;
}

/* The digits of n, ending before `end`; where they begin. */
static char *write_number(char *end, size_t n)
{
	do
		*--end = (char)('0' + n % 10);
	while (n /= 10);
	return end;
}

static void canonical_string(struct str s, struct buf *out)
{
	char head[32], *end = head + sizeof head, *p = end, *to;

	*--p = ':';
	p = write_number(p, s.n);
	to = buf_room(out, (size_t)(end - p) + s.n);
	memcpy(to, p, (size_t)(end - p));
	if (s.n)
		memcpy(to + (end - p), s.p, s.n);
}

static void canonical_number(const struct decimal *d, struct buf *out)
{
	char text[2 * sizeof d->digits], *end = text + sizeof text, *p;

	p = write_number(end, (size_t)labs(d->exponent));
	if (d->exponent < 0)
		*--p = '-';
	*--p = 'e';
	p -= d->n;
	memcpy(p, d->digits, d->n);
	if (d->negative)
		*--p = '-';
	*--p = '#';
	buf_add(out, p, (size_t)(end - p));
}

static void canonical_word(const struct doc *doc, struct buf *out)
{
	bool flag;

	if (doc_is_null(doc))
		buf_putc(out, 'n');
	else if (doc_flag(doc, &flag))
		buf_putc(out, flag ? 't' : 'f');
	else
		canonical_string(doc->text, out);
}

static void canonical_scalar(const struct doc *doc, struct buf *out)
{
	struct decimal d;

	if (doc->quoted)
		canonical_string(doc->text, out);
	else if (!decimal_read(doc->text, &d))
		canonical_word(doc, out);
	else if (!d.n)
		buf_puts(out, STR("#0"));
	else
		canonical_number(&d, out);
}

static void canonical(struct arena *scratch, const struct doc *doc, struct buf *out)
{
	const struct doc_pair *few[FEW_KEYS], **sorted;

	switch (doc->kind) {
	case DOC_SCALAR:
		canonical_scalar(doc, out);
		return;
	case DOC_LIST:
		buf_putc(out, '[');
		for (size_t i = 0; i < doc->n; i++)
			canonical(scratch, doc->items[i], out);
		buf_putc(out, ']');
		return;
	case DOC_MAP:
		sorted = doc_sorted_pairs(scratch, few, doc);
		buf_putc(out, '{');
		for (size_t i = 0; i < doc->n; i++) {
			canonical_string(sorted[i]->key, out);
			canonical(scratch, sorted[i]->value, out);
		}
		buf_putc(out, '}');
		return;
	}
}

void doc_canonical(const struct doc *doc, struct buf *out)
{
	struct arena scratch = { 0 };

	canonical(&scratch, doc, out);
	arena_release(&scratch);
}
