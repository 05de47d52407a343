/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the alert policy made of an incident, in words: a line a message or a reason, under a line that names the alert.
 */
#include "base/wrap.h"
#include "cli/explain.h"
#include "io/clock.h"

#define INDENT 4
#define HANG   8

struct telling_story {
	const struct story *s;
	const struct explanation *x;
	struct arena *a;
	struct buf line, *out;
};

/* In UTC, as the heading says. */
static struct str moment(const struct telling_story *t, int64_t at)
{
	struct str iso = date_format(t->a, at);

	return arena_printf(t->a, "%.10s %.5s", iso.p, iso.p + 11);
}

static void end_line(struct telling_story *t, size_t hang)
{
	wrap_line(buf_str(&t->line), hang, t->x->width ? t->x->width : WRAP_WIDTH, t->out);
	buf_reset(&t->line);
}

/* ---- what the alert is ---- */

static void tell_alert(struct telling_story *t)
{
	const struct told *told = &t->s->alert.told;

	buf_printf(&t->line, "  alert %s: %.*s (%.*s%s%.*s), %s, %s", told->id, STR_ARG(told->rule),
		   STR_ARG(told->member.n ? told->member : STR("case")), told->other.n ? " and " : "",
		   STR_ARG(told->other), severity_words.words[told->severity],
		   told->gone ? "retracted" : incident_state_words.words[told->state]);
	buf_printf(&t->line, "; opened %.*s in session %zu", STR_ARG(date_format_day(t->a, told->opened_at)),
		   told->opened_ordinal);
	if (told->changed_at != told->opened_at)
		buf_printf(&t->line, ", last change %.*s in session %zu",
			   STR_ARG(date_format_day(t->a, told->changed_at)), told->changed_ordinal);
	end_line(t, INDENT);
}

/* ---- messages ---- */

static void put_outcome(struct telling_story *t, const struct story_message *m)
{
	struct str outcome = m->sent.outcome;

	if (str_is(outcome, "undelivered"))
		buf_puts(&t->line, STR("to nobody: no route takes it"));
	else if (str_is(outcome, "delivered"))
		buf_printf(&t->line, "delivered %.*s", STR_ARG(moment(t, m->sent.outcome_at)));
	else if (str_is(outcome, "dropped"))
		buf_printf(&t->line, "given up by a person %.*s", STR_ARG(moment(t, m->sent.outcome_at)));
	else if (str_is(outcome, "dead"))
		buf_printf(&t->line, "not delivered, given up %.*s (`rupturectl outbox`)",
			   STR_ARG(moment(t, m->sent.outcome_at)));
	else if (m->in_hand && m->letter.state == LETTER_WAITING && m->letter.attempts)
		buf_printf(&t->line, "not delivered yet, tried %d times in vain, again %.*s", m->letter.attempts,
			   STR_ARG(moment(t, m->letter.due_at)));
	else
		buf_puts(&t->line, STR("on its way"));
	if (m->in_hand && m->letter.why.n && !str_is(outcome, "delivered"))
		buf_printf(&t->line, ": %.*s", STR_ARG(m->letter.why));
}

static const char *group_words(struct str group)
{
	if (str_is(group, "digest"))
		return ", in a digest";
	return str_is(group, "case") ? ", with others of the case" : ", with others of the route";
}

static void tell_message(struct telling_story *t, const struct story_message *m)
{
	const struct outbox_row *row = &m->sent.message;

	buf_printf(&t->line, "%*s%.*s  %.*s%s%.*s", INDENT, "", STR_ARG(moment(t, row->at)), STR_ARG(m->state),
		   m->state.n ? ", " : "", STR_ARG(m->severity));
	if (m->escalated)
		buf_puts(&t->line, STR(", escalated: nobody acknowledged it in time"));
	if (m->reminder)
		buf_puts(&t->line, STR(", again as somebody asked"));
	if (m->to_fallback)
		buf_puts(&t->line, STR(", to the fallback in place of a sink that was given up"));
	if (m->group.n)
		buf_puts(&t->line, str_of(group_words(m->group)));
	if (row->sink.n)
		buf_printf(&t->line, ", to %.*s by route \"%.*s\": ", STR_ARG(row->sink), STR_ARG(row->route));
	else
		buf_puts(&t->line, STR(", "));
	put_outcome(t, m);
	end_line(t, HANG);
}

static void tell_wait(struct telling_story *t, const struct story_wait *w)
{
	const struct held_row *h = &w->held;

	buf_printf(&t->line, "%*sheld since %.*s, %s, ", INDENT, "", STR_ARG(moment(t, h->at)),
		   severity_words.words[h->severity]);
	if (h->kind == HELD_DIGEST)
		buf_printf(&t->line, "for the digest of %.*s", STR_ARG(moment(t, h->due_at)));
	else
		buf_printf(&t->line, "for others of its %s until %.*s", h->kind == HELD_CASE ? "case" : "route",
			   STR_ARG(moment(t, h->due_at)));
	buf_printf(&t->line, ", to %.*s by route \"%.*s\"", STR_ARG(h->sink), STR_ARG(h->route));
	if (w->over_budget)
		buf_printf(&t->line, ": the budget of %lld messages a week (\"%.*s\") was spent", (long long)w->budget,
			   STR_ARG(h->budget));
	end_line(t, HANG);
}

