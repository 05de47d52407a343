/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A terminal's window: how large it is, and text that fits into it.
 */
#ifndef RUPTURED_CLI_SCREEN_H
#define RUPTURED_CLI_SCREEN_H

#include "base/buf.h"

struct screen_size {
	int rows, columns; /* 24 and 80 where the terminal does not say */
};
struct screen_size screen_size(int fd);

/* A part of what is shown.  Where not all fits, the longest parts are cut first; `least` lines of each stay. */
struct screen_part {
	struct buf text; /* whole lines */
	size_t least;
};

/* The parts in as many lines and columns; what was left out is said in the place of it. */
void screen_fit(const struct screen_part *parts, size_t n, struct screen_size size, struct buf *out);

#endif
