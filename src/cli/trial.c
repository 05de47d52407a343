/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/trial.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "io/clock.h"
#include "io/files.h"
#include "io/pool.h"

#define LABELS_MAX_BYTES (64u << 20)

static bool take_date(struct trial *t, const char *word, int *rc)
{
	struct str date = str_of(word);

	if (!date_parse(date, &t->as_of) && !date_parse_day(date, &t->as_of))
		*rc = tool_misuse("--as-of takes a date like 2026-03-02T14:00:00Z or 2026-03-02");
	return true;
}

static bool take_jobs(struct trial *t, const char *word, int *rc)
{
	double n;

	if (!str_number(str_of(word), &n) || n < 1 || n > POOL_MAX || n != (double)(size_t)n)
		*rc = tool_misuse("--jobs takes a number from 1 to %d", POOL_MAX);
	else
		t->jobs = (size_t)n;
	return true;
}

bool trial_option(struct trial *t, int argc, char **argv, int *i, int *rc)
{
	const char *word = argv[*i], *value = *i + 1 < argc ? argv[*i + 1] : NULL;
	const struct {
		const char *name;
		struct strs *list;
		const char **one;
		bool (*read)(struct trial *t, const char *word, int *rc);
	} all[] = {
		{ "--rules", &t->base, NULL, NULL },	  { "--with", &t->with, NULL, NULL },
		{ "--records", NULL, &t->records, NULL }, { "--labels", NULL, &t->labels_file, NULL },
		{ "--as-of", NULL, NULL, take_date },	  { "--jobs", NULL, NULL, take_jobs },
	};

	for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
		if (strcmp(word, all[k].name) != 0)
			continue;
		++*i;
		if (!value)
			*rc = tool_misuse("%s needs a value", word);
		else if (all[k].list)
			*VEC_PUSH(&t->arena, all[k].list) = str_of(value);
		else if (all[k].one)
			*all[k].one = value;
		else
			all[k].read(t, value, rc);
		return true;
	}
	return false;
}

static int read_labels(struct trial *t)
{
	struct error e = { 0 };
	const char *wrong;
	struct str text;

	if (file_read(&t->arena, t->labels_file, LABELS_MAX_BYTES, &text, &e) < 0)
		return tool_fail(&e);
	wrong = labels_read(&t->arena, text, &t->labels);
	return wrong ? tool_misuse("%s: %s", t->labels_file, wrong) : EXIT_FINE;
}

int trial_begin(struct trial *t, const struct tool *tool)
{
	if (!t->jobs)
		t->jobs = pool_cores();
	t->config = tool_config(tool);
	if (!t->config)
		return EXIT_WRONG;
	return t->labels_file ? read_labels(t) : EXIT_FINE;
}

void trial_end(struct trial *t)
{
	corpus_close(t->corpus);
	if (t->config)
		config_free(t->config);
	arena_release(&t->arena);
}

/* ---- rules ---- */

static int read_sources(struct trial *t, const struct strs *paths, bool must_be, struct rule_sources *ret)
{
	struct error e = { 0 };

	for (size_t i = 0; must_be && i < paths->n; i++)
		if (access(paths->items[i].p, R_OK) != 0)
			return tool_misuse("%s cannot be read", paths->items[i].p);
	return ruledir_read(&t->arena, paths, ret, &e) < 0 ? tool_fail(&e) : EXIT_FINE;
}

int trial_sources(struct trial *t, bool with, struct rule_sources *ret)
{
	struct rule_sources more = { 0 };
	const struct strs *paths = t->base.n ? &t->base : &t->config->rules;
	int rc = read_sources(t, paths, t->base.n > 0, ret);
	struct rule_source *all;

	if (rc == EXIT_FINE && with)
		rc = read_sources(t, &t->with, true, &more);
	all = ARENA_ARRAY(&t->arena, struct rule_source, ret->n + more.n + 1);
	if (ret->n)
		memcpy(all, ret->items, ret->n * sizeof *all);
	if (more.n)
		memcpy(all + ret->n, more.items, more.n * sizeof *all);
	ret->items = all;
	ret->n += more.n;
	ret->switched_off = t->base.n ? NULL : &t->config->switched_off;
	return rc;
}

int trial_sources_at(struct trial *t, const char *path, struct rule_sources *ret)
{
	struct strs paths = { 0 };

	*VEC_PUSH(&t->arena, &paths) = str_of(path);
	return read_sources(t, &paths, true, ret);
}

struct ruleset *trial_compile(struct trial *t, const struct rule_sources *sources, struct str text, struct buf *faults)
{
	struct rule_sources all = *sources;
	struct rule_faults counts;
	struct buf out = { 0 };
	struct ruleset *rules;

