/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/chart_parts.h"

#include <math.h>

#include "base/date.h"

double chart_round_up(double v)
{
	double size = v > 0 ? pow(10, floor(log10(v))) : 1;

	for (double step = 1; step < 10; step += step < 2 ? .5 : 1)
		if (step * size >= v)
			return step * size;
	return 10 * size;
}

double chart_step(double length, unsigned most)
{
	static const double steps[] = { 1, 2, 5 };
	double size = length > 0 ? pow(10, floor(log10(length / most))) : 1;

	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		if (steps[i] * size * most >= length * (1 - 1e-9))
			return steps[i] * size;
	return 10 * size;
}

void chart_number(struct buf *out, double v)
{
	double places = fabs(v) < 1 ? 100 : fabs(v) < 100 ? 10 : 1, rounded = round(v * places) / places;

	buf_printf(out, "%.10g", rounded == 0 ? 0 : rounded);
}

static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

struct str chart_date(struct arena *a, int64_t at)
{
	int y;
	unsigned m, d;

	date_civil(at, &y, &m, &d);
	return arena_printf(a, "%u %s %d", d, months[m - 1], y);
}

void chart_line(struct buf *out, const char *class, const struct chart_xy *points, size_t n, double half_dash)
{
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		const struct chart_xy *p = &points[i];
		bool joined = i && !isnan(points[i - 1].y), joins = i + 1 < n && !isnan(points[i + 1].y);

		if (isnan(p->y))
			continue;
		if (!any)
			buf_printf(out, "<path class=\"%s\" d=\"", class);
		any = true;
		if (joined)
			buf_printf(out, "L%.1f %.1f", p->x, p->y);
		else if (joins)
			buf_printf(out, "M%.1f %.1f", p->x, p->y);
		else
			buf_printf(out, "M%.1f %.1fh%.1f", p->x - half_dash, p->y, 2 * half_dash);
	}
	if (any)
		buf_puts(out, STR("\"/>\n"));
}

/* ---- dates of an axis ---- */

enum unit { DAYS, MONTHS, YEARS };
static const struct step {
	enum unit unit;
	unsigned n;
	double days; /* about */
} steps[] = { { DAYS, 1, 1 },	    { DAYS, 2, 2 },	   { DAYS, 7, 7 },	   { DAYS, 14, 14 },
	      { MONTHS, 1, 30.4 },  { MONTHS, 2, 60.9 },   { MONTHS, 3, 91.3 },	   { MONTHS, 6, 182.6 },
	      { YEARS, 1, 365.2 },  { YEARS, 2, 730.5 },   { YEARS, 5, 1826 },	   { YEARS, 10, 3652 },
	      { YEARS, 50, 18262 }, { YEARS, 200, 73050 }, { YEARS, 1000, 365250 } };
#define N_STEPS	     (sizeof steps / sizeof *steps)
#define TICKS	     8 /* steps at most, so that labels of 45 px fit 500 px */
#define TICKS_NARROW 5

/* The first date of the step's raster at or after `at`. */
static int64_t first_tick(const struct step *s, int64_t at)
{
	int y;
	unsigned m, d;
	int64_t midnight;

	date_civil(at, &y, &m, &d);
	midnight = date_of_civil(y, m, d);
	switch (s->unit) {
	case DAYS:
		return midnight < at ? midnight + DAY_S : midnight;
	case MONTHS:
		m = (m - 1) / s->n * s->n + 1;
		return date_of_civil(y, m, 1) < at ? date_of_civil(y, m + s->n, 1) : date_of_civil(y, m, 1);
	case YEARS:
		y -= y % (int)s->n;
		return date_of_civil(y, 1, 1) < at ? date_of_civil(y + (int)s->n, 1, 1) : date_of_civil(y, 1, 1);
	}
	return at;
}

static int64_t next_tick(const struct step *s, int64_t at)
{
	int y;
	unsigned m, d;

	date_civil(at, &y, &m, &d);
	switch (s->unit) {
	case DAYS:
		return at + (int64_t)s->n * DAY_S;
	case MONTHS:
		return date_of_civil(y, m + s->n, 1);
	case YEARS:
		return date_of_civil(y + (int)s->n, 1, 1);
	}
	return at + DAY_S;
}

/* Every how many-th tick stays where it is narrow, and whether this one does: months so that January is among them. */
static bool stays(const struct step *s, size_t i, size_t n, unsigned month, int year)
{
	unsigned every = (unsigned)((n + TICKS_NARROW - 1) / TICKS_NARROW);

	if (s->unit == MONTHS)
		while (every < 12 / s->n && 12 / s->n % every)
			every++;
	switch (s->unit) {
	case DAYS:
		return i % every == 0;
	case MONTHS:
		return (month - 1) / s->n % every == 0;
	case YEARS:
		return year / (int)s->n % (int)every == 0;
	}
	return true;
}

static struct str tick_label(struct arena *a, const struct step *s, int year, unsigned month, unsigned day)
{
	switch (s->unit) {
	case DAYS:
		return arena_printf(a, "%u %s", day, months[month - 1]);
	case MONTHS:
		return str_of(months[month - 1]);
	case YEARS:
		return arena_printf(a, "%d", year);
	}
	return STR("");
}

size_t chart_date_ticks(struct arena *a, int64_t from, int64_t to, struct chart_tick ret[CHART_TICKS_MAX])
{
	double days = (double)(to - from) / DAY_S;
	const struct step *s = steps;
	size_t n = 0, count = 0;
	int last = INT32_MIN, last_narrow = INT32_MIN;

	while (s < &steps[N_STEPS - 1] && days / s->days > TICKS)
		s++;
	for (int64_t at = first_tick(s, from); at <= to && count < CHART_TICKS_MAX; at = next_tick(s, at))
		count++;
	for (int64_t at = first_tick(s, from); n < count; at = next_tick(s, at), n++) {
		int y;
		unsigned m, d;

		date_civil(at, &y, &m, &d);
		ret[n].x = to > from ? (double)(at - from) / (double)(to - from) : .5;
		ret[n].label = tick_label(a, s, y, m, d);
		ret[n].year = s->unit == YEARS ? STR("") : arena_printf(a, "%d", y);
		ret[n].narrow = stays(s, n, count, m, y);
		ret[n].year_wide = y != last;
		ret[n].year_narrow = ret[n].narrow && y != last_narrow;
		last = y;
		last_narrow = ret[n].narrow ? y : last_narrow;
	}
	return n;
}
