/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kinds of signals share among themselves; nobody else includes this.
 */
#ifndef RUPTURED_CORE_SIGNAL_INTERNAL_H
#define RUPTURED_CORE_SIGNAL_INTERNAL_H

#include "core/rules.h"

extern const struct signal_kind signal_turns, signal_score, signal_code, signal_attendance, signal_homework,
	signal_field, signal_report, signal_participant, signal_elapsed, signal_incident;

#define UNIT_BIT(u) (1u << (u))

/* Reading -------------------------------------------------------------------------------------------------------- */

/* "2 sessions", "10 minutes", "3": a number and the rest of the words. */
bool quantity_parse(struct str text, double *ret, struct str *ret_unit);
/* Reads a who word into *ret (an int), refusing people whom the rule's `per` does not have. */
void read_who(struct reader *r, const struct doc *v, void *into, const struct field *f);
/* A struct threshold; detail: a pointer to the unsigned set of units allowed. */
void read_threshold(struct reader *r, const struct doc *v, void *into, const struct field *f);
/* `value` under `key`, with the path kept; false when absent. */
bool read_key(struct reader *r, const struct doc *map, const char *key,
	      void (*read)(struct reader *r, const struct doc *v, void *into, const struct field *f), void *into,
	      const void *detail);
/* The name of the measure: kind->measures[s->measure].name is this. */
bool measure_is(const struct signal *s, const char *name);

/* Evaluating ----------------------------------------------------------------------------------------------------- */

struct measured no_measure(const char *why);
struct reading no_reading(const char *why);
/* Kleene's truth of something known to be so or not. */
enum truth truth_of(bool b);
enum truth truth_not(enum truth t);

/* The roster indices a who word stands for in this session; `self` is who `member` is.  At most HISTORY_MAX_MEMBERS. */
size_t people(const struct view *v, enum who word, int self, int ret[HISTORY_MAX_MEMBERS]);

/* Whether anybody came; no_data when somebody may have. */
enum truth was_held(const struct history *h, const struct session *session);

/* Why time alone tells nothing at this moment: the records of the case's site stay away.  In the view's arena; NULL:
 * they do not.  A session itself is always judged. */
const char *site_silence(const struct view *v);

static inline const struct session *view_session(const struct view *v)
{
	return &v->history->sessions[v->session];
}


bool signal_memo_get(const struct signal_memo *m, const struct signal *s, size_t session, int who, int other,
		     struct measured *ret);
void signal_memo_put(struct signal_memo *m, const struct signal *s, size_t session, int who, int other,
		     const struct measured *value);

double median(double *values, size_t n); /* sorts them */

#endif
