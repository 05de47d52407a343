/* SPDX-License-Identifier: GPL-2.0-or-later */
#define SD_JOURNAL_SUPPRESS_LOCATION /* where in our sources an entry was sent is of no use to its reader */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/uio.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>

#include "io/clock.h"
#include "io/journal.h"
#include "io/local_socket.h"
#include "io/notify.h"

#define FIELDS_MAX 64

/* ---- the service manager ---- */

void notify_ready(void)
{
	sd_notify(0, "READY=1");
}

/* The time stamp is what Type=notify-reload asks for (systemd 253); older managers ignore it. */
void notify_reloading(void)
{
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld000", (long long)clock_monotonic_ms());
}

void notify_stopping(void)
{
	sd_notify(0, "STOPPING=1");
}

void notify_status(const char *format, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	sd_notifyf(0, "STATUS=%s", text);
}

static int64_t watchdog_ms(void)
{
	uint64_t us = 0;

	return sd_watchdog_enabled(0, &us) > 0 ? (int64_t)(us / 1000) : 0;
}

void notify_watchdog(void)
{
	static int64_t fed_ms; /* the service manager is one, and so is its dog */
	int64_t interval = watchdog_ms(), now = clock_monotonic_ms();

	if (interval == 0 || (fed_ms && now - fed_ms < interval / 4))
		return;
	fed_ms = now;
	sd_notify(0, "WATCHDOG=1");
}

int64_t notify_watchdog_interval_ms(void)
{
	return watchdog_ms() / 2;
}

/* ---- the journal ---- */

/* The library says that all is well when there is no journal, and waits for one that hangs: so it is asked first. */
int journal_send(const struct str *fields, size_t n, struct error *why)
{
	struct iovec parts[FIELDS_MAX];
	int rc;

	if (n > FIELDS_MAX)
		return error_set(why, ERROR_REFUSED, "too many fields for the journal");
	if (local_socket_probe(JOURNAL_SOCKET, why) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		parts[i] = (struct iovec){ (char *)fields[i].p, fields[i].n };
	rc = sd_journal_sendv(parts, (int)n);
	if (rc >= 0)
		return 0;
	errno = -rc;
	return error_errno(why, "journal");
}
