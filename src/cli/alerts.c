/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rupturectl alerts: what is open, oldest first, and what people did about it.  Tokens only; --reveal adds the clinic's
 * own case id, and the engine writes down who asked.
 *
 * A line an alert, and where there is more to say than usual a second one below it; both fit a screen of 100 columns.
 */
#include <stdio.h>

#include "base/wrap.h"
#include "cli/tool.h"
#include "io/clock.h"

#define INDENT 4

struct request {
	struct alert_filter filter;
	bool reveal, precision, since_said;
};

const char *alert_untold(const struct told *t)
{
	if (t->announcements)
		return NULL;
	if (t->by_rules)
		return "changed rules";
	if (t->historic)
		return "historic";
	if (t->silenced_at != DATE_NONE)
		return "silenced";
	return t->told_state == TOLD_NOTHING ? NULL : "rule under test";
}

static const char *sent_as(const struct told *t)
{
	return t->told_state == TOLD_RETRACTED ? "retracted" : incident_state_words.words[t->told_state];
}

static const char *state_of(const struct told *t)
{
	return t->gone ? "retracted" : incident_state_words.words[t->state];
}

/* ---- JSON ---- */

static void put(struct json *j, const char *key, struct str value)
{
	json_key(j, key);
	json_str(j, value);
}

static void put_date(struct json *j, struct arena *a, const char *key, int64_t at)
{
	put(j, key, at == DATE_NONE ? (struct str){ NULL, 0 } : date_format(a, at));
}

static struct str json_told(struct arena *a, const struct told *t)
{
	const char *why = alert_untold(t);

	if (t->announcements)
		return str_of(sent_as(t));
	return why ? arena_printf(a, "never: %s", why) : STR("never");
}

static struct str verdict_word(const struct alert_verdict *v)
{
	if (v->at == DATE_NONE)
		return (struct str){ NULL, 0 };
	return v->useful ? STR("useful") : STR("noise");
}

static void json_acts(const struct stored_alert *s, struct arena *a, struct json *j)
{
	const struct told *t = &s->told;

	put(j, "acknowledged_by", t->acknowledged_by);
	put_date(j, a, "acknowledged", t->acknowledged_at);
	put(j, "verdict", verdict_word(&s->verdict));
	put(j, "verdict_by", s->verdict.who);
	put_date(j, a, "verdict_given", s->verdict.at);
	put(j, "verdict_note", s->verdict.note);
	put_date(j, a, "silenced", t->silenced_at);
	if (t->silence) {
		json_key(j, "silence");
		json_int(j, t->silence);
	} else {
		put(j, "silence", (struct str){ NULL, 0 });
	}
	put(j, "silence_reason", s->silence_reason);
	if (s->snoozed && s->snoozed_until == DATE_NONE)
		put(j, "snoozed_until", STR("next-session"));
	else
		put_date(j, a, "snoozed_until", s->snoozed_until);
	put_date(j, a, "escalates", s->escalates_at);
}

static void json_alert(const struct stored_alert *s, const struct request *rq, struct json *j)
{
	struct arena a = { 0 };
	const struct told *t = &s->told;

	json_map(j);
	put(j, "alert", str_of(t->id));
	put(j, "state", str_of(state_of(t)));
	put(j, "severity", str_of(severity_words.words[t->severity]));
	put(j, "rule", t->rule);
	put(j, "case", s->case_token);
	if (rq->reveal)
		put(j, "clinic_case", s->case_id);
	put(j, "member", t->member);
	put(j, "other", t->other);
	put(j, "opened", date_format(&a, t->opened_at));
	json_key(j, "opened_session");
	json_int(j, (int64_t)t->opened_ordinal);
	json_key(j, "session");
	json_int(j, (int64_t)t->changed_ordinal);
	put(j, "told", json_told(&a, t));
	json_key(j, "announcements");
	json_int(j, t->announcements);
	json_acts(s, &a, j);
	json_end_map(j);
	arena_release(&a);
}

