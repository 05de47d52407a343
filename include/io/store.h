/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine's store: cases, records as skeletons, incidents, what people were told, outbox, audit.
 *
 * One writer, the engine.  No session text, no phrase, no file name.  The caller frames the transaction: everything a
 * record changes is written between store_begin and store_commit.  The schema is documented in migrations.c.
 */
#ifndef RUPTURED_IO_STORE_H
#define RUPTURED_IO_STORE_H

#include "core/announce.h"
#include "core/digest.h"
#include "core/identity.h"
#include "io/db.h"

struct store;

int store_open(const char *path, enum db_mode mode, struct store **ret, struct error *e);
void store_close(struct store *st);

int store_begin(struct store *st, struct error *e);
int store_commit(struct store *st, struct error *e);
void store_rollback(struct store *st);
int store_savepoint(struct store *st, struct error *e);
int store_release(struct store *st, struct error *e);
void store_rollback_savepoint(struct store *st);
/* Off the commit path, when idle: when it is worth it, or when something was erased, which then leaves the log too. */
void store_checkpoint(struct store *st);

/* The key of content hashes, made at first use and kept. */
int store_digest_key(struct store *st, struct digest_key *ret, struct error *e);

/* A case. */
struct stored_case {
	int64_t row;
	struct str id;	      /* the clinic's */
	struct str token;     /* random, from first sight */
	int64_t closed_at;    /* by a person; DATE_NONE */
	int64_t next_deadline; /* DATE_NONE */
	struct str awaits; /* the silent site whose return its timers wait for, or absent; written, not read */
	struct roster roster;
};
/* NULL in *ret when unknown. */
int store_case(struct store *st, struct arena *a, struct str id, struct stored_case **ret, struct error *e);
int store_case_by_token(struct store *st, struct arena *a, struct str token, struct stored_case **ret, struct error *e);
int store_case_new(struct store *st, struct arena *a, struct str id, struct str token, struct stored_case **ret,
		   struct error *e);
/* closed_at, next_deadline, awaits and those of the roster that the store does not have yet. */
int store_case_update(struct store *st, const struct stored_case *c, struct error *e);
/* Ids of cases whose deadline is at or before `at`, at most `max`, the oldest first. */
int store_cases_due(struct store *st, struct arena *a, int64_t at, size_t max, struct strs *ret, struct error *e);
int store_case_tokens(struct store *st, struct arena *a, struct strs *ret, struct error *e);
int store_cases_all(struct store *st, struct arena *a, struct strs *ret, struct error *e);
/* The earliest deadline, DATE_NONE when there is none. */
int store_next_deadline(struct store *st, int64_t *ret, struct error *e);

/* Records. */
int store_known(struct store *st, struct arena *a, struct str record, struct known_record *ret, struct error *e);
int store_skeletons(struct store *st, struct arena *a, int64_t case_row, struct skeleton ***ret, size_t *ret_n,
		    struct error *e);
/* Adds, or replaces a lower revision (which may have been of another case). */
int store_record_put(struct store *st, int64_t case_row, const struct skeleton *s, struct str hash, int64_t arrived,
		     struct error *e);
/* Keeps id, revision and hash; erases the skeleton. */
int store_record_withdraw(struct store *st, struct str record, int64_t revision, struct str hash, struct error *e);

/* What people were told, per case. */
int store_told(struct store *st, struct arena *a, int64_t case_row, told_list *ret, struct error *e);
/* Writes the incidents back, with their present transitions; new ones are inserted. */
int store_told_put(struct store *st, int64_t case_row, const told_list *told, struct error *e);
int store_told_find(struct store *st, struct arena *a, struct str incident, int64_t *ret_case_row, struct told *ret,
		    bool *ret_found, struct error *e);
int store_acknowledge(struct store *st, struct str incident, int64_t at, struct str by, struct error *e);

