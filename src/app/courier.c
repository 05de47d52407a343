/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/courier.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/date.h"
#include "core/payload.h"
#include "io/clock.h"
#include "io/fault.h"
#include "io/log.h"

#define POLL_MS	       5000 /* the bell is only a wake-up: look anyway */
#define ERROR_PAUSE_MS 2000
#define BURST	       64 /* deliveries of one sink in a step, so that the others get their turn */
#define STRAY_WAIT_S   60 /* a sink that is not configured: perhaps not yet */
#define STRAY_ATTEMPTS 11
#define REST_LONGEST_S 60  /* between two tries of a sink that fails: it should not be long after it works again */
#define SET_BACK_S     300 /* by so much: what was noted by the clock before is noted anew */
#define LEAST_ATTEMPTS 10  /* before time alone is a reason: a clock set right at boot is no week in vain */

enum slot_outcome { VERDICT_NONE, VERDICT_DELIVERED, VERDICT_AGAIN, VERDICT_DEAD };

/* A sink's turn: at most one parcel is under way. */
struct slot {
	struct slot *next;
	struct str name;
	const struct sink *sink; /* NULL: left the configuration while its job ran */
	struct arena arena;	 /* the parcel's */
	struct parcel *parcel;
	const struct sink_kind *kind; /* of the running job, and of what is kept */
	void *job;
	void *keep;
	/* What came of the parcel and is not written yet. */
	enum slot_outcome verdict;
	int64_t again_at;
	struct str why;
	/* A sink that fails with one alert after another gets one try at a time. */
	int failures; /* in a row */
	int64_t rest_until_s;
};

struct courier {
	struct courier_world world;
	struct outbox *outbox;
	int bell, lock;
	int jobs;	      /* an epoll: descriptors of running jobs; those that are closed leave it by themselves */
	struct arena arena;   /* names */
	struct arena scratch; /* one step */
	struct slot *slots;
	bool draining, busy;
	int64_t now_s, now_ms; /* of this step */
	int64_t origin_s, origin_ms;
	int64_t longest_s; /* between two tries of any sink */
	int64_t wake_ms;
};

/* ---- the world ---- */

static int64_t real_now(void *user)
{
	(void)user;
	return clock_now();
}

static int64_t real_monotonic(void *user)
{
	(void)user;
	return clock_monotonic_ms();
}

static uint64_t real_random(void *user)
{
	uint64_t r;

	(void)user;
	random_bytes(&r, sizeof r);
	return r;
}

static const struct courier_world real_world = { real_now, real_monotonic, real_random, NULL };

static void wake_by(struct courier *c, int64_t at_ms)
{
	if (at_ms < c->wake_ms)
		c->wake_ms = at_ms;
}

static void set_clock(struct courier *c, int64_t wall_s)
{
	c->now_s = c->origin_s = wall_s;
	c->origin_ms = c->now_ms;
}

/* It was ahead, perhaps by a year: nothing is to wait that long. */
static int set_back(struct courier *c, int64_t wall_s, int64_t latest_s, struct error *e)
{
	if (outbox_set_back(c->outbox, wall_s, latest_s, c->now_s - wall_s, e) < 0)
		return -1;
	for (struct slot *s = c->slots; s; s = s->next)
		s->rest_until_s = 0;
	set_clock(c, wall_s);
	return 0;
}

/* By how much it was ahead when the rows were written is not known: they are due. */
static int begin_time(struct courier *c, struct error *e)
{
	int64_t wall_s = c->world.now_s(c->world.user);

	c->now_ms = c->world.monotonic_ms(c->world.user);
	c->now_s = INT64_MAX;
	return set_back(c, wall_s, wall_s + c->longest_s, e);
}

/* Seconds since the epoch that pass whatever is done to the wall clock: set back, it would put off every next try. */
static int take_time(struct courier *c, struct error *e)
{
	int64_t wall_s = c->world.now_s(c->world.user);

	c->now_ms = c->world.monotonic_ms(c->world.user);
	c->now_s = c->origin_s + (c->now_ms - c->origin_ms) / 1000;
	if (wall_s > c->now_s)
		set_clock(c, wall_s);
	return wall_s < c->now_s - SET_BACK_S ? set_back(c, wall_s, wall_s, e) : 0;
}

