/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A case, a record or an alert, judged again from what the store holds of the case, and what became of its alerts.
 */
#include <stdio.h>

#include "app/said.h"
#include "app/site_fact.h"
#include "app/target.h"
#include "cli/explain.h"
#include "cli/rule_shown.h"
#include "core/horizon.h"
#include "io/clock.h"

/* One target in hand. */
struct explaining {
	struct tool *t;
	const struct explain_request *rq;
	struct arena *a; /* wiped */
	struct store *st;
	struct outbox *outbox; /* or NULL */
	const struct config *config;
	const struct ruleset *rules;
	struct target target;
	struct stored_case *c;
	struct explanation *x;
	stored_alerts alerts;	 /* of the case */
	bool *shown;		 /* by session */
	const struct told *told; /* of one alert that is asked about, or NULL */
};

/* ---- the case as the engine would judge it ---- */

static int build_history(struct explaining *ex, struct history **ret, struct error *e)
{
	struct skeleton **skeletons;
	size_t n;

	if (store_skeletons(ex->st, ex->a, ex->c->row, &skeletons, &n, e) < 0)
		return -1;
	*ret = history_build(ex->a, &ex->c->roster, (const struct skeleton *const *)skeletons, n, ex->c->closed_at);
	(*ret)->name = ex->c->token;
	return site_fact(ex->st, ex->a, ex->config, *ret, e);
}

static int read_alerts(struct explaining *ex, struct error *e)
{
	static const struct alert_filter everything = { .ended_too = true };
	stored_alerts all;

	if (store_alerts(ex->st, ex->a, &everything, &all, e) < 0)
		return -1;
	for (size_t i = 0; i < all.n; i++)
		if (str_eq(all.items[i].case_token, ex->c->token))
			*VEC_PUSH(ex->a, &ex->alerts) = all.items[i];
	return 0;
}

static int judge_case(struct explaining *ex, struct error *e)
{
	struct history *history;
	told_list told = { 0 };
	int64_t as_of = ex->rq->as_of;

	if (store_case_by_token(ex->st, ex->a, ex->target.case_token, &ex->c, e) < 0 || !ex->c)
		return ex->c ? -1 : error_set(e, ERROR_REFUSED, "the case is gone");
	if (build_history(ex, &history, e) < 0 || store_told(ex->st, ex->a, ex->c->row, &told, e) < 0)
		return -1;
	if (as_of == DATE_NONE)
		as_of = judged_up_to(history, ex->rules, &told, clock_now(), false);
	ex->x = explain(ex->a, history, ex->rules, as_of);
	ex->x->about = (struct explain_about){ .rule = ex->rq->rule, .anybody = true };
	ex->x->width = tool_width();
	ex->shown = ARENA_ARRAY(ex->a, bool, history->n + 1);
	return read_alerts(ex, e);
}

/* ---- what of it is shown ---- */

static bool has_record(const struct session *s, struct str record)
{
	for (size_t i = 0; i < s->n_parts; i++)
		if (str_eq(s->parts[i].s->record, record))
			return true;
	return false;
}

static bool is_ended(const struct told *t)
{
	return t->gone || incident_ended(t->state);
}

static bool is_asked_for(const struct explaining *ex, const struct session *s)
{
	const struct target *t = &ex->target;

	/* What the same rule found before and after is another alert. */
	if (ex->told)
		return s->ordinal >= ex->told->opened_ordinal &&
		       (s->ordinal <= ex->told->changed_ordinal || !is_ended(ex->told));
	if (t->kind != TARGET_RECORD)
		return true;
	return t->record.p ? has_record(s, t->record) : (int64_t)s->ordinal == t->session;
}

/* Of an alert that is gone nothing is true any more: then it is shown why not. */
static enum explain_detail detail_of(const struct explaining *ex)
{
	return ex->rq->all || (ex->told && ex->told->gone) ? EXPLAIN_ALL : EXPLAIN_TRUE;
}

/* The session that is asked for, or NULL: all. */
static const struct session *choose_sessions(struct explaining *ex)
{
	const struct history *h = ex->x->history;
	const struct session *one = NULL;

	for (size_t i = 0; i < h->n; i++) {
		ex->shown[i] = is_asked_for(ex, &h->sessions[i]);
		if (ex->shown[i] && ex->target.kind == TARGET_RECORD)
			one = &h->sessions[i];
	}
	return one;
}

