/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What corpus.c and corpus_records.c share; for nobody else.
 */
#ifndef RUPTURED_APP_CORPUS_PARTS_H
#define RUPTURED_APP_CORPUS_PARTS_H

#include "app/corpus.h"
#include "io/spill.h"
#include "io/store.h"

/* One record that counts. */
struct corpus_record {
	struct str case_id, record;
	int64_t revision;
	size_t file; /* in the order of names */
	bool withdrawn;
	uint64_t at[CORPUS_PHRASES_MAX]; /* in the scratch file */
	size_t bytes[CORPUS_PHRASES_MAX];
	int64_t started;
};

/* Those of one case: from `first` on. */
struct corpus_slice {
	size_t first, n;
};

struct corpus {
	struct arena arena;
	const struct config *config; /* of the store; NULL: records */
	struct strs cases;	     /* of the store: the clinic's ids */
	struct arena *worker_arenas; /* of the ids of records */
	size_t n_workers, n_phrases;
	struct spill *spill;
	VEC(struct corpus_record) records; /* by case, then file */
	VEC(struct corpus_slice) slices;
	int64_t last;
	size_t refused;
	struct buf faults;
};

#endif
