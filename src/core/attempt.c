/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/attempt.h"

#define REPAIR_LEXICON "repair"
/* Less is said about life as well, and is no attempt. */
#define REPAIR_WEIGHT  2

static bool is_resolution(const struct code *c)
{
	return str_is(c->system, "3RS") && (str_starts(c->marker, "resolution") || str_starts(c->marker, "repair"));
}

static void find_codes(const struct part *part, struct attempts *ret)
{
	for (size_t i = 0; i < part->s->codes.n; i++) {
		const struct code *c = &part->s->codes.items[i];

		if (!is_resolution(c))
			continue;
		if (c->who < 0)
			ret->coded_case = true;
		else
			ret->coded[part->member_of[c->who]] = true;
	}
}

static int repair_lexicon(const struct skeleton *s)
{
	for (size_t i = 0; i < s->lexicons.n; i++)
		if (s->lexicons.items[i].applies && str_is(s->lexicons.items[i].id, REPAIR_LEXICON))
			return (int)i;
	return -1;
}

static bool turn_hits(const struct skeleton *s, const struct skeleton_turn *turn, int lexicon)
{
	for (size_t i = 0; i < turn->n_hits; i++)
		if (s->hits.items[turn->first_hit + i].lexicon == lexicon &&
		    s->hits.items[turn->first_hit + i].weight >= REPAIR_WEIGHT)
			return true;
	return false;
}

static void find_words(const struct session *session, struct attempts *ret)
{
	const struct skeleton *s = session->transcript;
	int lexicon = s ? repair_lexicon(s) : -1;

	if (lexicon < 0)
		return;
	for (size_t i = 0; i < s->turns.n; i++) {
		const struct skeleton_turn *turn = &s->turns.items[i];

		if (s->participants.items[turn->who].role != ROLE_THERAPIST || !turn_hits(s, turn, lexicon))
			continue;
		ret->by[session->transcript_member[turn->who]] = (int64_t)i;
		if (turn->to >= 0)
			ret->to[session->transcript_member[turn->to]] = (int64_t)i;
	}
}

void attempts_find(const struct session *session, struct attempts *ret)
{
	*ret = (struct attempts){ 0 };
	for (size_t i = 0; i < HISTORY_MAX_MEMBERS; i++)
		ret->to[i] = ret->by[i] = -1;
	for (size_t i = 0; i < session->n_parts; i++)
		find_codes(&session->parts[i], ret);
	find_words(session, ret);
}

static bool to_somebody(const struct attempts *attempts, int64_t after)
{
	for (size_t i = 0; i < HISTORY_MAX_MEMBERS; i++)
		if (attempts->coded[i] || attempts->by[i] > after)
			return true;
	return false;
}

static bool to_member(const struct attempts *attempts, int member, int64_t after)
{
	return attempts->coded[member] || attempts->to[member] > after;
}

bool attempts_for(const struct attempts *attempts, struct subject subject, enum per per, int64_t after)
{
	if (attempts->coded_case)
		return true;
	switch (per) {
	case PER_CASE:
		return to_somebody(attempts, after);
	case PER_MEMBER:
		return to_member(attempts, subject.member, after);
	case PER_PAIR:
		return to_member(attempts, subject.member, after) || to_member(attempts, subject.other, after);
	case PER_THERAPIST:
		return attempts->coded[subject.member] || attempts->by[subject.member] > after;
	}
	return false;
}
