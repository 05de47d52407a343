/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file that stops the engine must not stop it for ever.
 *
 * `.current` in the spool is nine lines of 96 bytes, each "DEVICE INODE SIZE MTIME_MS TIMES", padded with spaces, blank
 * when empty.  The first is the file being worked on, with how often that was begun; the others are suspects: files
 * that were in the first line when an earlier run died, with how often.  The first line is written before a file is
 * parsed and blanked when it is done; at start a first line that is not blank becomes a suspect.  Not synced: a power
 * failure is nobody's poison.
 *
 * Size and time of modification are part of the identity, so that a file repaired in place starts afresh and a reused
 * inode inherits nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "io/spool_private.h"

#define LINE  96
#define LINES (1 + SPOOL_SUSPECTS)

static void write_line(char *line, const struct spool_suspect *s)
{
	int n = 0;

	memset(line, ' ', LINE);
	if (s->times > 0)
		n = snprintf(line, LINE, "%" PRIu64 " %" PRIu64 " %" PRId64 " %" PRId64 " %d", s->device, s->inode,
			     s->size, s->mtime_ms, s->times);
	if (n > 0 && n < LINE)
		line[n] = ' ';
	line[LINE - 1] = '\n';
}

static void read_line(const char *line, struct spool_suspect *s)
{
	char text[LINE + 1];

	memcpy(text, line, LINE);
	text[LINE] = '\0';
	if (sscanf(text, "%" SCNu64 " %" SCNu64 " %" SCNd64 " %" SCNd64 " %d", &s->device, &s->inode, &s->size,
		   &s->mtime_ms, &s->times) != 5)
		*s = (struct spool_suspect){ 0 };
}

static int write_first(struct spool *sp)
{
	char line[LINE];

	write_line(line, &sp->now);
	return pwrite(sp->current, line, LINE, 0) == LINE ? 0 : -1;
}

static int write_all(struct spool *sp)
{
	char text[LINES * LINE];

	write_line(text, &sp->now);
	for (int i = 0; i < SPOOL_SUSPECTS; i++)
		write_line(text + (i + 1) * LINE, &sp->suspects[i]);
	return pwrite(sp->current, text, sizeof text, 0) == sizeof text ? 0 : -1;
}

static bool same(const struct spool_suspect *a, const struct spool_suspect *b)
{
	return a->times > 0 && b->times > 0 && a->device == b->device && a->inode == b->inode && a->size == b->size &&
	       a->mtime_ms == b->mtime_ms;
}

static struct spool_suspect *find(struct spool *sp, const struct spool_suspect *s)
{
	for (int i = 0; i < SPOOL_SUSPECTS; i++)
		if (same(&sp->suspects[i], s))
			return &sp->suspects[i];
	return NULL;
}

/* When all places are taken, the least suspect gives way. */
static void suspect(struct spool *sp, const struct spool_suspect *s)
{
	struct spool_suspect *place = find(sp, s);

	if (!place)
		place = &sp->suspects[0];
	for (int i = 1; i < SPOOL_SUSPECTS && !same(place, s); i++)
		if (sp->suspects[i].times < place->times)
			place = &sp->suspects[i];
	*place = *s;
}

int spool_poison_open(struct spool *sp, struct error *e)
{
	char text[LINES * LINE];
	ssize_t n;

	sp->current = openat(sp->root, ".current", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (sp->current < 0)
		return error_errno(e, "%s/.current", sp->path);
	memset(text, ' ', sizeof text);
	n = pread(sp->current, text, sizeof text, 0);
	if (n < 0)
		return error_errno(e, "%s/.current", sp->path);
	for (int i = 0; i < SPOOL_SUSPECTS; i++)
		read_line(text + (i + 1) * LINE, &sp->suspects[i]);
	read_line(text, &sp->now);
	if (sp->now.times > 0)
		suspect(sp, &sp->now);
	sp->now.times = 0;
	return write_all(sp) < 0 ? error_errno(e, "%s/.current", sp->path) : 0;
}

int spool_current_set(struct spool *sp, const struct spool_file *f, struct error *e)
{
	const struct spool_suspect *known;

	sp->now = (struct spool_suspect){ f->device, f->inode, f->size, f->mtime_ms, 1 };
	known = find(sp, &sp->now);
	if (known)
		sp->now.times = known->times + 1;
	return write_first(sp) < 0 ? error_errno(e, "%s/.current", sp->path) : 0;
}

void spool_current_clear(struct spool *sp)
{
	struct spool_suspect *known;

	if (sp->current < 0 || sp->now.times == 0)
		return;
	known = find(sp, &sp->now);
	sp->now.times = 0;
	if (!known) {
		write_first(sp);
		return;
	}
	known->times = 0;
	write_all(sp);
}

bool spool_poison_any(const struct spool *sp, uint64_t inode)
{
	for (int i = 0; i < SPOOL_SUSPECTS; i++)
		if (sp->suspects[i].times > 0 && sp->suspects[i].inode == inode)
			return true;
	return false;
}

bool spool_poison_suspects(struct spool *sp, uint64_t inode, const struct stat *st)
{
	struct spool_suspect here = { st->st_dev, inode, st->st_size, spool_mtime_ns(st) / 1000000, 1 };
	bool found = false, forgotten = false;

	for (int i = 0; i < SPOOL_SUSPECTS; i++) {
		struct spool_suspect *s = &sp->suspects[i];

		if (s->times == 0 || s->inode != inode)
			continue;
		if (same(s, &here)) {
			found = true;
		} else {
			s->times = 0;
			forgotten = true;
		}
	}
	if (forgotten)
		write_all(sp);
	return found;
}

int spool_poison_count(struct spool *sp, uint64_t inode)
{
	for (int i = 0; i < SPOOL_SUSPECTS; i++)
		if (sp->suspects[i].times > 0 && sp->suspects[i].inode == inode)
			return sp->suspects[i].times;
	return 0;
}
