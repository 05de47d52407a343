/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/engine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/config_check.h"
#include "app/engine_parts.h"
#include "app/in_force.h"
#include "app/reach.h"
#include "core/words.h"
#include "io/clock.h"
#include "io/fault.h"
#include "io/log.h"
#include "io/store_acts.h"

#define DUE_MAX		   200 /* cases whose timers are judged in one transaction */
#define SWEEP_MAX	   50  /* cases judged again under changed rules in one transaction */

#define FACT_RULES_STATUS  "rules.status"  /* for `rupturectl status`: "ok", or the faults of the refused set */
#define FACT_CONFIG_STATUS "config.status" /* "ok", or the faults of the refused configuration */
#define FACT_STARTED	   "engine.started"
#define FACT_UNREACHED	   "safety.unreached"  /* for `rupturectl status`: what is wrong, or nothing */
#define FACT_UNANSWERED	   "safety.unanswered" /* likewise */

/* Every case is judged again, silently, before anything else happens: else a record that arrives in between would
 * announce what the edited rules alone have changed. */
static int sweep_start(struct engine *en, struct error *e)
{
	struct str judged;
	int rc = 0;

	arena_release(&en->sweep_arena);
	en->sweep = (struct strs){ 0 };
	en->sweep_next = 0;
	en->sweeping = false;
	if (store_fact(en->store, &en->sweep_arena, FACT_JUDGED_HASH, &judged, e) < 0)
		return -1;
	en->sweeping = !str_eq(judged, en->rules->hash);
	if (en->sweeping)
		rc = store_cases_all(en->store, &en->sweep_arena, &en->sweep, e);
	en->sweep_due = rc < 0;
	return rc;
}

static int sweep_step(struct engine *en, bool *ret_progress, struct error *e)
{
	size_t left = en->sweep.n - en->sweep_next, n = left < SWEEP_MAX ? left : SWEEP_MAX;

	*ret_progress = true;
	if (case_judge_all(en, en->sweep.items + en->sweep_next, n, CASE_RULES, e) < 0)
		return error_context(e, "judging again under changed rules");
	fault_point("swept");
	en->sweep_next += n;
	if (en->sweep_next < en->sweep.n)
		return 0;
	if (store_fact_put(en->store, FACT_JUDGED_HASH, en->rules->hash, e) < 0)
		return -1;
	en->sweeping = false;
	return 0;
}

static void use_rules(struct engine *en, struct ruleset *rules)
{
	lexicon_scratch_free(en->scratch);
	rules_free(en->rules);
	en->rules = rules;
	en->sweep_due = true;
	en->scratch = lexicon_scratch_new(rules->lexicons);
}

static int accept_rules(struct engine *en, struct ruleset *rules, struct str pack, struct error *e)
{
	use_rules(en, rules);
	if (store_fact_put(en->store, FACT_GOOD_RULES, pack, e) < 0 ||
	    store_fact_put(en->store, FACT_RULES_STATUS, STR("ok"), e) < 0)
		return -1;
	log_line(LOG_LEVEL_INFO, "rules in force: %zu, rule set %.8s", rules->n, rules->hash.p);
	return 0;
}

static void log_lines(enum log_level level, struct str text)
{
	while (text.n) {
		const char *end = memchr(text.p, '\n', text.n);
		size_t n = end ? (size_t)(end - text.p) : text.n;

		log_line(level, "%.*s", (int)n, text.p);
		text = (struct str){ text.p + n + (end != NULL), text.n - n - (end != NULL) };
	}
}

/* A file of the administrator's that cannot be used: where its faults are kept, and what is said of it. */
struct refusal {
	const char *fact, *alert, *say;
};
static const struct refusal refused_rules = {
	FACT_RULES_STATUS,
	"engine.rules_refused",
	"the rule files on disk have faults; the last good rules stay in force",
};
static const struct refusal refused_config = {
	FACT_CONFIG_STATUS,
	"engine.config_refused",
	"the configuration on disk has faults; the last good one stays in force",
};

