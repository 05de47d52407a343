/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers as people read them.
 */
#include <math.h>

#include "cli/trial_report.h"
#include "core/precision.h"

static void put_thousands(struct buf *out, long long n)
{
	if (n >= 1000) {
		put_thousands(out, n / 1000);
		buf_printf(out, ",%03lld", n % 1000);
	} else {
		buf_printf(out, "%lld", n);
	}
}

void put_count(struct buf *out, double n)
{
	if (n < 0)
		buf_putc(out, '-');
	put_thousands(out, llround(fabs(n)));
}

void put_rate(struct buf *out, double n)
{
	double tenths = round(n * 10) / 10;

	if (fabs(tenths) >= 100)
		put_count(out, n);
	else if (n > 0 && n < .05)
		buf_printf(out, "%.2g", n);
	else
		buf_printf(out, tenths == round(tenths) ? "%.0f" : "%.1f", tenths == 0 ? 0 : tenths);
}

void put_counted(struct buf *out, double n, const char *what)
{
	put_count(out, n);
	buf_printf(out, " %s%s", what, n == 1 ? "" : "s");
}

void put_share(struct buf *out, uint64_t k, uint64_t n)
{
	struct precision p = precision_of((int64_t)k, (int64_t)n);

	if (n)
		buf_printf(out, "%.0f %% (%.0f - %.0f %%)", 100 * p.share, 100 * p.low, 100 * p.high);
	else
		buf_puts(out, STR("unknown"));
}

void put_share_short(struct buf *out, uint64_t k, uint64_t n)
{
	struct precision p = precision_of((int64_t)k, (int64_t)n);

	if (n)
		buf_printf(out, "%.0f %% (%.0f-%.0f)", 100 * p.share, 100 * p.low, 100 * p.high);
	else
		buf_puts(out, STR("unknown"));
}
