/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rules, compiled.
 *
 * A rule set is made from several files at once (packs, the clinic's own, lexicons, instruments), all faults of all
 * files together.  It is immutable afterwards and shared by threads.
 *
 * A file of rules is a map: `version: 1`, `rules` (a list), and, shared by its rules, `signals` (name: signal) and
 * `lists` (name: phrases, named in `says` like a lexicon).  `instruments` may stand there too.
 */
#ifndef RUPTURED_CORE_RULES_H
#define RUPTURED_CORE_RULES_H

#include "core/condition.h"
#include "core/lexicon.h"

#define RULES_MAX 1000
#define RULE_MAX_SIGNALS 64
#define RULES_VERSION 1

enum severity { SEVERITY_INFO, SEVERITY_NOTICE, SEVERITY_WARNING, SEVERITY_CRITICAL };
extern const struct words severity_words;
enum rule_status { STATUS_DRAFT, STATUS_TEST, STATUS_ACTIVE, STATUS_RETIRED };
extern const struct words status_words;

struct severity_line {
	enum severity severity;
	const struct condition *when; /* NULL: always */
};

/* A value that is not the rule's own: what an override put there, and what stood there before. */
struct rule_change {
	struct str path;	    /* "severity", "signals.low.value" */
	const struct doc *was, *is; /* NULL: nothing */
	struct str file;	    /* where it is changed */
	struct span at;
	struct str because;
};
struct rule_changes {
	VEC(struct rule_change) all;
};

/* `except`: until then nothing is known to the rule about this case, or at this site. */
struct exception {
	struct str rule;	    /* id or pattern */
	struct str case_name, site; /* one of them */
	int64_t from, until;	    /* its first second, or DATE_NONE; its last */
	struct str from_words, until_words, reason, file;
	struct span at;
};
struct exceptions {
	VEC(struct exception) all; /* the longest first */
};

struct rule {
	struct str id;	    /* "drops.alliance" */
	struct str title;
	struct str hash;    /* of the rule as compiled, without its wording: 32 digits */
	struct str version; /* the first 8 of them */
	int status, per;    /* enum rule_status, enum per */
	struct signal **signals;
	size_t n_signals;
	struct severity_line *ladder; /* the first true line wins; a single word: one line with NULL */
	size_t n_ladder;
	const struct condition *when; /* NULL: any line of the ladder */
	struct {			/* raise: {to: warning, when: 2 channels, within: 2 sessions} */
		bool set;
		enum severity to;
		int channels, sessions;
	} raise;
	struct signal *repaired; /* NULL: the default of the incident table */
	int unrepaired_after;	 /* held sessions; 0: never */
	struct str notify;	 /* label for routes, or absent */
	int64_t quiet_s;
	struct str say, next_step, because; /* fixed words and {tokens} */
	struct strs references;
	struct strs closes;	 /* strengths: rule patterns whose incidents this one closes */
	struct strs requires;	 /* core/requirement.h */
	bool strength;		 /* a finding that goes well: never announced, closes or damps */
	bool safety;
	bool second_pass;	 /* reads incidents */
	bool timer;		 /* has an elapsed signal or a booked date: judged between sessions too */
	/* `drops_out: yes|no`: its being true means that the case has silently ended, which turns the case's other
	 * open incidents into dropped_out.  Unsaid: yes if per case, a timer, and no strength. */
	bool drops_out;
	const struct doc *tests; /* a list, or NULL: ruleset.tests has them all */
	const struct doc *source; /* the rule as written, with its overrides */
	bool switched_off;	  /* retired by the administrator */
	bool locked;		  /* no override retires or weakens it; the administrator's `switched_off` does */
	struct rule_changes changes;
	VEC(const struct exception *) exceptions;
	struct str file;
	struct span at;
};

struct rule_source {
	struct str file;  /* for messages */
	struct str text;
	bool is_default;  /* shipped with the program */
	bool trial;	  /* its overrides win over those of the other sources: a value that is only tried; comes last */
};

/* A test as written, for core/scenario.h. */
struct rule_test {
	struct str rule_id, file;
	const struct doc *doc;
};

struct ruleset {
	struct arena arena;
	struct rule *rules; /* by id */
	size_t n;
	size_t n_signals;   /* over all rules, `repaired` too */
	struct instruments instruments;
	struct lexicons *lexicons;
	struct exceptions exceptions;
	struct str hash;    /* of everything: 32 digits */
	struct str ground;  /* of what all rules stand on, lexicons and instruments: 32 digits */
	VEC(struct rule_test) tests; /* of rules and of files, as they stand in the sources */
};

/* The faults of one file. */
struct source_diags {
	const struct rule_source *source;
	struct diags diags;
};

/*
 * Compiles all sources into one set.  `ret_diags` has one entry a source, in a, in order.  NULL when any has an error.
 * What a source holds is told by its keys: `rules`, `lexicon`, `instruments`.
 */
struct ruleset *rules_compile(struct arena *a, const struct rule_source *sources, size_t n,
			      struct source_diags *ret_diags);
/* The rules as they stand in their own files: without overrides, and without the tests at the head of a file, which are
 * about the rules in force.  Of sources that compile; NULL when they do not without their overrides. */
struct ruleset *rules_compile_written(struct arena *a, const struct rule_source *sources, size_t n);
void rules_free(struct ruleset *rs);
const struct rule *rules_find(const struct ruleset *rs, struct str id); /* NULL */
/* The rule of `other` that finds in every session what this rule of `rs` finds, signal by signal and exceptions aside;
 * NULL: there is none that is known to. */
const struct rule *rules_same(const struct ruleset *rs, const struct rule *rule, const struct ruleset *other);
/* Retires the rules of these ids, locked ones too; the ids that name none are pushed to *ret_unknown, in the set's arena. */
void rules_switch_off(struct ruleset *rs, const struct strs *ids, struct strs *ret_unknown);
/* "did you mean" a rule of the set, or NULL; in a. */
const char *rules_suggest(struct arena *a, const struct ruleset *rs, struct str id);
/* The exception that the rule has of this case at that session and moment, or NULL. */
const struct exception *exception_for(const struct rule *rule, const struct history *history, size_t session, int64_t at);
/* Warns of exceptions that ended before `today`, and of those that reach back over all of the past; diags as from
 * rules_compile. */
void exceptions_doubtful(const struct ruleset *rs, int64_t today, struct source_diags *diags);
/* The keys of a file of rules, and of a rule, for the reference pages. */
const struct field *rule_file_fields(void);
const struct field *rule_fields(void);
const struct field *rule_raise_fields(void);
const struct field *override_fields(void);
const struct field *exception_fields(void);
const struct field *rule_exception_fields(void);

/* While a rule is read: what its signals may refer to.  reader.context points at one. */
struct compile {
	struct ruleset *ruleset;
	struct str rule_id;
	int per;
	int inline_lists; /* count, for the anonymous lexicons' names */
};

#endif
