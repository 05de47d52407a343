/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/wrap.h"
#include "core/explain_internal.h"
#include "core/why_not.h"

#define FOUND_AT    31 /* the column at which a signal's findings begin */
#define TURNS_SHOWN 12
#define NOISE	    1e-9 /* a difference so small is none */

/* The line that was made, and its memory for the next. */
static void put_line(const struct explanation *x, struct buf *line, size_t hang, struct buf *out)
{
	wrap_line(buf_str(line), hang, x->width ? x->width : WRAP_WIDTH, out);
	buf_reset(line);
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
	for (size_t i = 0; i < evidence->n && i < TURNS_SHOWN; i++)
		buf_printf(out, "%s %u", i ? "," : "", evidence->items[i].turn);
	if (evidence->n > TURNS_SHOWN)
		buf_printf(out, " and %zu more", evidence->n - TURNS_SHOWN);
}

/* In what the difference from the usual is counted. */
static const char *versus_words(const struct signal *s)
{
	if (s->versus_unit == UNIT_SD)
		return " sd";
	return s->versus_unit == UNIT_PERCENT ? " times the usual" : " off the usual";
}

/* "30 (own usual 36.5, sd 1, over 3 sessions), that is -6.5 sd" */
static void text_value(const struct signal *s, const struct reading *r, struct buf *out)
{
	bool chart = s->versus == BASELINE_CONTROL_CHART;
	const char *unit = s->versus == BASELINE_NONE ? unit_word(s->threshold.unit) : versus_words(s);

	if (r->whole > 0 && s->threshold.unit == UNIT_PERCENT && s->versus == BASELINE_NONE && !isnan(r->raw))
		buf_printf(out, " %.6g of %.6g,", r->part, r->whole);
	if (!isnan(r->raw))
		buf_printf(out, " %.4g%s", r->raw, s->threshold.unit == UNIT_PERCENT ? "%" : "");
	if (!isnan(r->baseline))
		buf_printf(out, " (own usual %.4g, sd %.3g, over %zu sessions)", r->baseline, r->sd, r->baseline_n);
	if (chart && !isnan(r->limit))
		buf_printf(out, "; the control chart's limit is %.4g", r->limit);
	if (s->in_m)
		buf_printf(out, "%s, in %.0f of the last %d sessions", isnan(r->raw) ? " no data now" : " now",
			   r->value, s->in_m);
	else if (!chart && !isnan(r->value) && !isnan(r->raw) && fabs(r->value) != fabs(r->raw))
		buf_printf(out, ", that is %.3g%s%s", fabs(r->value) < NOISE ? 0 : r->value,
			   s->versus == BASELINE_NONE && *unit ? " " : "", unit);
}

static void text_why(const struct signal *s, const struct reading *r, struct buf *out)
{
	buf_printf(out, " %s", r->why);
	if (s->versus != BASELINE_NONE && !s->in_m && r->baseline_n < (size_t)s->needs)
		buf_printf(out, " (%zu of %d)", r->baseline_n, s->needs);
}

static bool is_in_days(const struct signal *s)
{
	return s->times_of_interval[0].words.n || s->times_of_interval[1].words.n;
}

/* A yes or no has no number; time is in days. */
static void text_found(const struct signal *s, const struct reading *r, struct buf *out)
{
	if (r->truth == TRUTH_NO_DATA && r->why)
		text_why(s, r, out);
	else if (r->why && isnan(r->raw))
		buf_printf(out, " %s, which counts as %s", r->why, r->truth == TRUTH_TRUE ? "yes" : "no");
	else if (is_in_days(s) && !isnan(r->raw))
		buf_printf(out, " %.3g days", r->raw);
	else if (r->incident.n)
		buf_printf(out, " %.*s", STR_ARG(r->incident));
	else if (!s->kind->read_truth || s->threshold.words.n)
		text_value(s, r, out);
}

/* "38; asks for less than 36": the value at which it would turn stands there already. */
static bool asked_is_limit(const struct signal *s, const struct reading *r)
{
	return s->versus == BASELINE_NONE && r->limit == s->threshold.a && !s->in_m && !s->within_sessions &&
	       !(s->within_days > 0);
}

/* Where it says all that was found, and better. */
static bool is_all(const struct signal *s, const struct reading *r)
{
	bool share = r->whole > 0 && s->threshold.unit == UNIT_PERCENT && s->versus == BASELINE_NONE && !s->in_m;

	return (r->truth == TRUTH_NO_DATA && r->why && r->true_at == DATE_NONE) || (share && !isnan(r->raw));
}

