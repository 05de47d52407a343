/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of incoming/ that were not ready when they were read: still being written, or with a second link for now.  Each
 * is left alone until it changes or the time comes to look again; the list follows the directory, so a file that its
 * writer took away is forgotten.
 */
#include "app/engine_parts.h"

#define STUCK_S	 10 /* one that cannot be moved */
#define LINKED_S 1  /* a file with a second link is looked at again after this */

static struct unfinished *find(struct engine *en, uint64_t inode)
{
	for (size_t i = 0; i < en->unfinished.n; i++)
		if (en->unfinished.items[i].inode == inode)
			return &en->unfinished.items[i];
	return NULL;
}

static void look_again(struct engine *en, const struct spool_file *f, int64_t at, bool last)
{
	struct unfinished *u = find(en, f->inode);

	if (!u)
		u = VEC_PUSH(&en->unfinished_arena, &en->unfinished);
	*u = (struct unfinished){ f->inode, f->mtime_ms, at, last };
}

bool unfinished_may_be_read(struct engine *en, const struct spool_entry *entry, int64_t now)
{
	const struct unfinished *u = find(en, entry->inode);

	return !u || u->mtime_ms != entry->mtime_ms || now >= u->look_again_s;
}

/* A modification in the future is the writer's clock being ahead: then the minute counts from our first look. */
bool unfinished_wait(struct engine *en, const struct spool_file *f, int64_t now)
{
	const struct unfinished *u = find(en, f->inode);
	int64_t written = f->mtime_ms / 1000, until = (written < now ? written : now) + UNFINISHED_S;

	if (u && u->last && u->mtime_ms == f->mtime_ms)
		until = u->look_again_s;
	if (now >= until)
		return false;
	look_again(en, f, until, true);
	return true;
}

void unfinished_linked(struct engine *en, const struct spool_file *f, int64_t now)
{
	look_again(en, f, now + LINKED_S, false);
}

void unfinished_stuck(struct engine *en, const struct spool_file *f, int64_t now)
{
	look_again(en, f, now + STUCK_S, false);
}

void unfinished_forget(struct engine *en, uint64_t inode)
{
	struct unfinished *u = find(en, inode);

	if (u)
		*u = en->unfinished.items[--en->unfinished.n];
	if (!en->unfinished.n) {
		arena_release(&en->unfinished_arena);
		memset(&en->unfinished, 0, sizeof en->unfinished);
	}
}

static bool is_listed(const spool_entries *all, uint64_t inode)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->items[i].inode == inode)
			return true;
	return false;
}

/* Only those that are due are looked for: the others cost nothing until they are. */
void unfinished_follow(struct engine *en, const spool_entries *all, int64_t now)
{
	for (size_t i = en->unfinished.n; i-- > 0;) {
		const struct unfinished *u = &en->unfinished.items[i];

		if (now >= u->look_again_s && !is_listed(all, u->inode))
			unfinished_forget(en, u->inode);
	}
}

int64_t unfinished_next_look(const struct engine *en)
{
	int64_t first = DATE_NONE;

	for (size_t i = 0; i < en->unfinished.n; i++)
		if (first == DATE_NONE || en->unfinished.items[i].look_again_s < first)
			first = en->unfinished.items[i].look_again_s;
	return first;
}
