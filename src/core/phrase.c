#include "core/phrase.h"

#include "core/frequency.h"

#define FILLERS_MAX 6 /* words stepped over between two of a phrase */

struct parse {
	struct arena *arena;
	struct str text;
	size_t at;
	int depth;
	struct phrase_fault *fault;
};

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

/* Every sequence so far, followed by every one of `tail`. */
static bool product(struct parse *p, struct sequence_list *so_far, const struct sequence_list *tail, size_t from)
{
	struct sequence_list all = { 0 };

	if (so_far->n * tail->n > PHRASE_MAX_SEQUENCES)
		return fail(p, from, p->at - from, "this phrase stands for more than 1000 sequences of words",
			    "write it as several entries");
	for (size_t i = 0; i < so_far->n; i++) {
		for (size_t k = 0; k < tail->n; k++) {
			const struct sequence *a = &so_far->items[i], *b = &tail->items[k];
			struct token *tokens = ARENA_ARRAY(p->arena, struct token, a->n + b->n + 1);

			if (a->n + b->n > PHRASE_MAX_TOKENS)
				return fail(p, 0, p->text.n, "a phrase has at most 24 words", NULL);
			if (a->n)
				memcpy(tokens, a->tokens, a->n * sizeof *tokens);
			if (b->n)
				memcpy(tokens + a->n, b->tokens, b->n * sizeof *tokens);
			*VEC_PUSH(p->arena, &all) = (struct sequence){ tokens, a->n + b->n };
		}
	}
	*so_far = all;
	return true;
}

static bool append(struct parse *p, struct sequence_list *so_far, struct token token, size_t from)
{
	struct sequence one = { &token, 1 };
	struct sequence_list tail = { &one, 1, 1 };

	return product(p, so_far, &tail, from);
}

static bool parse_star(struct parse *p, struct sequence_list *ret)
{
	size_t from = p->at++;

	if (from > 0 && p->text.p[from - 1] == '.')
		return fail(p, from - 1, 2, "\".*\" is of a regular expression",
			    "write \"*\" for any one word, or start the entry with \"re:\"");
	if (is_letter(peek(p, p->at)))
		return fail(p, from, 1, "a star stands for a whole word, or ends the beginning of one",
			    "write \"listen*\" for listen, listens, listening");
	return append(p, ret, (struct token){ .kind = TOKEN_ANY }, from);
}

/* A stretch without brackets and stars; a star right behind it makes its last word a beginning. */
static bool parse_words(struct parse *p, struct sequence_list *ret)
{
	struct words_list words = { 0 };
	size_t from = p->at;
	bool prefix;

	while (p->at < p->text.n && !strchr("()[]|*\\", p->text.p[p->at]))
		p->at++;
	words_split(p->arena, (struct str){ p->text.p + from, p->at - from }, &words);
	prefix = peek(p, p->at) == '*' && p->at > from && is_letter(p->text.p[p->at - 1]) && words.n;
	for (size_t i = 0; i < words.n; i++) {
		struct token t = { TOKEN_WORD, words.items[i].text, words.items[i].hash };

		if (prefix && i + 1 == words.n)
			t.kind = TOKEN_PREFIX;
		else
			t.frequency = frequency_of(t.text);
		if (t.kind == TOKEN_PREFIX && t.text.n < PHRASE_MIN_PREFIX)
			return fail(p, p->at - t.text.n, t.text.n + 1,
				    "the beginning of a word needs 3 letters before its star",
				    "write the words out: (a|b)");
		if (!append(p, ret, t, from))
			return false;
	}
	if (prefix && is_letter(peek(p, ++p->at)))
		return fail(p, p->at - 1, 1, "a star stands for a whole word, or ends the beginning of one",
			    "write \"listen*\" for listen, listens, listening");
	return true;
}

static bool parse_branches(struct parse *p, char close, size_t open, struct sequence_list *ret);

