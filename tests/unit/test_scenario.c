/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests that stand in rules: what a short series becomes, what of it counts, and what a failure says. */
#include "core/scenario.h"
#include "rulesets.h"

/* One rule a kind of finding; the tests are put behind it, each line indented by six. */
#define INSTRUMENTS                                                                                                    \
	"version: 1\n"                                                                                                 \
	"instruments:\n"                                                                                               \
	"  SRS: {range: 0-40, better: high, items: [bond, goals], item_range: 0-10}\n"                                 \
	"rules:\n"

#define LOW                                                                                                            \
	INSTRUMENTS                                                                                                    \
	"  - id: a.low\n"                                                                                              \
	"    title: A low score\n"                                                                                     \
	"    because: it matters\n"                                                                                    \
	"    per: member\n"                                                                                            \
	"    signals:\n"                                                                                               \
	"      low: {score: SRS, value: less than 36}\n"                                                               \
	"      deep: {score: SRS, value: less than 20}\n"                                                              \
	"    severity:\n"                                                                                              \
	"      - warning: deep\n"                                                                                      \
	"      - notice: low\n"                                                                                        \
	"    tests:\n"

#define RULE(per, signal) RULE_OF(per, signal, "warning")
#define RULE_OF(per, signal, severity)                                                                                 \
	INSTRUMENTS                                                                                                    \
	"  - id: a.one\n"                                                                                              \
	"    title: One signal\n"                                                                                      \
	"    because: it matters\n"                                                                                    \
	"    per: " per "\n"                                                                                           \
	"    signals: {it: " signal "}\n"                                                                              \
	"    severity: " severity "\n"                                                                                 \
	"    when: it\n"                                                                                               \
	"    tests:\n"

static struct ruleset *compiled(struct arena *a, const char *yaml, struct str *ret_complaints)
{
	struct rule_source source = { .file = STR("r.yaml"), .text = str_of(yaml) };

	return ruleset_of(a, &source, 1, ret_complaints);
}

static bool run_one(struct arena *a, const struct ruleset *rs, struct scenario_suite *suite, size_t i, struct buf *out)
{
	struct diags d = { .arena = a };
	struct reader r = { .arena = a, .diags = &d, .unknown_key = DIAG_ERROR };
	const struct rule_test *test = &rs->tests.items[i];
	struct scenario scenario;
	struct scenario_result *result;

	CHECK(scenario_read(&r, test->doc, rules_find(rs, test->rule_id), &rs->instruments, &scenario));
	scenario.file = test->file;
	result = scenario_run(a, suite, &scenario);
	if (!result->passed)
		scenario_tell(suite, result, out);
	return result->passed;
}

/* What the failed tests say, "" when all pass; or the complaints about the file. */
static struct str told(struct arena *a, const char *yaml)
{
	struct scenario_suite suite;
	struct buf out = { 0 };
	struct str said;
	struct ruleset *rs = compiled(a, yaml, &said);

	if (!rs)
		return said;
	scenario_suite_init(a, rs, &suite);
	for (size_t i = 0; i < rs->tests.n; i++)
		run_one(a, rs, &suite, i, &out);
	said = arena_dup(a, out.n ? buf_str(&out) : STR(""));
	buf_release(&out);
	scenario_suite_release(&suite);
	rules_free(rs);
	return said;
}

/* What the tests leave out. */
static struct str not_covered(struct arena *a, const char *yaml)
{
	struct scenario_suite suite;
	struct buf out = { 0 };
	struct str said;
	struct ruleset *rs = compiled(a, yaml, &said);

	if (!rs)
		return said;
	scenario_suite_init(a, rs, &suite);
	for (size_t i = 0; i < rs->tests.n; i++)
		run_one(a, rs, &suite, i, &out);
	buf_reset(&out);
	for (size_t i = 0; i < rs->n; i++)
		scenario_tell_coverage(&suite, i, &out);
	said = arena_dup(a, out.n ? buf_str(&out) : STR(""));
	buf_release(&out);
	scenario_suite_release(&suite);
	rules_free(rs);
	return said;
}

