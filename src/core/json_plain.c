/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON as nearly all of it is written, read in one pass.
 *
 * The library (json.c) reports each token through a call and looks at each byte on its own; that is half of what it
 * costs to take a record.  Here a text is read that has nothing wrong with it and no escape beyond U+FFFF; at the first
 * thing that is not so this gives up, and the library reads the whole text again and tells what is wrong.  So the
 * library alone decides what is refused, and why; what is read here, it reads alike (tests/unit/test_json_plain.c).
 *
 * The text is known to be UTF-8 and within its limit of bytes.
 */
#include <string.h>

#include "base/eight.h"
#include "core/doc_build.h"

struct plain {
	struct builder *b;
	const char *at, *end;
};

/* Where and how long a token is, for spans. */
struct token {
	struct str text;
	size_t offset, bytes;
};

static void skip_space(struct plain *p)
{
	while (p->at < p->end && (*p->at == ' ' || *p->at == '\n' || *p->at == '\r' || *p->at == '\t'))
		p->at++;
}

static bool next_is(struct plain *p, char c)
{
	skip_space(p);
	return p->at < p->end && *p->at == c;
}

static bool take(struct plain *p, char c)
{
	bool is = next_is(p, c);

	p->at += is;
	return is;
}

static struct token token_from(const struct plain *p, const char *start, struct str text)
{
	return (struct token){ text, (size_t)(start - p->b->text.p), (size_t)(p->at - start) };
}

/* The next quote, backslash or control character; the end when there is none. */
static const char *string_stop(const char *at, const char *end)
{
	for (; end - at >= 8; at += 8) {
		uint64_t v = eight_load(at), stop = eight_equal(v, '"') | eight_equal(v, '\\') | eight_below(v, ' ');

		if (stop)
			return at + eight_first(stop);
	}
	while (at < end && *at != '"' && *at != '\\' && (unsigned char)*at >= ' ')
		at++;
	return at;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
}