/* ---- what nobody heard, and why ---- */

static void tell(struct telling_story *t, struct str text)
{
	buf_printf(&t->line, "%*s%.*s", INDENT, "", STR_ARG(text));
	end_line(t, HANG);
}

/* What keeps the rule quiet from now on; NULL: nothing. */
static const char *status_reason(const struct rule *rule)
{
	if (!rule)
		return "the rule is not in force any more";
	if (rule->switched_off)
		return "the rule is switched off by the administrator (`switched_off` in the configuration)";
	if (rule->status == STATUS_RETIRED)
		return "the rule is retired";
	if (rule->status == STATUS_DRAFT)
		return "the rule is a draft";
	return rule->status == STATUS_TEST ? "the rule is under test: what it finds is listed and told to nobody"
					   : NULL;
}

/* Decided on, and neither sent, as far as that is remembered, nor waiting. */
static void tell_no_message(struct telling_story *t)
{
	const struct told *told = &t->s->alert.told;

	if (!t->s->heard_by.n) {
		tell(t, STR("nothing of it was sent to anybody: what was held was dropped before it went"));
		return;
	}
	tell(t, arena_printf(t->a,
			     "told %d time%s, last as %s, %s; the messages themselves are forgotten "
			     "(`retention`)",
			     told->announcements, told->announcements == 1 ? "" : "s",
			     alert_state_word(told->heard_state), severity_words.words[told->heard_severity]));
}

static void tell_untold(struct telling_story *t)
{
	const struct told *told = &t->s->alert.told;
	bool now_as_told = told->told_state == TOLD_NOTHING || (int)told->state == told->told_state;

	if (told->announcements && !t->s->messages.n && !t->s->waits.n)
		tell_no_message(t);
	if (told->gone)
		tell(t, STR("retracted: judged again with what came since, the rule does not find it any more"));
	if (told->by_rules)
		tell(t, STR("its last change came from changed rules: that is told to nobody"));
	else if (told->historic)
		tell(t,
		     STR("its last change was older than `announce_within` when it was first judged: that is historic, "
			 "and told to nobody"));
	else if (!told->announcements && told->told_state == TOLD_NOTHING)
		tell(t, STR("not told to anybody: it was over, or the rule was not to be told of, before anybody could "
			    "be"));
	else if (!told->announcements && told->silenced_at == DATE_NONE && !status_reason(t->s->rule))
		tell(t, STR("not told to anybody: the rule is under test, or was"));
	if (!now_as_told && !told->gone && !told->by_rules)
		tell(t,
		     arena_printf(t->a, "it is %s since: that is not told", incident_state_words.words[told->state]));
}

static struct str silence_words(const struct telling_story *t, const struct silence *s)
{
	return arena_printf(t->a, "silence %lld of %.*s, %s%.*s (%.*s)", (long long)s->number, STR_ARG(s->made_by),
			    s->until == DATE_NONE ? "until the next session" : "until ",
			    STR_ARG(s->until == DATE_NONE ? STR("") : moment(t, s->until)), STR_ARG(s->reason));
}

static void tell_silences(struct telling_story *t)
{
	const struct story *s = t->s;

	if (s->kept_back_by.number)
		tell(t, arena_printf(t->a, "kept back %.*s by %.*s", STR_ARG(moment(t, s->alert.told.silenced_at)),
				     STR_ARG(silence_words(t, &s->kept_back_by))));
	if (s->covered && s->silence.number != s->kept_back_by.number)
		tell(t, arena_printf(t->a, "covered now by %.*s", STR_ARG(silence_words(t, &s->silence))));
}

static void tell_acts(struct telling_story *t)
{
	const struct stored_alert *s = &t->s->alert;

	if (s->told.acknowledged_by.n)
		tell(t, arena_printf(t->a, "acknowledged %.*s by %.*s", STR_ARG(moment(t, s->told.acknowledged_at)),
				     STR_ARG(s->told.acknowledged_by)));
	if (s->snoozed)
		tell(t, arena_printf(t->a, "snoozed: told again %.*s if it is not over",
				     STR_ARG(s->snoozed_until == DATE_NONE ? STR("at the next session")
									   : moment(t, s->snoozed_until))));
	if (s->escalates_at != DATE_NONE)
		tell(t, arena_printf(t->a, "escalates %.*s unless somebody acknowledges it",
				     STR_ARG(moment(t, s->escalates_at))));
	if (s->verdict.at != DATE_NONE)
		tell(t, arena_printf(t->a, "%s, says %.*s%s%.*s", s->verdict.useful ? "useful" : "noise",
				     STR_ARG(s->verdict.who), s->verdict.note.n ? ": " : "", STR_ARG(s->verdict.note)));
}

