/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file is wrong: many faults, for the author of the file, all at once.
 *
 * Each fault has a place, a stable code, what is wrong, and what to write instead.  Rules and configuration are
 * shown with the line and a caret.  A session record is confidential: its faults show the place, the path and the
 * kind of what was found, never a value (diag_render with DIAG_PRIVATE), and whoever words the message of a record's
 * fault keeps values out of it.
 */
#ifndef RUPTURED_BASE_DIAG_H
#define RUPTURED_BASE_DIAG_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"

/* Lines and columns count from 1, columns in code points; offset and bytes are bytes.  line 0 = the file as a whole.
 * source: which of several files read as one (doc_mark); else 0. */
struct span {
	uint32_t line, column;
	uint32_t offset, bytes;
	uint32_t source;
};

enum diag_severity { DIAG_WARNING, DIAG_ERROR };

struct diag {
	enum diag_severity severity;
	const char *code; /* stable, static: "unknown-key" */
	struct span at;
	struct str path; /* "turns[17].text", or absent */
	struct str message;
	struct str hint; /* or absent */
};

struct diags {
	struct arena *arena; /* holds the texts */
	VEC(struct diag) all;
	size_t errors, warnings; /* counted on, past the limit too */
};

#define DIAGS_MAX 100 /* faults kept of one file; the rest are only counted */

/* hint may be NULL.  The message is formatted into the arena. */
void diag_add(struct diags *d, enum diag_severity severity, const char *code, struct span at, struct str path,
	      const char *hint, const char *format, ...) __attribute__((format(printf, 7, 8)));
/* A fault told elsewhere, of this file after all; its texts have to live as long as `d`. */
void diags_take(struct diags *d, const struct diag *fault);
/* By place, then by code, then by message. */
void diags_sort(struct diags *d);

enum diag_style { DIAG_CARET, DIAG_PRIVATE };
/* `source` is the file's text, for the caret; absent with DIAG_PRIVATE. */
void diag_render(const struct diag *d, struct str file, struct str source, enum diag_style style, struct buf *out);
/* All, in order, and a line about those past the limit. */
void diags_render(struct diags *d, struct str file, struct str source, enum diag_style style, struct buf *out);

#endif
