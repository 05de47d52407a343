/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where an alert comes from: the site and the therapists by which routes choose.
 */
#ifndef RUPTURED_CORE_ORIGIN_H
#define RUPTURED_CORE_ORIGIN_H

#include "core/dispatch.h"

/* Site and therapists of the session with this ordinal, of the last one when there is none; into facts, in a. */
void origin_find(struct arena *a, const struct history *history, size_t ordinal, struct dispatch_facts *facts);

#endif
