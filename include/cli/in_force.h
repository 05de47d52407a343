/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which rules the engine judges by, as its store tells: not always those on disk.
 */
#ifndef RUPTURED_CLI_IN_FORCE_H
#define RUPTURED_CLI_IN_FORCE_H

#include "app/config.h"
#include "app/ruledir.h"

/* The hash of the set that all cases were last judged by; absent when the store cannot be read or has none.  In a. */
struct str in_force_hash(struct arena *a, const struct config *config);
/* The last good set, kept by the engine; NULL when there is none to be had. */
struct ruleset *in_force_last_good(const struct config *config);

#endif
