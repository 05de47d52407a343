/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/judge.h"
#include "core/requirement.h"

#include "test.h"

/*
 * The judge alone: signals are scripts, sessions are literals.  A family of a therapist (roster 0, "t1") and two
 * members (1 and 2, "m1" and "m2"); day 0 is the first session's.
 */
enum { T, M1, M2, PEOPLE, CASE = PEOPLE };
enum { MAX_SESSIONS = 24, MAX_RULES = 8 };

/* What a signal says, by session and member (CASE: about the case). */
struct script {
	struct signal signal;
	enum channel channel;
	enum truth says[MAX_SESSIONS][PEOPLE + 1];
	uint32_t turn;	   /* of the evidence when it is true; 0: none */
	int64_t since_day; /* a timer: true from then on; 0: none */
	int64_t call_day;  /* puts it off by as much as it came after day 0; 0: none */
	bool reads_incidents, evidence_of_before;
};

struct family {
	struct arena *arena;
	struct roster roster;
	struct session session[MAX_SESSIONS];
	struct history history;
	struct rule rule[MAX_RULES];
	struct ruleset rules;
};

static struct reading script_reads(const struct signal *signal, const struct view *view)
{
	const struct script *s = (const struct script *)signal;
	struct reading r = { .value = NAN, .baseline = NAN, .sd = NAN, .limit = NAN, .raw = 1, .true_at = DATE_NONE };
	int who = view->subject.member < 0 ? CASE : view->subject.member;

	r.truth = s->says[view->session][who];
	r.value = (double)view->session;
	if (s->since_day) {
		r.true_at = s->since_day * DAY_S;
		if (s->call_day && view->as_of >= s->call_day * DAY_S)
			r.true_at += s->call_day * DAY_S;
		r.truth = view->as_of >= r.true_at ? TRUTH_TRUE : TRUTH_FALSE;
	}
	if (s->reads_incidents)
		r.truth = view->incidents && view->incidents->all.n ? TRUTH_TRUE : TRUTH_FALSE;
	if (r.truth == TRUTH_TRUE && s->turn)
		*VEC_PUSH(view->arena, &r.evidence) =
			(struct evidence){ .ordinal = view->session + !s->evidence_of_before, .turn = s->turn };
	return r;
}

static enum channel script_channel(const struct signal *signal)
{
	return ((const struct script *)signal)->channel;
}

static const struct signal_kind script_kind = {
	.name = "script",
	.read_truth = script_reads,
	.channel_of = script_channel,
};

static struct family *begin(struct arena *arena)
{
	static const char *const tokens[] = { "t1", "m1", "m2" };
	static const int roles[] = { ROLE_THERAPIST, ROLE_PARENT, ROLE_CHILD };
	struct family *f = ARENA_NEW(arena, struct family);

	f->arena = arena;
	for (int i = 0; i < PEOPLE; i++)
		*VEC_PUSH(arena, &f->roster.members) = (struct member){
			.local = str_of(tokens[i]), .token = str_of(tokens[i]), .role = roles[i], .age = NAN
		};
	f->history = (struct history){ .roster = &f->roster, .sessions = f->session, .closed_at = DATE_NONE };
	f->rules.rules = f->rule;
	return f;
}

static struct skeleton *skeleton_of(struct family *f, bool m2_too, int64_t started)
{
	struct skeleton *s = ARENA_NEW(f->arena, struct skeleton);

	for (int i = 0; i < (m2_too ? PEOPLE : PEOPLE - 1); i++)
		*VEC_PUSH(f->arena, &s->participants) = (struct participant){ .id = f->roster.members.items[i].local,
									      .role = f->roster.members.items[i].role };
	s->record = arena_printf(f->arena, "r%zu", f->history.n + 1);
	s->started = started;
	return s;
}

/* A session of those three (or, without m2, of two) to which they came. */
static struct session *meet_of(struct family *f, int64_t day, bool m2_too)
{
	static const int same[] = { 0, 1, 2 };
	struct session *s = &f->session[f->history.n];

	*s = (struct session){ .started = day * DAY_S, .ordinal = f->history.n + 1, .held = true, .n_parts = 1 };
	s->attended = ARENA_ARRAY(f->arena, enum truth, PEOPLE);
	s->listed = ARENA_ARRAY(f->arena, bool, PEOPLE);
	s->role = ARENA_ARRAY(f->arena, int, PEOPLE);
	for (size_t i = 0; i < PEOPLE; i++)
		s->role[i] = f->history.n ? s[-1].role[i] : -1;
	s->parts = ARENA_NEW(f->arena, struct part);
	*s->parts = (struct part){ skeleton_of(f, m2_too, s->started), same };
	for (size_t i = 0; i < s->parts->s->participants.n; i++) {
		s->listed[i] = true;
		s->attended[i] = TRUTH_TRUE;
		s->role[i] = s->parts->s->participants.items[i].role;
	}
	f->history.n++;
	return s;
}

static struct session *meet(struct family *f, int64_t day)
{
	return meet_of(f, day, true);
}

/* Weekly sessions, so many in all. */
static void meet_weekly(struct family *f, size_t n)
{
	while (f->history.n < n)
		meet(f, (int64_t)f->history.n * 7);
}

static struct rule *rule(struct family *f, const char *id, enum per per)
{
	struct rule *r = &f->rule[f->rules.n++];

	r->id = str_of(id);
	r->status = STATUS_ACTIVE;
	r->per = (int)per;
	r->ladder = ARENA_NEW(f->arena, struct severity_line);
	r->ladder->severity = SEVERITY_NOTICE;
	r->n_ladder = 1;
	r->signals = ARENA_ARRAY(f->arena, struct signal *, 8);
	return r;
}

static struct condition *combine(struct family *f, enum condition_op op, const struct condition *a,
				 const struct condition *b)
{
	struct condition *c = ARENA_NEW(f->arena, struct condition);

	c->op = op;
	c->args = ARENA_ARRAY(f->arena, const struct condition *, 2);
	c->args[0] = a;
	c->args[1] = b;
	c->n = b ? 2 : 1;
	return c;
}

