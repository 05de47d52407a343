/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/rule_shown.h"

#include <stdio.h>

#include "base/wrap.h"
#include "cli/tool.h"

#define LABEL 14 /* columns of a label, and where texts begin */
#define WIDTH 96 /* columns of a line, where the screen has them */

/* ---- words ---- */

static void put_key(struct str key, struct buf *out)
{
	for (size_t i = 0; i < key.n; i++)
		buf_putc(out, key.p[i] == '_' ? ' ' : key.p[i]);
}

/* A line of a ladder. */
static bool is_line(const struct doc *v)
{
	return v->kind == DOC_MAP && v->n == 1 && v->pairs[0].value->kind == DOC_SCALAR;
}

static void put_map(const struct doc *map, struct buf *out)
{
	for (size_t i = 0; i < map->n; i++) {
		const struct doc *v = map->pairs[i].value;

		buf_puts(out, i ? STR(", ") : STR(""));
		put_key(map->pairs[i].key, out);
		buf_puts(out, v->kind == DOC_MAP ? STR(" (") : STR(" "));
		shown_words(v, out);
		buf_puts(out, v->kind == DOC_MAP ? STR(")") : STR(""));
	}
}

void shown_words(const struct doc *doc, struct buf *out)
{
	switch (doc->kind) {
	case DOC_SCALAR:
		buf_puts(out, doc->text);
		break;
	case DOC_LIST:
		for (size_t i = 0; i < doc->n; i++) {
			buf_puts(out, i ? STR("; ") : STR(""));
			if (is_line(doc->items[i]))
				buf_printf(out, "%.*s: %.*s", STR_ARG(doc->items[i]->pairs[0].key),
					   STR_ARG(doc->items[i]->pairs[0].value->text));
			else
				shown_words(doc->items[i], out);
		}
		break;
	case DOC_MAP:
		put_map(doc, out);
		break;
	}
}

void shown_severity(const struct rule *rule, struct buf *out)
{
	for (size_t i = 0; i < rule->n_ladder; i++)
		buf_printf(out, "%s%s", i ? ", " : "", severity_words.words[rule->ladder[i].severity]);
}

/* ---- where it comes from ---- */

static void put_change(const struct rule_change *c, const char *indent, struct buf *out)
{
	buf_printf(out, "%s%.*s: ", indent, STR_ARG(c->path));
	if (c->is)
		shown_words(c->is, out);
	else
		buf_puts(out, STR("taken out"));
	buf_printf(out, "\n%s  ", indent);
	if (c->was) {
		buf_puts(out, STR("was "));
		shown_words(c->was, out);
	} else {
		buf_puts(out, STR("was not there"));
	}
	buf_printf(out, "\n%s  %.*s:%u: %.*s\n", indent, STR_ARG(c->file), c->at.line, STR_ARG(c->because));
}

static void put_exception(const struct exception *e, int64_t now, const char *indent, struct buf *out)
{
	buf_printf(out, "%sexcepted for %s %.*s %s%.*s%suntil %.*s%s\n%s  %.*s:%u: %.*s\n", indent,
		   e->case_name.p ? "case" : "site", STR_ARG(e->case_name.p ? e->case_name : e->site),
		   e->from_words.p ? "from " : "", STR_ARG(e->from_words), e->from_words.p ? " " : "",
		   STR_ARG(e->until_words), e->until < now ? ", which is over" : "", indent, STR_ARG(e->file),
		   e->at.line, STR_ARG(e->reason));
}

void shown_origins(const struct rule *rule, int64_t now, const char *indent, struct buf *out)
{
	if (rule->switched_off)
		buf_printf(out, "%sswitched off by the administrator (`switched_off` in the configuration)\n", indent);
	for (size_t i = 0; i < rule->changes.all.n; i++)
		put_change(&rule->changes.all.items[i], indent, out);
	for (size_t i = 0; i < rule->exceptions.n; i++)
		put_exception(rule->exceptions.items[i], now, indent, out);
}

/* ---- one rule ---- */

/* The text behind its label, broken between words. */
static void put_text(const char *label, struct str text, struct buf *out)
{
	struct buf line = { 0 };

	buf_printf(&line, "%-*s", LABEL, label);
	for (struct str word = str_word(&text); word.n; word = str_word(&text)) {
		buf_puts(&line, word);
		buf_putc(&line, ' ');
	}
	wrap_line(buf_str(&line), LABEL, tool_width() < WIDTH ? tool_width() : WIDTH, out);
	buf_release(&line);
}

