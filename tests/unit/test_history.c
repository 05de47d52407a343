/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "case.h"

TEST(tokens_are_given_in_order_of_first_sight)
{
	struct test_case *c = case_new(arena);
	struct roster r = { 0 };

	case_person(c, "i1", ROLE_INTERPRETER, NAN);
	REQUIRE(roster_see(arena, &r, case_session(c, 0, 1)));
	case_nobody(c);
	case_person(c, "new", ROLE_SIBLING, 9);
	case_person(c, "m1", ROLE_CLIENT, 42);
	REQUIRE(roster_see(arena, &r, case_session(c, 7, 2)));
	CHECK_INT(r.members.n, 6);
	CHECK_STR(r.members.items[roster_find(&r, STR("t1"))].token, "t1");
	CHECK_STR(r.members.items[roster_find(&r, STR("m1"))].token, "m1");
	CHECK_STR(r.members.items[roster_find(&r, STR("i1"))].token, "o1");
	CHECK_STR(r.members.items[roster_find(&r, STR("new"))].token, "m4");
	CHECK_NEAR(r.members.items[roster_find(&r, STR("m1"))].age, 42);
	CHECK_INT(roster_find(&r, STR("nobody")), -1);
}

/* m3 came as a child of 12, came again as an observer of 13; the records may arrive the other way round. */
static void check_roles(struct test_case *c)
{
	struct history *h = case_history(c);
	int who = case_who(c, "m3");

	CHECK_INT(h->n, 3);
	CHECK_INT(h->sessions[0].role[who], ROLE_CHILD);
	CHECK_NEAR(h->sessions[0].age[who], 12);
	CHECK(h->sessions[0].held);
	CHECK_INT(h->sessions[1].role[who], ROLE_OBSERVER);
	CHECK_NEAR(h->sessions[1].age[who], 13);
	CHECK(!h->sessions[1].held);
	CHECK_INT(h->sessions[2].role[who], ROLE_OBSERVER);
	CHECK(!h->sessions[2].listed[who]);
}

TEST(a_role_and_an_age_are_those_of_the_session_whatever_came_last)
{
	for (int late = 0; late < 2; late++) {
		struct test_case *c = case_new(arena);
		struct skeleton *first = late ? NULL : case_session(c, 0, 1), *second = case_session(c, 7, 2);

		case_unlist(case_session(c, 14, 3), "m3");
		first = late ? case_session(c, 0, 1) : first;
		case_attendance(c, first, "m3", ATTENDED, BY_UNSAID, NAN);
		case_attendance(c, second, "m3", ATTENDED, BY_UNSAID, NAN);
		second->participants.items[3].role = ROLE_OBSERVER;
		second->participants.items[3].age = 13;
		check_roles(c);
	}
}

TEST(a_case_holds_so_many_members_and_no_more)
{
	struct test_case *c = case_new(arena);
	struct roster r = { 0 };

	for (int i = 0; i < HISTORY_MAX_MEMBERS; i++) {
		case_nobody(c);
		case_person(c, arena_printf(arena, "p%d", i).p, ROLE_RELATIVE, NAN);
		CHECK(roster_see(arena, &r, case_session(c, i, i)));
	}
	CHECK(roster_see(arena, &r, c->records.items[0]));
	case_nobody(c);
	case_person(c, "one too many", ROLE_RELATIVE, NAN);
	CHECK(!roster_see(arena, &r, case_session(c, 100, 100)));
	CHECK_INT(r.members.n, HISTORY_MAX_MEMBERS);
}

TEST(sessions_stand_by_start_then_number)
{
	struct test_case *c = case_new(arena);
	struct history *h;

	case_session(c, 7, 3);
	case_session(c, 7, 2);
	case_session(c, 0, 9);
	case_session(c, 3, -1);
	h = case_history(c);
	CHECK_INT(h->n, 4);
	CHECK_INT(h->sessions[0].number, 9);
	CHECK_INT(h->sessions[1].number, -1);
	CHECK_INT(h->sessions[2].number, 2);
	CHECK_INT(h->sessions[3].number, 3);
	CHECK_INT(h->sessions[3].ordinal, 4);
}

