/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * participant: who is in the case.
 *
 *	{participant: anyone, age: less than 18, missing: yes}   somebody seen so far; therapists, interpreters and
 *	                                                         observers are not asked their age
 *	{participant: member, role: [parent, carer]}
 *	{participant: other, attending: yes}                     in this session
 */
#include "core/shape.h"
#include "core/signal_internal.h"

struct participant_selector {
	int who; /* enum who */
	unsigned roles;
	bool attending;
};

enum { PARTICIPANT_AGE, PARTICIPANT_ROLE, PARTICIPANT_ATTENDING };

static const struct shape role_shape = { SHAPE_WORD, &role_words };
static const struct shape roles_shape = { SHAPE_SOME, &role_shape };

static const struct measure measures[] = {
	{ "age", "years", UNIT_BIT(UNIT_NONE) | UNIT_BIT(UNIT_YEARS), false, false },
	{ "role", "a role, or a list of which one", 0, false, false, &roles_shape },
	{ "attending", "yes or no: in this session", 0, false, false, &shape_flag },
	{ NULL, NULL, 0, false, false },
};

static void read_roles(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct field word = *f;
	unsigned *roles = into;
	size_t n = v->kind == DOC_LIST ? v->n : 1;

	word.detail = &role_words;
	for (size_t i = 0; i < n; i++) {
		int role = -1;

		read_word(r, v->kind == DOC_LIST ? v->items[i] : v, &role, &word);
		if (role >= 0)
			*roles |= 1u << role;
	}
}

static void *read_selector(struct reader *r, const struct doc *doc, struct signal *s)
{
	static const struct field who = { "participant", NULL, read_who, 0, false, NULL };
	struct participant_selector *sel = ARENA_NEW(r->arena, struct participant_selector);

	sel->who = WHO_UNSAID;
	read_who(r, doc, &sel->who, &who);
	read_key(r, s->source, "role", read_roles, &sel->roles, NULL);
	read_key(r, s->source, "attending", read_flag, &sel->attending, NULL);
	return sel;
}

/* Age and role belong to the person, so whoever was seen once counts, whether listed today or not. */
static size_t everybody(const struct view *v, enum who word, int ret[HISTORY_MAX_MEMBERS])
{
	const int *role = view_session(v)->role;
	size_t n = 0;

	switch (word) {
	case WHO_ANYONE:
	case WHO_ANY_MEMBER:
	case WHO_EVERY_MEMBER:
		for (size_t i = 0; i < v->history->roster->members.n; i++)
			if (role[i] >= 0 && role_is_member((enum role)role[i]))
				ret[n++] = (int)i;
		return n;
	case WHO_MEMBER:
	case WHO_OTHER:
	case WHO_THERAPIST:
	case WHO_UNSAID:
		break;
	}
	return people(v, word, v->subject.member, ret);
}

static struct reading about_one(const struct signal *s, const struct view *v, int who)
{
	const struct participant_selector *sel = s->selector;
	const struct session *session = view_session(v);
	enum truth there = session->attended[who];
	double age = session->age[who];
	struct reading ret = no_reading(NULL);

	switch (s->measure) {
	case PARTICIPANT_AGE:
		ret.value = ret.raw = age;
		ret.truth = threshold_test(&s->threshold, age);
		ret.limit = s->threshold.op == BETWEEN ? NAN : s->threshold.a;
		ret.why = isnan(age) ? "the age is not known" : NULL;
		break;
	case PARTICIPANT_ROLE:
		if (session->role[who] >= 0)
			ret.truth = truth_of(sel->roles & 1u << session->role[who]);
		break;
	case PARTICIPANT_ATTENDING:
		ret.truth = sel->attending ? there : truth_not(there);
		ret.why = there == TRUTH_NO_DATA ? "attendance is not known" : NULL;
		break;
	}
	return ret;
}

static struct reading read_truth(const struct signal *s, const struct view *v)
{
	const struct participant_selector *sel = s->selector;
	int who[HISTORY_MAX_MEMBERS];
	size_t n = everybody(v, (enum who)sel->who, who);
	int sense = sel->who == WHO_EVERY_MEMBER ? -1 : 1;
	struct reading ret = no_reading("nobody here to look at");

	for (size_t i = 0; i < n; i++) {
		struct reading one = about_one(s, v, who[i]);

		if (i == 0 || sense * (int)one.truth > sense * (int)ret.truth)
			ret = one;
	}
	return ret;
}

const struct signal_kind signal_participant = {
	.name = "participant",
	.help = "somebody's age or role, or whether they came; says whose: `anyone`",
	.channel = CHANNEL_NONE,
	.scalar_selector = true,
	.word = &shape_who,
	.measures = measures,
	.read = read_selector,
	.read_truth = read_truth,
	.all_sessions = true,
	.about_nobody = true,
	.supply = "that person among the `participants`",
	.otherwise = "nobody asked about is so",
};
