/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The exec sink, for its tests: a program of the clinic's, started once an alert.
 *
 * What the program gets: the payload on standard input (a file, so that a program which does not read holds up nobody),
 * PATH, LANG and RUPTURED_KEY, RUPTURED_ROUTE, RUPTURED_SEVERITY, and, as far as the payload carries them, RUPTURED_ALERT,
 * RUPTURED_STATE, RUPTURED_RULE, RUPTURED_CASE; no other descriptor or variable, a process group of its own, no
 * blocked or ignored signal.  Its output goes nowhere: it may repeat the payload.
 *
 * Its answer: exit 0 is delivered, anything else is tried again until the sink's attempts are used up.  No exit code
 * gives an alert up at once: too many programs leave with a stray 65 or 78, and a lost alert is worse than a late one.
 * Past the time limit the group gets TERM, five seconds later KILL.
 */
#ifndef RUPTURED_IO_SINK_EXEC_H
#define RUPTURED_IO_SINK_EXEC_H

#include "io/sink.h"

#define EXEC_TIMEOUT_MS	   20000
#define EXEC_KILL_AFTER_MS 5000

struct exec_settings {
	char **argv; /* NULL ends */
	int64_t timeout_ms, kill_after_ms;
};

#endif