static struct condition *named(struct family *f, size_t signal)
{
	struct condition *c = ARENA_NEW(f->arena, struct condition);

	c->op = CONDITION_SIGNAL;
	c->signal = signal;
	return c;
}

/* Another signal of the rule; without a `when` of the test's own, any of them makes it true. */
static struct script *signal_of(struct family *f, struct rule *r, enum channel channel)
{
	struct script *s = ARENA_NEW(f->arena, struct script);
	size_t n = r->n_signals++;

	s->signal.name = arena_printf(f->arena, "s%zu", n);
	s->signal.index = f->rules.n_signals++;
	s->signal.kind = &script_kind;
	s->signal.missing = TRUTH_NO_DATA;
	s->channel = channel;
	for (size_t i = 0; i < MAX_SESSIONS; i++)
		for (size_t who = 0; who <= PEOPLE; who++)
			s->says[i][who] = TRUTH_FALSE;
	r->signals[n] = &s->signal;
	r->when = n ? combine(f, CONDITION_OR, r->when, named(f, n)) : named(f, n);
	return s;
}

static struct script *simple_rule(struct family *f, const char *id, enum per per)
{
	return signal_of(f, rule(f, id, per), CHANNEL_OBSERVER);
}

/* True for this one in this session (counted from 1, as people do). */
static void say(struct script *s, size_t ordinal, int who)
{
	s->says[ordinal - 1][who] = TRUTH_TRUE;
}

static int64_t as_of_day(const struct family *f, int64_t day)
{
	(void)f;
	return day * DAY_S;
}

static struct judgement *judged(struct family *f)
{
	return judge(f->arena, &f->history, &f->rules, f->session[f->history.n - 1].started, NULL, NULL);
}

static const struct incident *incident(const struct judgement *j, size_t n)
{
	static const struct incident none = { .severity = SEVERITY_INFO,
					      .state = INCIDENT_CLOSED,
					      .subject = { -9, -9 } };

	return n < j->incidents.all.n ? &j->incidents.all.items[n] : &none;
}

/* All that a judgement says, as text. */
static struct str told(struct arena *arena, const struct judgement *j)
{
	struct buf out = { 0 };
	struct str ret;

	for (size_t i = 0; i < j->incidents.all.n; i++) {
		const struct incident *in = &j->incidents.all.items[i];

		buf_printf(&out, "%.*s %d,%d %llx last %zu:", STR_ARG(in->rule_id), in->subject.member,
			   in->subject.other, (unsigned long long)in->ever_true, in->last_true);
		for (size_t t = 0; t < in->transitions.n; t++)
			buf_printf(&out, " %s/%s day %lld%s",
				   incident_state_words.words[in->transitions.items[t].state],
				   severity_words.words[in->transitions.items[t].severity],
				   (long long)(in->transitions.items[t].at / DAY_S),
				   in->transitions.items[t].quietly ? " quietly" : "");
		for (size_t r = 0; r < in->records.n; r++)
			buf_printf(&out, " %.*s", STR_ARG(in->records.items[r]));
		buf_putc(&out, '\n');
	}
	buf_printf(&out, "next %lld\n", j->next_deadline == DATE_NONE ? -1 : (long long)(j->next_deadline / DAY_S));
	ret = arena_dup(arena, buf_str(&out));
	buf_release(&out);
	return ret;
}

/* The verdicts, "rule member,other truth severity" a line. */
static void trace_verdict(void *user, const struct verdict *v)
{
	static const char *const truths[] = { "false", "no_data", "true" };

	buf_printf(user, "%zu: %zu %d,%d %s%s%s\n", v->session + 1, v->rule, v->subject.member, v->subject.other,
		   truths[v->truth], v->capped ? " capped" : "", v->raised ? " raised" : "");
}

static struct str verdicts(struct family *f)
{
	struct buf out = { 0 };
	struct judge_trace trace = { trace_verdict, &out };
	struct str ret;

	judge(f->arena, &f->history, &f->rules, f->session[f->history.n - 1].started, &trace, NULL);
	ret = arena_dup(f->arena, buf_str(&out));
	buf_release(&out);
	return ret;
}

/* ---- whom rules are about ---- */

TEST(each_rule_is_asked_about_everybody_it_is_about)
{
	struct family *f = begin(arena);

	simple_rule(f, "a", PER_CASE);
	simple_rule(f, "b", PER_MEMBER);
	simple_rule(f, "c", PER_PAIR);
	simple_rule(f, "d", PER_THERAPIST);
	meet(f, 0);
	CHECK_STR(verdicts(f), "1: 0 -1,-1 false\n"
			       "1: 1 1,-1 false\n1: 1 2,-1 false\n"
			       "1: 2 1,2 false\n1: 2 2,1 false\n"
			       "1: 3 0,-1 false\n");
}

TEST(a_rule_is_not_asked_about_who_had_no_part_in_the_session)
{
	struct family *f = begin(arena);

	simple_rule(f, "a", PER_MEMBER);
	meet_of(f, 0, false);
	CHECK_STR(verdicts(f), "1: 0 1,-1 false\n");
}

TEST(a_rule_is_asked_about_a_member_who_did_not_come)
{
	struct family *f = begin(arena);
	struct script *s = simple_rule(f, "a", PER_MEMBER);

	meet(f, 0)->attended[M2] = TRUTH_FALSE;
	say(s, 1, M2);
	CHECK_INT(incident(judged(f), 0)->subject.member, M2);
}

TEST(an_observer_and_an_interpreter_are_nobody_a_rule_is_about)
{
	struct family *f = begin(arena);
	struct session *s = meet(f, 0);

	simple_rule(f, "a", PER_MEMBER);
	s->role[M1] = ROLE_OBSERVER;
	s->role[M2] = ROLE_INTERPRETER;
	CHECK_STR(verdicts(f), "");
}

