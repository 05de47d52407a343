/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/signal_internal.h"
#include "core/signal_turns.h"

/* Opening ---------------------------------------------------------------------------------------------------------- */

static bool is_one_person(int word)
{
	return word == WHO_MEMBER || word == WHO_OTHER;
}

/* The participants of the transcript a who word stands for. */
static size_t resolve(const struct turns_scan *scan, int word, int self, bool ret[TURNS_PEOPLE])
{
	const int *member_of = view_session(scan->view)->transcript_member;
	int who[HISTORY_MAX_MEMBERS];
	size_t n = people(scan->view, word == WHO_UNSAID ? WHO_ANYONE : (enum who)word, self, who), found = 0;

	for (size_t p = 0; p < scan->s->participants.n; p++)
		for (size_t i = 0; i < n && !ret[p]; i++)
			if (member_of[p] == who[i] && !scan->silent[p]) {
				ret[p] = true;
				found++;
			}
	return found;
}

/* Somebody of whom it is not known that they came has said nothing that could be counted, nor been told anything. */
static const char *absent_one(const struct turns_scan *scan, int word, int self)
{
	const struct session *session = view_session(scan->view);
	int who = word == WHO_OTHER ? scan->view->subject.other : self;

	if (!is_one_person(word))
		return NULL;
	if (who < 0 || !session->listed[who])
		return "the member is not in this session's list";
	switch (session->attended[who]) {
	case TRUTH_FALSE:
		return "the member was not there";
	case TRUTH_NO_DATA:
		return "whether the member came is not known";
	case TRUTH_TRUE:
		break;
	}
	return NULL;
}

static int lexicon_in(const struct skeleton *s, struct str id)
{
	for (size_t i = 0; i < s->lexicons.n && i < LEXICONS_MAX; i++)
		if (str_eq(s->lexicons.items[i].id, id))
			return (int)i;
	return -1;
}

static const char *open_says(const struct turns_scan *scan, struct turns_filter *f)
{
	bool heard = false;

	for (size_t i = 0; i < f->match->says.n; i++) {
		struct str id = f->match->says.items[i];
		int at = lexicon_in(scan->s, id);
		const struct lexicons *now = scan->view->lexicons;
		int version = now ? lexicons_find(now, id) : -1;

		if (at < 0)
			return "the words were not looked for in this record";
		if (!scan->s->lexicons.items[at].applies)
			return "the lexicon is of another language";
		if (version >= 0 && lexicons_get(now, (size_t)version)->major != scan->s->lexicons.items[at].major)
			return "the words were counted by another version of the lexicon";
		f->lexicons[at / 64] |= UINT64_C(1) << (at % 64);
		heard |= (view_session(scan->view)->heard[at / 64] >> at % 64 & 1) != 0;
	}
	f->unheard = f->match->says.n && !heard;
	return NULL;
}

/* Where nobody's addressee is known, "nothing was said to them" is not known either. */
static bool addressees_known(const struct turns_scan *scan, const struct turns_filter *f)
{
	bool spoke = false;

	if (f->any_addressee)
		return true;
	for (size_t i = 0; i < scan->s->turns.n; i++) {
		const struct skeleton_turn *t = &scan->s->turns.items[i];

		if (!f->from[t->who])
			continue;
		spoke = true;
		if (t->to >= 0)
			return true;
	}
	return !spoke;
}

static bool times_known(const struct skeleton *s)
{
	for (size_t i = 1; i < s->turns.n; i++)
		if (!isnan((double)s->turns.items[i].at) && !isnan((double)s->turns.items[i - 1].end))
			return true;
	return false;
}

static const char *open_filter(const struct turns_scan *scan, struct turns_filter *f, const struct turns_match *match,
			       int self)
{
	const char *why;

	f->match = match;
	if (!match)
		return NULL;
	why = absent_one(scan, match->from, self);
	if (!why)
		why = absent_one(scan, match->to, self);
	if (why)
		return why;
	if (!resolve(scan, match->from, self, f->from))
		return "nobody in the transcript is known to be the speaker meant";
	f->any_addressee = match->to == WHO_UNSAID || match->to == WHO_ANYONE;
	if (!f->any_addressee && !resolve(scan, match->to, self, f->to))
		return "nobody in the transcript is known to be the one spoken to";
	if (!addressees_known(scan, f))
		return "whom they spoke to is not known";
	if (match->gap_before.words.p && !times_known(scan->s))
		return "the turns have no times";
	return open_says(scan, f);
}

