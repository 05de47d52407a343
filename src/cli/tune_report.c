/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What came of tuning, in words, as JSON, and as a file with an override.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/tune.h"
#include "io/files.h"

#define BORDER_LIST   1000 /* changed alerts looked through for the border */
#define BORDER_SHOWN  5
#define OVERRIDE_MODE 0640
#define VALUE_WIDTH   24
#define RATE_WIDTH    8
#define SHARE_WIDTH   14 /* "100 % (83-100)" */

/* ---- telling ---- */

static void put_words(struct buf *out, const struct tried *t, size_t value)
{
	struct arena a = { 0 };

	buf_puts(out, knob_words(&a, &t->sweep.knob, t->sweep.values.items[value]));
	arena_release(&a);
}

static const char *marks_word(const struct mark_counts *m)
{
	return m->good + m->bad == 1 ? "verdict or label" : "verdicts and labels";
}

static void tell_past(struct tuning_run *r, const struct tried *t)
{
	const struct backtest *b = &t->found;
	const struct mark_counts *m = &t->points[t->sweep.present].marks;
	struct arena a = { 0 };

	buf_printf(&r->out, "%s over ", r->rq->rule);
	put_counted(&r->out, (double)b->cases, "case");
	buf_puts(&r->out, STR(", "));
	put_counted(&r->out, (double)b->sessions, "session");
	if (b->first != DATE_NONE)
		buf_printf(&r->out, ", %.*s to %.*s", STR_ARG(date_format_day(&a, b->first)),
			   STR_ARG(date_format_day(&a, b->last)));
	buf_puts(&r->out, STR(",\nagainst "));
	put_count(&r->out, (double)(m->good + m->bad));
	buf_printf(&r->out, " %s, %llu of them good", marks_word(m), (unsigned long long)m->good);
	if (r->rq->budget < INFINITY) {
		buf_puts(&r->out, STR(", within "));
		put_rate(&r->out, r->rq->budget);
		buf_printf(&r->out, " alert%s a week", r->rq->budget == 1 ? "" : "s");
	}
	buf_puts(&r->out, STR(".\n\n"));
	arena_release(&a);
}

static void tell_head(struct tuning_run *r, const struct knob *k)
{
	struct arena a = { 0 };

	buf_printf(&r->out, "%-*.*s%*s  %-*s  %s\n", VALUE_WIDTH + 10,
		   STR_ARG(arena_printf(&a, "%.*s.%.*s", STR_ARG(k->signal), STR_ARG(k->key))), RATE_WIDTH, "A WEEK",
		   SHARE_WIDTH, "RIGHT", "CAUGHT");
	arena_release(&a);
}

static void tell_point(struct buf *out, const char *name, const struct tried *t, size_t value)
{
	const struct tuning_point *p = &t->points[value];
	struct buf cell = { 0 };

	put_words(&cell, t, value);
	buf_printf(out, "  %-7s %-*.*s", name, VALUE_WIDTH, STR_ARG(buf_str(&cell)));
	buf_reset(&cell);
	put_rate(&cell, p->alerts_per_week);
	buf_printf(out, "%*.*s  ", RATE_WIDTH, STR_ARG(buf_str(&cell)));
	buf_reset(&cell);
	put_share_short(&cell, p->marks.right, p->marks.right + p->marks.wrong);
	buf_printf(out, "%-*.*s  ", SHARE_WIDTH, STR_ARG(buf_str(&cell)));
	put_share_short(out, p->marks.good_met, p->marks.good);
	buf_putc(out, '\n');
	buf_release(&cell);
}

static void tell_too_few(struct tuning_run *r, const struct mark_counts *m)
{
	buf_printf(&r->out, "          %llu %s, %llu of them good: too few, it takes %d and %d\n",
		   (unsigned long long)(m->good + m->bad), marks_word(m), (unsigned long long)m->good, TUNING_MARKS_MIN,
		   TUNING_GOOD_MIN);
}

