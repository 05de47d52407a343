/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/history.h"

#include <assert.h>
#include <stdlib.h>

int roster_find(const struct roster *roster, struct str local)
{
	for (size_t i = 0; i < roster->members.n; i++)
		if (str_eq(roster->members.items[i].local, local))
			return (int)i;
	return -1;
}

static char token_letter(int role)
{
	if (role == ROLE_THERAPIST)
		return 't';
	return role_is_member(role) ? 'm' : 'o';
}

static struct str next_token(struct arena *a, const struct roster *roster, char letter)
{
	int n = 1;

	for (size_t i = 0; i < roster->members.n; i++)
		if (roster->members.items[i].token.p[0] == letter)
			n++;
	return arena_printf(a, "%c%d", letter, n);
}

bool roster_see(struct arena *a, struct roster *roster, const struct skeleton *s)
{
	size_t unseen = 0;

	for (size_t i = 0; i < s->participants.n; i++)
		if (roster_find(roster, s->participants.items[i].id) < 0)
			unseen++;
	if (roster->members.n + unseen > HISTORY_MAX_MEMBERS)
		return false;
	for (size_t i = 0; i < s->participants.n; i++) {
		const struct participant *p = &s->participants.items[i];
		int at = roster_find(roster, p->id);

		if (at < 0) {
			struct str token = next_token(a, roster, token_letter(p->role));

			at = (int)roster->members.n;
			*VEC_PUSH(a, &roster->members) =
				(struct member){ .local = arena_dup(a, p->id), .token = token, .age = NAN };
		}
		roster->members.items[at].role = p->role;
		if (!isnan(p->age))
			roster->members.items[at].age = p->age;
	}
	return true;
}

/*
 * A record without a number joins the session that began at the same moment, whether that one has a number or not:
 * the system that keeps the scores often knows no numbers.
 */
bool skeleton_same_session(const struct skeleton *a, const struct skeleton *b)
{
	if (!str_eq(a->case_id, b->case_id))
		return false;
	if (a->session >= 0 && b->session >= 0)
		return a->session == b->session;
	return a->started == b->started;
}

/* Parts of one session side by side: by number, those without one last, so that they can join one that has it. */
static int by_number(const void *x, const void *y)
{
	const struct skeleton *a = *(const struct skeleton *const *)x, *b = *(const struct skeleton *const *)y;

	if ((a->session < 0) != (b->session < 0))
		return a->session < 0 ? 1 : -1;
	if (a->session >= 0 && a->session != b->session)
		return a->session < b->session ? -1 : 1;
	if (a->started != b->started)
		return a->started < b->started ? -1 : 1;
	return str_cmp(a->record, b->record);
}

static int by_record(const void *x, const void *y)
{
	return str_cmp(((const struct part *)x)->s->record, ((const struct part *)y)->s->record);
}

static int by_start(const void *x, const void *y)
{
	const struct session *a = x, *b = y;

	if (a->started != b->started)
		return a->started < b->started ? -1 : 1;
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return str_cmp(a->parts[0].s->record, b->parts[0].s->record);
}

static const int *members_of(struct arena *a, const struct roster *roster, const struct skeleton *s)
{
	int *ret = ARENA_ARRAY(a, int, s->participants.n + 1);

	for (size_t i = 0; i < s->participants.n; i++) {
		ret[i] = roster_find(roster, s->participants.items[i].id);
		assert(ret[i] >= 0);
	}
	return ret;
}

/* The skeletons sorted by_number -> the first skeleton of each one's session, by position. */
static size_t *group(struct arena *a, const struct skeleton *const *sorted, size_t n)
{
	size_t *first = ARENA_ARRAY(a, size_t, n + 1);

	for (size_t i = 0; i < n; i++) {
		first[i] = i;
		/* The numbered are runs: one look back is enough for them. */
		if (sorted[i]->session >= 0) {
			if (i > 0 && skeleton_same_session(sorted[i - 1], sorted[i]))
				first[i] = first[i - 1];
			continue;
		}
		for (size_t k = 0; k < i && first[i] == i; k++)
			if (sorted[k]->started == sorted[i]->started)
				first[i] = first[k];
	}
	return first;
}

