/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "app/series.h"
#include "cli/explain.h"

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
			const struct explain_request *rq, struct json *j)
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

static void text_details(const struct ruleset *rules, const struct series_record *r, const struct explain_request *rq,
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
			 const struct explain_request *rq)
{
	struct json *j = json_new(false);
	struct buf out = { 0 };

	for (size_t i = 0; i < s->cases.n; i++) {
		const struct series_case *c = &s->cases.items[i];

		c->explanation->about = (struct explain_about){ .rule = rq->rule, .anybody = true };
		for (size_t n = 0; t->json && n < c->records.n; n++) {
			json_record(c, &c->records.items[n], rules, rq, j);
			tool_print(j);
		}
		for (size_t n = 0; !t->json && n < c->history->n; n++)
			explain_show_session(c->explanation, n, c->id, member_local,
					     rq->all ? EXPLAIN_ALL : EXPLAIN_TRUE, &out);
		for (size_t n = 0; !t->json && n < c->records.n; n++)
			text_details(rules, &c->records.items[n], rq, &out);
		fputs(buf_str(&out).p, stdout);
		buf_reset(&out);
	}
	buf_release(&out);
	json_free(j);
}

int explain_files(const struct tool *t, const struct explain_request *rq)
{
	struct arena a = { 0 };
	struct series s;
	struct series_options options = { .as_of = rq->as_of, .hits = rq->hits };
	struct ruleset *rules = explain_rules(t, rq);
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
