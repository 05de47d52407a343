/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/doc_build.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"

/* Places. */

struct cursor {
	struct str text;
	size_t offset;
	uint32_t line, column;
};

static struct cursor cursor_at_start(struct str text)
{
	return (struct cursor){ text, str_starts(text, BYTE_ORDER_MARK) ? 3 : 0, 1, 1 };
}

static void cursor_move(struct cursor *c, size_t offset)
{
	if (offset < c->offset)
		*c = cursor_at_start(c->text);
	for (; c->offset < offset && c->offset < c->text.n; c->offset++) {
		if (c->text.p[c->offset] == '\n') {
			c->line++;
			c->column = 1;
		} else if (!utf8_continues(c->text.p[c->offset])) {
			c->column++;
		}
	}
}

static void cursor_place(struct cursor *c, struct span *at)
{
	cursor_move(c, at->offset);
	at->line = c->line;
	at->column = c->column;
}

/* Depth is bounded by the limits. */
static void place_tree(struct cursor *c, struct doc *doc)
{
	cursor_place(c, &doc->at);
	if (doc->kind == DOC_SCALAR)
		return;
	for (size_t i = 0; i < doc->n; i++) {
		if (doc->kind == DOC_MAP)
			cursor_place(c, &doc->pairs[i].at);
		place_tree(c, doc->kind == DOC_MAP ? doc->pairs[i].value : doc->items[i]);
	}
}

static int by_offset(const void *a, const void *b)
{
	const struct diag *x = *(struct diag *const *)a, *y = *(struct diag *const *)b;

	return (x->at.offset > y->at.offset) - (x->at.offset < y->at.offset);
}

/* In the order of the text, so that one pass over it is enough. */
void diags_place(struct diags *d, size_t first, struct str text)
{
	struct diag *unplaced[DIAGS_MAX];
	struct cursor c = cursor_at_start(text);
	size_t n = 0;

	for (size_t i = first; i < d->all.n && n < DIAGS_MAX; i++)
		if (!d->all.items[i].at.line)
			unplaced[n++] = &d->all.items[i];
	qsort(unplaced, n, sizeof *unplaced, by_offset);
	for (size_t i = 0; i < n; i++)
		cursor_place(&c, &unplaced[i]->at);
}

void doc_place(struct doc *doc, struct str text)
{
	struct cursor c = cursor_at_start(text);

	place_tree(&c, doc);
}

/* Building. */

bool doc_key_is_plain(struct str key)
{
	if (key.n < 1 || key.n > 32)
		return false;
	for (size_t i = 0; i < key.n; i++)
		if (key.p[i] != '_' && (key.p[i] < 'a' || key.p[i] > 'z'))
			return false;
	return true;
}

static void path_key(struct buf *out, struct str key)
{
	if (out->n)
		buf_putc(out, '.');
	buf_puts(out, doc_key_is_plain(key) ? key : STR("*"));
}

/* Where the next node would go: what is open, and in the innermost the key or the index. */
static struct str builder_path(struct builder *b)
{
	struct buf out = { 0 };
	struct str path;

	for (size_t i = 0; i < b->depth; i++) {
		const struct builder_frame *f = &b->frames[i];
		bool innermost = i + 1 == b->depth;
		size_t n = (innermost ? b->children.n : b->frames[i + 1].first) - f->first;

		if (f->doc->kind == DOC_LIST)
			buf_printf(&out, "[%zu]", innermost ? n : n - 1);
		else if (!innermost)
			path_key(&out, b->children.items[f->first + n - 1].key);
		else if (b->has_key)
			path_key(&out, b->key.key);
	}
	path = arena_dup(&b->scratch, buf_str(&out));
	buf_release(&out);
	return path;
}

bool builder_error(struct builder *b, const char *code, size_t offset, size_t bytes, const char *hint,
		   const char *format, ...)
{
	struct span at = { .offset = (uint32_t)offset, .bytes = (uint32_t)bytes };
	char text[256];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	diag_add(b->diags, DIAG_ERROR, code, at, builder_path(b), hint, "%s", text);
	return false;
}

static struct builder_frame *innermost(const struct builder *b)
{
	return b->depth ? &b->frames[b->depth - 1] : NULL;
}

bool builder_wants_key(const struct builder *b)
{
	return b->depth && innermost(b)->doc->kind == DOC_MAP && !b->has_key;
}

static bool string_fits(struct builder *b, struct str s, size_t offset, size_t bytes)
{
	const char *nul;

	if (s.n > b->limits->string)
		return builder_error(b, "too-long", offset, 1, NULL, "a string of more than %zu bytes",
				     b->limits->string);
	/* A NUL can only come from an escape, and then the text is shorter than what stands between the quotes. */
	nul = s.n && s.n + 2 < bytes ? memchr(s.p, '\0', s.n) : NULL;
	if (nul)
		return builder_error(b, "nul", offset, bytes, NULL, "a string with a NUL character");
	return true;
}

/* The same few keys come again and again: one copy of each is enough, in most cases. */
static struct str key_copy(struct builder *b, struct str key)
{
	struct str *seen;

	if (!key.n)
		return STR("");
	seen = &b->keys[(key.n * 7 + (unsigned char)key.p[0] + (unsigned char)key.p[key.n - 1] * 3) % BUILDER_KEYS];
	if (!str_eq(*seen, key))
		*seen = arena_dup(b->arena, key);
	return *seen;
}

