/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/precision.h"

#include <math.h>

#include "core/mark.h"

struct precision precision_of(int64_t useful, int64_t verdicts)
{
	struct precision ret = { .share = verdicts > 0 ? (double)useful / (double)verdicts : NAN };

	wilson_interval((uint64_t)useful, (uint64_t)verdicts, &ret.low, &ret.high);
	return ret;
}
