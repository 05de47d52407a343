/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Overrides: a site changes a rule that ships without editing its file.
 *
 *	override:
 *	  drops.alliance:
 *	    because: "our clients score lower"          # required
 *	    severity: notice
 *	    signals:
 *	      big_fall: {change: worse by at least 5}   # this key of this signal; the signal's other keys stay
 *	      sudden: {score: SRS, value: less than 20} # a name the rule does not have: a signal more
 *	    quiet: ~                                    # nothing: the key is taken out of the rule
 *
 * An override is merged into the rule's tree before the rule is read, so that there is one reader of rules.  Each node
 * keeps its place (struct span, with the number of its file), so that a fault is told where it was written.
 */
#ifndef RUPTURED_CORE_OVERRIDE_H
#define RUPTURED_CORE_OVERRIDE_H

#include "core/rule_read.h"

/* One rule's entry in one file. */
struct override {
	struct str rule;
	struct span at; /* of the rule's id */
	const struct doc *doc;
	struct str because;
	struct str file;
	struct reader *reader; /* of that file */
	bool used;
	bool trial; /* of a source that wins over the others */
};
typedef VEC(struct override) override_list;

/* The value of a file's `override:`; `source` is told as `file`. */
void overrides_read(struct reader *r, const struct doc *doc, struct str file, override_list *list);
/* The first override of this rule, or NULL. */
struct override *overrides_of(const override_list *list, struct str rule);
/*
 * The rule's tree with all its overrides in it, in a; the changes are pushed to *ret_changes.  Shared signals that an
 * override names become the rule's own.  What an override may not do is told to its own reader and left out.
 */
const struct doc *overrides_merge(struct arena *a, override_list *list, const struct doc *rule,
				  struct shared_signals *shared, struct rule_changes *ret_changes);
/* What is at hand while the rules of all files are read. */
struct rule_reading {
	struct reader *readers; /* one a source */
	const struct rule_source *sources;
	override_list *overrides;
	struct arena *faults; /* for texts of faults */
};
/*
 * A rule of a source, with its overrides in it, and its lint.  A fault goes to the file in which it was made: to the rule's,
 * if the rule has it by itself, else to the override's.
 */
void rule_read_changed(const struct rule_reading *g, size_t source, const struct doc *doc,
		       struct shared_signals *shared, struct rule_form *ret);
/* Overrides of rules that there are not. */
void overrides_lint(override_list *list, const struct rule_form *forms, size_t n);

#endif