/* ---- text ---- */

static void text_subject(const struct stored_alert *s, char *ret, size_t size)
{
	const struct told *t = &s->told;

	snprintf(ret, size, "%.*s%s%.*s%s%.*s", STR_ARG(s->case_token), t->member.n ? " " : "", STR_ARG(t->member),
		 t->other.n ? "+" : "", STR_ARG(t->other));
}

static void note(struct buf *out, struct str text)
{
	if (out->n)
		buf_puts(out, STR("; "));
	buf_puts(out, text);
}

static struct str silenced_words(const struct stored_alert *s, struct arena *a)
{
	return arena_printf(a, "silenced %.*s by silence %lld (%.*s)", STR_ARG(date_format(a, s->told.silenced_at)),
			    (long long)s->told.silence, STR_ARG(s->silence_reason));
}

static void note_told(const struct stored_alert *s, struct arena *a, struct buf *out)
{
	const struct told *t = &s->told;
	const char *why = alert_untold(t);
	bool silenced = t->silenced_at != DATE_NONE;

	if (why && silenced && strcmp(why, "silenced") == 0) {
		note(out, arena_printf(a, "never told: %.*s", STR_ARG(silenced_words(s, a))));
		return;
	}
	if (why)
		note(out, arena_printf(a, "never told: %s", why));
	else if (!t->announcements)
		note(out, STR("not told yet"));
	else if (strcmp(sent_as(t), state_of(t)) != 0)
		note(out, arena_printf(a, "last told as %s", sent_as(t)));
	if (silenced)
		note(out, silenced_words(s, a));
}

static void note_acts(const struct stored_alert *s, struct arena *a, struct buf *out)
{
	const struct told *t = &s->told;
	const struct alert_verdict *v = &s->verdict;

	if (t->acknowledged_by.n)
		note(out, arena_printf(a, "acknowledged %.*s by %.*s", STR_ARG(date_format(a, t->acknowledged_at)),
				       STR_ARG(t->acknowledged_by)));
	if (v->at != DATE_NONE)
		note(out, arena_printf(a, "%.*s, says %.*s%s%.*s", STR_ARG(verdict_word(v)), STR_ARG(v->who),
				       v->note.n ? ": " : "", STR_ARG(v->note)));
	if (s->snoozed)
		note(out, arena_printf(a, "told again at %.*s",
				       STR_ARG(s->snoozed_until == DATE_NONE ? STR("the next session")
									     : date_format(a, s->snoozed_until))));
	if (s->escalates_at != DATE_NONE)
		note(out, arena_printf(a, "escalates at %.*s", STR_ARG(date_format(a, s->escalates_at))));
}

/* Below its alert, a little to the right. */
static void print_notes(struct arena *a, struct str notes)
{
	struct str line = arena_printf(a, "%*s%.*s", INDENT, "", STR_ARG(notes));
	struct buf out = { 0 };

	wrap_line(line, INDENT, tool_width(), &out);
	fputs(out.p, stdout);
	buf_release(&out);
}

static void text_alert(const struct stored_alert *s, const struct request *rq)
{
	struct arena a = { 0 };
	const struct told *t = &s->told;
	struct buf notes = { 0 };
	char subject[256];

	text_subject(s, subject, sizeof subject);
	printf("%-16s  %-8s  %-11s  %-10.*s  %4zu  %-16s  %.*s", t->id, severity_words.words[t->severity], state_of(t),
	       STR_ARG(date_format_day(&a, t->opened_at)), t->changed_ordinal, subject, STR_ARG(t->rule));
	if (rq->reveal)
		printf("  [%.*s]", STR_ARG(s->case_id));
	putchar('\n');
	note_told(s, &a, &notes);
	note_acts(s, &a, &notes);
	if (notes.n)
		print_notes(&a, buf_str(&notes));
	buf_release(&notes);
	arena_release(&a);
}

