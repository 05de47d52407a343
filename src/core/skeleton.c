/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/skeleton.h"

#include "core/addressee.h"

static float tick(double seconds)
{
	if (!(fabs(seconds) <= SKELETON_MAX_S))
		return NAN;
	return (float)((double)llround(seconds * SKELETON_TICKS_PER_S) / SKELETON_TICKS_PER_S);
}

/* Copies a list whose items hold no strings or get them from `copy`. */
#define COPY_LIST(a, to, from, copy)                                                                                   \
	do {                                                                                                           \
		for (size_t copy_i = 0; copy_i < (from).n; copy_i++)                                                   \
			*VEC_PUSH((a), &(to)) = copy((a), &(from).items[copy_i]);                                      \
	} while (0)

static struct participant copy_participant(struct arena *a, const struct participant *p)
{
	struct participant c = *p;

	c.id = arena_dup(a, p->id);
	c.person = arena_dup(a, p->person);
	return c;
}

static struct attendance copy_attendance(struct arena *a, const struct attendance *x)
{
	(void)a;
	return *x;
}

static struct score copy_score(struct arena *a, const struct score *s)
{
	struct score c = *s;

	c.of = arena_dup(a, s->of);
	c.items = ARENA_ARRAY(a, struct score_item, s->n_items + 1);
	for (size_t i = 0; i < s->n_items; i++)
		c.items[i] = (struct score_item){ arena_dup(a, s->items[i].name), s->items[i].value };
	return c;
}

static struct homework copy_homework(struct arena *a, const struct homework *x)
{
	(void)a;
	return *x;
}

static struct str copy_str(struct arena *a, const struct str *s)
{
	return arena_dup(a, *s);
}

static struct code copy_code(struct arena *a, const struct code *x)
{
	struct code c = *x;

	c.system = arena_dup(a, x->system);
	c.marker = arena_dup(a, x->marker);
	return c;
}

static struct report copy_report(struct arena *a, const struct report *x)
{
	(void)a;
	return *x;
}

static struct contact copy_contact(struct arena *a, const struct contact *x)
{
	struct contact c = *x;

	c.kind = arena_dup(a, x->kind);
	return c;
}

static struct flag copy_flag(struct arena *a, const struct flag *x)
{
	return (struct flag){ arena_dup(a, x->name), x->set };
}

static void copy_plain(struct arena *a, const struct record *r, struct skeleton *s)
{
	s->record = arena_dup(a, r->id);
	s->case_id = arena_dup(a, r->case_id);
	s->revision = r->revision;
	s->session = r->session;
	s->started = r->started;
	s->minutes = r->minutes;
	s->modality = arena_dup(a, r->modality);
	s->language = arena_dup(a, r->language);
	s->site = arena_dup(a, r->site);
	s->next = r->next;
	s->next_at = r->next_at;
	s->ending = r->ending;
	COPY_LIST(a, s->participants, r->participants, copy_participant);
	COPY_LIST(a, s->attendance, r->attendance, copy_attendance);
	COPY_LIST(a, s->scores, r->scores, copy_score);
	COPY_LIST(a, s->homework, r->homework, copy_homework);
	COPY_LIST(a, s->coded, r->coded, copy_str);
	COPY_LIST(a, s->codes, r->codes, copy_code);
	COPY_LIST(a, s->reports, r->reports, copy_report);
	COPY_LIST(a, s->contacts, r->contacts, copy_contact);
	COPY_LIST(a, s->flags, r->flags, copy_flag);
}

static void list_lexicons(struct arena *a, const struct lexicons *lexicons, struct skeleton *s)
{
	for (size_t i = 0; i < lexicons_count(lexicons); i++) {
		const struct lexicon *l = lexicons_get(lexicons, i);

		*VEC_PUSH(a, &s->lexicons) = (struct skeleton_lexicon){ arena_dup(a, l->id), l->major, l->minor,
									lexicon_applies(l, s->language) };
	}
}

/* Who spoke last, nods aside, and what cues it gave. */
struct spoken {
	int who; /* -1: nobody yet */
	struct cue cue;
};
struct traced {
	size_t turn;
	struct lexicon_hit hit;
};

/* What extract() needs for one turn after the other; the words live in `text` until all are looked at. */
struct extraction {
	const struct lexicons *lexicons;
	struct lexicon_scratch *scratch;
	const struct extract_trace *trace;
	struct arena *out, text, own;
	struct skeleton *skeleton;
	struct words_list words;    /* of one turn */
	struct cue *cues;	    /* by turn */
	struct spoken last, before; /* by two people */
	VEC(struct traced) traced;  /* only with a trace: it tells the addressees, which are known last */
	bool heard[LEXICONS_MAX];   /* lexicons of which a session keeps one bit */
};

/* Hits that count, summed by lexicon; a turn has few. */
static void sum_hits(struct extraction *x, struct skeleton_turn *turn, const lexicon_hits *hits)
{
	struct skeleton *s = x->skeleton;

	for (size_t i = 0; i < hits->n; i++) {
		const struct lexicon_hit *h = &hits->items[i];
		struct skeleton_hit *sum = NULL;

		if (h->unless)
			continue;
		if (lexicons_get(x->lexicons, (size_t)h->lexicon)->once) {
			x->heard[h->lexicon] = true;
			continue;
		}
		for (size_t k = turn->first_hit; k < s->hits.n; k++)
			if (s->hits.items[k].lexicon == h->lexicon)
				sum = &s->hits.items[k];
		if (!sum) {
			sum = VEC_PUSH(x->out, &s->hits);
			sum->lexicon = (uint16_t)h->lexicon;
			turn->n_hits++;
		}
		sum->count += sum->count < UINT16_MAX;
		sum->weight += (float)h->weight;
	}
}

