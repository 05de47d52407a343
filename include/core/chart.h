/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Charts for the report: pure, no script, no font and nothing from elsewhere.
 *
 * Each is a <figure class="chart"> with a caption, well-formed as XML too.  Nothing in it is scaled: across, a drawing is
 * in percent of the room it gets, down and in text it is in pixels, so that text has its size on a telephone and on
 * paper, and neither page nor figure scrolls.  What is long (titles of rules) is HTML beside the drawing, where it wraps
 * and is read aloud.  Drawings over time have role="img", a <title> and a <desc> that says what a reader would see.
 *
 * Colours are custom properties, which chart_style defines for light, dark, print and forced colours and the page may use
 * too: --ink, --paper, --muted (text that matters less), --line (grid).  A colour is never the only sign.
 *
 * `id` makes the ids inside unique on the page: [a-z0-9-] only, and not the id of anything else there.  What is drawn are
 * numbers, dates and tokens, never text of a session.
 */
#ifndef RUPTURED_CORE_CHART_H
#define RUPTURED_CORE_CHART_H

#include "base/arena.h"
#include "base/buf.h"
#include "core/judge.h"

/* The rules of style that every chart needs, once a page, inside <style>. */
struct str chart_style(void);

/* ---- one member's alliance over a case ---- */

enum course_came { COURSE_CAME, COURSE_MISSED, COURSE_UNKNOWN };
struct course_point {
	int64_t at;	   /* the session's start, s since 1970 UTC */
	size_t ordinal;	   /* the session's, 1, 2 ... */
	double value;	   /* the score; NAN: none was given.  Outside lowest..highest it is drawn at the border */
	double low, high;  /* own usual range from the sessions before: mean -/+ 2 SD; NAN before there is one */
	double limit;	   /* lower limit of the control chart; NAN before there is one */
	enum course_came came;
};
/* An incident about the member (or the case), from open to its end. */
struct course_band {
	struct str title;  /* the rule's */
	struct str other;  /* token of the other member of a pair, or absent */
	enum severity severity; /* at its worst */
	int64_t from, to;  /* to: DATE_NONE while it has not ended */
	enum incident_state state; /* the present one */
	int64_t repairing_at, unrepaired_at; /* DATE_NONE */
};
struct course {
	struct str member, role; /* "m1", "child" */
	struct str instrument;	 /* "SRS" */
	double lowest, highest;	 /* of the instrument */
	double threshold;	 /* the instrument's cut-off to draw as a line, or NAN */
	int64_t from, to;	 /* of the axis: the case's, so that charts of one case stand under one another */
	const struct course_point *points; /* by time */
	size_t n_points;
	const struct course_band *bands; /* by opening */
	size_t n_bands;
};
/* The caption names the instrument alone: whose it is stands above it on the page, and in the drawing's name. */
void chart_course(struct arena *a, const char *id, const struct course *c, struct buf *out);
/* What the signs of a course mean: once a page, or once a case where there are many. */
void chart_course_key(struct buf *out);

/* ---- the clinic ---- */

/* Stacked bars, one a week: a series a rule (the caller sorts and folds small ones into "other"), or one alone. */
struct weeks_series {
	struct str name;
	const double *values; /* one a week */
};
struct weeks {
	struct str title; /* the caption */
	int64_t first;	  /* Monday 00:00 UTC of the first week, s */
	size_t n;	  /* beyond CHART_BARS_MAX a bar is the mean of several weeks, and the caption says so */
	const struct weeks_series *series;
	size_t n_series; /* at most CHART_SERIES_MAX */
	double budget;	 /* a line across, in the unit of the values; NAN: none */
};
#define CHART_SERIES_MAX 8
#define CHART_BARS_MAX	 104
void chart_weeks(struct arena *a, const char *id, const struct weeks *w, struct buf *out);

/* Horizontal bars with labels, in the order given: open incidents by age, alerts by rule. */
struct bars_row {
	struct str label;
	double value;
	double grave; /* the part of value that is warning or above */
};
void chart_bars(struct arena *a, const char *id, struct str title, const struct bars_row *rows, size_t n, struct buf *out);

/* Shares with their 95 % interval, one line a rule: a dot and whiskers from 0 to 100 %. */
struct shares_row {
	struct str label;
	double share, low, high; /* 0..1; share NAN: no verdict yet */
	int64_t n;		 /* verdicts */
};
void chart_shares(struct arena *a, const char *id, struct str title, const struct shares_row *rows, size_t n,
		  struct buf *out);

#endif
