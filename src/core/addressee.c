/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/addressee.h"

/* Interpreters speak for others and observers for nobody: neither is spoken to. */
static bool takes_part(const struct record *r, int who)
{
	int role = r->participants.items[who].role;

	return role == ROLE_THERAPIST || role_is_member((enum role)role);
}

static bool stayed_away(const struct record *r, int who)
{
	for (size_t i = 0; i < r->turns.n; i++)
		if (r->turns.items[i].who == who)
			return false;
	for (size_t i = 0; i < r->attendance.n; i++) {
		int status = r->attendance.items[i].status;

		if (r->attendance.items[i].who == who)
			return status == NO_SHOW || status == CANCELLED || status == RESCHEDULED;
	}
	return false;
}

/* The two in the room when there are exactly two, one of them the only therapist. */
static bool dyad_of(const struct record *r, int ret[2])
{
	int n = 0, therapists = 0;

	for (int i = 0; i < (int)r->participants.n; i++) {
		if (!takes_part(r, i) || stayed_away(r, i))
			continue;
		if (n == 2)
			return false;
		ret[n++] = i;
		therapists += r->participants.items[i].role == ROLE_THERAPIST;
	}
	return n == 2 && therapists == 1;
}

/* A reply: consecutive turns of one speaker, as far as people who take part are concerned. */
struct reply {
	int who;
	size_t first, end; /* turns */
};
typedef VEC(struct reply) reply_list;

static void find_replies(struct arena *a, const struct record *r, reply_list *ret)
{
	for (size_t i = 0; i < r->turns.n; i++) {
		int who = r->turns.items[i].who;

		if (!takes_part(r, who))
			continue;
		if (ret->n && ret->items[ret->n - 1].who == who)
			ret->items[ret->n - 1].end = i + 1;
		else
			*VEC_PUSH(a, ret) = (struct reply){ who, i, i + 1 };
	}
}

/* Answer adjacency: between two replies of the same other person, one speaks to that person. */
static void infer(struct arena *a, const struct record *r, struct addressee *ret)
{
	reply_list replies = { 0 };

	find_replies(a, r, &replies);
	for (size_t i = 1; i + 1 < replies.n; i++) {
		const struct reply *reply = &replies.items[i];
		int before = reply[-1].who, after = reply[1].who;

		if (before != after)
			continue;
		for (size_t t = reply->first; t < reply->end; t++)
			if (r->turns.items[t].who == reply->who)
				ret[t] = (struct addressee){ before, true };
	}
}

struct addressee *addressees_of(struct arena *a, const struct record *record)
{
	struct addressee *ret = ARENA_ARRAY(a, struct addressee, record->turns.n + 1);
	int two[2];
	bool dyad = dyad_of(record, two);

	for (size_t i = 0; i < record->turns.n; i++) {
		int who = record->turns.items[i].who;

		ret[i].to = !dyad || (who != two[0] && who != two[1]) ? -1 : who == two[0] ? two[1] : two[0];
	}
	if (!dyad)
		infer(a, record, ret);
	for (size_t i = 0; i < record->turns.n; i++)
		if (record->turns.items[i].to >= 0)
			ret[i] = (struct addressee){ record->turns.items[i].to, false };
	return ret;
}
