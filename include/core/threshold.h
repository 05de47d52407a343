/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Thresholds in words: "at least 3", "at most -2", "more than 60%", "between 3 and 5", "worse by at least 3".
 *
 *	threshold = [ "worse by" | "better by" ] bound [ unit ]
 *	bound     = ( "at least" | "at most" | "more than" | "less than" ) number
 *	          | "between" number [ unit ] "and" number
 *	          | number                                            exactly this; not after "by"
 *	unit      = "%" | "sd" | "pooled sd" | "seconds" | "minutes" | "turns" | "sessions" | "days" | "years" | "words"
 *	          | "x own interval" | "points"                       points: the plain number
 */
#ifndef RUPTURED_CORE_THRESHOLD_H
#define RUPTURED_CORE_THRESHOLD_H

#include "core/history.h"

enum threshold_op { AT_LEAST, AT_MOST, MORE_THAN, LESS_THAN, BETWEEN };
enum unit {
	UNIT_NONE, UNIT_PERCENT, UNIT_SD, UNIT_POOLED_SD, UNIT_SECONDS, UNIT_MINUTES, UNIT_TURNS, UNIT_SESSIONS, UNIT_DAYS,
	UNIT_OWN_INTERVAL, UNIT_YEARS, UNIT_WORDS,
};
#define UNITS (UNIT_WORDS + 1)
enum direction { DIRECTION_NONE, WORSE, BETTER };

struct threshold {
	enum threshold_op op;
	double a, b; /* b: BETWEEN's upper end.  Percent is kept as 60, not .6 */
	enum unit unit;
	enum direction direction; /* "worse by ...": a, b are amounts of worsening, the instrument says which way */
	struct str words;	  /* as written */
};

/* The scalar `v` into *ret; false with a fault at the exact word (code "threshold").  A bare number is "equals":
 * BETWEEN a and a.  `allowed` is a bit set of 1 << enum unit; the first unit word not in it is a fault. */
bool threshold_read(struct reader *r, const struct doc *v, unsigned allowed, struct threshold *ret);
/* "2 sessions", "14 days": a number from min to max with exactly this unit; false with a fault (code "threshold"). */
bool threshold_read_amount(struct reader *r, const struct doc *v, enum unit unit, struct limit_range range,
			   double *ret);
/* NAN: no_data. */
enum truth threshold_test(const struct threshold *t, double value);
/* By how much `value` misses the nearest end that would make it true; 0 when it holds. */
double threshold_distance(const struct threshold *t, double value);
/* What can become of it when values run from min to max: TRUTH_NO_DATA: both; else always this.  Lint. */
enum truth threshold_outlook(const struct threshold *t, double min, double max);
/* A fault (code "never" or "always") when no value from min to max, or every one, meets it.  `what` is shown:
 * "SRS runs from 0 to 40". */
void threshold_check(struct reader *r, const struct doc *v, const struct threshold *t, double min, double max,
		     const char *what);
/* The regular expression of a schema for thresholds of these units; or (`amount`) for a number and its unit alone. */
void threshold_pattern(unsigned allowed, bool amount, struct buf *out);
/* "%", "sd", "pooled sd", "sessions", ...; "" for UNIT_NONE. */
const char *unit_word(enum unit u);

#endif
