/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What came of a trial, for people and programs: a comparison of two rule sets, the curve of a threshold.
 */
#ifndef RUPTURED_CLI_TRIAL_REPORT_H
#define RUPTURED_CLI_TRIAL_REPORT_H

#include "app/backtest.h"
#include "core/json.h"
#include "core/sweep.h"

#define REPORT_CHANGES 20 /* listed without --all */
#define REPORT_WEEKS   8

/* all: every change and every week. */
void comparison_text(const struct backtest *b, bool all, struct buf *out);
/* In an open map, under `key`: {of, share, low, high}. */
void trial_put_precision(const char *key, uint64_t k, uint64_t n, struct json *j);
void comparison_json(const struct backtest *b, struct json *j);

/* A point of a curve; `side` NULL: the value does not suit the rule. */
struct curve {
	const struct sweep *sweep;
	const struct backtest *found;
	const struct backtest_side **sides; /* one a value */
};
void curve_text(const struct curve *c, struct buf *out);
void curve_json(const struct curve *c, struct json *j);
/* A drawing that can be read without script: title and description, light and dark. */
void curve_svg(const struct curve *c, struct buf *out);

/* "5,012"; "12", "4.3": one decimal below 100; "1 alert", "2 alerts". */
void put_count(struct buf *out, double n);
void put_rate(struct buf *out, double n);
void put_counted(struct buf *out, double n, const char *what);
/* "64 % (51 - 75 %)", in tables "64 % (51-75)"; or "unknown". */
void put_share(struct buf *out, uint64_t k, uint64_t n);
void put_share_short(struct buf *out, uint64_t k, uint64_t n);

#endif
