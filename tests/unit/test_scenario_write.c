/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stored case written as a test: what is written is read back as the same case, under other names and dates. */
#include "case.h"
#include "core/scenario_write.h"
#include "rulesets.h"

#define RULES                                                                                                          \
	"version: 1\n"                                                                                                 \
	"instruments:\n"                                                                                               \
	"  SRS: {range: 0-40, better: high, items: [goals], item_range: 0-10}\n"                                       \
	"  OQ-45.2: {range: 0-180, better: low}\n"                                                                     \
	"rules:\n"                                                                                                     \
	"  - id: a.low\n"                                                                                              \
	"    title: A low score\n"                                                                                     \
	"    because: it matters\n"                                                                                    \
	"    per: member\n"                                                                                            \
	"    severity: notice\n"                                                                                       \
	"    signals: {low: {score: SRS, value: less than 30}}\n"                                                      \
	"    when: low\n"                                                                                              \
	"  - id: a.cross\n"                                                                                            \
	"    title: Cross\n"                                                                                           \
	"    because: it matters\n"                                                                                    \
	"    per: pair\n"                                                                                              \
	"    severity: notice\n"                                                                                       \
	"    signals: {said: {turns: {from: member, to: other, says: hostility, weight: at least 3}, count: 1}}\n"     \
	"    when: said\n"

#define LEXICON "lexicon: %s\nversion: 0.0\nentries: [go away]\n"

struct writing_test {
	struct test_case *c;
	struct ruleset *rules;
	struct scenario_suite suite;
	struct rule_source sources[16];
	size_t n;
};

static void begin(struct arena *a, struct writing_test *t)
{
	static const char *const lexicons[] = { "hostility",  "blame",	  "complaint", "refusal",
						"validation", "proposal", "minimal",   "repair" };
	struct str complaints;

	*t = (struct writing_test){ .c = case_new(a) };
	t->sources[t->n++] = (struct rule_source){ .file = STR("r.yaml"), .text = STR(RULES) };
	for (size_t i = 0; i < sizeof lexicons / sizeof *lexicons; i++)
		t->sources[t->n++] = (struct rule_source){ .file = arena_printf(a, "%s.yaml", lexicons[i]),
							   .text = arena_printf(a, LEXICON, lexicons[i]) };
	t->rules = ruleset_of(a, t->sources, t->n, &complaints);
	CHECK_STR(complaints, "");
	scenario_suite_init(a, t->rules, &t->suite);
}

static void end(struct writing_test *t)
{
	scenario_suite_release(&t->suite);
	rules_free(t->rules);
}

static struct str written(struct arena *a, const struct writing_test *t, const struct history *h, int64_t as_of,
			  struct strs *ret_notes)
{
	struct scenario_writing w;
	struct buf out = { 0 };
	struct str text;

	size_t low = (size_t)(rules_find(t->rules, STR("a.low")) - t->rules->rules);

	scenario_writing_init(&w, a, h, t->rules, as_of);
	CHECK(scenario_writing_fits(&w));
	scenario_write_case(&w, &out);
	scenario_write_found(&w, scenario_found(a, &t->suite, low, h, as_of), &out);
	text = arena_dup(a, buf_str(&out));
	buf_release(&out);
	if (ret_notes)
		*ret_notes = w.notes;
	return text;
}

/* Reads the text as a test, runs it, and writes the case that it became. */
static struct str written_again(struct arena *a, struct writing_test *t, struct str text)
{
	struct diags d = { .arena = a };
	struct reader r = { .arena = a, .diags = &d, .unknown_key = DIAG_ERROR };
	struct str complaints, again;
	struct scenario s;
	struct scenario_result *result;
	struct ruleset *rules;

	t->sources[t->n] = (struct rule_source){
		.file = STR("t.yaml"),
		.text = arena_printf(a, "version: 1\ntests:\n  - rule: a.low\n    name: x\n%.*s", STR_ARG(text)),
	};
	rules = ruleset_of(a, t->sources, t->n + 1, &complaints);
	CHECK_STR(complaints, "");
	if (!rules)
		return (struct str){ NULL, 0 };
	CHECK(scenario_read(&r, rules->tests.items[0].doc, NULL, &t->rules->instruments, &s));
	s.rule = STR("a.low");
	result = scenario_run(a, &t->suite, &s);
	CHECK(result->passed);
	again = written(a, t, result->explanation->history, s.as_of, NULL);
	rules_free(rules);
	return again;
}

static struct str round_trip(struct arena *a, struct writing_test *t, double as_of, struct strs *ret_notes)
{
	struct str text = written(a, t, case_history(t->c), case_day(as_of), ret_notes);

	CHECK_STR(written_again(a, t, text), text.p);
	return text;
}

