/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rupturectl: one row a subcommand, one file each.
 */
#ifndef RUPTURED_CLI_TOOL_H
#define RUPTURED_CLI_TOOL_H

#include "app/config.h"
#include "core/precision.h"
#include "io/store_acts.h"

enum { EXIT_FINE = 0, EXIT_FOUND = 1, EXIT_WRONG = 2, EXIT_AGAIN = 75 };

/* What stands before the subcommand. */
struct tool {
	const char *config_path; /* -c, or NULL */
	bool json;		 /* --json, anywhere */
};

struct tool_command {
	const char *name;
	const char *arguments; /* for the usage line */
	const char *help;
	int (*run)(struct tool *t, int argc, char **argv); /* argv[0] is the subcommand */
};

int tool_lint(struct tool *t, int argc, char **argv);
int tool_test(struct tool *t, int argc, char **argv);
int tool_list_rules(struct tool *t, int argc, char **argv);
int tool_explain(struct tool *t, int argc, char **argv);
int tool_backtest(struct tool *t, int argc, char **argv);
int tool_tune(struct tool *t, int argc, char **argv);
int tool_report(struct tool *t, int argc, char **argv);
int tool_alerts(struct tool *t, int argc, char **argv);
int tool_status(struct tool *t, int argc, char **argv);
int tool_ack(struct tool *t, int argc, char **argv);
int tool_verdict(struct tool *t, int argc, char **argv);
int tool_snooze(struct tool *t, int argc, char **argv);
int tool_silence(struct tool *t, int argc, char **argv);
int tool_outbox(struct tool *t, int argc, char **argv);
int tool_case(struct tool *t, int argc, char **argv);
int tool_reference(struct tool *t, int argc, char **argv);
int tool_routes(struct tool *t, int argc, char **argv);
int tool_schema(struct tool *t, int argc, char **argv);
int tool_audit(struct tool *t, int argc, char **argv);

/* Why nobody was told of an alert; NULL: somebody was, or there was nothing to tell yet. */
const char *alert_untold(const struct told *t);
/* How precise the rules have been, by people's verdicts. */
void tool_show_precision(const struct tool *t, const rule_verdicts_list *rules);

/* In an open map: the share under `key`, its interval under "low" and "high". */
void tool_put_share(const char *key, const struct precision *p, struct json *j);

/* Has the engine write down that the clinic's own ids are shown to this user; EXIT_FINE when it has. */
int tool_act_reveal(struct tool *t);
/* The same of words said in these sessions of the case ("sessions 5, 8"); the token ends with a NUL. */
int tool_act_text(struct tool *t, struct str case_token, struct str sessions);

/* "rupturectl: ..." on standard error; EXIT_WRONG, and EXIT_AGAIN for a passing trouble. */
int tool_fail(const struct error *e);
int tool_misuse(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The configuration, or NULL with its faults printed. */
struct config *tool_config(const struct tool *t);
/* The configuration's rule paths, in a; EXIT_FINE, or its faults are printed. */
int tool_rule_paths(const struct tool *t, struct arena *a, struct strs *ret);
/* The store of the configuration, for reading; NULL with the reason printed. */
struct store *tool_store(const struct config *config);
/* The rules at these paths, or of the configuration when there are none; NULL with the faults printed. */
struct ruleset *tool_rules(const struct tool *t, const struct strs *paths);

/* Columns of a line of text: those of the terminal, at most WRAP_WIDTH, which it is where there is none. */
size_t tool_width(void);
/* Prints the JSON text and a newline, and starts anew. */
void tool_print(struct json *j);

#endif
