/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exceptions: for one case or one site a rule is as if its data were missing, for a reason and until a date.
 *
 *	except:
 *	  - {rule: drops.*, case: K7Q2, until: 2026-12-31, reason: "scores are low since the new medication"}
 *	  - {rule: siding.split, site: north, until: 2026-06-30, reason: "the form was printed wrongly"}
 *
 * In a rule it stands without `rule:`.  `until` counts to its last second and is held against the date judged, so that
 * an exception ends by itself and a late record is judged as it would have been in time.  `from` leaves what was found
 * before as it was; without it the case's whole past is judged as if the data were missing.
 */
#ifndef RUPTURED_CORE_EXCEPT_H
#define RUPTURED_CORE_EXCEPT_H

#include "core/rule_read.h"

/* A list of exceptions; `rule` is absent at the level of a file. */
void exceptions_read(struct reader *r, const struct doc *doc, struct str rule, struct str file,
		     struct exceptions *list);
/* Exceptions of unknown rules, and of those that have none.  readers[i] is that of source i. */
void exceptions_lint(struct reader *readers, const struct exceptions *list, const struct rule_form *forms, size_t n);
/* Gives each rule its exceptions, once no more are added; in an order that does not depend on that of files. */
void exceptions_share(struct arena *a, struct exceptions *list, struct rule *rules, size_t n);
/* Bytes that change when an exception does. */
void exceptions_canonical(const struct exceptions *list, struct buf *out);

#endif
