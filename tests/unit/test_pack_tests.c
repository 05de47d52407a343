/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tests that stand in the packs that ship: all pass, and no rule is without a finding and its near misses. */
#include "app/ruledir.h"
#include "core/scenario.h"
#include "test.h"

static struct ruleset *packs(struct arena *a)
{
	struct str path = STR("rules");
	struct strs paths = { &path, 1, 1 };
	struct rule_sources sources;
	struct rule_faults faults;
	struct buf said = { 0 };
	struct error e = { 0 };
	struct ruleset *rules = NULL;

	if (ruledir_read(a, &paths, &sources, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
	else
		rules = ruledir_compile(&sources, &said, &faults);
	CHECK_STR(buf_str(&said), "");
	buf_release(&said);
	return rules;
}

static void run_one(const struct ruleset *rules, struct scenario_suite *suite, const struct rule_test *test)
{
	struct arena a = { 0 };
	struct diags d = { .arena = &a };
	struct reader r = { .arena = &a, .diags = &d, .unknown_key = DIAG_ERROR };
	struct scenario scenario;
	struct scenario_result *result;
	struct buf out = { 0 };

	CHECK(scenario_read(&r, test->doc, rules_find(rules, test->rule_id), &rules->instruments, &scenario));
	scenario.file = test->file;
	result = scenario_run(&a, suite, &scenario);
	if (!result->passed) {
		scenario_tell(suite, result, &out);
		test_fail(__FILE__, __LINE__, "%s", buf_str(&out).p);
	}
	buf_release(&out);
	arena_release(&a);
}

TEST(the_tests_of_the_packs_pass_and_leave_no_rule_out)
{
	struct ruleset *rules = packs(arena);
	struct scenario_suite suite;

	REQUIRE(rules);
	scenario_suite_init(arena, rules, &suite);
	for (size_t i = 0; i < rules->tests.n; i++)
		run_one(rules, &suite, &rules->tests.items[i]);
	for (size_t i = 0; i < rules->n; i++) {
		const struct scenario_coverage *c = &suite.coverage[i];

		if (rules->rules[i].status != STATUS_RETIRED && (!c->fired || c->near_misses < SCENARIO_NEAR_MISSES))
			test_fail(__FILE__, __LINE__,
				  "%.*s: %zu tests fire it, %zu are near misses, at least %d needed",
				  STR_ARG(rules->rules[i].id), c->fired, c->near_misses, SCENARIO_NEAR_MISSES);
	}
	scenario_suite_release(&suite);
	rules_free(rules);
}
