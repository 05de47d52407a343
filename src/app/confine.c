/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the engine may touch once everything is open.
 *
 * A place is bound to the directory that is there now, while people save a file by renaming another over it and
 * exchange whole directories of rules: so it is always the directory above what is named.
 */
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/engine_parts.h"
#include "io/files.h"

typedef VEC(struct sandbox_place) places;

static void add(struct arena *a, places *list, const char *path, bool write)
{
	*VEC_PUSH(a, list) = (struct sandbox_place){ path, write };
}

/* What is before the last slash; "." without one, "/" at the root. */
static const char *above(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return ".";
	return slash == path ? "/" : arena_dup(a, (struct str){ path, (size_t)(slash - path) }).p;
}

/* Not the root, nor what is directly below it: that would be too much. */
static bool is_deep(const char *path)
{
	return path[0] == '/' && strchr(path + 1, '/');
}

/* Links among the rules may lead anywhere. */
static int add_targets(struct arena *a, places *list, const char *directory, struct error *e)
{
	struct str *files;
	size_t n;

	if (directory_list(a, directory, ".yaml", true, &files, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		char *real = realpath(files[i].p, NULL);

		if (real)
			add(a, list, above(a, real), false);
		free(real);
	}
	return 0;
}

static int add_rules(struct arena *a, places *list, const char *path, struct error *e)
{
	const char *parent = above(a, path);

	if (str_ends(str_of(path), ".yaml")) {
		char *real = realpath(path, NULL);

		add(a, list, parent, false);
		if (real)
			add(a, list, above(a, real), false);
		free(real);
		return 0;
	}
	if (is_deep(parent))
		add(a, list, parent, false);
	add(a, list, path, false);
	return access(path, F_OK) == 0 ? add_targets(a, list, path, e) : 0;
}

int engine_confine(struct engine *en, struct sandbox *ret, struct error *e)
{
	const struct config *c = en->config;
	const char *config_path = en->options.config_path ? en->options.config_path : CONFIG_PATH;
	struct arena a = { 0 };
	places list = { 0 };
	int rc = 0;

	add(&a, &list, c->spool.p, true);
	add(&a, &list, above(&a, c->store.p), true);
	add(&a, &list, above(&a, c->courier_db.p), true);
	add(&a, &list, above(&a, config_path), false);
	for (size_t i = 0; rc == 0 && i < c->rules.n; i++)
		rc = add_rules(&a, &list, c->rules.items[i].p, e);
	if (rc == 0)
		rc = sandbox_enter(list.items, list.n, ret, e);
	en->confined = rc == 0;
	arena_release(&a);
	return rc;
}
