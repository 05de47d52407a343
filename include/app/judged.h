/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine's one call of judge().
 *
 * In builds made with RUPTURED_TEST, RUPTURED_JUDGED=FILE has every judging written to the end of that file: a line
 * "# CASE AS_OF", then of each session the line that `rupturectl --json explain` prints of it, by the same
 * function: the verdicts of a judging with a trace, the alerts of the one without, by which the engine goes.
 * tests/e2e/test_same_evaluator.py holds them against what explain finds.  Other builds only judge.
 */
#ifndef RUPTURED_APP_JUDGED_H
#define RUPTURED_APP_JUDGED_H

#include "core/judge.h"

#ifdef RUPTURED_TEST
struct judgement *judged(struct arena *a, const struct history *history, const struct ruleset *rules, int64_t as_of);
#else
#define judged(a, history, rules, as_of) judge(a, history, rules, as_of, NULL, NULL)
#endif

#endif
