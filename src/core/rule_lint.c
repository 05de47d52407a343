/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "core/rule_read.h"
#include "core/scalar.h"
#include "core/verdict.h"

static const char *const tokens[] = { "member", "other", "case", "session", "rule" };
#define N_TOKENS (sizeof tokens / sizeof tokens[0])

static bool listed(const char *const *words, size_t n, struct str word)
{
	for (size_t i = 0; i < n; i++)
		if (str_is(word, words[i]))
			return true;
	return false;
}

/* Whether the rule knows the one the word speaks of; the hint says what to do when not. */
static const char *stranger(int per, struct str word)
{
	if (str_is(word, "other") && per != PER_PAIR)
		return "there is a second person only in a rule `per: pair`";
	if (str_is(word, "member") && per == PER_CASE)
		return "write \"any member\", or make the rule `per: member`";
	return NULL;
}

static void lint_token(struct reader *r, const struct doc *text, struct str token, int per)
{
	struct span at = scalar_part(text, token);
	const char *hint = stranger(per, token);

	if (!listed(tokens, N_TOKENS, token)) {
		hint = reader_suggest(r, token, tokens, N_TOKENS);
		reader_error_at(r, at, "unknown-token",
				hint ? hint : "known are {member} {other} {case} {session} {rule}",
				"unknown token {%.*s}", STR_ARG(token));
	} else if (hint) {
		reader_error_at(r, at, "stranger", hint, "{%.*s} in a rule per %s", STR_ARG(token),
				per_words.words[per]);
	}
}

static void lint_tokens(struct reader *r, const struct doc *text, int per)
{
	struct str s = text->text;

	for (size_t i = 0; i < s.n; i++) {
		const char *end = s.p[i] == '{' ? memchr(s.p + i, '}', s.n - i) : NULL;

		if (s.p[i] == '{' && !end) {
			reader_error_at(r, scalar_span(text, i, 1), "unknown-token", NULL, "\"{\" without \"}\"");
			return;
		}
		if (!end)
			continue;
		lint_token(r, text, (struct str){ s.p + i + 1, (size_t)(end - s.p) - i - 1 }, per);
		i = (size_t)(end - s.p);
	}
}

/* Whether the pair's second appears in a signal as written. */
static bool speaks_of_other(const struct doc *doc)
{
	for (size_t i = 0; doc->kind == DOC_LIST && i < doc->n; i++)
		if (speaks_of_other(doc->items[i]))
			return true;
	for (size_t i = 0; doc->kind == DOC_MAP && i < doc->n; i++)
		if (speaks_of_other(doc->pairs[i].value))
			return true;
	return doc->kind == DOC_SCALAR && str_is(doc->text, "other");
}

static bool rule_speaks_of_other(const struct rule *rule)
{
	for (size_t i = 0; i < rule->n_signals; i++)
		if (!rule->signals[i]->source || speaks_of_other(rule->signals[i]->source))
			return true;
	return rule->n_signals == 0;
}

static void lint_subjects(struct reader *r, const struct rule_form *form)
{
	const struct rule *rule = &form->rule;

	if (rule->per < 0)
		return;
	if (rule->per == PER_PAIR && !rule_speaks_of_other(rule))
		reader_warn(r, doc_get(form->doc, "per"), "pair", "make it `per: member`, or use `other` in a signal",
			    "a rule per pair that never looks at the other");
	if (form->say)
		lint_tokens(r, form->say, rule->per);
	if (form->next_step)
		lint_tokens(r, form->next_step, rule->per);
}

static struct span name_place(const struct rule_form *form, size_t i)
{
	return form->signals->pairs[i].at;
}

/* A signal that an override's condition left without use: the rule's file cannot help it. */
static bool left_over(const struct rule_form *form, size_t i)
{
	return form->rule.changes.all.n && name_place(form, i).source == form->source;
}

static void lint_used(struct reader *r, const struct rule_form *form)
{
	size_t own = form->signals && form->signals->kind == DOC_MAP ? form->signals->n : 0;

	for (size_t i = 0; i < own && i < RULE_MAX_SIGNALS; i++)
		if (!(form->used & UINT64_C(1) << i) && !left_over(form, i) &&
		    form->signals->pairs[i].value->kind == DOC_MAP)
			reader_error_at(r, name_place(form, i), "unused-signal", "name it in the condition, or drop it",
					"no condition uses the signal \"%.*s\"", STR_ARG(form->rule.signals[i]->name));
}

