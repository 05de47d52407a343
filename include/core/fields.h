/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading a document tree by tables: one row a key.
 *
 * A format (record, rule, configuration) is a set of tables of `struct field`.  A row names the key, says in one
 * line what it is for, and how its value is read into a struct.  Everything else follows from the rows: unknown keys
 * with a did-you-mean, missing keys, wrong kinds, the path of each fault, and the generated reference pages.
 */
#ifndef RUPTURED_CORE_FIELDS_H
#define RUPTURED_CORE_FIELDS_H

#include "core/doc.h"

struct reader {
	struct arena *arena; /* what is read lives here */
	struct diags *diags;
	/* Unknown keys: an error in rules and configuration, a warning in records ("x_..." is always free). */
	enum diag_severity unknown_key;
	/* A record: messages name kinds, never values; an unknown key is shown only when it is [a-z_]{1,32}. */
	bool private;
	struct path *path; /* where we are, innermost first; for reader_error */
	void *context;	   /* the format's own */
};

struct shape;

struct path {
	struct path *outer;
	const char *key; /* or NULL: an index */
	size_t index;
};

struct field {
	const char *name; /* NULL ends the table */
	const char *help; /* for people, in the reference pages */
	/* Reads into `into` (the struct the table is about, plus `offset`).  Faults go to the reader. */
	void (*read)(struct reader *r, const struct doc *value, void *into, const struct field *field);
	size_t offset;
	bool required;
	const void *detail; /* what `read` needs: an enum's words, a limit, a nested table */
	/* What may stand there, for the reference pages and for the schema; NULL where `read` is one of the ready-made
	 * readers below. */
	const char *value;
	const struct shape *shape; /* core/shape.h */
};

struct limit_range {
	double min, max;
	bool whole;
};
struct limit_string {
	size_t max_bytes;
	bool empty_ok;
};

/* The map `doc` by the table, into the struct `into`.  False when anything was wrong; the rest is read all the same. */
bool fields_read(struct reader *r, const struct doc *doc, const struct field *table, void *into);

/*
 * Ready-made readers.  A null is the same as an absent key where a record is read and the key is not required.
 * Into: struct str, double, int64_t, bool, int (an enum), int64_t (seconds since the epoch).
 */
void read_str(struct reader *r, const struct doc *v, void *into, const struct field *f);      /* detail: limit_string or NULL */
void read_double(struct reader *r, const struct doc *v, void *into, const struct field *f);   /* detail: limit_range or NULL */
void read_int(struct reader *r, const struct doc *v, void *into, const struct field *f);      /* int64_t; detail: limit_range */
void read_flag(struct reader *r, const struct doc *v, void *into, const struct field *f);     /* bool */
void read_date(struct reader *r, const struct doc *v, void *into, const struct field *f);     /* int64_t */
void read_duration(struct reader *r, const struct doc *v, void *into, const struct field *f); /* int64_t seconds */
void read_word(struct reader *r, const struct doc *v, void *into, const struct field *f);     /* int; detail: struct words */
void read_strs(struct reader *r, const struct doc *v, void *into, const struct field *f);     /* struct strs; one string is a list of one */
void read_any(struct reader *r, const struct doc *v, void *into, const struct field *f);      /* const struct doc *: read later */

struct strs {
	struct str *items;
	size_t n, cap;
};
/* The words of an enum, by value; values count from 0, NULL ends. */
struct words {
	const char *const *words;
};

/* Read beforehand, or of no interest; detail: what stands there, a struct rows, for the reference pages; or NULL. */
void read_skip(struct reader *r, const struct doc *v, void *into, const struct field *f);

/* A map inside the map; detail: its table, whose offsets count from this row's `offset`. */
void read_map(struct reader *r, const struct doc *v, void *into, const struct field *f);
/* A list of maps into a VEC of structs; detail: struct rows. */
void read_rows(struct reader *r, const struct doc *v, void *into, const struct field *f);
struct rows {
	const struct field *table;
	size_t size; /* of one struct */
	size_t max;  /* rows; 0: any number */
	/* Before a row is read (defaults) and after (checks that concern several keys); or NULL. */
	void (*init)(void *row);
	void (*check)(struct reader *r, const struct doc *doc, void *row);
};

/* A fault here; path and place come from the reader and the node. */
void reader_error(struct reader *r, const struct doc *at, const char *code, const char *hint, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
void reader_warn(struct reader *r, const struct doc *at, const char *code, const char *hint, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
/* For span-precise faults inside a scalar (a condition, a threshold); `at` may lie inside the scalar. */
void reader_error_at(struct reader *r, struct span at, const char *code, const char *hint, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
/* Whether an unknown key of the map was told to be this one misspelt: then it is not missing as well. */
bool fields_misspelt(const struct doc *map, const struct field *table, const char *name);
/* "did you mean \"x\"?" in the reader's arena, or NULL. */
const char *reader_suggest(struct reader *r, struct str word, const char *const *candidates, size_t n);
struct str reader_path(struct reader *r);

#endif
