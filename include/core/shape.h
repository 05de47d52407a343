/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What may stand under a key, as far as a schema can say it.
 *
 * Rows with a ready-made reader (core/fields.h) need none: theirs follows from the reader and its detail.
 */
#ifndef RUPTURED_CORE_SHAPE_H
#define RUPTURED_CORE_SHAPE_H

#include "core/threshold.h"

enum shape_kind {
	SHAPE_ANY,
	SHAPE_TEXT,	 /* detail: struct limit_string, or NULL */
	SHAPE_PATTERN,	 /* text; detail: a regular expression without backslashes but \\. */
	SHAPE_NUMBER,	 /* detail: struct limit_range, or NULL */
	SHAPE_WHOLE,	 /* likewise */
	SHAPE_FLAG,	 /* yes, no */
	SHAPE_NULL,
	SHAPE_DATE,
	SHAPE_DURATION,
	SHAPE_WORD,	 /* detail: struct words */
	SHAPE_THRESHOLD, /* detail: unsigned, the units allowed */
	SHAPE_AMOUNT,	 /* a number and one of these units; detail: likewise */
	SHAPE_TABLE,	 /* a map; detail: its struct field rows; or `table` gives them */
	SHAPE_ROWS,	 /* a list of maps; detail: struct rows */
	SHAPE_LIST,	 /* detail: the struct shape of each */
	SHAPE_SOME,	 /* one, or a list of them; detail: likewise */
	SHAPE_NAMED,	 /* a map from names that the author chooses; detail: the struct shape of each value */
	SHAPE_KEYED,	 /* a map with one key, out of a list; detail: struct shape_keyed */
	SHAPE_EITHER,	 /* detail: struct shape pointers, NULL ends */
	SHAPE_DEFINED,	 /* detail: the name of a definition that the page gives */
};
#define SHAPES (SHAPE_DEFINED + 1)

/* Without a detail of its own a shape takes that of the row it stands in. */
struct shape {
	enum shape_kind kind;
	const void *detail;
	const struct field *(*table)(void);
};

struct shape_keyed {
	const struct words *keys;
	const struct shape *value;
};

extern const struct shape shape_text, shape_texts, shape_flag, shape_flag_or_null, shape_number, shape_null,
	shape_date_or_null, shape_duration, shape_one, shape_threshold, shape_words, shape_who, shape_sessions,
	shape_condition, shape_phrases, shape_signal, shape_signals;

#endif
