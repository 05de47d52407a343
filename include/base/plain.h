/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text of others on a terminal.
 */
#ifndef RUPTURED_BASE_PLAIN_H
#define RUPTURED_BASE_PLAIN_H

#include "base/arena.h"

/*
 * The text in valid UTF-8 with nothing in it that moves a cursor, colours, rings, hides or turns the direction of
 * writing: control characters (C0, C1), bidirectional and invisible format characters and what is no UTF-8 become
 * U+FFFD each, tabs and line ends blanks.
 */
struct str plain_text(struct arena *a, struct str text);

#endif