static void tell_answer(struct tuning_run *r, const struct tried *t)
{
	const struct tuning *u = &t->tuning;

	switch (u->answer) {
	case TUNING_BETTER:
	case TUNING_BUDGET:
		tell_point(&r->out, u->answer == TUNING_BETTER ? "better" : "within", t, u->best);
		break;
	case TUNING_PRESENT:
		if (u->leader != t->sweep.present)
			tell_point(&r->out, "(best)", t, u->leader);
		buf_puts(&r->out, u->leader == t->sweep.present
					  ? STR("          nothing does better on these data\n")
					  : STR("          no evidence that this is better: it may be chance\n"));
		break;
	case TUNING_TOO_FEW:
		tell_too_few(r, &t->points[t->sweep.present].marks);
		break;
	case TUNING_NO_VALUE:
		buf_puts(&r->out, STR("          no value near it keeps the budget\n"));
		break;
	}
	if (t->barred)
		buf_printf(&r->out,
			   "          %zu value%s left out: a rule for safety is not made less sensitive by verdicts\n",
			   t->barred, t->barred == 1 ? "" : "s");
}

/* ---- what is proposed, and what speaks against it ---- */

static void tell_range(struct tuning_run *r, const struct tried *t)
{
	const struct tuning *u = &t->tuning;

	if (!u->by_marks || u->from == u->to)
		return;
	buf_puts(&r->out, STR("On these data anything from \""));
	put_words(&r->out, t, u->from);
	buf_puts(&r->out, STR("\" to \""));
	put_words(&r->out, t, u->to);
	buf_puts(&r->out, STR("\" does as well.\n"));
}

/* Why this threshold of the rule's. */
static void tell_why(struct tuning_run *r, const struct tried *t)
{
	size_t n = 0;

	for (size_t i = 0; i < r->all.n; i++)
		n += tuning_proposes(&r->all.items[i].tuning);
	if (n < 2)
		return;
	buf_printf(&r->out, "Of %zu thresholds that could be moved, one at a time, ", n);
	buf_puts(&r->out,
		 t->tuning.by_marks ? STR("it does best by right x caught.\n") : STR("it has to be moved least.\n"));
}

static void tell_marks(struct buf *out, const char *name, const struct mark_counts *m)
{
	buf_printf(out, "  %-10s right ", name);
	put_share_short(out, m->right, m->right + m->wrong);
	buf_puts(out, STR(", caught "));
	put_share_short(out, m->good_met, m->good);
	buf_putc(out, '\n');
}

static void tell_crossed(struct tuning_run *r, const struct tried *t)
{
	if (!t->tuning.by_marks)
		return;
	buf_puts(&r->out, STR("Chosen anew without a fifth of the cases, and held against that fifth, five times:\n"));
	tell_marks(&r->out, "left out", &r->crossed);
	tell_marks(&r->out, "as it is", &t->points[t->sweep.present].marks);
}

typedef VEC(struct str) warning_list;

