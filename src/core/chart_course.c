/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>

#include "base/date.h"
#include "core/chart_bands.h"
#include "core/markup.h"

#define PLOT_PX	   150
#define ABOVE_PX   8  /* between the bands and the plot */
#define FOOT_PX	   18 /* of the row for sessions missed */
#define DATES_PX   34
#define HALF_DASH  8 /* half of what stands for a single value of a range, in the stretched units */
#define AROUND_S   (2 * (int64_t)DAY_S)
#define SMALL_FROM 80 /* points from which on dots are small */

static const char sign_missed[] = "<path class=\"missed\" d=\"M-4 -4L4 4M4 -4L-4 4\"/>";
static const char sign_unknown[] = "<circle class=\"missed\" fill=\"none\" r=\"3\"/>";

/* ---- in words ---- */

struct counts {
	size_t scored, missed, below, open;
	const struct course_point *first, *last, *least;
};

static struct counts count(const struct course *c)
{
	struct counts ret = { 0 };

	for (size_t i = 0; i < c->n_points; i++) {
		const struct course_point *p = &c->points[i];

		ret.missed += p->came == COURSE_MISSED;
		if (isnan(p->value))
			continue;
		ret.scored++;
		ret.below += p->value < p->limit;
		ret.first = ret.first ? ret.first : p;
		ret.last = p;
		ret.least = ret.least && ret.least->value <= p->value ? ret.least : p;
	}
	for (size_t i = 0; i < c->n_bands; i++)
		ret.open += c->bands[i].to == DATE_NONE;
	return ret;
}

static void say_score(struct arena *a, struct buf *out, const char *before, const struct course_point *p)
{
	struct str day = chart_date(a, p->at);

	buf_puts(out, str_of(before));
	chart_number(out, p->value);
	buf_printf(out, " on %.*s", STR_ARG(day));
}

static struct str describe(struct arena *a, const struct course *c)
{
	struct counts n = count(c);
	struct buf out = { 0 };
	struct str ret;

	buf_printf(&out, "A score at %zu of %zu sessions", n.scored, c->n_points);
	if (n.scored) {
		say_score(a, &out, ": ", n.first);
		say_score(a, &out, " to ", n.last);
		say_score(a, &out, ", lowest ", n.least);
	}
	buf_printf(&out, ". %zu below the control limit, %zu session%s missed.", n.below, n.missed,
		   n.missed == 1 ? "" : "s");
	if (c->n_bands)
		buf_printf(&out, " %zu incident%s, %zu not ended.", c->n_bands, c->n_bands == 1 ? "" : "s", n.open);
	ret = arena_dup(a, buf_str(&out));
	buf_release(&out);
	return ret;
}

/* "SRS, 0 to 40" */
static struct str caption(struct arena *a, const struct course *c)
{
	struct buf out = { 0 };
	struct str ret;

	buf_printf(&out, "%.*s, ", STR_ARG(c->instrument));
	chart_number(&out, c->lowest);
	buf_puts(&out, STR(" to "));
	chart_number(&out, c->highest);
	ret = arena_dup(a, buf_str(&out));
	buf_release(&out);
	return ret;
}

/* "m1, child: SRS, 0 to 40" */
static struct str name(struct arena *a, const struct course *c, struct str caption)
{
	return arena_printf(a, "%.*s%s%.*s: %.*s", STR_ARG(c->member), c->role.n ? ", " : "", STR_ARG(c->role),
			    STR_ARG(caption));
}

/* ---- drawn ---- */

static double across(const struct chart_field *f, const struct course_point *p)
{
	return chart_x(f, p->at) * CHART_STRETCH / 100;
}

static bool ranged(const struct course_point *p)
{
	return !isnan(p->low) && !isnan(p->high);
}

