/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lexicon files and inline phrases into entries.  The format is told in core/lexicon.h; each form is one table.
 */
#include <assert.h>
#include <string.h>

#include "core/lexicon_parts.h"
#include "core/scalar.h"
#include "core/shape.h"

#define ID_MAX	    64
#define WEIGHT_MAX  100
#define OWN_REACH   4 /* words before and after a hit, of a context written in a lexicon */
#define CONTEXT_MAX 32

/* A lexicon being read. */
struct reading {
	struct lexicons *lexicons;
	struct reader *reader;
	int lexicon;
	context_list own;    /* contexts of this file */
	context_list unless; /* of entries that name none */
};

static const struct shape version_shape = { SHAPE_TEXT };
static const struct shape contexts_shape = { SHAPE_NAMED, &shape_texts };

struct lexicon_form {
	struct str id, language, title, source;
	bool once;
	const struct doc *version, *unless, *contexts, *entries;
};

static const struct limit_string id_limit = { ID_MAX, false };
static const struct field lexicon_table[] = {
	{ "lexicon", "the name that rules use: small letters, digits, - and _", read_str,
	  offsetof(struct lexicon_form, id), true, &id_limit },
	{ "version", "A.B: counts taken with the same A stay comparable", read_any,
	  offsetof(struct lexicon_form, version), true, NULL, "like 1.0", &version_shape },
	{ "language", "the language of its phrases: en, de, en-GB; without it, any", read_str,
	  offsetof(struct lexicon_form, language), false, &id_limit },
	{ "title", "what it finds, in one line", read_str, offsetof(struct lexicon_form, title) },
	{ "source", "where its phrases come from", read_str, offsetof(struct lexicon_form, source) },
	{ "once", "yes: of a session only whether it was heard is kept, not in which turn nor who spoke", read_flag,
	  offsetof(struct lexicon_form, once) },
	{ "unless", "contexts in which its entries do not count, unless an entry says otherwise", read_any,
	  offsetof(struct lexicon_form, unless), false, NULL, "a list of names", &shape_texts },
	{ "contexts", "more phrases for a context, or contexts of its own: name: [phrases]", read_any,
	  offsetof(struct lexicon_form, contexts), false, NULL, "names, each with a list of phrases", &contexts_shape },
	{ "entries", "the phrases", read_any, offsetof(struct lexicon_form, entries), true, NULL,
	  "a list of phrases and of maps as below", &shape_phrases },
	{ 0 },
};

struct entry_form {
	const struct doc *say, *re, *unless;
	double weight;
	bool whole, opens;
};

static const struct limit_range weight_range = { LEXICON_MIN_WEIGHT, WEIGHT_MAX, false };
static const struct field entry_table[] = {
	{ "say", "a phrase, or a list of phrases that mean the same", read_any, offsetof(struct entry_form, say), false,
	  NULL, "text, a list of texts", &shape_texts },
	{ "re", "a regular expression, where a phrase cannot say it", read_any, offsetof(struct entry_form, re), false,
	  NULL, "text", &shape_text },
	{ "weight", "how much a hit counts; 1 when not given", read_double, offsetof(struct entry_form, weight), false,
	  &weight_range },
	{ "unless", "contexts in which it does not count: negation, courtesy, quotation, life, answer, echo", read_any,
	  offsetof(struct entry_form, unless), false, NULL, "a list of names", &shape_texts },
	{ "whole", "yes: it counts only where it is the whole of a turn, fillers aside", read_flag,
	  offsetof(struct entry_form, whole) },
	{ "opens", "yes: it counts only at the beginning of a turn, fillers and \"well, but, and, so, oh\" aside",
	  read_flag, offsetof(struct entry_form, opens) },
	{ 0 },
};

const struct field *lexicon_fields(void)
{
	return lexicon_table;
}

const struct field *lexicon_entry_fields(void)
{
	return entry_table;
}

static bool is_name(struct str s)
{
	if (!s.n || s.n > ID_MAX || s.p[0] < 'a' || s.p[0] > 'z')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789_-", s.p[i]))
			return false;
	return true;
}

static bool is_text(struct reader *r, const struct doc *doc, const char *what)
{
	if (doc->kind == DOC_SCALAR && !doc_is_null(doc))
		return true;
	reader_error(r, doc, "wrong-kind", doc->kind == DOC_SCALAR ? "the word null needs quotes" : NULL,
		     "expected %s, found %.*s", what, STR_ARG(doc_describe(r->arena, doc)));
	return false;
}

