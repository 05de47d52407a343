/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What to write instead of a threshold that is none; for threshold.c.
 */
#ifndef RUPTURED_CORE_THRESHOLD_HINT_H
#define RUPTURED_CORE_THRESHOLD_HINT_H

#include "core/threshold.h"

/* "under 36", ">= 36", "36+", "three": the same in the words of a threshold, as a hint; NULL when it is not clear. */
const char *threshold_meant(struct arena *a, struct str text);
/* The same for the unit behind a number: weeks where days stand, a fraction where a percentage does. */
const char *unit_meant(struct arena *a, struct str before_number, double value, struct str said, unsigned allowed);

#endif
