/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests of rules, as the author of a rule writes them: short records, and what they must lead to.
 *
 * A test stands in its rule (`tests:`) or at the head of a file with the id of its rule.  It is made into real records
 * (by the reader of core/record.h, with texts of turns through the lexicons), a real history and one call of judge()
 * under the whole rule set; there is no second evaluator.  Drafts and rules under test are judged like active ones.
 *
 * Reading tells the faults of a test's shape; a test that reads well can be run.
 */
#ifndef RUPTURED_CORE_SCENARIO_H
#define RUPTURED_CORE_SCENARIO_H

#include "core/explain.h"
#include "core/record.h"

#define SCENARIO_MAX_SESSIONS 200
#define SCENARIO_MAX_TURNS    4000	 /* of all sessions of a test together */
#define SCENARIO_MAX_TEXT     (1u << 20) /* bytes of what is said in them */
#define SCENARIO_MAX_TIMES    200
#define SCENARIO_MAX_PEOPLE   RECORD_MAX_PARTICIPANTS
#define SCENARIO_MAX_SPAN_S   (3660 * (int64_t)DAY_S)
#define SCENARIO_FIRST_S      1767621600 /* when the first session is: 2026-01-05T14:00:00Z */

/* A session, or some days after it. */
struct scenario_moment {
	size_t session; /* counts from 0 */
	int64_t days;	/* whole days, to the nearest; -1: the session itself */
};

/* Only what is given is compared. */
struct scenario_expected {
	struct scenario_moment when;
	int word;		  /* enum severity, or enum incident_state in `then`; -1: not said */
	struct str member, other; /* ids in `people`; absent: not said */
	struct span at;
};
typedef VEC(struct scenario_expected) scenario_expectations;

/* What was heard in a turn that has no text. */
struct scenario_hit {
	struct str lexicon;
	struct span at;
	uint16_t count;
	float weight;
};
struct scenario_heard {
	size_t session, turn; /* count from 0 */
	uint16_t words;
	VEC(struct scenario_hit) hits;
};

struct scenario {
	struct str name;
	struct str rule; /* its id */
	struct str file;
	struct span at;
	struct record **records; /* in order, one a session */
	size_t n;
	int64_t as_of;
	scenario_expectations expect, then;
	bool has_then;
	VEC(struct scenario_heard) heard; /* beside `records`; by session, then turn */
	int64_t closed_at;		  /* by a person, or DATE_NONE */
};

/* The keys of a test, of what stands in its `sessions` beside the keys of a record, and of an expectation. */
const struct field *scenario_fields(void);
const struct field *scenario_session_fields(void);
const struct field *scenario_expect_fields(void);

/*
 * One test.  False with the faults told; then it cannot be run.  `rule` is what it is about; NULL when that is not
 * known, and then less is checked.  Everything is in r->arena.
 */
bool scenario_read(struct reader *r, const struct doc *doc, const struct rule *rule,
		   const struct instruments *instruments, struct scenario *ret);
/* The rule id that a test at the head of a file names; absent when it does not, with the fault told. */
struct str scenario_rule(struct reader *r, const struct doc *doc);

/* Something that happened to the tested rule. */
struct scenario_event {
	struct scenario_moment when;
	int64_t at;
	int word; /* as above */
	struct subject subject;
	const char *why; /* of a change of state; static */
	bool matched;	 /* some expectation is about it */
};
typedef VEC(struct scenario_event) scenario_events;

struct scenario_result {
	const struct scenario *scenario;
	size_t rule; /* in the rule set */
	const struct explanation *explanation;
	scenario_events fired, changed;
	bool passed;
};

/* By rule, over all tests run. */
struct scenario_coverage {
	size_t tests, passed, fired, near_misses; /* of the rule itself: fired; nothing expected, something known, and nothing came */
	uint64_t signals_true;			  /* by any test */
	uint64_t lines_reached;			  /* of its ladder, likewise */
};

struct scenario_suite {
	struct ruleset rules; /* borrows; drafts and tests made active */
	struct lexicon_scratch *scratch;
	struct scenario_coverage *coverage; /* by rule */
};

void scenario_suite_init(struct arena *a, const struct ruleset *rules, struct scenario_suite *ret);
void scenario_suite_release(struct scenario_suite *suite);
/* Runs the test and counts it.  In a. */
struct scenario_result *scenario_run(struct arena *a, struct scenario_suite *suite, const struct scenario *scenario);

/* What the rule finds in any history, as if it were a test without expectations; counts for nothing.  In a. */
struct scenario_result *scenario_found(struct arena *a, const struct scenario_suite *suite, size_t rule,
				       const struct history *history, int64_t as_of);
/* Lexicons that a test says were heard, and that there are not. */
void scenario_heard_lint(struct reader *r, const struct scenario *s, const struct lexicons *lexicons);

/* A failed test in words: where it stands, what was expected, what came, and of each session in which they differ what
 * the rule's signals measured. */
void scenario_tell(const struct scenario_suite *suite, const struct scenario_result *result, struct buf *out);

/* What the tests leave out, a line each: rules that no test of theirs fires, that have fewer near misses than
 * SCENARIO_NEAR_MISSES, signals never seen true, lines of a ladder never reached.  Retired rules are left out. */
#define SCENARIO_NEAR_MISSES 2
void scenario_tell_coverage(const struct scenario_suite *suite, size_t rule, struct buf *out);

#endif
