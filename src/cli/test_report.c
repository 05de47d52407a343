/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/testing.h"
#include "core/markup.h"

static void counts_of(const struct testing *t, size_t rule, size_t *passed, size_t *failed)
{
	*passed = *failed = 0;
	for (size_t i = 0; i < t->cases.n; i++) {
		*passed += t->cases.items[i].rule == rule && t->cases.items[i].passed;
		*failed += t->cases.items[i].rule == rule && !t->cases.items[i].passed;
	}
}

/* ---- for people ---- */

static void put_names(const struct testing *t, size_t rule, struct buf *out)
{
	for (size_t i = 0; i < t->cases.n; i++)
		if (t->cases.items[i].rule == rule)
			buf_printf(out, "       %-4s %.*s\n", t->cases.items[i].passed ? "ok" : "FAIL",
				   STR_ARG(t->cases.items[i].name));
}

static void put_rules(const struct testing *t, bool verbose, struct buf *out)
{
	size_t passed, failed;

	for (size_t i = 0; i < t->rules->n; i++) {
		counts_of(t, i, &passed, &failed);
		if (!passed && !failed)
			continue;
		buf_printf(out, "%-4s  %5zu/%-4zu %.*s\n", failed ? "FAIL" : "ok", passed, passed + failed,
			   STR_ARG(t->rules->rules[i].id));
		if (verbose)
			put_names(t, i, out);
	}
}

static void put_coverage(const struct testing *t, struct buf *out)
{
	struct buf gaps = { 0 };

	for (size_t i = 0; i < t->rules->n; i++)
		if (t->asked[i])
			scenario_tell_coverage(&t->suite, i, &gaps);
	if (gaps.n)
		buf_printf(out, "\nNot covered:\n%s", gaps.p);
	buf_release(&gaps);
}

void testing_count_fired(const struct testing *t, size_t *ret_fired, size_t *ret_all)
{
	*ret_fired = *ret_all = 0;
	for (size_t i = 0; i < t->rules->n; i++) {
		bool counts = t->asked[i] && t->rules->rules[i].status != STATUS_RETIRED;

		*ret_all += counts;
		*ret_fired += counts && t->suite.coverage[i].fired > 0;
	}
}

void testing_text(const struct testing *t, bool verbose, struct buf *out)
{
	size_t fired, all;

	put_rules(t, verbose, out);
	for (size_t i = 0; i < t->cases.n; i++)
		if (!t->cases.items[i].passed)
			buf_printf(out, "\n%.*s", STR_ARG(t->cases.items[i].message));
	put_coverage(t, out);
	testing_count_fired(t, &fired, &all);
	if (t->retired)
		buf_printf(out, "\n%zu tests of retired rules were left out\n", t->retired);
	if (t->as_written)
		buf_printf(out,
			   "\n%zu tests stand in rules that are changed elsewhere: they were run without the changes\n",
			   t->as_written);
	buf_printf(out, "\n%zu passed, %zu failed; %zu of %zu rules fire in a test\n", t->passed, t->failed, fired,
		   all);
}

/* ---- for programs ---- */

static void json_case(const struct testing *t, const struct testing_case *c, struct json *j)
{
	json_map(j);
	json_key(j, "rule");
	json_str(j, t->rules->rules[c->rule].id);
	json_key(j, "name");
	json_str(j, c->name);
	json_key(j, "file");
	json_str(j, c->file);
	json_key(j, "line");
	json_int(j, c->line);
	json_key(j, "passed");
	json_bool(j, c->passed);
	json_key(j, "message");
	json_str(j, c->message);
	json_end_map(j);
}

static void json_gaps(const struct rule *rule, const struct scenario_coverage *c, struct json *j)
{
	json_key(j, "signals_never_true");
	json_list(j);
	for (size_t i = 0; i < rule->n_signals; i++)
		if (!(c->signals_true & UINT64_C(1) << i))
			json_str(j, rule->signals[i]->name);
	json_end_list(j);
	json_key(j, "severities_never_reached");
	json_list(j);
	for (size_t i = 0; i < rule->n_ladder && i < 64; i++)
		if (!(c->lines_reached & UINT64_C(1) << i))
			json_z(j, severity_words.words[rule->ladder[i].severity]);
	json_end_list(j);
}

static void json_rule(const struct testing *t, size_t index, struct json *j)
{
	const struct scenario_coverage *c = &t->suite.coverage[index];

	json_map(j);
	json_key(j, "rule");
	json_str(j, t->rules->rules[index].id);
	json_key(j, "tests");
	json_int(j, (int64_t)c->tests);
	json_key(j, "passed");
	json_int(j, (int64_t)c->passed);
	json_key(j, "fires");
	json_int(j, (int64_t)c->fired);
	json_key(j, "near_misses");
	json_int(j, (int64_t)c->near_misses);
	json_gaps(&t->rules->rules[index], c, j);
	json_end_map(j);
}

void testing_json(const struct testing *t, struct json *j)
{
	json_map(j);
	json_key(j, "passed");
	json_int(j, (int64_t)t->passed);
	json_key(j, "failed");
	json_int(j, (int64_t)t->failed);
	json_key(j, "tests");
	json_list(j);
	for (size_t i = 0; i < t->cases.n; i++)
		json_case(t, &t->cases.items[i], j);
	json_end_list(j);
	json_key(j, "rules");
	json_list(j);
	for (size_t i = 0; i < t->rules->n; i++)
		if (t->asked[i] && t->rules->rules[i].status != STATUS_RETIRED)
			json_rule(t, i, j);
	json_end_list(j);
	json_end_map(j);
}

/* ---- JUnit ---- */

static void put_case(const struct testing *t, const struct testing_case *c, struct buf *out)
{
	buf_puts(out, STR("    <testcase classname=\""));
	markup_text(out, t->rules->rules[c->rule].id);
	buf_puts(out, STR("\" name=\""));
	markup_text(out, c->name);
	buf_puts(out, STR("\" file=\""));
	markup_text(out, c->file);
	buf_printf(out, "\" line=\"%u\"", c->line);
	if (c->passed) {
		buf_puts(out, STR("/>\n"));
		return;
	}
	buf_puts(out, STR(">\n      <failure message=\"found is not what was expected\">"));
	markup_text(out, c->message);
	buf_puts(out, STR("</failure>\n    </testcase>\n"));
}

void testing_junit(const struct testing *t, struct buf *out)
{
	size_t passed, failed;

	buf_printf(out,
		   "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		   "<testsuites name=\"rules\" tests=\"%zu\" failures=\"%zu\">\n",
		   t->passed + t->failed, t->failed);
	for (size_t i = 0; i < t->rules->n; i++) {
		counts_of(t, i, &passed, &failed);
		if (!passed && !failed)
			continue;
		buf_puts(out, STR("  <testsuite name=\""));
		markup_text(out, t->rules->rules[i].id);
		buf_printf(out, "\" tests=\"%zu\" failures=\"%zu\">\n", passed + failed, failed);
		for (size_t k = 0; k < t->cases.n; k++)
			if (t->cases.items[k].rule == i)
				put_case(t, &t->cases.items[k], out);
		buf_puts(out, STR("  </testsuite>\n"));
	}
	buf_puts(out, STR("</testsuites>\n"));
}
