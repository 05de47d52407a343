/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bar for work that takes longer than a second: on standard error, when that is a terminal, and gone when the work is
 * done.
 */
#ifndef RUPTURED_CLI_PROGRESS_H
#define RUPTURED_CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
	int64_t began_ms;
	bool shown;
};

void progress_begin(struct progress *p);
/* May be called at any time between, by one thread. */
void progress_show(struct progress *p, size_t done, size_t n);
/* Also after work that failed or was given up; more than once is fine. */
void progress_end(struct progress *p);

#endif
