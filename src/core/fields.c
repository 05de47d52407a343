/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/fields.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/date.h"
#include "core/doc_build.h"
#include "core/synonyms.h"

#define FIELDS_MAX  64	 /* rows of one table */
#define LISTED_MAX  16	 /* keys of a table that are listed where one is unknown */
#define SHOWN_MAX   60	 /* bytes of a value in a message */
#define MESSAGE_MAX 1000 /* bytes of a message */

/* Faults. */

/* Innermost first, so the outer is written before. */
static void path_write(const struct path *path, bool private, struct buf *out)
{
	struct str key;

	if (!path)
		return;
	path_write(path->outer, private, out);
	if (!path->key) {
		buf_printf(out, "[%zu]", path->index);
		return;
	}
	key = str_of(path->key);
	if (private && !doc_key_is_plain(key))
		key = STR("*");
	buf_printf(out, "%s%.*s", out->n ? "." : "", STR_ARG(key));
}

struct str reader_path(struct reader *r)
{
	struct buf out = { 0 };
	struct str path;

	path_write(r->path, r->private, &out);
	path = out.n ? arena_dup(r->arena, buf_str(&out)) : (struct str){ NULL, 0 };
	buf_release(&out);
	return path;
}

/* Past the limit faults are only counted: a hostile text has a million of them, and no hint is looked for. */
static bool told_enough(struct reader *r, enum diag_severity severity)
{
	if (r->diags->all.n < DIAGS_MAX)
		return false;
	*(severity == DIAG_ERROR ? &r->diags->errors : &r->diags->warnings) += 1;
	return true;
}

static void tell(struct reader *r, enum diag_severity severity, struct span at, const char *code, const char *hint,
		 const char *format, va_list ap)
{
	char text[MESSAGE_MAX];

	if (told_enough(r, severity))
		return;
	vsnprintf(text, sizeof text, format, ap);
	diag_add(r->diags, severity, code, at, reader_path(r), hint, "%s", text);
}

void reader_error(struct reader *r, const struct doc *at, const char *code, const char *hint, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	tell(r, DIAG_ERROR, at->at, code, hint, format, ap);
	va_end(ap);
}

void reader_warn(struct reader *r, const struct doc *at, const char *code, const char *hint, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	tell(r, DIAG_WARNING, at->at, code, hint, format, ap);
	va_end(ap);
}

void reader_error_at(struct reader *r, struct span at, const char *code, const char *hint, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	tell(r, DIAG_ERROR, at, code, hint, format, ap);
	va_end(ap);
}

const char *reader_suggest(struct reader *r, struct str word, const char *const *candidates, size_t n)
{
	const char *nearest = synonym_of(word, candidates, n);

	if (!nearest)
		nearest = str_nearest(word, candidates, n);

	return nearest ? arena_printf(r->arena, "did you mean \"%s\"?", nearest).p : NULL;
}

/* What stands there: the value for the author of a rule, its kind for the sender of a record. */
static struct str found(struct reader *r, const struct doc *v)
{
	if (r->private || v->kind != DOC_SCALAR || v->text.n > SHOWN_MAX || !v->text.n ||
	    memchr(v->text.p, '\n', v->text.n))
		return doc_describe(r->arena, v);
	return arena_printf(r->arena, "\"%.*s\"", STR_ARG(v->text));
}

static void expected(struct reader *r, const struct doc *v, const char *code, const char *hint, struct str what)
{
	struct str what_found;

	if (told_enough(r, DIAG_ERROR))
		return;
	what_found = found(r, v);
	reader_error(r, v, code, hint, "expected %.*s, found %.*s", STR_ARG(what), STR_ARG(what_found));
}

/* Tables. */

static struct str words_list(struct arena *a, const char *const *words, size_t n)
{
	struct buf out = { 0 };
	struct str list;

	for (size_t i = 0; i < n; i++)
		buf_printf(&out, "%s%s", i == 0 ? "" : i + 1 == n ? " or " : ", ", words[i]);
	list = arena_dup(a, buf_str(&out));
	buf_release(&out);
	return list;
}

static void tell_unknown(struct reader *r, const struct doc_pair *pair, const struct field *table)
{
	const char *names[FIELDS_MAX], *hint;
	struct str shown = { NULL, 0 };
	size_t n = 0;

	if (str_starts(pair->key, "x_") || told_enough(r, r->unknown_key))
		return;
	for (; table[n].name; n++)
		names[n] = table[n].name;
	hint = reader_suggest(r, pair->key, names, n);
	if (!hint && !r->private && n <= LISTED_MAX)
		hint = arena_printf(r->arena, "write %.*s", STR_ARG(words_list(r->arena, names, n))).p;
	if (!r->private || doc_key_is_plain(pair->key))
		shown = arena_printf(r->arena, " \"%.*s\"", (int)(pair->key.n < SHOWN_MAX ? pair->key.n : SHOWN_MAX),
				     pair->key.p);
	diag_add(r->diags, r->unknown_key, "unknown-key", pair->at, reader_path(r), hint, "unknown key%.*s",
		 STR_ARG(shown));
}

