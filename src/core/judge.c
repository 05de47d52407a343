/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/judge.h"

#include <stdlib.h>

#include "core/attempt.h"
#include "core/incident.h"
#include "core/subjects.h"
#include "core/verdict.h"

/* One rule and subject that has or had an incident. */
struct track {
	struct incident_life life;
	size_t stepped;	 /* session + 1 in which its turn came */
	size_t recorded; /* session + 1 whose records its incident has */
};

struct strength {
	const struct rule *rule;
	struct subject subject;
};

enum asked { NOT_ASKED, CANNOT_BE, MAY_BE };

struct judge_shared {
	struct arena *arena;
	const struct ruleset *first;
	struct signal_memo *memo;
	uint8_t **asked; /* enum asked by rule of `first`, then session and slot of subject; NULL before it is asked */
};

struct judging {
	struct arena *a;
	struct arena scratch; /* of one session and the time after it */
	const struct history *history;
	const struct ruleset *rules;
	const struct judge_trace *trace;
	struct judgement *ret;
	struct view view;
	int64_t as_of;
	size_t n; /* people */
	struct judge_shared *shared;
	const struct rule **same; /* by rule: that of the first of the sets that share, or the rule itself */
	uint8_t ***asked;	  /* by rule: of judge_shared; NULL: nothing is shared of it */
	uint64_t *speaks_for;	  /* by rule */
	struct track **tracks;	  /* by rule, then slot of subject; NULL before the rule's first incident */
	heard_list *heard[PERS];  /* by slot of subject */
	VEC(struct track *) live;

	/* Of the present session. */
	subject_list here[PERS];
	struct attempts attempts;
	VEC(struct strength) strengths;
	bool silent; /* a rule that drops out is true */
	bool silent_in_test;
};

typedef VEC(struct finding) finding_list;

static bool in_force(const struct rule *rule)
{
	return rule->status == STATUS_ACTIVE || rule->status == STATUS_TEST;
}

/* A rule under test changes nothing for others. */
static bool acts_on(const struct rule *rule, const struct rule *other)
{
	return rule->status == STATUS_ACTIVE || other->status == STATUS_TEST;
}

static const struct session *now(const struct judging *j)
{
	return &j->history->sessions[j->view.session];
}

/* Until its exception ends the rule is silent about the case: what is open stays as it is. */
static const struct exception *exception_now(const struct judging *j, const struct rule *rule)
{
	return rule->exceptions.n ? exception_for(rule, j->history, j->view.session, j->view.as_of) : NULL;
}

/* ---- tracks ---- */

static struct track *track_find(struct judging *j, size_t rule, struct subject subject)
{
	struct track *of_rule = j->tracks[rule];

	return of_rule ? &of_rule[subject_slot((enum per)j->rules->rules[rule].per, subject, j->n)] : NULL;
}

static struct track *track_need(struct judging *j, size_t rule, struct subject subject)
{
	const struct rule *r = &j->rules->rules[rule];
	struct track *t;

	if (!j->tracks[rule])
		j->tracks[rule] = ARENA_ARRAY(j->a, struct track, subject_slots((enum per)r->per, j->n));
	t = track_find(j, rule, subject);
	if (!t->life.rule)
		t->life = (struct incident_life){ r, rule, subject, .incident = INCIDENT_NONE };
	return t;
}

static bool track_live(const struct judging *j, const struct track *t)
{
	return t && t->life.rule && incident_live(&j->ret->incidents, &t->life);
}

static void add_reading(struct judging *j, struct incident *i, const struct signal *s, const struct reading *r)
{
	struct incident_reading *ret = VEC_PUSH(j->a, &i->readings);

	*ret = (struct incident_reading){ .signal = s->name, .value = r->value, .baseline = r->baseline };
	for (size_t e = 0; e < r->evidence.n; e++)
		*VEC_PUSH(j->a, &ret->evidence) = r->evidence.items[e];
}

