/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How often a rule is right: the share of useful alerts among those that people have given a verdict on.
 */
#ifndef RUPTURED_CORE_PRECISION_H
#define RUPTURED_CORE_PRECISION_H

#include <stdint.h>

struct precision {
	double share;	  /* useful / verdicts; NAN without verdicts */
	double low, high; /* the 95 % interval of the share, from 0 to 1; without verdicts 0 and 1 */
};

/*
 * The interval is the score interval of Wilson (Journal of the American Statistical Association 22, 1927, pp. 209-212),
 * without correction for continuity: of the common ones it keeps its level best for the few verdicts a rule gets (Brown,
 * Cai and DasGupta, Statistical Science 16, 2001, pp. 101-133).  0 <= useful <= verdicts.
 */
struct precision precision_of(int64_t useful, int64_t verdicts);

#endif
