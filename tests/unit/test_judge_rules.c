/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/announce.h"

#include "rulesets.h"
#include "test.h"

/* From rule texts and skeletons in any order to incidents: what judge() says of real rules. */

enum { WEEKS = 12 };

static const char rules_text[] =
	"version: 1\n"
	"rules:\n"
	"  - id: drops.alliance\n"
	"    title: A fall\n"
	"    per: member\n"
	"    signals:\n"
	"      below_own: {score: SRS, versus: own mean, sd: at most -2, needs: 3 sessions}\n"
	"      big_fall: {score: SRS, change: worse by at least 3}\n"
	"    severity:\n"
	"      - warning: below_own and big_fall\n"
	"      - notice: below_own or big_fall\n"
	"    repaired: {score: SRS, recovered: at least 50%}\n"
	"    unrepaired_after: 2 sessions\n"
	"    quiet: 7 days\n"
	"    say: look at {member}\n"
	"  - id: hostility.coded\n"
	"    title: A coded confrontation\n"
	"    per: member\n"
	"    severity: notice\n"
	"    signals:\n"
	"      coded: {code: 3RS.confrontation, salience: at least 3}\n"
	"    when: coded\n"
	"    raise: {to: warning, when: 2 channels, within: 2 sessions}\n"
	"    unrepaired_after: 3 sessions\n"
	"    say: look at {member}\n"
	"  - id: drops.silent\n"
	"    title: Nothing booked\n"
	"    per: case\n"
	"    severity: warning\n"
	"    signals:\n"
	"      gap: {elapsed: {since: last attended session}, longer_than: [2x own interval, 21 days]}\n"
	"      booked: {field: next_session, is: ahead}\n"
	"      long: {elapsed: {since: last attended session}, longer_than: [3x own interval, 35 days]}\n"
	"      ahead: {field: next_session, is: ahead, missing: no}\n"
	"    when: (gap and not booked) or (long and not ahead)\n"
	"    say: call {case}\n";

static const char instruments_text[] = "version: 1\ninstruments:\n"
				       "  SRS: {family: alliance40, range: 0-40, better: high, pooled_sd: 4}\n";

static struct ruleset *set_of(struct arena *arena, const char *rules, const char *instruments)
{
	struct rule_source sources[] = {
		{ .file = STR("r.yaml"), .text = str_of(rules) },
		{ .file = STR("i.yaml"), .text = str_of(instruments) },
	};
	struct str complaints;
	struct ruleset *rs = ruleset_of(arena, sources, 2, &complaints);

	if (!rs)
		test_fail(__FILE__, __LINE__, "%.*s", STR_ARG(complaints));
	return rs;
}

static struct ruleset *shipped(struct arena *arena)
{
	return set_of(arena, rules_text, instruments_text);
}

/* The text with one passage in place of another. */
static const char *with(struct arena *arena, const char *text, const char *was, const char *is)
{
	const char *at = strstr(text, was);

	if (!at) {
		test_fail(__FILE__, __LINE__, "no \"%s\"", was);
		return text;
	}
	return arena_printf(arena, "%.*s%s%s", (int)(at - text), text, is, at + strlen(was)).p;
}

/* Week n of a couple and their therapist; NAN: no score of m1's. */
static struct skeleton *week(struct arena *arena, size_t n, double score)
{
	struct skeleton *s = ARENA_NEW(arena, struct skeleton);
	static const int roles[] = { ROLE_THERAPIST, ROLE_CLIENT, ROLE_PARTNER };
	static const char *const ids[] = { "t", "a", "b" };

	s->record = arena_printf(arena, "record-%02zu", n);
	s->case_id = STR("case");
	s->revision = 1;
	s->session = (int64_t)n + 1;
	s->started = (int64_t)n * 7 * DAY_S;
	s->minutes = NAN;
	for (int i = 0; i < 3; i++) {
		*VEC_PUSH(arena, &s->participants) =
			(struct participant){ .id = str_of(ids[i]), .role = roles[i], .age = NAN };
		*VEC_PUSH(arena, &s->attendance) = (struct attendance){ .who = i, .minutes = NAN, .notice_hours = NAN };
	}
	if (!isnan(score))
		*VEC_PUSH(arena, &s->scores) = (struct score){ .of = STR("SRS"), .by = 1, .about = -1, .total = score };
	return s;
}

static void confrontation(struct arena *arena, struct skeleton *s)
{
	*VEC_PUSH(arena, &s->codes) = (struct code){
		.system = STR("3RS"), .marker = STR("confrontation"), .who = 1, .salience = 3, .value = NAN, .at = NAN
	};
}

/* 38 38 38 31 (a fall, and a confrontation) 32 33 37 37 ... */
static void story(struct arena *arena, struct skeleton *ret[WEEKS])
{
	static const double scores[WEEKS] = { 38, 37.5, 38, 31, 32, 33, 37, 37, 38, 38, NAN, 38 };

	for (size_t n = 0; n < WEEKS; n++)
		ret[n] = week(arena, n, scores[n]);
	confrontation(arena, ret[3]);
}

