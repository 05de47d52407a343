/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between the files that read a test (scenario_*.c); nobody else's business.
 *
 * The test's map becomes a form, its people, its series and its sessions; from these each session's record is written as
 * the tree that a record file would have had, every node with the place in the rule file that it comes from, and is read
 * by the reader of records.
 */
#ifndef RUPTURED_CORE_SCENARIO_PARTS_H
#define RUPTURED_CORE_SCENARIO_PARTS_H

#include "core/scenario.h"

struct scenario_form {
	struct str name, rule;
	const struct doc *people, *scores, *homework, *attendance, *reports, *sessions, *expect, *then;
	int64_t every, as_of, closed;
};

struct scenario_person {
	struct str id;
	const struct doc *role, *age; /* age: or NULL */
	enum role kind;
};

enum scenario_list { LIST_SCORES, LIST_HOMEWORK, LIST_ATTENDANCE, LIST_REPORTS, SCENARIO_LISTS };
extern const char *const scenario_list_names[SCENARIO_LISTS];

/* The i-th value is of session i; null: nothing is said there. */
struct scenario_series {
	enum scenario_list kind;
	struct str who;
	struct str of, item; /* a questionnaire's; item absent: its total */
	struct span at;
	const struct doc *values;
};

/* What is written of one session; entry NULL: nothing. */
struct scenario_session {
	const struct doc *entry;
	int64_t after; /* s since the session before */
};

struct scenario_making {
	struct reader *r;
	const struct rule *rule; /* or NULL */
	const struct instruments *instruments;
	struct scenario_form form;
	VEC(struct scenario_person) people;
	VEC(struct scenario_series) series;
	VEC(struct scenario_session) sessions;
	size_t session;	 /* being made */
	int64_t started; /* of it */
	size_t turns, text; /* so far */
	struct scenario *ret;
};

/* -1: nobody. */
int scenario_person_find(const struct scenario_making *m, struct str id);
/* Whether `id` is somebody; else a fault at the place. */
bool scenario_person_known(struct scenario_making *m, struct str id, struct span at);

/* scenario_record.c: one session's record; NULL with the faults told. */
struct record *scenario_record(struct scenario_making *m, size_t index);
/* scenario_turns.c: a session's `turns`, short lines too, as the list of maps that a record has. */
struct doc *scenario_turns(struct scenario_making *m, const struct doc *turns);
/* scenario_heard.c: turns of which only that is said; as the record's map (NULL with the faults told), and put into the
 * skeleton of the session's record. */
bool scenario_is_heard(const struct doc *turn);
struct doc *scenario_heard_turn(struct scenario_making *m, const struct doc *turn, size_t index);
void scenario_hear(struct arena *a, const struct scenario *s, size_t session, struct skeleton *skeleton);
/* scenario_expect.c: `expect` and `then`. */
void scenario_read_expect(struct scenario_making *m);

/* Nodes of a tree, in r->arena. */
struct doc *scenario_scalar(struct scenario_making *m, struct str text, struct span at);
struct doc *scenario_container(struct scenario_making *m, enum doc_kind kind, size_t room, struct span at);
void scenario_put(struct doc *map, const char *key, const struct doc *value);

#endif
