/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Waiting for rule files to be saved, and for the end (Ctrl-C, SIGTERM, nobody reads the output any more) or another size
 * of the window.
 *
 * A save is a change of what the *.yaml files say, however the editor writes: swap and backup files are none, and the
 * steps of one save are taken together.  What is not seen at once (a network's directory) is seen two seconds later.
 */
#ifndef RUPTURED_CLI_WATCHING_H
#define RUPTURED_CLI_WATCHING_H

#include "app/rulewatch.h"
#include "base/buf.h"

enum watching_event { WATCHING_SAVED, WATCHING_RESIZED, WATCHING_ENDED };

struct watching {
	const struct strs *paths;
	struct rulewatch files;
	uint32_t holders; /* of those watched: that hold a path and no rules, by bit */
	struct buf seen; /* what the files said when it was last told that they were saved */
	struct strs changed; /* files that then said something else than before, or were gone; in `arena` */
	struct arena arena;
	int signals;
	bool ended, resized;
	bool again; /* work was given up: it is wanted, whatever the files say by then */
};

/* One a process (io/watch.h).  paths live as long as it does. */
int watching_open(struct watching *w, const struct strs *paths, struct error *e);
void watching_close(struct watching *w);
/* Saved since the last time, and at rest.  The first time at once. */
enum watching_event watching_wait(struct watching *w);
/* Whether work on what was last seen is not wanted any more; returns at once. */
bool watching_over(struct watching *w);

#endif
