/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What nobody else would tell: that the clock jumped, that a sink has been failing, that a site sends nothing, and,
 * once a day, that all is well.
 *
 * By the real clock, never by --as-of.  A transaction a look, in which mostly nothing is written.
 */
#include "app/sites.h"
#include "app/troubles.h"
#include "io/clock.h"
#include "io/fault.h"
#include "io/log.h"

#define LOOK_MS	       2000
#define JUMP_S	       300
#define NOTE_S	       60  /* the time in the store may be so old */
#define FAILING_S      900 /* before a sink that fails is told of */
#define REFUSED	       3   /* alerts in a row that a sink did not take, for good */
#define REFUSED_S      (7 * DAY_S)
#define EVERY_DAY      0x7f

#define FACT_CLOCK     "clock.last"
#define FACT_HEARTBEAT "heartbeat.last" /* see read_beats() */
#define HEARTBEAT      "engine.heartbeat"
#define FAILING	       "engine.delivery_failing"
#define JUMPED	       "engine.clock_jumped"

struct watching {
	struct engine *en;
	struct arena *a;
	int64_t now, boot_s;
};

/* ---- the clock ---- */

int watch_note_time(struct engine *en, struct error *e)
{
	struct arena a = { 0 };
	int64_t now = clock_now();
	int rc;

	if (en->options.as_of != DATE_NONE || (now >= en->clock_noted_s && now - en->clock_noted_s < NOTE_S))
		return 0;
	rc = store_fact_put(en->store, FACT_CLOCK, date_format(&a, now), e);
	en->clock_noted_s = now;
	arena_release(&a);
	return rc;
}

static struct str length(struct arena *a, int64_t s)
{
	if (s < 2 * 3600)
		return arena_printf(a, "%lld minutes", (long long)(s + 30) / 60);
	if (s < 2 * DAY_S)
		return arena_printf(a, "%lld hours", (long long)(s + 1800) / 3600);
	return arena_printf(a, "%lld days", (long long)(s + DAY_S / 2) / DAY_S);
}

static int tell_jump(struct watching *w, int64_t by_s, struct error *e)
{
	bool forwards = by_s > 0, told;
	struct engine_news news = {
		.rule = JUMPED,
		.severity = SEVERITY_WARNING,
		.state = INCIDENT_OPEN,
		.say = arena_printf(w->a, "the clock jumped %.*s %s; what time alone brings may be told too %s",
				    STR_ARG(length(w->a, forwards ? by_s : -by_s)), forwards ? "forwards" : "backwards",
				    forwards ? "early" : "late"),
		.incident = engine_incident(w->a),
		.number = 1,
	};

	log_line(LOG_LEVEL_WARNING, JUMPED ": %.*s", STR_ARG(news.say));
	w->en->clock_noted_s = 0;
	if (!forwards && store_set_back(w->en->store, w->now, -by_s, e) < 0)
		return -1;
	return engine_tell(w->en, w->a, &news, &told, e) < 0 ? -1 : watch_note_time(w->en, e);
}

/* At start only the store knows an earlier time: that the clock is ahead of it says nothing. */
static int jump_since_last_time(struct watching *w, int64_t *ret, struct error *e)
{
	struct str noted;
	int64_t then;

	*ret = 0;
	if (store_fact(w->en->store, w->a, FACT_CLOCK, &noted, e) < 0)
		return -1;
	if (noted.p && date_parse(noted, &then) && then > w->now)
		*ret = w->now - then;
	return 0;
}

static int look_at_clock(struct watching *w, struct error *e)
{
	struct engine *en = w->en;
	int64_t jump = 0;

	if (en->clock_boot_s)
		jump = (w->now - en->clock_wall_s) - (w->boot_s - en->clock_boot_s);
	else if (jump_since_last_time(w, &jump, e) < 0)
		return -1;
	return jump > JUMP_S || jump < -JUMP_S ? tell_jump(w, jump, e) : 0;
}

/* ---- the heartbeat ---- */

/* One incident for ever, a key a day. */
struct beats {
	struct str incident;
	int number;	 /* how many there were */
	int64_t last_at; /* or when it was first asked for */
};

/* "INCIDENT NUMBER DATE"; false when there is none. */
static bool read_beats(struct str text, struct beats *ret)
{
	double number;

	ret->incident = str_word(&text);
	if (!ret->incident.n || !str_number(str_word(&text), &number) || !date_parse(str_trim(text), &ret->last_at))
		return false;
	ret->number = (int)number;
	return true;
}

static int put_beats(struct watching *w, const struct beats *b, struct error *e)
{
	struct str date = date_format(w->a, b->last_at);

	return store_fact_put(w->en->store, FACT_HEARTBEAT,
			      arena_printf(w->a, "%.*s %d %.*s", STR_ARG(b->incident), b->number, STR_ARG(date)), e);
}

/* Missed ones, while the engine was down, are one. */
static int beat(struct watching *w, struct beats *b, struct error *e)
{
	struct engine_news news = {
		.rule = HEARTBEAT,
		.severity = SEVERITY_INFO,
		.state = INCIDENT_OPEN,
		.say = STR("ruptured works, and this is the way its alerts take"),
		.incident = b->incident,
		.number = b->number + 1,
	};
	bool told;

	b->number++;
	b->last_at = w->now;
	return engine_tell(w->en, w->a, &news, &told, e) < 0 ? -1 : put_beats(w, b, e);
}

