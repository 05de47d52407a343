/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/site_fact.h"

int site_fact(struct store *st, struct arena *a, const struct config *config, struct history *history, struct error *e)
{
	const struct expected_site *expected = history->site.p ? config_site(config, history->site) : NULL;
	struct stored_site site;
	bool found;

	if (!expected)
		return 0;
	if (store_site(st, a, history->site, &found, &site, e) < 0)
		return -1;
	if (!found)
		return 0;
	history->site_silent_from =
		site.silent_from != DATE_NONE ? site.silent_from : site.last_at + expected->within_s;
	history->site_last_at = site.last_at;
	return 0;
}
