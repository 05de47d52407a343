/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A skeleton as bytes.
 *
 *	skeleton  = version:u8 (1)
 *		    record case revision session started minutes modality language site next next_at ending
 *		    participants attendance scores homework coded codes reports contacts flags
 *		    lexicons has_turns turns
 *	list      = count, then the items
 *	string    = 0: absent, else length + 1, then the bytes
 *	whole     = zigzag varint (7 bits a byte, least first); DATE_NONE is its own number
 *	number    = 8 bytes, IEEE 754, least significant byte first; NaN is NaN
 *	turn      = who + 1, (to + 1) * 2 + inferred, at, length, words, hits
 *	at        = 0: not known, else 1 + zigzag of the hundredths of a second since the `at` before it
 *	length    = 0: not known, else 1 + zigzag of the hundredths from `at` (or, without one, from 0) to `end`
 *	hit       = lexicon, count * 2 + 1 and the weight as 4 bytes, or count * 2 when the weight is the count
 *
 * One function a part goes both ways, so that writing and reading cannot part; writing changes nothing.  Reading takes
 *any bytes: every number is checked against its range, every index against its list, every count against the bytes
 *left.
 */
#include <assert.h>
#include <limits.h>
#include <stdlib.h>

#include "core/skeleton.h"

#define VERSION 1

struct coder {
	struct buf *out; /* writing; NULL: reading */
	struct arena *arena;
	const unsigned char *at, *end;
	bool bad;
	int participants, lexicons; /* how many indices may name */
	int64_t last_at;	    /* in ticks */
};

static bool fail(struct coder *c)
{
	c->bad = true;
	c->at = c->end;
	return false;
}

static void write_unsigned(struct buf *out, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		buf_putc(out, (char)(v | 0x80));
	buf_putc(out, (char)v);
}

static uint64_t read_unsigned(struct coder *c)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 64 && c->at < c->end; shift += 7) {
		v |= (uint64_t)(*c->at & 0x7F) << shift;
		if (!(*c->at++ & 0x80))
			return v;
	}
	fail(c);
	return 0;
}

static inline void code_unsigned(struct coder *c, uint64_t *v)
{
	if (c->out)
		write_unsigned(c->out, *v);
	else if (c->at < c->end && *c->at < 0x80)
		*v = *c->at++; /* nearly all are small */
	else
		*v = read_unsigned(c);
}

static uint64_t zigzag(int64_t v)
{
	return (uint64_t)v << 1 ^ (v < 0 ? UINT64_MAX : 0);
}

static int64_t unzigzag(uint64_t v)
{
	return (int64_t)(v >> 1 ^ (v & 1 ? UINT64_MAX : 0));
}

static void code_whole(struct coder *c, int64_t *v)
{
	uint64_t u = zigzag(*v);

	code_unsigned(c, &u);
	if (!c->out)
		*v = unzigzag(u);
}

static void code_int(struct coder *c, int *v, int min, int max)
{
	int64_t w = *v;

	code_whole(c, &w);
	if (w < min || w > max) {
		fail(c);
		w = min;
	}
	if (!c->out)
		*v = (int)w;
}

static void code_bytes(struct coder *c, void *bytes, size_t n)
{
	if (c->out) {
		buf_add(c->out, bytes, n);
	} else if ((size_t)(c->end - c->at) < n) {
		memset(bytes, 0, n);
		fail(c);
	} else {
		memcpy(bytes, c->at, n);
		c->at += n;
	}
}

/* Infinities come from no record. */
static void code_number(struct coder *c, double *v)
{
	unsigned char bytes[8];
	uint64_t bits;

	memcpy(&bits, v, 8);
	if (isnan(*v))
		bits = UINT64_C(0x7FF8000000000000);
	for (int i = 0; i < 8; i++)
		bytes[i] = (unsigned char)(bits >> 8 * i);
	code_bytes(c, bytes, 8);
	if (c->out)
		return;
	for (int i = 7, first = 1; i >= 0; i--, first = 0)
		bits = first ? bytes[i] : bits << 8 | bytes[i];
	memcpy(v, &bits, 8);
	if (isinf(*v))
		fail(c);
}

static void code_weight(struct coder *c, float *v)
{
	unsigned char bytes[4];
	uint32_t bits;

	memcpy(&bits, v, 4);
	for (int i = 0; i < 4; i++)
		bytes[i] = (unsigned char)(bits >> 8 * i);
	code_bytes(c, bytes, 4);
	if (c->out)
		return;
	bits = bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
	memcpy(v, &bits, 4);
	if (!isfinite(*v))
		fail(c);
}

