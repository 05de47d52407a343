/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A syslog message around a payload.
 *
 *	cee      <134>Mar  2 14:00:00 host ruptured[77]: @cee: {...}                       (RFC 3164)
 *	rfc5424  <134>1 2026-03-02T14:00:00Z host ruptured 77 alert [ruptured@32473 key="00ff-2" state="open"] @cee: {...}
 *
 * The structured data has every key of the payload that has one value, as it is called there.  No byte order mark stands
 * before the text, for readers look for "@cee:" at its start; so what RFC 5424 calls MSG-ANY, in UTF-8.
 */
#ifndef RUPTURED_CORE_SYSLOG_MESSAGE_H
#define RUPTURED_CORE_SYSLOG_MESSAGE_H

#include "base/arena.h"
#include "base/buf.h"

enum syslog_format { SYSLOG_CEE, SYSLOG_RFC5424 };

/* 32473 is the number that stands for "example" (RFC 5612): nobody else's, and the clinic can name its own. */
#define SYSLOG_SD_ID   "ruptured@32473"
#define SYSLOG_MSGID   "alert"
/* The most a datagram holds that no network on the way has to take apart: 1280 (IPv6's least) without any headers. */
#define SYSLOG_UDP_MAX 1180

struct syslog_header {
	int priority;	 /* facility and severity in one, as in PRI */
	struct str time; /* as the format writes it */
	struct str host; /* absent: none, as on this machine's own log socket */
	struct str ident;
	long pid;
	struct str sd_id;
};

/* "@cee: " and the payload as one line: what would break it is a space. */
void syslog_cee(struct str payload, struct buf *out);
/*
 * The whole message, without any framing.  `text`: what stands in place of "@cee: {...}", or absent.
 * max: 0, or how long it may be.  What is longer is told shorter: first the payload and the structured data lose every
 * value that is long or not a single one, and say `cut: true`; only then it is cut, never within a character.
 */
void syslog_message(struct arena *a, enum syslog_format format, const struct syslog_header *header, struct str payload,
		    struct str text, size_t max, struct buf *out);

#endif
