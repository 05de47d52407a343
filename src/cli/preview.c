/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/preview.h"

#include <stdio.h>
#include <unistd.h>

#include "app/in_force.h"
#include "cli/preview_round.h"
#include "cli/progress.h"
#include "cli/watching.h"
#include "io/clock.h"
#include "io/pool.h"

#define TESTS_MS 10000 /* for the tests of a round */

struct preview {
	const struct tool *tool;
	const struct preview_options *options;
	struct arena arena;
	struct config *config; /* NULL: tests alone, of given paths */
	struct watching watching;
	struct rule_sources in_force;
	const char *against;
	struct ruleset *old;	 /* NULL: none yet */
	struct corpus *corpus;	 /* of records, as long as the phrases stay the same */
	struct buf phrases;	 /* of the new rules that it was read for */
	struct preview_sum last; /* the round before */
	struct screen_part parts[PREVIEW_PARTS];
	bool terminal;
	struct progress progress;
	atomic_bool abandon;
};

/* ---- showing ---- */

static void redraw(struct preview *p)
{
	struct screen_size size = screen_size(STDOUT_FILENO);
	struct buf out = { 0 };

	size.rows--; /* the cursor, and the progress of a long backtest */
	screen_fit(p->parts, PREVIEW_PARTS, size, &out);
	fputs("\033[H\033[2J\033[3J", stdout);
	fputs(buf_str(&out).p, stdout);
	fflush(stdout);
	buf_release(&out);
}

static void append(const struct preview *p, enum preview_part from, enum preview_part to)
{
	for (size_t i = from; i <= to; i++)
		fputs(buf_str(&p->parts[i].text).p, stdout);
	fflush(stdout);
}

/* Before the backtest, which may take long. */
static void show_first(struct preview *p, const struct preview_round *r)
{
	if (p->tool->json)
		return;
	preview_text(r, &p->last, p->parts);
	if (!p->terminal) {
		append(p, PREVIEW_HEAD, PREVIEW_HEAD);
		append(p, PREVIEW_LINT, PREVIEW_TESTS);
		return;
	}
	if (r->rules && !p->options->tests_only)
		buf_puts(&p->parts[PREVIEW_BACKTEST].text, STR("Backtest  ...\n"));
	redraw(p);
}

static void show_whole(struct preview *p, const struct preview_round *r)
{
	struct json *j;

	if (p->tool->json) {
		j = json_new(false);
		preview_json(r, &p->last, j);
		tool_print(j);
		json_free(j);
		fflush(stdout);
		return;
	}
	preview_text(r, &p->last, p->parts);
	if (p->terminal) {
		redraw(p);
		return;
	}
	append(p, PREVIEW_BACKTEST, PREVIEW_BACKTEST);
	append(p, PREVIEW_SINCE, PREVIEW_SINCE);
	putchar('\n');
	fflush(stdout);
}

/* ---- the past ---- */

static void show_progress(void *user, size_t done, size_t n)
{
	struct preview *p = user;

	if (watching_over(&p->watching))
		atomic_store(&p->abandon, true);
	if (p->terminal)
		progress_show(&p->progress, done, n);
}

/* Records are read again only when other phrases are looked for. */
static int open_records(struct preview *p, const struct ruleset *new, struct error *e)
{
	struct corpus_options options = {
		.phrases = { p->old->lexicons, new->lexicons },
		.n_phrases = lexicons_same(p->old->lexicons, new->lexicons) ? 1 : 2,
		.consent_required = p->config->consent_required,
		.jobs = pool_cores(),
		.progress = show_progress,
		.user = p,
		.abandon = &p->abandon,
	};
	struct buf phrases = { 0 };

	lexicons_canonical(new->lexicons, &phrases);
	if (p->corpus && str_eq(buf_str(&phrases), buf_str(&p->phrases))) {
		buf_release(&phrases);
		return 0;
	}
	corpus_close(p->corpus);
	p->corpus = NULL;
	buf_release(&p->phrases);
	if (corpus_of_records(p->options->records, &options, &p->corpus, e) < 0) {
		p->corpus = NULL;
		buf_release(&phrases);
		return -1;
	}
	p->phrases = phrases;
	return 0;
}

