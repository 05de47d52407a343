/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/tuning.h"

#include <math.h>

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

struct tuning tuning_choose(const struct tuning_point *points, size_t n, size_t present, double budget)
{
	const struct mark_counts *m = &points[present].marks;
	struct choosing c = { points, n, present, budget, false };
	struct tuning ret = { .best = SIZE_MAX };
	bool past = !fits(&c, present);

	ret.by_marks = c.by_marks = m->good + m->bad >= TUNING_MARKS_MIN && m->good >= TUNING_GOOD_MIN;
	for (size_t i = 0; i < n; i++)
		if (fits(&c, i) && (ret.best == SIZE_MAX || is_better(&c, i, ret.best)))
			ret.best = i;
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
	if (ret.answer != TUNING_BETTER && ret.answer != TUNING_BUDGET)
		ret.best = present;
	find_range(&c, &ret);
	if (ret.best != present)
		go_back(&c, &ret);
	return ret;
}
