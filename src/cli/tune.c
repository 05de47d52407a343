/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rupturectl tune: a value for one threshold of a rule, from verdicts and labels under a budget, as an override that
 * somebody reads, puts into place, or throws away.  It changes nothing by itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/trial.h"
#include "cli/trial_report.h"
#include "core/tuning.h"
#include "io/files.h"

#define STEPS	      6	   /* values tried on each side of the present one */
#define BORDER_LIST   1000 /* changed alerts looked through for the border */
#define BORDER_SHOWN  5
#define SHARE_WIDTH   18 /* "100 % (83 - 100 %)" */
#define OVERRIDE_MODE 0640

struct request {
	struct trial trial;
	const char *rule, *output;
	double budget; /* alerts a week; INFINITY */
};

/* One threshold and what came of it. */
struct tried {
	struct sweep sweep;
	struct ruleset **rules;
	struct backtest found;
	struct curve curve;
	struct tuning_point *points;
	struct tuning tuning;
};

struct tuning_run {
	const struct tool *tool;
	struct request *rq;
	struct rule_sources sources;
	struct ruleset *rules;
	const struct rule *rule;
	VEC(struct tried) all;
	const struct tried *chosen; /* or NULL */
	struct buf out;
};

/* "5 a week", "20 a month", "5". */
static int take_budget(const char *value, double *ret)
{
	struct str rest = value ? str_of(value) : (struct str){ 0 }, unit;
	double n;

	if (!value || !str_number(str_word(&rest), &n) || n < 0)
		return tool_misuse("--budget takes a number of alerts, as in \"5 a week\"");
	unit = str_trim(rest);
	if (unit.n && !str_is(unit, "a week") && !str_is(unit, "a month") && !str_is(unit, "a year"))
		return tool_misuse("--budget counts by the week, month or year, as in \"5 a week\"");
	*ret = str_is(unit, "a month") ? n * 12 / 52 : str_is(unit, "a year") ? n / 52 : n;
	return EXIT_FINE;
}

static int parse(struct request *rq, int argc, char **argv)
{
	int rc = EXIT_FINE;

	for (int i = 1; rc == EXIT_FINE && i < argc; i++) {
		if (trial_option(&rq->trial, argc, argv, &i, &rc))
			continue;
		if (strcmp(argv[i], "--budget") == 0)
			rc = take_budget(argv[++i], &rq->budget);
		else if (strcmp(argv[i], "-o") == 0 && i + 1 < argc)
			rq->output = argv[++i];
		else if (argv[i][0] == '-' || rq->rule)
			rc = tool_misuse("tune: unknown argument \"%s\"", argv[i]);
		else
			rq->rule = argv[i];
	}
	if (rc == EXIT_FINE && !rq->rule)
		rc = tool_misuse("tune what? give the id of a rule");
	if (rc == EXIT_FINE && rq->output && access(rq->output, F_OK) == 0)
		rc = tool_misuse("%s is there already; tune changes no file", rq->output);
	return rc;
}

/* ---- trying ---- */

static void make_points(struct tuning_run *r, struct tried *t)
{
	size_t n = t->sweep.values.n;

	t->points = ARENA_ARRAY(&r->rq->trial.arena, struct tuning_point, n);
	for (size_t i = 0; i < n; i++) {
		const struct backtest_side *s = t->curve.sides[i];

		if (s)
			t->points[i] =
				(struct tuning_point){ true, (double)s->alerts / backtest_weeks(&t->found), s->marks };
	}
	t->tuning = tuning_choose(t->points, n, t->sweep.present, r->rq->budget);
}

static int try_knob(struct tuning_run *r, const struct knob *knob)
{
	struct trial *trial = &r->rq->trial;
	struct tried *t = VEC_PUSH(&trial->arena, &r->all);
	int rc;

	sweep_around(&trial->arena, knob, STEPS, &t->sweep);
	t->rules = trial_values(trial, &r->sources, &t->sweep, true);
	/* The override itself may be refused: the rule is locked.  Then no value suits. */
	if (!t->rules[t->sweep.present])
		return tool_misuse("rule \"%s\" cannot be overridden: it is locked", r->rq->rule);
	rc = trial_run_values(trial, &t->sweep, t->rules, &t->found, &t->curve.sides);
	if (rc == EXIT_FINE)
		make_points(r, t);
	return rc;
}

