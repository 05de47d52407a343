/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole files and small directory helpers.
 */
#ifndef RUPTURED_IO_FILES_H
#define RUPTURED_IO_FILES_H

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

/* The regular file `path`, at most max bytes, in a. */
int file_read(struct arena *a, const char *path, size_t max, struct str *ret, struct error *e);
/* Written beside, synced, renamed: whole or not at all. */
int file_write(const char *path, struct str bytes, unsigned mode, struct error *e);
int directory_make(const char *path, unsigned mode, struct error *e); /* and its parents; there already: fine */
int directory_make_for(const char *file, unsigned mode, struct error *e); /* the directory that the file will be in */
/* Names in `path` ending in `suffix`, sorted, as full paths; below it too when deep. */
int directory_list(struct arena *a, const char *path, const char *suffix, bool deep, struct str **ret, size_t *ret_n,
		   struct error *e);

#endif