static void code_str(struct coder *c, struct str *s)
{
	uint64_t n = s->p ? (uint64_t)s->n + 1 : 0;

	code_unsigned(c, &n);
	if (c->out) {
		if (s->n)
			buf_add(c->out, s->p, s->n);
		return;
	}
	if (n > (uint64_t)(c->end - c->at) + 1) {
		fail(c);
		n = 0;
	}
	*s = (struct str){ NULL, 0 };
	if (n) {
		*s = arena_dup(c->arena, (struct str){ (const char *)c->at, (size_t)n - 1 });
		c->at += n - 1;
	}
}

static void code_bool(struct coder *c, bool *v)
{
	int i = *v;

	code_int(c, &i, 0, 1);
	if (!c->out)
		*v = i;
}

/* The length of a list; when reading, its items are made.  An item takes a byte at least. */
static void *code_list(struct coder *c, void *items, size_t *n, size_t *cap, size_t size)
{
	uint64_t count = *n;

	code_unsigned(c, &count);
	if (c->out)
		return items;
	if (count > (uint64_t)(c->end - c->at)) {
		fail(c);
		count = 0;
	}
	*n = (size_t)count;
	if (cap)
		*cap = (size_t)count;
	return arena_alloc_array(c->arena, (size_t)count, size, alignof(max_align_t));
}

#define CODE_LIST(c, list, code_item)                                                                                  \
	do {                                                                                                           \
		(list)->items = code_list((c), (list)->items, &(list)->n, &(list)->cap, sizeof *(list)->items);        \
		for (size_t list_i = 0; list_i < (list)->n && !(c)->bad; list_i++)                                     \
			code_item((c), &(list)->items[list_i]);                                                        \
	} while (0)

static void code_who(struct coder *c, int *who)
{
	code_int(c, who, 0, c->participants - 1);
}

static void code_who_or_none(struct coder *c, int *who)
{
	code_int(c, who, -1, c->participants - 1);
}

static void code_participant(struct coder *c, struct participant *p)
{
	code_str(c, &p->id);
	code_int(c, &p->role, 0, ROLE_OBSERVER);
	code_str(c, &p->person);
	code_number(c, &p->age);
}

static void code_attendance(struct coder *c, struct attendance *x)
{
	code_who(c, &x->who);
	code_int(c, &x->status, 0, RESCHEDULED);
	code_int(c, &x->by, 0, BY_OTHER);
	code_number(c, &x->minutes);
	code_number(c, &x->notice_hours);
}

static void code_score(struct coder *c, struct score *s)
{
	code_str(c, &s->of);
	code_who(c, &s->by);
	code_who_or_none(c, &s->about);
	code_number(c, &s->total);
	s->items = code_list(c, s->items, &s->n_items, NULL, sizeof *s->items);
	for (size_t i = 0; i < s->n_items && !c->bad; i++) {
		code_str(c, &s->items[i].name);
		code_number(c, &s->items[i].value);
	}
}

static void code_homework(struct coder *c, struct homework *h)
{
	code_who(c, &h->who);
	code_number(c, &h->rating);
}

static void code_code(struct coder *c, struct code *x)
{
	code_str(c, &x->system);
	code_str(c, &x->marker);
	code_who_or_none(c, &x->who);
	code_number(c, &x->salience);
	code_number(c, &x->value);
	code_number(c, &x->at);
}

static void code_report(struct coder *c, struct report *x)
{
	code_who(c, &x->by);
	code_int(c, &x->rupture, -1, 1);
}

static void code_contact(struct coder *c, struct contact *x)
{
	code_who(c, &x->who);
	code_whole(c, &x->at);
	code_str(c, &x->kind);
}

static void code_flag(struct coder *c, struct flag *x)
{
	code_str(c, &x->name);
	code_bool(c, &x->set);
}

static void code_lexicon(struct coder *c, struct skeleton_lexicon *l)
{
	code_str(c, &l->id);
	code_int(c, &l->major, 0, INT_MAX);
	code_int(c, &l->minor, 0, INT_MAX);
	code_bool(c, &l->applies);
}

/* Seconds as ticks from *base, which moves along. */
static void code_time(struct coder *c, float *seconds, int64_t *base)
{
	bool known = c->out && fabsf(*seconds) <= SKELETON_MAX_S;
	uint64_t v = known ? zigzag(llround((double)*seconds * SKELETON_TICKS_PER_S) - *base) + 1 : 0;

	code_unsigned(c, &v);
	if (v > (uint64_t)1 << 56 || llabs(*base) > (int64_t)1 << 60)
		fail(c);
	if (v && !c->bad)
		*base += unzigzag(v - 1);
	if (!c->out)
		*seconds = v && !c->bad ? (float)((double)*base / SKELETON_TICKS_PER_S) : NAN;
}

static void code_hit(struct coder *c, struct skeleton_hit *h)
{
	int lexicon = h->lexicon;
	uint64_t v = (uint64_t)h->count * 2 + (h->weight != (float)h->count);

	code_int(c, &lexicon, 0, c->lexicons - 1);
	code_unsigned(c, &v);
	if (v < 2 || v / 2 > UINT16_MAX) {
		fail(c);
		return;
	}
	if (!c->out)
		*h = (struct skeleton_hit){ (uint16_t)lexicon, (uint16_t)(v / 2), (float)(v / 2) };
	if (v & 1)
		code_weight(c, &h->weight);
}

