/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/precision.h"

#include "test.h"

static bool near(double got, double expected)
{
	return fabs(got - expected) < 0.00005;
}

/* Worked by hand from Wilson's formula with z = 1.95996. */
TEST(the_interval_of_a_precision_is_wilsons)
{
	struct precision p = precision_of(8, 10);

	CHECK(near(p.share, 0.8));
	CHECK(near(p.low, 0.49016));
	CHECK(near(p.high, 0.94331));
	p = precision_of(50, 100);
	CHECK(near(p.low, 0.40383));
	CHECK(near(p.high, 0.59617));
}

TEST(one_verdict_tells_little)
{
	struct precision good = precision_of(1, 1), bad = precision_of(0, 1);

	CHECK(near(good.share, 1) && near(good.low, 0.20654) && near(good.high, 1));
	CHECK(near(bad.share, 0) && near(bad.low, 0) && near(bad.high, 0.79346));
}

TEST(without_verdicts_a_precision_is_unknown)
{
	struct precision p = precision_of(0, 0);

	CHECK(isnan(p.share));
	CHECK(near(p.low, 0) && near(p.high, 1));
}
