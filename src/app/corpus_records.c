/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A directory of records: read once, by all threads, into skeletons in a scratch file and an index of them.
 */
#include <errno.h>
#include <stdlib.h>

#include "app/corpus_parts.h"
#include "io/files.h"
#include "io/pool.h"

#define FAULTS_SHOWN 5

struct worker {
	struct lexicon_scratch *scratch[CORPUS_PHRASES_MAX];
	struct arena text, bytes; /* of a record; wiped */
	struct arena *ids;	  /* kept */
	struct buf encoded;
	struct error error;
};

/* What became of one file. */
struct file_read {
	bool good;
	struct str fault; /* of one that is not, of the first few */
	struct corpus_record record;
};

struct reading_records {
	struct corpus *corpus;
	const struct corpus_options *options;
	struct str *files;
	size_t n;
	struct file_read *read; /* one a file */
	struct worker workers[POOL_MAX];
};

static int keep(struct reading_records *r, struct worker *w, const struct record *record, struct corpus_record *ret)
{
	const struct corpus_options *o = r->options;
	struct extract_policy policy = { .consent_required = o->consent_required };

	ret->case_id = arena_dup(w->ids, record->case_id);
	ret->record = arena_dup(w->ids, record->id);
	ret->revision = record->revision;
	ret->withdrawn = record->withdrawn;
	ret->started = record->started;
	for (size_t p = 0; p < o->n_phrases && !record->withdrawn; p++) {
		struct skeleton *s = extract(&w->text, record, o->phrases[p], w->scratch[p], policy, NULL);

		buf_reset(&w->encoded);
		skeleton_encode(s, &w->encoded);
		ret->bytes[p] = w->encoded.n;
		if (spill_put(r->corpus->spill, buf_str(&w->encoded), &ret->at[p], &w->error) < 0)
			return -1;
	}
	return 0;
}

static bool is_of_the_file(const struct error *e)
{
	return e->kind == ERROR_REFUSED || e->sys == EACCES || e->sys == ENOENT;
}

/* Too large, no regular file, not ours to read: left out like one with faults, and told. */
static int note_unread(struct reading_records *r, struct worker *w, size_t index)
{
	if (!is_of_the_file(&w->error))
		return -1;
	r->read[index].fault = arena_printf(w->ids, "%s\n", w->error.text);
	w->error = (struct error){ 0 };
	return 0;
}

static void note_fault(struct reading_records *r, struct worker *w, size_t index, struct diags *d)
{
	struct buf out = { 0 };

	diags_render(d, r->files[index], STR(""), DIAG_PRIVATE, &out);
	r->read[index].fault = arena_dup(w->ids, buf_str(&out));
	buf_release(&out);
}

static int read_file(void *user, size_t worker, size_t index)
{
	struct reading_records *r = user;
	struct worker *w = &r->workers[worker];
	struct diags d = { .arena = &w->text };
	struct file_read *ret = &r->read[index];
	struct record *record;
	struct str text;
	int rc = 0;

	if (r->options->abandon && atomic_load(r->options->abandon))
		return error_set(&w->error, ERROR_AGAIN, "given up");
	ret->record.file = index;
	if (file_read(&w->bytes, r->files[index].p, RECORD_MAX_BYTES, &text, &w->error) < 0)
		return note_unread(r, w, index);
	record = record_read(&w->text, text, &d);
	ret->good = record != NULL;
	if (record)
		rc = keep(r, w, record, &ret->record);
	else
		note_fault(r, w, index, &d);
	arena_reset(&w->text);
	arena_reset(&w->bytes);
	return rc;
}

static void tell_progress(void *user, size_t done, size_t n)
{
	const struct reading_records *r = user;

	r->options->progress(r->options->user, done, n);
}

/* ---- the index ---- */

static int by_record(const void *va, const void *vb)
{
	const struct corpus_record *a = va, *b = vb;
	int c = str_cmp(a->record, b->record);

	if (!c)
		c = (b->revision > a->revision) - (b->revision < a->revision);
	return c ? c : (a->file > b->file) - (a->file < b->file);
}

static int by_case(const void *va, const void *vb)
{
	const struct corpus_record *a = va, *b = vb;
	int c = str_cmp(a->case_id, b->case_id);

	return c ? c : (a->file > b->file) - (a->file < b->file);
}