static void add_part(struct arena *a, struct session *to, const struct skeleton *s, const struct roster *roster)
{
	to->parts[to->n_parts++] = (struct part){ .s = s, .member_of = members_of(a, roster, s) };
	if (s->session >= 0)
		to->number = s->session;
	if (s->started < to->started)
		to->started = s->started;
	if (s->next != NEXT_ABSENT) {
		to->next = s->next;
		to->next_at = s->next_at;
	}
	if (s->ending != ENDING_NONE)
		to->ending = s->ending;
}

static bool has_come(enum attendance_status status)
{
	switch (status) {
	case ATTENDED:
	case LATE:
	case LEFT_EARLY:
		return true;
	case NO_SHOW:
	case CANCELLED:
	case RESCHEDULED:
		return false;
	}
	return false;
}

/* Presence that nobody wrote down: a turn, or a score of one's own. */
static void attendance_by_deed(struct session *to, const struct part *p)
{
	for (size_t i = 0; i < p->s->turns.n && p->s->has_turns; i++)
		to->attended[p->member_of[p->s->turns.items[i].who]] = TRUTH_TRUE;
	for (size_t i = 0; i < p->s->scores.n; i++) {
		const struct score *score = &p->s->scores.items[i];

		if (score->about < 0 || score->about == score->by)
			to->attended[p->member_of[score->by]] = TRUTH_TRUE;
	}
}

static void attendance_as_said(struct session *to, const struct part *p)
{
	for (size_t i = 0; i < p->s->attendance.n; i++) {
		const struct attendance *row = &p->s->attendance.items[i];

		to->attended[p->member_of[row->who]] = has_come(row->status) ? TRUTH_TRUE : TRUTH_FALSE;
	}
}

/* What is known of people so far, by the session before (or NULL) and this one. */
static void fill_people(struct arena *a, struct session *to, const struct session *before, size_t n)
{
	to->role = ARENA_ARRAY(a, int, n + 1);
	to->age = ARENA_ARRAY(a, double, n + 1);
	for (size_t i = 0; i < n; i++) {
		to->role[i] = before ? before->role[i] : -1;
		to->age[i] = before ? before->age[i] : NAN;
	}
	for (size_t i = 0; i < to->n_parts; i++)
		for (size_t k = 0; k < to->parts[i].s->participants.n; k++) {
			const struct participant *p = &to->parts[i].s->participants.items[k];
			int who = to->parts[i].member_of[k];

			to->role[who] = p->role;
			if (!isnan(p->age))
				to->age[who] = p->age;
		}
}

static void fill_attendance(struct arena *a, struct session *to, size_t n)
{
	to->attended = ARENA_ARRAY(a, enum truth, n + 1);
	to->listed = ARENA_ARRAY(a, bool, n + 1);
	for (size_t i = 0; i < n; i++)
		to->attended[i] = TRUTH_NO_DATA;
	for (size_t i = 0; i < to->n_parts; i++) {
		for (size_t k = 0; k < to->parts[i].s->participants.n; k++)
			to->listed[to->parts[i].member_of[k]] = true;
		attendance_by_deed(to, &to->parts[i]);
	}
	for (size_t i = 0; i < to->n_parts; i++)
		attendance_as_said(to, &to->parts[i]);
	for (size_t i = 0; i < n; i++)
		if (to->attended[i] == TRUTH_TRUE && role_is_member((enum role)to->role[i]))
			to->held = true;
}

bool participant_counts(const struct participant *p)
{
	return p->role == ROLE_THERAPIST || role_is_member((enum role)p->role);
}

