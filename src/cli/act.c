/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rupturectl ack, case close: a person's act as a file in commands/, and the engine's answer.
 */
#include <pwd.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "app/commands.h"
#include "cli/act.h"
#include "io/clock.h"
#include "io/files.h"

#define TEXT_MAX  1000 /* bytes, as in a command (app/commands.c) */
#define ANSWER_MS 5000
#define LOOK_MS	  20

static void put(struct json *j, const char *key, struct str value)
{
	if (!value.n)
		return;
	json_key(j, key);
	json_str(j, value);
}

static struct str user_name(void)
{
	const struct passwd *user = getpwuid(getuid());

	return str_of(user ? user->pw_name : NULL);
}

static void act_json(const struct act *act, struct json *j)
{
	json_map(j);
	json_key(j, "ruptured-command");
	json_int(j, COMMAND_VERSION);
	put(j, "act", str_of(act->act));
	put(j, "alert", str_of(act->alert));
	put(j, "case", str_of(act->case_id));
	put(j, "key", str_of(act->key));
	if (act->all) {
		json_key(j, "all");
		json_bool(j, true);
	}
	put(j, "verdict", str_of(act->verdict));
	put(j, "rule", str_of(act->rule));
	put(j, "member", str_of(act->member));
	put(j, "until", str_of(act->until));
	if (act->silence) {
		json_key(j, "silence");
		json_int(j, act->silence);
	}
	put(j, "note", act->note);
	put(j, "reason", act->reason);
	put(j, "by", user_name());
	json_end_map(j);
}

static int print_answer(const struct tool *t, struct arena *a, struct str text, bool quietly)
{
	struct diags d = { .arena = a };
	struct doc *doc = doc_parse(a, text, DOC_JSON, &doc_limits_rules, false, &d);
	const struct doc *said = doc ? doc_get(doc, "text") : NULL, *ok = doc ? doc_get(doc, "ok") : NULL;
	bool fine = false;

	if (ok)
		doc_flag(ok, &fine);
	if (fine && quietly)
		return EXIT_FINE;
	if (t->json)
		printf("%.*s\n", STR_ARG(str_trim(text)));
	else if (said)
		fprintf(fine ? stdout : stderr, "%.*s\n", STR_ARG(said->text));
	return fine ? EXIT_FINE : EXIT_WRONG;
}

static int wait_for_answer(const struct tool *t, struct arena *a, struct str path, bool quietly)
{
	int64_t until = clock_monotonic_ms() + ANSWER_MS;
	struct timespec pause = { .tv_nsec = LOOK_MS * 1000000 };
	struct error e;
	struct str text;

	while (access(path.p, F_OK) != 0) {
		if (clock_monotonic_ms() > until) {
			fputs("rupturectl: no answer yet; is the engine running?  It will be carried out when it "
			      "does.\n",
			      stderr);
			return EXIT_AGAIN;
		}
		nanosleep(&pause, NULL);
	}
	if (file_read(a, path.p, COMMAND_MAX_BYTES, &text, &e) < 0)
		return tool_fail(&e);
	return print_answer(t, a, text, quietly);
}

/* What the engine would refuse as a file stays out of its queue. */
static int refuse_long(const struct act *act)
{
	if (act->note.n <= TEXT_MAX && act->reason.n <= TEXT_MAX)
		return EXIT_FINE;
	return tool_misuse("%s: a note or reason has no more than %d bytes", act->act, TEXT_MAX);
}

static int hand_in(struct tool *t, const struct act *act)
{
	struct arena a = { 0 };
	struct config *config = tool_config(t);
	struct json *j = json_new(false);
	struct error e = { 0 };
	struct str path;
	char name[17];
	int rc = EXIT_WRONG;

	if (config) {
		random_hex(name, 16);
		act_json(act, j);
		path = arena_printf(&a, "%.*s/commands/%s.json", STR_ARG(config->spool), name);
		if (file_write(path.p, json_text(j), 0640, &e) < 0)
			rc = tool_fail(&e);
		else
			rc = wait_for_answer(t, &a,
					     arena_printf(&a, "%.*s/answers/%s.json", STR_ARG(config->spool), name),
					     act->quietly);
		config_free(config);
	}
	json_free(j);
	arena_release(&a);
	return rc;
}

int act_hand_in(struct tool *t, const struct act *act)
{
	int rc = refuse_long(act);

	return rc == EXIT_FINE ? hand_in(t, act) : rc;
}

static bool is_allowed(const char *option, const char *allowed)
{
	struct str rest = str_of(allowed);

	for (struct str word = str_word(&rest); word.p; word = str_word(&rest))
		if (str_is(word, option))
			return true;
	return false;
}

static void set_option(struct act *act, const char *name, const char *value)
{
	const struct {
		const char *name, **into;
	} options[] = {
		{ "case", &act->case_id },
		{ "rule", &act->rule },
		{ "member", &act->member },
		{ "until", &act->until },
	};

	for (size_t i = 0; i < sizeof options / sizeof *options; i++)
		if (strcmp(name, options[i].name) == 0)
			*options[i].into = value;
	if (strcmp(name, "reason") == 0)
		act->reason = str_of(value);
	if (strcmp(name, "note") == 0)
		act->note = str_of(value);
}

int act_options(struct act *act, const char *allowed, int argc, char **argv)
{
	int kept = 0;

	for (int i = 0; i < argc; i++) {
		if (argv[i][0] != '-') {
			argv[kept++] = argv[i];
			continue;
		}
		if (strncmp(argv[i], "--", 2) != 0 || !is_allowed(argv[i] + 2, allowed)) {
			tool_misuse("%s: unknown option \"%s\"", argv[0], argv[i]);
			return -1;
		}
		if (i + 1 == argc || strncmp(argv[i + 1], "--", 2) == 0) {
			tool_misuse("%s: %s what?", argv[0], argv[i]);
			return -1;
		}
		set_option(act, argv[i] + 2, argv[i + 1]);
		i++;
	}
	return kept;
}

struct str act_words(struct arena *a, int argc, char **argv)
{
	struct str text = STR("");

	for (int i = 0; i < argc; i++)
		text = arena_printf(a, "%.*s%s%s", STR_ARG(text), i ? " " : "", argv[i]);
	return text;
}

int tool_ack(struct tool *t, int argc, char **argv)
{
	struct arena a = { 0 };
	struct act act = { .act = "ack" };
	int rc;

	if (argc < 2 || argv[1][0] == '-')
		return tool_misuse("ack which alert? `rupturectl alerts` lists them");
	act.alert = argv[1];
	act.note = act_words(&a, argc - 2, argv + 2);
	rc = act_hand_in(t, &act);
	arena_release(&a);
	return rc;
}

int tool_act_reveal(struct tool *t)
{
	struct act act = { .act = "reveal", .quietly = true };

	return act_hand_in(t, &act);
}

int tool_act_text(struct tool *t, struct str case_token, struct str sessions)
{
	struct act act = { .act = "text", .case_id = case_token.p, .note = sessions, .quietly = true };

	return act_hand_in(t, &act);
}

int tool_case(struct tool *t, int argc, char **argv)
{
	struct arena a = { 0 };
	struct act act = { .act = "case close" };
	int rc;

	if (argc < 3 || strcmp(argv[1], "close") != 0 || argv[2][0] == '-')
		return tool_misuse("usage: rupturectl case close CASE [REASON...]");
	act.case_id = argv[2];
	act.reason = act_words(&a, argc - 3, argv + 3);
	rc = act_hand_in(t, &act);
	arena_release(&a);
	return rc;
}
