/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/except.h"

#include <stdlib.h>

#include "core/shape.h"

static const struct limit_string name_limit = { 128, false };
static const struct limit_string reason_limit = { 1000, false };

/* The whole of the day named, or the moment. */
static void read_until(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct exception *e = into;

	(void)f;
	if (v->kind == DOC_SCALAR && date_parse_day(v->text, &e->until))
		e->until += DAY_S - 1;
	else if (v->kind != DOC_SCALAR || !date_parse(v->text, &e->until))
		reader_error(r, v, "bad-date", "as in 2026-12-31; the day itself still counts",
			     "an exception ends on a date");
	if (v->kind == DOC_SCALAR)
		e->until_words = arena_dup(r->arena, v->text);
}

/* Its beginning, or the moment. */
static void read_from(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct exception *e = into;

	(void)f;
	if (v->kind != DOC_SCALAR || (!date_parse_day(v->text, &e->from) && !date_parse(v->text, &e->from)))
		reader_error(r, v, "bad-date", "as in 2026-12-01; without `from` all of the case's past is excepted",
			     "an exception begins on a date");
	else
		e->from_words = arena_dup(r->arena, v->text);
}

#define EXCEPTION_ROWS                                                                                                   \
	{                                                                                                                \
		"case",	  "the case, by its name as alerts show it",                                                     \
		read_str, offsetof(struct exception, case_name),                                                         \
		false,	  &name_limit                                                                                    \
	},                                                                                                               \
		{ "site", "or all cases of this site", read_str, offsetof(struct exception, site), false, &name_limit }, \
		{ "from",                                                                                                \
		  "the first day on which it holds; without it the whole past is excepted",                              \
		  read_from,                                                                                             \
		  0,                                                                                                     \
		  false,                                                                                                 \
		  NULL,                                                                                                  \
		  "a date like 2026-12-01",                                                                              \
		  &shape_text },                                                                                         \
		{ "until", "the last day on which it holds", read_until, 0, true,                                        \
		  NULL,	   "a date like 2026-12-31",	     &shape_text },                                              \
		{ "reason",	"why, for whoever asks later", read_str, offsetof(struct exception, reason), true,       \
		  &reason_limit },                                                                                       \
	{                                                                                                                \
		0                                                                                                        \
	}

static const struct field file_table[] = {
	{ "rule", "the rule by its id; `*` for any characters; in a rule it is left out", read_str,
	  offsetof(struct exception, rule), true, &name_limit },
	EXCEPTION_ROWS,
};

static const struct field rule_table[] = { EXCEPTION_ROWS };

const struct field *exception_fields(void)
{
	return file_table;
}

const struct field *rule_exception_fields(void)
{
	return rule_table;
}

static void read_one(struct reader *r, const struct doc *doc, struct str rule, struct str file, struct exceptions *list)
{
	struct exception e = { .rule = rule, .file = file, .at = doc->at, .from = DATE_NONE, .until = INT64_MAX };

	if (!fields_read(r, doc, rule.p ? rule_table : file_table, &e))
		return;
	if (!e.case_name.p == !e.site.p) {
		reader_error(r, doc, "except", "as in `case: K7Q2` or `site: north`",
			     "an exception is of one case, or of one site");
		return;
	}
	if (e.from != DATE_NONE && e.from > e.until) {
		reader_error(r, doc_get(doc, "from"), "except", "write the earlier date under `from`",
			     "the exception ends before it begins");
		return;
	}
	*VEC_PUSH(r->arena, &list->all) = e;
}

void exceptions_read(struct reader *r, const struct doc *doc, struct str rule, struct str file, struct exceptions *list)
{
	struct path in = { r->path, "except", 0 }, here = { &in, NULL, 0 };

	if (doc->kind != DOC_LIST)
		reader_error(r, doc, "wrong-kind", "each begins with `- case:` or `- site:`",
			     "expected a list of exceptions, found %.*s", STR_ARG(doc_describe(r->arena, doc)));
	file = arena_dup(r->arena, file);
	r->path = &here;
	for (size_t i = 0; doc->kind == DOC_LIST && i < doc->n; i++) {
		here.index = i;
		read_one(r, doc->items[i], rule, file, list);
	}
	r->path = in.outer;
}

