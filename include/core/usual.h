/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a person's earlier values say of the next one: mean, spread and the limit of a control chart, value by value.
 *
 * The signals hold a score against it (core/signal.c), the report draws it: one place for the formulas.
 */
#ifndef RUPTURED_CORE_USUAL_H
#define RUPTURED_CORE_USUAL_H

#include <stddef.h>

struct usual {
	size_t n;
	double mean, squares; /* of the distances from the mean */
	double ranges;	      /* sum of the distances from each value to the next */
	double last;
};

void usual_add(struct usual *u, double value);
/* Population SD, at least 2.5 % of the instrument's range (NAN: no such floor): a flat series makes no rupture.  0
 * without values. */
double usual_sd(const struct usual *u, double range);
/* How far off the mean the limit of a chart of single values lies: 2.66 mean moving ranges (Shewhart's 3 / 1.128), at
 * least `floor`, points. */
double usual_chart_width(const struct usual *u, double floor);

#endif