	if (text.n) {
		all.items = ARENA_ARRAY(&t->arena, struct rule_source, sources->n + 1);
		memcpy(all.items, sources->items, sources->n * sizeof *all.items);
		all.items[all.n++] = (struct rule_source){ .file = STR("(tried)"), .text = text, .trial = true };
	}
	rules = ruledir_compile(&all, &out, &counts);
	if (!rules && faults)
		buf_puts(faults, buf_str(&out));
	else if (!rules)
		fputs(buf_str(&out).p, stderr);
	buf_release(&out);
	return rules;
}

struct ruleset **trial_values(struct trial *t, const struct rule_sources *sources, const struct sweep *s)
{
	struct ruleset **ret = ARENA_ARRAY(&t->arena, struct ruleset *, s->values.n);
	struct buf unsaid = { 0 };

	for (size_t i = 0; i < s->values.n; i++) {
		struct str text = knob_override(&t->arena, &s->knob, s->values.items[i], STR("tried"));

		ret[i] = trial_compile(t, sources, text, i == s->present ? NULL : &unsaid);
	}
	buf_release(&unsaid);
	if (ret[s->present])
		return ret;
	for (size_t i = 0; i < s->values.n; i++)
		rules_free(ret[i]);
	return NULL;
}

/* ---- running ---- */

static void show_progress(void *user, size_t done, size_t n)
{
	struct trial *t = user;

	progress_show(&t->progress, done, n);
}

static int open_records(struct trial *t, const struct ruleset *a, const struct ruleset *b, struct error *e)
{
	struct corpus_options options = {
		.phrases = { a->lexicons, b->lexicons },
		.n_phrases = lexicons_same(a->lexicons, b->lexicons) ? 1 : 2,
		.consent_required = t->config->consent_required,
		.jobs = t->jobs,
		.progress = show_progress,
		.user = t,
	};

	return corpus_of_records(t->records, &options, &t->corpus, e);
}

static void tell_refused(const struct trial *t)
{
	struct str faults;
	size_t n = corpus_refused(t->corpus, &faults);

	if (n)
		fprintf(stderr, "%.*srupturectl: %zu file%s left out: no good record%s\n", STR_ARG(faults), n,
			n == 1 ? "" : "s", n == 1 ? "" : "s");
}

int trial_open(struct trial *t, const struct ruleset *a, const struct ruleset *b)
{
	struct error e = { 0 };
	int rc;

	progress_begin(&t->progress);
	rc = t->records ? open_records(t, a, b, &e) : corpus_of_store(t->config, &t->corpus, &e);
	progress_end(&t->progress);
	if (rc < 0) {
		t->corpus = NULL;
		rc = tool_fail(&e);
		if (!t->records)
			fputs("  hint: without a store, give a directory of records: --records DIR\n", stderr);
		return rc;
	}
	if (t->as_of == DATE_NONE)
		t->as_of = t->records ? corpus_last(t->corpus) : clock_now();
	if (!t->records)
		lexicons_compare(&t->arena, a->lexicons, b->lexicons, &t->unheard, &t->unlooked);
	if (corpus_cases(t->corpus))
		return EXIT_FINE;
	tell_refused(t);
	return tool_misuse("there is no session to try rules on%s", t->records ? "" : " in the store yet");
}

void trial_tell_left_out(const struct trial *t)
{
	size_t unused = t->labels.n - t->labels_here;

	tell_refused(t);
	if (unused)
		fprintf(stderr, "rupturectl: %zu of %zu label%s left out: no such case, or no such session of it\n",
			unused, t->labels.n, t->labels.n == 1 ? "" : "s");
}

int trial_run(struct trial *t, struct backtest_options *options, struct backtest *ret)
{
	struct error e = { 0 };
	int rc;

	options->labels = t->labels_file ? &t->labels : NULL;
	options->unheard = &t->unheard;
	options->unlooked = &t->unlooked;
	options->as_of = t->as_of;
	options->jobs = t->jobs;
	options->progress = show_progress;
	options->user = t;
	progress_begin(&t->progress);
	rc = backtest_run(t->corpus, options, ret, &e);
	progress_end(&t->progress);
	t->labels_here = ret->labels;
	return rc < 0 ? tool_fail(&e) : EXIT_FINE;
}

int trial_run_values(struct trial *t, const struct sweep *sweep, struct ruleset *const *rules, struct backtest *ret,
		     const struct backtest_side ***ret_sides)
{
	struct backtest_set *sets = ARENA_ARRAY(&t->arena, struct backtest_set, sweep->values.n);
	struct backtest_options options = { .sets = sets, .only = sweep->knob.rule };
	int rc;

	*ret_sides = ARENA_ARRAY(&t->arena, const struct backtest_side *, sweep->values.n);
	for (size_t i = 0; i < sweep->values.n; i++)
		if (rules[i])
			sets[options.n++].rules = rules[i];
	rc = trial_run(t, &options, ret);
	for (size_t i = 0, n = 0; rc == EXIT_FINE && i < sweep->values.n; i++)
		if (rules[i])
			(*ret_sides)[i] = &ret->sides[n++];
	return rc;
}
