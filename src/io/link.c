/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "io/link.h"

#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "io/lookup.h"

#define DRAIN_READS 64

/* In the order in which a message goes through them; a kept connection starts at WRITING. */
enum link_phase { PHASE_LOOKUP, PHASE_CONNECT, PHASE_HANDSHAKE, PHASE_WRITE, PHASE_FLUSH, PHASE_IDLE };

struct link {
	struct link_target target;
	struct arena arena; /* the target's */
	enum link_phase phase;
	struct lookup *lookup;
	const struct addrinfo *address; /* the one being tried */
	unsigned hung;			/* addresses that are not tried first, for they were when time ran out */
	int fd;
	struct tls *tls;
	struct buf message;
	size_t written;
};

static const char *zero(struct str s)
{
	return s.p; /* arena's: a NUL follows */
}

struct link *link_new(const struct link_target *target)
{
	struct link *l = calloc(1, sizeof *l);

	if (!l)
		abort();
	l->fd = -1;
	l->phase = PHASE_LOOKUP;
	l->target.kind = target->kind;
	l->target.host = arena_dup(&l->arena, target->host);
	l->target.port = arena_dup(&l->arena, target->port);
	l->target.ca = arena_dup(&l->arena, target->ca);
	l->target.cert = arena_dup(&l->arena, target->cert);
	l->target.key = arena_dup(&l->arena, target->key);
	return l;
}

bool link_leads_to(const struct link *l, const struct link_target *target)
{
	return l->target.kind == target->kind && str_eq(l->target.host, target->host) &&
	       str_eq(l->target.port, target->port) && str_eq(l->target.ca, target->ca) &&
	       str_eq(l->target.cert, target->cert) && str_eq(l->target.key, target->key);
}

static void close_socket(struct link *l)
{
	tls_close(l->tls);
	l->tls = NULL;
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
}

void link_drop(struct link *l)
{
	if (l->phase == PHASE_CONNECT && l->address)
		l->hung++;
	close_socket(l);
	lookup_free(l->lookup);
	l->lookup = NULL;
	l->address = NULL;
	l->phase = PHASE_LOOKUP;
	l->written = 0;
}

void link_free(struct link *l)
{
	link_drop(l);
	buf_release(&l->message);
	arena_release(&l->arena);
	free(l);
}

/* ---- is anybody there? ---- */

static bool tcp_alive(int fd)
{
	char away[512];

	for (int i = 0; i < DRAIN_READS; i++) {
		ssize_t n = recv(fd, away, sizeof away, MSG_DONTWAIT);

		if (n == 0)
			return false;
		if (n < 0 && errno != EINTR)
			return errno == EAGAIN || errno == EWOULDBLOCK;
	}
	return true;
}

static bool alive(struct link *l)
{
	return l->tls ? tls_alive(l->tls) : tcp_alive(l->fd);
}

void link_send(struct link *l, struct str message)
{
	buf_reset(&l->message);
	buf_puts(&l->message, message);
	l->written = 0;
	if (l->phase == PHASE_IDLE && alive(l))
		l->phase = PHASE_WRITE;
	else
		link_drop(l);
}

/* ---- step by step: each goes to the next phase, waits, or fails ---- */

static const struct addrinfo *first_address(struct link *l, const struct addrinfo *list)
{
	const struct addrinfo *a = list;

	for (unsigned i = 0; i < l->hung && a; i++)
		a = a->ai_next;
	if (!a)
		l->hung = 0;
	return a ? a : list;
}

static enum link_progress step_lookup(struct link *l, struct error *why)
{
	int type = l->target.kind == LINK_UDP ? SOCK_DGRAM : SOCK_STREAM;

	if (!l->lookup)
		l->lookup = lookup_start(zero(l->target.host), zero(l->target.port), type);
	if (!lookup_done(l->lookup, &l->address, why))
		return LINK_WAITS;
	if (!l->address)
		return LINK_FAILED;
	l->address = first_address(l, l->address);
	l->phase = PHASE_CONNECT;
	return LINK_SENT;
}

