/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/explain.h"
#include "rulesets.h"

#define SESSIONS 6

#define SCORES                                                                                                         \
	"version: 1\n"                                                                                                 \
	"instruments: {SRS: {family: alliance40, range: 0-40, better: high}}\n"                                        \
	"rules:\n"
#define RULE(id, more)                                                                                                 \
	"  - id: " id                                                                                                  \
	"\n    title: Low\n    per: member\n    because: it matters\n    severity: notice\n    when: low\n"            \
	"    signals: {low: {score: SRS, value: less than 30}}\n" more

static struct ruleset *compile(struct arena *a, const char *text, struct str *ret_said)
{
	struct rule_source source = { .file = STR("r.yaml"), .text = str_of(text) };

	return ruleset_of(a, &source, 1, ret_said);
}

static struct ruleset *rules_of(struct arena *a, const char *text)
{
	struct str said;
	struct ruleset *rs = compile(a, text, &said);

	CHECK_STR(said, "");
	if (!rs)
		abort();
	return rs;
}

/* A low score every week from 1970-01-01 on; in the fourth and later at the site "north". */
static struct history *history_of(struct arena *a, struct roster *roster)
{
	const struct skeleton **all = ARENA_ARRAY(a, const struct skeleton *, SESSIONS);

	for (int i = 0; i < SESSIONS; i++) {
		struct skeleton *s = ARENA_NEW(a, struct skeleton);

		s->record = arena_printf(a, "r%d", i);
		s->case_id = STR("K7Q2");
		s->session = i + 1;
		s->started = i * 7 * (int64_t)DAY_S + 14 * 3600;
		s->minutes = NAN;
		s->next_at = DATE_NONE;
		if (i == 3)
			s->site = STR("north");
		*VEC_PUSH(a, &s->participants) = (struct participant){ STR("m1"), ROLE_CLIENT, { 0 }, NAN };
		*VEC_PUSH(a, &s->scores) = (struct score){ .of = STR("SRS"), .about = -1, .total = 20 };
		roster_see(a, roster, s);
		all[i] = s;
	}
	return history_build(a, roster, all, SESSIONS, DATE_NONE);
}

/* "T" fired, "-" no data; by session. */
static struct str course(struct arena *a, const char *text, const char *name, struct explanation **ret)
{
	struct ruleset *rs = rules_of(a, text);
	struct roster *roster = ARENA_NEW(a, struct roster);
	struct history *h = history_of(a, roster);
	struct explanation *x;
	struct buf out = { 0 };
	struct str course;

	if (name)
		h->name = str_of(name);
	x = explain(a, h, rs, h->sessions[SESSIONS - 1].started);
	for (size_t i = 0; i < x->all.n; i++)
		buf_putc(&out, x->all.items[i].verdict.truth == TRUTH_TRUE ? 'T' : '-');
	course = arena_dup(a, buf_str(&out));
	buf_release(&out);
	if (ret)
		*ret = x;
	else
		rules_free(rs);
	return course;
}

TEST(a_case_is_excepted_through_the_day_named)
{
	static const char text[] = SCORES RULE("a.low", "    except: [{case: K7Q2, until: 1970-01-15, reason: ill}]\n");

	CHECK_STR(course(arena, text, NULL, NULL), "---TTT");
	CHECK_STR(course(arena, text, "tok9", NULL), "TTTTTT"); /* the name that people see counts */
	CHECK_STR(course(arena,
			 SCORES RULE("a.low", "") "except: [{rule: a.*, case: K7Q2, until: 1970-01-14, reason: ill}]\n",
			 NULL, NULL),
		  "--TTTT");
}

TEST(what_was_found_before_an_exception_begins_stays)
{
	static const char text[] =
		SCORES RULE("a.low", "    except: [{case: K7Q2, from: 1970-01-15, until: 1970-01-29, reason: ill}]\n");

	CHECK_STR(course(arena, text, "K7Q2", NULL), "TT---T");
}

