/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "io/sink_syslog.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "core/shape.h"

#define IDENT_MAX 48 /* APP-NAME, RFC 5424 */

/* A parcel has its severity as a word. */
static const struct {
	const char *word;
	int priority;
} priorities[] = {
	{ "info", LOG_INFO },
	{ "notice", LOG_NOTICE },
	{ "warning", LOG_WARNING },
	{ "critical", LOG_CRIT },
};

/* By place in facility_codes; `kern` is the kernel's alone. */
static const char *const facility_list[] = {
	"auth", "authpriv", "cron",   "daemon", "ftp",	  "lpr",    "mail",   "news",	"syslog", "user",
	"uucp", "local0",   "local1", "local2", "local3", "local4", "local5", "local6", "local7", NULL,
};
static const int facility_codes[] = {
	LOG_AUTH,   LOG_AUTHPRIV, LOG_CRON,   LOG_DAEMON, LOG_FTP,    LOG_LPR,	  LOG_MAIL,
	LOG_NEWS,   LOG_SYSLOG,	  LOG_USER,   LOG_UUCP,	  LOG_LOCAL0, LOG_LOCAL1, LOG_LOCAL2,
	LOG_LOCAL3, LOG_LOCAL4,	  LOG_LOCAL5, LOG_LOCAL6, LOG_LOCAL7,
};
_Static_assert(sizeof facility_list / sizeof facility_list[0] == sizeof facility_codes / sizeof facility_codes[0] + 1,
	       "a code for each word");
static const struct words facility_words = { facility_list };

static void read_facility(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	int at = -1;

	read_word(r, v, &at, f);
	if (at >= 0)
		*(int *)into = facility_codes[at];
}

static void read_ident(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
	struct str ident = { 0 };
	size_t i = 0;

	read_str(r, v, &ident, f);
	if (!ident.p)
		return;
	while (i < ident.n && memchr(allowed, ident.p[i], sizeof allowed - 1))
		i++;
	if (ident.n == 0 || ident.n > IDENT_MAX || i < ident.n)
		reader_error(r, v, "ident", "use letters, digits, \"-\", \"_\" and \".\", at most 48",
			     "\"%.*s\" cannot be the name on a log line", STR_ARG(ident));
	else
		*(struct str *)into = arena_dup(r->arena, ident);
}

static const struct shape ident_shape = { SHAPE_PATTERN, "^[A-Za-z0-9_.-]{1,48}$" };

static const struct field syslog_fields[] = {
	{ "facility", "under what the line is filed. Default: local3", read_facility,
	  offsetof(struct syslog_settings, facility), false, &facility_words,
	  "local0 to local7, daemon, user, auth, authpriv, cron, ftp, lpr, mail, news, syslog, uucp", &shape_words },
	{ "ident", "the name on the log line. Default: ruptured", read_ident, offsetof(struct syslog_settings, ident),
	  false, NULL, "letters, digits, -, _ and ., at most 48", &ident_shape },
	{ 0 },
};

static void *syslog_read(struct reader *r, const struct doc *doc)
{
	struct syslog_settings *s = ARENA_NEW(r->arena, struct syslog_settings);

	*s = (struct syslog_settings){ LOG_LOCAL3, STR("ruptured") };
	if (!doc_is_null(doc))
		fields_read(r, doc, syslog_fields, s);
	return s;
}

int syslog_priority(struct str severity)
{
	for (size_t i = 0; i < sizeof priorities / sizeof priorities[0]; i++)
		if (str_is(severity, priorities[i].word))
			return priorities[i].priority;
	return LOG_WARNING;
}

void syslog_line(struct str payload, struct buf *out)
{
	buf_puts(out, STR("@cee: "));
	for (size_t i = 0; i < payload.n; i++)
		buf_putc(out, (unsigned char)payload.p[i] < ' ' ? ' ' : payload.p[i]);
}

/* As syslog(3) does: datagrams, and a stream where the daemon wants that. */
static int connect_log(const char *path, int type, struct error *why)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return error_errno(why, "log socket");
	memcpy(to.sun_path, path, strnlen(path, sizeof to.sun_path - 1));
	if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
		return fd;
	error_errno(why, "nobody listens at %s", path);
	close(fd);
	if (type == SOCK_DGRAM && why->sys == EPROTOTYPE)
		return connect_log(path, SOCK_STREAM, why);
	return -1;
}

/* A log daemon that hangs leaves its queue full, and syslog(3) would wait for it for ever. */
static bool takes_more(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	return poll(&p, 1, 0) == 1 && (p.revents & POLLOUT);
}

int syslog_probe(const char *path, struct error *why)
{
	int fd = connect_log(path, SOCK_DGRAM, why);
	bool fine;

	if (fd < 0)
		return -1;
	fine = takes_more(fd);
	close(fd);
	return fine ? 0 : error_set(why, ERROR_AGAIN, "the listener at %s is not keeping up", path);
}

static const char *log_socket(void)
{
#ifdef RUPTURED_TEST
	const char *other = getenv("RUPTURED_DEVLOG");

	if (other)
		return other;
#endif
	return "/dev/log";
}

static enum delivery_outcome syslog_deliver(const struct sink *sink, const struct parcel *parcel, void **keep,
					    void **ret_job, struct error *why)
{
	const struct syslog_settings *s = sink->settings;
	struct buf line = { 0 };

	(void)keep;
	*ret_job = NULL;
	if (syslog_probe(log_socket(), why) < 0)
		return DELIVERY_RETRY;
	syslog_line(parcel->payload, &line);
	/* Opened and closed each time: sinks differ in ident, and a restarted log daemon has a new socket. */
	openlog(s->ident.p, LOG_PID, s->facility);
	syslog(s->facility | syslog_priority(parcel->severity), "%s", line.p);
	closelog();
	buf_release(&line);
	return DELIVERY_DONE;
}

extern const struct sink_kind sink_syslog;
const struct sink_kind sink_syslog = {
	.name = "syslog",
	.help = "the system's log, as one line: @cee: and a JSON object",
	.privacy = PRIVACY_TOKENS,
	.read = syslog_read,
	.fields = syslog_fields,
	.deliver = syslog_deliver,
};
