/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/addressee.h"
#include "core/skeleton.h"
#include "test.h"

/* A record with people by role, one turn a row. */
static struct record *record_of(struct arena *a, const int *roles, int n_roles)
{
	struct record *r = ARENA_NEW(a, struct record);

	*r = (struct record){ .id = STR("r1"),
			      .case_id = STR("K7"),
			      .revision = 1,
			      .session = 3,
			      .started = 1772460000,
			      .minutes = 50,
			      .modality = STR("family"),
			      .language = STR("en"),
			      .next_at = DATE_NONE,
			      .consent_transcript = -1 };
	for (int i = 0; i < n_roles; i++)
		*VEC_PUSH(a, &r->participants) =
			(struct participant){ arena_printf(a, "p%d", i), roles[i], { NULL, 0 }, NAN };
	return r;
}
#define RECORD(...)                                                                                                    \
	record_of(arena, (const int[]){ __VA_ARGS__ }, (int)(sizeof((const int[]){ __VA_ARGS__ }) / sizeof(int)))

static void say(struct arena *a, struct record *r, int who, int to, const char *text)
{
	double at = (double)r->turns.n * 10 + 0.125;

	*VEC_PUSH(a, &r->turns) = (struct turn){ who, to, at, at + 7.5, str_of(text) };
}

static struct lexicons *lexicons_of(struct arena *a, const char *first, const char *second)
{
	struct diags d = { .arena = a };
	struct reader r = { .arena = a, .diags = &d, .unknown_key = DIAG_ERROR };
	struct lexicons *l = lexicons_new();
	const char *texts[] = { first, second };

	for (int i = 0; i < 2 && texts[i]; i++)
		lexicons_add(l, &r, doc_parse(a, str_of(texts[i]), DOC_YAML, &doc_limits_rules, false, &d));
	CHECK_INT(d.errors, 0);
	lexicons_freeze(l);
	return l;
}

#define BLAME                                                                                                          \
	"lexicon: blame\nversion: 1.2\nlanguage: en\nunless: [negation]\nentries: [{say: your fault, weight: 2.5}, "   \
	"never listen]\n"
#define VORWURF "lexicon: vorwurf\nversion: 1.0\nlanguage: de\nentries: [immer du]\n"

static struct skeleton *extracted(struct arena *a, const struct record *r, const struct lexicons *l)
{
	struct lexicon_scratch *scratch = lexicon_scratch_new(l);
	struct skeleton *s = extract(a, r, l, scratch, (struct extract_policy){ false }, NULL);

	lexicon_scratch_free(scratch);
	return s;
}

TEST(a_skeleton_has_counts_and_weights_and_no_text)
{
	struct record *r = RECORD(ROLE_THERAPIST, ROLE_PARENT, ROLE_CHILD);
	struct lexicons *l = lexicons_of(arena, BLAME, VORWURF);
	struct buf blob = { 0 };
	struct skeleton *s;

	say(arena, r, 1, 2, "It's your fault zebra, you never listen, your fault");
	say(arena, r, 2, 1, "um zebra it is not my fault");
	say(arena, r, 1, -1, "it is not your fault");
	s = extracted(arena, r, l);
	REQUIRE(s->turns.n == 3 && s->has_turns);
	CHECK_INT(s->turns.items[0].words, 9);
	REQUIRE(s->turns.items[0].n_hits == 1);
	CHECK_INT(s->hits.items[0].count, 3);
	CHECK_NEAR(s->hits.items[0].weight, 6);
	CHECK_INT(s->turns.items[1].n_hits, 0);
	CHECK_INT(s->turns.items[2].n_hits, 0);
	CHECK(s->lexicons.n == 2 && s->lexicons.items[0].applies && !s->lexicons.items[1].applies);
	skeleton_encode(s, &blob);
	CHECK(!memmem(blob.p, blob.n, "zebra", 5));
	CHECK(!memmem(blob.p, blob.n, "fault", 5));
	buf_release(&blob);
	lexicons_free(l);
}