/* ---- what counts ---- */

TEST(a_finding_counts_where_it_opens_and_where_it_gets_worse)
{
	CHECK_STR(told(arena, LOW "      - name: falls, and falls deeper\n"
				  "        scores: {SRS: [38, 35, 35, 19, 19]}\n"
				  "        expect: {session 2: notice, session 4: warning}\n"),
		  "");
	CHECK_HAS(told(arena, LOW "      - name: stays low\n"
				  "        scores: {SRS: [38, 35, 35]}\n"
				  "        expect: {session 2: notice, session 3: notice}\n"),
		  "session 3: expected notice, nothing came; the rule is true here, of what has been open since "
		  "session 2\n");
}

TEST(a_near_miss_expects_nothing)
{
	CHECK_STR(told(arena, LOW "      - {name: just not, scores: {SRS: [36, 36]}, expect: {}}\n"), "");
	CHECK_HAS(told(arena, LOW "      - {name: just so, scores: {SRS: [36, 35.9]}, expect: {}}\n"),
		  "session 2: expected nothing, came notice (m1)\n");
}

TEST(a_failure_shows_what_the_rule_measured_where_they_differ)
{
	CHECK_STR(told(arena, LOW "      - name: a fall at the end\n"
				  "        scores: {SRS: [38, 30, 38, 38]}\n"
				  "        expect: {session 4: {severity: warning, member: m1}}\n"),
		  "r.yaml:16: a.low: a fall at the end\n"
		  "  expected  session 4: warning (m1)\n"
		  "  came      session 2: notice (m1)\n"
		  "  session 2: expected nothing, came notice (m1)\n"
		  "  notice   a.low (m1): A low score\n"
		  "      true     low             30; asks for less than 36\n"
		  "      false    deep            30; asks for less than 20\n"
		  "  session 4: expected warning (m1), nothing came\n"
		  "  false    a.low (m1): A low score\n"
		  "      false    low             38; asks for less than 36\n"
		  "      false    deep            38; asks for less than 20\n"
		  "      why not: low alone would fire it\n");
}

TEST(where_all_came_as_expected_nothing_is_shown)
{
	struct str said = told(arena, LOW "      - name: falls, and falls deeper\n"
					  "        scores: {SRS: [38, 35, 19]}\n"
					  "        expect: {session 2: notice}\n");

	CHECK_HAS(said, "\n  session 3: expected nothing, came warning (m1)\n");
	CHECK(!memmem(said.p, said.n, "\n  session 2:", 12));
}

TEST(several_findings_of_one_session_are_told_apart_by_what_is_given)
{
	static const char series[] = LOW "      - name: two\n"
					 "        people: {t1: therapist, m1: client, m2: partner}\n"
					 "        scores: {m1: {SRS: [38, 19]}, m2: {SRS: [38, 30]}}\n"
					 "        expect: {session 2: [%s]}\n";

	CHECK_STR(told(arena, arena_printf(arena, series, "warning, notice").p), "");
	/* The first fits both and must leave the one that the second needs. */
	CHECK_STR(told(arena, arena_printf(arena, series, "{severity: warning}, {member: m2}").p), "");
	CHECK_STR(told(arena, arena_printf(arena, series, "{}, {member: m1}").p), "");
	CHECK_STR(told(arena, arena_printf(arena, series, "{}, {member: m2}").p), "");
	CHECK_HAS(told(arena, arena_printf(arena, series, "{member: m2}, {member: m2}").p),
		  "came warning (m1) and notice (m2)");
	CHECK_HAS(told(arena, arena_printf(arena, series, "{member: m2}").p), "expected any severity (m2), came");
}

TEST(what_becomes_of_a_finding_is_looked_at_only_when_asked_for)
{
	static const char series[] = LOW "      - name: falls and recovers\n"
					 "        scores: {SRS: [38, 35, 38, 38, 38]}\n"
					 "        expect: {session 2: notice}\n"
					 "        then: {%s}\n";

	CHECK_STR(told(arena, arena_printf(arena, series, "session 4: repaired").p), "");
	CHECK_HAS(told(arena, arena_printf(arena, series, "").p),
		  ": falls and recovers\n  then      nothing\n  came      session 4: repaired (m1), two attended "
		  "sessions without the signals\n"
		  "  session 4: expected nothing, came repaired (m1)");
	CHECK_HAS(told(arena, arena_printf(arena, series, "session 3: repaired").p),
		  "session 3: expected repaired, nothing came\n");
}

