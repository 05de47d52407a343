/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rupturectl alerts: what is open, oldest first.  Tokens only; --reveal adds the clinic's own case id, and the engine
 * writes down who asked.
 */
#include <stdio.h>

#include "cli/tool.h"
#include "io/store_acts.h"

struct request {
	bool all, reveal;
};

static const char *sent_as(const struct told *t)
{
	if (!t->announcements && t->by_rules)
		return "never: changed rules";
	if (!t->announcements && t->historic)
		return "never: historic";
	if (!t->announcements)
		return t->told_state == TOLD_NOTHING ? "never" : "never: rule under test";
	return t->told_state == TOLD_RETRACTED ? "retracted" : incident_state_words.words[t->told_state];
}

static void json_alert(const struct stored_alert *s, const struct request *rq, struct json *j)
{
	struct arena a = { 0 };
	const struct told *t = &s->told;

	json_map(j);
	json_key(j, "alert");
	json_z(j, t->id);
	json_key(j, "state");
	json_z(j, t->gone ? "retracted" : incident_state_words.words[t->state]);
	json_key(j, "severity");
	json_z(j, severity_words.words[t->severity]);
	json_key(j, "rule");
	json_str(j, t->rule);
	json_key(j, "case");
	json_str(j, s->case_token);
	if (rq->reveal) {
		json_key(j, "clinic_case");
		json_str(j, s->case_id);
	}
	json_key(j, "member");
	json_str(j, t->member);
	json_key(j, "other");
	json_str(j, t->other);
	json_key(j, "opened");
	json_str(j, date_format(&a, t->opened_at));
	json_key(j, "opened_session");
	json_int(j, (int64_t)t->opened_ordinal);
	json_key(j, "session");
	json_int(j, (int64_t)t->changed_ordinal);
	json_key(j, "told");
	json_z(j, sent_as(t));
	json_key(j, "announcements");
	json_int(j, t->announcements);
	json_key(j, "acknowledged_by");
	json_str(j, t->acknowledged_by);
	json_end_map(j);
	arena_release(&a);
}

static void text_subject(const struct stored_alert *s, char *ret, size_t size)
{
	const struct told *t = &s->told;

	snprintf(ret, size, "%.*s%s%.*s%s%.*s", STR_ARG(s->case_token), t->member.n ? " " : "", STR_ARG(t->member),
		 t->other.n ? "+" : "", STR_ARG(t->other));
}

static void text_alert(const struct stored_alert *s, const struct request *rq)
{
	struct arena a = { 0 };
	const struct told *t = &s->told;
	char subject[256];

	text_subject(s, subject, sizeof subject);
	printf("%-16s  %-8s  %-11s  %-24.*s  %-18s  %-10.*s  %7zu  %s", t->id, severity_words.words[t->severity],
	       t->gone ? "retracted" : incident_state_words.words[t->state], STR_ARG(t->rule), subject,
	       STR_ARG(date_format_day(&a, t->opened_at)), t->changed_ordinal, sent_as(t));
	if (t->acknowledged_by.n)
		printf(", acknowledged by %.*s", STR_ARG(t->acknowledged_by));
	if (rq->reveal)
		printf("  [%.*s]", STR_ARG(s->case_id));
	putchar('\n');
	arena_release(&a);
}

static void print_alerts(const struct tool *t, const stored_alerts *list, const struct request *rq)
{
	struct json *j = json_new(false);

	if (!t->json && list->n)
		printf("%-16s  %-8s  %-11s  %-24s  %-18s  %-10s  %7s  %s\n", "ALERT", "SEVERITY", "STATE", "RULE",
		       "CASE WHO", "OPENED", "SESSION", "TOLD");
	for (size_t i = 0; i < list->n; i++) {
		if (t->json) {
			json_alert(&list->items[i], rq, j);
			tool_print(j);
		} else {
			text_alert(&list->items[i], rq);
		}
	}
	if (!t->json && !list->n)
		puts(rq->all ? "No alerts." : "No open alerts.  `rupturectl alerts --all` lists those that ended.");
	json_free(j);
}

int tool_alerts(struct tool *t, int argc, char **argv)
{
	struct request rq = { 0 };
	struct arena a = { 0 };
	stored_alerts list = { 0 };
	struct error e = { 0 };
	struct config *config;
	struct store *st;
	int rc = EXIT_WRONG;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--all") == 0)
			rq.all = true;
		else if (strcmp(argv[i], "--reveal") == 0)
			rq.reveal = true;
		else
			return tool_misuse("alerts: unknown argument \"%s\"", argv[i]);
	}
	if (rq.reveal && (rc = tool_act_reveal(t)) != EXIT_FINE)
		return rc;
	config = tool_config(t);
	st = config ? tool_store(config) : NULL;
	if (st && store_alerts(st, &a, &(struct alert_filter){ .ended_too = rq.all }, &list, &e) < 0) {
		rc = tool_fail(&e);
	} else if (st) {
		print_alerts(t, &list, &rq);
		rc = EXIT_FINE;
	}
	if (st)
		store_close(st);
	if (config)
		config_free(config);
	arena_release(&a);
	return rc;
}