/* The key that holds the distance from the usual, and what the usual itself is there. */
static const struct doc *distance_doc(const struct signal *s, double *ret_usual)
{
	*ret_usual = 0;
	if (doc_get(s->source, "sd"))
		return doc_get(s->source, "sd");
	if (doc_get(s->source, "by"))
		return doc_get(s->source, "by");
	*ret_usual = s->threshold.unit == UNIT_PERCENT ? 100 : 1;
	return doc_get(s->source, "times");
}

/* A finding that whatever is usual for the person makes: most often a sign that was left out. */
static void lint_usual(struct reader *r, const struct rule_form *form)
{
	uint64_t speaks_for = form->rule.strength ? 0 : rule_signals_for(&form->rule);

	for (size_t i = 0; i < form->rule.n_signals; i++) {
		const struct signal *s = form->rule.signals[i];
		const struct doc *v;
		double usual;

		if (!(speaks_for >> i & 1) || !s->kind || !s->threshold.words.n ||
		    (s->versus != BASELINE_OWN_MEAN && s->versus != BASELINE_OWN_MEDIAN))
			continue;
		v = distance_doc(s, &usual);
		if (v && threshold_test(&s->threshold, usual) == TRUTH_TRUE)
			reader_warn(r, v, "usual", "a fall is `at most -2`, half as much `times: at most 0.5`",
				    "what is usual for this person meets \"%.*s\" as well",
				    STR_ARG(s->threshold.words));
	}
}

/* Whether the rule has no witness but the transcript; somebody's age or another rule's incident is none. */
static bool is_transcript_only(const struct rule *rule)
{
	bool transcript = false;

	for (size_t i = 0; i < rule->n_signals; i++) {
		enum channel channel = rule->signals[i]->kind ? signal_channel(rule->signals[i]) : CHANNEL_STAFF;

		if (channel != CHANNEL_TRANSCRIPT && channel != CHANNEL_NONE)
			return false;
		transcript |= channel == CHANNEL_TRANSCRIPT;
	}
	return transcript;
}

/* A verdict whose only true channel is the transcript is capped at notice: more in a ladder is never reached. */
static void lint_cap(struct reader *r, const struct rule_form *form)
{
	const struct rule *rule = &form->rule;
	bool high = false;

	for (size_t i = 0; i < rule->n_ladder; i++)
		high |= rule->ladder[i].severity > SEVERITY_NOTICE;
	if (high && !rule->safety && is_transcript_only(rule))
		reader_error(r, form->severity, "capped", "write `notice`, and `raise` for when another channel agrees",
			     "what only the transcript shows never goes above notice");
}

/* The first true line wins: a milder one in front hides the others. */
static void lint_ladder(struct reader *r, const struct rule_form *form)
{
	for (size_t i = 1; i < form->rule.n_ladder; i++)
		if (form->rule.ladder[i].when && form->rule.ladder[i - 1].when &&
		    form->rule.ladder[i].severity >= form->rule.ladder[i - 1].severity)
			reader_error(r, form->severity->items[i], "ladder",
				     "the first true line wins: put the gravest first",
				     "a line of a ladder that is not milder than the one before it");
}

static void lint_raise(struct reader *r, const struct rule_form *form)
{
	const struct rule *rule = &form->rule;

	for (size_t i = 0; rule->raise.set && i < rule->n_ladder; i++)
		if (rule->ladder[i].severity >= rule->raise.to)
			reader_error(r, form->raise, "raise", NULL, "`raise` to %s does not raise %s",
				     severity_words.words[rule->raise.to],
				     severity_words.words[rule->ladder[i].severity]);
	if (rule->raise.set && rule->n_ladder && rule->ladder[0].severity == SEVERITY_INFO)
		reader_error(r, form->raise, "raise", "write `severity: notice`",
			     "`raise` lifts what is a notice or more, and this is info at most");
}

static void refuse(struct reader *r, const struct rule_form *form, const char *key, const char *with, const char *why)
{
	const struct doc *v = doc_get(form->doc, key);

	if (v)
		reader_error(r, v, "pointless", why, "`%s` beside `%s`", key, with);
}

