/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A condition as it was decided, the outermost first:
 *
 *	      warning when
 *	        true     any of
 *	          true     all of: below_own true, big_fall true
 *	          no_data  off_chart
 *
 * Indented and not drawn with lines, so that it reads the same aloud and in any terminal.
 */
#include "base/wrap.h"
#include "core/explain_internal.h"

#define INDENT 6
#define STEP   2

struct drawing {
	const struct rule *rule;
	enum truth truths[RULE_MAX_SIGNALS];
	size_t width;
	struct buf line, *out;
};

static bool is_leaf(const struct condition *c)
{
	return c->op == CONDITION_SIGNAL || (c->op == CONDITION_NOT && c->args[0]->op == CONDITION_SIGNAL);
}

static bool is_flat(const struct condition *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (!is_leaf(c->args[i]))
			return false;
	return true;
}

static const char *truth_of(const struct drawing *d, const struct condition *c)
{
	return explain_truths[condition_evaluate(c, d->truths)];
}

static void put_leaf(struct drawing *d, const struct condition *c)
{
	const struct condition *signal = c->op == CONDITION_NOT ? c->args[0] : c;

	buf_printf(&d->line, "%s%.*s", c->op == CONDITION_NOT ? "not " : "",
		   STR_ARG(d->rule->signals[signal->signal]->name));
}

static void put_op(struct drawing *d, const struct condition *c)
{
	switch (c->op) {
	case CONDITION_AND:
		buf_puts(&d->line, STR("all of"));
		break;
	case CONDITION_OR:
		buf_puts(&d->line, STR("any of"));
		break;
	case CONDITION_N_OF:
		if (c->at_least == 1 || (size_t)c->at_least == c->n)
			buf_puts(&d->line, c->at_least == 1 ? STR("any of") : STR("all of"));
		else
			buf_printf(&d->line, "at least %d of", c->at_least);
		break;
	case CONDITION_NOT:
		buf_puts(&d->line, STR("not"));
		break;
	case CONDITION_SIGNAL:
		break;
	}
}

static void put_flat(struct drawing *d, const struct condition *c)
{
	for (size_t i = 0; i < c->n; i++) {
		buf_puts(&d->line, i ? STR(", ") : STR(": "));
		put_leaf(d, c->args[i]);
		buf_printf(&d->line, " %s", truth_of(d, c->args[i]));
	}
}

static void draw(struct drawing *d, const struct condition *c, size_t indent)
{
	buf_printf(&d->line, "%*s%-8s ", (int)indent, "", truth_of(d, c));
	if (is_leaf(c))
		put_leaf(d, c);
	else
		put_op(d, c);
	if (!is_leaf(c) && is_flat(c))
		put_flat(d, c);
	wrap_line(buf_str(&d->line), indent + 9 + STEP, d->width, d->out);
	buf_reset(&d->line);
	for (size_t i = 0; !is_leaf(c) && !is_flat(c) && i < c->n; i++)
		draw(d, c->args[i], indent + STEP);
}

static void draw_line(struct drawing *d, const char *what, const struct condition *c)
{
	if (!c || is_leaf(c))
		return;
	buf_printf(d->out, "%*s%s when\n", INDENT, "", what);
	draw(d, c, INDENT + STEP);
}

/* Of a ladder the lines up to the first that holds: what stands below it was not asked. */
void explain_tree(const struct explained *e, size_t width, struct buf *out)
{
	struct drawing d = { .rule = e->rule, .width = width, .out = out };

	for (size_t i = 0; i < e->rule->n_signals; i++)
		d.truths[i] = e->verdict.readings[i].truth;
	draw_line(&d, e->rule->n_ladder == 1 ? severity_words.words[e->rule->ladder[0].severity] : "anything",
		  e->rule->when);
	for (size_t i = 0; i < e->rule->n_ladder; i++) {
		const struct severity_line *l = &e->rule->ladder[i];

		draw_line(&d, severity_words.words[l->severity], l->when);
		if (l->when && condition_evaluate(l->when, d.truths) == TRUTH_TRUE)
			break;
	}
	buf_release(&d.line);
}
