/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/clinic_parts.h"

int clinic_begin_sites(struct clinic *c, struct store *st, struct error *e)
{
	const struct config *config = c->options.config;

	for (size_t i = 0; i < config->sites.n; i++) {
		struct clinic_site *site = VEC_PUSH(&c->arena, &c->sites);
		struct stored_site stored;
		bool found;

		*site = (struct clinic_site){ .name = config->sites.items[i].name,
					      .within_s = config->sites.items[i].within_s,
					      .last_at = DATE_NONE };
		if (store_site(st, &c->arena, site->name, &found, &stored, e) < 0)
			return -1;
		if (found)
			site->last_at = stored.last_at;
		site->silent = !found || c->options.as_of - site->last_at > site->within_s;
	}
	return 0;
}

void clinic_count_site(struct clinic *c, const struct clinic_row *row)
{
	for (size_t i = 0; i < c->sites.n; i++)
		if (!row->over && row->site.p && str_eq(c->sites.items[i].name, row->site))
			c->sites.items[i].cases++;
}
