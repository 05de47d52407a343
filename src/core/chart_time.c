/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/chart_time.h"

#include <math.h>

#include "core/markup.h"

#define LABEL_UP 4 /* px from the middle of a digit to its foot */
#define TICK_PX	 4
#define LINE_PX	 14 /* from one line of text to the next */

void chart_open(struct chart_field *f, struct str caption, struct str title, struct str desc, int height)
{
	struct buf *out = f->out;

	buf_puts(out, STR("<figure class=\"chart\"><figcaption>"));
	markup_text(out, caption);
	buf_printf(out,
		   "</figcaption>\n<svg class=\"field\" height=\"%d\" style=\"--tall:%dpx\" role=\"img\" "
		   "aria-labelledby=\"%s-t\" "
		   "aria-describedby=\"%s-d\">\n<title id=\"%s-t\">",
		   height, height, f->id, f->id, f->id);
	markup_text(out, title);
	buf_printf(out, "</title><desc id=\"%s-d\">", f->id);
	markup_text(out, desc);
	buf_puts(out, STR("</desc>\n"));
}

double chart_x(const struct chart_field *f, int64_t at)
{
	double x = 100 * ((double)at - (double)f->from) / ((double)f->to - (double)f->from);

	return fmin(fmax(x, 0), 100);
}

double chart_y(const struct chart_field *f, double value)
{
	double share = (value - f->lowest) / (f->highest - f->lowest);

	if (isnan(value))
		return NAN;
	return f->bottom - fmin(fmax(share, 0), 1) * (f->bottom - f->top);
}

void chart_stretch(struct chart_field *f, int height)
{
	buf_printf(f->out, "<svg width=\"100%%\" height=\"%d\" viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\">\n",
		   height, CHART_STRETCH, height);
}

void chart_stretched(struct chart_field *f)
{
	buf_puts(f->out, STR("</svg>\n"));
}

static void rule_off(struct chart_field *f, const char *class, double y)
{
	buf_printf(f->out, "<line class=\"%s\" x2=\"100%%\" y1=\"%.1f\" y2=\"%.1f\"/>", class, y, y);
}

static void upright(struct chart_field *f)
{
	double step = chart_step(f->highest - f->lowest, CHART_STEPS);

	for (double v = ceil(f->lowest / step - 1e-9) * step; v <= f->highest + step * 1e-6; v += step) {
		double y = chart_y(f, v);

		rule_off(f, "grid", y);
		buf_printf(f->out, "<text class=\"end\" x=\"-8\" y=\"%.1f\">", y + LABEL_UP);
		chart_number(f->out, v);
		buf_puts(f->out, STR("</text>\n"));
	}
	rule_off(f, "axis", f->bottom);
}

/* The class that shows it where it is to be shown. */
static const char *where(bool wide, bool narrow)
{
	return wide && narrow ? "" : wide ? " wide" : " narrow";
}

static void tick(struct chart_field *f, const struct chart_tick *t, int labels_y)
{
	const char *class = where(true, t->narrow);
	double x = 100 * t->x;

	buf_printf(f->out, "<line class=\"axis%s\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%d\" y2=\"%d\"/>", class, x, x,
		   f->bottom, f->bottom + TICK_PX);
	buf_printf(f->out, "<text class=\"mid%s\" x=\"%.2f%%\" y=\"%d\">%.*s</text>", class, x, labels_y,
		   STR_ARG(t->label));
	if (t->year.n && (t->year_wide || t->year_narrow))
		buf_printf(f->out, "<text class=\"mid%s\" x=\"%.2f%%\" y=\"%d\">%.*s</text>",
			   where(t->year_wide, t->year_narrow), x, labels_y + LINE_PX, STR_ARG(t->year));
	buf_putc(f->out, '\n');
}

void chart_axes(struct chart_field *f, int labels_y)
{
	struct chart_tick ticks[CHART_TICKS_MAX];
	size_t n = chart_date_ticks(f->a, f->from, f->to, ticks);

	upright(f);
	for (size_t i = 0; i < n; i++)
		tick(f, &ticks[i], labels_y);
}
