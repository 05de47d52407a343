/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a rule stayed quiet, and how far it was from firing: from the very readings of its verdict, nothing is measured
 * again.
 *
 * A signal tells the value at which it would turn, in the unit of the number it looked at (points for `sd` and control
 * charts), or how many more it takes and until when.  A rule tells the smallest set of its signals whose turning would
 * make it true (each part of a condition taken by itself: a signal that stands in two parts is not weighed for both).
 */
#ifndef RUPTURED_CORE_WHY_NOT_H
#define RUPTURED_CORE_WHY_NOT_H

#include "core/rules.h"

/* "29 or less would do", "2 of 3; 1 more by 2026-05-04 14:00 UTC would do"; nothing, and false, of a signal that does
 * not stand in the rule's way, or of which no more can be said than that it is not so. */
bool why_not_signal(const struct rule *rule, size_t signal, const struct reading *reading, struct buf *out);
/* How much is missing: in the unit of `raw`, or a number of sessions for `in`; NAN when that is not a number. */
double why_not_distance(const struct signal *s, const struct reading *reading);
/* "low alone would fire it", "low and big_fall together would fire it"; a signal that must not be so is "not
 * so_and_so". False of a rule whose conditions hold: something else keeps it quiet (an exception, `requires`). */
bool why_not_rule(const struct rule *rule, const struct reading *readings, struct buf *out);

#endif
