/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mail sink, for its tests: an alert, or a group of them, as one mail of text.
 *
 * All its readers get it or none: a server that refuses one of them has refused the mail.  4xx and silence are tried
 * again, 5xx is dead.  The Message-ID is made of the parcel's key, so a mail that comes twice is known to.
 */
#ifndef RUPTURED_IO_SINK_SMTP_H
#define RUPTURED_IO_SINK_SMTP_H

#include "core/mail.h"
#include "io/remote.h"

struct smtp_settings {
	struct str url, from;
	struct strs to;
	struct str subject, template; /* absent: ours */
	struct str user, password_file, ca;
	int starttls; /* 0: required */
	int64_t timeout_ms;
};

/* The mail for this parcel, in a; false when its payload is none of ours. */
bool smtp_mail(struct arena *a, const struct smtp_settings *s, const struct parcel *parcel, int64_t now,
	       struct mail *ret);
enum delivery_outcome smtp_judge(struct remote_job *job, const struct transfer_answer *answer, int64_t *ret_pause_s,
				 struct error *why);

#endif
