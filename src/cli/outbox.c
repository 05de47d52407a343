/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rupturectl outbox: what waits to be delivered, what was given up, and what people want done about it.  No payloads.
 */
#include <stdio.h>

#include "cli/act.h"
#include "io/clock.h"
#include "io/outbox.h"

enum list { LIST_ALL, LIST_DEAD, LIST_WAITING };

/* A line of the list: a letter of the courier's, or an alert that no sink was to get. */
struct line {
	const char *state; /* "waiting", "dead", "nobody" */
	struct letter letter;
};
typedef VEC(struct line) lines;

static int add_letters(const struct config *config, struct arena *a, enum list which, lines *ret, struct error *e)
{
	unsigned states =
		(which != LIST_DEAD ? 1u << LETTER_WAITING : 0) | (which != LIST_WAITING ? 1u << LETTER_DEAD : 0);
	struct outbox *ob;
	letters list = { 0 };
	int rc;

	if (outbox_open_reader(config->courier_db.p, &ob, e) < 0)
		return -1;
	rc = outbox_letters(ob, a, states, &list, e);
	for (size_t i = 0; i < list.n; i++)
		*VEC_PUSH(a, ret) =
			(struct line){ list.items[i].state == LETTER_DEAD ? "dead" : "waiting", list.items[i] };
	outbox_close(ob);
	return rc;
}

static int add_undelivered(struct store *st, struct arena *a, lines *ret, struct error *e)
{
	outbox_rows rows;

	if (store_outbox_ended(st, a, "undelivered", &rows, e) < 0)
		return -1;
	for (size_t i = 0; i < rows.n; i++) {
		const struct outbox_row *row = &rows.items[i];

		*VEC_PUSH(a, ret) = (struct line){
			.state = "nobody",
			.letter = { .key = row->key,
				    .route = STR("-"),
				    .sink = STR("-"),
				    .severity = row->severity,
				    .why = STR("no route took it"),
				    .at = row->at,
				    .failing_since = DATE_NONE },
		};
	}
	return 0;
}

static void put(struct json *j, const char *key, struct str value)
{
	json_key(j, key);
	json_str(j, value);
}

static void json_line(const struct line *l, int64_t now, struct json *j)
{
	struct arena a = { 0 };

	json_map(j);
	put(j, "key", l->letter.key);
	put(j, "state", str_of(l->state));
	put(j, "sink", l->letter.sink);
	put(j, "route", l->letter.route);
	put(j, "severity", l->letter.severity);
	put(j, "decided", date_format(&a, l->letter.at));
	json_key(j, "age_s");
	json_int(j, now - l->letter.at);
	json_key(j, "attempts");
	json_int(j, l->letter.attempts);
	put(j, "why", l->letter.why);
	json_end_map(j);
	arena_release(&a);
}

/* The two largest units are enough to act on. */
static void format_age(int64_t s, char *ret, size_t size)
{
	if (s < 0)
		snprintf(ret, size, "ahead");
	else if (s < 3600)
		snprintf(ret, size, "%lld min", (long long)(s / 60));
	else if (s < DAY_S)
		snprintf(ret, size, "%lld h %lld min", (long long)(s / 3600), (long long)(s / 60 % 60));
	else
		snprintf(ret, size, "%lld d %lld h", (long long)(s / DAY_S), (long long)(s / 3600 % 24));
}

static void text_line(const struct line *l, int64_t now)
{
	char age[48];

	format_age(now - l->letter.at, age, sizeof age);
	printf("%-32.*s  %-7s  %-12.*s  %-14.*s  %-11s  %8d  %.*s\n", STR_ARG(l->letter.key), l->state,
	       STR_ARG(l->letter.sink), STR_ARG(l->letter.route), age, l->letter.attempts,
	       STR_ARG(l->letter.why.p ? l->letter.why : STR("-")));
}

static void say_empty(enum list which, int64_t held)
{
	if (which == LIST_DEAD)
		puts("No dead letters.");
	else if (held)
		printf("Nothing here; %lld held for groups and digests, see `rupturectl status`.\n", (long long)held);
	else
		puts("Nothing here: what was decided was delivered.");
}

static void print_lines(const struct tool *t, const lines *list, enum list which, int64_t held)
{
	int64_t now = clock_now();
	struct json *j = json_new(false);

	if (!t->json && list->n)
		printf("%-32s  %-7s  %-12s  %-14s  %-11s  %8s  %s\n", "KEY", "STATE", "SINK", "ROUTE", "AGE",
		       "ATTEMPTS", "WHY");
	for (size_t i = 0; i < list->n; i++) {
		if (t->json) {
			json_line(&list->items[i], now, j);
			tool_print(j);
		} else {
			text_line(&list->items[i], now);
		}
	}
	if (!t->json && !list->n)
		say_empty(which, held);
	json_free(j);
}

static int list_outbox(struct tool *t, enum list which)
{
	struct arena a = { 0 };
	lines list = { 0 };
	struct error e = { 0 };
	struct config *config = tool_config(t);
	struct store *st = config ? tool_store(config) : NULL;
	int64_t held = 0;
	int rc = EXIT_WRONG;

	if (st) {
		if (store_held_count(st, &held, &e) < 0 || add_letters(config, &a, which, &list, &e) < 0 ||
		    (which != LIST_WAITING && add_undelivered(st, &a, &list, &e) < 0)) {
			rc = tool_fail(&e);
		} else {
			print_lines(t, &list, which, held);
			rc = EXIT_FINE;
		}
		store_close(st);
	}
	if (config)
		config_free(config);
	arena_release(&a);
	return rc;
}

static int list_asked(struct tool *t, int argc, char **argv)
{
	enum list which = LIST_ALL;

	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--dead") == 0)
			which = LIST_DEAD;
		else if (strcmp(argv[i], "--waiting") == 0)
			which = LIST_WAITING;
		else
			return tool_misuse("outbox list: unknown argument \"%s\"", argv[i]);
	}
	return list_outbox(t, which);
}

static int retry(struct tool *t, int argc, char **argv)
{
	struct act act = { .act = "outbox retry" };

	if (argc == 1 && strcmp(argv[0], "--all") == 0)
		act.all = true;
	else if (argc == 1 && argv[0][0] != '-')
		act.key = argv[0];
	else
		return tool_misuse("usage: rupturectl outbox retry KEY|--all");
	return act_hand_in(t, &act);
}

static int drop(struct tool *t, int argc, char **argv)
{
	struct arena a = { 0 };
	struct act act = { .act = "outbox drop" };
	int rc;

	if (argc < 3 || argv[0][0] == '-' || strcmp(argv[1], "--reason") != 0)
		return tool_misuse("usage: rupturectl outbox drop KEY --reason TEXT");
	act.key = argv[0];
	act.reason = act_words(&a, argc - 2, argv + 2);
	rc = act_hand_in(t, &act);
	arena_release(&a);
	return rc;
}

int tool_outbox(struct tool *t, int argc, char **argv)
{
	if (argc < 2 || argv[1][0] == '-')
		return list_asked(t, argc - 1, argv + 1);
	if (strcmp(argv[1], "list") == 0)
		return list_asked(t, argc - 2, argv + 2);
	if (strcmp(argv[1], "retry") == 0)
		return retry(t, argc - 2, argv + 2);
	if (strcmp(argv[1], "drop") == 0)
		return drop(t, argc - 2, argv + 2);
	return tool_misuse("outbox: list, retry or drop, not \"%s\"", argv[1]);
}
