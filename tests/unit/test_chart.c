/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/date.h"
#include "core/chart.h"
#include "core/chart_parts.h"
#include "test.h"

#define MONDAY 1767571200 /* 5 January 2026, 0:00 */
#define WEEK_S ((int64_t)7 * DAY_S)
#define MANY   300

static size_t count(struct str text, const char *part)
{
	size_t n = 0, length = strlen(part);
	const char *end = text.p + text.n;

	for (const char *at = text.p; at && (at = memmem(at, (size_t)(end - at), part, length)); at += length)
		n++;
	return n;
}

/* Every element that opens closes, in order, and no attribute or text holds a bare sign of markup. */
static bool well_formed(struct str s)
{
	struct str open[64];
	size_t depth = 0;

	for (size_t i = 0; i < s.n; i++) {
		struct str name = { s.p + i + 1, 0 };
		const char *end;

		if (s.p[i] == '>')
			return false;
		if (s.p[i] != '<')
			continue;
		end = memchr(s.p + i, '>', s.n - i);
		if (!end || memchr(s.p + i + 1, '<', (size_t)(end - s.p) - i - 1))
			return false;
		i = (size_t)(end - s.p);
		if (*name.p == '/') {
			name = (struct str){ name.p + 1, (size_t)(end - name.p) - 1 };
			if (!depth || !str_eq(open[--depth], name))
				return false;
			continue;
		}
		name.n = strcspn(name.p, " />");
		if (end[-1] != '/' && depth < sizeof open / sizeof *open)
			open[depth++] = name;
	}
	return depth == 0;
}

static struct course_point *points(struct arena *a, size_t n)
{
	struct course_point *ret = ARENA_ARRAY(a, struct course_point, n);

	for (size_t i = 0; i < n; i++)
		ret[i] = (struct course_point){ .at = MONDAY + (int64_t)i * WEEK_S,
						.ordinal = i + 1,
						.value = 30,
						.low = NAN,
						.high = NAN,
						.limit = NAN };
	return ret;
}

static struct course a_course(const struct course_point *p, size_t n)
{
	return (struct course){ .member = STR("m1"),
				.role = STR("child"),
				.instrument = STR("SRS"),
				.highest = 40,
				.threshold = NAN,
				.from = MONDAY,
				.to = MONDAY + (n ? (int64_t)(n - 1) * WEEK_S : 0),
				.points = p,
				.n_points = n };
}

static struct str drawn(struct arena *a, const struct course *c)
{
	struct buf out = { 0 };
	struct str ret;

	chart_course(a, "k1", c, &out);
	ret = arena_dup(a, buf_str(&out));
	buf_release(&out);
	if (!well_formed(ret))
		test_fail(__FILE__, __LINE__, "not well-formed:\n%.*s", STR_ARG(ret));
	return ret;
}

TEST(a_line_is_interrupted_where_there_is_no_score)
{
	struct course_point *p = points(arena, 5);
	struct course c = a_course(p, 5);
	struct str svg;

	p[2].value = NAN;
	svg = drawn(arena, &c);
	CHECK_HAS(svg, "<path class=\"score\" d=\"M0.0 45.5L250.0 45.5M750.0 45.5L1000.0 45.5\"/>");
	CHECK_INT(count(svg, "class=\"dot\""), 4);
	CHECK_HAS(svg, "A score at 4 of 5 sessions: 30 on 5 Jan 2026 to 30 on 2 Feb 2026, lowest 30 on 5 Jan 2026.");
}

TEST(a_score_beyond_the_instrument_is_drawn_at_the_border)
{
	struct course_point *p = points(arena, 2);
	struct course c = a_course(p, 2);
	struct str svg;

	p[0].value = 55;
	p[1].value = -3;
	svg = drawn(arena, &c);
	CHECK_HAS(svg, "d=\"M0.0 8.0L1000.0 158.0\"");
	CHECK_HAS(svg, "session 1, 5 Jan 2026: 55");
}