/* What the incident shows of the moment in which its rule was true. */
static void keep_findings(struct judging *j, struct track *t, const struct finding *f)
{
	struct incident *i = &j->ret->incidents.all.items[t->life.incident];
	const struct session *s = now(j);

	i->readings.n = 0;
	for (size_t n = 0; n < t->life.rule->n_signals; n++)
		if (f->true_signals & UINT64_C(1) << n)
			add_reading(j, i, t->life.rule->signals[n], &f->readings[n]);
	for (size_t p = 0; p < s->n_parts && (!i->records.n || t->recorded != j->view.session + 1); p++)
		*VEC_PUSH(j->a, &i->records) = s->parts[p].s->record;
	t->recorded = j->view.session + 1;
}

/* Tells the incident of the rule and subject what the moment brought; begins one if need be. */
static void track_step(struct judging *j, struct track *t, const struct incident_moment *m, const struct finding *f)
{
	bool was_live = track_live(j, t);

	incident_step(j->a, &j->ret->incidents, &t->life, m);
	if (m->rule == TRUTH_TRUE)
		keep_findings(j, t, f);
	if (!was_live && track_live(j, t))
		*VEC_PUSH(j->a, &j->live) = t;
}

static void forget_ended(struct judging *j)
{
	size_t kept = 0;

	for (size_t i = 0; i < j->live.n; i++)
		if (track_live(j, j->live.items[i]))
			j->live.items[kept++] = j->live.items[i];
	j->live.n = kept;
}

/* ---- moments ---- */

static const struct view *view_for(struct judging *j, const struct rule *rule, struct subject subject)
{
	j->view.subject = subject;
	j->view.incidents = rule->second_pass ? &j->ret->incidents : NULL;
	j->view.hears_tests = rule->status == STATUS_TEST;
	j->view.opened_at = DATE_NONE;
	return &j->view;
}

static bool is_repaired(struct judging *j, const struct track *t)
{
	struct view view;

	if (!t->life.rule->repaired || !track_live(j, t))
		return false;
	view = *view_for(j, t->life.rule, t->life.subject);
	view.opened_at = j->ret->incidents.all.items[t->life.incident].transitions.items[0].at;
	return signal_evaluate(t->life.rule->repaired, &view).truth == TRUTH_TRUE;
}

static bool has_strength(const struct judging *j, const struct rule *rule, struct subject subject, bool second_pass)
{
	for (size_t i = 0; i < j->strengths.n; i++) {
		const struct strength *s = &j->strengths.items[i];
		bool about = s->subject.member < 0 ||
			     (s->subject.member == subject.member && s->subject.other == subject.other);

		for (size_t p = 0; about && p < s->rule->closes.n; p++)
			if (str_matches(rule->id, s->rule->closes.items[p]) && acts_on(s->rule, rule) &&
			    s->rule->second_pass == second_pass)
				return true;
	}
	return false;
}

static int64_t last_turn(const struct judging *j, const struct finding *f, size_t n_signals)
{
	int64_t last = -1;

	for (size_t i = 0; f && f->truth == TRUTH_TRUE && i < n_signals; i++) {
		const evidence_list *e = &f->readings[i].evidence;

		for (size_t k = 0; (f->true_signals & UINT64_C(1) << i) && k < e->n; k++)
			if (e->items[k].ordinal == now(j)->ordinal && (int64_t)e->items[k].turn > last)
				last = e->items[k].turn;
	}
	return last;
}

/* f NULL: the rule was not asked, since the subject had no part in the session. */
static struct incident_moment session_moment(struct judging *j, const struct track *t, const struct finding *f)
{
	const struct rule *rule = t->life.rule;
	struct subject subject = t->life.subject;

	return (struct incident_moment){
		.at = j->view.as_of,
		.session = j->view.session,
		.met = true,
		.held = now(j)->held,
		.attended = subject_attended(now(j), subject),
		.rule = f ? f->truth : TRUTH_NO_DATA,
		.severity = f ? f->severity : SEVERITY_INFO,
		.true_signals = f ? f->true_signals : 0,
		.false_signals = f ? f->false_signals : 0,
		.repaired = is_repaired(j, t),
		.strength = has_strength(j, rule, subject, false) ||
			    (rule->second_pass && has_strength(j, rule, subject, true)),
		.marker = attempts_for(&j->attempts, subject, (enum per)rule->per, last_turn(j, f, rule->n_signals)),
	};
}

