/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/condition.h"

#include "core/scalar.h"

static const char *const reserved_words[] = { "and", "or", "not", "of", "any", "all", NULL };

struct parse {
	struct reader *r;
	const struct doc *v;
	struct signal *const *signals;
	size_t n_signals;
	struct str rest, word; /* `word`: the present one, absent at the end */
	int depth;
	bool broken; /* a fault after which there is no sense in going on: told once */
	bool faulty; /* something else is wrong: an unknown name, an amount out of reach; all of them are told */
};

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '*';
}

/* A run of name characters, or one other character. */
static struct str cut(struct str *rest)
{
	struct str s = str_trim(*rest), word = s;

	word.n = 0;
	while (word.n < s.n && is_name_char(s.p[word.n]))
		word.n++;
	if (!word.n && s.n)
		do
			word.n++;
		while (word.n < s.n && ((unsigned char)s.p[word.n] & 0xC0) == 0x80);
	*rest = (struct str){ s.p + word.n, s.n - word.n };
	return word;
}

static void next(struct parse *p)
{
	p->word = cut(&p->rest);
}

static bool is(const struct parse *p, const char *word)
{
	return str_is(p->word, word);
}

static bool accept(struct parse *p, const char *word)
{
	if (!is(p, word))
		return false;
	next(p);
	return true;
}

bool condition_reserved(struct str name)
{
	for (size_t i = 0; reserved_words[i]; i++)
		if (str_is(name, reserved_words[i]))
			return true;
	return false;
}

static const char *sign_hint(struct str word)
{
	static const struct {
		const char *sign, *hint;
	} signs[] = {
		{ "&", "write \"and\"" },
		{ "|", "write \"or\"" },
		{ "!", "write \"not\"" },
		{ "AND", "write \"and\"" },
		{ "OR", "write \"or\"" },
		{ "NOT", "write \"not\"" },
		{ "if", "leave it out: the whole line is the condition" },
		{ "either", "leave it out" },
		{ "but", "write \"and\"" },
		{ "unless", "write \"and not\"" },
		{ "except", "write \"and not\"" },
		{ "without", "write \"and not\"" },
		{ "then", "what follows from it stands under `severity` and `say`" },
		{ "none", "write \"not any of (a, b)\"" },
		{ "both", "leave it out: \"a and b\"" },
		{ "one", "write \"1 of (a, b)\" or \"any of (a, b)\"" },
		{ "two", "write \"2 of (a, b, c)\"" },
		{ "three", "write \"3 of (a, b, c)\"" },
		{ "at", "write \"2 of (a, b, c)\": it means at least 2" },
		{ "+", "write \"and\"" },
		{ ",", "write \"and\" or \"or\"; a list is written as in \"2 of (a, b, c)\"" },
		{ "/", "write \"or\"" },
		{ "\"", "names stand without quotes" },
		{ "'", "names stand without quotes" },
		{ "-", "names are made of letters, digits and \"_\"" },
		{ ".", "names are made of letters, digits and \"_\"" },
		{ "<", "a threshold belongs into the signal: `name: {score: SRS, value: less than 36}`" },
		{ ">", "a threshold belongs into the signal: `name: {score: SRS, value: more than 36}`" },
		{ "=", "a threshold belongs into the signal: `name: {score: SRS, value: 36}`" },
	};

	for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
		if (str_is(word, signs[i].sign))
			return signs[i].hint;
	return NULL;
}

static const struct condition *fault(struct parse *p, const char *hint, const char *expected)
{
	if (p->broken)
		return NULL;
	p->broken = true;
	if (sign_hint(p->word))
		hint = sign_hint(p->word);
	if (p->word.n)
		reader_error_at(p->r, scalar_part(p->v, p->word), "condition", hint, "expected %s, found \"%.*s\"",
				expected, STR_ARG(p->word));
	else
		reader_error_at(p->r, scalar_span(p->v, p->v->text.n, 1), "condition", hint,
				"expected %s, found the end of the condition", expected);
	return NULL;
}

static struct condition *condition_new(struct parse *p, enum condition_op op, size_t n)
{
	struct condition *c = ARENA_NEW(p->r->arena, struct condition);

