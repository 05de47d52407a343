/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/announce.h"

#include <stdio.h>

struct announcing {
	struct arena *a;
	const struct history *history;
	const struct ruleset *rules;
	const struct announce_policy *policy;
	struct id_source ids;
	told_list *told;
	announcement_list *announcements;
};

/* ---- which old incident a present one is ---- */

static struct str token(const struct history *history, int member)
{
	return member < 0 ? (struct str){ NULL, 0 } : history->roster->members.items[member].token;
}

/* Both in the order of the sessions, so mostly the first is the same. */
static bool share_a_record(const struct strs *a, const struct strs *b)
{
	if (a->n && b->n && str_eq(a->items[0], b->items[0]))
		return true;
	for (size_t i = 0; i < a->n; i++)
		for (size_t k = 0; k < b->n; k++)
			if (str_eq(a->items[i], b->items[k]))
				return true;
	return false;
}

static bool is_about(const struct announcing *an, const struct told *t, const struct incident *i)
{
	return str_eq(t->rule, i->rule_id) && str_eq(t->member, token(an->history, i->subject.member)) &&
	       str_eq(t->other, token(an->history, i->subject.other));
}

/* Among those of the past that are not taken; one that was retracted only if there is no other. */
static struct told *find_old(const struct announcing *an, size_t n_old, const struct incident *i)
{
	struct told *gone = NULL;

	for (size_t k = 0; k < n_old; k++) {
		struct told *t = &an->told->items[k];

		if (t->incident || (t->gone && gone) || !is_about(an, t, i) ||
		    !share_a_record(&t->records, &i->records))
			continue;
		if (!t->gone)
			return t;
		gone = t;
	}
	return gone;
}

static struct told *add_new(struct announcing *an, const struct incident *i)
{
	struct told *t = VEC_PUSH(an->a, an->told);

	*t = (struct told){
		.rule = i->rule_id,
		.member = token(an->history, i->subject.member),
		.other = token(an->history, i->subject.other),
		.told_state = TOLD_NOTHING,
		.heard_state = TOLD_NOTHING,
		.is_new = true,
		.acknowledged_at = DATE_NONE,
		.silenced_at = DATE_NONE,
	};
	an->ids.next(an->ids.user, t->id);
	return t;
}

static void update(const struct announcing *an, struct told *t, const struct incident *i)
{
	const struct transition *first = &i->transitions.items[0];
	const struct transition *last = &i->transitions.items[i->transitions.n - 1];

	t->incident = i;
	t->rule_version = an->rules->rules[i->rule].version;
	t->state = i->state;
	t->severity = i->severity;
	t->opened_at = first->at;
	t->opened_ordinal = an->history->sessions[first->session].ordinal;
	t->changed_at = last->at;
	t->changed_ordinal = an->history->sessions[last->session].ordinal;
	t->records = i->records;
	t->gone = false;
}

/* ---- what to say ---- */

/* Who acknowledged it had heard of less: it wants an answer anew. */
static void want_answer(struct told *t, enum severity severity)
{
	if (t->heard_state == TOLD_NOTHING || severity <= t->heard_severity)
		return;
	t->acknowledged_at = DATE_NONE;
	t->acknowledged_by = (struct str){ NULL, 0 };
}

static void say(struct announcing *an, struct told *t, int state, enum severity severity)
{
	struct announcement *ret = VEC_PUSH(an->a, an->announcements);

	ret->told = (size_t)(t - an->told->items);
	ret->state = state;
	ret->severity = severity;
	want_answer(t, severity);
	t->heard_state = state;
	t->heard_severity = severity;
	snprintf(ret->key, sizeof ret->key, "%s-%d", t->id, ++t->announcements);
}

static bool is_historic(const struct announcing *an, const struct rule *rule, int64_t changed_at)
{
	int64_t within = an->policy->within_s;

	return within != INT64_MAX && !rule->safety && changed_at < an->policy->now - within;
}

/* Reopened inside `quiet`: whoever heard of it before hears nothing, unless it is worse than what they heard. */
static bool is_quiet(const struct told *t)
{
	const struct incident *i = t->incident;

	return i->transitions.items[i->transitions.n - 1].quietly && t->announcements &&
	       t->severity <= t->heard_severity;
}

/* It went away and came back without a word: there is nothing new to say. */
static bool was_heard(const struct told *t)
{
	return t->heard_state == (int)t->state && t->heard_severity == t->severity;
}

static bool is_for_people(const struct rule *rule, const struct told *t)
{
	if (rule->status != STATUS_ACTIVE || rule->strength || t->state == INCIDENT_CLOSED)
		return false;
	return t->announcements || !incident_ended(t->state);
}

/* The pair that was told moves on with the present one, said aloud or not: nothing is taken up again later. */
static void settle(struct announcing *an, struct told *t)
{
	const struct rule *rule = &an->rules->rules[t->incident->rule];

	if (t->told_state == (int)t->state && t->told_severity == t->severity)
		return;
	if (is_quiet(t))
		return;
	t->told_state = (int)t->state;
	t->told_severity = t->severity;
	t->by_rules = an->policy->rules_changed;
	t->historic = is_historic(an, rule, t->changed_at);
	if (!t->by_rules && !t->historic && is_for_people(rule, t) && !was_heard(t))
		say(an, t, (int)t->state, t->severity);
}

static bool as_open(int state)
{
	return state != TOLD_NOTHING && state != TOLD_RETRACTED && !incident_ended((enum incident_state)state);
}

/* No incident of the present judgement is this one.  Who heard last that it is open hears that it is not, unless its
 * case has ended, or rules were changed. */
static void retract(struct announcing *an, struct told *t)
{
	bool believed = as_open(t->heard_state) && t->told_state != INCIDENT_CLOSED;

	if (t->gone)
		return;
	t->gone = true;
	t->by_rules = an->policy->rules_changed;
	if (!believed && !as_open(t->told_state))
		return;
	t->told_state = TOLD_RETRACTED;
	if (believed && !t->by_rules)
		say(an, t, TOLD_RETRACTED, t->heard_severity);
}

/* ---- all ---- */

static void copy_old(struct arena *a, const told_list *old, told_list *ret)
{
	for (size_t i = 0; i < old->n; i++) {
		struct told *t = VEC_PUSH(a, ret);

		*t = old->items[i];
		t->incident = NULL;
		t->is_new = false;
	}
}

void announce(struct arena *a, const told_list *old, const struct judgement *judgement, const struct history *history,
	      const struct ruleset *rules, const struct announce_policy *policy, struct id_source ids,
	      told_list *ret_told, announcement_list *ret_announcements)
{
	struct announcing an = { a, history, rules, policy, ids, ret_told, ret_announcements };

	*ret_told = (told_list){ 0 };
	*ret_announcements = (announcement_list){ 0 };
	copy_old(a, old, ret_told);
	for (size_t i = 0; i < judgement->incidents.all.n; i++) {
		const struct incident *incident = &judgement->incidents.all.items[i];
		struct told *t = find_old(&an, old->n, incident);

		update(&an, t ? t : add_new(&an, incident), incident);
	}
	for (size_t i = 0; i < ret_told->n; i++) {
		struct told *t = &ret_told->items[i];

		if (t->incident)
			settle(&an, t);
		else
			retract(&an, t);
	}
}
