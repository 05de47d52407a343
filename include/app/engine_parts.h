/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine's inside, shared by its parts: engine.c (life, step, reload), intake.c (records), case.c (judge and
 * announce of one case), telling.c (what is said of it), reminders.c (what is said again), dispatch.c (who hears of it)
 * and held.c (when, if not at once), commands.c and acts*.c (people's acts), relay.c (courier.db), housekeeping.c (what
 * is old).  For nobody else.
 */
#ifndef RUPTURED_APP_ENGINE_PARTS_H
#define RUPTURED_APP_ENGINE_PARTS_H

#include "app/engine.h"
#include "core/dispatch.h"
#include "io/outbox.h"

#define GROUP_MAX     100   /* records in one commit of a backlog */
#define QUEUE_MAX     65536 /* names taken from one listing */
#define UNFINISHED_S  60    /* a file that does not parse is looked at again until it is this old */
#define POISON_TIMES  3     /* a file that was in hand when the engine died this often is refused */
#define RECEIPTS_MS   2000  /* between looks at the courier's receipts while some are out */
#define LISTING_MS    60000 /* the queues are listed this often without a wake-up (NFS) */

/* A file that was not ready: not read again before it changes or is old enough to be refused. */
struct unfinished {
	uint64_t inode;
	int64_t mtime_ms;
	int64_t look_again_s;
	bool last; /* and is refused then */
};

struct queue {
	struct arena arena; /* of the names of the present listing */
	spool_entries entries;
	size_t next;
	bool stale; /* list again when drained */
};

struct engine {
	struct config *config;
	struct engine_options options;
	struct spool *spool;
	struct store *store;
	struct outbox *outbox;
	struct ruleset *rules;
	struct lexicon_scratch *scratch;
	struct digest_key digest_key;
	struct arena record_arena; /* wiped: it held session text */
	struct arena case_arena;
	struct queue incoming;
	struct arena unfinished_arena;
	VEC(struct unfinished) unfinished;
	bool stuck_told; /* that a file cannot be moved */
	struct strs sweep;  /* cases to judge again under changed rules, before anything else */
	struct arena sweep_arena;
	size_t sweep_next;
	bool sweep_due; /* the rules in force are other ones than those the cases were judged by, perhaps */
	bool sweeping;
	bool look; /* the queues are to be listed at the next chance */
	bool to_relay;
	uint64_t names_told; /* hash of what was told of names that routes ask for in vain */
	bool reach_told; /* that safeguarding alerts reach nobody, if so */
	bool confined; /* engine_confine has been called */
	bool refusals_due; /* alerts were given up since they were last looked at */
	int64_t receipts_due_ms, listing_due_ms, watch_due_ms;
	int64_t clock_wall_s, clock_boot_s; /* when they were last held against each other; 0: not yet */
	int64_t clock_noted_s;		    /* in the store */
	int64_t housekept_s; /* wall clock; 0: not yet */
	struct str sources_hash; /* of the rule files last taken, or refused and reported */
	struct arena sources_arena;
	struct engine_counts counts;
};

int64_t engine_now(const struct engine *en); /* as_of, or the clock */

/* intake.c: a group of records; *ret_n how many files were dealt with.  look: list first. */
int intake_step(struct engine *en, bool look, size_t *ret_n, struct error *e);

/* unfinished.c: files that were not ready when they were read.  Times in s, of the wall clock. */
bool unfinished_may_be_read(struct engine *en, const struct spool_entry *entry, int64_t now);
/* Of a file that does not parse: whether it may still be being written (NFS and plain cp have no better sign of the
 * end); it is then read again when it changes, and a last time when it is UNFINISHED_S old. */
bool unfinished_wait(struct engine *en, const struct spool_file *f, int64_t now);
void unfinished_linked(struct engine *en, const struct spool_file *f, int64_t now);
/* Dealt with, but it cannot be moved out of incoming/. */
void unfinished_stuck(struct engine *en, const struct spool_file *f, int64_t now);
void unfinished_forget(struct engine *en, uint64_t inode);
/* After a listing of the whole queue: what is not there any more is forgotten. */
void unfinished_follow(struct engine *en, const spool_entries *all, int64_t now);
int64_t unfinished_next_look(const struct engine *en); /* DATE_NONE: nothing waits */

