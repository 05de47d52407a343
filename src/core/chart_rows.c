/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows of bars and of shares.  Label and value are text of the page; the drawing beside them repeats the value, so it
 * is hidden from who has it read aloud.
 */
#include <math.h>

#include "core/chart.h"
#include "core/chart_parts.h"
#include "core/markup.h"

#define BAR_PX	 12
#define SHARE_PX 16
#define SCALE_PX 16
#define QUARTERS 4

static void open_rows(struct buf *out, const char *id, struct str title, const char *note)
{
	buf_printf(out, "<figure class=\"chart\"><figcaption id=\"%s-t\">", id);
	markup_text(out, title);
	buf_printf(
		out,
		"</figcaption>\n<p class=\"note\">%s</p>\n<ul class=\"rows\" role=\"list\" aria-labelledby=\"%s-t\">\n",
		note, id);
}

/* Nothing to draw is said, not drawn. */
static bool nothing(struct buf *out, struct str title, size_t n)
{
	if (n)
		return false;
	buf_puts(out, STR("<figure class=\"chart\"><figcaption>"));
	markup_text(out, title);
	buf_puts(out, STR("</figcaption><p class=\"note\">None.</p></figure>\n"));
	return true;
}

static void open_row(struct buf *out, struct str label)
{
	buf_puts(out, STR("<li>"));
	markup_text(out, label);
	buf_puts(out, STR(": <span class=\"value\">"));
}

static void one_bar(struct buf *out, const struct bars_row *r, double most)
{
	double wide = most > 0 ? 100 * r->value / most : 0, grave = most > 0 ? 100 * r->grave / most : 0;

	open_row(out, r->label);
	chart_number(out, r->value);
	if (r->grave > 0) {
		buf_puts(out, STR(", "));
		chart_number(out, r->grave);
		buf_puts(out, STR(" warning or above"));
	}
	buf_printf(out, "</span><svg height=\"%d\" aria-hidden=\"true\">", BAR_PX);
	if (wide > 0)
		buf_printf(out, "<rect class=\"bar\" width=\"%.2f%%\" height=\"%d\"/>", wide, BAR_PX);
	if (grave > 0)
		buf_printf(out, "<rect class=\"grave\" width=\"%.2f%%\" height=\"%d\"/>", grave, BAR_PX);
	buf_puts(out, STR("</svg></li>\n"));
}

void chart_bars(struct arena *a, const char *id, struct str title, const struct bars_row *rows, size_t n,
		struct buf *out)
{
	double most = 0;

	(void)a;
	if (nothing(out, title, n))
		return;
	for (size_t i = 0; i < n; i++)
		most = fmax(most, rows[i].value);
	open_rows(out, id, title, "The filled part of a bar is warning or above.");
	for (size_t i = 0; i < n; i++)
		one_bar(out, &rows[i], most);
	buf_puts(out, STR("</ul></figure>\n"));
}

static void quarters(struct buf *out, bool labels)
{
	for (int i = 0; i <= QUARTERS; i++) {
		int x = 100 * i / QUARTERS;

		if (labels)
			buf_printf(out, "<text class=\"mid\" x=\"%d%%\" y=\"12\">%d %%</text>", x, x);
		else
			buf_printf(out, "<line class=\"grid\" x1=\"%d%%\" x2=\"%d%%\" y2=\"%d\"/>", x, x, SHARE_PX);
	}
}

static void one_share(struct buf *out, const struct shares_row *r)
{
	int middle = SHARE_PX / 2;

	open_row(out, r->label);
	if (isnan(r->share))
		buf_puts(out, STR("no verdict yet"));
	else
		buf_printf(out, "%.0f %% of %lld verdict%s, 95 %% interval %.0f to %.0f %%", 100 * r->share,
			   (long long)r->n, r->n == 1 ? "" : "s", 100 * r->low, 100 * r->high);
	buf_printf(out, "</span><svg class=\"field\" height=\"%d\" aria-hidden=\"true\">", SHARE_PX);
	quarters(out, false);
	if (!isnan(r->share))
		buf_printf(out,
			   "<line class=\"whisker\" x1=\"%.1f%%\" x2=\"%.1f%%\" y1=\"%d\" y2=\"%d\"/><circle "
			   "class=\"dot\" "
			   "cx=\"%.1f%%\" cy=\"%d\" r=\"5\"/>",
			   100 * r->low, 100 * r->high, middle, middle, 100 * r->share, middle);
	buf_puts(out, STR("</svg></li>\n"));
}

void chart_shares(struct arena *a, const char *id, struct str title, const struct shares_row *rows, size_t n,
		  struct buf *out)
{
	(void)a;
	if (nothing(out, title, n))
		return;
	open_rows(out, id, title, "The dot is the share, the line its 95 % interval.");
	for (size_t i = 0; i < n; i++)
		one_share(out, &rows[i]);
	buf_printf(out, "</ul>\n<svg class=\"field\" height=\"%d\" aria-hidden=\"true\">", SCALE_PX);
	quarters(out, true);
	buf_puts(out, STR("</svg></figure>\n"));
}
