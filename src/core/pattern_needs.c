/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words without which a regular expression cannot match.
 *
 * A rough reading, that may give up but may not be wrong: a run of literal letters counts as a word only where both its
 * ends are sure to be edges of a word (a space, \b, \s, \W, punctuation, the pattern's own ends), a group counts by the
 * best of each of its branches, and what may be missing counts for nothing.
 */
#include <ctype.h>

#include "core/frequency.h"
#include "core/pattern.h"

#define DEPTH_MAX 20

struct piece {
	size_t from, to; /* the source it covers, with its quantifier */
	enum { PIECE_LETTER, PIECE_EDGE, PIECE_GROUP, PIECE_OTHER } kind;
	size_t inner_from, inner_to; /* a group's body */
	bool quantified, optional;
};

struct needs {
	struct arena *arena;
	struct str source;
	int depth;
};

/* Behind the class or group that opens at i. */
static size_t behind_class(struct str s, size_t i)
{
	i++;
	if (i < s.n && s.p[i] == '^')
		i++;
	if (i < s.n && s.p[i] == ']')
		i++;
	for (; i < s.n && s.p[i] != ']'; i++)
		if (s.p[i] == '\\')
			i++;
	return i < s.n ? i + 1 : s.n;
}

static size_t behind_group(struct str s, size_t i)
{
	size_t open = 0;

	while (i < s.n) {
		if (s.p[i] == '\\') {
			i += 2;
			continue;
		}
		if (s.p[i] == '[') {
			i = behind_class(s, i);
			continue;
		}
		open += s.p[i] == '(';
		open -= s.p[i] == ')';
		i++;
		if (open == 0)
			break;
	}
	return i < s.n ? i : s.n;
}

static void read_quantifier(struct str s, struct piece *p)
{
	char c = p->to < s.n ? s.p[p->to] : '\0';

	if (!c || !strchr("?*+{", c))
		return;
	p->quantified = true;
	/* {2} and {1,} need one, but "at least once" is not worth reading digits for */
	p->optional = c != '+';
	while (p->to < s.n && s.p[p->to] != '}' && c == '{')
		p->to++;
	p->to++;
	if (p->to < s.n && (s.p[p->to] == '?' || s.p[p->to] == '+'))
		p->to++;
	if (p->to > s.n)
		p->to = s.n;
}

static void read_escape(struct str s, struct piece *p)
{
	char c = p->from + 1 < s.n ? s.p[p->from + 1] : '\0';

	p->to = p->from + 2 > s.n ? s.n : p->from + 2;
	/* an escaped apostrophe is no edge: it folds away */
	p->kind = c && (strchr("bsWA", c) || ispunct((unsigned char)c)) && c != '\'' ? PIECE_EDGE : PIECE_OTHER;
	/* \x{..}, \p{..}, \k<..>: their tails would read as letters */
	if (c && strchr("xpPNkgoQcu0123456789", c))
		p->to = s.n;
}

static void read_group(struct str s, struct piece *p)
{
	p->to = behind_group(s, p->from);
	p->inner_from = p->from + 1;
	p->inner_to = p->to > p->inner_from ? p->to - 1 : p->inner_from;
	p->kind = PIECE_GROUP;
	if (p->inner_from >= s.n || (s.p[p->inner_from] != '?' && s.p[p->inner_from] != '*'))
		return;
	if (p->inner_from + 1 < s.n && s.p[p->inner_from + 1] == ':')
		p->inner_from += 2;
	else
		p->kind = PIECE_OTHER; /* lookarounds, conditions, flags */
}

static struct piece piece_at(struct str s, size_t i)
{
	struct piece p = { .from = i, .to = i + 1 };
	unsigned char c = (unsigned char)s.p[i];

	if (c == '\\')
		read_escape(s, &p);
	else if (c == '(')
		read_group(s, &p);
	else if (c == '[') {
		p.to = behind_class(s, i);
		p.kind = PIECE_OTHER;
	} else if (isalnum(c) || c >= 0x80 || c == '\'')
		p.kind = PIECE_LETTER;
	else
		p.kind = c == '.' || c == '_' ? PIECE_OTHER : PIECE_EDGE;
	if (p.kind == PIECE_LETTER && c >= 0x80)
		while (p.to < s.n && ((unsigned char)s.p[p.to] & 0xC0) == 0x80)
			p.to++;
	read_quantifier(s, &p);
	return p;
}

static unsigned cost(const struct words_list *set)
{
	unsigned sum = 0;

	for (size_t i = 0; i < set->n; i++)
		sum += frequency_of(set->items[i].text);
	return sum;
}

static void keep_better(struct words_list *best, const struct words_list *set)
{
	if (set->n && (!best->n || cost(set) < cost(best)))
		*best = *set;
}

static void take_run(struct needs *n, size_t from, size_t to, struct words_list *best)
{
	struct words_list set = { 0 };

	words_split(n->arena, (struct str){ n->source.p + from, to - from }, &set);
	/* A number may be part of a longer one: "3" of "3.5". */
	if (set.n == 1 && !isdigit((unsigned char)set.items[0].text.p[0]))
		keep_better(best, &set);
}

static bool edge_follows(const struct needs *n, size_t at, size_t to, bool right)
{
	/* An edge that may be missing ("\W*") leaves it to what follows. */
	while (at < to && n->source.p[at] != '|') {
		struct piece next = piece_at(n->source, at);

		if (next.kind != PIECE_EDGE)
			return false;
		if (!next.optional)
			return true;
		at = next.to;
	}
	return right;
}

static struct words_list needs_of_branches(struct needs *n, size_t from, size_t to, bool left, bool right);

/* One branch: pieces in a row.  left, right: its ends are edges of words. */
static struct words_list needs_of_row(struct needs *n, size_t from, size_t to, bool left, bool right)
{
	struct words_list best = { 0 };
	size_t run = 0, run_n = 0;
	struct piece p;

	for (size_t i = from; i < to; i = p.to) {
		p = piece_at(n->source, i);
		if (p.kind == PIECE_LETTER && !p.quantified) {
			if (run_n++ == 0)
				run = i;
			continue;
		}
		if (run_n && left && edge_follows(n, i, to, right))
			take_run(n, run, i, &best);
		if (p.kind == PIECE_GROUP && !p.quantified) {
			struct words_list inner = needs_of_branches(n, p.inner_from, p.inner_to, left && !run_n,
								    edge_follows(n, p.to, to, right));

			keep_better(&best, &inner);
		}
		left = p.kind == PIECE_EDGE && (!p.optional || (left && !run_n));
		run_n = 0;
	}
	if (run_n && left && right)
		take_run(n, run, to, &best);
	return best;
}

/* Every branch must need something; together they need one of all. */
static struct words_list needs_of_branches(struct needs *n, size_t from, size_t to, bool left, bool right)
{
	struct words_list all = { 0 }, none = { 0 };
	struct piece p;

	if (++n->depth > DEPTH_MAX)
		return none;
	for (size_t start = from, i = from; i <= to; i = p.to) {
		p = i < to ? piece_at(n->source, i) : (struct piece){ .to = to + 1 };
		if (i < to && p.to > to)
			return none;
		if (i < to && n->source.p[i] != '|')
			continue;
		struct words_list row = needs_of_row(n, start, i, left, right);

		if (!row.n || all.n + row.n > PATTERN_MAX_NEEDS)
			return none;
		for (size_t k = 0; k < row.n; k++)
			*VEC_PUSH(n->arena, &all) = row.items[k];
		start = i + 1;
		p.to = i + 1;
	}
	n->depth--;
	return all;
}

bool pattern_needs(struct arena *a, struct str source, struct words_list *ret)
{
	struct needs n = { a, source, 0 };

	*ret = needs_of_branches(&n, 0, source.n, true, true);
	return ret->n > 0;
}