	c->op = op;
	c->n = n;
	if (n)
		c->args = ARENA_ARRAY(p->r->arena, const struct condition *, n);
	return c;
}

static const struct condition *signal_at(struct parse *p, size_t i)
{
	struct condition *c = condition_new(p, CONDITION_SIGNAL, 0);

	c->signal = i;
	return c;
}

static const char **signal_names(struct parse *p)
{
	const char **names = ARENA_ARRAY(p->r->arena, const char *, p->n_signals + 1);

	for (size_t i = 0; i < p->n_signals; i++)
		names[i] = arena_dup(p->r->arena, p->signals[i]->name).p;
	return names;
}

static const char *names_hint(struct parse *p, struct str word)
{
	const char **names = signal_names(p), *hint = reader_suggest(p->r, word, names, p->n_signals);
	struct buf out = { 0 };

	if (hint || !p->n_signals)
		return hint;
	for (size_t i = 0; i < p->n_signals && i < 12; i++)
		buf_printf(&out, "%s%s", i ? ", " : "this rule's signals are ", names[i]);
	hint = arena_dup(p->r->arena, buf_str(&out)).p;
	buf_release(&out);
	return hint;
}

static void unknown(struct parse *p, struct str word)
{
	bool pattern = memchr(word.p, '*', word.n);

	p->faulty = true;
	reader_error_at(p->r, scalar_part(p->v, word), "unknown-signal", names_hint(p, word),
			pattern ? "no signal is named like \"%.*s\"" : "unknown signal \"%.*s\"", STR_ARG(word));
}

static const struct condition *signal_named(struct parse *p)
{
	struct str word = p->word;

	next(p);
	for (size_t i = 0; i < p->n_signals; i++)
		if (str_eq(p->signals[i]->name, word))
			return signal_at(p, i);
	unknown(p, word);
	return NULL;
}

static bool is_signal(const struct parse *p, struct str word)
{
	for (size_t i = 0; i < p->n_signals; i++)
		if (str_eq(p->signals[i]->name, word))
			return true;
	return false;
}

static bool at_name(const struct parse *p)
{
	return p->word.n && is_name_char(p->word.p[0]) && !condition_reserved(p->word) &&
	       (!sign_hint(p->word) || is_signal(p, p->word));
}

#define told(p, word, hint, ...)                                                                                       \
	((p)->faulty = true, reader_error_at((p)->r, scalar_part((p)->v, word), "condition", hint, __VA_ARGS__))

struct chosen {
	uint64_t set;
	const struct condition *items[64];
	size_t n;
};

/* One name or pattern of a list, which must not name a signal for the second time. */
static void choose(struct parse *p, struct chosen *chosen)
{
	struct str word = p->word;
	bool any = false, again = false;

	if (!at_name(p)) {
		fault(p, NULL, "the name of a signal");
		return;
	}
	next(p);
	for (size_t i = 0; i < p->n_signals && i < 64; i++) {
		if (!str_matches(p->signals[i]->name, word))
			continue;
		any = true;
		again |= (chosen->set & UINT64_C(1) << i) != 0;
		if (!(chosen->set & UINT64_C(1) << i))
			chosen->items[chosen->n++] = signal_at(p, i);
		chosen->set |= UINT64_C(1) << i;
	}
	if (!any)
		unknown(p, word);
	else if (again && !memchr(word.p, '*', word.n))
		told(p, word, "each signal counts once", "\"%.*s\" is named twice", STR_ARG(word));
}

static void choose_list(struct parse *p, struct chosen *chosen)
{
	if (!accept(p, "(")) {
		choose(p, chosen);
		if (is(p, ",") && !p->broken)
			fault(p, NULL, "brackets around the list");
		return;
	}
	do
		choose(p, chosen);
	while (!p->broken && accept(p, ","));
	if (!accept(p, ")"))
		fault(p, "a list is written as in \"2 of (a, b, c)\"", "\",\" or \")\"");
}

