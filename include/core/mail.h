/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A mail of text, as it is handed to a mail server: RFC 5322, in ASCII whatever it says (RFC 2045, 2047), lines with CRLF.
 * Dots at the beginning of a line are left to whoever speaks SMTP.
 */
#ifndef RUPTURED_CORE_MAIL_H
#define RUPTURED_CORE_MAIL_H

#include "core/fields.h"

struct mail {
	struct str from; /* addresses: mail_address_ok() */
	struct strs to;
	struct str subject; /* UTF-8, one line */
	struct str body;    /* UTF-8, lines with LF */
	struct str id;	    /* left of the @ of Message-ID: a receiver knows a mail that comes twice by it */
	struct str thread;  /* likewise, of References: what belongs together is shown together; or absent */
	int64_t at;	    /* Date */
};

/* Plain: one @, no name, no quotes, no comments, ASCII. */
bool mail_address_ok(struct str address);
struct str mail_domain(struct str address);
struct str mail_text(struct arena *a, const struct mail *mail);

#endif
