/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What somebody meant who wrote a threshold otherwise than in its words.
 */
#include "core/threshold_hint.h"

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* What follows `words` at the beginning of s, whatever the capitals and the blanks; false when it does not begin so. */
static bool begins(struct str s, const char *words, struct str *ret_rest)
{
	size_t i = 0;

	for (; *words; words++) {
		if (*words == ' ') {
			if (i >= s.n || s.p[i] != ' ')
				return false;
			while (i < s.n && s.p[i] == ' ')
				i++;
		} else if (i >= s.n || lower(s.p[i++]) != *words) {
			return false;
		}
	}
	if (i < s.n && i > 0 && is_letter(s.p[i - 1]) && is_letter(s.p[i]))
		return false;
	*ret_rest = str_trim((struct str){ s.p + i, s.n - i });
	return true;
}

static const struct said_row {
	const char *said, *meant;
} before[] = {
	{ "at least", "at least " },
	{ "at most", "at most " },
	{ "more than", "more than " },
	{ "less than", "less than " },
	{ "no more than", "at most " },
	{ "not more than", "at most " },
	{ "no less than", "at least " },
	{ "not less than", "at least " },
	{ "no fewer than", "at least " },
	{ "fewer than", "less than " },
	{ "under", "less than " },
	{ "below", "less than " },
	{ "lower than", "less than " },
	{ "smaller than", "less than " },
	{ "above", "more than " },
	{ "over", "more than " },
	{ "greater than", "more than " },
	{ "higher than", "more than " },
	{ "bigger than", "more than " },
	{ "minimum", "at least " },
	{ "min", "at least " },
	{ "maximum", "at most " },
	{ "max", "at most " },
	{ "up to", "at most " },
	{ "from", "at least " },
	{ "least", "at least " },
	{ "most", "at most " },
	{ "atleast", "at least " },
	{ "atmost", "at most " },
	{ "at last", "at least " },
	{ "at lest", "at least " },
	{ "more then", "more than " },
	{ "less then", "less than " },
	{ "exactly", "" },
	{ "equal to", "" },
	{ "equals", "" },
	{ ">=", "at least " },
	{ "=>", "at least " },
	{ "\u2265", "at least " },
	{ "<=", "at most " },
	{ "=<", "at most " },
	{ "\u2264", "at most " },
	{ ">", "more than " },
	{ "<", "less than " },
	{ "==", "" },
	{ "=", "" },
};

static const struct said_row behind[] = {
	{ "+", "at least " },	     { "or more", "at least " }, { "or higher", "at least " },
	{ "or above", "at least " }, { "or over", "at least " }, { "and more", "at least " },
	{ "or less", "at most " },   { "or fewer", "at most " }, { "or lower", "at most " },
	{ "or below", "at most " },  { "or under", "at most " },
};

static const char *const number_words[] = { "no",    "one",   "two",  "three", "four",	 "five",  "six",
					    "seven", "eight", "nine", "ten",   "eleven", "twelve" };

static size_t digits(struct str s)
{
	size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+');

	while (i < s.n && ((s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '.'))
		i++;
	return i;
}

/* "3", or "three" as "3"; *ret_rest is what follows. */
static bool number_of(struct arena *a, struct str s, struct str *ret, struct str *ret_rest)
{
	size_t n = digits(s);
	double value;

	for (size_t i = 0; i < sizeof number_words / sizeof *number_words; i++)
		if (begins(s, number_words[i], ret_rest)) {
			*ret = arena_printf(a, "%zu", i);
			return true;
		}
	if (!str_number((struct str){ s.p, n }, &value))
		return false;
	*ret = (struct str){ s.p, n };
	*ret_rest = str_trim((struct str){ s.p + n, s.n - n });
	return true;
}

/* "3-5", "3 to 5". */
static const char *span_of(struct arena *a, struct str number, struct str rest)
{
	struct str second;

	if (begins(rest, "to", &rest) || begins(rest, "-", &rest) || begins(rest, "\u2013", &rest))
		if (number_of(a, rest, &second, &rest))
			return arena_printf(a, "write \"between %.*s and %.*s\"", STR_ARG(number), STR_ARG(second)).p;
	return NULL;
}

static const char *rewritten(struct arena *a, const char *words, struct str number, struct str rest)
{
	bool blank = rest.n && rest.p[0] != '%';

	return arena_printf(a, "write \"%s%.*s%s%.*s\"", words, STR_ARG(number), blank ? " " : "", STR_ARG(rest)).p;
}

const char *threshold_meant(struct arena *a, struct str text)
{
	struct str rest, number, s = str_trim(text);
	const char *words = NULL;

	if (begins(s, "between", &rest))
		return number_of(a, rest, &number, &rest) ? span_of(a, number, rest) : NULL;
	for (size_t i = 0; i < sizeof before / sizeof *before && !words; i++)
		if (begins(s, before[i].said, &rest)) {
			words = before[i].meant;
			s = rest;
		}
	if (!number_of(a, s, &number, &rest))
		return words && *words ? arena_printf(a, "a number is written in digits, as in \"%s3\"", words).p
				       : NULL;
	if (!words && span_of(a, number, rest))
		return span_of(a, number, rest);
	for (size_t i = 0; i < sizeof behind / sizeof *behind; i++)
		if (begins(rest, behind[i].said, &rest))
			return rewritten(a, behind[i].meant, number, rest);
	return words ? rewritten(a, words, number, rest) : NULL;
}

static const struct conversion {
	const char *said;
	enum unit unit;
	double times;
} conversions[] = {
	{ "week", UNIT_DAYS, 7 },	{ "weeks", UNIT_DAYS, 7 },	    { "month", UNIT_DAYS, 30 },
	{ "months", UNIT_DAYS, 30 },	{ "year", UNIT_DAYS, 365 },	    { "years", UNIT_DAYS, 365 },
	{ "minute", UNIT_SECONDS, 60 }, { "minutes", UNIT_SECONDS, 60 },    { "hour", UNIT_MINUTES, 60 },
	{ "hours", UNIT_MINUTES, 60 },	{ "months", UNIT_YEARS, 1.0 / 12 },
};

const char *unit_meant(struct arena *a, struct str before_number, double value, struct str said, unsigned allowed)
{
	struct str rest;

	for (size_t i = 0; i < sizeof conversions / sizeof *conversions; i++)
		if (allowed & 1u << conversions[i].unit && begins(said, conversions[i].said, &rest) && !rest.n)
			return arena_printf(a, "write \"%.*s%.10g %s\"", STR_ARG(before_number),
					    value * conversions[i].times, unit_word(conversions[i].unit))
				.p;
	if (!said.n && allowed == 1u << UNIT_PERCENT && value > 0 && value < 1)
		return arena_printf(a, "write \"%.*s%.10g%%\"", STR_ARG(before_number), value * 100).p;
	for (int u = UNIT_NONE + 1; u < UNITS && !said.n; u++)
		if (allowed == 1u << u)
			return arena_printf(a, "write \"%.*s%.10g%s%s\"", STR_ARG(before_number), value,
					    u == UNIT_PERCENT ? "" : " ", unit_word((enum unit)u))
				.p;
	return NULL;
}
