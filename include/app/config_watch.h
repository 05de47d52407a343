/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of ruptured.yaml about what should happen by itself: records of each site, a daily heartbeat.  Only config.c
 * calls it.
 */
#ifndef RUPTURED_APP_CONFIG_WATCH_H
#define RUPTURED_APP_CONFIG_WATCH_H

#include "app/config.h"

/* Into an int, the minute of the day; "no" is -1. */
void config_read_heartbeat(struct reader *r, const struct doc *v, void *into, const struct field *f);
/* `sites` as written, or NULL, into c->sites. */
void config_sites_read(struct reader *r, struct config *c, const struct doc *sites);

#endif