static int open_past(struct preview *p, const struct ruleset *new, struct error *e)
{
	int rc;

	if (p->options->records)
		return open_records(p, new, e);
	if (access(p->config->store.p, F_OK) != 0)
		return error_set(e, ERROR_REFUSED,
				 "there is no store at %s yet; a directory of records will do: "
				 "--records DIR",
				 p->config->store.p);
	corpus_close(p->corpus);
	rc = corpus_of_store(p->config, &p->corpus, e);
	if (rc < 0)
		p->corpus = NULL;
	return rc;
}

static int try_on_past(struct preview *p, struct preview_round *r, struct error *e)
{
	struct backtest_set sets[BACKTEST_PAIR] = { { p->old, 0 }, { r->rules, 0 } };
	struct backtest_options options = {
		.sets = sets,
		.n = BACKTEST_PAIR,
		.routes = &p->config->routes,
		.jobs = pool_cores(),
		.progress = show_progress,
		.user = p,
		.abandon = &p->abandon,
	};

	if (open_past(p, r->rules, e) < 0)
		return -1;
	if (!corpus_cases(p->corpus))
		return error_set(e, ERROR_REFUSED, "there is no session %s to try the rules on",
				 p->options->records ? "in the records" : "in the store yet");
	sets[1].phrases = corpus_phrases(p->corpus) - 1;
	options.as_of = p->options->records ? corpus_last(p->corpus) : clock_now();
	r->tried = backtest_run(p->corpus, &options, &r->backtest, e) == 0;
	return r->tried ? 0 : -1;
}

static void backtest(struct preview *p, struct preview_round *r)
{
	struct error e = { 0 };
	int rc;

	if (p->options->tests_only || !r->rules)
		return;
	if (!p->old) {
		r->not_tried = STR("the rules in force have errors: nothing to compare with");
		return;
	}
	progress_begin(&p->progress);
	atomic_store(&p->abandon, false);
	rc = try_on_past(p, r, &e);
	progress_end(&p->progress);
	if (rc < 0)
		r->not_tried = atomic_load(&p->abandon) ? STR("given up: the rules were saved again")
							: arena_dup(&r->arena, str_of(e.text));
	r->against = str_of(p->against);
	if (rc == 0 && !p->options->records && !lexicons_same(p->old->lexicons, r->rules->lexicons))
		r->against = arena_printf(&r->arena, "%s; what other phrases would hear shows only --records DIR",
					  p->against);
}

/* ---- a round ---- */

static struct str missing_paths(struct arena *a, const struct strs *paths)
{
	struct buf out = { 0 };
	struct str ret;

	for (size_t i = 0; i < paths->n; i++)
		if (access(paths->items[i].p, F_OK) != 0)
			buf_printf(&out, "%s%.*s", out.n ? ", " : "", STR_ARG(paths->items[i]));
	ret = out.n ? arena_printf(a, "%s: not there (any more); waiting for it", out.p) : (struct str){ NULL, 0 };
	buf_release(&out);
	return ret;
}

static void lint(struct preview *p, struct preview_round *r)
{
	struct error e = { 0 };

	r->trouble = missing_paths(&r->arena, &p->options->paths);
	if (r->trouble.n)
		return;
	if (rulelay_read(&r->arena, &p->options->base, &p->options->paths, !p->options->tests_only, &r->lay, &e) < 0) {
		r->trouble = arena_dup(&r->arena, str_of(e.text));
		return;
	}
	r->lay.sources.switched_off = p->options->configured ? &p->config->switched_off : NULL;
	r->lay.sources.today = clock_now();
	r->rules = ruledir_compile(&r->lay.sources, &r->text, &r->faults);
}

static void run_tests(const struct preview *p, struct preview_round *r)
{
	struct testing_request request = {
		.sources = &r->lay.sources,
		.chosen = &r->lay.own,
		.rule = p->options->rule,
		.first = r->changed,
		.until_ms = clock_monotonic_ms() + TESTS_MS,
	};

	if (!r->rules)
		return;
	r->tested = true;
	if (!testing_run(r->rules, &request, &r->tests))
		r->trouble = arena_printf(&r->arena, "there is no rule \"%.*s\" here", STR_ARG(p->options->rule));
}