int64_t courier_backoff_s(int attempts, int64_t first_s, int64_t longest_s, uint64_t random)
{
	int64_t step = first_s;

	for (int i = 1; i < attempts && step < longest_s; i++)
		step *= 2;
	if (step > longest_s)
		step = longest_s;
	return step <= 1 ? 1 : 1 + (int64_t)(random % (uint64_t)step);
}

/* ---- what came of a parcel ---- */

static bool is_hopeless(const struct courier *c, const struct sink *sink, const struct parcel *p)
{
	int attempts = p->attempts + 1;

	if (sink->max_attempts && attempts >= sink->max_attempts)
		return true;
	return sink->give_up_s && attempts >= LEAST_ATTEMPTS && p->failing_since != DATE_NONE &&
	       c->now_s - p->failing_since >= sink->give_up_s;
}

static void rest_at_least(struct slot *s, int64_t until_s)
{
	if (s->rest_until_s < until_s)
		s->rest_until_s = until_s;
}

static void count_failure(struct courier *c, struct slot *s)
{
	const struct sink *sink = s->sink;
	int64_t longest_s;

	s->failures++;
	if (!sink || !sink->rest_after || s->failures < sink->rest_after)
		return;
	if (s->failures == sink->rest_after)
		log_line(LOG_LEVEL_WARNING, "sink %.*s: failed %d times in a row, one try at a time until one works",
			 STR_ARG(s->name), s->failures);
	longest_s = sink->retry_max_s < REST_LONGEST_S ? sink->retry_max_s : REST_LONGEST_S;
	rest_at_least(s, c->now_s + courier_backoff_s(s->failures - sink->rest_after + 1, sink->retry_first_s,
						      longest_s, c->world.random(c->world.user)));
}

static void forget_failures(struct slot *s)
{
	if (s->sink && s->sink->rest_after && s->failures >= s->sink->rest_after)
		log_line(LOG_LEVEL_INFO, "sink %.*s: works again", STR_ARG(s->name));
	s->failures = 0;
	s->rest_until_s = 0;
}

/* The receiver asked for a pause; it gets no longer one than any failure would bring. */
static void heed_pause(struct courier *c, struct slot *s, int64_t pause_ms)
{
	int64_t pause_s = (pause_ms + 999) / 1000;

	if (pause_s <= 0 || !s->sink || s->verdict != VERDICT_AGAIN)
		return;
	if (pause_s > s->sink->retry_max_s)
		pause_s = s->sink->retry_max_s;
	rest_at_least(s, c->now_s + pause_s);
	if (s->again_at < c->now_s + pause_s)
		s->again_at = c->now_s + pause_s;
}

static void judge_failure(struct courier *c, struct slot *s, bool final)
{
	const struct sink *sink = s->sink;
	int attempts = s->parcel->attempts + 1;
	int64_t wait_s = STRAY_WAIT_S;

	if (final || (sink && is_hopeless(c, sink, s->parcel))) {
		s->verdict = VERDICT_DEAD;
		log_line(LOG_LEVEL_ERROR, "alert %.*s: not delivered, given up at attempt %d: %.*s",
			 STR_ARG(s->parcel->key), attempts, STR_ARG(s->why));
		return;
	}
	if (sink)
		wait_s = courier_backoff_s(attempts, sink->retry_first_s, sink->retry_max_s,
					   c->world.random(c->world.user));
	s->verdict = VERDICT_AGAIN;
	s->again_at = c->now_s + wait_s;
	log_line(LOG_LEVEL_WARNING, "alert %.*s: attempt %d failed, again in %lld s: %.*s", STR_ARG(s->parcel->key),
		 attempts, (long long)wait_s, STR_ARG(s->why));
}

