/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/lexicon.h"
#include "core/pattern.h"
#include "core/phrase.h"
#include "test.h"

/* Lexicons made of YAML texts, with the faults. */
struct setup {
	struct arena *arena;
	struct diags diags;
	struct lexicons *lexicons;
	struct lexicon_scratch *scratch;
	lexicon_hits hits;
};

static int setup_add(struct setup *t, const char *yaml)
{
	struct reader r = { .arena = t->arena, .diags = &t->diags, .unknown_key = DIAG_ERROR };
	struct doc *doc;

	t->diags.arena = t->arena;
	doc = doc_parse(t->arena, str_of(yaml), DOC_YAML, &doc_limits_rules, false, &t->diags);
	return doc ? lexicons_add(t->lexicons, &r, doc) : -1;
}

static struct setup setup_of(struct arena *a, const char *yaml)
{
	struct setup t = { .arena = a, .lexicons = lexicons_new() };

	setup_add(&t, yaml);
	return t;
}

static void setup_end(struct setup *t)
{
	lexicon_scratch_free(t->scratch);
	lexicons_free(t->lexicons);
}

/* Phrases, one an entry, as the lexicon "x". */
static struct setup setup_phrases(struct arena *a, const char *const *phrases, size_t n)
{
	struct buf b = { 0 };
	struct setup t;

	buf_printf(&b, "lexicon: x\nversion: 1.0\nentries:\n");
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "  - %s\n", phrases[i]);
	t = setup_of(a, b.p);
	buf_release(&b);
	return t;
}
#define PHRASES(...)                                                                                                   \
	setup_phrases(arena, (const char *const[]){ __VA_ARGS__ },                                                     \
		      sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *))

static lexicon_hits *hits_said(struct setup *t, const char *text, const char *language, struct cue before)
{
	struct words_list words = { 0 };
	struct lexicon_turn turn = { &words, str_of(text), str_of(language), before };

	if (!t->scratch) {
		lexicons_freeze(t->lexicons);
		t->scratch = lexicon_scratch_new(t->lexicons);
	}
	words_split(t->arena, str_of(text), &words);
	lexicons_match(t->lexicons, t->scratch, t->arena, &turn, &t->hits);
	return &t->hits;
}

static lexicon_hits *hits_in(struct setup *t, const char *text, const char *language)
{
	return hits_said(t, text, language, (struct cue){ 0 });
}

/* Hits that count. */
static int count(struct setup *t, const char *text)
{
	int n = 0;

	hits_in(t, text, NULL);
	for (size_t i = 0; i < t->hits.n; i++)
		n += !t->hits.items[i].unless;
	return n;
}

static void check_fault(struct arena *a, const char *file, int line, const char *yaml, const char *code,
			uint32_t at_line, uint32_t column)
{
	struct setup t = setup_of(a, yaml);

	if (t.diags.errors != 1 || strcmp(t.diags.all.items[0].code, code) != 0 ||
	    t.diags.all.items[0].at.line != at_line || t.diags.all.items[0].at.column != column)
		test_fail(file, line, "%zu errors; %s at %u:%u \"%.*s\"", t.diags.errors,
			  t.diags.all.n ? t.diags.all.items[0].code : "",
			  t.diags.all.n ? t.diags.all.items[0].at.line : 0,
			  t.diags.all.n ? t.diags.all.items[0].at.column : 0,
			  STR_ARG(t.diags.all.n ? t.diags.all.items[0].message : STR("")));
	setup_end(&t);
}
#define CHECK_FAULT(entry, code, column)                                                                               \
	check_fault(arena, __FILE__, __LINE__, "lexicon: x\nversion: 1.0\nentries:\n  - " entry "\n", code, 4, column)

TEST(a_phrase_is_found_whatever_its_dress)
{
	struct setup t = PHRASES("you never listen to me");

	CHECK_INT(count(&t, "You NEVER listen, to me!"), 1);
	CHECK_INT(count(&t, "well you  never-listen to\u00A0me"), 1);
	CHECK_INT(count(&t, "you never listen to him"), 0);
	CHECK_INT(count(&t, "you never listen to"), 0);
	CHECK_INT(count(&t, ""), 0);
	CHECK_INT(t.hits.n, 0);
	setup_end(&t);
}