/* The own usual range: an area for each run of sessions that have one. */
static void usual(const struct chart_field *f, const struct course *c)
{
	for (size_t from = 0, to; from < c->n_points; from = to) {
		const struct course_point *p = c->points;
		double half_dash;

		to = from + 1;
		if (!ranged(&p[from]))
			continue;
		while (to < c->n_points && ranged(&p[to]))
			to++;
		half_dash = to == from + 1 ? HALF_DASH : 0;
		buf_printf(f->out, "<path class=\"usual\" d=\"M%.1f %.1f", across(f, &p[from]) - half_dash,
			   chart_y(f, p[from].high));
		for (size_t i = from; i < to; i++)
			buf_printf(f->out, "L%.1f %.1f", across(f, &p[i]) + half_dash, chart_y(f, p[i].high));
		for (size_t i = to; i-- > from;)
			buf_printf(f->out, "L%.1f %.1f", across(f, &p[i]) + half_dash, chart_y(f, p[i].low));
		buf_printf(f->out, "L%.1f %.1fZ\"/>\n", across(f, &p[from]) - half_dash, chart_y(f, p[from].low));
	}
}

static void lines(struct chart_field *f, const struct course *c, int height)
{
	struct chart_xy *scores = ARENA_ARRAY(f->a, struct chart_xy, c->n_points);
	struct chart_xy *limits = ARENA_ARRAY(f->a, struct chart_xy, c->n_points);

	for (size_t i = 0; i < c->n_points; i++) {
		scores[i].x = limits[i].x = across(f, &c->points[i]);
		scores[i].y = chart_y(f, c->points[i].value);
		limits[i].y = chart_y(f, c->points[i].limit);
	}
	chart_stretch(f, height);
	chart_line(f->out, "limit", limits, c->n_points, HALF_DASH);
	chart_line(f->out, "score", scores, c->n_points, 0);
	chart_stretched(f);
}

static void dot(const struct chart_field *f, const struct course *c, const struct course_point *p)
{
	struct str day = chart_date(f->a, p->at);
	double x = chart_x(f, p->at), y = chart_y(f, p->value);
	bool small = c->n_points >= SMALL_FROM;

	if (p->value < p->limit)
		buf_printf(f->out, "<circle class=\"below\" cx=\"%.2f%%\" cy=\"%.1f\" r=\"%g\"/>", x, y,
			   small ? 4 : 6.5);
	buf_printf(f->out, "<circle class=\"dot\" cx=\"%.2f%%\" cy=\"%.1f\" r=\"%g\"><title>session %zu, %.*s: ", x, y,
		   small ? 2 : 3.5, p->ordinal, STR_ARG(day));
	chart_number(f->out, p->value);
	buf_puts(f->out, STR("</title></circle>\n"));
}

static void absence(const struct chart_field *f, const struct course_point *p, bool small)
{
	struct str day = chart_date(f->a, p->at);

	buf_printf(f->out, "<svg x=\"%.2f%%\" y=\"%d\"><title>session %zu, %.*s: %s</title><g%s>%s</g></svg>\n",
		   chart_x(f, p->at), f->bottom + FOOT_PX / 2 + 2, p->ordinal, STR_ARG(day),
		   p->came == COURSE_MISSED ? "missed" : "not known whether they came",
		   small ? " transform=\"scale(.6)\"" : "", p->came == COURSE_MISSED ? sign_missed : sign_unknown);
}

static void cut_off(const struct chart_field *f, double value)
{
	double y = chart_y(f, value);

	if (isnan(value))
		return;
	buf_printf(
		f->out,
		"<line class=\"cut\" x2=\"100%%\" y1=\"%.1f\" y2=\"%.1f\"/><text class=\"end\" x=\"100%%\" y=\"%.1f\">"
		"cut-off ",
		y, y, y - 4);
	chart_number(f->out, value);
	buf_puts(f->out, STR("</text>\n"));
}

static void plot(struct chart_field *f, const struct course *c, int height)
{
	chart_stretch(f, height);
	usual(f, c);
	chart_stretched(f);
	chart_axes(f, f->bottom + FOOT_PX + 14);
	cut_off(f, c->threshold);
	lines(f, c, height);
	for (size_t i = 0; i < c->n_points; i++) {
		if (!isnan(c->points[i].value))
			dot(f, c, &c->points[i]);
		if (c->points[i].came != COURSE_CAME)
			absence(f, &c->points[i], c->n_points >= SMALL_FROM);
	}
	if (!c->n_points)
		buf_printf(f->out, "<text class=\"mid\" x=\"50%%\" y=\"%d\">no session yet</text>\n",
			   (f->top + f->bottom) / 2);
}

