/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/courier.h"
#include "base/date.h"
#include "io/clock.h"
#include "io/files.h"
#include "io/log.h"
#include "io/sink_exec.h"
#include "test.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#define START_S	    1772460000 /* any time */
#define DEADLINE_MS 20000

/* A sink that does as it is told: what it answers next, and what it was given. */
struct puppet {
	enum delivery_outcome answer;
	int running; /* jobs now */
	int cancelled, stopped;
	int pause_ms; /* what it asks for when it says no */
	int descriptor;
	int kept, forgotten; /* deliveries that found what the first one kept */
	struct buf got;	     /* keys, in order */
};

static enum delivery_outcome puppet_deliver(const struct sink *sink, const struct parcel *parcel, void **keep,
					    void **ret_job, struct error *why)
{
	struct puppet *p = sink->settings;

	buf_printf(&p->got, "%.*s ", STR_ARG(parcel->key));
	p->kept += *keep != NULL;
	*keep = p;
	*ret_job = NULL;
	if (p->answer == DELIVERY_RUNNING) {
		p->running++;
		*ret_job = p;
	} else if (p->answer != DELIVERY_DONE) {
		error_set(why, ERROR_AGAIN, "the puppet says no");
	}
	return p->answer;
}

static enum delivery_outcome puppet_reap(void *job, int64_t now_ms, int64_t *ret_wake_ms, struct error *why)
{
	struct puppet *p = job;

	if (p->answer == DELIVERY_RUNNING) {
		*ret_wake_ms = now_ms + 77;
		return DELIVERY_RUNNING;
	}
	p->running--;
	if (p->pause_ms)
		*ret_wake_ms = now_ms + p->pause_ms;
	if (p->answer != DELIVERY_DONE)
		error_set(why, ERROR_AGAIN, "the puppet says no");
	return p->answer;
}

static int puppet_descriptor(const void *job)
{
	return ((const struct puppet *)job)->descriptor;
}

static void puppet_stop(void *job, int64_t now_ms)
{
	(void)now_ms;
	((struct puppet *)job)->stopped++;
}

static void puppet_cancel(void *job)
{
	((struct puppet *)job)->running--;
	((struct puppet *)job)->cancelled++;
}

static void puppet_forget(void *keep)
{
	((struct puppet *)keep)->forgotten++;
}

static const struct sink_kind puppet_kind = {
	.name = "puppet",
	.deliver = puppet_deliver,
	.reap = puppet_reap,
	.descriptor = puppet_descriptor,
	.stop = puppet_stop,
	.cancel = puppet_cancel,
	.forget = puppet_forget,
};

/* A courier with two puppets, `desk` and `log`, the engine's end of its outbox, and a clock of our own. */
struct stage {
	struct config config;
	struct puppet desk, log;
	struct outbox *outbox; /* as the engine has it */
	struct courier *courier;
	struct arena *arena;
	int64_t now_s, now_ms, wake_ms;
	uint64_t random;
	int64_t rows;
};

static int64_t stage_now(void *user)
{
	return ((struct stage *)user)->now_s;
}

static int64_t stage_ms(void *user)
{
	return ((struct stage *)user)->now_ms;
}

static uint64_t stage_random(void *user)
{
	return ((struct stage *)user)->random;
}

static void stage_sink(struct stage *s, const char *name, struct puppet *puppet)
{
	*VEC_PUSH(s->arena, &s->config.sinks) = (struct sink){ .name = str_of(name),
							       .kind = &puppet_kind,
							       .settings = puppet,
							       .retry_first_s = 1,
							       .retry_max_s = 8,
							       .max_attempts = 5 };
}

