/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/explain_internal.h"

const char *const explain_truths[] = { "false", "no_data", "true" };

/* The readings of a verdict live as long as the call; their evidence has to be kept too. */
static void keep_evidence(struct arena *a, evidence_list *list)
{
	struct evidence *items = ARENA_ARRAY(a, struct evidence, list->n);

	if (list->n)
		memcpy(items, list->items, list->n * sizeof *items);
	list->items = items;
	list->cap = list->n;
}

static void keep_verdict(void *user, const struct verdict *v)
{
	struct explanation *x = user;
	struct arena *a = x->arena;
	const struct rule *rule = &x->rules->rules[v->rule];
	struct explained *kept = VEC_PUSH(a, &x->all);
	struct reading *readings = ARENA_ARRAY(a, struct reading, rule->n_signals);

	if (rule->n_signals)
		memcpy(readings, v->readings, rule->n_signals * sizeof *readings);
	for (size_t i = 0; i < rule->n_signals; i++) {
		keep_evidence(a, &readings[i].evidence);
		if (readings[i].why)
			readings[i].why = arena_dup(a, str_of(readings[i].why)).p;
	}
	*kept = (struct explained){ .verdict = *v, .rule = rule };
	kept->verdict.readings = readings;
	kept->verdict.why = arena_dup(a, str_of(v->why)).p;
}

struct explanation *explain(struct arena *a, const struct history *history, const struct ruleset *rules, int64_t as_of)
{
	struct explanation *x = ARENA_NEW(a, struct explanation);
	struct judge_trace trace = { keep_verdict, x };

	x->arena = a;
	x->history = history;
	x->rules = rules;
	x->judgement = judge(a, history, rules, as_of, &trace, NULL);
	return x;
}

struct str member_token(const struct roster *roster, int member)
{
	return member < 0 ? (struct str){ NULL, 0 } : roster->members.items[member].token;
}

struct str member_local(const struct roster *roster, int member)
{
	return member < 0 ? (struct str){ NULL, 0 } : roster->members.items[member].local;
}

static bool is_named(const struct explanation *x, int member, struct str token)
{
	return str_eq(member_token(x->history->roster, member), token);
}

static bool is_about(const struct explanation *x, const struct rule *rule, struct subject s)
{
	if (!x->about.rule.n)
		return true;
	return str_matches(rule->id, x->about.rule) &&
	       (x->about.anybody || (is_named(x, s.member, x->about.member) && is_named(x, s.other, x->about.other)));
}

bool explain_is_shown(const struct explanation *x, const struct explained *e, size_t session)
{
	return e->verdict.session == session && is_about(x, e->rule, e->verdict.subject);
}

bool explain_is_alert(const struct explanation *x, const struct incident *incident)
{
	const struct rule *rule = &x->rules->rules[incident->rule];

	return !rule->strength && rule->status == STATUS_ACTIVE && is_about(x, rule, incident->subject);
}

static void doc_words(const struct doc *doc, struct buf *out)
{
	if (doc->kind == DOC_SCALAR)
		buf_puts(out, doc->text);
	for (size_t i = 0; doc->kind == DOC_LIST && i < doc->n; i++) {
		buf_puts(out, i ? STR(", ") : STR(""));
		doc_words(doc->items[i], out);
	}
}

static void key_words(struct str key, struct buf *out)
{
	for (size_t i = 0; i < key.n; i++)
		buf_putc(out, key.p[i] == '_' ? ' ' : key.p[i]);
}

void explain_asked(const struct signal *s, struct buf *out)
{
	const struct doc *source = s->source;

	if (s->threshold.words.n) {
		buf_puts(out, s->threshold.words);
		return;
	}
	for (size_t i = 1; source->kind == DOC_MAP && i < source->n; i++) {
		buf_puts(out, i > 1 ? STR(", ") : STR(""));
		if (!str_is(source->pairs[i].key, "is")) {
			key_words(source->pairs[i].key, out);
			buf_putc(out, ' ');
		}
		doc_words(source->pairs[i].value, out);
	}
}

bool explain_stayed_quiet(const struct explained *e)
{
	return e->verdict.truth != TRUTH_TRUE && !e->verdict.excepted;
}
