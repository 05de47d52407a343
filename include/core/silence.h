/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Silences: a person has said that of this case, this rule, or this rule in this case nothing is to be told for a time.
 *
 * Pure: whether a silence is over and what it covers.  That critical and safeguarding alerts are told all the same is
 * core/dispatch.h; keeping and ending silences is the store's.
 */
#ifndef RUPTURED_CORE_SILENCE_H
#define RUPTURED_CORE_SILENCE_H

#include "core/history.h"

struct silence {
	int64_t number;	       /* as people name it */
	struct str case_token; /* absent: any case */
	struct str rule;       /* an id or a pattern; absent: any rule */
	struct str member;     /* a token of the case; absent: anybody */
	int64_t until;	       /* the first moment at which it is over; DATE_NONE: at the next session of the case */
	int64_t made_at;
	struct str made_by, reason;
	int64_t ended_at; /* by a person or the next session; DATE_NONE */
	struct str ended_by;
};
typedef VEC(struct silence) silence_list;

/* What an alert is about; tokens. */
struct silence_subject {
	struct str case_token, rule, member, other;
	bool drops_out; /* its rule says that the case has ended in silence */
};

/* The next session of a case: whether it has one that started after `since`, whoever came to it.  One that starts more
 * than a day ahead of `now` is a mistyped date and no session yet. */
bool next_session_began(const struct history *history, int64_t since, int64_t now);

bool silence_is_over(const struct silence *s, int64_t now);

/* A silence of one member does not cover what is about two people: that is about the other one too.  One until the next
 * session does not cover that none will come, unless it names that very rule. */
bool silence_covers(const struct silence *s, const struct silence_subject *about, int64_t now);

/* The first that covers it, or NULL. */
const struct silence *silences_find(const silence_list *all, const struct silence_subject *about, int64_t now);

#endif
