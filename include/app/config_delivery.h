/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of ruptured.yaml about who is told: sinks and fallback (config_delivery.c), routes and supervisors
 * (config_routes.c).  Only config.c calls it.
 */
#ifndef RUPTURED_APP_CONFIG_DELIVERY_H
#define RUPTURED_APP_CONFIG_DELIVERY_H

#include "app/config.h"

/* As written; each may be NULL: absent. */
struct delivery_said {
	const struct doc *sinks, *routes, *supervisors, *fallback;
};

/* Into c->sinks and c->routes, defaults for what is absent, with all faults. */
void config_delivery_read(struct reader *r, struct config *c, const struct delivery_said *said);

/* ---- what the two files share ---- */

/* Once the sinks are read: into c->routes, but for the fallback. */
void config_routes_read(struct reader *r, struct config *c, const struct delivery_said *said);

#define CONFIG_NAME_HINT "use small letters, digits, \"-\", \"_\" and \".\", a letter first, at most 32"
bool config_name_ok(struct str name);
void config_unknown_sink(struct reader *r, const struct config *c, const struct doc *at, struct str name);

/* One step down the document, for the path of a fault. */
static inline void config_enter(struct reader *r, struct path *p, const char *key, size_t index)
{
	*p = (struct path){ .outer = r->path, .key = key, .index = index };
	r->path = p;
}

static inline void config_leave(struct reader *r, const struct path *p)
{
	r->path = p->outer;
}

#endif
