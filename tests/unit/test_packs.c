/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The packs that ship, over the synthetic family: what fires in which session, with the turns that show it. */
#include "case.h"
#include "core/explain.h"
#include "rulesets.h"

#define SESSIONS 10

static struct ruleset *shipped(struct arena *a)
{
	source_list sources = { 0 };
	struct ruleset *rs;
	struct str said;

	add_files(a, "rules/lexicons", &sources);
	add_files(a, "rules", &sources);
	rs = ruleset_of(a, sources.items, sources.n, &said);
	CHECK_STR(said, "");
	return rs;
}

static struct skeleton *session_of(struct arena *a, const struct ruleset *rs, int number)
{
	struct diags diags = { .arena = a };
	struct lexicon_scratch *scratch = lexicon_scratch_new(rs->lexicons);
	struct str text = file_text(a, arena_printf(a, "tests/data/family/session-%02d.json", number).p);
	struct record *record = record_read(a, text, &diags);
	struct skeleton *s = NULL;

	if (record)
		s = extract(a, record, rs->lexicons, scratch, (struct extract_policy){ 0 }, NULL);
	lexicon_scratch_free(scratch);
	return s;
}

static struct explanation *explained(struct arena *a, const struct ruleset *rs)
{
	const struct skeleton *all[SESSIONS];
	struct roster *roster = ARENA_NEW(a, struct roster);
	struct history *history;

	for (int i = 0; i < SESSIONS; i++) {
		all[i] = session_of(a, rs, i + 1);
		if (!all[i])
			return NULL;
		roster_see(a, roster, all[i]);
	}
	history = history_build(a, roster, all, SESSIONS, DATE_NONE);
	return explain(a, history, rs, history->sessions[SESSIONS - 1].started + 30 * DAY_S);
}

/* "session rule member other severity", a line each; what is never told is left out. */
static struct str fired(struct arena *a, const struct explanation *x)
{
	struct buf out = { 0 };
	struct str text;

	for (size_t i = 0; i < x->all.n; i++) {
		const struct verdict *v = &x->all.items[i].verdict;
		const struct rule *rule = x->all.items[i].rule;

		if (v->truth != TRUTH_TRUE || rule->status != STATUS_ACTIVE || rule->strength)
			continue;
		buf_printf(&out, "%zu %.*s %.*s %.*s %s\n", x->history->sessions[v->session].ordinal, STR_ARG(rule->id),
			   STR_ARG(member_local(x->history->roster, v->subject.member)),
			   STR_ARG(member_local(x->history->roster, v->subject.other)),
			   severity_words.words[v->severity]);
	}
	text = arena_dup(a, buf_str(&out));
	buf_release(&out);
	return text;
}

TEST(the_packs_fire_in_the_family_where_they_should_and_nowhere_else)
{
	struct ruleset *rs = shipped(arena);
	struct explanation *x;

	REQUIRE(rs);
	x = explained(arena, rs);
	REQUIRE(x);
	CHECK_STR(fired(arena, x), "5 drops.alliance m2  warning\n"
				   "5 hostility.therapist m2  warning\n"
				   "6 withdrawal.talk m1  info\n"
				   "7 noncompliance.homework m3  notice\n"
				   "8 drops.alliance m2  notice\n"
				   "8 siding.therapist m1 m2 warning\n"
				   "9 missed.after_rupture m2  warning\n"
				   "10 noncompliance.attendance m2  warning\n"
				   "10 drops.silent   warning\n");
	rules_free(rs);
}

TEST(an_explanation_keeps_the_turns_that_show_it)
{
	struct ruleset *rs = shipped(arena);
	struct json *j = json_new(false);
	struct explanation *x;

	REQUIRE(rs);
	x = explained(arena, rs);
	REQUIRE(x);
	json_map(j);
	explain_json(x, 4, member_local, j);
	json_end_map(j);
	CHECK_HAS(json_text(j), "\"evidence\":[3,5,10]");
	json_free(j);
	rules_free(rs);
}

/* ---- reading incidents ---- */

/* How often the second rule is true over four sessions, when the first is of this status and severity. */
static size_t times_read(struct arena *a, const char *status, const char *severity, const char *reads)
{
	struct test_case *c = case_new(a);
	const double falls[] = { 38, 30, 30, 30 };
	struct rule_source sources[] = {
		{ .file = STR("rules/instruments.yaml"), .text = file_text(a, "rules/instruments.yaml") },
		{ .file = STR("r.yaml"),
		  .text = arena_printf(
			  a,
			  "version: 1\nrules:\n"
			  "  - {id: first, title: F, per: member, because: b, status: %s, severity: %s, when: f,\n"
			  "     signals: {f: {score: SRS, value: less than 36}}}\n"
			  "  - {id: second, title: S, per: member, because: b, severity: notice, when: s,\n"
			  "     signals: {s: {incident: first, state: not ended, severity: %s}}}\n",
			  status, severity, reads) },
	};
	struct str said;
	struct ruleset *rs = ruleset_of(a, sources, 2, &said);
	struct history *h;
	struct explanation *x;
	size_t n = 0;

	CHECK_STR(said, "");
	case_series(c, "m1", "SRS", falls, 4);
	h = case_history(c);
	x = explain(a, h, rs, h->sessions[3].started);
	for (size_t i = 0; i < x->all.n; i++)
		n += str_is(x->all.items[i].rule->id, "second") && x->all.items[i].verdict.truth == TRUTH_TRUE;
	rules_free(rs);
	return n;
}

