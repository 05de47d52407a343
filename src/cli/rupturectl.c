/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "app/ruledir.h"
#include "base/wrap.h"
#include "cli/tool.h"

#define WIDTH_MIN 40 /* a terminal that claims to be narrower is not believed */

static const struct tool_command commands[] = {
	{ "lint", "[PATH...] | --watch [--rules PATH]... [--records DIR] [PATH...]",
	  "check rule files (the configured ones without PATH); with --watch on each save,\n"
	  "            with their tests, and against one's own past",
	  tool_lint },
	{ "test",
	  "[--rules PATH]... [--rule ID] [--junit FILE] [-v] [--watch] [PATH...]\n"
	  "            | --from-case CASE [--sessions A-B] [--rule ID] [--rules PATH]...",
	  "run the tests that stand in the rules; or write some from a case of the store", tool_test },
	{ "rules", "[--rules PATH] [RULE]", "show the rules in force, and what of them a site has changed",
	  tool_list_rules },
	{ "explain",
	  "[--rules PATH] [--all] [--rule RULE] [--as-of DATE] [--text] CASE|RECORD|ALERT... | [--hits] [--turns] "
	  "FILE...",
	  "show why an alert came and why none did", tool_explain },
	{ "backtest", "[OPTION]... [OLD] NEW | --with FILE | --sweep RULE.SIGNAL.KEY=FROM..TO/STEP",
	  "show what other rules would have told over one's own past", tool_backtest },
	{ "tune", "[--budget \"5 a week\"] [--labels FILE] [OPTION]... [-o FILE] RULE",
	  "propose a threshold, from verdicts and labels, as an override", tool_tune },
	{ "report", "[--case CASE]... [--since DATE] [--until DATE] [--as-of DATE] [--reveal] [-o FILE]",
	  "write a page about what is open, how cases went and how the rules do", tool_report },
	{ "alerts",
	  "[--all] [--acknowledged [--since DATE]] [--silenced] [--historic]\n"
	  "            [--changed-by-rules] [--reveal] | --precision",
	  "list the open alerts, or those that are asked for", tool_alerts },
	{ "routes",
	  "[list] | test [--severity S] [--rule ID] [--site S] [--therapist P] [--state S] [--notify L] [--all]",
	  "show the routes, and where an alert would go and why", tool_routes },
	{ "status", "[--files]", "show what the engine and the courier are doing", tool_status },
	{ "ack", "ALERT [NOTE...]", "say that an alert is being looked after", tool_ack },
	{ "verdict", "ALERT useful|noise [--note TEXT]", "say whether an alert was of use", tool_verdict },
	{ "snooze", "ALERT --until DATE|next-session", "acknowledge an alert, and be told again then", tool_snooze },
	{ "silence",
	  "(--case CASE | --rule ID | both) [--member TOKEN]\n"
	  "            --until DATE|next-session --reason TEXT | list [--all] | end NUMBER",
	  "hear nothing of a case or a rule for a time", tool_silence },
	{ "outbox", "[list] [--dead|--waiting] | retry KEY|--all | drop KEY --reason TEXT",
	  "list what was not delivered; try it again, or give it up", tool_outbox },
	{ "case", "close CASE [REASON...]", "close a case: its alerts end, its timers stop", tool_case },
	{ "reference", "record|rules|configuration|messages", "print the keys of a format, or what messages mean",
	  tool_reference },
	{ "schema", "[rules|record|configuration]", "print the JSON Schema of a format, for editors", tool_schema },
	{ "audit", "--verify", "verify the chain of the audit table", tool_audit },
};

#define COMMANDS (sizeof commands / sizeof *commands)

static void usage(FILE *to)
{
	fputs("usage: rupturectl [-c FILE] [--json] COMMAND ...\n\n", to);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(to, "  %-9s %s\n            %s\n", commands[i].name, commands[i].arguments, commands[i].help);
	fputs("\n  -c, --config FILE   configuration (default " CONFIG_PATH ")\n"
	      "      --json          for programs\n"
	      "  -V, --version, -h, --help\n\n"
	      "Exit: 0 fine, 1 the check found something, 2 wrong use or broken input, 75 try again.\n",
	      to);
}

