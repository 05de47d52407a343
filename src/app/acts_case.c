/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/acts.h"

int act_case_close(struct doing *d, struct error *e)
{
	struct store *st = d->en->store;
	struct stored_case *c;

	if (!d->command->case_id.n)
		return act_answer(d, false, STR("which case? give its token, as `rupturectl alerts` shows it"));
	if (store_case_by_token(st, d->a, d->command->case_id, &c, e) < 0)
		return -1;
	if (!c && store_case(st, d->a, d->command->case_id, &c, e) < 0)
		return -1;
	if (!c)
		return act_answer(d, false, STR("no case has this token or id"));
	if (c->closed_at != DATE_NONE)
		return act_answer(d, true, STR("the case is closed already"));
	c->closed_at = engine_now(d->en);
	if (case_judge(d->en, c, CASE_TIME, e) < 0)
		return -1;
	return act_answer(d, true, arena_printf(d->a, "case %.*s closed", STR_ARG(c->token)));
}

/* Nothing changes: that somebody saw which case is whose goes to the audit. */
int act_reveal(struct doing *d, struct error *e)
{
	(void)e;
	return act_answer(d, true, STR("the clinic's own case ids are shown, and that is written down"));
}
