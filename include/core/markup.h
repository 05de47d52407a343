/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text inside HTML and SVG: what somebody else wrote never becomes markup.
 */
#ifndef RUPTURED_CORE_MARKUP_H
#define RUPTURED_CORE_MARKUP_H

#include "base/buf.h"

/* As text and inside a quoted attribute: & < > " ' are escaped; control characters, which XML forbids, become U+FFFD. */
void markup_text(struct buf *out, struct str s);

#endif
