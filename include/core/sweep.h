/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A threshold run through a range: "drops.alliance.below_own.sd=-1..-3/0.25", and each value as an override.
 *
 * A value is tried as an override like a site's own (core/override.c), so that the rule's tree is changed and read by the
 * one reader of rules; only that it also wins over the site's (struct rule_source, `trial`).
 */
#ifndef RUPTURED_CORE_SWEEP_H
#define RUPTURED_CORE_SWEEP_H

#include "core/rules.h"

#define SWEEP_MAX 101 /* values of one sweep */

/* One number in a rule: of "at most -2 sd" under `sd` of signal `below_own`, the -2. */
struct knob {
	struct str rule, signal, key;
	struct str words;	/* the whole value as it stands, "at most -2" */
	size_t at, n;		/* where the number stands in it */
	double value;
	bool is_window; /* how far back is looked (needs, within, longer_than): for a sweep, not for tuning */
};
typedef VEC(struct knob) knob_list;

struct sweep {
	struct knob knob;
	VEC(double) values; /* in the order of the range; the present value is among them */
	size_t present;	    /* index of it */
};

/* The thresholds and windows of a rule's signals that hold one number, in the rule's order. */
void knobs_of(struct arena *a, const struct rule *rule, knob_list *ret);
/* "RULE.SIGNAL.KEY=FROM..TO/STEP" against these rules.  NULL, or what is wrong with it, for people; in a. */
const char *sweep_read(struct arena *a, const struct ruleset *rules, struct str text, struct sweep *ret);
/* Values on both sides of the present one, `steps` each, in steps that suit the number. */
void sweep_around(struct arena *a, const struct knob *knob, int steps, struct sweep *ret);
/* Puts the present value among the values. */
void sweep_take_present(struct arena *a, struct sweep *s);
/* "at most -1.75". */
struct str knob_words(struct arena *a, const struct knob *knob, double value);
/* A file of rules with the override; `because` in plain words. */
struct str knob_override(struct arena *a, const struct knob *knob, double value, struct str because);

#endif