/* The log, `status` and, unless these very faults were told before (the engine was restarted), the alert channel. */
static int report_refused(struct engine *en, const struct refusal *r, struct str faults, struct error *e)
{
	struct arena a = { 0 };
	struct str told;
	int rc = store_fact(en->store, &a, r->fact, &told, e);

	log_line(LOG_LEVEL_ERROR, "%s:", r->say);
	log_lines(LOG_LEVEL_ERROR, faults);
	if (rc == 0 && !str_eq(told, faults)) {
		rc = case_engine_alert(en, r->alert, SEVERITY_WARNING, str_of(r->say), e);
		if (rc == 0)
			rc = store_fact_put(en->store, r->fact, faults, e);
	}
	arena_release(&a);
	return rc;
}

static int load_last_good(struct engine *en, struct error *e)
{
	struct arena a = { 0 };
	struct buf out = { 0 };
	struct rule_sources sources = { 0 };
	struct rule_faults faults;
	struct ruleset *rules = NULL;
	int rc = in_force_read(en->store, &a, &sources, e);

	if (rc == 0 && sources.n) {
		sources.switched_off = &en->config->switched_off;
		rules = ruledir_compile(&sources, &out, &faults);
	}
	if (rc == 0 && !rules)
		rc = error_set(e, ERROR_REFUSED,
			       "the rules have faults and no earlier good set is in the store; see `rupturectl lint`");
	if (rules)
		use_rules(en, rules);
	buf_release(&out);
	arena_release(&a);
	return rc;
}

/* Rules read from disk, on their way to being in force. */
struct loading {
	struct arena arena;
	struct rule_sources sources;
	struct buf pack, faults;
};

static void loading_release(struct loading *l)
{
	arena_release(&l->arena);
	buf_release(&l->pack);
	buf_release(&l->faults);
}

/* At start nothing is in force yet: the present rules, or the last good ones. */
static int try_rules(struct engine *en, struct loading *l, bool final, bool *ret_refused, struct error *e)
{
	struct rule_faults faults;
	struct ruleset *rules = ruledir_compile(&l->sources, &l->faults, &faults);

	*ret_refused = !rules;
	if (rules && faults.unknown_off)
		log_lines(LOG_LEVEL_WARNING, buf_str(&l->faults));
	if (rules)
		return accept_rules(en, rules, buf_str(&l->pack), e);
	if (!en->rules && load_last_good(en, e) < 0) {
		log_lines(LOG_LEVEL_ERROR, buf_str(&l->faults));
		return -1;
	}
	return final ? report_refused(en, &refused_rules, buf_str(&l->faults), e) : 0;
}

/* The files, and what the configuration says of their rules. */
static struct str hash_sources(const struct engine *en, const struct loading *l, struct arena *a)
{
	const struct strs *off = &en->config->switched_off;
	struct buf all = { 0 };
	struct str hash;

	buf_puts(&all, buf_str(&l->pack));
	for (size_t i = 0; i < off->n; i++)
		buf_printf(&all, "switched off %.*s\n", STR_ARG(off->items[i]));
	hash = digest_hex(a, NULL, buf_str(&all));
	buf_release(&all);
	return hash;
}

/* Whether these very bytes were taken, or finally refused, before: then there is nothing to do. */
static bool same_as_before(struct engine *en, const struct loading *l, struct arena *a, struct str *ret_hash)
{
	*ret_hash = hash_sources(en, l, a);
	return str_eq(*ret_hash, en->sources_hash);
}

static void remember_sources(struct engine *en, struct str hash)
{
	arena_release(&en->sources_arena);
	en->sources_hash = arena_dup(&en->sources_arena, hash);
}

