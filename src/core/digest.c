/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/digest.h"

#include <sodium/crypto_generichash.h>

struct str digest_hex(struct arena *a, const struct digest_key *key, struct str bytes)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char hash[DIGEST_HEX / 2];
	char *hex = arena_alloc(a, DIGEST_HEX + 1, 1);

	crypto_generichash(hash, sizeof hash, (const unsigned char *)bytes.p, bytes.n, key ? key->bytes : NULL,
			   key ? sizeof key->bytes : 0);
	for (size_t i = 0; i < sizeof hash; i++) {
		hex[2 * i] = digits[hash[i] >> 4];
		hex[2 * i + 1] = digits[hash[i] & 15];
	}
	return (struct str){ hex, DIGEST_HEX };
}
