/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rule files from disk: all the paths as one unit, and the last good set kept as one text.
 */
#ifndef RUPTURED_APP_RULEDIR_H
#define RUPTURED_APP_RULEDIR_H

#include "base/error.h"
#include "core/rules.h"

#define RULEDIR_MAX_FILE_BYTES (1u << 20)

struct rule_sources {
	struct rule_source *items;
	size_t n;
	const struct strs *switched_off; /* rules that the administrator retires; NULL: none */
	int64_t today;			 /* for warnings of what has ended; 0: none */
};

/* All *.yaml below the paths (files or directories, those that exist), in the paths' order, then by name; in a. */
int ruledir_read(struct arena *a, const struct strs *paths, struct rule_sources *ret, struct error *e);

/* Compiled; faults and warnings of all files are rendered into `out` and counted.  NULL when there are errors, or when
 * there is no rule at all (a line in `out` says so). */
struct rule_faults {
	size_t errors, warnings;
	size_t unknown_off; /* ids of switched_off that name no rule, a line in `out` each: the set is good all the same */
};
struct ruleset *ruledir_compile(const struct rule_sources *sources, struct buf *out, struct rule_faults *ret);

/* The sources as one text and back, for the store.  unpack: false when the text is not a whole pack. */
void ruledir_pack(const struct rule_sources *sources, struct buf *out);
bool ruledir_unpack(struct arena *a, struct str packed, struct rule_sources *ret);

#endif
