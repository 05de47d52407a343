/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/explain.h"

#include "core/why_not.h"

static const char *const truth_names[] = { "false", "no_data", "true" };

struct collecting {
	struct arena *a;
	struct explanation *x;
};

/* The readings of a verdict live as long as the call; their evidence has to be kept too. */
static void keep_evidence(struct arena *a, evidence_list *list)
{
	struct evidence *items = ARENA_ARRAY(a, struct evidence, list->n);

	if (list->n)
		memcpy(items, list->items, list->n * sizeof *items);
	list->items = items;
	list->cap = list->n;
}

static void keep_verdict(void *user, const struct verdict *v)
{
	struct collecting *c = user;
	const struct rule *rule = &c->x->rules->rules[v->rule];
	struct explained *kept = VEC_PUSH(c->a, &c->x->all);
	struct reading *readings = ARENA_ARRAY(c->a, struct reading, rule->n_signals);

	if (rule->n_signals)
		memcpy(readings, v->readings, rule->n_signals * sizeof *readings);
	for (size_t i = 0; i < rule->n_signals; i++) {
		keep_evidence(c->a, &readings[i].evidence);
		if (readings[i].why)
			readings[i].why = arena_dup(c->a, str_of(readings[i].why)).p;
	}
	*kept = (struct explained){ .verdict = *v, .rule = rule };
	kept->verdict.readings = readings;
	kept->verdict.why = arena_dup(c->a, str_of(v->why)).p;
}

struct explanation *explain(struct arena *a, const struct history *history, const struct ruleset *rules, int64_t as_of)
{
	struct explanation *x = ARENA_NEW(a, struct explanation);
	struct collecting c = { a, x };
	struct judge_trace trace = { keep_verdict, &c };

	x->history = history;
	x->rules = rules;
	x->judgement = judge(a, history, rules, as_of, &trace);
	return x;
}

struct str member_token(const struct roster *roster, int member)
{
	return member < 0 ? (struct str){ NULL, 0 } : roster->members.items[member].token;
}

struct str member_local(const struct roster *roster, int member)
{
	return member < 0 ? (struct str){ NULL, 0 } : roster->members.items[member].local;
}

static bool is_named(const struct explanation *x, int member, struct str token)
{
	return str_eq(member_token(x->history->roster, member), token);
}

static bool is_about(const struct explanation *x, const struct rule *rule, struct subject s)
{
	return !x->about.rule.n || (str_eq(rule->id, x->about.rule) && is_named(x, s.member, x->about.member) &&
				    is_named(x, s.other, x->about.other));
}

/* Whether the verdict belongs to what is shown of the session. */
static bool is_shown(const struct explanation *x, const struct explained *e, size_t session)
{
	return e->verdict.session == session && is_about(x, e->rule, e->verdict.subject);
}

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

static void doc_words(const struct doc *doc, struct buf *out)
{
	if (doc->kind == DOC_SCALAR)
		buf_puts(out, doc->text);
	for (size_t i = 0; doc->kind == DOC_LIST && i < doc->n; i++) {
		buf_puts(out, i ? STR(", ") : STR(""));
		doc_words(doc->items[i], out);
	}
}

static void key_words(struct str key, struct buf *out)
{
	for (size_t i = 0; i < key.n; i++)
		buf_putc(out, key.p[i] == '_' ? ' ' : key.p[i]);
}

/* What the signal asks for: its threshold, or where it has none all that stands behind its selector, as written. */
static void asked_words(const struct signal *s, struct buf *out)
{
	const struct doc *source = s->source;

	if (s->threshold.words.n) {
		buf_puts(out, s->threshold.words);
		return;
	}
	for (size_t i = 1; source->kind == DOC_MAP && i < source->n; i++) {
		buf_puts(out, i > 1 ? STR(", ") : STR(""));
		if (!str_is(source->pairs[i].key, "is")) {
			key_words(source->pairs[i].key, out);
			buf_putc(out, ' ');
		}
		doc_words(source->pairs[i].value, out);
	}
}

/* A rule that fired, or is excepted, has no "why not". */
static bool stayed_quiet(const struct explained *e)
{
	return e->verdict.truth != TRUTH_TRUE && !e->verdict.excepted;
}

static void json_signal_why_not(const struct explained *e, size_t i, struct json *j)
{
	struct buf said = { 0 };
	bool any = stayed_quiet(e) && why_not_signal(e->rule, i, &e->verdict.readings[i], &said);

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

	asked_words(s, &asked);
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
	json_z(j, truth_names[r->truth]);
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

		for (size_t s = 0; is_shown(x, e, session) && s < e->rule->n_signals; s++)
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
	bool any = stayed_quiet(e) && !e->verdict.why && why_not_rule(e->rule, e->verdict.readings, &said);

	json_key(j, "why_not");
	json_str(j, any ? buf_str(&said) : (struct str){ NULL, 0 });
	buf_release(&said);
}

