/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rule files that somebody works on, laid beside those in force as if they were put there.
 */
#ifndef RUPTURED_APP_RULELAY_H
#define RUPTURED_APP_RULELAY_H

#include "app/ruledir.h"

struct rulelay {
	struct rule_sources sources; /* all: first what stays of the base, then one's own */
	struct strs own;	     /* the files of one's own */
	size_t replaced;	     /* files of the base that one's own stand for */
};

/*
 * A file of the base that is one of one's own, by whatever path, is there once.  by_name: neither does one stay that one's
 * own has the name of, below the path given: a copy of the directory in force stands for it, file by file.  In a.
 */
int rulelay_read(struct arena *a, const struct strs *base, const struct strs *own, bool by_name, struct rulelay *ret,
		 struct error *e);

#endif
