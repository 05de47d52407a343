/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One case: its skeletons -> history -> judge -> announce -> incidents, outbox rows and the next deadline, all inside
 * the caller's transaction.
 */
#include "app/judged.h"
#include "app/site_fact.h"
#include "app/telling.h"
#include "core/horizon.h"
#include "io/clock.h"
#include "io/fault.h"

static void random_id(void *user, char ret[INCIDENT_ID_SIZE])
{
	(void)user;
	random_hex(ret, INCIDENT_ID_SIZE - 1);
}

int64_t engine_now(const struct engine *en)
{
	return en->options.as_of != DATE_NONE ? en->options.as_of : clock_now();
}

/* While its site is silent the case has timers that only the site's return makes due. */
static int update_case(const struct telling *t, struct stored_case *c, struct error *e)
{
	int64_t silent_from = t->history->site_silent_from;
	int rc;

	if (silent_from != DATE_NONE && t->now > silent_from)
		c->awaits = t->history->site;
	rc = store_case_update(t->en->store, c, e);
	c->awaits = (struct str){ NULL, 0 };
	return rc;
}

/* What changed rules ended without a word is not to stand in a digest as if it were so. */
static int drop_ended(struct engine *en, const told_list *told, struct error *e)
{
	static const struct str any_sink = { NULL, 0 };
	bool dropped;

	for (size_t i = 0; i < told->n; i++) {
		const struct told *t = &told->items[i];

		if ((t->gone || incident_ended(t->state)) && t->by_rules &&
		    store_held_drop(en->store, any_sink, str_of(t->id), &dropped, e) < 0)
			return -1;
	}
	return 0;
}

static int judge_and_tell(struct telling *t, struct stored_case *c, enum case_cause cause, struct error *e)
{
	struct engine *en = t->en;
	struct announce_policy policy = {
		.now = t->now,
		.within_s = en->config->announce_within_s,
		.rules_changed = cause == CASE_RULES,
	};
	struct id_source ids = { .next = random_id };
	told_list old = { 0 }, told = { 0 };
	announcement_list list = { 0 };
	int64_t up_to;

	if (store_told(en->store, t->a, c->row, &old, e) < 0)
		return -1;
	up_to = judged_up_to(t->history, en->rules, &old, t->now, cause == CASE_RECORD || cause == CASE_REMINDER);
	t->judgement = judged(t->a, t->history, en->rules, up_to);
	announce(t->a, &old, t->judgement, t->history, en->rules, &policy, ids, &told, &list);
	fault_point("judged");
	if ((cause == CASE_RULES ? drop_ended(en, &told, e) : telling_run(t, &told, &list, e)) < 0)
		return -1;
	if (store_told_put(en->store, c->row, &told, e) < 0)
		return -1;
	c->next_deadline = t->judgement->next_deadline;
	return update_case(t, c, e);
}

int case_judge_live(struct engine *en, struct stored_case *c, const struct live_skeletons *live, enum case_cause cause,
		    struct error *e)
{
	struct telling t = { .en = en, .a = &en->case_arena, .c = c, .now = engine_now(en) };
	struct history *history = history_build(t.a, &c->roster, live->items, live->n, c->closed_at);
	int rc;

	history->name = c->token;
	t.history = history;
	rc = site_fact(en->store, t.a, en->config, history, e);
	if (rc == 0)
		rc = judge_and_tell(&t, c, cause, e);
	arena_reset(&en->case_arena);
	return rc;
}

int case_judge(struct engine *en, struct stored_case *c, enum case_cause cause, struct error *e)
{
	struct skeleton **stored;
	size_t n;
	struct live_skeletons live;

	if (store_skeletons(en->store, &en->case_arena, c->row, &stored, &n, e) < 0)
		return -1;
	live = (struct live_skeletons){ (const struct skeleton **)stored, n };
	return case_judge_live(en, c, &live, cause, e);
}

int case_judge_all(struct engine *en, const struct str *ids, size_t n, enum case_cause cause, struct error *e)
{
	struct arena a = { 0 };
	struct stored_case *c;
	int rc = store_begin(en->store, e);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		rc = store_case(en->store, &a, ids[i], &c, e);
		if (rc == 0 && c)
			rc = case_judge(en, c, cause, e);
	}
	if (rc == 0)
		rc = watch_note_time(en, e);
	if (rc == 0)
		rc = store_commit(en->store, e);
	if (rc < 0)
		store_rollback(en->store);
	arena_release(&a);
	return rc;
}
