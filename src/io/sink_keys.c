/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "io/sink_keys.h"

#define TIMEOUT_MAX_S (60 * 60)
#define IDENT_MAX     48 /* APP-NAME, RFC 5424 */

void read_sink_path(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct str path = { 0 };

	read_str(r, v, &path, f);
	if (path.p && (path.n < 2 || path.p[0] != '/'))
		reader_error(r, v, "relative-path", "write the whole path", "\"%.*s\" is not an absolute path",
			     STR_ARG(path));
	else if (path.p)
		*(struct str *)into = arena_dup(r->arena, path);
}

const struct shape sink_path_shape = { SHAPE_PATTERN, "^/." };

void read_sink_timeout(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	int64_t s = -1;

	read_duration(r, v, &s, f);
	if (s == 0 || s > TIMEOUT_MAX_S)
		reader_error(r, v, "timeout", "write \"20 seconds\" or so", "expected a time from 1 second to 1 hour");
	else if (s > 0)
		*(int64_t *)into = s * 1000;
}

static bool word_fits(struct str word, const struct log_word *rule)
{
	size_t i = 0;

	while (i < word.n && word.p[i] > ' ' && word.p[i] < 0x7f && (!rule->but || !strchr(rule->but, word.p[i])) &&
	       (!rule->only || strchr(rule->only, word.p[i])))
		i++;
	return word.n > 0 && word.n <= rule->max && i == word.n;
}

void read_log_word(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	const struct log_word *rule = f->detail;
	const struct field plain = { .name = f->name };
	struct str word = { 0 };

	read_str(r, v, &word, &plain);
	if (!word.p)
		return;
	if (word_fits(word, rule))
		*(struct str *)into = arena_dup(r->arena, word);
	else
		reader_error(r, v, "log-word", rule->hint, "\"%.*s\" cannot be the %s on a log line", STR_ARG(word),
			     f->name);
}

const struct log_word ident_log_word = { IDENT_MAX, NULL,
					 "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.",
					 "use letters, digits, \"-\", \"_\" and \".\", at most 48" };
const struct shape ident_shape = { SHAPE_PATTERN, "^[A-Za-z0-9_.-]{1,48}$" };
