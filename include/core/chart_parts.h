/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What drawings have in common: steps of an axis, dates, a line with gaps.  For chart.c and whoever else draws; a page
 * calls core/chart.h.
 */
#ifndef RUPTURED_CORE_CHART_PARTS_H
#define RUPTURED_CORE_CHART_PARTS_H

#include "base/arena.h"
#include "base/buf.h"

/* A round number (1, 1.5, 2, 3 ... 9 times a power of ten) at or above v; 1 for what is not above 0. */
double chart_round_up(double v);
/* The step between the lines of an axis of that length: 1, 2 or 5 times a power of ten, at most `most` steps. */
double chart_step(double length, unsigned most);
/* A measured value in as few digits as say it: "31.5", "22", "0.33". */
void chart_number(struct buf *out, double v);
/* "4 May 2026" */
struct str chart_date(struct arena *a, int64_t at);

struct chart_xy {
	double x, y; /* in the units of the drawing; y NAN: a gap */
};
/* A path of that class, interrupted at gaps.  `half_dash`: half the length of what stands for a point between two gaps.
 */
void chart_line(struct buf *out, const char *class, const struct chart_xy *points, size_t n, double half_dash);

#define CHART_TICKS_MAX 12
struct chart_tick {
	double x;		     /* 0..1 of the axis */
	struct str label;	     /* "14", "14 Sep", "Sep" or "2026" */
	struct str year;	     /* to go below it; "" where the label is the year */
	bool narrow;		     /* shown where the axis is narrow, too */
	bool year_wide, year_narrow; /* the first of its year where it is wide, where it is narrow */
};
/* The dates to name on an axis from `from` to `to`, s UTC: days, months or years, whichever gives 2 to 10. */
size_t chart_date_ticks(struct arena *a, int64_t from, int64_t to, struct chart_tick ret[CHART_TICKS_MAX]);

#endif