/* From a midnight, so that a date stands at the edge; a single moment gets days around it. */
static void widen(struct chart_field *f)
{
	int year;
	unsigned month, day;

	date_civil(f->from, &year, &month, &day);
	f->from = date_of_civil(year, month, day);
	if (f->to - f->from < DAY_S) {
		f->from -= AROUND_S;
		f->to = f->from + DAY_S + 2 * AROUND_S;
	}
}

void chart_course(struct arena *a, const char *id, const struct course *c, struct buf *out)
{
	struct chart_field f = { .a = a, .out = out, .id = id, .from = c->from, .to = c->to };
	struct str title = caption(a, c);
	struct chart_bands bands;
	int height;

	f.lowest = c->lowest;
	f.highest = c->highest > c->lowest ? c->highest : c->lowest + 1;
	widen(&f);
	bands = chart_bands_lay(&f, c->bands, c->n_bands);
	f.top = (int)bands.n_lanes * CHART_LANE_PX + ABOVE_PX;
	f.bottom = f.top + PLOT_PX;
	height = f.bottom + FOOT_PX + DATES_PX;
	chart_open(&f, title, name(a, c, title), describe(a, c), height);
	plot(&f, c, height);
	chart_bands_draw(&f, &bands);
	buf_puts(out, STR("</svg>\n"));
	chart_bands_list(&f, &bands);
	buf_puts(out, STR("</figure>\n"));
}

/* ---- what the signs mean ---- */

static const struct {
	const char *sign, *words;
} key[] = {
	{ "<path class=\"score\" d=\"M-14 0H14\"/><circle class=\"dot\" r=\"3.5\"/>", "score" },
	{ "<rect class=\"usual\" x=\"-14\" y=\"-6\" width=\"28\" height=\"12\"/>",
	  "own usual range (mean \xc2\xb1 2 SD before)" },
	{ "<path class=\"limit\" d=\"M-14 0H14\"/>", "lower control limit" },
	{ "<circle class=\"below\" r=\"6.5\"/><circle class=\"dot\" r=\"3.5\"/>", "below it" },
	{ sign_missed, "session missed" },
	{ sign_unknown, "not known whether they came" },
	{ "<rect class=\"open v2\" x=\"-14\" y=\"-3\" width=\"28\" height=\"7\"/>", "incident open" },
	{ "<rect class=\"mending v2\" x=\"-14\" y=\"-3\" width=\"28\" height=\"7\"/>", "being repaired" },
	{ chart_sign_overdue, "overdue: unrepaired for long" },
	{ chart_sign_on, "goes on" },
	{ chart_sign_end, "ended" },
};

static void key_item(struct buf *out, const char *class, const char *sign, const char *words)
{
	buf_printf(out,
		   "<li><svg class=\"%s\" width=\"30\" height=\"16\" viewBox=\"-15 -8 30 16\" "
		   "aria-hidden=\"true\">%s</svg> "
		   "%s</li>\n",
		   class, sign, words);
}

void chart_course_key(struct buf *out)
{
	struct buf sign = { 0 };

	buf_puts(out,
		 STR("<figure class=\"chart\"><figcaption>What the signs mean</figcaption>\n<ul class=\"key\">\n"));
	for (size_t i = 0; i < sizeof key / sizeof *key; i++)
		key_item(out, "v2", key[i].sign, key[i].words);
	for (enum severity s = SEVERITY_INFO; s <= SEVERITY_CRITICAL; s++) {
		char class[3] = { 'v', (char)('0' + s), 0 };

		buf_reset(&sign);
		chart_severity(&sign, s);
		key_item(out, class, sign.p, severity_words.words[s]);
	}
	buf_release(&sign);
	buf_puts(out, STR("</ul></figure>\n"));
}
