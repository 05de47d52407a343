/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parsing is a recursive descent; each part of the phrase comes back as what its surroundings need to know of it
 * (struct part), and joining two parts joins the ends of the one to the beginnings of the other.
 */
#include "core/phrase.h"

#include <assert.h>

#include "core/frequency.h"

#define FILLERS_MAX	 6  /* words stepped over between two of a phrase */
#define PREFIX_FREQUENCY 50 /* a beginning stands for several words: rather something else */
#define NO_ANCHOR	 UINT32_MAX

struct parse {
	struct arena scratch;
	struct str text;
	size_t at;
	int depth;
	struct phrase_fault *fault;
	VEC(struct place) places;
};

/* What a part of a phrase looks like from outside. */
struct part {
	struct places first, last; /* where it may begin and end */
	bool may_be_missing;
	size_t sequences, longest; /* how many, and the words of the longest */
	struct places anchors;	   /* every sequence passes one of them */
	uint32_t frequency;	   /* of the anchors together; NO_ANCHOR: there are none */
};

static const struct part nothing = { .may_be_missing = true, .sequences = 1, .frequency = NO_ANCHOR };

static bool fail(struct parse *p, size_t from, size_t bytes, const char *message, const char *hint)
{
	*p->fault = (struct phrase_fault){ from, bytes, message, hint };
	return false;
}

static char peek(const struct parse *p, size_t at)
{
	return at < p->text.n ? p->text.p[at] : '\0';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c & 0x80) || c == '\'';
}

static void add_places(struct arena *a, struct places *to, const struct places *more)
{
	for (size_t i = 0; i < more->n; i++)
		*VEC_PUSH(a, to) = more->items[i];
}

static struct places both(struct parse *p, const struct places *x, const struct places *y)
{
	struct places all = { 0 };

	add_places(&p->scratch, &all, x);
	add_places(&p->scratch, &all, y);
	return all;
}

static bool too_many(struct parse *p, size_t from)
{
	return fail(p, from, p->at - from, "this phrase stands for more than 1000 sequences of words",
		    "write it as several entries");
}

/* `tail` behind what is there so far. */
static bool join(struct parse *p, struct part *so_far, const struct part *tail, size_t from)
{
	struct part x = *so_far;

	if (x.sequences * tail->sequences > PHRASE_MAX_SEQUENCES)
		return too_many(p, from);
	if (x.longest + tail->longest > PHRASE_MAX_WORDS)
		return fail(p, 0, p->text.n, "a phrase has at most 24 words", NULL);
	for (size_t i = 0; i < x.last.n; i++) {
		for (size_t k = 0; k < tail->first.n; k++) {
			uint16_t left = x.last.items[i], right = tail->first.items[k];

			*VEC_PUSH(&p->scratch, &p->places.items[left].next) = right;
			*VEC_PUSH(&p->scratch, &p->places.items[right].before) = left;
		}
	}
	so_far->first = x.may_be_missing ? both(p, &x.first, &tail->first) : x.first;
	so_far->last = tail->may_be_missing ? both(p, &x.last, &tail->last) : tail->last;
	so_far->may_be_missing = x.may_be_missing && tail->may_be_missing;
	so_far->sequences = x.sequences * tail->sequences;
	so_far->longest = x.longest + tail->longest;
	if (tail->frequency < x.frequency) {
		so_far->anchors = tail->anchors;
		so_far->frequency = tail->frequency;
	}
	return true;
}

/* The one or the other. */
static void choose(struct parse *p, struct part *so_far, const struct part *other)
{
	bool anchored = so_far->frequency != NO_ANCHOR && other->frequency != NO_ANCHOR;

	so_far->first = both(p, &so_far->first, &other->first);
	so_far->last = both(p, &so_far->last, &other->last);
	so_far->may_be_missing |= other->may_be_missing;
	so_far->sequences += other->sequences;
	so_far->longest = so_far->longest > other->longest ? so_far->longest : other->longest;
	so_far->anchors = anchored ? both(p, &so_far->anchors, &other->anchors) : (struct places){ 0 };
	so_far->frequency = anchored ? so_far->frequency + other->frequency : NO_ANCHOR;
}

static bool append(struct parse *p, struct part *so_far, struct place place, uint32_t frequency, size_t from)
{
	struct places one = { 0 };
	struct part tail = { .sequences = 1, .longest = 1, .frequency = frequency };

	*VEC_PUSH(&p->scratch, &one) = (uint16_t)p->places.n;
	*VEC_PUSH(&p->scratch, &p->places) = place;
	assert(p->places.n < UINT16_MAX); /* each is on one of the 1000 sequences of 24 words */
	tail.first = tail.last = one;
	if (frequency != NO_ANCHOR)
		tail.anchors = one;
	return join(p, so_far, &tail, from);
}

