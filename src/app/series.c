/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/series.h"

#include "io/files.h"

struct reading_series {
	struct arena *a;
	const struct ruleset *rules;
	const struct series_options *options;
	struct lexicon_scratch *scratch;
	struct series *series;
	struct buf *faults;
	size_t bad;
};

static struct series_case *case_of(struct reading_series *r, struct str id)
{
	struct series *s = r->series;
	struct series_case *new;

	for (size_t i = 0; i < s->cases.n; i++)
		if (str_eq(s->cases.items[i].id, id))
			return &s->cases.items[i];
	new = VEC_PUSH(r->a, &s->cases);
	new->id = arena_dup(r->a, id);
	return new;
}

struct hit_collector {
	struct arena *a;
	struct series_record *to;
	const struct record *record;
};

static void collect_hit(void *user, size_t turn, const struct lexicon_hit *hit, int from, int to)
{
	struct hit_collector *c = user;
	const struct participant *people = c->record->participants.items;

	*VEC_PUSH(c->a, &c->to->hits) = (struct series_hit){
		.turn = turn,
		.hit = *hit,
		.from = from >= 0 ? arena_dup(c->a, people[from].id) : (struct str){ NULL, 0 },
		.to = to >= 0 ? arena_dup(c->a, people[to].id) : (struct str){ NULL, 0 },
	};
}

static void add_record(struct reading_series *r, struct str file, const struct record *record)
{
	struct series_case *c = case_of(r, record->case_id);
	struct series_record *new = VEC_PUSH(r->a, &c->records);
	struct hit_collector collector = { r->a, new, record };
	struct extract_trace trace = { collect_hit, &collector };
	struct skeleton *s = extract(r->a, record, r->rules->lexicons, r->scratch, (struct extract_policy){ 0 },
				     r->options->hits ? &trace : NULL);

	new->file = file;
	new->skeleton = s;
	roster_see(r->a, &c->roster, s);
}

static void read_one(struct reading_series *r, struct str file, struct str bytes)
{
	struct arena text = { .wipe = true };
	struct diags d = { .arena = &text };
	struct record *record = record_read(&text, bytes, &d);

	diags_render(&d, file, STR(""), DIAG_PRIVATE, r->faults);
	if (record && !record->withdrawn)
		add_record(r, file, record);
	else if (!record)
		r->bad++;
	arena_release(&text);
}

static int read_files(struct reading_series *r, const struct str *files, size_t n, struct error *e)
{
	struct arena bytes = { .wipe = true };
	struct str text;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++) {
		rc = file_read(&bytes, files[i].p, RECORD_MAX_BYTES, &text, e);
		if (rc == 0)
			read_one(r, files[i], text);
		arena_reset(&bytes);
	}
	arena_release(&bytes);
	return rc;
}

static void judge_case(struct reading_series *r, struct series_case *c)
{
	const struct skeleton **skeletons = ARENA_ARRAY(r->a, const struct skeleton *, c->records.n);
	int64_t as_of = r->options->as_of;

	for (size_t i = 0; i < c->records.n; i++)
		skeletons[i] = c->records.items[i].skeleton;
	c->history = history_build(r->a, &c->roster, skeletons, c->records.n, DATE_NONE);
	if (as_of == DATE_NONE)
		as_of = c->history->sessions[c->history->n - 1].started;
	c->explanation = explain(r->a, c->history, r->rules, as_of);
	for (size_t i = 0; i < c->records.n; i++)
		for (size_t s = 0; s < c->history->n; s++)
			for (size_t p = 0; p < c->history->sessions[s].n_parts; p++)
				if (c->history->sessions[s].parts[p].s == skeletons[i])
					c->records.items[i].session = s;
}

int series_read(struct arena *a, const struct str *files, size_t n, const struct ruleset *rules,
		const struct series_options *options, struct series *ret, struct buf *faults, size_t *ret_bad,
		struct error *e)
{
	struct reading_series r = {
		.a = a,
		.rules = rules,
		.options = options,
		.scratch = lexicon_scratch_new(rules->lexicons),
		.series = ret,
		.faults = faults,
	};
	int rc;

	*ret = (struct series){ 0 };
	rc = read_files(&r, files, n, e);
	lexicon_scratch_free(r.scratch);
	for (size_t i = 0; rc == 0 && i < ret->cases.n; i++)
		judge_case(&r, &ret->cases.items[i]);
	*ret_bad = r.bad;
	return rc;
}