/* "uXXXX" at p as UTF-8; its bytes, or 0: half a pair, a NUL or none at all, which are the library's. */
static size_t unescape_code(const char *p, const char *end, char *ret)
{
	unsigned code = 0;

	if (end - p < 5)
		return 0;
	for (int i = 1; i <= 4; i++) {
		int digit = hex_digit(p[i]);

		if (digit < 0)
			return 0;
		code = code << 4 | (unsigned)digit;
	}
	if (code == 0 || (code & 0xF800) == 0xD800)
		return 0;
	if (code < 0x80) {
		ret[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		ret[0] = (char)(0xC0 | code >> 6);
		ret[1] = (char)(0x80 | (code & 0x3F));
		return 2;
	}
	ret[0] = (char)(0xE0 | code >> 12);
	ret[1] = (char)(0x80 | (code >> 6 & 0x3F));
	ret[2] = (char)(0x80 | (code & 0x3F));
	return 3;
}

/* Behind a backslash at *from, which moves behind the escape; what it stands for goes to `ret`. */
static size_t unescape_one(const char **from, const char *end, char *ret)
{
	static const char names[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
	const char *p = *from, *found = *p ? strchr(names, *p) : NULL;

	if (found) {
		*from = p + 1;
		*ret = means[found - names];
		return 1;
	}
	*from = p + 5;
	return *p == 'u' ? unescape_code(p, end, ret) : 0;
}

/* Without its escapes, which only make it shorter. */
static bool unescape(struct plain *p, struct str raw, struct str *ret)
{
	const char *from = raw.p, *end = raw.p + raw.n;
	char *text = arena_alloc(&p->b->scratch, raw.n, 1), *to = text;

	while (from < end) {
		const char *stop = string_stop(from, end);
		size_t n = (size_t)(stop - from);

		memcpy(to, from, n);
		to += n;
		from = stop + 1;
		if (stop < end) {
			n = unescape_one(&from, end, to);
			to += n;
			if (!n)
				return false;
		}
	}
	*ret = (struct str){ text, (size_t)(to - text) };
	return true;
}

static bool string(struct plain *p, struct token *ret)
{
	const char *quote = p->at++;
	bool escapes = false;
	struct str text;

	for (;;) {
		p->at = string_stop(p->at, p->end);
		if (p->end - p->at < 2 || *p->at != '\\')
			break;
		escapes = true;
		p->at += 2;
	}
	if (p->at == p->end || *p->at != '"')
		return false;
	text = (struct str){ quote + 1, (size_t)(p->at - quote) - 1 };
	p->at++;
	*ret = token_from(p, quote, text);
	return !escapes || unescape(p, text, &ret->text);
}

static bool digits(struct plain *p)
{
	const char *start = p->at;

	while (p->at < p->end && *p->at >= '0' && *p->at <= '9')
		p->at++;
	return p->at > start;
}

static bool one_of(struct plain *p, char a, char b)
{
	bool is = p->at < p->end && (*p->at == a || *p->at == b);

	p->at += is;
	return is;
}

static bool scalar(struct plain *p, const char *start)
{
	struct token t = token_from(p, start, (struct str){ start, (size_t)(p->at - start) });

	return builder_scalar(p->b, t.text, false, t.offset, t.bytes);
}

static bool number(struct plain *p)
{
	const char *start = p->at;

	one_of(p, '-', '-');
	if (!one_of(p, '0', '0') && !digits(p))
		return false;
	if (one_of(p, '.', '.') && !digits(p))
		return false;
	if (one_of(p, 'e', 'E')) {
		one_of(p, '+', '-');
		if (!digits(p))
			return false;
	}
	return scalar(p, start);
}

static bool word(struct plain *p, struct str expected)
{
	const char *start = p->at;

	if ((size_t)(p->end - start) < expected.n || memcmp(start, expected.p, expected.n) != 0)
		return false;
	p->at += expected.n;
	return scalar(p, start);
}

static bool value(struct plain *p);

static bool map(struct plain *p)
{
	struct token key;

	if (!next_is(p, '}')) {
		do {
			if (!next_is(p, '"') || !string(p, &key) ||
			    !builder_key(p->b, key.text, key.offset, key.bytes) || !take(p, ':') || !value(p))
				return false;
		} while (take(p, ','));
	}
	if (!take(p, '}'))
		return false;
	builder_close(p->b);
	return true;
}

static bool list(struct plain *p)
{
	if (!next_is(p, ']')) {
		do
			if (!value(p))
				return false;
		while (take(p, ','));
	}
	if (!take(p, ']'))
		return false;
	builder_close(p->b);
	return true;
}

static bool open(struct plain *p, enum doc_kind kind)
{
	return builder_open(p->b, kind, (size_t)(p->at++ - p->b->text.p)) && (kind == DOC_MAP ? map : list)(p);
}

/* As deep as builder_open lets it. */
static bool value(struct plain *p)
{
	struct token t;

	skip_space(p);
	if (p->at == p->end)
		return false;
	switch (*p->at) {
	case '"':
		return string(p, &t) && builder_scalar(p->b, t.text, true, t.offset, t.bytes);
	case '{':
		return open(p, DOC_MAP);
	case '[':
		return open(p, DOC_LIST);
	case 't':
		return word(p, STR("true"));
	case 'f':
		return word(p, STR("false"));
	case 'n':
		return word(p, STR("null"));
	default:
		return number(p);
	}
}

bool json_parse_plain(struct builder *b)
{
	struct diags *told = b->diags, unheard = { .arena = &b->scratch };
	struct plain p = { b, b->text.p + b->start, b->text.p + b->text.n };
	bool good;

	b->diags = &unheard;
	good = value(&p);
	skip_space(&p);
	b->diags = told;
	return good && p.at == p.end && !unheard.errors;
}