static void list_warnings(struct tuning_run *r, struct arena *a, warning_list *ret)
{
	const struct tried *t = r->chosen;
	const struct tuning *u = &t->tuning;
	const struct mark_counts *is = &t->points[u->best].marks, *was = &t->points[t->sweep.present].marks;
	const struct knob *k = &t->sweep.knob;

	if (!u->by_marks)
		*VEC_PUSH(a, ret) = STR("chosen by the budget alone: too few verdicts and labels to say what it costs");
	else if (u->overlap)
		*VEC_PUSH(a, ret) =
			u->answer == TUNING_BETTER
				? STR("the evidence is weak: its intervals overlap with those of today's threshold")
				: STR("no evidence that it is better than today's but in number: the intervals "
				      "overlap");
	if (u->by_marks && tuning_score(&r->crossed) <= tuning_score(was))
		*VEC_PUSH(a, ret) =
			STR("on cases that had no part in the choice it is no better than today's: it may be "
			    "chance");
	if (u->by_marks && t->points[u->best].alerts_per_week > t->points[t->sweep.present].alerts_per_week)
		*VEC_PUSH(a, ret) =
			STR("of alerts that were never told nobody gave a verdict: of what it adds only labels "
			    "speak");
	if (is->good_met < was->good_met)
		*VEC_PUSH(a, ret) = arena_printf(a, "%llu of %llu that were useful, or labelled yes, would be missed",
						 (unsigned long long)(was->good_met - is->good_met),
						 (unsigned long long)was->good_met);
	if (u->at_edge)
		*VEC_PUSH(a, ret) = arena_printf(a,
						 "it is the last value tried; to look further: backtest --sweep "
						 "%.*s.%.*s.%.*s=...",
						 STR_ARG(k->rule), STR_ARG(k->signal), STR_ARG(k->key));
}

static void tell_warnings(struct tuning_run *r)
{
	struct arena a = { 0 };
	warning_list all = { 0 };

	list_warnings(r, &a, &all);
	for (size_t i = 0; i < all.n; i++)
		buf_printf(&r->out, "Mind: %.*s.\n", STR_ARG(all.items[i]));
	arena_release(&a);
}

/* ---- the border: what the next value on either side takes or brings ---- */

static void tell_border_case(struct tuning_run *r, const struct backtest_change *c, const char *head)
{
	struct arena a = { 0 };
	bool lost = c->kind == CHANGE_REMOVED;

	buf_printf(&r->out, "%s  %.*s%s%.*s%s%.*s, session %zu, %.*s, %s\n", head, STR_ARG(c->case_name),
		   c->member.n ? " " : "", STR_ARG(c->member), c->other.n ? "+" : "", STR_ARG(c->other),
		   lost ? c->was.ordinal : c->is.ordinal, STR_ARG(date_format_day(&a, lost ? c->was.at : c->is.at)),
		   severity_words.words[lost ? c->was.severity : c->is.severity]);
	arena_release(&a);
}

static int tell_border(struct tuning_run *r, const struct tried *t, size_t neighbour)
{
	static const struct routes none;
	struct backtest_set sets[BACKTEST_PAIR] = { { t->rules[t->tuning.best], 0 }, { t->rules[neighbour], 0 } };
	struct backtest_options options = { .sets = sets, .n = 2, .routes = &none, .list_max = BORDER_LIST };
	bool stricter = t->points[neighbour].alerts_per_week < t->points[t->tuning.best].alerts_per_week;
	struct backtest b = { 0 };
	int rc = trial_run(&r->rq->trial, &options, &b), shown = 0;
	struct buf head = { 0 };

	put_words(&head, t, neighbour);
	for (size_t i = 0; i < b.changes.n && shown < BORDER_SHOWN; i++) {
		const struct backtest_change *c = &b.changes.items[i];
		enum change_kind kind = stricter ? CHANGE_REMOVED : CHANGE_ADDED;

		if (c->kind != kind || !str_is(c->rule, r->rq->rule))
			continue;
		if (!shown++)
			buf_printf(&r->out, "\nJust %s; \"%.*s\" would %s, among others:\n",
				   stricter ? "inside" : "outside", STR_ARG(buf_str(&head)),
				   stricter ? "lose" : "bring");
		tell_border_case(r, c, "");
	}
	buf_release(&head);
	backtest_release(&b);
	return rc;
}

static int tell_borders(struct tuning_run *r, const struct tried *t)
{
	int rc = EXIT_FINE;

	for (int side = -1; rc == EXIT_FINE && side <= 1; side += 2) {
		size_t i = t->tuning.best + (size_t)side;

		if (i < t->sweep.values.n && t->points[i].known)
			rc = tell_border(r, t, i);
	}
	return rc;
}

/* ---- the override ---- */

