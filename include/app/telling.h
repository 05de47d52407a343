/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is said of one case after it was judged, and to whom it is not: announcements, the silences people asked for, and
 * reminders that are due.  Part of case.c's transaction; nobody else calls it.
 */
#ifndef RUPTURED_APP_TELLING_H
#define RUPTURED_APP_TELLING_H

#include "app/engine_parts.h"

/* What an announcement is made of. */
struct telling {
	struct engine *en;
	struct arena *a;
	const struct stored_case *c;
	const struct history *history;
	const struct judgement *judgement;
	int64_t now;
};

/* Of a judging that may say something: marks in `told` what was kept back and counts what was told again, so it goes
 * before `told` is stored. */
int telling_run(struct telling *t, told_list *told, const announcement_list *list, struct error *e);

#endif
