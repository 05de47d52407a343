/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pool of threads for work that is cut into independent pieces: piece 0, 1, 2 ... of n, each done once.
 *
 * Which thread does which piece is left to chance; whoever wants the same outcome every time adds up what does not
 * depend on the order.
 */
#ifndef RUPTURED_IO_POOL_H
#define RUPTURED_IO_POOL_H

#include <stddef.h>

#define POOL_MAX 64

struct pool_work {
	/* `worker` counts from 0: each has its own memory.  A worker gets its pieces in rising order.  Not 0: no further
	 * pieces are begun. */
	int (*piece)(void *user, size_t worker, size_t index);
	/* Called by the thread that runs the pool, about ten times a second, and once at the end; or NULL. */
	void (*progress)(void *user, size_t done, size_t n);
	void *user;
};

/* How many threads this machine runs at once: 1 to POOL_MAX. */
size_t pool_cores(void);
/* 0, or what a piece that failed returned. */
int pool_run(size_t workers, size_t n, const struct pool_work *work);

#endif