#define SECRET "lexicon: secret\nversion: 1.0\nonce: yes\nentries: [{say: the belt, weight: 3}]\n"

TEST(of_a_lexicon_once_a_session_keeps_one_bit_and_not_the_turn)
{
	struct record *r = RECORD(ROLE_THERAPIST, ROLE_PARENT, ROLE_INTERPRETER);
	struct lexicons *l = lexicons_of(arena, BLAME, SECRET);
	struct skeleton *s;

	say(arena, r, 1, 0, "the belt, and again the belt");
	say(arena, r, 1, 0, "your fault");
	say(arena, r, 2, 0, "never listen, he says, and the belt");
	s = extracted(arena, r, l);
	REQUIRE(s->turns.n == 3 && s->hits.n == 3);
	CHECK_INT(s->turns.items[0].n_hits, 0);
	REQUIRE(s->turns.items[1].n_hits == 2);
	CHECK_INT(s->hits.items[s->turns.items[1].first_hit].lexicon, 0);
	CHECK_INT(s->hits.items[s->turns.items[1].first_hit + 1].lexicon, 1);
	CHECK_NEAR(s->hits.items[s->turns.items[1].first_hit + 1].weight, 1);
	REQUIRE(s->turns.items[2].n_hits == 1);
	CHECK_INT(s->hits.items[s->turns.items[2].first_hit].lexicon, 0);
	lexicons_free(l);
}

TEST(without_consent_no_turn_is_looked_at)
{
	struct record *r = RECORD(ROLE_THERAPIST, ROLE_CLIENT);
	struct lexicons *l = lexicons_of(arena, BLAME, NULL);
	struct lexicon_scratch *scratch = lexicon_scratch_new(l);
	static const struct {
		int said;
		bool required, turns;
	} rows[] = {
		{ -1, false, true }, { -1, true, false }, { 0, false, false }, { 1, true, true }, { 0, true, false }
	};

	say(arena, r, 1, -1, "your fault");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct skeleton *s;

		r->consent_transcript = rows[i].said;
		s = extract(arena, r, l, scratch, (struct extract_policy){ rows[i].required }, NULL);
		CHECK_INT(s->has_turns, rows[i].turns);
		CHECK_INT(s->turns.n, rows[i].turns);
	}
	lexicon_scratch_free(scratch);
	lexicons_free(l);
}

TEST(an_empty_list_of_turns_is_no_transcript)
{
	struct lexicons *l = lexicons_of(arena, BLAME, NULL);

	CHECK(!extracted(arena, RECORD(ROLE_THERAPIST, ROLE_CLIENT), l)->has_turns);
	lexicons_free(l);
}

struct seen {
	int hits, silenced, from, to;
	size_t turn;
};

static void see(void *user, size_t turn, const struct lexicon_hit *hit, int from, int to)
{
	struct seen *s = user;

	s->hits++;
	s->silenced += hit->unless != NULL;
	*s = (struct seen){ s->hits, s->silenced, from, to, turn };
}

TEST(the_trace_shows_silenced_hits_too)
{
	struct record *r = RECORD(ROLE_THERAPIST, ROLE_CLIENT);
	struct lexicons *l = lexicons_of(arena, BLAME, NULL);
	struct lexicon_scratch *scratch = lexicon_scratch_new(l);
	struct seen seen = { 0 };
	struct extract_trace trace = { see, &seen };

	say(arena, r, 0, -1, "hello");
	say(arena, r, 1, -1, "this is not your fault. you never listen");
	extract(arena, r, l, scratch, (struct extract_policy){ 0 }, &trace);
	CHECK_INT(seen.hits, 2);
	CHECK_INT(seen.silenced, 1);
	CHECK_INT(seen.turn, 1);
	CHECK_INT(seen.from, 1);
	CHECK_INT(seen.to, 0);
	lexicon_scratch_free(scratch);
	lexicons_free(l);
}