static bool parse_star(struct parse *p, struct part *ret)
{
	size_t from = p->at++;

	if (from > 0 && p->text.p[from - 1] == '.')
		return fail(p, from - 1, 2, "\".*\" is of a regular expression",
			    "write \"*\" for any one word, or start the entry with \"re:\"");
	if (is_letter(peek(p, p->at)))
		return fail(p, from, 1, "a star stands for a whole word, or ends the beginning of one",
			    "write \"listen*\" for listen, listens, listening");
	return append(p, ret, (struct place){ .kind = PLACE_ANY }, NO_ANCHOR, from);
}

static bool append_word(struct parse *p, struct part *ret, const struct word *w, bool is_prefix, size_t from)
{
	if (!is_prefix)
		return append(p, ret, (struct place){ .kind = PLACE_WORD, .hash = w->hash }, frequency_of(w->text),
			      from);
	if (w->text.n < PHRASE_MIN_PREFIX)
		return fail(p, p->at - w->text.n, w->text.n + 1,
			    "the beginning of a word needs 3 letters before its star", "write the words out: (a|b)");
	return append(p, ret, (struct place){ .kind = PLACE_PREFIX, .prefix = w->text }, PREFIX_FREQUENCY, from);
}

/* A stretch without brackets and stars; a star right behind it makes its last word a beginning. */
static bool parse_words(struct parse *p, struct part *ret)
{
	struct words_list words = { 0 };
	size_t from = p->at;
	bool prefix;

	while (p->at < p->text.n && !strchr("()[]|*\\", p->text.p[p->at]))
		p->at++;
	words_split(&p->scratch, (struct str){ p->text.p + from, p->at - from }, &words);
	prefix = peek(p, p->at) == '*' && p->at > from && is_letter(p->text.p[p->at - 1]) && words.n;
	for (size_t i = 0; i < words.n; i++)
		if (!append_word(p, ret, &words.items[i], prefix && i + 1 == words.n, from))
			return false;
	if (prefix && is_letter(peek(p, ++p->at)))
		return fail(p, p->at - 1, 1, "a star stands for a whole word, or ends the beginning of one",
			    "write \"listen*\" for listen, listens, listening");
	return true;
}

static bool parse_branches(struct parse *p, char close, size_t open, struct part *ret);

static bool parse_bracket(struct parse *p, struct part *ret)
{
	size_t open = p->at++;
	bool optional = p->text.p[open] == '[';
	struct part inner;

	if (open > 0 && is_letter(p->text.p[open - 1]))
		return fail(p, open, 1, "a bracket holds whole words; there is no space before it",
			    "write \"(listen|listens)\" or \"listen*\", not \"listen(s)\"");
	if (++p->depth > PHRASE_MAX_DEPTH)
		return fail(p, open, 1, "brackets are more than 8 deep", NULL);
	if (!parse_branches(p, optional ? ']' : ')', open, &inner))
		return false;
	if (optional)
		choose(p, &inner, &nothing);
	p->depth--;
	if (is_letter(peek(p, p->at)))
		return fail(p, p->at - 1, 1, "a bracket holds whole words; there is no space behind it", NULL);
	return join(p, ret, &inner, open);
}

static bool parse_branch(struct parse *p, struct part *ret)
{
	size_t from = p->at;

	*ret = nothing;
	while (p->at < p->text.n) {
		char c = p->text.p[p->at];

		if (c == ')' || c == ']' || c == '|')
			break;
		if (c == '\\')
			return fail(p, p->at, 1, "a backslash is of a regular expression",
				    "start the entry with \"re:\", or leave it out");
		if (!(c == '*' ? parse_star : c == '(' || c == '[' ? parse_bracket : parse_words)(p, ret))
			return false;
	}
	if (p->depth && !ret->longest)
		return fail(p, from, p->at > from ? p->at - from : 1, "a choice is empty",
			    "write [word] for a word that may be missing");
	return true;
}

/* Up to `close` (NUL: the end of the phrase), which is passed. */
static bool parse_branches(struct parse *p, char close, size_t open, struct part *ret)
{
	for (bool more = false;; more = true) {
		struct part branch;
		char c;

		if (!parse_branch(p, &branch))
			return false;
		if (more)
			choose(p, ret, &branch);
		else
			*ret = branch;
		if (ret->sequences > PHRASE_MAX_SEQUENCES)
			return too_many(p, open);
		c = peek(p, p->at);
		if (c == close && (c || p->at >= p->text.n)) {
			p->at++;
			return true;
		}
		if (!c)
			return fail(p, open, 1, "this bracket is not closed", NULL);
		if (c != '|')
			return fail(p, p->at, 1, "this bracket closes none that is open", NULL);
		if (!close)
			return fail(p, p->at, 1, "a choice stands in brackets", "write (one|two)");
		p->at++;
	}
}