TEST(members_have_incidents_of_their_own)
{
	struct family *f = begin(arena);
	struct script *s = simple_rule(f, "a", PER_MEMBER);

	meet_weekly(f, 2);
	say(s, 1, M2);
	say(s, 2, M1);
	CHECK_STR(told(arena, judged(f)), "a 2,-1 1 last 0: open/notice day 0 r1\n"
					  "a 1,-1 1 last 1: open/notice day 7 r2\n"
					  "next -1\n");
}

TEST(drafts_and_retired_rules_are_not_judged_and_those_under_test_are)
{
	struct family *f = begin(arena);
	static const enum rule_status status[] = { STATUS_DRAFT, STATUS_TEST, STATUS_RETIRED };

	for (int i = 0; i < 3; i++) {
		say(simple_rule(f, "x", PER_CASE), 1, CASE);
		f->rule[i].status = (int)status[i];
	}
	meet(f, 0);
	CHECK_INT(judged(f)->incidents.all.n, 1);
	CHECK_INT(incident(judged(f), 0)->rule, 1);
}

/* ---- severity ---- */

static void ladder(struct family *f, struct rule *r)
{
	r->when = NULL;
	r->ladder = ARENA_ARRAY(f->arena, struct severity_line, 2);
	r->ladder[0] = (struct severity_line){ SEVERITY_WARNING, named(f, 0) };
	r->ladder[1] = (struct severity_line){ SEVERITY_NOTICE, named(f, 1) };
	r->n_ladder = 2;
}

TEST(the_first_true_line_of_a_ladder_wins)
{
	static const struct {
		enum truth first, second;
		bool fires;
		enum severity severity;
	} rows[] = {
		{ TRUTH_TRUE, TRUTH_TRUE, true, SEVERITY_WARNING },
		{ TRUTH_FALSE, TRUTH_TRUE, true, SEVERITY_NOTICE },
		{ TRUTH_NO_DATA, TRUTH_TRUE, true, SEVERITY_NOTICE },
		{ TRUTH_NO_DATA, TRUTH_FALSE, false, SEVERITY_INFO },
		{ TRUTH_FALSE, TRUTH_FALSE, false, SEVERITY_INFO },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct family *f = begin(arena);
		struct rule *r = rule(f, "a", PER_CASE);
		struct judgement *j;

		signal_of(f, r, CHANNEL_OBSERVER)->says[0][CASE] = rows[i].first;
		signal_of(f, r, CHANNEL_OBSERVER)->says[0][CASE] = rows[i].second;
		ladder(f, r);
		meet(f, 0);
		j = judged(f);
		CHECK_INT(j->incidents.all.n, rows[i].fires);
		CHECK_INT(incident(j, 0)->severity, rows[i].severity);
	}
}

TEST(what_only_the_transcript_says_is_capped_at_notice)
{
	struct family *f = begin(arena);
	struct rule *r = rule(f, "a", PER_MEMBER);
	struct script *words = signal_of(f, r, CHANNEL_TRANSCRIPT), *scores = signal_of(f, r, CHANNEL_SELF_REPORT);

	r->ladder->severity = SEVERITY_CRITICAL;
	meet(f, 0);
	say(words, 1, M1);
	CHECK_STR(verdicts(f), "1: 0 1,-1 true capped\n1: 0 2,-1 false\n");
	CHECK_INT(incident(judged(f), 0)->severity, SEVERITY_NOTICE);
	say(scores, 1, M1);
	CHECK_INT(incident(judged(f), 0)->severity, SEVERITY_CRITICAL);
}

TEST(what_is_no_evidence_of_its_own_neither_lifts_the_cap_nor_raises)
{
	struct family *f = begin(arena);
	struct rule *r = rule(f, "a", PER_MEMBER);
	struct script *words = signal_of(f, r, CHANNEL_TRANSCRIPT), *age = signal_of(f, r, CHANNEL_NONE);

	r->ladder->severity = SEVERITY_WARNING;
	r->raise.set = true;
	r->raise.to = SEVERITY_CRITICAL;
	r->raise.channels = 2;
	r->raise.sessions = 2;
	meet(f, 0);
	say(words, 1, M1);
	say(age, 1, M1);
	CHECK_STR(verdicts(f), "1: 0 1,-1 true capped\n1: 0 2,-1 false\n");
}

TEST(a_safety_rule_is_not_capped)
{
	struct family *f = begin(arena);
	struct rule *r = rule(f, "a", PER_MEMBER);

	say(signal_of(f, r, CHANNEL_TRANSCRIPT), 1, M1);
	r->ladder->severity = SEVERITY_CRITICAL;
	r->safety = true;
	meet(f, 0);
	CHECK_INT(incident(judged(f), 0)->severity, SEVERITY_CRITICAL);
}

/* Rule a speaks through the transcript and is raised by two channels within two sessions; b is the other voice. */
static struct family *choir(struct arena *arena, struct script **ret_words, struct script **ret_scores)
{
	struct family *f = begin(arena);
	struct rule *a = rule(f, "a", PER_MEMBER);

	*ret_words = signal_of(f, a, CHANNEL_TRANSCRIPT);
	*ret_scores = signal_of(f, rule(f, "b", PER_MEMBER), CHANNEL_SELF_REPORT);
	a->raise.set = true;
	a->raise.to = SEVERITY_WARNING;
	a->raise.channels = 2;
	a->raise.sessions = 2;
	return f;
}

TEST(two_channels_within_two_sessions_raise_a_finding)
{
	struct script *words, *scores;
	struct family *f = choir(arena, &words, &scores);

	meet_weekly(f, 3);
	say(scores, 1, M1);
	say(words, 2, M1);
	CHECK_HAS(verdicts(f), "2: 0 1,-1 true raised\n");
	CHECK_INT(incident(judged(f), 1)->severity, SEVERITY_WARNING);
}

