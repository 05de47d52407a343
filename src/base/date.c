/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/date.h"

/* Days from 1970-01-01 to a date of the proleptic Gregorian calendar, counting years from March (Hinnant 2013). */
static int64_t days_from_civil(int64_t y, unsigned m, unsigned d)
{
	int64_t era;
	unsigned of_era, of_year;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	of_era = (unsigned)(y - era * 400);
	of_year = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
	return era * 146097 + (int64_t)(of_era * 365 + of_era / 4 - of_era / 100 + of_year) - 719468;
}

static void civil_from_days(int64_t z, int *y, unsigned *m, unsigned *d)
{
	int64_t era;
	unsigned of_era, year_of_era, of_year, mp;

	z += 719468;
	era = (z >= 0 ? z : z - 146096) / 146097;
	of_era = (unsigned)(z - era * 146097);
	year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	mp = (5 * of_year + 2) / 153;
	*d = of_year - (153 * mp + 2) / 5 + 1;
	*m = mp < 10 ? mp + 3 : mp - 9;
	*y = (int)(year_of_era + era * 400) + (*m <= 2);
}

/* Exactly n digits at *at. */
static bool digits(struct str s, size_t *at, int n, unsigned *ret)
{
	unsigned v = 0;

	for (; n > 0; n--, (*at)++) {
		if (*at >= s.n || s.p[*at] < '0' || s.p[*at] > '9')
			return false;
		v = v * 10 + (unsigned)(s.p[*at] - '0');
	}
	*ret = v;
	return true;
}

static bool literal(struct str s, size_t *at, char c)
{
	if (*at >= s.n || s.p[*at] != c)
		return false;
	(*at)++;
	return true;
}

static bool parse_day(struct str s, size_t *at, int64_t *ret_days)
{
	static const unsigned char lengths[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	unsigned y, m, d;
	bool leap;

	if (!digits(s, at, 4, &y) || !literal(s, at, '-') || !digits(s, at, 2, &m) || !literal(s, at, '-') ||
	    !digits(s, at, 2, &d))
		return false;
	leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
	if (y < 1900 || m < 1 || m > 12 || d < 1 || d > lengths[m - 1] || (m == 2 && d == 29 && !leap))
		return false;
	*ret_days = days_from_civil(y, m, d);
	return true;
}

static bool parse_zone(struct str s, size_t *at, int64_t *ret_s)
{
	unsigned h, m;
	int sign;

	*ret_s = 0;
	if (literal(s, at, 'Z') || literal(s, at, 'z'))
		return true;
	sign = literal(s, at, '+') ? 1 : literal(s, at, '-') ? -1 : 0;
	if (!sign || !digits(s, at, 2, &h) || !literal(s, at, ':') || !digits(s, at, 2, &m) || h > 23 || m > 59)
		return false;
	*ret_s = sign * (int64_t)(h * 3600 + m * 60);
	return true;
}

bool date_parse(struct str s, int64_t *ret)
{
	size_t at = 0;
	int64_t days, zone;
	unsigned h, m, sec;

	if (!parse_day(s, &at, &days) || !(literal(s, &at, 'T') || literal(s, &at, 't') || literal(s, &at, ' ')))
		return false;
	if (!digits(s, &at, 2, &h) || !literal(s, &at, ':') || !digits(s, &at, 2, &m) || !literal(s, &at, ':') ||
	    !digits(s, &at, 2, &sec) || h > 23 || m > 59 || sec > 60)
		return false;
	if (literal(s, &at, '.')) {
		size_t first = at;

		while (at < s.n && s.p[at] >= '0' && s.p[at] <= '9')
			at++;
		if (at == first)
			return false;
	}
	if (!parse_zone(s, &at, &zone) || at != s.n)
		return false;
	*ret = days * DAY_S + (int64_t)(h * 3600 + m * 60 + sec) - zone;
	return true;
}

bool date_parse_day(struct str s, int64_t *ret)
{
	size_t at = 0;
	int64_t days;

	if (!parse_day(s, &at, &days) || at != s.n)
		return false;
	*ret = days * DAY_S;
	return true;
}

static int64_t floor_days(int64_t at)
{
	return at >= 0 ? at / DAY_S : -((-at + DAY_S - 1) / DAY_S);
}

void date_civil(int64_t at, int *ret_year, unsigned *ret_month, unsigned *ret_day)
{
	civil_from_days(floor_days(at), ret_year, ret_month, ret_day);
}

int64_t date_of_civil(int year, unsigned month, unsigned day)
{
	return days_from_civil(year + (int)((month - 1) / 12), (month - 1) % 12 + 1, day) * DAY_S;
}

struct str date_format_day(struct arena *a, int64_t at)
{
	int y;
	unsigned m, d;

	civil_from_days(floor_days(at), &y, &m, &d);
	return arena_printf(a, "%04d-%02u-%02u", y, m, d);
}

struct str date_format(struct arena *a, int64_t at)
{
	struct str day = date_format_day(a, at);
	int s = (int)(at - floor_days(at) * DAY_S);

	return arena_printf(a, "%.*sT%02d:%02d:%02dZ", STR_ARG(day), s / 3600, s / 60 % 60, s % 60);
}

static const struct {
	const char *one, *many;
	int64_t s;
} duration_units[] = {
	{ "second", "seconds", 1 }, { "minute", "minutes", 60 },    { "hour", "hours", 3600 },
	{ "day", "days", DAY_S },   { "week", "weeks", 7 * DAY_S },
};

bool duration_parse(struct str s, int64_t *ret_s)
{
	struct str number = str_word(&s), unit = str_word(&s);
	double n;

	if (!str_number(number, &n) || n < 0 || n > 1e6 || str_trim(s).n)
		return false;
	for (size_t i = 0; i < sizeof duration_units / sizeof *duration_units; i++) {
		if (str_is(unit, duration_units[i].one) || str_is(unit, duration_units[i].many)) {
			*ret_s = (int64_t)(n * (double)duration_units[i].s);
			return true;
		}
	}
	return false;
}
