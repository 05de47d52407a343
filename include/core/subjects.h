/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whom rules are about: the case, each member, each therapist, each ordered pair of members.
 */
#ifndef RUPTURED_CORE_SUBJECTS_H
#define RUPTURED_CORE_SUBJECTS_H

#include "core/signal.h"

#define PERS (PER_THERAPIST + 1)

typedef VEC(struct subject) subject_list;

/* Those of each kind, in roster order.  roles: by roster index, an enum role or -1: not here. */
void subjects_list(struct arena *a, const int *roles, size_t n, subject_list ret[PERS]);

/* A dense number for a subject of this kind, among `n` people: below subject_slots. */
size_t subject_slot(enum per per, struct subject subject, size_t n);
size_t subject_slots(enum per per, size_t n);

/* Whether the subject came: both of a pair; for the case, whether anybody did. */
enum truth subject_attended(const struct session *session, struct subject subject);

#endif
