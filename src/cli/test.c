/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rupturectl test: runs the tests that stand in the rules, and says what they leave out.
 */
#include <stdio.h>
#include <stdlib.h>

#include "app/ruledir.h"
#include "cli/testing.h"
#include "cli/tool.h"
#include "io/files.h"

struct request {
	struct strs rules; /* --rules: judged by, their tests not run */
	struct strs paths; /* judged by too, and their tests are run */
	struct str rule;   /* --rule, a pattern; or absent */
	const char *junit; /* or NULL */
	bool verbose;
};

static int parse(struct arena *a, int argc, char **argv, struct request *ret)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-v") == 0)
			ret->verbose = true;
		else if (strcmp(argv[i], "--rules") == 0 && i + 1 < argc)
			*VEC_PUSH(a, &ret->rules) = str_of(argv[++i]);
		else if (strcmp(argv[i], "--rule") == 0 && i + 1 < argc)
			ret->rule = str_of(argv[++i]);
		else if (strcmp(argv[i], "--junit") == 0 && i + 1 < argc)
			ret->junit = argv[++i];
		else if (argv[i][0] == '-')
			return tool_misuse("test: unknown option \"%s\"", argv[i]);
		else
			*VEC_PUSH(a, &ret->paths) = str_of(argv[i]);
	}
	return EXIT_FINE;
}

/* ---- the rules ---- */

struct loaded {
	struct rule_sources sources;
	struct strs switched_off; /* of the configuration, if that is where the rules are from */
	struct strs chosen;	  /* files whose tests are run; none: all */
};

/* Two paths may lead to one file: a rule in the directory that --rules names. */
static const struct rule_source *same_file(const struct rule_sources *sources, struct str file)
{
	char *real = realpath(file.p, NULL);
	const struct rule_source *found = NULL;

	for (size_t i = 0; real && !found && i < sources->n; i++) {
		char *other = realpath(sources->items[i].file.p, NULL);

		if (other && strcmp(real, other) == 0)
			found = &sources->items[i];
		free(other);
	}
	free(real);
	return found;
}

static void copy_strs(struct arena *a, const struct strs *from, struct strs *to)
{
	for (size_t i = 0; i < from->n; i++)
		*VEC_PUSH(a, to) = arena_dup(a, from->items[i]);
}

static int load_paths(struct arena *a, const struct strs *rules, const struct strs *paths, struct loaded *ret,
		      struct error *e)
{
	struct rule_sources base, own;
	VEC(struct rule_source) all = { 0 };

	if (ruledir_read(a, rules, &base, e) < 0 || ruledir_read(a, paths, &own, e) < 0)
		return -1;
	for (size_t i = 0; i < base.n; i++)
		*VEC_PUSH(a, &all) = base.items[i];
	for (size_t i = 0; i < own.n; i++) {
		const struct rule_source *same = same_file(&base, own.items[i].file);

		*VEC_PUSH(a, &ret->chosen) = same ? same->file : own.items[i].file;
		if (!same)
			*VEC_PUSH(a, &all) = own.items[i];
	}
	ret->sources = (struct rule_sources){ all.items, all.n };
	return 0;
}

static int load(const struct tool *t, struct arena *a, const struct request *request, struct loaded *ret)
{
	struct strs configured = { 0 };
	struct config *config;
	struct error e = { 0 };

	if (!request->rules.n && !request->paths.n) {
		config = tool_config(t);
		if (!config)
			return EXIT_WRONG;
		copy_strs(a, &config->rules, &configured);
		copy_strs(a, &config->switched_off, &ret->switched_off);
		config_free(config);
	}
	if (load_paths(a, configured.n ? &configured : &request->rules, &request->paths, ret, &e) < 0)
		return tool_fail(&e);
	return ret->sources.n ? EXIT_FINE : tool_misuse("no *.yaml file at the given paths");
}

/* ---- the tests ---- */

static bool is_chosen(const struct loaded *loaded, struct str file)
{
	for (size_t i = 0; i < loaded->chosen.n; i++)
		if (str_eq(loaded->chosen.items[i], file))
			return true;
	return !loaded->chosen.n;
}

/* A test in a rule is about the rule as it stands there; one at the head of a file is about what is in force. */
static struct scenario_suite *suite_for(struct testing *t, const struct rule_test *test, size_t rule)
{
	if (!t->written || doc_get(test->doc, "rule"))
		return &t->suite;
	t->as_written += t->rules->rules[rule].changes.all.n > 0;
	return &t->written_suite;
}

static void run_one(struct arena *out, struct testing *t, const struct rule_test *test, size_t rule)
{
	struct scenario_suite *suite = suite_for(t, test, rule);
	struct testing_case *c = VEC_PUSH(out, &t->cases);
	struct arena a = { 0 };
	struct diags d = { .arena = &a };
	struct reader r = { .arena = &a, .diags = &d, .unknown_key = DIAG_ERROR };
	struct scenario scenario;
	struct scenario_result *result;
	struct buf message = { 0 };

	/* It read well when the rules were compiled. */
	scenario_read(&r, test->doc, &suite->rules.rules[rule], &suite->rules.instruments, &scenario);
	scenario.file = test->file;
	result = scenario_run(&a, suite, &scenario);
	if (!result->passed)
		scenario_tell(suite, result, &message);
	*c = (struct testing_case){ .rule = rule, .file = test->file, .line = scenario.at.line };
	c->name = arena_dup(out, scenario.name);
	c->passed = result->passed;
	c->message = message.n ? arena_dup(out, buf_str(&message)) : c->message;
	t->passed += c->passed;
	t->failed += !c->passed;
	buf_release(&message);
	arena_release(&a);
}

