/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rupturectl report: one page about the clinic, for those who look after its cases and for who leads it.
 *
 * Written as it is made, a case at a time; into a file it goes whole or not at all, readable by its owner alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/progress.h"
#include "cli/report.h"
#include "io/clock.h"

#define PERIOD_WEEKS 12 /* before the present one */
#define WEEK_S	     (7 * (int64_t)DAY_S)

struct request {
	struct clinic_options options;
	const char *into; /* -o, or NULL */
	bool reveal;
};

/* ---- what is asked ---- */

/* A day stands for its first second, or for its last. */
static bool date_of(const char *word, bool to_its_end, int64_t *ret)
{
	if (date_parse(str_of(word), ret))
		return true;
	if (!date_parse_day(str_of(word), ret))
		return false;
	*ret += to_its_end ? DAY_S - 1 : 0;
	return true;
}

static int take_date(struct request *rq, const char *name, const char *word)
{
	struct clinic_options *o = &rq->options;
	const struct {
		const char *name;
		int64_t *into;
		bool to_its_end;
	} dates[] = { { "--since", &o->since, false }, { "--until", &o->until, true }, { "--as-of", &o->as_of, true } };

	for (size_t i = 0; i < sizeof dates / sizeof *dates; i++)
		if (strcmp(name, dates[i].name) == 0 && !date_of(word, dates[i].to_its_end, dates[i].into))
			return tool_misuse("report: %s takes a date like 2026-03-02T14:00:00Z or 2026-03-02", name);
	return EXIT_FINE;
}

static bool takes_value(const char *word)
{
	static const char *const all[] = { "--case", "--since", "--until", "--as-of", "-o" };

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (strcmp(word, all[i]) == 0)
			return true;
	return false;
}

static int parse(struct arena *a, struct request *rq, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];
		int rc;

		if (strcmp(word, "--reveal") == 0) {
			rq->reveal = true;
			continue;
		}
		if (!takes_value(word))
			return tool_misuse("report: unknown argument \"%s\"", word);
		if (++i == argc)
			return tool_misuse("report: %s what?", word);
		if (strcmp(word, "--case") == 0)
			*VEC_PUSH(a, &rq->options.cases) = str_of(argv[i]);
		else if (strcmp(word, "-o") == 0)
			rq->into = argv[i];
		else if ((rc = take_date(rq, word, argv[i])) != EXIT_FINE)
			return rc;
	}
	return EXIT_FINE;
}

/* Without a word about it: now, and twelve weeks before the present one. */
static int settle_dates(struct clinic_options *o)
{
	o->cut = o->as_of != DATE_NONE;
	if (!o->cut)
		o->as_of = clock_now();
	if (o->until == DATE_NONE || o->until > o->as_of)
		o->until = o->as_of;
	if (o->since == DATE_NONE)
		o->since = clinic_monday(o->until) - PERIOD_WEEKS * WEEK_S;
	if (o->since > o->until)
		return tool_misuse("report: the period ends before it begins");
	return EXIT_FINE;
}

/* ---- where it goes ---- */