static void slot_judge(struct courier *c, struct slot *s, enum delivery_outcome outcome, const struct error *why)
{
	fault_point("courier-handed");
	s->why = arena_dup(&s->arena, str_of(why->text));
	if (outcome == DELIVERY_DONE) {
		s->verdict = VERDICT_DELIVERED;
		forget_failures(s);
		return;
	}
	judge_failure(c, s, outcome == DELIVERY_DEAD);
	count_failure(c, s);
}

static int slot_record(struct courier *c, struct slot *s, struct error *e)
{
	int rc;

	if (s->verdict == VERDICT_DELIVERED)
		rc = outbox_delivered(c->outbox, s->parcel->row, c->now_s, e);
	else
		rc = outbox_failed(c->outbox, s->parcel->row, c->now_s,
				   s->verdict == VERDICT_DEAD ? DATE_NONE : s->again_at, s->why, e);
	if (rc < 0)
		return error_context(e, "outcome of alert %.*s", STR_ARG(s->parcel->key));
	fault_point("courier-recorded");
	s->verdict = VERDICT_NONE;
	s->parcel = NULL;
	arena_reset(&s->arena);
	return 0;
}

/* ---- a sink's turn ---- */

static void slot_reap(struct courier *c, struct slot *s)
{
	struct error why = { 0 };
	int64_t wake_ms = 0;
	enum delivery_outcome outcome = s->kind->reap(s->job, c->now_ms, &wake_ms, &why);

	if (outcome == DELIVERY_RUNNING) {
		wake_by(c, wake_ms);
		return;
	}
	s->job = NULL;
	slot_judge(c, s, outcome, &why);
	heed_pause(c, s, wake_ms - c->now_ms);
}

static void slot_watch(struct courier *c, struct slot *s)
{
	struct epoll_event readable = { .events = EPOLLIN };

	if (s->kind->descriptor && c->jobs >= 0)
		epoll_ctl(c->jobs, EPOLL_CTL_ADD, s->kind->descriptor(s->job), &readable);
}

static void slot_forget(struct slot *s)
{
	if (s->keep && s->kind->forget)
		s->kind->forget(s->keep);
	s->keep = NULL;
}

static void slot_start(struct courier *c, struct slot *s)
{
	struct error why = { 0 };
	enum delivery_outcome outcome;

	fault_point("courier-taken");
	if (s->kind != s->sink->kind)
		slot_forget(s);
	s->kind = s->sink->kind;
	/* Decided perhaps before the configuration that is in force now. */
	s->parcel->payload = payload_cut(&s->arena, s->parcel->payload, s->sink->privacy);
	outcome = s->kind->deliver(s->sink, s->parcel, &s->keep, &s->job, &why);
	if (outcome != DELIVERY_RUNNING) {
		slot_judge(c, s, outcome, &why);
		return;
	}
	slot_watch(c, s);
	slot_reap(c, s); /* for its time limit */
}

static void wait_until(struct courier *c, int64_t at_s)
{
	if (at_s != DATE_NONE && at_s - c->now_s < POLL_MS / 1000)
		wake_by(c, c->now_ms + (at_s > c->now_s ? (at_s - c->now_s) * 1000 : 0));
}

/* 1: a parcel is under way or ended; 0: nothing is due; -1. */
static int slot_next(struct courier *c, struct slot *s, struct error *e)
{
	int64_t at = DATE_NONE;

	if (c->draining || !s->sink)
		return 0;
	if (c->now_s < s->rest_until_s) {
		wait_until(c, s->rest_until_s);
		return 0;
	}
	if (outbox_next(c->outbox, &s->arena, s->name, c->now_s, &s->parcel, &at, e) < 0)
		return error_context(e, "sink %.*s", STR_ARG(s->name));
	if (!s->parcel) {
		wait_until(c, at);
		arena_reset(&s->arena);
		return 0;
	}
	slot_start(c, s);
	return 1;
}