TEST(an_apostrophe_dropped_by_speech_recognition_is_no_matter)
{
	struct setup t = PHRASES("\"you don't care\"", "that wont work");

	CHECK_INT(count(&t, "you dont care"), 1);
	CHECK_INT(count(&t, "you don\u2019t care"), 1);
	CHECK_INT(count(&t, "That won't work."), 1);
	setup_end(&t);
}

TEST(fillers_may_stand_between)
{
	struct setup t = PHRASES("you never listen", "do you know", "i mean it");

	CHECK_INT(count(&t, "you um never, uh, you know, listen"), 1);
	CHECK_INT(hits_in(&t, "you um never, uh, you know, listen", "en")->items[0].words, 7);
	CHECK_INT(count(&t, "you you never listen"), 1);
	CHECK_INT(count(&t, "you really never listen"), 0);
	CHECK_INT(count(&t, "do you know"), 1);
	CHECK_INT(count(&t, "i mean it"), 1);
	CHECK_INT(count(&t, "you never um um um um um um um um um listen"), 0);
	setup_end(&t);
}

TEST(a_star_is_any_one_word)
{
	struct setup t = PHRASES("you * never listen", "\"* is useless\"");

	CHECK_INT(count(&t, "you people never listen"), 1);
	CHECK_INT(count(&t, "you never listen"), 0);
	CHECK_INT(count(&t, "you two people never listen"), 0);
	CHECK_INT(count(&t, "therapy is useless"), 1);
	CHECK_INT(count(&t, "is useless"), 0);
	setup_end(&t);
}

TEST(choices_and_optional_words_are_written_out)
{
	struct setup t = PHRASES("\"i (hate|can't stand) [all of] (this|it)\"");

	CHECK_INT(count(&t, "i hate this"), 1);
	CHECK_INT(count(&t, "i cant stand all of it"), 1);
	CHECK_INT(count(&t, "i hate all this"), 0);
	CHECK_INT(count(&t, "i it"), 0);
	setup_end(&t);
}

TEST(a_beginning_stands_for_all_words_that_begin_so)
{
	struct setup t = PHRASES("frustrat*", "you patroni* me", "caf\u00E9*");

	CHECK_INT(count(&t, "it is frustrating, so Frustrated"), 2);
	CHECK_INT(count(&t, "you patronise me"), 1);
	CHECK_INT(count(&t, "fru"), 0);
	CHECK_INT(count(&t, "caf\u00E9s"), 1);
	setup_end(&t);
}

TEST(an_overlapping_hit_counts_once)
{
	struct setup t = setup_of(arena, "lexicon: x\nversion: 1\nentries:\n"
					 "  - never listen\n  - {say: never listen to me, weight: 2}\n  - you never\n"
					 "  - {say: waste of time, weight: 1}\n  - {say: waste of time, weight: 4}\n");
	lexicon_hits *hits = hits_in(&t, "you never listen to me", NULL);

	REQUIRE(hits->n == 1);
	CHECK_INT(hits->items[0].entry, 1);
	CHECK_INT(hits->items[0].word, 1);
	CHECK_INT(hits->items[0].words, 4);
	CHECK_NEAR(hits->items[0].weight, 2);
	hits = hits_in(&t, "waste of time waste of time", NULL);
	REQUIRE(hits->n == 2);
	CHECK_INT(hits->items[0].entry, 4);
	CHECK_INT(hits->items[1].word, 3);
	setup_end(&t);
}

TEST(a_phrase_may_have_to_be_the_whole_of_a_turn)
{
	struct setup t = PHRASES("{say: \"i don't know\", whole: yes}", "{re: 'no*pe', whole: yes}");

	CHECK_INT(count(&t, "Um, I don't, uh, know..."), 1);
	CHECK_INT(count(&t, "i don't know why"), 0);
	CHECK_INT(count(&t, "well i don't know"), 0);
	CHECK_INT(count(&t, "Noope!"), 1);
	CHECK_INT(count(&t, "noope not me"), 0);
	setup_end(&t);
}

