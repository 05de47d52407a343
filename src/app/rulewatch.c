/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/rulewatch.h"

#include <unistd.h>

#include "io/files.h"
#include "io/watch.h"

static int add_once(struct rulewatch *w, struct str directory, struct error *e)
{
	for (size_t i = 0; i < w->watched.n; i++)
		if (str_eq(w->watched.items[i], directory))
			return 0;
	if (access(directory.p, F_OK) != 0)
		return 0;
	*VEC_PUSH(&w->arena, &w->watched) = directory;
	return watch_add(directory.p, e);
}

static struct str directory_of(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return STR(".");
	return slash == path ? STR("/") : arena_dup(a, (struct str){ path, (size_t)(slash - path) });
}

int rulewatch_above(struct rulewatch *w, const char *path, struct error *e)
{
	return add_once(w, directory_of(&w->arena, path), e);
}

int rulewatch_add(struct rulewatch *w, const char *path, struct error *e)
{
	struct arena a = { 0 };
	struct str *files;
	size_t n;
	int rc;

	if (str_ends(str_of(path), ".yaml"))
		return rulewatch_above(w, path, e);
	if (access(path, F_OK) != 0)
		return 0;
	rc = add_once(w, arena_dup(&w->arena, str_of(path)), e);
	if (rc == 0)
		rc = directory_list(&a, path, ".yaml", true, &files, &n, e);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = rulewatch_above(w, files[i].p, e);
	arena_release(&a);
	return rc;
}

void rulewatch_release(struct rulewatch *w)
{
	arena_release(&w->arena);
	*w = (struct rulewatch){ 0 };
}