static struct incident_moment plain_moment(const struct judging *j, int64_t at)
{
	return (struct incident_moment){
		.at = at,
		.session = j->view.session,
		.attended = TRUTH_NO_DATA,
		.rule = TRUTH_NO_DATA,
	};
}

static void tell_all(struct judging *j, enum incident_event event, int64_t at)
{
	struct incident_moment m = plain_moment(j, at);

	for (size_t i = 0; i < j->live.n; i++)
		incident_event(j->a, &j->ret->incidents, &j->live.items[i]->life, event, &m);
	forget_ended(j);
}

static void tell_silence(struct judging *j, int64_t at)
{
	struct incident_moment m = plain_moment(j, at);

	for (size_t i = 0; i < j->live.n; i++) {
		struct track *t = j->live.items[i];
		bool heeds = j->silent || (j->silent_in_test && t->life.rule->status == STATUS_TEST);

		if (heeds && !t->life.rule->drops_out && !exception_now(j, t->life.rule))
			incident_event(j->a, &j->ret->incidents, &t->life, EVENT_SILENCE, &m);
	}
	j->silent = j->silent_in_test = false;
}

/* ---- findings ---- */

static void heard_add(struct judging *j, const struct finding *f)
{
	const struct rule *rule = &j->rules->rules[f->rule];
	heard_list **of = &j->heard[rule->per];

	if (!*of)
		*of = ARENA_ARRAY(j->a, heard_list, subject_slots((enum per)rule->per, j->n));
	heard_note(j->a, &(*of)[subject_slot((enum per)rule->per, f->subject, j->n)], j->view.session,
		   subject_attended(now(j), f->subject) == TRUTH_TRUE, rule, f);
}

/* What is not true changes nothing where nothing is open, and nobody looks on. */
static bool matters_only_if_true(struct judging *j, size_t rule, struct subject subject)
{
	return (!j->trace || j->trace->true_only) && !track_live(j, track_find(j, rule, subject));
}

/* Where it is kept whether the rule may be true about the subject; NULL: it is not kept. */
static uint8_t *place_of(const struct judging *j, size_t rule, const struct view *view)
{
	const struct rule *r = j->same[rule];
	size_t slots = subject_slots((enum per)r->per, j->n);
	uint8_t **asked = j->asked[rule];

	/* Other incidents may be open, and deadlines may fall elsewhere. */
	if (!asked || r->second_pass || view->as_of != now(j)->started)
		return NULL;
	if (!*asked)
		*asked = ARENA_ARRAY(j->shared->arena, uint8_t, j->history->n * slots);
	return *asked + view->session * slots + subject_slot((enum per)r->per, view->subject, j->n);
}

static bool may_be_true(const struct judging *j, size_t rule, const struct view *view)
{
	uint8_t not_kept = NOT_ASKED, *place = place_of(j, rule, view);

	if (!place)
		place = &not_kept;
	if (*place == NOT_ASKED)
		*place = rule_may_be_true(j->same[rule], view) ? MAY_BE : CANNOT_BE;
	return *place == MAY_BE;
}

static void find(struct judging *j, size_t rule, struct subject subject, struct finding *ret)
{
	const struct rule *r = &j->rules->rules[rule];
	const struct view *view = view_for(j, r, subject);
	const struct exception *exception = exception_now(j, r);

	*ret = (struct finding){ .rule = rule };
	if (exception)
		rule_excepted(r, exception, view, ret);
	else if (matters_only_if_true(j, rule, subject) && !may_be_true(j, rule, view))
		ret->subject = subject; /* and it is not true */
	else
		rule_find(j->same[rule], j->speaks_for[rule], view, ret);
	heard_add(j, ret);
}

