/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "io/sink_syslog.h"

#include <stdlib.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/date.h"
#include "core/template.h"
#include "io/clock.h"
#include "io/local_socket.h"

#define PAUSE_MAX_MS 50 /* between looks at a connection */

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

int syslog_priority(struct str severity)
{
	for (size_t i = 0; i < sizeof priorities / sizeof priorities[0]; i++)
		if (str_is(severity, priorities[i].word))
			return priorities[i].priority;
	return LOG_WARNING;
}

static void syslog_check(struct reader *r, const struct doc *doc, void *settings, enum privacy privacy)
{
	(void)settings;
	template_check(r, doc, "template", privacy);
}

/* ---- the line ---- */

/* RFC 3164 has local time and no zone; RFC 5424 says UTC. */
static struct str time_of(struct arena *a, enum syslog_format format)
{
	time_t now = (time_t)clock_now();
	char text[32];
	struct tm local;

	if (format == SYSLOG_RFC5424)
		return date_format(a, now);
	localtime_r(&now, &local);
	strftime(text, sizeof text, "%b %e %H:%M:%S", &local);
	return arena_dup(a, str_of(text));
}

static struct str machine_name(struct arena *a)
{
	char name[256] = "";

	if (gethostname(name, sizeof name - 1) < 0 || !name[0])
		return STR("-");
	return arena_dup(a, str_of(name));
}

/* A log daemon knows the machine it runs on, and expects no name in the older format. */
static struct str host_of(struct arena *a, const struct syslog_settings *s, enum syslog_format format)
{
	if (format == SYSLOG_CEE && s->to.way != TO_HOST)
		return (struct str){ NULL, 0 };
	return s->hostname.p ? s->hostname : machine_name(a);
}

static struct str text_of(struct arena *a, const struct syslog_settings *s, const struct parcel *parcel)
{
	struct payload payload;

	if (!s->template.p || !payload_read(a, parcel->payload, &payload))
		return (struct str){ NULL, 0 };
	return template_fill(a, s->template, &payload);
}

static void line_of(struct arena *a, const struct syslog_settings *s, const struct parcel *parcel, struct buf *out)
{
	enum syslog_format format = s->format >= 0	       ? (enum syslog_format)s->format
				    : s->to.way == TO_SYSLOG_3 ? SYSLOG_CEE
							       : SYSLOG_RFC5424;
	struct syslog_header header = {
		.priority = s->facility | syslog_priority(parcel->severity),
		.time = time_of(a, format),
		.host = host_of(a, s, format),
		.ident = s->ident,
		.pid = (long)getpid(),
		.sd_id = s->sd_id,
	};
	size_t max = s->to.way == TO_HOST && s->to.target.kind == LINK_UDP ? SYSLOG_UDP_MAX : 0;

	syslog_message(a, format, &header, parcel->payload, text_of(a, s, parcel), max, out);
}

/* ---- this machine's log ---- */

static const char *log_socket(void)
{
#ifdef RUPTURED_TEST
	const char *other = getenv("RUPTURED_DEVLOG");

	if (other)
		return other;
#endif
	return "/dev/log";
}

static enum delivery_outcome by_syslog_3(const struct syslog_settings *s, const struct parcel *parcel,
					 struct error *why)
{
	struct arena arena = { 0 };
	struct buf line = { 0 };
	struct str text = text_of(&arena, s, parcel);

	if (local_socket_probe(log_socket(), why) < 0) {
		arena_release(&arena);
		return DELIVERY_RETRY;
	}
	if (text.p)
		buf_puts(&line, text);
	else
		syslog_cee(parcel->payload, &line);
	/* Opened and closed each time: sinks differ in ident, and a restarted log daemon has a new socket. */
	openlog(s->ident.p, LOG_PID, s->facility);
	syslog(s->facility | syslog_priority(parcel->severity), "%s", line.p);
	closelog();
	buf_release(&line);
	arena_release(&arena);
	return DELIVERY_DONE;
}

static enum delivery_outcome to_socket(const char *path, const struct syslog_settings *s, const struct parcel *parcel,
				       struct error *why)
{
	struct arena arena = { 0 };
	struct buf line = { 0 };
	int rc;

	line_of(&arena, s, parcel, &line);
	rc = local_socket_send(path, buf_str(&line), why);
	buf_release(&line);
	arena_release(&arena);
	return rc < 0 ? DELIVERY_RETRY : DELIVERY_DONE;
}

