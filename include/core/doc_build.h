/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What json.c, yaml.c and doc.c share: the growing tree and its limits.
 *
 * A format's file turns its library's events into builder_* calls, in document order.  Spans are given as byte
 * offsets only; lines and columns are counted once, afterwards (doc_place) or for the faults alone (diags_place).
 * A call that returns false has told why: stop parsing.
 */
#ifndef RUPTURED_CORE_DOC_BUILD_H
#define RUPTURED_CORE_DOC_BUILD_H

#include "core/doc.h"

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"
#define FEW_KEYS	12 /* up to here every pair of keys is compared; beyond, they are sorted */

struct builder_frame {
	struct doc *doc;
	size_t first; /* its first child in builder.children */
};

#define BUILDER_KEYS 64
#define BUILDER_NODES 32 /* taken at once */

struct builder {
	struct arena *arena; /* the tree's */
	struct diags *diags;
	const struct doc_limits *limits;
	struct str text; /* all of it; offsets count from its first byte */
	size_t start;	 /* past a byte order mark */
	bool closed;	 /* a YAML text must end with "..." */
	bool borrows;	 /* scalars may point into `text` */
	struct arena scratch;
	VEC(struct doc_pair) children; /* of all open maps and lists, innermost last */
	struct builder_frame *frames;
	size_t depth, nodes;
	struct doc *ready; /* nodes to come */
	size_t n_ready;
	struct str keys[BUILDER_KEYS]; /* copies made already */
	struct doc_pair key; /* of the next value, when the innermost is a map */
	bool has_key;
	struct doc *root;
};

/* Is a key the next thing? */
bool builder_wants_key(const struct builder *b);
bool builder_key(struct builder *b, struct str key, size_t offset, size_t bytes);
bool builder_scalar(struct builder *b, struct str text, bool quoted, size_t offset, size_t bytes);
bool builder_open(struct builder *b, enum doc_kind kind, size_t offset);
void builder_close(struct builder *b); /* the innermost; duplicate keys are told here */
/* Always false.  Never put a value of the text into the message. */
bool builder_error(struct builder *b, const char *code, size_t offset, size_t bytes, const char *hint,
		   const char *format, ...) __attribute__((format(printf, 6, 7)));

/* The parsers: fill b->root, or tell an error. */
void json_parse(struct builder *b);
void yaml_parse(struct builder *b);

/* As doc_parse, but the tree borrows from `text`, and no span has a line yet, in the faults neither: spans say offset and
 * bytes only.  For records, where lines are rarely asked for; diags_place then gives the faults theirs. */
struct doc *doc_parse_unplaced(struct arena *a, struct str text, enum doc_format format,
			       const struct doc_limits *limits, bool closed, struct diags *d);
/* Lines and columns for the spans of all faults from `first` on that have none. */
void diags_place(struct diags *d, size_t first, struct str text);
/* Lines and columns for the whole tree. */
void doc_place(struct doc *doc, struct str text);
/* The map's pairs by key, twins in the order written; in `few` (FEW_KEYS long) when they fit, else in a. */
const struct doc_pair **doc_sorted_pairs(struct arena *a, const struct doc_pair **few, const struct doc *map);
/* A key that may be shown although the text is confidential: [a-z_]{1,32}. */
bool doc_key_is_plain(struct str key);

#endif
