/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/explain_internal.h"
#include "core/why_not.h"

static void json_subject(const struct explanation *x, struct subject s, member_namer name, struct json *j)
{
	json_key(j, "member");
	json_str(j, name(x->history->roster, s.member));
	json_key(j, "other");
	json_str(j, name(x->history->roster, s.other));
}

static void json_evidence(const evidence_list *evidence, struct json *j)
{
	json_key(j, "evidence");
	json_list(j);
	for (size_t i = 0; i < evidence->n; i++)
		json_int(j, evidence->items[i].turn);
	json_end_list(j);
}

static void json_signal_why_not(const struct explained *e, size_t i, struct json *j)
{
	struct buf said = { 0 };
	bool any = explain_stayed_quiet(e) && why_not_signal(e->rule, i, &e->verdict.readings[i], &said);

	json_key(j, "why_not");
	json_str(j, any ? buf_str(&said) : (struct str){ NULL, 0 });
	json_key(j, "distance");
	json_number(j, any ? why_not_distance(e->rule->signals[i], &e->verdict.readings[i]) : NAN);
	buf_release(&said);
}

static void json_signal(const struct explanation *x, const struct explained *e, size_t i, member_namer name,
			struct json *j)
{
	const struct signal *s = e->rule->signals[i];
	const struct reading *r = &e->verdict.readings[i];
	struct buf asked = { 0 };

	explain_asked(s, &asked);
	json_map(j);
	json_key(j, "rule");
	json_str(j, e->rule->id);
	json_key(j, "signal");
	json_str(j, s->name);
	json_subject(x, e->verdict.subject, name, j);
	json_key(j, "value");
	json_number(j, r->raw);
	json_key(j, "threshold");
	json_str(j, asked.n ? buf_str(&asked) : (struct str){ NULL, 0 });
	json_key(j, "baseline");
	json_number(j, r->baseline);
	json_key(j, "sd");
	json_number(j, r->sd);
	json_key(j, "truth");
	json_z(j, explain_truths[r->truth]);
	json_key(j, "why");
	json_z(j, r->why);
	json_signal_why_not(e, i, j);
	json_evidence(&r->evidence, j);
	json_end_map(j);
	buf_release(&asked);
}

static void json_signals(const struct explanation *x, size_t session, member_namer name, struct json *j)
{
	json_key(j, "signals");
	json_list(j);
	for (size_t i = 0; i < x->all.n; i++) {
		const struct explained *e = &x->all.items[i];

		for (size_t s = 0; explain_is_shown(x, e, session) && s < e->rule->n_signals; s++)
			json_signal(x, e, s, name, j);
	}
	json_end_list(j);
}

static void json_excepted(const struct exception *exception, struct json *j)
{
	if (!exception) {
		json_z(j, NULL);
		return;
	}
	json_map(j);
	json_key(j, "until");
	json_str(j, exception->until_words);
	json_key(j, "reason");
	json_str(j, exception->reason);
	json_end_map(j);
}

static void json_rule_why_not(const struct explained *e, struct json *j)
{
	struct buf said = { 0 };
	bool any = explain_stayed_quiet(e) && !e->verdict.why && why_not_rule(e->rule, e->verdict.readings, &said);

	json_key(j, "why_not");
	json_str(j, any ? buf_str(&said) : (struct str){ NULL, 0 });
	buf_release(&said);
}

/* A session's start, or the time at which a timer was looked at after it. */
static void json_at(int64_t at, struct json *j)
{
	struct arena a = { 0 };

	json_key(j, "at");
	json_str(j, date_format(&a, at));
	arena_release(&a);
}

static void json_verdict(const struct explanation *x, const struct explained *e, member_namer name, struct json *j)
{
	json_map(j);
	json_key(j, "rule");
	json_str(j, e->rule->id);
	json_subject(x, e->verdict.subject, name, j);
	json_at(e->verdict.at, j);
	json_key(j, "truth");
	json_z(j, explain_truths[e->verdict.truth]);
	json_key(j, "severity");
	json_z(j, e->verdict.truth == TRUTH_TRUE ? severity_words.words[e->verdict.severity] : NULL);
	json_key(j, "why");
	json_z(j, e->verdict.why);
	json_rule_why_not(e, j);
	json_key(j, "excepted");
	json_excepted(e->verdict.excepted, j);
	json_end_map(j);
}

static void json_verdicts(const struct explanation *x, size_t session, member_namer name, struct json *j)
{
	json_key(j, "verdicts");
	json_list(j);
	for (size_t i = 0; i < x->all.n; i++)
		if (explain_is_shown(x, &x->all.items[i], session))
			json_verdict(x, &x->all.items[i], name, j);
	json_end_list(j);
}

static void json_transition(const struct explanation *x, const struct incident *incident, const struct transition *t,
			    member_namer name, struct json *j)
{
	json_map(j);
	json_key(j, "rule");
	json_str(j, x->rules->rules[incident->rule].id);
	json_subject(x, incident->subject, name, j);
	json_at(t->at, j);
	json_key(j, "state");
	json_z(j, incident_state_words.words[t->state]);
	json_key(j, "severity");
	json_z(j, severity_words.words[t->severity]);
	json_key(j, "quietly");
	json_bool(j, t->quietly);
	json_key(j, "why");
	json_z(j, t->why);
	json_end_map(j);
}

static void json_alerts(const struct explanation *x, size_t session, member_namer name, struct json *j)
{
	const struct incident_set *set = &x->judgement->incidents;

	json_key(j, "alerts");
	json_list(j);
	for (size_t i = 0; i < set->all.n; i++) {
		const struct incident *incident = &set->all.items[i];

		for (size_t t = 0; explain_is_alert(x, incident) && t < incident->transitions.n; t++)
			if (incident->transitions.items[t].session == session)
				json_transition(x, incident, &incident->transitions.items[t], name, j);
	}
	json_end_list(j);
}

void explain_json(const struct explanation *x, size_t session, member_namer name, struct json *j)
{
	json_signals(x, session, name, j);
	json_verdicts(x, session, name, j);
	json_alerts(x, session, name, j);
}

static void json_words(const struct explanation *x, size_t ordinal, struct json *j)
{
	json_key(j, "said");
	json_list(j);
	for (size_t i = 0; i < x->words.n; i++) {
		const struct explained_words *w = &x->words.items[i];

		if (w->ordinal != ordinal)
			continue;
		json_map(j);
		json_key(j, "turn");
		json_int(j, w->turn);
		json_key(j, "at");
		json_number(j, w->at);
		json_key(j, "from");
		json_str(j, w->from);
		json_key(j, "to");
		json_str(j, w->to);
		json_key(j, "text");
		json_str(j, w->text);
		json_end_map(j);
	}
	json_end_list(j);
}

void explain_session_json(const struct explanation *x, size_t session, struct str case_name, member_namer name,
			  struct json *j)
{
	json_map(j);
	json_key(j, "case");
	json_str(j, case_name);
	json_key(j, "session");
	json_int(j, (int64_t)x->history->sessions[session].ordinal);
	explain_json(x, session, name, j);
	if (x->words.n)
		json_words(x, x->history->sessions[session].ordinal, j);
	json_end_map(j);
}
