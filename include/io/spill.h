/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A scratch file without a name, for what does not fit into memory: gone when the program ends, whatever its end.
 *
 * Below $TMPDIR, or /tmp.  Threads may put and get at the same time.
 */
#ifndef RUPTURED_IO_SPILL_H
#define RUPTURED_IO_SPILL_H

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

struct spill;

int spill_open(struct spill **ret, struct error *e);
void spill_close(struct spill *s);
/* Where it stands is put into *ret. */
int spill_put(struct spill *s, struct str bytes, uint64_t *ret, struct error *e);
int spill_get(struct spill *s, struct arena *a, uint64_t at, size_t n, struct str *ret, struct error *e);

#endif
