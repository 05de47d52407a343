/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/scenario_parts.h"

/* ---- the case ---- */

static const struct history *make_history(struct arena *a, struct scenario_suite *suite, const struct scenario *s)
{
	const struct skeleton **all = ARENA_ARRAY(a, const struct skeleton *, s->n + 1);
	struct roster *roster = ARENA_NEW(a, struct roster);

	for (size_t i = 0; i < s->n; i++) {
		struct skeleton *skeleton = extract(a, s->records[i], suite->rules.lexicons, suite->scratch,
						    (struct extract_policy){ 0 }, NULL);

		scenario_hear(a, s, i, skeleton);
		/* Records repeat at most SCENARIO_MAX_PEOPLE people or bring their own few. */
		if (roster_see(a, roster, skeleton))
			all[i] = skeleton;
		else
			all[i] = i ? all[i - 1] : skeleton;
	}
	return history_build(a, roster, all, s->n, s->closed_at);
}

/* ---- what happened ---- */

static struct scenario_moment moment_of(const struct history *h, size_t session, int64_t at)
{
	struct scenario_moment m = { session, -1 };

	if (at != h->sessions[session].started)
		m.days = (at - h->sessions[session].started + DAY_S / 2) / DAY_S;
	return m;
}

static void add_event(struct arena *a, const struct history *h, scenario_events *list, struct scenario_event event)
{
	event.when = moment_of(h, event.when.session, event.at);
	*VEC_PUSH(a, list) = event;
}

/* An opening or a rise is found, everything else becomes of it. */
static void sort_transition(struct arena *a, struct scenario_result *r, const struct incident *incident, size_t i)
{
	const struct transition *t = &incident->transitions.items[i], *before = i ? t - 1 : NULL;
	struct scenario_event event = {
		.when = { t->session, -1 }, .at = t->at, .subject = incident->subject, .why = t->why
	};

	if (!before || t->severity > before->severity) {
		event.word = t->severity;
		add_event(a, r->explanation->history, &r->fired, event);
	}
	if (before && t->state != before->state) {
		event.word = t->state;
		add_event(a, r->explanation->history, &r->changed, event);
	}
}

static void list_strengths(struct arena *a, struct scenario_result *r)
{
	const struct explanation *x = r->explanation;

	for (size_t i = 0; i < x->all.n; i++) {
		const struct verdict *v = &x->all.items[i].verdict;

		if (v->rule == r->rule && v->truth == TRUTH_TRUE)
			add_event(a, x->history, &r->fired,
				  (struct scenario_event){ .when = { v->session, -1 },
							   .at = v->at,
							   .word = v->severity,
							   .subject = v->subject });
	}
}

static void list_events(struct arena *a, struct scenario_result *r)
{
	const struct incident_set *set = &r->explanation->judgement->incidents;

	if (r->explanation->rules->rules[r->rule].strength)
		list_strengths(a, r);
	for (size_t i = 0; i < set->all.n; i++)
		for (size_t t = 0; set->all.items[i].rule == r->rule && t < set->all.items[i].transitions.n; t++)
			sort_transition(a, r, &set->all.items[i], t);
}

/* ---- against what was expected ---- */

static bool is_named(const struct history *h, int member, struct str id)
{
	return !id.n || (member >= 0 && str_eq(h->roster->members.items[member].local, id));
}

static bool fits(const struct history *h, const struct scenario_expected *e, const struct scenario_event *event)
{
	return e->when.session == event->when.session && e->when.days == event->when.days &&
	       (e->word < 0 || e->word == event->word) && is_named(h, event->subject.member, e->member) &&
	       is_named(h, event->subject.other, e->other);
}

struct matching {
	const struct history *history;
	const scenario_expectations *expected;
	const scenario_events *events;
	size_t *taken_by; /* by event: expectation + 1 */
	bool *tried;
};

/* A place for the expectation, where others may have to move: an event that fits two is not lost to the wrong one. */
static bool find_place(struct matching *m, size_t e)
{
	for (size_t i = 0; i < m->events->n; i++) {
		if (m->tried[i] || !fits(m->history, &m->expected->items[e], &m->events->items[i]))
			continue;
		m->tried[i] = true;
		if (!m->taken_by[i] || find_place(m, m->taken_by[i] - 1)) {
			m->taken_by[i] = e + 1;
			return true;
		}
	}
	return false;
}