static void list_replies(struct arena *a, struct session *to)
{
	const struct skeleton *s = to->transcript;
	struct reply *all = ARENA_ARRAY(a, struct reply, s->turns.n + 1), *last = NULL;

	to->words_of = ARENA_ARRAY(a, double, s->participants.n + 1);
	to->replies_of = ARENA_ARRAY(a, double, s->participants.n + 1);
	to->turns_of = ARENA_ARRAY(a, double, s->participants.n + 1);
	for (size_t i = 0; i < s->turns.n; i++) {
		const struct skeleton_turn *t = &s->turns.items[i];

		if (!participant_counts(&s->participants.items[t->who]))
			continue;
		if (!last || last->who != t->who) {
			last = &all[to->n_replies++];
			*last = (struct reply){ .first = i, .who = t->who };
			to->replies_of[t->who]++;
		}
		last->last = i;
		last->words += t->words;
		to->words_of[t->who] += t->words;
		to->turns_of[t->who]++;
	}
	to->replies = all;
	for (size_t i = 0; i < s->hits.n; i++)
		to->heard[s->hits.items[i].lexicon / 64 % (LEXICONS_MAX / 64)] |= UINT64_C(1)
										  << s->hits.items[i].lexicon % 64;
}

static void find_transcript(struct session *to)
{
	for (size_t i = 0; i < to->n_parts; i++) {
		if (!to->parts[i].s->has_turns)
			continue;
		to->transcript = to->parts[i].s;
		to->transcript_member = to->parts[i].member_of;
		break;
	}
}

/* The sessions in their order. */
static void finish_sessions(struct arena *a, struct history *h)
{
	size_t n = h->roster->members.n;

	for (size_t i = 0; i < h->n; i++) {
		struct session *s = &h->sessions[i];

		s->ordinal = i + 1;
		find_transcript(s);
		if (s->transcript)
			list_replies(a, s);
		fill_people(a, s, i ? s - 1 : NULL, n);
		fill_attendance(a, s, n);
	}
}

static struct str last_site(const struct history *h)
{
	for (size_t i = h->n; i-- > 0;)
		for (size_t k = 0; k < h->sessions[i].n_parts; k++)
			if (h->sessions[i].parts[k].s->site.p)
				return h->sessions[i].parts[k].s->site;
	return (struct str){ NULL, 0 };
}

struct history *history_build(struct arena *a, const struct roster *roster, const struct skeleton *const *skeletons,
			      size_t n, int64_t closed_at)
{
	struct history *h = ARENA_NEW(a, struct history);
	const struct skeleton **sorted = ARENA_ARRAY(a, const struct skeleton *, n + 1);
	struct session **session_of = ARENA_ARRAY(a, struct session *, n + 1);
	size_t *first, *size = ARENA_ARRAY(a, size_t, n + 1);

	*h = (struct history){ .roster = roster, .closed_at = closed_at, .site_silent_from = DATE_NONE };
	h->sessions = ARENA_ARRAY(a, struct session, n + 1);
	for (size_t i = 0; i < n; i++)
		sorted[i] = skeletons[i];
	qsort(sorted, n, sizeof(*sorted), by_number);
	first = group(a, sorted, n);
	for (size_t i = 0; i < n; i++)
		size[first[i]]++;
	for (size_t i = 0; i < n; i++) {
		if (first[i] == i) {
			session_of[i] = &h->sessions[h->n++];
			*session_of[i] = (struct session){ .number = -1, .started = INT64_MAX, .next_at = DATE_NONE };
			session_of[i]->parts = ARENA_ARRAY(a, struct part, size[i]);
		}
		add_part(a, session_of[first[i]], sorted[i], roster);
	}
	for (size_t i = 0; i < h->n; i++)
		qsort(h->sessions[i].parts, h->sessions[i].n_parts, sizeof(struct part), by_record);
	qsort(h->sessions, h->n, sizeof(*h->sessions), by_start);
	finish_sessions(a, h);
	h->site = last_site(h);
	h->name = n ? sorted[0]->case_id : (struct str){ NULL, 0 };
	return h;
}
