/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/tuning.h"

#include <math.h>
#include <string.h>

#include "core/precision.h"

#define TIE 1e-9

static struct precision right(const struct mark_counts *m)
{
	return precision_of((int64_t)m->right, (int64_t)(m->right + m->wrong));
}

static struct precision caught(const struct mark_counts *m)
{
	return precision_of((int64_t)m->good_met, (int64_t)m->good);
}

double tuning_score(const struct mark_counts *m)
{
	double score = right(m).share * caught(m).share;

	return isnan(score) ? 0 : score;
}

static size_t steps(size_t a, size_t b)
{
	return a > b ? a - b : b - a;
}

struct choosing {
	const struct tuning_point *points;
	size_t n, present;
	double budget;
	bool by_marks;
};

static bool fits(const struct choosing *c, size_t i)
{
	return c->points[i].known && c->points[i].alerts_per_week <= c->budget;
}

/* Whether value i is to be preferred to `best`. */
static bool is_better(const struct choosing *c, size_t i, size_t best)
{
	double a = tuning_score(&c->points[i].marks), b = tuning_score(&c->points[best].marks);

	if (c->by_marks && fabs(a - b) > TIE)
		return a > b;
	return steps(i, c->present) < steps(best, c->present);
}

/* A share that the other's interval holds may be the same one. */
static bool may_be_same(struct precision a, struct precision b)
{
	return isnan(a.share) || isnan(b.share) || (b.share >= a.low && b.share <= a.high);
}

static bool does_as_well(const struct choosing *c, size_t best, size_t i)
{
	const struct mark_counts *a = &c->points[best].marks, *b = &c->points[i].marks;

	return fits(c, i) && may_be_same(right(a), right(b)) && may_be_same(caught(a), caught(b));
}

static void find_range(const struct choosing *c, struct tuning *ret)
{
	ret->from = ret->to = ret->best;
	while (c->by_marks && ret->from > 0 && does_as_well(c, ret->best, ret->from - 1))
		ret->from--;
	while (c->by_marks && ret->to + 1 < c->n && does_as_well(c, ret->best, ret->to + 1))
		ret->to++;
}

/* Of those that do as well the one nearest to the present value, as long as it is another than that. */
static void go_back(const struct choosing *c, struct tuning *ret)
{
	size_t best = ret->best, near = best > c->present ? ret->from : ret->to;

	while (near != best && (near == c->present || does_as_well(c, near, c->present)) && fits(c, c->present))
		near = near < best ? near + 1 : near - 1;
	ret->best = near;
}

bool tuning_proposes(const struct tuning *t)
{
	return t->answer == TUNING_BETTER || t->answer == TUNING_BUDGET;
}

static bool overlap(struct precision a, struct precision b)
{
	return a.low <= b.high && b.low <= a.high;
}

static bool is_known(const struct choosing *c, size_t i)
{
	return i < c->n && c->points[i].known;
}

static void weigh(const struct choosing *c, struct tuning *ret)
{
	const struct mark_counts *is = &c->points[ret->best].marks, *was = &c->points[c->present].marks;

	ret->overlap = overlap(right(is), right(was)) && overlap(caught(is), caught(was));
	if (ret->best != c->present)
		ret->at_edge = !is_known(c, ret->best < c->present ? ret->best - 1 : ret->best + 1);
}

static size_t find_best(const struct choosing *c)
{
	size_t best = SIZE_MAX;

	for (size_t i = 0; i < c->n; i++)
		if (fits(c, i) && (best == SIZE_MAX || is_better(c, i, best)))
			best = i;
	return best;
}

static bool are_enough(const struct mark_counts *m)
{
	return m->good + m->bad >= TUNING_MARKS_MIN && m->good >= TUNING_GOOD_MIN;
}

static struct tuning choose(const struct tuning_point *points, size_t n, size_t present, double budget, bool by_marks)
{
	struct choosing c = { points, n, present, budget, by_marks };
	struct tuning ret = { .best = find_best(&c), .by_marks = by_marks };
	bool past = !fits(&c, present);

