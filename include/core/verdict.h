/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A verdict: one rule at one moment about one subject, from its signals to its severity.
 *
 * The severity has three steps: the ladder (first true line), the cap (a finding that only the transcript makes is
 * never above notice, save in safety rules: read from a transcript alone, withdrawal is weak, 3RS kappa .40), the raise
 * (several channels agree within some sessions).
 */
#ifndef RUPTURED_CORE_VERDICT_H
#define RUPTURED_CORE_VERDICT_H

#include "core/judge.h"

struct finding {
	size_t rule;
	struct subject subject;
	enum truth truth;
	enum severity severity;
	bool capped, raised;
	/* Sets of the rule's signals.  One that stands only under `not` speaks against the rule: it is in neither. */
	uint64_t true_signals, false_signals;
	unsigned channels; /* 1 << enum channel of those that make it true */
	struct reading *readings;
	const char *why;		  /* the rule as a whole knows nothing; else NULL.  In the view's arena */
	const struct exception *excepted; /* or NULL */
};

/* The signals that speak for the rule somewhere in its conditions. */
uint64_t rule_signals_for(const struct rule *rule);
/* Nothing is known, for the exception's reason.  Readings in view->arena. */
void rule_excepted(const struct rule *rule, const struct exception *exception, const struct view *view,
		   struct finding *ret);
/* Whether rule_find would find it true, or may: as few signals are looked at as that takes. */
bool rule_may_be_true(const struct rule *rule, const struct view *view);
/* Truth, ladder and cap; `speaks_for` is rule_signals_for(rule).  Readings in view->arena. */
void rule_find(const struct rule *rule, uint64_t speaks_for, const struct view *view, struct finding *ret);

/* The channels heard about one subject, session by session: what `raise` counts. */
struct heard {
	size_t session;
	bool attended;
	unsigned active, all; /* by active rules; by those under test too */
};
typedef VEC(struct heard) heard_list;

/* Only the signals that make a rule true are heard: "session 8 or later" is true of many clients and says nothing of a
 * rupture.  A finding of a strength is no rupture, and one at `info` too little of one: neither is noted.  Sessions come
 * in order. */
void heard_note(struct arena *a, heard_list *heard, size_t session, bool attended, const struct rule *rule,
		const struct finding *finding);
/* The present session is the last one noted.  What is at `info` stays there.  A rule under test counts others under test, an active one does not. */
void rule_raise(const struct rule *rule, const heard_list *heard, struct finding *finding);

#endif
