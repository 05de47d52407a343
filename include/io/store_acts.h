/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What people did with alerts: verdicts, silences, reminders.  Part of the store (io/store.h): same file, same rules.
 */
#ifndef RUPTURED_IO_STORE_ACTS_H
#define RUPTURED_IO_STORE_ACTS_H

#include "core/reminder.h"
#include "core/silence.h"
#include "io/store.h"

/* What was said of a case's incidents: for those that judge the same sessions by other rules. */
struct past_verdict {
	struct str rule, member, other; /* the latter two tokens, or absent */
	struct strs records;
	bool useful;
};
typedef VEC(struct past_verdict) past_verdicts;
int store_verdicts_of(struct store *st, struct arena *a, int64_t case_row, past_verdicts *ret, struct error *e);

/* A later verdict replaces the earlier. */
struct alert_verdict {
	bool useful;	/* else noise */
	int64_t at;	/* DATE_NONE: nobody gave one */
	struct str who, note;
};
int store_verdict_put(struct store *st, struct str incident, const struct alert_verdict *verdict, struct error *e);

/* Alerts as people see them (rupturectl alerts): incidents, with what was done about them. */
struct stored_alert {
	struct told told;
	struct str case_id, case_token;
	struct alert_verdict verdict;
	struct str silence_reason; /* of the silence that kept something back */
	bool snoozed;
	int64_t snoozed_until; /* DATE_NONE: to the next session */
	int64_t escalates_at;  /* DATE_NONE: it does not, or has */
};
typedef VEC(struct stored_alert) stored_alerts;
/* What is asked for must hold all at once; nothing asked for: those that are not over. */
struct alert_filter {
	bool ended_too;
	bool acknowledged;
	int64_t acknowledged_since; /* with acknowledged */
	bool silenced, historic, by_rules;
	int64_t case_row; /* 0: any */
};
/* Oldest first. */
int store_alerts(struct store *st, struct arena *a, const struct alert_filter *filter, stored_alerts *ret,
		 struct error *e);
/* Ids that begin so, at most `max`. */
int store_alerts_like(struct store *st, struct arena *a, struct str prefix, size_t max, struct strs *ret,
		      struct error *e);

/* How the rules did, by id: incidents, those that people were told of, verdicts on either. */
struct rule_verdicts {
	struct str rule;
	int64_t alerts, told, verdicts, useful;
};
typedef VEC(struct rule_verdicts) rule_verdicts_list;
int store_rule_verdicts(struct store *st, struct arena *a, rule_verdicts_list *ret, struct error *e);

/* case_row 0: of any case.  The number is the next; case_token is not read. */
int store_silence_put(struct store *st, const struct silence *s, int64_t case_row, int64_t *ret_number, struct error *e);
/* Those nobody has ended, that this case may fall under; their dates may have passed. */
int store_silences_of(struct store *st, struct arena *a, int64_t case_row, silence_list *ret, struct error *e);
/* All that ever were, by number. */
int store_silences(struct store *st, struct arena *a, silence_list *ret, struct error *e);
/* One that is ended already stays as it is. */
int store_silence_end(struct store *st, int64_t number, int64_t at, struct str by, struct error *e);
/* What was to be told of this incident was kept back. */
int store_silenced(struct store *st, struct str incident, int64_t silence, int64_t at, struct error *e);

/* A later snooze replaces the earlier.  due_at DATE_NONE: at the next session. */
int store_snooze(struct store *st, struct str incident, int64_t due_at, int64_t at, struct error *e);
/* Once for an incident and route, and again when it has become more severe than it then was; one that is under way
 * keeps its time. */
int store_escalate(struct store *st, struct str incident, struct str route, enum severity severity, int64_t due_at,
		   int64_t at, struct error *e);
/* Those of a case that were neither told nor dropped. */
int store_reminders(struct store *st, struct arena *a, int64_t case_row, reminder_list *ret, struct error *e);
int store_reminder_done(struct store *st, int64_t row, int64_t at, struct error *e);
int store_reminder_drop(struct store *st, int64_t row, struct error *e);
/* Somebody answered: no escalation of this incident is needed. */
int store_reminders_answered(struct store *st, struct str incident, struct error *e);
/* Ids of cases with a reminder due at or before `at`, at most `max`. */
int store_reminders_due(struct store *st, struct arena *a, int64_t at, size_t max, struct strs *ret, struct error *e);
/* The earliest date, DATE_NONE when there is none. */
int store_next_reminder(struct store *st, int64_t *ret, struct error *e);

#endif
