/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The document tree: what a JSON or YAML text says, before anybody asks what it means.
 *
 * Both formats make the same tree, so records, rules and configuration are read by one reader (core/fields.h).
 * Plain scalars carry no type (`no`, `3`, `true` are words until a table row asks for a flag or a number), which
 * is why YAML's Norway problem cannot arise; JSON numbers, true, false and null are plain too, JSON strings quoted.
 *
 * Refused, as diagnostics: anything past the limits, duplicate keys, text that is not UTF-8, NUL in a string,
 * and in YAML anchors, aliases, tags, merge keys and several documents.
 */
#ifndef RUPTURED_CORE_DOC_H
#define RUPTURED_CORE_DOC_H

#include "base/diag.h"

enum doc_kind { DOC_SCALAR, DOC_LIST, DOC_MAP };

struct doc {
	enum doc_kind kind;
	bool quoted; /* a scalar that was written in quotes: always a string */
	struct span at;
	struct str text; /* a scalar's */
	struct doc_pair *pairs; /* a map's, in the order written */
	struct doc **items;	/* a list's */
	size_t n;		/* pairs or items */
};

struct doc_pair {
	struct str key;
	struct span at; /* the key's */
	struct doc *value;
};

struct doc_limits {
	size_t bytes;  /* of the whole text */
	size_t depth;  /* maps and lists inside each other */
	size_t nodes;  /* scalars, lists and maps in all */
	size_t string; /* bytes of one scalar or key */
};

extern const struct doc_limits doc_limits_record; /* 16 MB, 16, 500,000, 64 KB */
extern const struct doc_limits doc_limits_rules;  /* 1 MB, 64, 100,000, 64 KB */

enum doc_format { DOC_JSON, DOC_YAML };

/*
 * The tree of `text`, in a; it borrows nothing from `text`.  NULL when there is none, with at least one error in d.
 * A YAML *record* must end with the line "..." (`closed`): a truncated YAML text is otherwise a valid one.
 */
struct doc *doc_parse(struct arena *a, struct str text, enum doc_format format, const struct doc_limits *limits,
		      bool closed, struct diags *d);
/* Notes in each place of the tree which of several files it is of. */
void doc_mark(struct doc *doc, uint32_t source);
/* JSON when the first byte that is not space is '{' or '[', else YAML. */
enum doc_format doc_guess(struct str text);

const struct doc *doc_get(const struct doc *map, const char *key); /* NULL when absent */
bool doc_is_null(const struct doc *doc);			   /* plain null, ~ or nothing */
bool doc_number(const struct doc *doc, double *ret);		   /* plain only */
bool doc_flag(const struct doc *doc, bool *ret);		   /* plain true false yes no */
/* "a string of 4 characters", "a number", "a list of 3", "a map": the kind found, never the value. */
struct str doc_describe(struct arena *a, const struct doc *doc);

/*
 * A canonical form of the tree, for hashing only: keys in order, numbers by value, JSON and YAML alike.  `38`, `38.0`
 * and `3.8e1` are the same, `"38"` is not; a plain word is the same as that word in quotes, save null, true and false.
 */
void doc_canonical(const struct doc *doc, struct buf *out);

#endif
