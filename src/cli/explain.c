/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rupturectl explain: over files (a record alone is judged as a first session, several of one case as a series), or
 * over what the store holds of a case.
 */
#include <stdio.h>
#include <unistd.h>

#include "app/series.h"
#include "app/site_fact.h"
#include "cli/tool.h"
#include "io/clock.h"

struct request {
	struct strs rules, targets;
	bool hits, turns, all;
	int64_t as_of;
};

static int parse(struct arena *a, int argc, char **argv, struct request *ret)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--hits") == 0)
			ret->hits = true;
		else if (strcmp(argv[i], "--turns") == 0)
			ret->turns = true;
		else if (strcmp(argv[i], "--all") == 0)
			ret->all = true;
		else if (strcmp(argv[i], "--rules") == 0 && i + 1 < argc)
			*VEC_PUSH(a, &ret->rules) = str_of(argv[++i]);
		else if (strcmp(argv[i], "--as-of") == 0 && i + 1 < argc) {
			struct str date = str_of(argv[++i]);

			if (!date_parse(date, &ret->as_of) && !date_parse_day(date, &ret->as_of))
				return tool_misuse("--as-of takes a date like 2026-03-02T14:00:00Z or 2026-03-02");
		} else if (argv[i][0] == '-')
			return tool_misuse("explain: unknown option \"%s\"", argv[i]);
		else
			*VEC_PUSH(a, &ret->targets) = str_of(argv[i]);
	}
	return ret->targets.n ? EXIT_FINE : tool_misuse("explain what? give record files, a case or an alert");
}

static void json_hit(const struct ruleset *rules, const struct series_hit *h, struct json *j)
{
	json_map(j);
	json_key(j, "turn");
	json_int(j, (int64_t)h->turn);
	json_key(j, "lexicon");
	json_str(j, lexicons_get(rules->lexicons, (size_t)h->hit.lexicon)->id);
	json_key(j, "entry");
	json_int(j, h->hit.entry);
	json_key(j, "weight");
	json_number(j, h->hit.weight);
	json_key(j, "from");
	json_str(j, h->from);
	json_key(j, "to");
	json_str(j, h->to);
	json_key(j, "unless");
	json_z(j, h->hit.unless);
	json_end_map(j);
}

static struct str person_of(const struct skeleton *s, int index)
{
	return index >= 0 ? s->participants.items[index].id : (struct str){ NULL, 0 };
}

static void json_turn(const struct skeleton *s, size_t turn, struct json *j)
{
	const struct skeleton_turn *t = &s->turns.items[turn];

	json_map(j);
	json_key(j, "turn");
	json_int(j, (int64_t)turn);
	json_key(j, "from");
	json_str(j, person_of(s, t->who));
	json_key(j, "to");
	json_str(j, person_of(s, t->to));
	json_key(j, "inferred");
	json_bool(j, t->to_inferred);
	json_key(j, "words");
	json_int(j, t->words);
	json_end_map(j);
}

static void json_record(const struct series_case *c, const struct series_record *r, const struct ruleset *rules,
			const struct request *rq, struct json *j)
{
	json_map(j);
	json_key(j, "record");
	json_str(j, r->skeleton->record);
	json_key(j, "case");
	json_str(j, c->id);
	json_key(j, "session");
	json_int(j, (int64_t)c->history->sessions[r->session].ordinal);
	explain_json(c->explanation, r->session, member_local, j);
	if (rq->hits) {
		json_key(j, "hits");
		json_list(j);
		for (size_t i = 0; i < r->hits.n; i++)
			json_hit(rules, &r->hits.items[i], j);
		json_end_list(j);
	}
	if (rq->turns) {
		json_key(j, "turns");
		json_list(j);
		for (size_t i = 0; i < r->skeleton->turns.n; i++)
			json_turn(r->skeleton, i, j);
		json_end_list(j);
	}
	json_end_map(j);
}

static void text_session(const struct explanation *x, size_t session, struct str case_name, member_namer name, bool all,
			 struct buf *out)
{
	const struct session *s = &x->history->sessions[session];
	struct buf said = { 0 };
	struct arena a = { 0 };

