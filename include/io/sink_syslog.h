/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The syslog sink, for its tests: "@cee: " and the payload, through syslog(3).
 *
 * syslog(3) cannot report failure, so the log socket is asked first.  Delivered means handed over: what the log daemon
 * then drops (rate limits) nobody can see from here.
 */
#ifndef RUPTURED_IO_SINK_SYSLOG_H
#define RUPTURED_IO_SINK_SYSLOG_H

#include "io/sink.h"

struct syslog_settings {
	int facility; /* as in <syslog.h> */
	struct str ident;
};

/* LOG_INFO, LOG_NOTICE, LOG_WARNING or LOG_CRIT; an unknown word is a warning. */
int syslog_priority(struct str severity);
/* One line whatever the payload: what would break it is a space. */
void syslog_line(struct str payload, struct buf *out);
/* Somebody listens at the socket and takes one more message without making us wait. */
int syslog_probe(const char *path, struct error *why);

#endif
