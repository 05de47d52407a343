/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A case's past written as a test of rules (core/scenario.h), under other names and dates, to build on and to share.
 *
 * Written is what the rules can see, and no more: people become t1, m1, o1 by their roles, an age one that stands for its
 * band, sites site1, site2; the first session is on SCENARIO_FIRST_S, and every interval stays what it is.  Of what was
 * said there are words and hits, as in the skeleton; record ids, person ids and texts have no place.
 */
#ifndef RUPTURED_CORE_SCENARIO_WRITE_H
#define RUPTURED_CORE_SCENARIO_WRITE_H

#include "core/scenario.h"

/* The age that stands for all of its band: below 6, 6 to 12, 13 to 15, 16 and 17, adults.  NAN stays. */
double scenario_age(double age);

struct scenario_writing {
	struct arena *arena;
	const struct history *history; /* at least one session */
	const struct ruleset *rules;
	int64_t as_of;
	struct str *names; /* by roster index; absent: somebody who is in none of the sessions */
	struct strs notes; /* what a test cannot say, a line each */
};

void scenario_writing_init(struct scenario_writing *w, struct arena *a, const struct history *history,
			   const struct ruleset *rules, int64_t as_of);
/* False, with a note that says why, when a test has no room for so much. */
bool scenario_writing_fits(struct scenario_writing *w);
/* The keys of a test but `name`, `rule`, `expect` and `then`: lines indented by four. */
void scenario_write_case(struct scenario_writing *w, struct buf *out);
/* `expect` and `then` of what the rule found in that history. */
void scenario_write_found(struct scenario_writing *w, const struct scenario_result *r, struct buf *out);

/* A line for the notes, once. */
void scenario_note(struct scenario_writing *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
