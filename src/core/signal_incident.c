/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * incident: what other rules have found about the subject.
 *
 *	{incident: [noncompliance.*, withdrawal.*], state: not ended, within: 2 sessions}
 *	{incident: drops.*, state: unrepaired, severity: notice}
 *
 * Read in the second pass of a session only.  `within` looks at the last session in which the rule was true, `severity`
 * at the gravest that the incident ever had.  Rules that are active do not hear of those under test.
 */
#include "core/judge.h"
#include "core/shape.h"
#include "core/signal_internal.h"

struct incident_selector {
	struct strs rules;   /* patterns */
	unsigned states;     /* 1 << enum incident_state */
	unsigned severities; /* 1 << enum severity; 0: all */
};

static const struct words not_ended_words = { (const char *const[]){ "not ended", NULL } };
static const struct shape not_ended_shape = { SHAPE_WORD, &not_ended_words };
static const struct shape state_shape = { SHAPE_WORD, &incident_state_words };
static const struct shape *const either_state[] = { &not_ended_shape, &state_shape, NULL };
static const struct shape one_state = { SHAPE_EITHER, either_state };
static const struct shape states_shape = { SHAPE_SOME, &one_state };

static const struct shape severity_shape = { SHAPE_WORD, &severity_words };
static const struct shape severities_shape = { SHAPE_SOME, &severity_shape };

static const struct measure measures[] = {
	{ "state", "not ended, or a state, or a list of states", 0, false, false, &states_shape },
	{ NULL, NULL, 0, false, false },
};

static const enum incident_state all_states[] = { INCIDENT_OPEN,       INCIDENT_REPAIRING,   INCIDENT_REPAIRED,
						  INCIDENT_UNREPAIRED, INCIDENT_DROPPED_OUT, INCIDENT_CLOSED };

static unsigned not_ended(void)
{
	unsigned states = 0;

	for (size_t i = 0; i < sizeof(all_states) / sizeof(*all_states); i++)
		if (!incident_ended(all_states[i]))
			states |= 1u << all_states[i];
	return states;
}

static void read_state(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct field word = *f;
	unsigned *states = into;
	size_t n = v->kind == DOC_LIST ? v->n : 1;

	word.detail = &incident_state_words;
	for (size_t i = 0; i < n; i++) {
		const struct doc *one = v->kind == DOC_LIST ? v->items[i] : v;
		int state = -1;

		if (one->kind == DOC_SCALAR && str_is(one->text, "not ended")) {
			*states |= not_ended();
			continue;
		}
		read_word(r, one, &state, &word);
		if (state >= 0)
			*states |= 1u << state;
	}
}

static void read_severities(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct field word = *f;
	unsigned *severities = into;
	size_t n = v->kind == DOC_LIST ? v->n : 1;

	word.detail = &severity_words;
	for (size_t i = 0; i < n; i++) {
		int severity = -1;

		read_word(r, v->kind == DOC_LIST ? v->items[i] : v, &severity, &word);
		if (severity >= 0)
			*severities |= 1u << severity;
	}
}

static void *read_selector(struct reader *r, const struct doc *doc, struct signal *s)
{
	static const struct field rules = { "incident", NULL, read_strs, 0, false, NULL };
	struct incident_selector *sel = ARENA_NEW(r->arena, struct incident_selector);

	read_strs(r, doc, &sel->rules, &rules);
	read_key(r, s->source, "state", read_state, &sel->states, NULL);
	read_key(r, s->source, "severity", read_severities, &sel->severities, NULL);
	return sel;
}

static bool names(const struct incident_selector *sel, struct str rule)
{
	for (size_t i = 0; i < sel->rules.n; i++)
		if (str_matches(rule, sel->rules.items[i]))
			return true;
	return false;
}

/* An incident of the case is everybody's, a pair's is both's. */
static bool concerns(struct subject of, struct subject who)
{
	return of.member < 0 || who.member < 0 || of.member == who.member || of.other == who.member ||
	       (who.other >= 0 && of.member == who.other);
}

static bool recent(const struct signal *s, const struct view *v, const struct incident *i)
{
	if (i->last_true > v->session)
		return false;
	if (s->within_sessions > 0 && v->session - i->last_true >= (size_t)s->within_sessions)
		return false;
	return !(s->within_days > 0) ||
	       (double)(v->as_of - v->history->sessions[i->last_true].started) <= s->within_days * DAY_S;
}

static bool selects(const struct incident_selector *sel, const struct view *v, const struct incident *i)
{
	if (i->in_test && !v->hears_tests)
		return false;
	return (sel->states & 1u << i->state) && (!sel->severities || (sel->severities & 1u << i->severity)) &&
	       names(sel, i->rule_id);
}

static struct reading read_truth(const struct signal *s, const struct view *v)
{
	const struct incident_selector *sel = s->selector;
	struct reading ret = no_reading("incidents are read in the second pass");
	size_t n = 0;

	if (!v->incidents)
		return ret;
	for (size_t i = 0; i < v->incidents->all.n; i++) {
		const struct incident *one = &v->incidents->all.items[i];

		if (!concerns(one->subject, v->subject) || !recent(s, v, one) || !selects(sel, v, one))
			continue;
		if (n++ == 0)
			ret.incident = one->rule_id;
	}
	ret.value = ret.raw = (double)n;
	ret.truth = truth_of(n > 0);
	ret.why = NULL;
	return ret;
}

static const struct field keys[] = {
	{ .name = "severity",
	  .help = "the gravest that the incident ever had; without it: any",
	  .value = "info, notice, warning, critical; one or a list",
	  .shape = &severities_shape },
	{ NULL },
};

const struct signal_kind signal_incident = {
	.name = "incident",
	.help = "what other rules have found; names them, `*` for any characters: `hostility.*`",
	.channel = CHANNEL_NONE,
	.scalar_selector = true,
	.word = &shape_texts,
	.measures = measures,
	.read = read_selector,
	.read_truth = read_truth,
	.keys = keys,
	.all_sessions = true,
	.own_window = true,
	.about_nobody = true,
	.otherwise = "there is no such incident",
};