/* ---- another machine's ---- */

struct syslog_job {
	struct link *link; /* the sink keeps it */
	int64_t timeout_ms, deadline_ms, pause_ms;
	bool stopped;
};

static struct link *link_for(const struct link_target *target, void **keep)
{
	if (*keep && !link_leads_to(*keep, target)) {
		link_free(*keep);
		*keep = NULL;
	}
	if (!*keep)
		*keep = link_new(target);
	return *keep;
}

static void send_line(struct link *link, const struct syslog_settings *s, const struct parcel *parcel)
{
	struct arena arena = { 0 };
	struct buf line = { 0 }, framed = { 0 };

	line_of(&arena, s, parcel, &line);
	if (s->to.target.kind != LINK_UDP)
		buf_printf(&framed, "%zu ", line.n);
	buf_puts(&framed, buf_str(&line));
	link_send(link, buf_str(&framed));
	buf_release(&framed);
	buf_release(&line);
	arena_release(&arena);
}

static enum delivery_outcome to_host(const struct syslog_settings *s, const struct parcel *parcel, void **keep,
				     void **ret_job)
{
	struct syslog_job *job = calloc(1, sizeof *job);

	if (!job)
		abort();
	job->link = link_for(&s->to.target, keep);
	job->timeout_ms = s->timeout_ms;
	job->deadline_ms = clock_monotonic_ms() + s->timeout_ms;
	job->pause_ms = 1;
	send_line(job->link, s, parcel);
	*ret_job = job;
	return DELIVERY_RUNNING;
}

static enum delivery_outcome give_up(struct syslog_job *job, struct error *why)
{
	link_drop(job->link);
	if (job->stopped)
		error_set(why, ERROR_AGAIN, "the courier stops");
	else
		error_set(why, ERROR_AGAIN, "the log host did not take it within %g s", (double)job->timeout_ms / 1000);
	return DELIVERY_RETRY;
}

static enum delivery_outcome syslog_reap(void *at, int64_t now_ms, int64_t *ret_wake_ms, struct error *why)
{
	struct syslog_job *job = at;
	enum link_progress progress = link_step(job->link, why);
	enum delivery_outcome outcome = progress == LINK_SENT ? DELIVERY_DONE : DELIVERY_RETRY;

	if (progress == LINK_WAITS && now_ms < job->deadline_ms) {
		*ret_wake_ms = now_ms + job->pause_ms < job->deadline_ms ? now_ms + job->pause_ms : job->deadline_ms;
		if (job->pause_ms < PAUSE_MAX_MS)
			job->pause_ms *= 2;
		return DELIVERY_RUNNING;
	}
	if (progress == LINK_WAITS)
		outcome = give_up(job, why);
	free(job);
	return outcome;
}

static void syslog_stop(void *at, int64_t now_ms)
{
	struct syslog_job *job = at;

	if (job->deadline_ms <= now_ms)
		return;
	job->stopped = true;
	job->deadline_ms = now_ms;
}

static void syslog_cancel(void *at)
{
	struct syslog_job *job = at;

	link_drop(job->link);
	free(job);
}

static void syslog_forget(void *keep)
{
	link_free(keep);
}

static enum delivery_outcome syslog_deliver(const struct sink *sink, const struct parcel *parcel, void **keep,
					    void **ret_job, struct error *why)
{
	const struct syslog_settings *s = sink->settings;

	*ret_job = NULL;
	if (s->to.way == TO_HOST)
		return to_host(s, parcel, keep, ret_job);
	if (s->to.way == TO_SOCKET)
		return to_socket(s->to.path.p, s, parcel, why);
	if (s->format == SYSLOG_RFC5424)
		return to_socket(log_socket(), s, parcel, why);
	return by_syslog_3(s, parcel, why);
}

extern const struct sink_kind sink_syslog;
const struct sink_kind sink_syslog = {
	.name = "syslog",
	.help = "the system's log, or another machine's, as one line: @cee: and a JSON object",
	.privacy = PRIVACY_TOKENS,
	.read = syslog_read,
	.fields = syslog_fields,
	.check = syslog_check,
	.deliver = syslog_deliver,
	.reap = syslog_reap,
	.stop = syslog_stop,
	.cancel = syslog_cancel,
	.forget = syslog_forget,
};