/* What was found, and how far it is from being so; the latter absent where nothing more is to be said. */
static void text_reading(const struct explained *e, size_t i, struct buf *found, struct buf *why_not)
{
	const struct signal *s = e->rule->signals[i];
	const struct reading *r = &e->verdict.readings[i];
	bool any = explain_stayed_quiet(e) && why_not_signal(e->rule, i, r, why_not);

	if (any && is_all(s, r)) {
		buf_printf(found, " %.*s", STR_ARG(buf_str(why_not)));
		buf_reset(why_not);
		return;
	}
	text_found(s, r, found);
	if (any && r->truth != TRUTH_NO_DATA && asked_is_limit(s, r))
		buf_reset(why_not);
}

static void put_measure(const char *name, struct buf *out)
{
	for (; *name; name++)
		buf_putc(out, *name == '_' ? ' ' : *name);
	buf_putc(out, ' ');
}

/* Of what has no threshold the keys are listed: they are no sentence. */
static const char *asks(const struct signal *s)
{
	bool one = s->threshold.words.n || s->versus == BASELINE_CONTROL_CHART || is_in_days(s);

	return one ? "asks for" : "asked:";
}

/* "less than 36", "salience at least 3", "at most -2 sd", "less than 36 in 2 of the last 3 sessions" */
static void text_asked(const struct signal *s, struct buf *out)
{
	const char *measure = s->kind->measures[s->measure].name;
	bool plain = strcmp(measure, "value") == 0 || strcmp(measure, "count") == 0 || strcmp(measure, "change") == 0;

	if (s->threshold.words.n && s->versus == BASELINE_NONE && !plain)
		put_measure(measure, out);
	if (s->versus == BASELINE_CONTROL_CHART)
		buf_puts(out, STR("a value off the control chart"));
	else
		explain_asked(s, out);
	if (!s->threshold.words.n && s->versus != BASELINE_CONTROL_CHART)
		return;
	if (s->versus != BASELINE_NONE && s->versus != BASELINE_CONTROL_CHART)
		buf_puts(out, str_of(versus_words(s)));
	if (s->within_days > 0)
		buf_printf(out, " within %.4g days", s->within_days);
	if (s->within_sessions > 1)
		buf_printf(out, " within %d sessions", s->within_sessions);
	if (s->in_m)
		buf_printf(out, " in %d of the last %d sessions", s->in_n, s->in_m);
}

/* "turn 3, 0:42, m2 to t1: ..." below the signal of which it is evidence. */
static void text_words_of(const struct explanation *x, const struct evidence *e, struct buf *line, struct buf *out)
{
	for (size_t i = 0; i < x->words.n; i++) {
		const struct explained_words *w = &x->words.items[i];

		if (w->ordinal != e->ordinal || w->turn != e->turn)
			continue;
		buf_printf(line, "%*sturn %u, ", FOUND_AT, "", w->turn);
		if (!isnan(w->at))
			buf_printf(line, "%d:%02d, ", (int)w->at / 60, (int)w->at % 60);
		buf_printf(line, "%.*s%s%.*s: %.*s", STR_ARG(w->from), w->to.n ? " to " : "", STR_ARG(w->to),
			   STR_ARG(w->text));
		put_line(x, line, FOUND_AT + 2, out);
	}
}

static void text_signal(const struct explanation *x, const struct explained *e, size_t i, struct buf *out)
{
	const struct signal *s = e->rule->signals[i];
	const struct reading *r = &e->verdict.readings[i];
	struct buf found = { 0 }, asked = { 0 }, why_not = { 0 }, line = { 0 };

	text_reading(e, i, &found, &why_not);
	text_asked(s, &asked);
	buf_printf(&line, "      %-8s %-15.*s%.*s", explain_truths[r->truth], STR_ARG(s->name),
		   STR_ARG(buf_str(&found)));
	if (asked.n)
		buf_printf(&line, "%s %s %.*s", found.n ? ";" : "", asks(s), STR_ARG(buf_str(&asked)));
	text_evidence(&r->evidence, &line);
	if (why_not.n)
		buf_printf(&line, "; %.*s", STR_ARG(buf_str(&why_not)));
	put_line(x, &line, FOUND_AT, out);
	for (size_t t = 0; t < r->evidence.n; t++)
		text_words_of(x, &r->evidence.items[t], &line, out);
	buf_release(&found);
	buf_release(&asked);
	buf_release(&why_not);
	buf_release(&line);
}

