/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The spool's directories and its lock.
 *
 * The lock is an open-file-description lock on `.lock`: it ends with the process, however that ends, and is not
 * inherited by programs it starts.  The file holds the pid for people to read and is never removed.
 *
 * Nothing in the spool is synced.  A rename that a power failure undoes puts a file back into incoming/, where it is
 * judged again, which changes nothing: its id, revision and content are in the store.  The store's commit is what is
 * synced, and it comes before the rename.
 */
#include "io/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "io/files.h"
#include "io/spool_private.h"

#define MODE 0770

static const char *const names[SPOOL_DIRECTORIES] = { "incoming", "commands", "processed", "rejected", "answers" };

bool spool_name(struct str name, char ret[SPOOL_NAME_MAX + 1])
{
	if (!name.n || name.n > SPOOL_NAME_MAX || memchr(name.p, '/', name.n) || memchr(name.p, '\0', name.n) ||
	    str_is(name, ".") || str_is(name, ".."))
		return false;
	memcpy(ret, name.p, name.n);
	ret[name.n] = '\0';
	return true;
}

int64_t spool_mtime_ns(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

/* FNV-1a; start with 2166136261. */
uint32_t spool_hash(uint32_t hash, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ p[i]) * 16777619u;
	return hash;
}

/* fchmod, because the umask has its say in mkdir; the group bit that makes new files the clinic's stays. */
static int open_directory(int parent, const char *name, bool made, struct error *e)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return error_errno(e, "opening %s/ of the spool", name);
	if (made && fstat(fd, &st) == 0)
		fchmod(fd, MODE | (st.st_mode & S_ISGID));
	return fd;
}

int spool_subdirectory(int parent, const char *name, int *fd, struct error *e)
{
	struct stat now, opened;
	int fresh;

	if (*fd >= 0 && fstatat(parent, name, &now, AT_SYMLINK_NOFOLLOW) == 0 && fstat(*fd, &opened) == 0 &&
	    now.st_dev == opened.st_dev && now.st_ino == opened.st_ino)
		return 0;
	fresh = mkdirat(parent, name, MODE);
	if (fresh < 0 && errno != EEXIST)
		return error_errno(e, "making %s/ in the spool", name);
	fresh = open_directory(parent, name, fresh == 0, e);
	if (fresh < 0)
		return -1;
	if (*fd >= 0)
		close(*fd);
	*fd = fresh;
	return 0;
}

int spool_directory(struct spool *sp, enum spool_directory which, int *ret_fd, struct error *e)
{
	struct stat st;

	if (fstat(sp->root, &st) == 0 && st.st_nlink == 0)
		return error_set(e, ERROR_MACHINE, "the spool %s was removed: restart to work on a new one", sp->path);
	if (spool_subdirectory(sp->root, names[which], &sp->directories[which], e) < 0)
		return -1;
	*ret_fd = sp->directories[which];
	return 0;
}

/* What stands in the lock file; 0: nothing. */
static long pid_in(int lock)
{
	char text[32] = "";

	return pread(lock, text, sizeof text - 1, 0) > 0 ? strtol(text, NULL, 10) : 0;
}

bool spool_is_held(const char *path, long *ret_pid)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char name[4096];
	bool held;
	int fd;

	snprintf(name, sizeof name, "%s/.lock", path);
	*ret_pid = 0;
	fd = open(name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return false;
	held = fcntl(fd, F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
	if (held)
		*ret_pid = pid_in(fd);
	close(fd);
	return held;
}

static int held_by(struct spool *sp, struct error *e)
{
	long pid = pid_in(sp->lock);

	if (pid > 0)
		return error_set(e, ERROR_HELD, "%s: another daemon works on this spool (pid %ld)", sp->path, pid);
	return error_set(e, ERROR_HELD, "%s: another daemon works on this spool", sp->path);
}

static int take_lock(struct spool *sp, struct error *e)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char text[32];
	int n;

	sp->lock = openat(sp->root, ".lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (sp->lock < 0)
		return error_errno(e, "%s/.lock", sp->path);
	if (fcntl(sp->lock, F_OFD_SETLK, &whole) < 0)
		return errno == EAGAIN || errno == EACCES ? held_by(sp, e) : error_errno(e, "%s/.lock", sp->path);
	n = snprintf(text, sizeof text, "%ld\n", (long)getpid());
	if (ftruncate(sp->lock, 0) < 0 || pwrite(sp->lock, text, (size_t)n, 0) != n)
		return error_errno(e, "%s/.lock", sp->path);
	return 0;
}

static int open_all(struct spool *sp, struct error *e)
{
	int fd;

	if (access(sp->path, F_OK) < 0 && directory_make(sp->path, MODE, e) < 0)
		return -1;
	sp->root = open(sp->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (sp->root < 0)
		return error_errno(e, "%s", sp->path);
	if (take_lock(sp, e) < 0)
		return -1;
	for (int i = 0; i < SPOOL_DIRECTORIES; i++)
		if (spool_directory(sp, (enum spool_directory)i, &fd, e) < 0)
			return error_context(e, "%s", sp->path);
	return spool_poison_open(sp, e);
}

static void *take(void *p)
{
	if (!p)
		abort();
	return p;
}

int spool_open(const char *path, struct spool **ret, struct error *e)
{
	struct spool *sp = take(calloc(1, sizeof *sp));

	sp->path = take(strdup(path));
	sp->root = sp->lock = sp->current = sp->month = -1;
	for (int i = 0; i < SPOOL_DIRECTORIES; i++)
		sp->directories[i] = -1;
	for (int i = 0; i < SPOOL_QUEUES; i++)
		if (asprintf(&sp->queue_paths[i], "%s/%s", path, names[i]) < 0)
			abort();
	if (open_all(sp, e) < 0) {
		spool_close(sp);
		return -1;
	}
	*ret = sp;
	return 0;
}

static void close_one(int fd)
{
	if (fd >= 0)
		close(fd);
}

void spool_close(struct spool *sp)
{
	if (!sp)
		return;
	spool_current_clear(sp);
	for (int i = 0; i < SPOOL_DIRECTORIES; i++)
		close_one(sp->directories[i]);
	for (int i = 0; i < SPOOL_QUEUES; i++)
		free(sp->queue_paths[i]);
	arena_release(&sp->listing.arena);
	close_one(sp->month);
	close_one(sp->current);
	close_one(sp->root);
	close_one(sp->lock);
	free(sp->path);
	free(sp);
}

const char *spool_queue_path(struct spool *sp, enum spool_queue q)
{
	return sp->queue_paths[q];
}
