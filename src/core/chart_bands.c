/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/chart_bands.h"

#include <math.h>

#include "base/date.h"
#include "core/fields.h"
#include "core/markup.h"

/* Percent of a drawing 280 px across: what a number and half a sign need before a band, what the other half needs after
 * it. */
#define HEAD_SHARE 10.
#define SIGN_SHARE 3.
#define MIDDLE	   (CHART_LANE_PX / 2)
#define NUMBER_PX  -9 /* from the sign's middle to the end of its number */

const char chart_sign_overdue[] = "<path class=\"halo\" d=\"M0 -7V7\"/><path class=\"bang\" d=\"M0 -7v8M0 4v2.5\"/>";
const char chart_sign_on[] = "<path class=\"over\" d=\"M0 0h6M2 -5l5 5l-5 5\"/>";
const char chart_sign_end[] = "<path class=\"over\" d=\"M0 -6v12\"/>";

static const char *const severity_signs[] = {
	[SEVERITY_INFO] = "<circle class=\"ring\" r=\"4\"/>",
	[SEVERITY_NOTICE] = "<circle class=\"open\" r=\"4\"/>",
	[SEVERITY_WARNING] = "<path class=\"sign\" d=\"M0 -5.5L5.5 4.5H-5.5Z\"/>",
	[SEVERITY_CRITICAL] = "<path class=\"sign\" d=\"M0 -6L6 0L0 6L-6 0Z\"/>",
};
/* px: graver is thicker. */
static const int thickness[] = {
	[SEVERITY_INFO] = 2, [SEVERITY_NOTICE] = 4, [SEVERITY_WARNING] = 7, [SEVERITY_CRITICAL] = 10
};

void chart_severity(struct buf *out, enum severity severity)
{
	buf_puts(out, str_of(severity_signs[severity]));
}

static int64_t end_of(const struct chart_field *f, const struct course_band *b)
{
	return b->to == DATE_NONE ? f->to : b->to;
}

struct chart_bands chart_bands_lay(const struct chart_field *f, const struct course_band *bands, size_t n)
{
	struct chart_bands ret = { .bands = bands, .n = n, .lanes = ARENA_ARRAY(f->a, size_t, n) };
	double *free_from = ARENA_ARRAY(f->a, double, n);

	for (size_t i = 0; i < n; i++) {
		double from = chart_x(f, bands[i].from), to = chart_x(f, end_of(f, &bands[i]));
		size_t lane = 0;

		while (lane < ret.n_lanes && free_from[lane] + HEAD_SHARE > from)
			lane++;
		free_from[lane] = fmax(to, from + SIGN_SHARE);
		ret.n_lanes = lane == ret.n_lanes ? lane + 1 : ret.n_lanes;
		ret.lanes[i] = lane;
	}
	return ret;
}

/* A mark of fixed size at a place in percent. */
static void mark(const struct chart_field *f, double x, const char *sign)
{
	buf_printf(f->out, "<svg x=\"%.2f%%\" y=\"%d\">%s</svg>", x, MIDDLE, sign);
}

static void bar(const struct chart_field *f, const char *class, double from, double to, int thick)
{
	if (to > from)
		buf_printf(f->out, "<rect class=\"%s\" x=\"%.2f%%\" width=\"%.2f%%\" y=\"%.1f\" height=\"%d\"/>", class,
			   from, to - from, MIDDLE - thick / 2., thick);
}

static void draw(const struct chart_field *f, const struct course_band *b, size_t number, size_t lane)
{
	double from = chart_x(f, b->from), to = fmax(chart_x(f, end_of(f, b)), from);
	double repairing = b->repairing_at == DATE_NONE ? to : fmin(fmax(chart_x(f, b->repairing_at), from), to);

	buf_printf(f->out, "<svg class=\"v%d\" y=\"%zu\" height=\"%d\">", (int)b->severity, lane * CHART_LANE_PX,
		   CHART_LANE_PX);
	bar(f, "open", from, repairing, thickness[b->severity]);
	bar(f, "mending", repairing, to, thickness[b->severity]);
	mark(f, to, b->to == DATE_NONE ? chart_sign_on : chart_sign_end);
	if (b->unrepaired_at != DATE_NONE)
		mark(f, chart_x(f, b->unrepaired_at), chart_sign_overdue);
	mark(f, from, severity_signs[b->severity]);
	buf_printf(f->out, "<svg x=\"%.2f%%\"><text class=\"end number\" x=\"%d\" y=\"%d\">%zu</text></svg></svg>\n",
		   from, NUMBER_PX, MIDDLE + 4, number);
}

void chart_bands_draw(const struct chart_field *f, const struct chart_bands *b)
{
	for (size_t i = 0; i < b->n; i++)
		draw(f, &b->bands[i], i + 1, b->lanes[i]);
}

static const char *const at_present[] = {
	[INCIDENT_OPEN] = "still open",		[INCIDENT_REPAIRING] = "not yet repaired",
	[INCIDENT_REPAIRED] = "repaired",	[INCIDENT_UNREPAIRED] = "still unrepaired",
	[INCIDENT_DROPPED_OUT] = "dropped out", [INCIDENT_CLOSED] = "closed",
};

/* ", overdue from 1 Jun 2026" */
static void since(const struct chart_field *f, const char *what, int64_t at)
{
	struct str day;

	if (at == DATE_NONE)
		return;
	day = chart_date(f->a, at);
	buf_printf(f->out, ", %s %.*s", what, STR_ARG(day));
}

static void in_words(const struct chart_field *f, const struct course_band *b)
{
	struct str from = chart_date(f->a, b->from);

	buf_printf(f->out, ": opened %.*s", STR_ARG(from));
	if (b->unrepaired_at < b->repairing_at)
		since(f, "overdue from", b->unrepaired_at);
	since(f, "being repaired from", b->repairing_at);
	if (b->unrepaired_at >= b->repairing_at)
		since(f, "overdue from", b->unrepaired_at);
	if (b->to != DATE_NONE)
		since(f, incident_state_words.words[b->state], b->to);
	else
		buf_printf(f->out, ", %s", at_present[b->state]);
}

void chart_bands_list(const struct chart_field *f, const struct chart_bands *b)
{
	struct buf *out = f->out;

	if (!b->n)
		return;
	buf_puts(out, STR("<ol>\n"));
	for (size_t i = 0; i < b->n; i++) {
		const struct course_band *band = &b->bands[i];

		buf_printf(out,
			   "<li><svg class=\"v%d\" width=\"14\" height=\"14\" viewBox=\"-7 -7 14 14\" "
			   "aria-hidden=\"true\">",
			   (int)band->severity);
		chart_severity(out, band->severity);
		buf_printf(out, "</svg> <b>%s</b> ", severity_words.words[band->severity]);
		markup_text(out, band->title);
		if (band->other.n) {
			buf_puts(out, STR(" (with "));
			markup_text(out, band->other);
			buf_putc(out, ')');
		}
		buf_puts(out, STR("<span class=\"when\">"));
		in_words(f, band);
		buf_puts(out, STR("</span></li>\n"));
	}
	buf_puts(out, STR("</ol>\n"));
}