TEST(a_phrase_may_have_to_begin_a_turn)
{
	struct setup t = PHRASES("{say: \"no\", opens: yes}", "{re: 'n+ope', opens: yes}");

	CHECK_INT(count(&t, "No, I went there"), 1);
	CHECK_INT(count(&t, "um well but no"), 1);
	CHECK_INT(count(&t, "Oh. You know, no!"), 1);
	CHECK_INT(count(&t, "there is no way"), 0);
	CHECK_INT(count(&t, "i said no"), 0);
	CHECK_INT(count(&t, "so nnope"), 1);
	CHECK_INT(count(&t, "that was nnope"), 0);
	setup_end(&t);
}

TEST(what_another_said_before_is_a_context)
{
	struct setup t = PHRASES("{say: \"no\", unless: [answer]}", "{say: \"nope\", unless: [echo]}", "never");
	const struct cue asks = { .asks = QUESTION_YES_NO }, what = { .asks = QUESTION_OPEN },
			 not = { .negative = true };

	CHECK_INT(count(&t, "no nope never"), 3);
	hits_said(&t, "no nope never", NULL, asks);
	REQUIRE(t.hits.n == 3);
	CHECK(t.hits.items[0].unless && strcmp(t.hits.items[0].unless, "answer") == 0);
	CHECK(!t.hits.items[1].unless && !t.hits.items[2].unless);
	hits_said(&t, "no nope never", NULL, not );
	CHECK(t.hits.items[1].unless && strcmp(t.hits.items[1].unless, "echo") == 0);
	CHECK(!t.hits.items[0].unless && !t.hits.items[2].unless);
	hits_said(&t, "no nope never", NULL, what);
	CHECK(!t.hits.items[0].unless && !t.hits.items[1].unless);
	setup_end(&t);
}

TEST(two_lexicons_may_claim_the_same_words)
{
	struct setup t = setup_of(arena, "lexicon: a\nversion: 1\nentries: [you never]\n");
	lexicon_hits *hits;

	CHECK_INT(setup_add(&t, "lexicon: b\nversion: 2.3\nentries: [never listen, you]\n"), 1);
	hits = hits_in(&t, "you never listen", NULL);
	REQUIRE(hits->n == 3);
	CHECK_INT(hits->items[0].lexicon, 0);
	CHECK_INT(hits->items[1].lexicon, 1);
	CHECK_INT(hits->items[1].entry, 1);
	CHECK_INT(hits->items[2].word, 1);
	CHECK_INT(lexicons_find(t.lexicons, STR("b")), 1);
	CHECK_INT(lexicons_get(t.lexicons, 1)->minor, 3);
	setup_end(&t);
}

#define SILENCED(text, context)                                                                                        \
	do {                                                                                                           \
		hits_in(&t, text, NULL);                                                                               \
		CHECK_INT(t.hits.n, 1);                                                                                \
		if (t.hits.n == 1)                                                                                     \
			CHECK_STR(str_of(t.hits.items[0].unless), context);                                            \
	} while (0)

TEST(a_negated_hit_is_silenced)
{
	struct setup t = setup_of(arena, "lexicon: x\nversion: 1.0\nunless: negation\nentries:\n"
					 "  - a waste of time\n  - {say: hate you, unless: []}\n");

	CHECK_INT(count(&t, "this is a waste of time"), 1);
	SILENCED("this is not a waste of time", "negation");
	SILENCED("it isn't um really a waste of time", "negation");
	SILENCED("i don't think that all this is a waste of time", "negation");
	CHECK_INT(count(&t, "i do not like it, a waste of time"), 1);
	CHECK_INT(count(&t, "not now. it is a waste of time"), 1);
	CHECK_INT(count(&t, "not one bit of this was good or a waste of time"), 1);
	CHECK_INT(count(&t, "i do not hate you"), 1);
	setup_end(&t);
}

TEST(a_hit_said_of_somebody_else_is_silenced)
{
	struct setup t = setup_of(arena, "lexicon: x\nversion: 1.0\nunless: [quotation, life, courtesy]\n"
					 "entries: [you never listen, nothing helps, whatever you want]\n");

	SILENCED("and she said, you never listen", "quotation");
	SILENCED("my wife told me that you never listen", "quotation");
	CHECK_INT(count(&t, "she said so. you never listen"), 1);
	CHECK_INT(count(&t, "you never listen"), 1);
	SILENCED("nothing helps at work", "life");
	CHECK_INT(count(&t, "nothing helps"), 1);
	SILENCED("whatever you want thank you", "courtesy");
	setup_end(&t);
}

