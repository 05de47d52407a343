/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules that the engine has in force, for who is not the engine: it keeps the sources of the last good set in the
 * store.
 */
#ifndef RUPTURED_APP_IN_FORCE_H
#define RUPTURED_APP_IN_FORCE_H

#include "app/ruledir.h"
#include "io/store.h"

#define FACT_GOOD_RULES	 "rules.good"	/* the last good set's sources, packed */
#define FACT_JUDGED_HASH "rules.judged" /* the hash of the set that every case was last judged by */

/* In a; none (n 0) when no engine has run on this store yet. */
int in_force_read(struct store *st, struct arena *a, struct rule_sources *ret, struct error *e);

#endif
