/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The time, and randomness: the two things the pure floors may not know.
 *
 * Builds made with RUPTURED_TEST read the wall clock from the environment variable RUPTURED_NOW (RFC 3339, or "@seconds"),
 * or from the file RUPTURED_NOW_FILE names, when set, and divide the waits of clock_wait_ms by
 * RUPTURED_HURRY ("/100": multiply them).
 */
#ifndef RUPTURED_IO_CLOCK_H
#define RUPTURED_IO_CLOCK_H

#include <stddef.h>
#include <stdint.h>

int64_t clock_now(void);	  /* s since the epoch */
int64_t clock_monotonic_ms(void);
int64_t clock_boot_s(void); /* like the monotonic one, but it does not stand still while the machine sleeps */
/*
 * The next moment after `after` at which local clocks show `minute` (of the day) on one of `days` (bit 0: Sunday; at
 * least one).  A time that the start of summer time skips comes an hour later; one that its end repeats comes once.
 */
int64_t clock_next_local(int64_t after, int minute, unsigned days);
/* When local clocks show `minute` on the calendar day whose midnight UTC is `day`; likewise. */
int64_t clock_local(int64_t day, int minute);
/* Reads the time zone, which later may be out of reach. */
void clock_zone(void);
int64_t clock_wait_ms(int64_t ms); /* as long as that: what a test build may hurry */
void random_bytes(void *p, size_t n);
void random_hex(char *ret, size_t digits); /* and a NUL */

#endif
