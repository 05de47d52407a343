/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hashes, as hexadecimal text: BLAKE2b for ourselves, HMAC-SHA-256 for others; through libsodium, which appears only here.
 */
#ifndef RUPTURED_CORE_DIGEST_H
#define RUPTURED_CORE_DIGEST_H

#include "base/arena.h"

#define DIGEST_HEX 32 /* characters of digest_hex: 128 bits */

struct digest_key {
	unsigned char bytes[32];
};

/* 128 bits of `bytes` as 32 hexadecimal digits, in a.  key NULL: unkeyed. */
struct str digest_hex(struct arena *a, const struct digest_key *key, struct str bytes);

/* HMAC-SHA-256 (RFC 2104) of `bytes`, as 64 hexadecimal digits, in a.  The secret may have any length. */
struct str digest_hmac_sha256(struct arena *a, struct str secret, struct str bytes);

#endif
