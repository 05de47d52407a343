/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine failed: one error, for the operator, on its way up.
 *
 * Functions that can fail this way return 0, or -1 with *e filled, and take the error last.  Nothing is allocated
 * on the way.  Whoever knows what was being done adds it once with error_context().  A caller does one of three
 * things: try later, reject the file, stop.  For faults in a file somebody wrote, see base/diag.h.
 */
#ifndef RUPTURED_BASE_ERROR_H
#define RUPTURED_BASE_ERROR_H

enum error_kind {
	ERROR_NONE,
	ERROR_MACHINE,	/* anything unexpected */
	ERROR_AGAIN,	/* a passing state: disk full, file busy; the same call may work later */
	ERROR_REFUSED,	/* the thing asked for is not allowed or not sane; trying again will not help */
	ERROR_HELD,	/* somebody else holds the lock */
};

struct error {
	enum error_kind kind;
	int sys; /* errno, or 0 */
	char text[512];
};

/* Both always return -1. */
int error_set(struct error *e, enum error_kind kind, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Appends ": strerror(errno)"; ENOSPC, EDQUOT, EAGAIN, EINTR and EBUSY make it ERROR_AGAIN. */
int error_errno(struct error *e, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Puts "what: " in front. */
int error_context(struct error *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
