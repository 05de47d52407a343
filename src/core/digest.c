/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/digest.h"

#include <sodium/crypto_auth_hmacsha256.h>
#include <sodium/crypto_generichash.h>

static struct str hex_of(struct arena *a, const unsigned char *hash, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	char *hex = arena_alloc(a, 2 * n + 1, 1);

	for (size_t i = 0; i < n; i++) {
		hex[2 * i] = digits[hash[i] >> 4];
		hex[2 * i + 1] = digits[hash[i] & 15];
	}
	return (struct str){ hex, 2 * n };
}

struct str digest_hex(struct arena *a, const struct digest_key *key, struct str bytes)
{
	unsigned char hash[DIGEST_HEX / 2];

	crypto_generichash(hash, sizeof hash, (const unsigned char *)bytes.p, bytes.n, key ? key->bytes : NULL,
			   key ? sizeof key->bytes : 0);
	return hex_of(a, hash, sizeof hash);
}

struct str digest_hmac_sha256(struct arena *a, struct str secret, struct str bytes)
{
	unsigned char hash[crypto_auth_hmacsha256_BYTES];
	crypto_auth_hmacsha256_state state;

	crypto_auth_hmacsha256_init(&state, (const unsigned char *)secret.p, secret.n);
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)bytes.p, bytes.n);
	crypto_auth_hmacsha256_final(&state, hash);
	return hex_of(a, hash, sizeof hash);
}
