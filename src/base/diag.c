/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"

#define CARET_LINE_MAX 160 /* bytes of a source line that are shown */
#define CARET_BEFORE   80  /* of them before the fault, when there are more */

void diag_add(struct diags *d, enum diag_severity severity, const char *code, struct span at, struct str path,
	      const char *hint, const char *format, ...)
{
	char text[1024];
	struct diag *new;
	va_list ap;

	*(severity == DIAG_ERROR ? &d->errors : &d->warnings) += 1;
	if (d->all.n >= DIAGS_MAX)
		return;
	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	new = VEC_PUSH(d->arena, &d->all);
	*new = (struct diag){
		.severity = severity,
		.code = code,
		.at = at,
		.path = arena_dup(d->arena, path),
		.message = arena_dup(d->arena, str_of(text)),
		.hint = arena_dup(d->arena, str_of(hint)),
	};
}

void diags_take(struct diags *d, const struct diag *fault)
{
	*(fault->severity == DIAG_ERROR ? &d->errors : &d->warnings) += 1;
	if (d->all.n < DIAGS_MAX)
		*VEC_PUSH(d->arena, &d->all) = *fault;
}

static int by_place(const void *a, const void *b)
{
	const struct diag *x = a, *y = b;

	if (x->at.line != y->at.line)
		return x->at.line < y->at.line ? -1 : 1;
	if (x->at.column != y->at.column)
		return x->at.column < y->at.column ? -1 : 1;
	return strcmp(x->code, y->code) ? strcmp(x->code, y->code) : str_cmp(x->message, y->message);
}

void diags_sort(struct diags *d)
{
	if (d->all.n)
		qsort(d->all.items, d->all.n, sizeof *d->all.items, by_place);
}

static struct str line_around(struct str source, uint32_t offset)
{
	size_t start = offset < source.n ? offset : source.n, end = start;

	while (start > 0 && source.p[start - 1] != '\n')
		start--;
	while (end < source.n && source.p[end] != '\n' && source.p[end] != '\r')
		end++;
	return (struct str){ source.p + start, end - start };
}

/* One character as it is shown: what is no character, or would move the cursor, by a sign that stands for it. */
struct shown {
	size_t bytes;
	int columns;
	bool odd;
};

static struct shown shown_at(struct str line, size_t i)
{
	uint32_t c;
	size_t bytes = utf8_at(line, i, &c);

	if (!bytes || (c < 0x20 && c != '\t') || (c >= 0x7F && c < 0xA0))
		return (struct shown){ bytes ? bytes : 1, 1, true };
	return (struct shown){ bytes, utf8_columns(c), false };
}

static void render_line(struct buf *out, struct str line)
{
	struct shown c;

	for (size_t i = 0; i < line.n; i += c.bytes) {
		c = shown_at(line, i);
		buf_puts(out, c.odd ? STR("\xEF\xBF\xBD") : (struct str){ line.p + i, c.bytes });
	}
	buf_putc(out, '\n');
}

/* The caret stands under the character whatever is before it: each tab is repeated, all else becomes blanks. */
static void render_caret(struct buf *out, struct str line, size_t from, size_t bytes)
{
	struct shown c;
	size_t carets = 0;

	for (size_t i = 0; i < line.n && i < from + bytes; i += c.bytes) {
		c = shown_at(line, i);
		if (i < from && line.p[i] == '\t')
			buf_putc(out, '\t');
		for (int k = 0; k < c.columns && line.p[i] != '\t'; k++)
			buf_putc(out, i < from ? ' ' : carets++ ? '~' : '^');
		if (i >= from && line.p[i] == '\t')
			buf_putc(out, carets++ ? '~' : '^');
	}
	if (!carets)
		buf_putc(out, '^');
	buf_putc(out, '\n');
}

/* Of a long line the part around the fault. */
static struct str window_of(struct str line, size_t from)
{
	size_t start = from > CARET_BEFORE ? from - CARET_BEFORE : 0, end = start + CARET_LINE_MAX;

	if (line.n <= CARET_LINE_MAX)
		return line;
	if (end > line.n)
		end = line.n;
	while (start > 0 && utf8_continues(line.p[start]))
		start--;
	while (end < line.n && utf8_continues(line.p[end]))
		end++;
	return (struct str){ line.p + start, end - start };
}

static void render_source(struct buf *out, const struct diag *d, struct str source)
{
	struct str line = line_around(source, d->at.offset), part;
	size_t from = d->at.offset < source.n ? (size_t)(source.p + d->at.offset - line.p) : line.n;

	part = window_of(line, from);
	buf_printf(out, "%5u | %s", d->at.line, part.p > line.p ? "..." : "");
	render_line(out, part);
	buf_printf(out, "      | %s", part.p > line.p ? "   " : "");
	render_caret(out, part, from - (size_t)(part.p - line.p), d->at.bytes);
}

void diag_render(const struct diag *d, struct str file, struct str source, enum diag_style style, struct buf *out)
{
	buf_puts(out, file);
	if (d->at.line)
		buf_printf(out, ":%u:%u", d->at.line, d->at.column);
	buf_printf(out, ": %s: ", d->severity == DIAG_ERROR ? "error" : "warning");
	if (d->path.n && style == DIAG_PRIVATE)
		buf_printf(out, "%.*s: ", STR_ARG(d->path));
	buf_printf(out, "%.*s [%s]\n", STR_ARG(d->message), d->code);
	if (style == DIAG_CARET && source.p && d->at.line)
		render_source(out, d, source);
	if (d->hint.n)
		buf_printf(out, "  hint: %.*s\n", STR_ARG(d->hint));
}

void diags_render(struct diags *d, struct str file, struct str source, enum diag_style style, struct buf *out)
{
	size_t past = d->errors + d->warnings - d->all.n;

	diags_sort(d);
	for (size_t i = 0; i < d->all.n; i++)
		diag_render(&d->all.items[i], file, source, style, out);
	if (past)
		buf_printf(out, "%.*s: and %zu more\n", STR_ARG(file), past);
}