static void lint_kind(struct reader *r, const struct rule_form *form)
{
	const struct rule *rule = &form->rule;

	if (rule->safety) {
		refuse(r, form, "quiet", "safety: yes", "safeguarding is never quiet");
		refuse(r, form, "repaired", "safety: yes", "such an incident is ended by a person only");
		refuse(r, form, "strength", "safety: yes", "a rule is the one or the other");
	}
	if (rule->strength) {
		refuse(r, form, "unrepaired_after", "strength: yes", "a strength needs no repair");
		refuse(r, form, "repaired", "strength: yes", "a strength needs no repair");
		refuse(r, form, "notify", "strength: yes", "a strength is never announced");
	} else if (form->closes) {
		reader_error(r, form->closes, "pointless", "add `strength: yes`", "only a strength closes incidents");
	}
	if (!rule->because.n && !doc_get(form->doc, "because") && !fields_misspelt(form->doc, rule_fields(), "because"))
		reader_warn(r, form->id ? form->id : form->doc, "no-because",
			    "say in a line why this is worth an alert", "a rule without `because`");
}

void rule_lint(struct reader *r, const struct rule_form *form)
{
	if (form->doc->kind != DOC_MAP)
		return;
	lint_used(r, form);
	lint_usual(r, form);
	lint_subjects(r, form);
	lint_cap(r, form);
	lint_ladder(r, form);
	if (form->raise)
		lint_raise(r, form);
	lint_kind(r, form);
}

/* Of two rules of one name, the one of the later file (or line) gets the complaint. */
static void lint_twice(struct reader *readers, struct rule_form *forms, size_t n, size_t i)
{
	for (size_t k = 0; k < i && k < n; k++) {
		if (!forms[i].rule.id.n || !str_eq(forms[i].rule.id, forms[k].rule.id))
			continue;
		reader_error(&readers[forms[i].source], forms[i].id, "duplicate-id", "an id names one rule for ever",
			     "rule \"%.*s\" is already defined in %.*s:%u", STR_ARG(forms[i].rule.id),
			     STR_ARG(forms[k].rule.file), forms[k].id->at.line);
		return;
	}
}

const char *rule_suggest(struct reader *r, const struct rule_form *forms, size_t n, struct str word)
{
	const char **ids = ARENA_ARRAY(r->arena, const char *, n + 1);
	size_t known = 0;

	for (size_t i = 0; i < n; i++)
		if (forms[i].rule.id.n)
			ids[known++] = arena_dup(r->arena, forms[i].rule.id).p;
	if (!known)
		return "no rules are known here: give the directory of the rules too";
	return reader_suggest(r, word, ids, known);
}

/* One pattern of rule ids: is there one, and may it be read from here? */
static void lint_pattern(struct reader *r, const struct doc *v, const struct rule_form *forms, size_t n,
			 bool second_pass)
{
	bool any = false, pattern = v->text.n && memchr(v->text.p, '*', v->text.n);

	for (size_t i = 0; i < n; i++) {
		if (!str_matches(forms[i].rule.id, v->text) || !forms[i].rule.id.n)
			continue;
		any = true;
		if (second_pass && forms[i].rule.second_pass)
			reader_error(r, v, "second-pass", "use the signals of that rule here",
				     "\"%.*s\" reads incidents itself, so its own cannot be read",
				     STR_ARG(forms[i].rule.id));
	}
	if (!any && pattern)
		reader_warn(r, v, "unknown-rule", NULL, "no rule is named like \"%.*s\"", STR_ARG(v->text));
	else if (!any)
		reader_error(r, v, "unknown-rule", rule_suggest(r, forms, n, v->text), "unknown rule \"%.*s\"",
			     STR_ARG(v->text));
}

static void lint_patterns(struct reader *r, const struct doc *v, const struct rule_form *forms, size_t n,
			  bool second_pass)
{
	if (v->kind == DOC_SCALAR)
		lint_pattern(r, v, forms, n, second_pass);
	for (size_t i = 0; v->kind == DOC_LIST && i < v->n; i++)
		lint_pattern(r, v->items[i], forms, n, second_pass);
}

static void lint_references(struct reader *r, const struct rule_form *form, const struct rule_form *forms, size_t n)
{
	for (size_t i = 0; i < form->rule.n_signals; i++) {
		const struct signal *s = form->rule.signals[i];
		const struct doc *ids =
			s->kind && s->source && s->source->kind == DOC_MAP ? doc_get(s->source, "incident") : NULL;

		if (ids)
			lint_patterns(r, ids, forms, n, true);
	}
	if (form->closes)
		lint_patterns(r, form->closes, forms, n, false);
}

void rules_lint(struct reader *readers, struct rule_form *forms, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		lint_twice(readers, forms, n, i);
		lint_references(&readers[forms[i].source], &forms[i], forms, n);
	}
}