/* The rules asked about: those of the chosen files and those whose tests stand there. */
static void ask(struct arena *a, struct testing *t, const struct loaded *loaded, const struct request *request)
{
	t->asked = ARENA_ARRAY(a, bool, t->rules->n + 1);
	for (size_t i = 0; i < t->rules->n; i++)
		t->asked[i] = is_chosen(loaded, t->rules->rules[i].file);
	for (size_t i = 0; i < t->rules->tests.n; i++)
		if (is_chosen(loaded, t->rules->tests.items[i].file))
			t->asked[rules_find(t->rules, t->rules->tests.items[i].rule_id) - t->rules->rules] = true;
	for (size_t i = 0; request->rule.n && i < t->rules->n; i++)
		t->asked[i] &= str_matches(t->rules->rules[i].id, request->rule);
}

static void run_all(struct arena *a, struct testing *t, const struct loaded *loaded)
{
	for (size_t i = 0; i < t->rules->tests.n; i++) {
		const struct rule_test *test = &t->rules->tests.items[i];
		size_t rule = (size_t)(rules_find(t->rules, test->rule_id) - t->rules->rules);

		if (!t->asked[rule] || !is_chosen(loaded, test->file))
			continue;
		if (t->rules->rules[rule].status == STATUS_RETIRED)
			t->retired++;
		else
			run_one(a, t, test, rule);
	}
}

/* What tests of the rule as written have reached of the rule in force: signals go by their names, lines by severity. */
static void add_written(struct testing *t, size_t index)
{
	const struct scenario_coverage *from = &t->written_suite.coverage[index];
	const struct rule *was = &t->written->rules[index], *is = &t->rules->rules[index];
	struct scenario_coverage *to = &t->suite.coverage[index];

	to->tests += from->tests;
	to->passed += from->passed;
	to->fired += from->fired;
	to->near_misses += from->near_misses;
	for (size_t i = 0; i < is->n_ladder && i < 64; i++)
		for (size_t k = 0; k < was->n_ladder && k < 64; k++)
			if ((from->lines_reached >> k & 1) && is->ladder[i].severity == was->ladder[k].severity)
				to->lines_reached |= UINT64_C(1) << i;
	for (size_t i = 0; i < is->n_signals; i++)
		for (size_t k = 0; k < was->n_signals; k++)
			if ((from->signals_true >> k & 1) && str_eq(is->signals[i]->name, was->signals[k]->name))
				to->signals_true |= UINT64_C(1) << i;
}

static int report(const struct tool *tool, const struct testing *t, const struct request *request)
{
	struct error e = { 0 };
	struct buf xml = { 0 };
	struct json *j;
	int rc = t->failed ? EXIT_FOUND : EXIT_FINE;

	if (tool->json) {
		j = json_new(true);
		testing_json(t, j);
		tool_print(j);
		json_free(j);
	} else {
		testing_text(t, request->verbose);
	}
	if (request->junit) {
		testing_junit(t, &xml);
		if (file_write(request->junit, buf_str(&xml), 0644, &e) < 0)
			rc = tool_fail(&e);
		buf_release(&xml);
	}
	return rc;
}

static int test_rules(const struct tool *tool, const struct ruleset *rules, const struct ruleset *written,
		      const struct loaded *loaded, const struct request *request)
{
	struct arena a = { 0 };
	struct testing t = { .rules = rules, .written = written };
	bool any = !request->rule.n;
	int rc;

	scenario_suite_init(&a, rules, &t.suite);
	if (written)
		scenario_suite_init(&a, written, &t.written_suite);
	ask(&a, &t, loaded, request);
	for (size_t i = 0; i < rules->n; i++)
		any |= t.asked[i];
	if (any) {
		run_all(&a, &t, loaded);
		for (size_t i = 0; written && i < rules->n; i++)
			add_written(&t, i);
		rc = report(tool, &t, request);
	} else {
		rc = tool_misuse("test: there is no rule \"%.*s\" here", STR_ARG(request->rule));
	}
	scenario_suite_release(&t.suite);
	if (written)
		scenario_suite_release(&t.written_suite);
	arena_release(&a);
	return rc;
}

/* NULL when the rules in force are those of the files. */
static struct ruleset *written_rules(struct arena *a, const struct loaded *loaded, const struct ruleset *rules)
{
	bool changed = false;

	for (size_t i = 0; i < rules->n; i++)
		changed |= rules->rules[i].changes.all.n || rules->rules[i].switched_off;
	return changed ? rules_compile_written(a, loaded->sources.items, loaded->sources.n) : NULL;
}

static int test_once(const struct tool *t, const struct request *request)
{
	struct arena a = { 0 };
	struct loaded loaded = { 0 };
	struct rule_faults faults;
	struct buf out = { 0 };
	struct ruleset *rules, *written;
	int rc = load(t, &a, request, &loaded);

	if (rc == EXIT_FINE) {
		loaded.sources.switched_off = loaded.switched_off.n ? &loaded.switched_off : NULL;
		rules = ruledir_compile(&loaded.sources, &out, &faults);
		if (!rules)
			fputs(buf_str(&out).p, stderr);
		written = rules ? written_rules(&a, &loaded, rules) : NULL;
		rc = rules ? test_rules(t, rules, written, &loaded, request) : EXIT_WRONG;
		rules_free(written);
		rules_free(rules);
	}
	buf_release(&out);
	arena_release(&a);
	return rc;
}

int tool_test(struct tool *t, int argc, char **argv)
{
	struct arena a = { 0 };
	struct request request = { 0 };
	int rc = parse(&a, argc, argv, &request);

	if (rc == EXIT_FINE)
		rc = test_once(t, &request);
	arena_release(&a);
	return rc;
}
