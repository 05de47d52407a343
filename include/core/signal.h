/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signals: named measurements with a threshold.
 *
 * `{KIND: SELECTOR, MEASURE: THRESHOLD}` or `{KIND: SELECTOR, measure: MEASURE, versus: BASELINE, sd|times|by: THRESHOLD}`.
 * A kind is a row of signal_kinds and a file signal_<kind>.c with its selector's table, its measures (rows again) and
 * the function that measures one session.  What all kinds share is here: thresholds, baselines, `of`/`minus`, `in`,
 * `needs`, `within`, `out_of`, `missing`.
 *
 * Pure: history + subject + place in time -> reading.
 */
#ifndef RUPTURED_CORE_SIGNAL_H
#define RUPTURED_CORE_SIGNAL_H

#include "core/instrument.h"
#include "core/threshold.h"

enum channel {
	CHANNEL_TRANSCRIPT, CHANNEL_SELF_REPORT, CHANNEL_OBSERVER, CHANNEL_BEHAVIOUR, CHANNEL_STAFF,
	CHANNELS,
	CHANNEL_NONE = CHANNELS, /* no evidence of its own: somebody's age, another rule's incident */
};
extern const char *const channel_words[CHANNELS + 1];

enum per { PER_CASE, PER_MEMBER, PER_PAIR, PER_THERAPIST };
extern const struct words per_words;

/* Who a rule is about: roster indices.  member -1 for the case; other only for a pair.  A therapist is `member`. */
struct subject {
	int member, other;
};

/* Words for people in selectors. */
enum who {
	WHO_MEMBER,	/* the subject */
	WHO_OTHER,	/* the pair's second */
	WHO_THERAPIST,	/* any therapist of the session */
	WHO_ANYONE,
	WHO_ANY_MEMBER, /* anyone whose role counts (role_is_member) */
	WHO_EVERY_MEMBER,
	WHO_UNSAID,
};
extern const struct words who_words;

enum baseline { BASELINE_NONE, BASELINE_OWN_MEAN, BASELINE_OWN_MEDIAN, BASELINE_CONTROL_CHART };

struct signal;
struct signal_kind;
struct incident_set; /* core/judge.h: for rules of the second pass */

/* What a measurement looks at. */
struct view {
	const struct history *history;
	size_t session;	  /* index into history->sessions: "now" for everything but elapsed */
	int64_t as_of;	  /* the moment judged: the session's start, or later for a timer */
	struct subject subject;
	int64_t opened_at; /* of the incident whose `repaired` is asked, else DATE_NONE */
	const struct instruments *instruments;
	const struct lexicons *lexicons;
	const struct incident_set *incidents; /* of this case so far; NULL in the first pass */
	bool hears_tests;		      /* incidents of rules under test too */
	bool no_evidence;		      /* of an earlier session, or where it is not asked for */
	struct signal_memo *memo;	      /* values already measured in this history, or NULL */
	struct arena *arena;
};

struct evidence {
	size_t ordinal; /* the session's */
	uint32_t turn;	/* 0-based, in the record that holds the transcript */
};

/* A number measured in one session, or none. */
struct measured {
	double value;	  /* NAN: no_data */
	double points_sd; /* the instrument's pooled SD, for `pooled sd`; NAN */
	double range;	  /* the instrument's, for the SD's floor of 2.5 %; NAN */
	int better;	  /* +1 higher is better, -1 lower, 0 does not apply */
	float part;	  /* of a share: what it is the share of `whole` as, also where `whole` is less than asked for; NAN */
	struct str of;	  /* the instrument, so that baselines never mix two; absent: no matter */
	int by;		  /* likewise the rater's roster index; -1: no matter */
	float whole;	  /* NAN */
	const char *why;  /* when NAN: "no score in this session"; static */
};
typedef VEC(struct evidence) evidence_list;

struct reading {
	enum truth truth;
	double value;		/* in the threshold's unit; NAN */
	double baseline, sd;	/* NAN without a baseline */
	size_t baseline_n;
	double limit;		/* the value at which it would turn, in the unit of `raw`; NAN when there is no single one */
	double raw;		/* the measured number itself */
	double part, whole;	/* of a share: so many of so many; NAN */
	const char *why;	/* of no_data, or NULL; static, or in the view's arena */
	evidence_list evidence; /* of this session */
	int64_t true_at;	/* elapsed, next_session: when its truth changes if nothing happens; else DATE_NONE */
	int64_t until;		/* a sum over days: when the oldest that counts leaves the window; else DATE_NONE */
	struct str incident;	/* of an incident: the rule whose it is, of several the first; else absent */
};

