/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rupturectl test: runs the tests that stand in the rules, and says what they leave out.
 */
#include <stdio.h>

#include "app/rulelay.h"
#include "cli/preview.h"
#include "cli/test_case.h"
#include "cli/testing.h"
#include "cli/tool.h"
#include "io/files.h"

struct request {
	struct strs rules; /* --rules: judged by, their tests not run */
	struct strs paths; /* judged by too, and their tests are run */
	struct str rule;   /* --rule, a pattern; or absent */
	const char *junit; /* or NULL */
	bool verbose, watch;
	const char *from_case, *sessions; /* or NULL */
};

static bool take_value(struct arena *a, struct request *rq, const char *word, const char *value)
{
	if (strcmp(word, "--rules") == 0)
		*VEC_PUSH(a, &rq->rules) = str_of(value);
	else if (strcmp(word, "--rule") == 0)
		rq->rule = str_of(value);
	else if (strcmp(word, "--junit") == 0)
		rq->junit = value;
	else if (strcmp(word, "--from-case") == 0)
		rq->from_case = value;
	else if (strcmp(word, "--sessions") == 0)
		rq->sessions = value;
	else
		return false;
	return true;
}

static int check_request(const struct tool *t, const struct request *rq)
{
	if (rq->watch && (rq->junit || rq->from_case))
		return tool_misuse("test: --watch goes with neither --junit nor --from-case");
	if (rq->sessions && !rq->from_case)
		return tool_misuse("test: --sessions is for --from-case");
	if (rq->from_case && (rq->paths.n || rq->junit || t->json))
		return tool_misuse("test: --from-case goes with --sessions, --rule and --rules alone");
	return EXIT_FINE;
}

static int parse(const struct tool *t, struct arena *a, int argc, char **argv, struct request *ret)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-v") == 0)
			ret->verbose = true;
		else if (strcmp(argv[i], "--watch") == 0)
			ret->watch = true;
		else if (i + 1 < argc && take_value(a, ret, argv[i], argv[i + 1]))
			i++;
		else if (argv[i][0] == '-')
			return tool_misuse("test: unknown option \"%s\"", argv[i]);
		else
			*VEC_PUSH(a, &ret->paths) = str_of(argv[i]);
	}
	return check_request(t, ret);
}

/* ---- the rules ---- */

struct loaded {
	struct rulelay lay;
	struct strs switched_off; /* of the configuration, if that is where the rules are from */
};

static void copy_strs(struct arena *a, const struct strs *from, struct strs *to)
{
	for (size_t i = 0; i < from->n; i++)
		*VEC_PUSH(a, to) = arena_dup(a, from->items[i]);
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
	if (rulelay_read(a, configured.n ? &configured : &request->rules, &request->paths, false, &ret->lay, &e) < 0)
		return tool_fail(&e);
	ret->lay.sources.switched_off = ret->switched_off.n ? &ret->switched_off : NULL;
	return ret->lay.sources.n ? EXIT_FINE : tool_misuse("no *.yaml file at the given paths");
}

/* ---- the tests ---- */

static int report(const struct tool *tool, const struct testing *t, const struct request *request)
{
	struct error e = { 0 };
	struct buf out = { 0 };
	struct json *j;
	int rc = t->failed ? EXIT_FOUND : EXIT_FINE;

	if (tool->json) {
		j = json_new(true);
		testing_json(t, j);
		tool_print(j);
		json_free(j);
	} else {
		testing_text(t, request->verbose, &out);
		fputs(buf_str(&out).p, stdout);
	}
	buf_reset(&out);
	if (request->junit) {
		testing_junit(t, &out);
		if (file_write(request->junit, buf_str(&out), 0644, &e) < 0)
			rc = tool_fail(&e);
	}
	buf_release(&out);
	return rc;
}

static int test_rules(const struct tool *tool, const struct ruleset *rules, const struct loaded *loaded,
		      const struct request *request)
{
	struct testing_request what = {
		.sources = &loaded->lay.sources,
		.chosen = &loaded->lay.own,
		.rule = request->rule,
	};
	struct testing t;
	int rc;

	if (testing_run(rules, &what, &t))
		rc = report(tool, &t, request);
	else
		rc = tool_misuse("test: there is no rule \"%.*s\" here", STR_ARG(request->rule));
	testing_release(&t);
	return rc;
}

static int test_once(const struct tool *t, const struct request *request)
{
	struct arena a = { 0 };
	struct loaded loaded = { 0 };
	struct rule_faults faults;
	struct buf out = { 0 };
	struct ruleset *rules;
	int rc = load(t, &a, request, &loaded);

	if (rc == EXIT_FINE) {
		rules = ruledir_compile(&loaded.lay.sources, &out, &faults);
		if (!rules)
			fputs(buf_str(&out).p, stderr);
		rc = rules ? test_rules(t, rules, &loaded, request) : EXIT_WRONG;
		rules_free(rules);
	}
	buf_release(&out);
	arena_release(&a);
	return rc;
}

/* The configured rules are watched where no path is given. */
static int test_watching(const struct tool *t, struct arena *a, const struct request *request)
{
	struct preview_options options = {
		.paths = request->paths, .base = request->rules, .tests_only = true, .rule = request->rule
	};
	int rc = EXIT_FINE;

	if (!options.paths.n && options.base.n)
		options = (struct preview_options){ .paths = options.base, .tests_only = true, .rule = options.rule };
	else if (!options.paths.n)
		rc = tool_rule_paths(t, a, &options.paths);
	return rc == EXIT_FINE ? preview_run(t, &options) : rc;
}

static int write_case(const struct tool *t, const struct request *request)
{
	struct test_case_options options = {
		.rules = &request->rules,
		.rule = request->rule,
		.case_name = request->from_case,
		.sessions = request->sessions,
	};

	return test_case_write(t, &options);
}

int tool_test(struct tool *t, int argc, char **argv)
{
	struct arena a = { 0 };
	struct request request = { 0 };
	int rc = parse(t, &a, argc, argv, &request);

	if (rc == EXIT_FINE && request.from_case)
		rc = write_case(t, &request);
	else if (rc == EXIT_FINE && request.watch)
		rc = test_watching(t, &a, &request);
	else if (rc == EXIT_FINE)
		rc = test_once(t, &request);
	arena_release(&a);
	return rc;
}
