/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rupturectl backtest: what other rules would have told over one's own past; --sweep: a threshold through a range.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "cli/trial.h"
#include "cli/trial_report.h"
#include "io/files.h"

#define SVG_MODE 0640

struct request {
	struct trial trial;
	const char *old, *new; /* paths, or NULL: those in force; those and --with */
	const char *sweep, *svg;
	double limits[5]; /* INFINITY: any */
	bool limited, all;
};

static double added(const struct backtest *b)
{
	return (double)b->all.changes[CHANGE_ADDED];
}

static double removed(const struct backtest *b)
{
	return (double)b->all.changes[CHANGE_REMOVED];
}

static double per_week(const struct backtest *b)
{
	return (double)b->sides[1].alerts / backtest_weeks(b);
}

static double messages_per_week(const struct backtest *b)
{
	return (double)b->sides[1].messages / backtest_weeks(b);
}

/* What was to be caught, and is no longer. */
static double lost(const struct backtest *b)
{
	return (double)b->sides[0].marks.good_met - (double)b->sides[1].marks.good_met;
}

static const struct {
	const char *option, *what;
	double (*of)(const struct backtest *b);
} limits[] = {
	{ "--max-added", "alerts added", added },
	{ "--max-removed", "alerts removed", removed },
	{ "--max-per-week", "alerts a week", per_week },
	{ "--max-messages-per-week", "messages a week", messages_per_week },
	{ "--max-lost", "lost of what was to be caught", lost },
};
#define LIMIT_LOST 4
#define LIMITS	   (sizeof limits / sizeof *limits)
_Static_assert(LIMITS == sizeof((struct request *)0)->limits / sizeof(double), "request.limits");

static int take_limit(const char *name, const char *value, double *ret)
{
	if (!value || !str_number(str_of(value), ret) || *ret < 0)
		return tool_misuse("%s takes a number", name);
	return EXIT_FINE;
}

static int find_limit(const char *word)
{
	for (size_t i = 0; i < LIMITS; i++)
		if (strcmp(word, limits[i].option) == 0)
			return (int)i;
	return -1;
}

static int take_word(struct request *rq, const char *word)
{
	if (word[0] == '-')
		return tool_misuse("backtest: unknown option \"%s\"", word);
	if (rq->old)
		return tool_misuse("backtest takes one path, NEW, or two, OLD NEW");
	if (rq->new)
		rq->old = rq->new;
	rq->new = word;
	return EXIT_FINE;
}

static int take_one(struct request *rq, int argc, char **argv, int *i)
{
	const char *word = argv[*i], *value = *i + 1 < argc ? argv[*i + 1] : NULL;
	int rc = EXIT_FINE, limit = find_limit(word);

	if (trial_option(&rq->trial, argc, argv, i, &rc))
		return rc;
	if (strcmp(word, "--all") == 0) {
		rq->all = true;
		return rc;
	}
	if (strcmp(word, "--sweep") != 0 && strcmp(word, "--svg") != 0 && limit < 0)
		return take_word(rq, word);
	++*i;
	if (!value)
		return tool_misuse("%s needs a value", word);
	if (strcmp(word, "--sweep") == 0)
		rq->sweep = value;
	else if (strcmp(word, "--svg") == 0)
		rq->svg = value;
	else
		rc = take_limit(word, value, &rq->limits[limit]);
	rq->limited |= limit >= 0;
	return rc;
}

static int parse(struct request *rq, int argc, char **argv)
{
	int rc = EXIT_FINE;

	for (int i = 1; rc == EXIT_FINE && i < argc; i++)
		rc = take_one(rq, argc, argv, &i);
	if (rc == EXIT_FINE && !rq->sweep && !rq->new && !rq->trial.with.n)
		return tool_misuse("backtest what? give NEW rules, --with FILE beside those in force, or --sweep");
	if (rc == EXIT_FINE && rq->sweep && rq->new)
		return tool_misuse("a sweep goes through the rules in force, or --rules, and --with");
	if (rc == EXIT_FINE && rq->sweep && rq->limited)
		return tool_misuse("limits (--max-...) are for two rule sets, not for a sweep");
	if (rc == EXIT_FINE && rq->svg && !rq->sweep)
		return tool_misuse("--svg draws the curve of a --sweep");
	return rc;
}

static void put_out(struct buf *out)
{
	fputs(buf_str(out).p, stdout);
	buf_release(out);
}

/* ---- two rule sets ---- */

/* OLD and NEW, with --with beside what NEW would be without it. */
static int read_pair(struct request *rq, struct rule_sources *old, struct rule_sources *new)
{
	struct trial *t = &rq->trial;
	int rc;

	if (rq->old || (rq->new && t->with.n))
		*VEC_PUSH(&t->arena, &t->base) = str_of(rq->old ? rq->old : rq->new);
	rc = trial_sources(t, false, old);
	if (rc != EXIT_FINE)
		return rc;
	if (rq->new && (rq->old || !t->with.n)) {
		rc = trial_sources_at(t, rq->new, new);
		new->switched_off = old->switched_off;
		return rc;
	}
	return trial_sources(t, true, new);
}

/* All in one line: what a job that runs this shows. */
static int past_limits(const struct request *rq, const struct backtest *b)
{
	struct buf out = { 0 };
	int rc = EXIT_FINE;

	for (size_t i = 0; i < LIMITS; i++) {
		double n = limits[i].of(b);

		if (n <= rq->limits[i])
			continue;
		buf_printf(&out, "%s%.4g %s (%s %g)", rc == EXIT_FINE ? "" : ", ", n, limits[i].what, limits[i].option,
			   rq->limits[i]);
		rc = EXIT_FOUND;
	}
	if (rc != EXIT_FINE)
		fprintf(stderr, "rupturectl: past a limit: %.*s\n", STR_ARG(buf_str(&out)));
	buf_release(&out);
	return rc;
}

