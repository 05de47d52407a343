/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The curve of a threshold, drawn: alerts a week above, and what verdicts and labels say below.
 *
 * No script, no font and nothing from elsewhere; colours follow prefers-color-scheme and are never the only sign: the
 * two shares have other marks and dashes.
 */
#include <math.h>

#include "cli/trial_report.h"
#include "core/chart_parts.h"
#include "core/markup.h"

/*
 * So narrow that on a telephone, where it is drawn smaller than here, text still has 11 px, and no wider on a screen
 * than looks well.  A file of its own has no page around it on which to put long words.
 */
#define WIDTH	   400
#define MOST_WIDTH "40rem"
#define LEFT	   54
#define RIGHT	   388
#define TOP	   104
#define BOTTOM	   270 /* of the upper panel */
#define LOWER	   360 /* the lower panel */
#define LOWEST	   490
#define STEPS	   4
#define LABEL_ROOM 44 /* between two values on the axis */
#define WORDS	   50 /* letters that fit a line */

static const char style[] =
	"<style>"
	":root{color-scheme:light dark;background:#fff}"
	"svg{background:#fff;color:#1b1f24;font:13px system-ui,sans-serif;max-width:" MOST_WIDTH "}"
	".grid{stroke:#d5dae1}.axis{stroke:#57606a}.now{stroke:#57606a;stroke-dasharray:3 4}"
	".a{stroke:#0b62c4;fill:#0b62c4}.r{stroke:#1a7f37;fill:#1a7f37}.c{stroke:#9a4a00;fill:#9a4a00}"
	".line{fill:none!important;stroke-width:2}.c.line{stroke-dasharray:7 4}"
	"text{fill:currentColor}.head{font-size:16px;font-weight:600}.mid{text-anchor:middle}.end{text-anchor:end}"
	"@media screen and (prefers-color-scheme:dark){:root,svg{background:#14181d;color:#e6e9ed}"
	".grid{stroke:#343b44}.axis,.now{stroke:#9aa4b0}"
	".a{stroke:#6cb2ff;fill:#6cb2ff}.r{stroke:#56d364;fill:#56d364}.c{stroke:#ffa657;fill:#ffa657}}"
	"@media(forced-colors:active){:root,svg{background:Canvas;color:CanvasText}.grid{stroke:GrayText}"
	".axis,.now,.a,.r,.c{stroke:CanvasText}.a,.r,.c{fill:CanvasText}}"
	"</style>";

struct drawing {
	const struct curve *c;
	struct buf *out;
	double weeks, most; /* alerts a week at the top of the upper panel */
	bool marks;
};

static double x_of(const struct drawing *d, size_t i)
{
	size_t n = d->c->sweep->values.n;

	return n < 2 ? (LEFT + RIGHT) / 2.0 : LEFT + 16 + (double)i * (RIGHT - LEFT - 32) / (double)(n - 1);
}

static double share(uint64_t k, uint64_t n)
{
	return n ? (double)k / (double)n : NAN;
}

static double weekly(const struct drawing *d, const struct backtest_side *s)
{
	return (double)s->alerts / d->weeks / d->most;
}

static double right(const struct drawing *d, const struct backtest_side *s)
{
	(void)d;
	return share(s->marks.right, s->marks.right + s->marks.wrong);
}

static double caught(const struct drawing *d, const struct backtest_side *s)
{
	(void)d;
	return share(s->marks.good_met, s->marks.good);
}

/* A line of what is from 0 to 1; where nothing is known it is interrupted. */
static void line(struct drawing *d, const char *class, double top, double bottom,
		 double (*value)(const struct drawing *d, const struct backtest_side *s))
{
	size_t n = d->c->sweep->values.n;
	struct arena a = { 0 };
	struct chart_xy *points = ARENA_ARRAY(&a, struct chart_xy, n);

	for (size_t i = 0; i < n; i++) {
		const struct backtest_side *s = d->c->sides[i];

		points[i] = (struct chart_xy){ x_of(d, i), bottom - (s ? value(d, s) : NAN) * (bottom - top) };
	}
	chart_line(d->out, class, points, n, 0);
	arena_release(&a);
}

static void points(struct drawing *d, const char *class, double top, double bottom, bool square,
		   double (*value)(const struct drawing *d, const struct backtest_side *s))
{
	for (size_t i = 0; i < d->c->sweep->values.n; i++) {
		const struct backtest_side *s = d->c->sides[i];
		double v = s ? value(d, s) : NAN, y = bottom - v * (bottom - top);

		if (isnan(v))
			continue;
		if (square)
			buf_printf(d->out, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"8\" height=\"8\"/>\n",
				   class, x_of(d, i) - 4, y - 4);
		else
			buf_printf(d->out, "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"4\"/>\n", class,
				   x_of(d, i), y);
	}
}

static void grid(struct drawing *d, double top, double bottom, double most, const char *unit)
{
	double step = chart_step(most, STEPS);

	for (double v = 0; v <= most * (1 + 1e-9); v += step) {
		double y = bottom - (bottom - top) * v / most;

		buf_printf(d->out, "<path class=\"%s\" d=\"M%d %.1fH%d\"/>", v > 0 ? "grid" : "axis", LEFT, y, RIGHT);
		buf_printf(d->out, "<text class=\"end\" x=\"%d\" y=\"%.1f\">", LEFT - 6, y + 4);
		chart_number(d->out, v);
		buf_printf(d->out, "%s</text>\n", unit);
	}
}