TEST(scores_attendance_and_what_was_found_are_written_and_read_back)
{
	struct writing_test t;
	struct skeleton *s;
	struct str text;

	begin(arena, &t);
	s = case_session(t.c, 0, 1);
	case_score(t.c, s, "m1", "SRS", 38);
	case_item(t.c, s, "m1", "SRS", "goals", 7.5);
	case_attendance(t.c, s, "m2", NO_SHOW, BY_UNSAID, NAN);
	s = case_session(t.c, 7, 2);
	case_score(t.c, s, "m1", "SRS", 29.1);
	case_score(t.c, s, "m1", "OQ-45.2", 70);
	case_attendance(t.c, s, "m2", CANCELLED, BY_CLIENT, 12);
	case_homework(t.c, s, "m1", 3);
	case_report(t.c, s, "m1", 1);
	text = round_trip(arena, &t, 20, NULL);
	CHECK_HAS(text, "    scores:\n      m1:\n        SRS: [38, 29.1]\n        SRS.goals: [7.5, null]\n        "
			"OQ-45.2: [null, 70]\n");
	CHECK_HAS(text, "      m2: [no_show, {status: cancelled, by: client, notice_hours: 12}]\n");
	CHECK_HAS(text, "      t1: [null, null]\n");
	CHECK_HAS(text, "    homework:\n      m1: [null, 3]\n");
	CHECK_HAS(text, "    reports:\n      m1: [null, yes]\n");
	CHECK_HAS(text, "    as_of: 13 days\n");
	CHECK_HAS(text, "    expect:\n      session 2: {severity: notice, member: m1}\n    then: {}\n");
	CHECK(!memmem(text.p, text.n, "sessions:", 9));
	end(&t);
}

TEST(names_dates_and_sites_are_others_and_ages_stand_for_their_band)
{
	struct writing_test t;
	struct skeleton *s;
	struct str text;

	begin(arena, &t);
	case_nobody(t.c);
	case_person(t.c, "dr-grey", ROLE_THERAPIST, 51);
	case_person(t.c, "anna", ROLE_CHILD, 12.9);
	case_person(t.c, "Bo", ROLE_SIBLING, 17);
	case_person(t.c, "x", ROLE_INTERPRETER, NAN);
	s = case_session(t.c, 0, 8);
	s->site = STR("Harley Street");
	case_next(s, 7.5);
	s = case_session(t.c, 7.25, -1);
	s->site = STR("Elm Row");
	case_next_none(s);
	s->participants.items[1].age = 13.1;
	*VEC_PUSH(arena, &s->contacts) = (struct contact){ 1, case_day(9), STR("call") };
	s = case_session(t.c, 30, 11);
	s->site = STR("Harley Street");
	s->ending = ENDING_PLANNED;
	s->minutes = 47.5;
	s->participants.items[1].age = 13.1;
	case_flag(t.c, s, "on", true);
	text = round_trip(arena, &t, 30, NULL);
	CHECK_HAS(text,
		  "    people: {t1: {role: therapist, age: 40}, m1: {role: child, age: 9}, m2: {role: sibling, age: "
		  "16}, o1: interpreter}\n");
	CHECK_HAS(text, "      - session: 8\n        site: site1\n        next_session: in 180 hours\n");
	CHECK_HAS(text, "    every: 174 hours\n");
	CHECK_HAS(text, "      - after: 546 hours\n        session: 11\n");
	CHECK_HAS(text,
		  "      - session: null\n        participants: [{id: t1, role: therapist, age: 40}, {id: m1, role: "
		  "child, age: 14}");
	CHECK_HAS(text, "        site: site2\n        next_session: null\n");
	CHECK_HAS(text, "          - {who: m1, at: \"2026-01-14T14:00:00Z\", kind: call}\n");
	CHECK_HAS(text, "        minutes: 47.5\n        site: site1\n        flags: {\"on\": yes}\n        ending: "
			"planned\n");
	for (size_t i = 0; i < 6; i++) {
		static const char *const secret[] = { "anna", "Bo", "grey", "Harley", "2026-03", "12.9" };

		CHECK(!memmem(text.p, text.n, secret[i], strlen(secret[i])));
	}
	end(&t);
}

TEST(ages_on_either_side_of_a_border_stay_apart)
{
	static const double borders[] = { 6, 13, 16, 18 };

	for (size_t i = 0; i < 4; i++)
		CHECK(scenario_age(borders[i] - .1) < borders[i] && scenario_age(borders[i]) >= borders[i]);
	CHECK(scenario_age(18) == scenario_age(90));
	CHECK(isnan(scenario_age(NAN)));
}

