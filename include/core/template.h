/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Words of the clinic's own around an alert: "{severity}: {rule} in case {case}".
 *
 * A {token} is a key of the payload and nothing else, so a template says no more than the sink's privacy level does.
 */
#ifndef RUPTURED_CORE_TEMPLATE_H
#define RUPTURED_CORE_TEMPLATE_H

#include "core/alert.h"
#include "core/payload.h"

/* When the configuration is read: the text under `key` of a sink's settings, if it is there, has no token that is unknown
 * or that this level does not carry. */
void template_check(struct reader *r, const struct doc *settings, const char *key, enum privacy level);
/* Each token replaced as payload_token() says; what is no token stays as it is. */
struct str template_fill(struct arena *a, struct str text, const struct payload *p);

#endif
