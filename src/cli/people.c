/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rupturectl verdict, snooze, silence: what people do about alerts, beside acknowledging them.
 */
#include <stdio.h>

#include "cli/act.h"
#include "io/clock.h"

int tool_verdict(struct tool *t, int argc, char **argv)
{
	struct act act = { .act = "verdict" };

	argc = act_options(&act, "note", argc, argv);
	if (argc < 0)
		return EXIT_WRONG;
	if (argc != 3)
		return tool_misuse("usage: rupturectl verdict ALERT useful|noise [--note TEXT]");
	act.alert = argv[1];
	act.verdict = argv[2];
	return act_hand_in(t, &act);
}

int tool_snooze(struct tool *t, int argc, char **argv)
{
	struct act act = { .act = "snooze" };

	argc = act_options(&act, "until note", argc, argv);
	if (argc < 0)
		return EXIT_WRONG;
	if (argc != 2)
		return tool_misuse("usage: rupturectl snooze ALERT --until DATE|next-session");
	act.alert = argv[1];
	return act_hand_in(t, &act);
}

/* ---- silences ---- */

static void put(struct json *j, const char *key, struct str value)
{
	json_key(j, key);
	json_str(j, value);
}

static struct str date_or_none(struct arena *a, int64_t at)
{
	return at == DATE_NONE ? (struct str){ NULL, 0 } : date_format(a, at);
}

static void json_silence(const struct silence *s, struct arena *a, int64_t now, struct json *j)
{
	json_map(j);
	json_key(j, "silence");
	json_int(j, s->number);
	put(j, "case", s->case_token);
	put(j, "rule", s->rule);
	put(j, "member", s->member);
	put(j, "until", s->until == DATE_NONE ? STR("next-session") : date_format(a, s->until));
	put(j, "made", date_format(a, s->made_at));
	put(j, "by", s->made_by);
	put(j, "reason", s->reason);
	json_key(j, "over");
	json_bool(j, silence_is_over(s, now));
	put(j, "ended", date_or_none(a, s->ended_at));
	put(j, "ended_by", s->ended_by);
	json_end_map(j);
}

/* "silence 3: case K7Q2, member m1, rule drops.*", and below it until when, who and why. */
static void text_silence(const struct silence *s, struct arena *a, int64_t now)
{
	printf("silence %lld:%s%.*s%s%.*s%s%.*s\n", (long long)s->number, s->case_token.p ? " case " : "",
	       STR_ARG(s->case_token), s->member.p ? " member " : "", STR_ARG(s->member), s->rule.p ? " rule " : "",
	       STR_ARG(s->rule));
	if (s->ended_at != DATE_NONE)
		printf("    ended %.*s by %.*s\n", STR_ARG(date_format(a, s->ended_at)), STR_ARG(s->ended_by));
	else if (s->until == DATE_NONE)
		puts("    until the next session of the case");
	else
		printf("    %s %.*s\n", silence_is_over(s, now) ? "over since" : "until",
		       STR_ARG(date_format(a, s->until)));
	printf("    made %.*s by %.*s: %.*s\n", STR_ARG(date_format(a, s->made_at)), STR_ARG(s->made_by),
	       STR_ARG(s->reason));
}

static size_t print_silences(const struct tool *t, struct arena *a, const silence_list *list, bool all)
{
	struct json *j = json_new(false);
	int64_t now = clock_now();
	size_t shown = 0;

	for (size_t i = 0; i < list->n; i++) {
		const struct silence *s = &list->items[i];

		if (!all && silence_is_over(s, now))
			continue;
		shown++;
		if (t->json) {
			json_silence(s, a, now, j);
			tool_print(j);
		} else {
			text_silence(s, a, now);
		}
	}
	json_free(j);
	return shown;
}

static int list_silences(struct tool *t, bool all)
{
	struct config *config = tool_config(t);
	struct store *st = config ? tool_store(config) : NULL;
	struct arena a = { 0 };
	struct error e = { 0 };
	silence_list list;
	int rc = EXIT_WRONG;

	if (st && store_silences(st, &a, &list, &e) < 0) {
		rc = tool_fail(&e);
	} else if (st) {
		rc = EXIT_FINE;
		if (!print_silences(t, &a, &list, all) && !t->json)
			puts(all ? "There was never a silence." : "No silence is in force.");
	}
	if (st)
		store_close(st);
	if (config)
		config_free(config);
	arena_release(&a);
	return rc;
}

static int end_silence(struct tool *t, const char *number)
{
	struct act act = { .act = "silence end" };
	double n;

	if (!str_number(str_of(number), &n) || n < 1 || n > 1e15 || n != (double)(int64_t)n)
		return tool_misuse("silence end which? `rupturectl silence list` shows the numbers");
	act.silence = (int64_t)n;
	return act_hand_in(t, &act);
}

int tool_silence(struct tool *t, int argc, char **argv)
{
	struct act act = { .act = "silence" };

	if (argc >= 2 && strcmp(argv[1], "list") == 0) {
		if (argc > 3 || (argc == 3 && strcmp(argv[2], "--all") != 0))
			return tool_misuse("silence list takes --all or nothing");
		return list_silences(t, argc == 3);
	}
	if (argc == 3 && strcmp(argv[1], "end") == 0)
		return end_silence(t, argv[2]);
	argc = act_options(&act, "case rule member until reason", argc, argv);
	if (argc < 0)
		return EXIT_WRONG;
	if (argc != 1 || (!act.case_id && !act.rule))
		return tool_misuse("usage: rupturectl silence (--case CASE | --rule ID | both) [--member TOKEN]"
				   " --until DATE|next-session --reason TEXT, silence list, silence end NUMBER");
	return act_hand_in(t, &act);
}
