/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/course.h"

#include "case.h"
#include "core/score.h"
#include "rulesets.h"

struct shown {
	struct history *history;
	struct ruleset *rules;
	struct judgement *judgement;
	course_list courses;
};

static struct ruleset *shipped(struct arena *a)
{
	source_list sources = { 0 };
	struct str complaints;

	add_files(a, "rules", &sources);
	add_files(a, "rules/lexicons", &sources);
	return ruleset_of(a, sources.items, sources.n, &complaints);
}

static struct shown show(struct arena *a, struct test_case *c, double until_day)
{
	struct shown s = { .history = case_history(c), .rules = shipped(a) };

	if (!s.rules)
		return s;
	s.judgement = judge(a, s.history, s.rules, case_day(until_day), NULL, NULL);
	courses_of(a, s.history, s.rules, s.judgement, case_day(until_day), &s.courses);
	return s;
}

static const struct member_course *course_for(const struct shown *s, const char *member, const char *instrument)
{
	for (size_t i = 0; i < s->courses.n; i++) {
		const struct member_course *mc = &s->courses.items[i];

		if (str_is(mc->course.member, member) &&
		    (instrument ? str_is(mc->course.instrument, instrument) : !mc->course.instrument.p))
			return mc;
	}
	return NULL;
}

static const double falls[] = { 36, 37, 36.5, 37, 36, 28, 35, 36.5 };

/* m1 falls in the sixth session and is back in the seventh; m2 and m3 fill in nothing. */
static struct test_case *case_that_recovers(struct arena *a)
{
	struct test_case *c = case_new(a);

	case_series(c, "m1", "SRS", falls, 8);
	return c;
}

static const struct signal *signal_of(const struct ruleset *rules, const char *rule, const char *name)
{
	const struct rule *r = rules_find(rules, str_of(rule));

	for (size_t i = 0; r && i < r->n_signals; i++)
		if (str_is(r->signals[i]->name, name))
			return r->signals[i];
	return NULL;
}

static struct reading read_at(struct arena *a, const struct shown *s, const struct signal *signal, size_t session)
{
	struct view v = {
		.history = s->history,
		.session = session,
		.as_of = s->history->sessions[session].started,
		.subject = { roster_find(s->history->roster, STR("m1")), -1 },
		.opened_at = DATE_NONE,
		.instruments = &s->rules->instruments,
		.lexicons = s->rules->lexicons,
		.arena = a,
	};

	return signal_evaluate(signal, &v);
}

static bool same(double a, double b)
{
	return (isnan(a) && isnan(b)) || fabs(a - b) < 1e-9;
}

TEST(what_a_chart_shows_as_usual_is_what_the_rules_hold_the_score_against)
{
	struct shown s = show(arena, case_that_recovers(arena), 60);
	const struct member_course *mc = course_for(&s, "m1", "SRS");
	const struct signal *own = signal_of(s.rules, "drops.alliance", "below_own");
	const struct signal *chart = signal_of(s.rules, "drops.alliance", "off_chart");

	REQUIRE(mc && own && chart);
	CHECK_INT(mc->kind, COURSE_ALLIANCE);
	CHECK_INT(mc->course.n_points, 8);
	for (size_t i = 0; i < mc->course.n_points; i++) {
		const struct course_point *p = &mc->course.points[i];
		struct reading r = read_at(arena, &s, own, i);

		CHECK_NEAR(p->value, falls[i]);
		CHECK(same(p->low, r.limit));
		CHECK(same(p->high, fmin(r.baseline - (r.limit - r.baseline), 40)) || isnan(r.limit));
		CHECK(same(p->limit, read_at(arena, &s, chart, i).limit));
	}
	CHECK(isnan(mc->course.points[2].low) && !isnan(mc->course.points[3].low));
	CHECK(isnan(mc->course.points[4].limit) && !isnan(mc->course.points[5].limit));
	rules_free(s.rules);
}

TEST(a_band_goes_from_the_opening_of_an_incident_to_its_end)
{
	struct shown s = show(arena, case_that_recovers(arena), 60);
	const struct member_course *mc = course_for(&s, "m1", "SRS");
	const struct course_band *band = NULL;

	REQUIRE(mc);
	for (size_t i = 0; i < mc->course.n_bands; i++)
		if (str_is(mc->course.bands[i].title, "The alliance score fell below this member's own usual range"))
			band = &mc->course.bands[i];
	REQUIRE(band);
	CHECK_INT(band->from, case_day(35));
	CHECK_INT(band->to, case_day(42));
	CHECK_INT(band->state, INCIDENT_REPAIRED);
	CHECK_INT(band->severity, SEVERITY_WARNING);
	CHECK_INT(band->repairing_at, DATE_NONE);
	rules_free(s.rules);
}

