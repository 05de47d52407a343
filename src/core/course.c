/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/course.h"

#include <limits.h>

#include "core/score.h"
#include "core/usual.h"

struct making {
	struct arena *a;
	const struct history *history;
	const struct ruleset *rules;
	const struct judgement *judgement;
	int64_t until;
	course_list *ret;
};

/* ---- what the rules in force hold scores of an instrument against ---- */

#define USUAL_SD    2
#define USUAL_NEEDS 3

struct yardstick {
	bool used; /* by a rule in force */
	double sd;
	int sd_needs;
	double floor; /* NAN: no rule has a control chart of it */
	int chart_needs;
};

static void take_signal(struct yardstick *y, const struct signal *s)
{
	if (s->versus == BASELINE_OWN_MEAN && s->versus_unit == UNIT_SD) {
		y->sd = fabs(s->threshold.a);
		y->sd_needs = s->needs;
	} else if (s->versus == BASELINE_CONTROL_CHART) {
		y->floor = s->floor;
		y->chart_needs = s->needs;
	}
	y->used |= s->versus != BASELINE_NONE;
}

static void take_rules(struct yardstick *y, const struct ruleset *rules, const struct instrument *in, int status)
{
	for (size_t i = 0; i < rules->n; i++) {
		const struct rule *rule = &rules->rules[i];

		for (size_t k = 0; rule->status == status && !rule->switched_off && k < rule->n_signals; k++) {
			struct str of = score_instrument(rule->signals[k]);

			if (of.p && instruments_match(&rules->instruments, of, in->name))
				take_signal(y, rule->signals[k]);
		}
	}
}

/* An active rule's numbers go before those of one under test. */
static struct yardstick yardstick_for(const struct ruleset *rules, const struct instrument *in)
{
	struct yardstick y = { .sd = USUAL_SD, .sd_needs = USUAL_NEEDS, .floor = NAN };

	take_rules(&y, rules, in, STATUS_TEST);
	take_rules(&y, rules, in, STATUS_ACTIVE);
	if (!y.used && str_starts(in->family, "outcome"))
		y.sd_needs = INT_MAX; /* nobody asks what is usual of it */
	return y;
}

/* ---- points ---- */

static struct view view_at(const struct making *m, size_t session, int member)
{
	return (struct view){
		.history = m->history,
		.session = session,
		.as_of = m->history->sessions[session].started,
		.subject = { member, -1 },
		.opened_at = DATE_NONE,
		.instruments = &m->rules->instruments,
		.lexicons = m->rules->lexicons,
		.arena = m->a,
	};
}

static struct attendance came_how(const struct session *session, int member)
{
	for (size_t i = 0; i < session->n_parts; i++) {
		const struct part *part = &session->parts[i];

		for (size_t k = 0; k < part->s->attendance.n; k++)
			if (part->member_of[part->s->attendance.items[k].who] == member)
				return part->s->attendance.items[k];
	}
	return (struct attendance){ .who = -1, .status = -1 };
}

static enum course_came came(enum truth attended)
{
	switch (attended) {
	case TRUTH_TRUE:
		return COURSE_CAME;
	case TRUTH_FALSE:
		return COURSE_MISSED;
	case TRUTH_NO_DATA:
		return COURSE_UNKNOWN;
	}
	return COURSE_UNKNOWN;
}

/* What was usual before this point; a score outside the instrument's range is none that could be expected. */
static void put_usual(const struct usual *u, const struct yardstick *y, const struct instrument *in,
		      struct course_point *p)
{
	double spread = y->sd * usual_sd(u, in->max - in->min);

	if (u->n >= (size_t)y->sd_needs) {
		p->low = fmax(u->mean - spread, in->min);
		p->high = fmin(u->mean + spread, in->max);
	}
	if (!isnan(y->floor) && u->n >= (size_t)y->chart_needs)
		p->limit = u->mean - (in->higher_is_better ? 1 : -1) * usual_chart_width(u, y->floor);
}

/* in: NULL: no score is looked for. */
static void add_points(struct making *m, const struct instrument *in, struct member_course *mc)
{
	struct yardstick y = in ? yardstick_for(m->rules, in) : (struct yardstick){ 0 };
	struct usual usual = { 0 };
	struct course_point *points = ARENA_ARRAY(m->a, struct course_point, m->history->n + 1);
	size_t n = 0;

	mc->came = ARENA_ARRAY(m->a, struct attendance, m->history->n + 1);
	for (size_t i = 0; i < m->history->n; i++) {
		const struct session *session = &m->history->sessions[i];
		struct view v = view_at(m, i, mc->member);
		double value = in ? score_measured(&v, in->name, mc->member).value : NAN;

		if (!session->listed[mc->member] && isnan(value))
			continue;
		points[n] = (struct course_point){
			session->started, session->ordinal, value, NAN, NAN, NAN, came(session->attended[mc->member])
		};
		mc->came[n] = came_how(session, mc->member);
		mc->missed += points[n].came == COURSE_MISSED;
		if (in)
			put_usual(&usual, &y, in, &points[n]);
		if (!isnan(value)) {
			usual_add(&usual, value);
			mc->scored++;
		}
		n++;
	}
	mc->course.points = points;
	mc->course.n_points = n;
}

