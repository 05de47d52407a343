/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which value of one threshold, by verdicts and labels, under a budget.
 *
 * Simple on purpose: the best by precision x recall; of the values that the data cannot tell from it, the nearest to
 * the present one; and no answer where the data give none.  One threshold at a time: with some dozens of verdicts, two
 * at once would fit noise.
 */
#ifndef RUPTURED_CORE_TUNING_H
#define RUPTURED_CORE_TUNING_H

#include "core/mark.h"

#define TUNING_MARKS_MIN 20 /* verdicts and labels, below which nothing is chosen by them */
#define TUNING_GOOD_MIN	 5  /* of them good */
#define TUNING_PARTS	 5  /* of the cases, each left out once */

/* One value. */
struct tuning_point {
	bool known; /* false: the value does not suit the rule */
	double alerts_per_week;
	struct mark_counts marks;
	struct mark_counts parts[TUNING_PARTS]; /* the same by part of the cases */
};

enum tuning_answer {
	TUNING_BETTER,	 /* *ret_best does better than the present value, by more than chance would */
	TUNING_BUDGET,	 /* the present value is past the budget; *ret_best keeps it */
	TUNING_PRESENT,	 /* nothing does better than the present value, or not by more than chance would */
	TUNING_TOO_FEW,	 /* too few verdicts and labels, and no budget passed */
	TUNING_NO_VALUE, /* the present value is past the budget, and so are all others */
};
struct tuning {
	enum tuning_answer answer;
	size_t best; /* the present one unless better or by budget */
	size_t from,
		to;    /* the values around best that do as well on these data; both best when chosen by budget alone */
	size_t leader; /* the best on these data, evidence or not; the present one where marks are too few */
	bool by_marks; /* chosen by verdicts and labels, not by the budget alone */
	bool at_edge;  /* best, and not the present one, is the last that was tried on its side */
	bool overlap;  /* the intervals of best and of the present value overlap, right as well as caught */
};

/* One threshold of a rule: what was tried. */
struct tuning_curve {
	const struct tuning_point *points;
	size_t n, present;
};

/* points: one a value; budget: alerts a week, INFINITY: any. */
struct tuning tuning_choose(const struct tuning_point *points, size_t n, size_t present, double budget);
/* Whether another value than the present one is proposed. */
bool tuning_proposes(const struct tuning *t);
/* Of several thresholds, each by itself, the one whose proposal does best; of those chosen by the budget alone, the one
 * that moves least.  SIZE_MAX: none proposes anything. */
size_t tuning_best(const struct tuning_curve *curves, const struct tuning *tunings, size_t n);
/*
 * The whole choice, threshold and value, made anew without one part of the cases and held against that part; all parts
 * together.  What is chosen on data looks better on them than it is (Stone, Journal of the Royal Statistical Society B
 * 36, 1974, pp. 111-147).
 */
struct mark_counts tuning_crossed(const struct tuning_curve *curves, size_t n, double budget);
/* Precision x recall; 0 when either is not known. */
double tuning_score(const struct mark_counts *m);

#endif