/* The severity that counts, once all findings of the moment have been heard. */
static void settle(struct judging *j, struct finding *f)
{
	const struct rule *rule = &j->rules->rules[f->rule];
	const heard_list *heard = j->heard[rule->per];

	rule_raise(rule, &heard[subject_slot((enum per)rule->per, f->subject, j->n)], f);
	if (f->truth == TRUTH_TRUE && rule->drops_out && !(j->view.as_of == now(j)->started && now(j)->held)) {
		j->silent |= rule->status == STATUS_ACTIVE;
		j->silent_in_test = true;
	}
	if (f->truth == TRUTH_TRUE && rule->strength)
		*VEC_PUSH(&j->scratch, &j->strengths) = (struct strength){ rule, f->subject };
	if (!j->trace || (j->trace->true_only && f->truth != TRUTH_TRUE))
		return;
	j->trace->verdict(j->trace->user, &(struct verdict){
						  .rule = f->rule,
						  .session = j->view.session,
						  .at = j->view.as_of,
						  .subject = f->subject,
						  .truth = f->truth,
						  .severity = f->severity,
						  .capped = f->capped,
						  .raised = f->raised,
						  .readings = f->readings,
						  .why = f->why,
						  .excepted = f->excepted,
					  });
}

static void find_all(struct judging *j, bool second_pass, finding_list *ret)
{
	bool ahead = j->view.as_of > j->as_of;

	for (size_t r = 0; r < j->rules->n; r++) {
		const struct rule *rule = &j->rules->rules[r];
		const subject_list *subjects = &j->here[rule->per];

		/* Until a session that is still ahead no time has passed. */
		if (!in_force(rule) || rule->second_pass != second_pass || (rule->timer && ahead))
			continue;
		for (size_t i = 0; i < subjects->n; i++)
			find(j, r, subjects->items[i], VEC_PUSH(&j->scratch, ret));
	}
	for (size_t i = 0; i < ret->n; i++)
		settle(j, &ret->items[i]);
}

/* ---- a session ---- */

/* Strengths are no incidents: they act on those of other rules. */
static void step_finding(struct judging *j, const struct finding *f)
{
	struct track *t = track_find(j, f->rule, f->subject);
	struct incident_moment m;

	if (j->rules->rules[f->rule].strength || f->excepted)
		return;
	if (f->truth == TRUTH_TRUE)
		t = track_need(j, f->rule, f->subject);
	if (f->truth != TRUTH_TRUE && !track_live(j, t))
		return;
	t->stepped = j->view.session + 1;
	m = session_moment(j, t, f);
	track_step(j, t, &m, f);
}

/* Incidents of those who had no part in the session: it may count all the same (`unrepaired_after`). */
static void step_absent(struct judging *j, bool second_pass)
{
	for (size_t i = 0; i < j->live.n; i++) {
		struct track *t = j->live.items[i];
		struct incident_moment m;

		if (t->stepped == j->view.session + 1 || t->life.rule->second_pass != second_pass ||
		    exception_now(j, t->life.rule))
			continue;
		m = session_moment(j, t, NULL);
		track_step(j, t, &m, NULL);
	}
}

static void pass(struct judging *j, bool second_pass)
{
	finding_list findings = { 0 };

	find_all(j, second_pass, &findings);
	for (size_t i = 0; i < findings.n; i++)
		step_finding(j, &findings.items[i]);
	step_absent(j, second_pass);
	forget_ended(j);
}

/* Strengths that read incidents act on the first pass's incidents afterwards. */
static void late_strengths(struct judging *j)
{
	struct incident_moment m = plain_moment(j, now(j)->started);

	for (size_t i = 0; i < j->live.n; i++) {
		struct track *t = j->live.items[i];

		if (!t->life.rule->second_pass && !exception_now(j, t->life.rule) &&
		    has_strength(j, t->life.rule, t->life.subject, true))
			incident_event(j->a, &j->ret->incidents, &t->life, EVENT_STRENGTH, &m);
	}
	forget_ended(j);
}

static void session_begin(struct judging *j, size_t index)
{
	const struct session *s = &j->history->sessions[index];
	int here[HISTORY_MAX_MEMBERS];

	arena_reset(&j->scratch);
	memset(j->here, 0, sizeof j->here);
	memset(&j->strengths, 0, sizeof j->strengths);
	for (size_t i = 0; i < j->n; i++)
		here[i] = s->listed[i] ? s->role[i] : -1;
	subjects_list(&j->scratch, here, j->n, j->here);
	attempts_find(s, &j->attempts);
	j->view.session = index;
	j->view.as_of = s->started;
}

