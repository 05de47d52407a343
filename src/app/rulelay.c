/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/rulelay.h"

#include <stdlib.h>

/* Which file it is, by whatever path; absent when it is gone. */
static struct str real_path(struct arena *a, struct str file)
{
	char *real = realpath(file.p, NULL);
	struct str ret = real ? arena_dup(a, str_of(real)) : (struct str){ NULL, 0 };

	free(real);
	return ret;
}

/* Its name below the path that it was found by. */
static struct str name_below(const struct strs *paths, struct str file)
{
	const char *slash = strrchr(file.p, '/');

	for (size_t i = 0; i < paths->n; i++) {
		size_t n = paths->items[i].n;

		if (file.n > n + 1 && memcmp(file.p, paths->items[i].p, n) == 0 && file.p[n] == '/')
			return (struct str){ file.p + n + 1, file.n - n - 1 };
	}
	return slash ? str_of(slash + 1) : file;
}

struct named {
	struct str real, name;
};

static struct named *name_all(struct arena *a, const struct strs *paths, const struct rule_sources *sources)
{
	struct named *all = ARENA_ARRAY(a, struct named, sources->n + 1);

	for (size_t i = 0; i < sources->n; i++)
		all[i] = (struct named){ real_path(a, sources->items[i].file),
					 name_below(paths, sources->items[i].file) };
	return all;
}

static bool stands_for(const struct named *own, const struct named *base, bool by_name)
{
	return (own->real.n && str_eq(own->real, base->real)) || (by_name && str_eq(own->name, base->name));
}

int rulelay_read(struct arena *a, const struct strs *base, const struct strs *own, bool by_name, struct rulelay *ret,
		 struct error *e)
{
	struct rule_sources under, over;
	struct named *below, *above;
	struct rule_source *all;

	*ret = (struct rulelay){ 0 };
	if (ruledir_read(a, base, &under, e) < 0 || ruledir_read(a, own, &over, e) < 0)
		return -1;
	below = name_all(a, base, &under);
	above = name_all(a, own, &over);
	ret->sources.items = all = ARENA_ARRAY(a, struct rule_source, under.n + over.n + 1);
	for (size_t i = 0; i < under.n; i++) {
		bool stays = true;

		for (size_t k = 0; stays && k < over.n; k++)
			stays = !stands_for(&above[k], &below[i], by_name);
		if (stays)
			all[ret->sources.n++] = under.items[i];
		ret->replaced += !stays;
	}
	for (size_t i = 0; i < over.n; i++) {
		all[ret->sources.n++] = over.items[i];
		*VEC_PUSH(a, &ret->own) = over.items[i].file;
	}
	return 0;
}
