/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Wake-ups from directories, through libinotifytools, which appears only here.
 *
 * Only a wake-up: a caller that is woken lists.  The library's state is global: one watch a process, one thread.
 *
 * A directory that somebody holds open is silent when it is removed and made again (the spool holds its own): add its
 * parent too, and call watch_repair when the parent wakes, and once a minute.
 */
#ifndef RUPTURED_IO_WATCH_H
#define RUPTURED_IO_WATCH_H

#include <stdint.h>

#include "base/error.h"

#define WATCH_MAX 32 /* bits of what watch_drain returns */

int watch_open(struct error *e);
void watch_close(void);
int watch_fd(void); /* to poll for reading */
/* Directories are numbered 0.. as added.  A directory that cannot be watched (missing, NFS) is tried again by
 * watch_repair and is no error. */
int watch_add(const char *directory, struct error *e);
/* Drains all events.  Bit i: something may have changed in directory i; all bits after an overflow. */
uint32_t watch_drain(void);
/* Watches again what was lost (removed, moved, unmounted); bit i: newly watched, or found missing: list it. */
uint32_t watch_repair(void);

#endif
