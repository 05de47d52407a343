/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/corpus_parts.h"

#include <stdlib.h>

#include "app/site_fact.h"
#include "io/store_acts.h"

struct corpus_reader {
	struct corpus *corpus;
	struct store *store; /* NULL: records */
};

int corpus_of_store(const struct config *config, struct corpus **ret, struct error *e)
{
	struct corpus *c = calloc(1, sizeof *c);
	struct store *st = NULL;
	int rc;

	if (!c)
		abort();
	c->last = DATE_NONE;
	c->config = config;
	rc = store_open(config->store.p, DB_READ_ONLY, &st, e);
	if (rc == 0)
		rc = store_cases_all(st, &c->arena, &c->cases, e);
	store_close(st);
	*ret = c;
	if (rc < 0)
		corpus_close(c);
	return rc;
}

void corpus_close(struct corpus *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n_workers; i++)
		arena_release(&c->worker_arenas[i]);
	spill_close(c->spill);
	buf_release(&c->faults);
	arena_release(&c->arena);
	free(c);
}

size_t corpus_cases(const struct corpus *c)
{
	return corpus_is_store(c) ? c->cases.n : c->slices.n;
}

size_t corpus_phrases(const struct corpus *c)
{
	return corpus_is_store(c) ? 1 : c->n_phrases;
}

bool corpus_is_store(const struct corpus *c)
{
	return c->config != NULL;
}

int64_t corpus_last(const struct corpus *c)
{
	return c->last;
}

size_t corpus_refused(const struct corpus *c, struct str *ret_faults)
{
	*ret_faults = c->faults.n ? buf_str(&c->faults) : STR("");
	return c->refused;
}

int corpus_reader_open(struct corpus *c, struct corpus_reader **ret, struct error *e)
{
	struct corpus_reader *r = calloc(1, sizeof *r);

	if (!r)
		abort();
	r->corpus = c;
	*ret = r;
	return corpus_is_store(c) ? store_open(c->config->store.p, DB_READ_ONLY, &r->store, e) : 0;
}

void corpus_reader_close(struct corpus_reader *r)
{
	if (!r)
		return;
	store_close(r->store);
	free(r);
}

/* ---- a case of the store ---- */

static int read_verdicts(struct corpus_reader *r, struct arena *a, int64_t row, struct corpus_case *ret,
			 struct error *e)
{
	past_verdicts *past = ARENA_NEW(a, past_verdicts);

	if (store_verdicts_of(r->store, a, row, past, e) < 0)
		return -1;
	for (size_t i = 0; i < past->n; i++)
		*VEC_PUSH(a, &ret->verdicts) = (struct mark){
			.rule = past->items[i].rule,
			.is_verdict = true,
			.good = past->items[i].useful,
			.member = past->items[i].member,
			.other = past->items[i].other,
			.records = &past->items[i].records,
		};
	return 0;
}

static int read_stored(struct corpus_reader *r, struct arena *a, size_t index, struct corpus_case *ret, struct error *e)
{
	struct stored_case *c;
	struct skeleton **skeletons;

	if (store_case(r->store, a, r->corpus->cases.items[index], &c, e) < 0)
		return -1;
	if (!c)
		return 0; /* forgotten in the meantime */
	if (store_skeletons(r->store, a, c->row, &skeletons, &ret->n, e) < 0 || read_verdicts(r, a, c->row, ret, e) < 0)
		return -1;
	ret->name = c->token;
	ret->id = c->id;
	ret->roster = c->roster;
	ret->closed_at = c->closed_at;
	for (size_t i = 0; i < CORPUS_PHRASES_MAX; i++)
		ret->skeletons[i] = (const struct skeleton *const *)skeletons;
	return 0;
}

/* ---- a case of records ---- */

static int read_skeleton(const struct corpus *c, struct arena *a, const struct corpus_record *record, size_t phrases,
			 const struct skeleton **ret, struct error *e)
{
	struct str bytes;

	if (spill_get(c->spill, a, record->at[phrases], record->bytes[phrases], &bytes, e) < 0)
		return -1;
	*ret = skeleton_decode(a, bytes);
	return *ret ? 0 : error_set(e, ERROR_MACHINE, "the scratch file was changed");
}

/* Records that collide with an earlier part of their session are left out, as the engine would refuse them. */
static int read_slice(const struct corpus *c, struct arena *a, size_t index, struct corpus_case *ret, struct error *e)
{
	const struct corpus_slice *slice = &c->slices.items[index];
	const struct skeleton **all[CORPUS_PHRASES_MAX];

	for (size_t p = 0; p < c->n_phrases; p++)
		ret->skeletons[p] = all[p] = ARENA_ARRAY(a, const struct skeleton *, slice->n);
	for (size_t i = 0; i < slice->n; i++) {
		const struct corpus_record *record = &c->records.items[slice->first + i];
		struct str other;
		const char *path;

		for (size_t p = 0; p < c->n_phrases; p++)
			if (read_skeleton(c, a, record, p, &all[p][ret->n], e) < 0)
				return -1;
		if (history_fits(all[0], ret->n, all[0][ret->n], &other, &path) &&
		    roster_see(a, &ret->roster, all[0][ret->n]))
			ret->n++;
	}
	ret->name = ret->id = c->records.items[slice->first].case_id;
	return 0;
}

int corpus_read(struct corpus_reader *r, struct arena *a, size_t index, struct corpus_case *ret, struct error *e)
{
	*ret = (struct corpus_case){ .closed_at = DATE_NONE };
	return r->store ? read_stored(r, a, index, ret, e) : read_slice(r->corpus, a, index, ret, e);
}

int corpus_site(struct corpus_reader *r, struct arena *a, struct history *history, struct error *e)
{
	return r->store ? site_fact(r->store, a, r->corpus->config, history, e) : 0;
}
