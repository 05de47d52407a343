/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What clinic.c and its helpers share among themselves; nobody else includes this.
 */
#ifndef RUPTURED_APP_CLINIC_PARTS_H
#define RUPTURED_APP_CLINIC_PARTS_H

#include "app/clinic.h"

/* The week of the period it falls into; may be negative, or behind the last. */
int64_t clinic_week_of(const struct clinic *c, int64_t at);

/* ---- clinic_rules.c ---- */
void clinic_begin_rules(struct clinic *c);
void clinic_count_rule(struct clinic *c, const struct clinic_alert *alert);
/* A judge_trace's; user: the clinic. */
void clinic_count_verdict(void *user, const struct verdict *v);
/* Through the routes that have a budget. */
void clinic_count_messages(struct clinic *c, struct arena *scratch, const struct history *history);

/* ---- clinic_sites.c ---- */
int clinic_begin_sites(struct clinic *c, struct store *st, struct error *e);
void clinic_count_site(struct clinic *c, const struct clinic_row *row);

#endif
