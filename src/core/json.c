/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <yajl/yajl_gen.h>
#include <yajl/yajl_parse.h>

#include "base/utf8.h"
#include "core/doc_build.h"

/* The library does not look at what malloc returns. */
static void *json_alloc(void *ctx, size_t n)
{
	void *p = malloc(n);

	(void)ctx;
	if (!p) {
		fputs("out of memory\n", stderr);
		abort();
	}
	return p;
}

static void *json_realloc(void *ctx, void *old, size_t n)
{
	void *p = realloc(old, n);

	(void)ctx;
	if (!p) {
		fputs("out of memory\n", stderr);
		abort();
	}
	return p;
}

static void json_dealloc(void *ctx, void *p)
{
	(void)ctx;
	free(p);
}

/* Parsing: the events become builder calls.  Events carry no place.  A text without escapes still stands in what is
 * parsed, and so tells it; else a token starts at the first byte after the last one that is neither space nor
 * punctuation, and ends where the library has read to. */

struct json_reader {
	struct builder *b;
	yajl_handle handle;
	size_t base; /* offset of the library's first byte */
	size_t last; /* where the last token ended */
};

static size_t skip_between(struct str text, size_t i)
{
	while (i < text.n && (text.p[i] == ' ' || text.p[i] == '\n' || text.p[i] == '\r' || text.p[i] == '\t' ||
			      text.p[i] == ',' || text.p[i] == ':'))
		i++;
	return i;
}

static size_t token(struct json_reader *r, size_t *ret_bytes)
{
	size_t start = skip_between(r->b->text, r->last), end = r->base + yajl_get_bytes_consumed(r->handle);

	r->last = end;
	*ret_bytes = end > start ? end - start : 0;
	return start;
}

/* As token(), of what lies `around` bytes inside it. */
static size_t token_of(struct json_reader *r, const char *p, size_t n, size_t around, size_t *ret_bytes)
{
	size_t at = (size_t)((uintptr_t)p - (uintptr_t)r->b->text.p);

	if (at >= r->b->text.n)
		return token(r, ret_bytes);
	*ret_bytes = n + 2 * around;
	r->last = at + n + around;
	return at - around;
}

static int on_plain(struct json_reader *r, struct str text)
{
	size_t bytes, offset = token(r, &bytes);

	return builder_scalar(r->b, text, false, offset, bytes);
}

static int on_null(void *ctx)
{
	return on_plain(ctx, STR("null"));
}

static int on_boolean(void *ctx, int value)
{
	return on_plain(ctx, value ? STR("true") : STR("false"));
}

static int on_number(void *ctx, const char *p, size_t n)
{
	struct json_reader *r = ctx;
	size_t bytes, offset = token_of(r, p, n, 0, &bytes);

	return builder_scalar(r->b, (struct str){ p, n }, false, offset, bytes);
}

static int on_string(void *ctx, const unsigned char *p, size_t n)
{
	struct json_reader *r = ctx;
	size_t bytes, offset = token_of(r, (const char *)p, n, 1, &bytes);

	return builder_scalar(r->b, (struct str){ (const char *)p, n }, true, offset, bytes);
}

static int on_key(void *ctx, const unsigned char *p, size_t n)
{
	struct json_reader *r = ctx;
	size_t bytes, offset = token_of(r, (const char *)p, n, 1, &bytes);

	return builder_key(r->b, (struct str){ (const char *)p, n }, offset, bytes);
}

static int on_start_map(void *ctx)
{
	struct json_reader *r = ctx;
	size_t bytes, offset = token(r, &bytes);

	return builder_open(r->b, DOC_MAP, offset);
}

static int on_start_list(void *ctx)
{
	struct json_reader *r = ctx;
	size_t bytes, offset = token(r, &bytes);

	return builder_open(r->b, DOC_LIST, offset);
}

static int on_end(void *ctx)
{
	struct json_reader *r = ctx;
	size_t bytes;

	token(r, &bytes);
	builder_close(r->b);
	return 1;
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_boolean,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_start_map,
	.yajl_map_key = on_key,
	.yajl_end_map = on_end,
	.yajl_start_array = on_start_list,
	.yajl_end_array = on_end,
};

/* What the library says, and what we say. */
static const struct {
	const char *says, *code, *message, *hint;
} complaints[] = {
	{ "premature EOF", "unfinished", "the text ends before everything is closed", NULL },
	{ "trailing garbage", "after-end", "something follows after the end of the value", NULL },
	{ "non-hex", "bad-escape", "\\u needs four hexadecimal digits", NULL },
	{ "which it may not", "bad-escape", "an unknown escape after \\ in a string", NULL },
	{ "invalid character inside string", "control-character", "a control character in a string",
	  "write it as an escape, like \\n or \\t" },
	{ "malformed number", "bad-number", "a number that is not finished", NULL },
	{ "invalid string in json text", "bad-word", "a word that is not JSON",
	  "text needs double quotes; the only bare words are true, false and null" },
	{ "invalid char in json text", "bad-character", "a character that is not JSON here",
	  "text needs double quotes" },
	{ "comments", "comment", "JSON has no comments", NULL },
	{ "separated by a colon", "expected-colon", "expected \":\" after a key", NULL },
	{ "invalid object key", "expected-key", "expected a key in double quotes", "no comma after the last entry" },
	{ "after key and value", "expected-comma", "expected \",\" or \"}\"", NULL },
	{ "after array element", "expected-comma", "expected \",\" or \"]\"", NULL },
	{ "unallowed token", "expected-value", "expected a value", "no comma after the last entry" },
};

