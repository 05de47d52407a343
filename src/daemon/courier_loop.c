/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/courier_loop.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/config_check.h"
#include "app/courier.h"
#include "io/clock.h"
#include "io/log.h"
#include "io/notify.h"

#define EXIT_MACHINE   1
#define EXIT_TRY_AGAIN 75

#define FILE_WAIT_MS   500  /* until the engine has made courier.db */
#define QUIET_MS       5000 /* which is nothing to speak of for this long */
#define SETTLE_MS      500  /* the configuration is read again when it has rested this long */
#define GRACE_MS       2000 /* at shutdown: running jobs may end by themselves */
#define HURRY_MS       2000 /* and then, asked to, before they are killed */

/* What tells one version of a file from another. */
struct stamp {
	ino_t inode;
	off_t size;
	struct timespec modified;
};

struct loop {
	const struct courier_options *options;
	struct config *config;
	struct courier *courier;
	int signals;
	bool reload;
	int64_t stop_at_ms; /* 0: goes on; else when it was told to stop */
	bool hurried;
	struct stamp seen, read; /* of the configuration */
	int64_t seen_ms;
	char trouble[512]; /* the last one told, so that it is told once */
};

struct config *courier_read_config(const char *path)
{
	struct buf out = { 0 };
	struct error e;
	struct config *config = config_load_shown(path, &out, &e);

	if (!config && e.kind != ERROR_NONE)
		log_line(LOG_LEVEL_ERROR, "configuration: %s", e.text);
	if (out.n)
		fputs(out.p, stderr);
	buf_release(&out);
	return config;
}

/* ---- configuration ---- */

static struct stamp stamp_now(const struct loop *l)
{
	struct stat st;

	if (stat(l->options->config_path ? l->options->config_path : CONFIG_PATH, &st) < 0)
		return (struct stamp){ 0 };
	return (struct stamp){ st.st_ino, st.st_size, st.st_mtim };
}

static bool stamp_eq(struct stamp a, struct stamp b)
{
	return a.inode == b.inode && a.size == b.size && a.modified.tv_sec == b.modified.tv_sec &&
	       a.modified.tv_nsec == b.modified.tv_nsec;
}

/* Changed and at rest: asked by SIGHUP too, but nobody should have to remember that. */
static bool config_changed(struct loop *l, int64_t now_ms)
{
	struct stamp present = stamp_now(l);

	if (!stamp_eq(present, l->seen)) {
		l->seen = present;
		l->seen_ms = now_ms;
	}
	return present.inode && !stamp_eq(present, l->read) && now_ms - l->seen_ms >= SETTLE_MS;
}

/* Here and not by the engine: what counts is what this user may read. */
static void tell_files(const struct config *config)
{
	struct buf out = { 0 };

	if (config_check_files(config, true, &out))
		fputs(out.p, stderr);
	buf_release(&out);
}

static void reload(struct loop *l)
{
	struct config *config;

	l->reload = false;
	l->read = stamp_now(l);
	notify_reloading();
	config = courier_read_config(l->options->config_path);
	if (!config) {
		log_line(LOG_LEVEL_ERROR, "the configuration has faults: the last good one stays in force");
	} else {
		if (!str_eq(config->courier_db, l->config->courier_db))
			log_line(LOG_LEVEL_WARNING, "another store takes effect at the next start");
		if (l->courier)
			courier_reload(l->courier, config);
		config_free(l->config);
		l->config = config;
		log_line(LOG_LEVEL_INFO, "configuration in force: sinks %zu", config->sinks.n);
		tell_files(config);
	}
	notify_ready();
}

/* ---- waiting ---- */

