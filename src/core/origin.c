/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/origin.h"

void origin_find(struct arena *a, const struct history *history, size_t ordinal, struct dispatch_facts *facts)
{
	size_t n = history->n;
	const struct session *s = n ? &history->sessions[(ordinal && ordinal <= n ? ordinal : n) - 1] : NULL;

	facts->site = history->site;
	for (size_t i = 0; s && i < s->n_parts; i++) {
		const struct skeleton *part = s->parts[i].s;

		if (part->site.p)
			facts->site = part->site;
		for (size_t k = 0; k < part->participants.n; k++) {
			const struct participant *p = &part->participants.items[k];

			if (p->role == ROLE_THERAPIST && p->person.p)
				*VEC_PUSH(a, &facts->persons) = p->person;
		}
	}
}