TEST(turns_are_written_as_words_and_hits)
{
	struct writing_test t;
	struct skeleton *s;
	struct str text;

	begin(arena, &t);
	s = case_session(t.c, 0, 1);
	case_turn(t.c, s, "m1", "m2", 12, "hostility*2");
	case_time(s, 1.25, 4);
	case_turn(t.c, s, "m2", NULL, 0, NULL);
	case_turn(t.c, s, "t1", "m1", 70, "repair blame");
	s->hits.items[2].weight = 2.5F;
	text = round_trip(arena, &t, 0, NULL);
	CHECK_HAS(text, "          - {who: m1, to: m2, at: 1.25, end: 4, words: 12, heard: {hostility: 2}}\n");
	CHECK_HAS(text, "          - {who: m2, words: 0}\n");
	CHECK_HAS(text,
		  "          - {who: t1, to: m1, words: 70, heard: {repair: 1, blame: {count: 1, weight: 2.5}}}\n");
	end(&t);
}

TEST(rows_that_no_list_can_hold_stand_in_their_session)
{
	struct writing_test t;
	struct skeleton *s;
	struct str text;

	begin(arena, &t);
	s = case_session(t.c, 0, 1);
	case_rating(t.c, s, "t1", "m1", "SRS", 30);
	case_score(t.c, s, "m1", "Ours", 3);
	case_score(t.c, s, "m1", "SRS", 35);
	case_score(t.c, s, "m1", "SRS", 36);
	case_homework(t.c, s, "m1", NAN);
	case_coded(t.c, s, "3RS");
	case_code(t.c, s, "3RS", "withdrawal", "m1", 3, NAN);
	case_code(t.c, s, "SOFTA", "shared_purpose", NULL, NAN, -1);
	case_report(t.c, s, "t1", -1);
	text = round_trip(arena, &t, 3, NULL);
	CHECK_HAS(text,
		  "          - {by: t1, of: SRS, about: m1, total: 30}\n          - {by: m1, of: Ours, total: 3}\n"
		  "          - {by: m1, of: SRS, total: 35}\n");
	CHECK_HAS(text, "        homework:\n          - {who: m1, rating: null}\n");
	CHECK_HAS(
		text,
		"        coded: [\"3RS\"]\n        codes:\n          - {system: \"3RS\", marker: withdrawal, who: m1, "
		"salience: 3}\n          - {system: SOFTA, marker: shared_purpose, value: -1}\n");
	CHECK_HAS(text, "        reports:\n          - {by: t1, rupture: null}\n");
	end(&t);
}

TEST(parts_of_a_session_are_one)
{
	struct writing_test t;
	struct skeleton *s, *part;
	struct str text;

	begin(arena, &t);
	s = case_session(t.c, 0, 1);
	case_attendance(t.c, s, "m1", LATE, BY_UNSAID, NAN);
	part = case_part(t.c, s);
	case_score(t.c, part, "m1", "SRS", 25);
	case_session(t.c, 100, 2);
	text = round_trip(arena, &t, 100, NULL);
	CHECK_HAS(text, "    every: 100 days\n    scores:\n      m1:\n        SRS: [25, null]\n");
	CHECK_HAS(text, "      m1: [late, null]\n");
	end(&t);
}

TEST(what_a_test_cannot_say_is_noted)
{
	struct writing_test t;
	struct skeleton *s;
	struct strs notes;

	begin(arena, &t);
	s = case_session(t.c, 0, 1);
	case_turn(t.c, s, "m1", "m2", 12, "r#1 hostility");
	case_lexicon_remove(s, "blame");
	case_session(t.c, 0, 2);
	written(arena, &t, case_history(t.c), case_day(9000), &notes);
	CHECK_INT(notes.n, 4);
	CHECK_STR(notes.items[0],
		  "session 1 was not searched for \"blame\" as it is now: unknown there, not heard in the "
		  "test");
	CHECK_STR(notes.items[1], "phrases of \"r#1\", which the rules do not know any more");
	CHECK_STR(notes.items[2], "session 2 began with the one before it: a second lies between them in the test");
	CHECK_STR(notes.items[3], "`as_of`: before the last session, or more than ten years after it");
	end(&t);
}

TEST(what_has_no_room_in_a_test_is_refused)
{
	struct writing_test t;
	struct scenario_writing w;

	begin(arena, &t);
	for (int i = 0; i < SCENARIO_MAX_SESSIONS; i++)
		case_session(t.c, i, i + 1);
	scenario_writing_init(&w, arena, case_history(t.c), t.rules, case_day(300));
	CHECK(scenario_writing_fits(&w));
	case_session(t.c, 300, 300);
	scenario_writing_init(&w, arena, case_history(t.c), t.rules, case_day(300));
	CHECK(!scenario_writing_fits(&w));
	CHECK_STR(w.notes.items[0], "201 sessions, a test has at most 200");
	end(&t);
}
