/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing JSON: a thin face on the library, so that it appears in one file.
 *
 * Calls nest as the text does.  Strings must be UTF-8; what is not is replaced.  Numbers are written the same way
 * whatever the locale, in the fewest digits that read back as the same double; NaN is written as null.
 */
#ifndef RUPTURED_CORE_JSON_H
#define RUPTURED_CORE_JSON_H

#include <stdint.h>

#include "base/buf.h"

struct json;

struct json *json_new(bool indent);
void json_free(struct json *j);
void json_map(struct json *j);
void json_end_map(struct json *j);
void json_list(struct json *j);
void json_end_list(struct json *j);
void json_key(struct json *j, const char *key);
void json_str(struct json *j, struct str s); /* absent: null */
void json_z(struct json *j, const char *z);  /* NULL: null */
void json_int(struct json *j, int64_t v);
void json_number(struct json *j, double v);
void json_bool(struct json *j, bool v);
void json_null(struct json *j);
void json_raw(struct json *j, struct str text); /* a value that is JSON already */
/* What was written so far; valid until the next call. */
struct str json_text(struct json *j);
/* Forgets the text, for the next line. */
void json_reset(struct json *j);

#endif
