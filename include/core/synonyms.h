/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Words that people write for those the formats know.
 */
#ifndef RUPTURED_CORE_SYNONYMS_H
#define RUPTURED_CORE_SYNONYMS_H

#include "base/str.h"

/* Which of the candidates the word stands for; NULL when none. */
const char *synonym_of(struct str word, const char *const *candidates, size_t n);

#endif