/* Calls `each` for a single value or for all of a list, with the path set. */
static void for_each(struct reading *g, const struct doc *doc,
		     void (*each)(struct reading *, const struct doc *, void *), void *user)
{
	struct path here = { .outer = g->reader->path };

	if (doc->kind != DOC_LIST) {
		each(g, doc, user);
		return;
	}
	g->reader->path = &here;
	for (here.index = 0; here.index < doc->n; here.index++)
		each(g, doc->items[here.index], user);
	g->reader->path = here.outer;
}

static bool parse_phrase(struct reading *g, const struct doc *doc, struct phrase *ret)
{
	struct phrase_fault fault;

	if (phrase_parse(&g->lexicons->arena, doc->text, ret, &fault))
		return true;
	reader_error_at(g->reader, scalar_span(doc, fault.from, fault.bytes ? fault.bytes : 1), "bad-phrase",
			fault.hint, "%s", fault.message);
	return false;
}

/* Contexts. */

static void add_named(struct reading *g, context_list *to, struct str name, bool *ret_found)
{
	const struct lexicons *l = g->lexicons;

	for (size_t i = 0; i < l->contexts.n; i++) {
		if (str_is(name, l->contexts.items[i].name)) {
			*VEC_PUSH(&g->lexicons->arena, to) = &l->contexts.items[i];
			*ret_found = true;
		}
	}
	for (size_t i = 0; i < g->own.n; i++) {
		if (str_is(name, g->own.items[i]->name)) {
			*VEC_PUSH(&g->lexicons->arena, to) = g->own.items[i];
			*ret_found = true;
		}
	}
}

static const char *suggest_context(struct reading *g, struct str name)
{
	const char *names[2 * CONTEXT_MAX];
	size_t n = 0;

	for (size_t i = 0; i < g->lexicons->contexts.n && n < CONTEXT_MAX; i++)
		names[n++] = g->lexicons->contexts.items[i].name;
	for (size_t i = 0; i < g->own.n && n < 2 * CONTEXT_MAX; i++)
		names[n++] = g->own.items[i]->name;
	return reader_suggest(g->reader, name, names, n);
}

static void read_context_name(struct reading *g, const struct doc *doc, void *list)
{
	const char *hint;
	bool found = false;

	if (!is_text(g->reader, doc, "the name of a context"))
		return;
	add_named(g, list, doc->text, &found);
	if (found)
		return;
	hint = suggest_context(g, doc->text);
	reader_error(
		g->reader, doc, "unknown-context",
		hint ? hint
		     : "there are negation, courtesy, quotation, life, answer and echo, and those under `contexts`",
		"unknown context \"%.*s\"", STR_ARG(doc->text));
}

static void read_unless(struct reading *g, const struct doc *doc, context_list *ret)
{
	struct path here = { .outer = g->reader->path, .key = "unless" };

	g->reader->path = &here;
	for_each(g, doc, read_context_name, ret);
	g->reader->path = here.outer;
	buf_puts(&g->lexicons->canonical, STR(" unless"));
	for (size_t i = 0; i < ret->n; i++)
		buf_printf(&g->lexicons->canonical, " %s", ret->items[i]->name);
}

static void read_context_phrase(struct reading *g, const struct doc *doc, void *context)
{
	struct context *c = context;
	struct phrase phrase;

	if (!is_text(g->reader, doc, "a phrase") || !parse_phrase(g, doc, &phrase))
		return;
	*VEC_PUSH(&g->lexicons->arena, &c->phrases) = phrase;
	buf_printf(&g->lexicons->canonical, "\n  %.*s", STR_ARG(doc->text));
}

static void read_contexts(struct reading *g, const struct doc *doc)
{
	struct path here = { .outer = g->reader->path, .key = "contexts" };

	if (doc->kind != DOC_MAP) {
		reader_error(g->reader, doc, "wrong-kind", "write contexts: {joke: [\"just kidding\"]}",
			     "expected a map of contexts, found %.*s", STR_ARG(doc_describe(g->reader->arena, doc)));
		return;
	}
	g->reader->path = &here;
	for (size_t i = 0; i < doc->n; i++) {
		struct context *c = ARENA_NEW(&g->lexicons->arena, struct context);

		if (!is_name(doc->pairs[i].key) || g->own.n == CONTEXT_MAX) {
			reader_error_at(g->reader, doc->pairs[i].at, "bad-name", NULL,
					"the name of a context has small letters, digits, - and _, and 32 are enough");
			continue;
		}
		c->name = arena_dup(&g->lexicons->arena, doc->pairs[i].key).p;
		c->before = c->after = OWN_REACH;
		buf_printf(&g->lexicons->canonical, "\n context %s", c->name);
		for_each(g, doc->pairs[i].value, read_context_phrase, c);
		*VEC_PUSH(&g->lexicons->arena, &g->own) = c;
	}
	g->reader->path = here.outer;
}

