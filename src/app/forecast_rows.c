/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Announcements into the order of time, whatever their number: sorted runs in a scratch file, then merged.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "app/forecast.h"
#include "io/spill.h"

#define RUN_ROWS   4096
#define BLOCK_ROWS 64 /* of a run, in memory while merging */

struct run {
	uint64_t at;
	size_t n;
};

struct forecast {
	struct arena arena;
	struct spill *spill;
	pthread_mutex_t lock; /* of the list of runs */
	VEC(struct run) runs;
};

struct forecast_writer {
	struct forecast *forecast;
	size_t n;
	struct forecast_row rows[RUN_ROWS];
};

int forecast_open(struct forecast **ret, struct error *e)
{
	struct forecast *f = calloc(1, sizeof *f);

	if (!f)
		abort();
	if (spill_open(&f->spill, e) < 0) {
		free(f);
		return -1;
	}
	pthread_mutex_init(&f->lock, NULL);
	*ret = f;
	return 0;
}

void forecast_close(struct forecast *f)
{
	if (!f)
		return;
	spill_close(f->spill);
	pthread_mutex_destroy(&f->lock);
	arena_release(&f->arena);
	free(f);
}

static int order(size_t a, size_t b)
{
	return (a > b) - (a < b);
}

static int by_time(const void *va, const void *vb)
{
	const struct forecast_row *a = va, *b = vb;

	if (a->set != b->set)
		return order(a->set, b->set);
	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	if (a->case_index != b->case_index)
		return order(a->case_index, b->case_index);
	return a->order != b->order ? order(a->order, b->order) : order(a->nth, b->nth);
}

/* ---- writing ---- */

struct forecast_writer *forecast_writer_new(struct forecast *f)
{
	struct forecast_writer *w = calloc(1, sizeof *w);

	if (!w)
		abort();
	w->forecast = f;
	return w;
}

static int write_run(struct forecast_writer *w, struct error *e)
{
	struct forecast *f = w->forecast;
	struct run run = { .n = w->n };

	if (!w->n)
		return 0;
	qsort(w->rows, w->n, sizeof *w->rows, by_time);
	if (spill_put(f->spill, (struct str){ (const char *)w->rows, w->n * sizeof *w->rows }, &run.at, e) < 0)
		return -1;
	w->n = 0;
	pthread_mutex_lock(&f->lock);
	*VEC_PUSH(&f->arena, &f->runs) = run;
	pthread_mutex_unlock(&f->lock);
	return 0;
}

int forecast_put(struct forecast_writer *w, const struct forecast_row *row, struct error *e)
{
	w->rows[w->n++] = *row;
	return w->n == RUN_ROWS ? write_run(w, e) : 0;
}

int forecast_writer_end(struct forecast_writer *w, struct error *e)
{
	int rc = write_run(w, e);

	free(w);
	return rc;
}

/* ---- merging ---- */

struct cursor {
	struct run left; /* in the file */
	struct arena block;
	struct forecast_row rows[BLOCK_ROWS];
	size_t next, n;
};

static int refill(struct forecast *f, struct cursor *c, struct error *e)
{
	size_t n = c->left.n < BLOCK_ROWS ? c->left.n : BLOCK_ROWS;
	struct str bytes;

	if (c->next < c->n || !n)
		return 0;
	arena_reset(&c->block);
	if (spill_get(f->spill, &c->block, c->left.at, n * sizeof *c->rows, &bytes, e) < 0)
		return -1;
	memcpy(c->rows, bytes.p, bytes.n);
	c->next = 0;
	c->n = n;
	c->left.at += bytes.n;
	c->left.n -= n;
	return 0;
}

/* The one whose next row comes first, or NULL. */
static struct cursor *first_of(struct cursor *cursors, size_t n)
{
	struct cursor *ret = NULL;

	for (size_t i = 0; i < n; i++)
		if (cursors[i].next < cursors[i].n &&
		    (!ret || by_time(&cursors[i].rows[cursors[i].next], &ret->rows[ret->next]) < 0))
			ret = &cursors[i];
	return ret;
}

int forecast_sorted(struct forecast *f, int (*row)(void *user, const struct forecast_row *r), void *user,
		    struct error *e)
{
	struct cursor *cursors = ARENA_ARRAY(&f->arena, struct cursor, f->runs.n + 1), *c;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < f->runs.n; i++) {
		cursors[i].left = f->runs.items[i];
		rc = refill(f, &cursors[i], e);
	}
	while (rc == 0 && (c = first_of(cursors, f->runs.n))) {
		rc = row(user, &c->rows[c->next++]);
		if (rc == 0)
			rc = refill(f, c, e);
	}
	for (size_t i = 0; i < f->runs.n; i++)
		arena_release(&cursors[i].block);
	return rc;
}
