/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/retell.h"

#include <stdio.h>
#include <stdlib.h>

#define UNTOLD SIZE_MAX

typedef VEC(int64_t) moment_list;

struct retelling_case {
	struct arena *a;
	const struct history *history;
	const struct ruleset *rules;
	const struct judgement *judgement;
	struct retelling *ret;
	uint64_t ids;
	VEC(size_t) alert_of; /* by index into the told list: into ret->alerts, or UNTOLD */
};

static int by_time(const void *va, const void *vb)
{
	const int64_t *a = va, *b = vb;

	return (*a > *b) - (*a < *b);
}

/* Each moment at which something changed, once. */
static void list_moments(struct retelling_case *c, moment_list *ret)
{
	size_t kept = 0;

	for (size_t i = 0; i < c->judgement->incidents.all.n; i++) {
		const struct incident *incident = &c->judgement->incidents.all.items[i];

		for (size_t k = 0; k < incident->transitions.n; k++)
			*VEC_PUSH(c->a, ret) = incident->transitions.items[k].at;
	}
	if (ret->n)
		qsort(ret->items, ret->n, sizeof *ret->items, by_time);
	for (size_t i = 0; i < ret->n; i++)
		if (!kept || ret->items[kept - 1] != ret->items[i])
			ret->items[kept++] = ret->items[i];
	ret->n = kept;
}

/* The incidents as they were at that moment: those begun, with the transitions up to it. */
static void cut(struct retelling_case *c, int64_t at, struct judgement *ret)
{
	*ret = (struct judgement){ .next_deadline = DATE_NONE };
	for (size_t i = 0; i < c->judgement->incidents.all.n; i++) {
		struct incident then = c->judgement->incidents.all.items[i];
		size_t n = 0;

		while (n < then.transitions.n && then.transitions.items[n].at <= at)
			n++;
		if (!n)
			continue;
		then.transitions.n = n;
		then.state = then.transitions.items[n - 1].state;
		then.severity = then.transitions.items[n - 1].severity;
		*VEC_PUSH(c->a, &ret->incidents.all) = then;
	}
}

static void next_id(void *user, char ret[INCIDENT_ID_SIZE])
{
	struct retelling_case *c = user;

	snprintf(ret, INCIDENT_ID_SIZE, "%016llx", (unsigned long long)++c->ids);
}

static size_t alert_for(struct retelling_case *c, size_t index, const struct told *t, const struct announcement *said,
			int64_t at)
{
	while (c->alert_of.n <= index)
		*VEC_PUSH(c->a, &c->alert_of) = UNTOLD;
	if (c->alert_of.items[index] == UNTOLD) {
		c->alert_of.items[index] = c->ret->alerts.n;
		*VEC_PUSH(c->a, &c->ret->alerts) = (struct retold_alert){
			.rule = t->incident->rule,
			.rule_id = t->rule,
			.member = t->member,
			.other = t->other,
			.records = &t->incident->records,
			.opened_at = t->opened_at,
			.told_at = at,
			.ordinal = t->changed_ordinal,
			.first = said->severity,
			.worst = said->severity,
		};
	}
	return c->alert_of.items[index];
}

static void note(struct retelling_case *c, const told_list *told, const struct announcement *said, int64_t at)
{
	const struct told *t = &told->items[said->told];
	size_t index = alert_for(c, said->told, t, said, at);
	struct retold_alert *alert = &c->ret->alerts.items[index];
	const struct session *s = &c->history->sessions[t->changed_ordinal - 1];

	alert->messages++;
	if (said->severity > alert->worst)
		alert->worst = said->severity;
	*VEC_PUSH(c->a, &c->ret->messages) = (struct retold){
		.at = at,
		.ordinal = t->changed_ordinal,
		.number = s->number >= 0 ? s->number : (int64_t)s->ordinal,
		.state = said->state,
		.severity = said->severity,
		.alert = index,
	};
}

/* What became of those that were told, in the end. */
static void end(struct retelling_case *c, const told_list *told)
{
	for (size_t i = 0; i < c->alert_of.n; i++)
		if (c->alert_of.items[i] != UNTOLD)
			c->ret->alerts.items[c->alert_of.items[i]].until =
				incident_ended(told->items[i].state) ? told->items[i].changed_at : INT64_MAX;
}

void retell(struct arena *a, const struct history *history, const struct ruleset *rules, int64_t as_of,
	    const struct judge_trace *trace, struct judge_shared *shared, struct retelling *ret)
{
	struct retelling_case c = { .a = a, .history = history, .rules = rules, .ret = ret };
	struct id_source ids = { next_id, &c };
	moment_list moments = { 0 };
	told_list told = { 0 };

	*ret = (struct retelling){ 0 };
	c.judgement = judge(a, history, rules, as_of, trace, shared);
	list_moments(&c, &moments);
	for (size_t i = 0; i < moments.n; i++) {
		struct announce_policy policy = { .now = moments.items[i], .within_s = INT64_MAX };
		struct judgement *then = ARENA_NEW(a, struct judgement);
		announcement_list said;
		told_list now;

		cut(&c, moments.items[i], then);
		announce(a, &told, then, history, rules, &policy, ids, &now, &said);
		for (size_t k = 0; k < said.n; k++)
			note(&c, &now, &said.items[k], moments.items[i]);
		told = now;
	}
	end(&c, &told);
}
