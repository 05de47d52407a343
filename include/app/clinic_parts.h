/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What clinic.c and its helpers share among themselves; nobody else includes this.
 */
#ifndef RUPTURED_APP_CLINIC_PARTS_H
#define RUPTURED_APP_CLINIC_PARTS_H

#include "app/clinic.h"
#include "app/forecast.h"

/* The week of the period it falls into; may be negative, or behind the last. */
int64_t clinic_week_of(const struct clinic *c, int64_t at);

/* ---- clinic_rules.c ---- */
void clinic_begin_rules(struct clinic *c);
void clinic_count_rule(struct clinic *c, const struct clinic_alert *alert);
/* A judge_trace's; user: the clinic. */
void clinic_count_verdict(void *user, const struct verdict *v);

/* ---- clinic_budgets.c: needed only where a route has one ---- */
struct clinic_budgets {
	struct forecast *forecast;
	struct forecast_writer *writer;
};
int clinic_begin_budgets(struct clinic *c, struct clinic_budgets *b, struct error *e);
int clinic_count_budgets(struct clinic *c, struct clinic_budgets *b, struct arena *scratch,
			 const struct history *history, struct error *e);
/* After the last case. */
int clinic_settle_budgets(struct clinic *c, struct clinic_budgets *b, struct error *e);
void clinic_end_budgets(struct clinic_budgets *b);

/* ---- clinic_sites.c ---- */
int clinic_begin_sites(struct clinic *c, struct store *st, struct error *e);
void clinic_count_site(struct clinic *c, const struct clinic_row *row);

#endif