TEST(a_site_is_excepted_from_the_session_that_names_it)
{
	CHECK_STR(course(arena, SCORES RULE("a.low", "    except: [{site: north, until: 1970-01-29, reason: form}]\n"),
			 NULL, NULL),
		  "TTT--T");
}

TEST(explain_says_until_when_and_why)
{
	struct explanation *x;
	struct buf out = { 0 };
	struct json *j = json_new(false);

	course(arena, SCORES RULE("a.low", "    except: [{case: K7Q2, until: 1970-01-02, reason: a broken form}]\n"),
	       NULL, &x);
	explain_text(x, 0, member_local, EXPLAIN_TRUE, &out);
	CHECK_HAS(buf_str(&out), "no_data  a.low (m1): Low [excepted until 1970-01-02: a broken form]");
	json_map(j);
	explain_json(x, 0, member_local, j);
	json_end_map(j);
	CHECK_HAS(json_text(j), "\"excepted\":{\"until\":\"1970-01-02\",\"reason\":\"a broken form\"}");
	CHECK_HAS(json_text(j), "\"why\":\"excepted until 1970-01-02: a broken form\"");
	json_free(j);
	buf_release(&out);
	rules_free((struct ruleset *)x->rules);
}

static size_t incident_sessions(struct arena *a, const char *text, int64_t as_of, int64_t *ret_next)
{
	struct ruleset *rs = rules_of(a, text);
	struct roster *roster = ARENA_NEW(a, struct roster);
	struct judgement *j = judge(a, history_of(a, roster), rs, as_of, NULL, NULL);

	*ret_next = j->next_deadline;
	rules_free(rs);
	return j->incidents.all.n;
}

/* Nobody comes again after day 35. */
TEST(a_timer_fires_when_its_exception_ends)
{
	static const char text[] =
		"version: 1\nrules:\n"
		"  - id: a.gone\n    title: Gone\n    per: case\n    because: it matters\n"
		"    signals: {gap: {elapsed: {since: last attended session}, longer_than: 21 days}}\n"
		"    severity: warning\n    when: gap\n"
		"    except: [{case: K7Q2, until: 1970-03-11, reason: abroad}]\n";
	int64_t next, end = 70 * (int64_t)DAY_S;

	CHECK_INT(incident_sessions(arena, text, 36 * DAY_S, &next), 0);
	CHECK_INT(next, end);
	CHECK_INT(incident_sessions(arena, text, end - 1, &next), 0);
	CHECK_INT(incident_sessions(arena, text, end, &next), 1);
}

TEST(what_is_wrong_with_an_exception_is_told)
{
	static const struct {
		const char *except, *part;
	} bad[] = {
		{ "{rule: a.low, case: X, reason: y}", "\"until\" is missing" },
		{ "{rule: a.low, case: X, until: 2026-12-31}", "\"reason\" is missing" },
		{ "{rule: a.low, until: 2026-12-31, reason: y}", "an exception is of one case, or of one site" },
		{ "{rule: a.low, case: X, site: Z, until: 2026-12-31, reason: y}", "an exception is of one case" },
		{ "{rule: a.low, case: X, until: soon, reason: y}", "an exception ends on a date" },
		{ "{rule: a.low, case: X, from: now, until: 2026-12-31, reason: y}", "an exception begins on a date" },
		{ "{rule: a.low, case: X, from: 2027-01-01, until: 2026-12-31, reason: y}",
		  "the exception ends before it begins" },
		{ "{rule: a.lwo, case: X, until: 2026-12-31, reason: y}", "did you mean \"a.low\"?" },
		{ "{case: X, until: 2026-12-31, reason: y}", "\"rule\" is missing" },
		{ "{rule: b.*, case: X, until: 2026-12-31, reason: y}", "rule \"b.locked\" is locked" },
		{ "{rule: b.safe, case: X, until: 2026-12-31, reason: y}", "rule \"b.safe\" is for safeguarding" },
	};
	struct str said;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CHECK(!compile(arena,
			       arena_printf(arena,
					    SCORES RULE("a.low", "") RULE("b.locked", "    locked: yes\n")
						    RULE("b.safe", "    safety: yes\n") "except: [%s]\n",
					    bad[i].except)
				       .p,
			       &said));
		CHECK_HAS(said, bad[i].part);
	}
}

