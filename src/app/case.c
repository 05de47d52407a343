/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One case: its skeletons -> history -> judge -> announce -> incidents, outbox rows and the next deadline, all inside
 * the caller's transaction.
 */
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
	t->judgement = judge(t->a, t->history, en->rules, up_to, NULL);
	announce(t->a, &old, t->judgement, t->history, en->rules, &policy, ids, &told, &list);
	fault_point("judged");
	if (cause != CASE_RULES && telling_run(t, &told, &list, e) < 0)
		return -1;
	if (store_told_put(en->store, c->row, &told, e) < 0)
		return -1;
	c->next_deadline = t->judgement->next_deadline;
	return store_case_update(en->store, c, e);
}

int case_judge_live(struct engine *en, struct stored_case *c, const struct live_skeletons *live, enum case_cause cause,
		    struct error *e)
{
	struct telling t = { .en = en, .a = &en->case_arena, .c = c, .now = engine_now(en) };
	struct history *history = history_build(t.a, &c->roster, live->items, live->n, c->closed_at);
	int rc;

	history->name = c->token;
	t.history = history;
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
		rc = store_commit(en->store, e);
	if (rc < 0)
		store_rollback(en->store);
	arena_release(&a);
	return rc;
}

int case_engine_alert(struct engine *en, const char *id, enum severity severity, struct str say, struct error *e)
{
	struct arena a = { 0 };
	char incident[INCIDENT_ID_SIZE];
	struct rule rule = { .id = str_of(id), .status = STATUS_ACTIVE };
	struct alert alert = {
		.state = STR("open"),
		.severity = str_of(severity_words.words[severity]),
		.rule = str_of(id),
		.rules_hash = en->rules->hash,
		.say = say,
	};
	struct dispatch d = {
		.alert = &alert,
		.facts = { .rule = &rule, .severity = severity, .state = INCIDENT_OPEN },
		.now = engine_now(en),
	};
	int rc;

	random_hex(incident, INCIDENT_ID_SIZE - 1);
	alert.id = str_of(incident);
	alert.key = arena_printf(&a, "%s-1", incident);
	rc = dispatch_alert(en, &a, &d, e);
	arena_release(&a);
	return rc;
}