static int load_rules(struct engine *en, bool final, bool *ret_refused, struct error *e)
{
	struct loading l = { 0 };
	struct str hash;
	int rc = ruledir_read(&l.arena, &en->config->rules, &l.sources, e);

	if (rc < 0 && e->sys == EACCES && en->confined)
		error_context(e, "not within reach since the start (a restart may mend it)");
	*ret_refused = false;
	if (rc == 0) {
		l.sources.switched_off = &en->config->switched_off;
		ruledir_pack(&l.sources, &l.pack);
		if (!same_as_before(en, &l, &l.arena, &hash))
			rc = try_rules(en, &l, final, ret_refused, e);
		if (rc == 0 && (final || !*ret_refused))
			remember_sources(en, hash);
	}
	loading_release(&l);
	return rc;
}

static bool same_paths(const struct strs *x, const struct strs *y)
{
	if (x->n != y->n)
		return false;
	for (size_t i = 0; i < x->n; i++)
		if (!str_eq(x->items[i], y->items[i]))
			return false;
	return true;
}

/* The sandbox, the watches and the open files are bound to these. */
static void keep_places(const struct config *old, struct config *next)
{
	struct arena *a = &next->arena;

	if (!str_eq(old->spool, next->spool) || !str_eq(old->store, next->store))
		log_line(LOG_LEVEL_WARNING, "the configuration names another spool or store: restart to use it");
	if (!same_paths(&old->rules, &next->rules))
		log_line(LOG_LEVEL_WARNING, "the configuration names other rule paths: restart to use them");
	next->spool = arena_dup(a, old->spool);
	next->store = arena_dup(a, old->store);
	next->courier_db = arena_dup(a, old->courier_db);
	next->rules = (struct strs){ 0 };
	for (size_t i = 0; i < old->rules.n; i++)
		*VEC_PUSH(a, &next->rules) = arena_dup(a, old->rules.items[i]);
}

static int use_config(struct engine *en, struct config *next, struct str warnings, struct error *e)
{
	if (str_eq(next->text, en->config->text)) {
		config_free(next);
	} else {
		keep_places(en->config, next);
		config_free(en->config);
		en->config = next;
		log_lines(LOG_LEVEL_WARNING, warnings);
		log_line(LOG_LEVEL_INFO, "configuration in force: routes %zu, sinks %zu", routes_count(&next->routes),
			 next->sinks.n);
	}
	return store_fact_put(en->store, FACT_CONFIG_STATUS, STR("ok"), e);
}

/* The new configuration with the old places; or the old one when the new has faults. */
static int reload_config(struct engine *en, bool final, bool *ret_refused, struct error *e)
{
	struct buf faults = { 0 };
	struct error why = { 0 };
	struct config *next = config_load_shown(en->options.config_path, &faults, &why);
	int rc = 0;

	*ret_refused = next == NULL;
	if (why.kind != ERROR_NONE)
		buf_printf(&faults, "%s\n", why.text);
	if (next)
		rc = use_config(en, next, buf_str(&faults), e);
	else if (final)
		rc = report_refused(en, &refused_config, buf_str(&faults), e);
	buf_release(&faults);
	return rc;
}

/* What routes ask for and no rule has: told when it changed. */
static void tell_names(struct engine *en)
{
	struct buf out = { 0 };
	uint64_t told;

	config_check_names(en->config, en->rules, &out);
	told = buf_str(&out).n ? word_hash(buf_str(&out)) : 0;
	if (told && told != en->names_told)
		log_lines(LOG_LEVEL_WARNING, buf_str(&out));
	en->names_told = told;
	buf_release(&out);
}

/* Under the rules and routes in force now; told when it changed. */
static int check_reach(struct engine *en, struct error *e)
{
	struct arena a = { 0 };
	struct str complaint, told, unanswered = reach_unanswered(&a, en->rules, &en->config->routes);
	struct strs unreached;
	int rc;

	tell_names(en);
	reach_nobody(&a, en->rules, &en->config->routes, &unreached);
	complaint = reach_complaint(&a, &unreached);
	rc = store_fact(en->store, &a, FACT_UNREACHED, &told, e);
	if (rc == 0 && complaint.p && (!en->reach_told || !str_eq(told, complaint)))
		log_line(LOG_LEVEL_ERROR, "%.*s", STR_ARG(complaint));
	if (rc == 0)
		rc = store_fact_put(en->store, FACT_UNREACHED, complaint.p ? complaint : STR(""), e);
	if (rc == 0)
		rc = store_fact_put(en->store, FACT_UNANSWERED, unanswered.p ? unanswered : STR(""), e);
	en->reach_told = true;
	arena_release(&a);
	return rc;
}