TEST(a_range_and_a_limit_begin_where_there_is_one)
{
	struct course_point *p = points(arena, 4);
	struct course c = a_course(p, 4);
	struct str svg = drawn(arena, &c);

	CHECK_INT(count(svg, "usual"), 0);
	CHECK_INT(count(svg, "\"limit\""), 0);
	for (size_t i = 2; i < 4; i++) {
		p[i].low = 20;
		p[i].high = 60;
		p[i].limit = 32;
	}
	svg = drawn(arena, &c);
	CHECK_HAS(svg,
		  "<path class=\"usual\" d=\"M666.7 8.0L666.7 8.0L1000.0 8.0L1000.0 83.0L666.7 83.0L666.7 83.0Z\"/>");
	CHECK_HAS(svg, "<path class=\"limit\" d=\"M666.7 38.0L1000.0 38.0\"/>");
	CHECK_INT(count(svg, "class=\"below\""), 2);
	CHECK_HAS(svg, "2 below the control limit");
}

TEST(a_range_of_a_single_session_is_seen)
{
	struct course_point *p = points(arena, 3);
	struct course c = a_course(p, 3);

	p[1].low = 20;
	p[1].high = 40;
	p[1].limit = 20;
	CHECK_HAS(drawn(arena, &c), "<path class=\"usual\" d=\"M492.0 8.0L508.0 8.0L508.0 83.0L492.0 83.0Z\"/>");
	CHECK_HAS(drawn(arena, &c), "<path class=\"limit\" d=\"M492.0 83.0h16.0\"/>");
}

TEST(a_session_missed_is_marked_at_the_foot)
{
	struct course_point *p = points(arena, 3);
	struct course c = a_course(p, 3);
	struct str svg;

	p[1].value = p[2].value = NAN;
	p[1].came = COURSE_MISSED;
	p[2].came = COURSE_UNKNOWN;
	svg = drawn(arena, &c);
	CHECK_HAS(svg, "<title>session 2, 12 Jan 2026: missed</title>");
	CHECK_HAS(svg, "<title>session 3, 19 Jan 2026: not known whether they came</title>");
	CHECK_HAS(svg, "1 session missed");
}

TEST(no_session_one_session_and_equal_dates_are_drawn)
{
	struct course_point *p = points(arena, 3);
	struct course none = a_course(p, 0), one = a_course(p, 1), same = a_course(p, 3);

	CHECK_HAS(drawn(arena, &none), "no session yet");
	CHECK_HAS(drawn(arena, &one), "cx=\"40.00%\"");
	CHECK_INT(count(drawn(arena, &one), "class=\"mid"), 7); /* six days and a year */
	p[1].at = p[2].at = MONDAY;
	same.to = MONDAY;
	CHECK_INT(count(drawn(arena, &same), "cx=\"40.00%\""), 3);
	CHECK(!memmem(drawn(arena, &same).p, drawn(arena, &same).n, "nan", 3));
}

TEST(three_hundred_sessions_are_drawn_with_small_dots)
{
	struct course_point *p = points(arena, MANY);
	struct course c = a_course(p, MANY);
	struct str svg = drawn(arena, &c);

	CHECK_INT(count(svg, "class=\"dot\""), MANY);
	CHECK_INT(count(svg, "r=\"2\""), MANY);
	CHECK_HAS(svg, ">2031</text>");
	CHECK(svg.n < 200 * MANY);
}

static struct course_band a_band(int64_t from, int64_t to)
{
	return (struct course_band){ .title = STR("Scores fell"),
				     .severity = SEVERITY_WARNING,
				     .from = from,
				     .to = to,
				     .repairing_at = DATE_NONE,
				     .unrepaired_at = DATE_NONE,
				     .state = to == DATE_NONE ? INCIDENT_OPEN : INCIDENT_REPAIRED };
}

