/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Listing a queue: what is there, oldest modification first.  The whole directory is read and sorted each time.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "io/spool_private.h"

static bool may_be_taken(const char *name)
{
	struct str s = str_of(name);

	return name[0] != '.' && !str_ends(s, ".tmp") && !str_ends(s, ".part");
}

static void add(struct spool *sp, int fd, const char *name, uint64_t inode)
{
	struct spool_listing *l = &sp->listing;
	bool suspect = spool_poison_any(sp, inode);
	struct stat st;

	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return; /* gone already */
	suspect = suspect && spool_poison_suspects(sp, inode, &st);
	*VEC_PUSH(&l->arena, &l->all) = (struct spool_candidate){
		arena_dup(&l->arena, str_of(name)),
		inode,
		spool_mtime_ns(&st),
		suspect,
	};
}

static int read_names(struct spool *sp, int fd, enum spool_queue q, struct error *e)
{
	alignas(struct dirent64) char block[32768];
	ssize_t n;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return error_errno(e, "listing %s", sp->queue_paths[q]);
	while ((n = getdents64(fd, block, sizeof block)) > 0) {
		for (ssize_t at = 0; at < n;) {
			struct dirent64 *entry = (struct dirent64 *)(void *)(block + at);

			if (may_be_taken(entry->d_name))
				add(sp, fd, entry->d_name, entry->d_ino);
			at += entry->d_reclen;
		}
	}
	return n < 0 ? error_errno(e, "listing %s", sp->queue_paths[q]) : 0;
}

static int by_age(const void *x, const void *y)
{
	const struct spool_candidate *a = x, *b = y;

	if (a->last != b->last)
		return a->last - b->last;
	if (a->mtime_ns != b->mtime_ns)
		return a->mtime_ns < b->mtime_ns ? -1 : 1;
	return str_cmp(a->name, b->name);
}

int spool_list(struct spool *sp, struct arena *a, enum spool_queue q, size_t max, spool_entries *ret, bool *ret_more,
	       struct error *e)
{
	struct spool_listing *l = &sp->listing;
	int fd;

	*ret = (spool_entries){ 0 };
	arena_reset(&l->arena);
	memset(&l->all, 0, sizeof l->all);
	if (spool_directory(sp, q == SPOOL_INCOMING ? IN_INCOMING : IN_COMMANDS, &fd, e) < 0 ||
	    read_names(sp, fd, q, e) < 0)
		return -1;
	if (l->all.n)
		qsort(l->all.items, l->all.n, sizeof *l->all.items, by_age);
	for (size_t i = 0; i < l->all.n && i < max; i++) {
		const struct spool_candidate *c = &l->all.items[i];

		*VEC_PUSH(a, ret) = (struct spool_entry){ arena_dup(a, c->name), c->inode, c->mtime_ns / 1000000 };
	}
	*ret_more = l->all.n > max;
	return 0;
}
