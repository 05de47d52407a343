/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lists inside a record, each by its table; for record.c alone.
 */
#ifndef RUPTURED_CORE_RECORD_PARTS_H
#define RUPTURED_CORE_RECORD_PARTS_H

#include "core/record.h"

/* reader.context while a record is read. */
struct reading {
	const struct record *record; /* its participants are read before anything that names them */
	bool participants_bad;	     /* told already: do not complain about each `who` as well */
	bool has_attendance[RECORD_MAX_PARTICIPANTS];
};

extern const struct rows participant_rows, attendance_rows, score_rows, homework_rows, code_rows, turn_rows,
	report_rows, contact_rows;
extern const struct limit_string record_id_limit, record_word_limit;

/* Field readers.  Into: struct str (no control characters), VEC(struct flag), int 1 or 0 (untouched: null). */
void read_id(struct reader *r, const struct doc *v, void *into, const struct field *f);
void read_flags(struct reader *r, const struct doc *v, void *into, const struct field *f);
void read_yes(struct reader *r, const struct doc *v, void *into, const struct field *f);
/* Into an int that is 0 when not said; detail: struct words, counted from 1 here. */
void read_word_said(struct reader *r, const struct doc *v, void *into, const struct field *f);

#endif