static struct places keep_places(struct arena *a, const struct places *list)
{
	struct places kept = { ARENA_ARRAY(a, uint16_t, list->n), list->n, list->n };

	if (list->n)
		memcpy(kept.items, list->items, list->n * sizeof *list->items);
	return kept;
}

/* Out of the scratch memory. */
static void keep(struct arena *a, const struct parse *p, const struct part *whole, struct phrase *ret)
{
	*ret = (struct phrase){ ARENA_ARRAY(a, struct place, p->places.n), p->places.n,
				keep_places(a, &whole->anchors) };
	for (size_t i = 0; i < ret->n; i++) {
		const struct place *from = &p->places.items[i];

		ret->places[i] = (struct place){
			.kind = from->kind,
			.hash = from->hash,
			.prefix = arena_dup(a, from->prefix),
			.next = keep_places(a, &from->next),
			.before = keep_places(a, &from->before),
		};
	}
	for (size_t i = 0; i < whole->first.n; i++)
		ret->places[whole->first.items[i]].begins = true;
	for (size_t i = 0; i < whole->last.n; i++)
		ret->places[whole->last.items[i]].ends = true;
}

static bool parse(struct parse *p, struct part *ret)
{
	const char *hint = "say at least one word that must be there";

	if (memchr(p->text.p ? p->text.p : "", '\0', p->text.n))
		return fail(p, 0, p->text.n, "a phrase holds no NUL", NULL);
	if (!parse_branches(p, '\0', 0, ret))
		return false;
	if (!p->text.n)
		return fail(p, 0, 0, "an empty phrase", hint);
	if (ret->may_be_missing)
		return fail(p, 0, p->text.n, "every word of this phrase may be missing", hint);
	if (ret->frequency == NO_ANCHOR)
		return fail(p, 0, p->text.n, "a phrase of stars only matches anything", hint);
	return true;
}

bool phrase_parse(struct arena *a, struct str text, struct phrase *ret, struct phrase_fault *fault)
{
	struct parse p = { .text = text, .fault = fault };
	struct part whole;
	bool good = parse(&p, &whole);

	if (good)
		keep(a, &p, &whole, ret);
	arena_release(&p.scratch);
	return good;
}

static bool place_is(const struct place *p, const struct word *w)
{
	switch (p->kind) {
	case PLACE_WORD:
		return p->hash == w->hash; /* 64 bits tell words apart */
	case PLACE_PREFIX:
		return w->text.n >= p->prefix.n && memcmp(w->text.p, p->prefix.p, p->prefix.n) == 0;
	case PLACE_ANY:
		return !w->filler;
	}
	return false;
}

/* The word of a place at `at` or, fillers stepped over, further on in the direction of `step`. */
static bool place_find(const struct words_list *words, const struct place *p, size_t *at, int step)
{
	size_t i = *at;

	for (int skipped = 0; skipped <= FILLERS_MAX && i < words->n; skipped++, i += (size_t)step) {
		if (place_is(p, &words->items[i])) {
			*at = i;
			return true;
		}
		if (!words->items[i].filler)
			return false;
	}
	return false;
}

/* The farthest word at which the phrase may end (or, backward, begin) when its place `k` stands at `at`. */
static bool reach(const struct words_list *words, const struct phrase *p, size_t k, size_t at, int step, size_t *ret)
{
	const struct place *place = &p->places[k];
	const struct places *on = step > 0 ? &place->next : &place->before;
	bool found = step > 0 ? place->ends : place->begins;

	*ret = at;
	for (size_t i = 0; i < on->n; i++) {
		size_t to = at + (size_t)step, end; /* wraps at the first word: not found */

		if (!place_find(words, &p->places[on->items[i]], &to, step) ||
		    !reach(words, p, on->items[i], to, step, &end))
			continue;
		if (!found || (step > 0 ? end > *ret : end < *ret))
			*ret = end;
		found = true;
	}
	return found;
}

bool phrase_at(const struct words_list *words, const struct phrase *p, size_t k, size_t at, size_t *ret_first,
	       size_t *ret_last)
{
	return place_is(&p->places[k], &words->items[at]) && reach(words, p, k, at, 1, ret_last) &&
	       reach(words, p, k, at, -1, ret_first);
}

bool phrase_begins(const struct words_list *words, const struct phrase *p, size_t at)
{
	size_t end;

	for (size_t k = 0; k < p->n; k++)
		if (p->places[k].begins && place_is(&p->places[k], &words->items[at]) &&
		    reach(words, p, k, at, 1, &end))
			return true;
	return false;
}

bool phrase_ends(const struct words_list *words, const struct phrase *p, size_t at)
{
	size_t end;

	for (size_t k = 0; k < p->n; k++)
		if (p->places[k].ends && place_is(&p->places[k], &words->items[at]) && reach(words, p, k, at, -1, &end))
			return true;
	return false;
}
