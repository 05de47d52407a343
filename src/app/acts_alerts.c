/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/acts.h"

int act_ack(struct doing *d, struct error *e)
{
	struct told told;
	int64_t case_row;
	bool found;

	if (!d->command->alert.n)
		return act_answer(d, false, STR("which alert? give its id, as `rupturectl alerts` shows it"));
	if (store_told_find(d->en->store, d->a, d->command->alert, &case_row, &told, &found, e) < 0)
		return -1;
	if (!found)
		return act_answer(d, false, STR("no alert has this id; `rupturectl alerts --all` lists them"));
	if (told.acknowledged_at != DATE_NONE)
		return act_answer(d, true,
				  arena_printf(d->a, "already acknowledged by %.*s", STR_ARG(told.acknowledged_by)));
	if (store_acknowledge(d->en->store, str_of(told.id), engine_now(d->en), d->who, e) < 0)
		return -1;
	return act_answer(d, true, arena_printf(d->a, "alert %s acknowledged", told.id));
}
