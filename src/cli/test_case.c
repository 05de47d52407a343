/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/test_case.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/ruledir.h"
#include "core/scenario_write.h"
#include "io/clock.h"

struct writing {
	const struct test_case_options *options;
	struct arena arena;
	struct config *config;
	struct store *store;
	struct rule_sources sources;
	struct ruleset *rules;
	struct scenario_suite suite;
	struct stored_case *stored;
	struct history *history; /* of the sessions asked for */
	size_t first, last, all; /* those, counted from 1; how many there are */
	int64_t as_of;
	struct scenario_writing text;
	VEC(struct scenario_result *) found; /* of the rules written about */
};

/* ---- what is read ---- */

static int open_all(const struct tool *t, struct writing *w)
{
	struct buf faults = { 0 };
	struct rule_faults counts;
	struct error e = { 0 };
	const struct strs *paths = w->options->rules;

	w->config = tool_config(t);
	w->store = w->config ? tool_store(w->config) : NULL;
	if (!w->store)
		return EXIT_WRONG;
	if (ruledir_read(&w->arena, paths->n ? paths : &w->config->rules, &w->sources, &e) < 0)
		return tool_fail(&e);
	w->sources.switched_off = paths->n ? NULL : &w->config->switched_off;
	w->rules = ruledir_compile(&w->sources, &faults, &counts);
	if (!w->rules)
		fputs(buf_str(&faults).p, stderr);
	buf_release(&faults);
	if (w->rules)
		scenario_suite_init(&w->arena, w->rules, &w->suite);
	return w->rules ? EXIT_FINE : EXIT_WRONG;
}

static void close_all(struct writing *w)
{
	if (w->rules)
		scenario_suite_release(&w->suite);
	rules_free(w->rules);
	if (w->store)
		store_close(w->store);
	if (w->config)
		config_free(w->config);
	arena_release(&w->arena);
}

/* "3-12", "3-", "-12", "7". */
static bool read_range(const char *text, size_t n, size_t *ret_first, size_t *ret_last)
{
	const char *dash = strchr(text, '-');
	struct str from = str_of(text), to = from;
	double a = 1, b = (double)n;

	if (dash) {
		from.n = (size_t)(dash - text);
		to = str_of(dash + 1);
	}
	if ((from.n && !str_number(from, &a)) || (to.n && !str_number(to, &b)) || (!from.n && !to.n))
		return false;
	if (a != floor(a) || b != floor(b) || a < 1 || b < a || a > (double)n)
		return false;
	*ret_first = (size_t)a;
	*ret_last = b > (double)n ? n : (size_t)b;
	return true;
}

/* The history that begins with the first of the sessions asked for, as if there had been none before. */
static void cut(struct writing *w, const struct history *all)
{
	VEC(const struct skeleton *) kept = { 0 };
	bool to_the_end = w->last == all->n;

	for (size_t i = w->first - 1; i < w->last; i++)
		for (size_t k = 0; k < all->sessions[i].n_parts; k++)
			*VEC_PUSH(&w->arena, &kept) = all->sessions[i].parts[k].s;
	w->history = history_build(&w->arena, all->roster, kept.items, kept.n, to_the_end ? all->closed_at : DATE_NONE);
	/* A test has no name that an exception could be for. */
	w->history->name = STR("test");
	w->as_of = to_the_end ? clock_now() : all->sessions[w->last - 1].started;
	if (w->as_of < all->sessions[w->last - 1].started)
		w->as_of = all->sessions[w->last - 1].started;
}

static int read_case(struct writing *w)
{
	struct skeleton **skeletons;
	struct history *all;
	struct error e = { 0 };
	struct str name = str_of(w->options->case_name);
	size_t n = 0;

	if (store_case_by_token(w->store, &w->arena, name, &w->stored, &e) < 0 ||
	    (!w->stored && store_case(w->store, &w->arena, name, &w->stored, &e) < 0))
		return tool_fail(&e);
	if (!w->stored)
		return tool_misuse("there is no case \"%s\" in the store", w->options->case_name);
	if (store_skeletons(w->store, &w->arena, w->stored->row, &skeletons, &n, &e) < 0)
		return tool_fail(&e);
	all = history_build(&w->arena, &w->stored->roster, (const struct skeleton *const *)skeletons, n,
			    w->stored->closed_at);
	if (!all->n)
		return tool_misuse("nothing is kept of case \"%s\"", w->options->case_name);
	w->first = 1;
	w->last = w->all = all->n;
	if (w->options->sessions && !read_range(w->options->sessions, all->n, &w->first, &w->last))
		return tool_misuse("--sessions takes some of 1 to %zu, as in 1-%zu", all->n, all->n);
	cut(w, all);
	return EXIT_FINE;
}

/* ---- which rules ---- */

