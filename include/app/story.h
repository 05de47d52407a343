/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the alert policy made of one incident: what was sent to whom and how that went, what waits and until when, what
 * kept it back.  Read from what the engine wrote down; nothing is decided a second time.
 */
#ifndef RUPTURED_APP_STORY_H
#define RUPTURED_APP_STORY_H

#include "app/config.h"
#include "core/rules.h"
#include "io/outbox.h"
#include "io/store_acts.h"
#include "io/store_sent.h"

/* A message to a sink that told of it. */
struct story_message {
	struct sent_row sent;
	struct str state, severity; /* as it was told; state absent where the sink is told less */
	bool escalated, reminder, to_fallback;
	struct str group;     /* "case", "route", "digest"; absent: it went alone */
	bool in_hand;	      /* the courier has it, and this is how it goes there: */
	struct letter letter;
};
/* What waits to become a part of one. */
struct story_wait {
	struct held_row held;
	bool over_budget; /* it is in the digest because of the budget alone */
	int64_t budget;	  /* of the route in the configuration, messages a week */
};
struct story {
	struct stored_alert alert;
	const struct rule *rule; /* in force, or NULL */
	VEC(struct story_message) messages;
	VEC(struct story_wait) waits;
	struct strs heard_by; /* sinks that were ever sent anything of it */
	bool covered; /* a silence of somebody covers it now: */
	struct silence silence;
	struct silence kept_back_by; /* the one that kept something back; number 0: none did */
};

/* `outbox` NULL: courier.db cannot be read; what is on its way then stays without a word of how it goes there. */
int story_read(struct arena *a, struct store *st, struct outbox *outbox, const struct config *config,
	       const struct ruleset *rules, const struct stored_alert *alert, int64_t now, struct story *ret,
	       struct error *e);

#endif
