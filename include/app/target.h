/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a person means by a word: a case, a record (that is, its session), or an alert.
 *
 * A case: its token, the clinic's own id, or the first digits of the token.  A record: the clinic's id, or CASE/N, the
 * case's N-th session.  An alert: its id, its first digits, or the key of a message about it.  Ids of the clinic are found
 * whole only, so that nobody comes upon one.  A word that is several of these whole is refused, and so is one that is none
 * whole and the beginning of several; `case:`, `record:` or `alert:` before it tells them apart.
 */
#ifndef RUPTURED_APP_TARGET_H
#define RUPTURED_APP_TARGET_H

#include "io/store_acts.h"
#include "io/store_sent.h"

#define TARGET_PREFIX 4 /* the least beginning of a token or an alert's id */

enum target_kind { TARGET_CASE, TARGET_RECORD, TARGET_ALERT };
struct target {
	enum target_kind kind;
	struct str case_token; /* absent: of a record that was withdrawn */
	struct str record;     /* of a record by its id */
	int64_t session;       /* of one by CASE/N; 0 */
	struct strs alerts;    /* ids; a message may tell of several */
};

/* In a.  *ret_why: not found, in words for whoever asked (nothing of the clinic's own ids), else absent. */
int target_find(struct store *st, struct arena *a, bool tokens_as_given, struct str word, struct target *ret,
		struct str *ret_why, struct error *e);

#endif
