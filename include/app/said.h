/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of turns, from the records still in processed/: the one place beside extract() that sees a session's text.
 *
 * A record is found by its id and its keyed hash, so only the very content that is judged now is read: not an earlier
 * revision, not a file of the same name, nothing of a record that was withdrawn or whose transcript may not be used.
 */
#ifndef RUPTURED_APP_SAID_H
#define RUPTURED_APP_SAID_H

#include "app/config.h"
#include "core/explain.h"
#include "io/store.h"

struct said {
	VEC(struct explained_words) words; /* in the order they were asked for, each once */
	struct strs without; /* "session 5: its record is no longer in processed/", for people */
	struct strs sessions; /* "5", "8": of which there are words */
};

/* In a, which is to be wiped.  asked_for: a session of which it is to be said if its transcript was refused, or NULL. */
int said_read(struct arena *a, struct store *st, const struct config *config, const struct history *history,
	      const evidence_list *turns, const struct session *asked_for, struct said *ret, struct error *e);

#endif
