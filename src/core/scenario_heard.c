/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Turns without words: of a stored session it is known how many words a turn had and which lexicons it hit, and a test
 * may say just that: {who: m1, to: t1, words: 12, heard: {hostility: 2, repair: {count: 1, weight: 2}}}.
 *
 * The record that the test becomes has an empty turn in its place, and what was heard is put into the skeleton after
 * extract().  Without `to` it is not known to whom, and not inferred either.
 */
#include "core/scenario_parts.h"

static const struct limit_range words_range = { 0, UINT16_MAX, true };
static const struct limit_range count_range = { 1, UINT16_MAX, true };
static const struct limit_range weight_range = { LEXICON_MIN_WEIGHT, 1e6, false };

struct heard_form {
	int64_t words;
	const struct doc *heard;
};

#define AT(member) offsetof(struct heard_form, member)
static const struct field heard_table[] = {
	{ "who", NULL, read_skip, 0, true, NULL },
	{ "to", NULL, read_skip, 0, false, NULL },
	{ "at", NULL, read_skip, 0, false, NULL },
	{ "end", NULL, read_skip, 0, false, NULL },
	{ "words", NULL, read_int, AT(words), false, &words_range },
	{ "heard", NULL, read_any, AT(heard), false, NULL },
	{ 0 },
};
#undef AT

struct hit_form {
	int64_t count;
	double weight;
};

#define AT(member) offsetof(struct hit_form, member)
static const struct field hit_table[] = {
	{ "count", NULL, read_int, AT(count), true, &count_range },
	{ "weight", NULL, read_double, AT(weight), false, &weight_range },
	{ 0 },
};
#undef AT

bool scenario_is_heard(const struct doc *turn)
{
	return turn->kind == DOC_MAP && (doc_get(turn, "heard") || doc_get(turn, "words"));
}

static void read_hit(struct scenario_making *m, const struct doc_pair *pair, struct scenario_heard *ret)
{
	static const struct field count = { .detail = &count_range };
	struct hit_form form = { 0, NAN };
	size_t errors = m->r->diags->errors;

	if (pair->value->kind == DOC_MAP)
		fields_read(m->r, pair->value, hit_table, &form);
	else
		read_int(m->r, pair->value, &form.count, &count);
	if (m->r->diags->errors > errors)
		return;
	*VEC_PUSH(m->r->arena, &ret->hits) = (struct scenario_hit){
		.lexicon = arena_dup(m->r->arena, pair->key),
		.at = pair->at,
		.count = (uint16_t)form.count,
		.weight = isnan(form.weight) ? (float)form.count : (float)form.weight,
	};
}

static void read_hits(struct scenario_making *m, const struct doc *doc, struct scenario_heard *ret)
{
	struct path here = { m->r->path, "heard", 0 };

	m->r->path = &here;
	if (doc->kind != DOC_MAP)
		reader_error(m->r, doc, "wrong-kind", "as in {hostility: 2}",
			     "expected lexicons with counts, found %.*s", STR_ARG(doc_describe(m->r->arena, doc)));
	for (size_t i = 0; doc->kind == DOC_MAP && i < doc->n; i++)
		read_hit(m, &doc->pairs[i], ret);
	m->r->path = here.outer;
}

struct doc *scenario_heard_turn(struct scenario_making *m, const struct doc *turn, size_t index)
{
	struct heard_form form = { 0 };
	struct scenario_heard heard = { .session = m->session, .turn = index };
	struct doc *ret = scenario_container(m, DOC_MAP, turn->n + 1, turn->at);
	size_t errors = m->r->diags->errors;

	if (doc_get(turn, "text")) {
		reader_error(m->r, doc_get(turn, "text"), "turn", "leave out `text`, or `words` and `heard`",
			     "a turn has a text, or what was heard in it");
		return NULL;
	}
	if (fields_read(m->r, turn, heard_table, &form) && form.heard)
		read_hits(m, form.heard, &heard);
	if (m->r->diags->errors > errors)
		return NULL;
	heard.words = (uint16_t)form.words;
	*VEC_PUSH(m->r->arena, &m->ret->heard) = heard;
	for (size_t i = 0; i < turn->n; i++)
		if (!str_is(turn->pairs[i].key, "words") && !str_is(turn->pairs[i].key, "heard"))
			ret->pairs[ret->n++] = turn->pairs[i];
	scenario_put(ret, "text", scenario_scalar(m, STR(""), turn->at));
	((struct doc *)ret->pairs[ret->n - 1].value)->quoted = true;
	return ret;
}

static const struct scenario_heard *heard_in(const struct scenario *s, size_t session, size_t turn)
{
	for (size_t i = 0; i < s->heard.n; i++)
		if (s->heard.items[i].session == session && s->heard.items[i].turn == turn)
			return &s->heard.items[i];
	return NULL;
}

static int lexicon_of(const struct skeleton *s, struct str id)
{
	for (size_t i = 0; i < s->lexicons.n; i++)
		if (str_eq(s->lexicons.items[i].id, id))
			return (int)i;
	return -1;
}

static void put_hits(struct arena *a, struct skeleton *s, struct skeleton_turn *turn,
		     const struct scenario_heard *heard)
{
	turn->first_hit = (uint32_t)s->hits.n;
	turn->n_hits = 0;
	for (size_t i = 0; i < heard->hits.n; i++) {
		const struct scenario_hit *h = &heard->hits.items[i];
		int lexicon = lexicon_of(s, h->lexicon);

		if (lexicon < 0)
			continue; /* told when the rules were read */
		*VEC_PUSH(a, &s->hits) = (struct skeleton_hit){ (uint16_t)lexicon, h->count, h->weight };
		turn->n_hits++;
	}
}

/* A turn that was spoken keeps its hits; all lie in the order of turns. */
void scenario_hear(struct arena *a, const struct scenario *s, size_t session, struct skeleton *skeleton)
{
	struct skeleton was = *skeleton;

	if (!s->heard.n)
		return;
	skeleton->hits.items = NULL;
	skeleton->hits.n = skeleton->hits.cap = 0;
	for (size_t i = 0; i < skeleton->turns.n; i++) {
		struct skeleton_turn *turn = &skeleton->turns.items[i];
		const struct scenario_heard *heard = heard_in(s, session, i);
		uint32_t from = turn->first_hit;

		if (heard) {
			turn->words = heard->words;
			turn->to = (int16_t)s->records[session]->turns.items[i].to;
			turn->to_inferred = false;
			put_hits(a, skeleton, turn, heard);
			continue;
		}
		turn->first_hit = (uint32_t)skeleton->hits.n;
		for (size_t k = 0; k < turn->n_hits; k++)
			*VEC_PUSH(a, &skeleton->hits) = was.hits.items[from + k];
	}
}

void scenario_heard_lint(struct reader *r, const struct scenario *s, const struct lexicons *lexicons)
{
	for (size_t i = 0; i < s->heard.n; i++) {
		for (size_t k = 0; k < s->heard.items[i].hits.n; k++) {
			const struct scenario_hit *h = &s->heard.items[i].hits.items[k];

			if (lexicons_find(lexicons, h->lexicon) < 0)
				reader_error_at(r, h->at, "unknown-lexicon", NULL, "there is no lexicon \"%.*s\"",
						(int)(h->lexicon.n < 64 ? h->lexicon.n : 64), h->lexicon.p);
		}
	}
}