const char *turns_scan_open(struct turns_scan *scan, const struct turns_selector *sel, const struct view *view, int who)
{
	const struct session *session = view_session(view);
	const char *why;

	if (!session->transcript || session->transcript->participants.n > TURNS_PEOPLE)
		return "no transcript";
	*scan = (struct turns_scan){ .view = view, .s = session->transcript, .ordinal = session->ordinal };
	for (size_t p = 0; p < scan->s->participants.n; p++)
		scan->silent[p] = !participant_counts(&scan->s->participants.items[p]);
	why = open_filter(scan, &scan->match, &sel->match, who);
	if (!why)
		why = open_filter(scan, &scan->after, sel->match.after, who);
	if (!why)
		why = open_filter(scan, &scan->share_of, sel->share_of, who);
	return why;
}

/* Replies ---------------------------------------------------------------------------------------------------------- */

/* The reply at *at, which moves along; false when none is left. */
static bool next_reply(const struct turns_scan *scan, size_t *at, struct reply *ret)
{
	const struct session *session = view_session(scan->view);

	if (*at == session->n_replies)
		return false;
	*ret = session->replies[(*at)++];
	return true;
}

#define WEIGHT_STEPS 1000

/* What the turn's hits weigh together; weights are added as floats: rounded, three of .1 are .3. */
static bool has_hit(const struct skeleton *s, const struct skeleton_turn *t, const struct turns_filter *f)
{
	const struct threshold *enough = &f->match->weight;
	float weight = 0;

	for (uint32_t h = t->first_hit; h < t->first_hit + t->n_hits; h++) {
		unsigned lexicon = s->hits.items[h].lexicon;

		if (!(f->lexicons[lexicon / 64 % (LEXICONS_MAX / 64)] & UINT64_C(1) << (lexicon % 64)))
			continue;
		if (!enough->words.p)
			return true;
		weight += s->hits.items[h].weight;
	}
	return weight > 0 && threshold_test(enough, round(weight * WEIGHT_STEPS) / WEIGHT_STEPS) == TRUTH_TRUE;
}

static bool turn_fits(const struct turns_scan *scan, const struct turns_filter *f, const struct skeleton_turn *t)
{
	if (!f->any_addressee && (t->to < 0 || !f->to[t->to]))
		return false;
	return f->match->says.n == 0 || has_hit(scan->s, t, f);
}

static bool asks_gap(const struct turns_filter *f)
{
	return f->match->gap_before.words.p != NULL;
}

/* Whether the match is about replies as wholes. */
static bool by_reply(const struct turns_filter *f)
{
	return asks_gap(f) || f->match->words.words.p || f->match->after;
}

/* Seconds of silence before the reply, NAN when not known. */
static double gap_before(const struct turns_scan *scan, const struct reply *r)
{
	const struct skeleton_turn *turns = scan->s->turns.items;

	return r->first > 0 ? skeleton_seconds(turns[r->first - 1].end, turns[r->first].at) : NAN;
}

static bool reply_may_fit(const struct turns_scan *scan, const struct turns_filter *f, const struct reply *r)
{
	if (asks_gap(f) && threshold_test(&f->match->gap_before, gap_before(scan, r)) != TRUTH_TRUE)
		return false;
	return !f->match->words.words.p || threshold_test(&f->match->words, r->words) == TRUTH_TRUE;
}

static double seconds_of(const struct skeleton_turn *t)
{
	return skeleton_seconds(t->at, t->end);
}

static double reply_seconds(const struct turns_scan *scan, const struct reply *r)
{
	double sum = 0;

	for (size_t i = r->first; i <= r->last; i++)
		if (scan->s->turns.items[i].who == r->who)
			sum += seconds_of(&scan->s->turns.items[i]);
	return sum;
}

static void point_at(const struct turns_scan *scan, size_t turn, evidence_list *evidence)
{
	if (evidence)
		*VEC_PUSH(scan->view->arena, evidence) = (struct evidence){ scan->ordinal, (uint32_t)turn };
}