TEST(a_strength_counts_wherever_it_is_true)
{
	CHECK_STR(told(arena, INSTRUMENTS "  - id: a.good\n"
					  "    title: It goes well\n"
					  "    because: it matters\n"
					  "    per: member\n"
					  "    strength: yes\n"
					  "    signals: {high: {score: SRS, value: at least 38}}\n"
					  "    severity: info\n"
					  "    when: high\n"
					  "    tests:\n"
					  "      - name: twice\n"
					  "        scores: {SRS: [30, 38, 39]}\n"
					  "        expect: {session 2: info, session 3: info}\n"
					  "  - id: a.poor\n"
					  "    title: Another strength\n"
					  "    because: it matters\n"
					  "    per: member\n"
					  "    strength: yes\n"
					  "    signals: {low: {score: SRS, value: less than 31}}\n"
					  "    severity: info\n"
					  "    when: low\n"),
		  "");
}

TEST(what_waits_is_found_some_days_after_a_session)
{
	static const char rule[] = RULE(
		"case",
		"{elapsed: {since: last attended session}, longer_than: 28 days}") "      - {name: silence, homework: "
										   "[3, 3], as_of: %s, expect: {%s}}\n";

	CHECK_STR(told(arena, arena_printf(arena, rule, "40 days", "28 days after session 2: warning").p), "");
	CHECK_STR(told(arena, arena_printf(arena, rule, "40 days", "4 weeks after session 2: warning").p), "");
	CHECK_STR(told(arena, arena_printf(arena, rule, "27 days", "").p), "");
	CHECK_HAS(told(arena, arena_printf(arena, rule, "40 days", "30 days after session 2: warning").p),
		  "28 days after session 2: expected nothing, came warning\n");
}

TEST(drafts_and_rules_under_test_are_judged_like_active_ones)
{
	static const char rule[] =
		INSTRUMENTS "  - id: a.new\n"
			    "    title: New\n"
			    "    because: it matters\n"
			    "    status: %s\n"
			    "    per: member\n"
			    "    signals: {low: {score: SRS, value: less than 36}}\n"
			    "    severity: notice\n"
			    "    when: low\n"
			    "    tests: [{name: low, scores: {SRS: [30]}, expect: {session 1: notice}}]\n";

	CHECK_STR(told(arena, arena_printf(arena, rule, "draft").p), "");
	CHECK_STR(told(arena, arena_printf(arena, rule, "test").p), "");
}

TEST(a_file_may_test_rules_that_stand_elsewhere)
{
	struct rule_source sources[] = {
		{ .file = STR("a.yaml"), .text = STR(LOW "      - {name: one, scores: {SRS: [36]}, expect: {}}\n") },
		{ .file = STR("b.yaml"),
		  .text = STR(
			  "version: 1\ntests:\n  - {rule: a.low, name: two, scores: {SRS: [35]}, expect: {session 1: "
			  "notice}}\n") },
	};
	struct str said;
	struct ruleset *rs = ruleset_of(arena, sources, 2, &said);

	CHECK_STR(said, "");
	REQUIRE(rs);
	CHECK_INT(rs->tests.n, 2);
	CHECK_STR(rs->tests.items[1].rule_id, "a.low");
	CHECK_STR(rs->tests.items[1].file, "b.yaml");
	rules_free(rs);
}

TEST(an_override_may_take_away_what_a_test_of_the_pack_expects)
{
	static const char low[] =
		LOW "      - {name: one, scores: {SRS: [19]}, expect: {session 1: warning}}\n"
		    "override:\n"
		    "  a.low: {severity: info, when: low or deep, because: we talk about all of it anyway}\n";

	CHECK_HAS(told(arena, low), "session 1: expected warning, came info (m1)\n");
}