static int catch_signals(struct error *e)
{
	sigset_t set;
	int fd;

	/* Whoever started us may have had them ignored: then children could not be waited for. */
	signal(SIGCHLD, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	return fd < 0 ? error_errno(e, "signalfd") : fd;
}

/* SIGCHLD only wakes: the step asks each job itself. */
static void take_signals(struct loop *l)
{
	struct signalfd_siginfo info;

	while (read(l->signals, &info, sizeof info) == sizeof info) {
		if (info.ssi_signo == SIGHUP)
			l->reload = true;
		else if (info.ssi_signo != SIGCHLD && !l->stop_at_ms)
			l->stop_at_ms = clock_monotonic_ms();
	}
}

static void wait_until(struct loop *l, int64_t wake_ms)
{
	struct pollfd fds[] = {
		{ .fd = l->signals, .events = POLLIN },
		{ .fd = l->courier ? courier_bell_fd(l->courier) : -1, .events = POLLIN },
		{ .fd = l->courier ? courier_jobs_fd(l->courier) : -1, .events = POLLIN },
	};
	int64_t wait_ms = wake_ms - clock_monotonic_ms(), watchdog_ms = notify_watchdog_interval_ms();

	if (watchdog_ms && wait_ms > watchdog_ms / 2)
		wait_ms = watchdog_ms / 2;
	if (!stamp_eq(l->seen, l->read) && wait_ms > SETTLE_MS)
		wait_ms = SETTLE_MS;
	if (poll(fds, 3, wait_ms > 0 ? (int)wait_ms : 0) <= 0)
		return;
	take_signals(l);
	if (fds[1].revents)
		courier_bell_drain(l->courier);
}

static void tell_trouble(struct loop *l, const char *text)
{
	if (strcmp(text, l->trouble) != 0)
		log_line(LOG_LEVEL_ERROR, "%s", text);
	snprintf(l->trouble, sizeof l->trouble, "%s", text);
}

/* ---- the way through ---- */

/* The engine makes courier.db at its first start, which may be later than ours.  0, or the exit status. */
static int open_courier(struct loop *l)
{
	int64_t tell_at_ms = clock_monotonic_ms() + clock_wait_ms(QUIET_MS);
	struct error e;

	while (!l->stop_at_ms) {
		if (courier_open(l->config, &l->courier, &e) == 0)
			return 0;
		if (l->options->once && e.sys == ENOENT)
			return 0; /* nothing was ever decided, so there is nothing to deliver */
		if (l->options->once || e.kind == ERROR_REFUSED || e.kind == ERROR_HELD) {
			log_line(LOG_LEVEL_ERROR, "%s", e.text);
			return e.kind == ERROR_HELD ? EXIT_TRY_AGAIN : EXIT_MACHINE;
		}
		if (e.sys != ENOENT || clock_monotonic_ms() >= tell_at_ms)
			tell_trouble(l, e.text);
		notify_status("waiting: %s", e.text);
		notify_watchdog();
		wait_until(l, clock_monotonic_ms() + FILE_WAIT_MS);
		if (l->reload || config_changed(l, clock_monotonic_ms()))
			reload(l);
	}
	return 0;
}

/* The running jobs get some time, then a request, then no choice (courier_close). */
static bool may_end(struct loop *l, int64_t *wake_ms)
{
	int64_t past_ms = clock_monotonic_ms() - l->stop_at_ms;
	int64_t next_ms = l->stop_at_ms + (l->hurried ? GRACE_MS + HURRY_MS : GRACE_MS);

	if (past_ms >= GRACE_MS && !l->hurried) {
		courier_stop(l->courier);
		l->hurried = true;
		next_ms = 0; /* the next step sends the request */
	}
	if (*wake_ms > next_ms)
		*wake_ms = next_ms;
	return courier_idle(l->courier) || past_ms >= GRACE_MS + HURRY_MS;
}

static bool step(struct loop *l, int64_t *ret_wake_ms)
{
	struct error e;

	if (l->stop_at_ms)
		courier_drain(l->courier);
	notify_watchdog();
	if (courier_step(l->courier, ret_wake_ms, &e) < 0) {
		tell_trouble(l, e.text);
		return false;
	}
	if (courier_idle(l->courier))
		l->trouble[0] = '\0';
	return true;
}

static void go_on(struct loop *l)
{
	int64_t wake_ms;

	for (;;) {
		bool fine = step(l, &wake_ms);

		if (l->stop_at_ms && may_end(l, &wake_ms))
			return;
		if (l->options->once && (!fine || courier_idle(l->courier)))
			return;
		wait_until(l, wake_ms);
		if (l->reload || (!l->stop_at_ms && config_changed(l, clock_monotonic_ms())))
			reload(l);
	}
}

static int once_status(struct loop *l)
{
	struct error e;
	int64_t waiting;

	if (courier_waiting(l->courier, &waiting, &e) == 0)
		return waiting ? EXIT_TRY_AGAIN : 0;
	log_line(LOG_LEVEL_ERROR, "%s", e.text);
	return EXIT_MACHINE;
}

int courier_run(const struct courier_options *options, struct config *config)
{
	struct loop l = { .options = options, .config = config };
	struct error e;
	int status = EXIT_MACHINE;

	l.signals = catch_signals(&e);
	if (l.signals < 0) {
		log_line(LOG_LEVEL_ERROR, "%s", e.text);
		goto out;
	}
	l.seen = l.read = stamp_now(&l);
	notify_ready();
	status = open_courier(&l);
	if (status)
		goto out;
	if (l.courier) {
		tell_files(l.config);
		if (!options->once)
			log_line(LOG_LEVEL_INFO, "delivering: sinks %zu", l.config->sinks.n);
		notify_status("delivering");
		go_on(&l);
	}
	status = l.courier && options->once ? once_status(&l) : 0;
	notify_stopping();
	courier_close(l.courier);
out:
	if (l.signals >= 0)
		close(l.signals);
	config_free(l.config);
	return status;
}
