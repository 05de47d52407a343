/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TLS for a client over a socket that does not block.  GnuTLS appears only here.
 *
 * The other side is always verified: its certificate leads to a root of the system's, or of `ca` where that is given, and
 * names `host`, be that a name or an address.  There is no way to switch that off.
 */
#ifndef RUPTURED_IO_TLS_H
#define RUPTURED_IO_TLS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct tls;

enum tls_progress { TLS_DONE, TLS_WAIT, TLS_FAILED };

struct tls_trust {
	const char *ca;		/* a file of certificates (PEM) to trust in place of the system's, or NULL */
	const char *cert, *key; /* our own, for a server that asks for it (PEM), or NULL */
};

/* Over a connected socket, which stays the caller's.  The files are read now.  ERROR_AGAIN: somebody can mend it. */
int tls_open(int fd, const char *host, const struct tls_trust *trust, struct tls **ret, struct error *e);
enum tls_progress tls_handshake(struct tls *t, struct error *why);
/* Some of the n > 0 bytes; after TLS_WAIT again with the same ones.  *ret_n: how many were taken. */
enum tls_progress tls_write(struct tls *t, const void *bytes, size_t n, size_t *ret_n, struct error *why);
/* Reads away what the other side said; false when it ended the connection. */
bool tls_alive(struct tls *t);
/* Says goodbye, does not wait for an answer.  NULL: nothing. */
void tls_close(struct tls *t);

#endif
