/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rupturectl tune: a value for one threshold of a rule, from verdicts and labels under a budget, as an override that
 * somebody reads, puts into place, or throws away.  It changes nothing by itself.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/tune.h"

#define STEPS 6 /* values tried on each side of the present one */

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

static int parse(struct tune_request *rq, int argc, char **argv)
{
	int rc = EXIT_FINE;

	for (int i = 1; rc == EXIT_FINE && i < argc; i++) {
		if (trial_option(&rq->trial, argc, argv, &i, &rc))
			continue;
		if (strcmp(argv[i], "--budget") == 0)
			rc = take_budget(argv[++i], &rq->budget);
		else if (strcmp(argv[i], "-o") == 0 && i + 1 == argc)
			rc = tool_misuse("-o needs a value");
		else if (strcmp(argv[i], "-o") == 0)
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

/* ---- where to ---- */

/* Where it really is, without links; false when it is nowhere. */
static bool real_path(struct arena *a, const char *path, struct str *ret)
{
	char *real = realpath(path, NULL);

	if (real)
		*ret = arena_dup(a, str_of(real));
	free(real);
	return real != NULL;
}

static bool is_below(struct str path, struct str directory)
{
	return path.n >= directory.n && memcmp(path.p, directory.p, directory.n) == 0 &&
	       (path.n == directory.n || path.p[directory.n] == '/');
}

/*
 * A proposal is read before it counts, and what ships is never written to: so nothing goes below a path of rules in
 * force, or where the packs are, whatever links lead there.
 */
static int check_output(struct tuning_run *r)
{
	struct arena *a = &r->rq->trial.arena;
	const char *output = r->rq->output, *slash = output ? strrchr(output, '/') : NULL;
	struct strs places = { 0 }, *all[] = { &r->rq->trial.config->rules, &r->rq->trial.base };
	struct str directory, place;

	if (!output)
		return EXIT_FINE;
	if (!real_path(a, slash ? arena_printf(a, "%.*s", (int)(slash - output) + 1, output).p : ".", &directory))
		return tool_misuse("%s: there is no such directory", output);
	*VEC_PUSH(a, &places) = STR(RUPTURED_PREFIX "/share/ruptured");
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		for (size_t k = 0; k < all[i]->n; k++)
			*VEC_PUSH(a, &places) = all[i]->items[k];
	for (size_t i = 0; i < places.n; i++)
		if (real_path(a, arena_dup(a, places.items[i]).p, &place) && is_below(directory, place))
			return tool_misuse(
				"%s is where rules in force are: write it elsewhere, read it, and copy it then",
				output);
	return EXIT_FINE;
}

/* ---- trying ---- */

/* Whether the value makes a rule for safety less sensitive: true in fewer sessions.  What a verdict says of one alert
 * is no reason to miss the next child. */
static bool is_barred(const struct tuning_run *r, const struct tried *t, const struct backtest_side *s)
{
	return r->rule->safety && s->true_sessions < t->curve.sides[t->sweep.present]->true_sessions;
}

static void make_points(struct tuning_run *r, struct tried *t)
{
	size_t n = t->sweep.values.n;

	t->points = ARENA_ARRAY(&r->rq->trial.arena, struct tuning_point, n);
	for (size_t i = 0; i < n; i++) {
		const struct backtest_side *s = t->curve.sides[i];
		bool barred = s && is_barred(r, t, s);

		t->barred += barred;
		if (!s || barred)
			continue;
		t->points[i] = (struct tuning_point){ .known = true,
						      .alerts_per_week = (double)s->alerts / backtest_weeks(&t->found),
						      .marks = s->marks };
		memcpy(t->points[i].parts, s->parts, sizeof s->parts);
	}
	t->tuning = tuning_choose(t->points, n, t->sweep.present, r->rq->budget);
}
_Static_assert(TUNING_PARTS == BACKTEST_PARTS, "parts of the cases");

static int try_knob(struct tuning_run *r, const struct knob *knob)
{
	struct trial *trial = &r->rq->trial;
	struct tried *t = VEC_PUSH(&trial->arena, &r->all);
	int rc;

	sweep_around(&trial->arena, knob, STEPS, &t->sweep);
	t->rules = trial_values(trial, &r->sources, &t->sweep);
	if (!t->rules)
		return EXIT_WRONG;
	rc = trial_run_values(trial, &t->sweep, t->rules, &t->found, &t->curve.sides);
	if (rc == EXIT_FINE)
		make_points(r, t);
	return rc;
}

/* The threshold that is proposed, and how the choosing does on cases that have no part in it. */
static void choose(struct tuning_run *r)
{
	struct arena *a = &r->rq->trial.arena;
	struct tuning_curve *curves = ARENA_ARRAY(a, struct tuning_curve, r->all.n);
	struct tuning *tunings = ARENA_ARRAY(a, struct tuning, r->all.n);
	size_t best;

	for (size_t i = 0; i < r->all.n; i++) {
		struct tried *t = &r->all.items[i];

		t->curve.sweep = &t->sweep;
		t->curve.found = &t->found;
		curves[i] = (struct tuning_curve){ t->points, t->sweep.values.n, t->sweep.present };
		tunings[i] = t->tuning;
	}
	best = tuning_best(curves, tunings, r->all.n);
	r->chosen = best == SIZE_MAX ? NULL : &r->all.items[best];
	r->crossed = tuning_crossed(curves, r->all.n, r->rq->budget);
}

static int try_all(struct tuning_run *r)
{
	knob_list knobs;
	int rc = EXIT_FINE;

	knobs_of(&r->rq->trial.arena, r->rule, &knobs);
	for (size_t i = 0; rc == EXIT_FINE && i < knobs.n; i++)
		if (!knobs.items[i].is_window)
			rc = try_knob(r, &knobs.items[i]);
	if (rc == EXIT_FINE && !r->all.n)
		return tool_misuse("rule \"%s\" has no signal with one number for a threshold", r->rq->rule);
	if (rc == EXIT_FINE)
		choose(r);
	return rc;
}

static int run(struct tuning_run *r)
{
	struct trial *t = &r->rq->trial;
	const char *hint;
	int rc = check_output(r);

	if (rc == EXIT_FINE)
		rc = trial_sources(t, true, &r->sources);
	if (rc != EXIT_FINE)
		return rc;
	r->rules = trial_compile(t, &r->sources, (struct str){ 0 }, NULL);
	if (!r->rules)
		return EXIT_WRONG;
	r->rule = rules_find(r->rules, str_of(r->rq->rule));
	hint = r->rule ? NULL : rules_suggest(&t->arena, r->rules, str_of(r->rq->rule));
	if (!r->rule)
		return tool_misuse("no rule \"%s\"%s%s", r->rq->rule, hint ? "; " : "", hint ? hint : "");
	if (r->rule->locked)
		return tool_misuse(
			"rule \"%s\" is locked: it is too grave to be weakened, so no override may change its "
			"thresholds",
			r->rq->rule);
	rc = trial_open(t, r->rules, r->rules);
	if (rc == EXIT_FINE)
		rc = try_all(r);
	return rc == EXIT_FINE ? tune_report(r) : rc;
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
	struct tune_request rq = { .trial = { .as_of = DATE_NONE }, .budget = INFINITY };
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
