/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What explain.c (collecting), explain_json.c and explain_text.c (rendering) share; nobody else includes this.
 */
#ifndef RUPTURED_CORE_EXPLAIN_INTERNAL_H
#define RUPTURED_CORE_EXPLAIN_INTERNAL_H

#include "core/explain.h"

extern const char *const explain_truths[]; /* by enum truth: false no_data true */

/* Whether the verdict belongs to what is shown of the session. */
bool explain_is_shown(const struct explanation *x, const struct explained *e, size_t session);
/* Whether people may be told of it, and it belongs to what is shown.  Strengths are judged like rules and never
 * announced. */
bool explain_is_alert(const struct explanation *x, const struct incident *incident);
/* A rule that fired, or is excepted, has no "why not". */
bool explain_stayed_quiet(const struct explained *e);
/* What the signal asks for: its threshold, or where it has none all that stands behind its selector, as written. */
void explain_asked(const struct signal *s, struct buf *out);
/* The rule's conditions as they were decided, a line or a tree each; nothing of one that is a single signal. */
void explain_tree(const struct explained *e, size_t width, struct buf *out);

#endif