/* ---- what a case is made of ---- */

TEST(a_null_is_no_score_and_an_item_joins_its_total)
{
	CHECK_STR(
		told(arena,
		     RULE("member",
			  "{score: {of: SRS, item: goals}, value: less than 5}") "      - name: the item falls\n"
										 "        scores: {SRS: [38, null, 38, "
										 "38], SRS.goals: [9, null, 4, null]}\n"
										 "        expect: {session 3: "
										 "warning}\n"),
		"");
}

TEST(of_whom_nothing_is_said_came)
{
	static const char rule[] = RULE(
		"member",
		"{homework: member, value: at most 1, in: 2 of last 2 sessions}") "      - {name: twice, homework: [1, "
										  "1], %sexpect: {%s}}\n";

	CHECK_STR(told(arena, arena_printf(arena, rule, "", "session 2: warning").p), "");
	CHECK_STR(told(arena, arena_printf(arena, rule, "attendance: [attended, no_show], ", "").p), "");
	CHECK_STR(told(arena,
		       arena_printf(arena, rule, "sessions: [{}, {attendance: [{who: m1, status: no_show}]}], ", "").p),
		  "");
}

TEST(attendance_may_be_a_word_or_a_row)
{
	CHECK_STR(told(arena,
		       RULE("member", "{attendance: {status: cancelled, notice_hours: less than 24}, count: at least "
				      "1}") "      - name: cancelled late\n"
					    "        attendance:\n"
					    "          - attended\n"
					    "          - {status: cancelled, by: client, notice_hours: 30}\n"
					    "          - {status: cancelled, by: client, notice_hours: 3}\n"
					    "        expect: {session 3: warning}\n"),
		  "");
}

TEST(reports_are_by_member_or_of_the_first)
{
	static const char rule[] =
		RULE("member", "{report: rupture, by: member, is: yes}") "      - {name: said so, reports: %s, expect: "
									 "{session 2: warning}}\n";

	CHECK_STR(told(arena, arena_printf(arena, rule, "[no, yes]").p), "");
	CHECK_STR(told(arena, arena_printf(arena, rule, "{t1: [yes, yes], m1: [null, yes]}").p), "");
	CHECK_HAS(told(arena, arena_printf(arena, rule, "{t1: [no, yes]}").p), "nothing came");
}

#define SAID                                                                                                           \
	RULE_OF("pair", "{turns: {from: member, to: other, says: [\"you never listen\"]}, count: at least 3}", "notice")

TEST(a_line_says_who_speaks_to_whom_and_how_often)
{
	static const char rule[] = SAID "      - name: three times\n"
					"        people: {t1: therapist, m1: client, m2: partner, m3: child}\n"
					"        sessions:\n"
					"          - turns: [%s]\n"
					"        expect: {session 1: {severity: notice, member: m1, other: m2}}\n";

	CHECK_STR(told(arena, arena_printf(arena, rule, "\"3x m1 > m2: you never listen\"").p), "");
	CHECK_STR(told(arena, arena_printf(arena, rule,
					   "\"2x m1>m2: you never listen\", {who: m1, to: m2, text: you never listen}")
				      .p),
		  "");
	CHECK_STR(told(arena, arena_printf(arena, rule, "3x m1 > m2: you never listen").p), "");
	CHECK_HAS(told(arena, arena_printf(arena, rule, "\"2x m1 > m2: you never listen\"").p), "nothing came");
	CHECK_HAS(told(arena, arena_printf(arena, rule, "\"3x m1 > m3: you never listen\"").p),
		  "expected notice (m1 and m2), came notice (m1 and m3)");
	CHECK_HAS(told(arena, arena_printf(arena, rule, "\"3x m2 > m1: you never listen\"").p),
		  "came notice (m2 and m1)");
}