static bool was_of_session(const struct told *t, const struct session *s)
{
	for (size_t i = 0; i < t->records.n; i++)
		if (has_record(s, t->records.items[i]))
			return true;
	return t->opened_ordinal == s->ordinal || t->changed_ordinal == s->ordinal;
}

/* Whether what became of this alert belongs to the answer. */
static bool belongs(const struct explaining *ex, const struct told *t, const struct session *one)
{
	for (size_t i = 0; i < ex->target.alerts.n; i++)
		if (str_is(ex->target.alerts.items[i], t->id))
			return true;
	if (ex->rq->rule.n && !str_matches(t->rule, ex->rq->rule))
		return false;
	return ex->target.kind != TARGET_ALERT && (!one || was_of_session(t, one));
}

/* ---- words ---- */

struct collecting_turns {
	struct arena *a;
	evidence_list turns;
};

static void collect_turn(void *user, const struct evidence *e)
{
	struct collecting_turns *c = user;

	*VEC_PUSH(c->a, &c->turns) = *e;
}

static struct str sessions_words(struct arena *a, const struct said *said)
{
	struct str all = said->sessions.n == 1 ? STR("session ") : STR("sessions ");

	for (size_t i = 0; i < said->sessions.n; i++)
		all = arena_printf(a, "%.*s%s%.*s", STR_ARG(all), i ? ", " : "", STR_ARG(said->sessions.items[i]));
	return all;
}

/* EXIT_FINE: the words are there to be shown, and the engine has written that down. */
static int read_words(struct explaining *ex, const struct session *one)
{
	struct collecting_turns c = { .a = ex->a };
	struct error e = { 0 };
	struct said said;

	for (size_t i = 0; i < ex->x->history->n; i++)
		if (ex->shown[i])
			explain_turns(ex->x, i, detail_of(ex), collect_turn, &c);
	if (said_read(ex->a, ex->st, ex->config, ex->x->history, &c.turns, one, &said, &e) < 0)
		return tool_fail(&e);
	for (size_t i = 0; i < said.without.n; i++)
		fprintf(stderr, "rupturectl: %.*s\n", STR_ARG(said.without.items[i]));
	if (!said.words.n && !said.without.n)
		fputs("rupturectl: no turn stands behind what is shown: there are no words to show\n", stderr);
	if (!said.words.n)
		return EXIT_FINE;
	for (size_t i = 0; i < said.words.n; i++)
		*VEC_PUSH(ex->a, &ex->x->words) = said.words.items[i];
	return tool_act_text(ex->t, ex->c->token, sessions_words(ex->a, &said));
}

/* ---- printing ---- */

static void print_sessions(const struct explaining *ex, struct buf *out)
{
	struct json *j = json_new(false);

	for (size_t i = 0; i < ex->x->history->n; i++) {
		if (!ex->shown[i])
			continue;
		if (ex->t->json) {
			explain_session_json(ex->x, i, ex->c->token, member_token, j);
			tool_print(j);
		} else {
			explain_show_session(ex->x, i, ex->c->token, member_token, detail_of(ex), out);
		}
	}
	json_free(j);
}

static int print_story(const struct explaining *ex, const struct stored_alert *alert, struct buf *out, struct error *e)
{
	struct json *j;
	struct story story;

	if (story_read(ex->a, ex->st, ex->outbox, ex->config, ex->rules, alert, clock_now(), &story, e) < 0)
		return -1;
	if (!ex->t->json) {
		explain_story_text(&story, ex->x, out);
		return 0;
	}
	j = json_new(false);
	explain_story_json(&story, j);
	tool_print(j);
	json_free(j);
	return 0;
}

static int print_stories(const struct explaining *ex, const struct session *one, struct buf *out, struct error *e)
{
	bool any = false;

	for (size_t i = 0; i < ex->alerts.n; i++) {
		const struct told *t = &ex->alerts.items[i].told;

		if (!belongs(ex, t, one) || (ex->told && ex->told != t))
			continue;
		if (!any && !ex->t->json)
			buf_puts(out, STR("what people heard (times in UTC)\n"));
		any = true;
		if (print_story(ex, &ex->alerts.items[i], out, e) < 0)
			return -1;
	}
	return 0;
}