static void judge_session(struct judging *j, size_t index)
{
	session_begin(j, index);
	pass(j, false);
	pass(j, true);
	late_strengths(j);
	tell_silence(j, j->view.as_of);
	if (now(j)->ending != ENDING_NONE)
		tell_all(j, EVENT_CASE_ENDS, j->view.as_of);
}

/* ---- the time after a session ---- */

struct deadline {
	int64_t at;
	size_t rule;
	struct subject subject;
	bool second_pass;
};
typedef VEC(struct deadline) deadline_list;

static int deadline_order(const void *va, const void *vb)
{
	const struct deadline *a = va, *b = vb;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	if (a->second_pass != b->second_pass)
		return a->second_pass ? 1 : -1;
	if (a->rule != b->rule)
		return a->rule < b->rule ? -1 : 1;
	if (a->subject.member != b->subject.member)
		return a->subject.member < b->subject.member ? -1 : 1;
	return (a->subject.other > b->subject.other) - (a->subject.other < b->subject.other);
}

static void deadline_add(struct judging *j, deadline_list *list, size_t rule, struct subject subject, int64_t at)
{
	bool second_pass = j->rules->rules[rule].second_pass;

	if (at != DATE_NONE && at > j->view.as_of)
		*VEC_PUSH(&j->scratch, list) = (struct deadline){ at, rule, subject, second_pass };
}

/* When one of the rule's signals turns about the subject with no new file: time passes, a booked date goes by. */
static void deadlines_of(struct judging *j, deadline_list *list, size_t rule, struct subject subject)
{
	const struct rule *r = &j->rules->rules[rule];
	const struct view *view = view_for(j, r, subject);
	const struct exception *exception = exception_now(j, r);

	if (exception)
		deadline_add(j, list, rule, subject, exception->until + 1);
	for (size_t i = 0; !exception && i < r->n_signals; i++)
		if (r->signals[i]->kind->read_truth)
			deadline_add(j, list, rule, subject, signal_evaluate(r->signals[i], view).true_at);
}

static void deadlines_list(struct judging *j, deadline_list *ret)
{
	subject_list seen[PERS] = { 0 };

	subjects_list(&j->scratch, now(j)->role, j->n, seen);
	for (size_t r = 0; r < j->rules->n; r++) {
		const struct rule *rule = &j->rules->rules[r];

		for (size_t i = 0; rule->timer && in_force(rule) && i < seen[rule->per].n; i++)
			deadlines_of(j, ret, r, seen[rule->per].items[i]);
	}
	if (ret->n)
		qsort(ret->items, ret->n, sizeof *ret->items, deadline_order);
}

static void judge_deadline(struct judging *j, const struct deadline *d)
{
	struct incident_moment m = plain_moment(j, d->at);
	struct finding f;

	j->view.as_of = d->at;
	find(j, d->rule, d->subject, &f);
	settle(j, &f);
	if (f.truth != TRUTH_TRUE || j->rules->rules[d->rule].strength)
		return;
	m.rule = f.truth;
	m.severity = f.severity;
	m.true_signals = f.true_signals;
	m.false_signals = f.false_signals;
	track_step(j, track_need(j, d->rule, d->subject), &m, &f);
}

/*
 * The deadlines up to and with `until`; the date of the next one after, or DATE_NONE.  They are listed anew after each
 * date: what a record knows to have happened since, a call, may have put one off.
 */
static int64_t judge_deadlines(struct judging *j, int64_t until)
{
	for (;;) {
		deadline_list list = { 0 };

		deadlines_list(j, &list);
		if (!list.n || list.items[0].at > until)
			return list.n ? list.items[0].at : DATE_NONE;
		for (size_t i = 0; i < list.n && list.items[i].at == list.items[0].at; i++)
			if (!i || deadline_order(&list.items[i], &list.items[i - 1]) != 0)
				judge_deadline(j, &list.items[i]);
		tell_silence(j, list.items[0].at);
	}
}