static int open_output(struct arena *a, const struct request *rq, FILE **ret)
{
	struct error e = { 0 };
	struct stat st;
	int fd;

	*ret = stdout;
	if (!rq->into)
		return EXIT_FINE;
	/* What is renamed onto a device takes its place for everybody. */
	if (stat(rq->into, &st) == 0 && !S_ISREG(st.st_mode))
		return tool_misuse("report: %s is there and is not a file", rq->into);
	fd = open(arena_printf(a, "%s.part", rq->into).p, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	*ret = fd < 0 ? NULL : fdopen(fd, "w");
	if (*ret)
		return EXIT_FINE;
	error_errno(&e, "cannot write %s", rq->into);
	if (fd >= 0)
		close(fd);
	return tool_fail(&e);
}

static int close_output(struct arena *a, const struct request *rq, FILE *to, int rc)
{
	struct error e = { 0 };
	const char *part = rq->into ? arena_printf(a, "%s.part", rq->into).p : NULL;
	bool written = fflush(to) == 0 && !ferror(to) && (!part || fsync(fileno(to)) == 0);

	if (part && fclose(to) != 0)
		written = false;
	if (part && rc == EXIT_FINE && written)
		written = rename(part, rq->into) == 0;
	if (rc == EXIT_FINE && !written) {
		error_errno(&e, "cannot write %s", rq->into ? rq->into : "the report");
		rc = tool_fail(&e);
	}
	if (part && rc != EXIT_FINE)
		unlink(part);
	return rc;
}

/* ---- the report ---- */

typedef void (*case_writer)(struct page *p, const struct clinic_row *row, const struct clinic_case *one,
			    struct json *j);

static void write_page(struct page *p, const struct clinic_row *row, const struct clinic_case *one, struct json *j)
{
	(void)j;
	page_case(p, row, one);
}

static void write_json(struct page *p, const struct clinic_row *row, const struct clinic_case *one, struct json *j)
{
	page_json_case(p, row, one, j);
	fprintf(p->to, "%.*s\n", STR_ARG(json_text(j)));
	json_reset(j);
}

/* all: those too that have no section of their own on the page. */
static int write_cases(struct page *p, struct store *st, bool all, case_writer write, struct json *j, struct error *e)
{
	for (size_t i = 0; i < p->clinic.rows.n; i++) {
		const struct clinic_row *row = &p->clinic.rows.items[i];
		struct arena a = { 0 };
		struct clinic_case one;
		bool found = false;
		int rc = 0;

		if (all || page_shows(p, row))
			rc = clinic_case_read(st, &p->clinic.options, &a, row->id, NULL, &one, &found, e);
		if (rc == 0 && found)
			write(p, row, &one, j);
		arena_release(&a);
		if (rc < 0)
			return -1;
	}
	return 0;
}

static int write_html(struct page *p, struct store *st, struct error *e)
{
	page_begin(p);
	page_needs(p);
	page_unknown(p);
	if (!p->clinic.options.cases.n)
		page_clinic(p);
	page_cases_begin(p);
	if (write_cases(p, st, false, write_page, NULL, e) < 0)
		return -1;
	page_quiet(p);
	page_end(p);
	page_flush(p);
	return 0;
}

static int write_all_json(struct page *p, struct store *st, struct error *e)
{
	struct json *j = json_new(false);
	int rc;

	page_json_clinic(p, j);
	fprintf(p->to, "%.*s\n", STR_ARG(json_text(j)));
	json_reset(j);
	rc = write_cases(p, st, true, write_json, j, e);
	json_free(j);
	return rc;
}

static void show_progress(void *user, size_t done, size_t n)
{
	progress_show(user, done, n);
}

static int gather(struct request *rq, struct store *st, struct page *p)
{
	struct progress progress;
	struct error e = { 0 };
	int rc;

	rq->options.progress = show_progress;
	rq->options.user = &progress;
	progress_begin(&progress);
	rc = clinic_gather(st, &rq->options, &p->clinic, &e);
	progress_end(&progress);
	return rc < 0 ? tool_fail(&e) : EXIT_FINE;
}

/* Tokens alone are suggested: the clinic's own ids are shown to nobody who did not ask for them aloud. */
static int refuse_case(struct arena *a, struct store *st, const struct clinic_options *o, struct str name)
{
	struct strs tokens = { 0 };
	const char **names, *near;
	struct error e = { 0 };

	if (store_case_tokens(st, a, &tokens, &e) < 0)
		return tool_fail(&e);
	names = ARENA_ARRAY(a, const char *, tokens.n + 1);
	for (size_t i = 0; i < tokens.n; i++)
		names[i] = tokens.items[i].p;
	near = o->config->tokens_as_given ? NULL : str_nearest(name, names, tokens.n);
	if (near)
		return tool_misuse("report: no case \"%.*s\"; did you mean %s?", STR_ARG(name), near);
	return tool_misuse("report: no case \"%.*s\"", STR_ARG(name));
}

static int write_report(const struct tool *t, struct request *rq, struct store *st, struct page *p)
{
	struct error e = { 0 };
	int rc = open_output(&p->arena, rq, &p->to);

	if (rc != EXIT_FINE)
		return rc;
	rc = gather(rq, st, p);
	for (size_t i = 0; rc == EXIT_FINE && i < p->clinic.unknown_cases.n; i++)
		rc = refuse_case(&p->arena, st, &rq->options, p->clinic.unknown_cases.items[i]);
	if (rc == EXIT_FINE && (t->json ? write_all_json(p, st, &e) : write_html(p, st, &e)) < 0)
		rc = tool_fail(&e);
	return close_output(&p->arena, rq, p->to, rc);
}

static int run(struct tool *t, struct request *rq)
{
	struct page p = { .reveal = rq->reveal };
	struct strs no_paths = { 0 };
	struct config *config = tool_config(t);
	struct store *st = config ? tool_store(config) : NULL;
	struct ruleset *rules = st ? tool_rules(t, &no_paths) : NULL;
	int rc = rules ? EXIT_FINE : EXIT_WRONG;

	rq->options.config = config;
	rq->options.rules = rules;
	if (rc == EXIT_FINE)
		rc = write_report(t, rq, st, &p);
	clinic_release(&p.clinic);
	arena_release(&p.arena);
	buf_release(&p.out);
	if (rules)
		rules_free(rules);
	if (st)
		store_close(st);
	if (config)
		config_free(config);
	return rc;
}

int tool_report(struct tool *t, int argc, char **argv)
{
	struct request rq = { .options = { .as_of = DATE_NONE, .since = DATE_NONE, .until = DATE_NONE } };
	struct arena a = { 0 };
	int rc = parse(&a, &rq, argc, argv);

	if (rc == EXIT_FINE)
		rc = settle_dates(&rq.options);
	if (rc == EXIT_FINE && !rq.into && !t->json && isatty(STDOUT_FILENO))
		rc = tool_misuse("report: a page is for a browser: write it to a file with -o FILE");
	if (rc == EXIT_FINE && rq.reveal)
		rc = tool_act_reveal(t);
	if (rc == EXIT_FINE)
		rc = run(t, &rq);
	arena_release(&a);
	return rc;
}
