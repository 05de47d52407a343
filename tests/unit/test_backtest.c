/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"
#include "core/compare.h"
#include "core/mark.h"
#include "core/sweep.h"
#include "core/tuning.h"

/* A retelling with one alert, begun on this day and over on that one. */
static void alert(struct arena *a, struct retelling *r, const char *rule, const char *member, int64_t told,
		  int64_t until, enum severity worst)
{
	struct strs *records = ARENA_NEW(a, struct strs);

	*VEC_PUSH(a, records) = arena_printf(a, "r%lld", (long long)told);
	*VEC_PUSH(a, &r->messages) = (struct retold){
		.at = told * DAY_S, .number = told, .state = INCIDENT_OPEN, .severity = worst, .alert = r->alerts.n
	};
	*VEC_PUSH(a, &r->alerts) = (struct retold_alert){
		.rule_id = str_of(rule),
		.member = str_of(member),
		.records = records,
		.opened_at = told * DAY_S,
		.told_at = told * DAY_S,
		.until = until * DAY_S,
		.first = worst,
		.worst = worst,
		.messages = 1,
	};
}

TEST(alerts_that_both_rule_sets_raise_alike_are_no_change)
{
	struct retelling r = { 0 };
	change_list changes;

	alert(arena, &r, "a", "m1", 5, 20, SEVERITY_NOTICE);
	alert(arena, &r, "a", "m2", 5, 20, SEVERITY_NOTICE);
	retellings_compare(arena, &r, &r, &changes);
	CHECK_INT(changes.n, 0);
}

TEST(an_alert_whose_life_meets_another_is_moved_and_not_removed)
{
	struct retelling old = { 0 }, new = { 0 };
	change_list changes;

	alert(arena, &old, "a", "m1", 5, 20, SEVERITY_NOTICE);
	alert(arena, &new, "a", "m1", 12, 20, SEVERITY_WARNING);
	retellings_compare(arena, &old, &new, &changes);
	REQUIRE(changes.n == 2);
	CHECK_INT(changes.items[0].kind, CHANGE_LATER);
	CHECK_INT(changes.items[1].kind, CHANGE_GRAVER);
	retellings_compare(arena, &new, &old, &changes);
	REQUIRE(changes.n == 2);
	CHECK_INT(changes.items[0].kind, CHANGE_EARLIER);
	CHECK_INT(changes.items[1].kind, CHANGE_MILDER);
}

TEST(alerts_that_were_never_alive_together_are_removed_and_added)
{
	struct retelling old = { 0 }, new = { 0 };
	change_list changes;

	alert(arena, &old, "a", "m1", 5, 6, SEVERITY_NOTICE);
	alert(arena, &new, "a", "m1", 12, 20, SEVERITY_NOTICE);
	retellings_compare(arena, &old, &new, &changes);
	REQUIRE(changes.n == 2);
	CHECK_INT(changes.items[0].kind, CHANGE_REMOVED);
	CHECK_INT(changes.items[1].kind, CHANGE_ADDED);
}

TEST(alerts_about_others_or_of_other_rules_are_never_the_same)
{
	struct retelling old = { 0 }, new = { 0 };
	change_list changes;

	alert(arena, &old, "a", "m1", 5, 20, SEVERITY_NOTICE);
	alert(arena, &new, "a", "m2", 5, 20, SEVERITY_NOTICE);
	alert(arena, &new, "b", "m1", 5, 20, SEVERITY_NOTICE);
	retellings_compare(arena, &old, &new, &changes);
	CHECK_INT(changes.n, 3);
}

/* ---- labels ---- */

TEST(labels_are_read_from_csv_in_any_order_of_columns)
{
	mark_list labels;
	size_t n;
	const struct mark *m;

	CHECK(!labels_read(arena, STR("label,case,session\r\nyes,\"K,7\",3\nno,K8,2\n"), &labels));
	m = labels_of(&labels, STR("K,7"), &n);
	REQUIRE(n == 1);
	CHECK(m->good && m->session == 3 && !m->rule.n);
	labels_of(&labels, STR("K9"), &n);
	CHECK_INT(n, 0);
}

TEST(labels_are_read_as_tables_save_them)
{
	mark_list labels;
	size_t n;

	CHECK(!labels_read(arena,
			   STR("\xef\xbb\xbf"
			       "Case,SESSION,Label\r\nK7,3,TRUE\r\nK7,4,No\r\n"),
			   &labels));
	labels_of(&labels, STR("K7"), &n);
	REQUIRE(n == 2);
	CHECK(labels.items[0].good && !labels.items[1].good);
}

TEST(labels_are_read_from_an_object_a_line)
{
	mark_list labels;
	size_t n;

	CHECK(!labels_read(arena, STR("{\"case\": \"K7\", \"session\": 3, \"label\": \"no\", \"rule\": \"drops.*\"}\n"),
			   &labels));
	labels_of(&labels, STR("K7"), &n);
	REQUIRE(n == 1);
	CHECK(!labels.items[0].good);
	CHECK_STR(labels.items[0].rule, "drops.*");
}

