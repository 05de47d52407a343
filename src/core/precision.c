/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/precision.h"

#include <math.h>

#define Z_95 1.959963984540054 /* the standard normal's 97.5th percentile */

struct precision precision_of(int64_t useful, int64_t verdicts)
{
	double n = (double)verdicts, p = (double)useful / n, z2 = Z_95 * Z_95;
	double middle, reach;

	if (verdicts <= 0)
		return (struct precision){ NAN, 0, 1 };
	middle = (p + z2 / (2 * n)) / (1 + z2 / n);
	reach = Z_95 / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n));
	return (struct precision){ p, fmax(0, middle - reach), fmin(1, middle + reach) };
}