static void lint_one(struct reader *r, const struct exception *e, const struct rule_form *forms, size_t n)
{
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		const struct rule *rule = &forms[i].rule;

		if (!rule->id.n || !str_matches(rule->id, e->rule))
			continue;
		any = true;
		if (rule->safety || rule->locked)
			reader_error_at(
				r, e->at, "except",
				"name the rules without it; the administrator's `switched_off` is for all cases",
				"rule \"%.*s\" is %s: it has no exceptions", STR_ARG(rule->id),
				rule->safety ? "for safeguarding" : "locked");
	}
	if (!any)
		reader_error_at(r, e->at, "unknown-rule", rule_suggest(r, forms, n, e->rule), "unknown rule \"%.*s\"",
				STR_ARG(e->rule));
}

void exceptions_lint(struct reader *readers, const struct exceptions *list, const struct rule_form *forms, size_t n)
{
	for (size_t i = 0; i < list->all.n; i++)
		lint_one(&readers[list->all.items[i].at.source], &list->all.items[i], forms, n);
}

static int by_content(const void *a, const void *b)
{
	const struct exception *x = a, *y = b;
	const struct str left[] = { x->rule, x->case_name, x->site, x->reason, x->file };
	const struct str right[] = { y->rule, y->case_name, y->site, y->reason, y->file };

	if (x->until != y->until)
		return x->until > y->until ? -1 : 1;
	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	for (size_t i = 0; i < sizeof left / sizeof *left; i++)
		if (str_cmp(left[i], right[i]))
			return str_cmp(left[i], right[i]);
	return (x->at.offset > y->at.offset) - (x->at.offset < y->at.offset);
}

void exceptions_share(struct arena *a, struct exceptions *list, struct rule *rules, size_t n)
{
	if (list->all.n)
		qsort(list->all.items, list->all.n, sizeof *list->all.items, by_content);
	for (size_t i = 0; i < list->all.n; i++)
		for (size_t k = 0; k < n; k++)
			if (str_matches(rules[k].id, list->all.items[i].rule))
				*VEC_PUSH(a, &rules[k].exceptions) = &list->all.items[i];
}

void exceptions_canonical(const struct exceptions *list, struct buf *out)
{
	for (size_t i = 0; i < list->all.n; i++) {
		const struct exception *e = &list->all.items[i];

		if (e->from != DATE_NONE)
			buf_printf(out, "from %lld ", (long long)e->from);
		buf_printf(out, "except %.*s %.*s/%.*s %lld %.*s\n", STR_ARG(e->rule), STR_ARG(e->case_name),
			   STR_ARG(e->site), (long long)e->until, STR_ARG(e->reason));
	}
}

/* Where the case was at that session: a record may leave out what an earlier one said. */
static struct str site_at(const struct history *h, size_t session)
{
	for (size_t i = session + 1; i-- > 0;)
		for (size_t p = 0; p < h->sessions[i].n_parts; p++)
			if (h->sessions[i].parts[p].s->site.p)
				return h->sessions[i].parts[p].s->site;
	return (struct str){ NULL, 0 };
}

const struct exception *exception_for(const struct rule *rule, const struct history *h, size_t session, int64_t at)
{
	for (size_t i = 0; i < rule->exceptions.n; i++) {
		const struct exception *e = rule->exceptions.items[i];

		if (at <= e->until && (e->from == DATE_NONE || at >= e->from) &&
		    (e->case_name.p ? str_eq(e->case_name, h->name) : str_eq(e->site, site_at(h, session))))
			return e;
	}
	return NULL;
}

static void warn(struct diags *d, const struct exception *e, const char *code, struct str hint, struct str message)
{
	diag_add(d, DIAG_WARNING, code, e->at, (struct str){ 0 }, hint.p, "%.*s", STR_ARG(message));
}

void exceptions_doubtful(const struct ruleset *rs, int64_t today, struct source_diags *diags)
{
	for (size_t i = 0; i < rs->exceptions.all.n; i++) {
		const struct exception *e = &rs->exceptions.all.items[i];
		struct diags *d = &diags[e->at.source].diags;

		if (e->until < today)
			warn(d, e, "except-ended", (struct str){ NULL, 0 },
			     arena_printf(d->arena, "the exception ended on %.*s, drop it", STR_ARG(e->until_words)));
		else if (e->from == DATE_NONE)
			warn(d, e, "except-past",
			     arena_printf(d->arena, "write `from: %.*s`, or an early date if that is meant",
					  STR_ARG(date_format_day(d->arena, today))),
			     STR("it excepts the whole past too: what is open now is gone without a word"));
	}
}
