/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Readers of keys that several kinds of sinks have.
 */
#ifndef RUPTURED_IO_SINK_KEYS_H
#define RUPTURED_IO_SINK_KEYS_H

#include "core/shape.h"

/* An absolute path, into a struct str. */
void read_sink_path(struct reader *r, const struct doc *v, void *into, const struct field *f);
extern const struct shape sink_path_shape;

/* 1 second to 1 hour, into an int64_t of milliseconds; shape_duration. */
void read_sink_timeout(struct reader *r, const struct doc *v, void *into, const struct field *f);

/* A word in the header of a log line, printable ASCII, into a struct str; detail: struct log_word. */
struct log_word {
	size_t max;
	const char *but;  /* characters it may not have, or NULL */
	const char *only; /* those alone it may have, or NULL */
	const char *hint;
};
void read_log_word(struct reader *r, const struct doc *v, void *into, const struct field *f);
extern const struct log_word ident_log_word;
extern const struct shape ident_shape;
#define IDENT_VALUE "letters, digits, -, _ and ., at most 48"

#endif
