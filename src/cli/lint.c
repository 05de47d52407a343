/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rupturectl lint: all mistakes of all rule files at once.
 */
#include <stdio.h>

#include "cli/lint.h"
#include "cli/preview.h"
#include "cli/tool.h"
#include "io/clock.h"

static void json_faults(const struct rule_sources *sources, const struct source_diags *diags, struct json *j)
{
	json_list(j);
	for (size_t i = 0; i < sources->n; i++) {
		for (size_t n = 0; n < diags[i].diags.all.n; n++) {
			const struct diag *d = &diags[i].diags.all.items[n];

			json_map(j);
			json_key(j, "file");
			json_str(j, sources->items[i].file);
			json_key(j, "line");
			json_int(j, d->at.line);
			json_key(j, "column");
			json_int(j, d->at.column);
			json_key(j, "severity");
			json_z(j, d->severity == DIAG_ERROR ? "error" : "warning");
			json_key(j, "code");
			json_z(j, d->code);
			json_key(j, "message");
			json_str(j, d->message);
			json_key(j, "hint");
			json_str(j, d->hint);
			json_end_map(j);
		}
	}
	json_end_list(j);
}

bool lint_json_faults(const struct rule_sources *sources, struct json *j)
{
	struct arena a = { 0 };
	struct source_diags *diags = ARENA_ARRAY(&a, struct source_diags, sources->n + 1);
	struct ruleset *rules = rules_compile(&a, sources->items, sources->n, diags);
	bool fine = rules != NULL;

	if (rules)
		exceptions_doubtful(rules, sources->today, diags);
	json_faults(sources, diags, j);
	rules_free(rules);
	arena_release(&a);
	return fine;
}

static int lint_json(const struct rule_sources *sources)
{
	struct json *j = json_new(true);
	bool fine = lint_json_faults(sources, j);

	tool_print(j);
	json_free(j);
	return fine ? EXIT_FINE : EXIT_FOUND;
}

static int lint_text(const struct rule_sources *sources)
{
	struct buf out = { 0 };
	struct rule_faults faults;
	struct ruleset *rules = ruledir_compile(sources, &out, &faults);

	fputs(buf_str(&out).p, stdout);
	buf_release(&out);
	if (!rules) {
		printf("%zu file%s: %zu error%s, %zu warning%s\n", sources->n, sources->n == 1 ? "" : "s",
		       faults.errors, faults.errors == 1 ? "" : "s", faults.warnings, faults.warnings == 1 ? "" : "s");
		return EXIT_FOUND;
	}
	printf("%zu files, %zu rules, %zu lexicons: no errors, %zu warnings; rule set %.8s\n", sources->n, rules->n,
	       lexicons_count(rules->lexicons), faults.warnings, rules->hash.p);
	rules_free(rules);
	return EXIT_FINE;
}

struct request {
	struct strs paths, rules; /* rules: --rules, what is in force, with --watch */
	const char *records;
	bool watch;
};

static int parse(struct arena *a, int argc, char **argv, struct request *ret)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--watch") == 0)
			ret->watch = true;
		else if (strcmp(argv[i], "--rules") == 0 && i + 1 < argc)
			*VEC_PUSH(a, &ret->rules) = str_of(argv[++i]);
		else if (strcmp(argv[i], "--records") == 0 && i + 1 < argc)
			ret->records = argv[++i];
		else if (argv[i][0] == '-')
			return tool_misuse("lint: unknown option \"%s\"", argv[i]);
		else
			*VEC_PUSH(a, &ret->paths) = str_of(argv[i]);
	}
	if (!ret->watch && (ret->rules.n || ret->records))
		return tool_misuse("lint: --rules and --records are for --watch");
	return EXIT_FINE;
}

static int lint(const struct tool *t, const struct strs *paths)
{
	struct arena a = { 0 };
	struct rule_sources sources = { 0 };
	struct error e = { 0 };
	int rc;

	if (ruledir_read(&a, paths, &sources, &e) < 0)
		rc = tool_fail(&e);
	else if (!sources.n)
		rc = tool_misuse("no *.yaml file at the given paths");
	else {
		sources.today = clock_now();
		rc = t->json ? lint_json(&sources) : lint_text(&sources);
	}
	arena_release(&a);
	return rc;
}

int tool_lint(struct tool *t, int argc, char **argv)
{
	struct arena a = { 0 };
	struct request rq = { 0 };
	struct preview_options options;
	int rc = parse(&a, argc, argv, &rq);

	options = (struct preview_options){ .configured = !rq.rules.n, .records = rq.records };
	if (rc == EXIT_FINE && (!rq.paths.n || (rq.watch && !rq.rules.n)))
		rc = tool_rule_paths(t, &a, &options.base);
	if (rc == EXIT_FINE && rq.watch) {
		options.paths = rq.paths.n ? rq.paths : options.base;
		options.base = rq.rules.n ? rq.rules : options.base;
		rc = preview_run(t, &options);
	} else if (rc == EXIT_FINE) {
		rc = lint(t, rq.paths.n ? &rq.paths : &options.base);
	}
	arena_release(&a);
	return rc;
}
