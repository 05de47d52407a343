/*
 * Listing a queue: what is there, oldest modification first.
 *
 * Names come from getdents64; the time of modification needs a stat each, so when the last listing was long the times
 * of names with the same inode are taken from it: they only make the order.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "io/spool_private.h"

#define REUSE_TIMES_FROM 1000 /* names; below that each is asked for again */

static bool may_be_taken(const char *name)
{
	struct str s = str_of(name);

	return name[0] != '.' && !str_ends(s, ".tmp") && !str_ends(s, ".part");
}

static uint32_t name_hash(const char *name)
{
	return spool_hash(2166136261u, name, strlen(name));
}

static const struct spool_candidate *find(const struct spool_listing *l, const char *name, uint32_t hash,
					  uint64_t inode)
{
	if (!l->n_slots)
		return NULL;
	for (size_t i = hash & (l->n_slots - 1); l->slots[i]; i = (i + 1) & (l->n_slots - 1)) {
		const struct spool_candidate *c = &l->all.items[l->slots[i] - 1];

		if (c->hash == hash && c->inode == inode && str_is(c->name, name))
			return c;
	}
	return NULL;
}

static void index_names(struct spool_listing *l)
{
	if (l->all.n < REUSE_TIMES_FROM)
		return;
	l->n_slots = 1024;
	while (l->n_slots < 2 * l->all.n)
		l->n_slots *= 2;
	l->slots = ARENA_ARRAY(&l->arena, uint32_t, l->n_slots);
	for (size_t k = 0; k < l->all.n; k++) {
		size_t i = l->all.items[k].hash & (l->n_slots - 1);

		while (l->slots[i])
			i = (i + 1) & (l->n_slots - 1);
		l->slots[i] = (uint32_t)k + 1;
	}
}

static void add(struct spool *sp, int fd, enum spool_queue q, const char *name, uint64_t inode)
{
	struct spool_listing *l = &sp->next;
	uint32_t hash = name_hash(name);
	const struct spool_candidate *known = find(&sp->last[q], name, hash, inode);
	bool suspect = spool_poison_any(sp, inode);
	int64_t mtime_ns;
	struct stat st;

	if (known && !suspect) {
		mtime_ns = known->mtime_ns;
	} else {
		if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			return; /* gone already */
		mtime_ns = spool_mtime_ns(&st);
		suspect = suspect && spool_poison_suspects(sp, inode, &st);
	}
	*VEC_PUSH(&l->arena, &l->all) = (struct spool_candidate){
		arena_dup(&l->arena, str_of(name)), inode, mtime_ns, hash, suspect,
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
				add(sp, fd, q, entry->d_name, entry->d_ino);
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

static void swap(struct spool_candidate *a, struct spool_candidate *b)
{
	struct spool_candidate t = *a;

	*a = *b;
	*b = t;
}

/* Brings the `max` first to the front, in no order (Hoare's selection): the whole need not be sorted for a group. */
static void select_first(struct spool_candidate *items, size_t n, size_t max)
{
	while (n > 1 && max > 0 && max < n) {
		struct spool_candidate pivot = items[n / 2];
		size_t i = 0, j = n - 1;

		for (;; i++, j--) {
			while (by_age(&items[i], &pivot) < 0)
				i++;
			while (by_age(&pivot, &items[j]) < 0)
				j--;
			if (i >= j)
				break;
			swap(&items[i], &items[j]);
		}
		/* All before i are at most the pivot, all from i on at least. */
		if (i == 0)
			i = 1;
		if (max < i) {
			n = i;
		} else {
			items += i;
			n -= i;
			max -= i;
		}
	}
}

static void give(struct spool_listing *l, struct arena *a, size_t max, spool_entries *ret)
{
	size_t n = l->all.n < max ? l->all.n : max;

	select_first(l->all.items, l->all.n, n);
	if (n)
		qsort(l->all.items, n, sizeof *l->all.items, by_age);
	for (size_t i = 0; i < n; i++) {
		const struct spool_candidate *c = &l->all.items[i];

		*VEC_PUSH(a, ret) = (struct spool_entry){ arena_dup(a, c->name), c->inode, c->mtime_ns / 1000000 };
	}
}

int spool_list(struct spool *sp, struct arena *a, enum spool_queue q, size_t max, spool_entries *ret, bool *ret_more,
	       struct error *e)
{
	struct spool_listing old;
	int fd;

	*ret = (spool_entries){ 0 };
	arena_reset(&sp->next.arena);
	sp->next = (struct spool_listing){ .arena = sp->next.arena };
	if (spool_directory(sp, q == SPOOL_INCOMING ? IN_INCOMING : IN_COMMANDS, &fd, e) < 0 ||
	    read_names(sp, fd, q, e) < 0)
		return -1;
	give(&sp->next, a, max, ret);
	*ret_more = sp->next.all.n > max;
	index_names(&sp->next);
	old = sp->last[q];
	sp->last[q] = sp->next;
	sp->next = old;
	return 0;
}