/* Of each record the highest revision, and none that was withdrawn. */
static void keep_those_in_force(struct corpus *c)
{
	size_t kept = 0;

	if (c->records.n)
		qsort(c->records.items, c->records.n, sizeof *c->records.items, by_record);
	for (size_t i = 0; i < c->records.n; i++) {
		struct corpus_record one = c->records.items[i];

		if (!one.withdrawn && (!i || !str_eq(one.record, c->records.items[i - 1].record)))
			c->records.items[kept++] = one;
	}
	c->records.n = kept;
}

static void make_slices(struct corpus *c)
{
	if (c->records.n)
		qsort(c->records.items, c->records.n, sizeof *c->records.items, by_case);
	for (size_t i = 0; i < c->records.n; i++) {
		const struct corpus_record *one = &c->records.items[i];

		if (!i || !str_eq(one->case_id, c->records.items[i - 1].case_id))
			*VEC_PUSH(&c->arena, &c->slices) = (struct corpus_slice){ i, 0 };
		c->slices.items[c->slices.n - 1].n++;
		if (one->started > c->last)
			c->last = one->started;
	}
}

static void gather(struct reading_records *r)
{
	struct corpus *c = r->corpus;

	for (size_t i = 0; i < r->n; i++) {
		if (r->read[i].good)
			*VEC_PUSH(&c->arena, &c->records) = r->read[i].record;
		else if (c->refused++ < FAULTS_SHOWN)
			buf_puts(&c->faults, r->read[i].fault);
	}
	keep_those_in_force(c);
	make_slices(c);
}

/* ---- all ---- */

static int by_name(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static int list_files(struct arena *a, const char *directory, struct reading_records *r, struct error *e)
{
	static const char *const suffixes[] = { ".json", ".yaml" };
	VEC(struct str) all = { 0 };

	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
		struct str *some;
		size_t n;

		if (directory_list(a, directory, suffixes[i], true, &some, &n, e) < 0)
			return -1;
		for (size_t k = 0; k < n; k++)
			*VEC_PUSH(a, &all) = some[k];
	}
	if (all.n)
		qsort(all.items, all.n, sizeof *all.items, by_name);
	r->files = all.items;
	r->n = all.n;
	r->read = ARENA_ARRAY(a, struct file_read, all.n + 1);
	return 0;
}

static void workers_open(struct reading_records *r)
{
	struct corpus *c = r->corpus;

	c->n_workers = r->options->jobs;
	c->worker_arenas = ARENA_ARRAY(&c->arena, struct arena, c->n_workers);
	for (size_t i = 0; i < c->n_workers; i++) {
		r->workers[i].ids = &c->worker_arenas[i];
		r->workers[i].text.wipe = r->workers[i].bytes.wipe = true;
		for (size_t p = 0; p < r->options->n_phrases; p++)
			r->workers[i].scratch[p] = lexicon_scratch_new(r->options->phrases[p]);
	}
}

static void workers_close(struct reading_records *r, struct error *e)
{
	for (size_t i = 0; i < r->corpus->n_workers; i++) {
		struct worker *w = &r->workers[i];

		if (w->error.kind != ERROR_NONE)
			*e = w->error;
		for (size_t p = 0; p < r->options->n_phrases; p++)
			lexicon_scratch_free(w->scratch[p]);
		arena_release(&w->text);
		arena_release(&w->bytes);
		buf_release(&w->encoded);
	}
}

int corpus_of_records(const char *directory, const struct corpus_options *options, struct corpus **ret, struct error *e)
{
	struct corpus *c = calloc(1, sizeof *c);
	struct reading_records *r = calloc(1, sizeof *r);
	struct pool_work work = { .piece = read_file, .progress = options->progress ? tell_progress : NULL, .user = r };
	struct arena listing = { 0 };
	int rc;

	if (!c || !r)
		abort();
	*ret = c;
	c->last = DATE_NONE;
	c->n_phrases = options->n_phrases;
	r->corpus = c;
	r->options = options;
	rc = list_files(&listing, directory, r, e);
	if (rc == 0)
		rc = spill_open(&c->spill, e);
	if (rc == 0) {
		workers_open(r);
		rc = pool_run(options->jobs, r->n, &work);
		workers_close(r, e);
	}
	if (rc == 0)
		gather(r);
	else
		corpus_close(c);
	arena_release(&listing);
	free(r);
	return rc;
}