TEST(a_silence_in_one_line_gives_times_to_all)
{
	static const char rule[] = RULE_OF("member",
					   "{turns: {from: member, gap_before: more than 3 seconds}, count: at "
					   "least 1}",
					   "notice") "      - {name: slow, sessions: [{turns: [\"t1: how are "
						     "you\", \"m1: %sfine\"]}], expect: {%s}}\n";

	CHECK_STR(told(arena, arena_printf(arena, rule, "[3.5s] ", "session 1: notice").p), "");
	CHECK_STR(told(arena, arena_printf(arena, rule, "[3s] ", "").p), "");
	CHECK_STR(told(arena, arena_printf(arena, rule, "", "").p), "");
}

TEST(a_session_may_stand_for_several_and_come_later)
{
	CHECK_STR(told(arena,
		       RULE("member",
			    "{homework: member, value: at most 1, within: 30 days}") "      - name: long ago\n"
										     "        every: 10 days\n"
										     "        sessions:\n"
										     "          - {times: 2, homework: "
										     "[{who: m1, rating: 1}]}\n"
										     "          - {after: 40 days, "
										     "flags: {x: yes}, homework: "
										     "[{who: m1, rating: 3}]}\n"
										     "          - {homework: [{who: "
										     "m1, rating: 0}]}\n"
										     "        expect: {session 1: "
										     "warning}\n"),
		  "");
}

TEST(the_time_before_a_session_that_stands_for_several_is_that_before_the_first)
{
	CHECK_STR(
		told(arena,
		     RULE("member",
			  "{attendance: no_show, count: at least 3, within: 30 days}") "      - name: the second and "
										       "the third a week apart\n"
										       "        sessions:\n"
										       "          - attendance: [{who: "
										       "m1, status: no_show}]\n"
										       "          - {after: 21 days, "
										       "times: 2, attendance: [{who: "
										       "m1, status: no_show}]}\n"
										       "        expect: {session 3: "
										       "warning}\n"),
		"");
}

TEST(a_slip_in_a_session_that_stands_for_several_is_told_once)
{
	struct str said =
		told(arena, LOW "      - {name: a, sessions: [{times: 3, codes: [{systm: x}]}], expect: {}}\n");
	const char *first = strstr(said.p, "unknown key \"systm\"");

	REQUIRE(first);
	CHECK(!strstr(first + 1, "unknown key \"systm\""));
}

TEST(a_booking_may_be_said_as_days_from_the_session)
{
	static const char rule[] = RULE(
		"case", "{field: next_session, is: ahead}") "      - {name: booked, sessions: [{next_session: %s}], "
							    "expect: {%s}}\n";

	CHECK_STR(told(arena, arena_printf(arena, rule, "in 7 days", "session 1: warning").p), "");
	CHECK_STR(told(arena, arena_printf(arena, rule, "null", "").p), "");
}

/* ---- faults ---- */

#define FAULT(test, part) CHECK_HAS(told(arena, LOW "      - " test "\n"), part)

TEST(a_slip_in_a_test_is_told_at_its_place)
{
	FAULT("{name: a, score: {SRS: [1]}, expect: {}}", "r.yaml:16:19: error: unknown key \"score\"");
	FAULT("{name: a, score: {SRS: [1]}, expect: {}}", "did you mean \"scores\"?");
	FAULT("{scores: {SRS: [1]}, expect: {}}", "\"name\" is missing");
	FAULT("{name: a, scores: {SRS: [1]}}", "\"expect\" is missing");
	FAULT("{name: a, expect: {}}", "a test without sessions");
	FAULT("{name: a, scores: {SSR: [1]}, expect: {}}", "no questionnaire \"SSR\"");
	FAULT("{name: a, scores: {m2: {SRS: [1]}}, expect: {}}", "16:28: error: nobody is called \"m2\"");
	FAULT("{name: a, scores: {SRS: 38}, expect: {}}", "expected a list, found a number");
	FAULT("{name: a, scores: {SRS: [x]}, expect: {}}", "16:34: error: expected a number");
	FAULT("{name: a, homework: [7], expect: {}}", "16:30: error: expected a number from 0 to 4");
	FAULT("{name: a, attendance: [atended], expect: {}}", "did you mean \"attended\"?");
	FAULT("{name: a, people: {m1: clint}, homework: [1], expect: {}}", "did you mean \"client\"?");
	FAULT("{name: a, people: {m1: {role: child, agee: 3}}, homework: [1], expect: {}}", "did you mean \"age\"?");
	FAULT("{name: a, rule: a.b, homework: [1], expect: {}}", "the test stands in another rule, \"a.low\"");
}