static int judge_rules(struct writing *w)
{
	for (size_t i = 0; i < w->rules->n; i++) {
		const struct rule *rule = &w->rules->rules[i];
		struct scenario_result *r;

		if (rule->status == STATUS_RETIRED ||
		    !str_matches(rule->id, w->options->rule.n ? w->options->rule : STR("*")))
			continue;
		r = scenario_found(&w->arena, &w->suite, i, w->history, w->as_of);
		if (w->options->rule.n || r->fired.n)
			*VEC_PUSH(&w->arena, &w->found) = r;
	}
	if (w->found.n)
		return EXIT_FINE;
	return w->options->rule.n ? tool_misuse("there is no rule \"%.*s\" in force", STR_ARG(w->options->rule))
				  : tool_misuse("no rule finds anything in this case; name one with --rule");
}

/* ---- the text ---- */

static void put_head(const struct writing *w, struct buf *out)
{
	buf_puts(out, STR("# Tests of rules, written by `rupturectl test --from-case` from a case of the store.\n"
			  "#\n"
			  "# LOOK BEFORE YOU SHARE IT: it is pseudonymous, not anonymous; who knows the case may know "
			  "it again.\n"
			  "# Names are new (t1, m1), dates are moved as a whole so that the first session is on "
			  "2026-01-05 and all\n"
			  "# intervals stay, ages stand for a band (4: below 6, 9: 6 to 12, 14: 13 to 15, 16: 16 and "
			  "17, 40: adults),\n"
			  "# sites are numbered.  Ids of records and persons, and every word that was said, are left "
			  "out: of a turn\n"
			  "# there is how many words it had and which phrases of which lexicons were heard.  Scores, "
			  "attendance,\n"
			  "# homework, reports, codes, flags and contacts are as they were; so are the names that the "
			  "clinic gave "
			  "to its\n"
			  "# own questionnaires, markers and flags.\n"
			  "#\n"
			  "# `expect` and `then` are what the rules in force found when this was written; a rule that "
			  "is a draft or\n"
			  "# under test counts as active, and no exception holds.\n"));
	if (w->all > w->last - w->first + 1)
		buf_printf(out,
			   "#\n# Sessions %zu to %zu of %zu, judged as if there were no others: what compares with "
			   "earlier "
			   "sessions begins anew.\n",
			   w->first, w->last, w->all);
	for (size_t i = 0; i < w->text.notes.n; i++)
		buf_printf(out, "%s# - %.*s\n", i ? "" : "#\n# Not as in the case:\n", STR_ARG(w->text.notes.items[i]));
	buf_puts(out, STR("version: 1\ntests:\n"));
}

static void put_tests(struct writing *w, struct buf *out)
{
	struct buf data = { 0 };

	scenario_write_case(&w->text, &data);
	put_head(w, out);
	for (size_t i = 0; i < w->found.n; i++) {
		const struct rule *rule = &w->rules->rules[w->found.items[i]->rule];

		buf_printf(out, "  - rule: %.*s\n    name: as in a case of the store, sessions %zu to %zu\n",
			   STR_ARG(rule->id), w->first, w->last);
		buf_puts(out, buf_str(&data));
		scenario_write_found(&w->text, w->found.items[i], out);
	}
	buf_release(&data);
}

/* ---- whether it is judged as the case is ---- */

/* A verdict of the rule as a line; names by roster, NULL: the test's own. */
static struct str line_of(struct arena *a, const struct explanation *x, const struct explained *e,
			  const struct str *names)
{
	const struct verdict *v = &e->verdict;
	struct buf out = { 0 };
	struct str ret;

	buf_printf(&out, "session %zu", v->session + 1);
	if (v->at != x->history->sessions[v->session].started)
		buf_printf(&out, " + %lld s", (long long)(v->at - x->history->sessions[v->session].started));
	for (int i = 0; i < 2; i++) {
		int who = i ? v->subject.other : v->subject.member;

		if (who >= 0)
			buf_printf(&out, "%s%.*s", i ? " and " : ", ",
				   STR_ARG(names ? names[who] : x->history->roster->members.items[who].local));
	}
	buf_printf(&out, ": %s",
		   v->truth == TRUTH_TRUE    ? severity_words.words[v->severity]
		   : v->truth == TRUTH_FALSE ? "no"
					     : "no data");
	for (size_t i = 0; i < e->rule->n_signals; i++)
		buf_printf(&out, ", %.*s %s", STR_ARG(e->rule->signals[i]->name),
			   v->readings[i].truth == TRUTH_TRUE	 ? "true"
			   : v->readings[i].truth == TRUTH_FALSE ? "false"
								 : "unknown");
	ret = arena_dup(a, buf_str(&out));
	buf_release(&out);
	return ret;
}

static int by_text(const void *x, const void *y)
{
	return str_cmp(*(const struct str *)x, *(const struct str *)y);
}

