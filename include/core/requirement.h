/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `requires`: what a session must have before the rule knows anything of it.
 *
 * For rules whose signals could be true of what is there while the rule as a whole needs more.
 */
#ifndef RUPTURED_CORE_REQUIREMENT_H
#define RUPTURED_CORE_REQUIREMENT_H

#include "core/rules.h"

extern const struct words requirement_words; /* transcript codes scores */
/* What the session lacks of it, in words that are static; NULL: nothing.  Scores are those of, or about, the subject. */
const char *requirements_lack(const struct strs *requires, const struct session *session, struct subject subject);

#endif
