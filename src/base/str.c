/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/str.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

int str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? (unsigned char)a.p[0] - (unsigned char)b.p[0] : 0;

	if (c == 0 && n > 1)
		c = memcmp(a.p, b.p, n);
	if (c)
		return c;
	return (a.n > b.n) - (a.n < b.n);
}

bool str_starts(struct str s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.n >= n && memcmp(s.p, prefix, n) == 0;
}

bool str_ends(struct str s, const char *suffix)
{
	size_t n = strlen(suffix);

	return s.n >= n && memcmp(s.p + s.n - n, suffix, n) == 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct str str_trim(struct str s)
{
	while (s.n && is_blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

struct str str_word(struct str *rest)
{
	struct str s = str_trim(*rest), word = s;

	word.n = 0;
	while (word.n < s.n && !is_blank(s.p[word.n]))
		word.n++;
	*rest = (struct str){ s.p ? s.p + word.n : NULL, s.n - word.n };
	return word.n ? word : (struct str){ NULL, 0 };
}

/* Greedy with one point to come back to: linear in practice, never exponential. */
bool str_matches(struct str s, struct str pattern)
{
	size_t i = 0, j = 0, star = SIZE_MAX, back = 0;

	while (i < s.n) {
		if (j < pattern.n && pattern.p[j] == '*') {
			star = j++;
			back = i;
		} else if (j < pattern.n && pattern.p[j] == s.p[i]) {
			i++;
			j++;
		} else if (star != SIZE_MAX) {
			j = star + 1;
			i = ++back;
		} else {
			return false;
		}
	}
	while (j < pattern.n && pattern.p[j] == '*')
		j++;
	return j == pattern.n;
}

static size_t skip_digits(struct str s, size_t i)
{
	while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
		i++;
	return i;
}

/*
 * "754", "-2.5": up to 15 digits are exact in a double, and so is the power of ten they are divided by; one division
 * then rounds as strtod does (Clinger 1990).  False: not so short, or not a number.
 */
static bool short_number(struct str s, double *ret)
{
	static const double tens[] = { 1,   1e1, 1e2,  1e3,  1e4,  1e5,	 1e6,  1e7,
				       1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15 };
	size_t i = s.n && s.p[0] == '-', start = i, point;
	int64_t v = 0;

	if (s.n - i > 15)
		return false;
	for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
		v = v * 10 + (s.p[i] - '0');
	if (i == start)
		return false;
	point = i;
	if (i < s.n && s.p[i] == '.')
		for (i++; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
			v = v * 10 + (s.p[i] - '0');
	if (i < s.n || i == point + 1)
		return false;
	*ret = i > point ? (double)v / tens[i - point - 1] : (double)v;
	if (start)
		*ret = -*ret;
	return true;
}

/* The shape is checked by hand, so that strtod never sees hexadecimal, "inf" or a locale's comma. */
bool str_number(struct str s, double *ret)
{
	char z[64];
	size_t i = 0, digits;

	if (short_number(s, ret))
		return true;
	if (s.n == 0 || s.n >= sizeof z)
		return false;
	if (s.p[i] == '-' || s.p[i] == '+')
		i++;
	digits = i;
	i = skip_digits(s, i);
	if (i == digits)
		return false;
	if (i < s.n && s.p[i] == '.') {
		digits = ++i;
		i = skip_digits(s, i);
		if (i == digits)
			return false;
	}
	if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) {
		i++;
		if (i < s.n && (s.p[i] == '-' || s.p[i] == '+'))
			i++;
		digits = i;
		i = skip_digits(s, i);
		if (i == digits)
			return false;
	}
	if (i != s.n)
		return false;
	memcpy(z, s.p, s.n);
	z[s.n] = '\0';
	*ret = strtod(z, NULL);
	return isfinite(*ret);
}

#define NEAREST_MAX 48

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Optimal string alignment: insert, delete, replace, swap of neighbours, each 1; capitals are no difference. */
static size_t distance(struct str a, struct str b)
{
	size_t rows[3][NEAREST_MAX + 1], *before = rows[0], *last = rows[1], *now = rows[2], *t;

	if (a.n > NEAREST_MAX || b.n > NEAREST_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= b.n; j++)
		last[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		now[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			size_t best = last[j - 1] + (lower(a.p[i - 1]) != lower(b.p[j - 1]));

			if (last[j] + 1 < best)
				best = last[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1] &&
			    before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			now[j] = best;
		}
		t = before;
		before = last;
		last = now;
		now = t;
	}
	return last[b.n];
}

const char *str_nearest(struct str word, const char *const *candidates, size_t n)
{
	const char *best = NULL;
	size_t best_distance = word.n < 5 ? 1 : (word.n + 1) / 3;

	for (size_t i = 0; i < n; i++) {
		size_t d = distance(word, str_of(candidates[i]));

		if (d <= best_distance && d < word.n && (!best || d < best_distance)) {
			best = candidates[i];
			best_distance = d;
		}
	}
	return best;
}