int engine_reload(struct engine *en, bool final, bool *ret_refused, struct error *e)
{
	bool config_refused;

	if (reload_config(en, final, &config_refused, e) < 0 || load_rules(en, final, ret_refused, e) < 0)
		return -1;
	*ret_refused |= config_refused;
	return check_reach(en, e);
}

static int open_parts(struct engine *en, struct error *e)
{
	struct arena a = { 0 };
	bool refused;
	int rc;

	if (spool_open(en->config->spool.p, &en->spool, e) < 0 ||
	    store_open(en->config->store.p, DB_CREATE, &en->store, e) < 0 ||
	    outbox_open(en->config->courier_db.p, &en->outbox, e) < 0 ||
	    store_digest_key(en->store, &en->digest_key, e) < 0)
		return -1;
	rc = store_fact_put(en->store, FACT_STARTED, date_format(&a, engine_now(en)), e);
	if (rc == 0)
		rc = store_outbox_relay_again(en->store, e);
	if (rc == 0)
		rc = store_fact_put(en->store, FACT_CONFIG_STATUS, STR("ok"), e);
	arena_release(&a);
	if (rc < 0 || load_rules(en, true, &refused, e) < 0)
		return -1;
	return check_reach(en, e);
}

int engine_open(struct config *config, const struct engine_options *options, struct engine **ret, struct error *e)
{
	struct engine *en = calloc(1, sizeof *en);

	if (!en)
		abort();
	en->config = config;
	en->options = *options;
	en->record_arena.wipe = true;
	clock_zone();
	en->refusals_due = true;
	en->to_relay = true; /* what was decided before the last stop */
	if (open_parts(en, e) < 0) {
		en->config = NULL; /* still the caller's */
		engine_close(en);
		return -1;
	}
	*ret = en;
	return 0;
}

void engine_close(struct engine *en)
{
	lexicon_scratch_free(en->scratch);
	rules_free(en->rules);
	outbox_close(en->outbox);
	store_close(en->store);
	spool_close(en->spool);
	config_free(en->config);
	arena_release(&en->record_arena);
	arena_release(&en->case_arena);
	arena_release(&en->incoming.arena);
	arena_release(&en->unfinished_arena);
	arena_release(&en->sweep_arena);
	arena_release(&en->sources_arena);
	free(en);
}

static int timers_step(struct engine *en, size_t *ret_n, struct error *e)
{
	struct arena a = { 0 };
	struct strs due = { 0 };
	int rc = store_cases_due(en->store, &a, engine_now(en), DUE_MAX, &due, e);

	*ret_n = due.n;
	if (rc == 0 && due.n) {
		rc = case_judge_all(en, due.items, due.n, CASE_TIME, e);
		fault_point("timers-committed");
	}
	if (rc == 0)
		en->counts.timers += due.n;
	arena_release(&a);
	return rc;
}

/* The monotonic time of a wall-clock second, no earlier than now. */
static int64_t monotonic_of(int64_t at_s, int64_t now_ms)
{
	int64_t in_s = at_s - clock_now();

	return now_ms + (in_s > 0 ? in_s : 0) * 1000;
}

static void earlier(int64_t *wake_ms, int64_t at_ms)
{
	if (at_ms < *wake_ms)
		*wake_ms = at_ms;
}

