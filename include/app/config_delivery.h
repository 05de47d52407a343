/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of ruptured.yaml about who is told: sinks, routes, fallback.  Only config.c calls it.
 */
#ifndef RUPTURED_APP_CONFIG_DELIVERY_H
#define RUPTURED_APP_CONFIG_DELIVERY_H

#include "app/config.h"

/* As written; each may be NULL: absent. */
struct delivery_said {
	const struct doc *sinks, *routes, *fallback;
};

/* Into c->sinks and c->routes, defaults for what is absent, with all faults. */
void config_delivery_read(struct reader *r, struct config *c, const struct delivery_said *said);

#endif