	ret.leader = ret.best != SIZE_MAX && c.by_marks ? ret.best : present;
	if (ret.best == SIZE_MAX)
		ret.answer = TUNING_NO_VALUE;
	else if (past)
		ret.answer = TUNING_BUDGET;
	else if (!c.by_marks)
		ret.answer = TUNING_TOO_FEW;
	else if (ret.best == present || does_as_well(&c, ret.best, present))
		ret.answer = TUNING_PRESENT;
	else
		ret.answer = TUNING_BETTER;
	if (!tuning_proposes(&ret))
		ret.best = present;
	find_range(&c, &ret);
	if (ret.best != present)
		go_back(&c, &ret);
	weigh(&c, &ret);
	return ret;
}

struct tuning tuning_choose(const struct tuning_point *points, size_t n, size_t present, double budget)
{
	return choose(points, n, present, budget, are_enough(&points[present].marks));
}

/* ---- several thresholds ---- */

static bool is_preferred(const struct tuning_curve *curves, const struct tuning *tunings, size_t a, size_t b)
{
	double x = tuning_score(&curves[a].points[tunings[a].best].marks);
	double y = tuning_score(&curves[b].points[tunings[b].best].marks);

	if (tunings[a].by_marks && fabs(x - y) > TIE)
		return x > y;
	return steps(tunings[a].best, curves[a].present) < steps(tunings[b].best, curves[b].present);
}

size_t tuning_best(const struct tuning_curve *curves, const struct tuning *tunings, size_t n)
{
	size_t best = SIZE_MAX;

	for (size_t i = 0; i < n; i++)
		if (tuning_proposes(&tunings[i]) && (best == SIZE_MAX || is_preferred(curves, tunings, i, best)))
			best = i;
	return best;
}

/* ---- left out ---- */

static void add(struct mark_counts *to, const struct mark_counts *from, bool less)
{
	const uint64_t *x = &from->right;
	uint64_t *y = &to->right;

	for (size_t i = 0; i < sizeof *to / sizeof *y; i++)
		y[i] = less ? y[i] - x[i] : y[i] + x[i];
}
_Static_assert(sizeof(struct mark_counts) == 6 * sizeof(uint64_t), "all of them counters");

/* The choice without this part, in the way that all parts are chosen in: were marks counted anew, some 20 would be too
 * few without a fifth of them, and nothing would ever be held against anything.  Budgets are the whole clinic's: how
 * many alerts there are tells nothing of which are right. */
static const struct mark_counts *chosen_without(struct arena *a, const struct tuning_curve *curves, size_t n,
						double budget, size_t part)
{
	struct tuning_curve *less = ARENA_ARRAY(a, struct tuning_curve, n);
	struct tuning *tunings = ARENA_ARRAY(a, struct tuning, n);
	size_t best;

	for (size_t i = 0; i < n; i++) {
		struct tuning_point *points = ARENA_ARRAY(a, struct tuning_point, curves[i].n);

		memcpy(points, curves[i].points, curves[i].n * sizeof *points);
		for (size_t k = 0; k < curves[i].n; k++)
			add(&points[k].marks, &points[k].parts[part], true);
		less[i] = (struct tuning_curve){ points, curves[i].n, curves[i].present };
		tunings[i] = choose(points, curves[i].n, curves[i].present, budget,
				    are_enough(&curves[i].points[curves[i].present].marks));
	}
	best = tuning_best(less, tunings, n);
	if (best == SIZE_MAX)
		return &curves[0].points[curves[0].present].parts[part];
	return &curves[best].points[tunings[best].best].parts[part];
}

struct mark_counts tuning_crossed(const struct tuning_curve *curves, size_t n, double budget)
{
	struct mark_counts ret = { 0 };
	struct arena a = { 0 };

	for (size_t part = 0; n && part < TUNING_PARTS; part++)
		add(&ret, chosen_without(&a, curves, n, budget, part), false);
	arena_release(&a);
	return ret;
}
