/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libinotifytools keeps its state in globals, so does this file: one watch set a process, used by one thread.
 *
 * What has to be known of the library (3.22):
 * - its descriptor is hidden: it is the lowest free one when the library is initialised; it is not close-on-exec, and
 *   it is used with select(2), so it must lie below FD_SETSIZE;
 * - next_events(0, 1) does not block; more than one at a time spins; it reads ahead, so the queue is empty only after
 *   NULL, and NULL with EINTR means again;
 * - a name once watched keeps its first watch descriptor in the library's tables, even after the directory was removed
 *   and made again.  Each new watch therefore spells its path in a new way (spell below), and a descriptor is asked for
 *   under the spelling it was made with.
 *
 * A directory that somebody holds open (the spool does) says nothing when it is removed: watch_repair compares what is
 * watched with what is at the path now.
 */
#include "io/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <inotifytools/inotifytools.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <unistd.h>

#define SPELLING_BITS 24
#define WATCHED                                                                                                        \
	(IN_MOVED_TO | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR |           \
	 IN_EXCL_UNLINK | IN_DONT_FOLLOW)
#define LOST (IN_IGNORED | IN_UNMOUNT | IN_DELETE_SELF | IN_MOVE_SELF)

struct watched {
	char *path;
	int wd; /* -1: not watched now */
	dev_t device;
	ino_t inode;
};

static struct {
	int fd;
	int n;
	unsigned spellings; /* watches made so far */
	struct watched directories[WATCH_MAX];
} set = { .fd = -1 };

static bool is_inotify(int fd)
{
	char path[32], target[32];
	ssize_t n;

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	n = readlink(path, target, sizeof target - 1);
	if (n < 0)
		return false;
	target[n] = '\0';
	return strcmp(target, "anon_inode:inotify") == 0;
}

int watch_open(struct error *e)
{
	int lowest = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (lowest < 0)
		return error_errno(e, "looking for a free descriptor");
	close(lowest);
	if (lowest >= FD_SETSIZE)
		return error_set(e, ERROR_MACHINE, "libinotifytools needs a descriptor below %d, the next is %d",
				 FD_SETSIZE, lowest);
	if (!inotifytools_initialize()) {
		errno = inotifytools_error();
		return error_errno(e, "initialising inotify (see fs.inotify.max_user_instances)");
	}
	if (!is_inotify(lowest)) {
		inotifytools_cleanup();
		return error_set(e, ERROR_MACHINE, "descriptor %d is not the one of inotify", lowest);
	}
	fcntl(lowest, F_SETFD, FD_CLOEXEC);
	set.fd = lowest;
	return 0;
}

void watch_close(void)
{
	if (set.fd < 0)
		return;
	inotifytools_cleanup();
	for (int i = 0; i < set.n; i++)
		free(set.directories[i].path);
	memset(&set, 0, sizeof set);
	set.fd = -1;
}

int watch_fd(void)
{
	return set.fd;
}

/* The same path written in a way not used before: a number's bits as "/." and "/" behind it. */
static void spell(const char *path, unsigned number, char *ret, size_t size)
{
	size_t n = (size_t)snprintf(ret, size - 2 * SPELLING_BITS - 2, "%s", path);

	if (n >= size - 2 * SPELLING_BITS - 2)
		n = size - 2 * SPELLING_BITS - 3;
	for (; number; number >>= 1) {
		ret[n++] = '/';
		if (number & 1)
			ret[n++] = '.';
	}
	ret[n++] = '/';
	ret[n] = '\0';
}

static int descriptor_of_same(const struct watched *w)
{
	for (int i = 0; i < set.n; i++) {
		const struct watched *other = &set.directories[i];

		if (other != w && other->wd >= 0 && other->device == w->device && other->inode == w->inode)
			return other->wd;
	}
	return -1;
}

static int new_descriptor(const char *path)
{
	char spelled[4096];

	spell(path, set.spellings++ & ((1u << SPELLING_BITS) - 1), spelled, sizeof spelled);
	return inotifytools_watch_file(spelled, WATCHED) ? inotifytools_wd_from_filename(spelled) : -1;
}

/* Every directory that hangs on wd (two of our paths may be one directory). */
static uint32_t forget(int wd)
{
	uint32_t bits = 0;

	for (int i = 0; i < set.n; i++) {
		if (set.directories[i].wd != wd)
			continue;
		set.directories[i].wd = -1;
		bits |= 1u << i;
	}
	return bits;
}

static bool same_as(const struct watched *w, const struct stat *st)
{
	return w->wd >= 0 && w->device == st->st_dev && w->inode == st->st_ino;
}

/* Watches what is at the path.  Looked at before and after: it may be replaced in between, then once more. */
static bool watch_now(struct watched *w)
{
	struct stat before, after;

	for (int tries = 0; tries < 3; tries++) {
		if (stat(w->path, &before) < 0)
			return false;
		w->device = before.st_dev;
		w->inode = before.st_ino;
		w->wd = descriptor_of_same(w);
		if (w->wd < 0)
			w->wd = new_descriptor(w->path);
		if (w->wd < 0)
			return false;
		if (stat(w->path, &after) == 0 && same_as(w, &after))
			return true;
		inotifytools_remove_watch_by_wd(w->wd);
		forget(w->wd);
	}
	return false;
}

int watch_add(const char *directory, struct error *e)
{
	struct watched *w = &set.directories[set.n];

	if (set.fd < 0 || set.n >= WATCH_MAX)
		return error_set(e, ERROR_REFUSED, "at most %d directories can be watched", WATCH_MAX);
	*w = (struct watched){ .path = strdup(directory), .wd = -1 };
	if (!w->path)
		abort();
	set.n++;
	watch_now(w);
	return 0;
}

static uint32_t all_bits(void)
{
	return (uint32_t)((UINT64_C(1) << set.n) - 1);
}

static uint32_t bits_of(int wd)
{
	uint32_t bits = 0;

	for (int i = 0; i < set.n; i++)
		if (set.directories[i].wd == wd)
			bits |= 1u << i;
	return bits;
}

static uint32_t note(const struct inotify_event *event)
{
	uint32_t bits;

	if (event->wd == -1 || (event->mask & IN_Q_OVERFLOW))
		return all_bits();
	bits = bits_of(event->wd);
	if (!(event->mask & LOST) || !bits)
		return bits;
	/* A moved directory is still watched, elsewhere; the others have lost their watch already. */
	if (event->mask & IN_MOVE_SELF)
		inotifytools_remove_watch_by_wd(event->wd);
	return forget(event->wd);
}

uint32_t watch_drain(void)
{
	uint32_t bits = 0;

	if (set.fd < 0)
		return 0;
	for (;;) {
		const struct inotify_event *event = inotifytools_next_events(0, 1);

		if (event)
			bits |= note(event);
		else if (inotifytools_error() != EINTR)
			return bits;
	}
}

uint32_t watch_repair(void)
{
	uint32_t bits = 0;

	for (int i = 0; i < set.n; i++) {
		struct watched *w = &set.directories[i];
		struct stat st;

		if (stat(w->path, &st) == 0 && same_as(w, &st))
			continue;
		if (w->wd >= 0) {
			inotifytools_remove_watch_by_wd(w->wd);
			bits |= forget(w->wd);
		}
		if (watch_now(w))
			bits |= 1u << i;
	}
	return bits;
}