TEST(an_incident_that_was_reopened_has_a_band_for_each_stretch)
{
	struct ruleset *rules = shipped(arena);
	struct test_case *c = case_that_recovers(arena);
	struct history *h = case_history(c);
	struct incident incident = { .subject = { roster_find(h->roster, STR("m1")), -1 } };
	const struct transition past[] = {
		{ .at = case_day(35), .state = INCIDENT_OPEN, .severity = SEVERITY_WARNING },
		{ .at = case_day(42), .state = INCIDENT_REPAIRED, .severity = SEVERITY_WARNING },
		{ .at = case_day(49), .state = INCIDENT_OPEN, .severity = SEVERITY_NOTICE, .quietly = true },
		{ .at = case_day(50), .state = INCIDENT_UNREPAIRED, .severity = SEVERITY_NOTICE },
	};
	struct judgement j = { 0 };
	course_list courses;

	REQUIRE(rules);
	for (size_t i = 0; i < 4; i++)
		*VEC_PUSH(arena, &incident.transitions) = past[i];
	*VEC_PUSH(arena, &j.incidents.all) = incident;
	courses_of(arena, h, rules, &j, case_day(60), &courses);
	REQUIRE(courses.n && courses.items[0].course.n_bands == 2);
	CHECK_INT(courses.items[0].course.bands[0].to, case_day(42));
	CHECK_INT(courses.items[0].course.bands[1].from, case_day(49));
	CHECK_INT(courses.items[0].course.bands[1].to, DATE_NONE);
	CHECK_INT(courses.items[0].course.bands[1].severity, SEVERITY_NOTICE);
	CHECK_INT(courses.items[0].course.bands[1].unrepaired_at, case_day(50));
	rules_free(rules);
}

TEST(whoever_fills_in_nothing_has_a_course_that_says_so)
{
	struct shown s = show(arena, case_that_recovers(arena), 60);
	const struct member_course *mc = course_for(&s, "m3", NULL);

	REQUIRE(mc);
	CHECK_INT(mc->kind, COURSE_NOTHING);
	CHECK_INT(mc->scored, 0);
	CHECK_INT(mc->course.n_points, 8);
	CHECK(!course_for(&s, "t1", NULL));
	rules_free(s.rules);
}

TEST(a_session_without_a_score_is_a_point_without_a_value)
{
	struct test_case *c = case_new(arena);
	struct skeleton *s1 = case_session(c, 0, 1), *s2 = case_session(c, 7, 2), *s3 = case_session(c, 14, 3);
	struct shown s;
	const struct member_course *mc;

	case_score(c, s1, "m1", "SRS", 38);
	case_attendance(c, s2, "m1", NO_SHOW, BY_CLIENT, NAN);
	case_score(c, s3, "m1", "SRS", 37);
	s = show(arena, c, 20);
	mc = course_for(&s, "m1", "SRS");
	REQUIRE(mc);
	CHECK_INT(mc->course.n_points, 3);
	CHECK(isnan(mc->course.points[1].value));
	CHECK_INT(mc->course.points[1].came, COURSE_MISSED);
	CHECK_INT(mc->came[1].status, NO_SHOW);
	CHECK_INT(mc->came[0].status, -1);
	CHECK_INT(mc->missed, 1);
	CHECK_INT(mc->scored, 2);
	rules_free(s.rules);
}

TEST(questionnaires_are_not_mixed_and_alliance_comes_before_outcome)
{
	struct test_case *c = case_new(arena);
	struct skeleton *s1 = case_session(c, 0, 1);
	struct shown s;

	case_score(c, s1, "m1", "ORS", 20);
	case_score(c, s1, "m1", "WAI-SR", 50);
	case_score(c, s1, "m1", "SRS", 38);
	case_score(c, s1, "m1", "CARE", 38);
	s = show(arena, c, 1);
	REQUIRE(s.courses.n == 5); /* and m2, m3, who filled in nothing */
	CHECK_STR(s.courses.items[0].course.instrument, "SRS");
	CHECK_STR(s.courses.items[1].course.instrument, "WAI-SR");
	CHECK_STR(s.courses.items[2].course.instrument, "ORS");
	CHECK_INT(s.courses.items[2].kind, COURSE_OUTCOME);
	CHECK_NEAR(s.courses.items[2].course.threshold, 25);
	rules_free(s.rules);
}
