/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "io/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/clock.h"

#define LIST_MAX_DEPTH 16

static int read_open(struct arena *a, int fd, const char *path, size_t max, struct str *ret, struct error *e)
{
	struct stat st;
	size_t n = 0;
	char *p;

	if (fstat(fd, &st) < 0)
		return error_errno(e, "%s", path);
	if (!S_ISREG(st.st_mode))
		return error_set(e, ERROR_REFUSED, "%s: not a regular file", path);
	if ((uint64_t)st.st_size > max)
		return error_set(e, ERROR_REFUSED, "%s: larger than %zu bytes", path, max);
	p = arena_alloc(a, (size_t)st.st_size + 1, 1);
	while (n < (size_t)st.st_size) {
		ssize_t got = read(fd, p + n, (size_t)st.st_size - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_errno(e, "%s", path);
		if (got == 0)
			break;
		n += (size_t)got;
	}
	p[n] = '\0';
	*ret = (struct str){ p, n };
	return 0;
}

/* O_NONBLOCK: a fifo in place of the file must not hold the program. */
int file_read(struct arena *a, const char *path, size_t max, struct str *ret, struct error *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), r;

	if (fd < 0)
		return error_errno(e, "%s", path);
	r = read_open(a, fd, path, max, ret, e);
	close(fd);
	return r;
}

static int write_all(int fd, struct str bytes)
{
	while (bytes.n) {
		ssize_t put = write(fd, bytes.p, bytes.n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		bytes.p += put;
		bytes.n -= (size_t)put;
	}
	return 0;
}

static size_t directory_length(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) + 1 : 0;
}

static int write_temporary(const char *temporary, struct str bytes, unsigned mode)
{
	int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode), r;

	if (fd < 0)
		return -1;
	r = fchmod(fd, mode) < 0 || write_all(fd, bytes) < 0 || fsync(fd) < 0 ? -1 : 0;
	if (close(fd) < 0)
		r = -1;
	return r;
}

/* So that the new name survives a power failure too.  A drop box (mode 3730) its writers cannot open: left to the
 * system. */
static int sync_directory(const char *path, size_t length)
{
	char directory[4096];
	int fd, r;

	snprintf(directory, sizeof directory, "%.*s", length ? (int)length : 1, length ? path : ".");
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno == EACCES ? 0 : -1;
	r = fsync(fd);
	close(fd);
	return r;
}

int file_write(const char *path, struct str bytes, unsigned mode, struct error *e)
{
	size_t n = directory_length(path);
	char temporary[4096], tag[9];

	random_hex(tag, sizeof tag - 1);
	if ((size_t)snprintf(temporary, sizeof temporary, "%.*s.%s.tmp", (int)n, path, tag) >= sizeof temporary)
		return error_set(e, ERROR_REFUSED, "%s: the path is too long", path);
	if (write_temporary(temporary, bytes, mode) < 0 || rename(temporary, path) < 0) {
		error_errno(e, "%s", path);
		unlink(temporary);
		return -1;
	}
	return sync_directory(path, n) < 0 ? error_errno(e, "%s", path) : 0;
}

/* A sandbox may refuse the very call (RestrictSUIDSGID refuses mode 02770), so what is there is not made again. */
static int make_one(const char *path, unsigned mode)
{
	if (access(path, F_OK) == 0 || mkdir(path, mode) == 0 || errno == EEXIST)
		return 0;
	return -1;
}

int directory_make(const char *path, unsigned mode, struct error *e)
{
	char part[4096];
	size_t n = strlen(path);

	if (n == 0 || n >= sizeof part)
		return error_set(e, ERROR_REFUSED, "a path of %zu bytes cannot be made", n);
	memcpy(part, path, n + 1);
	for (size_t i = 1; i <= n; i++) {
		if (part[i] != '/' && part[i] != '\0')
			continue;
		part[i] = '\0';
		if (make_one(part, mode) < 0)
			return error_errno(e, "%s", part);
		part[i] = path[i];
	}
	return 0;
}

int directory_make_for(const char *file, unsigned mode, struct error *e)
{
	const char *slash = strrchr(file, '/');
	char directory[4096];

	if (!slash || slash == file)
		return 0;
	if ((size_t)(slash - file) >= sizeof directory)
		return error_set(e, ERROR_REFUSED, "a path of %zu bytes cannot be made", strlen(file));
	snprintf(directory, sizeof directory, "%.*s", (int)(slash - file), file);
	return directory_make(directory, mode, e);
}

typedef VEC(struct str) paths;

static int list_into(struct arena *a, const char *path, const char *suffix, int depth, paths *all, struct error *e);

/* A directory is gone into when there is depth left; symbolic links are followed, as administrators expect of rules. */
static int list_one(struct arena *a, const char *path, const char *suffix, int depth, paths *all, struct error *e)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return errno == ENOENT ? 0 : error_errno(e, "%s", path);
	if (S_ISDIR(st.st_mode))
		return depth > 0 ? list_into(a, path, suffix, depth - 1, all, e) : 0;
	if (str_ends(str_of(path), suffix))
		*VEC_PUSH(a, all) = str_of(path);
	return 0;
}

static int list_into(struct arena *a, const char *path, const char *suffix, int depth, paths *all, struct error *e)
{
	DIR *d = opendir(path);
	int r = 0;

	if (!d)
		return error_errno(e, "%s", path);
	for (struct dirent *entry; r == 0 && (entry = readdir(d));)
		if (entry->d_name[0] != '.')
			r = list_one(a, arena_printf(a, "%s/%s", path, entry->d_name).p, suffix, depth, all, e);
	closedir(d);
	return r;
}

static int by_bytes(const void *x, const void *y)
{
	return str_cmp(*(const struct str *)x, *(const struct str *)y);
}

int directory_list(struct arena *a, const char *path, const char *suffix, bool deep, struct str **ret, size_t *ret_n,
		   struct error *e)
{
	paths all = { 0 };

	if (list_into(a, path, suffix, deep ? LIST_MAX_DEPTH : 0, &all, e) < 0)
		return -1;
	if (all.n)
		qsort(all.items, all.n, sizeof *all.items, by_bytes);
	*ret = all.items;
	*ret_n = all.n;
	return 0;
}