TEST(a_second_channel_makes_an_open_incident_worse)
{
	struct script *words, *scores;
	struct family *f = choir(arena, &words, &scores);

	meet_weekly(f, 3);
	say(words, 1, M1);
	say(words, 3, M1);
	say(scores, 3, M1);
	CHECK_HAS(told(arena, judged(f)), "1,-1 1 last 2: open/notice day 0 open/warning day 14 r1 r3\n");
}

TEST(channels_of_the_same_session_raise_whatever_the_order_of_rules)
{
	struct script *words, *scores;
	struct family *f = choir(arena, &words, &scores);

	meet(f, 0);
	say(words, 1, M1);
	say(scores, 1, M1);
	CHECK_INT(incident(judged(f), 0)->severity, SEVERITY_WARNING);
}

TEST(a_channel_heard_three_sessions_ago_does_not_raise)
{
	struct script *words, *scores;
	struct family *f = choir(arena, &words, &scores);

	meet_weekly(f, 3);
	say(scores, 1, M1);
	say(words, 3, M1);
	CHECK_INT(incident(judged(f), 1)->severity, SEVERITY_NOTICE);
	f->session[1].attended[M1] = TRUTH_FALSE;
	CHECK_INT(incident(judged(f), 1)->severity, SEVERITY_WARNING);
}

TEST(a_channel_about_another_member_does_not_raise)
{
	struct script *words, *scores;
	struct family *f = choir(arena, &words, &scores);

	meet(f, 0);
	say(words, 1, M1);
	say(scores, 1, M2);
	CHECK_INT(incident(judged(f), 0)->severity, SEVERITY_NOTICE);
}

TEST(a_true_signal_of_a_rule_that_is_not_true_does_not_raise)
{
	struct script *words, *scores;
	struct family *f = choir(arena, &words, &scores);
	struct rule *b = &f->rule[1];

	signal_of(f, b, CHANNEL_BEHAVIOUR);
	b->when = combine(f, CONDITION_AND, named(f, 0), named(f, 1));
	meet(f, 0);
	say(words, 1, M1);
	say(scores, 1, M1);
	CHECK_INT(incident(judged(f), 0)->severity, SEVERITY_NOTICE);
}

TEST(a_true_signal_beside_one_that_is_missing_is_no_channel)
{
	struct script *words, *scores;
	struct family *f = choir(arena, &words, &scores);
	struct rule *b = &f->rule[1];

	(void)signal_of(f, b, CHANNEL_BEHAVIOUR);
	say(signal_of(f, b, CHANNEL_STAFF), 1, M1);
	b->when = combine(f, CONDITION_OR, combine(f, CONDITION_AND, named(f, 0), named(f, 1)), named(f, 2));
	f->rule[0].raise.channels = 3;
	meet(f, 0);
	say(words, 1, M1);
	say(scores, 1, M1);
	CHECK_INT(incident(judged(f), 0)->severity, SEVERITY_NOTICE);
	f->rule[0].raise.channels = 2;
	CHECK_INT(incident(judged(f), 0)->severity, SEVERITY_WARNING);
}

TEST(what_is_at_info_neither_raises_nor_is_raised)
{
	struct script *words, *scores;
	struct family *f = choir(arena, &words, &scores);

	meet(f, 0);
	say(words, 1, M1);
	say(scores, 1, M1);
	f->rule[1].ladder->severity = SEVERITY_INFO;
	CHECK_INT(incident(judged(f), 0)->severity, SEVERITY_NOTICE);
	f->rule[1].ladder->severity = SEVERITY_NOTICE;
	f->rule[0].ladder->severity = SEVERITY_INFO;
	CHECK_INT(incident(judged(f), 0)->severity, SEVERITY_INFO);
}

TEST(a_rule_under_test_and_a_strength_raise_no_active_rule)
{
	struct script *words, *scores;
	struct family *f = choir(arena, &words, &scores);

	meet(f, 0);
	say(words, 1, M1);
	say(scores, 1, M1);
	f->rule[1].status = STATUS_TEST;
	CHECK_INT(incident(judged(f), 0)->severity, SEVERITY_NOTICE);
	f->rule[1].status = STATUS_ACTIVE;
	f->rule[1].strength = true;
	CHECK_INT(incident(judged(f), 0)->severity, SEVERITY_NOTICE);
}

/* ---- signals and repair ---- */

TEST(a_signal_under_not_neither_counts_as_a_channel_nor_delays_a_repair)
{
	struct family *f = begin(arena);
	struct rule *r = rule(f, "a", PER_MEMBER);
	struct script *words = signal_of(f, r, CHANNEL_TRANSCRIPT), *booked = signal_of(f, r, CHANNEL_BEHAVIOUR);

	r->when = combine(f, CONDITION_OR, named(f, 0), combine(f, CONDITION_NOT, named(f, 1), NULL));
	r->ladder->severity = SEVERITY_WARNING;
	meet_weekly(f, 3);
	say(words, 1, M1);
	for (size_t n = 1; n <= 3; n++) {
		say(booked, n, M1);
		say(booked, n, M2);
	}
	CHECK_STR(told(arena, judged(f)), "a 1,-1 1 last 0: open/notice day 0 repaired/notice day 14 r1\nnext -1\n");
}

TEST(a_rule_that_requires_a_transcript_knows_nothing_without_one)
{
	struct family *f = begin(arena);
	struct rule *r = rule(f, "a", PER_MEMBER);

	say(signal_of(f, r, CHANNEL_SELF_REPORT), 1, M1);
	*VEC_PUSH(arena, &r->requires) = STR("transcript");
	meet(f, 0);
	CHECK_INT(judged(f)->incidents.all.n, 0);
	f->session[0].transcript = f->session[0].parts->s;
	CHECK_INT(judged(f)->incidents.all.n, 1);
}