static struct strs lines_of(struct arena *a, const struct scenario_result *r, const struct str *names)
{
	const struct explanation *x = r->explanation;
	struct strs ret = { 0 };

	for (size_t i = 0; i < x->all.n; i++)
		if (x->all.items[i].verdict.rule == r->rule)
			*VEC_PUSH(a, &ret) = line_of(a, x, &x->all.items[i], names);
	if (ret.n)
		qsort(ret.items, ret.n, sizeof *ret.items, by_text);
	return ret;
}

/* The first verdict that the one has and the other has not; absent when they are the same. */
static struct str first_difference(const struct strs *x, const struct strs *y)
{
	for (size_t i = 0; i < x->n || i < y->n; i++)
		if (i >= x->n || i >= y->n || !str_eq(x->items[i], y->items[i]))
			return i < x->n ? x->items[i] : y->items[i];
	return (struct str){ NULL, 0 };
}

static bool is_same(struct writing *w, const struct scenario_result *was, const struct scenario_result *is)
{
	struct strs x = lines_of(&w->arena, was, w->text.names), y = lines_of(&w->arena, is, NULL);
	struct str differs = first_difference(&x, &y);
	struct str id = w->rules->rules[was->rule].id;

	if (differs.n)
		scenario_note(&w->text, "%.*s judges the test otherwise, first here: %.*s", STR_ARG(id),
			      STR_ARG(differs));
	else if (!is->passed)
		scenario_note(&w->text, "%.*s finds something else in the test", STR_ARG(id));
	return !differs.n && is->passed;
}

/* Reads it as `rupturectl test` will, and runs it. */
static bool check_text(struct writing *w, struct str text)
{
	struct rule_source *all = ARENA_ARRAY(&w->arena, struct rule_source, w->sources.n + 1);
	struct rule_sources sources = w->sources;
	struct rule_faults counts;
	struct buf faults = { 0 };
	struct ruleset *rules;
	bool same = true;

	memcpy(all, w->sources.items, w->sources.n * sizeof *all);
	all[sources.n++] = (struct rule_source){ .file = STR("(written)"), .text = text };
	sources.items = all;
	rules = ruledir_compile(&sources, &faults, &counts);
	if (!rules)
		scenario_note(&w->text, "it cannot be read back: %.*s", STR_ARG(buf_str(&faults)));
	for (size_t i = 0, n = 0; rules && i < rules->tests.n; i++) {
		struct diags d = { .arena = &w->arena };
		struct reader r = { .arena = &w->arena, .diags = &d, .unknown_key = DIAG_ERROR };
		struct scenario *s = ARENA_NEW(&w->arena, struct scenario);

		if (!str_is(rules->tests.items[i].file, "(written)"))
			continue;
		scenario_read(&r, rules->tests.items[i].doc, rules_find(w->rules, rules->tests.items[i].rule_id),
			      &w->rules->instruments, s);
		same &= is_same(w, w->found.items[n++], scenario_run(&w->arena, &w->suite, s));
	}
	same &= rules != NULL;
	rules_free(rules);
	buf_release(&faults);
	return same;
}

static int write_tests(struct writing *w)
{
	struct buf out = { 0 };
	bool same;

	put_tests(w, &out);
	if (out.n > RULEDIR_MAX_FILE_BYTES) {
		buf_release(&out);
		return tool_misuse("tests of %zu rules are more than a file of rules may hold: write about fewer, "
				   "or with --sessions A-B",
				   w->found.n);
	}
	same = check_text(w, buf_str(&out));
	if (!same) { /* now with what differs at its head */
		buf_reset(&out);
		put_tests(w, &out);
	}
	fputs(buf_str(&out).p, stdout);
	buf_release(&out);
	for (size_t i = 0; i < w->text.notes.n; i++)
		fprintf(stderr, "rupturectl: not as in the case: %.*s\n", STR_ARG(w->text.notes.items[i]));
	fputs("rupturectl: look before you share it: it is pseudonymous, not anonymous\n", stderr);
	return same ? EXIT_FINE : EXIT_FOUND;
}

int test_case_write(const struct tool *t, const struct test_case_options *options)
{
	struct writing w = { .options = options };
	int rc = open_all(t, &w);

	if (rc == EXIT_FINE)
		rc = read_case(&w);
	if (rc == EXIT_FINE)
		rc = judge_rules(&w);
	if (rc == EXIT_FINE) {
		scenario_writing_init(&w.text, &w.arena, w.history, w.rules, w.as_of);
		if (scenario_writing_fits(&w.text))
			rc = write_tests(&w);
		else
			rc = tool_misuse("%.*s: write a part of it, with --sessions A-B",
					 STR_ARG(w.text.notes.items[0]));
	}
	close_all(&w);
	return rc;
}