static void put_reason(struct tuning_run *r, const struct tried *t, struct buf *out)
{
	const struct tuning_point *is = &t->points[t->tuning.best], *was = &t->points[t->sweep.present];
	struct arena a = { 0 };

	buf_printf(out, "Tried on our own past, %.*s to %.*s: ", STR_ARG(date_format_day(&a, t->found.first)),
		   STR_ARG(date_format_day(&a, t->found.last)));
	put_rate(out, is->alerts_per_week);
	buf_puts(out, STR(" alerts a week instead of "));
	put_rate(out, was->alerts_per_week);
	if (t->tuning.by_marks) {
		buf_puts(out, STR("; right "));
		put_share(out, is->marks.right, is->marks.right + is->marks.wrong);
		buf_puts(out, STR(", caught "));
		put_share(out, is->marks.good_met, is->marks.good);
		buf_printf(out, ", by %llu verdicts and labels; on cases left out right ",
			   (unsigned long long)(was->marks.good + was->marks.bad));
		put_share(out, r->crossed.right, r->crossed.right + r->crossed.wrong);
	} else {
		buf_puts(out, STR("; chosen by the budget alone"));
	}
	buf_puts(out, STR("."));
	arena_release(&a);
}

/* An override that stands in the way: the same key cannot be changed in two places. */
static void tell_other_override(const struct tuning_run *r, const struct knob *k, struct buf *out)
{
	struct arena a = { 0 };
	struct str path = arena_printf(&a, "signals.%.*s.%.*s", STR_ARG(k->signal), STR_ARG(k->key));

	for (size_t i = 0; i < r->rule->changes.all.n; i++) {
		const struct rule_change *c = &r->rule->changes.all.items[i];

		if (str_eq(c->path, path))
			buf_printf(out, "# In place of what %.*s:%u says of it: take that out.\n", STR_ARG(c->file),
				   c->at.line);
	}
	arena_release(&a);
}

static void make_override(struct tuning_run *r, const struct tried *t, struct buf *out)
{
	struct arena a = { 0 };
	struct buf why = { 0 };

	put_reason(r, t, &why);
	buf_puts(out, STR("# Proposed by `rupturectl tune`: read it, then `rupturectl backtest --with` this file.\n"));
	tell_other_override(r, &t->sweep.knob, out);
	buf_puts(out, knob_override(&a, &t->sweep.knob, t->sweep.values.items[t->tuning.best], buf_str(&why)));
	buf_release(&why);
	arena_release(&a);
}

/* What people are told, so that all of standard output is a file of rules when there is no other. */
static void print_report(const struct tuning_run *r, bool as_comment)
{
	const char *prefix = as_comment ? "# " : "";

	for (const char *line = buf_str(&r->out).p, *end; line && *line; line = end + 1) {
		end = strchr(line, '\n');
		printf("%s%.*s\n", end == line && as_comment ? "#" : prefix, (int)(end - line), line);
	}
}

static int give(struct tuning_run *r)
{
	struct buf text = { 0 };
	struct error e = { 0 };
	int rc = r->chosen ? EXIT_FINE : EXIT_FOUND;

	if (r->chosen)
		make_override(r, r->chosen, &text);
	print_report(r, r->chosen && !r->rq->output);
	if (r->chosen && r->rq->output) {
		rc = file_write(r->rq->output, buf_str(&text), OVERRIDE_MODE, &e) < 0 ? tool_fail(&e) : EXIT_FINE;
		if (rc == EXIT_FINE)
			printf("\nWritten to %s.\n", r->rq->output);
	} else if (r->chosen) {
		printf("\n%s", buf_str(&text).p);
	}
	buf_release(&text);
	return rc;
}

