/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/usual.h"

#include <math.h>

#define CHART_WIDTH 2.66
#define SD_FLOOR    .025

void usual_add(struct usual *u, double value)
{
	double off = value - u->mean;

	if (u->n > 0)
		u->ranges += fabs(value - u->last);
	u->last = value;
	u->mean += off / (double)++u->n;
	u->squares += off * (value - u->mean);
}

double usual_sd(const struct usual *u, double range)
{
	double sd = u->n > 0 ? sqrt(u->squares / (double)u->n) : 0;

	return isnan(range) ? sd : fmax(sd, SD_FLOOR * range);
}

double usual_chart_width(const struct usual *u, double floor)
{
	double moving_range = u->n > 1 ? u->ranges / (double)(u->n - 1) : 0;

	return fmax(CHART_WIDTH * moving_range, floor);
}