TEST(an_incident_without_end_goes_on_to_the_edge)
{
	struct course_point *p = points(arena, 5);
	struct course c = a_course(p, 5);
	struct course_band band = a_band(MONDAY + WEEK_S, DATE_NONE);
	struct str svg;

	c.bands = &band;
	c.n_bands = 1;
	svg = drawn(arena, &c);
	CHECK_HAS(svg, "<rect class=\"open\" x=\"25.00%\" width=\"75.00%\"");
	CHECK_HAS(svg, "<b>warning</b> Scores fell<span class=\"when\">: opened 12 Jan 2026, still open</span></li>");
	CHECK_HAS(svg, "1 incident, 1 not ended.");
}

TEST(an_incident_shows_when_repairing_began_when_it_was_overdue_and_its_end)
{
	struct course_point *p = points(arena, 5);
	struct course c = a_course(p, 5);
	struct course_band band = a_band(MONDAY, MONDAY + 4 * WEEK_S);
	struct str svg;

	band.other = STR("m2");
	band.repairing_at = MONDAY + 2 * WEEK_S;
	band.unrepaired_at = MONDAY + 3 * WEEK_S;
	c.bands = &band;
	c.n_bands = 1;
	svg = drawn(arena, &c);
	CHECK_HAS(svg, "<rect class=\"open\" x=\"0.00%\" width=\"50.00%\"");
	CHECK_HAS(svg, "<rect class=\"mending\" x=\"50.00%\" width=\"50.00%\"");
	CHECK_HAS(svg, "x=\"75.00%\" y=\"10\"><path class=\"halo\"");
	CHECK_HAS(svg, "Scores fell (with m2)<span class=\"when\">: opened 5 Jan 2026, being repaired from 19 Jan "
		       "2026, overdue from 26 Jan 2026, "
		       "repaired 2 Feb 2026</span></li>");
	band.unrepaired_at = MONDAY + WEEK_S;
	CHECK_HAS(drawn(arena, &c),
		  ", overdue from 12 Jan 2026, being repaired from 19 Jan 2026, repaired 2 Feb 2026</span></li>");
}

TEST(incidents_that_touch_lie_in_lanes_of_their_own)
{
	struct course_point *p = points(arena, 21);
	struct course c = a_course(p, 21);
	struct course_band bands[] = { a_band(MONDAY, MONDAY + 5 * WEEK_S),
				       a_band(MONDAY + 4 * WEEK_S, MONDAY + 6 * WEEK_S),
				       a_band(MONDAY + 10 * WEEK_S, DATE_NONE) };
	struct str svg;

	c.bands = bands;
	c.n_bands = 3;
	svg = drawn(arena, &c);
	CHECK_INT(count(svg, "<svg class=\"v2\" y=\"0\""), 2);
	CHECK_INT(count(svg, "<svg class=\"v2\" y=\"20\""), 1);
}

TEST(names_never_become_markup_in_a_chart)
{
	struct course c = a_course(NULL, 0);
	struct course_band band = a_band(MONDAY, DATE_NONE);
	struct weeks_series series = { .name = STR("<s>\"&'\x02"), .values = (double[]){ 1 } };
	struct bars_row row = { .label = STR("<i onclick='x'>"), .value = 1 };
	struct shares_row share = { .label = STR("</li>"), .share = NAN };
	struct buf out = { 0 };

	c.member = c.role = c.instrument = STR("<m>&\"");
	band.title = STR("<script>alert(1)</script>");
	band.other = STR("</svg>");
	c.bands = &band;
	c.n_bands = 1;
	CHECK_HAS(drawn(arena, &c), "&lt;script&gt;alert(1)&lt;/script&gt; (with &lt;/svg&gt;)");
	chart_weeks(arena, "w", &(struct weeks){ STR("<h1>"), MONDAY, 1, &series, 1, NAN }, &out);
	chart_bars(arena, "b", STR("<h1>"), &row, 1, &out);
	chart_shares(arena, "s", STR("<h1>"), &share, 1, &out);
	CHECK(well_formed(buf_str(&out)));
	CHECK_INT(count(buf_str(&out), "&lt;h1&gt;"), 4);
	CHECK_HAS(buf_str(&out), "&lt;s&gt;&quot;&amp;&#39;\xef\xbf\xbd: 1");
	buf_release(&out);
}