TEST(an_exception_that_ended_is_worth_a_warning_once_a_date_is_known)
{
	static const char text[] =
		SCORES RULE("a.low", "    except: [{case: K7Q2, from: 2026-03-01, until: 2026-03-31, reason: ill}]\n");
	struct rule_source source = { .file = STR("r.yaml"), .text = str_of(text) };
	struct source_diags diags;
	struct ruleset *rs = rules_compile(arena, &source, 1, &diags);
	int64_t end;

	REQUIRE(rs);
	date_parse_day(STR("2026-04-01"), &end);
	exceptions_doubtful(rs, end - 1, &diags);
	CHECK_INT(diags.diags.warnings, 0);
	exceptions_doubtful(rs, end, &diags);
	REQUIRE(diags.diags.warnings == 1);
	CHECK_STR(diags.diags.all.items[0].message, "the exception ended on 2026-03-31, drop it");
	CHECK_INT(diags.diags.all.items[0].at.line, 11);
	rules_free(rs);
}

TEST(an_exception_of_all_the_past_is_worth_a_warning_that_names_the_day_to_write)
{
	static const char text[] = SCORES RULE("a.low", "    except: [{case: K7Q2, until: 2026-03-31, reason: ill}]\n");
	struct rule_source source = { .file = STR("r.yaml"), .text = str_of(text) };
	struct source_diags diags;
	struct ruleset *rs = rules_compile(arena, &source, 1, &diags);
	int64_t today;

	REQUIRE(rs);
	date_parse_day(STR("2026-03-12"), &today);
	exceptions_doubtful(rs, today + 5, &diags);
	REQUIRE(diags.diags.warnings == 1);
	CHECK_STR(str_of(diags.diags.all.items[0].code), "except-past");
	CHECK_HAS(diags.diags.all.items[0].hint, "write `from: 2026-03-12`");
	rules_free(rs);
}

TEST(an_exception_changes_the_set_and_not_the_rules_version)
{
	struct ruleset *plain = rules_of(arena, SCORES RULE("a.low", "")),
		       *excepted = rules_of(
			       arena,
			       SCORES RULE("a.low", "    except: [{case: K7Q2, until: 2026-03-31, reason: ill}]\n")),
		       *apart = rules_of(arena, SCORES RULE("a.low", "") "except: [{rule: a.low, case: K7Q2, until: "
									 "2026-03-31, reason: ill}]\n");

	CHECK(str_eq(plain->rules[0].version, excepted->rules[0].version));
	CHECK(!str_eq(plain->hash, excepted->hash));
	CHECK(!str_eq(plain->hash, apart->hash));
	rules_free(plain);
	rules_free(excepted);
	rules_free(apart);
}

TEST(the_administrator_switches_rules_off_by_name)
{
	struct ruleset *rs = rules_of(arena, SCORES RULE("a.low", "") RULE("b.locked", "    locked: yes\n"));
	struct str before = rs->hash;
	struct strs ids = { 0 }, unknown = { 0 };

	rules_switch_off(rs, &ids, &unknown);
	CHECK(str_eq(rs->hash, before));
	*VEC_PUSH(arena, &ids) = STR("b.locked");
	*VEC_PUSH(arena, &ids) = STR("a.lwo");
	rules_switch_off(rs, &ids, &unknown);
	CHECK(!str_eq(rs->hash, before));
	CHECK_INT(rules_find(rs, STR("b.locked"))->status, STATUS_RETIRED);
	CHECK(rules_find(rs, STR("b.locked"))->switched_off);
	CHECK_INT(rules_find(rs, STR("a.low"))->status, STATUS_ACTIVE);
	REQUIRE(unknown.n == 1);
	CHECK_STR(unknown.items[0], "a.lwo");
	CHECK_STR(str_of(rules_suggest(arena, rs, STR("a.lwo"))), "did you mean \"a.low\"?");
	rules_free(rs);
}
