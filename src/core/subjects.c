/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/subjects.h"

static void add(struct arena *a, subject_list *list, int member, int other)
{
	*VEC_PUSH(a, list) = (struct subject){ member, other };
}

static bool is_member(int role)
{
	return role >= 0 && role_is_member((enum role)role);
}

static void add_pairs(struct arena *a, const int *roles, size_t n, size_t first, subject_list *ret)
{
	for (size_t i = 0; i < n; i++)
		if (i != first && is_member(roles[i]))
			add(a, ret, (int)first, (int)i);
}

void subjects_list(struct arena *a, const int *roles, size_t n, subject_list ret[PERS])
{
	add(a, &ret[PER_CASE], -1, -1);
	for (size_t i = 0; i < n; i++) {
		if (roles[i] == ROLE_THERAPIST)
			add(a, &ret[PER_THERAPIST], (int)i, -1);
		if (!is_member(roles[i]))
			continue;
		add(a, &ret[PER_MEMBER], (int)i, -1);
		add_pairs(a, roles, n, i, &ret[PER_PAIR]);
	}
}

size_t subject_slots(enum per per, size_t n)
{
	switch (per) {
	case PER_CASE:
		return 1;
	case PER_MEMBER:
	case PER_THERAPIST:
		return n;
	case PER_PAIR:
		return n * n;
	}
	return 0;
}

size_t subject_slot(enum per per, struct subject subject, size_t n)
{
	switch (per) {
	case PER_CASE:
		return 0;
	case PER_MEMBER:
	case PER_THERAPIST:
		return (size_t)subject.member;
	case PER_PAIR:
		return (size_t)subject.member * n + (size_t)subject.other;
	}
	return 0;
}

enum truth subject_attended(const struct session *session, struct subject subject)
{
	enum truth first, second;

	if (subject.member < 0)
		return session->held ? TRUTH_TRUE : TRUTH_NO_DATA;
	first = session->attended[subject.member];
	second = subject.other < 0 ? TRUTH_TRUE : session->attended[subject.other];
	return first < second ? first : second;
}
