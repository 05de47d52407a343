/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The last step of a file: out of its queue by rename, never copied, never over another.
 *
 * The name may meanwhile belong to another file (a writer sent a new version) or the same file may have been written
 * on: it then stays and is looked at again.  A name swapped between that look and the rename is seen afterwards and
 * goes back.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/date.h"
#include "io/fault.h"
#include "io/spool_private.h"

#define TRIES 100000 /* names tried before we give up; each is one file already there */

enum moved { MOVED, NOT_OURS, NAME_TAKEN, NO_DIRECTORY, MOVE_FAILED };

static bool is_same(int directory, const char *name, const struct spool_file *f)
{
	struct stat st;

	if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || st.st_dev != f->device || st.st_ino != f->inode)
		return false;
	return f->why || (st.st_size == f->size && spool_mtime_ns(&st) / 1000000 == f->mtime_ms);
}

/* Where the file system has no RENAME_NOREPLACE (NFS): a second link fails when the name is taken. */
static int rename_new(int from, const char *name, int to, const char *new_name)
{
	if (renameat2(from, name, to, new_name, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	if (linkat(from, name, to, new_name, 0) < 0)
		return -1;
	return unlinkat(from, name, 0);
}

/* Somebody else's file came along: back to where it was, or beside it when the name is taken again. */
static void put_back(int from, const char *name, int to, const char *new_name)
{
	if (rename_new(to, new_name, from, name) < 0)
		rename_new(to, new_name, from, new_name);
}

static enum moved move(int from, const char *name, int to, const char *new_name, const struct spool_file *f)
{
	struct stat st;

	if (!is_same(from, name, f))
		return NOT_OURS;
	if (rename_new(from, name, to, new_name) < 0)
		return errno == EEXIST ? NAME_TAKEN : errno == ENOENT ? NO_DIRECTORY : MOVE_FAILED;
	if (fstatat(to, new_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && (st.st_ino != f->inode || st.st_dev != f->device)) {
		put_back(from, name, to, new_name);
		return NOT_OURS;
	}
	return MOVED;
}

/* At most n bytes of the name, not in the middle of a character. */
static int cut(struct str name, size_t n)
{
	if (name.n <= n)
		return (int)name.n;
	while (n > 0 && ((unsigned char)name.p[n] & 0xc0) == 0x80)
		n--;
	return (int)n;
}

/* "<8 hex>-NAME": the digits tell deliveries of one name apart; `again` counts the collisions. */
static void processed_name(const struct spool_file *f, unsigned again, char ret[SPOOL_NAME_MAX + 1])
{
	uint32_t hash = spool_hash(2166136261u, f->name.p, f->name.n);

	hash = spool_hash(hash, &f->device, sizeof f->device);
	hash = spool_hash(hash, &f->inode, sizeof f->inode);
	hash = spool_hash(hash, &f->mtime_ms, sizeof f->mtime_ms);
	hash = spool_hash(hash, &f->size, sizeof f->size);
	hash = spool_hash(hash, &again, sizeof again);
	snprintf(ret, SPOOL_NAME_MAX + 1, "%08x-%.*s", (unsigned)hash, cut(f->name, SPOOL_NAME_MAX - 9), f->name.p);
}

/* processed/YYYY-MM, as it is on disk now. */
static int month_directory(struct spool *sp, int64_t now_s, struct error *e)
{
	struct arena a = { 0 };
	struct str day = date_format_day(&a, now_s);
	int processed;

	memcpy(sp->month_name, day.p, 7);
	sp->month_name[7] = '\0';
	arena_release(&a);
	if (spool_directory(sp, IN_PROCESSED, &processed, e) < 0)
		return -1;
	return spool_subdirectory(processed, sp->month_name, &sp->month, e);
}

static int not_moved(const struct spool_file *f, const char *where, struct error *e)
{
	if (errno == EXDEV)
		return error_set(e, ERROR_MACHINE, "the queue and %s/ of the spool must be on one file system", where);
	return error_errno(e, "moving a file of the spool to %s/ (inode %llu)", where, (unsigned long long)f->inode);
}

int spool_processed(struct spool *sp, enum spool_queue q, const struct spool_file *f, int64_t now_s, struct error *e)
{
	char name[SPOOL_NAME_MAX + 1], new_name[SPOOL_NAME_MAX + 1];
	bool made_again = false;

	if (!spool_name(f->name, name))
		return error_set(e, ERROR_REFUSED, "not a name of a file in the spool");
	if (month_directory(sp, now_s, e) < 0)
		return -1;
	fault_point("retire");
	for (unsigned again = 0; again < TRIES; again++) {
		processed_name(f, again, new_name);
		switch (move(sp->directories[q], name, sp->month, new_name, f)) {
		case MOVED:
		case NOT_OURS:
			return 0;
		case NAME_TAKEN:
			break;
		case NO_DIRECTORY: /* the month's just went, or the file */
			if (made_again)
				return 0;
			made_again = true;
			if (month_directory(sp, now_s, e) < 0)
				return -1;
			break;
		case MOVE_FAILED:
			return not_moved(f, "processed", e);
		}
	}
	return error_set(e, ERROR_MACHINE, "processed/ of the spool has no free name left");
}

/* "NAME", "NAME.2" ... so that ".why" still fits behind it. */
static void rejected_name(const struct spool_file *f, int n, char ret[SPOOL_NAME_MAX + 1])
{
	char number[16] = "";

	if (n > 1)
		snprintf(number, sizeof number, ".%d", n);
	snprintf(ret, SPOOL_NAME_MAX + 1, "%.*s%s", cut(f->name, SPOOL_NAME_MAX - 4 - strlen(number)), f->name.p,
		 number);
}

static bool is_there(int directory, const char *name)
{
	struct stat st;

	return fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* A reason without its file: we died between the two, and are here again with the same reason. */
static bool says(int directory, const char *name, struct str text)
{
	int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	char block[4096];
	size_t n = 0;
	ssize_t got = 0;
	bool equal = fd >= 0;

	while (equal && (got = read(fd, block, sizeof block)) > 0) {
		equal = n + (size_t)got <= text.n && memcmp(block, text.p + n, (size_t)got) == 0;
		n += (size_t)got;
	}
	if (fd >= 0)
		close(fd);
	return equal && got == 0 && n == text.n;
}

/* Whole or not at all; over another only when asked. */
static int write_whole(int directory, const char *name, struct str text, bool replace, struct error *e)
{
	static const char temporary[] = ".writing.tmp";
	int fd = openat(directory, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0640), r = 0;
	int pretended = fault_error("spool-write");

	if (fd < 0)
		return error_errno(e, "writing into the spool");
	fchmod(fd, 0640);
	while (r == 0 && text.n) {
		ssize_t put = write(fd, text.p, text.n);

		if (pretended) {
			errno = pretended;
			put = -1;
		}
		if (put < 0 && errno != EINTR)
			r = error_errno(e, "writing into the spool");
		if (put > 0) {
			text.p += put;
			text.n -= (size_t)put;
		}
	}
	if (close(fd) < 0 && r == 0)
		r = error_errno(e, "writing into the spool");
	if (r == 0 && (replace ? renameat(directory, temporary, directory, name)
			       : rename_new(directory, temporary, directory, name)) < 0)
		r = error_errno(e, "writing into the spool");
	if (r < 0)
		unlinkat(directory, temporary, 0);
	return r;
}

/* The reason first, so that no rejected file is ever without one. */
static enum moved reject_as(struct spool *sp, enum spool_queue q, int rejected, const char *name, const char *new_name,
			    const struct spool_file *f, struct str why, struct error *e)
{
	char reason[SPOOL_NAME_MAX + 8];
	enum moved r;
	int sys;

	snprintf(reason, sizeof reason, "%s.why", new_name);
	if (is_there(rejected, new_name) || (is_there(rejected, reason) && !says(rejected, reason, why)))
		return NAME_TAKEN;
	if (!is_same(sp->directories[q], name, f))
		return NOT_OURS;
	if (!is_there(rejected, reason) && write_whole(rejected, reason, why, false, e) < 0)
		return MOVE_FAILED;
	fault_point("reject");
	r = move(sp->directories[q], name, rejected, new_name, f);
	sys = errno;
	if (r != MOVED)
		unlinkat(rejected, reason, 0);
	errno = sys;
	if (r == MOVE_FAILED)
		not_moved(f, "rejected", e);
	return r;
}

int spool_rejected(struct spool *sp, enum spool_queue q, const struct spool_file *f, struct str why, struct error *e)
{
	char name[SPOOL_NAME_MAX + 1], new_name[SPOOL_NAME_MAX + 1];
	int rejected;

	if (!spool_name(f->name, name))
		return error_set(e, ERROR_REFUSED, "not a name of a file in the spool");
	if (spool_directory(sp, IN_REJECTED, &rejected, e) < 0)
		return -1;
	for (int n = 1; n < TRIES; n++) {
		rejected_name(f, n, new_name);
		switch (reject_as(sp, q, rejected, name, new_name, f, why, e)) {
		case MOVED:
		case NOT_OURS:
		case NO_DIRECTORY:
			return 0;
		case NAME_TAKEN:
			break;
		case MOVE_FAILED:
			return -1;
		}
	}
	return error_set(e, ERROR_MACHINE, "rejected/ of the spool has no free name left");
}

int spool_answer(struct spool *sp, struct str name, struct str text, struct error *e)
{
	char z[SPOOL_NAME_MAX + 1];
	int answers;

	if (!spool_name(name, z))
		return error_set(e, ERROR_REFUSED, "not a name of a file in the spool");
	if (spool_directory(sp, IN_ANSWERS, &answers, e) < 0)
		return -1;
	return write_whole(answers, z, text, true, e);
}
