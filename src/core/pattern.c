/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pattern.h"

#include <stdio.h>
#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/buf.h"

#define MATCH_LIMIT 100000u /* steps of one match */
#define DEPTH_LIMIT 1000u
#define HEAP_LIMIT  1024u /* KiB */

struct pattern {
	pcre2_code *code;
};

struct pattern_work {
	pcre2_match_data *data;
	pcre2_match_context *context;
};

static void *or_die(void *p)
{
	if (!p)
		abort(); /* out of memory */
	return p;
}

static pcre2_code *compile(struct str source, int *error, size_t *at)
{
	const uint32_t options =
		PCRE2_UTF | PCRE2_UCP | PCRE2_CASELESS | PCRE2_NEVER_BACKSLASH_C | PCRE2_NO_AUTO_CAPTURE;

	return pcre2_compile((PCRE2_SPTR)source.p, source.n, options, error, at, NULL);
}

/* Copies an escape or a class as it is; the bytes taken. */
static size_t copy_as_is(struct str source, size_t i, struct buf *out)
{
	size_t n = 1;

	if (source.p[i] == '\\')
		n = i + 1 < source.n ? 2 : 1;
	else /* "[]a]" and "[^]a]" hold a bracket */
		for (n = i + 1 < source.n && source.p[i + 1] == '^' ? 3 : 2; i + n < source.n; n++) {
			if (source.p[i + n] == '\\')
				n++;
			else if (source.p[i + n] == ']')
				break;
		}
	if (source.p[i] == '[')
		n++;
	n = i + n > source.n ? source.n - i : n;
	buf_add(out, source.p + i, n);
	return n;
}

/* The source as pattern.h promises it: spaces, apostrophes and the edges of words. */
static void widen(struct str source, struct buf *out)
{
	buf_puts(out, STR("(?:\\b|(?!\\w))(?:"));
	for (size_t i = 0; i < source.n;) {
		char c = source.p[i];

		if (c == '\\' || c == '[') {
			i += copy_as_is(source, i, out);
			continue;
		}
		if (c == ' ')
			buf_puts(out, STR("\\s"));
		else if (c == '\'')
			buf_puts(out, STR("(?:['\\x{2019}\\x{2018}\\x{2BC}]?)"));
		else
			buf_putc(out, c);
		if (c == ' ' && (i + 1 == source.n || !strchr("?*+{", source.p[i + 1])))
			buf_putc(out, '+');
		i++;
	}
	buf_puts(out, STR(")(?:\\b|(?<!\\w))"));
}

static struct pattern *refuse(struct pattern_fault *fault, int error, size_t at)
{
	fault->at = at;
	if (pcre2_get_error_message(error, (PCRE2_UCHAR *)fault->text, sizeof fault->text) < 0)
		snprintf(fault->text, sizeof fault->text, "not a regular expression");
	return NULL;
}

struct pattern *pattern_compile(struct str source, struct pattern_fault *fault)
{
	struct buf wide = { 0 };
	pcre2_code *code;
	struct pattern *p;
	size_t at, unused;
	int error;

	if (source.n > PATTERN_MAX_BYTES) {
		*fault = (struct pattern_fault){ PATTERN_MAX_BYTES, "longer than a phrase may be" };
		return NULL;
	}
	/* First as written, so that a fault has its true place. */
	code = compile(source, &error, &at);
	if (!code)
		return refuse(fault, error, at);
	pcre2_code_free(code);
	widen(source, &wide);
	code = compile(buf_str(&wide), &error, &unused);
	buf_release(&wide);
	if (!code)
		return refuse(fault, error, 0);
	/* Where memory may not be made executable this fails, and the interpreter does the work. */
	(void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
	p = or_die(malloc(sizeof *p));
	p->code = code;
	return p;
}

void pattern_free(struct pattern *p)
{
	if (!p)
		return;
	pcre2_code_free(p->code);
	free(p);
}

struct pattern_work *pattern_work_new(void)
{
	struct pattern_work *w = or_die(malloc(sizeof *w));

	w->data = or_die(pcre2_match_data_create(1, NULL));
	w->context = or_die(pcre2_match_context_create(NULL));
	pcre2_set_match_limit(w->context, MATCH_LIMIT);
	pcre2_set_depth_limit(w->context, DEPTH_LIMIT);
	pcre2_set_heap_limit(w->context, HEAP_LIMIT);
	return w;
}

void pattern_work_free(struct pattern_work *w)
{
	if (!w)
		return;
	pcre2_match_data_free(w->data);
	pcre2_match_context_free(w->context);
	free(w);
}

bool pattern_next(const struct pattern *p, struct pattern_work *w, struct str text, size_t *at, size_t *ret_from,
		  size_t *ret_to)
{
	const size_t *ends = pcre2_get_ovector_pointer(w->data);

	if (*at >= text.n ||
	    pcre2_match(p->code, (PCRE2_SPTR)text.p, text.n, *at, PCRE2_NOTEMPTY, w->data, w->context) < 0)
		return false;
	/* \K in a lookahead can turn the ends round. */
	if (ends[1] <= ends[0] || ends[1] <= *at)
		return false;
	*ret_from = ends[0];
	*ret_to = *at = ends[1];
	return true;
}
