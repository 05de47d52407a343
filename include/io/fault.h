/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fault points: places on a record's way where a test build dies when told to.
 *
 * In builds made with RUPTURED_TEST, RUPTURED_FAULT="name" or "name:3" (the third time) makes the process kill itself
 * with SIGKILL there, "name=hang" to stay there for ever; "name=ENOSPC" makes fault_error() return that errno instead.
 * Other builds compile to nothing.
 *
 * Points, in the order of a record's way:
 *	engine	 read, parsed, judged, before-commit, committed, retire (before it leaves its queue), retired
 *		 reject (its .why is there, it is not)
 *	held	 held-flushed (groups that were due are outbox rows, before the commit), held-committed
 *	relay	 outbox-take (before courier.db commits), relay-taken, relay-marked, receipts-stored, receipts-read
 *	courier	 courier-taken (before the sink has it), courier-handed (after), courier-recorded
 *	else	 command-committed, command-answered; timers-committed; swept (cases judged under changed rules)
 * Errors: db-begin, db-commit, spool-read, spool-write.
 *
 * fault_hold() stays as long as there is a file of that name in the directory RUPTURED_HOLD, or until *unless: work that
 * is to be seen while it goes on.  Points: backtest (before each case), test (before each test of a rule).
 */
#ifndef RUPTURED_IO_FAULT_H
#define RUPTURED_IO_FAULT_H

#include <stdatomic.h>

#ifdef RUPTURED_TEST
void fault_point(const char *name);
int fault_error(const char *name); /* errno to pretend, or 0 */
void fault_hold(const char *name, const atomic_bool *unless); /* unless: or NULL */
#else
#define fault_point(name) ((void)0)
#define fault_error(name) 0
#define fault_hold(name, unless) ((void)(unless))
#endif

#endif
