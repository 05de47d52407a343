/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/acts.h"

int act_case_close(struct doing *d, struct error *e)
{
	struct stored_case *c;
	bool found;

	if (act_find_case(d, &c, &found, e) < 0)
		return -1;
	if (!found)
		return 0;
	d->about = act_about(d->a, d->about, d->command->reason);
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

/* Nothing changes: that somebody reads words of these sessions goes to the audit before they do. */
int act_text(struct doing *d, struct error *e)
{
	struct stored_case *c;
	bool found;

	if (act_find_case(d, &c, &found, e) < 0)
		return -1;
	if (!found)
		return 0;
	d->about = act_about(d->a, c->token, d->command->note);
	return act_answer(d, true, STR("words of the sessions are shown, and that is written down"));
}