	explain_text(x, session, name, all ? EXPLAIN_ALL : EXPLAIN_TRUE, &said);
	if (said.n)
		buf_printf(out, "case %.*s, session %zu, %.*s", STR_ARG(case_name), s->ordinal,
			   STR_ARG(date_format_day(&a, s->started)));
	if (said.n && s->number >= 0 && (size_t)s->number != s->ordinal)
		buf_printf(out, ", numbered %lld", (long long)s->number);
	if (said.n)
		buf_printf(out, "\n%.*s", STR_ARG(buf_str(&said)));
	buf_release(&said);
	arena_release(&a);
}

static void text_hits(const struct ruleset *rules, const struct series_record *r, struct buf *out)
{
	for (size_t i = 0; i < r->hits.n; i++) {
		const struct series_hit *h = &r->hits.items[i];

		buf_printf(out, "  turn %zu (%.*s%s%.*s): %.*s, entry %d, weight %g%s%s\n", h->turn, STR_ARG(h->from),
			   h->to.n ? " to " : "", STR_ARG(h->to),
			   STR_ARG(lexicons_get(rules->lexicons, (size_t)h->hit.lexicon)->id), (int)h->hit.entry,
			   (double)h->hit.weight, h->hit.unless ? ", does not count: " : "",
			   h->hit.unless ? h->hit.unless : "");
	}
}

static void text_turns(const struct skeleton *s, struct buf *out)
{
	for (size_t i = 0; i < s->turns.n; i++) {
		const struct skeleton_turn *t = &s->turns.items[i];
		struct str to = person_of(s, t->to);

		buf_printf(out, "  turn %zu (%.*s%s%.*s%s): %d words\n", i, STR_ARG(person_of(s, t->who)),
			   to.n ? " to " : "", STR_ARG(to), t->to_inferred ? ", inferred" : "", (int)t->words);
	}
}

static void text_details(const struct ruleset *rules, const struct series_record *r, const struct request *rq,
			 struct buf *out)
{
	if (rq->hits) {
		buf_printf(out, "hits in record %.*s\n", STR_ARG(r->skeleton->record));
		text_hits(rules, r, out);
	}
	if (rq->turns) {
		buf_printf(out, "turns of record %.*s\n", STR_ARG(r->skeleton->record));
		text_turns(r->skeleton, out);
	}
}

static void print_series(const struct tool *t, const struct series *s, const struct ruleset *rules,
			 const struct request *rq)
{
	struct json *j = json_new(false);
	struct buf out = { 0 };

	for (size_t i = 0; i < s->cases.n; i++) {
		const struct series_case *c = &s->cases.items[i];

		for (size_t n = 0; t->json && n < c->records.n; n++) {
			json_record(c, &c->records.items[n], rules, rq, j);
			tool_print(j);
		}
		for (size_t n = 0; !t->json && n < c->history->n; n++)
			text_session(c->explanation, n, c->id, member_local, rq->all, &out);
		for (size_t n = 0; !t->json && n < c->records.n; n++)
			text_details(rules, &c->records.items[n], rq, &out);
		fputs(buf_str(&out).p, stdout);
		buf_reset(&out);
	}
	buf_release(&out);
	json_free(j);
}

static int explain_files(const struct tool *t, const struct request *rq)
{
	struct arena a = { 0 };
	struct series s;
	struct series_options options = { .as_of = rq->as_of, .hits = rq->hits };
	struct ruleset *rules = tool_rules(t, &rq->rules);
	struct buf faults = { 0 };
	struct error e = { 0 };
	size_t bad = 0;
	int rc = EXIT_WRONG;

	if (rules && series_read(&a, rq->targets.items, rq->targets.n, rules, &options, &s, &faults, &bad, &e) < 0)
		rc = tool_fail(&e);
	else if (rules) {
		fputs(buf_str(&faults).p, stderr);
		print_series(t, &s, rules, rq);
		rc = bad ? EXIT_WRONG : EXIT_FINE;
	}
	arena_release(&a);
	buf_release(&faults);
	if (rules)
		rules_free(rules);
	return rc;
}

#define ALERT_PREFIX 4 /* as for acts */

/* A case by token, by the clinic's id, or by an alert of it: then only that is shown. */
static int find_case(struct store *st, struct arena *a, struct str target, struct stored_case **ret,
		     struct explain_about *ret_about, struct error *e)
{
	struct told told;
	int64_t row = 0;
	bool found;
	stored_alerts alerts = { 0 };
	struct strs like = { 0 };
	static const struct alert_filter all = { .ended_too = true };

