/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "io/local_socket.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int connect_to(const char *path, int type, struct error *why)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return error_errno(why, "log socket");
	memcpy(to.sun_path, path, strnlen(path, sizeof to.sun_path - 1));
	if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
		return fd;
	error_errno(why, "nobody listens at %s", path);
	close(fd);
	return -1;
}

/* A log daemon that hangs leaves its queue full, and syslog(3) would wait for it for ever. */
static bool takes_more(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	return poll(&p, 1, 0) == 1 && (p.revents & POLLOUT);
}

static int not_keeping_up(const char *path, struct error *why)
{
	return error_set(why, ERROR_AGAIN, "the listener at %s is not keeping up", path);
}

int local_socket_probe(const char *path, struct error *why)
{
	int fd = connect_to(path, SOCK_DGRAM, why);
	bool fine;

	if (fd < 0 && why->sys == EPROTOTYPE)
		fd = connect_to(path, SOCK_STREAM, why);
	if (fd < 0)
		return -1;
	fine = takes_more(fd);
	close(fd);
	return fine ? 0 : not_keeping_up(path, why);
}

int local_socket_send(const char *path, struct str message, struct error *why)
{
	int fd = connect_to(path, SOCK_DGRAM, why), rc = 0;

	if (fd < 0)
		return why->sys == EPROTOTYPE ? error_set(why, ERROR_AGAIN, "%s does not take datagrams", path) : -1;
	if (send(fd, message.p, message.n, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		rc = errno == EAGAIN ? not_keeping_up(path, why) : error_errno(why, "%s", path);
	close(fd);
	return rc;
}
