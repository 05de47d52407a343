/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "io/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "base/date.h"

#ifdef RUPTURED_TEST
/* "@1700000000" or RFC 3339; false when it is neither. */
static bool parse_now(struct str s, int64_t *ret)
{
	double seconds;

	s = str_trim(s);
	if (s.n && s.p[0] == '@') {
		if (!str_number((struct str){ s.p + 1, s.n - 1 }, &seconds))
			return false;
		*ret = (int64_t)seconds;
		return true;
	}
	return date_parse(s, ret);
}

static bool pretended_now(int64_t *ret)
{
	const char *now = getenv("RUPTURED_NOW"), *path = getenv("RUPTURED_NOW_FILE");
	char text[64];
	size_t n;
	FILE *f;

	if (now && parse_now(str_of(now), ret))
		return true;
	f = path ? fopen(path, "re") : NULL;
	if (!f)
		return false;
	n = fread(text, 1, sizeof text, f);
	fclose(f);
	return parse_now((struct str){ text, n }, ret);
}
#endif

int64_t clock_now(void)
{
	struct timespec t;
#ifdef RUPTURED_TEST
	int64_t pretended;

	if (pretended_now(&pretended))
		return pretended;
#endif
	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec;
}

int64_t clock_monotonic_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t clock_boot_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return t.tv_sec;
}

void clock_zone(void)
{
	tzset();
}

/* That minute `ahead` days after the day of `of`; *ret_day is its day of the week. */
static int64_t local_minute(const struct tm *of, int ahead, int minute, int *ret_day)
{
	struct tm t = { .tm_year = of->tm_year, .tm_mon = of->tm_mon, .tm_mday = of->tm_mday + ahead, .tm_isdst = -1 };
	struct tm noon = t;
	int64_t at;

	noon.tm_hour = 12;
	mktime(&noon);
	*ret_day = noon.tm_wday;
	t.tm_hour = minute / 60;
	t.tm_min = minute % 60;
	at = mktime(&t);
	/* Skipped, and made of the offset after it: the clocks show an hour less. */
	return t.tm_hour * 60 + t.tm_min < minute ? at + 3600 : at;
}

int64_t clock_local(int64_t day, int minute)
{
	time_t midnight = (time_t)day;
	struct tm utc;
	int of_week;

	gmtime_r(&midnight, &utc);
	return local_minute(&utc, 0, minute, &of_week);
}

int64_t clock_next_local(int64_t after, int minute, unsigned days)
{
	time_t from = (time_t)after;
	struct tm now;

	localtime_r(&from, &now);
	for (int ahead = 0; ahead <= 14; ahead++) {
		int day;
		int64_t at = local_minute(&now, ahead, minute, &day);
		/* By what the clocks show: else a minute that is repeated would come twice. */
		bool past = ahead == 0 && now.tm_hour * 60 + now.tm_min >= minute;

		if (!past && at > after && days & 1u << day)
			return at;
	}
	return after + 86400;
}

int64_t clock_wait_ms(int64_t ms)
{
#ifdef RUPTURED_TEST
	const char *hurry = getenv("RUPTURED_HURRY");

	if (hurry && hurry[0] == '/' && atoi(hurry + 1) > 0)
		return ms * atoi(hurry + 1);
	if (hurry && atoi(hurry) > 0)
		return ms / atoi(hurry);
#endif
	return ms;
}

/* The kernel's generator cannot fail once it is seeded; a machine where it does cannot make keys, so we stop. */
void random_bytes(void *p, size_t n)
{
	unsigned char *at = p;

	while (n) {
		ssize_t got = getrandom(at, n, 0);

		if (got < 0 && errno != EINTR)
			abort();
		if (got > 0) {
			at += got;
			n -= (size_t)got;
		}
	}
}

void random_hex(char *ret, size_t digits)
{
	static const char hex[] = "0123456789abcdef";

	random_bytes(ret, digits);
	for (size_t i = 0; i < digits; i++)
		ret[i] = hex[(unsigned char)ret[i] & 15];
	ret[digits] = '\0';
}