/*
 * Until the next session, and until as_of: a record may tell of a session that is still ahead, cancelled today.  A case
 * that has ended has no deadlines until somebody comes again.
 */
static void judge_time_after(struct judging *j, size_t index)
{
	const struct history *h = j->history;
	int64_t started = h->sessions[index].started, end = INT64_MAX, until, next = DATE_NONE;
	bool closes;

	if (index + 1 < h->n)
		end = h->sessions[index + 1].started - 1;
	until = end < j->as_of ? end : j->as_of;
	closes = h->closed_at != DATE_NONE && h->closed_at >= started && h->closed_at <= until;
	if (h->sessions[index].ending == ENDING_NONE)
		next = judge_deadlines(j, closes ? h->closed_at : until);
	if (closes)
		tell_all(j, EVENT_CLOSED, h->closed_at);
	else if (next != DATE_NONE && next <= end && j->ret->next_deadline == DATE_NONE)
		j->ret->next_deadline = next;
}

/* ---- all ---- */

static int incident_order(const void *va, const void *vb)
{
	const struct incident *a = va, *b = vb;
	struct deadline da = { a->transitions.items[0].at, a->rule, a->subject, false };
	struct deadline db = { b->transitions.items[0].at, b->rule, b->subject, false };

	return deadline_order(&da, &db);
}

/* What is only judged once needs no places. */
static void find_same(struct judging *j, bool keep)
{
	struct judge_shared *s = j->shared;

	j->same = ARENA_ARRAY(j->a, const struct rule *, j->rules->n);
	j->asked = ARENA_ARRAY(j->a, uint8_t **, j->rules->n);
	for (size_t r = 0; r < j->rules->n; r++) {
		const struct rule *rule = &j->rules->rules[r], *same = rules_same(j->rules, rule, s->first);

		j->same[r] = same ? same : rule;
		j->asked[r] = same && keep ? &s->asked[same - s->first->rules] : NULL;
	}
}

static void judging_init(struct judging *j)
{
	j->n = j->history->roster->members.n;
	j->ret = ARENA_NEW(j->a, struct judgement);
	j->ret->next_deadline = DATE_NONE;
	j->speaks_for = ARENA_ARRAY(j->a, uint64_t, j->rules->n);
	j->tracks = ARENA_ARRAY(j->a, struct track *, j->rules->n);
	for (size_t r = 0; r < j->rules->n; r++)
		j->speaks_for[r] = rule_signals_for(&j->rules->rules[r]);
	j->view = (struct view){
		.history = j->history,
		.opened_at = DATE_NONE,
		.instruments = &j->rules->instruments,
		.lexicons = j->rules->lexicons,
		.memo = j->shared->memo,
		.arena = &j->scratch,
	};
}

struct judge_shared *judge_shared_new(struct arena *a, const struct history *history, const struct ruleset *first)
{
	struct judge_shared *ret = ARENA_NEW(a, struct judge_shared);

	*ret = (struct judge_shared){ .arena = a, .first = first };
	ret->memo = signal_memo_new(a, first->n_signals, history->roster->members.n, history->n);
	ret->asked = ARENA_ARRAY(a, uint8_t *, first->n);
	return ret;
}

struct judgement *judge(struct arena *a, const struct history *history, const struct ruleset *rules, int64_t as_of,
			const struct judge_trace *trace, struct judge_shared *shared)
{
	struct judging j = { .a = a, .history = history, .rules = rules, .trace = trace, .as_of = as_of };

	j.shared = shared ? shared : judge_shared_new(a, history, rules);
	find_same(&j, shared);
	judging_init(&j);
	for (size_t i = 0; i < history->n; i++) {
		judge_session(&j, i);
		judge_time_after(&j, i);
	}
	arena_release(&j.scratch);
	if (j.ret->incidents.all.n)
		qsort(j.ret->incidents.all.items, j.ret->incidents.all.n, sizeof *j.ret->incidents.all.items,
		      incident_order);
	return j.ret;
}
