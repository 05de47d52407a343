/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "io/lookup.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Held by whoever asked and by the thread; the last to let go frees it. */
struct lookup {
	atomic_int holders;
	atomic_bool done;
	char *host, *port;
	struct addrinfo hints;
	struct addrinfo *found;
	int failure; /* of getaddrinfo, or 0 */
};

static void let_go(struct lookup *l)
{
	if (atomic_fetch_sub(&l->holders, 1) > 1)
		return;
	if (l->found)
		freeaddrinfo(l->found);
	free(l->host);
	free(l->port);
	free(l);
}

static void ask(struct lookup *l)
{
	l->failure = getaddrinfo(l->host, l->port, &l->hints, &l->found);
	atomic_store(&l->done, true);
}

static void *ask_aside(void *at)
{
	ask(at);
	let_go(at);
	return NULL;
}

static bool start_thread(struct lookup *l)
{
	pthread_attr_t attr;
	pthread_t thread;
	bool started;

	if (pthread_attr_init(&attr) != 0)
		return false;
	atomic_store(&l->holders, 2);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	started = pthread_create(&thread, &attr, ask_aside, l) == 0;
	if (!started)
		atomic_store(&l->holders, 1);
	pthread_attr_destroy(&attr);
	return started;
}

struct lookup *lookup_start(const char *host, const char *port, int type)
{
	struct lookup *l = calloc(1, sizeof *l);

	if (!l || !(l->host = strdup(host)) || !(l->port = strdup(port)))
		abort();
	atomic_init(&l->holders, 1);
	l->hints = (struct addrinfo){ .ai_socktype = type, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
	ask(l);
	if (l->failure != EAI_NONAME)
		return l;
	l->hints.ai_flags = AI_NUMERICSERV | AI_ADDRCONFIG;
	l->failure = 0;
	atomic_store(&l->done, false);
	if (!start_thread(l)) {
		l->failure = EAI_AGAIN;
		atomic_store(&l->done, true);
	}
	return l;
}

bool lookup_done(struct lookup *l, const struct addrinfo **ret, struct error *why)
{
	if (!atomic_load(&l->done))
		return false;
	*ret = l->failure ? NULL : l->found;
	if (!*ret)
		error_set(why, ERROR_AGAIN, "no address of %s: %s", l->host, gai_strerror(l->failure));
	return true;
}

void lookup_free(struct lookup *l)
{
	if (l)
		let_go(l);
}
