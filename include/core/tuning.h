/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which value of one threshold, by verdicts and labels, under a budget.
 *
 * Simple on purpose: the best by precision x recall; of the values that the data cannot tell from it, the nearest to the
 * present one; and no answer where the data give none.  One threshold at a time: with some dozens of verdicts, two at once would fit noise.
 */
#ifndef RUPTURED_CORE_TUNING_H
#define RUPTURED_CORE_TUNING_H

#include "core/mark.h"

#define TUNING_MARKS_MIN 20 /* verdicts and labels, below which nothing is chosen by them */
#define TUNING_GOOD_MIN	 5  /* of them good */

/* One value. */
struct tuning_point {
	bool known; /* false: the value does not suit the rule */
	double alerts_per_week;
	struct mark_counts marks;
};

enum tuning_answer {
	TUNING_BETTER,	  /* *ret_best does better than the present value, by more than chance would */
	TUNING_BUDGET,	  /* the present value is past the budget; *ret_best keeps it */
	TUNING_PRESENT,	  /* nothing does better than the present value, or not by more than chance would */
	TUNING_TOO_FEW,	  /* too few verdicts and labels, and no budget passed */
	TUNING_NO_VALUE,  /* the present value is past the budget, and so are all others */
};
struct tuning {
	enum tuning_answer answer;
	size_t best;	  /* the present one unless better or by budget */
	size_t from, to;  /* the values around best that do as well on these data; both best when chosen by budget alone */
	bool by_marks;	  /* chosen by verdicts and labels, not by the budget alone */
};

/* points: one a value; budget: alerts a week, INFINITY: any. */
struct tuning tuning_choose(const struct tuning_point *points, size_t n, size_t present, double budget);
/* Precision x recall; 0 when either is not known. */
double tuning_score(const struct mark_counts *m);

#endif