static struct str weeks_drawn(struct arena *a, const struct weeks *w)
{
	struct buf out = { 0 };
	struct str ret;

	chart_weeks(a, "w", w, &out);
	ret = arena_dup(a, buf_str(&out));
	buf_release(&out);
	CHECK(well_formed(ret));
	return ret;
}

TEST(the_caption_leaves_to_the_page_whose_chart_it_is_and_the_name_does_not)
{
	const struct course_point p = { .at = MONDAY, .value = 30, .low = NAN, .high = NAN, .limit = NAN };
	struct course c = a_course(&p, 1);
	struct course_band band = { .title = STR("Scores fell"), .from = MONDAY, .to = DATE_NONE };
	struct str svg = drawn(arena, &c);

	CHECK_HAS(svg, "<figcaption>SRS, 0 to 40</figcaption>");
	CHECK_HAS(svg, ">m1, child: SRS, 0 to 40</title>");
	CHECK(!strstr(svg.p, "incident"));
	c.bands = &band;
	c.n_bands = 1;
	CHECK_HAS(drawn(arena, &c), "1 incident, 1 not ended.</desc>");
}

TEST(alerts_of_a_week_stand_on_one_another_under_the_budget)
{
	struct weeks_series series[] = { { STR("one"), (double[]){ 2, 0 } }, { STR("two"), (double[]){ 2, 3 } } };
	struct weeks w = { STR("Alerts"), MONDAY, 2, series, 2, 4 };
	struct str svg = weeks_drawn(arena, &w);

	/* 160 px are 4 alerts; a pixel is left between the two. */
	CHECK_HAS(svg, "<path class=\"stack s0\" stroke-width=\"420.00\" d=\"M250.0 168.0v-79.0\"/>");
	CHECK_HAS(svg, "<path class=\"stack s1\" stroke-width=\"420.00\" d=\"M250.0 88.0v-79.0M750.0 168.0v-119.0\"/>");
	CHECK_HAS(svg, "<line class=\"budget\" x2=\"100%\" y1=\"8.0\" y2=\"8.0\"/>");
	CHECK_HAS(svg, "2 weeks from 5 Jan 2026: on average 3.5 a week, most 4 in the week of 5 Jan 2026. "
		       "Budget 4 a week, passed by 0 of 2 bars.");
	w.n = 0;
	CHECK_HAS(weeks_drawn(arena, &w), "0 weeks");
}

TEST(many_weeks_are_drawn_as_means_and_that_is_said)
{
	double *values = ARENA_ARRAY(arena, double, CHART_BARS_MAX + 1);
	struct weeks_series series = { STR("one"), values };
	struct weeks w = { STR("Alerts"), MONDAY, CHART_BARS_MAX, &series, 1, NAN };

	for (size_t i = 0; i <= CHART_BARS_MAX; i++)
		values[i] = i % 2 ? 4 : 2;
	CHECK_INT(count(weeks_drawn(arena, &w), "is the mean"), 0);
	w.n++;
	CHECK_HAS(weeks_drawn(arena, &w), "A bar is the mean of 2 weeks.");
	CHECK_HAS(weeks_drawn(arena, &w), "one: 314");
	CHECK_HAS(weeks_drawn(arena, &w), "most 3 in the week");
}