static int slot_step(struct courier *c, struct slot *s, struct error *e)
{
	int more = 1;

	for (int i = 0; i < BURST && more > 0; i++) {
		if (s->job)
			slot_reap(c, s);
		if (s->verdict != VERDICT_NONE && slot_record(c, s, e) < 0)
			return -1;
		if (s->job)
			break;
		more = slot_next(c, s, e);
	}
	if (more > 0 && !s->job)
		wake_by(c, c->now_ms);
	if (more > 0 || s->verdict != VERDICT_NONE)
		c->busy = true;
	return more < 0 ? -1 : 0;
}

static struct slot *slot_find(struct courier *c, struct str name)
{
	for (struct slot *s = c->slots; s; s = s->next)
		if (str_eq(s->name, name))
			return s;
	return NULL;
}

static void slot_free(struct slot *s)
{
	if (s->job)
		s->kind->cancel(s->job);
	slot_forget(s);
	arena_release(&s->arena);
	free(s);
}

/* Those of sinks that left the configuration, once nothing of them is under way. */
static void slots_sweep(struct courier *c)
{
	for (struct slot **at = &c->slots; *at;) {
		struct slot *s = *at;

		if (s->sink || s->job || s->verdict != VERDICT_NONE) {
			at = &s->next;
			continue;
		}
		*at = s->next;
		slot_free(s);
	}
}

/* ---- parcels of sinks nobody configured ---- */

/* The engine may know a new configuration a moment before the courier does, so they are not given up at once. */
static int stray_put_off(struct courier *c, const struct parcel *p, struct error *e)
{
	bool dead = p->attempts + 1 >= STRAY_ATTEMPTS;

	if (dead)
		log_line(LOG_LEVEL_ERROR, "alert %.*s: not delivered, given up: no sink \"%.*s\" is configured",
			 STR_ARG(p->key), STR_ARG(p->sink));
	else if (p->attempts == 0)
		log_line(LOG_LEVEL_WARNING, "alert %.*s: no sink \"%.*s\" is configured; held for %d minutes",
			 STR_ARG(p->key), STR_ARG(p->sink), STRAY_WAIT_S * (STRAY_ATTEMPTS - 1) / 60);
	return outbox_failed(c->outbox, p->row, c->now_s, dead ? DATE_NONE : c->now_s + STRAY_WAIT_S,
			     STR("no sink of that name is configured"), e);
}

static int strays_step(struct courier *c, struct str sink, struct error *e)
{
	struct parcel *parcel;
	int64_t at;

	for (int i = 0; i < BURST; i++) {
		at = DATE_NONE;
		if (outbox_next(c->outbox, &c->scratch, sink, c->now_s, &parcel, &at, e) < 0)
			return -1;
		if (!parcel) {
			wait_until(c, at);
			return 0;
		}
		if (stray_put_off(c, parcel, e) < 0)
			return -1;
	}
	wake_by(c, c->now_ms);
	c->busy = true;
	return 0;
}

static int all_strays_step(struct courier *c, struct error *e)
{
	struct strs sinks = { 0 };

	if (c->draining)
		return 0;
	if (outbox_sinks(c->outbox, &c->scratch, &sinks, e) < 0)
		return -1;
	for (size_t i = 0; i < sinks.n; i++)
		if (!slot_find(c, sinks.items[i]) && strays_step(c, sinks.items[i], e) < 0)
			return -1;
	return 0;
}

/* ---- the courier ---- */

int courier_step(struct courier *c, int64_t *ret_wake_at_ms, struct error *e)
{
	struct error first = { 0 };
	struct error here = { 0 };

	if (take_time(c, &here) < 0)
		first = here;
	c->wake_ms = c->now_ms + POLL_MS;
	c->busy = false;
	for (struct slot *s = c->slots; s; s = s->next)
		if (slot_step(c, s, &here) < 0 && !first.kind)
			first = here;
	slots_sweep(c);
	if (all_strays_step(c, &here) < 0 && !first.kind)
		first = here;
	arena_reset(&c->scratch);
	*ret_wake_at_ms = c->wake_ms;
	if (!first.kind)
		return 0;
	c->busy = true;
	if (*ret_wake_at_ms < c->now_ms + ERROR_PAUSE_MS)
		*ret_wake_at_ms = c->now_ms + ERROR_PAUSE_MS;
	*e = first;
	return -1;
}

