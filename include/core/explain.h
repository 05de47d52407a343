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

/* Only one rule and subject (tokens); all absent: everything. */
struct explain_about {
	struct str rule, member, other;
};

struct explanation {
	struct explain_about about; /* for the caller to set */
	struct arena *arena;
	const struct history *history;
	const struct ruleset *rules;
	const struct judgement *judgement;
	VEC(struct explained) all; /* in the order judged */
};

/* How a member is shown; NULL: no name (the case). */
typedef struct str (*member_namer)(const struct roster *roster, int member);
struct str member_token(const struct roster *roster, int member);
struct str member_local(const struct roster *roster, int member);

struct explanation *explain(struct arena *a, const struct history *history, const struct ruleset *rules, int64_t as_of);
/* The same for whoever calls judge() anyway: its trace goes into that call, and the explanation is whole when `judgement`
 * is what came of it. */
struct explanation *explain_begin(struct arena *a, const struct history *history, const struct ruleset *rules);
struct judge_trace explain_trace(struct explanation *x);

/* The members `signals`, `verdicts` and `alerts` of one session, into the JSON map that is open. */
void explain_json(const struct explanation *x, size_t session, member_namer name, struct json *j);
/* These in a map of their own, behind `case` and `session`. */
void explain_session_json(const struct explanation *x, size_t session, struct str case_name, member_namer name,
			  struct json *j);

enum explain_detail { EXPLAIN_TRUE, EXPLAIN_ALL };
/* The session in words, for a terminal: what fired and why; with EXPLAIN_ALL every rule that stayed quiet too.  Nothing
 * is written of a session in which nothing happened to what the explanation is `about`. */
void explain_text(const struct explanation *x, size_t session, member_namer name, enum explain_detail detail,
		  struct buf *out);
/* What one rule found at one moment, true or not, about each it is judged for. */
void explain_rule_text(const struct explanation *x, size_t rule, int64_t at, member_namer name, struct buf *out);

#endif