#define NO_ANSWER "lexicon: no\nversion: 1.0\nunless: [answer]\nentries: [no]\n"

/* Which turns have hits that count: "1" or "0" each. */
static struct str counting(struct arena *a, const struct record *r, const struct lexicons *l)
{
	const struct skeleton *s = extracted(a, r, l);
	struct str shown = STR("");

	for (size_t i = 0; i < s->turns.n; i++)
		shown = arena_printf(a, "%.*s%d", STR_ARG(shown), s->turns.items[i].n_hits > 0);
	return shown;
}

TEST(no_after_a_yes_or_no_question_of_another_is_an_answer)
{
	struct lexicons *l = lexicons_of(arena, NO_ANSWER, NULL);
	struct record *r = RECORD(ROLE_THERAPIST, ROLE_CLIENT, ROLE_CLIENT);

	say(arena, r, 1, -1, "no");
	say(arena, r, 0, -1, "did you go there");
	say(arena, r, 2, -1, "mm");
	say(arena, r, 1, -1, "no");
	say(arena, r, 1, -1, "no i did not");
	say(arena, r, 2, -1, "no");
	say(arena, r, 0, -1, "what did you say");
	say(arena, r, 1, -1, "no");
	say(arena, r, 1, -1, "did you");
	say(arena, r, 1, -1, "no");
	CHECK_STR(counting(arena, r, l), "1000010101");
	lexicons_free(l);
}

TEST(no_after_something_negative_of_another_agrees)
{
	struct lexicons *l = lexicons_of(arena, "lexicon: no\nversion: 1.0\nunless: [echo]\nentries: [no]\n", NULL);
	struct record *r = RECORD(ROLE_THERAPIST, ROLE_CLIENT);

	say(arena, r, 0, -1, "that was not easy");
	say(arena, r, 1, -1, "no");
	say(arena, r, 0, -1, "that was hard");
	say(arena, r, 1, -1, "no");
	CHECK_STR(counting(arena, r, l), "0001");
	lexicons_free(l);
}

/* Addressees as a text: one cell a turn, "?" unknown, "~" inferred. */
static struct str addressees_shown(struct arena *a, const struct record *r)
{
	struct cue *cues = ARENA_ARRAY(a, struct cue, r->turns.n);
	struct words_list words = { 0 };
	struct addressee *to;
	struct str shown = STR("");

	for (size_t i = 0; i < r->turns.n; i++) {
		words_split(a, r->turns.items[i].text, &words);
		cues[i] = cue_of(cue_words_new(a), &words, r->turns.items[i].text);
	}
	to = addressees_of(a, r, cues);

	for (size_t i = 0; i < r->turns.n; i++)
		shown = to[i].to < 0
				? arena_printf(a, "%.*s ?", STR_ARG(shown))
				: arena_printf(a, "%.*s %s%d", STR_ARG(shown), to[i].inferred ? "~" : "", to[i].to);
	return shown;
}

TEST(in_a_dyad_the_addressee_is_certain)
{
	struct record *r = RECORD(ROLE_THERAPIST, ROLE_CLIENT, ROLE_INTERPRETER, ROLE_OBSERVER);

	say(arena, r, 0, -1, "a");
	say(arena, r, 2, -1, "b");
	say(arena, r, 1, -1, "c");
	say(arena, r, 1, 2, "d");
	CHECK_STR(addressees_shown(arena, r), " 1 ? 0 2");
}

TEST(who_stayed_away_is_not_in_the_room)
{
	struct record *r = RECORD(ROLE_THERAPIST, ROLE_PARENT, ROLE_CHILD);

	say(arena, r, 0, -1, "a");
	say(arena, r, 1, -1, "b");
	CHECK_STR(addressees_shown(arena, r), " ? ?");
	*VEC_PUSH(arena, &r->attendance) = (struct attendance){ .who = 2, .status = NO_SHOW };
	CHECK_STR(addressees_shown(arena, r), " 1 0");
	r->attendance.items[0].status = LATE;
	CHECK_STR(addressees_shown(arena, r), " ? ?");
}