static bool parse_bracket(struct parse *p, struct sequence_list *ret)
{
	size_t open = p->at++;
	bool optional = p->text.p[open] == '[';
	struct sequence_list inner = { 0 };

	if (open > 0 && is_letter(p->text.p[open - 1]))
		return fail(p, open, 1, "a bracket holds whole words; there is no space before it",
			    "write \"(listen|listens)\" or \"listen*\", not \"listen(s)\"");
	if (++p->depth > PHRASE_MAX_DEPTH)
		return fail(p, open, 1, "brackets are more than 8 deep", NULL);
	if (optional)
		*VEC_PUSH(p->arena, &inner) = (struct sequence){ 0 };
	if (!parse_branches(p, optional ? ']' : ')', open, &inner))
		return false;
	p->depth--;
	if (is_letter(peek(p, p->at)))
		return fail(p, p->at - 1, 1, "a bracket holds whole words; there is no space behind it", NULL);
	return product(p, ret, &inner, open);
}

static bool parse_branch(struct parse *p, struct sequence_list *ret)
{
	size_t from = p->at;

	*VEC_PUSH(p->arena, ret) = (struct sequence){ 0 };
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
	if (p->depth && ret->n == 1 && !ret->items[0].n)
		return fail(p, from, p->at > from ? p->at - from : 1, "a choice is empty",
			    "write [word] for a word that may be missing");
	return true;
}

/* Up to `close` (NUL: the end of the phrase), which is passed. */
static bool parse_branches(struct parse *p, char close, size_t open, struct sequence_list *ret)
{
	for (;;) {
		struct sequence_list branch = { 0 };
		char c;

		if (!parse_branch(p, &branch))
			return false;
		for (size_t i = 0; i < branch.n; i++)
			*VEC_PUSH(p->arena, ret) = branch.items[i];
		if (ret->n > PHRASE_MAX_SEQUENCES)
			return fail(p, open, p->at - open, "this phrase stands for more than 1000 sequences of words",
				    "write it as several entries");
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

static bool says_something(const struct sequence *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->tokens[i].kind != TOKEN_ANY)
			return true;
	return false;
}

bool phrase_expand(struct arena *a, struct str phrase, struct sequence_list *ret, struct phrase_fault *fault)
{
	struct parse p = { .arena = a, .text = phrase, .fault = fault };
	struct sequence_list all = { 0 };

	if (memchr(phrase.p ? phrase.p : "", '\0', phrase.n))
		return fail(&p, 0, phrase.n, "a phrase holds no NUL", NULL);
	if (!parse_branches(&p, '\0', 0, &all))
		return false;
	for (size_t i = 0; i < all.n; i++)
		if (!says_something(&all.items[i]))
			return fail(&p, 0, phrase.n,
				    all.items[i].n ? "a phrase of stars only matches anything"
				    : phrase.n	   ? "every word of this phrase may be missing"
						   : "an empty phrase",
				    "say at least one word that must be there");
	for (size_t i = 0; i < all.n; i++)
		*VEC_PUSH(a, ret) = all.items[i];
	return true;
}

static bool token_is(const struct token *t, const struct word *w)
{
	switch (t->kind) {
	case TOKEN_WORD:
		return t->hash == w->hash; /* 64 bits tell words apart */
	case TOKEN_PREFIX:
		return w->text.n >= t->text.n && memcmp(w->text.p, t->text.p, t->text.n) == 0;
	case TOKEN_ANY:
		return !w->filler;
	}
	return false;
}

/* The word of token t at `at` or, fillers stepped over, further on in the direction of `step`. */
static bool token_find(const struct words_list *words, const struct token *t, size_t *at, int step)
{
	size_t i = *at;

	for (int skipped = 0; skipped <= FILLERS_MAX && i < words->n; skipped++, i += (size_t)step) {
		if (token_is(t, &words->items[i])) {
			*at = i;
			return true;
		}
		if (!words->items[i].filler)
			return false;
	}
	return false;
}

bool sequence_at(const struct words_list *words, const struct sequence *s, size_t k, size_t at, size_t *ret_first,
		 size_t *ret_last)
{
	size_t i = at;

	if (!token_is(&s->tokens[k], &words->items[at]))
		return false;
	for (size_t t = k + 1; t < s->n; t++) {
		i++;
		if (!token_find(words, &s->tokens[t], &i, 1))
			return false;
	}
	*ret_last = i;
	i = at;
	for (size_t n = k; n-- > 0;) {
		i--; /* wraps at the first word: not found */
		if (!token_find(words, &s->tokens[n], &i, -1))
			return false;
	}
	*ret_first = i;
	return true;
}
