/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/config_time.h"

const struct shape config_time_shape = { SHAPE_PATTERN, "^([01][0-9]|2[0-3]):[0-5][0-9]$" };

static bool read_minute(struct str s, int *ret)
{
	int digits[5];

	if (s.n != 5 || s.p[2] != ':')
		return false;
	for (size_t i = 0; i < 5; i++) {
		digits[i] = s.p[i] - '0';
		if (i != 2 && (digits[i] < 0 || digits[i] > 9))
			return false;
	}
	*ret = (digits[0] * 10 + digits[1]) * 60 + digits[3] * 10 + digits[4];
	return digits[0] * 10 + digits[1] < 24 && digits[3] < 6;
}

void config_read_time(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct field plain = { .name = f->name, .help = f->help };
	struct str said = { 0 };

	read_str(r, v, &said, &plain);
	if (said.p && !read_minute(said, into))
		reader_error(r, v, "time-of-day", "write hours and minutes, \"07:30\"",
			     "expected a time of the day, found \"%.*s\"", STR_ARG(said));
}