static void release(struct preview_round *r)
{
	if (r->tested)
		testing_release(&r->tests);
	backtest_release(&r->backtest);
	rules_free(r->rules);
	buf_release(&r->text);
	arena_release(&r->arena);
}

/* Where nothing was in force at the start, the first good rules are what later ones are held against. */
static void compile_old(struct preview *p, const struct rule_sources *sources, const char *against)
{
	struct buf out = { 0 };
	struct rule_faults faults;

	if (p->old || !sources->n)
		return;
	p->old = ruledir_compile(sources, &out, &faults);
	p->against = against;
	buf_release(&out);
}

static bool make_round(struct preview *p)
{
	struct preview_round r = { .at = clock_now(), .paths = &p->options->paths, .changed = &p->watching.changed };
	bool fine;

	lint(p, &r);
	run_tests(p, &r);
	if (r.rules)
		compile_old(p, &r.lay.sources, "the rules at the start of this preview");
	show_first(p, &r);
	backtest(p, &r);
	fine = r.rules && !r.tests.failed && !r.trouble.n;
	/* What was given up is shown again in a moment, by what was saved meanwhile. */
	if (!(p->terminal && atomic_load(&p->abandon))) {
		show_whole(p, &r);
		preview_sum_up(&r, &p->last);
	}
	release(&r);
	return fine;
}

/* ---- all ---- */

/* What the engine has in force, or what stands in the files of the base. */
static int read_in_force(struct preview *p, struct error *e)
{
	struct store *st = NULL;
	int rc = 0;

	if (p->options->configured && access(p->config->store.p, R_OK) == 0 &&
	    store_open(p->config->store.p, DB_READ_ONLY, &st, e) == 0) {
		rc = in_force_read(st, &p->arena, &p->in_force, e);
		store_close(st);
	}
	if (rc == 0 && !p->in_force.n)
		rc = ruledir_read(&p->arena, &p->options->base, &p->in_force, e);
	p->in_force.switched_off = p->options->configured ? &p->config->switched_off : NULL;
	return rc;
}

static int begin(struct preview *p)
{
	struct error e = { 0 };

	p->terminal = isatty(STDOUT_FILENO) && !p->tool->json;
	if (!p->options->tests_only) {
		p->config = tool_config(p->tool);
		if (!p->config)
			return EXIT_WRONG;
		if (read_in_force(p, &e) < 0)
			return tool_fail(&e);
		compile_old(p, &p->in_force, "the rules in force");
	}
	return watching_open(&p->watching, &p->options->paths, &e) < 0 ? tool_fail(&e) : EXIT_FINE;
}

static void end(struct preview *p)
{
	watching_close(&p->watching);
	corpus_close(p->corpus);
	rules_free(p->old);
	buf_release(&p->phrases);
	for (size_t i = 0; i < PREVIEW_PARTS; i++)
		buf_release(&p->parts[i].text);
	arena_release(&p->last.arena);
	arena_release(&p->arena);
	if (p->config)
		config_free(p->config);
}

static void strip_slashes(struct arena *a, struct strs *paths)
{
	for (size_t i = 0; i < paths->n; i++) {
		struct str path = paths->items[i];

		while (path.n > 1 && path.p[path.n - 1] == '/')
			path.n--;
		paths->items[i] = arena_dup(a, path);
	}
}

int preview_run(const struct tool *t, struct preview_options *options)
{
	struct preview p = { .tool = t, .options = options };
	bool fine = true, over = false;
	int rc;

	strip_slashes(&p.arena, &options->paths);
	rc = begin(&p);
	while (rc == EXIT_FINE && !over) {
		switch (watching_wait(&p.watching)) {
		case WATCHING_SAVED:
			fine = make_round(&p);
			break;
		case WATCHING_RESIZED:
			if (p.terminal)
				redraw(&p);
			break;
		case WATCHING_ENDED:
			over = true;
			break;
		}
	}
	end(&p);
	return rc == EXIT_FINE && !fine ? EXIT_FOUND : rc;
}
