/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <time.h>

#include "base/date.h"
#include "io/clock.h"
#include "test.h"

#define EVERY_DAY 127u

/* Summer time as in Europe, without a time zone database. */
static void in_berlin(void)
{
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	clock_zone();
}

static struct str next(struct arena *a, const char *after, int minute, unsigned days)
{
	int64_t at;

	in_berlin();
	if (!date_parse(str_of(after), &at))
		test_fail(__FILE__, __LINE__, "%s", after);
	return date_format(a, clock_next_local(at, minute, days));
}

TEST(the_next_local_time_is_today_or_tomorrow)
{
	CHECK_STR(next(arena, "2026-01-10T05:59:59Z", 7 * 60, EVERY_DAY), "2026-01-10T06:00:00Z");
	CHECK_STR(next(arena, "2026-01-10T06:00:00Z", 7 * 60, EVERY_DAY), "2026-01-11T06:00:00Z");
	CHECK_STR(next(arena, "2026-07-10T12:00:00Z", 7 * 60, EVERY_DAY), "2026-07-11T05:00:00Z");
	CHECK_STR(next(arena, "2026-12-31T23:30:00Z", 30, EVERY_DAY), "2027-01-01T23:30:00Z");
}

TEST(the_next_local_time_is_on_one_of_the_days)
{
	/* 2026-03-02 is a Monday. */
	CHECK_STR(next(arena, "2026-03-02T12:00:00Z", 450, 1u << 1 | 1u << 4), "2026-03-05T06:30:00Z");
	CHECK_STR(next(arena, "2026-03-02T12:00:00Z", 450, 1u << 1), "2026-03-09T06:30:00Z");
	CHECK_STR(next(arena, "2026-03-01T23:10:00Z", 30, 1u << 1), "2026-03-01T23:30:00Z");
}

TEST(a_local_time_that_summer_time_skips_comes_an_hour_later)
{
	CHECK_STR(next(arena, "2026-03-29T00:50:00Z", 150, EVERY_DAY), "2026-03-29T01:30:00Z");
	CHECK_STR(next(arena, "2026-03-29T01:30:00Z", 150, EVERY_DAY), "2026-03-30T00:30:00Z");
}

TEST(a_local_time_that_is_repeated_comes_once)
{
	struct str first = next(arena, "2026-10-24T22:00:00Z", 150, EVERY_DAY);

	CHECK(str_is(first, "2026-10-25T00:30:00Z") || str_is(first, "2026-10-25T01:30:00Z"));
	CHECK_STR(next(arena, first.p, 150, EVERY_DAY), "2026-10-26T01:30:00Z");
}

TEST(a_year_of_local_times_has_a_day_each)
{
	int64_t at, next, end;
	int n = 0;

	in_berlin();
	REQUIRE(date_parse(STR("2026-01-01T00:00:00Z"), &at));
	end = at + 365 * (int64_t)DAY_S;
	while ((next = clock_next_local(at, 150, EVERY_DAY)) < end) {
		CHECK(n == 0 || (next - at >= 23 * 3600 && next - at <= 25 * 3600));
		at = next;
		n++;
	}
	CHECK_INT(n, 365);
}