TEST(a_rule_may_require_codes_or_the_members_scores)
{
	static const struct strs none = { 0 };
	const struct subject m1 = { 1, -1 }, m2 = { 2, -1 }, everybody = { -1, -1 };
	const int member_of[] = { 0, 1, 2 };
	struct skeleton s = { .record = STR("r") };
	struct part part = { &s, member_of };
	struct session session = { .parts = &part, .n_parts = 1 };
	struct strs codes = { 0 }, scores = { 0 };

	*VEC_PUSH(arena, &codes) = STR("codes");
	*VEC_PUSH(arena, &scores) = STR("scores");
	CHECK(!requirements_lack(&none, &session, m1));
	CHECK_STR(str_of(requirements_lack(&codes, &session, m1)), "the rule requires an observer's codes");
	*VEC_PUSH(arena, &s.coded) = STR("3RS");
	CHECK(!requirements_lack(&codes, &session, m1));
	CHECK_STR(str_of(requirements_lack(&scores, &session, everybody)), "the rule requires scores");
	*VEC_PUSH(arena, &s.scores) = (struct score){ .of = STR("SRS"), .by = 1, .about = -1 };
	CHECK(!requirements_lack(&scores, &session, m1));
	CHECK(!requirements_lack(&scores, &session, everybody));
	CHECK(requirements_lack(&scores, &session, m2));
	*VEC_PUSH(arena, &s.scores) = (struct score){ .of = STR("WAI"), .by = 0, .about = 2 };
	CHECK(!requirements_lack(&scores, &session, m2));
}

static struct reading repaired_reads(const struct signal *signal, const struct view *view)
{
	struct reading r = { .truth = TRUTH_FALSE, .true_at = DATE_NONE };

	(void)signal;
	if (view->opened_at == 0 && view->session == 2)
		r.truth = TRUTH_TRUE;
	return r;
}

TEST(a_rules_own_repaired_is_asked_with_the_date_of_the_opening)
{
	static const struct signal_kind kind = { .name = "repaired", .read_truth = repaired_reads };
	struct signal repaired = { .kind = &kind, .missing = TRUTH_NO_DATA };
	struct family *f = begin(arena);

	say(simple_rule(f, "a", PER_MEMBER), 1, M1);
	f->rule[0].repaired = &repaired;
	repaired.index = f->rules.n_signals++;
	meet_weekly(f, 4);
	CHECK_STR(told(arena, judged(f)), "a 1,-1 1 last 0: open/notice day 0 repaired/notice day 14 r1\nnext -1\n");
}

TEST(an_incident_keeps_what_its_true_signals_measured_and_its_records)
{
	struct family *f = begin(arena);
	struct rule *r = rule(f, "a", PER_MEMBER);
	struct script *first = signal_of(f, r, CHANNEL_OBSERVER), *second = signal_of(f, r, CHANNEL_OBSERVER);
	const struct incident *i;

	meet_weekly(f, 2);
	first->turn = 5;
	second->turn = 7;
	say(first, 1, M1);
	say(second, 2, M1);
	i = incident(judged(f), 0);
	CHECK_INT(i->ever_true, 3);
	REQUIRE(i->readings.n == 1);
	CHECK_STR(i->readings.items[0].signal, "s1");
	CHECK_NEAR(i->readings.items[0].value, 1);
	REQUIRE(i->readings.items[0].evidence.n == 1);
	CHECK_INT(i->readings.items[0].evidence.items[0].turn, 7);
	REQUIRE(i->records.n == 2);
	CHECK_STR(i->records.items[1], "r2");
}

TEST(an_incident_of_a_member_without_a_part_goes_unrepaired_all_the_same)
{
	struct family *f = begin(arena);

	say(simple_rule(f, "a", PER_MEMBER), 1, M2);
	f->rule[0].unrepaired_after = 2;
	meet(f, 0);
	meet_of(f, 7, false);
	meet_of(f, 14, false);
	CHECK_STR(told(arena, judged(f)), "a 2,-1 1 last 0: open/notice day 0 unrepaired/notice day 14 r1\nnext -1\n");
}

TEST(an_incident_that_ended_takes_no_other_with_it)
{
	struct family *f = begin(arena);
	struct script *s = simple_rule(f, "a", PER_MEMBER);

	say(s, 1, M1);
	say(s, 1, M2);
	f->rule[0].unrepaired_after = 3;
	meet(f, 0);
	for (int i = 1; i < 4; i++)
		meet_of(f, 7 * i, false);
	CHECK_STR(told(arena, judged(f)), "a 1,-1 1 last 0: open/notice day 0 repaired/notice day 14 r1\n"
					  "a 2,-1 1 last 0: open/notice day 0 unrepaired/notice day 21 r1\n"
					  "next -1\n");
}

/* ---- attempts at a repair ---- */

/* A transcript of ten turns in this session; the therapist's turn `at` has a repair phrase said to `to`. */
static void therapist_repairs(struct family *f, size_t ordinal, size_t at, int to, float weight)
{
	static const int same[] = { 0, 1, 2 };
	struct session *session = &f->session[ordinal - 1];
	struct skeleton *s = (struct skeleton *)session->parts->s;

	*VEC_PUSH(f->arena, &s->lexicons) = (struct skeleton_lexicon){ .id = STR("hostility"), .applies = true };
	*VEC_PUSH(f->arena, &s->lexicons) = (struct skeleton_lexicon){ .id = STR("repair"), .applies = true };
	*VEC_PUSH(f->arena, &s->hits) = (struct skeleton_hit){ .lexicon = 1, .count = 1, .weight = weight };
	for (size_t i = 0; i < 10; i++)
		*VEC_PUSH(f->arena, &s->turns) = (struct skeleton_turn){ .who = i == at ? T : M1,
									 .to = (int16_t)(i == at ? to : T),
									 .n_hits = i == at };
	s->has_turns = true;
	session->transcript = s;
	session->transcript_member = same;
}

static enum incident_state state_after_repair(struct arena *arena, size_t ordinal, size_t at, int to)
{
	struct family *f = begin(arena);
	struct script *s = simple_rule(f, "a", PER_MEMBER);

	s->turn = 5;
	say(s, 1, M1);
	meet_weekly(f, 2);
	therapist_repairs(f, ordinal, at, to, 2);
	return incident(judged(f), 0)->state;
}

