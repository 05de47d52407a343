/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines no wider than a screen.
 */
#ifndef RUPTURED_BASE_WRAP_H
#define RUPTURED_BASE_WRAP_H

#include "base/buf.h"

#define WRAP_WIDTH 100 /* columns of any output, on a terminal of that width or wider */

/*
 * `line` and a newline, broken between words where it is wider than `width` columns; what follows a break begins after
 * `hang` blanks.  Blanks inside a line stay as they are; a word that is too wide by itself is cut.
 */
void wrap_line(struct str line, size_t hang, size_t width, struct buf *out);

#endif