bool builder_key(struct builder *b, struct str key, size_t offset, size_t bytes)
{
	struct span at = { .offset = (uint32_t)offset, .bytes = (uint32_t)bytes };

	if (!string_fits(b, key, offset, bytes))
		return false;
	b->key = (struct doc_pair){ key_copy(b, key), at, NULL };
	b->has_key = true;
	return true;
}

static bool builder_add(struct builder *b, struct doc *doc)
{
	struct doc_pair *pair;

	if (++b->nodes > b->limits->nodes)
		return builder_error(b, "too-many", doc->at.offset, 1, NULL, "more than %zu values", b->limits->nodes);
	if (!b->depth) {
		b->root = doc;
		return true;
	}
	pair = VEC_PUSH(&b->scratch, &b->children);
	*pair = b->key;
	pair->value = doc;
	b->has_key = false;
	return true;
}

static struct doc *doc_new(struct builder *b, enum doc_kind kind, size_t offset, size_t bytes)
{
	struct doc *doc;

	if (!b->n_ready) {
		b->n_ready = BUILDER_NODES;
		b->ready = ARENA_ARRAY(b->arena, struct doc, BUILDER_NODES);
	}
	b->n_ready--;
	doc = b->ready++;
	doc->kind = kind;
	doc->at = (struct span){ .offset = (uint32_t)offset, .bytes = (uint32_t)bytes };
	return doc;
}

static bool is_of_text(const struct builder *b, struct str s)
{
	return (uintptr_t)s.p - (uintptr_t)b->text.p < b->text.n;
}

bool builder_scalar(struct builder *b, struct str text, bool quoted, size_t offset, size_t bytes)
{
	struct doc *doc;

	if (!string_fits(b, text, offset, bytes))
		return false;
	doc = doc_new(b, DOC_SCALAR, offset, bytes);
	doc->quoted = quoted;
	doc->text = b->borrows && is_of_text(b, text) ? text : arena_dup(b->arena, text.p ? text : STR(""));
	return builder_add(b, doc);
}

bool builder_open(struct builder *b, enum doc_kind kind, size_t offset)
{
	struct doc *doc = doc_new(b, kind, offset, 1);

	if (b->depth == b->limits->depth)
		return builder_error(b, "too-deep", offset, 1, NULL, "more than %zu maps and lists inside each other",
				     b->limits->depth);
	if (!builder_add(b, doc))
		return false;
	b->frames[b->depth++] = (struct builder_frame){ doc, b->children.n };
	return true;
}

static void tell_duplicate(struct builder *b, const struct doc_pair *pair)
{
	if (doc_key_is_plain(pair->key))
		builder_error(b, "duplicate-key", pair->at.offset, pair->at.bytes, NULL,
			      "the key \"%.*s\" is there twice", STR_ARG(pair->key));
	else
		builder_error(b, "duplicate-key", pair->at.offset, pair->at.bytes, NULL, "a key is there twice");
}

/* Equal keys in the order written. */
static int by_key(const void *a, const void *b)
{
	const struct doc_pair *x = *(const struct doc_pair *const *)a, *y = *(const struct doc_pair *const *)b;
	int c = str_cmp(x->key, y->key);

	return c ? c : (x > y) - (x < y);
}

const struct doc_pair **doc_sorted_pairs(struct arena *a, const struct doc_pair **few, const struct doc *map)
{
	const struct doc_pair **sorted = few;

	if (map->n > FEW_KEYS) {
		sorted = ARENA_ARRAY(a, const struct doc_pair *, map->n);
		for (size_t i = 0; i < map->n; i++)
			sorted[i] = &map->pairs[i];
		qsort(sorted, map->n, sizeof *sorted, by_key);
		return sorted;
	}
	for (size_t i = 0; i < map->n; i++) {
		size_t at = i;

		for (; at > 0 && str_cmp(sorted[at - 1]->key, map->pairs[i].key) > 0; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = &map->pairs[i];
	}
	return sorted;
}

static void check_keys(struct builder *b, const struct doc *map)
{
	const struct doc_pair **sorted;

	if (map->n > FEW_KEYS) {
		sorted = doc_sorted_pairs(&b->scratch, NULL, map);
		for (size_t i = 1; i < map->n; i++)
			if (str_eq(sorted[i - 1]->key, sorted[i]->key))
				tell_duplicate(b, sorted[i]);
		return;
	}
	for (size_t i = 1; i < map->n; i++) {
		size_t j = 0;

		while (j < i && !str_eq(map->pairs[j].key, map->pairs[i].key))
			j++;
		if (j < i)
			tell_duplicate(b, &map->pairs[i]);
	}
}

void builder_close(struct builder *b)
{
	struct builder_frame *f = innermost(b);
	struct doc *doc = f->doc;
	const struct doc_pair *children = b->children.items + f->first;

	doc->n = b->children.n - f->first;
	if (doc->kind == DOC_MAP) {
		doc->pairs = ARENA_ARRAY(b->arena, struct doc_pair, doc->n);
		if (doc->n)
			memcpy(doc->pairs, children, doc->n * sizeof *children);
	} else {
		doc->items = ARENA_ARRAY(b->arena, struct doc *, doc->n);
		for (size_t i = 0; i < doc->n; i++)
			doc->items[i] = children[i].value;
	}
	b->children.n = f->first;
	b->depth--;
	if (doc->kind == DOC_MAP)
		check_keys(b, doc);
}
