/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Retention: what was processed, rejected or answered long enough ago is removed.
 *
 * The age of a file here counts from its last change of inode, which the rename into the directory was: a record
 * written long ago is kept as long as any other.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/date.h"
#include "io/spool_private.h"

#define ANSWERS_S DAY_S /* who asked has read it long ago */

/* A stream of its own: the spool's descriptor keeps its place in the directory. */
static DIR *list(int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;

	if (!d && fd >= 0)
		close(fd);
	return d;
}

static bool is_dot(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Directories among the rejected go when they are empty. */
static void remove_older(DIR *d, int64_t before)
{
	for (struct dirent *entry; (entry = readdir(d));) {
		struct stat st;

		if (is_dot(entry->d_name) || fstatat(dirfd(d), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		    st.st_ctim.tv_sec >= before)
			continue;
		unlinkat(dirfd(d), entry->d_name, S_ISDIR(st.st_mode) ? AT_REMOVEDIR : 0);
	}
}

static bool is_month(const char *name, int64_t *ret_start)
{
	char day[] = "0000-00-01";

	if (strlen(name) != 7)
		return false;
	memcpy(day, name, 7);
	return date_parse_day(str_of(day), ret_start);
}

/* A month that began after the limit holds nothing older. */
static int retain_processed(struct spool *sp, int64_t before, struct error *e)
{
	int fd;
	DIR *d, *month;

	if (spool_directory(sp, IN_PROCESSED, &fd, e) < 0)
		return -1;
	d = list(fd, ".");
	if (!d)
		return error_errno(e, "listing processed/ of the spool");
	for (struct dirent *entry; (entry = readdir(d));) {
		int64_t start;

		if (!is_month(entry->d_name, &start) || start >= before || !(month = list(fd, entry->d_name)))
			continue;
		remove_older(month, before);
		closedir(month);
		if (strcmp(entry->d_name, sp->month_name) != 0)
			unlinkat(fd, entry->d_name, AT_REMOVEDIR);
	}
	closedir(d);
	return 0;
}

static int retain_flat(struct spool *sp, enum spool_directory which, int64_t before, struct error *e)
{
	int fd;
	DIR *d;

	if (spool_directory(sp, which, &fd, e) < 0)
		return -1;
	d = list(fd, ".");
	if (!d)
		return error_errno(e, "listing %s of the spool", which == IN_REJECTED ? "rejected/" : "answers/");
	remove_older(d, before);
	closedir(d);
	return 0;
}

int spool_retain(struct spool *sp, int64_t now_s, int64_t processed_s, int64_t rejected_s, struct error *e)
{
	if (processed_s > 0 && retain_processed(sp, now_s - processed_s, e) < 0)
		return -1;
	if (rejected_s > 0 && retain_flat(sp, IN_REJECTED, now_s - rejected_s, e) < 0)
		return -1;
	return retain_flat(sp, IN_ANSWERS, now_s - ANSWERS_S, e);
}