static void code_turn_head(struct coder *c, struct skeleton_turn *t)
{
	uint64_t who = (uint64_t)t->who + 1, to = ((uint64_t)(t->to + 1) << 1) | t->to_inferred, words = t->words;
	int64_t end_from;

	code_unsigned(c, &who);
	code_unsigned(c, &to);
	code_time(c, &t->at, &c->last_at);
	end_from = fabsf(t->at) <= SKELETON_MAX_S ? c->last_at : 0;
	code_time(c, &t->end, &end_from);
	code_unsigned(c, &words);
	if (who < 1 || who > (uint64_t)c->participants || to / 2 > (uint64_t)c->participants || words > UINT16_MAX) {
		fail(c);
		return;
	}
	if (c->out)
		return;
	t->who = (int16_t)(who - 1);
	t->to = (int16_t)((int)(to / 2) - 1);
	t->to_inferred = to & 1;
	t->words = (uint16_t)words;
}

/* A turn's hits stand behind it; in the struct all hits are one list. */
static void code_turn(struct coder *c, struct skeleton *s, struct skeleton_turn *t)
{
	uint64_t n = t->n_hits;

	code_turn_head(c, t);
	code_unsigned(c, &n);
	if (n > (uint64_t)c->lexicons) {
		fail(c);
		n = 0;
	}
	if (!c->out) {
		t->first_hit = (uint32_t)s->hits.n;
		t->n_hits = (uint16_t)n;
		for (uint64_t i = 0; i < n; i++)
			(void)VEC_PUSH(c->arena, &s->hits);
	}
	for (uint64_t i = 0; i < n && !c->bad; i++)
		code_hit(c, &s->hits.items[t->first_hit + i]);
}

static void code_plain(struct coder *c, struct skeleton *s)
{
	int next = (int)s->next, ending = (int)s->ending;

	code_str(c, &s->record);
	code_str(c, &s->case_id);
	code_whole(c, &s->revision);
	code_whole(c, &s->session);
	code_whole(c, &s->started);
	code_number(c, &s->minutes);
	code_str(c, &s->modality);
	code_str(c, &s->language);
	code_str(c, &s->site);
	code_int(c, &next, NEXT_ABSENT, NEXT_AT);
	code_whole(c, &s->next_at);
	code_int(c, &ending, ENDING_NONE, ENDING_DROPPED);
	if (c->out)
		return;
	s->next = (enum next_session)next;
	s->ending = (enum ending)ending;
}

static void code_skeleton(struct coder *c, struct skeleton *s)
{
	unsigned char version = VERSION;

	code_bytes(c, &version, 1);
	if (version != VERSION)
		fail(c);
	code_plain(c, s);
	CODE_LIST(c, &s->participants, code_participant);
	if (s->participants.n > RECORD_MAX_PARTICIPANTS)
		fail(c);
	c->participants = (int)(c->bad ? 0 : s->participants.n);
	CODE_LIST(c, &s->attendance, code_attendance);
	CODE_LIST(c, &s->scores, code_score);
	CODE_LIST(c, &s->homework, code_homework);
	CODE_LIST(c, &s->coded, code_str);
	CODE_LIST(c, &s->codes, code_code);
	CODE_LIST(c, &s->reports, code_report);
	CODE_LIST(c, &s->contacts, code_contact);
	CODE_LIST(c, &s->flags, code_flag);
	CODE_LIST(c, &s->lexicons, code_lexicon);
	if (s->lexicons.n > LEXICONS_MAX)
		fail(c);
	c->lexicons = (int)(c->bad ? 0 : s->lexicons.n);
	code_bool(c, &s->has_turns);
	s->turns.items = code_list(c, s->turns.items, &s->turns.n, &s->turns.cap, sizeof *s->turns.items);
	for (size_t i = 0; i < s->turns.n && !c->bad; i++)
		code_turn(c, s, &s->turns.items[i]);
}

void skeleton_encode(const struct skeleton *s, struct buf *out)
{
	struct coder c = { .out = out };
	struct skeleton copy = *s;

	code_skeleton(&c, &copy);
	assert(!c.bad);
}

struct skeleton *skeleton_decode(struct arena *a, struct str bytes)
{
	struct coder c = { .arena = a,
			   .at = (const unsigned char *)bytes.p,
			   .end = (const unsigned char *)bytes.p + bytes.n };
	struct skeleton *s = ARENA_NEW(a, struct skeleton);

	if (!bytes.n)
		return NULL;
	code_skeleton(&c, s);
	return c.bad || c.at != c.end ? NULL : s;
}
