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

int64_t clock_wait_ms(int64_t ms)
{
#ifdef RUPTURED_TEST
	const char *hurry = getenv("RUPTURED_HURRY");

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