/* Entries. */

static void add_pattern(struct reading *g, const struct doc *doc, struct str source, struct entry *e)
{
	struct pattern_fault fault;
	struct words_list needs = { 0 };

	e->text = arena_dup(&g->lexicons->arena, source);
	e->pattern = pattern_compile(e->text, &fault);
	if (!e->pattern) {
		size_t from = (size_t)(source.p - doc->text.p) + fault.at;

		reader_error_at(g->reader, scalar_span(doc, from < doc->text.n ? from : from - (from > 0), 1),
				"bad-pattern", "this is a regular expression because it starts with \"re:\"", "%s",
				fault.text);
		return;
	}
	e->pattern_number = g->lexicons->n_patterns++;
	if (!pattern_needs(g->reader->arena, e->text, &needs))
		reader_warn(g->reader, doc, "slow-pattern",
			    "let it hold a whole word in each of its branches, with a space or \\b on both sides",
			    "no word is sure to be in what this finds, so it runs on every turn");
}

/* The entry's number among all; its address goes stale with the next. */
static uint32_t add_entry(struct reading *g, double weight, const context_list *unless)
{
	struct lexicon *lexicon = &g->lexicons->lexicons.items[g->lexicon];
	struct entry *e = VEC_PUSH(&g->lexicons->arena, &g->lexicons->entries);

	e->lexicon = g->lexicon;
	e->number = (uint32_t)lexicon->n_entries++;
	e->weight = weight;
	e->unless = *unless;
	return (uint32_t)(g->lexicons->entries.n - 1);
}

static void add_phrase(struct reading *g, const struct doc *doc, void *entry)
{
	struct variant v = { .entry = *(const uint32_t *)entry };

	if (!is_text(g->reader, doc, "a phrase"))
		return;
	buf_printf(&g->lexicons->canonical, " say:%.*s", STR_ARG(doc->text));
	if (parse_phrase(g, doc, &v.phrase))
		*VEC_PUSH(&g->lexicons->arena, &g->lexicons->variants) = v;
}

/* A bare scalar: a phrase, or with "re:" in front a regular expression. */
static void read_plain_entry(struct reading *g, const struct doc *doc)
{
	uint32_t entry = add_entry(g, 1, &g->unless);
	struct str pattern;

	if (!str_starts(str_trim(doc->text), "re:")) {
		add_phrase(g, doc, &entry);
		return;
	}
	pattern = str_trim(doc->text);
	pattern = str_trim((struct str){ pattern.p + 3, pattern.n - 3 });
	buf_printf(&g->lexicons->canonical, " re:%.*s", STR_ARG(pattern));
	add_pattern(g, doc, pattern, &g->lexicons->entries.items[entry]);
}

static void read_map_entry(struct reading *g, const struct doc *doc)
{
	struct entry_form form = { .weight = 1 };
	context_list unless = { 0 };
	uint32_t entry;

	if (!fields_read(g->reader, doc, entry_table, &form))
		return;
	if (!form.say == !form.re) {
		reader_error(g->reader, doc, "bad-entry", NULL, "an entry has one of \"say\" and \"re\"");
		return;
	}
	buf_printf(&g->lexicons->canonical, " weight %.9g", form.weight);
	if (form.unless)
		read_unless(g, form.unless, &unless);
	if (form.whole)
		buf_puts(&g->lexicons->canonical, STR(" whole"));
	if (form.opens)
		buf_puts(&g->lexicons->canonical, STR(" opens"));
	entry = add_entry(g, form.weight, form.unless ? &unless : &g->unless);
	g->lexicons->entries.items[entry].whole = form.whole;
	g->lexicons->entries.items[entry].opens = form.opens;
	if (form.say)
		for_each(g, form.say, add_phrase, &entry);
	else if (is_text(g->reader, form.re, "a regular expression")) {
		buf_printf(&g->lexicons->canonical, " re:%.*s", STR_ARG(form.re->text));
		add_pattern(g, form.re, form.re->text, &g->lexicons->entries.items[entry]);
	}
}

static void read_entry(struct reading *g, const struct doc *doc, void *user)
{
	(void)user;
	buf_puts(&g->lexicons->canonical, STR("\n entry"));
	if (doc->kind == DOC_MAP)
		read_map_entry(g, doc);
	else if (is_text(g->reader, doc, "a phrase or {say: ..., weight: ...}"))
		read_plain_entry(g, doc);
}

