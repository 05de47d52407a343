/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A page with every chart in every condition, on standard output, for the checks in a browser.
 */
#include <math.h>
#include <stdio.h>

#include "base/date.h"
#include "core/chart.h"

#define START	  1767603600 /* Monday 5 January 2026, 9:00 */
#define LONG_CASE 300
#define WEEK_S	  ((int64_t)7 * DAY_S)

static struct arena arena;

static double wave(size_t i)
{
	return sin((double)i * 1.7) * 2.2 + sin((double)i * .61) * 1.6;
}

/* Sessions a week apart whose scores fall from the 9th on and come back; every 5th none given, some missed. */
static struct course_point *sessions(size_t n, int64_t apart)
{
	struct course_point *p = ARENA_ARRAY(&arena, struct course_point, n);

	for (size_t i = 0; i < n; i++) {
		double fall = i % 40 >= 9 && i % 40 < 14 ? -9 : 0;

		p[i] = (struct course_point){ .at = START + (int64_t)i * apart, .ordinal = i + 1 };
		p[i].came = i % 11 == 6 ? COURSE_MISSED : i % 13 == 7 ? COURSE_UNKNOWN : COURSE_CAME;
		p[i].value = i % 5 == 3 || p[i].came == COURSE_MISSED ? NAN : 31 + wave(i) + fall;
		p[i].low = i > 3 ? 27 + wave(i / 3) / 2 : NAN;
		p[i].high = i > 3 ? 36 + wave(i / 3) / 2 : NAN;
		p[i].limit = i > 3 ? 25.5 + wave(i / 3) / 3 : NAN;
	}
	return p;
}

static const struct course_band bands[] = {
	{ .title = { "The alliance score fell below this member's own usual range", 59 },
	  .severity = SEVERITY_WARNING,
	  .from = START + 9 * WEEK_S,
	  .to = START + 16 * WEEK_S,
	  .state = INCIDENT_REPAIRED,
	  .repairing_at = START + 12 * WEEK_S,
	  .unrepaired_at = DATE_NONE },
	{ .title = { "Talks of harm to self", 21 },
	  .severity = SEVERITY_CRITICAL,
	  .from = START + 11 * WEEK_S,
	  .to = DATE_NONE,
	  .state = INCIDENT_UNREPAIRED,
	  .repairing_at = DATE_NONE,
	  .unrepaired_at = START + 15 * WEEK_S },
	{ .title = { "Takes sides <against> & blames", 30 },
	  .other = { "m2", 2 },
	  .severity = SEVERITY_NOTICE,
	  .from = START + 18 * WEEK_S,
	  .to = DATE_NONE,
	  .state = INCIDENT_REPAIRING,
	  .repairing_at = START + 19 * WEEK_S,
	  .unrepaired_at = DATE_NONE },
	{ .title = { "A repair was tried and taken up", 31 },
	  .severity = SEVERITY_INFO,
	  .from = START + 2 * WEEK_S,
	  .to = START + 3 * WEEK_S,
	  .state = INCIDENT_CLOSED,
	  .repairing_at = DATE_NONE,
	  .unrepaired_at = DATE_NONE },
};

static void course(struct buf *out, const char *id, const char *heading, size_t n, size_t n_bands, int64_t apart)
{
	struct course c = { .member = STR("m1"), .role = STR("child"), .instrument = STR("SRS"), .highest = 40 };

	c.threshold = n_bands ? 36 : NAN;
	c.from = START;
	c.to = START + (n ? (int64_t)(n - 1) * apart : 0);
	c.points = sessions(n, apart);
	c.n_points = n;
	c.bands = bands;
	c.n_bands = n_bands;
	buf_printf(out, "<h2>%s</h2>\n", heading);
	chart_course(&arena, id, &c, out);
}

static void weeks(struct buf *out, const char *id, const char *heading, size_t n, size_t n_series, double budget)
{
	static const char *const names[] = { "drops.alliance",	   "hostility.complaint",
					     "withdrawal.minimal", "noncompliance.homework",
					     "sides.against",	   "dropout.missed",
					     "unseen.rupture",	   "other" };
	struct weeks_series series[CHART_SERIES_MAX];

	for (size_t s = 0; s < n_series; s++) {
		double *values = ARENA_ARRAY(&arena, double, n);

		for (size_t i = 0; i < n; i++)
			values[i] = floor(fabs(wave(i * (s + 2) + s)) * 1.2);
		series[s] = (struct weeks_series){ str_of(names[s]), values };
	}
	buf_printf(out, "<h2>%s</h2>\n", heading);
	chart_weeks(&arena, id,
		    &(struct weeks){ .title = STR("Alerts a week, by rule"),
				     .first = START - 9 * 3600,
				     .n = n,
				     .series = series,
				     .n_series = n_series,
				     .budget = budget },
		    out);
}

static void rows(struct buf *out)
{
	static const struct bars_row bars[] = {
		{ { "drops.alliance: The alliance score fell below this member's own usual range", 75 }, 31, 12 },
		{ { "hostility.complaint", 19 }, 12, 12 },
		{ { "withdrawal.minimal <b>", 22 }, 3, 0 },
		{ { "never.fired", 11 }, 0, 0 },
	};
	static const struct shares_row shares[] = {
		{ { "drops.alliance", 14 }, .72, .53, .86, 25 },
		{ { "hostility.complaint", 19 }, 1, .21, 1, 1 },
		{ { "withdrawal.minimal", 18 }, NAN, NAN, NAN, 0 },
		{ { "sides.against", 13 }, 0, 0, .39, 6 },
	};

	buf_puts(out, STR("<h2>Rows</h2>\n"));
	chart_bars(&arena, "bars", STR("Open incidents by rule"), bars, 4, out);
	chart_shares(&arena, "shares", STR("Useful alerts, by rule"), shares, 4, out);
	chart_bars(&arena, "no-bars", STR("Sources gone quiet"), bars, 0, out);
}

int main(void)
{
	struct buf out = { 0 };
	struct str style = chart_style();

	buf_puts(&out, STR("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/><title>Charts</title>"
			   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<style>\n"));
	buf_puts(&out, style);
	buf_puts(&out,
		 STR("body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}"
		     "main{max-width:60rem;margin:auto;padding:1rem}\n</style></head><body><main><h1>Charts</h1>\n"));
	course(&out, "half-year", "Half a year", 24, 4, WEEK_S);
	chart_course_key(&out);
	course(&out, "one-week", "Twice a week", 3, 0, 3 * DAY_S);
	course(&out, "one-day", "One session", 1, 0, 0);
	course(&out, "none", "No session", 0, 0, 0);
	course(&out, "long", "Six years, 300 sessions", LONG_CASE, 3, WEEK_S);
	course(&out, "ten-years", "Ten years", 120, 2, 30 * DAY_S);
	weeks(&out, "half", "Half a year of alerts", 26, 8, 14);
	weeks(&out, "decade", "Ten years of alerts", 520, 4, 7.5);
	weeks(&out, "first", "The first week", 1, 1, NAN);
	rows(&out);
	buf_puts(&out, STR("</main></body></html>\n"));
	fwrite(out.p, 1, out.n, stdout);
	buf_release(&out);
	arena_release(&arena);
	return 0;
}
