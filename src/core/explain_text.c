/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/explain_internal.h"
#include "core/why_not.h"

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

	if (explain_stayed_quiet(e) && !is_told && why_not_signal(e->rule, i, r, &said))
		buf_printf(out, "; %.*s", STR_ARG(buf_str(&said)));
	buf_release(&said);
}

static void text_rule_why_not(const struct explained *e, struct buf *out)
{
	struct buf said = { 0 };

	if (explain_stayed_quiet(e) && !e->verdict.why && why_not_rule(e->rule, e->verdict.readings, &said))
		buf_printf(out, "      why not: %.*s\n", STR_ARG(buf_str(&said)));
	buf_release(&said);
}

static void text_signal(const struct explained *e, size_t i, struct buf *out)
{
	const struct signal *s = e->rule->signals[i];
	const struct reading *r = &e->verdict.readings[i];
	struct buf found = { 0 }, asked = { 0 };

	text_found(s, r, &found);
	explain_asked(s, &asked);
	buf_printf(out, "      %-8s %-15.*s%.*s", explain_truths[r->truth], STR_ARG(s->name), STR_ARG(buf_str(&found)));
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
		   fired ? severity_words.words[e->verdict.severity] : explain_truths[e->verdict.truth],
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

		for (size_t n = 0; explain_is_alert(x, incident) && n < incident->transitions.n; n++)
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

		if (!explain_is_shown(x, e, session))
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
