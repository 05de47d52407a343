/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/precision.h"

#include <math.h>

#define Z95 1.959964

struct precision precision_of(int64_t useful, int64_t verdicts)
{
	double n = (double)verdicts, p = (double)useful / n, z2 = Z95 * Z95, middle, half;

	if (verdicts <= 0)
		return (struct precision){ NAN, 0, 1 };
	middle = (p + z2 / (2 * n)) / (1 + z2 / n);
	half = Z95 / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n));
	return (struct precision){
		.share = p,
		.low = useful > 0 ? fmax(0, middle - half) : 0,
		.high = useful < verdicts ? fmin(1, middle + half) : 1,
	};
}