/* `amount` is the word before "of"; 0 for "all". */
static const struct condition *n_of(struct parse *p, struct str amount, double at_least)
{
	struct chosen chosen = { 0 };
	struct condition *c;

	if (!accept(p, "of"))
		return fault(p, "write it as in \"2 of (a, b, c)\" or \"any of x*\"", "\"of\"");
	choose_list(p, &chosen);
	if (p->broken || !chosen.n)
		return NULL;
	c = condition_new(p, CONDITION_N_OF, chosen.n);
	memcpy(c->args, chosen.items, chosen.n * sizeof *c->args);
	if (!at_least)
		at_least = (double)chosen.n;
	if (at_least > (double)chosen.n && !p->faulty)
		told(p, amount, "name more signals, or ask for fewer", "%.*s of %zu can never hold", STR_ARG(amount),
		     chosen.n);
	c->at_least = (int)at_least;
	return c;
}

static bool at_amount(struct parse *p, double *ret)
{
	if (is(p, "any"))
		*ret = 1;
	else if (is(p, "all"))
		*ret = 0;
	else
		return str_number(p->word, ret) && *ret >= 1 && *ret <= 1000 && *ret == floor(*ret);
	return true;
}

static const struct condition *either(struct parse *p);

static const struct condition *deeper(struct parse *p, const struct condition *(*part)(struct parse *))
{
	const struct condition *c = NULL;

	if (++p->depth > CONDITION_MAX_DEPTH) {
		if (!p->broken)
			reader_error_at(p->r, scalar_part(p->v, p->word), "condition", "split it over several signals",
					"a condition nests at most %d deep", CONDITION_MAX_DEPTH);
		p->broken = true;
	} else {
		c = part(p);
	}
	p->depth--;
	return c;
}

static const struct condition *term(struct parse *p)
{
	struct str word = p->word;
	const struct condition *c;
	double amount;

	if (accept(p, "not")) {
		struct condition *not = condition_new(p, CONDITION_NOT, 1);

		not ->args[0] = deeper(p, term);
		return not ;
	}
	if (accept(p, "(")) {
		c = deeper(p, either);
		if (!p->broken && !accept(p, ")"))
			return fault(p, NULL, "\"and\", \"or\" or \")\"");
		return c;
	}
	if (str_number(p->word, &amount) && !is_signal(p, p->word) && amount < 1)
		return fault(p, "at least 1 of them", "how many");
	if (at_amount(p, &amount)) {
		next(p);
		return n_of(p, word, amount);
	}
	if (!at_name(p))
		return fault(p, NULL, "the name of a signal");
	if (memchr(word.p, '*', word.n))
		return fault(p, "write \"any of\" in front of a pattern", "the name of a signal");
	return signal_named(p);
}

/* part { word part }: one flat node however many there are. */
static const struct condition *chain(struct parse *p, const char *word, enum condition_op op,
				     const struct condition *(*part)(struct parse *))
{
	VEC(const struct condition *) parts = { 0 };
	struct condition *c;

	do
		*VEC_PUSH(p->r->arena, &parts) = part(p);
	while (!p->broken && accept(p, word));
	if (parts.n == 1)
		return parts.items[0];
	c = condition_new(p, op, 0);
	c->args = parts.items;
	c->n = parts.n;
	return c;
}

static const struct condition *both(struct parse *p)
{
	return chain(p, "and", CONDITION_AND, term);
}

static const struct condition *either(struct parse *p)
{
	return chain(p, "or", CONDITION_OR, both);
}

const struct condition *condition_read(struct reader *r, const struct doc *scalar, struct signal *const *signals,
				       size_t n)
{
	struct parse p = { .r = r, .v = scalar, .signals = signals, .n_signals = n, .rest = scalar->text };
	const struct condition *c;

	if (scalar->kind != DOC_SCALAR || doc_is_null(scalar)) {
		reader_error(r, scalar, "condition",
			     "a list needs no [ ]: write it as in \"(a and b) or 2 of (c, d, e)\"",
			     "expected a condition, found %.*s", STR_ARG(doc_describe(r->arena, scalar)));
		return NULL;
	}
	if (scalar->text.n > CONDITION_MAX_BYTES) {
		reader_error(r, scalar, "condition", NULL, "a condition has at most %d characters, this one %zu",
			     CONDITION_MAX_BYTES, scalar->text.n);
		return NULL;
	}
	next(&p);
	c = either(&p);
	if (!p.broken && p.word.n)
		fault(&p, at_name(&p) ? "put \"and\" or \"or\" between two signals" : NULL,
		      "\"and\", \"or\" or the end of the condition");
	return p.broken || p.faulty ? NULL : c;
}

