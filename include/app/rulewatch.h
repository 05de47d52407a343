/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Wake-ups from rule files (io/watch.h), for the engine and for who writes rules.
 *
 * A file is watched by the directory it is in: one that is saved by rename is a new one each time.
 */
#ifndef RUPTURED_APP_RULEWATCH_H
#define RUPTURED_APP_RULEWATCH_H

#include "base/error.h"
#include "core/fields.h"

#define RULEWATCH_SETTLE_MS 500 /* after the last change: editors save in several steps */

struct rulewatch {
	struct arena arena;
	struct strs watched; /* directories */
};

/* The directory of a file; one that is not there is passed over. */
int rulewatch_above(struct rulewatch *w, const char *path, struct error *e);
/* A *.yaml file's directory; or a directory and all below it that hold *.yaml files.  May be called again when there are
 * more of them. */
int rulewatch_add(struct rulewatch *w, const char *path, struct error *e);
void rulewatch_release(struct rulewatch *w); /* the watches stay */

#endif
