/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A drawing over time, before anything is drawn in it: caption, what it shows in words, both axes.  For chart_*.c.
 */
#ifndef RUPTURED_CORE_CHART_TIME_H
#define RUPTURED_CORE_CHART_TIME_H

#include "core/chart.h"
#include "core/chart_parts.h"

#define CHART_STEPS   5	   /* of the upright axis, at most */
#define CHART_STRETCH 1000 /* units across, of what stretches: paths, which know no percents */

struct chart_field {
	struct arena *a;
	struct buf *out;
	const char *id;
	int64_t from, to; /* from < to */
	double lowest, highest;
	int top, bottom; /* px: of highest and lowest */
};

/* <figure>, <figcaption>, <svg>; all are text, not yet escaped.  title: what the drawing is called where the caption is
 * not read together with what stands above it. */
/* Its height is a property too, --tall: a page that draws it smaller has to give back the room. */
void chart_open(struct chart_field *f, struct str caption, struct str title, struct str desc, int height);
void chart_axes(struct chart_field *f, int labels_y);
double chart_x(const struct chart_field *f, int64_t at);   /* 0..100, kept inside */
double chart_y(const struct chart_field *f, double value); /* px, kept inside; NAN stays */
/* Between them paths in CHART_STRETCH units across and px down. */
void chart_stretch(struct chart_field *f, int height);
void chart_stretched(struct chart_field *f);

#endif
