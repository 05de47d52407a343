/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading one file: opened so that nothing in its place can hold or mislead us, then looked at through the descriptor.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "io/fault.h"
#include "io/spool_private.h"

#define SETTLE_S 10 /* how long a second link, or a mode still to be set, is waited for */

static void identify(struct spool_file *f, const struct stat *st)
{
	f->device = st->st_dev;
	f->inode = st->st_ino;
	f->size = st->st_size;
	f->mtime_ms = spool_mtime_ns(st) / 1000000;
	f->owner = st->st_uid;
}

static int refuse(struct spool_file *f, const char *why, enum spool_read *ret)
{
	f->why = why;
	*ret = SPOOL_REFUSED;
	return 0;
}

/* What cannot be opened is still there: say what it is. */
static int not_opened(int sys, int directory, const char *name, int64_t now_s, struct spool_file *f,
		      enum spool_read *ret, struct error *e)
{
	struct stat st;

	if (sys == ENOENT || fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		*ret = SPOOL_GONE;
		return 0;
	}
	identify(f, &st);
	switch (sys) {
	case ELOOP:
		return refuse(f, "it is a symbolic link", ret);
	case ENXIO:
	case ENODEV:
		return refuse(f, "it is not a regular file", ret);
	case EACCES:
	case EPERM:
		if (now_s - st.st_ctim.tv_sec >= SETTLE_S)
			return refuse(f, "the daemon may not read it", ret);
		*ret = SPOOL_WAIT;
		return 0;
	default:
		errno = sys;
		return error_errno(e, "opening a file of the spool (inode %llu)", (unsigned long long)st.st_ino);
	}
}

static const char *kind_refused(const struct stat *st)
{
	if (S_ISREG(st->st_mode))
		return NULL;
	if (S_ISDIR(st->st_mode))
		return "it is a directory";
	if (S_ISFIFO(st->st_mode))
		return "it is a fifo";
	return "it is not a regular file";
}

/* One byte more than the size is asked for: a file that grows meanwhile is not finished. */
static int read_bytes(int fd, struct arena *a, struct spool_file *f, enum spool_read *ret, struct error *e)
{
	size_t size = (size_t)f->size, n = 0;
	char *p = arena_alloc(a, size + 2, 1);

	while (n <= size) {
		int pretended = fault_error("spool-read");
		ssize_t got = pretended ? -1 : read(fd, p + n, size + 1 - n);

		if (pretended)
			errno = pretended;
		if (got < 0 && errno == EINTR)
			continue;
		/* The file's own trouble, not the machine's: it must not hold up the others. */
		if (got < 0 && errno == EIO)
			return refuse(f, "the disk cannot read it (input/output error)", ret);
		if (got < 0)
			return error_errno(e, "reading a file of the spool (inode %llu)", (unsigned long long)f->inode);
		if (got == 0)
			break;
		n += (size_t)got;
	}
	*ret = n == size ? SPOOL_READ : SPOOL_WAIT;
	p[n] = '\0';
	f->bytes = (struct str){ p, n };
	return 0;
}

static int read_open(int fd, struct arena *a, size_t max_bytes, int64_t now_s, struct spool_file *f,
		     enum spool_read *ret, struct error *e)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return error_errno(e, "looking at a file of the spool");
	identify(f, &st);
	if (st.st_nlink == 0) {
		*ret = SPOOL_GONE;
		return 0;
	}
	if (kind_refused(&st))
		return refuse(f, kind_refused(&st), ret);
	if (st.st_nlink > 1 && now_s - st.st_ctim.tv_sec < SETTLE_S) {
		*ret = SPOOL_WAIT;
		return 0;
	}
	if (st.st_nlink > 1)
		return refuse(f, "it has a second hard link elsewhere", ret);
	if ((uint64_t)st.st_size > max_bytes)
		return refuse(f, "it is too large", ret);
	return read_bytes(fd, a, f, ret, e);
}

int spool_read(struct spool *sp, struct arena *a, enum spool_queue q, struct str name, size_t max_bytes, int64_t now_s,
	       enum spool_read *ret_outcome, struct spool_file *ret, struct error *e)
{
	char z[SPOOL_NAME_MAX + 1];
	int fd, r;

	*ret = (struct spool_file){ .name = arena_dup(a, name) };
	if (!spool_name(name, z)) {
		*ret_outcome = SPOOL_GONE;
		return 0;
	}
	fd = openat(sp->directories[q], z, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return not_opened(errno, sp->directories[q], z, now_s, ret, ret_outcome, e);
	r = read_open(fd, a, max_bytes, now_s, ret, ret_outcome, e);
	close(fd);
	return r;
}
