/*
 * Thresholds in words: "at least 3", "at most -2", "more than 60%", "between 3 and 5", "worse by at least 3".
 */
#ifndef RUPTURED_CORE_THRESHOLD_H
#define RUPTURED_CORE_THRESHOLD_H

#include "core/history.h"

enum threshold_op { AT_LEAST, AT_MOST, MORE_THAN, LESS_THAN, BETWEEN };
enum unit {
	UNIT_NONE, UNIT_PERCENT, UNIT_SD, UNIT_POOLED_SD, UNIT_SECONDS, UNIT_MINUTES, UNIT_TURNS, UNIT_SESSIONS, UNIT_DAYS,
	UNIT_OWN_INTERVAL, UNIT_YEARS, UNIT_WORDS,
};
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
/* NAN: no_data. */
enum truth threshold_test(const struct threshold *t, double value);
/* By how much `value` misses the nearest end that would make it true; 0 when it holds. */
double threshold_distance(const struct threshold *t, double value);
const char *unit_word(enum unit u);

#endif
