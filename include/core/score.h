/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A person's score in a session, as the signals of the kind `score` find it: for those who show a course.
 */
#ifndef RUPTURED_CORE_SCORE_H
#define RUPTURED_CORE_SCORE_H

#include "core/signal.h"

/* The total of `of`, an instrument or a family, that `who` (roster index) filled in at view->session; value NAN: none.
 */
struct measured score_measured(const struct view *v, struct str of, int who);
/* What a signal reads when it reads the total that a person filled in about themselves: an instrument or a family;
 * absent: it reads something else. */
struct str score_instrument(const struct signal *s);

#endif