TEST(a_repair_phrase_of_the_therapist_to_the_subject_is_an_attempt)
{
	CHECK_INT(state_after_repair(arena, 2, 1, M1), INCIDENT_REPAIRING);
}

TEST(words_that_are_said_about_life_as_well_weigh_too_little_for_an_attempt)
{
	struct family *f = begin(arena);

	say(simple_rule(f, "a", PER_MEMBER), 1, M1);
	meet_weekly(f, 2);
	therapist_repairs(f, 2, 1, M1, 1.5F);
	CHECK_INT(incident(judged(f), 0)->state, INCIDENT_OPEN);
}

TEST(a_repair_phrase_to_somebody_else_or_nobody_known_is_none)
{
	CHECK_INT(state_after_repair(arena, 2, 1, M2), INCIDENT_OPEN);
	CHECK_INT(state_after_repair(arena, 2, 1, -1), INCIDENT_OPEN);
}

TEST(in_the_session_of_the_rupture_only_words_after_it_repair)
{
	CHECK_INT(state_after_repair(arena, 1, 3, M1), INCIDENT_OPEN);
	CHECK_INT(state_after_repair(arena, 1, 7, M1), INCIDENT_REPAIRING);
}

TEST(evidence_of_an_earlier_session_does_not_stand_before_words_of_this_one)
{
	struct family *f = begin(arena);
	struct script *s = simple_rule(f, "a", PER_MEMBER);

	s->turn = 9;
	s->evidence_of_before = true;
	say(s, 2, M1);
	meet_weekly(f, 2);
	therapist_repairs(f, 2, 3, M1, 2);
	CHECK_INT(incident(judged(f), 0)->state, INCIDENT_REPAIRING);
}

TEST(a_coded_resolution_about_the_subject_or_the_case_is_an_attempt)
{
	static const struct {
		struct code code;
		enum incident_state state;
	} rows[] = {
		{ { .system = { "3RS", 3 }, .marker = { "resolution", 10 }, .who = M1 }, INCIDENT_REPAIRING },
		{ { .system = { "3RS", 3 }, .marker = { "resolution", 10 }, .who = -1 }, INCIDENT_REPAIRING },
		{ { .system = { "3RS", 3 }, .marker = { "resolution", 10 }, .who = M2 }, INCIDENT_OPEN },
		{ { .system = { "3RS", 3 }, .marker = { "confrontation", 13 }, .who = M1 }, INCIDENT_OPEN },
		{ { .system = { "SOFTA", 5 }, .marker = { "resolution", 10 }, .who = M1 }, INCIDENT_OPEN },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct family *f = begin(arena);

		say(simple_rule(f, "a", PER_MEMBER), 1, M1);
		meet_weekly(f, 2);
		*VEC_PUSH(arena, &((struct skeleton *)f->session[1].parts->s)->codes) = rows[i].code;
		CHECK_INT(incident(judged(f), 0)->state, rows[i].state);
	}
}

/* ---- strengths ---- */

static enum incident_state state_after_strength(struct arena *arena, enum per per, int who, const char *closes,
						enum rule_status status)
{
	struct family *f = begin(arena);
	struct script *better;

	say(simple_rule(f, "hostility.therapist", PER_MEMBER), 1, M1);
	better = simple_rule(f, "strengths.trust", per);
	f->rule[1].strength = true;
	f->rule[1].status = (int)status;
	*VEC_PUSH(arena, &f->rule[1].closes) = str_of(closes);
	say(better, 2, who);
	meet_weekly(f, 2);
	CHECK_INT(judged(f)->incidents.all.n, 1);
	return incident(judged(f), 0)->state;
}

TEST(a_strength_acts_on_the_incidents_it_closes_of_the_same_subject)
{
	CHECK_INT(state_after_strength(arena, PER_MEMBER, M1, "hostility.*", STATUS_ACTIVE), INCIDENT_REPAIRING);
	CHECK_INT(state_after_strength(arena, PER_CASE, CASE, "hostility.*", STATUS_ACTIVE), INCIDENT_REPAIRING);
	CHECK_INT(state_after_strength(arena, PER_MEMBER, M2, "hostility.*", STATUS_ACTIVE), INCIDENT_OPEN);
	CHECK_INT(state_after_strength(arena, PER_MEMBER, M1, "siding.*", STATUS_ACTIVE), INCIDENT_OPEN);
	CHECK_INT(state_after_strength(arena, PER_MEMBER, M1, "hostility.*", STATUS_TEST), INCIDENT_OPEN);
}

/* ---- two passes ---- */

TEST(a_rule_of_the_second_pass_sees_the_incidents_of_its_session)
{
	struct family *f = begin(arena);

	simple_rule(f, "a", PER_CASE)->reads_incidents = true;
	f->rule[0].second_pass = true;
	simple_rule(f, "b", PER_CASE)->reads_incidents = true;
	say(simple_rule(f, "c", PER_CASE), 1, CASE);
	meet_weekly(f, 2);
	CHECK_STR(told(arena, judged(f)),
		  "a -1,-1 1 last 1: open/notice day 0 r1 r2\nc -1,-1 1 last 0: open/notice day 0 r1\nnext -1\n");
}

TEST(a_strength_that_reads_incidents_acts_on_those_of_the_first_pass)
{
	struct family *f = begin(arena);

	simple_rule(f, "better", PER_CASE)->reads_incidents = true;
	f->rule[0].second_pass = f->rule[0].strength = true;
	*VEC_PUSH(arena, &f->rule[0].closes) = STR("hostility");
	say(simple_rule(f, "hostility", PER_MEMBER), 1, M1);
	meet(f, 0);
	CHECK_INT(incident(judged(f), 0)->state, INCIDENT_REPAIRING);
}

/* ---- deadlines ---- */

static struct family *clockwork(struct arena *arena, int64_t since_day)
{
	struct family *f = begin(arena);
	struct script *s = simple_rule(f, "drops.silent", PER_CASE);

	s->since_day = since_day;
	f->rule[0].timer = true;
	f->rule[0].drops_out = true;
	return f;
}