static void json_tried(const struct tuning_run *r, const struct tried *t, struct json *j)
{
	static const char *const answers[] = { "better", "budget", "present", "too few", "no value" };
	struct arena a = { 0 };

	json_map(j);
	json_key(j, "answer");
	json_z(j, answers[t->tuning.answer]);
	json_key(j, "proposed");
	json_str(j, knob_words(&a, &t->sweep.knob, t->sweep.values.items[t->tuning.best]));
	json_key(j, "as_good_from");
	json_number(j, t->sweep.values.items[t->tuning.from]);
	json_key(j, "as_good_to");
	json_number(j, t->sweep.values.items[t->tuning.to]);
	json_key(j, "chosen");
	json_bool(j, t == r->chosen);
	json_key(j, "at_edge");
	json_bool(j, t->tuning.at_edge);
	json_key(j, "intervals_overlap");
	json_bool(j, t->tuning.overlap);
	json_key(j, "curve");
	curve_json(&t->curve, j);
	json_end_map(j);
	arena_release(&a);
}

/* What is known of cases that had no part in the choice, and what speaks against it. */
static void json_crossed(struct tuning_run *r, struct json *j)
{
	const struct mark_counts *m = &r->crossed;
	struct arena a = { 0 };
	warning_list all = { 0 };

	trial_put_precision("left_out_precision", m->right, m->right + m->wrong, j);
	trial_put_precision("left_out_caught", m->good_met, m->good, j);
	if (r->chosen)
		list_warnings(r, &a, &all);
	json_key(j, "warnings");
	json_list(j);
	for (size_t i = 0; i < all.n; i++)
		json_str(j, all.items[i]);
	json_end_list(j);
	arena_release(&a);
}

static int give_json(struct tuning_run *r)
{
	struct json *j = json_new(false);
	struct buf text = { 0 };
	struct error e = { 0 };
	int rc = r->chosen ? EXIT_FINE : EXIT_FOUND;

	if (r->chosen)
		make_override(r, r->chosen, &text);
	json_map(j);
	json_key(j, "rule");
	json_z(j, r->rq->rule);
	json_key(j, "override");
	json_str(j, r->chosen ? buf_str(&text) : (struct str){ NULL, 0 });
	json_crossed(r, j);
	json_key(j, "signals");
	json_list(j);
	for (size_t i = 0; i < r->all.n; i++)
		json_tried(r, &r->all.items[i], j);
	json_end_list(j);
	json_end_map(j);
	tool_print(j);
	json_free(j);
	if (r->chosen && r->rq->output && file_write(r->rq->output, buf_str(&text), OVERRIDE_MODE, &e) < 0)
		rc = tool_fail(&e);
	buf_release(&text);
	return rc;
}

int tune_report(struct tuning_run *r)
{
	int rc = EXIT_FINE;

	trial_tell_left_out(&r->rq->trial);
	if (r->tool->json)
		return give_json(r);
	tell_past(r, &r->all.items[0]);
	for (size_t i = 0; i < r->all.n; i++) {
		const struct knob *k = &r->all.items[i].sweep.knob;

		tell_head(r, k);
		tell_point(&r->out, "now", &r->all.items[i], r->all.items[i].sweep.present);
		tell_answer(r, &r->all.items[i]);
	}
	buf_putc(&r->out, '\n');
	if (r->chosen) {
		const struct knob *k = &r->chosen->sweep.knob;

		buf_printf(&r->out, "Proposed: %.*s.%.*s \"", STR_ARG(k->signal), STR_ARG(k->key));
		put_words(&r->out, r->chosen, r->chosen->tuning.best);
		buf_printf(&r->out, "\" instead of \"%.*s\".\n", STR_ARG(k->words));
		tell_why(r, r->chosen);
		tell_range(r, r->chosen);
		tell_crossed(r, r->chosen);
		tell_warnings(r);
		rc = tell_borders(r, r->chosen);
	} else {
		buf_puts(&r->out, STR("Nothing is proposed: keep the rule as it is.\n"));
	}
	return rc == EXIT_FINE ? give(r) : rc;
}