static void report(const struct tool *tool, const struct request *rq, const struct backtest *b)
{
	struct json *j = json_new(false);
	struct buf out = { 0 };

	if (tool->json) {
		comparison_json(b, j);
		tool_print(j);
	} else {
		comparison_text(b, rq->all, &out);
		put_out(&out);
	}
	json_free(j);
}

static int compare(const struct tool *tool, struct request *rq, const struct ruleset *old, const struct ruleset *new)
{
	struct trial *t = &rq->trial;
	struct backtest_set sets[BACKTEST_PAIR] = { { old, 0 }, { new, 0 } };
	struct backtest_options options = {
		.sets = sets,
		.n = BACKTEST_PAIR,
		.routes = &t->config->routes,
		.list_max = rq->all ? SIZE_MAX : REPORT_CHANGES,
	};
	struct backtest b = { 0 };
	int rc = trial_open(t, old, new);

	if (rc != EXIT_FINE)
		return rc;
	sets[1].phrases = corpus_phrases(t->corpus) - 1;
	rc = trial_run(t, &options, &b);
	if (rc == EXIT_FINE) {
		trial_tell_left_out(t);
		report(tool, rq, &b);
		rc = past_limits(rq, &b);
		if (rq->limits[LIMIT_LOST] < INFINITY && !b.sides[0].marks.good)
			rc = tool_misuse("--max-lost: there is no good verdict or label that could be lost");
	}
	backtest_release(&b);
	return rc;
}

static bool is_file(const char *path)
{
	struct stat st;

	return path && stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static int run_pair(const struct tool *tool, struct request *rq)
{
	struct rule_sources old, new;
	struct ruleset *was = NULL, *is = NULL;
	int rc = read_pair(rq, &old, &new);

	if (rc == EXIT_FINE) {
		was = trial_compile(&rq->trial, &old, (struct str){ 0 }, NULL);
		is = was ? trial_compile(&rq->trial, &new, (struct str){ 0 }, NULL) : NULL;
		rc = is ? compare(tool, rq, was, is) : EXIT_WRONG;
		if (!is && (is_file(rq->old) || is_file(rq->new)))
			fputs("  hint: OLD and NEW are whole sets of rules; a file beside those in force: --with "
			      "FILE\n",
			      stderr);
	}
	rules_free(was);
	rules_free(is);
	return rc;
}

/* ---- a sweep ---- */

static int write_svg(const struct request *rq, const struct curve *c)
{
	struct buf out = { 0 };
	struct error e = { 0 };
	int rc;

	if (!rq->svg)
		return EXIT_FINE;
	curve_svg(c, &out);
	rc = file_write(rq->svg, buf_str(&out), SVG_MODE, &e) < 0 ? tool_fail(&e) : EXIT_FINE;
	buf_release(&out);
	return rc;
}

static int report_curve(const struct tool *tool, const struct request *rq, const struct curve *c)
{
	struct json *j = json_new(false);
	struct buf out = { 0 };

	if (tool->json) {
		curve_json(c, j);
		tool_print(j);
	} else {
		curve_text(c, &out);
		put_out(&out);
	}
	json_free(j);
	return write_svg(rq, c);
}

static int run_values(const struct tool *tool, struct request *rq, const struct rule_sources *sources,
		      const struct sweep *sweep)
{
	struct trial *t = &rq->trial;
	struct ruleset **rules = trial_values(t, sources, sweep);
	struct backtest b = { 0 };
	struct curve curve = { .sweep = sweep, .found = &b };
	const struct ruleset *now = rules ? rules[sweep->present] : NULL;
	int rc = now ? trial_open(t, now, now) : EXIT_WRONG;

	if (rc == EXIT_FINE)
		rc = trial_run_values(t, sweep, rules, &b, &curve.sides);
	if (rc == EXIT_FINE) {
		trial_tell_left_out(t);
		rc = report_curve(tool, rq, &curve);
	}
	for (size_t i = 0; rules && i < sweep->values.n; i++)
		rules_free(rules[i]);
	backtest_release(&b);
	return rc;
}

static int run_sweep(const struct tool *tool, struct request *rq)
{
	struct trial *t = &rq->trial;
	struct rule_sources sources;
	struct ruleset *rules;
	struct sweep sweep;
	const char *wrong;
	int rc = trial_sources(t, true, &sources);

	if (rc != EXIT_FINE)
		return rc;
	rules = trial_compile(t, &sources, (struct str){ 0 }, NULL);
	wrong = rules ? sweep_read(&t->arena, rules, str_of(rq->sweep), &sweep) : NULL;
	if (!rules || wrong)
		rc = wrong ? tool_misuse("--sweep: %s", wrong) : EXIT_WRONG;
	else
		rc = run_values(tool, rq, &sources, &sweep);
	rules_free(rules);
	return rc;
}

int tool_backtest(struct tool *tool, int argc, char **argv)
{
	struct request rq = { .trial = { .as_of = DATE_NONE } };
	int rc;

	for (size_t i = 0; i < LIMITS; i++)
		rq.limits[i] = INFINITY;
	rc = parse(&rq, argc, argv);

	if (rc == EXIT_FINE)
		rc = trial_begin(&rq.trial, tool);
	if (rc == EXIT_FINE)
		rc = rq.sweep ? run_sweep(tool, &rq) : run_pair(tool, &rq);
	trial_end(&rq.trial);
	return rc;
}
