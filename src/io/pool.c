/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "io/pool.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define PROGRESS_NS 100000000

struct pool {
	const struct pool_work *work;
	pthread_mutex_t lock;
	pthread_cond_t ended; /* a worker has */
	size_t n, next, done, working;
	int failed;
};

struct worker {
	struct pool *pool;
	size_t number;
	pthread_t thread;
};

/* The next piece, or false when there is none left to begin. */
static bool take(struct pool *p, size_t *ret)
{
	bool more;

	pthread_mutex_lock(&p->lock);
	more = !p->failed && p->next < p->n;
	if (more)
		*ret = p->next++;
	pthread_mutex_unlock(&p->lock);
	return more;
}

static void give(struct pool *p, int rc)
{
	pthread_mutex_lock(&p->lock);
	p->done++;
	if (rc && !p->failed)
		p->failed = rc;
	pthread_mutex_unlock(&p->lock);
}

static void *work(void *user)
{
	struct worker *w = user;
	struct pool *p = w->pool;
	size_t piece;

	while (take(p, &piece))
		give(p, p->work->piece(p->work->user, w->number, piece));
	pthread_mutex_lock(&p->lock);
	p->working--;
	pthread_cond_signal(&p->ended);
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

static void tell(struct pool *p)
{
	size_t done = p->done;

	if (!p->work->progress)
		return;
	pthread_mutex_unlock(&p->lock);
	p->work->progress(p->work->user, done, p->n);
	pthread_mutex_lock(&p->lock);
}

/* Until all workers have ended. */
static void watch(struct pool *p)
{
	struct timespec until;

	pthread_mutex_lock(&p->lock);
	while (p->working) {
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += PROGRESS_NS;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		pthread_cond_timedwait(&p->ended, &p->lock, &until);
		if (p->working)
			tell(p);
	}
	tell(p);
	pthread_mutex_unlock(&p->lock);
}

size_t pool_cores(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > POOL_MAX ? POOL_MAX : (size_t)n;
}

int pool_run(size_t workers, size_t n, const struct pool_work *pool_work)
{
	struct pool p = { .work = pool_work, .n = n };
	struct worker all[POOL_MAX];
	size_t started = 0;

	workers = workers > n ? n : workers;
	pthread_mutex_init(&p.lock, NULL);
	pthread_cond_init(&p.ended, NULL);
	p.working = workers > POOL_MAX ? POOL_MAX : workers;
	for (size_t wanted = p.working; started < wanted; started++) {
		all[started] = (struct worker){ .pool = &p, .number = started };
		if (pthread_create(&all[started].thread, NULL, work, &all[started]) != 0)
			abort(); /* no memory for a thread */
	}
	watch(&p);
	for (size_t i = 0; i < started; i++)
		pthread_join(all[i].thread, NULL);
	pthread_cond_destroy(&p.ended);
	pthread_mutex_destroy(&p.lock);
	return p.failed;
}