static const char *nothing_found(const struct request *rq)
{
	const struct alert_filter *f = &rq->filter;

	if (f->acknowledged || f->silenced || f->historic || f->by_rules)
		return "No such alerts.";
	return f->ended_too ? "No alerts." : "No open alerts.  `rupturectl alerts --all` lists those that ended.";
}

static void print_alerts(const struct tool *t, const stored_alerts *list, const struct request *rq)
{
	struct json *j = json_new(false);

	if (!t->json && list->n)
		printf("%-16s  %-8s  %-11s  %-10s  %4s  %-16s  %s\n", "ALERT", "SEVERITY", "STATE", "OPENED", "SESS",
		       "CASE WHO", "RULE");
	for (size_t i = 0; i < list->n; i++) {
		if (t->json) {
			json_alert(&list->items[i], rq, j);
			tool_print(j);
		} else {
			text_alert(&list->items[i], rq);
		}
	}
	if (!t->json && !list->n)
		puts(nothing_found(rq));
	json_free(j);
}

/* ---- the command ---- */

static bool set_flag(struct request *rq, const char *word)
{
	struct alert_filter *f = &rq->filter;
	const struct {
		const char *name;
		bool *flag;
	} flags[] = {
		{ "--all", &f->ended_too },
		{ "--acknowledged", &f->acknowledged },
		{ "--silenced", &f->silenced },
		{ "--historic", &f->historic },
		{ "--changed-by-rules", &f->by_rules },
		{ "--reveal", &rq->reveal },
		{ "--precision", &rq->precision },
	};

	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
		if (strcmp(word, flags[i].name) == 0) {
			*flags[i].flag = true;
			return true;
		}
	}
	return false;
}

static bool read_since(struct request *rq, const char *word)
{
	int64_t day;

	rq->since_said = true;
	if (date_parse(str_of(word), &rq->filter.acknowledged_since))
		return true;
	if (!date_parse_day(str_of(word), &day))
		return false;
	rq->filter.acknowledged_since = clock_local(day, 0);
	return true;
}

/* Those that are looked for by what was done about them may be over. */
static int read_request(struct request *rq, int argc, char **argv)
{
	struct alert_filter *f = &rq->filter;

	f->acknowledged_since = INT64_MIN;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--since") == 0) {
			if (i + 1 == argc || !read_since(rq, argv[++i]))
				return tool_misuse("alerts: --since which day? write 2026-03-02");
		} else if (!set_flag(rq, argv[i])) {
			return tool_misuse("alerts: unknown argument \"%s\"", argv[i]);
		}
	}
	if (rq->since_said && !f->acknowledged)
		return tool_misuse("alerts: --since goes with --acknowledged");
	if (rq->precision && argc > 2)
		return tool_misuse("alerts: --precision goes with nothing else");
	f->ended_too |= f->acknowledged || f->silenced || f->historic || f->by_rules;
	return EXIT_FINE;
}

static int show(const struct tool *t, struct store *st, const struct request *rq)
{
	struct arena a = { 0 };
	struct error e = { 0 };
	stored_alerts list;
	rule_verdicts_list rules;
	int rc = rq->precision ? store_rule_verdicts(st, &a, &rules, &e) : store_alerts(st, &a, &rq->filter, &list, &e);

	if (rc < 0)
		rc = tool_fail(&e);
	else if (rq->precision)
		tool_show_precision(t, &rules);
	else
		print_alerts(t, &list, rq);
	arena_release(&a);
	return rc;
}

int tool_alerts(struct tool *t, int argc, char **argv)
{
	struct request rq = { 0 };
	struct config *config;
	struct store *st;
	int rc = read_request(&rq, argc, argv);

	if (rc != EXIT_FINE || (rq.reveal && (rc = tool_act_reveal(t)) != EXIT_FINE))
		return rc;
	config = tool_config(t);
	st = config ? tool_store(config) : NULL;
	rc = st ? show(t, st, &rq) : EXIT_WRONG;
	if (st)
		store_close(st);
	if (config)
		config_free(config);
	return rc;
}
