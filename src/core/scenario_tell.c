/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/scenario.h"

static bool same_moment(struct scenario_moment a, struct scenario_moment b)
{
	return a.session == b.session && a.days == b.days;
}

static void put_moment(struct scenario_moment m, struct buf *out)
{
	if (m.days >= 0)
		buf_printf(out, "%lld day%s after ", (long long)m.days, m.days == 1 ? "" : "s");
	buf_printf(out, "session %zu", m.session + 1);
}

static void put_word(int word, bool severity, struct buf *out)
{
	buf_puts(out, str_of(word < 0	? severity ? "any severity" : "any change"
			     : severity ? severity_words.words[word]
					: incident_state_words.words[word]));
}

static void put_people(struct str member, struct str other, struct buf *out)
{
	if (member.n && other.n)
		buf_printf(out, " (%.*s and %.*s)", STR_ARG(member), STR_ARG(other));
	else if (member.n || other.n)
		buf_printf(out, " (%.*s)", STR_ARG(member.n ? member : other));
}

static void put_expected(const struct scenario_expected *e, bool severity, struct buf *out)
{
	put_word(e->word, severity, out);
	put_people(e->member, e->other, out);
}

static void put_event(const struct scenario_result *r, const struct scenario_event *e, bool severity, struct buf *out)
{
	const struct roster *roster = r->explanation->history->roster;

	put_word(e->word, severity, out);
	put_people(member_local(roster, e->subject.member), member_local(roster, e->subject.other), out);
	if (!severity)
		buf_printf(out, ", %s", e->why);
}

/* "expected  session 6: warning", or "nothing". */
static void list_expected(const scenario_expectations *list, bool severity, struct buf *out)
{
	buf_puts(out, severity ? STR("  expected  ") : STR("  then      "));
	for (size_t i = 0; i < list->n; i++) {
		buf_puts(out, i ? STR("; ") : STR(""));
		put_moment(list->items[i].when, out);
		buf_puts(out, STR(": "));
		put_expected(&list->items[i], severity, out);
	}
	buf_puts(out, list->n ? STR("\n") : STR("nothing\n"));
}

static void list_events(const struct scenario_result *r, const scenario_events *list, bool severity, struct buf *out)
{
	buf_puts(out, STR("  came      "));
	for (size_t i = 0; i < list->n; i++) {
		buf_puts(out, i ? STR("; ") : STR(""));
		put_moment(list->items[i].when, out);
		buf_puts(out, STR(": "));
		put_event(r, &list->items[i], severity, out);
	}
	buf_puts(out, list->n ? STR("\n") : STR("nothing\n"));
}

/* ---- one moment ---- */

/* When the rule was judged there; the moment that was waited for may not have come: then the session itself. */
static int64_t judged_at(const struct scenario_result *r, struct scenario_moment m)
{
	const struct explanation *x = r->explanation;
	int64_t started = x->history->sessions[m.session].started, best = started;

	for (size_t i = 0; i < x->all.n && m.days >= 0; i++) {
		const struct verdict *v = &x->all.items[i].verdict;

		if (v->rule == r->rule && v->session == m.session && v->at > started)
			best = v->at;
		if (best != started && (best - started + DAY_S / 2) / DAY_S == m.days)
			break;
	}
	return best;
}

static bool is_true_at(const struct scenario_result *r, int64_t at)
{
	const struct explanation *x = r->explanation;

	for (size_t i = 0; i < x->all.n; i++)
		if (x->all.items[i].verdict.rule == r->rule && x->all.items[i].verdict.at == at &&
		    x->all.items[i].verdict.truth == TRUTH_TRUE)
			return true;
	return false;
}

/* Why a rule that is true brought nothing new. */
static void put_standing(const struct scenario_result *r, struct scenario_moment m, int64_t at, struct buf *out)
{
	const struct incident_set *set = &r->explanation->judgement->incidents;

	if (!is_true_at(r, at))
		return;
	for (size_t i = 0; i < set->all.n; i++) {
		const struct incident *in = &set->all.items[i];

		if (in->rule == r->rule && in->transitions.items[0].at < at && in->last_true >= m.session) {
			buf_printf(out, "; the rule is true here, of what has been open since session %zu",
				   in->transitions.items[0].session + 1);
			return;
		}
	}
}

static void put_came(const struct scenario_result *r, const scenario_events *events, bool severity,
		     struct scenario_moment m, struct buf *out)
{
	size_t n = 0;

	for (size_t i = 0; i < events->n; i++) {
		if (!same_moment(events->items[i].when, m))
			continue;
		buf_puts(out, n++ ? STR(" and ") : STR(", came "));
		put_event(r, &events->items[i], severity, out);
	}
	if (!n)
		buf_puts(out, STR(", nothing came"));
	if (!n && severity)
		put_standing(r, m, judged_at(r, m), out);
}

