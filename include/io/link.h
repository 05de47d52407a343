/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A way to a host for one-way messages: UDP, TCP or TLS.  Nothing here waits: `link_step` goes on as far as it can.
 *
 * A TCP or TLS connection is kept from message to message.  Before one is written, a connection that the other side has
 * ended is noticed and made anew.  "Sent" is told when the other side's kernel has acknowledged every byte and has not
 * ended the connection.  No protocol over it says more: what a receiver had in hand when it died is lost.  A datagram is
 * sent when it is on its way.
 */
#ifndef RUPTURED_IO_LINK_H
#define RUPTURED_IO_LINK_H

#include "base/str.h"
#include "io/tls.h"

enum link_kind { LINK_UDP, LINK_TCP, LINK_TLS };

struct link_target {
	enum link_kind kind;
	struct str host, port;	 /* a name or an address; a number */
	struct str ca, cert, key; /* files (io/tls.h), or absent */
};

struct link;

enum link_progress { LINK_SENT, LINK_WAITS, LINK_FAILED };

struct link *link_new(const struct link_target *target); /* copied; connects with the first message */
bool link_leads_to(const struct link *l, const struct link_target *target);
/* Takes a message; nothing else may be under way. */
void link_send(struct link *l, struct str message);
/* How it goes.  LINK_FAILED: `why` says so, and the connection is gone, as if nothing was sent. */
enum link_progress link_step(struct link *l, struct error *why);
/* Ends the connection, also with a message half written; the next message makes another. */
void link_drop(struct link *l);
void link_free(struct link *l);

#endif