static void read_entries(struct reading *g, const struct doc *doc)
{
	if (doc->kind == DOC_LIST && doc->n > LEXICON_MAX_ENTRIES)
		reader_error(g->reader, doc, "too-many", NULL, "%zu entries, at most %d are read", doc->n,
			     LEXICON_MAX_ENTRIES);
	else if (doc->kind == DOC_LIST && !doc->n)
		reader_error(g->reader, doc, "empty", NULL, "no phrases");
	else
		for_each(g, doc, read_entry, NULL);
}

/* "1.0"; "1" is "1.0". */
static bool parse_version(struct str s, int *major, int *minor)
{
	int *part = major;

	*major = *minor = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '.' && part == major && i > 0 && i + 1 < s.n)
			part = minor;
		else if (s.p[i] >= '0' && s.p[i] <= '9' && *part < 10000)
			*part = *part * 10 + (s.p[i] - '0');
		else
			return false;
	}
	return s.n > 0;
}

static int add_lexicon(struct lexicons *l, const struct lexicon *lexicon)
{
	*VEC_PUSH(&l->arena, &l->begins) = l->canonical.n;
	buf_printf(&l->canonical, "\nlexicon %.*s %.*s %d.%d", STR_ARG(lexicon->id), STR_ARG(lexicon->language),
		   lexicon->major, lexicon->minor);
	if (lexicon->once)
		buf_puts(&l->canonical, STR(" once"));
	*VEC_PUSH(&l->arena, &l->lexicons) = *lexicon;
	return (int)l->lexicons.n - 1;
}

/* The first beyond the limit is told, and no other. */
static void tell_full(struct lexicons *l, struct reader *r, const struct doc *doc)
{
	if (!l->overflowed)
		reader_error(r, doc, "too-many",
			     "make one list of what several rules say, under `lists:`, and name it in their `says`",
			     "more than %d lexicons and lists of phrases in all; this and what follows is not read",
			     LEXICONS_MAX);
	l->overflowed = true;
}

static bool may_add(struct lexicons *l, struct reader *r, const struct doc *doc, struct str id)
{
	assert(!l->frozen);
	if (lexicons_find(l, id) >= 0)
		reader_error(r, doc, "twice", "give it another name", "there is a lexicon \"%.*s\" already",
			     STR_ARG(id));
	else if (l->lexicons.n == LEXICONS_MAX)
		tell_full(l, r, doc);
	else
		return true;
	return false;
}

int lexicons_add(struct lexicons *l, struct reader *r, const struct doc *doc)
{
	struct lexicon_form form = { 0 };
	struct reading g = { .lexicons = l, .reader = r };
	struct lexicon lexicon = { 0 };
	struct path entries = { .outer = r->path, .key = "entries" };
	size_t errors = r->diags->errors;

	fields_read(r, doc, lexicon_table, &form);
	if (!form.id.n || !form.entries)
		return -1;
	if (!is_name(form.id))
		reader_error(r, doc_get(doc, "lexicon"), "bad-name", NULL,
			     "the name of a lexicon has small letters, digits, - and _");
	if (form.version &&
	    (form.version->kind != DOC_SCALAR || !parse_version(form.version->text, &lexicon.major, &lexicon.minor)))
		reader_error(r, form.version, "bad-version", NULL, "expected a version like 1.0");
	if (!may_add(l, r, doc, form.id))
		return -1;
	lexicon.id = arena_dup(&l->arena, form.id);
	lexicon.language = arena_dup(&l->arena, form.language);
	lexicon.once = form.once;
	lexicon.title = arena_dup(&l->arena, form.title);
	lexicon.source = arena_dup(&l->arena, form.source);
	g.lexicon = add_lexicon(l, &lexicon);
	if (form.contexts)
		read_contexts(&g, form.contexts);
	if (form.unless)
		read_unless(&g, form.unless, &g.unless);
	r->path = &entries;
	read_entries(&g, form.entries);
	r->path = entries.outer;
	return r->diags->errors == errors ? g.lexicon : -1;
}

int lexicons_add_inline(struct lexicons *l, struct reader *r, struct str id, const struct doc *doc)
{
	struct reading g = { .lexicons = l, .reader = r };
	struct lexicon lexicon = { .inline_phrases = true };
	size_t errors = r->diags->errors;

	if (!may_add(l, r, doc, id))
		return -1;
	lexicon.id = arena_dup(&l->arena, id);
	g.lexicon = add_lexicon(l, &lexicon);
	read_entries(&g, doc);
	return r->diags->errors == errors ? g.lexicon : -1;
}