void courier_reload(struct courier *c, const struct config *config)
{
	for (struct slot *s = c->slots; s; s = s->next) {
		s->sink = config_sink(config, s->name);
		s->rest_until_s = 0; /* perhaps the mistake is mended */
	}
	slots_sweep(c);
	c->longest_s = STRAY_WAIT_S;
	for (size_t i = 0; i < config->sinks.n; i++) {
		const struct sink *sink = &config->sinks.items[i];
		struct slot *s = slot_find(c, sink->name);

		if (sink->retry_max_s > c->longest_s)
			c->longest_s = sink->retry_max_s;
		if (s)
			continue;
		s = calloc(1, sizeof *s);
		if (!s)
			abort();
		*s = (struct slot){ .next = c->slots, .name = arena_dup(&c->arena, sink->name), .sink = sink };
		c->slots = s;
	}
}

/* The engine makes the file, with the rights it wants it to have. */
static int outbox_there(const char *path, struct error *e)
{
	if (access(path, F_OK) == 0)
		return 0;
	if (errno != ENOENT)
		return error_errno(e, "%s", path);
	error_set(e, ERROR_AGAIN, "%s is not there yet: ruptured makes it when it first starts", path);
	e->sys = ENOENT;
	return -1;
}

int courier_open_in(const struct config *config, const struct courier_world *world, struct courier **ret,
		    struct error *e)
{
	const char *path = config->courier_db.p;
	struct outbox *outbox;
	struct courier *c;
	struct error why;
	int lock;

	if (outbox_there(path, e) < 0 || outbox_lock(path, &lock, e) < 0)
		return -1;
	if (outbox_open(path, &outbox, e) < 0) {
		close(lock);
		return -1;
	}
	c = calloc(1, sizeof *c);
	if (!c)
		abort();
	*c = (struct courier){
		.world = *world, .outbox = outbox, .bell = -1, .lock = lock, .jobs = epoll_create1(EPOLL_CLOEXEC)
	};
	if (outbox_bell_listen(path, &c->bell, &why) < 0) {
		log_line(LOG_LEVEL_WARNING, "no wake-ups from the engine, looking every few seconds: %s", why.text);
		c->bell = -1;
	}
	courier_reload(c, config);
	*ret = c;
	if (begin_time(c, e) == 0)
		return 0;
	courier_close(c);
	return -1;
}

int courier_open(const struct config *config, struct courier **ret, struct error *e)
{
	return courier_open_in(config, &real_world, ret, e);
}

void courier_close(struct courier *c)
{
	if (!c)
		return;
	while (c->slots) {
		struct slot *s = c->slots;

		c->slots = s->next;
		slot_free(s);
	}
	if (c->bell >= 0)
		close(c->bell);
	if (c->jobs >= 0)
		close(c->jobs);
	outbox_close(c->outbox);
	close(c->lock);
	arena_release(&c->arena);
	arena_release(&c->scratch);
	free(c);
}

bool courier_idle(struct courier *c)
{
	return !c->busy;
}

int courier_waiting(struct courier *c, int64_t *ret, struct error *e)
{
	struct outbox_counts counts;

	if (outbox_count(c->outbox, &counts, e) < 0)
		return -1;
	*ret = counts.waiting;
	return 0;
}

int courier_bell_fd(struct courier *c)
{
	return c->bell;
}

int courier_jobs_fd(struct courier *c)
{
	return c->jobs;
}

void courier_bell_drain(struct courier *c)
{
	if (c->bell >= 0)
		outbox_bell_drain(c->bell);
}

void courier_drain(struct courier *c)
{
	c->draining = true;
}

void courier_stop(struct courier *c)
{
	int64_t now_ms = c->world.monotonic_ms(c->world.user);

	c->draining = true;
	for (struct slot *s = c->slots; s; s = s->next)
		if (s->job && s->kind->stop)
			s->kind->stop(s->job, now_ms);
}
