/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>

#include "base/date.h"
#include "core/chart_time.h"
#include "core/markup.h"

#define PLOT_PX	 160
#define TOP_PX	 8
#define DATES_PX 36
#define WEEK_S	 (7 * (int64_t)DAY_S)

/* What lies over a series' colour, so that the colour is not the only sign; 6 px squares. */
static const char *const hatches[CHART_SERIES_MAX] = {
	"",
	"M-1 7L7 -1M-1 1L1 -1M5 7L7 5",
	"M0 1.5H6",
	"M-1 -1L7 7M5 -1L7 1M-1 5L1 7",
	"M1.5 0V6",
	"M0 3H6M3 0V6",
	"M1 3h2M4 0h2M4 6h2",
	"M-1 7L7 -1M-1 -1L7 7",
};

struct bars {
	struct chart_field f;
	const struct weeks *w;
	size_t block, n; /* weeks a bar, bars */
};

/* The mean a week of bar `i`; the last one may hold fewer weeks. */
static double height_of(const struct bars *b, size_t series, size_t i)
{
	size_t from = i * b->block, to = from + b->block < b->w->n ? from + b->block : b->w->n;
	double sum = 0;

	for (size_t k = from; k < to; k++)
		sum += b->w->series[series].values[k];
	return sum / (double)(to - from);
}

static double total_of(const struct bars *b, size_t i)
{
	double sum = 0;

	for (size_t s = 0; s < b->w->n_series; s++)
		sum += height_of(b, s, i);
	return sum;
}

static struct str describe(const struct bars *b)
{
	struct buf out = { 0 };
	double sum = 0, most = 0;
	size_t most_at = 0, over = 0;
	struct str ret, first = chart_date(b->f.a, b->f.from), day;

	for (size_t i = 0; i < b->n; i++) {
		double v = total_of(b, i);

		sum += v;
		over += v > b->w->budget;
		most_at = v > most ? i : most_at;
		most = fmax(most, v);
	}
	buf_printf(&out, "%zu weeks from %.*s", b->w->n, STR_ARG(first));
	if (b->n) {
		day = chart_date(b->f.a, b->f.from + (int64_t)(most_at * b->block) * WEEK_S);
		buf_puts(&out, STR(": on average "));
		chart_number(&out, sum / (double)b->n);
		buf_puts(&out, STR(" a week, most "));
		chart_number(&out, most);
		buf_printf(&out, " in the week of %.*s", STR_ARG(day));
	}
	if (!isnan(b->w->budget)) {
		buf_puts(&out, STR(". Budget "));
		chart_number(&out, b->w->budget);
		buf_printf(&out, " a week, passed by %zu of %zu bars", over, b->n);
	}
	buf_putc(&out, '.');
	ret = arena_dup(b->f.a, buf_str(&out));
	buf_release(&out);
	return ret;
}

static void patterns(const struct bars *b)
{
	buf_puts(b->f.out, STR("<defs>\n"));
	for (size_t s = 0; s < b->w->n_series; s++)
		buf_printf(b->f.out,
			   "<pattern id=\"%s-p%zu\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\"><rect "
			   "class=\"s%zu\" "
			   "width=\"6\" height=\"6\"/><path class=\"hatch\" d=\"%s\"/></pattern>\n",
			   b->f.id, s, s, hatches[s]);
	buf_puts(b->f.out, STR("</defs>\n"));
}

/* One bar: its series from below, each with its share of the height. */
static void bar(const struct bars *b, size_t i)
{
	double wide = 100. / (double)b->n, foot = 0;

	for (size_t s = 0; s < b->w->n_series; s++) {
		double v = height_of(b, s, i), y = chart_y(&b->f, foot + v), below = chart_y(&b->f, foot);

		if (!(v > 0))
			continue;
		buf_printf(b->f.out,
			   "<rect class=\"cover\" fill=\"url(#%s-p%zu)\" x=\"%.3f%%\" y=\"%.1f\" width=\"%.3f%%\" "
			   "height=\"%.1f\"/>",
			   b->f.id, s, wide * (double)i, y, wide, below - y);
		foot += v;
	}
	if (foot > 0)
		buf_putc(b->f.out, '\n');
}

static void budget(const struct bars *b)
{
	double y = chart_y(&b->f, b->w->budget);

	if (isnan(y))
		return;
	buf_printf(b->f.out, "<line class=\"budget\" x2=\"100%%\" y1=\"%.1f\" y2=\"%.1f\"/>\n", y, y);
}

static void legend(const struct bars *b)
{
	struct buf *out = b->f.out;

	buf_puts(out, STR("<ul class=\"key\">\n"));
	for (size_t s = 0; s < b->w->n_series; s++) {
		double sum = 0;

		for (size_t i = 0; i < b->w->n; i++)
			sum += b->w->series[s].values[i];
		buf_printf(out,
			   "<li><svg width=\"16\" height=\"14\" aria-hidden=\"true\"><rect fill=\"url(#%s-p%zu)\" "
			   "width=\"16\" "
			   "height=\"14\"/></svg> ",
			   b->f.id, s);
		markup_text(out, b->w->series[s].name);
		buf_puts(out, STR(": "));
		chart_number(out, sum);
		buf_puts(out, STR("</li>\n"));
	}
	if (!isnan(b->w->budget)) {
		buf_puts(out, STR("<li><svg width=\"28\" height=\"14\" aria-hidden=\"true\"><line class=\"budget\" "
				  "y1=\"7\" x2=\"28\" "
				  "y2=\"7\"/></svg> budget: "));
		chart_number(out, b->w->budget);
		buf_puts(out, STR(" a week</li>\n"));
	}
	buf_puts(out, STR("</ul>\n"));
}

void chart_weeks(struct arena *a, const char *id, const struct weeks *w, struct buf *out)
{
	struct bars b = { .w = w, .block = (w->n + CHART_BARS_MAX - 1) / CHART_BARS_MAX };
	double most = isnan(w->budget) ? 1 : fmax(w->budget, 1);

	b.block = b.block ? b.block : 1;
	b.n = (w->n + b.block - 1) / b.block;
	b.f = (struct chart_field){ .a = a, .out = out, .id = id, .from = w->first, .top = TOP_PX };
	b.f.to = w->first + (int64_t)(b.n ? b.n * b.block : 1) * WEEK_S;
	b.f.bottom = TOP_PX + PLOT_PX;
	for (size_t i = 0; i < b.n; i++)
		most = fmax(most, total_of(&b, i));
	b.f.highest = chart_round_up(most);
	chart_open(&b.f, w->title.n ? w->title : STR("Alerts a week"), describe(&b), b.f.bottom + DATES_PX);
	patterns(&b);
	chart_axes(&b.f, b.f.bottom + 18);
	for (size_t i = 0; i < b.n; i++)
		bar(&b, i);
	budget(&b);
	buf_puts(out, STR("</svg>\n"));
	legend(&b);
	if (b.block > 1)
		buf_printf(out, "<p class=\"note\">A bar is the mean of %zu weeks.</p>\n", b.block);
	buf_puts(out, STR("</figure>\n"));
}