int tool_misuse(const char *format, ...)
{
	va_list ap;

	fputs("rupturectl: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputs("\nTry `rupturectl --help`.\n", stderr);
	return EXIT_WRONG;
}

int tool_fail(const struct error *e)
{
	fprintf(stderr, "rupturectl: %s\n", e->text);
	return e->kind == ERROR_AGAIN ? EXIT_AGAIN : EXIT_WRONG;
}

struct config *tool_config(const struct tool *t)
{
	struct error e;
	struct buf faults = { 0 };
	struct config *config = config_load_shown(t->config_path, &faults, &e);

	if (!config && e.kind != ERROR_NONE)
		tool_fail(&e);
	if (!config)
		fputs(buf_str(&faults).p, stderr);
	buf_release(&faults);
	return config;
}

int tool_rule_paths(const struct tool *t, struct arena *a, struct strs *ret)
{
	struct config *config = tool_config(t);

	if (!config)
		return EXIT_WRONG;
	for (size_t i = 0; i < config->rules.n; i++)
		*VEC_PUSH(a, ret) = arena_dup(a, config->rules.items[i]);
	config_free(config);
	return EXIT_FINE;
}

struct store *tool_store(const struct config *config)
{
	struct store *store;
	struct error e = { 0 };

	if (store_open(config->store.p, DB_READ_ONLY, &store, &e) == 0)
		return store;
	tool_fail(&e);
	fputs("  hint: has the engine run with this configuration, and may you read its store?\n", stderr);
	return NULL;
}

static struct ruleset *compile_paths(const struct strs *paths, const struct strs *switched_off)
{
	struct arena a = { 0 };
	struct buf out = { 0 };
	struct rule_sources sources;
	struct rule_faults faults;
	struct ruleset *rules = NULL;
	struct error e = { 0 };

	if (ruledir_read(&a, paths, &sources, &e) < 0) {
		tool_fail(&e);
	} else {
		sources.switched_off = switched_off;
		if (!(rules = ruledir_compile(&sources, &out, &faults)))
			fputs(buf_str(&out).p, stderr);
	}
	buf_release(&out);
	arena_release(&a);
	return rules;
}

struct ruleset *tool_rules(const struct tool *t, const struct strs *paths)
{
	struct config *config;
	struct ruleset *rules;

	if (paths->n)
		return compile_paths(paths, NULL);
	config = tool_config(t);
	if (!config)
		return NULL;
	rules = compile_paths(&config->rules, &config->switched_off);
	config_free(config);
	return rules;
}

size_t tool_width(void)
{
	struct winsize screen;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &screen) < 0 || screen.ws_col < WIDTH_MIN)
		return WRAP_WIDTH;
	return screen.ws_col < WRAP_WIDTH ? screen.ws_col : WRAP_WIDTH;
}

void tool_print(struct json *j)
{
	printf("%.*s\n", STR_ARG(json_text(j)));
	json_reset(j);
}

/* Takes the options that stand anywhere (--json) or first (-c) out of argv; the new argc. */
static int take_common(struct tool *t, int argc, char **argv)
{
	int kept = 1, i = 1;

	for (; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0)
			t->json = true;
		else if ((strcmp(argv[i], "-c") == 0 || strcmp(argv[i], "--config") == 0) && i + 1 < argc)
			t->config_path = argv[++i];
		else
			argv[kept++] = argv[i];
	}
	argv[kept] = NULL;
	return kept;
}

static bool asks_for_help(const char *word)
{
	return word && (strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0);
}

static int run(const struct tool_command *command, struct tool *t, int argc, char **argv)
{
	if (!asks_for_help(argv[1]))
		return command->run(t, argc, argv);
	printf("usage: rupturectl [-c FILE] [--json] %s %s\n\n%s; see rupturectl(1)\n", command->name,
	       command->arguments, command->help);
	return EXIT_FINE;
}

static int unknown_command(const char *name)
{
	const char *names[COMMANDS], *near;

	for (size_t i = 0; i < COMMANDS; i++)
		names[i] = commands[i].name;
	near = str_nearest(str_of(name), names, COMMANDS);
	if (near)
		return tool_misuse("unknown command \"%s\"; did you mean \"%s\"?", name, near);
	return tool_misuse("unknown command \"%s\"", name);
}

static int run_line(int argc, char **argv)
{
	struct tool t = { 0 };

	argc = take_common(&t, argc, argv);
	if (argc < 2) {
		usage(stderr);
		return EXIT_WRONG;
	}
	if (asks_for_help(argv[1]) || strcmp(argv[1], "help") == 0) {
		usage(stdout);
		return EXIT_FINE;
	}
	if (strcmp(argv[1], "-V") == 0 || strcmp(argv[1], "--version") == 0) {
		puts("rupturectl " RUPTURED_VERSION);
		return EXIT_FINE;
	}
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return run(&commands[i], &t, argc - 1, argv + 1);
	return unknown_command(argv[1]);
}

/* Half an answer on a full disk is not the answer. */
int main(int argc, char **argv)
{
	int rc = run_line(argc, argv);

	if (fflush(stdout) == 0 && !ferror(stdout))
		return rc;
	fputs("rupturectl: not everything could be written to standard output\n", stderr);
	return EXIT_AGAIN;
}