static void axis(struct drawing *d, double y)
{
	const struct sweep *s = d->c->sweep;
	size_t every = (size_t)ceil(LABEL_ROOM * (double)s->values.n / (RIGHT - LEFT - 32));

	for (size_t i = 0; i < s->values.n; i++) {
		bool clear = i + every > s->present && i < s->present + every;

		if (i != s->present && (i % (every ? every : 1) || clear))
			if (every > 1)
				continue;
		buf_printf(d->out, "<text class=\"mid\" x=\"%.1f\" y=\"%.1f\"%s>%g</text>\n", x_of(d, i), y,
			   i == s->present ? " font-weight=\"700\"" : "", round(s->values.items[i] * 1e6) / 1e6);
	}
}

static void present(struct drawing *d)
{
	double x = x_of(d, d->c->sweep->present);
	bool late = x > (LEFT + RIGHT) / 2.0;

	buf_printf(d->out, "<path class=\"now\" d=\"M%.1f %dV%d\"/>", x, TOP - 8, BOTTOM);
	if (d->marks)
		buf_printf(d->out, "<path class=\"now\" d=\"M%.1f %dV%d\"/>", x, LOWER, LOWEST);
	buf_printf(d->out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">now</text>\n", x + (late ? -5 : 5), TOP - 2,
		   late ? "end" : "start");
}

static void put_rates(struct drawing *d, size_t i)
{
	struct arena a = { 0 };

	put_rate(d->out, (double)d->c->sides[i]->alerts / d->weeks);
	buf_puts(d->out, STR(" alerts a week at "));
	markup_text(d->out, knob_words(&a, &d->c->sweep->knob, d->c->sweep->values.items[i]));
	arena_release(&a);
}

/* What the drawing shows, for who does not see it. */
static void describe(struct drawing *d)
{
	const struct knob *k = &d->c->sweep->knob;
	bool first = true;

	buf_printf(d->out, "<title id=\"t\">%.*s: alerts a week by %.*s of %.*s</title>\n<desc id=\"d\">",
		   STR_ARG(k->rule), STR_ARG(k->key), STR_ARG(k->signal));
	for (size_t i = 0; i < d->c->sweep->values.n; i++) {
		if (!d->c->sides[i])
			continue;
		buf_puts(d->out, first ? STR("") : STR("; "));
		put_rates(d, i);
		if (i == d->c->sweep->present)
			buf_puts(d->out, STR(" (now)"));
		first = false;
	}
	buf_puts(d->out, STR(".</desc>\n"));
}

static void lower_panel(struct drawing *d)
{
	grid(d, LOWER, LOWEST, 100, " %");
	axis(d, LOWEST + 18);
	buf_printf(d->out,
		   "<circle class=\"r\" cx=\"%d\" cy=\"%d\" r=\"4\"/><text x=\"%d\" y=\"%d\">alerts that were "
		   "right</text>\n",
		   LEFT + 4, LOWER - 42, LEFT + 16, LOWER - 38);
	buf_printf(d->out,
		   "<rect class=\"c\" x=\"%d\" y=\"%d\" width=\"8\" height=\"8\"/><text x=\"%d\" y=\"%d\">caught of "
		   "what was to be caught</text>\n",
		   LEFT, LOWER - 26, LEFT + 16, LOWER - 18);
	line(d, "r line", LOWER, LOWEST, right);
	points(d, "r", LOWER, LOWEST, false, right);
	line(d, "c line", LOWER, LOWEST, caught);
	points(d, "c", LOWER, LOWEST, true, caught);
}

/* As much of the words as fits a line; all of them are in the title. */
static void put_words(struct drawing *d, const char *class, int y, struct str words)
{
	size_t n = words.n;

	if (n > WORDS)
		for (n = WORDS - 1; n && ((unsigned char)words.p[n] & 0xc0) == 0x80;)
			n--;
	buf_printf(d->out, "<text%s x=\"8\" y=\"%d\">", class, y);
	markup_text(d->out, (struct str){ words.p, n });
	buf_printf(d->out, "%s</text>\n", n < words.n ? "\xe2\x80\xa6" : "");
}

static void head(struct drawing *d)
{
	const struct knob *k = &d->c->sweep->knob;
	struct arena a = { 0 };

	put_words(d, " class=\"head\"", 26, k->rule);
	put_words(d, "", 48, arena_printf(&a, "Alerts a week, by %.*s of %.*s", STR_ARG(k->key), STR_ARG(k->signal)));
	put_words(d, "", 68, arena_printf(&a, "now: %.*s", STR_ARG(k->words)));
	arena_release(&a);
}

static void measure(struct drawing *d)
{
	double most = 0;

	for (size_t i = 0; i < d->c->sweep->values.n; i++) {
		const struct backtest_side *s = d->c->sides[i];

		if (!s)
			continue;
		most = fmax(most, (double)s->alerts / d->weeks);
		d->marks |= s->marks.good || s->marks.bad;
	}
	d->most = ceil(most / chart_step(most, STEPS)) * chart_step(most, STEPS);
	if (!(d->most > 0))
		d->most = 1;
}

void curve_svg(const struct curve *c, struct buf *out)
{
	struct drawing d = { .c = c, .out = out, .weeks = backtest_weeks(c->found) };
	int height;

	measure(&d);
	height = d.marks ? LOWEST + 44 : BOTTOM + 44;
	buf_printf(out,
		   "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" preserveAspectRatio=\"xMidYMin\" "
		   "role=\"img\" aria-labelledby=\"t "
		   "d\">\n",
		   WIDTH, height);
	describe(&d);
	buf_puts(out, str_of(style));
	buf_putc(out, '\n');
	head(&d);
	grid(&d, TOP, BOTTOM, d.most, "");
	axis(&d, BOTTOM + 18);
	present(&d);
	line(&d, "a line", TOP, BOTTOM, weekly);
	points(&d, "a", TOP, BOTTOM, false, weekly);
	if (d.marks)
		lower_panel(&d);
	buf_puts(out, STR("</svg>\n"));
}
