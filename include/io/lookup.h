/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The addresses of a host, looked up without waiting: getaddrinfo(3) blocks for as long as a name server is silent, so
 * a name goes to a thread.  A number ("192.0.2.1", "::1") needs none.
 */
#ifndef RUPTURED_IO_LOOKUP_H
#define RUPTURED_IO_LOOKUP_H

#include <netdb.h>
#include <stdbool.h>

#include "base/error.h"

struct lookup;

/* `type`: SOCK_STREAM or SOCK_DGRAM.  The strings are copied. */
struct lookup *lookup_start(const char *host, const char *port, int type);
/* False: not yet.  True: *ret is the list, or NULL with `why`; it lives as long as the lookup. */
bool lookup_done(struct lookup *l, const struct addrinfo **ret, struct error *why);
/* Also while it is under way: the thread then ends by itself.  NULL: nothing. */
void lookup_free(struct lookup *l);

#endif
