/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One exchange with a server of the network: an HTTP request and its answer, or a mail handed to a mail server.
 * Nothing here waits: whoever runs it polls transfer_descriptor() and calls transfer_step().
 *
 * Always so: certificates are checked, TLS is 1.2 at least; no redirect is followed; nothing is taken from the environment
 * (proxies) or a home directory (.netrc); only the schemes of the request are spoken.
 */
#ifndef RUPTURED_IO_TRANSFER_H
#define RUPTURED_IO_TRANSFER_H

#include "base/arena.h"
#include "base/error.h"
#include "core/fields.h"

struct transfer;

struct transfer_url {
	struct str scheme, host;
	bool local; /* this machine: what is said stays on it */
};
/* In a; false with *why: what is wrong with it.  Credentials in the URL are refused: it may be shown. */
bool transfer_url_read(struct arena *a, struct str url, struct transfer_url *ret, const char **why);
/* A path and query behind the URL of a server, which may end in "/"; in a. */
struct str transfer_url_below(struct arena *a, struct str url, const char *path);
struct str transfer_escape(struct arena *a, struct str text);

struct transfer_request {
	struct str url;
	const char *schemes; /* "http,https" */
	const char *method;  /* of HTTP */
	struct strs headers; /* of HTTP: whole lines */
	struct str body;     /* of HTTP, or the mail with its headers and CRLF */
	/* Of a mail. */
	struct str from;
	struct strs to;
	struct str user, password; /* or absent */
	bool starttls;		   /* no word before it */
	struct str ca;		   /* certificates trusted; absent: the system's */
	int64_t timeout_ms;	   /* of the whole; connecting has at most half */
	size_t keep;		   /* bytes of the answer that are kept */
};

struct transfer_answer {
	const char *trouble; /* no answer was had: why, for people; else NULL */
	int code;	     /* HTTP's status, or the mail server's last reply; 0: none */
	int64_t retry_after_s; /* asked for with HTTP; 0: not */
	struct str body;	     /* as much as was to be kept; the transfer's */
};

#define TRANSFER_BODY_MAX 4096 /* of an answer that nobody keeps: no more is read */

/* Copies the request.  NULL with *e. */
struct transfer *transfer_start(const struct transfer_request *request, struct error *e);
/* Another one to the same server, once the first is answered: the descriptor stays. */
int transfer_next(struct transfer *t, const struct transfer_request *request, struct error *e);
void transfer_free(struct transfer *t); /* also while it runs; waits for nothing */
/* Readable when a step has something to do. */
int transfer_descriptor(const struct transfer *t);
/* True when it has ended, with *ret.  False: *ret_wake_ms (monotonic) is when to come again though nothing is readable. */
bool transfer_step(struct transfer *t, int64_t *ret_wake_ms, struct transfer_answer *ret);

#endif