static void json_verdict(const struct explanation *x, const struct explained *e, member_namer name, struct json *j)
{
	json_map(j);
	json_key(j, "rule");
	json_str(j, e->rule->id);
	json_subject(x, e->verdict.subject, name, j);
	json_key(j, "truth");
	json_z(j, truth_names[e->verdict.truth]);
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
		if (is_shown(x, &x->all.items[i], session))
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

/* Strengths are judged like rules and never announced. */
static bool is_alert(const struct explanation *x, const struct incident *incident)
{
	const struct rule *rule = &x->rules->rules[incident->rule];

	return !rule->strength && rule->status == STATUS_ACTIVE && is_about(x, rule, incident->subject);
}

static void json_alerts(const struct explanation *x, size_t session, member_namer name, struct json *j)
{
	const struct incident_set *set = &x->judgement->incidents;

	json_key(j, "alerts");
	json_list(j);
	for (size_t i = 0; i < set->all.n; i++) {
		const struct incident *incident = &set->all.items[i];

		for (size_t t = 0; is_alert(x, incident) && t < incident->transitions.n; t++)
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

static void text_subject(const struct explanation *x, struct subject s, member_namer name, struct buf *out)
{
	if (s.member < 0)
		buf_puts(out, STR("case"));
	else
		buf_puts(out, name(x->history->roster, s.member));
	if (s.other >= 0)
		buf_printf(out, " and %.*s", STR_ARG(name(x->history->roster, s.other)));
}

static void text_evidence(const evidence_list *evidence, struct buf *out)
{
	if (!evidence->n)
		return;
	buf_printf(out, "; turn%s", evidence->n > 1 ? "s" : "");
	for (size_t i = 0; i < evidence->n && i < 12; i++)
		buf_printf(out, "%s %u", i ? "," : "", evidence->items[i].turn);
	if (evidence->n > 12)
		buf_printf(out, " and %zu more", evidence->n - 12);
}

/* "30 (own usual 36.5, sd 1, over 3 sessions), that is -6.5 sd" */
static void text_value(const struct signal *s, const struct reading *r, struct buf *out)
{
	bool chart = s->versus == BASELINE_CONTROL_CHART;
	enum unit unit = s->versus == BASELINE_NONE ? s->threshold.unit : s->versus_unit;

	if (!isnan(r->raw))
		buf_printf(out, " %.4g%s", r->raw, s->threshold.unit == UNIT_PERCENT ? "%" : "");
	if (!isnan(r->baseline))
		buf_printf(out, " (own usual %.4g, sd %.3g, over %zu sessions)", r->baseline, r->sd, r->baseline_n);
	if (chart && !isnan(r->limit))
		buf_printf(out, "; the control chart's limit is %.4g", r->limit);
	if (s->in_m)
		buf_printf(out, "%s, in %.0f of the last %d sessions (%d asked for)",
			   isnan(r->raw) ? " no data now" : " now", r->value, s->in_m, s->in_n);
	else if (!chart && !isnan(r->value) && !isnan(r->raw) && fabs(r->value) != fabs(r->raw))
		buf_printf(out, ", that is %.3g%s%s", r->value, *unit_word(unit) ? " " : "", unit_word(unit));
}

static void text_why(const struct signal *s, const struct reading *r, struct buf *out)
{
	buf_printf(out, " %s", r->why);
	if (s->versus != BASELINE_NONE && r->baseline_n < (size_t)s->needs)
		buf_printf(out, " (%zu of %d)", r->baseline_n, s->needs);
}

/* A yes or no has no number; time is in days. */
static void text_found(const struct signal *s, const struct reading *r, struct buf *out)
{
	bool days = s->times_of_interval[0].words.n || s->times_of_interval[1].words.n;

	if (r->truth == TRUTH_NO_DATA && r->why)
		text_why(s, r, out);
	else if (days && !isnan(r->raw))
		buf_printf(out, " %.3g days", r->raw);
	else if (!s->kind->read_truth || s->threshold.words.n)
		text_value(s, r, out);
}

/* "38; asks for less than 36": the value at which it would turn stands there already. */
static bool asked_is_limit(const struct signal *s, const struct reading *r)
{
	return s->versus == BASELINE_NONE && r->limit == s->threshold.a && !s->in_m && !s->within_sessions &&
	       !(s->within_days > 0);
}

static void text_signal_why_not(const struct explained *e, size_t i, struct buf *out)
{
	struct buf said = { 0 };

	const struct reading *r = &e->verdict.readings[i];
	/* So does why it is unknown. */
	bool is_told = r->truth == TRUTH_NO_DATA ? r->true_at == DATE_NONE : asked_is_limit(e->rule->signals[i], r);

	if (stayed_quiet(e) && !is_told && why_not_signal(e->rule, i, r, &said))
		buf_printf(out, "; %.*s", STR_ARG(buf_str(&said)));
	buf_release(&said);
}

static void text_rule_why_not(const struct explained *e, struct buf *out)
{
	struct buf said = { 0 };

	if (stayed_quiet(e) && !e->verdict.why && why_not_rule(e->rule, e->verdict.readings, &said))
		buf_printf(out, "      why not: %.*s\n", STR_ARG(buf_str(&said)));
	buf_release(&said);
}

static void text_signal(const struct explained *e, size_t i, struct buf *out)
{
	const struct signal *s = e->rule->signals[i];
	const struct reading *r = &e->verdict.readings[i];
	struct buf found = { 0 }, asked = { 0 };

	text_found(s, r, &found);
	asked_words(s, &asked);
	buf_printf(out, "      %-8s %-15.*s%.*s", truth_names[r->truth], STR_ARG(s->name), STR_ARG(buf_str(&found)));
	if (asked.n)
		buf_printf(out, "%s asks for %.*s", found.n ? ";" : "", STR_ARG(buf_str(&asked)));
	text_evidence(&r->evidence, out);
	text_signal_why_not(e, i, out);
	buf_putc(out, '\n');
	buf_release(&found);
	buf_release(&asked);
}

static void text_verdict(const struct explanation *x, const struct explained *e, member_namer name, struct buf *out)
{
	bool fired = e->verdict.truth == TRUTH_TRUE;

	buf_printf(out, "  %-8s %.*s (",
		   fired ? severity_words.words[e->verdict.severity] : truth_names[e->verdict.truth],
		   STR_ARG(e->rule->id));
	text_subject(x, e->verdict.subject, name, out);
	buf_printf(out, "): %.*s", STR_ARG(e->rule->title));
	if (e->rule->status == STATUS_TEST)
		buf_puts(out, STR(" [under test: listed, not sent]"));
	if (e->verdict.capped)
		buf_puts(out, STR(" [the transcript alone: no more than a notice]"));
	if (e->verdict.raised)
		buf_puts(out, STR(" [raised: several channels agree]"));
	if (e->verdict.why)
		buf_printf(out, " [%s]", e->verdict.why);
	buf_putc(out, '\n');
	for (size_t i = 0; !e->verdict.excepted && i < e->rule->n_signals; i++)
		text_signal(e, i, out);
	text_rule_why_not(e, out);
}

static void text_transition(const struct explanation *x, const struct incident *incident, const struct transition *t,
			    member_namer name, struct buf *out)
{
	buf_printf(out, "  -> %s%s: %.*s (", incident_state_words.words[t->state], t->quietly ? ", quietly" : "",
		   STR_ARG(x->rules->rules[incident->rule].id));
	text_subject(x, incident->subject, name, out);
	buf_printf(out, "), %s\n", t->why);
}

static void text_transitions(const struct explanation *x, size_t session, member_namer name, struct buf *out)
{
	const struct incident_set *set = &x->judgement->incidents;

	for (size_t i = 0; i < set->all.n; i++) {
		const struct incident *incident = &set->all.items[i];

		for (size_t n = 0; is_alert(x, incident) && n < incident->transitions.n; n++)
			if (incident->transitions.items[n].session == session)
				text_transition(x, incident, &incident->transitions.items[n], name, out);
	}
}

void explain_text(const struct explanation *x, size_t session, member_namer name, enum explain_detail detail,
		  struct buf *out)
{
	size_t fired = 0, quiet = 0, unknown = 0;

	for (size_t i = 0; i < x->all.n; i++) {
		const struct explained *e = &x->all.items[i];

		if (!is_shown(x, e, session))
			continue;
		fired += e->verdict.truth == TRUTH_TRUE;
		quiet += e->verdict.truth == TRUTH_FALSE;
		unknown += e->verdict.truth == TRUTH_NO_DATA;
		if (detail == EXPLAIN_ALL || e->verdict.truth == TRUTH_TRUE || e->verdict.excepted)
			text_verdict(x, e, name, out);
	}
	text_transitions(x, session, name, out);
	if (!x->about.rule.n)
		buf_printf(out, "  %zu fired, %zu did not, %zu had no data\n", fired, quiet, unknown);
}

void explain_rule_text(const struct explanation *x, size_t rule, int64_t at, member_namer name, struct buf *out)
{
	for (size_t i = 0; i < x->all.n; i++)
		if (x->all.items[i].verdict.rule == rule && x->all.items[i].verdict.at == at)
			text_verdict(x, &x->all.items[i], name, out);
}
