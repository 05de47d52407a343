/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between the files that make a rule set (rules.c, rule_read.c, rule_lint.c, rule_range.c); nobody else's business.
 *
 * A rule is read in two steps: its table puts the keys into a form, then the parts that need each other (signals, then
 * conditions over them) are made from it.
 */
#ifndef RUPTURED_CORE_RULE_READ_H
#define RUPTURED_CORE_RULE_READ_H

#include "core/rules.h"

/* Signals that a file shares among its rules. */
struct shared_signals {
	const struct doc *doc; /* map, or NULL */
	bool *used, *broken;   /* by pair: a fault in one is told once, not once a rule */
};

struct rule_form {
	struct rule rule;
	const struct doc *doc; /* the rule's whole map */
	const struct doc *id, *signals, *severity, *when, *repaired, *raise, *say, *next_step, *closes, *drops_out,
		*except;
	uint64_t used;	 /* signals that a condition names */
	uint64_t shared; /* signals that are the file's */
	size_t source;	 /* index of its file */
};

/* What stands under the keys of the same name. */
extern const struct shape rule_severity_shape, rule_raise_shape;
/* A rule's id, or absent when it has none. */
struct str rule_doc_id(const struct doc *rule);
/* The keys of a rule. */
const struct field *rule_fields(void);
/* Faults go to the reader; the form is filled as far as it goes.  reader.context is the struct compile. */
void rule_read(struct reader *r, const struct doc *doc, struct shared_signals *shared, struct rule_form *ret);
/* Notes which shared signals the conditions of the rule name. */
void shared_use(struct shared_signals *shared, const struct doc *rule);
/* The hash of what the rule does: not of its title, reasons, tests and wording. */
struct str rule_hash(struct arena *a, const struct rule_form *form);
/* Canonical bytes of the whole rule, with the shared signals that it uses. */
void rule_canonical(const struct rule_form *form, bool all_keys, struct buf *out);

/* A list of tests, as it stands in a rule or at the head of a file. */
void read_tests(struct reader *r, const struct doc *v, void *into, const struct field *f);
extern const struct shape shape_tests;
/* scenario_lint.c: the faults of all tests of a rule, and of those at the head of a file; the set lists them. */
void rule_tests(struct reader *r, struct ruleset *rs, const struct rule_form *form);
void file_tests(struct reader *r, struct ruleset *rs, const struct doc *doc, struct str file,
		const struct rule_form *forms, size_t n);

/* Its threshold, against what it can measure. */
void signal_range_check(struct reader *r, const struct signal *s);
/* What can be said of one well-read rule. */
void rule_lint(struct reader *r, const struct rule_form *form);
/* "did you mean" a rule of those, or NULL. */
const char *rule_suggest(struct reader *r, const struct rule_form *forms, size_t n, struct str word);
/* What shows only among all rules: ids, patterns.  readers[i] is that of source i. */
void rules_lint(struct reader *readers, struct rule_form *forms, size_t n);

#endif