/* The last turn of somebody whom rules look at: an interpreter speaks for others. */
static size_t last_turn(const struct skeleton *s)
{
	for (size_t i = s->turns.n; i-- > 0;) {
		enum role role = (enum role)s->participants.items[s->turns.items[i].who].role;

		if (role == ROLE_THERAPIST || role_is_member(role))
			return i;
	}
	return s->turns.n - 1;
}

/* The one bit a session: a hit in its last turn, wherever the words were. */
static void add_heard(struct extraction *x)
{
	struct skeleton *s = x->skeleton;
	struct skeleton_turn *last = &s->turns.items[last_turn(s)];

	for (size_t i = 0; i < s->lexicons.n; i++) {
		size_t at = last->first_hit + last->n_hits;

		if (!x->heard[i])
			continue;
		(void)VEC_PUSH(x->out, &s->hits);
		memmove(&s->hits.items[at + 1], &s->hits.items[at], (s->hits.n - 1 - at) * sizeof *s->hits.items);
		s->hits.items[at] = (struct skeleton_hit){ .lexicon = (uint16_t)i, .count = 1, .weight = 1 };
		last->n_hits++;
		for (struct skeleton_turn *t = last + 1; t < s->turns.items + s->turns.n; t++)
			t->first_hit++;
	}
}

static struct cue said_before(const struct extraction *x, int who)
{
	return x->last.who == who ? x->before.cue : x->last.cue;
}

static void hear(struct extraction *x, int who, const struct cue *cue)
{
	if (cue->nods)
		return;
	if (x->last.who != who)
		x->before = x->last;
	x->last = (struct spoken){ who, *cue };
}

static void extract_turn(struct extraction *x, size_t index, const struct turn *turn)
{
	const struct words_list *words = &x->words;
	lexicon_hits hits = { 0 };
	struct skeleton *s = x->skeleton;
	struct skeleton_turn *t = VEC_PUSH(x->out, &s->turns);

	words_split(&x->text, turn->text, &x->words);
	x->cues[index] = cue_of(lexicons_cue_words(x->lexicons), words, turn->text);
	lexicons_match(x->lexicons, x->scratch, &x->text,
		       &(struct lexicon_turn){ words, turn->text, s->language, said_before(x, turn->who) }, &hits);
	hear(x, turn->who, &x->cues[index]);
	*t = (struct skeleton_turn){
		.who = (int16_t)turn->who,
		.to = -1,
		.at = tick(turn->at),
		.end = tick(turn->end),
		.words = (uint16_t)(words->n < UINT16_MAX ? words->n : UINT16_MAX),
		.first_hit = (uint32_t)s->hits.n,
	};
	sum_hits(x, t, &hits);
	for (size_t i = 0; x->trace && i < hits.n; i++)
		*VEC_PUSH(&x->own, &x->traced) = (struct traced){ index, hits.items[i] };
}

static void extract_addressees(struct extraction *x, const struct record *record)
{
	const struct addressee *to = addressees_of(&x->own, record, x->cues);

	for (size_t i = 0; i < record->turns.n; i++) {
		x->skeleton->turns.items[i].to = (int16_t)to[i].to;
		x->skeleton->turns.items[i].to_inferred = to[i].inferred;
	}
	for (size_t i = 0; i < x->traced.n; i++) {
		const struct traced *t = &x->traced.items[i];

		x->trace->hit(x->trace->user, t->turn, &t->hit, record->turns.items[t->turn].who, to[t->turn].to);
	}
}

struct skeleton *extract(struct arena *a, const struct record *record, const struct lexicons *lexicons,
			 struct lexicon_scratch *scratch, struct extract_policy policy,
			 const struct extract_trace *trace)
{
	struct skeleton *s = ARENA_NEW(a, struct skeleton);
	struct extraction x = {
		.lexicons = lexicons,
		.scratch = scratch,
		.trace = trace,
		.out = a,
		.text = { .wipe = true },
		.skeleton = s,
	};
	bool consent = record->consent_transcript == 1 || (record->consent_transcript != 0 && !policy.consent_required);

	copy_plain(a, record, s);
	list_lexicons(a, lexicons, s);
	s->has_turns = consent && record->turns.n > 0;
	if (!s->has_turns)
		return s;
	x.cues = ARENA_ARRAY(&x.own, struct cue, record->turns.n);
	x.last.who = x.before.who = -1;
	for (size_t i = 0; i < record->turns.n; i++)
		extract_turn(&x, i, &record->turns.items[i]);
	add_heard(&x);
	extract_addressees(&x, record);
	arena_release(&x.text);
	arena_release(&x.own);
	return s;
}

struct skeleton *skeleton_without(struct arena *a, const struct skeleton *s, const struct strs *lexicons)
{
	struct skeleton *ret = ARENA_NEW(a, struct skeleton);

	*ret = *s;
	ret->lexicons.items = ARENA_ARRAY(a, struct skeleton_lexicon, s->lexicons.n + 1);
	for (size_t i = 0; i < s->lexicons.n; i++) {
		ret->lexicons.items[i] = s->lexicons.items[i];
		for (size_t k = 0; k < lexicons->n; k++)
			if (str_eq(s->lexicons.items[i].id, lexicons->items[k]))
				ret->lexicons.items[i].id = (struct str){ 0 };
	}
	return ret;
}