static void tell_rule(struct telling_story *t)
{
	const struct rule *rule = t->s->rule;
	const struct history *h = t->x->history;
	const char *why = status_reason(rule);
	const struct exception *e =
		rule && h->n && rule->exceptions.n ? exception_for(rule, h, h->n - 1, clock_now()) : NULL;

	if (why)
		tell(t, str_of(why));
	if (e)
		tell(t, arena_printf(t->a, "excepted until %.*s (%.*s:%u): %.*s", STR_ARG(e->until_words),
				     STR_ARG(e->file), e->at.line, STR_ARG(e->reason)));
}

void explain_story_text(const struct story *s, const struct explanation *x, struct buf *out)
{
	struct arena a = { 0 };
	struct telling_story t = { .s = s, .x = x, .a = &a, .out = out };

	tell_alert(&t);
	for (size_t i = 0; i < s->messages.n; i++)
		tell_message(&t, &s->messages.items[i]);
	for (size_t i = 0; i < s->waits.n; i++)
		tell_wait(&t, &s->waits.items[i]);
	tell_untold(&t);
	tell_silences(&t);
	tell_acts(&t);
	tell_rule(&t);
	buf_release(&t.line);
	arena_release(&a);
}

/* ---- JSON ---- */

static void put(struct json *j, const char *key, struct str value)
{
	json_key(j, key);
	json_str(j, value);
}

static void put_date(struct json *j, const char *key, int64_t at)
{
	struct arena a = { 0 };

	put(j, key, at == DATE_NONE ? (struct str){ NULL, 0 } : date_format(&a, at));
	arena_release(&a);
}

static void put_flag(struct json *j, const char *key, bool set)
{
	json_key(j, key);
	json_bool(j, set);
}

static void json_message(const struct story_message *m, struct json *j)
{
	const struct outbox_row *row = &m->sent.message;

	json_map(j);
	put(j, "key", row->key);
	put_date(j, "at", row->at);
	put(j, "state", m->state);
	put(j, "severity", m->severity);
	put(j, "route", row->route);
	put(j, "sink", row->sink.n ? row->sink : (struct str){ NULL, 0 });
	put(j, "group", m->group);
	put_flag(j, "escalated", m->escalated);
	put_flag(j, "reminder", m->reminder);
	put_flag(j, "to_fallback", m->to_fallback);
	put(j, "outcome", m->sent.outcome);
	put_date(j, "outcome_at", m->sent.outcome_at);
	json_key(j, "attempts");
	if (m->in_hand)
		json_int(j, m->letter.attempts);
	else
		json_null(j);
	json_end_map(j);
}

static void json_wait(const struct story_wait *w, struct json *j)
{
	static const char *const kinds[] = { [HELD_CASE] = "case", [HELD_ROUTE] = "route", [HELD_DIGEST] = "digest" };

	json_map(j);
	put_date(j, "since", w->held.at);
	put_date(j, "until", w->held.due_at);
	put(j, "for", str_of(kinds[w->held.kind]));
	put(j, "severity", str_of(severity_words.words[w->held.severity]));
	put(j, "route", w->held.route);
	put(j, "sink", w->held.sink);
	put_flag(j, "over_budget", w->over_budget);
	json_end_map(j);
}

static void json_silence(const struct silence *s, struct json *j)
{
	if (!s) {
		json_null(j);
		return;
	}
	json_map(j);
	json_key(j, "silence");
	json_int(j, s->number);
	put(j, "by", s->made_by);
	put_date(j, "until", s->until);
	put(j, "reason", s->reason);
	json_end_map(j);
}

static void json_acts(const struct story *s, struct json *j)
{
	const struct told *t = &s->alert.told;

	put_flag(j, "historic", t->historic);
	put_flag(j, "by_rules", t->by_rules);
	json_key(j, "kept_back_by");
	json_silence(s->kept_back_by.number ? &s->kept_back_by : NULL, j);
	json_key(j, "covered_by");
	json_silence(s->covered ? &s->silence : NULL, j);
	put(j, "acknowledged_by", t->acknowledged_by);
	put_date(j, "acknowledged", t->acknowledged_at);
	put_flag(j, "snoozed", s->alert.snoozed);
	put_date(j, "snoozed_until", s->alert.snoozed_until);
	put_date(j, "escalates", s->alert.escalates_at);
	put(j, "rule_is_quiet", str_of(status_reason(s->rule)));
}

void explain_story_json(const struct story *s, struct json *j)
{
	const struct told *t = &s->alert.told;

	json_map(j);
	put(j, "alert", str_of(t->id));
	put(j, "case", s->alert.case_token);
	put(j, "rule", t->rule);
	put(j, "member", t->member);
	put(j, "other", t->other);
	put(j, "state", str_of(t->gone ? "retracted" : incident_state_words.words[t->state]));
	put(j, "severity", str_of(severity_words.words[t->severity]));
	json_key(j, "announcements");
	json_int(j, t->announcements);
	json_key(j, "told");
	json_list(j);
	for (size_t i = 0; i < s->messages.n; i++)
		json_message(&s->messages.items[i], j);
	json_end_list(j);
	json_key(j, "waits");
	json_list(j);
	for (size_t i = 0; i < s->waits.n; i++)
		json_wait(&s->waits.items[i], j);
	json_end_list(j);
	json_acts(s, j);
	json_end_map(j);
}