TEST(a_deadline_between_two_sessions_runs_at_its_own_date)
{
	struct family *f = clockwork(arena, 30);

	meet(f, 0);
	meet(f, 60);
	CHECK_HAS(told(arena, judged(f)), "drops.silent -1,-1 1 last 1: open/notice day 30 r1 r2");
}

TEST(a_deadline_after_the_last_session_waits_for_its_day)
{
	struct family *f = clockwork(arena, 30);

	meet(f, 0);
	CHECK_STR(told(arena, judge(arena, &f->history, &f->rules, as_of_day(f, 29), NULL, NULL)), "next 30\n");
	CHECK_STR(told(arena, judge(arena, &f->history, &f->rules, as_of_day(f, 30), NULL, NULL)),
		  "drops.silent -1,-1 1 last 0: open/notice day 30 r1\nnext -1\n");
}

TEST(a_deadline_before_a_session_that_is_still_ahead_waits_for_its_day)
{
	struct family *f = clockwork(arena, 30);

	meet(f, 0);
	meet(f, 60);
	CHECK_STR(told(arena, judge(arena, &f->history, &f->rules, as_of_day(f, 29), NULL, NULL)), "next 30\n");
	CHECK_HAS(told(arena, judge(arena, &f->history, &f->rules, as_of_day(f, 30), NULL, NULL)),
		  "open/notice day 30");
}

TEST(a_deadline_that_is_put_off_comes_later)
{
	struct family *f = clockwork(arena, 30);

	((struct script *)f->rule[0].signals[0])->call_day = 10;
	meet(f, 0);
	CHECK_STR(told(arena, judge(arena, &f->history, &f->rules, as_of_day(f, 35), NULL, NULL)), "next 40\n");
	CHECK_HAS(told(arena, judge(arena, &f->history, &f->rules, as_of_day(f, 99), NULL, NULL)),
		  "open/notice day 40");
}

TEST(a_rule_without_a_timer_has_no_deadlines)
{
	struct family *f = clockwork(arena, 30);

	f->rule[0].timer = false;
	meet(f, 0);
	CHECK_STR(told(arena, judge(arena, &f->history, &f->rules, as_of_day(f, 99), NULL, NULL)), "next -1\n");
}

TEST(a_session_before_the_deadline_comes_first)
{
	struct family *f = clockwork(arena, 30);

	meet(f, 0);
	meet(f, 30);
	f->session[1].held = false;
	CHECK_HAS(told(arena, judged(f)), "last 1: open/notice day 30 r2");
}

TEST(a_member_who_had_no_part_in_the_last_session_has_deadlines_too)
{
	struct family *f = begin(arena);

	simple_rule(f, "a", PER_MEMBER)->since_day = 30;
	f->rule[0].timer = true;
	meet(f, 0);
	meet_of(f, 7, false);
	CHECK_INT(judge(arena, &f->history, &f->rules, as_of_day(f, 40), NULL, NULL)->incidents.all.n, 2);
}

TEST(when_the_case_falls_silent_other_incidents_drop_out_until_the_member_returns)
{
	struct family *f = clockwork(arena, 30);

	say(simple_rule(f, "hostility", PER_MEMBER), 1, M1);
	say((struct script *)f->rule[1].signals[0], 1, M2);
	meet(f, 0);
	meet_of(f, 60, false);
	CHECK_STR(told(arena, judged(f)),
		  "hostility 1,-1 1 last 0: open/notice day 0 dropped_out/notice day 30 open/notice day 60 r1\n"
		  "hostility 2,-1 1 last 0: open/notice day 0 dropped_out/notice day 30 r1\n"
		  "drops.silent -1,-1 1 last 1: open/notice day 30 r1 r2\n"
		  "next -1\n");
}

TEST(silence_is_heard_in_a_session_that_was_not_held_and_not_in_one_that_was)
{
	for (int held = 0; held < 2; held++) {
		struct family *f = begin(arena);
		struct script *silence = simple_rule(f, "drops.silent", PER_CASE);

		f->rule[0].drops_out = true;
		say(silence, 2, CASE);
		say(simple_rule(f, "hostility", PER_MEMBER), 1, M1);
		meet_weekly(f, 2);
		f->session[1].held = held;
		f->session[1].attended[M1] = held ? TRUTH_TRUE : TRUTH_FALSE;
		CHECK_INT(incident(judged(f), 0)->state, held ? INCIDENT_OPEN : INCIDENT_DROPPED_OUT);
	}
}

TEST(what_is_not_known_neither_fires_nor_resolves)
{
	struct family *f = begin(arena);
	struct script *s = simple_rule(f, "a", PER_MEMBER);

	say(s, 3, M1);
	meet_weekly(f, 9);
	for (size_t i = 0; i < 9; i++)
		if (i != 2)
			s->says[i][M1] = TRUTH_NO_DATA;
	CHECK_STR(told(arena, judged(f)), "a 1,-1 1 last 2: open/notice day 14 r3\nnext -1\n");
}

TEST(silence_by_a_rule_under_test_drops_out_no_incident_of_an_active_one)
{
	struct family *f = clockwork(arena, 30);

	f->rule[0].status = STATUS_TEST;
	say(simple_rule(f, "hostility", PER_MEMBER), 1, M1);
	meet(f, 0);
	CHECK_HAS(told(arena, judge(arena, &f->history, &f->rules, as_of_day(f, 99), NULL, NULL)),
		  "hostility 1,-1 1 last 0: open/notice day 0 r1\n");
}

TEST(a_deadline_that_two_signals_share_is_judged_once)
{
	struct family *f = clockwork(arena, 30);
	struct script *second = signal_of(f, &f->rule[0], CHANNEL_BEHAVIOUR);
	struct str text;

	second->since_day = 30;
	meet(f, 0);
	meet(f, 29);
	meet(f, 60);
	text = verdicts(f);
	CHECK_STR(text, "1: 0 -1,-1 false\n2: 0 -1,-1 false\n2: 0 -1,-1 true\n3: 0 -1,-1 true\n");
}