static void put_doc(const char *label, const struct doc *doc, struct buf *out)
{
	struct buf words = { 0 };

	shown_words(doc, &words);
	put_text(label, buf_str(&words), out);
	buf_release(&words);
}

static void put_key_of(const struct rule *rule, const char *key, const char *label, struct buf *out)
{
	const struct doc *v = doc_get(rule->source, key);

	if (v)
		put_doc(label, v, out);
}

static void put_heading(const struct rule *rule, struct buf *out)
{
	static const char *const each[] = { "for the case", "for each member", "for each pair of members",
					    "for each therapist" };

	buf_printf(out, "%.*s\n", STR_ARG(rule->id));
	wrap_line(rule->title, 0, tool_width(), out);
	buf_putc(out, '\n');
	buf_printf(out, "%-*s%s, %s%s%s%s\n", LABEL, "judged", each[rule->per], status_words.words[rule->status],
		   rule->strength ? ", a strength" : "", rule->safety ? ", safeguarding" : "",
		   rule->locked ? ", locked" : "");
	buf_printf(out, "%-*s%.*s, in %.*s:%u\n", LABEL, "version", STR_ARG(rule->version), STR_ARG(rule->file),
		   rule->at.line);
}

/* As long as its name, a signal's label may stand on a line of its own. */
static void put_signal(const struct signal *s, struct buf *out)
{
	char label[128];

	snprintf(label, sizeof label, "  %.*s", STR_ARG(s->name));
	if (s->name.n + 4 > LABEL) {
		buf_printf(out, "%s\n", label);
		label[0] = '\0';
	}
	put_doc(label, s->source, out);
}

static void put_severity(const struct rule *rule, struct buf *out)
{
	const struct doc *severity = doc_get(rule->source, "severity");
	char label[32];

	for (size_t i = 0; severity && severity->kind == DOC_LIST && i < severity->n; i++) {
		const struct doc_pair *line = severity->items[i]->pairs;

		snprintf(label, sizeof label, "%.*s when", STR_ARG(line->key));
		put_doc(label, line->value, out);
	}
	if (severity && severity->kind == DOC_SCALAR) {
		snprintf(label, sizeof label, "%.*s when", STR_ARG(severity->text));
		put_key_of(rule, "when", label, out);
	}
	if (rule->raise.set)
		buf_printf(out, "%-*sto %s when %d channels agree within %d session%s\n", LABEL, "raised",
			   severity_words.words[rule->raise.to], rule->raise.channels, rule->raise.sessions,
			   rule->raise.sessions == 1 ? "" : "s");
}

static void put_life(const struct rule *rule, struct buf *out)
{
	if (rule->strength)
		return;
	if (rule->safety)
		put_text("ends", STR("when a person says so"), out);
	else if (rule->repaired)
		put_doc("repaired", rule->repaired->source, out);
	else
		put_text("repaired", STR("when every signal that was true is false in 2 attended sessions running"),
			 out);
	put_key_of(rule, "unrepaired_after", "unrepaired", out);
	put_key_of(rule, "quiet", "quiet for", out);
}

void shown_rule(const struct rule *rule, int64_t now, struct buf *out)
{
	put_heading(rule, out);
	buf_puts(out, STR("\nsignals\n"));
	for (size_t i = 0; i < rule->n_signals; i++)
		put_signal(rule->signals[i], out);
	buf_putc(out, '\n');
	put_severity(rule, out);
	put_key_of(rule, "requires", "requires", out);
	put_key_of(rule, "closes", "closes", out);
	put_life(rule, out);
	buf_putc(out, '\n');
	put_key_of(rule, "notify", "notify", out);
	put_key_of(rule, "say", "says", out);
	put_key_of(rule, "next_step", "next step", out);
	put_key_of(rule, "because", "because", out);
	put_key_of(rule, "references", "references", out);
	if (rule->switched_off || rule->changes.all.n || rule->exceptions.n) {
		buf_puts(out, STR("\nnot as in its file\n"));
		shown_origins(rule, now, "  ", out);
	}
}
