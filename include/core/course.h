/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The course of each member of a case, for people to see: scores in the order of the sessions, each with what was usual
 * before it, and the incidents about the member.
 *
 * Pure.  Scores are found and held against the past by what the signals call (core/score.h, core/usual.h), with the
 * numbers of the rules in force; so what is drawn is what was judged.
 */
#ifndef RUPTURED_CORE_COURSE_H
#define RUPTURED_CORE_COURSE_H

#include "core/chart.h"

enum course_kind {
	COURSE_ALLIANCE, /* of a family named alliance..., or of what a rule in force holds against the member's own
			    past */
	COURSE_OUTCOME,	 /* of a family named outcome... */
	COURSE_NOTHING,	 /* the member never filled in anything of the first kind; no instrument, every value NAN */
};

/* Of one member and instrument, over the sessions in which the member was listed or gave a score. */
struct member_course {
	enum course_kind kind;
	int member; /* roster index */
	struct course course;
	struct attendance *came; /* one a point; status -1: no row of attendance says how */
	size_t scored, missed;	 /* points with a value; those at which the member did not come */
};
typedef VEC(struct member_course) course_list;

/* Of those who count as members in the case's last session, in roster order, alliance before outcome; in a, borrows
 * from the rest.  Rules under test have no bands.  until: the end of the axis. */
void courses_of(struct arena *a, const struct history *history, const struct ruleset *rules,
		const struct judgement *judgement, int64_t until, course_list *ret);

#endif
