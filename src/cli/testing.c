/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/testing.h"

#include "io/clock.h"

static bool is_among(const struct strs *files, struct str file)
{
	for (size_t i = 0; files && i < files->n; i++)
		if (str_eq(files->items[i], file))
			return true;
	return false;
}

static bool is_chosen(const struct testing_request *request, struct str file)
{
	return !request->chosen || !request->chosen->n || is_among(request->chosen, file);
}

/* A test in a rule is about the rule as it stands there; one at the head of a file is about what is in force. */
static struct scenario_suite *suite_for(struct testing *t, const struct rule_test *test, size_t rule)
{
	if (!t->written || doc_get(test->doc, "rule"))
		return &t->suite;
	t->as_written += t->rules->rules[rule].changes.all.n > 0;
	return &t->written_suite;
}

static void run_one(struct testing *t, const struct rule_test *test, size_t rule)
{
	struct scenario_suite *suite = suite_for(t, test, rule);
	struct testing_case *c = VEC_PUSH(&t->arena, &t->cases);
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
	c->name = arena_dup(&t->arena, scenario.name);
	c->passed = result->passed;
	c->message = message.n ? arena_dup(&t->arena, buf_str(&message)) : c->message;
	t->passed += c->passed;
	t->failed += !c->passed;
	buf_release(&message);
	arena_release(&a);
}

/* The rules asked about: those of the chosen files and those whose tests stand there. */
static bool ask(struct testing *t, const struct testing_request *request)
{
	bool any = !request->rule.n;

	t->asked = ARENA_ARRAY(&t->arena, bool, t->rules->n + 1);
	for (size_t i = 0; i < t->rules->n; i++)
		t->asked[i] = is_chosen(request, t->rules->rules[i].file);
	for (size_t i = 0; i < t->rules->tests.n; i++)
		if (is_chosen(request, t->rules->tests.items[i].file))
			t->asked[rules_find(t->rules, t->rules->tests.items[i].rule_id) - t->rules->rules] = true;
	for (size_t i = 0; i < t->rules->n; i++) {
		t->asked[i] &= !request->rule.n || str_matches(t->rules->rules[i].id, request->rule);
		any |= t->asked[i];
	}
	return any;
}

static void run_test(struct testing *t, const struct testing_request *request, const struct rule_test *test)
{
	size_t rule = (size_t)(rules_find(t->rules, test->rule_id) - t->rules->rules);

	if (!t->asked[rule] || !is_chosen(request, test->file))
		return;
	if (t->rules->rules[rule].status == STATUS_RETIRED)
		t->retired++;
	else if (request->until_ms && clock_monotonic_ms() > request->until_ms)
		t->not_run++;
	else
		run_one(t, test, rule);
}

static void run_all(struct testing *t, const struct testing_request *request)
{
	for (int later = 0; later < 2; later++)
		for (size_t i = 0; i < t->rules->tests.n; i++)
			if (is_among(request->first, t->rules->tests.items[i].file) == !later)
				run_test(t, request, &t->rules->tests.items[i]);
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

/* NULL when the rules in force are those of the files. */
static struct ruleset *written_rules(struct arena *a, const struct rule_sources *sources, const struct ruleset *rules)
{
	bool changed = false;

	for (size_t i = 0; i < rules->n; i++)
		changed |= rules->rules[i].changes.all.n || rules->rules[i].switched_off;
	return changed ? rules_compile_written(a, sources->items, sources->n) : NULL;
}

bool testing_run(const struct ruleset *rules, const struct testing_request *request, struct testing *ret)
{
	bool any;

	*ret = (struct testing){ .rules = rules };
	ret->written = written_rules(&ret->arena, request->sources, rules);
	scenario_suite_init(&ret->arena, rules, &ret->suite);
	if (ret->written)
		scenario_suite_init(&ret->arena, ret->written, &ret->written_suite);
	any = ask(ret, request);
	if (any)
		run_all(ret, request);
	for (size_t i = 0; ret->written && i < rules->n; i++)
		add_written(ret, i);
	return any;
}

void testing_release(struct testing *t)
{
	scenario_suite_release(&t->suite);
	if (t->written)
		scenario_suite_release(&t->written_suite);
	rules_free(t->written);
	arena_release(&t->arena);
	*t = (struct testing){ 0 };
}