static void text_heading(const struct explanation *x, const struct explained *e, member_namer name, struct buf *line)
{
	bool fired = e->verdict.truth == TRUTH_TRUE;

	buf_printf(line, "  %-8s %.*s (",
		   fired ? severity_words.words[e->verdict.severity] : explain_truths[e->verdict.truth],
		   STR_ARG(e->rule->id));
	text_subject(x, e->verdict.subject, name, line);
	buf_printf(line, "): %.*s", STR_ARG(e->rule->title));
	if (e->rule->status == STATUS_TEST)
		buf_puts(line, STR(" [under test: listed, not sent]"));
	if (e->verdict.capped)
		buf_puts(line, STR(" [the transcript alone: no more than a notice]"));
	if (e->verdict.raised)
		buf_puts(line, STR(" [raised: several channels agree]"));
	if (e->verdict.why)
		buf_printf(line, " [%s]", e->verdict.why);
}

static void text_rule_why_not(const struct explanation *x, const struct explained *e, struct buf *out)
{
	struct buf said = { 0 }, line = { 0 };

	if (explain_stayed_quiet(e) && !e->verdict.why && why_not_rule(e->rule, e->verdict.readings, &said)) {
		buf_printf(&line, "      why not: %.*s", STR_ARG(buf_str(&said)));
		put_line(x, &line, 15, out);
	}
	buf_release(&said);
	buf_release(&line);
}

/* What came later than the session itself was a timer's. */
static void text_when(const struct explanation *x, int64_t at, size_t session, struct buf *line)
{
	struct arena a = { 0 };

	if (at != x->history->sessions[session].started)
		buf_printf(line, " on %.*s", STR_ARG(date_format_day(&a, at)));
	arena_release(&a);
}

static void text_verdict(const struct explanation *x, const struct explained *e, member_namer name, struct buf *out)
{
	struct buf line = { 0 };

	text_heading(x, e, name, &line);
	if (e->verdict.at != x->history->sessions[e->verdict.session].started) {
		buf_puts(&line, STR(" [a timer,"));
		text_when(x, e->verdict.at, e->verdict.session, &line);
		buf_putc(&line, ']');
	}
	put_line(x, &line, 11, out);
	for (size_t i = 0; !e->verdict.excepted && i < e->rule->n_signals; i++)
		text_signal(x, e, i, out);
	if (!e->verdict.excepted && (e->verdict.truth == TRUTH_TRUE || x->about.rule.n))
		explain_tree(e, x->width ? x->width : WRAP_WIDTH, out);
	text_rule_why_not(x, e, out);
	buf_release(&line);
}

static void text_transition(const struct explanation *x, const struct incident *incident, const struct transition *t,
			    member_namer name, struct buf *out)
{
	struct buf line = { 0 };

	buf_printf(&line, "  -> %s%s", incident_state_words.words[t->state], t->quietly ? ", quietly" : "");
	text_when(x, t->at, t->session, &line);
	buf_printf(&line, ": %.*s (", STR_ARG(x->rules->rules[incident->rule].id));
	text_subject(x, incident->subject, name, &line);
	buf_printf(&line, "), %s", t->why);
	if (t->quietly)
		buf_printf(&line, ": within %lld days of the last, which nobody is told of again",
			   (long long)(x->rules->rules[incident->rule].quiet_s / DAY_S));
	put_line(x, &line, 5, out);
	buf_release(&line);
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

static bool is_told(const struct explained *e, enum explain_detail detail)
{
	return detail == EXPLAIN_ALL || e->verdict.truth == TRUTH_TRUE || e->verdict.excepted;
}

void explain_turns(const struct explanation *x, size_t session, enum explain_detail detail,
		   void (*evidence)(void *user, const struct evidence *e), void *user)
{
	for (size_t i = 0; i < x->all.n; i++) {
		const struct explained *e = &x->all.items[i];

		if (!explain_is_shown(x, e, session) || !is_told(e, detail))
			continue;
		for (size_t s = 0; s < e->rule->n_signals; s++)
			for (size_t t = 0; t < e->verdict.readings[s].evidence.n; t++)
				evidence(user, &e->verdict.readings[s].evidence.items[t]);
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
		if (is_told(e, detail))
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
