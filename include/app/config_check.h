/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a sound configuration names and is perhaps not there: rules, labels and sites that routes ask for, files that
 * sinks need.  Warnings, for --check and for the log at start; deliveries and routes do not depend on them.
 */
#ifndef RUPTURED_APP_CONFIG_CHECK_H
#define RUPTURED_APP_CONFIG_CHECK_H

#include "app/config.h"

/* Warnings as people are to see them into `out`; how many. */
size_t config_check_names(const struct config *c, const struct ruleset *rules, struct buf *out);
/* is_courier: this process delivers, so what it cannot read nobody will; else a file it may not look at is no matter,
 * and only what is missing for everybody is told. */
size_t config_check_files(const struct config *c, bool is_courier, struct buf *out);

#endif
