/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The past that rules are tried on: the store's skeletons, read only, or a directory of records.
 *
 * One case at a time is in memory.  Records are read once, by all cores; their skeletons, which hold no text, wait in a
 * scratch file until the case's turn, and an index of a few dozen bytes a record stays.
 */
#ifndef RUPTURED_APP_CORPUS_H
#define RUPTURED_APP_CORPUS_H

#include <stdatomic.h>

#include "app/config.h"
#include "base/error.h"
#include "core/mark.h"
#include "core/rules.h"

#define CORPUS_PHRASES_MAX 2 /* sets of phrases that one run can look for */

struct corpus;

struct corpus_case {
	struct str name; /* what outputs show: the token; of records, their `case` */
	struct str id;	 /* the clinic's */
	struct roster roster;
	const struct skeleton *const *skeletons[CORPUS_PHRASES_MAX]; /* by set of phrases */
	size_t n;
	int64_t closed_at;
	mark_list verdicts;
};

struct corpus_options {
	const struct lexicons *phrases[CORPUS_PHRASES_MAX]; /* the sets to look for in records */
	size_t n_phrases;
	bool consent_required;
	size_t jobs;
	void (*progress)(void *user, size_t done, size_t n); /* while records are read; or NULL */
	void *user;
	const atomic_bool *abandon; /* once set (by `progress`), no further record is read, and it fails; or NULL */
};

/* config is borrowed. */
int corpus_of_store(const struct config *config, struct corpus **ret, struct error *e);
/* All *.json and *.yaml below the directory.  What cannot be read is left out, see corpus_refused. */
int corpus_of_records(const char *directory, const struct corpus_options *options, struct corpus **ret,
		      struct error *e);
void corpus_close(struct corpus *c);

size_t corpus_cases(const struct corpus *c);
size_t corpus_phrases(const struct corpus *c); /* sets of phrases; of a store 1 */
bool corpus_is_store(const struct corpus *c);
/* The start of the last session that the records hold; DATE_NONE for a store. */
int64_t corpus_last(const struct corpus *c);
/* How many files were left out, and the faults of the first of them (private: no values); "" when none. */
size_t corpus_refused(const struct corpus *c, struct str *ret_faults);

/* One a thread. */
struct corpus_reader;
int corpus_reader_open(struct corpus *c, struct corpus_reader **ret, struct error *e);
void corpus_reader_close(struct corpus_reader *r);
/* Case 0, 1 ... in an order that is always the same; in a. */
int corpus_read(struct corpus_reader *r, struct arena *a, size_t index, struct corpus_case *ret, struct error *e);

/* What the judge cannot know of a case and the engine's store does: from when on its site is silent. */
int corpus_site(struct corpus_reader *r, struct arena *a, struct history *history, struct error *e);

#endif