/* Several turns by one letter each: "0 1 0", with "m" behind a number for a nod and "?" for a question. */
static struct str inferred(struct arena *a, struct record *r, const char *talk)
{
	r->turns.n = 0;
	for (const char *p = talk; *p; p++) {
		const char *text = p[1] == 'm' ? "mm-hmm" : p[1] == '?' ? "what was it" : "it was so";

		if (*p >= '0' && *p <= '9')
			say(a, r, *p - '0', -1, text);
	}
	return addressees_shown(a, r);
}

TEST(between_two_replies_of_one_person_one_speaks_to_that_person)
{
	struct record *r = RECORD(ROLE_THERAPIST, ROLE_PARENT, ROLE_CHILD, ROLE_INTERPRETER);

	CHECK_STR(inferred(arena, r, "0 1 0 2"), " ? ~0 ~1 ?");
	CHECK_STR(inferred(arena, r, "0 1 3 1 0"), " ? ~0 ? ~0 ~1");
	CHECK_STR(inferred(arena, r, "0 1 2"), " ? ? ?");
	CHECK_STR(inferred(arena, r, "0 1 1 2 2 1"), " ? ? ? ~1 ~1 ~2");
}

TEST(who_goes_on_after_an_answer_speaks_to_the_one_who_answered)
{
	struct record *r = RECORD(ROLE_THERAPIST, ROLE_PARENT, ROLE_CHILD);

	CHECK_STR(inferred(arena, r, "2 1 2 0"), " ? ~2 ~1 ?");
}

TEST(a_nod_takes_no_turn_and_is_to_the_one_it_listens_to)
{
	struct record *r = RECORD(ROLE_THERAPIST, ROLE_PARENT, ROLE_CHILD);

	CHECK_STR(inferred(arena, r, "0 1 2m 0"), " ? ~0 ? ~1");
	CHECK_STR(inferred(arena, r, "0 1 2m 1 0"), " ? ~0 ~1 ~0 ~1");
	CHECK_STR(inferred(arena, r, "1m 2m"), " ? ?");
}

TEST(what_follows_a_question_is_to_the_one_who_asked)
{
	struct record *r = RECORD(ROLE_THERAPIST, ROLE_PARENT, ROLE_CHILD);

	CHECK_STR(inferred(arena, r, "0? 1 2"), " ? ~0 ?");
	CHECK_STR(inferred(arena, r, "0? 1m 2"), " ? ~0 ?");
}

TEST(who_is_called_is_spoken_to_if_just_one_is_that)
{
	struct record *r = RECORD(ROLE_THERAPIST, ROLE_PARENT, ROLE_CHILD, ROLE_SIBLING);

	say(arena, r, 0, -1, "it was so");
	say(arena, r, 2, -1, "Mum, you were there");
	say(arena, r, 1, -1, "it was so");
	CHECK_STR(addressees_shown(arena, r), " ? ~1 ?");
	r->participants.items[3].role = ROLE_PARENT;
	CHECK_STR(addressees_shown(arena, r), " ? ? ?");
	*VEC_PUSH(arena, &r->attendance) = (struct attendance){ .who = 3, .status = NO_SHOW };
	CHECK_STR(addressees_shown(arena, r), " ? ~1 ?");
	r->attendance.n = 0;
	r->turns.items[1].who = 3;
	CHECK_STR(addressees_shown(arena, r), " ? ~1 ?");
	r->turns.items[1].to = 2;
	CHECK_STR(addressees_shown(arena, r), " ? 2 ?");
}

TEST(two_therapists_and_a_client_are_no_dyad)
{
	struct record *r = RECORD(ROLE_THERAPIST, ROLE_THERAPIST, ROLE_CLIENT);

	CHECK_STR(inferred(arena, r, "2 0 2"), " ? ~2 ~0");
	CHECK_STR(inferred(arena, r, "2 0"), " ? ?");
}

