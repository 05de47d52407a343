/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/compare.h"

#include <stdlib.h>

const struct words change_words = {
	(const char *const[]){ "removed", "added", "earlier", "later", "milder", "graver", NULL },
};

static bool same_subject(const struct retold_alert *a, const struct retold_alert *b)
{
	return str_eq(a->rule_id, b->rule_id) && str_eq(a->member, b->member) && str_eq(a->other, b->other);
}

static bool lives_meet(const struct retold_alert *a, const struct retold_alert *b)
{
	return a->opened_at <= b->until && b->opened_at <= a->until;
}

/* The first that nobody has taken, or SIZE_MAX. */
static size_t find(const struct retold_alert *old, const struct retelling *new, const bool *taken)
{
	for (size_t i = 0; i < new->alerts.n; i++)
		if (!taken[i] && same_subject(old, &new->alerts.items[i]) && lives_meet(old, &new->alerts.items[i]))
			return i;
	return SIZE_MAX;
}

static void add(struct arena *a, change_list *ret, enum change_kind kind, const struct retold_alert *old,
		const struct retold_alert *new)
{
	*VEC_PUSH(a, ret) = (struct change){ kind, old, new };
}

static void compare_pair(struct arena *a, change_list *ret, const struct retold_alert *old,
			 const struct retold_alert *new)
{
	if (new->told_at != old->told_at)
		add(a, ret, new->told_at < old->told_at ? CHANGE_EARLIER : CHANGE_LATER, old, new);
	if (new->worst != old->worst)
		add(a, ret, new->worst < old->worst ? CHANGE_MILDER : CHANGE_GRAVER, old, new);
}

static int64_t time_of(const struct change *c)
{
	return c->new ? c->new->told_at : c->old->told_at;
}

static int by_time(const void *va, const void *vb)
{
	const struct change *a = va, *b = vb;
	const struct retold_alert *x = a->new ? a->new : a->old, *y = b->new ? b->new : b->old;
	int c = (time_of(a) > time_of(b)) - (time_of(a) < time_of(b));

	if (!c)
		c = str_cmp(x->rule_id, y->rule_id);
	if (!c)
		c = str_cmp(x->member, y->member);
	if (!c)
		c = str_cmp(x->other, y->other);
	return c ? c : (int)a->kind - (int)b->kind;
}

void retellings_compare(struct arena *a, const struct retelling *old, const struct retelling *new, change_list *ret)
{
	bool *taken = ARENA_ARRAY(a, bool, new->alerts.n + 1);

	*ret = (change_list){ 0 };
	for (size_t i = 0; i < old->alerts.n; i++) {
		const struct retold_alert *was = &old->alerts.items[i];
		size_t k = find(was, new, taken);

		if (k == SIZE_MAX) {
			add(a, ret, CHANGE_REMOVED, was, NULL);
		} else {
			taken[k] = true;
			compare_pair(a, ret, was, &new->alerts.items[k]);
		}
	}
	for (size_t i = 0; i < new->alerts.n; i++)
		if (!taken[i])
			add(a, ret, CHANGE_ADDED, NULL, &new->alerts.items[i]);
	if (ret->n)
		qsort(ret->items, ret->n, sizeof *ret->items, by_time);
}