static struct str in_words(struct arena *arena, const struct judgement *j)
{
	struct buf out = { 0 };
	struct str ret;

	for (size_t i = 0; i < j->incidents.all.n; i++) {
		const struct incident *in = &j->incidents.all.items[i];

		buf_printf(&out, "%.*s %d:", STR_ARG(in->rule_id), in->subject.member);
		for (size_t t = 0; t < in->transitions.n; t++)
			buf_printf(&out, " %s/%s day %lld", incident_state_words.words[in->transitions.items[t].state],
				   severity_words.words[in->transitions.items[t].severity],
				   (long long)(in->transitions.items[t].at / DAY_S));
		buf_putc(&out, '\n');
	}
	buf_printf(&out, "next %lld\n", j->next_deadline == DATE_NONE ? -1 : (long long)j->next_deadline);
	ret = arena_dup(arena, buf_str(&out));
	buf_release(&out);
	return ret;
}

static struct roster *roster_of(struct arena *arena, struct skeleton *const *skeletons, size_t n)
{
	struct roster *roster = ARENA_NEW(arena, struct roster);

	for (size_t i = 0; i < n; i++)
		CHECK(roster_see(arena, roster, skeletons[i]));
	return roster;
}

static struct judgement *judge_all(struct arena *arena, const struct ruleset *rs, struct skeleton *const *skeletons,
				   size_t n, int64_t as_of)
{
	struct roster *roster = roster_of(arena, skeletons, n);
	const struct history *h = history_build(arena, roster, (const struct skeleton *const *)skeletons, n, DATE_NONE);

	return judge(arena, h, rs, as_of, NULL, NULL);
}

TEST(a_fall_with_a_confrontation_is_two_incidents_that_end)
{
	struct ruleset *rs = shipped(arena);
	struct skeleton *all[WEEKS];

	REQUIRE(rs != NULL);
	story(arena, all);
	CHECK_STR(in_words(arena, judge_all(arena, rs, all, WEEKS, 80 * DAY_S)),
		  "drops.alliance 1: open/warning day 21 unrepaired/warning day 35 repaired/warning day 42\n"
		  "hostility.coded 1: open/warning day 21 unrepaired/warning day 42\n"
		  "next 8467201\n"); /* day 77 + 21 and a second */
	rules_free(rs);
}

TEST(silence_after_the_last_session_drops_the_case_out_with_no_new_file)
{
	struct ruleset *rs = shipped(arena);
	struct skeleton *all[WEEKS];

	REQUIRE(rs != NULL);
	story(arena, all);
	all[WEEKS - 1]->next = NEXT_NONE;
	CHECK_STR(in_words(arena, judge_all(arena, rs, all, WEEKS, 99 * DAY_S)),
		  "drops.alliance 1: open/warning day 21 unrepaired/warning day 35 repaired/warning day 42\n"
		  "hostility.coded 1: open/warning day 21 unrepaired/warning day 42 dropped_out/warning day 98\n"
		  "drops.silent -1: open/warning day 98\n"
		  "next 9676801\n");
	rules_free(rs);
}

TEST(a_booked_date_that_goes_by_drops_the_case_out_two_days_later)
{
	struct ruleset *rs = shipped(arena);
	struct skeleton *all[WEEKS];
	struct judgement *j;

	REQUIRE(rs != NULL);
	story(arena, all);
	all[WEEKS - 1]->next = NEXT_AT;
	all[WEEKS - 1]->next_at = 100 * DAY_S;
	j = judge_all(arena, rs, all, WEEKS, 102 * DAY_S);
	CHECK_INT(j->incidents.all.n, 2);
	CHECK_INT(j->next_deadline, 102 * DAY_S + 1);
	CHECK_INT(judge_all(arena, rs, all, WEEKS, 102 * DAY_S + 1)->incidents.all.n, 3);
	rules_free(rs);
}

TEST(any_order_of_arrival_gives_the_same_judgement)
{
	struct ruleset *rs = shipped(arena);
	struct skeleton *all[WEEKS];
	struct str expected;
	unsigned seed = 1;

	REQUIRE(rs != NULL);
	story(arena, all);
	expected = in_words(arena, judge_all(arena, rs, all, WEEKS, 200 * DAY_S));
	for (int round = 0; round < 50; round++) {
		for (size_t i = WEEKS - 1; i > 0; i--) {
			size_t k = (seed = seed * 1103515245u + 12345u) / 65536 % (i + 1);
			struct skeleton *s = all[i];

			all[i] = all[k];
			all[k] = s;
		}
		CHECK(str_eq(in_words(arena, judge_all(arena, rs, all, WEEKS, 200 * DAY_S)), expected));
	}
	rules_free(rs);
}

static void count_id(void *user, char ret[INCIDENT_ID_SIZE])
{
	snprintf(ret, INCIDENT_ID_SIZE, "%016d", ++*(int *)user);
}