struct signal {
	struct str name;
	size_t index; /* in the rule set, over all rules; signal_read counts ruleset.n_signals */
	const struct signal_kind *kind;
	void *selector; /* the kind's */
	int measure;	/* row of kind->measures */
	const struct doc *source; /* for explain's words; span for lint */
	enum baseline versus;
	enum unit versus_unit;	/* how the difference is counted: UNIT_SD, UNIT_PERCENT (times), UNIT_NONE (by) */
	struct threshold threshold;
	double floor;		/* control chart: least distance of the limit from the mean; points */
	int needs;		/* sessions a baseline needs; default 3, control chart 5, `recovered` 1 */
	int in_n, in_m;		/* in: n of last m attended sessions; 0: only this one */
	int within_sessions;	/* window; 0: this session */
	double within_days;
	double within_minutes;	/* a stretch inside the session, s; NAN */
	int within_turns;	/* likewise, in turns; 0 */
	struct threshold out_of; /* least size of the denominator; words absent: none */
	struct threshold times_of_interval[2]; /* longer_than: a number of own intervals and a number of days */
	enum who of, minus;	/* WHO_UNSAID */
	enum truth missing;	/* what unknown counts as; TRUTH_NO_DATA: stays unknown */
};

struct measure {
	const char *name;
	const char *help;
	unsigned units; /* 1 << enum unit that its threshold takes */
	bool baseline;	/* may stand beside `versus` */
	bool sums;	/* over a window of sessions it is summed; else one session of the window is enough */
	const struct shape *shape; /* without units: what may stand there, for the schema */
};

struct signal_kind {
	const char *name; /* "turns": the key of the selector */
	const char *help;
	enum channel channel; /* unless channel_of says otherwise */
	bool scalar_selector; /* the selector may be one word (`score: SRS`) */
	const struct shape *word; /* what that word, or list of words, may be, for the schema; NULL: none */
	const struct measure *measures; /* NULL name ends */
	/* Reads the selector; NULL with faults told.  `lists` inline phrases through the compile context. */
	void *(*read)(struct reader *r, const struct doc *selector, struct signal *signal);
	/* Faults that only the whole signal shows (a code with `change`); may be NULL. */
	void (*check)(struct reader *r, const struct doc *at, const struct signal *signal);
	/* The measure of one session for one person of view->subject (`who` already resolved); evidence may be NULL. */
	struct measured (*measure)(const struct signal *signal, const struct view *view, int who, evidence_list *evidence);
	/* In such a session nothing is measured of anybody; or NULL: that is not known beforehand. */
	bool (*silent_in)(const struct session *session);
	/* Kinds whose truth is not a number against a threshold (field, report, participant, elapsed, incident); else NULL. */
	struct reading (*read_truth)(const struct signal *signal, const struct view *view);
	enum channel (*channel_of)(const struct signal *signal); /* or NULL */
	/* The selector's field table, for the schema and the reference page. */
	const struct field *fields;
	/* Its own keys beside the selector, which `read` takes from signal->source: names, helps and values alone; or NULL. */
	const struct field *keys;
	bool all_sessions; /* its windows run over all sessions, not only those the subject attended */
	bool own_window;   /* `within` is its own affair */
	bool about_nobody; /* `of` does not apply */
	const char *supply; /* what a record would have to hold for more to be known: "a score of the member (`scores`)" */
	const char *otherwise; /* of a kind without numbers, what is so when it is false: "the report says the opposite" */
	const char *counted; /* what a sum of it counts, in the plural: "turns"; NULL where nothing is summed */
	/* The same for what this signal selects: "missed sessions"; or NULL. */
	void (*counted_words)(const struct signal *signal, struct buf *out);
};

extern const struct signal_kind *const signal_kinds[]; /* NULL ends */
const struct signal_kind *signal_kind_find(struct str name);

/* One signal of a rule; NULL with faults told. */
struct signal *signal_read(struct reader *r, struct str name, const struct doc *doc);
/* The keys of every kind, and those of the form with `versus`, for the reference page. */
const struct field *signal_shared_fields(void);
const struct field *signal_difference_fields(void);
enum channel signal_channel(const struct signal *s); /* CHANNEL_NONE: do not count it */
/* The truth of signal_evaluate where it needs no evaluation, since the session has nothing of the kind; else false. */
bool signal_is_silent(const struct signal *s, const struct view *view, enum truth *ret);
struct reading signal_evaluate(const struct signal *s, const struct view *view);

/* Measured values are kept per (signal, subject, session): the judge asks for the same baseline again and again. */
struct signal_memo;
struct signal_memo *signal_memo_new(struct arena *a, size_t n_signals, size_t n_members, size_t n_sessions);

#endif
