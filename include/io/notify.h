/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The service manager: READY=1, RELOADING=1, STOPPING=1, WATCHDOG=1, STATUS=.  libsystemd appears only in systemd.c.
 * Without NOTIFY_SOCKET nothing happens.
 */
#ifndef RUPTURED_IO_NOTIFY_H
#define RUPTURED_IO_NOTIFY_H

#include <stdint.h>

void notify_ready(void);
void notify_reloading(void);
void notify_stopping(void);
void notify_status(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Called by the loop each time round; feeds at most each quarter of the interval. */
void notify_watchdog(void);
/* ms between feeds asked for, or 0 when there is no watchdog. */
int64_t notify_watchdog_interval_ms(void);

#endif
