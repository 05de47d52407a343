/*
 * Rule files from disk: the whole directory as one unit, the last good set kept.
 */
#ifndef RUPTURED_APP_RULEDIR_H
#define RUPTURED_APP_RULEDIR_H

#include "core/rules.h"
#include "base/error.h"

/* All *.yaml below the paths (files or directories), compiled.  NULL with the faults of all files rendered into `out`
 * (and ret_errors counted), or with *e filled when the disk fails. */
struct ruleset *ruledir_load(const struct strs *paths, struct buf *out, size_t *ret_errors, size_t *ret_warnings,
			     struct error *e);
/* The sources of a set as one text and back: how the last good set is kept in the store. */
int ruledir_pack(const struct strs *paths, struct buf *out, struct error *e);
struct ruleset *ruledir_unpack(struct str packed, struct buf *out);

#endif