TEST(parts_make_one_session)
{
	struct test_case *c = case_new(arena);
	struct skeleton *scores = case_session(c, 0, 1), *turns = case_part(c, scores),
			*unnumbered = case_part(c, scores);
	struct history *h;

	unnumbered->session = -1;
	case_score(c, scores, "m1", "SRS", 30);
	case_turn(c, turns, "m2", "t1", 5, NULL);
	turns->site = STR("north");
	case_next(unnumbered, 7);
	h = case_history(c);
	REQUIRE(h->n == 1);
	CHECK_INT(h->sessions[0].n_parts, 3);
	CHECK(h->sessions[0].transcript == turns);
	CHECK_INT(h->sessions[0].next, NEXT_AT);
	CHECK_INT(h->sessions[0].next_at, case_day(7));
	CHECK_INT(h->sessions[0].number, 1);
	CHECK_STR(h->site, "north");
	CHECK_INT(h->sessions[0].attended[case_who(c, "m1")], TRUTH_TRUE);
	CHECK_INT(h->sessions[0].attended[case_who(c, "m2")], TRUTH_TRUE);
	CHECK_INT(h->sessions[0].attended[case_who(c, "m3")], TRUTH_NO_DATA);
}

TEST(attendance_is_as_said_else_shown_by_a_deed)
{
	static const struct {
		enum attendance_status status;
		enum truth came;
	} rows[] = { { ATTENDED, TRUTH_TRUE }, { LATE, TRUTH_TRUE },	   { LEFT_EARLY, TRUTH_TRUE },
		     { NO_SHOW, TRUTH_FALSE }, { CANCELLED, TRUTH_FALSE }, { RESCHEDULED, TRUTH_FALSE } };

	for (size_t i = 0; i < 6; i++) {
		struct test_case *c = case_new(arena);
		struct skeleton *s = case_session(c, 0, 1);
		struct history *h;

		case_attendance(c, s, "m1", rows[i].status, BY_UNSAID, NAN);
		h = case_history(c);
		CHECK_INT(h->sessions[0].attended[case_who(c, "m1")], rows[i].came);
		CHECK_INT(h->sessions[0].held, rows[i].came == TRUTH_TRUE);
	}
}

TEST(what_somebody_else_scored_shows_no_presence)
{
	struct test_case *c = case_new(arena);
	struct skeleton *s = case_session(c, 0, 1);
	struct history *h;

	case_rating(c, s, "t1", "m1", "SRS", 30);
	h = case_history(c);
	CHECK_INT(h->sessions[0].attended[case_who(c, "m1")], TRUTH_NO_DATA);
	CHECK_INT(h->sessions[0].attended[case_who(c, "t1")], TRUTH_NO_DATA);
	CHECK(!h->sessions[0].held);
}

TEST(a_row_outweighs_a_score_filled_in_at_home)
{
	struct test_case *c = case_new(arena);
	struct skeleton *s = case_session(c, 0, 1);

	case_score(c, s, "m1", "SRS", 30);
	case_attendance(c, case_part(c, s), "m1", NO_SHOW, BY_UNSAID, NAN);
	CHECK_INT(case_history(c)->sessions[0].attended[case_who(c, "m1")], TRUTH_FALSE);
}

TEST(a_therapist_alone_holds_no_session)
{
	struct test_case *c = case_new(arena);
	struct skeleton *s = case_session(c, 0, 1);

	case_turn(c, s, "t1", NULL, 5, NULL);
	CHECK(!case_history(c)->sessions[0].held);
}

TEST(who_is_in_no_part_is_not_listed)
{
	struct test_case *c = case_new(arena);
	struct skeleton *s = case_session(c, 0, 1), *later = case_session(c, 7, 2);
	struct history *h;

	(void)s;
	case_unlist(later, "m3");
	h = case_history(c);
	CHECK(h->sessions[0].listed[case_who(c, "m3")]);
	CHECK(!h->sessions[1].listed[case_who(c, "m3")]);
}

/* Everything a history says, as text. */
static struct str told(struct test_case *c, const struct history *h)
{
	struct buf out = { 0 };
	struct str ret;

	for (size_t i = 0; i < h->n; i++) {
		const struct session *s = &h->sessions[i];

		buf_printf(&out, "%zu %lld %lld %d %d %d:", s->ordinal, (long long)s->number, (long long)s->started,
			   s->held, s->next, s->ending);
		for (size_t k = 0; k < s->n_parts; k++)
			buf_printf(&out, " %.*s%s", STR_ARG(s->parts[k].s->record),
				   s->parts[k].s == s->transcript ? "*" : "");
		for (size_t k = 0; k < h->roster->members.n; k++)
			buf_printf(&out, " %d%d", s->attended[k], s->listed[k]);
		buf_putc(&out, '\n');
	}
	buf_printf(&out, "%.*s", STR_ARG(h->site));
	ret = arena_dup(c->arena, buf_str(&out));
	buf_release(&out);
	return ret;
}