	if (store_case_by_token(st, a, target, ret, e) < 0 || (!*ret && store_case(st, a, target, ret, e) < 0))
		return -1;
	if (*ret)
		return 0;
	if (target.n >= ALERT_PREFIX && store_alerts_like(st, a, target, 2, &like, e) < 0)
		return -1;
	if (like.n == 1)
		target = like.items[0];
	if (store_told_find(st, a, target, &row, &told, &found, e) < 0 || store_alerts(st, a, &all, &alerts, e) < 0)
		return -1;
	if (found)
		*ret_about = (struct explain_about){ told.rule, told.member, told.other };
	for (size_t i = 0; found && i < alerts.n; i++)
		if (strcmp(alerts.items[i].told.id, told.id) == 0)
			return store_case_by_token(st, a, alerts.items[i].case_token, ret, e);
	return 0;
}

static void print_case(const struct tool *t, const struct explanation *x, struct str token, bool all)
{
	struct json *j = json_new(false);
	struct buf out = { 0 };

	for (size_t i = 0; i < x->history->n; i++) {
		if (!t->json) {
			text_session(x, i, token, member_token, all, &out);
			continue;
		}
		explain_session_json(x, i, token, member_token, j);
		tool_print(j);
	}
	if (!t->json)
		fputs(buf_str(&out).p, stdout);
	buf_release(&out);
	json_free(j);
}

/* As the engine would judge it. */
static int build_history(struct arena *a, struct store *st, const struct config *config, const struct stored_case *c,
			 struct history **ret, struct error *e)
{
	struct skeleton **skeletons;
	size_t n;

	if (store_skeletons(st, a, c->row, &skeletons, &n, e) < 0)
		return -1;
	*ret = history_build(a, &c->roster, (const struct skeleton *const *)skeletons, n, c->closed_at);
	(*ret)->name = c->token;
	return site_fact(st, a, config, *ret, e);
}

static int explain_stored(const struct tool *t, struct store *st, const struct config *config,
			  const struct ruleset *rules, const struct request *rq, struct str target)
{
	struct arena a = { 0 };
	struct error e = { 0 };
	struct stored_case *c = NULL;
	struct explain_about about = { 0 };
	struct explanation *x;
	struct history *history;
	int rc = EXIT_FINE;

	if (find_case(st, &a, target, &c, &about, &e) < 0 || (c && build_history(&a, st, config, c, &history, &e) < 0))
		rc = tool_fail(&e);
	else if (!c)
		rc = tool_misuse("\"%.*s\" is no file, no case and no alert", STR_ARG(target));
	else {
		x = explain(&a, history, rules, rq->as_of == DATE_NONE ? clock_now() : rq->as_of);
		x->about = about;
		print_case(t, x, c->token, rq->all);
	}
	arena_release(&a);
	return rc;
}

static int explain_store(const struct tool *t, const struct request *rq)
{
	struct config *config = tool_config(t);
	struct store *st = config ? tool_store(config) : NULL;
	struct ruleset *rules = st ? tool_rules(t, &rq->rules) : NULL;
	int rc = rules ? EXIT_FINE : EXIT_WRONG;

	for (size_t i = 0; rules && rc == EXIT_FINE && i < rq->targets.n; i++)
		rc = explain_stored(t, st, config, rules, rq, rq->targets.items[i]);
	if (rules)
		rules_free(rules);
	if (st)
		store_close(st);
	if (config)
		config_free(config);
	return rc;
}

/* A file by its name, there or not: whose path was mistyped is not told about the store. */
static bool is_file(struct str target)
{
	return access(target.p, F_OK) == 0 || str_ends(target, ".json") || str_ends(target, ".yaml");
}

int tool_explain(struct tool *t, int argc, char **argv)
{
	struct arena a = { 0 };
	struct request rq = { .as_of = DATE_NONE };
	int rc = parse(&a, argc, argv, &rq);

	if (rc == EXIT_FINE)
		rc = is_file(rq.targets.items[0]) ? explain_files(t, &rq) : explain_store(t, &rq);
	arena_release(&a);
	return rc;
}