/* What waits for more of its kind before it becomes an outbox row (core/dispatch.h). */
enum held_kind { HELD_CASE, HELD_ROUTE, HELD_DIGEST };
struct held_row {
	struct str group;      /* what becomes one message: a name of nothing else's concern */
	int kind;	       /* enum held_kind */
	int64_t due_at;
	struct str route, sink;
	struct str budget;     /* the route whose budget it is sent under, or "" */
	struct str case_token; /* absent: about no case */
	struct str incident, key; /* the alert's */
	int severity, privacy;
	bool ended;	       /* it tells of an end */
	struct str payload;    /* JSON, cut to the sink's privacy level */
	struct str spare;      /* the same for the fallback, or absent */
	int64_t at;
};
typedef VEC(struct held_row) held_rows;
/* In place of what is held of the incident for that sink; due no later than the others of the group. */
int store_held_put(struct store *st, const struct held_row *h, struct error *e);
/* sink absent: any. */
int store_held_drop(struct store *st, struct str sink, struct str incident, bool *ret_dropped, struct error *e);
/* DATE_NONE: nothing is held. */
int store_held_next_due(struct store *st, int64_t *ret, struct error *e);
int store_held_count(struct store *st, int64_t *ret, struct error *e);
/* All of the group that is due first, in the order of decision; empty when none is due at `at`. */
int store_held_due(struct store *st, struct arena *a, int64_t at, held_rows *ret, struct error *e);
int store_held_end(struct store *st, struct str group, struct error *e);
/* Whether anything of the incident was ever sent there. */
int store_heard(struct store *st, struct str sink, struct str incident, bool *ret, struct error *e);
int store_heard_put(struct store *st, struct str sink, struct str incident, struct error *e);
/* Messages to a sink under a route's budget after `since`, and the groups, but one, that wait to be some. */
int store_spent(struct store *st, struct str budget, struct str sink, struct str but_group, int64_t since,
		int64_t *ret, struct error *e);
int store_spent_put(struct store *st, struct str budget, struct str sink, int64_t at, struct error *e);
int store_spent_forget(struct store *st, int64_t before, struct error *e);

/* Outbox: rows the courier is to get.  `payload` is cut to the sink's privacy level already. */
struct outbox_row {
	int64_t row;	/* order of decision */
	struct str key; /* "<announcement key>/<sink>": unique */
	struct str incident; /* of a group: all of them, a space between */
	struct str route, sink;
	struct str payload; /* JSON */
	struct str severity; /* word */
	int64_t at;
	bool safety; /* a safeguarding alert; the courier need not know */
};
typedef VEC(struct outbox_row) outbox_rows;
int store_outbox_put(struct store *st, const struct outbox_row *row, struct error *e);
/* Rows not yet relayed, in order, at most `max`. */
int store_outbox_unrelayed(struct store *st, struct arena *a, size_t max, outbox_rows *ret, struct error *e);
int store_outbox_relayed(struct store *st, int64_t row, int64_t at, struct error *e);
/* What was relayed and has no receipt is to be relayed again: courier.db may be another since. */
int store_outbox_relay_again(struct store *st, struct error *e);
/* Decided, and to be sent to nobody: kept as "undelivered". */
int store_outbox_keep(struct store *st, const struct outbox_row *row, struct error *e);
/* Forgets what was delivered or dropped before `before`. */
int store_outbox_forget(struct store *st, int64_t before, struct error *e);
/* An outcome: a receipt read back from the courier ("delivered", "dead"), or a person's "dropped"; absent: it waits
 * again. */
int store_outbox_receipt(struct store *st, struct str key, struct str outcome, int64_t at, struct error *e);
/* The outcome of a row; *ret_found: there is one.  *ret absent: on its way. */
int store_outbox_outcome(struct store *st, struct arena *a, struct str key, bool *ret_found, struct str *ret,
			 struct error *e);
/* Rows of one outcome, in order, without their payloads. */
int store_outbox_ended(struct store *st, struct arena *a, const char *outcome, outbox_rows *ret, struct error *e);

