/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The syslog sink, for its tests and for the journal's: one line an alert (core/syslog_message.h), by syslog(3), to a
 * log socket of this machine, or to another by UDP (RFC 5426), TCP (RFC 6587) or TLS (RFC 5425), the latter two with
 * octet counting.
 *
 * syslog(3) cannot report failure, so the log socket is asked first.  Delivered means handed over: to the log daemon of
 * this machine, to the network (UDP), to the other machine (io/link.h).  What a log daemon then drops (rate limits)
 * nobody can see from here.
 */
#ifndef RUPTURED_IO_SINK_SYSLOG_H
#define RUPTURED_IO_SINK_SYSLOG_H

#include "core/syslog_message.h"
#include "io/link.h"
#include "io/sink.h"

#define SYSLOG_TIMEOUT_MS 20000

/* Where `to` leads. */
struct syslog_to {
	enum { TO_SYSLOG_3, TO_SOCKET, TO_HOST } way;
	struct str path;	   /* TO_SOCKET */
	struct link_target target; /* TO_HOST */
};

struct syslog_settings {
	int facility; /* as in <syslog.h> */
	struct str ident;
	int format; /* enum syslog_format; -1: as fits the way */
	struct syslog_to to;
	struct str hostname; /* absent: the machine's */
	struct str sd_id;
	struct str template; /* or absent */
	int64_t timeout_ms;
};

/* The settings' keys, and what was written under them (sink_syslog_read.c). */
extern const struct field syslog_fields[];
void *syslog_read(struct reader *r, const struct doc *doc);

/* LOG_INFO, LOG_NOTICE, LOG_WARNING or LOG_CRIT; an unknown word is a warning. */
int syslog_priority(struct str severity);

#endif
