/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `courier.db.lock`: one courier delivers from a courier.db.  Two would each hand over what is due, and keep no order.
 *
 * An open-file-description lock: it ends with the process, however that ends, and a hook does not inherit it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/outbox.h"

static int held_by(int fd, const char *outbox_path, struct error *e)
{
	char text[32] = "";
	long pid = pread(fd, text, sizeof text - 1, 0) > 0 ? strtol(text, NULL, 10) : 0;

	if (pid > 0)
		return error_set(e, ERROR_HELD, "%s: another courier delivers from it (pid %ld)", outbox_path, pid);
	return error_set(e, ERROR_HELD, "%s: another courier delivers from it", outbox_path);
}

static int take(int fd, const char *outbox_path, const char *path, struct error *e)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char text[32];
	int n;

	if (fcntl(fd, F_OFD_SETLK, &whole) < 0)
		return errno == EAGAIN || errno == EACCES ? held_by(fd, outbox_path, e) : error_errno(e, "%s", path);
	n = snprintf(text, sizeof text, "%ld\n", (long)getpid());
	if (ftruncate(fd, 0) < 0 || pwrite(fd, text, (size_t)n, 0) != n)
		return error_errno(e, "%s", path);
	return 0;
}

int outbox_lock(const char *outbox_path, int *ret_fd, struct error *e)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof path, "%s.lock", outbox_path);
	fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0660);
	if (fd < 0)
		return error_errno(e, "%s", path);
	if (take(fd, outbox_path, path, e) < 0) {
		close(fd);
		return -1;
	}
	*ret_fd = fd;
	return 0;
}