/* A record a week, each judged on its day; returns what people heard, in order. */
TEST(records_that_arrive_one_by_one_tell_each_change_once)
{
	struct ruleset *rs = shipped(arena);
	struct skeleton *all[WEEKS];
	told_list told = { 0 };
	struct str heard = STR("");
	int ids = 0;

	REQUIRE(rs != NULL);
	story(arena, all);
	for (size_t n = 1; n <= WEEKS; n++) {
		struct roster *roster = roster_of(arena, all, n);
		const struct history *h =
			history_build(arena, roster, (const struct skeleton *const *)all, n, DATE_NONE);
		int64_t now = all[n - 1]->started;
		struct announce_policy policy = { .now = now, .within_s = 30 * DAY_S };
		announcement_list said;
		told_list old = told;

		announce(arena, &old, judge(arena, h, rs, now, NULL, NULL), h, rs, &policy,
			 (struct id_source){ count_id, &ids }, &told, &said);
		for (size_t i = 0; i < said.n; i++)
			heard = arena_printf(arena, "%.*s%zu:%s/%d ", STR_ARG(heard), n, said.items[i].key + 15,
					     said.items[i].state);
	}
	CHECK_STR(heard, "4:1-1/0 4:2-1/0 6:1-2/3 7:1-3/2 7:2-2/3 ");
	rules_free(rs);
}

/* Judged after another set on the same history, and alone. */
static void check_shared(struct arena *arena, const struct ruleset *first, const struct ruleset *second)
{
	struct skeleton *all[WEEKS];
	struct judge_shared *shared;
	const struct history *h;
	struct str alone;

	story(arena, all);
	all[WEEKS - 1]->next = NEXT_NONE;
	h = history_build(arena, roster_of(arena, all, WEEKS), (const struct skeleton *const *)all, WEEKS, DATE_NONE);
	shared = judge_shared_new(arena, h, first);
	alone = in_words(arena, judge(arena, h, first, 99 * DAY_S, NULL, NULL));
	CHECK(str_eq(in_words(arena, judge(arena, h, first, 99 * DAY_S, NULL, shared)), alone));
	CHECK(str_eq(in_words(arena, judge(arena, h, first, 99 * DAY_S, NULL, shared)), alone));
	alone = in_words(arena, judge(arena, h, second, 99 * DAY_S, NULL, NULL));
	CHECK(str_eq(in_words(arena, judge(arena, h, second, 99 * DAY_S, NULL, shared)), alone));
}

TEST(what_sets_share_on_one_history_changes_nothing)
{
	static const struct {
		const char *was, *is;
	} changes[] = {
		{ "worse by at least 3}", "worse by at least 8}" },
		{ "salience: at least 3}", "salience: at least 4}" },
		{ "when: coded", "when: not coded" },
		{ "repaired: {score: SRS, recovered: at least 50%}",
		  "repaired: {score: SRS, recovered: at least 99%}" },
		{ "sd: at most -2, needs: 3", "sd: at most 0, needs: 1" },
		{ "[2x own interval, 21 days]", "[1x own interval, 8 days]" },
	};
	struct ruleset *first = shipped(arena);

	REQUIRE(first != NULL);
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		struct ruleset *second =
			set_of(arena, with(arena, rules_text, changes[i].was, changes[i].is), instruments_text);

		REQUIRE(second != NULL);
		check_shared(arena, first, second);
		check_shared(arena, second, first);
		rules_free(second);
	}
	rules_free(first);
}

TEST(a_rule_is_the_same_while_what_it_says_and_what_it_stands_on_is)
{
	struct ruleset *rs = shipped(arena);
	struct ruleset *words = set_of(arena, with(arena, rules_text, "A fall", "Another"), instruments_text);
	struct ruleset *milder = set_of(arena, with(arena, rules_text, "at least 3}", "at least 4}"), instruments_text);
	struct ruleset *ground = set_of(arena, rules_text, with(arena, instruments_text, "0-40", "0-50"));
	const char *below = "      below_own: {score: SRS, versus: own mean, sd: at most -2, needs: 3 sessions}\n";
	const char *fall = "      big_fall: {score: SRS, change: worse by at least 3}\n";
	struct str turned = arena_printf(arena, "%s%s", fall, below), both = arena_printf(arena, "%s%s", below, fall);
	struct ruleset *order = set_of(arena, with(arena, rules_text, both.p, turned.p), instruments_text);
	const struct rule *rule;

	REQUIRE(rs && words && milder && ground && order);
	rule = rules_find(rs, STR("drops.alliance"));
	CHECK(rules_same(rs, rule, rs) == rule);
	CHECK(rules_same(rs, rule, words) == rules_find(words, STR("drops.alliance")));
	CHECK(rules_same(rs, rule, milder) == NULL);
	CHECK(rules_same(rs, rule, ground) == NULL);
	CHECK(rules_same(rs, rule, order) == NULL);
	CHECK(rules_same(rs, rules_find(rs, STR("drops.silent")), milder) == rules_find(milder, STR("drops.silent")));
	rules_free(rs);
	rules_free(words);
	rules_free(milder);
	rules_free(ground);
	rules_free(order);
}