static bool proposes(const struct tried *t)
{
	return t->tuning.answer == TUNING_BETTER || t->tuning.answer == TUNING_BUDGET;
}

/* The signal that does best; of those chosen by the budget alone, the one that has to move least. */
static bool is_better(const struct tried *a, const struct tried *b)
{
	const struct tuning_point *x = &a->points[a->tuning.best], *y = &b->points[b->tuning.best];
	double sa = tuning_score(&x->marks), sb = tuning_score(&y->marks);
	long da = labs((long)a->tuning.best - (long)a->sweep.present);
	long db = labs((long)b->tuning.best - (long)b->sweep.present);

	if (a->tuning.by_marks && sa != sb)
		return sa > sb;
	return da < db;
}

static int try_all(struct tuning_run *r)
{
	knob_list knobs;
	int rc = EXIT_FINE;

	knobs_of(&r->rq->trial.arena, r->rule, &knobs);
	if (!knobs.n)
		return tool_misuse("rule \"%s\" has no signal with one number for a threshold", r->rq->rule);
	for (size_t i = 0; rc == EXIT_FINE && i < knobs.n; i++)
		rc = try_knob(r, &knobs.items[i]);
	for (size_t i = 0; rc == EXIT_FINE && i < r->all.n; i++) {
		struct tried *t = &r->all.items[i];

		t->curve.sweep = &t->sweep;
		t->curve.found = &t->found;
		if (proposes(t) && (!r->chosen || is_better(t, r->chosen)))
			r->chosen = t;
	}
	return rc;
}

/* ---- telling ---- */

static void put_words(struct buf *out, const struct tried *t, size_t value)
{
	struct arena a = { 0 };

	buf_puts(out, knob_words(&a, &t->sweep.knob, t->sweep.values.items[value]));
	arena_release(&a);
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
	buf_printf(&r->out, " verdicts and labels, %llu of them good", (unsigned long long)m->good);
	if (r->rq->budget < INFINITY) {
		buf_puts(&r->out, STR(", within "));
		put_rate(&r->out, r->rq->budget);
		buf_puts(&r->out, STR(" alerts a week"));
	}
	buf_puts(&r->out, STR(".\n\n"));
	arena_release(&a);
}

static void tell_point(struct buf *out, const char *name, const struct tried *t, size_t value)
{
	const struct tuning_point *p = &t->points[value];
	struct buf words = { 0 };

	put_words(&words, t, value);
	buf_printf(out, "  %-7s %-22.*s", name, STR_ARG(buf_str(&words)));
	buf_reset(&words);
	put_rate(&words, p->alerts_per_week);
	buf_printf(out, "%6.*s a week  right ", STR_ARG(buf_str(&words)));
	buf_reset(&words);
	put_share(&words, p->marks.right, p->marks.right + p->marks.wrong);
	buf_printf(out, "%-*.*s  caught ", SHARE_WIDTH, STR_ARG(buf_str(&words)));
	put_share(out, p->marks.good_met, p->marks.good);
	buf_putc(out, '\n');
	buf_release(&words);
}

static void tell_answer(struct tuning_run *r, const struct tried *t)
{
	const struct mark_counts *m = &t->points[t->sweep.present].marks;

	switch (t->tuning.answer) {
	case TUNING_BETTER:
	case TUNING_BUDGET:
		tell_point(&r->out, "better", t, t->tuning.best);
		break;
	case TUNING_PRESENT:
		buf_puts(&r->out, STR("          nothing does better by more than chance would\n"));
		break;
	case TUNING_TOO_FEW:
		buf_printf(&r->out,
			   "          %llu verdicts and labels, %llu of them good: too few to choose (%d and %d)\n",
			   (unsigned long long)(m->good + m->bad), (unsigned long long)m->good, TUNING_MARKS_MIN,
			   TUNING_GOOD_MIN);
		break;
	case TUNING_NO_VALUE:
		buf_puts(&r->out, STR("          no value near it keeps the budget\n"));
		break;
	}
}

