/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sockets of log daemons on this machine (/dev/log, the journal's): somebody who hangs must hold up nobody.
 */
#ifndef RUPTURED_IO_LOCAL_SOCKET_H
#define RUPTURED_IO_LOCAL_SOCKET_H

#include "base/error.h"
#include "base/str.h"

/* Somebody listens at the socket and takes one more message without making us wait.  It may be a stream. */
int local_socket_probe(const char *path, struct error *why);
/* One datagram, whole or not at all, without waiting. */
int local_socket_send(const char *path, struct str message, struct error *why);

#endif
