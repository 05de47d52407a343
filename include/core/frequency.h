/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How common a word is in spoken English, roughly: enough to choose the rarest word of a phrase.
 */
#ifndef RUPTURED_CORE_FREQUENCY_H
#define RUPTURED_CORE_FREQUENCY_H

#include "base/str.h"

#define FREQUENCY_RARE 1     /* of a word that is not in the table */

/* Times in 10,000 words of conversation, of a folded word. */
unsigned frequency_of(struct str folded);

#endif
