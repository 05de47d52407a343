/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The spool: incoming/ processed/ rejected/ commands/ answers/ and the rules by which a file moves.
 *
 * The listing is the truth; a file is taken by rename, never copied, never overwritten, never lost.
 */
#ifndef RUPTURED_IO_SPOOL_H
#define RUPTURED_IO_SPOOL_H

#include <sys/types.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/error.h"

struct spool;

enum spool_queue { SPOOL_INCOMING, SPOOL_COMMANDS };

/* Makes the directories that are missing (0770) and takes the lock; ERROR_HELD says who holds it (a pid). */
int spool_open(const char *path, struct spool **ret, struct error *e);
void spool_close(struct spool *sp);
/* Whether a daemon works on this spool now; *ret_pid is what it wrote down, 0 when that cannot be read. */
bool spool_is_held(const char *path, long *ret_pid);
const char *spool_queue_path(struct spool *sp, enum spool_queue q);

struct spool_entry {
	struct str name;
	uint64_t inode;
	int64_t mtime_ms;
};
typedef VEC(struct spool_entry) spool_entries;
/* Names that may be looked at (no dot files, no *.tmp, *.part), oldest modification first, then by name, a file that
 * stopped an earlier run last; at most max of them (*ret_more tells of the rest).  Re-opens a directory that was removed
 * and made again.  Each call reads the whole directory and looks at each file: ask for many at a time. */
int spool_list(struct spool *sp, struct arena *a, enum spool_queue q, size_t max, spool_entries *ret, bool *ret_more,
	       struct error *e);

enum spool_read {
	SPOOL_READ,	/* bytes are there */
	SPOOL_GONE,	/* removed meanwhile */
	SPOOL_REFUSED,	/* symlink, fifo, device, directory, too large, not ours: reject with ret_why */
	SPOOL_WAIT,	/* several hard links or no permission, younger than 10 s; growing while it was read: look again */
};
struct spool_file {
	struct str name;
	struct str bytes;
	uint64_t device, inode;
	int64_t mtime_ms, size;
	uid_t owner;
	const char *why; /* REFUSED: static text */
};
/* `now_s` is the wall clock, for the age rules.  -1 only when the machine fails. */
int spool_read(struct spool *sp, struct arena *a, enum spool_queue q, struct str name, size_t max_bytes, int64_t now_s,
	       enum spool_read *ret_outcome, struct spool_file *ret, struct error *e);

/* Poison: noted before a file is parsed, cleared when it was retired; at start `ret_times` says how often the noted
 * file stopped the engine. */
int spool_current_set(struct spool *sp, const struct spool_file *f, struct error *e);
void spool_current_clear(struct spool *sp);
/* How many times this file was the current one when the engine died (0: never).  Three: reject it.  Ask after a listing:
 * that is where a reused inode is told apart. */
int spool_poison_count(struct spool *sp, uint64_t inode);

/* processed/YYYY-MM/<8 hex>-NAME.  A file gone meanwhile, replaced by another under the same name, or written on since
 * it was read stays where it is and is no error. */
int spool_processed(struct spool *sp, enum spool_queue q, const struct spool_file *f, int64_t now_s, struct error *e);
/* rejected/NAME (never overwriting) and NAME.why with the text. */
int spool_rejected(struct spool *sp, enum spool_queue q, const struct spool_file *f, struct str why, struct error *e);
/* answers/NAME, whole or not at all. */
int spool_answer(struct spool *sp, struct str name, struct str text, struct error *e);
/* Removes what is older in processed/ and rejected/; 0: keep for ever.  Answers to commands live for a day. */
int spool_retain(struct spool *sp, int64_t now_s, int64_t processed_s, int64_t rejected_s, struct error *e);

#endif
