/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records from files, without spool or store: what `explain FILE...` and the benchmark judge.
 *
 * Several records of one case are a series; the roster is in the order of the files.
 */
#ifndef RUPTURED_APP_SERIES_H
#define RUPTURED_APP_SERIES_H

#include "base/error.h"
#include "core/explain.h"
#include "core/rules.h"

struct series_hit {
	size_t turn;
	struct lexicon_hit hit;
	struct str from, to; /* the record's ids; to absent: unknown */
};
struct series_record {
	struct str file;
	const struct skeleton *skeleton;
	size_t session; /* index into the case's history */
	VEC(struct series_hit) hits; /* only when asked for */
};
struct series_case {
	struct str id;
	struct roster roster;
	VEC(struct series_record) records;
	struct history *history;
	struct explanation *explanation;
};
struct series {
	VEC(struct series_case) cases; /* in order of first sight */
};

struct series_options {
	int64_t as_of; /* DATE_NONE: each case as of its last session, so that no deadline runs after it */
	bool hits;
};

/*
 * All files; faults of records are rendered into `faults` (private) and the file is left out: *ret_bad counts them.
 * -1 when a file cannot be read.
 */
int series_read(struct arena *a, const struct str *files, size_t n, const struct ruleset *rules,
		const struct series_options *options, struct series *ret, struct buf *faults, size_t *ret_bad,
		struct error *e);

#endif
