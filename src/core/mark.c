/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/mark.h"

/* ---- marks and alerts ---- */

static bool share_a_record(const struct strs *a, const struct strs *b)
{
	for (size_t i = 0; i < a->n; i++)
		for (size_t k = 0; k < b->n; k++)
			if (str_eq(a->items[i], b->items[k]))
				return true;
	return false;
}

/* Whether it was raised, or grew worse, in that session. */
static bool raised_in(const struct retelling *told, size_t alert, int64_t session)
{
	for (size_t i = 0; i < told->messages.n; i++) {
		const struct retold *m = &told->messages.items[i];

		if (m->alert == alert && m->number == session && m->state == INCIDENT_OPEN)
			return true;
	}
	return false;
}

static bool meets(const struct mark *m, const struct retelling *told, size_t alert)
{
	const struct retold_alert *a = &told->alerts.items[alert];

	if (m->rule.n && !str_matches(a->rule_id, m->rule))
		return false;
	if (!m->is_verdict)
		return raised_in(told, alert, m->session);
	return str_eq(m->member, a->member) && str_eq(m->other, a->other) && share_a_record(m->records, a->records);
}

static bool concerns(const struct mark *m, struct str only)
{
	return !only.n || !m->rule.n || str_matches(only, m->rule);
}

static void count_mark(const struct mark *m, const struct retelling *told, struct str only, struct mark_counts *ret)
{
	bool met = false;

	for (size_t i = 0; i < told->alerts.n && !met; i++)
		met = (!only.n || str_eq(only, told->alerts.items[i].rule_id)) && meets(m, told, i);
	*(m->good ? &ret->good : &ret->bad) += 1;
	*(m->good ? &ret->good_met : &ret->bad_met) += met;
}

/* An alert that good and bad marks meet is right: what somebody found useful was no noise. */
static void count_alert(const struct mark *marks, size_t n, const struct retelling *told, size_t alert,
			struct mark_counts *ret)
{
	bool good = false, bad = false;

	for (size_t i = 0; i < n; i++)
		if (meets(&marks[i], told, alert))
			*(marks[i].good ? &good : &bad) = true;
	ret->right += good;
	ret->wrong += bad && !good;
}

void marks_count(const struct mark *marks, size_t n, const struct retelling *told, struct str only,
		 struct mark_counts *ret)
{
	for (size_t i = 0; i < n; i++)
		if (concerns(&marks[i], only))
			count_mark(&marks[i], told, only, ret);
	for (size_t i = 0; n && i < told->alerts.n; i++)
		if (!only.n || str_eq(only, told->alerts.items[i].rule_id))
			count_alert(marks, n, told, i, ret);
}
