/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>

#include "base/date.h"
#include "core/chart_time.h"
#include "core/markup.h"

#define PLOT_PX	    160
#define TOP_PX	    8
#define DATES_PX    36
#define SWATCH_PX   14
#define SWATCH_PATH "M7 14V0"
#define LEAST_TOP   4. /* of the axis: no half alerts on it */
#define WEEK_S	    (7 * (int64_t)DAY_S)

/*
 * A bar is a thick upright line in the stretched units: width goes with the drawing, dashes along it stay in pixels.
 * What lies over a series' colour is another one in the colour of the paper, so that the colour is not the only sign.
 */
static const struct {
	double wide; /* of the bar */
	const char *dashes;
} covers[CHART_SERIES_MAX] = {
	{ 0, "0" },	{ 1, "1.5 3" }, { .25, "0" },	 { 1, "3 5" },
	{ .35, "3 3" }, { .6, "0" },	{ .6, "1.5 3" }, { .6, "5 2" },
};
#define BAR_SHARE   .84 /* of the room it has; all of it where there are many */
#define MANY_BARS   80
#define SEGMENT_GAP 1. /* px between two series of a bar */

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

/* A series through all bars as one path; `foots`: where it stands, px, one a bar. */
static void trace(const struct bars *b, size_t series, const double *foots, struct buf *ret)
{
	double unit = (double)CHART_STRETCH / (double)b->n;

	for (size_t i = 0; i < b->n; i++) {
		double tall = b->f.bottom - chart_y(&b->f, height_of(b, series, i));

		if (tall > 0)
			buf_printf(ret, "M%.1f %.1fv%.1f", unit * ((double)i + .5), foots[i],
				   -fmax(tall - SEGMENT_GAP, tall / 2));
	}
}

static void put_path(struct buf *out, size_t series, double wide, struct str d)
{
	buf_printf(out, "<path class=\"stack s%zu\" stroke-width=\"%.2f\" d=\"%.*s\"/>", series, wide, STR_ARG(d));
	if (covers[series].wide > 0)
		buf_printf(out,
			   "<path class=\"stack cover\" stroke-width=\"%.2f\" stroke-dasharray=\"%s\" d=\"%.*s\"/>",
			   wide * covers[series].wide, covers[series].dashes, STR_ARG(d));
	buf_putc(out, '\n');
}

static void bars(struct bars *b)
{
	double wide = (double)CHART_STRETCH / (double)(b->n ? b->n : 1) * (b->n > MANY_BARS ? 1 : BAR_SHARE);
	double *foots = ARENA_ARRAY(b->f.a, double, b->n);
	struct buf d = { 0 };

	for (size_t i = 0; i < b->n; i++)
		foots[i] = b->f.bottom;
	chart_stretch(&b->f, b->f.bottom);
	for (size_t s = 0; s < b->w->n_series; s++) {
		buf_reset(&d);
		trace(b, s, foots, &d);
		if (d.n)
			put_path(b->f.out, s, wide, buf_str(&d));
		for (size_t i = 0; i < b->n; i++)
			foots[i] -= b->f.bottom - chart_y(&b->f, height_of(b, s, i));
	}
	chart_stretched(&b->f);
	buf_release(&d);
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
		buf_printf(out, "<li><svg width=\"%d\" height=\"%d\" aria-hidden=\"true\">", SWATCH_PX, SWATCH_PX);
		put_path(out, s, SWATCH_PX, STR(SWATCH_PATH));
		buf_puts(out, STR("</svg> "));
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
	double most = isnan(w->budget) ? LEAST_TOP : fmax(w->budget, LEAST_TOP), step;

	b.block = b.block ? b.block : 1;
	b.n = (w->n + b.block - 1) / b.block;
	b.f = (struct chart_field){ .a = a, .out = out, .id = id, .from = w->first, .top = TOP_PX };
	b.f.to = w->first + (int64_t)(b.n ? b.n * b.block : 1) * WEEK_S;
	b.f.bottom = TOP_PX + PLOT_PX;
	for (size_t i = 0; i < b.n; i++)
		most = fmax(most, total_of(&b, i));
	step = chart_step(most, CHART_STEPS);
	b.f.highest = ceil(most / step - 1e-9) * step;
	chart_open(&b.f, w->title, w->title, describe(&b), b.f.bottom + DATES_PX);
	chart_axes(&b.f, b.f.bottom + 18);
	bars(&b);
	budget(&b);
	buf_puts(out, STR("</svg>\n"));
	legend(&b);
	if (b.block > 1)
		buf_printf(out, "<p class=\"note\">A bar is the mean of %zu weeks.</p>\n", b.block);
	buf_puts(out, STR("</figure>\n"));
}
