/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Probes of the real engine, in this process: spool, store, courier.db, all durable.  STAGE is a directory of records
 * in the spool's file system, from where they are renamed into incoming/.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/engine.h"
#include "bench.h"
#include "io/files.h"

struct live {
	struct arena arena;
	struct engine *engine;
	struct str *files;
	size_t n;
};

static int live_open(struct live *l, char **argv, struct error *e)
{
	struct engine_options options = { .config_path = argv[1], .as_of = DATE_NONE };
	struct diags d = { .arena = &l->arena };
	struct config *config = config_load(argv[1], &d, e);

	if (!config)
		return e->kind != ERROR_NONE ? -1 : error_set(e, ERROR_REFUSED, "%s has faults", argv[1]);
	if (engine_open(config, &options, &l->engine, e) < 0)
		return -1;
	return directory_list(&l->arena, argv[2], ".json", false, &l->files, &l->n, e);
}

static void live_close(struct live *l)
{
	engine_close(l->engine);
	arena_release(&l->arena);
}

static int drop(struct live *l, size_t i, struct error *e)
{
	char to[4096];

	snprintf(to, sizeof to, "%s/%s", engine_queue_path(l->engine, SPOOL_INCOMING), strrchr(l->files[i].p, '/') + 1);
	return rename(l->files[i].p, to) < 0 ? error_errno(e, "%s", to) : 0;
}

static int step_until_idle(struct live *l, struct error *e)
{
	bool progress = true;
	int64_t wake;

	for (bool look = true; progress; look = false)
		if (engine_step(l->engine, look, &progress, &wake, e) < 0)
			return -1;
	return 0;
}

static int check_all_taken(struct live *l, struct error *e)
{
	uint64_t taken = engine_counts(l->engine).records;

	return taken == l->n
		       ? 0
		       : error_set(e, ERROR_MACHINE, "%llu of %zu records were taken", (unsigned long long)taken, l->n);
}

/* One by one, as sessions end: each renamed, judged, committed, relayed and retired before the next. */
int bench_live(int argc, char **argv, struct result *ret, struct error *e)
{
	struct live l = { 0 };
	double *each, start;
	int rc;

	(void)argc;
	if (live_open(&l, argv, e) < 0)
		return -1;
	each = ARENA_ARRAY(&l.arena, double, l.n + 1);
	rc = step_until_idle(&l, e);
	for (size_t i = 0; rc == 0 && i < l.n; i++) {
		start = bench_now();
		rc = drop(&l, i, e);
		if (rc == 0)
			rc = step_until_idle(&l, e);
		each[i] = bench_now() - start;
		ret->seconds += each[i];
	}
	if (rc == 0 && l.n) {
		bench_percentiles(each, l.n, ret);
		rc = check_all_taken(&l, e);
	}
	ret->records = l.n;
	live_close(&l);
	return rc;
}

/* All at once, as after an outage. */
int bench_backlog(int argc, char **argv, struct result *ret, struct error *e)
{
	struct live l = { 0 };
	double start;
	int rc;

	(void)argc;
	if (live_open(&l, argv, e) < 0)
		return -1;
	rc = step_until_idle(&l, e);
	for (size_t i = 0; rc == 0 && i < l.n; i++)
		rc = drop(&l, i, e);
	start = bench_now();
	if (rc == 0)
		rc = step_until_idle(&l, e);
	ret->seconds = bench_now() - start;
	ret->records = l.n;
	if (rc == 0)
		rc = check_all_taken(&l, e);
	live_close(&l);
	return rc;
}
