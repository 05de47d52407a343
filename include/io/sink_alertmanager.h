/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Alertmanager sink, for its tests: Prometheus' Alertmanager, by its API v2.
 *
 * There an alert is its labels, and fires until its endsAt.  So that each of our announcements is told there once, what
 * is told of changes the labels (state, severity, ...), and what fires of the same incident under other labels is ended:
 * a delivery asks for that first (GET), then sends both (POST).  An incident that is over only ends what fires.  A try
 * that is repeated finds its own labels and changes nothing.
 *
 * Nothing is sent again while nothing changes: endsAt lies `lasts` ahead.  What carries no state (privacy bare,
 * safeguarding) gets no endsAt; Alertmanager ends it by its own resolve_timeout.
 */
#ifndef RUPTURED_IO_SINK_ALERTMANAGER_H
#define RUPTURED_IO_SINK_ALERTMANAGER_H

#include "core/payload.h"
#include "io/remote.h"

struct alertmanager_settings {
	struct str url, ca;
	int64_t lasts_s, timeout_ms;
};

/* What to ask for: the path and query. */
struct str alertmanager_query(struct arena *a, const struct payload *p);
/* What to send at `now`, in a, as JSON; `active` is what was answered, or NULL.  Absent: there is nothing to send. */
struct str alertmanager_post(struct arena *a, const struct payload *p, const struct doc *active, int64_t now,
			     int64_t lasts_s);

#endif
