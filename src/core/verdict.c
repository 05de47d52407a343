/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/verdict.h"

#include "core/requirement.h"
#include "core/signal_internal.h"

static uint64_t signals_for(const struct condition *c)
{
	uint64_t set = 0;

	if (c->op == CONDITION_NOT)
		return 0;
	if (c->op == CONDITION_SIGNAL)
		return UINT64_C(1) << c->signal;
	for (size_t i = 0; i < c->n; i++)
		set |= signals_for(c->args[i]);
	return set;
}

uint64_t rule_signals_for(const struct rule *rule)
{
	uint64_t set = rule->when ? signals_for(rule->when) : 0;

	for (size_t i = 0; i < rule->n_ladder; i++)
		if (rule->ladder[i].when)
			set |= signals_for(rule->ladder[i].when);
	return set;
}

/* The rule is true when its `when` is and a line of its ladder is: unknown lines are stepped over, not taken. */
static void climb(const struct rule *rule, const enum truth *truths, struct finding *ret)
{
	enum truth any = TRUTH_FALSE, when = rule->when ? condition_evaluate(rule->when, truths) : TRUTH_TRUE;

	for (size_t i = 0; i < rule->n_ladder; i++) {
		const struct severity_line *line = &rule->ladder[i];
		enum truth truth = line->when ? condition_evaluate(line->when, truths) : TRUTH_TRUE;

		if (truth == TRUTH_TRUE && any != TRUTH_TRUE)
			ret->severity = line->severity;
		any = truth > any ? truth : any;
	}
	ret->truth = when < any ? when : any;
}

/* The signals that make the finding: those of `when`, and of each true line that is worth a call, if any is. */
static uint64_t witnesses(const struct rule *rule, const enum truth *truths, enum severity severity)
{
	enum severity least = severity < SEVERITY_NOTICE ? severity : SEVERITY_NOTICE;
	uint64_t set = rule->when ? condition_witnesses(rule->when, truths) : 0;

	for (size_t i = 0; i < rule->n_ladder; i++)
		if (rule->ladder[i].when && rule->ladder[i].severity >= least)
			set |= condition_witnesses(rule->ladder[i].when, truths);
	return set;
}

/* Somebody's age or another rule's incident is no evidence: CHANNEL_NONE is not counted. */
static unsigned channels_of(const struct rule *rule, uint64_t signals)
{
	unsigned set = 0;

	for (size_t i = 0; i < rule->n_signals; i++)
		if ((signals >> i & 1) && signal_channel(rule->signals[i]) != CHANNEL_NONE)
			set |= 1u << signal_channel(rule->signals[i]);
	return set;
}

static void cap(const struct rule *rule, struct finding *f)
{
	if (f->channels != 1u << CHANNEL_TRANSCRIPT || rule->safety || f->severity <= SEVERITY_NOTICE)
		return;
	f->severity = SEVERITY_NOTICE;
	f->capped = true;
}

static bool may_be_true(const struct rule *rule, const enum truth *truths, uint64_t known)
{
	bool may = false;

	if (rule->when && !condition_may_be(rule->when, TRUTH_TRUE, truths, known))
		return false;
	for (size_t i = 0; i < rule->n_ladder && !may; i++)
		may = !rule->ladder[i].when || condition_may_be(rule->ladder[i].when, TRUTH_TRUE, truths, known);
	return may;
}

bool rule_may_be_true(const struct rule *rule, const struct view *view)
{
	struct view plain = *view;
	enum truth truths[RULE_MAX_SIGNALS];
	uint64_t known = 0;

	plain.no_evidence = true;
	for (size_t i = 0; i < rule->n_signals; i++) {
		if (!signal_is_silent(rule->signals[i], &plain, &truths[i]))
			truths[i] = signal_evaluate(rule->signals[i], &plain).truth;
		known |= UINT64_C(1) << i;
		if (!may_be_true(rule, truths, known))
			return false;
	}
	return true;
}

void rule_find(const struct rule *rule, uint64_t speaks_for, const struct view *view, struct finding *ret)
{
	enum truth truths[RULE_MAX_SIGNALS];

	ret->subject = view->subject;
	ret->readings = ARENA_ARRAY(view->arena, struct reading, rule->n_signals);
	for (size_t i = 0; i < rule->n_signals; i++) {
		uint64_t bit = (UINT64_C(1) << i) & speaks_for;

		ret->readings[i] = signal_evaluate(rule->signals[i], view);
		/* Nobody is shown which words they were. */
		if (rule->safety)
			ret->readings[i].evidence.n = 0;
		truths[i] = ret->readings[i].truth;
		if (truths[i] == TRUTH_FALSE)
			ret->false_signals |= bit;
		if (truths[i] == TRUTH_TRUE)
			ret->true_signals |= bit;
	}
	climb(rule, truths, ret);
	if (ret->truth == TRUTH_TRUE)
		ret->channels = channels_of(rule, witnesses(rule, truths, ret->severity));
	ret->why = requirements_lack(&rule->requires, &view->history->sessions[view->session], view->subject);
	if (ret->why)
		ret->truth = TRUTH_NO_DATA;
	if (ret->truth == TRUTH_TRUE)
		cap(rule, ret);
}

void rule_excepted(const struct rule *rule, const struct exception *exception, const struct view *view,
		   struct finding *ret)
{
	const char *why = arena_printf(view->arena, "excepted until %.*s: %.*s", STR_ARG(exception->until_words),
				       STR_ARG(exception->reason))
				  .p;

	ret->subject = view->subject;
	ret->truth = TRUTH_NO_DATA;
	ret->excepted = exception;
	ret->why = why;
	ret->readings = ARENA_ARRAY(view->arena, struct reading, rule->n_signals);
	for (size_t i = 0; i < rule->n_signals; i++)
		ret->readings[i] = no_reading(why);
}

void heard_note(struct arena *a, heard_list *heard, size_t session, bool attended, const struct rule *rule,
		const struct finding *f)
{
	struct heard *last = heard->n ? &heard->items[heard->n - 1] : NULL;

	if (rule->strength)
		return;
	if (!last || last->session != session) {
		last = VEC_PUSH(a, heard);
		*last = (struct heard){ .session = session, .attended = attended };
	}
	if (f->truth != TRUTH_TRUE || f->severity < SEVERITY_NOTICE)
		return;
	last->all |= f->channels;
	if (rule->status == STATUS_ACTIVE)
		last->active |= f->channels;
}

void rule_raise(const struct rule *rule, const heard_list *heard, struct finding *f)
{
	unsigned channels = f->channels;
	int attended = 0;

	if (!rule->raise.set || f->truth != TRUTH_TRUE || f->severity < SEVERITY_NOTICE ||
	    f->severity >= rule->raise.to)
		return;
	for (size_t i = heard->n; i-- > 0 && attended < rule->raise.sessions;) {
		channels |= rule->status == STATUS_ACTIVE ? heard->items[i].active : heard->items[i].all;
		attended += heard->items[i].attended;
	}
	if (__builtin_popcount(channels) < rule->raise.channels)
		return;
	f->severity = rule->raise.to;
	f->raised = true;
}