TEST(a_slip_in_a_session_is_told_at_its_place)
{
	FAULT("{name: a, sessions: [{trns: []}], expect: {}}", "did you mean \"turns\"?");
	FAULT("{name: a, sessions: [{started: 2026-01-01T00:00:00Z}], expect: {}}", "unknown key \"started\"");
	FAULT("{name: a, sessions: [{turns: [\"m3: hello\"]}], expect: {}}", "16:40: error: nobody is called \"m3\"");
	FAULT("{name: a, sessions: [{turns: [\"m1 > m1: hello\"]}], expect: {}}", "nobody speaks to themselves");
	FAULT("{name: a, sessions: [{turns: [hello]}], expect: {}}", "a turn without \"WHO:\" in front");
	FAULT("{name: a, sessions: [{codes: [{system: 3RS, marker: x, who: m3}]}], expect: {}}",
	      "name them in `people`");
	FAULT("{name: a, sessions: [{codes: [{system: 3RS, markr: x}]}], expect: {}}", "did you mean \"marker\"?");
	FAULT("{name: a, sessions: [{after: 0 days}, {after: 0 days}], expect: {}}", "two sessions at the same time");
	FAULT("{name: a, sessions: [{homework: 3}], expect: {}}", "expected a list");
}

TEST(a_slip_in_what_is_expected_is_told_at_its_place)
{
	FAULT("{name: a, homework: [1], expect: {session 2: notice}}", "16:43: error: session 2 of a test that has 1");
	FAULT("{name: a, homework: [1], expect: {sesion 1: notice}}", "not a moment of the test");
	FAULT("{name: a, homework: [1], expect: {soon after session 1: notice}}", "not a moment of the test");
	FAULT("{name: a, homework: [1], expect: {session 1: critical}}", "16:54: error: the rule is never a critical");
	FAULT("{name: a, homework: [1], expect: {session 1: notise}}", "did you mean \"notice\"?");
	FAULT("{name: a, homework: [1], expect: {session 1: {member: m7}}}", "nobody is called \"m7\"");
	FAULT("{name: a, homework: [1], expect: {session 1: {other: m1}}}",
	      "there is a second person only in a rule per pair");
	FAULT("{name: a, homework: [1], expect: nothing}", "the rule finds nothing");
	FAULT("{name: a, homework: [1], expect: {}, then: {session 1: mended}}", "expected open, repairing");
	CHECK_HAS(told(arena, "version: 1\ntests: [{rule: a.b, name: x, homework: [1], expect: {}}]\n"),
		  "there is no rule \"a.b\"");
	CHECK_HAS(told(arena, "version: 1\ntests: [{name: x, homework: [1], expect: {}}]\n"), "names its rule");
}

TEST(a_wild_test_is_refused_and_never_run)
{
	FAULT("{name: a, sessions: [{times: 1000000000}], expect: {}}", "expected a whole number from 1 to 200");
	FAULT("{name: a, sessions: [{times: -1}], expect: {}}", "expected a whole number from 1 to 200");
	FAULT("{name: a, sessions: [{times: 200}, {}], expect: {}}", "a test has at most 200 sessions");
	FAULT("{name: a, every: 900000 weeks, homework: [1], expect: {}}", "at most 3660 days");
	FAULT("{name: a, every: 0 days, homework: [1], expect: {}}", "two sessions at the same time");
	FAULT("{name: a, as_of: 999999 days, homework: [1], expect: {}}", "at most 3660 days");
	FAULT("{name: a, sessions: [{turns: [\"1000000000x m1: a\"]}], expect: {}}", "expected from 1x to 4000x");
	FAULT("{name: a, sessions: [{turns: [\"4000x m1: a\", \"m1: b\"]}], expect: {}}",
	      "a test has at most 4000 turns");
	FAULT("{name: a, sessions: [{times: 41, turns: [\"100x m1: a\"]}], expect: {}}",
	      "a test has at most 4000 turns");
	FAULT("{name: a, sessions: [{turns: [\"m1: [99999s] a\"]}], expect: {}}", "seconds of silence");
	FAULT("{name: a, sessions: [{turns: [\"m1: [5 sec] a\"]}], expect: {}}", "as in [5s]");
	FAULT("{name: a, sessions: [{turns: [\"m1: [-5s] a\"]}], expect: {}}", "seconds of silence");
	FAULT("{name: a, sessions: [{turns: [\"m1: [5] a\"]}], expect: {}}", "seconds of silence");
	FAULT("{name: a, homework: [1], expect: {session 1e18: notice}}", "of a test that has 1");
	FAULT("{name: a, people: {}, homework: [1], expect: {}}", "expected from 1 to 32 people");
}