TEST(a_rule_true_in_a_session_and_after_it_keeps_its_record_once)
{
	struct family *f = clockwork(arena, 30);

	say(signal_of(f, &f->rule[0], CHANNEL_BEHAVIOUR), 1, CASE);
	meet(f, 0);
	CHECK_STR(told(arena, judge(arena, &f->history, &f->rules, as_of_day(f, 40), NULL, NULL)),
		  "drops.silent -1,-1 3 last 0: open/notice day 0 r1\nnext -1\n");
}

/* ---- the end of a case ---- */

TEST(a_records_ending_closes_the_case_and_stops_its_clock)
{
	struct family *f = clockwork(arena, 30);

	say(simple_rule(f, "hostility", PER_MEMBER), 1, M1);
	meet_weekly(f, 2);
	f->session[1].ending = ENDING_PLANNED;
	CHECK_STR(told(arena, judge(arena, &f->history, &f->rules, as_of_day(f, 99), NULL, NULL)),
		  "hostility 1,-1 1 last 0: open/notice day 0 closed/notice day 7 r1\nnext -1\n");
}

TEST(a_person_closes_the_case_at_that_date)
{
	struct family *f = clockwork(arena, 30);

	say(simple_rule(f, "hostility", PER_MEMBER), 1, M1);
	meet(f, 0);
	f->history.closed_at = 20 * DAY_S;
	CHECK_STR(told(arena, judge(arena, &f->history, &f->rules, as_of_day(f, 99), NULL, NULL)),
		  "hostility 1,-1 1 last 0: open/notice day 0 closed/notice day 20 r1\nnext -1\n");
}

TEST(a_deadline_before_the_closing_still_runs)
{
	struct family *f = clockwork(arena, 15);

	meet(f, 0);
	f->history.closed_at = 20 * DAY_S;
	CHECK_HAS(told(arena, judge(arena, &f->history, &f->rules, as_of_day(f, 99), NULL, NULL)),
		  "open/notice day 15 closed/notice day 20");
}

TEST(a_case_that_goes_on_after_its_end_is_judged_on)
{
	struct family *f = clockwork(arena, 30);

	say(simple_rule(f, "hostility", PER_MEMBER), 3, M1);
	meet_weekly(f, 3);
	f->session[0].ending = ENDING_DROPPED;
	CHECK_STR(told(arena, judged(f)), "hostility 1,-1 1 last 2: open/notice day 14 r3\nnext 30\n");
}

TEST(a_closing_closes_nothing_that_came_after_it)
{
	struct family *f = clockwork(arena, 90);

	say(simple_rule(f, "hostility", PER_MEMBER), 2, M1);
	meet(f, 0);
	meet(f, 30);
	meet(f, 37);
	f->history.closed_at = 20 * DAY_S;
	CHECK_STR(told(arena, judged(f)), "hostility 1,-1 1 last 1: open/notice day 30 r2\nnext 90\n");
}

/* ---- properties ---- */

static unsigned scramble(unsigned x)
{
	x ^= x << 13;
	x ^= x >> 17;
	return x ^ x << 5;
}

static void random_says(struct script *s, unsigned *seed)
{
	for (size_t i = 0; i < MAX_SESSIONS; i++)
		for (size_t who = 0; who <= PEOPLE; who++) {
			*seed = scramble(*seed);
			s->says[i][who] = *seed % 5 < 3 ? TRUTH_FALSE : *seed % 5 == 3 ? TRUTH_TRUE : TRUTH_NO_DATA;
		}
}

static struct family *random_family(struct arena *arena, unsigned seed)
{
	static const enum per pers[] = { PER_MEMBER, PER_PAIR, PER_CASE, PER_MEMBER };
	struct family *f = clockwork(arena, 60);

	for (size_t r = 0; r < 4; r++) {
		random_says(simple_rule(f, "r", pers[r]), &seed);
		f->rule[r + 1].unrepaired_after = 2;
		f->rule[r + 1].quiet_s = 8 * DAY_S;
	}
	f->rule[4].strength = true;
	*VEC_PUSH(arena, &f->rule[4].closes) = STR("*");
	while (f->history.n < 20) {
		struct session *s = meet(f, (int64_t)f->history.n * 7 + (f->history.n > 8 ? 20 : 0));

		s->attended[M1] = (seed = scramble(seed)) % 4 ? TRUTH_TRUE : TRUTH_FALSE;
		s->attended[M2] = (enum truth)((seed = scramble(seed)) % 3);
	}
	return f;
}

/* Every transition of the shorter judgement stands in the longer one, and what the longer one adds came later. */
TEST(judging_a_prefix_and_then_the_whole_agrees_with_judging_the_whole)
{
	for (unsigned seed = 1; seed <= 40; seed++) {
		struct family *f = random_family(arena, seed * 2654435761u);
		size_t n = 5 + seed % 12, early = 0, late = 0;
		int64_t as_of = f->session[n].started - 1;
		struct judgement *whole = judged(f), *prefix;

		f->history.n = n;
		prefix = judge(arena, &f->history, &f->rules, as_of, NULL, NULL);
		for (size_t i = 0; i < prefix->incidents.all.n; i++)
			early += prefix->incidents.all.items[i].transitions.n;
		for (size_t i = 0; i < whole->incidents.all.n; i++) {
			const struct incident *w = &whole->incidents.all.items[i];
			const struct incident *p = incident(prefix, i);

			for (size_t t = 0; t < w->transitions.n && w->transitions.items[t].at <= as_of; t++, late++)
				CHECK(t < p->transitions.n && memcmp(&w->transitions.items[t], &p->transitions.items[t],
								     sizeof *w->transitions.items) == 0);
		}
		CHECK_INT(early, late);
		CHECK(early > 0);
	}
}

TEST(judging_twice_says_the_same)
{
	struct family *f = random_family(arena, 7);

	CHECK(str_eq(told(arena, judged(f)), told(arena, judged(f))));
}