TEST(a_lexicon_may_bring_contexts_of_its_own)
{
	struct setup t = setup_of(arena, "lexicon: x\nversion: 1.0\ncontexts: {joke: [just kidding, \"(ha|haha)\"]}\n"
					 "unless: [joke]\nentries: [i hate you]\n");

	CHECK_INT(t.diags.errors, 0);
	SILENCED("i hate you just kidding", "joke");
	SILENCED("haha i hate you", "joke");
	CHECK_INT(count(&t, "i hate you"), 1);
	setup_end(&t);
}

TEST(a_regular_expression_runs_where_its_word_is_said)
{
	struct setup t = PHRASES("\"re: (never|hardly) (ever )?listen(s|ed)?\"", "{re: 'don''t you dare', weight: 2}");
	lexicon_hits *hits = hits_in(&t, "No, you NEVER  listened!", NULL);

	CHECK_INT(t.diags.warnings, 0);
	REQUIRE(hits->n == 1);
	CHECK_INT(hits->items[0].word, 2);
	CHECK_INT(hits->items[0].words, 2);
	CHECK_INT(count(&t, "whenever listening"), 0);
	CHECK_INT(count(&t, "dont you dare, Don\u2019t you dare"), 2);
	setup_end(&t);
}

TEST(a_regular_expression_that_needs_no_word_is_warned_about_and_works)
{
	struct setup t = PHRASES("\"re: [a-z]+less\\\\b\"");

	REQUIRE(t.diags.warnings == 1 && t.diags.errors == 0);
	CHECK_STR(str_of(t.diags.all.items[0].code), "slow-pattern");
	CHECK_INT(count(&t, "useless, hopeless"), 2);
	setup_end(&t);
}