/* Spares (store_spares.c): `spare` is what the fallback sink gets if the row `for_key` is given up. */
int store_spare_put(struct store *st, struct str for_key, const struct outbox_row *spare, struct error *e);
/* The row is given up: its spare, if it has one, goes into the outbox. */
int store_spare_release(struct store *st, struct str for_key, int64_t at, bool *ret_released, struct error *e);
int store_spare_forget(struct store *st, struct str for_key, struct error *e);
/* Whether the row is a safeguarding alert. */
int store_outbox_is_safety(struct store *st, struct str key, bool *ret, struct error *e);

/* What a person wants of a row, until courier.db has heard it. */
enum letter_wish { WISH_RETRY, WISH_DROP };
struct wish {
	struct str key;
	enum letter_wish wish;
};
typedef VEC(struct wish) wishes;
int store_wish_put(struct store *st, struct str key, enum letter_wish wish, struct error *e);
int store_wishes(struct store *st, struct arena *a, wishes *ret, struct error *e);
int store_wish_granted(struct store *st, struct str key, struct error *e);

/*
 * The clock went back by so many seconds and it is `now`: what is held, reminders, budgets and silences that were made later
 * than that are as old as they would be by the right clock (store_set_back.c).
 */
int store_set_back(struct store *st, int64_t now, int64_t by_s, struct error *e);

/* What is wrong while it lasts (store_troubles.c). */
struct stored_trouble {
	struct str name;     /* "engine.site_silent/north" */
	struct str incident; /* its id */
	int announcements;   /* alerts that went out about it */
	int64_t since;
};
typedef VEC(struct stored_trouble) stored_troubles;
int store_trouble(struct store *st, struct arena *a, struct str name, bool *ret_found, struct stored_trouble *ret,
		    struct error *e);
int store_troubles(struct store *st, struct arena *a, stored_troubles *ret, struct error *e);
int store_trouble_put(struct store *st, const struct stored_trouble *c, struct error *e);
int store_trouble_forget(struct store *st, struct str name, struct error *e);

/* A site of which records are expected. */
struct stored_site {
	struct str name;
	int64_t last_at;     /* when its last record arrived, or when it was first expected */
	int64_t silent_from; /* from when on timers of its cases are not judged; DATE_NONE */
	int64_t back_at;     /* the first record after that; DATE_NONE */
};
typedef VEC(struct stored_site) stored_sites;
int store_site(struct store *st, struct arena *a, struct str name, bool *ret_found, struct stored_site *ret,
	       struct error *e);
int store_sites(struct store *st, struct arena *a, stored_sites *ret, struct error *e);
int store_site_put(struct store *st, const struct stored_site *site, struct error *e);
int store_site_forget(struct store *st, struct str name, struct error *e);
/* The timers of the cases that await the site are due at `at`, and they await it no more. */
int store_cases_of_site_due(struct store *st, struct str site, int64_t at, struct error *e);

/* Commands already carried out, by the hash of their content and name, with the answer given (NULL: not carried out): a
 * crash between commit and retire repeats none. */
int store_command_answer(struct store *st, struct arena *a, struct str id, struct str *ret, struct error *e);
int store_command_put(struct store *st, struct str id, int64_t at, struct str answer, struct error *e);

/* Append-only, hash-chained. */
int store_audit(struct store *st, int64_t at, struct str who, struct str what, struct str about, struct error *e);
/* Walks the chain; *ret_bad is the first broken row, or 0. */
int store_audit_verify(struct store *st, int64_t *ret_rows, int64_t *ret_bad, struct error *e);

/* Small facts: the last good rules and configuration, engine state for `status`. */
int store_fact(struct store *st, struct arena *a, const char *name, struct str *ret, struct error *e); /* absent: unknown */
int store_fact_put(struct store *st, const char *name, struct str value, struct error *e);

struct store_counts {
	int64_t cases, sessions, records, withdrawn, open_incidents, incidents, outbox_waiting, outbox_delivered, outbox_dead,
		outbox_undelivered, outbox_dead_safety;
};
int store_count(struct store *st, struct store_counts *ret, struct error *e);

#endif