static void tell_range(struct tuning_run *r, const struct tried *t)
{
	const struct tuning *u = &t->tuning;

	if (!u->by_marks) {
		buf_puts(&r->out, STR("Chosen by the budget alone: too few verdicts and labels to say more.\n"));
		return;
	}
	if (u->from == u->to)
		return;
	buf_puts(&r->out, STR("On these data anything from \""));
	put_words(&r->out, t, u->from);
	buf_puts(&r->out, STR("\" to \""));
	put_words(&r->out, t, u->to);
	buf_puts(&r->out, STR("\" does as well.\n"));
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
		buf_printf(out, ", by %llu verdicts and labels",
			   (unsigned long long)(was->marks.good + was->marks.bad));
	} else {
		buf_puts(out, STR("; chosen by the budget alone"));
	}
	buf_puts(out, STR("."));
	(void)r;
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
	json_key(j, "curve");
	curve_json(&t->curve, j);
	json_end_map(j);
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

static int report(struct tuning_run *r)
{
	int rc = EXIT_FINE;

	trial_tell_refused(&r->rq->trial);
	if (r->tool->json)
		return give_json(r);
	tell_past(r, &r->all.items[0]);
	for (size_t i = 0; i < r->all.n; i++) {
		const struct knob *k = &r->all.items[i].sweep.knob;

		buf_printf(&r->out, "%.*s.%.*s\n", STR_ARG(k->signal), STR_ARG(k->key));
		tell_point(&r->out, "now", &r->all.items[i], r->all.items[i].sweep.present);
		tell_answer(r, &r->all.items[i]);
	}
	buf_putc(&r->out, '\n');
	if (r->chosen) {
		const struct knob *k = &r->chosen->sweep.knob;

		buf_printf(&r->out, "Proposed: %.*s.%.*s \"", STR_ARG(k->signal), STR_ARG(k->key));
		put_words(&r->out, r->chosen, r->chosen->tuning.best);
		buf_printf(&r->out, "\" instead of \"%.*s\".\n", STR_ARG(k->words));
		tell_range(r, r->chosen);
		rc = tell_borders(r, r->chosen);
	} else {
		buf_puts(&r->out, STR("Nothing is proposed: keep the rule as it is.\n"));
	}
	return rc == EXIT_FINE ? give(r) : rc;
}

static int run(struct tuning_run *r)
{
	struct trial *t = &r->rq->trial;
	const char *hint;
	int rc = trial_sources(t, true, &r->sources);

	if (rc != EXIT_FINE)
		return rc;
	r->rules = trial_compile(t, &r->sources, (struct str){ 0 }, NULL);
	if (!r->rules)
		return EXIT_WRONG;
	r->rule = rules_find(r->rules, str_of(r->rq->rule));
	hint = r->rule ? NULL : rules_suggest(&t->arena, r->rules, str_of(r->rq->rule));
	if (!r->rule)
		return tool_misuse("no rule \"%s\"%s%s", r->rq->rule, hint ? "; " : "", hint ? hint : "");
	rc = trial_open(t, r->rules, r->rules);
	if (rc == EXIT_FINE)
		rc = try_all(r);
	return rc == EXIT_FINE ? report(r) : rc;
}

static void release(struct tuning_run *r)
{
	for (size_t i = 0; i < r->all.n; i++) {
		struct tried *t = &r->all.items[i];

		for (size_t k = 0; t->rules && k < t->sweep.values.n; k++)
			rules_free(t->rules[k]);
		backtest_release(&t->found);
	}
	rules_free(r->rules);
	buf_release(&r->out);
}

int tool_tune(struct tool *tool, int argc, char **argv)
{
	struct request rq = { .trial = { .as_of = DATE_NONE }, .budget = INFINITY };
	struct tuning_run r = { .tool = tool, .rq = &rq };
	int rc = parse(&rq, argc, argv);

	if (rc == EXIT_FINE)
		rc = trial_begin(&rq.trial, tool);
	if (rc == EXIT_FINE)
		rc = run(&r);
	release(&r);
	trial_end(&rq.trial);
	return rc;
}
