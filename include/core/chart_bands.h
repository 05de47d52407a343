/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Incidents above a drawing over time: numbered bands in lanes, and the numbers in words below.  For chart_course.c.
 */
#ifndef RUPTURED_CORE_CHART_BANDS_H
#define RUPTURED_CORE_CHART_BANDS_H

#include "core/chart_time.h"

#define CHART_LANE_PX 20

struct chart_bands {
	const struct course_band *bands;
	size_t n;
	size_t *lanes; /* one a band, 0 is the uppermost; in the arena */
	size_t n_lanes;
};

/* Bands that do not touch share a lane. */
struct chart_bands chart_bands_lay(const struct chart_field *f, const struct course_band *bands, size_t n);
void chart_bands_draw(const struct chart_field *f, const struct chart_bands *b);
void chart_bands_list(const struct chart_field *f, const struct chart_bands *b);
/* The sign of a severity, around 0 0, 11 px across: ring, disc, triangle, square on its corner. */
void chart_severity(struct buf *out, enum severity severity);
/* What marks a band's course, around 0 0. */
extern const char chart_sign_overdue[], chart_sign_on[], chart_sign_end[];

#endif