static void mixed_case(struct test_case *c)
{
	struct skeleton *s = case_session(c, 0, 1);

	case_score(c, s, "m1", "SRS", 30);
	case_turn(c, case_part(c, s), "m2", "t1", 3, NULL);
	case_part(c, s)->session = -1;
	s = case_session(c, 7, -1);
	case_attendance(c, case_part(c, s), "m1", NO_SHOW, BY_CLIENT, NAN);
	case_score(c, s, "m1", "SRS", 30);
	s = case_session(c, 7, 2);
	s->site = STR("north");
	case_part(c, s)->site = STR("north");
	case_session(c, 7, 3)->ending = ENDING_PLANNED;
	case_session(c, 3, 4);
}

TEST(a_history_is_the_same_in_whatever_order_records_came)
{
	struct test_case *c = case_new(arena);
	struct str expected;
	unsigned seed = 1;

	mixed_case(c);
	expected = told(c, case_history(c));
	for (int round = 0; round < 200; round++) {
		for (size_t i = c->records.n; i-- > 1;) {
			size_t k = (seed = seed * 1103515245 + 12345) / 65536 % (i + 1);
			const struct skeleton *swap = c->records.items[i];

			c->records.items[i] = c->records.items[k];
			c->records.items[k] = swap;
		}
		/* The roster stays: it was made by arrival. */
		CHECK_STR(told(c, history_build(arena, &c->roster, c->records.items, c->records.n, DATE_NONE)),
			  expected.p);
	}
}

static bool fits(struct test_case *c, const struct skeleton *s, const char **path)
{
	struct str record;

	*path = "";
	return history_fits(c->records.items, c->records.n, s, &record, path);
}

TEST(lists_of_two_parts_are_united)
{
	struct test_case *c = case_new(arena);
	struct skeleton *a = case_session(c, 0, 1), *b = case_part(c, a);
	const char *path;

	case_score(c, a, "m1", "SRS", 30);
	case_score(c, b, "m2", "SRS", 30);
	case_score(c, b, "m1", "ORS", 30);
	case_turn(c, b, "m1", "t1", 3, NULL);
	a->minutes = 50;
	CHECK(fits(c, b, &path));
}

TEST(the_same_part_twice_does_not_fit_and_the_first_is_named)
{
	struct test_case *c = case_new(arena);
	struct skeleton *a = case_session(c, 0, 1), *b = case_part(c, a), *other = case_session(c, 7, 2);
	struct str record;
	const char *path = "";

	case_turn(c, a, "m1", "t1", 3, NULL);
	case_turn(c, b, "m2", "t1", 4, NULL);
	CHECK(!history_fits(c->records.items, c->records.n, b, &record, &path));
	CHECK_STR(str_of(path), "turns");
	CHECK_STR(record, "r000");
	case_turn(c, other, "m1", "t1", 3, NULL);
	CHECK(fits(c, other, &path));
}

TEST(a_row_twice_and_scalars_that_differ_do_not_fit)
{
	const char *path;

#define COLLIDES(where, first, second)                                                                                 \
	do {                                                                                                           \
		struct test_case *c = case_new(arena);                                                                 \
		struct skeleton *a = case_session(c, 0, 1), *b = case_part(c, a);                                      \
		first;                                                                                                 \
		CHECK(fits(c, b, &path));                                                                              \
		second;                                                                                                \
		CHECK(!fits(c, b, &path));                                                                             \
		CHECK_STR(str_of(path), where);                                                                        \
	} while (0)
	COLLIDES("minutes", a->minutes = 50, b->minutes = 45);
	COLLIDES("started", a->site = STR("x"), b->started++);
	COLLIDES("site", a->site = STR("x"), b->site = STR("y"));
	COLLIDES("language", a->language = STR("en"), b->language = STR("de"));
	COLLIDES("modality", a->modality = STR("family"), b->modality = STR("couple"));
	COLLIDES("next_session", case_next(a, 7), case_next_none(b));
	COLLIDES("ending", a->ending = ENDING_PLANNED, b->ending = ENDING_DROPPED);
	COLLIDES("scores", case_score(c, a, "m1", "SRS", 30), case_score(c, b, "m1", "SRS", 30));
	COLLIDES("attendance", case_attendance(c, a, "m1", LATE, BY_UNSAID, NAN),
		 case_attendance(c, b, "m1", LATE, BY_UNSAID, NAN));
	COLLIDES("homework", case_homework(c, a, "m1", 2), case_homework(c, b, "m1", 3));
	COLLIDES("codes", case_code(c, a, "3RS", "denial", "m1", 3, NAN),
		 case_code(c, b, "3RS", "denial", "m1", 3, NAN));
	COLLIDES("reports", case_report(c, a, "m1", 1), case_report(c, b, "m1", 0));
	COLLIDES("flags", case_flag(c, a, "safeguarding", true), case_flag(c, b, "safeguarding", false));
	COLLIDES("participants", a->minutes = 50, b->participants.items[1].role = ROLE_PARENT);
#undef COLLIDES
}