TEST(a_fault_in_a_file_of_labels_is_told_with_its_line)
{
	mark_list labels;

	CHECK_HAS(str_of(labels_read(arena, STR("case,label\nK7,yes\n"), &labels)), "line 1: ");
	CHECK_HAS(str_of(labels_read(arena, STR("case,session,label\nK7,3,maybe\n"), &labels)), "line 2: `label`");
	CHECK_HAS(str_of(labels_read(arena, STR("case,session,label\n\nK7,x,yes\n"), &labels)), "line 3: `session`");
	CHECK(labels_read(arena, STR(""), &labels));
}

TEST(a_label_is_met_in_its_session_by_a_rule_that_it_names)
{
	struct mark marks[] = { { .good = true, .session = 5 },
				{ .good = true, .session = 6 },
				{ .good = false, .session = 5, .rule = STR("b*") } };
	struct retelling told = { 0 };
	struct mark_counts counts = { 0 };

	alert(arena, &told, "a", "m1", 5, 20, SEVERITY_NOTICE);
	alert(arena, &told, "a", "m2", 9, 20, SEVERITY_NOTICE);
	marks_count(marks, 3, &told, (struct str){ 0 }, &counts);
	CHECK_INT(counts.good, 2);
	CHECK_INT(counts.good_met, 1);
	CHECK_INT(counts.bad, 1);
	CHECK_INT(counts.bad_met, 0);
	CHECK_INT(counts.right, 1);
	CHECK_INT(counts.wrong, 0);
}

TEST(a_verdict_is_met_by_the_alert_that_shares_a_record)
{
	struct strs records = { 0 };
	struct mark mark = { .is_verdict = true, .rule = STR("a"), .member = STR("m1"), .records = &records };
	struct retelling told = { 0 };
	struct mark_counts counts = { 0 };

	*VEC_PUSH(arena, &records) = STR("r9");
	alert(arena, &told, "a", "m1", 5, 6, SEVERITY_NOTICE);
	marks_count(&mark, 1, &told, (struct str){ 0 }, &counts);
	CHECK_INT(counts.bad_met, 0);
	alert(arena, &told, "a", "m1", 9, 20, SEVERITY_NOTICE);
	marks_count(&mark, 1, &told, (struct str){ 0 }, &counts);
	CHECK_INT(counts.bad_met, 1);
	CHECK_INT(counts.wrong, 1);
}

/* ---- thresholds ---- */

TEST(a_value_stands_in_the_words_in_place_of_the_number)
{
	struct knob knob = { .rule = STR("r"),
			     .signal = STR("s"),
			     .key = STR("share"),
			     .words = STR("at most -20%"),
			     .at = 8,
			     .n = 3,
			     .value = -20 };

	CHECK_STR(knob_words(arena, &knob, -17.5), "at most -17.5%");
	CHECK_STR(knob_words(arena, &knob, 0.1 + 0.2), "at most 0.3%");
	CHECK_STR(knob_words(arena, &knob, 12345678), "at most 12345678%");
	CHECK_STR(knob_words(arena, &knob, -100), "at most -100%");
	CHECK_STR(knob_words(arena, &knob, 0), "at most 0%");
	CHECK_STR(knob_override(arena, &knob, -5, STR("why")),
		  "version: 1\noverride:\n  r:\n    because: \"why\"\n    signals:\n      s: {share: at most -5%}\n");
}

TEST(the_present_value_is_among_those_of_a_sweep)
{
	struct sweep s = { .knob = { .value = -2 } };

	*VEC_PUSH(arena, &s.values) = -1;
	*VEC_PUSH(arena, &s.values) = -1.5;
	*VEC_PUSH(arena, &s.values) = -2.5;
	sweep_take_present(arena, &s);
	REQUIRE(s.values.n == 4 && s.present == 2);
	CHECK_NEAR(s.values.items[2], -2);
	sweep_take_present(arena, &s);
	CHECK(s.values.n == 4 && s.present == 2);
}

/* ---- tuning ---- */

static struct tuning_point point(double per_week, uint64_t right, uint64_t wrong, uint64_t met, uint64_t good)
{
	return (struct tuning_point){ true,
				      per_week,
				      { .right = right, .wrong = wrong, .good = good, .good_met = met, .bad = 100 } };
}

TEST(a_clearly_better_value_is_chosen_and_the_nearest_of_those_alike)
{
	struct tuning_point p[] = { point(10, 50, 50, 50, 50), point(6, 50, 5, 50, 50), point(5, 50, 4, 50, 50) };
	struct tuning t = tuning_choose(p, 3, 0, INFINITY);

	CHECK_INT(t.answer, TUNING_BETTER);
	CHECK_INT(t.best, 1);
	CHECK(t.from == 1 && t.to == 2);
}

TEST(a_difference_that_may_be_chance_changes_nothing)
{
	struct tuning_point p[] = { point(10, 20, 10, 20, 25), point(9, 20, 9, 20, 25) };

	CHECK_INT(tuning_choose(p, 2, 0, INFINITY).answer, TUNING_PRESENT);
	CHECK_INT(tuning_choose(p, 2, 0, INFINITY).best, 0);
}

