/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine's alerts about itself.  Some are said once; a trouble lasts: it is told when it begins and, to those who
 * heard of it, when it is over.  The routes see the rule's id, as of any alert.
 */
#ifndef RUPTURED_APP_TROUBLES_H
#define RUPTURED_APP_TROUBLES_H

#include "app/engine_parts.h"

struct trouble {
	const char *rule; /* "engine.site_silent" */
	struct str about; /* which one */
	enum severity severity;
	struct str say, say_over;
	struct str site;    /* for the routes, or absent */
	struct str without; /* a sink that is not to get it, or absent */
};

/* All inside a transaction.  Does nothing when it is so already, or is not so: it survives restarts. */
int trouble_begin(struct engine *en, struct arena *a, const struct trouble *c, int64_t since, struct error *e);
int trouble_end(struct engine *en, struct arena *a, const struct trouble *c, struct error *e);
/* Ended without a word. */
int trouble_forget(struct engine *en, struct arena *a, const struct trouble *c, struct error *e);

#endif