TEST(the_words_a_regular_expression_needs_are_never_too_many)
{
	static const struct {
		const char *source, *needs;
	} rows[] = {
		{ "never listen", "listen" },
		{ "(never|hardly) listen(s|ed)?", "hardly never" },
		{ "colou?r blind", "blind" },
		{ "a (b|) c", "c" },
		{ "don't", "dont" },
		{ "don\\'t", "" },
		{ "\\bfoo\\b.*bar", "foo" },
		{ "foo|bar", "bar foo" },
		{ "foo|[ab]", "" },
		{ "foo|\\x{41}bar", "" },
		{ "foo*", "" },
		{ "(?!foo) bar", "bar" },
		{ "(foo)? ?bar", "" },
		{ "foo bar?", "foo" },
		{ "(?:foo bar)+ baz", "baz" },
		{ "foobar(s) x", "x" },
		{ "3\\.5", "" },
		{ "^\\W*(ok|fine)\\W*$", "fine ok" },
		{ "foo ?", "foo" },
		{ "foo ?s", "" },
		{ "a ?foo", "" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct words_list needs = { 0 };
		struct buf b = { 0 };
		const char *all[PATTERN_MAX_NEEDS];

		pattern_needs(arena, str_of(rows[i].source), &needs);
		for (size_t k = 0; k < needs.n; k++) {
			size_t at = k;

			for (; at > 0 && strcmp(all[at - 1], arena_dup(arena, needs.items[k].text).p) > 0; at--)
				all[at] = all[at - 1];
			all[at] = arena_dup(arena, needs.items[k].text).p;
		}
		for (size_t k = 0; k < needs.n; k++)
			buf_printf(&b, "%s%s", k ? " " : "", all[k]);
		if (strcmp(b.p ? b.p : "", rows[i].needs) != 0)
			test_fail(__FILE__, __LINE__, "%s needs \"%s\", not \"%s\"", rows[i].source, b.p ? b.p : "",
				  rows[i].needs);
		buf_release(&b);
	}
}

TEST(a_pattern_that_would_take_for_ever_is_no_match)
{
	struct setup t = PHRASES("\"re: x (a+a+)+b\"");
	char text[4096];

	memset(text, 'a', sizeof text);
	memcpy(text, "x ", 2);
	text[sizeof text - 1] = '\0';
	CHECK_INT(count(&t, text), 0);
	CHECK_INT(count(&t, "x aaab"), 1);
	setup_end(&t);
}

TEST(a_lexicon_of_another_language_finds_nothing)
{
	struct setup t = setup_of(arena, "lexicon: a\nversion: 1\nlanguage: en\nentries: [never]\n");

	setup_add(&t, "lexicon: b\nversion: 1\nentries: [never]\n");
	setup_add(&t, "lexicon: c\nversion: 1\nlanguage: de\nentries: [never, 're: never']\n");
	CHECK_INT(hits_in(&t, "never", "en-GB")->n, 2);
	CHECK_INT(hits_in(&t, "never", NULL)->n, 2);
	CHECK_INT(hits_in(&t, "never", "de")->n, 2);
	CHECK_INT(t.hits.items[1].lexicon, 2);
	CHECK_INT(hits_in(&t, "never", "eno")->n, 1);
	setup_end(&t);
}

TEST(every_fault_of_a_phrase_has_its_place)
{
	CHECK_FAULT("you (never|always listen", "bad-phrase", 9);
	CHECK_FAULT("you never) listen", "bad-phrase", 14);
	CHECK_FAULT("you never|always", "bad-phrase", 14);
	CHECK_FAULT("\"listen(s|ed) to\"", "bad-phrase", 12);
	CHECK_FAULT("\"[you] [never]\"", "bad-phrase", 6);
	CHECK_FAULT("'* *'", "bad-phrase", 6);
	CHECK_FAULT("'...'", "bad-phrase", 6);
	CHECK_FAULT("you no* listen", "bad-phrase", 9);
	CHECK_FAULT("you .* listen", "bad-phrase", 9);
	CHECK_FAULT("you ( ) listen", "bad-phrase", 10);
	CHECK_FAULT("'you \\b listen'", "bad-phrase", 10);
	CHECK_FAULT("say (a|b|c|d|e|f) (a|b|c|d|e|f) (a|b|c|d|e|f) (a|b|c|d|e)", "bad-phrase", 51);
	CHECK_FAULT("~", "wrong-kind", 5);
	CHECK_FAULT("'re: you (never'", "bad-pattern", 19);
	CHECK_FAULT("{say: you never, wieght: 2}", "unknown-key", 22);
	CHECK_FAULT("{say: you never, weight: 0}", "out-of-range", 30);
	CHECK_FAULT("{say: you never, unless: [negatoin]}", "unknown-context", 31);
	CHECK_FAULT("{weight: 2}", "bad-entry", 5);
}

TEST(every_fault_of_a_lexicon_is_told)
{
	struct setup t = setup_of(arena, "lexicon: X y\nversion: one\nentries: [(a, ok, b)]\nfoo: 1\n");

	CHECK_INT(t.diags.errors, 5);
	setup_end(&t);
	t = setup_of(arena, "lexicon: a\nversion: 1.0\nentries: [b]\n");
	CHECK_INT(setup_add(&t, "lexicon: a\nversion: 1.0\nentries: [c]\n"), -1);
	CHECK_INT(setup_add(&t, "lexicon: b\nversion: 1.0\nentries: []\n"), -1);
	CHECK_INT(t.diags.errors, 2);
	setup_end(&t);
}

TEST(phrases_of_a_rule_are_a_lexicon_without_a_file)
{
	struct setup t = { .arena = arena, .lexicons = lexicons_new(), .diags.arena = arena };
	struct reader r = { .arena = arena, .diags = &t.diags };
	struct doc *doc = doc_parse(arena, STR("[you never listen, 're: waste of (my )?time']"), DOC_YAML,
				    &doc_limits_rules, false, &t.diags);

	REQUIRE(doc);
	CHECK_INT(lexicons_add_inline(t.lexicons, &r, STR("rule#0"), doc), 0);
	CHECK_INT(lexicons_add_inline(t.lexicons, &r, STR("rule#1"), doc->items[0]), 1);
	CHECK(lexicons_get(t.lexicons, 0)->inline_phrases);
	CHECK_INT(count(&t, "you never listen, a waste of my time"), 3);
	setup_end(&t);
}

TEST(the_canonical_bytes_change_with_a_phrase_a_weight_and_a_context)
{
	static const char *const texts[] = {
		"lexicon: x\nversion: 1.0\nentries: [a]\n",
		"lexicon: x\nversion: 1.0\nentries: [b]\n",
		"lexicon: x\nversion: 1.0\nentries: [{say: a, weight: 2}]\n",
		"lexicon: x\nversion: 1.0\nentries: [{say: a, unless: life}]\n",
		"lexicon: x\nversion: 1.0\nunless: life\nentries: [a]\n",
		"lexicon: x\nversion: 1.1\nentries: [a]\n",
		"lexicon: x\nversion: 1.0\ncontexts: {c: d}\nentries: [a]\n",
		"lexicon: x\nversion: 1.0\nentries: ['re: a']\n",
		"lexicon: x\nversion: 1.0\nentries: [{say: a, whole: yes}]\n",
		"lexicon: x\nversion: 1.0\nentries: [{say: a, opens: yes}]\n",
		"lexicon: x\nversion: 1.0\nlanguage: en\nentries: [a]\n",
	};
	enum { N = sizeof texts / sizeof *texts };
	struct buf canonical = { 0 };
	struct str seen[N];

	for (size_t i = 0; i < N; i++) {
		struct setup t = setup_of(arena, texts[i]);

		buf_reset(&canonical);
		lexicons_canonical(t.lexicons, &canonical);
		seen[i] = arena_dup(arena, buf_str(&canonical));
		for (size_t k = 0; k < i; k++)
			if (str_eq(seen[i], seen[k]))
				test_fail(__FILE__, __LINE__, "texts %zu and %zu look the same", k, i);
		setup_end(&t);
	}
	buf_release(&canonical);
}

/* One place of a phrase as the slow way sees it: a word, or another, or, if it may be missing, none. */
struct slot {
	const char *word, *other;
	bool optional;
};

static bool slot_is(const struct slot *s, struct str word)
{
	return str_is(word, s->word) || (s->other && str_is(word, s->other));
}

/* Do the slots stand at word `at`, fillers before each stepped over? */
static bool slow_at(const struct words_list *words, size_t at, const struct slot *slots, size_t n, bool first)
{
	if (!n)
		return true;
	if (slots->optional && slow_at(words, at, slots + 1, n - 1, first))
		return true;
	for (; at < words->n; at++) {
		if (slot_is(slots, words->items[at].text))
			return slow_at(words, at + 1, slots + 1, n - 1, false);
		if (first || !words->items[at].filler)
			return false;
	}
	return false;
}

static bool slow_finds(const struct words_list *words, const struct slot *slots, size_t n)
{
	for (size_t i = 0; i < words->n; i++)
		if (slow_at(words, i, slots, n, true))
			return true;
	return false;
}

static const char *const few_words[] = { "you", "never", "listen", "i", "um", "the", "frustrated", "hate", "know" };
enum { FEW_WORDS = sizeof few_words / sizeof *few_words };

static uint64_t next_of(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

/* A random phrase, as text and as slots; at least its last word must be there. */
static size_t random_phrase(uint64_t *seed, struct buf *text, struct slot *slots)
{
	size_t n = 1 + next_of(seed) % 4;

	buf_reset(text);
	for (size_t i = 0; i < n; i++) {
		uint64_t form = next_of(seed) % 4;

		slots[i] = (struct slot){ few_words[next_of(seed) % FEW_WORDS], NULL, form == 0 && i + 1 < n };
		if (form == 1)
			slots[i].other = few_words[next_of(seed) % FEW_WORDS];
		if (slots[i].other)
			buf_printf(text, " (%s|%s)", slots[i].word, slots[i].other);
		else
			buf_printf(text, slots[i].optional ? " [%s]" : " %s", slots[i].word);
	}
	return n;
}

TEST(the_anchors_lose_no_phrase)
{
	struct buf phrase = { 0 };
	uint64_t seed = 7;
	size_t found = 0;

	for (int round = 0; round < 600; round++) {
		char text[400] = "", quoted[200];
		struct slot slots[4];
		struct words_list words = { 0 };
		size_t n = random_phrase(&seed, &phrase, slots), at = 0;
		struct setup t;
		bool expected;

		for (int i = 0; i < 12; i++) {
			/* No word twice running: which of the two is stepped over depends on where one begins. */
			at = (at + 1 + next_of(&seed) % (FEW_WORDS - 1)) % FEW_WORDS;
			strcat(strcat(text, " "), few_words[at]);
		}
		words_split(arena, str_of(text), &words);
		snprintf(quoted, sizeof quoted, "\"%.*s\"", STR_ARG(buf_str(&phrase)));
		t = PHRASES(quoted);
		expected = slow_finds(&words, slots, n);
		found += expected;
		/* Overlapping ones count once, so only "some" and "none" must agree. */
		if ((count(&t, text) > 0) != expected)
			test_fail(__FILE__, __LINE__, "%s in \"%s\"", quoted, text);
		setup_end(&t);
	}
	buf_release(&phrase);
	CHECK(found > 100 && found < 500);
}

TEST(a_choice_is_found_at_its_longest)
{
	struct setup t = PHRASES("you (never|never ever) [really] listen [to (me|us)]");

	CHECK_INT(count(&t, "you never listen"), 1);
	CHECK_INT(hits_in(&t, "so you never ever really listen to us now", NULL)->items[0].words, 7);
	CHECK_INT(hits_in(&t, "so you never listen to us now", NULL)->items[0].words, 5);
	setup_end(&t);
}

TEST(a_phrase_of_many_choices_is_as_small_as_its_words)
{
	struct phrase p;
	struct phrase_fault fault;

	REQUIRE(phrase_parse(arena, STR("(a|b|c) (d|e|f) [g] (h|i|j) [k] (l|m|n)"), &p, &fault));
	CHECK_INT(p.n, 14);
	CHECK_INT(p.anchors.n, 3);
}

/* A shipped file; tests run from the top of the tree. */
static char *file_text(const char *path)
{
	FILE *f = fopen(path, "r");
	struct buf b = { 0 };
	char part[4096];
	size_t n;

	while (f && (n = fread(part, 1, sizeof part, f)) > 0)
		buf_add(&b, part, n);
	if (f)
		fclose(f);
	return b.p;
}

static struct setup setup_shipped(struct arena *a)
{
	static const char *const names[] = { "appeasing",     "benefit",  "blame",	  "ceding",   "complaint",
					     "confrontation", "denial",	  "disagreement", "hopeless", "hostility",
					     "minimal",	      "proposal", "refusal",	  "repair",   "validation" };
	struct setup t = { .arena = a, .lexicons = lexicons_new() };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char path[100], *text;

		snprintf(path, sizeof path, "rules/lexicons/%s.yaml", names[i]);
		text = file_text(path);
		if (!text || setup_add(&t, text) < 0)
			test_fail(__FILE__, __LINE__, "%s: %.*s", path,
				  STR_ARG(t.diags.all.n ? t.diags.all.items[0].message : STR("no such file")));
		free(text);
	}
	return t;
}

TEST(the_shipped_lexicons_compile_without_fault_or_warning)
{
	struct setup t = setup_shipped(arena);

	CHECK_INT(t.diags.errors + t.diags.warnings, 0);
	CHECK_INT(lexicons_count(t.lexicons), 15);
	for (size_t i = 0; i < lexicons_count(t.lexicons); i++) {
		CHECK_STR(lexicons_get(t.lexicons, i)->language, "en");
		CHECK(lexicons_get(t.lexicons, i)->source.n > 0 && lexicons_get(t.lexicons, i)->title.n > 0);
	}
	setup_end(&t);
}

TEST(the_shipped_lexicons_know_what_they_are_for)
{
	static const struct {
		const char *lexicon, *text;
		bool hit;
	} rows[] = {
		{ "hostility", "You have no idea what you're talking about.", true },
		{ "hostility", "He said you have no idea what you're talking about", false },
		{ "hostility", "I hate my job", false },
		{ "hostility", "i hate myself i'm such an idiot", false },
		{ "hostility", "i hate people like that", true },
		{ "hostility", "this fucking bus was late again", true },
		{ "hostility", "youre such an idiot", true },
		{ "hostility", "i'm not angry with you", false },
		{ "hostility", "i told her to shut up", false },
		{ "hostility", "i love that you're such an idiot", false },
		{ "blame", "you never listen to me", true },
		{ "blame", "It's not your fault", false },
		{ "blame", "my boss never listens", false },
		{ "complaint", "this is a waste of time", true },
		{ "complaint", "I don't think this is a waste of time", false },
		{ "complaint", "You're not helping.", true },
		{ "complaint", "what's the point of coming here", true },
		{ "complaint", "what's the point of living", false },
		{ "hopeless", "i don't think therapy can help me", true },
		{ "hopeless", "I feel hopeless about everything", false },
		{ "refusal", "no I can't do that", true },
		{ "refusal", "That won't work", true },
		{ "refusal", "i already tried that", true },
		{ "disagreement", "I don't really agree", true },
		{ "denial", "I don\u2019t have a problem.", true },
		{ "denial", "Everything is fine.", true },
		{ "appeasing", "If you say so.", true },
		{ "appeasing", "you're the expert", true },
		{ "appeasing", "whatever you think", true },
		{ "appeasing", "whatever you think, it hurt", true },
		{ "minimal", "I don't know.", true },
		{ "minimal", "Fine", true },
		{ "minimal", "i don't know how to tell my mother", false },
		{ "validation", "That makes sense.", true },
		{ "validation", "I can see how hard this is", true },
		{ "proposal", "How about trying something new?", true },
		{ "proposal", "would you be willing to write it down", true },
		{ "proposal", "what if you asked her", true },
		{ "repair", "I think I misunderstood you", true },
		{ "confrontation", "You need to take responsibility", true },
		{ "refusal", "yeah but i have no time", true },
		{ "refusal", "i dont think talking would be helpful", true },
		{ "refusal", "they said i won't do that", false },
		{ "refusal", "I'm not sure", false },
		{ "denial", "im fine with it", true },
		{ "denial", "I'm fine, thank you", false },
		{ "denial", "my husband says there is no problem", false },
		{ "minimal", "not really...", true },
		{ "minimal", "not really what i meant by that", false },
		{ "appeasing", "whatever you think thank you", false },
		{ "confrontation", "you dont have to stop", false },
		{ "confrontation", "what do you need to do", false },
		{ "ceding", "just tell me what to do", true },
		{ "ceding", "my boss said just tell me what to do", false },
		{ "benefit", "This really helps me", true },
	};
	struct setup t = setup_shipped(arena);

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int wanted = lexicons_find(t.lexicons, str_of(rows[i].lexicon));
		bool hit = false;

		hits_in(&t, rows[i].text, "en");
		for (size_t k = 0; k < t.hits.n; k++)
			hit |= t.hits.items[k].lexicon == wanted && !t.hits.items[k].unless;
		if (hit != rows[i].hit)
			test_fail(__FILE__, __LINE__, "%s %s \"%s\"", rows[i].lexicon, hit ? "takes" : "misses",
				  rows[i].text);
	}
	setup_end(&t);
}

TEST(lexicons_differ_by_their_phrases_and_not_by_their_order)
{
	struct setup old = setup_of(arena, "lexicon: x\nversion: 1.0\nentries: [one, two]\n");
	struct setup new = setup_of(arena, "lexicon: y\nversion: 1.0\nentries: [four]\n");
	struct strs changed = { 0 }, added = { 0 };

	setup_add(&old, "lexicon: y\nversion: 1.0\nentries: [four]\n");
	setup_add(&new, "lexicon: x\nversion: 1.0\nentries: [one, three]\n");
	setup_add(&new, "lexicon: z\nversion: 1.0\nentries: [five]\n");
	lexicons_compare(arena, old.lexicons, new.lexicons, &changed, &added);
	REQUIRE(changed.n == 1 && added.n == 1);
	CHECK_STR(changed.items[0], "x");
	CHECK_STR(added.items[0], "z");
	setup_end(&old);
	setup_end(&new);
}
