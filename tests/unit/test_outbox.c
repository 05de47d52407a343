/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/outbox.h"
#include "test.h"

static struct error e;

static const char *outbox_path(struct arena *a)
{
	return arena_printf(a, "%s/courier/courier.db", test_directory()).p;
}

static struct outbox *open_outbox(struct arena *a)
{
	struct outbox *ob = NULL;

	if (outbox_open(outbox_path(a), &ob, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
	return ob;
}

static void put(struct outbox *ob, struct arena *a, const char *key, const char *incident, const char *sink)
{
	outbox_rows rows = { 0 };

	*VEC_PUSH(a, &rows) = (struct outbox_row){
		.key = str_of(key),
		.incident = str_of(incident),
		.route = STR("supervisors"),
		.sink = str_of(sink),
		.payload = arena_printf(a, "{\"key\":\"%s\"}", key),
		.severity = STR("warning"),
		.at = 100,
	};
	CHECK_INT(outbox_take(ob, &rows, &e), 0);
}

static int64_t wait_until;

static struct parcel *next(struct outbox *ob, struct arena *a, const char *sink, int64_t now)
{
	struct parcel *p = NULL;

	CHECK_INT(outbox_next(ob, a, str_of(sink), now, &p, &wait_until, &e), 0);
	return p;
}

static struct str next_key(struct outbox *ob, struct arena *a, const char *sink, int64_t now)
{
	struct parcel *p = next(ob, a, sink, now);

	return p ? p->key : STR("none");
}

TEST(a_parcel_is_taken_once_under_its_key)
{
	struct outbox *ob = open_outbox(arena);
	struct outbox_counts counts;
	struct parcel *p;

	REQUIRE(ob);
	put(ob, arena, "k1/desk", "i1", "desk");
	put(ob, arena, "k1/desk", "i1", "desk");
	CHECK(outbox_count(ob, &counts, &e) == 0 && counts.waiting == 1);
	p = next(ob, arena, "desk", 100);
	REQUIRE(p);
	CHECK_STR(p->key, "k1/desk");
	CHECK_STR(p->incident, "i1");
	CHECK_STR(p->route, "supervisors");
	CHECK_STR(p->sink, "desk");
	CHECK_STR(p->severity, "warning");
	CHECK_STR(p->payload, "{\"key\":\"k1/desk\"}");
	CHECK_INT(p->attempts, 0);
	CHECK_INT(outbox_delivered(ob, p->row, 110, &e), 0);
	/* Put again after its delivery (the engine died before it marked the row): still known. */
	put(ob, arena, "k1/desk", "i1", "desk");
	CHECK_STR(next_key(ob, arena, "desk", 200), "none");
	CHECK(wait_until == DATE_NONE);
	outbox_close(ob);
}

TEST(rows_are_taken_all_or_none)
{
	struct outbox *ob = open_outbox(arena);
	struct outbox_row row = { .key = STR("a"), .incident = STR("i"), .route = STR("r"), .sink = STR("s") };
	struct outbox_counts counts;
	outbox_rows rows = { 0 };

	REQUIRE(ob);
	row.severity = STR("warning");
	row.payload = STR("{}");
	*VEC_PUSH(arena, &rows) = row;
	row.key = STR("b");
	row.payload = (struct str){ NULL, 0 };
	*VEC_PUSH(arena, &rows) = row;
	CHECK_INT(outbox_take(ob, &rows, &e), -1);
	CHECK(outbox_count(ob, &counts, &e) == 0 && counts.waiting == 0);
	outbox_close(ob);
}

TEST(a_row_waits_while_an_earlier_one_of_its_incident_and_sink_waits)
{
	struct outbox *ob = open_outbox(arena);
	struct parcel *p;

	REQUIRE(ob);
	put(ob, arena, "i1-1/desk", "i1", "desk");
	put(ob, arena, "i1-2/desk", "i1", "desk");
	put(ob, arena, "i2-1/desk", "i2", "desk");
	put(ob, arena, "i1-2/log", "i1", "log");
	p = next(ob, arena, "desk", 100);
	REQUIRE(p);
	CHECK_STR(p->key, "i1-1/desk");
	CHECK_INT(outbox_failed(ob, p->row, 100, 160, STR("exit 1"), &e), 0);
	/* Another incident and another sink go on; the second of this incident does not overtake. */
	CHECK_STR(next_key(ob, arena, "log", 100), "i1-2/log");
	p = next(ob, arena, "desk", 100);
	REQUIRE(p);
	CHECK_STR(p->key, "i2-1/desk");
	CHECK_INT(outbox_delivered(ob, p->row, 100, &e), 0);
	CHECK_STR(next_key(ob, arena, "desk", 159), "none");
	CHECK_INT(wait_until, 160);
	p = next(ob, arena, "desk", 160);
	REQUIRE(p);
	CHECK_STR(p->key, "i1-1/desk");
	CHECK_INT(p->attempts, 1);
	CHECK_INT(outbox_delivered(ob, p->row, 160, &e), 0);
	CHECK_STR(next_key(ob, arena, "desk", 160), "i1-2/desk");
	outbox_close(ob);
}

TEST(a_row_of_several_incidents_waits_for_each_and_each_waits_for_it)
{
	struct outbox *ob = open_outbox(arena);
	struct parcel *first, *group;

	REQUIRE(ob);
	put(ob, arena, "i1-1/desk", "i1", "desk");
	put(ob, arena, "g/desk", "i2 i1 i3", "desk");
	put(ob, arena, "i3-2/desk", "i3", "desk");
	put(ob, arena, "i4-1/desk", "i4", "desk");
	put(ob, arena, "i3-2/phone", "i3", "phone");
	first = next(ob, arena, "desk", 100);
	REQUIRE(first);
	CHECK_STR(first->key, "i1-1/desk");
	CHECK_INT(outbox_failed(ob, first->row, 100, 500, STR("no"), &e), 0);
	/* The group holds i1, so it waits, and i3 behind it. */
	CHECK_STR(next_key(ob, arena, "desk", 100), "i4-1/desk");
	CHECK_STR(next_key(ob, arena, "phone", 100), "i3-2/phone");
	CHECK_INT(outbox_delivered(ob, first->row, 500, &e), 0);
	group = next(ob, arena, "desk", 500);
	REQUIRE(group);
	CHECK_STR(group->key, "g/desk");
	CHECK_INT(outbox_failed(ob, group->row, 500, 900, STR("no"), &e), 0);
	CHECK_STR(next_key(ob, arena, "desk", 500), "i4-1/desk");
	CHECK_INT(outbox_delivered(ob, group->row, 900, &e), 0);
	CHECK_STR(next_key(ob, arena, "desk", 900), "i3-2/desk");
	outbox_close(ob);
}

TEST(a_dead_row_lets_the_next_one_pass)
{
	struct outbox *ob = open_outbox(arena);
	struct outbox_counts counts;
	struct parcel *p;

	REQUIRE(ob);
	put(ob, arena, "i1-1/desk", "i1", "desk");
	put(ob, arena, "i1-2/desk", "i1", "desk");
	p = next(ob, arena, "desk", 100);
	REQUIRE(p);
	CHECK_INT(outbox_failed(ob, p->row, 100, DATE_NONE, STR("exit 1"), &e), 0);
	CHECK_STR(next_key(ob, arena, "desk", 100), "i1-2/desk");
	CHECK(outbox_count(ob, &counts, &e) == 0 && counts.dead == 1 && counts.waiting == 1 && counts.delivered == 0);
	outbox_close(ob);
}

TEST(outcomes_are_receipts_until_they_are_read)
{
	struct outbox *ob = open_outbox(arena);
	receipts list;

	REQUIRE(ob);
	put(ob, arena, "a", "i1", "desk");
	put(ob, arena, "b", "i2", "desk");
	put(ob, arena, "c", "i3", "desk");
	CHECK(outbox_receipts(ob, arena, 10, &list, &e) == 0 && list.n == 0);
	CHECK_INT(outbox_delivered(ob, next(ob, arena, "desk", 100)->row, 120, &e), 0);
	CHECK_INT(outbox_failed(ob, next(ob, arena, "desk", 100)->row, 130, DATE_NONE, STR("exit 1"), &e), 0);
	REQUIRE(outbox_receipts(ob, arena, 10, &list, &e) == 0 && list.n == 2);
	CHECK_STR(list.items[0].key, "a");
	CHECK_STR(list.items[0].outcome, "delivered");
	CHECK_INT(list.items[0].at, 120);
	CHECK_STR(list.items[1].outcome, "dead");
	CHECK_INT(list.items[1].at, 130);
	CHECK(outbox_receipts(ob, arena, 1, &list, &e) == 0 && list.n == 1);
	CHECK_INT(outbox_receipts_read(ob, &list, &e), 0);
	REQUIRE(outbox_receipts(ob, arena, 10, &list, &e) == 0 && list.n == 1);
	CHECK_STR(list.items[0].key, "b");
	outbox_close(ob);
}

TEST(what_was_delivered_and_read_back_long_ago_is_forgotten)
{
	struct outbox *ob = open_outbox(arena);
	struct outbox_counts counts;
	receipts list;

	REQUIRE(ob);
	put(ob, arena, "a", "i1", "desk");
	put(ob, arena, "b", "i2", "desk");
	put(ob, arena, "c", "i3", "desk");
	CHECK_INT(outbox_delivered(ob, next(ob, arena, "desk", 100)->row, 120, &e), 0);
	CHECK_INT(outbox_failed(ob, next(ob, arena, "desk", 100)->row, 120, DATE_NONE, STR("exit 1"), &e), 0);
	CHECK_INT(outbox_forget(ob, 1000, &e), 0);
	CHECK(outbox_count(ob, &counts, &e) == 0 && counts.delivered == 1);
	REQUIRE(outbox_receipts(ob, arena, 10, &list, &e) == 0);
	CHECK_INT(outbox_receipts_read(ob, &list, &e), 0);
	CHECK_INT(outbox_forget(ob, 120, &e), 0);
	CHECK(outbox_count(ob, &counts, &e) == 0 && counts.delivered == 1);
	CHECK_INT(outbox_forget(ob, 121, &e), 0);
	REQUIRE(outbox_count(ob, &counts, &e) == 0);
	CHECK(counts.waiting == 1 && counts.delivered == 0 && counts.dead == 1);
	outbox_close(ob);
}

TEST(the_first_failure_is_remembered)
{
	struct outbox *ob = open_outbox(arena);

	REQUIRE(ob);
	put(ob, arena, "a", "i1", "desk");
	CHECK(next(ob, arena, "desk", 100)->failing_since == DATE_NONE);
	CHECK_INT(outbox_failed(ob, next(ob, arena, "desk", 100)->row, 110, 120, STR("exit 1"), &e), 0);
	CHECK_INT(outbox_failed(ob, next(ob, arena, "desk", 120)->row, 130, 140, STR("exit 1"), &e), 0);
	CHECK_INT(next(ob, arena, "desk", 140)->failing_since, 110);
	outbox_close(ob);
}

TEST(an_outcome_is_final)
{
	struct outbox *ob = open_outbox(arena);
	struct outbox_counts counts;
	struct parcel *p;

	REQUIRE(ob);
	put(ob, arena, "a", "i1", "desk");
	p = next(ob, arena, "desk", 100);
	REQUIRE(p);
	CHECK_INT(outbox_delivered(ob, p->row, 120, &e), 0);
	CHECK_INT(outbox_failed(ob, p->row, 130, 140, STR("late"), &e), 0);
	CHECK_INT(outbox_failed(ob, p->row, 130, DATE_NONE, STR("late"), &e), 0);
	CHECK(outbox_count(ob, &counts, &e) == 0 && counts.delivered == 1 && counts.waiting == 0 && counts.dead == 0);
	outbox_close(ob);
}

TEST(sinks_with_waiting_rows_are_listed)
{
	struct outbox *ob = open_outbox(arena);
	struct strs sinks;

	REQUIRE(ob);
	put(ob, arena, "a", "i1", "log");
	put(ob, arena, "b", "i1", "desk");
	put(ob, arena, "c", "i2", "desk");
	REQUIRE(outbox_sinks(ob, arena, &sinks, &e) == 0 && sinks.n == 2);
	CHECK_STR(sinks.items[0], "desk");
	CHECK_STR(sinks.items[1], "log");
	outbox_close(ob);
}

TEST(engine_and_courier_share_the_file_as_one_group)
{
	mode_t old = umask(077);
	struct outbox *ob = open_outbox(arena), *courier = open_outbox(arena);
	struct stat st;

	umask(old);
	REQUIRE(ob && courier);
	put(ob, arena, "a", "i1", "desk");
	CHECK(stat(outbox_path(arena), &st) == 0 && (st.st_mode & 0777) == 0660);
	CHECK(stat(arena_printf(arena, "%s-wal", outbox_path(arena)).p, &st) == 0 && (st.st_mode & 0777) == 0660);
	CHECK_STR(next_key(courier, arena, "desk", 100), "a");
	outbox_close(courier);
	put(ob, arena, "b", "i2", "desk");
	outbox_close(ob);
}

TEST(who_only_looks_makes_nothing)
{
	struct outbox *ob, *reader;
	struct outbox_counts counts;

	CHECK_INT(outbox_open_reader(outbox_path(arena), &reader, &e), -1);
	CHECK(access(outbox_path(arena), F_OK) < 0);
	ob = open_outbox(arena);
	REQUIRE(ob);
	put(ob, arena, "a", "i1", "desk");
	REQUIRE(outbox_open_reader(outbox_path(arena), &reader, &e) == 0);
	CHECK(outbox_count(reader, &counts, &e) == 0 && counts.waiting == 1);
	CHECK_INT(outbox_delivered(reader, 1, 100, &e), -1);
	outbox_close(reader);
	outbox_close(ob);
}

static bool rung(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1 && (p.revents & POLLIN);
}

TEST(the_bell_wakes_the_courier_and_never_holds_the_engine)
{
	const char *path = outbox_path(arena);
	struct outbox *ob = open_outbox(arena);
	int fd;

	REQUIRE(ob);
	outbox_bell_ring(path);
	REQUIRE(outbox_bell_listen(path, &fd, &e) == 0);
	CHECK(!rung(fd));
	for (int i = 0; i < 100000; i++)
		outbox_bell_ring(path);
	CHECK(rung(fd));
	outbox_bell_drain(fd);
	CHECK(!rung(fd));
	close(fd);
	REQUIRE(outbox_bell_listen(path, &fd, &e) == 0);
	outbox_bell_ring(path);
	CHECK(rung(fd));
	close(fd);
	outbox_close(ob);
}

TEST(something_else_in_place_of_the_bell_is_refused)
{
	const char *path = outbox_path(arena), *bell = arena_printf(arena, "%s.bell", path).p;
	struct outbox *ob = open_outbox(arena);
	int fd = open(bell, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	struct stat st;

	REQUIRE(ob && fd >= 0);
	close(fd);
	outbox_bell_ring(path);
	CHECK(stat(bell, &st) == 0 && st.st_size == 0);
	CHECK_INT(outbox_bell_listen(path, &fd, &e), -1);
	outbox_close(ob);
}

static struct letter letter_of(struct outbox *ob, struct arena *a, const char *key)
{
	struct letter l = { 0 };
	bool found;

	CHECK(outbox_letter(ob, a, str_of(key), &found, &l, &e) == 0 && found);
	return l;
}

TEST(a_dead_letter_is_tried_again_as_patiently_as_a_new_one)
{
	struct outbox *ob = open_outbox(arena);
	struct parcel *p;
	receipts list;

	REQUIRE(ob);
	put(ob, arena, "k1/desk", "i1", "desk");
	p = next(ob, arena, "desk", 100);
	REQUIRE(p);
	outbox_failed(ob, p->row, 100, 110, STR("down"), &e);
	outbox_failed(ob, p->row, 110, DATE_NONE, STR("still down"), &e);
	CHECK_INT(letter_of(ob, arena, "k1/desk").state, LETTER_DEAD);
	CHECK_STR(letter_of(ob, arena, "k1/desk").why, "still down");
	CHECK(outbox_receipts(ob, arena, 9, &list, &e) == 0 && list.n == 1);
	outbox_receipts_read(ob, &list, &e);
	CHECK_INT(outbox_retry(ob, STR("k1/desk"), &e), 0);
	CHECK(outbox_receipts(ob, arena, 9, &list, &e) == 0 && list.n == 0);
	p = next(ob, arena, "desk", 100);
	REQUIRE(p);
	CHECK_INT(p->attempts, 0);
	CHECK(p->failing_since == DATE_NONE);
	CHECK_INT(letter_of(ob, arena, "k1/desk").attempts, 2); /* for the record */
	outbox_delivered(ob, p->row, 120, &e);
	CHECK(outbox_receipts(ob, arena, 9, &list, &e) == 0 && list.n == 1);
	/* What was delivered is done with. */
	CHECK_INT(outbox_retry(ob, STR("k1/desk"), &e), 0);
	CHECK_INT(outbox_drop(ob, STR("k1/desk"), 130, &e), 0);
	CHECK_INT(letter_of(ob, arena, "k1/desk").state, LETTER_DELIVERED);
	outbox_close(ob);
}

TEST(what_was_dropped_is_delivered_never_and_holds_up_no_other)
{
	struct outbox *ob = open_outbox(arena);
	struct outbox_counts counts;
	letters list;

	REQUIRE(ob);
	put(ob, arena, "k1/desk", "i1", "desk");
	put(ob, arena, "k2/desk", "i1", "desk");
	CHECK_INT(outbox_drop(ob, STR("k1/desk"), 100, &e), 0);
	CHECK_STR(next_key(ob, arena, "desk", 200), "k2/desk");
	CHECK_INT(outbox_retry(ob, STR("k1/desk"), &e), 0);
	CHECK_INT(letter_of(ob, arena, "k1/desk").state, LETTER_DROPPED);
	CHECK(outbox_count(ob, &counts, &e) == 0 && counts.waiting == 1 && counts.dead == 0);
	CHECK(outbox_letters(ob, arena, 1u << LETTER_WAITING | 1u << LETTER_DEAD, &list, &e) == 0);
	CHECK_INT(list.n, 1);
	CHECK_INT(outbox_forget(ob, 101, &e), 0);
	CHECK(outbox_letters(ob, arena, 1u << LETTER_DROPPED, &list, &e) == 0 && list.n == 0);
	outbox_close(ob);
}

TEST(a_sink_is_failing_since_the_oldest_failure_of_what_waits)
{
	struct outbox *ob = open_outbox(arena);
	failing_sinks list;
	bool since;

	REQUIRE(ob);
	put(ob, arena, "k1/desk", "i1", "desk");
	put(ob, arena, "k2/desk", "i2", "desk");
	put(ob, arena, "k3/post", "i3", "post");
	CHECK(outbox_failing(ob, arena, &list, &e) == 0 && list.n == 0);
	outbox_failed(ob, 2, 120, 130, STR("down"), &e);
	outbox_failed(ob, 1, 110, 130, STR("down"), &e);
	outbox_failed(ob, 1, 130, 140, STR("down"), &e);
	CHECK(outbox_failing(ob, arena, &list, &e) == 0);
	REQUIRE(list.n == 1);
	CHECK_STR(list.items[0].sink, "desk");
	CHECK_INT(list.items[0].since, 110);
	outbox_failed(ob, 1, 150, DATE_NONE, STR("down"), &e);
	outbox_delivered(ob, 2, 160, &e);
	CHECK(outbox_failing(ob, arena, &list, &e) == 0 && list.n == 0);
	CHECK(outbox_delivered_since(ob, STR("desk"), 160, &since, &e) == 0 && since);
	CHECK(outbox_delivered_since(ob, STR("desk"), 161, &since, &e) == 0 && !since);
	outbox_close(ob);
}

/* What the sink is told to have done, at 110, 120, ...: D: given up, d: delivered, x: dropped. */
static int64_t tell_story(struct outbox *ob, struct arena *arena, const char *sink, const char *story, int64_t row)
{
	for (int i = 0; story[i]; i++) {
		const char *key = arena_printf(arena, "%s-%d/%s", sink, i, sink).p;
		int64_t at = 110 + 10 * i;

		put(ob, arena, key, key, sink);
		row++;
		if (story[i] == 'D')
			outbox_failed(ob, row, at, DATE_NONE, STR("no"), &e);
		else if (story[i] == 'd')
			outbox_delivered(ob, row, at, &e);
		else
			outbox_drop(ob, str_of(key), at, &e);
	}
	return row;
}

TEST(a_sink_whose_last_alerts_were_all_given_up_refuses_them)
{
	static const struct {
		const char *sink, *story;
		int64_t since; /* 0: it does not */
	} table[] = { { "a", "DD", 0 },	  { "b", "DDD", 130 },	{ "c", "dDDDD", 150 }, { "d", "DDdD", 0 },
		      { "e", "DDDd", 0 }, { "f", "DDxD", 140 }, { "g", "DDx", 0 },     { "h", "DdDD", 0 } };
	struct outbox *ob = open_outbox(arena);
	failing_sinks list = { 0 };
	int64_t row = 0;
	size_t found = 0;

	REQUIRE(ob);
	CHECK(outbox_refusing(ob, arena, 3, 100, &list, &e) == 0 && list.n == 0);
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		row = tell_story(ob, arena, table[i].sink, table[i].story, row);
	CHECK_INT(outbox_refusing(ob, arena, 3, 100, &list, &e), 0);
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		if (!table[i].since)
			continue;
		REQUIRE(found < list.n);
		CHECK_STR(list.items[found].sink, table[i].sink);
		CHECK_INT(list.items[found].since, table[i].since);
		found++;
	}
	CHECK_INT(list.n, found);
	CHECK(outbox_refusing(ob, arena, 3, 130, &list, &e) == 0 && list.n == 0);
	outbox_close(ob);
}

TEST(the_second_courier_is_told_who_is_the_first)
{
	const char *path = outbox_path(arena);
	struct outbox *ob = open_outbox(arena);
	int first, second;

	REQUIRE(ob && outbox_lock(path, &first, &e) == 0);
	CHECK_INT(outbox_lock(path, &second, &e), -1);
	CHECK_INT(e.kind, ERROR_HELD);
	CHECK_HAS(str_of(e.text), arena_printf(arena, "pid %ld", (long)getpid()).p);
	close(first);
	CHECK_INT(outbox_lock(path, &second, &e), 0);
	close(second);
	outbox_close(ob);
}
