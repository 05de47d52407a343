/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What scenario_write*.c share; for nobody else.
 */
#ifndef RUPTURED_CORE_SCENARIO_WRITE_PARTS_H
#define RUPTURED_CORE_SCENARIO_WRITE_PARTS_H

#include "core/scenario_write.h"

/* YAML: a word as it is, anything else in quotes; the shortest number that is read back as this one. */
void put_yaml_str(struct buf *out, struct str s);
void put_yaml_number(struct buf *out, double n);
/* "7 days", "90 minutes": what duration_parse reads back to the second. */
void put_yaml_span(struct buf *out, int64_t s);

/* Who that is in a part, by roster. */
static inline int scenario_who(const struct part *p, int participant)
{
	return participant < 0 ? -1 : p->member_of[participant];
}

/* scenario_write_series.c: rows that a list with a value a session can hold; the others stand in their session. */
bool scenario_in_series(const struct scenario_writing *w, const struct session *s, const struct part *p, size_t kind,
			const void *row);
enum { SERIES_SCORES, SERIES_HOMEWORK, SERIES_REPORTS };
void scenario_write_series(struct scenario_writing *w, struct buf *out);

/* scenario_write_session.c: `sessions`, nothing where nothing is to be said. */
void scenario_write_sessions(struct scenario_writing *w, int64_t every, struct buf *out);

#endif
