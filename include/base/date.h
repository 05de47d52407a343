/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Times as seconds since 1970-01-01T00:00:00Z, and back; no clock and no time zone database.
 */
#ifndef RUPTURED_BASE_DATE_H
#define RUPTURED_BASE_DATE_H

#include <stdint.h>

#include "base/arena.h"

#define DATE_NONE INT64_MIN
#define DAY_S 86400

/* RFC 3339: "2026-03-02T14:00:00Z", "...14:00:00.5+01:00", 'T' or a space.  The zone is required; years 1900 to 9999. */
bool date_parse(struct str s, int64_t *ret);
/* "2026-03-02", midnight UTC. */
bool date_parse_day(struct str s, int64_t *ret);
/* "2026-03-02T14:00:00Z" and "2026-03-02". */
struct str date_format(struct arena *a, int64_t at);
struct str date_format_day(struct arena *a, int64_t at);
/* The year, month (1..12) and day of a time; and midnight UTC of such a day, where month 13 is next year's January. */
void date_civil(int64_t at, int *ret_year, unsigned *ret_month, unsigned *ret_day);
int64_t date_of_civil(int year, unsigned month, unsigned day);
/* "20 seconds", "60 minutes", "26 hours", "30 days", "2 weeks" (and the singular): seconds. */
bool duration_parse(struct str s, int64_t *ret_s);

#endif
