/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Contexts: what stands around a hit and makes it not count.  They are asked only about hits, which are few, so their
 * phrases are simply tried one by one.
 */
#include <assert.h>

#include "core/lexicon_parts.h"

#define PERSON "(he|she|they|everyone|everybody|people|(my|his|her|our|their) *|the (teacher|boss|judge|doctor|school))"
#define SAYS   "(say|says|said|tell*|told|call*|yell*|shout*|scream*|goes|went|think*|thought|asked|wrote|text*)"

static const struct {
	const char *name;
	unsigned before, after;
	bool over_commas;
	const char *phrases[6];
} builtin[] = {
	{ "negation",
	  3,
	  0,
	  false,
	  { "(not|never|dont|doesnt|didnt|isnt|wasnt|arent|werent|aint|wont|wouldnt|cant|cannot|couldnt|shouldnt|"
	    "havent|"
	    "hasnt|hadnt|hardly|without|nor|neither)",
	    "(no longer|no one|nobody|rather than|instead of|far from)" } },
	{ "negation",
	  7,
	  0,
	  false,
	  { "(dont|didnt|do not|did not|never|cant|couldnt|wouldnt|would not|not) "
	    "(think*|thought|believ*|feel*|felt|say|said|saying|mean*|claim*|suggest*)",
	    "(not|isnt|wasnt) (that|because|like|as if)" } },
	{ "courtesy",
	  5,
	  5,
	  false,
	  { "(thank you|thanks|cheers|please|sorry|pardon|my pleasure)", "no (offence|offense|hurry|rush|disrespect)",
	    "(if|do) you [dont] mind", "(if|when|whenever) its (convenient|ok|okay|all right)" } },
	{ "quotation",
	  8,
	  0,
	  true,
	  { PERSON " " SAYS, PERSON " ((was|were|is|are) like|(keep|keeps|kept) (saying|telling))",
	    "(he|she|they) (just|always|even|then|all) " SAYS,
	    "(said|say|told|tell|telling|yell*|shout*) [to|at] (him|her|them)", "(i|we) (was|were|am) like",
	    "(i|we) [just] (thought|told myself)" } },
	{ "life",
	  7,
	  7,
	  false,
	  { "(my|his|her|our|their) "
	    "(job|boss|work|life|marriage|husband|wife|ex|mother|mum|mom|father|dad|son|daughter|brother|sister|kids|"
	    "children|friends|friend|teacher|school|landlord|doctor|parents|family|car|house|body|health|back|sleep)",
	    "(at|from|after) (work|school|home|college|church|university)", "(in|with) life",
	    "the (world|news|weather|"
	    "government|economy)" } },
};

static void context_fill(struct arena *a, struct context *c, const char *const *phrases, size_t n)
{
	struct phrase_fault fault;

	for (size_t i = 0; i < n && phrases[i]; i++) {
		bool good = phrase_parse(a, str_of(phrases[i]), VEC_PUSH(a, &c->phrases), &fault);

		assert(good);
		(void)good;
	}
}

static bool asks_yes_or_no(const struct cue *cue)
{
	return cue->asks == QUESTION_YES_NO;
}

static bool is_negative(const struct cue *cue)
{
	return cue->negative;
}

void contexts_add_builtin(struct lexicons *l)
{
	for (size_t i = 0; i < sizeof builtin / sizeof *builtin; i++) {
		struct context *c = VEC_PUSH(&l->arena, &l->contexts);

		*c = (struct context){ builtin[i].name, builtin[i].before, builtin[i].after, builtin[i].over_commas };
		context_fill(&l->arena, c, builtin[i].phrases, sizeof builtin[i].phrases / sizeof *builtin[i].phrases);
	}
	*VEC_PUSH(&l->arena, &l->contexts) = (struct context){ .name = "answer", .said_before = asks_yes_or_no };
	*VEC_PUSH(&l->arena, &l->contexts) = (struct context){ .name = "echo", .said_before = is_negative };
}

static bool parted(const struct context *c, const struct word *w)
{
	return c->over_commas ? w->sentence_before : w->stop_before;
}

/* Does any of the context's phrases end (or, forward, begin) at this word? */
static bool stands_at(const struct context *c, const struct words_list *words, size_t at, bool forward)
{
	for (size_t i = 0; i < c->phrases.n; i++)
		if ((forward ? phrase_begins : phrase_ends)(words, &c->phrases.items[i], at))
			return true;
	return false;
}

static bool stands_before(const struct context *c, const struct words_list *words, size_t first)
{
	unsigned seen = 0;

	for (size_t i = first; i > 0 && seen < c->before && !parted(c, &words->items[i]); i--) {
		if (stands_at(c, words, i - 1, false))
			return true;
		seen += !words->items[i - 1].filler;
	}
	return false;
}

static bool stands_after(const struct context *c, const struct words_list *words, size_t last)
{
	unsigned seen = 0;

	for (size_t i = last + 1; i < words->n && seen < c->after && !parted(c, &words->items[i]); i++) {
		if (stands_at(c, words, i, true))
			return true;
		seen += !words->items[i].filler;
	}
	return false;
}

const char *context_around(const context_list *unless, const struct lexicon_turn *turn, size_t first, size_t last)
{
	const struct words_list *words = turn->words;

	for (size_t i = 0; i < unless->n; i++) {
		const struct context *c = unless->items[i];

		if ((c->said_before && c->said_before(&turn->before)) || stands_before(c, words, first) ||
		    stands_after(c, words, last))
			return c->name;
	}
	return NULL;
}