/* ---- bands ---- */

typedef VEC(struct course_band) band_list;

static struct str token(const struct history *h, int member)
{
	return member < 0 ? (struct str){ NULL, 0 } : h->roster->members.items[member].token;
}

static bool is_about(const struct incident *i, int member)
{
	return !i->in_test && (i->subject.member < 0 || i->subject.member == member || i->subject.other == member);
}

static void open_band(struct making *m, const struct incident *i, int member, int64_t at, band_list *bands)
{
	int other = i->subject.member == member	 ? i->subject.other
		    : i->subject.other == member ? i->subject.member
						 : -1;

	*VEC_PUSH(m->a, bands) = (struct course_band){
		.title = m->rules->rules[i->rule].title,
		.other = token(m->history, other),
		.from = at,
		.to = DATE_NONE,
		.repairing_at = DATE_NONE,
		.unrepaired_at = DATE_NONE,
	};
}

/* One a stretch from open to its end: an incident that was reopened has several. */
static void add_bands(struct making *m, const struct incident *i, int member, band_list *bands)
{
	bool ended = true;

	for (size_t k = 0; k < i->transitions.n; k++) {
		const struct transition *t = &i->transitions.items[k];
		struct course_band *band;

		if (ended)
			open_band(m, i, member, t->at, bands);
		band = &bands->items[bands->n - 1];
		band->state = t->state;
		if (t->severity > band->severity)
			band->severity = t->severity;
		if (t->state == INCIDENT_REPAIRING)
			band->repairing_at = t->at;
		if (t->state == INCIDENT_UNREPAIRED)
			band->unrepaired_at = t->at;
		ended = incident_ended(t->state);
		if (ended)
			band->to = t->at;
	}
}

static void add_all_bands(struct making *m, struct member_course *mc)
{
	const struct incident_set *set = &m->judgement->incidents;
	band_list bands = { 0 };

	for (size_t i = 0; i < set->all.n; i++)
		if (is_about(&set->all.items[i], mc->member))
			add_bands(m, &set->all.items[i], mc->member, &bands);
	mc->course.bands = bands.items;
	mc->course.n_bands = bands.n;
}

/* ---- one course ---- */

static bool is_kind(const struct making *m, const struct instrument *in, enum course_kind kind)
{
	bool alliance = str_starts(in->family, "alliance") ||
			(!str_starts(in->family, "outcome") && yardstick_for(m->rules, in).used);

	return kind == COURSE_ALLIANCE ? alliance : !alliance && str_starts(in->family, "outcome");
}

static struct member_course *add_course(struct making *m, int member, enum course_kind kind,
					const struct instrument *in)
{
	struct member_course mc = { .kind = kind, .member = member };
	const struct session *last = &m->history->sessions[m->history->n - 1];

	mc.course.member = token(m->history, member);
	mc.course.role = str_of(role_words.words[last->role[member]]);
	mc.course.instrument = in ? in->name : (struct str){ NULL, 0 };
	mc.course.lowest = in ? in->min : NAN;
	mc.course.highest = in ? in->max : NAN;
	mc.course.threshold = in ? in->cutoff : NAN;
	mc.course.from = m->history->sessions[0].started;
	mc.course.to = m->until > last->started ? m->until : last->started;
	add_points(m, in, &mc);
	if (in && !mc.scored)
		return NULL;
	add_all_bands(m, &mc);
	*VEC_PUSH(m->a, m->ret) = mc;
	return &m->ret->items[m->ret->n - 1];
}

static void add_member(struct making *m, int member)
{
	const struct instruments *all = &m->rules->instruments;
	bool any = false;

	for (size_t i = 0; i < all->all.n; i++)
		if (is_kind(m, &all->all.items[i], COURSE_ALLIANCE))
			any |= add_course(m, member, COURSE_ALLIANCE, &all->all.items[i]) != NULL;
	if (!any)
		add_course(m, member, COURSE_NOTHING, NULL);
	for (size_t i = 0; i < all->all.n; i++)
		if (is_kind(m, &all->all.items[i], COURSE_OUTCOME))
			add_course(m, member, COURSE_OUTCOME, &all->all.items[i]);
}

void courses_of(struct arena *a, const struct history *history, const struct ruleset *rules,
		const struct judgement *judgement, int64_t until, course_list *ret)
{
	struct making m = { a, history, rules, judgement, until, ret };

	*ret = (course_list){ 0 };
	for (size_t i = 0; history->n && i < history->roster->members.n; i++) {
		int role = history->sessions[history->n - 1].role[i];

		if (role >= 0 && role_is_member((enum role)role))
			add_member(&m, (int)i);
	}
}
