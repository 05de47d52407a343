/*
 * An alert as a sink gets it: one flat object, cut to the sink's privacy level.
 *
 * There is no field for session text, a name or a file: a log line cannot leak what the struct cannot hold.
 */
#ifndef RUPTURED_CORE_ALERT_H
#define RUPTURED_CORE_ALERT_H

#include "core/announce.h"
#include "core/json.h"

enum privacy { PRIVACY_BARE, PRIVACY_TOKENS, PRIVACY_ADVICE, PRIVACY_NUMBERS };
extern const struct words privacy_words;

struct alert_number {
	struct str signal;
	double value, baseline;
	uint32_t turns[20]; /* 0-based */
	size_t n_turns;
};

struct alert {
	struct str key, id;   /* of the announcement, of the incident */
	struct str state;
	struct str severity;
	struct str rule, rule_version, rules_hash;
	struct str case_token, member, other; /* tokens */
	int64_t session;      /* ordinal */
	struct str route;
	struct str say, next_step;
	struct alert_number *evidence;
	size_t n_evidence;
};

/* `say` with {member}, {other}, {case} and {session} filled in. */
struct str alert_say(struct arena *a, struct str text, const struct alert *alert);
/* One JSON object of what this level carries; ends without a newline. */
void alert_json(const struct alert *alert, enum privacy level, struct json *j);

#endif
