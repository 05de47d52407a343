#include "core/doc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "core/doc_build.h"

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"
#define FEW_KEYS	12 /* up to here every pair of keys is compared; beyond, they are sorted */

const struct doc_limits doc_limits_record = {
	.bytes = 16u << 20,
	.depth = 16,
	.nodes = 500000,
	.string = 64u << 10,
};

const struct doc_limits doc_limits_rules = {
	.bytes = 1u << 20,
	.depth = 64,
	.nodes = 100000,
	.string = 64u << 10,
};

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
	struct doc *doc = ARENA_NEW(b->arena, struct doc);

	doc->kind = kind;
	doc->at = (struct span){ .offset = (uint32_t)offset, .bytes = (uint32_t)bytes };
	return doc;
}

bool builder_scalar(struct builder *b, struct str text, bool quoted, size_t offset, size_t bytes)
{
	struct doc *doc;

	if (!string_fits(b, text, offset, bytes))
		return false;
	doc = doc_new(b, DOC_SCALAR, offset, bytes);
	doc->quoted = quoted;
	doc->text = arena_dup(b->arena, text.p ? text : STR(""));
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

/* The map's pairs by key, in `few` (FEW_KEYS long) when they fit, else in a. */
static const struct doc_pair **sorted_pairs(struct arena *a, const struct doc_pair **few, const struct doc *map)
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
		sorted = sorted_pairs(&b->scratch, NULL, map);
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

/* Parsing. */

static bool text_fits(struct builder *b)
{
	size_t valid;

	if (b->text.n > b->limits->bytes)
		return builder_error(b, "too-large", 0, 0, NULL, "more than %zu bytes", b->limits->bytes);
	valid = utf8_valid(b->text);
	if (valid < b->text.n)
		return builder_error(b, "not-utf8", valid, 1, "save it as UTF-8", "a byte that is not UTF-8");
	return true;
}

struct doc *doc_parse_unplaced(struct arena *a, struct str text, enum doc_format format,
			       const struct doc_limits *limits, bool closed, struct diags *d)
{
	struct builder b = { .arena = a, .diags = d, .limits = limits, .text = text, .closed = closed };
	size_t errors = d->errors;

	b.scratch.wipe = a->wipe;
	b.frames = ARENA_ARRAY(&b.scratch, struct builder_frame, limits->depth);
	b.start = str_starts(text, BYTE_ORDER_MARK) ? 3 : 0;
	if (text_fits(&b)) {
		switch (format) {
		case DOC_JSON:
			json_parse(&b);
			break;
		case DOC_YAML:
			yaml_parse(&b);
			break;
		}
	}
	arena_release(&b.scratch);
	return d->errors == errors ? b.root : NULL;
}

struct doc *doc_parse(struct arena *a, struct str text, enum doc_format format, const struct doc_limits *limits,
		      bool closed, struct diags *d)
{
	size_t first = d->all.n;
	struct doc *doc = doc_parse_unplaced(a, text, format, limits, closed, d);
	struct cursor c = cursor_at_start(text);

	diags_place(d, first, text);
	if (doc)
		place_tree(&c, doc);
	return doc;
}

enum doc_format doc_guess(struct str text)
{
	size_t i = str_starts(text, BYTE_ORDER_MARK) ? 3 : 0;

	while (i < text.n && strchr(" \t\r\n", text.p[i]) && text.p[i])
		i++;
	return i < text.n && (text.p[i] == '{' || text.p[i] == '[') ? DOC_JSON : DOC_YAML;
}

/* Asking. */

const struct doc *doc_get(const struct doc *map, const char *key)
{
	struct str k = str_of(key);

	if (!map || map->kind != DOC_MAP)
		return NULL;
	for (size_t i = 0; i < map->n; i++)
		if (str_eq(map->pairs[i].key, k))
			return map->pairs[i].value;
	return NULL;
}

static bool is_plain(const struct doc *doc)
{
	return doc && doc->kind == DOC_SCALAR && !doc->quoted;
}

bool doc_is_null(const struct doc *doc)
{
	return is_plain(doc) && (!doc->text.n || str_is(doc->text, "~") || str_is(doc->text, "null"));
}

bool doc_number(const struct doc *doc, double *ret)
{
	return is_plain(doc) && str_number(doc->text, ret);
}

bool doc_flag(const struct doc *doc, bool *ret)
{
	static const struct {
		const char *word;
		bool value;
	} flags[] = { { "true", true }, { "false", false }, { "yes", true }, { "no", false } };

	for (size_t i = 0; is_plain(doc) && i < sizeof flags / sizeof *flags; i++) {
		if (str_is(doc->text, flags[i].word)) {
			*ret = flags[i].value;
			return true;
		}
	}
	return false;
}

struct str doc_describe(struct arena *a, const struct doc *doc)
{
	double number;
	bool flag;

	switch (doc->kind) {
	case DOC_MAP:
		return STR("a map");
	case DOC_LIST:
		return arena_printf(a, "a list of %zu", doc->n);
	case DOC_SCALAR:
		break;
	}
	if (doc_is_null(doc))
		return STR("nothing");
	if (doc_number(doc, &number))
		return STR("a number");
	if (doc_flag(doc, &flag))
		return STR("true or false");
	return arena_printf(a, "a string of %zu character%s", utf8_count(doc->text),
			    utf8_count(doc->text) == 1 ? "" : "s");
}

/* The canonical form. */

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
	char head[32], *end = head + sizeof head, *p = end;

	*--p = ':';
	p = write_number(p, s.n);
	buf_add(out, p, (size_t)(end - p));
	buf_puts(out, s);
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
		sorted = sorted_pairs(scratch, few, doc);
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