/* Keys hold no NUL. */
static bool key_is(struct str key, const char *name)
{
	return key.n && key.p[0] == name[0] && strncmp(key.p, name, key.n) == 0 && name[key.n] == '\0';
}

/* Writers keep the order of the table more often than not, so the search starts behind the last one found. */
static size_t find_field(const struct field *table, size_t n, struct str key, size_t start)
{
	for (size_t i = 0; i < n; i++) {
		size_t at = start + i < n ? start + i : start + i - n;

		if (key_is(key, table[at].name))
			return at;
	}
	return n;
}

static bool is_key_of(const struct field *table, struct str key)
{
	for (; table->name; table++)
		if (key_is(key, table->name))
			return true;
	return false;
}

bool fields_misspelt(const struct doc *map, const struct field *table, const char *name)
{
	const char *names[FIELDS_MAX], *meant;
	size_t n = 0;

	for (; table[n].name; n++)
		names[n] = table[n].name;
	for (size_t i = 0; map->kind == DOC_MAP && i < map->n; i++) {
		struct str key = map->pairs[i].key;

		if (is_key_of(table, key))
			continue;
		meant = synonym_of(key, names, n);
		if (!meant)
			meant = str_nearest(key, names, n);
		if (meant && strcmp(meant, name) == 0)
			return true;
	}
	return false;
}

/* What to write where a map should be; NULL where that would be too much, or nobody's business. */
static const char *keys_hint(struct reader *r, const struct field *table, size_t n)
{
	const char *names[LISTED_MAX];

	if (r->private || n > LISTED_MAX)
		return NULL;
	for (size_t i = 0; i < n; i++)
		names[i] = table[i].name;
	return arena_printf(r->arena, "write {KEY: ...}, of the keys %.*s", STR_ARG(words_list(r->arena, names, n))).p;
}

static void tell_missing(struct reader *r, const struct doc *doc, const struct field *table, uint64_t seen)
{
	for (size_t i = 0; table[i].name; i++)
		if (table[i].required && !(seen >> i & 1) &&
		    (r->unknown_key == DIAG_WARNING || !fields_misspelt(doc, table, table[i].name)))
			reader_error(r, doc, "missing-key", r->private ? NULL : table[i].help, "\"%s\" is missing",
				     table[i].name);
}

bool fields_read(struct reader *r, const struct doc *doc, const struct field *table, void *into)
{
	size_t errors = r->diags->errors, n = 0, next = 0;
	uint64_t seen = 0;

	while (table[n].name)
		n++;
	if (doc->kind != DOC_MAP) {
		expected(r, doc, "wrong-kind", keys_hint(r, table, n), STR("a map"));
		return false;
	}
	assert(n <= FIELDS_MAX);
	for (size_t i = 0; i < doc->n; i++) {
		const struct doc_pair *pair = &doc->pairs[i];
		size_t at = find_field(table, n, pair->key, next);
		struct path here;

		if (at == n) {
			tell_unknown(r, pair, table);
			continue;
		}
		next = at + 1 < n ? at + 1 : 0;
		seen |= UINT64_C(1) << at;
		here = (struct path){ .outer = r->path, .key = table[at].name };
		r->path = &here;
		table[at].read(r, pair->value, (char *)into + table[at].offset, &table[at]);
		r->path = here.outer;
	}
	tell_missing(r, doc, table, seen);
	return r->diags->errors == errors;
}

/* Ready-made readers. */

static bool absent(struct reader *r, const struct doc *v, const struct field *f)
{
	return r->private && !f->required && doc_is_null(v);
}

/* Any scalar but null: a plain `12` is the text "12" where text is asked for. */
static bool text_of(struct reader *r, const struct doc *v, const struct limit_string *limit, struct str *ret)
{
	if (v->kind != DOC_SCALAR || doc_is_null(v)) {
		expected(r, v, "wrong-kind", NULL, STR("text"));
		return false;
	}
	if (limit && v->text.n > limit->max_bytes) {
		reader_error(r, v, "too-long", NULL, "longer than %zu bytes", limit->max_bytes);
		return false;
	}
	if (!v->text.n && !(limit && limit->empty_ok)) {
		reader_error(r, v, "empty", NULL, "an empty text");
		return false;
	}
	*ret = arena_dup(r->arena, v->text);
	return true;
}

void read_str(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	if (!absent(r, v, f))
		text_of(r, v, f->detail, into);
}

#define LEAST_NUMBER 1e-6		/* a limit below this is there to keep out 0 */
#define WHOLE_MAX    9007199254740992.0 /* 2^53: up to here a double holds every whole number */

static struct str range_words(struct arena *a, const struct limit_range *range)
{
	const char *kind = range && range->whole ? "a whole number" : "a number";
	bool from = range && range->min > -WHOLE_MAX, to = range && range->max < WHOLE_MAX;

