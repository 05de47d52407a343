/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Regular expressions, for the few phrases that words cannot say.  PCRE2 appears only in pattern.c.
 *
 * A pattern runs on a turn as written, without regard to case.  Spaces in it stand for any white space, an apostrophe
 * for any apostrophe or none, and a match neither begins nor ends inside a word.  Work is bounded: a match that would
 * take too long is no match.
 */
#ifndef RUPTURED_CORE_PATTERN_H
#define RUPTURED_CORE_PATTERN_H

#include <stdint.h>

#include "core/words.h"

#define PATTERN_MAX_BYTES 2000
#define PATTERN_MAX_NEEDS 32 /* words of pattern_needs */

struct pattern_fault {
	size_t at; /* byte of the source */
	char text[160];
};

/* Immutable, shared by threads.  NULL with *fault filled when the source is no regular expression. */
struct pattern *pattern_compile(struct str source, struct pattern_fault *fault);
void pattern_free(struct pattern *p);

/* Working memory of one thread. */
struct pattern_work *pattern_work_new(void);
void pattern_work_free(struct pattern_work *w);

/* The next match at or after *at (moved behind it), as bytes of `text`; empty matches are passed over. */
bool pattern_next(const struct pattern *p, struct pattern_work *w, struct str text, size_t *at, size_t *ret_from,
		  size_t *ret_to);

/* Folded words of which each match holds at least one: the rarest such set that is easy to see.  False: none is. */
bool pattern_needs(struct arena *a, struct str source, struct words_list *ret);

#endif