static bool stage_open(struct stage *s, struct arena *arena)
{
	struct courier_world world = { stage_now, stage_ms, stage_random, s };
	struct error e;

	*s = (struct stage){ .arena = arena, .now_s = START_S, .now_ms = 1000, .random = 1000 * 8 - 1 };
	log_open("ruptured-courier", LOG_LEVEL_ERROR);
	s->desk.answer = s->log.answer = DELIVERY_DONE;
	s->desk.descriptor = s->log.descriptor = -1;
	s->config.courier_db = arena_printf(arena, "%s/courier.db", test_directory());
	stage_sink(s, "desk", &s->desk);
	stage_sink(s, "log", &s->log);
	if (outbox_open(s->config.courier_db.p, &s->outbox, &e) < 0 ||
	    courier_open_in(&s->config, &world, &s->courier, &e) < 0) {
		test_fail(__FILE__, __LINE__, "%s", e.text);
		return false;
	}
	return true;
}

static void stage_close(struct stage *s)
{
	courier_close(s->courier);
	outbox_close(s->outbox);
	buf_release(&s->desk.got);
	buf_release(&s->log.got);
}

static void stage_put(struct stage *s, const char *incident, const char *key, const char *sink)
{
	outbox_rows rows = { 0 };
	struct error e;

	*VEC_PUSH(s->arena, &rows) = (struct outbox_row){ .row = ++s->rows,
							  .key = arena_printf(s->arena, "%s/%s", key, sink),
							  .incident = str_of(incident),
							  .route = STR("everything"),
							  .sink = str_of(sink),
							  .payload = STR("{\"say\":\"canary\"}"),
							  .severity = STR("notice"),
							  .at = s->now_s };
	if (outbox_take(s->outbox, &rows, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
}

static void stage_step(struct stage *s)
{
	struct error e;

	if (courier_step(s->courier, &s->wake_ms, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
}

static void stage_pass(struct stage *s, int64_t seconds)
{
	s->now_s += seconds;
	s->now_ms += seconds * 1000;
	stage_step(s);
}

static struct outbox_counts stage_counts(struct stage *s)
{
	struct outbox_counts counts = { -1, -1, -1 };
	struct error e;

	if (outbox_count(s->outbox, &counts, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
	return counts;
}

/* Waiting, delivered, dead. */
static void check_counts(struct stage *s, int waiting, int delivered, int dead)
{
	struct outbox_counts counts = stage_counts(s);

	CHECK_INT(counts.waiting, waiting);
	CHECK_INT(counts.delivered, delivered);
	CHECK_INT(counts.dead, dead);
}

TEST(the_wait_between_tries_doubles_up_to_a_bound_with_full_jitter)
{
	int64_t most[] = { 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900 };

	for (int i = 0; i < 12; i++) {
		bool least_seen = false, most_seen = false;

		for (uint64_t random = 0; random < 2000; random++) {
			int64_t s = courier_backoff_s(i + 1, 1, 900, random);

			CHECK(s >= 1 && s <= most[i]);
			least_seen |= s == 1;
			most_seen |= s == most[i];
		}
		CHECK(least_seen && most_seen);
	}
	CHECK_INT(courier_backoff_s(1, 60, 10, 9), 10);
	CHECK_INT(courier_backoff_s(1000000, 1, 900, 899), 900);
	CHECK(courier_backoff_s(63, 1, INT64_MAX / 4, UINT64_MAX) >= 1);
}

TEST(an_alert_is_handed_over_once)
{
	struct stage s;

	if (!stage_open(&s, arena))
		return;
	stage_put(&s, "i1", "i1-1", "desk");
	stage_step(&s);
	CHECK_STR(buf_str(&s.desk.got), "i1-1/desk ");
	check_counts(&s, 0, 1, 0);
	stage_put(&s, "i1", "i1-1", "desk"); /* the engine relays again after a crash */
	stage_pass(&s, 100);
	CHECK_STR(buf_str(&s.desk.got), "i1-1/desk ");
	CHECK(courier_idle(s.courier));
	stage_close(&s);
}

TEST(a_failed_delivery_is_tried_later_and_later_and_then_given_up)
{
	static const int64_t waits[] = { 1, 2, 4, 8 }; /* the stage's randomness is the longest wait */
	struct stage s;

	if (!stage_open(&s, arena))
		return;
	s.desk.answer = DELIVERY_RETRY;
	stage_put(&s, "i1", "i1-1", "desk");
	stage_step(&s);
	for (int i = 0; i < 4; i++) {
		size_t before = s.desk.got.n;

		check_counts(&s, 1, 0, 0);
		CHECK(courier_idle(s.courier));
		if (waits[i] > 1)
			stage_pass(&s, waits[i] - 1);
		CHECK_INT(s.desk.got.n, before);
		CHECK_INT(s.wake_ms, s.now_ms + 1000);
		stage_pass(&s, 1);
		CHECK_INT(s.desk.got.n, before + strlen("i1-1/desk "));
	}
	check_counts(&s, 0, 0, 1);
	stage_pass(&s, 10000);
	CHECK_INT(s.desk.got.n, 5 * strlen("i1-1/desk "));
	stage_close(&s);
}

/* With the default schedule, whatever the jitter. */
static int64_t given_up_after_s(struct stage *s, uint64_t random)
{
	int64_t began = s->now_s;
	struct sink *desk = &s->config.sinks.items[0];

	*desk = (struct sink){ .name = desk->name,
			       .kind = desk->kind,
			       .settings = desk->settings,
			       .retry_first_s = 1,
			       .retry_max_s = 15 * 60,
			       .give_up_s = 7 * DAY_S };
	courier_reload(s->courier, &s->config);
	s->desk.answer = DELIVERY_RETRY;
	s->random = random;
	stage_put(s, "i1", "i1-1", "desk");
	stage_step(s);
	while (stage_counts(s).waiting && s->now_s - began < 30 * DAY_S)
		stage_pass(s, 300);
	return s->now_s - began;
}

TEST(a_sink_that_is_broken_for_a_week_loses_nothing_and_then_gives_up)
{
	struct stage s;
	int64_t after_s;

	if (!stage_open(&s, arena))
		return;
	after_s = given_up_after_s(&s, 15 * 60 - 1);
	CHECK(after_s >= 7 * DAY_S && after_s <= 7 * DAY_S + 30 * 60);
	check_counts(&s, 0, 0, 1);
	stage_close(&s);
}

TEST(a_clock_put_right_at_boot_gives_nothing_up)
{
	struct stage s;

	if (!stage_open(&s, arena))
		return;
	s.config.sinks.items[0].max_attempts = 0;
	s.config.sinks.items[0].give_up_s = 7 * DAY_S;
	s.desk.answer = DELIVERY_RETRY;
	stage_put(&s, "i1", "i1-1", "desk");
	stage_step(&s);
	s.now_s += 10000 * (int64_t)DAY_S;
	stage_pass(&s, 2);
	check_counts(&s, 1, 0, 0);
	s.desk.answer = DELIVERY_DONE;
	stage_pass(&s, 10);
	check_counts(&s, 0, 1, 0);
	stage_close(&s);
}

TEST(a_sink_may_give_an_alert_up_at_once)
{
	struct stage s;

	if (!stage_open(&s, arena))
		return;
	s.desk.answer = DELIVERY_DEAD;
	stage_put(&s, "i1", "i1-1", "desk");
	stage_step(&s);
	check_counts(&s, 0, 0, 1);
	stage_close(&s);
}

TEST(a_sink_that_recovers_gets_what_waited)
{
	struct stage s;

	if (!stage_open(&s, arena))
		return;
	s.desk.answer = DELIVERY_RETRY;
	stage_put(&s, "i1", "i1-1", "desk");
	stage_step(&s);
	s.desk.answer = DELIVERY_DONE;
	stage_pass(&s, 1);
	check_counts(&s, 0, 1, 0);
	CHECK_STR(buf_str(&s.desk.got), "i1-1/desk i1-1/desk ");
	stage_close(&s);
}

static int tries(const struct stage *s)
{
	int n = 0;

	for (size_t i = 0; i < s->desk.got.n; i++)
		n += s->desk.got.p[i] == ' ';
	return n;
}

/* `n` alerts of as many incidents, and a sink that rests after five failures. */
static void stage_crowd(struct stage *s, int n)
{
	s->config.sinks.items[0].rest_after = 5;
	s->config.sinks.items[0].max_attempts = 0;
	s->config.sinks.items[0].retry_max_s = 900;
	for (int i = 0; i < n; i++)
		stage_put(s, arena_printf(s->arena, "i%d", i).p, arena_printf(s->arena, "i%d-1", i).p, "desk");
}

TEST(a_thousand_alerts_are_not_a_thousand_tries_against_a_sink_that_is_down)
{
	struct stage s;

	if (!stage_open(&s, arena))
		return;
	s.desk.answer = DELIVERY_RETRY;
	s.random = 0xffffffff; /* some jitter */
	stage_crowd(&s, 1000);
	for (int second = 0; second < 60; second++)
		stage_pass(&s, 1);
	CHECK(tries(&s) >= 8 && tries(&s) < 40);
	for (int second = 0; second < 3600; second++)
		stage_pass(&s, 1);
	CHECK(tries(&s) >= 8 + 60 && tries(&s) < 40 + 3600);
	s.desk.answer = DELIVERY_DONE;
	for (int second = 0; second < 61; second++)
		stage_pass(&s, 1);
	CHECK(stage_counts(&s).delivered > 900); /* the rest waits for its own next try */
	for (int second = 0; second < 900; second++)
		stage_pass(&s, 1);
	check_counts(&s, 0, 1000, 0);
	stage_close(&s);
}

TEST(a_sink_rests_only_after_failures_in_a_row)
{
	struct stage s;

	if (!stage_open(&s, arena))
		return;
	stage_crowd(&s, 0);
	for (int i = 0; i < 20; i++) {
		s.desk.answer = i % 5 == 4 ? DELIVERY_DONE : DELIVERY_DEAD;
		stage_put(&s, arena_printf(arena, "i%d", i).p, arena_printf(arena, "i%d-1", i).p, "desk");
		stage_step(&s);
	}
	CHECK_INT(tries(&s), 20);
	stage_close(&s);
}

TEST(what_a_sink_refuses_for_good_counts_as_a_failure_too)
{
	struct stage s;

	if (!stage_open(&s, arena))
		return;
	s.desk.answer = DELIVERY_DEAD;
	stage_crowd(&s, 100);
	stage_step(&s);
	check_counts(&s, 95, 0, 5);
	stage_close(&s);
}

TEST(another_configuration_ends_the_rest_of_a_sink)
{
	struct stage s;

	if (!stage_open(&s, arena))
		return;
	s.desk.answer = DELIVERY_RETRY;
	stage_crowd(&s, 100);
	stage_step(&s);
	CHECK_INT(tries(&s), 5);
	stage_step(&s);
	CHECK_INT(tries(&s), 5);
	courier_reload(s.courier, &s.config);
	s.desk.answer = DELIVERY_DONE;
	stage_step(&s);
	CHECK(stage_counts(&s).delivered > 50); /* a step's worth */
	stage_close(&s);
}

TEST(a_receiver_that_asks_for_a_pause_gets_it_but_no_endless_one)
{
	struct stage s;

	if (!stage_open(&s, arena))
		return;
	s.desk.answer = DELIVERY_RUNNING;
	s.config.sinks.items[0].retry_max_s = 30;
	stage_put(&s, "i1", "i1-1", "desk");
	stage_put(&s, "i2", "i2-1", "desk");
	stage_step(&s);
	s.desk.answer = DELIVERY_RETRY;
	s.desk.pause_ms = 20000;
	stage_step(&s);
	stage_pass(&s, 19);
	CHECK_STR(buf_str(&s.desk.got), "i1-1/desk ");
	s.desk.answer = DELIVERY_RUNNING;
	stage_pass(&s, 1);
	CHECK_INT(tries(&s), 2);
	s.desk.answer = DELIVERY_RETRY;
	s.desk.pause_ms = 1000000000;
	stage_step(&s);
	s.desk.answer = DELIVERY_DONE;
	stage_pass(&s, 29);
	CHECK_INT(tries(&s), 2);
	stage_pass(&s, 1);
	check_counts(&s, 0, 2, 0);
	stage_close(&s);
}

TEST(a_running_delivery_that_has_something_to_do_wakes_the_courier)
{
	struct stage s;
	struct pollfd watched;
	int ends[2];

	if (!stage_open(&s, arena))
		return;
	REQUIRE(pipe(ends) == 0);
	s.desk.answer = DELIVERY_RUNNING;
	s.desk.descriptor = ends[0];
	stage_put(&s, "i1", "i1-1", "desk");
	stage_step(&s);
	watched = (struct pollfd){ .fd = courier_jobs_fd(s.courier), .events = POLLIN };
	CHECK_INT(poll(&watched, 1, 0), 0);
	CHECK_INT(write(ends[1], "x", 1), 1);
	CHECK_INT(poll(&watched, 1, 0), 1);
	close(ends[0]);
	close(ends[1]);
	CHECK_INT(poll(&watched, 1, 0), 0);
	stage_close(&s);
}

TEST(the_alerts_of_an_incident_keep_their_order)
{
	struct stage s;

	if (!stage_open(&s, arena))
		return;
	s.desk.answer = DELIVERY_RETRY;
	stage_put(&s, "i1", "i1-1", "desk");
	stage_step(&s);
	s.desk.answer = DELIVERY_DONE;
	stage_put(&s, "i1", "i1-2", "desk");
	stage_put(&s, "i2", "i2-1", "desk");
	stage_step(&s);
	CHECK_STR(buf_str(&s.desk.got), "i1-1/desk i2-1/desk ");
	stage_pass(&s, 1);
	CHECK_STR(buf_str(&s.desk.got), "i1-1/desk i2-1/desk i1-1/desk i1-2/desk ");
	stage_close(&s);
}

TEST(a_sink_that_hangs_holds_up_no_other_and_gets_one_at_a_time)
{
	struct stage s;

	if (!stage_open(&s, arena))
		return;
	s.desk.answer = DELIVERY_RUNNING;
	stage_put(&s, "i1", "i1-1", "desk");
	stage_put(&s, "i2", "i2-1", "desk");
	stage_put(&s, "i1", "i1-1", "log");
	stage_put(&s, "i2", "i2-1", "log");
	stage_step(&s);
	CHECK_STR(buf_str(&s.desk.got), "i1-1/desk ");
	CHECK_STR(buf_str(&s.log.got), "i1-1/log i2-1/log ");
	CHECK_INT(s.wake_ms, s.now_ms + 77); /* as the job asked */
	CHECK(!courier_idle(s.courier));
	stage_pass(&s, 3);
	CHECK_STR(buf_str(&s.desk.got), "i1-1/desk ");
	CHECK_INT(s.desk.running, 1);
	s.desk.answer = DELIVERY_DONE;
	stage_step(&s);
	CHECK_STR(buf_str(&s.desk.got), "i1-1/desk i2-1/desk ");
	check_counts(&s, 0, 4, 0);
	CHECK(courier_idle(s.courier));
	stage_close(&s);
}

TEST(one_sink_with_much_to_do_lets_the_others_have_their_turn)
{
	struct stage s;
	char name[16];

	if (!stage_open(&s, arena))
		return;
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof name, "i%d", i);
		stage_put(&s, arena_dup(arena, str_of(name)).p, arena_printf(arena, "i%d-1", i).p, "desk");
	}
	stage_step(&s);
	CHECK_INT(s.wake_ms, s.now_ms); /* more is due */
	CHECK(!courier_idle(s.courier));
	stage_step(&s);
	check_counts(&s, 0, 100, 0);
	CHECK(courier_idle(s.courier));
	stage_close(&s);
}

TEST(an_alert_for_a_sink_nobody_configured_is_held_ten_minutes_and_then_given_up)
{
	struct stage s;

	if (!stage_open(&s, arena))
		return;
	stage_put(&s, "i1", "i1-1", "gone");
	stage_step(&s);
	check_counts(&s, 1, 0, 0);
	for (int i = 0; i < 10; i++) {
		check_counts(&s, 1, 0, 0);
		stage_pass(&s, 60);
	}
	check_counts(&s, 0, 0, 1);
	stage_close(&s);
}

TEST(a_new_configuration_is_used_at_once_and_running_jobs_go_on)
{
	struct puppet extra = { .answer = DELIVERY_DONE };
	struct config next = { 0 };
	struct stage s;

	if (!stage_open(&s, arena))
		return;
	s.desk.answer = DELIVERY_RUNNING;
	stage_put(&s, "i1", "i1-1", "desk");
	stage_put(&s, "i1", "i1-1", "extra");
	stage_step(&s);
	next.courier_db = s.config.courier_db;
	s.config.sinks.n = 0;
	stage_sink(&s, "extra", &extra);
	*VEC_PUSH(arena, &next.sinks) = s.config.sinks.items[0];
	courier_reload(s.courier, &next);
	CHECK_INT(s.desk.running, 1);
	stage_put(&s, "i2", "i2-1", "desk");
	stage_pass(&s, 60);
	CHECK_STR(buf_str(&extra.got), "i1-1/extra ");
	s.desk.answer = DELIVERY_DONE;
	stage_step(&s); /* the job of a sink that is gone is still worth its receipt */
	CHECK_INT(s.desk.running, 0);
	CHECK_STR(buf_str(&s.desk.got), "i1-1/desk ");
	check_counts(&s, 1, 2, 0);
	stage_close(&s);
	buf_release(&extra.got);
}

TEST(what_a_sink_keeps_lasts_as_long_as_the_sink)
{
	static const struct sink_kind other_kind = { .name = "other", .deliver = puppet_deliver };
	struct stage s;

	if (!stage_open(&s, arena))
		return;
	stage_put(&s, "i1", "i1-1", "desk");
	stage_put(&s, "i1", "i1-2", "desk");
	stage_step(&s);
	CHECK_INT(s.desk.kept, 1);
	CHECK_INT(s.desk.forgotten, 0);
	/* A sink of that name that is of another kind finds nothing of the old one's. */
	s.config.sinks.items[0].kind = &other_kind;
	courier_reload(s.courier, &s.config);
	stage_put(&s, "i1", "i1-3", "desk");
	stage_pass(&s, 1);
	CHECK_INT(s.desk.kept, 1);
	CHECK_INT(s.desk.forgotten, 1);
	stage_put(&s, "i1", "i1-1", "log");
	stage_pass(&s, 1);
	stage_close(&s);
	CHECK_INT(s.log.forgotten, 1);
	CHECK_INT(s.desk.forgotten, 1);
}

TEST(at_shutdown_nothing_new_starts_and_what_runs_is_ended)
{
	struct stage s;

	if (!stage_open(&s, arena))
		return;
	s.desk.answer = DELIVERY_RUNNING;
	stage_put(&s, "i1", "i1-1", "desk");
	stage_step(&s);
	stage_put(&s, "i1", "i1-1", "log");
	courier_drain(s.courier);
	stage_step(&s);
	CHECK_INT(s.log.got.n, 0);
	CHECK_INT(s.desk.stopped, 0);
	courier_stop(s.courier);
	CHECK_INT(s.desk.stopped, 1);
	CHECK(!courier_idle(s.courier));
	courier_close(s.courier);
	s.courier = NULL;
	CHECK_INT(s.desk.cancelled, 1);
	CHECK_INT(s.desk.running, 0);
	check_counts(&s, 2, 0, 0); /* both wait for the next start */
	stage_close(&s);
}

TEST(a_wall_clock_set_back_does_not_put_off_the_next_try)
{
	struct stage s;

	if (!stage_open(&s, arena))
		return;
	s.desk.answer = DELIVERY_RETRY;
	stage_put(&s, "i1", "i1-1", "desk");
	stage_step(&s);
	s.desk.answer = DELIVERY_DONE;
	s.now_s -= 365 * DAY_S;
	stage_step(&s);
	check_counts(&s, 1, 0, 0);
	stage_pass(&s, 1);
	check_counts(&s, 0, 1, 0);
	stage_close(&s);
}

TEST(the_courier_waits_for_the_engine_to_make_its_file)
{
	struct config config = { .courier_db = arena_printf(arena, "%s/none/courier.db", test_directory()) };
	struct courier *c = NULL;
	struct error e = { 0 };

	CHECK_INT(courier_open(&config, &c, &e), -1);
	CHECK_INT(e.kind, ERROR_AGAIN);
	CHECK_HAS(str_of(e.text), "is not there yet");
}

/* The real kinds, the real clock: a hook that hangs and one that works. */
TEST(a_hook_that_hangs_is_ended_and_tried_again_while_another_works)
{
	struct str file = arena_printf(arena, "%s/told", test_directory());
	char *hang[] = { (char *)"/bin/sh", (char *)"-c", (char *)"trap '' TERM; while :; do sleep 0.01; done", NULL };
	char *tell[] = { (char *)"/bin/sh", (char *)"-c", (char *)"echo \"$RUPTURED_KEY\" >> \"$0\"", (char *)file.p,
			 NULL };
	struct exec_settings hanging = { hang, 30, 30 }, telling = { tell, DEADLINE_MS, DEADLINE_MS };
	int64_t deadline = clock_monotonic_ms() + DEADLINE_MS;
	struct outbox_counts counts;
	struct config next;
	struct stage s;
	struct error e;
	struct str told;

	if (!stage_open(&s, arena))
		return;
	courier_close(s.courier);
	next = s.config;
	for (size_t i = 0; i < next.sinks.n; i++)
		next.sinks.items[i].kind = sink_kind_find(STR("exec"));
	next.sinks.items[0].settings = &hanging;
	next.sinks.items[0].max_attempts = 2;
	next.sinks.items[1].settings = &telling;
	REQUIRE(courier_open(&next, &s.courier, &e) == 0);
	stage_put(&s, "i1", "i1-1", "desk");
	stage_put(&s, "i1", "i1-1", "log");
	stage_put(&s, "i1", "i1-2", "log");
	do {
		stage_step(&s);
		poll(NULL, 0, 1);
		counts = stage_counts(&s);
	} while ((counts.delivered < 2 || counts.dead < 1) && clock_monotonic_ms() < deadline && !test_failed());
	check_counts(&s, 0, 2, 1);
	REQUIRE(file_read(arena, file.p, 1000, &told, &e) == 0);
	CHECK_STR(told, "i1-1\ni1-2\n");
	stage_close(&s);
}

TEST(a_clock_that_was_a_year_ahead_holds_nothing_up_for_a_year)
{
	const int64_t year = 365 * (int64_t)DAY_S;
	struct courier_world world;
	struct stage s;
	struct error e;

	REQUIRE(stage_open(&s, arena));
	world = (struct courier_world){ stage_now, stage_ms, stage_random, &s };
	s.desk.answer = DELIVERY_RETRY;
	s.now_s += year;
	stage_put(&s, "i1", "k1", "desk");
	stage_step(&s);
	CHECK_INT(stage_counts(&s).waiting, 1);
	courier_close(s.courier);
	s.desk.answer = DELIVERY_DONE;
	s.now_s -= year;
	REQUIRE(courier_open_in(&s.config, &world, &s.courier, &e) == 0);
	stage_step(&s);
	CHECK_INT(stage_counts(&s).delivered, 1);
	stage_close(&s);
}