static int open_socket(struct link *l, struct error *why)
{
	const struct addrinfo *a = l->address;
	int on = 1;

	l->fd = socket(a->ai_family, a->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, a->ai_protocol);
	if (l->fd < 0)
		return error_errno(why, "socket");
	if (a->ai_socktype == SOCK_STREAM) {
		setsockopt(l->fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
		setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	}
	if (connect(l->fd, a->ai_addr, a->ai_addrlen) < 0 && errno != EINPROGRESS)
		return error_errno(why, "%s port %s", zero(l->target.host), zero(l->target.port));
	return 0;
}

/* 1: connected; 0: not yet; -1. */
static int connected(struct link *l, struct error *why)
{
	struct pollfd p = { .fd = l->fd, .events = POLLOUT };
	socklen_t size = sizeof(int);
	int failure = 0;

	if (poll(&p, 1, 0) == 0)
		return 0;
	if (getsockopt(l->fd, SOL_SOCKET, SO_ERROR, &failure, &size) == 0 && failure == 0)
		return 1;
	errno = failure;
	return error_errno(why, "%s port %s", zero(l->target.host), zero(l->target.port));
}

/* A host with several addresses is reached by the first that answers. */
static enum link_progress step_connect(struct link *l, struct error *why)
{
	int rc = l->fd < 0 ? open_socket(l, why) : 0;

	if (rc == 0)
		rc = connected(l, why);
	if (rc == 0)
		return LINK_WAITS;
	if (rc > 0) {
		l->hung = 0;
		l->phase = l->target.kind == LINK_TLS ? PHASE_HANDSHAKE : PHASE_WRITE;
		return LINK_SENT;
	}
	close_socket(l);
	l->address = l->address->ai_next;
	return l->address ? LINK_SENT : LINK_FAILED;
}

static enum link_progress progress_of(struct link *l, enum tls_progress progress, enum link_phase next)
{
	if (progress == TLS_DONE)
		l->phase = next;
	return progress == TLS_DONE ? LINK_SENT : progress == TLS_WAIT ? LINK_WAITS : LINK_FAILED;
}

static enum link_progress step_handshake(struct link *l, struct error *why)
{
	struct tls_trust trust = { zero(l->target.ca), zero(l->target.cert), zero(l->target.key) };

	if (!l->tls && tls_open(l->fd, zero(l->target.host), &trust, &l->tls, why) < 0)
		return LINK_FAILED;
	return progress_of(l, tls_handshake(l->tls, why), PHASE_WRITE);
}

static enum link_progress write_some(struct link *l, size_t *ret_n, struct error *why)
{
	const char *from = l->message.p + l->written;
	size_t left = l->message.n - l->written;
	ssize_t n;

	*ret_n = 0;
	if (l->tls)
		return progress_of(l, tls_write(l->tls, from, left, ret_n, why), PHASE_WRITE);
	n = send(l->fd, from, left, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n >= 0) {
		*ret_n = (size_t)n;
		return LINK_SENT;
	}
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
		return LINK_WAITS;
	error_errno(why, "%s port %s", zero(l->target.host), zero(l->target.port));
	return LINK_FAILED;
}

static enum link_progress step_write(struct link *l, struct error *why)
{
	enum link_progress progress = LINK_SENT;
	size_t n;

	while (l->written < l->message.n && progress == LINK_SENT) {
		progress = write_some(l, &n, why);
		l->written += n;
	}
	if (progress == LINK_SENT)
		l->phase = PHASE_FLUSH;
	return progress;
}

/* An answer that nobody listens (ICMP) comes at once from near by, and is all that UDP ever says. */
static enum link_progress flush_datagram(struct link *l, struct error *why)
{
	int rc = connected(l, why);

	link_drop(l); /* addresses change, and a datagram would not tell */
	l->phase = PHASE_IDLE;
	return rc < 0 ? LINK_FAILED : LINK_SENT;
}

static enum link_progress step_flush(struct link *l, struct error *why)
{
	int unacknowledged = 0;

	if (l->target.kind == LINK_UDP)
		return flush_datagram(l, why);
	if (ioctl(l->fd, SIOCOUTQ, &unacknowledged) < 0)
		unacknowledged = 0;
	if (!alive(l)) { /* asked last: what was acknowledged may have been thrown away with the connection */
		error_set(why, ERROR_AGAIN, "%s port %s ended the connection", zero(l->target.host),
			  zero(l->target.port));
		return LINK_FAILED;
	}
	if (unacknowledged > 0)
		return LINK_WAITS;
	l->phase = PHASE_IDLE;
	return LINK_SENT;
}

enum link_progress link_step(struct link *l, struct error *why)
{
	static enum link_progress (*const steps[])(struct link *, struct error *) = {
		[PHASE_LOOKUP] = step_lookup, [PHASE_CONNECT] = step_connect, [PHASE_HANDSHAKE] = step_handshake,
		[PHASE_WRITE] = step_write,   [PHASE_FLUSH] = step_flush,
	};
	enum link_progress progress = LINK_SENT;

	while (progress == LINK_SENT && l->phase != PHASE_IDLE)
		progress = steps[l->phase](l, why);
	if (progress == LINK_FAILED || (progress == LINK_SENT && l->fd < 0))
		link_drop(l);
	return progress;
}