TEST(incidents_are_read_by_their_severity)
{
	CHECK_INT(times_read(arena, "active", "notice", "[info, notice]"), 3);
	CHECK_INT(times_read(arena, "active", "warning", "[info, notice]"), 0);
	CHECK_INT(times_read(arena, "active", "warning", "warning"), 3);
}

TEST(an_active_rule_does_not_read_incidents_of_one_under_test)
{
	CHECK_INT(times_read(arena, "test", "notice", "notice"), 0);
}

/* ---- what opens can also end ---- */

/* A session searched by the lexicons that ship. */
static struct skeleton *searched_session(struct test_case *c, int i)
{
	struct skeleton *s = case_session(c, 7 * i, i + 1);

	for (size_t k = 0; k < s->lexicons.n; k++)
		s->lexicons.items[k].major = 1;
	return s;
}

/* "open repaired": the life of the only incident of that rule. */
static struct str life_of(struct arena *a, struct test_case *c, const char *rule)
{
	struct ruleset *rs = shipped(a);
	struct history *h = case_history(c);
	struct judgement *j = judge(a, h, rs, h->sessions[h->n - 1].started, NULL, NULL);
	struct str life = STR("");

	for (size_t i = 0; i < j->incidents.all.n; i++) {
		const struct incident *one = &j->incidents.all.items[i];

		for (size_t t = 0; str_is(one->rule_id, rule) && t < one->transitions.n; t++)
			life = arena_printf(a, "%.*s%s%zu %s", STR_ARG(life), life.n ? ", " : "",
					    h->sessions[one->transitions.items[t].session].ordinal,
					    incident_state_words.words[one->transitions.items[t].state]);
	}
	rules_free(rs);
	return life;
}

TEST(a_member_who_was_stuck_and_gets_well_is_repaired)
{
	struct test_case *c = case_new(arena);
	const double series[] = { 18, 18, 18, 18, 18, 18, 18, 18, 30, 30 };

	case_series(c, "m1", "ORS", series, 10);
	CHECK_STR(life_of(arena, c, "drops.outcome"), "8 open, 10 repaired");
}

TEST(two_misses_and_then_no_more_are_not_unrepaired)
{
	struct test_case *c = case_new(arena);

	for (int i = 0; i < 7; i++)
		case_attendance(c, case_session(c, 7 * i, i + 1), "m1", i == 1 || i == 2 ? NO_SHOW : ATTENDED,
				BY_UNSAID, NAN);
	CHECK_STR(life_of(arena, c, "noncompliance.attendance"), "3 open, 7 repaired");
}

TEST(a_split_closes_though_the_other_member_stays_warm)
{
	struct test_case *c = case_new(arena);
	const double of_m2[] = { 37, 35.5, 33, 37, 37 };

	case_nobody(c);
	case_person(c, "t1", ROLE_THERAPIST, NAN);
	case_person(c, "m1", ROLE_PARENT, NAN);
	case_person(c, "m2", ROLE_CHILD, 13);
	for (int i = 0; i < 5; i++) {
		struct skeleton *s = case_session(c, 7 * i, i + 1);

		case_score(c, s, "m1", "SRS", 38);
		case_score(c, s, "m2", "CSRS", of_m2[i]);
		case_code(c, s, "SOFTA", "emotional_connection", "m1", NAN, 2);
		case_turn(c, s, "m1", "t1", 60, NULL);
		case_turn(c, s, "m2", "t1", 40, NULL);
	}
	CHECK_STR(life_of(arena, c, "siding.split"), "3 open, 5 repaired");
}

static void proposals(struct test_case *c, int session, int n, int refused)
{
	struct skeleton *s = searched_session(c, session);

	for (int i = 0; i < n; i++) {
		case_turn(c, s, "t1", "m1", 10, "proposal*2");
		case_turn(c, s, "m1", "t1", 10, i < refused ? "refusal*2" : NULL);
	}
}

TEST(proposals_that_are_taken_again_are_a_repair)
{
	struct test_case *c = case_new(arena);

	proposals(c, 0, 5, 4);
	proposals(c, 1, 5, 1);
	proposals(c, 2, 5, 0);
	CHECK_STR(life_of(arena, c, "noncompliance.rejects"), "1 open, 3 repaired");
}

TEST(siding_is_over_when_the_scores_are_close_again)
{
	struct test_case *c = case_new(arena);
	const double of_m2[] = { 37, 32, 37, 37 };

	case_nobody(c);
	case_person(c, "t1", ROLE_THERAPIST, NAN);
	case_person(c, "m1", ROLE_PARENT, NAN);
	case_person(c, "m2", ROLE_CHILD, 13);
	for (int i = 0; i < 4; i++) {
		struct skeleton *s = searched_session(c, i);

		case_score(c, s, "m1", "SRS", 38);
		case_score(c, s, "m2", "CSRS", of_m2[i]);
		for (int k = 0; k < (i == 1 ? 12 : 3); k++) {
			case_turn(c, s, "t1", "m1", 10, "validation");
			case_turn(c, s, "m1", "t1", 10, NULL);
		}
	}
	CHECK_STR(life_of(arena, c, "siding.therapist"), "2 open, 4 repaired");
}
