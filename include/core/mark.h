/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Marks: what people have said about the past, to hold a rule set against.
 *
 * Two sources.  A *verdict* was given on an alert that the daemon raised (useful, noise): it marks the incident, which is
 * known again by a record they share.  A *label* is about a session of a case (yes: an alert belongs here; no: none does),
 * from a file of the clinic's own:
 *
 *	case,session,label[,rule]		CSV with that head, in any order of the columns
 *	{"case": "K7Q2", "session": 9, "label": "yes", "rule": "drops.*"}	or an object a line
 */
#ifndef RUPTURED_CORE_MARK_H
#define RUPTURED_CORE_MARK_H

#include "core/retell.h"

struct mark {
	struct str case_name;  /* of a label */
	struct str rule;       /* an id or a pattern; absent: any */
	bool is_verdict, good; /* good: useful, yes */
	struct str member, other;     /* of a verdict */
	const struct strs *records;   /* of a verdict */
	int64_t session;	      /* of a label: the session's number, its ordinal where it has none */
};
typedef VEC(struct mark) mark_list;

/* Alerts that a mark speaks for or against, and marks that an alert meets. */
struct mark_counts {
	uint64_t right, wrong;		  /* alerts */
	uint64_t good, good_met;	  /* marks: all, and those that an alert meets */
	uint64_t bad, bad_met;
};

/* Labels from a file's text, sorted by case; NULL, or what is wrong with it and where ("line 3: ..."), in a. */
const char *labels_read(struct arena *a, struct str text, mark_list *ret);
/* Those of one case, from the sorted list: *ret_n of them from the one returned. */
const struct mark *labels_of(const mark_list *labels, struct str case_name, size_t *ret_n);

/* Adds what these marks say of the case's alerts; `only`: alerts and marks of this rule alone, absent: of all. */
void marks_count(const struct mark *marks, size_t n, const struct retelling *told, struct str only,
		 struct mark_counts *ret);

#endif
