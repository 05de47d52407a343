/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text pasted from a word processor holds blanks, dashes and letters that only look like the plain ones.
 */
#ifndef RUPTURED_CORE_LOOKALIKE_H
#define RUPTURED_CORE_LOOKALIKE_H

#include "base/diag.h"

/* Where such a character is in what a fault is about, the hint says so.  `text` is the file's. */
void lookalikes_tell(struct diags *d, struct str text);

#endif
