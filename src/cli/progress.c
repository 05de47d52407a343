/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "cli/screen.h"
#include "io/clock.h"

#define AFTER_MS   1000
#define CELLS_MAX  40
#define CELLS_MIN  4
#define AROUND_BAR 6 /* " 100 %", and the last column stays free: some terminals go to the next line there */
#define HASHES	   "########################################"
#define DOTS	   "........................................"

void progress_begin(struct progress *p)
{
	*p = (struct progress){ .began_ms = clock_monotonic_ms() };
}

void progress_show(struct progress *p, size_t done, size_t n)
{
	int columns, cells, full;

	if (done >= n) {
		progress_end(p);
		return;
	}
	if (!isatty(STDERR_FILENO) || clock_monotonic_ms() - p->began_ms < clock_wait_ms(AFTER_MS))
		return;
	columns = screen_size(STDERR_FILENO).columns - 1;
	cells = columns - AROUND_BAR < CELLS_MAX ? columns - AROUND_BAR : CELLS_MAX;
	if (cells < CELLS_MIN)
		cells = 0;
	full = (int)(done * (size_t)cells / n);
	fprintf(stderr, "\r%.*s%.*s%s%3d %%", full, HASHES, cells - full, DOTS, cells ? " " : "",
		(int)(done * 100 / n));
	fputs("\033[K", stderr);
	fflush(stderr);
	p->shown = true;
}

void progress_end(struct progress *p)
{
	if (p->shown) {
		fputs("\r\033[K", stderr);
		fflush(stderr);
	}
	p->shown = false;
}