/* In a string or number the library has read past the bad byte; else to the end of the token that does not fit. */
static size_t complaint_place(struct json_reader *r, const char *says)
{
	size_t read = r->base + yajl_get_bytes_consumed(r->handle), token_start = skip_between(r->b->text, r->last);

	if (read <= token_start || str_starts(str_of(says), "lexical"))
		return read > r->last ? read - 1 : r->last;
	return token_start;
}

static void tell_complaint(struct json_reader *r)
{
	char *says = (char *)yajl_get_error(r->handle, 0, NULL, 0);
	size_t i = 0, n = sizeof complaints / sizeof *complaints;

	while (i < n && !strstr(says, complaints[i].says))
		i++;
	if (i == n)
		builder_error(r->b, "syntax", complaint_place(r, says), 1, NULL, "this is not JSON");
	else if (i == 0)
		builder_error(r->b, complaints[0].code, r->b->text.n, 0, NULL, "%s", complaints[0].message);
	else
		builder_error(r->b, complaints[i].code, complaint_place(r, says), 1, complaints[i].hint, "%s",
			      complaints[i].message);
	yajl_free_error(r->handle, (unsigned char *)says);
}

void json_parse(struct builder *b)
{
	yajl_alloc_funcs memory = { json_alloc, json_realloc, json_dealloc, NULL };
	struct json_reader r = { .b = b, .base = b->start, .last = b->start };
	yajl_status status;

	r.handle = yajl_alloc(&callbacks, &memory, &r);
	yajl_config(r.handle, yajl_dont_validate_strings, 1);
	status = yajl_parse(r.handle, (const unsigned char *)b->text.p + b->start, b->text.n - b->start);
	if (status == yajl_status_ok) {
		/* From here on the library counts from the end. */
		r.base = b->text.n;
		status = yajl_complete_parse(r.handle);
	}
	if (status == yajl_status_error)
		tell_complaint(&r);
	yajl_free(r.handle);
}

/* Writing. */

struct json {
	yajl_gen gen;
};

struct json *json_new(bool indent)
{
	yajl_alloc_funcs memory = { json_alloc, json_realloc, json_dealloc, NULL };
	struct json *j = json_alloc(NULL, sizeof *j);

	j->gen = yajl_gen_alloc(&memory);
	yajl_gen_config(j->gen, yajl_gen_beautify, (int)indent);
	yajl_gen_config(j->gen, yajl_gen_indent_string, "  ");
	return j;
}

void json_free(struct json *j)
{
	if (!j)
		return;
	yajl_gen_free(j->gen);
	free(j);
}

void json_map(struct json *j)
{
	yajl_gen_map_open(j->gen);
}

void json_end_map(struct json *j)
{
	yajl_gen_map_close(j->gen);
}

void json_list(struct json *j)
{
	yajl_gen_array_open(j->gen);
}

void json_end_list(struct json *j)
{
	yajl_gen_array_close(j->gen);
}

void json_key(struct json *j, const char *key)
{
	json_str(j, str_of(key));
}

static void write_bytes(struct json *j, struct str s)
{
	yajl_gen_string(j->gen, (const unsigned char *)s.p, s.n);
}

#define REPLACEMENT STR("\xEF\xBF\xBD") /* U+FFFD, for each byte that is not UTF-8 */

static void write_repaired(struct json *j, struct str s)
{
	struct buf out = { 0 };

	while (s.n) {
		size_t valid = utf8_valid(s);

		buf_add(&out, s.p, valid);
		if (valid < s.n) {
			buf_puts(&out, REPLACEMENT);
			valid++;
		}
		s = (struct str){ s.p + valid, s.n - valid };
	}
	write_bytes(j, buf_str(&out));
	buf_release(&out);
}

void json_str(struct json *j, struct str s)
{
	if (!s.p)
		yajl_gen_null(j->gen);
	else if (utf8_valid(s) == s.n)
		write_bytes(j, s);
	else
		write_repaired(j, s);
}

void json_z(struct json *j, const char *z)
{
	json_str(j, str_of(z));
}

void json_int(struct json *j, int64_t v)
{
	yajl_gen_integer(j->gen, v);
}

#define WHOLE_MAX 1e15 /* below, %.0f is the shortest form of a whole number */

/* The fewest digits that read back as the same double; both calls follow the same locale, the text then none. */
void json_number(struct json *j, double v)
{
	char text[40];

	if (!isfinite(v)) {
		yajl_gen_null(j->gen);
		return;
	}
	if (v == floor(v) && fabs(v) < WHOLE_MAX) {
		snprintf(text, sizeof text, "%.0f", v == 0 ? 0.0 : v);
	} else {
		for (int digits = 15; digits <= 17; digits++) {
			snprintf(text, sizeof text, "%.*g", digits, v);
			if (strtod(text, NULL) == v)
				break;
		}
	}
	for (char *p = text; *p; p++)
		if (*p == ',')
			*p = '.';
	yajl_gen_number(j->gen, text, strlen(text));
}

void json_bool(struct json *j, bool v)
{
	yajl_gen_bool(j->gen, v);
}

/* The library writes a number's text as it stands. */
void json_raw(struct json *j, struct str text)
{
	yajl_gen_number(j->gen, text.p, text.n);
}

void json_null(struct json *j)
{
	yajl_gen_null(j->gen);
}

struct str json_text(struct json *j)
{
	const unsigned char *p = NULL;
	size_t n = 0;

	yajl_gen_get_buf(j->gen, &p, &n);
	return (struct str){ (const char *)p, n };
}

void json_reset(struct json *j)
{
	yajl_gen_reset(j->gen, NULL);
	yajl_gen_clear(j->gen);
}