TEST(rows_say_in_words_what_they_draw)
{
	const struct bars_row rows[] = { { STR("a"), 8, 2 }, { STR("b"), 4, 0 } };
	const struct shares_row shares[] = { { STR("a"), .5, .25, .75, 9 }, { STR("b"), NAN, NAN, NAN, 0 } };
	struct buf out = { 0 };

	chart_bars(arena, "b", STR("Bars"), rows, 2, &out);
	CHECK_HAS(buf_str(&out), "<li>a: <span class=\"value\">8, 2 warning or above</span>");
	CHECK_HAS(buf_str(&out), "<rect class=\"bar\" width=\"50.00%\"");
	CHECK_HAS(buf_str(&out), "<rect class=\"grave\" width=\"25.00%\"");
	chart_shares(arena, "s", STR("Shares"), shares, 2, &out);
	CHECK_HAS(buf_str(&out), "50 % of 9 verdicts, 95 % interval 25 to 75 %");
	CHECK_HAS(buf_str(&out), "no verdict yet");
	CHECK_INT(count(buf_str(&out), "whisker"), 1);
	CHECK(well_formed(buf_str(&out)));
	buf_reset(&out);
	chart_bars(arena, "n", STR("Bars"), NULL, 0, &out);
	CHECK_STR(buf_str(&out),
		  "<figure class=\"chart\"><figcaption>Bars</figcaption><p class=\"note\">None.</p></figure>\n");
	buf_release(&out);
}

TEST(an_axis_names_two_to_ten_dates_from_a_week_to_a_century)
{
	struct chart_tick ticks[CHART_TICKS_MAX];

	for (int64_t days = 1; days < 36525; days += days < 400 ? 1 : 37) {
		for (int64_t shift = 0; shift < 366; shift += 61) {
			int64_t from = MONDAY + shift * DAY_S + 9 * 3600;
			size_t n = chart_date_ticks(arena, from, from + days * DAY_S, ticks), narrow = 0;

			for (size_t i = 0; i < n; i++) {
				narrow += ticks[i].narrow;
				CHECK(ticks[i].x >= 0 && ticks[i].x <= 1);
			}
			if (n < (days > 1 ? 2 : 1) || n > 10 || narrow < 1 || narrow > 5)
				test_fail(__FILE__, __LINE__, "%zu dates, %zu where it is narrow, for %lld days", n,
					  narrow, (long long)days);
		}
		arena_reset(arena);
	}
}

TEST(dates_of_an_axis_are_days_months_or_years)
{
	struct chart_tick ticks[CHART_TICKS_MAX];
	int64_t november = date_of_civil(2026, 11, 15);
	size_t n = chart_date_ticks(arena, MONDAY, MONDAY + WEEK_S, ticks);

	CHECK_INT(n, 8);
	CHECK_STR(ticks[0].label, "5 Jan");
	CHECK(ticks[0].year_wide && ticks[0].year_narrow && !ticks[1].year_wide);
	n = chart_date_ticks(arena, november, november + 120 * DAY_S, ticks);
	CHECK_INT(n, 4);
	CHECK_STR(ticks[0].label, "Dec");
	CHECK_STR(ticks[1].label, "Jan");
	CHECK_STR(ticks[1].year, "2027");
	CHECK(ticks[1].year_wide && !ticks[2].year_wide);
	n = chart_date_ticks(arena, november, november + 3652 * DAY_S, ticks);
	CHECK_INT(n, 5);
	CHECK_STR(ticks[0].label, "2028");
	CHECK(!ticks[0].year.n);
}

TEST(steps_of_an_axis_are_round_and_few)
{
	CHECK_NEAR(chart_step(40, 5), 10);
	CHECK_NEAR(chart_step(25, 5), 5);
	CHECK_NEAR(chart_step(.3, 5), .1);
	CHECK_NEAR(chart_step(100, 5), 20);
	CHECK_NEAR(chart_step(0, 5), 1);
	CHECK_NEAR(chart_round_up(21), 30);
	CHECK_NEAR(chart_round_up(0), 1);
}

TEST(a_month_beyond_december_is_in_the_next_year)
{
	CHECK_INT(date_of_civil(2026, 13, 1), date_of_civil(2027, 1, 1));
	CHECK_INT(date_of_civil(1970, 1, 1), 0);
}

TEST(a_number_in_a_chart_has_few_digits)
{
	struct buf out = { 0 };
	const double values[] = { 31.5, 22, 1. / 3, -0.001, 1234.56, 29.96 };

	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		chart_number(&out, values[i]);
		buf_putc(&out, ' ');
	}
	CHECK_STR(buf_str(&out), "31.5 22 0.33 0 1235 30 ");
	buf_release(&out);
}