static struct skeleton *full(struct arena *a, struct lexicons **ret_lexicons)
{
	const int roles[] = { ROLE_THERAPIST, ROLE_PARENT, ROLE_CHILD };
	struct record *r = record_of(a, roles, 3);
	struct score_item *items = ARENA_ARRAY(a, struct score_item, 2);

	*ret_lexicons = lexicons_of(a, BLAME, VORWURF);
	say(a, r, 1, 2, "your fault, you never listen");
	say(a, r, 2, -1, "no");
	say(a, r, 1, -1, "never listen");
	r->turns.items[1].at = r->turns.items[1].end = NAN;
	r->turns.items[2].at = NAN;
	items[0] = (struct score_item){ STR("relationship"), 8.1 };
	items[1] = (struct score_item){ STR("goals"), NAN };
	*VEC_PUSH(a, &r->attendance) = (struct attendance){ 1, LATE, BY_CLIENT, 20, NAN };
	*VEC_PUSH(a, &r->scores) = (struct score){ STR("SRS"), 1, -1, 31.5, items, 2 };
	*VEC_PUSH(a, &r->homework) = (struct homework){ 2, NAN };
	*VEC_PUSH(a, &r->coded) = STR("3RS");
	*VEC_PUSH(a, &r->codes) = (struct code){ STR("3RS"), STR("confrontation"), -1, 3, NAN, 754 };
	*VEC_PUSH(a, &r->reports) = (struct report){ 0, -1 };
	*VEC_PUSH(a, &r->contacts) = (struct contact){ 1, 1772000000, STR("call") };
	*VEC_PUSH(a, &r->flags) = (struct flag){ STR("safeguarding"), true };
	r->next = NEXT_AT;
	r->next_at = 1773064800;
	r->ending = ENDING_PLANNED;
	return extracted(a, r, *ret_lexicons);
}

static bool same(double a, double b)
{
	return (isnan(a) && isnan(b)) || a == b;
}

TEST(a_skeleton_comes_back_from_its_bytes_as_it_was)
{
	struct lexicons *l;
	struct skeleton *s = full(arena, &l), *back;
	struct buf blob = { 0 }, again = { 0 };

	skeleton_encode(s, &blob);
	back = skeleton_decode(arena, buf_str(&blob));
	REQUIRE(back);
	skeleton_encode(back, &again);
	CHECK(str_eq(buf_str(&blob), buf_str(&again)));
	CHECK_STR(back->record, "r1");
	CHECK(!back->site.p);
	CHECK_STR(back->participants.items[2].id, "p2");
	CHECK(isnan(back->participants.items[2].age));
	CHECK_STR(back->scores.items[0].items[1].name, "goals");
	CHECK(isnan(back->scores.items[0].items[1].value));
	CHECK_NEAR(back->scores.items[0].total, 31.5);
	CHECK_INT(back->codes.items[0].who, -1);
	CHECK_INT(back->reports.items[0].rupture, -1);
	CHECK_INT(back->next_at, s->next_at);
	CHECK_INT(back->lexicons.items[0].minor, 2);
	REQUIRE(back->turns.n == 3 && back->hits.n == s->hits.n);
	for (size_t i = 0; i < 3; i++) {
		CHECK(same(back->turns.items[i].at, s->turns.items[i].at));
		CHECK(same(back->turns.items[i].end, s->turns.items[i].end));
		CHECK_INT(back->turns.items[i].to, s->turns.items[i].to);
		CHECK_INT(back->turns.items[i].first_hit, s->turns.items[i].first_hit);
	}
	CHECK(back->turns.items[1].to_inferred && back->turns.items[1].to == 1);
	CHECK_NEAR(back->hits.items[0].weight, 3.5);
	CHECK_INT(back->hits.items[0].count, 2);
	buf_release(&blob);
	buf_release(&again);
	lexicons_free(l);
}

