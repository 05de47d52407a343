/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/in_force.h"

static struct str fact(struct arena *a, const struct config *config, const char *name)
{
	struct str ret = { NULL, 0 };
	struct store *st;
	struct error e;

	if (store_open(config->store.p, DB_READ_ONLY, &st, &e) < 0)
		return ret;
	if (store_fact(st, a, name, &ret, &e) < 0)
		ret = (struct str){ NULL, 0 };
	store_close(st);
	return ret;
}

struct str in_force_hash(struct arena *a, const struct config *config)
{
	return fact(a, config, "rules.judged");
}

struct ruleset *in_force_last_good(const struct config *config)
{
	struct arena a = { 0 };
	struct buf out = { 0 };
	struct rule_sources sources = { 0 };
	struct rule_faults faults;
	struct ruleset *ret = NULL;
	struct str packed = fact(&a, config, "rules.good");

	if (packed.p && ruledir_unpack(&a, packed, &sources)) {
		sources.switched_off = &config->switched_off;
		ret = ruledir_compile(&sources, &out, &faults);
	}
	buf_release(&out);
	arena_release(&a);
	return ret;
}