static int next_wake(struct engine *en, int64_t *ret_ms, struct error *e)
{
	int64_t now = clock_monotonic_ms(), deadline, reminder, held, look = unfinished_next_look(en);

	if (store_next_deadline(en->store, &deadline, e) < 0 || store_next_reminder(en->store, &reminder, e) < 0 ||
	    store_held_next_due(en->store, &held, e) < 0)
		return -1;
	*ret_ms = en->listing_due_ms;
	earlier(ret_ms, en->receipts_due_ms);
	earlier(ret_ms, en->watch_due_ms);
	if (look != DATE_NONE)
		earlier(ret_ms, monotonic_of(look, now));
	if (deadline != DATE_NONE && en->options.as_of == DATE_NONE)
		earlier(ret_ms, monotonic_of(deadline, now));
	if (reminder != DATE_NONE && en->options.as_of == DATE_NONE)
		earlier(ret_ms, monotonic_of(reminder, now));
	if (held != DATE_NONE && en->options.as_of == DATE_NONE)
		earlier(ret_ms, monotonic_of(held, now));
	return 0;
}

/* To the courier and back: whatever the machine fails at elsewhere, what was decided goes out. */
static int delivery_step(struct engine *en, size_t *ret_n, struct error *e)
{
	int64_t now = clock_monotonic_ms();

	*ret_n = 0;
	if (en->to_relay && relay_step(en, e) < 0)
		return -1;
	if (now < en->receipts_due_ms)
		return 0;
	en->receipts_due_ms = now + clock_wait_ms(RECEIPTS_MS);
	return relay_receipts(en, ret_n, e);
}

/* The listing is the truth: done on a wake-up, when a file may have become ready, and each minute anyway. */
static bool listing_due(struct engine *en, bool look)
{
	int64_t now = clock_monotonic_ms(), again = unfinished_next_look(en);

	if (!look && now < en->listing_due_ms && (again == DATE_NONE || clock_now() < again))
		return false;
	en->listing_due_ms = now + LISTING_MS;
	return true;
}

static int judging_step(struct engine *en, bool look, size_t *ret_n, struct error *e)
{
	size_t records, timers = 0;

	if (intake_step(en, look, &records, e) < 0)
		return -1;
	/* Deadlines wait for the queue: see judged_up_to(). */
	if (!records && (timers_step(en, &timers, e) < 0 || watch_step(en, e) < 0))
		return -1;
	if (!records)
		housekeeping_step(en);
	*ret_n = records + timers;
	return 0;
}

#define PARTS 5

/* Each part gets its turn though another is in trouble (its disk is full); the first trouble is told. */
static int work(struct engine *en, bool look, size_t *ret_done, struct error *e)
{
	size_t commands = 0, judged = 0, reminded = 0, held = 0, read = 0;
	struct error troubles[PARTS];
	int rc[PARTS] = { 0 };

	if (look)
		rc[0] = commands_step(en, &commands, &troubles[0]);
	rc[1] = judging_step(en, look, &judged, &troubles[1]);
	rc[2] = reminders_step(en, &reminded, &troubles[2]);
	rc[3] = held_step(en, &held, &troubles[3]);
	rc[4] = delivery_step(en, &read, &troubles[4]);
	for (int i = 0; i < PARTS; i++) {
		if (rc[i] < 0) {
			*e = troubles[i];
			return -1;
		}
	}
	*ret_done = commands + judged + reminded + held + read;
	return 0;
}

int engine_step(struct engine *en, bool look, bool *ret_progress, int64_t *ret_wake_ms, struct error *e)
{
	bool now;
	size_t done;

	*ret_wake_ms = clock_monotonic_ms();
	en->look |= look;
	if (en->sweep_due && sweep_start(en, e) < 0)
		return -1;
	if (en->sweeping)
		return sweep_step(en, ret_progress, e);
	now = listing_due(en, en->look);
	en->look = false;
	if (work(en, now, &done, e) < 0) {
		en->look |= now;
		return -1;
	}
	*ret_progress = done > 0;
	if (!done)
		store_checkpoint(en->store);
	return next_wake(en, ret_wake_ms, e);
}

struct engine_counts engine_counts(const struct engine *en)
{
	return en->counts;
}

const char *engine_queue_path(struct engine *en, enum spool_queue q)
{
	return spool_queue_path(en->spool, q);
}

const struct config *engine_config(const struct engine *en)
{
	return en->config;
}
