/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files spool*.c share; nobody else includes it.
 *
 * All work goes through directory descriptors, names are one component.  A record's name is confidential: no error
 * text here holds one.
 */
#ifndef RUPTURED_IO_SPOOL_PRIVATE_H
#define RUPTURED_IO_SPOOL_PRIVATE_H

#include <sys/stat.h>

#include "io/spool.h"

enum spool_directory { IN_INCOMING, IN_COMMANDS, IN_PROCESSED, IN_REJECTED, IN_ANSWERS, SPOOL_DIRECTORIES };
_Static_assert((int)IN_INCOMING == (int)SPOOL_INCOMING && (int)IN_COMMANDS == (int)SPOOL_COMMANDS, "queues come first");
#define SPOOL_QUEUES 2
#define SPOOL_SUSPECTS 8
#define SPOOL_NAME_MAX 255 /* bytes of a file name */

/* A file as the poison counter knows it; times 0: none. */
struct spool_suspect {
	uint64_t device, inode;
	int64_t size, mtime_ms;
	int times;
};

struct spool_candidate {
	struct str name;
	uint64_t inode;
	int64_t mtime_ns;
	bool last; /* a suspect: after all others */
};

/* One whole listing; its memory serves the next one too. */
struct spool_listing {
	struct arena arena;
	VEC(struct spool_candidate) all;
};

struct spool {
	char *path, *queue_paths[SPOOL_QUEUES];
	int root, lock, current;
	int directories[SPOOL_DIRECTORIES];
	int month; /* processed/<month_name> */
	char month_name[8];
	struct spool_suspect now, suspects[SPOOL_SUSPECTS];
	struct spool_listing listing;
};

/* The directory as it is on disk now: made and opened again when it was removed.  The descriptor stays the spool's. */
int spool_directory(struct spool *sp, enum spool_directory which, int *ret_fd, struct error *e);
/* `name` inside `parent`, made (0770) when missing; *fd is opened or opened again when it is another one now. */
int spool_subdirectory(int parent, const char *name, int *fd, struct error *e);

/* A name as C wants it; false when it is none of one component. */
bool spool_name(struct str name, char ret[SPOOL_NAME_MAX + 1]);
int64_t spool_mtime_ns(const struct stat *st);
uint32_t spool_hash(uint32_t hash, const void *bytes, size_t n);

int spool_poison_open(struct spool *sp, struct error *e);
/* Whether this file is a suspect; one whose inode now is another file is forgotten. */
bool spool_poison_suspects(struct spool *sp, uint64_t inode, const struct stat *st);
bool spool_poison_any(const struct spool *sp, uint64_t inode);

#endif
