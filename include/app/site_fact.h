/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the judge, who knows no arrivals, is told of the case's site.
 */
#ifndef RUPTURED_APP_SITE_FACT_H
#define RUPTURED_APP_SITE_FACT_H

#include "app/config.h"
#include "io/store.h"

/* Fills in from when on the history's site is silent; left as it is where no records are expected of it. */
int site_fact(struct store *st, struct arena *a, const struct config *config, struct history *history, struct error *e);

#endif
