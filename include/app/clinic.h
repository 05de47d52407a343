/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The clinic as a report shows it: what is open and needs a next step, how the rules do, and what is not known.
 *
 * Read from the store, case by case: each is judged as of the report's date under the rules in force, by the judge, and
 * its incidents are known again by announce(), so that marks, verdicts and ids are those of `rupturectl alerts`.
 * clinic_gather keeps a line a case and an incident; what is shown of one case is read again by clinic_case_read, with
 * its courses.
 */
#ifndef RUPTURED_APP_CLINIC_H
#define RUPTURED_APP_CLINIC_H

#include "app/config.h"
#include "core/course.h"
#include "core/precision.h"
#include "io/outbox.h"
#include "io/store_acts.h"

struct clinic_options {
	const struct config *config;
	const struct ruleset *rules;
	int64_t as_of;	      /* what lies after it is left out if `cut`: sessions, incidents, acts */
	bool cut;	      /* as_of is not simply now */
	int64_t since, until; /* the period, from its first second to its last */
	struct strs cases;    /* tokens or the clinic's ids; none: all */
	void (*progress)(void *user, size_t done, size_t n); /* or NULL */
	void *user;
};

/* An incident.  Strings as long as what it is part of. */
struct clinic_alert {
	struct stored_alert
		stored; /* told.id "": the engine has not judged it yet; told.incident NULL but in a clinic_case */
	const struct rule *rule;   /* NULL: no longer among the rules */
	struct str title;	   /* the rule's; its id when it is gone */
	struct str say, next_step; /* with tokens filled in */
	bool open;		   /* neither ended nor retracted */
	bool in_test;		   /* of a rule under test: told to nobody */
};
typedef VEC(struct clinic_alert) clinic_alerts;

/* What the report has to say of a case, the gravest first. */
enum clinic_standing {
	STANDING_OPEN,	  /* something open */
	STANDING_IN_TEST, /* only of rules under test */
	STANDING_ENDED,	  /* something ended in the period */
	STANDING_QUIET,
};
struct clinic_row {
	struct str token, id;
	enum clinic_standing standing;
	enum severity severity;	     /* of what is open, the worst */
	int64_t oldest;		     /* of what is open, the first opening; DATE_NONE */
	size_t open, in_test, ended; /* ended: in the period, without those of rules under test */
	size_t members, unscored;    /* members; of them those who never filled in an alliance questionnaire */
	size_t sessions, sessions_in_period;
	int64_t first_at, last_at; /* sessions; DATE_NONE without any */
	bool over;		   /* closed by a person, or ended by a record */
	struct str site;
	bool site_silent; /* time alone says nothing of it */
};

struct clinic_rule {
	struct str id, title;
	const struct rule *rule;		/* NULL: no longer among the rules */
	int64_t alerts, told, verdicts, useful; /* ever, as `rupturectl alerts --precision` counts */
	int64_t opened;				/* incidents in the period, told or not */
	int64_t open;				/* now */
	int64_t known, unknown;			/* times it was judged in the period: with an answer, without */
	double *weeks;				/* alerts told, by week of opening */
	double told_in_period;			/* their sum */
};

/* What a sink gets through a route that has a budget, as the rules in force would have told it (app/forecast.h). */
struct clinic_route {
	struct str name, sink;
	int64_t budget;	  /* messages in seven days */
	double *weeks;	  /* messages that leave */
	size_t by_budget; /* alerts of the period that waited for a digest only because it was spent */
};

struct clinic_site {
	struct str name;
	int64_t within_s, last_at; /* DATE_NONE: nothing ever came */
	bool silent;
	size_t cases; /* that are not over */
};

#define CLINIC_AGES 5
extern const char *const clinic_age_words[CLINIC_AGES];
size_t clinic_age(int64_t seconds); /* which of them */

struct clinic {
	struct arena arena;
	struct clinic_options options;
	int64_t first_week; /* Monday 00:00 UTC */
	size_t weeks;
	VEC(struct clinic_row) rows;   /* as they are to be read: open by severity then age, then the rest */
	clinic_alerts open;	       /* by severity, then age; those of rules under test last */
	VEC(struct clinic_rule) rules; /* by id */
	VEC(struct clinic_route) routes;
	VEC(struct clinic_site) sites;
	size_t ages[CLINIC_AGES],
		grave_ages[CLINIC_AGES]; /* open incidents by age; warning and above; not under test */
	size_t members, unscored;	 /* of cases with a session in the period */
	size_t sessions, sessions_in_period, cases_in_period, in_test;
	int64_t last_session; /* DATE_NONE: there is none */
	struct store_counts counts;
	struct outbox_counts courier;
	bool courier_known;
	stored_troubles troubles;
	struct str judged_by, rules_status, unreached; /* facts of the store */
	struct strs unknown_cases;		       /* asked for and not there */
};

/* The Monday, 00:00 UTC, of the week. */
int64_t clinic_monday(int64_t at);
/* clinic_release when done, whatever the outcome. */
int clinic_gather(struct store *st, const struct clinic_options *options, struct clinic *ret, struct error *e);
void clinic_release(struct clinic *c);

struct clinic_case {
	const struct stored_case *stored;
	const struct history *history;
	const struct judgement *judgement;
	clinic_alerts alerts; /* by opening */
	course_list courses;
};
/* In a.  *ret_found false: the store has no such case.  trace: as for judge(), or NULL. */
int clinic_case_read(struct store *st, const struct clinic_options *options, struct arena *a, struct str id,
		     const struct judge_trace *trace, struct clinic_case *ret, bool *ret_found, struct error *e);
/* Whether an alert ended in the period and is to be shown for it. */
bool clinic_ended_in_period(const struct clinic_options *o, const struct clinic_alert *alert);

#endif
