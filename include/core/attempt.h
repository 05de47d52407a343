/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attempts at a repair that one session shows: a coder's 3RS resolution, or the therapist's own words.
 */
#ifndef RUPTURED_CORE_ATTEMPT_H
#define RUPTURED_CORE_ATTEMPT_H

#include "core/signal.h"

/* By roster index. */
struct attempts {
	/* The last therapist turn to them (`to`) or of theirs (`by`) that weighs 2 by the lexicon `repair`; -1: none.
	 */
	int64_t to[HISTORY_MAX_MEMBERS], by[HISTORY_MAX_MEMBERS];
	bool coded[HISTORY_MAX_MEMBERS]; /* a resolution about them */
	bool coded_case;		 /* or about nobody in particular */
};

void attempts_find(const struct session *session, struct attempts *ret);
/*
 * Whether there was one for this subject.  Words count only after turn `after` (-1: anywhere): those that came before
 * the rupture do not repair it.  For a pair either of the two; for the case anybody; for a therapist his or her own
 * words.
 */
bool attempts_for(const struct attempts *attempts, struct subject subject, enum per per, int64_t after);

#endif
