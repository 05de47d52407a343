/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a record can be a part of a session beside the parts already there.
 *
 * Lists are united, so what is "there twice" is a row: a score of one instrument by one rater, somebody's attendance.
 * Turns are one part as a whole.  A scalar may be said by several parts if they agree.
 */
#include "core/history.h"

static struct str id_of(const struct skeleton *s, int who)
{
	return who < 0 ? (struct str){ NULL, 0 } : s->participants.items[who].id;
}

static bool same_person(const struct skeleton *a, int x, const struct skeleton *b, int y)
{
	return str_eq(id_of(a, x), id_of(b, y));
}

static bool differ(struct str a, struct str b)
{
	return a.p && b.p && !str_eq(a, b);
}

static bool same_number(double a, double b)
{
	return a == b || (isnan(a) && isnan(b));
}

static bool turns_collide(const struct skeleton *a, const struct skeleton *b)
{
	return a->has_turns && b->has_turns;
}

static bool scores_collide(const struct skeleton *a, const struct skeleton *b)
{
	for (size_t i = 0; i < a->scores.n; i++)
		for (size_t k = 0; k < b->scores.n; k++) {
			const struct score *x = &a->scores.items[i], *y = &b->scores.items[k];
			int about_x = x->about < 0 ? x->by : x->about, about_y = y->about < 0 ? y->by : y->about;

			if (str_eq(x->of, y->of) && same_person(a, x->by, b, y->by) &&
			    same_person(a, about_x, b, about_y))
				return true;
		}
	return false;
}

static bool attendance_collides(const struct skeleton *a, const struct skeleton *b)
{
	for (size_t i = 0; i < a->attendance.n; i++)
		for (size_t k = 0; k < b->attendance.n; k++)
			if (same_person(a, a->attendance.items[i].who, b, b->attendance.items[k].who))
				return true;
	return false;
}

static bool homework_collides(const struct skeleton *a, const struct skeleton *b)
{
	for (size_t i = 0; i < a->homework.n; i++)
		for (size_t k = 0; k < b->homework.n; k++)
			if (same_person(a, a->homework.items[i].who, b, b->homework.items[k].who))
				return true;
	return false;
}

static bool codes_collide(const struct skeleton *a, const struct skeleton *b)
{
	for (size_t i = 0; i < a->codes.n; i++)
		for (size_t k = 0; k < b->codes.n; k++) {
			const struct code *x = &a->codes.items[i], *y = &b->codes.items[k];

			if (str_eq(x->system, y->system) && str_eq(x->marker, y->marker) &&
			    same_person(a, x->who, b, y->who) && same_number(x->at, y->at))
				return true;
		}
	return false;
}

static bool reports_collide(const struct skeleton *a, const struct skeleton *b)
{
	for (size_t i = 0; i < a->reports.n; i++)
		for (size_t k = 0; k < b->reports.n; k++)
			if (same_person(a, a->reports.items[i].by, b, b->reports.items[k].by))
				return true;
	return false;
}

static bool flags_collide(const struct skeleton *a, const struct skeleton *b)
{
	for (size_t i = 0; i < a->flags.n; i++)
		for (size_t k = 0; k < b->flags.n; k++)
			if (str_eq(a->flags.items[i].name, b->flags.items[k].name) &&
			    a->flags.items[i].set != b->flags.items[k].set)
				return true;
	return false;
}

static bool participants_collide(const struct skeleton *a, const struct skeleton *b)
{
	for (size_t i = 0; i < a->participants.n; i++)
		for (size_t k = 0; k < b->participants.n; k++) {
			const struct participant *x = &a->participants.items[i], *y = &b->participants.items[k];

			if (str_eq(x->id, y->id) && (x->role != y->role || differ(x->person, y->person)))
				return true;
		}
	return false;
}

static bool starts_differ(const struct skeleton *a, const struct skeleton *b)
{
	return a->started != b->started;
}

static bool minutes_differ(const struct skeleton *a, const struct skeleton *b)
{
	return !isnan(a->minutes) && !isnan(b->minutes) && a->minutes != b->minutes;
}

static bool modalities_differ(const struct skeleton *a, const struct skeleton *b)
{
	return differ(a->modality, b->modality);
}

static bool languages_differ(const struct skeleton *a, const struct skeleton *b)
{
	return differ(a->language, b->language);
}

static bool sites_differ(const struct skeleton *a, const struct skeleton *b)
{
	return differ(a->site, b->site);
}

static bool next_differs(const struct skeleton *a, const struct skeleton *b)
{
	if (a->next == NEXT_ABSENT || b->next == NEXT_ABSENT)
		return false;
	return a->next != b->next || (a->next == NEXT_AT && a->next_at != b->next_at);
}

static bool endings_differ(const struct skeleton *a, const struct skeleton *b)
{
	return a->ending != ENDING_NONE && b->ending != ENDING_NONE && a->ending != b->ending;
}

static const struct {
	const char *path;
	bool (*collide)(const struct skeleton *a, const struct skeleton *b);
} collisions[] = {
	{ "started", starts_differ },
	{ "minutes", minutes_differ },
	{ "modality", modalities_differ },
	{ "language", languages_differ },
	{ "site", sites_differ },
	{ "next_session", next_differs },
	{ "ending", endings_differ },
	{ "participants", participants_collide },
	{ "attendance", attendance_collides },
	{ "scores", scores_collide },
	{ "homework", homework_collides },
	{ "codes", codes_collide },
	{ "turns", turns_collide },
	{ "reports", reports_collide },
	{ "flags", flags_collide },
};

bool history_fits(const struct skeleton *const *live, size_t n, const struct skeleton *s, struct str *ret_record,
		  const char **ret_path)
{
	const struct skeleton *first = NULL;

	for (size_t i = 0; i < n; i++) {
		if (str_eq(live[i]->record, s->record) || !skeleton_same_session(live[i], s))
			continue;
		for (size_t k = 0; k < sizeof(collisions) / sizeof(*collisions); k++) {
			if (!collisions[k].collide(live[i], s))
				continue;
			/* The same answer whatever the order of `live`. */
			if (!first || str_cmp(live[i]->record, first->record) < 0) {
				first = live[i];
				*ret_path = collisions[k].path;
			}
			break;
		}
	}
	if (first)
		*ret_record = first->record;
	return !first;
}
