/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bell: `courier.db.bell`, a fifo.  A full one has rung already, one without a listener need not ring.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/outbox.h"

static void bell_path(const char *outbox_path, char *ret, size_t size)
{
	snprintf(ret, size, "%s.bell", outbox_path);
}

/* Open for writing too, so that the last ringer's leaving is no end of file. */
static int open_fifo(const char *path, int flags)
{
	int fd = open(path, flags | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd >= 0 && (fstat(fd, &st) < 0 || !S_ISFIFO(st.st_mode))) {
		close(fd);
		errno = ENOTSUP;
		return -1;
	}
	return fd;
}

int outbox_bell_listen(const char *outbox_path, int *ret_fd, struct error *e)
{
	char path[4096];

	bell_path(outbox_path, path, sizeof path);
	if (mkfifo(path, 0660) == 0)
		chmod(path, 0660);
	else if (errno != EEXIST)
		return error_errno(e, "%s", path);
	*ret_fd = open_fifo(path, O_RDWR);
	return *ret_fd < 0 ? error_errno(e, "%s", path) : 0;
}

void outbox_bell_ring(const char *outbox_path)
{
	char path[4096];
	int fd;

	bell_path(outbox_path, path, sizeof path);
	fd = open_fifo(path, O_WRONLY);
	if (fd < 0)
		return;
	while (write(fd, "!", 1) < 0 && errno == EINTR)
		;
	close(fd);
}

void outbox_bell_drain(int fd)
{
	char block[256];
	ssize_t n;

	do
		n = read(fd, block, sizeof block);
	while (n > 0 || (n < 0 && errno == EINTR));
}
