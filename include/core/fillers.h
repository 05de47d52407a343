/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fillers: what people say while they look for the next word.
 *
 * They are words like any other until a phrase does not expect them: then a matcher steps over them.
 */
#ifndef RUPTURED_CORE_FILLERS_H
#define RUPTURED_CORE_FILLERS_H

#include "core/words.h"

/* Sets `filler` in each word that is one, given its neighbours. */
void fillers_mark(struct words_list *words);

#endif
