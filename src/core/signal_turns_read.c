/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/shape.h"
#include "core/signal_internal.h"
#include "core/signal_turns.h"

static const unsigned words_units = UNIT_BIT(UNIT_NONE) | UNIT_BIT(UNIT_WORDS);
static const unsigned weight_units = UNIT_BIT(UNIT_NONE);
static const unsigned gap_units = UNIT_BIT(UNIT_NONE) | UNIT_BIT(UNIT_SECONDS);

/* What is no lexicon's id is a phrase if it looks like one. */
static bool looks_like_phrase(const struct doc *v)
{
	if (v->quoted)
		return true;
	for (size_t i = 0; i < v->text.n; i++)
		if (strchr(" *([|:'", v->text.p[i]))
			return true;
	return false;
}

static void tell_unknown(struct reader *r, const struct doc *v, const struct lexicons *lexicons)
{
	const char *names[LEXICONS_MAX], *hint;
	size_t n = 0;

	for (size_t i = 0; i < lexicons_count(lexicons) && n < LEXICONS_MAX; i++)
		if (!memchr(lexicons_get(lexicons, i)->id.p, '#',
			    lexicons_get(lexicons, i)->id.n)) /* nobody wrote those ids */
			names[n++] = arena_dup(r->arena, lexicons_get(lexicons, i)->id).p;
	hint = reader_suggest(r, v->text, names, n);
	if (!hint)
		hint = n ? "a phrase stands in quotes" : "none are known here: give the directory of lexicons too";
	reader_error(r, v, "unknown-lexicon", hint, "unknown lexicon \"%.*s\"", STR_ARG(v->text));
}

static void read_says_one(struct reader *r, struct doc *v, struct strs *says, struct doc *phrases)
{
	const struct compile *c = r->context;

	if (v->kind != DOC_SCALAR || !v->text.n)
		reader_error(r, v, "says", NULL, "expected a lexicon or a phrase");
	else if (lexicons_find(c->ruleset->lexicons, v->text) >= 0)
		*VEC_PUSH(r->arena, says) = arena_dup(r->arena, v->text);
	else if (looks_like_phrase(v))
		phrases->items[phrases->n++] = v;
	else
		tell_unknown(r, v, c->ruleset->lexicons);
}

static void read_says(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct compile *c = r->context;
	struct doc one = *v, phrases = { .kind = DOC_LIST, .at = v->at };
	size_t n = v->kind == DOC_LIST ? v->n : 1;
	struct str id;

	(void)f;
	phrases.items = ARENA_ARRAY(r->arena, struct doc *, n + 1);
	for (size_t i = 0; i < n; i++)
		read_says_one(r, v->kind == DOC_LIST ? v->items[i] : &one, into, &phrases);
	if (!phrases.n)
		return;
	id = arena_printf(r->arena, "%.*s#%d", STR_ARG(c->rule_id), ++c->inline_lists);
	if (lexicons_add_inline(c->ruleset->lexicons, r, id, &phrases) >= 0)
		*VEC_PUSH(r->arena, (struct strs *)into) = id;
}

static void read_match(struct reader *r, const struct doc *v, void *into, const struct field *f);

#define MATCH_ROWS                                                                                                     \
	{                                                                                                              \
		"from", "who speaks", read_who,	     offsetof(struct turns_match, from),                               \
		false,	NULL,	      "member, ...", &shape_who                                                        \
	},                                                                                                             \
		{ "to", "who is spoken to", read_who,  offsetof(struct turns_match, to), false,                        \
		  NULL, "member, ...",	    &shape_who },                                                              \
		{ "says",                                                                                              \
		  "what must be heard: names of lexicons or lists, and phrases in quotes",                             \
		  read_says,                                                                                           \
		  offsetof(struct turns_match, says),                                                                  \
		  false,                                                                                               \
		  NULL,                                                                                                \
		  "text, a list of texts",                                                                             \
		  &shape_texts },                                                                                      \
		{ "weight",                                                                                            \
		  "how much the phrases found in one turn weigh together; without it, any will do",                    \
		  read_threshold,                                                                                      \
		  offsetof(struct turns_match, weight),                                                                \
		  false,                                                                                               \
		  &weight_units,                                                                                       \
		  "a threshold: at least 2",                                                                           \
		  &shape_threshold },                                                                                  \
	{                                                                                                              \
		"words", "how many words the reply has", read_threshold, offsetof(struct turns_match, words), false,   \
			&words_units, "a threshold: at most 3", &shape_threshold                                       \
	}

static const struct field inner_fields[] = {
	MATCH_ROWS,
	{ NULL, NULL, NULL, 0, false, NULL },
};

const struct shape turns_match_shape = { SHAPE_TABLE, inner_fields };

const struct field turns_fields[] = {
	MATCH_ROWS,
	{ "gap_before", "the silence before the reply", read_threshold, offsetof(struct turns_match, gap_before), false,
	  &gap_units, "a threshold: more than 3 seconds", &shape_threshold },
	{ "after", "only the first reply after one of these", read_match, offsetof(struct turns_match, after), false,
	  NULL, "a map of from, to, says, weight, words", &turns_match_shape },
	{ NULL, NULL, NULL, 0, false, NULL },
};

static struct turns_match *match_new(struct arena *a)
{
	struct turns_match *m = ARENA_NEW(a, struct turns_match);

	m->from = m->to = WHO_UNSAID;
	return m;
}

static void read_fields(struct reader *r, const struct doc *v, const struct field *rows, struct turns_match *m)
{
	const struct doc *weight;

	fields_read(r, v, rows, m);
	weight = v->kind == DOC_MAP ? doc_get(v, "weight") : NULL;
	if (weight && !doc_get(v, "says"))
		reader_error(r, weight, "weight", "add \"says: ...\"",
			     "the weight of what? The selector has no \"says\"");
	else if (m->weight.words.p)
		threshold_check(r, weight, &m->weight, LEXICON_MIN_WEIGHT, INFINITY, "what is found weighs something");
	if (m->from == m->to && (m->from == WHO_MEMBER || m->from == WHO_OTHER))
		reader_error(r, doc_get(v, "to"), "to-oneself", "leave `to` out, or name somebody else",
			     "nobody speaks to themselves: this would never be true");
	if (m->words.words.p)
		threshold_check(r, doc_get(v, "words"), &m->words, 0, INFINITY, "a number of words begins at 0");
}

/* `after` and `share_of`: into a pointer. */
static void read_match(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct turns_match *m = match_new(r->arena);

	(void)f;
	read_fields(r, v, inner_fields, m);
	*(struct turns_match **)into = m;
}

static void read_share_of(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct turns_selector *sel = into;

	if (v->kind == DOC_SCALAR && str_is(v->text, "after"))
		sel->share_of_after = true;
	else
		read_match(r, v, &sel->share_of, f);
}

static void read_per(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	bool *per_hour = into;

	(void)f;
	if (v->kind == DOC_SCALAR && str_is(v->text, "hour"))
		*per_hour = true;
	else if (v->kind != DOC_SCALAR || !str_is(v->text, "100 words"))
		reader_error(r, v, "per", NULL, "a rate is per: hour or per: 100 words");
}

void *turns_selector_read(struct reader *r, const struct doc *doc, struct signal *s)
{
	struct turns_selector *sel = ARENA_NEW(r->arena, struct turns_selector);

	sel->match.from = sel->match.to = WHO_UNSAID;
	read_fields(r, doc, turns_fields, &sel->match);
	read_key(r, s->source, "share_of", read_share_of, sel, NULL);
	read_key(r, s->source, "per", read_per, &sel->per_hour, NULL);
	return sel;
}
