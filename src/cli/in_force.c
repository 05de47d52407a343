/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/in_force.h"

#include "app/in_force.h"

struct str in_force_hash(struct arena *a, const struct config *config)
{
	struct str ret = { NULL, 0 };
	struct store *st;
	struct error e;

	if (store_open(config->store.p, DB_READ_ONLY, &st, &e) < 0)
		return ret;
	if (store_fact(st, a, FACT_JUDGED_HASH, &ret, &e) < 0)
		ret = (struct str){ NULL, 0 };
	store_close(st);
	return ret;
}

struct ruleset *in_force_last_good(const struct config *config)
{
	struct arena a = { 0 };
	struct buf out = { 0 };
	struct rule_sources sources = { 0 };
	struct rule_faults faults;
	struct ruleset *ret = NULL;
	struct store *st;
	struct error e;

	if (store_open(config->store.p, DB_READ_ONLY, &st, &e) < 0)
		return NULL;
	if (in_force_read(st, &a, &sources, &e) == 0 && sources.n) {
		sources.switched_off = &config->switched_off;
		ret = ruledir_compile(&sources, &out, &faults);
	}
	store_close(st);
	buf_release(&out);
	arena_release(&a);
	return ret;
}
