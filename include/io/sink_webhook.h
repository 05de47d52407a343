/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The webhook sink, for its tests: the payload as it is, by POST.
 *
 *	Content-Type: application/json
 *	Idempotency-Key: <the parcel's key: the same at every try>
 *	X-Ruptured-Timestamp: <seconds since the epoch, of this try>
 *	X-Ruptured-Signature: sha256=<hex of HMAC-SHA-256(secret, timestamp "." body)>
 *
 * The last two only with a secret.  A receiver checks the signature over the bytes it got, refuses old time stamps, and
 * takes what it knows by its key with 200.
 */
#ifndef RUPTURED_IO_SINK_WEBHOOK_H
#define RUPTURED_IO_SINK_WEBHOOK_H

#include "io/remote.h"

struct webhook_settings {
	struct str url, secret_file, ca; /* absent where not given, save the url */
	int64_t timeout_ms;
};

/* The request for this parcel, in a; secret absent: not signed. */
void webhook_request(struct arena *a, const struct webhook_settings *s, const struct parcel *parcel, struct str secret,
		     int64_t now, struct transfer_request *ret);

#endif
