/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/lexicon.h"

#include <assert.h>
#include <stdlib.h>
#include <strings.h>

#include "core/lexicon_parts.h"

struct lexicons *lexicons_new(void)
{
	struct lexicons *l = calloc(1, sizeof *l);

	if (!l)
		abort();
	contexts_add_builtin(l);
	return l;
}

void lexicons_free(struct lexicons *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->entries.n; i++)
		pattern_free(l->entries.items[i].pattern);
	buf_release(&l->canonical);
	arena_release(&l->arena);
	free(l);
}

void lexicons_freeze(struct lexicons *l)
{
	assert(!l->frozen);
	lexicons_index(l);
	l->cue_words = cue_words_new(&l->arena);
	l->frozen = true;
}

const struct cue_words *lexicons_cue_words(const struct lexicons *l)
{
	return l->cue_words;
}

size_t lexicons_count(const struct lexicons *l)
{
	return l->lexicons.n;
}

const struct lexicon *lexicons_get(const struct lexicons *l, size_t index)
{
	assert(index < l->lexicons.n);
	return &l->lexicons.items[index];
}

int lexicons_find(const struct lexicons *l, struct str id)
{
	for (size_t i = 0; i < l->lexicons.n; i++)
		if (str_eq(l->lexicons.items[i].id, id))
			return (int)i;
	return -1;
}

bool lexicon_applies(const struct lexicon *lexicon, struct str language)
{
	struct str own = lexicon->language;

	if (!own.n)
		return true;
	if (!language.n)
		language = STR("en");
	return language.n >= own.n && strncasecmp(own.p, language.p, own.n) == 0 &&
	       (language.n == own.n || language.p[own.n] == '-' || language.p[own.n] == '_');
}

static int by_text(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static struct str bytes_of(const struct lexicons *l, size_t i)
{
	size_t begin = l->begins.items[i], end = i + 1 < l->begins.n ? l->begins.items[i + 1] : l->canonical.n;

	return (struct str){ l->canonical.p + begin, end - begin };
}

void lexicons_compare(struct arena *a, const struct lexicons *old, const struct lexicons *new, struct strs *ret_changed,
		      struct strs *ret_added)
{
	for (size_t i = 0; i < new->lexicons.n; i++) {
		struct str id = new->lexicons.items[i].id;
		int was = lexicons_find(old, id);

		if (was < 0)
			*VEC_PUSH(a, ret_added) = id;
		else if (!str_eq(bytes_of(old, (size_t)was), bytes_of(new, i)))
			*VEC_PUSH(a, ret_changed) = id;
	}
}

void lexicons_canonical(const struct lexicons *l, struct buf *out)
{
	struct arena a = { 0 };
	struct str *all = ARENA_ARRAY(&a, struct str, l->begins.n + 1);

	for (size_t i = 0; i < l->begins.n; i++)
		all[i] = bytes_of(l, i);
	if (l->begins.n)
		qsort(all, l->begins.n, sizeof *all, by_text);
	for (size_t i = 0; i < l->begins.n; i++)
		buf_puts(out, all[i]);
	arena_release(&a);
}

bool lexicons_same(const struct lexicons *a, const struct lexicons *b)
{
	struct buf x = { 0 }, y = { 0 };
	bool same;

	lexicons_canonical(a, &x);
	lexicons_canonical(b, &y);
	same = str_eq(buf_str(&x), buf_str(&y));
	buf_release(&x);
	buf_release(&y);
	return same;
}