/* Counts the reply if it fits. */
static bool count_reply(const struct turns_scan *scan, const struct turns_filter *f, const struct reply *r,
			struct turns_tally *tally, evidence_list *evidence)
{
	bool whole = by_reply(f), found = false;

	if (f->unheard || !reply_may_fit(scan, f, r))
		return false;
	for (size_t i = r->first; i <= r->last && !(whole && found); i++) {
		const struct skeleton_turn *t = &scan->s->turns.items[i];

		if (t->who != r->who || !turn_fits(scan, f, t))
			continue;
		found = true;
		tally->count++;
		tally->words += whole ? r->words : t->words;
		if (scan->timed)
			tally->seconds += whole ? reply_seconds(scan, r) : seconds_of(t);
		point_at(scan, i, evidence);
	}
	tally->replies += found;
	return found;
}

static bool asks(const struct turns_scan *scan, const struct turns_filter *f, const struct reply *r)
{
	struct turns_tally ignored = { 0 };

	return f->from[r->who] && count_reply(scan, f, r, &ignored, NULL);
}

/* What does not hang on single turns; `all`: every reply of theirs fits. */
static struct turns_tally tally_whole(const struct turns_scan *scan, const struct turns_filter *f, bool all)
{
	const struct session *session = view_session(scan->view);
	struct turns_tally tally = { 0 };

	for (size_t p = 0; p < scan->s->participants.n; p++) {
		if (!f->from[p])
			continue;
		tally.from_words += session->words_of[p];
		tally.from_replies += session->replies_of[p];
		tally.count += all ? session->turns_of[p] : 0;
		tally.speakers += all && session->replies_of[p] > 0;
	}
	tally.words = all ? tally.from_words : 0;
	tally.replies = all ? tally.from_replies : 0;
	return tally;
}

/* Everything that they say. */
static bool fits_all(const struct turns_filter *f)
{
	return f->any_addressee && !f->match->says.n && !f->match->words.words.p && !f->match->after && !asks_gap(f);
}

struct turns_tally turns_tally(const struct turns_scan *scan, const struct turns_filter *f, evidence_list *evidence)
{
	struct turns_tally tally = { 0 };
	bool counted[TURNS_PEOPLE] = { false };
	const struct turns_filter *after = f->match->after ? &scan->after : NULL;
	double open = 0; /* replies of `after` not yet answered */
	struct reply r;

	if (f->unheard && !after && !asks_gap(f))
		return tally_whole(scan, f, false);
	if (fits_all(f) && !evidence && !scan->timed)
		return tally_whole(scan, f, true);
	for (size_t at = 0; next_reply(scan, &at, &r);) {
		if (f->from[r.who]) {
			bool fits = (!after || open > 0) && count_reply(scan, f, &r, &tally, evidence);

			tally.from_words += r.words;
			tally.from_replies += !asks_gap(f) || !isnan(gap_before(scan, &r));
			tally.answered += fits ? open : 0;
			tally.speakers += fits && !counted[r.who];
			counted[r.who] |= fits;
			open = 0;
		}
		if (after && asks(scan, after, &r)) {
			tally.asked++;
			open++;
		}
	}
	return tally;
}

struct turns_tally turns_all(const struct turns_scan *scan)
{
	struct turns_tally tally = { 0 };

	for (size_t i = 0; i < scan->s->turns.n; i++) {
		const struct skeleton_turn *t = &scan->s->turns.items[i];

		if (scan->silent[t->who])
			continue;
		tally.words += t->words;
		if (scan->timed)
			tally.seconds += seconds_of(t);
	}
	return tally;
}

double turns_median_words(const struct turns_scan *scan)
{
	const struct turns_filter *f = &scan->match;
	double *words = NULL;
	size_t n = 0;
	struct reply r;

	for (size_t at = 0; next_reply(scan, &at, &r);) {
		struct turns_tally one = { 0 };

		if (!f->from[r.who] || !count_reply(scan, f, &r, &one, NULL))
			continue;
		if (!words)
			words = ARENA_ARRAY(scan->view->arena, double, scan->s->turns.n);
		words[n++] = r.words;
	}
	return n ? median(words, n) : NAN;
}

double turns_length_s(const struct turns_scan *scan)
{
	size_t n = scan->s->turns.n;

	return n ? skeleton_seconds(scan->s->turns.items[0].at, scan->s->turns.items[n - 1].end) : NAN;
}
