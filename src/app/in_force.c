/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/in_force.h"

int in_force_read(struct store *st, struct arena *a, struct rule_sources *ret, struct error *e)
{
	struct str packed;

	*ret = (struct rule_sources){ 0 };
	if (store_fact(st, a, FACT_GOOD_RULES, &packed, e) < 0)
		return -1;
	if (packed.p && !ruledir_unpack(a, packed, ret))
		*ret = (struct rule_sources){ 0 };
	return 0;
}