TEST(few_verdicts_choose_nothing)
{
	struct tuning_point p[] = { point(10, 2, 8, 2, 2), point(2, 2, 0, 2, 2) };

	p[0].marks.bad = p[1].marks.bad = 10;
	CHECK_INT(tuning_choose(p, 2, 0, INFINITY).answer, TUNING_TOO_FEW);
	CHECK_INT(tuning_choose(p, 2, 0, 5).answer, TUNING_BUDGET);
	CHECK_INT(tuning_choose(p, 2, 0, 5).best, 1);
	CHECK(!tuning_choose(p, 2, 0, 5).by_marks);
	CHECK_INT(tuning_choose(p, 2, 0, 1).answer, TUNING_NO_VALUE);
}

TEST(a_proposal_at_the_edge_of_what_was_tried_says_so)
{
	struct tuning_point p[] = { point(10, 50, 50, 50, 50), point(6, 50, 20, 50, 50), point(5, 50, 2, 50, 50) };
	struct tuning t = tuning_choose(p, 3, 0, INFINITY);

	CHECK_INT(t.best, 2);
	CHECK(t.at_edge && !t.overlap);
	p[2] = point(5, 30, 20, 30, 50);
	t = tuning_choose(p, 3, 0, INFINITY);
	CHECK_INT(t.best, 1);
	CHECK(!t.at_edge);
	p[2].known = false;
	CHECK(tuning_choose(p, 3, 0, INFINITY).at_edge);
}

TEST(the_best_without_evidence_is_named_and_not_proposed)
{
	struct tuning_point p[] = { point(10, 20, 10, 20, 25), point(9, 20, 9, 20, 25) };
	struct tuning t = tuning_choose(p, 2, 0, INFINITY);

	CHECK(!tuning_proposes(&t) && t.best == 0 && t.leader == 1 && t.overlap);
}

TEST(of_several_thresholds_the_better_one_is_proposed_or_the_one_that_moves_least)
{
	struct tuning_point a[] = { point(10, 50, 50, 50, 50), point(6, 50, 20, 50, 50) };
	struct tuning_point b[] = { point(10, 50, 50, 50, 50), point(9, 50, 50, 50, 50), point(5, 50, 2, 50, 50) };
	struct tuning_curve curves[] = { { a, 2, 0 }, { b, 3, 0 } };
	struct tuning t[] = { tuning_choose(a, 2, 0, INFINITY), tuning_choose(b, 3, 0, INFINITY) };

	CHECK_INT(tuning_best(curves, t, 2), 1);
	t[0].by_marks = t[1].by_marks = false;
	CHECK_INT(tuning_best(curves, t, 2), 0);
	t[0].answer = t[1].answer = TUNING_PRESENT;
	CHECK(tuning_best(curves, t, 2) == SIZE_MAX);
}

/* All marks of a value are in one part of the cases. */
static struct tuning_point in_part(struct tuning_point p, size_t part)
{
	p.parts[part] = p.marks;
	return p;
}

TEST(a_choice_that_one_part_of_the_cases_makes_is_not_held_against_itself)
{
	struct tuning_point p[] = { in_part(point(10, 50, 50, 50, 50), 3), in_part(point(6, 50, 2, 50, 50), 3) };
	struct tuning_curve curve = { p, 2, 0 };
	struct mark_counts m;

	CHECK_INT(tuning_choose(p, 2, 0, INFINITY).best, 1);
	m = tuning_crossed(&curve, 1, INFINITY);
	/* Without that part nothing is known, so nothing is chosen: today's value is what it is held against. */
	CHECK_INT(m.right, 50);
	CHECK_INT(m.wrong, 50);
	for (size_t i = 0; i < 2; i++) {
		p[i].marks.right *= 2, p[i].marks.wrong *= 2, p[i].marks.good *= 2, p[i].marks.good_met *= 2;
		p[i].parts[1] = p[i].parts[3];
	}
	m = tuning_crossed(&curve, 1, INFINITY);
	CHECK_INT(m.right, 100);
	CHECK_INT(m.wrong, 4);
}

TEST(with_hardly_enough_marks_the_choice_is_held_against_what_is_left_out_all_the_same)
{
	/* 20 marks, four in each part: without one of them 16 are left. */
	struct tuning_point p[] = { { true, 10, { 10, 10, 10, 10, 10, 10 }, { { 0 } } },
				    { true, 6, { 10, 0, 10, 10, 10, 0 }, { { 0 } } } };
	struct tuning_curve curve = { p, 2, 0 };
	struct mark_counts m;

	for (size_t i = 0; i < TUNING_PARTS; i++) {
		p[0].parts[i] = (struct mark_counts){ 2, 2, 2, 2, 2, 2 };
		p[1].parts[i] = (struct mark_counts){ 2, 0, 2, 2, 2, 0 };
	}
	CHECK_INT(tuning_choose(p, 2, 0, INFINITY).best, 1);
	m = tuning_crossed(&curve, 1, INFINITY);
	CHECK_INT(m.right, 10);
	CHECK_INT(m.wrong, 0);
}
