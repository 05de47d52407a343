/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file of labels: CSV or an object a line, into marks.
 */
#include <stdlib.h>
#include <strings.h>

#include "core/mark.h"

#define COLUMNS_MAX 64
#define SESSION_MAX 1e6

static const char *const names[] = { "case", "session", "label", "rule" };
enum { CASE, SESSION, LABEL, RULE, NAMES };

struct reading_labels {
	struct arena *a;
	struct str rest;
	size_t line;
	int column_of[NAMES]; /* -1: none */
	mark_list *ret;
};

static bool next_line(struct reading_labels *r, struct str *ret)
{
	const char *end = r->rest.n ? memchr(r->rest.p, '\n', r->rest.n) : NULL;

	if (!r->rest.n)
		return false;
	*ret = (struct str){ r->rest.p, end ? (size_t)(end - r->rest.p) : r->rest.n };
	r->rest.p += ret->n + (end != NULL);
	r->rest.n -= ret->n + (end != NULL);
	if (ret->n && ret->p[ret->n - 1] == '\r')
		ret->n--;
	*ret = str_trim(*ret);
	r->line++;
	return true;
}

static const char *wrong(const struct reading_labels *r, const char *what)
{
	return arena_printf(r->a, "line %zu: %s", r->line, what).p;
}

/* In whatever case: tables write TRUE. */
static bool is_word(struct str word, const char *name)
{
	return word.n == strlen(name) && strncasecmp(word.p, name, word.n) == 0;
}

static bool read_answer(struct str word, bool *ret)
{
	static const char *const yes[] = { "yes", "true", "1", "useful" }, *const no[] = { "no", "false", "0",
											   "noise" };

	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
		*ret = is_word(word, yes[i]);
		if (*ret || is_word(word, no[i]))
			return true;
	}
	return false;
}

static const char *add(struct reading_labels *r, const struct str *values)
{
	struct mark m = { .case_name = arena_dup(r->a, values[CASE]), .rule = arena_dup(r->a, values[RULE]) };
	double session;

	if (!m.case_name.n)
		return wrong(r, "no case");
	if (!str_number(values[SESSION], &session) || session < 0 || session > SESSION_MAX ||
	    session != (double)(int64_t)session)
		return wrong(r, "`session` is a whole number, as in the record, or 1, 2, 3 in order");
	if (!read_answer(values[LABEL], &m.good))
		return wrong(r, "`label` is yes or no");
	m.session = (int64_t)session;
	*VEC_PUSH(r->a, r->ret) = m;
	return NULL;
}

/* ---- CSV ---- */

/* The next cell, without its quotes; `""` in quotes is one quote. */
static struct str next_cell(struct arena *a, struct str *rest)
{
	struct buf out = { 0 };
	bool quoted = false;
	struct str ret;
	size_t i = 0;

	for (; i < rest->n && (quoted || rest->p[i] != ','); i++) {
		bool twin = quoted && rest->p[i] == '"' && i + 1 < rest->n && rest->p[i + 1] == '"';

		if (rest->p[i] != '"' || twin)
			buf_putc(&out, rest->p[i]);
		else
			quoted = !quoted;
		i += twin;
	}
	*rest = i < rest->n ? (struct str){ rest->p + i + 1, rest->n - i - 1 } : (struct str){ NULL, 0 };
	ret = arena_dup(a, str_trim(out.n ? buf_str(&out) : STR("")));
	buf_release(&out);
	return ret;
}

static size_t cut_cells(struct arena *a, struct str line, struct str *ret)
{
	size_t n = 0;

	for (struct str rest = line; rest.p && n < COLUMNS_MAX; n++)
		ret[n] = next_cell(a, &rest);
	return n;
}

static const char *read_head(struct reading_labels *r, struct str line)
{
	struct str cells[COLUMNS_MAX];
	size_t n = cut_cells(r->a, line, cells);

	for (int i = 0; i < NAMES; i++) {
		r->column_of[i] = -1;
		for (size_t k = 0; k < n; k++)
			if (is_word(cells[k], names[i]))
				r->column_of[i] = (int)k;
		if (r->column_of[i] < 0 && i != RULE)
			return wrong(
				r, "the first line names the columns, with commas between: case,session,label and, if "
				   "you like, rule");
	}
	return NULL;
}

static const char *read_row(struct reading_labels *r, struct str line)
{
	struct str cells[COLUMNS_MAX], values[NAMES] = { 0 };
	size_t n = cut_cells(r->a, line, cells);

	for (int i = 0; i < NAMES; i++)
		if (r->column_of[i] >= 0 && (size_t)r->column_of[i] < n)
			values[i] = cells[r->column_of[i]];
	return add(r, values);
}

/* ---- an object a line ---- */

static const char *read_object(struct reading_labels *r, struct str line)
{
	struct diags d = { .arena = r->a };
	struct doc *doc = doc_parse(r->a, line, DOC_JSON, &doc_limits_rules, false, &d);
	struct str values[NAMES] = { 0 };

	if (!doc || doc->kind != DOC_MAP)
		return wrong(r, "expected an object like {\"case\": \"K7Q2\", \"session\": 9, \"label\": \"yes\"}");
	for (int i = 0; i < NAMES; i++) {
		const struct doc *value = doc_get(doc, names[i]);

		if (value && value->kind == DOC_SCALAR && !doc_is_null(value))
			values[i] = value->text;
	}
	return add(r, values);
}

/* ---- */

static int by_case(const void *va, const void *vb)
{
	const struct mark *a = va, *b = vb;
	int c = str_cmp(a->case_name, b->case_name);

	return c ? c : (a->session > b->session) - (a->session < b->session);
}

/* Tables begin what they save as UTF-8 with a byte order mark. */
static struct str without_mark(struct str text)
{
	bool has = text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0;

	return has ? (struct str){ text.p + 3, text.n - 3 } : text;
}

const char *labels_read(struct arena *a, struct str text, mark_list *ret)
{
	struct reading_labels r = { .a = a, .rest = without_mark(text), .ret = ret };
	const char *fault = NULL;
	bool objects = false, begun = false;
	struct str line;

	*ret = (mark_list){ 0 };
	while (!fault && next_line(&r, &line)) {
		if (!line.n)
			continue;
		if (!begun)
			objects = line.p[0] == '{';
		if (objects)
			fault = read_object(&r, line);
		else
			fault = begun ? read_row(&r, line) : read_head(&r, line);
		begun = true;
	}
	if (!fault && !begun)
		return "the file is empty";
	if (ret->n)
		qsort(ret->items, ret->n, sizeof *ret->items, by_case);
	return fault;
}

const struct mark *labels_of(const mark_list *labels, struct str case_name, size_t *ret_n)
{
	size_t low = 0, high = labels->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (str_cmp(labels->items[middle].case_name, case_name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*ret_n = 0;
	while (low + *ret_n < labels->n && str_eq(labels->items[low + *ret_n].case_name, case_name))
		++*ret_n;
	return *ret_n ? &labels->items[low] : NULL;
}
