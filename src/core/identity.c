/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/identity.h"

enum identity identity_of(const struct known_record *known, const struct record *record, struct str hash)
{
	if (known->revision && record->revision < known->revision)
		return IDENTITY_STALE;
	if (known->revision && record->revision == known->revision)
		return str_eq(known->hash, hash) ? IDENTITY_SAME : IDENTITY_CONFLICT;
	if (record->withdrawn)
		return IDENTITY_WITHDRAWS;
	return known->revision ? IDENTITY_REPLACES : IDENTITY_NEW;
}