/* case.c: inside a transaction.  Judges a case, announces, writes incidents, outbox and next deadline. */
enum case_cause {
	CASE_RECORD, /* a record came or left: judged up to the last session */
	CASE_TIME,   /* a deadline, or a person's act: up to now */
	CASE_RULES,  /* changed rules: up to now, and nothing is said */
	CASE_REMINDER, /* an alert is to be told again: as after a record, for the queue may not be empty */
};
int case_judge(struct engine *en, struct stored_case *c, enum case_cause cause, struct error *e);
/* The same for who has them in hand: all live skeletons of the case, as the store now holds them. */
struct live_skeletons {
	const struct skeleton **items;
	size_t n;
};
int case_judge_live(struct engine *en, struct stored_case *c, const struct live_skeletons *live, enum case_cause cause,
		    struct error *e);
/* Cases by their ids, in a transaction of its own. */
int case_judge_all(struct engine *en, const struct str *ids, size_t n, enum case_cause cause, struct error *e);

/* dispatch.c: inside a transaction.  The one way out: every alert, of an incident, of the engine, escalated or repeated,
 * goes through here. */
struct dispatch {
	const struct alert *alert; /* its route is filled in, a sink at a time */
	struct dispatch_facts facts;
	bool acknowledged; /* somebody looks after it: no answer is waited for */
	int64_t now;
	struct str without; /* a sink that is not to get it, or absent */
};
int dispatch_alert(struct engine *en, struct arena *a, const struct dispatch *d, struct error *e);

/* reminders.c: alerts that are due to be told again; *ret_n: of how many cases. */
int reminders_step(struct engine *en, size_t *ret_n, struct error *e);
/* Inside a transaction: an alert goes out by these routes.  Those that want an answer begin to wait for it. */
int reminders_begin(struct engine *en, const struct dispatch *d, const delivery_list *to, struct error *e);

/* held.c: what waits for its group or digest.  Inside a transaction: all groups that are due become outbox rows. */
int held_flush(struct engine *en, int64_t now, struct error *e);
/* In a transaction of its own; *ret_n how many groups left. */
int held_step(struct engine *en, size_t *ret_n, struct error *e);

/* spares.c: inside a transaction.  Whether a row for `sink` of an alert of this rule wants a spare for the fallback, and
 * how much that may show. */
bool spare_wanted(const struct engine *en, const struct rule *rule, struct str sink, enum privacy *ret);
/* `payload`, cut for the fallback, waits for what becomes of the row. */
int spare_put(struct engine *en, struct arena *a, const struct outbox_row *row, struct str alert_key, struct str payload,
	      struct error *e);
/* What the courier made of a row. */
int spare_outcome(struct engine *en, struct str key, struct str outcome, int64_t at, struct error *e);

/* troubles.c: the engine's alerts about itself, to whatever the routes say of their `rule` ("engine.rules_refused"). */
int case_engine_alert(struct engine *en, const char *id, enum severity severity, struct str say, struct error *e);
struct engine_news {
	const char *rule;
	enum severity severity;
	int state; /* enum incident_state */
	struct str say;
	struct str incident;
	int number;	    /* of the announcement */
	struct str site;    /* or absent */
	struct str without; /* a sink that is not to get it, or absent */
};
/* Inside a transaction; also to the log.  *ret_told: somebody is to hear of it. */
int engine_tell(struct engine *en, struct arena *a, const struct engine_news *news, bool *ret_told, struct error *e);
struct str engine_incident(struct arena *a); /* a new id */

/* watch.c: what the engine watches of itself: its clock, sinks that fail, silent sites, the heartbeat.  When the queue is
 * empty. */
int watch_step(struct engine *en, struct error *e);
/* Inside a transaction that changes something: the clock is remembered. */
int watch_note_time(struct engine *en, struct error *e);

/* commands.c */
int commands_step(struct engine *en, size_t *ret_n, struct error *e);

/* housekeeping.c: removes what is old, at most once an hour; what fails is logged and tried again. */
void housekeeping_step(struct engine *en);

/* relay.c */
int relay_step(struct engine *en, struct error *e);
int relay_receipts(struct engine *en, size_t *ret_n, struct error *e);

#endif
