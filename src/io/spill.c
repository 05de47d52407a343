/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "io/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct spill {
	int fd;
	_Atomic uint64_t end;
};

static int open_nameless(const char *directory)
{
	char path[4096];
	int fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0 || (size_t)snprintf(path, sizeof path, "%s/ruptured-XXXXXX", directory) >= sizeof path)
		return fd;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

int spill_open(struct spill **ret, struct error *e)
{
	const char *directory = getenv("TMPDIR");
	struct spill *s = calloc(1, sizeof *s);

	if (!s)
		abort();
	if (!directory || !*directory)
		directory = "/tmp";
	s->fd = open_nameless(directory);
	if (s->fd < 0) {
		free(s);
		return error_errno(e, "a scratch file in %s", directory);
	}
	*ret = s;
	return 0;
}

void spill_close(struct spill *s)
{
	if (!s)
		return;
	close(s->fd);
	free(s);
}

int spill_put(struct spill *s, struct str bytes, uint64_t *ret, struct error *e)
{
	uint64_t at = atomic_fetch_add(&s->end, bytes.n);

	*ret = at;
	for (size_t done = 0; done < bytes.n;) {
		ssize_t n = pwrite(s->fd, bytes.p + done, bytes.n - done, (off_t)(at + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return error_errno(e, "the scratch file");
		done += (size_t)n;
	}
	return 0;
}

int spill_get(struct spill *s, struct arena *a, uint64_t at, size_t size, struct str *ret, struct error *e)
{
	char *bytes = ARENA_ARRAY(a, char, size + 1);

	for (size_t done = 0; done < size;) {
		ssize_t n = pread(s->fd, bytes + done, size - done, (off_t)(at + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return error_errno(e, "the scratch file");
		done += (size_t)n;
	}
	*ret = (struct str){ bytes, size };
	return 0;
}