static int look_at_heartbeat(struct watching *w, struct error *e)
{
	int minute = w->en->config->heartbeat;
	struct beats b = { 0 };
	struct str fact;
	bool found;

	if (minute < 0)
		return 0;
	if (store_fact(w->en->store, w->a, FACT_HEARTBEAT, &fact, e) < 0)
		return -1;
	found = read_beats(fact, &b);
	if (!found)
		b = (struct beats){ engine_incident(w->a), 0, w->now };
	if (found && b.last_at <= w->now)
		return clock_next_local(b.last_at, minute, EVERY_DAY) <= w->now ? beat(w, &b, e) : 0;
	b.last_at = w->now; /* the first, or the clock was set back */
	return put_beats(w, &b, e);
}

/* ---- sinks that fail ---- */

static struct trouble failing_of(struct watching *w, struct str sink, int64_t since)
{
	return (struct trouble){
		.rule = FAILING,
		.about = sink,
		.severity = SEVERITY_WARNING,
		.say = arena_printf(w->a, "sink %.*s has been failing since %.*s; what was decided waits for it",
				    STR_ARG(sink), STR_ARG(date_format(w->a, since))),
		.say_over = arena_printf(w->a, "sink %.*s works again", STR_ARG(sink)),
		.without = sink,
	};
}

static struct trouble refusing_of(struct watching *w, struct str sink, int64_t since)
{
	struct trouble ret = failing_of(w, sink, since);

	ret.say = arena_printf(w->a,
			       "sink %.*s took none of the last %d alerts, and they are not tried again "
			       "(`rupturectl outbox --dead` says why)",
			       STR_ARG(sink), REFUSED);
	return ret;
}

/* Each by itself is a dead letter and no more; several in a row are a sink that is no longer one. */
static int look_at_refusals(struct watching *w, struct error *e)
{
	failing_sinks refusing;

	if (!w->en->refusals_due)
		return 0;
	if (outbox_refusing(w->en->outbox, w->a, REFUSED, w->now - REFUSED_S, &refusing, e) < 0)
		return -1;
	for (size_t i = 0; i < refusing.n; i++) {
		const struct failing_sink *f = &refusing.items[i];
		struct trouble c = refusing_of(w, f->sink, f->since);

		if (config_sink(w->en->config, f->sink) && trouble_begin(w->en, w->a, &c, f->since, e) < 0)
			return -1;
	}
	return 0;
}

static bool fails(const failing_sinks *list, struct str sink)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_eq(list->items[i].sink, sink))
			return true;
	return false;
}

/* Over when nothing that waits for the sink has failed and it has taken something since.  That all of it was given up
 * is no sign of health. */
static int look_at_failing(struct watching *w, const struct stored_trouble *stored, const failing_sinks *failing,
			   struct error *e)
{
	struct str sink = { stored->name.p + sizeof FAILING, stored->name.n - sizeof FAILING };
	struct trouble c = failing_of(w, sink, stored->since);
	bool works;

	if (!config_sink(w->en->config, sink))
		return trouble_forget(w->en, w->a, &c, e);
	if (fails(failing, sink))
		return 0;
	if (outbox_delivered_since(w->en->outbox, sink, stored->since, &works, e) < 0)
		return -1;
	return works ? trouble_end(w->en, w->a, &c, e) : 0;
}

static int look_at_sinks(struct watching *w, struct error *e)
{
	failing_sinks failing;
	stored_troubles all;

	if (outbox_failing(w->en->outbox, w->a, &failing, e) < 0 || store_troubles(w->en->store, w->a, &all, e) < 0)
		return -1;
	for (size_t i = 0; i < failing.n; i++) {
		const struct failing_sink *f = &failing.items[i];
		struct trouble c = failing_of(w, f->sink, f->since);

		if (w->now - f->since >= FAILING_S && config_sink(w->en->config, f->sink) &&
		    trouble_begin(w->en, w->a, &c, f->since, e) < 0)
			return -1;
	}
	for (size_t i = 0; i < all.n; i++)
		if (str_starts(all.items[i].name, FAILING "/") && look_at_failing(w, &all.items[i], &failing, e) < 0)
			return -1;
	return 0;
}

/* ---- all ---- */

static int look(struct watching *w, struct error *e)
{
	struct store *st = w->en->store;

	if (store_begin(st, e) < 0)
		return -1;
	if (look_at_clock(w, e) < 0 || look_at_heartbeat(w, e) < 0 || look_at_sinks(w, e) < 0 ||
	    look_at_refusals(w, e) < 0 || sites_look(w->en, w->a, e) < 0) {
		store_rollback(st);
		return -1;
	}
	fault_point("watch-before-commit");
	if (store_commit(st, e) < 0) {
		store_rollback(st);
		return -1;
	}
	w->en->refusals_due = false;
	w->en->clock_wall_s = w->now;
	w->en->clock_boot_s = w->boot_s;
	fault_point("watch-committed");
	return 0;
}

int watch_step(struct engine *en, struct error *e)
{
	struct arena a = { 0 };
	struct watching w = { en, &a, clock_now(), clock_boot_s() };
	int64_t now_ms = clock_monotonic_ms();
	int rc;

	if (en->options.as_of != DATE_NONE || now_ms < en->watch_due_ms)
		return 0;
	en->watch_due_ms = now_ms + clock_wait_ms(LOOK_MS);
	rc = look(&w, e);
	arena_release(&a);
	return rc;
}
