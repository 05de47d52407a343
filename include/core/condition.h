/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Conditions over named signals: "(below_own and big_fall) or off_chart", "2 of (a, b, c)", "any of sting*".
 *
 *	condition = all { "or" all }            loosest
 *	all       = term { "and" term }
 *	term      = "not" term | "(" condition ")" | amount "of" names | NAME
 *	amount    = a whole number | "any" (1) | "all"
 *	names     = NAME or PATTERN* | "(" those, with commas ")"
 *
 * Kleene's three-valued logic; `n of (...)` is true if at least n are true, false if true + unknown < n.
 */
#ifndef RUPTURED_CORE_CONDITION_H
#define RUPTURED_CORE_CONDITION_H

#include "core/signal.h"

#define CONDITION_MAX_DEPTH 64	 /* parentheses and nots inside each other */
#define CONDITION_MAX_BYTES 4096 /* of the text */

enum condition_op { CONDITION_SIGNAL, CONDITION_NOT, CONDITION_AND, CONDITION_OR, CONDITION_N_OF };

struct condition {
	enum condition_op op;
	size_t signal; /* of the rule's */
	int at_least;  /* N_OF */
	const struct condition **args;
	size_t n;
};

/* Words of a scalar; names are looked up among `signals`.  NULL with faults at the exact word (code "condition",
 * "unknown-signal").  An item of `signals` that is not well read may be there with nothing but its name. */
const struct condition *condition_read(struct reader *r, const struct doc *scalar, struct signal *const *signals,
				       size_t n);
/* truths[i] is the truth of the rule's signal i. */
enum truth condition_evaluate(const struct condition *c, const enum truth *truths);
/* Whether it can still come out as `want`, true or false, when only the truths of the signals in `known` are known. */
bool condition_may_be(const struct condition *c, enum truth want, const enum truth *truths, uint64_t known);
/* Bit i: the rule's signal i appears. */
uint64_t condition_signals(const struct condition *c);
/* Bit i: signal i is true in a part of the condition that is true: "b" in "a or (b and c)" only beside c.  What stands
 * under `not` makes nothing true.  0 when the whole is not true. */
uint64_t condition_witnesses(const struct condition *c, const enum truth *truths);
/* Whether the text of a condition speaks of `name`, by itself or by a pattern: before there are signals to look up. */
bool condition_mentions(struct str text, struct str name);
/* Words that no signal can be named by. */
bool condition_reserved(struct str name);

#endif
