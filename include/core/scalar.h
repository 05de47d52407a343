/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The small languages inside a scalar (thresholds, conditions): its pieces with their places in the file.
 */
#ifndef RUPTURED_CORE_SCALAR_H
#define RUPTURED_CORE_SCALAR_H

#include "core/doc.h"

/*
 * The place of `bytes` bytes at `from` of the scalar's text.  Known only where text and source run alike: a scalar on
 * one line, plain or in quotes without escapes; otherwise the place of the whole scalar.
 */
struct span scalar_span(const struct doc *scalar, size_t from, size_t bytes);
/* The place of `part`, which must lie inside the scalar's text. */
struct span scalar_part(const struct doc *scalar, struct str part);

#endif
