/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An alert as a sink gets it: one flat object, cut to the sink's privacy level.
 *
 * There is no field for session text, a name or a file: a log line cannot leak what the struct cannot hold.
 */
#ifndef RUPTURED_CORE_ALERT_H
#define RUPTURED_CORE_ALERT_H

#include "core/announce.h"
#include "core/json.h"

#define ALERT_MAX_TURNS 20

enum privacy { PRIVACY_BARE, PRIVACY_TOKENS, PRIVACY_ADVICE, PRIVACY_NUMBERS };
extern const struct words privacy_words;

struct alert_number {
	struct str signal;
	double value, baseline;
	uint32_t turns[ALERT_MAX_TURNS]; /* 0-based */
	size_t n_turns; /* turns past the twentieth are left out */
};

struct alert {
	struct str key, id;   /* of the announcement, of the incident */
	struct str state;
	struct str severity;
	struct str rule, rule_version, rules_hash;
	struct str case_token, member, other; /* tokens */
	int64_t session;      /* ordinal of the session of the last change */
	struct str route;
	bool escalated;	  /* nobody acknowledged it in time: told again, to others */
	bool reminder;	  /* told again as somebody asked */
	bool to_fallback; /* the sink it was meant for was given up */
	struct str say, next_step;
	struct alert_number *evidence;
	size_t n_evidence;
};

/* What an announcement says, but for its route: the rule's words with what became of the incident before them; no next
 * step where nothing is to be done.  `rules`: those it was judged by; borrows from told and rules. */
void alert_make(struct arena *a, const struct announcement *announcement, const struct told *told,
		const struct ruleset *rules, struct str case_token, struct alert *ret);
/* "open" ... "closed", "retracted". */
const char *alert_state_word(int state);
/* `say` with {member}, {other}, {case}, {session} and {rule} filled in; any other brace stays as it is. */
struct str alert_say(struct arena *a, struct str text, const struct alert *alert);

/* Every key with the least level that carries it; a word is text or a whole number, and may stand in a template. */
struct alert_key {
	const char *key;
	enum privacy level;
	bool word;
	size_t text; /* a text at this place of the alert, or what `write` writes */
	void (*write)(struct json *j, const struct alert *alert);
};
extern const struct alert_key alert_keys[];
extern const size_t alert_keys_n;
/* One JSON object of what this level carries, and of the marks above those that are set; ends without a newline. */
void alert_json(const struct alert *alert, enum privacy level, struct json *j);

#endif
