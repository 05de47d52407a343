/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A time of the day in ruptured.yaml: "07:30", local.
 */
#ifndef RUPTURED_APP_CONFIG_TIME_H
#define RUPTURED_APP_CONFIG_TIME_H

#include "core/shape.h"

extern const struct shape config_time_shape;
/* Into an int, the minute of the day. */
void config_read_time(struct reader *r, const struct doc *v, void *into, const struct field *f);

#endif