static struct str repeated(struct arena *a, const char *before, const char *what, size_t times, const char *after)
{
	struct buf out = { 0 };
	struct str text;

	buf_puts(&out, str_of(before));
	for (size_t i = 0; i < times; i++)
		buf_puts(&out, str_of(what));
	buf_puts(&out, str_of(after));
	text = arena_dup(a, buf_str(&out));
	buf_release(&out);
	return text;
}

TEST(the_limits_of_a_test_hold_for_long_lists_and_long_texts)
{
	CHECK_HAS(told(arena, repeated(arena, LOW "      - {name: a, homework: [", "1, ", 201, "1], expect: {}}\n").p),
		  "202 sessions, at most 200");
	CHECK_HAS(told(arena, repeated(arena, LOW "      - {name: a, sessions: [{turns: [\"100x m1: ", "a word ", 2000,
				       "\"]}], expect: {}}\n")
				      .p),
		  "at most 1048576 bytes are said");
	CHECK_STR(told(arena, repeated(arena, LOW "      - {name: a, homework: [", "1, ", 199, "1], expect: {}}\n").p),
		  "");
	CHECK_STR(told(arena, LOW "      - {name: a, sessions: [{turns: [\"4000x m1: a\"]}], expect: {}}\n"), "");
}

/* ---- coverage ---- */

TEST(what_the_tests_leave_out_is_listed)
{
	CHECK_STR(
		not_covered(arena, LOW "      - {name: a, scores: {SRS: [38]}, expect: {}}\n"),
		"a.low: no test fires it; 1 of 2 near misses; never true: low, deep; never reached: warning, notice\n");
	CHECK_STR(not_covered(arena, LOW "      - {name: a, scores: {SRS: [30]}, expect: {session 1: notice}}\n"),
		  "a.low: 0 of 2 near misses; never true: deep; never reached: warning\n");
	CHECK_STR(
		not_covered(
			arena, LOW
			"      - {name: a, scores: {SRS: [30, 19]}, expect: {session 1: notice, session 2: warning}}\n"
			"      - {name: b, scores: {SRS: [36]}, expect: {}}\n"
			"      - {name: c, scores: {SRS: [null, 40]}, expect: {}}\n"),
		"");
	CHECK_STR(not_covered(arena, LOW "      []\n"), "a.low: no test\n");
}

TEST(where_nothing_is_known_nothing_is_nearly_missed)
{
	CHECK_HAS(not_covered(arena, LOW "      - {name: a, scores: {SRS: [null, null]}, expect: {}}\n"
					 "      - {name: b, scores: {SRS: [null, 36]}, expect: {}}\n"),
		  "1 of 2 near misses");
}

TEST(a_test_that_fails_covers_nothing)
{
	CHECK_STR(not_covered(arena, LOW "      - {name: a, scores: {SRS: [30, 19]}, expect: {session 1: warning}}\n"),
		  "a.low: no test fires it; 0 of 2 near misses\n");
	CHECK_STR(
		not_covered(arena, LOW "      - {name: a, scores: {SRS: [36]}, expect: {session 1: warning}}\n"),
		"a.low: no test fires it; 0 of 2 near misses; never true: low, deep; never reached: warning, notice\n");
}
