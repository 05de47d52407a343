/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Acts on one alert: acknowledged, judged useful or noise, put off.
 */
#include "app/acts.h"
#include "io/store_acts.h"

#define MORNING (7 * 60) /* a snooze until a day ends when people come to work, not at midnight */

/* The first acknowledgement stands; with it nobody else is called. */
static int acknowledge(struct doing *d, const struct told *told, struct error *e)
{
	struct store *st = d->en->store;

	if (store_acknowledge(st, str_of(told->id), engine_now(d->en), d->who, e) < 0)
		return -1;
	return store_reminders_answered(st, str_of(told->id), e);
}

int act_ack(struct doing *d, struct error *e)
{
	struct found_alert alert;
	const struct told *told = &alert.told;
	bool found;

	if (act_find_alert(d, &alert, &found, e) < 0)
		return -1;
	if (!found)
		return 0;
	d->about = act_about(d->a, d->about, d->command->note);
	if (told->acknowledged_at != DATE_NONE)
		return act_answer(d, true,
				  arena_printf(d->a, "already acknowledged by %.*s", STR_ARG(told->acknowledged_by)));
	if (acknowledge(d, told, e) < 0)
		return -1;
	return act_answer(d, true, arena_printf(d->a, "alert %s acknowledged", told->id));
}

int act_verdict(struct doing *d, struct error *e)
{
	const struct command *c = d->command;
	struct alert_verdict verdict = { .at = engine_now(d->en), .who = d->who, .note = c->note };
	struct found_alert alert;
	bool found;

	if (act_find_alert(d, &alert, &found, e) < 0)
		return -1;
	if (!found)
		return 0;
	verdict.useful = str_is(c->verdict, "useful");
	if (!verdict.useful && !str_is(c->verdict, "noise"))
		return act_answer(d, false, STR("what was it? say useful or noise"));
	d->about = act_about(d->a, arena_printf(d->a, "%s %.*s", alert.told.id, STR_ARG(c->verdict)), c->note);
	if (store_verdict_put(d->en->store, str_of(alert.told.id), &verdict, e) < 0 ||
	    store_reminders_answered(d->en->store, str_of(alert.told.id), e) < 0)
		return -1;
	return act_answer(d, true, arena_printf(d->a, "alert %s was %.*s", alert.told.id, STR_ARG(c->verdict)));
}

/* Why it cannot be put off; absent: it can. */
static struct str no_snooze(const struct found_alert *alert)
{
	const struct told *t = &alert->told;

	if (t->gone || incident_ended(t->state))
		return STR("this alert is over: nothing would be told again");
	if (!alert->rule || alert->rule->status != STATUS_ACTIVE || alert->rule->strength)
		return STR("alerts of this rule are told to nobody: there is nothing to put off");
	if (alert->rule->safety)
		return STR("a safeguarding alert cannot be put off; `rupturectl ack` says that you look after it");
	if (t->severity >= SEVERITY_CRITICAL)
		return STR("a critical alert cannot be put off; `rupturectl ack` says that you look after it");
	return (struct str){ NULL, 0 };
}

int act_snooze(struct doing *d, struct error *e)
{
	struct found_alert alert;
	struct str why_not, until_words;
	int64_t until;
	bool found;

	if (act_find_alert(d, &alert, &found, e) < 0)
		return -1;
	if (!found)
		return 0;
	why_not = no_snooze(&alert);
	if (why_not.p)
		return act_answer(d, false, why_not);
	if (!act_until(d, MORNING, &until))
		return 0;
	until_words = act_until_words(d->a, until);
	d->about = act_about(d->a, arena_printf(d->a, "%s until %.*s", alert.told.id, STR_ARG(until_words)),
			     d->command->note);
	if (acknowledge(d, &alert.told, e) < 0 ||
	    store_snooze(d->en->store, str_of(alert.told.id), until, engine_now(d->en), e) < 0)
		return -1;
	return act_answer(d, true,
			  arena_printf(d->a, "alert %s acknowledged; it is told again at %.*s if it is not over then",
				       alert.told.id, STR_ARG(until_words)));
}