static void print_rule(const struct explaining *ex, struct buf *out)
{
	const struct rule *rule = rules_find(ex->rules, ex->told->rule);

	if (rule && !ex->t->json) {
		shown_rule(rule, clock_now(), out);
		buf_putc(out, '\n');
	}
}

/* All of it, or of one alert its own part. */
static int print_part(struct explaining *ex, const struct told *told)
{
	const struct session *one;
	struct buf out = { 0 };
	struct error e = { 0 };
	int rc = EXIT_FINE;

	ex->told = told;
	if (told)
		ex->x->about = (struct explain_about){ told->rule, told->member, told->other };
	one = choose_sessions(ex);
	if (ex->rq->text)
		rc = read_words(ex, one);
	if (rc == EXIT_FINE) {
		if (told)
			print_rule(ex, &out);
		print_sessions(ex, &out);
		if (print_stories(ex, one, &out, &e) < 0)
			rc = tool_fail(&e);
		fwrite(out.p ? out.p : "", 1, out.n, stdout);
	}
	buf_release(&out);
	return rc;
}

/* ---- one target ---- */

static const struct told *find_told(const struct explaining *ex, struct str id)
{
	for (size_t i = 0; i < ex->alerts.n; i++)
		if (str_is(id, ex->alerts.items[i].told.id))
			return &ex->alerts.items[i].told;
	return NULL;
}

static int explain_target(struct explaining *ex)
{
	struct error e = { 0 };
	int rc = EXIT_FINE;

	if (!ex->target.case_token.p) {
		puts(ex->t->json
			     ? "{\"withdrawn\":true}"
			     : "That record was withdrawn: nothing of what it held is kept, no words are shown, and "
			       "no alert rests on it.");
		return EXIT_FINE;
	}
	if (judge_case(ex, &e) < 0)
		return tool_fail(&e);
	if (ex->target.kind == TARGET_RECORD && !choose_sessions(ex))
		return tool_misuse("case %.*s has no such session; it has %zu", STR_ARG(ex->c->token),
				   ex->x->history->n);
	if (!ex->target.alerts.n)
		return print_part(ex, NULL);
	for (size_t i = 0; rc == EXIT_FINE && i < ex->target.alerts.n; i++)
		rc = print_part(ex, find_told(ex, ex->target.alerts.items[i]));
	return rc;
}

static int explain_word(const struct explaining *common, struct str word)
{
	struct arena a = { .wipe = true };
	struct explaining ex = *common;
	struct error e = { 0 };
	struct str why;
	int rc;

	ex.a = &a;
	if (target_find(ex.st, &a, ex.config->tokens_as_given, word, &ex.target, &why, &e) < 0)
		rc = tool_fail(&e);
	else if (why.p)
		rc = tool_misuse("%.*s", STR_ARG(why));
	else
		rc = explain_target(&ex);
	arena_release(&a);
	return rc;
}

int explain_store(struct tool *t, const struct explain_request *rq)
{
	struct config *config = tool_config(t);
	struct store *st = config ? tool_store(config) : NULL;
	struct ruleset *rules = st ? explain_rules(t, rq) : NULL;
	struct explaining ex = { .t = t, .rq = rq, .st = st, .config = config, .rules = rules };
	struct error ignored;
	int rc = rules ? EXIT_FINE : EXIT_WRONG;

	/* Not everybody may read courier.db; the store says enough without. */
	if (rules && outbox_open_reader(config->courier_db.p, &ex.outbox, &ignored) < 0)
		ex.outbox = NULL;
	for (size_t i = 0; rules && rc == EXIT_FINE && i < rq->targets.n; i++)
		rc = explain_word(&ex, rq->targets.items[i]);
	if (ex.outbox)
		outbox_close(ex.outbox);
	if (rules)
		rules_free(rules);
	if (st)
		store_close(st);
	if (config)
		config_free(config);
	return rc;
}