static enum truth n_of_truth(const struct condition *c, const enum truth *truths)
{
	int yes = 0, maybe = 0;

	for (size_t i = 0; i < c->n; i++) {
		enum truth t = condition_evaluate(c->args[i], truths);

		yes += t == TRUTH_TRUE;
		maybe += t == TRUTH_NO_DATA;
	}
	if (yes >= c->at_least)
		return TRUTH_TRUE;
	return yes + maybe < c->at_least ? TRUTH_FALSE : TRUTH_NO_DATA;
}

static enum truth fold(const struct condition *c, const enum truth *truths, bool least)
{
	enum truth result = condition_evaluate(c->args[0], truths);

	for (size_t i = 1; i < c->n; i++) {
		enum truth t = condition_evaluate(c->args[i], truths);

		if (least ? t < result : t > result)
			result = t;
	}
	return result;
}

enum truth condition_evaluate(const struct condition *c, const enum truth *truths)
{
	switch (c->op) {
	case CONDITION_SIGNAL:
		return truths[c->signal];
	case CONDITION_NOT:
		return (enum truth)(TRUTH_TRUE - condition_evaluate(c->args[0], truths));
	case CONDITION_AND:
		return fold(c, truths, true);
	case CONDITION_OR:
		return fold(c, truths, false);
	case CONDITION_N_OF:
		return n_of_truth(c, truths);
	}
	return TRUTH_NO_DATA;
}

/* Whether `least` of the arguments may. */
static bool so_many_may_be(const struct condition *c, size_t least, enum truth want, const enum truth *truths,
			   uint64_t known)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n && n < least && n + c->n - i >= least; i++)
		n += condition_may_be(c->args[i], want, truths, known);
	return n >= least;
}

bool condition_may_be(const struct condition *c, enum truth want, const enum truth *truths, uint64_t known)
{
	bool yes = want == TRUTH_TRUE;
	size_t at_least = (size_t)c->at_least;

	switch (c->op) {
	case CONDITION_SIGNAL:
		return !(known >> c->signal & 1) || truths[c->signal] == want;
	case CONDITION_NOT:
		return condition_may_be(c->args[0], yes ? TRUTH_FALSE : TRUTH_TRUE, truths, known);
	case CONDITION_AND:
		return so_many_may_be(c, yes ? c->n : 1, want, truths, known);
	case CONDITION_OR:
		return so_many_may_be(c, yes ? 1 : c->n, want, truths, known);
	case CONDITION_N_OF:
		return so_many_may_be(c, yes ? at_least : c->n + 1 - at_least, want, truths, known);
	}
	return true;
}

uint64_t condition_signals(const struct condition *c)
{
	uint64_t set = 0;

	if (c->op == CONDITION_SIGNAL)
		return UINT64_C(1) << c->signal;
	for (size_t i = 0; i < c->n; i++)
		set |= condition_signals(c->args[i]);
	return set;
}

bool condition_mentions(struct str text, struct str name)
{
	for (struct str word; (word = cut(&text)).n;)
		if (!condition_reserved(word) && str_matches(name, word))
			return true;
	return false;
}

uint64_t condition_witnesses(const struct condition *c, const enum truth *truths)
{
	uint64_t set = 0;

	if (c->op == CONDITION_NOT || condition_evaluate(c, truths) != TRUTH_TRUE)
		return 0;
	if (c->op == CONDITION_SIGNAL)
		return UINT64_C(1) << c->signal;
	for (size_t i = 0; i < c->n; i++)
		set |= condition_witnesses(c->args[i], truths);
	return set;
}
