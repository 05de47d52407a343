/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/doc.h"

#include "base/utf8.h"
#include "core/doc_build.h"

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

static struct doc *parse(struct builder *b, enum doc_format format)
{
	size_t errors = b->diags->errors;

	b->scratch.wipe = b->arena->wipe;
	b->frames = ARENA_ARRAY(&b->scratch, struct builder_frame, b->limits->depth);
	b->start = str_starts(b->text, BYTE_ORDER_MARK) ? 3 : 0;
	if (text_fits(b)) {
		switch (format) {
		case DOC_JSON:
			json_parse(b);
			break;
		case DOC_YAML:
			yaml_parse(b);
			break;
		}
	}
	arena_release(&b->scratch);
	return b->diags->errors == errors ? b->root : NULL;
}

struct doc *doc_parse_unplaced(struct arena *a, struct str text, enum doc_format format,
			       const struct doc_limits *limits, bool closed, struct diags *d)
{
	struct builder b = {
		.arena = a, .diags = d, .limits = limits, .text = text, .closed = closed, .borrows = true
	};

	return parse(&b, format);
}

struct doc *doc_parse(struct arena *a, struct str text, enum doc_format format, const struct doc_limits *limits,
		      bool closed, struct diags *d)
{
	struct builder b = { .arena = a, .diags = d, .limits = limits, .text = text, .closed = closed };
	size_t first = d->all.n;
	struct doc *doc = parse(&b, format);

	diags_place(d, first, text);
	if (doc)
		doc_place(doc, text);
	return doc;
}

void doc_mark(struct doc *doc, uint32_t source)
{
	doc->at.source = source;
	for (size_t i = 0; doc->kind == DOC_LIST && i < doc->n; i++)
		doc_mark(doc->items[i], source);
	for (size_t i = 0; doc->kind == DOC_MAP && i < doc->n; i++) {
		doc->pairs[i].at.source = source;
		doc_mark(doc->pairs[i].value, source);
	}
}

enum doc_format doc_guess(struct str text)
{
	size_t i = str_starts(text, BYTE_ORDER_MARK) ? 3 : 0;

	while (i < text.n && strchr(" \t\r\n", text.p[i]) && text.p[i])
		i++;
	return i < text.n && (text.p[i] == '{' || text.p[i] == '[') ? DOC_JSON : DOC_YAML;
}

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
