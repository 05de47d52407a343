/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explain: why an alert came and why none did, from the very verdicts the judge gave.
 *
 * There is no second evaluator: explain() runs judge() with a trace and keeps what it says.  Rendering shows members as
 * the caller names them (tokens from the store, the record's own ids from files).
 */
#ifndef RUPTURED_CORE_EXPLAIN_H
#define RUPTURED_CORE_EXPLAIN_H

#include "core/json.h"
#include "core/judge.h"

struct explained {
	struct verdict verdict; /* readings in the explanation's arena */
	const struct rule *rule;
};

/* Words of a turn of evidence, for who asked for them. */
struct explained_words {
	size_t ordinal; /* of the session */
	uint32_t turn;
	double at;	     /* s from the session's start, NAN */
	struct str from, to; /* tokens; to absent: not known */
	struct str text;     /* nothing in it controls a terminal */
};

/* Only one rule (`*` for any characters) and subject (tokens; both absent: the case) or, with `anybody`, each that it
 * is judged for; rule absent: everything. */
struct explain_about {
	struct str rule, member, other;
	bool anybody;
};

struct explanation {
	struct explain_about about;	   /* for the caller to set */
	VEC(struct explained_words) words; /* likewise; none: no words are shown */
	size_t width;			   /* likewise: columns of a line of text; 0: WRAP_WIDTH */
	struct arena *arena;
	const struct history *history;
	const struct ruleset *rules;
	const struct judgement *judgement; /* whose incidents are shown as alerts */
	VEC(struct explained) all;	   /* in the order judged */
};

/* How a member is shown; NULL: no name (the case). */
typedef struct str (*member_namer)(const struct roster *roster, int member);
struct str member_token(const struct roster *roster, int member);
struct str member_local(const struct roster *roster, int member);

struct explanation *explain(struct arena *a, const struct history *history, const struct ruleset *rules, int64_t as_of);

/* The members `signals`, `verdicts` and `alerts` of one session, into the JSON map that is open. */
void explain_json(const struct explanation *x, size_t session, member_namer name, struct json *j);
/* These in a map of their own, behind `case` and `session`; with `said` where there are words to show. */
void explain_session_json(const struct explanation *x, size_t session, struct str case_name, member_namer name,
			  struct json *j);

enum explain_detail { EXPLAIN_TRUE, EXPLAIN_ALL };
/* The session in words, for a terminal: what fired and why; with EXPLAIN_ALL every rule that stayed quiet too.  Nothing
 * is written of a session in which nothing happened to what the explanation is `about`.  A condition of several signals
 * is drawn below them as it was decided. */
void explain_text(const struct explanation *x, size_t session, member_namer name, enum explain_detail detail,
		  struct buf *out);
/* Calls `evidence` for every turn that stands behind what explain_text() shows of the session. */
void explain_turns(const struct explanation *x, size_t session, enum explain_detail detail,
		   void (*evidence)(void *user, const struct evidence *e), void *user);
/* What one rule found at one moment, true or not, about each it is judged for. */
void explain_rule_text(const struct explanation *x, size_t rule, int64_t at, member_namer name, struct buf *out);

#endif
