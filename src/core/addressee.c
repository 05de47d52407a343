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

/*
 * A reply: the turns that one speaker takes, one after the other.  Nods of others in between do not end it, and nodding
 * makes no reply, save in answer to a question.
 */
struct reply {
	int who;
	enum question asks; /* with its last turn */
};
struct heard {
	uint32_t replies; /* that have begun when the turn ends, its own among them */
	bool taken;	  /* the turn is of a reply */
};
struct room {
	const struct record *record;
	const struct cue *cues;
	bool here[RECORD_MAX_PARTICIPANTS];
	VEC(struct reply) replies;
	struct heard *heard; /* by turn */
};

static bool takes_turn(const struct room *room, size_t turn)
{
	size_t n = room->replies.n;
	const struct reply *last = n ? &room->replies.items[n - 1] : NULL;
	int who = room->record->turns.items[turn].who;

	return takes_part(room->record, who) &&
	       (!room->cues[turn].nods || (last && last->asks != QUESTION_NONE && last->who != who));
}

static void find_replies(struct arena *a, struct room *room)
{
	const struct record *r = room->record;

	room->heard = ARENA_ARRAY(a, struct heard, r->turns.n);
	for (size_t i = 0; i < r->turns.n; i++) {
		int who = r->turns.items[i].who;
		bool taken = takes_turn(room, i);

		if (taken && (!room->replies.n || room->replies.items[room->replies.n - 1].who != who))
			*VEC_PUSH(a, &room->replies) = (struct reply){ .who = who };
		if (taken)
			room->replies.items[room->replies.n - 1].asks = room->cues[i].asks;
		room->heard[i] = (struct heard){ (uint32_t)room->replies.n, taken };
	}
}

/* Of the replies from `first` on, in the direction of `step`, the nearest that is not this speaker's; NULL: none. */
static const struct reply *other_reply(const struct room *room, size_t first, int step, int speaker)
{
	for (size_t i = first; i < room->replies.n; i += (size_t)step) /* wraps below the first */
		if (room->replies.items[i].who != speaker)
			return &room->replies.items[i];
	return NULL;
}

/*
 * Whoever spoke before, if there is a sign that the two speak with each other: that person goes on behind the turn, or
 * had answered this speaker, or has asked something.  Else the turn may be meant for all, or for somebody who keeps
 * silent.  `next`: the reply that is heard behind the turn.
 */
static int answered(const struct room *room, size_t turn, size_t next)
{
	int speaker = room->record->turns.items[turn].who;
	const struct reply *before = other_reply(room, (size_t)room->heard[turn].replies - 1, -1, speaker);
	const struct reply *after = other_reply(room, next, 1, speaker);
	bool with_each_other;

	if (!before)
		return -1;
	with_each_other = (after && after->who == before->who) ||
			  (before > room->replies.items && before[-1].who == speaker) || before->asks != QUESTION_NONE;
	return with_each_other ? before->who : -1;
}

/* Who is called by what they are, if just one other is that. */
static int called(const struct room *room, size_t turn)
{
	const struct record *r = room->record;
	int role = room->cues[turn].called == CALLED_PARENT ? ROLE_PARENT : ROLE_THERAPIST, one = -1;

	for (int i = 0; i < (int)r->participants.n; i++) {
		if (i == r->turns.items[turn].who || r->participants.items[i].role != role || !room->here[i])
			continue;
		if (one >= 0)
			return -1;
		one = i;
	}
	return one;
}

static void infer(struct arena *a, const struct record *r, const struct cue *cues, struct addressee *ret)
{
	struct room room = { .record = r, .cues = cues };
	size_t next;

	for (int i = 0; i < (int)r->participants.n; i++)
		room.here[i] = !stayed_away(r, i);
	find_replies(a, &room);
	next = room.replies.n;
	for (size_t i = r->turns.n; i-- > 0;) {
		int to = -1;

		if (takes_part(r, r->turns.items[i].who)) {
			to = cues[i].called != CALLED_NOBODY ? called(&room, i) : -1;
			to = to >= 0 ? to : answered(&room, i, next);
		}
		if (to >= 0)
			ret[i] = (struct addressee){ to, true };
		if (room.heard[i].taken)
			next = room.heard[i].replies - 1;
	}
}

struct addressee *addressees_of(struct arena *a, const struct record *record, const struct cue *cues)
{
	struct addressee *ret = ARENA_ARRAY(a, struct addressee, record->turns.n + 1);
	int two[2];
	bool dyad = dyad_of(record, two);

	for (size_t i = 0; i < record->turns.n; i++) {
		int who = record->turns.items[i].who;

		ret[i].to = !dyad || (who != two[0] && who != two[1]) ? -1 : who == two[0] ? two[1] : two[0];
	}
	if (!dyad)
		infer(a, record, cues, ret);
	for (size_t i = 0; i < record->turns.n; i++)
		if (record->turns.items[i].to >= 0)
			ret[i] = (struct addressee){ record->turns.items[i].to, false };
	return ret;
}
