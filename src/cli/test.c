/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rupturectl test: runs the tests that stand in the rules, and says what they leave out.
 */
#include <stdio.h>

#include "app/ruledir.h"
#include "cli/tool.h"
#include "core/scenario.h"

struct options {
	struct strs rules, paths; /* --rules, and those whose tests are run */
	struct str rule, junit;
	bool verbose;
};

struct counts {
	size_t passed, failed, retired;
};

struct running {
	struct tool *tool;
	const struct options *options;
	const struct ruleset *rules;
	struct scenario_suite suite;
	struct strs selected; /* files whose tests are run; none: all */
	struct counts all;
	struct counts *by_rule;
	struct buf failures;
	struct json *json; /* or NULL */
};

static bool is_selected(const struct running *run, const struct rule_test *test)
{
	if (run->options->rule.n && !str_matches(test->rule_id, run->options->rule))
		return false;
	for (size_t i = 0; i < run->selected.n; i++)
		if (str_eq(run->selected.items[i], test->file))
			return true;
	return !run->selected.n;
}

static void note(struct running *run, const struct scenario_result *result)
{
	struct counts *c = &run->by_rule[result->rule];

	run->all.passed += result->passed;
	run->all.failed += !result->passed;
	c->passed += result->passed;
	c->failed += !result->passed;
	if (result->passed)
		return;
	if (run->failures.n)
		buf_putc(&run->failures, '\n');
	scenario_tell(&run->suite, result, &run->failures);
}

static void run_one(struct running *run, const struct rule_test *test)
{
	const struct rule *rule = rules_find(run->rules, test->rule_id);
	struct arena a = { 0 };
	struct diags d = { .arena = &a };
	struct reader r = { .arena = &a, .diags = &d, .unknown_key = DIAG_ERROR };
	struct scenario scenario;

	if (rule->status == STATUS_RETIRED)
		run->all.retired++;
	else if (scenario_read(&r, test->doc, rule, &run->rules->instruments, &scenario)) {
		scenario.file = test->file;
		note(run, scenario_run(&a, &run->suite, &scenario));
	}
	arena_release(&a);
}

static void print_rules(const struct running *run)
{
	for (size_t i = 0; i < run->rules->n; i++) {
		const struct counts *c = &run->by_rule[i];

		if (c->passed + c->failed)
			printf("%-4s %.*s %zu/%zu\n", c->failed ? "FAIL" : "ok", STR_ARG(run->rules->rules[i].id),
			       c->passed, c->passed + c->failed);
	}
}

static void print_coverage(const struct running *run)
{
	struct buf out = { 0 };

	for (size_t i = 0; i < run->rules->n; i++)
		scenario_tell_coverage(&run->suite, i, &out);
	if (out.n)
		printf("\nNot covered:\n%s", out.p);
	buf_release(&out);
}

static void print_text(const struct running *run)
{
	size_t fired = 0, rules = 0;

	print_rules(run);
	if (run->failures.n)
		printf("\n%s", run->failures.p);
	print_coverage(run);
	for (size_t i = 0; i < run->rules->n; i++) {
		rules += run->rules->rules[i].status != STATUS_RETIRED;
		fired += run->suite.coverage[i].fired > 0;
	}
	printf("\n%zu passed, %zu failed; %zu of %zu rules fire in a test\n", run->all.passed, run->all.failed, fired,
	       rules);
}

static int run_all(struct running *run)
{
	struct arena a = { 0 };

	scenario_suite_init(&a, run->rules, &run->suite);
	run->by_rule = ARENA_ARRAY(&a, struct counts, run->rules->n + 1);
	for (size_t i = 0; i < run->rules->tests.n; i++)
		if (is_selected(run, &run->rules->tests.items[i]))
			run_one(run, &run->rules->tests.items[i]);
	print_text(run);
	scenario_suite_release(&run->suite);
	buf_release(&run->failures);
	arena_release(&a);
	return run->all.failed ? EXIT_FOUND : EXIT_FINE;
}

int tool_test(struct tool *t, int argc, char **argv)
{
	struct arena a = { 0 };
	struct options options = { 0 };
	struct running run = { .tool = t, .options = &options };
	int rc = EXIT_WRONG;
	struct ruleset *rules;

	for (int i = 1; i < argc; i++)
		*VEC_PUSH(&a, &options.paths) = str_of(argv[i]);
	rules = tool_rules(t, &options.paths);
	if (rules) {
		run.rules = rules;
		rc = run_all(&run);
		rules_free(rules);
	}
	arena_release(&a);
	return rc;
}
