/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/acts.h"

static const struct act {
	const char *name;
	int (*carry_out)(struct doing *d, struct error *e);
} acts[] = {
	{ "ack", act_ack },
	{ "verdict", act_verdict },
	{ "snooze", act_snooze },
	{ "silence", act_silence },
	{ "silence end", act_silence_end },
	{ "case close", act_case_close },
	{ "outbox retry", act_outbox_retry },
	{ "outbox drop", act_outbox_drop },
	{ "reveal", act_reveal },
	{ "text", act_text },
};

#define ACTS (sizeof acts / sizeof *acts)

int act_answer(struct doing *d, bool ok, struct str text)
{
	d->ok = ok;
	d->text = text;
	return 0;
}

static const struct act *find_act(struct str name)
{
	for (size_t i = 0; i < ACTS; i++)
		if (str_is(name, acts[i].name))
			return &acts[i];
	return NULL;
}

static int unknown_act(struct doing *d)
{
	struct str known = STR("");

	for (size_t i = 0; i < ACTS; i++)
		known = arena_printf(d->a, "%.*s%s%s", STR_ARG(known), i ? ", " : "", acts[i].name);
	return act_answer(d, false, arena_printf(d->a, "no such act; known are: %.*s", STR_ARG(known)));
}

int acts_carry_out(struct doing *d, struct error *e)
{
	const struct act *act = find_act(d->command->act);

	if (!act)
		return unknown_act(d);
	d->about = d->command->alert.n ? d->command->alert : d->command->case_id;
	if (act->carry_out(d, e) < 0)
		return -1;
	if (!d->ok)
		return 0;
	return store_audit(d->en->store, engine_now(d->en), d->who, d->command->act, d->about, e);
}
