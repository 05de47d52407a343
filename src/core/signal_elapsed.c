/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * elapsed: the time since something, by the moment judged and not by a session.
 *
 *	{elapsed: {since: last attended session}, longer_than: [2x own interval, 21 days]}
 *
 * Each limit that can be computed has to be exceeded.  The own interval is the median of the last 5 between attended
 * sessions, from 3 on.  A later session of which nobody knows whether the subject came may be the last attended one:
 * the truth then has to be the same for both.
 */
#include "core/shape.h"
#include "core/signal_internal.h"

#define INTERVALS_USED	 5
#define INTERVALS_NEEDED 3

enum since { SINCE_ATTENDED, SINCE_CONTACT };

struct elapsed_selector {
	int since; /* enum since */
};

static const unsigned limit_units = UNIT_BIT(UNIT_DAYS) | UNIT_BIT(UNIT_OWN_INTERVAL);
static const struct shape limit_shape = { SHAPE_AMOUNT, &limit_units };
static const struct shape limits_shape = { SHAPE_SOME, &limit_shape };

static const struct measure measures[] = {
	{ "longer_than", "days, or a number of own intervals, or a list of both: all that can be computed", 0, false,
	  false, &limits_shape },
	{ NULL, NULL, 0, false, false },
};

static const char *const since_list[] = { "last attended session", "last contact", NULL };
static const struct words since_words = { since_list };

static const struct field fields[] = {
	{ "since", "from when; a contact is a session or a contact between sessions", read_word,
	  offsetof(struct elapsed_selector, since), true, &since_words },
	{ NULL, NULL, NULL, 0, false, NULL },
};

/* Reading -------------------------------------------------------------------------------------------------------- */

static void read_limit(struct reader *r, const struct doc *v, struct signal *s)
{
	struct threshold t = { 0 };

	if (!threshold_read(r, v, limit_units, &t))
		return;
	if (t.op != BETWEEN || t.a != t.b || !(t.a > 0) || t.direction != DIRECTION_NONE)
		reader_error(r, v, "longer_than", "write \"21 days\" or \"2x own interval\"",
			     "expected a length of time");
	else if (t.unit == UNIT_OWN_INTERVAL)
		s->times_of_interval[0] = t;
	else
		s->times_of_interval[1] = t;
}

static void read_limits(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	(void)f;
	if (v->kind != DOC_LIST) {
		read_limit(r, v, into);
		return;
	}
	for (size_t i = 0; i < v->n; i++)
		read_limit(r, v->items[i], into);
}

static void *read_selector(struct reader *r, const struct doc *doc, struct signal *s)
{
	struct elapsed_selector *sel = ARENA_NEW(r->arena, struct elapsed_selector);

	fields_read(r, doc, fields, sel);
	read_key(r, s->source, "longer_than", read_limits, s, NULL);
	return sel;
}

/* Counting ------------------------------------------------------------------------------------------------------- */

static enum truth came(const struct view *v, const struct session *session)
{
	if (v->subject.member >= 0)
		return session->attended[v->subject.member];
	return was_held(v->history, session);
}

static int64_t last_contact(const struct view *v, const struct session *session)
{
	int64_t last = DATE_NONE;

	for (size_t i = 0; i < session->n_parts; i++)
		for (size_t k = 0; k < session->parts[i].s->contacts.n; k++) {
			const struct contact *c = &session->parts[i].s->contacts.items[k];

			if (v->subject.member >= 0 && session->parts[i].member_of[c->who] != v->subject.member)
				continue;
			if (c->at <= v->as_of && c->at > last)
				last = c->at;
		}
	return last;
}

struct last {
	int64_t known, possible; /* DATE_NONE: none */
};

static struct last last_of(const struct signal *s, const struct view *v)
{
	const struct elapsed_selector *sel = s->selector;
	struct last last = { DATE_NONE, DATE_NONE };

	for (size_t i = 0; i <= v->session; i++) {
		const struct session *session = &v->history->sessions[i];
		enum truth there = came(v, session);
		int64_t contact = sel->since == SINCE_CONTACT ? last_contact(v, session) : DATE_NONE;

		if (there == TRUTH_TRUE && session->started > last.known)
			last.known = session->started;
		if (contact > last.known)
			last.known = contact;
		if (there == TRUTH_NO_DATA && session->started > last.possible)
			last.possible = session->started;
	}
	if (last.possible < last.known)
		last.possible = last.known;
	return last;
}

/* In seconds; NAN: fewer than three are known. */
static double own_interval(const struct view *v)
{
	double days[INTERVALS_USED];
	int64_t later = DATE_NONE;
	size_t n = 0;

	for (size_t i = v->session + 1; i-- > 0 && n < INTERVALS_USED;) {
		const struct session *session = &v->history->sessions[i];

		if (came(v, session) != TRUTH_TRUE)
			continue;
		if (later != DATE_NONE)
			days[n++] = (double)(later - session->started);
		later = session->started;
	}
	return n >= INTERVALS_NEEDED ? median(days, n) : NAN;
}

static double limit_of(const struct signal *s, const struct view *v)
{
	const struct threshold *intervals = &s->times_of_interval[0], *days = &s->times_of_interval[1];
	double limit = NAN;

	if (intervals->a > 0)
		limit = intervals->a * own_interval(v);
	if (days->a > 0)
		limit = fmax(limit, days->a * DAY_S); /* of NAN and a number: the number */
	return limit;
}

static struct reading read_truth(const struct signal *s, const struct view *v)
{
	struct reading ret = no_reading("no attended session is known");
	struct last last = last_of(s, v);
	double limit = limit_of(s, v);
	enum truth latest, earliest;
	const char *silence = site_silence(v);

	if (silence)
		return no_reading(silence);
	if (last.known == DATE_NONE)
		return ret;
	ret.value = ret.raw = (double)(v->as_of - last.known) / DAY_S;
	ret.why = "the own interval is not known yet";
	if (isnan(limit))
		return ret;
	ret.limit = limit / DAY_S;
	latest = truth_of((double)(v->as_of - last.possible) > limit);
	earliest = truth_of((double)(v->as_of - last.known) > limit);
	ret.truth = latest == earliest ? latest : TRUTH_NO_DATA;
	ret.why = latest == earliest ? NULL : "whether the last session was attended is not known";
	if (ret.truth != TRUTH_TRUE)
		ret.true_at = last.possible + (int64_t)floor(limit) + 1;
	return ret;
}

const struct signal_kind signal_elapsed = {
	.name = "elapsed",
	.help = "the time since the last attended session",
	.channel = CHANNEL_BEHAVIOUR,
	.measures = measures,
	.read = read_selector,
	.read_truth = read_truth,
	.fields = fields,
	.all_sessions = true,
	.about_nobody = true,
	.supply = "more attended sessions (`attendance`)",
};