static void tell_moment(const struct scenario_result *r, const scenario_expectations *expected,
			const scenario_events *events, bool severity, struct scenario_moment m, struct buf *out)
{
	size_t n = 0;

	buf_puts(out, STR("  "));
	put_moment(m, out);
	for (size_t i = 0; i < expected->n; i++) {
		if (!same_moment(expected->items[i].when, m))
			continue;
		buf_puts(out, n++ ? STR(" and ") : STR(": expected "));
		put_expected(&expected->items[i], severity, out);
	}
	if (!n)
		buf_puts(out, STR(": expected nothing"));
	put_came(r, events, severity, m, out);
	buf_putc(out, '\n');
	explain_rule_text(r->explanation, r->rule, judged_at(r, m), member_local, out);
}

/* At this moment, how many were expected, came, and came as expected. */
static bool differs(const scenario_expectations *expected, const scenario_events *events, struct scenario_moment m)
{
	size_t wanted = 0, came = 0, matched = 0;

	for (size_t i = 0; i < expected->n; i++)
		wanted += same_moment(expected->items[i].when, m);
	for (size_t i = 0; i < events->n; i++) {
		came += same_moment(events->items[i].when, m);
		matched += same_moment(events->items[i].when, m) && events->items[i].matched;
	}
	return wanted != matched || came != matched;
}

static bool earlier(struct scenario_moment a, struct scenario_moment b)
{
	return a.session != b.session ? a.session < b.session : a.days < b.days;
}

/* The next moment of either list after *m; false: none. */
static bool next_moment(const scenario_expectations *expected, const scenario_events *events, bool first,
			struct scenario_moment *m)
{
	struct scenario_moment best = { SIZE_MAX, -1 };

	for (size_t i = 0; i < expected->n; i++)
		if ((first || earlier(*m, expected->items[i].when)) && earlier(expected->items[i].when, best))
			best = expected->items[i].when;
	for (size_t i = 0; i < events->n; i++)
		if ((first || earlier(*m, events->items[i].when)) && earlier(events->items[i].when, best))
			best = events->items[i].when;
	*m = best;
	return best.session != SIZE_MAX;
}

static void tell_differences(const struct scenario_result *r, const scenario_expectations *expected,
			     const scenario_events *events, bool severity, struct buf *out)
{
	struct scenario_moment m = { 0 };
	bool differ = expected->n != events->n;

	for (size_t i = 0; i < events->n; i++)
		differ |= !events->items[i].matched;
	if (!differ)
		return;
	list_expected(expected, severity, out);
	list_events(r, events, severity, out);
	for (bool first = true; next_moment(expected, events, first, &m); first = false)
		if (differs(expected, events, m))
			tell_moment(r, expected, events, severity, m, out);
}

void scenario_tell(const struct scenario_suite *suite, const struct scenario_result *r, struct buf *out)
{
	const struct scenario *s = r->scenario;

	buf_printf(out, "%.*s:%u: %.*s: %.*s\n", STR_ARG(s->file), s->at.line, STR_ARG(suite->rules.rules[r->rule].id),
		   STR_ARG(s->name));
	tell_differences(r, &s->expect, &r->fired, true, out);
	if (s->has_then)
		tell_differences(r, &s->then, &r->changed, false, out);
}

/* ---- coverage ---- */

static void put_signals(const struct rule *rule, const struct scenario_coverage *c, struct buf *out)
{
	size_t n = 0;

	for (size_t i = 0; i < rule->n_signals; i++)
		if (!(c->signals_true & UINT64_C(1) << i))
			buf_printf(out, "%s%.*s", n++ ? ", " : "; never true: ", STR_ARG(rule->signals[i]->name));
}

static void put_lines(const struct rule *rule, const struct scenario_coverage *c, struct buf *out)
{
	size_t n = 0;

	for (size_t i = 0; rule->n_ladder > 1 && i < rule->n_ladder && i < 64; i++)
		if (!(c->lines_reached & UINT64_C(1) << i))
			buf_printf(out, "%s%s",
				   n++ ? ", " : "; never reached: ", severity_words.words[rule->ladder[i].severity]);
}

void scenario_tell_coverage(const struct scenario_suite *suite, size_t index, struct buf *out)
{
	const struct rule *rule = &suite->rules.rules[index];
	const struct scenario_coverage *c = &suite->coverage[index];
	struct buf gaps = { 0 };

	if (rule->status == STATUS_RETIRED)
		return;
	if (!c->tests)
		buf_puts(&gaps, STR("; no test"));
	else if (!c->fired)
		buf_puts(&gaps, STR("; no test fires it"));
	if (c->tests && c->near_misses < SCENARIO_NEAR_MISSES)
		buf_printf(&gaps, "; %zu of %d near misses", c->near_misses, SCENARIO_NEAR_MISSES);
	if (c->tests) {
		put_signals(rule, c, &gaps);
		put_lines(rule, c, &gaps);
	}
	if (gaps.n)
		buf_printf(out, "%.*s: %s\n", STR_ARG(rule->id), gaps.p + 2);
	buf_release(&gaps);
}