/* Marks the events that are expected; true when that is all of both. */
static bool match(struct arena *a, const struct history *h, const scenario_expectations *expected,
		  scenario_events *events)
{
	struct matching m = { h, expected, events, ARENA_ARRAY(a, size_t, events->n + 1),
			      ARENA_ARRAY(a, bool, events->n + 1) };
	bool all = expected->n == events->n;

	for (size_t e = 0; e < expected->n; e++) {
		memset(m.tried, 0, events->n * sizeof *m.tried);
		all &= find_place(&m, e);
	}
	for (size_t i = 0; i < events->n; i++)
		events->items[i].matched = m.taken_by[i] != 0;
	return all;
}

/* ---- coverage ---- */

static uint64_t line_of(const struct rule *rule, const struct reading *readings)
{
	enum truth truths[RULE_MAX_SIGNALS];

	for (size_t i = 0; i < rule->n_signals; i++)
		truths[i] = readings[i].truth;
	for (size_t i = 0; i < rule->n_ladder && i < 64; i++)
		if (!rule->ladder[i].when || condition_evaluate(rule->ladder[i].when, truths) == TRUTH_TRUE)
			return UINT64_C(1) << i;
	return 0;
}

static void count_verdicts(struct scenario_suite *suite, const struct explanation *x)
{
	for (size_t i = 0; i < x->all.n; i++) {
		const struct explained *e = &x->all.items[i];
		struct scenario_coverage *c = &suite->coverage[e->verdict.rule];

		for (size_t s = 0; s < e->rule->n_signals; s++)
			if (e->verdict.readings[s].truth == TRUTH_TRUE)
				c->signals_true |= UINT64_C(1) << s;
		if (e->verdict.truth == TRUTH_TRUE)
			c->lines_reached |= line_of(e->rule, e->verdict.readings);
	}
}

/* Where all that the rule looks at is missing there is nothing that it could have missed. */
static bool saw_anything(const struct scenario_result *r)
{
	for (size_t i = 0; i < r->explanation->all.n; i++) {
		const struct explained *e = &r->explanation->all.items[i];

		for (size_t s = 0; e->verdict.rule == r->rule && s < e->rule->n_signals; s++)
			if (e->verdict.readings[s].truth != TRUTH_NO_DATA)
				return true;
	}
	return false;
}

static void count_test(struct scenario_suite *suite, const struct scenario_result *r)
{
	struct scenario_coverage *c = &suite->coverage[r->rule];

	c->tests++;
	c->passed += r->passed;
	c->fired += r->passed && r->fired.n;
	c->near_misses += r->passed && !r->fired.n && saw_anything(r);
	count_verdicts(suite, r->explanation);
}

/* ---- all ---- */

void scenario_suite_init(struct arena *a, const struct ruleset *rules, struct scenario_suite *ret)
{
	*ret = (struct scenario_suite){ .rules = *rules, .scratch = lexicon_scratch_new(rules->lexicons) };
	ret->coverage = ARENA_ARRAY(a, struct scenario_coverage, rules->n + 1);
	ret->rules.rules = ARENA_ARRAY(a, struct rule, rules->n + 1);
	for (size_t i = 0; i < rules->n; i++) {
		ret->rules.rules[i] = rules->rules[i];
		if (rules->rules[i].status != STATUS_RETIRED)
			ret->rules.rules[i].status = STATUS_ACTIVE;
	}
}

void scenario_suite_release(struct scenario_suite *suite)
{
	lexicon_scratch_free(suite->scratch);
	suite->scratch = NULL;
}

struct scenario_result *scenario_found(struct arena *a, const struct scenario_suite *suite, size_t rule,
				       const struct history *history, int64_t as_of)
{
	struct scenario_result *r = ARENA_NEW(a, struct scenario_result);

	r->rule = rule;
	r->explanation = explain(a, history, &suite->rules, as_of);
	list_events(a, r);
	return r;
}

struct scenario_result *scenario_run(struct arena *a, struct scenario_suite *suite, const struct scenario *scenario)
{
	const struct history *history = make_history(a, suite, scenario);
	size_t rule = (size_t)(rules_find(&suite->rules, scenario->rule) - suite->rules.rules);
	struct scenario_result *r = scenario_found(a, suite, rule, history, scenario->as_of);
	bool found, became;

	r->scenario = scenario;
	found = match(a, history, &scenario->expect, &r->fired);
	became = !scenario->has_then || match(a, history, &scenario->then, &r->changed);
	r->passed = found && became;
	count_test(suite, r);
	return r;
}