TEST(a_turn_takes_about_twelve_bytes)
{
	struct record *r = RECORD(ROLE_THERAPIST, ROLE_CLIENT);
	struct lexicons *l = lexicons_of(arena, BLAME, NULL);
	struct buf blob = { 0 };

	for (int i = 0; i < 600; i++)
		say(arena, r, i % 2, -1, i % 3 ? "so what did you do then" : "your fault");
	skeleton_encode(extracted(arena, r, l), &blob);
	CHECK(blob.n / 600 <= 12);
	buf_release(&blob);
	lexicons_free(l);
}

TEST(times_survive_storing_however_large_or_wrong)
{
	static const double times[] = {
		0, 0.004, 12.4, 3599.999, 20000.01, 65536.37, 262144.11, 9999999, 1e9, -3, 1e300
	};
	struct lexicons *l = lexicons_of(arena, BLAME, NULL);

	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		struct record *r = RECORD(ROLE_THERAPIST, ROLE_CLIENT);
		struct buf blob = { 0 };
		struct skeleton *s, *back;

		say(arena, r, 0, -1, "a");
		r->turns.items[0].at = r->turns.items[0].end = times[i];
		s = extracted(arena, r, l);
		skeleton_encode(s, &blob);
		back = skeleton_decode(arena, buf_str(&blob));
		REQUIRE(back);
		CHECK(same(back->turns.items[0].at, s->turns.items[0].at));
		CHECK(same(back->turns.items[0].end, s->turns.items[0].end));
		CHECK(isnan(s->turns.items[0].at) == (times[i] > 1e8));
		buf_release(&blob);
	}
	lexicons_free(l);
}

TEST(bytes_cut_short_or_too_long_are_no_skeleton)
{
	struct lexicons *l;
	struct buf blob = { 0 };

	skeleton_encode(full(arena, &l), &blob);
	for (size_t n = 0; n < blob.n; n++) {
		char *cut = malloc(n + 1); /* so that a sanitizer sees a read past the end */

		memcpy(cut, blob.p, n);
		CHECK(!skeleton_decode(arena, (struct str){ cut, n }));
		free(cut);
	}
	buf_putc(&blob, 0);
	CHECK(!skeleton_decode(arena, buf_str(&blob)));
	blob.p[0] = 2;
	CHECK(!skeleton_decode(arena, (struct str){ blob.p, blob.n - 1 }));
	buf_release(&blob);
	lexicons_free(l);
}

TEST(any_bytes_are_a_sound_skeleton_or_none)
{
	struct lexicons *l;
	struct buf blob = { 0 };
	uint64_t seed = 1;
	int sound = 0;

	skeleton_encode(full(arena, &l), &blob);
	for (int round = 0; round < 20000; round++) {
		struct arena own = { 0 };
		char *bytes = malloc(blob.n);
		struct skeleton *s;

		memcpy(bytes, blob.p, blob.n);
		for (int i = 0; i <= round % 4; i++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			bytes[(seed >> 33) % blob.n] = (char)(seed >> 20);
		}
		s = skeleton_decode(&own, (struct str){ bytes, blob.n });
		sound += s != NULL;
		for (size_t i = 0; s && i < s->turns.n; i++) {
			const struct skeleton_turn *t = &s->turns.items[i];

			CHECK(t->who >= 0 && (size_t)t->who < s->participants.n && t->to < (int)s->participants.n);
			CHECK(t->first_hit + t->n_hits <= s->hits.n);
		}
		for (size_t i = 0; s && i < s->hits.n; i++)
			CHECK(s->hits.items[i].lexicon < s->lexicons.n && s->hits.items[i].count > 0);
		free(bytes);
		arena_release(&own);
	}
	CHECK(sound > 100 && sound < 19900);
	buf_release(&blob);
	lexicons_free(l);
}
