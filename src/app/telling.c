/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/telling.h"

#include <stdio.h>

#include "core/origin.h"
#include "io/store_acts.h"

/* Why an alert is told although nothing has changed. */
struct again {
	bool reminder, escalated;
	struct str route; /* of an escalation */
};

static int audit(struct telling *t, const char *what, struct str about, struct error *e)
{
	return store_audit(t->en->store, t->now, STR("engine"), str_of(what), about, e);
}

/* It is settled all the same, and not made up for later; its key was never seen and is free again. */
static int keep_back(struct telling *t, struct told *told, const struct silence *by, struct error *e)
{
	static const struct str any_sink = { NULL, 0 };
	bool dropped;

	told->announcements--;
	told->silenced_at = t->now;
	told->silence = by->number;
	/* What waits for a digest is no longer so. */
	if (store_held_drop(t->en->store, any_sink, str_of(told->id), &dropped, e) < 0)
		return -1;
	return audit(t, "silenced", arena_printf(t->a, "%s by silence %lld", told->id, (long long)by->number), e);
}

static const struct silence *silence_over(struct telling *t, const silence_list *silences, const struct told *told)
{
	const struct rule *rule = rules_find(t->en->rules, told->rule);
	struct silence_subject about = { t->c->token, told->rule, told->member, told->other, rule && rule->drops_out };

	return silences_find(silences, &about, t->now);
}

static int tell(struct telling *t, const silence_list *silences, struct told *told, const struct announcement *n,
		struct again again, struct error *e)
{
	const struct rule *rule = rules_find(t->en->rules, told->rule);
	const struct silence *silence = silence_over(t, silences, told);
	struct alert alert;
	struct dispatch d = { .alert = &alert, .acknowledged = told->acknowledged_at != DATE_NONE, .now = t->now };

	/* A rule that is gone left with changed rules, and those are told to nobody. */
	if (!rule)
		return 0;
	alert_make(t->a, n, told, t->en->rules, t->c->token, &alert);
	alert.reminder = again.reminder;
	alert.escalated = again.escalated;
	d.facts = (struct dispatch_facts){
		.rule = rule,
		.severity = n->severity,
		.state = n->state,
		.silenced = silence != NULL,
		.escalate = again.route,
	};
	origin_find(t->a, t->history, told->changed_ordinal, &d.facts);
	if (dispatch_alert(t->en, t->a, &d, e) < 0)
		return -1;
	return silence && dispatch_is_silenced(&d.facts) ? keep_back(t, told, silence, e) : 0;
}

/* ---- what waits for the next session ---- */

static int end_with_session(struct telling *t, silence_list *silences, struct error *e)
{
	for (size_t i = 0; i < silences->n; i++) {
		struct silence *s = &silences->items[i];

		if (s->until != DATE_NONE || !s->case_token.p || !next_session_began(t->history, s->made_at, t->now))
			continue;
		s->ended_at = t->now;
		if (store_silence_end(t->en->store, s->number, t->now, STR("the next session"), e) < 0 ||
		    audit(t, "silence over", arena_printf(t->a, "%lld", (long long)s->number), e) < 0)
			return -1;
	}
	return 0;
}

/* ---- reminders ---- */

static struct told *find_told(told_list *told, struct str id)
{
	for (size_t i = 0; i < told->n; i++)
		if (str_is(id, told->items[i].id))
			return &told->items[i];
	return NULL;
}

static bool was_just_told(const told_list *told, const announcement_list *list, const struct told *one)
{
	for (size_t i = 0; i < list->n; i++)
		if (&told->items[list->items[i].told] == one)
			return true;
	return false;
}

static int tell_again(struct telling *t, const silence_list *silences, told_list *told, struct told *one,
		      const struct reminder *r, struct error *e)
{
	bool escalates = r->kind == REMINDER_ESCALATE;
	struct again again = { .reminder = !escalates, .escalated = escalates, .route = r->route };
	struct announcement n = {
		.told = (size_t)(one - told->items),
		.state = (int)one->state,
		.severity = one->severity,
	};

	snprintf(n.key, sizeof n.key, "%s-%d", one->id, ++one->announcements);
	if (audit(t, escalates ? "escalated" : "reminded", str_of(one->id), e) < 0)
		return -1;
	return tell(t, silences, one, &n, again, e);
}

static bool may_be_told(const struct telling *t, const struct told *told)
{
	const struct rule *rule = told ? rules_find(t->en->rules, told->rule) : NULL;

	return rule && rule->status == STATUS_ACTIVE && !rule->strength;
}

/* Who is just being told of a change needs no reminder of it; who did not answer the first time may need another. */
static int remind(struct telling *t, const silence_list *silences, told_list *told, const announcement_list *list,
		  const struct reminder *r, struct error *e)
{
	struct told *one = find_told(told, r->incident);
	bool began = next_session_began(t->history, r->made_at, t->now);
	enum reminder_fate fate = may_be_told(t, one) ? reminder_decide(r, one, began, t->now) : REMINDER_DROPPED;

	switch (fate) {
	case REMINDER_WAITS:
		return 0;
	case REMINDER_DROPPED:
		return store_reminder_drop(t->en->store, r->row, e);
	case REMINDER_FIRES:
		break;
	}
	if (store_reminder_done(t->en->store, r->row, t->now, e) < 0)
		return -1;
	if (r->kind == REMINDER_SNOOZE && was_just_told(told, list, one))
		return 0;
	return tell_again(t, silences, told, one, r, e);
}

int telling_run(struct telling *t, told_list *told, const announcement_list *list, struct error *e)
{
	silence_list silences;
	reminder_list reminders;

	if (store_silences_of(t->en->store, t->a, t->c->row, &silences, e) < 0 ||
	    store_reminders(t->en->store, t->a, t->c->row, &reminders, e) < 0 || end_with_session(t, &silences, e) < 0)
		return -1;
	for (size_t i = 0; i < list->n; i++) {
		const struct announcement *n = &list->items[i];

		if (tell(t, &silences, &told->items[n->told], n, (struct again){ 0 }, e) < 0)
			return -1;
	}
	for (size_t i = 0; i < reminders.n; i++)
		if (remind(t, &silences, told, list, &reminders.items[i], e) < 0)
			return -1;
	return list->n || reminders.n ? held_flush(t->en, t->now, e) : 0;
}
