/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * People's acts, one by one: what each changes in the store and what it answers.  For commands.c alone, which reads the
 * file, frames the transaction and gives the answer.  An act is a function here, in the file of its idea, and a row in
 * acts.c.
 */
#ifndef RUPTURED_APP_ACTS_H
#define RUPTURED_APP_ACTS_H

#include "app/commands.h"
#include "app/engine_parts.h"

/* An act in hand. */
struct doing {
	struct engine *en;
	struct arena *a;
	const struct command *command;
	struct str who;
	bool ok;
	struct str text;  /* the answer's */
	struct str about; /* for the audit; the alert or the case, unless the act says it better */
};

/* 0, for `return act_answer(...)`.  What is refused (ok: false) has changed nothing and is not audited. */
int act_answer(struct doing *d, bool ok, struct str text);

/* The act that the command names, and its line in the audit; an unknown one is answered as such. */
int acts_carry_out(struct doing *d, struct error *e);

/*
 * acts_find.c: what a command names.  *ret_found false: it has been answered, with what may have been meant.
 *
 * An alert: by its id, or a beginning of it (4 digits or more) that no other shares.
 */
struct found_alert {
	struct told told;
	int64_t case_row;
	const struct rule *rule; /* NULL: it is gone */
};
int act_find_alert(struct doing *d, struct found_alert *ret, bool *ret_found, struct error *e);
int act_find_case(struct doing *d, struct stored_case **ret, bool *ret_found, struct error *e);
/* `until` of the command: a day, which begins at this local minute; a time with its zone; "next-session": DATE_NONE. */
bool act_until(struct doing *d, int day_begins, int64_t *ret);
struct str act_until_words(struct arena *a, int64_t until);
/* "5f0c... noise: NOTE", for the audit. */
struct str act_about(struct arena *a, struct str what, struct str note);

/* acts_alerts.c */
int act_ack(struct doing *d, struct error *e);
int act_verdict(struct doing *d, struct error *e);
int act_snooze(struct doing *d, struct error *e);

/* acts_silence.c */
int act_silence(struct doing *d, struct error *e);
int act_silence_end(struct doing *d, struct error *e);

/* acts_outbox.c */
int act_outbox_retry(struct doing *d, struct error *e);
int act_outbox_drop(struct doing *d, struct error *e);

/* acts_case.c */
int act_case_close(struct doing *d, struct error *e);
int act_reveal(struct doing *d, struct error *e);
int act_text(struct doing *d, struct error *e);

#endif