	if (range && range->min > 0 && range->min < LEAST_NUMBER)
		return arena_printf(a, "%s above 0", kind);
	if (from && to)
		return arena_printf(a, "%s from %.15g to %.15g", kind, range->min, range->max);
	if (from)
		return arena_printf(a, "%s of at least %.15g", kind, range->min);
	if (to)
		return arena_printf(a, "%s of at most %.15g", kind, range->max);
	return str_of(kind);
}

static bool number_of(struct reader *r, const struct doc *v, const struct limit_range *range, double *ret)
{
	const char *hint = NULL;
	double n;
	bool is_number = doc_number(v, &n);

	if (is_number && (!range || (n >= range->min && n <= range->max && (!range->whole || n == floor(n))))) {
		*ret = n;
		return true;
	}
	if (v->kind == DOC_SCALAR && v->quoted && str_number(v->text, &n))
		hint = "write it without quotes";
	if (is_number && r->private)
		reader_error(r, v, "out-of-range", hint, "expected %.*s, found %s",
			     STR_ARG(range_words(r->arena, range)),
			     range->whole && n != floor(n) ? "one that is not whole" : "another");
	else
		expected(r, v, is_number ? "out-of-range" : "wrong-kind", hint, range_words(r->arena, range));
	return false;
}

void read_double(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	if (!absent(r, v, f))
		number_of(r, v, f->detail, into);
}

void read_int(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct limit_range range = { -WHOLE_MAX, WHOLE_MAX, true };
	double n;

	if (f->detail)
		range = *(const struct limit_range *)f->detail;
	range.whole = true;
	if (!absent(r, v, f) && number_of(r, v, &range, &n))
		*(int64_t *)into = (int64_t)n;
}

void read_flag(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	bool flag;

	if (absent(r, v, f))
		return;
	if (doc_flag(v, &flag))
		*(bool *)into = flag;
	else
		expected(r, v, "wrong-kind",
			 !r->private && v->kind == DOC_SCALAR && v->quoted ? "write it without quotes" : NULL,
			 r->private ? STR("true or false") : STR("yes or no"));
}

void read_date(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	if (absent(r, v, f))
		return;
	if (v->kind != DOC_SCALAR || !date_parse(v->text, into))
		expected(r, v, "bad-date", "a day that exists, and the time zone: Z, or like +01:00",
			 STR("a time like 2026-03-02T14:00:00Z"));
}

void read_duration(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	if (absent(r, v, f))
		return;
	if (v->kind != DOC_SCALAR || !duration_parse(v->text, into))
		expected(r, v, "bad-duration", "a number and seconds, minutes, hours, days or weeks",
			 STR("a time span like \"30 days\""));
}

void read_word(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	const struct words *words = f->detail;
	size_t n = 0;

	if (absent(r, v, f))
		return;
	for (; words->words[n]; n++) {
		if (v->kind == DOC_SCALAR && str_is(v->text, words->words[n])) {
			*(int *)into = (int)n;
			return;
		}
	}
	expected(r, v, v->kind == DOC_SCALAR ? "unknown-word" : "wrong-kind",
		 v->kind == DOC_SCALAR ? reader_suggest(r, v->text, words->words, n) : NULL,
		 words_list(r->arena, words->words, n));
}

void read_strs(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct strs *strs = into;
	struct path here = { .outer = r->path };
	struct str s;

	if (absent(r, v, f))
		return;
	if (v->kind == DOC_SCALAR) {
		if (text_of(r, v, f->detail, &s))
			*VEC_PUSH(r->arena, strs) = s;
		return;
	}
	if (v->kind != DOC_LIST) {
		expected(r, v, "wrong-kind", NULL, STR("a list of texts"));
		return;
	}
	r->path = &here;
	for (here.index = 0; here.index < v->n; here.index++)
		if (text_of(r, v->items[here.index], f->detail, &s))
			*VEC_PUSH(r->arena, strs) = s;
	r->path = here.outer;
}

void read_any(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	(void)r;
	(void)f;
	*(const struct doc **)into = v;
}

void read_skip(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	(void)r;
	(void)v;
	(void)into;
	(void)f;
}

void read_map(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	if (!absent(r, v, f))
		fields_read(r, v, f->detail, into);
}

void read_rows(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	const struct rows *rows = f->detail;
	VEC(char) *vec = into;
	struct path here = { .outer = r->path };

	if (absent(r, v, f))
		return;
	if (v->kind != DOC_LIST) {
		expected(r, v, "wrong-kind", NULL, STR("a list"));
		return;
	}
	if (rows->max && v->n > rows->max) {
		reader_error(r, v, "too-many", NULL, "a list of %zu, at most %zu are read", v->n, rows->max);
		return;
	}
	vec->items = arena_alloc_array(r->arena, v->n, rows->size, alignof(max_align_t));
	vec->cap = v->n;
	r->path = &here;
	for (here.index = 0; here.index < v->n; here.index++) {
		void *row = vec->items + vec->n * rows->size;
		const struct doc *doc = v->items[here.index];

		if (rows->init)
			rows->init(row);
		if (fields_read(r, doc, rows->table, row) && rows->check)
			rows->check(r, doc, row);
		vec->n++;
	}
	r->path = here.outer;
}
