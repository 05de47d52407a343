/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an arriving record is, by its id, revision and content: the identity table of docs/ARCHITECTURE.md.
 */
#ifndef RUPTURED_CORE_IDENTITY_H
#define RUPTURED_CORE_IDENTITY_H

#include "core/record.h"

/* What is known of the id; revision 0: nothing. */
struct known_record {
	int64_t revision;
	struct str hash;    /* of the content of that revision */
	struct str case_id;
	bool withdrawn;
};

enum identity {
	IDENTITY_NEW,	   /* a part of its session, or a new session */
	IDENTITY_SAME,	   /* a no-op: processed/ */
	IDENTITY_CONFLICT, /* same revision, other content: rejected */
	IDENTITY_REPLACES, /* judged again, the other case too if it moved */
	IDENTITY_STALE,	   /* a lower revision: processed/, audited, no effect */
	/* The record leaves, its skeleton is erased.  Also of an id never seen: keep its revision, so that the record
	 * itself, when it comes late, is stale. */
	IDENTITY_WITHDRAWS,
};

enum identity identity_of(const struct known_record *known, const struct record *record, struct str hash);

#endif
