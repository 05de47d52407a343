/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Strings as pointer and length.
 *
 * A `struct str` borrows its bytes and may hold NULs; whoever made it says how long the bytes live.  Strings
 * made by this program's arenas are followed by a NUL all the same, so `.p` can be handed to libc when the
 * bytes themselves are known to hold none.  {NULL, 0} is "absent"; {"", 0} is "empty".
 */
#ifndef RUPTURED_BASE_STR_H
#define RUPTURED_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct str {
	const char *p;
	size_t n;
};

#define STR(literal) ((struct str){ "" literal, sizeof(literal) - 1 })
/* For printf("%.*s", STR_ARG(s)). */
#define STR_ARG(s) (int)(s).n, (s).p ? (s).p : ""

static inline struct str str_of(const char *z)
{
	return (struct str){ z, z ? strlen(z) : 0 };
}

static inline bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || (*a.p == *b.p && memcmp(a.p, b.p, a.n) == 0));
}

static inline bool str_is(struct str a, const char *z)
{
	return str_eq(a, str_of(z));
}

/* Order by bytes; a prefix comes first. */
int str_cmp(struct str a, struct str b);
bool str_starts(struct str s, const char *prefix);
bool str_ends(struct str s, const char *suffix);
/* Without spaces and tabs at either end. */
struct str str_trim(struct str s);
/* Cuts the next run of non-spaces off the front of *rest; absent when none is left. */
struct str str_word(struct str *rest);
/* Shell-like pattern with `*` only, as in "noncompliance.*". */
bool str_matches(struct str s, struct str pattern);
/* A whole decimal number ("31.5", "-2", "1e3"), whatever the locale; false for anything else, infinities and NaN. */
bool str_number(struct str s, double *ret);
/* The candidate nearest to `word` by edit distance (swaps count one), or NULL when none is near enough to suggest. */
const char *str_nearest(struct str word, const char *const *candidates, size_t n);

#endif
