/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ruptured: flags, the loop, signals.  The loop only waits and dispatches; the work is in app/engine.
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "app/config_check.h"
#include "app/engine.h"
#include "app/reach.h"
#include "app/rulewatch.h"
#include "daemon/both.h"
#include "io/clock.h"
#include "io/log.h"
#include "io/notify.h"
#include "io/watch.h"

#define EXIT_BAD_INPUT 2
#define EXIT_TRY_AGAIN 75

#define TRY_AGAIN_MS   1000  /* a broken set is read again this often */
#define GIVE_UP_MS     10000 /* and then refused: package upgrades replace files one by one */
#define TROUBLE_MS     2000  /* after the machine failed (disk full) */

enum watched { WATCHED_INCOMING, WATCHED_COMMANDS, WATCHED_SPOOL, WATCHED_RULES }; /* and all from there on */

struct options {
	const char *config_path;
	bool once, check, with_courier;
	int64_t as_of;
};

/* Rules or configuration changed on disk: when to read them, and when to stop hoping. */
struct pending_reload {
	int64_t at_ms; /* 0: none */
	int64_t final_ms;
};

struct loop {
	struct engine *engine;
	int signals;
	bool stop;
	bool look;
	int64_t wake_ms;
	struct pending_reload reload;
};

static void usage(FILE *to)
{
	fputs("usage: ruptured [-c FILE] [--with-courier] [--once [--as-of DATE]]\n"
	      "       ruptured [-c FILE] --check\n\n"
	      "Watches a spool of session records, judges them by rules and alerts supervisors.\n\n"
	      "  -c, --config FILE   configuration (default " CONFIG_PATH ", or built-in defaults)\n"
	      "      --check         read configuration and rules, say what is wrong, end\n"
	      "      --once          judge and deliver what is there, end\n"
	      "      --as-of DATE    with --once: take DATE (RFC 3339) as the present\n"
	      "      --with-courier  run the courier too, as a process of its own\n"
	      "  -V, --version       the version\n"
	      "  -h, --help          this\n",
	      to);
}

static int bad_usage(const char *message)
{
	fprintf(stderr, "ruptured: %s\nTry `ruptured --help`.\n", message);
	return EXIT_BAD_INPUT;
}

/* The configuration, or NULL with its faults on standard error. */
static struct config *read_config(const char *path)
{
	struct buf out = { 0 };
	struct error e;
	struct config *config = config_load_shown(path, &out, &e);

	if (!config && e.kind != ERROR_NONE)
		log_line(LOG_LEVEL_ERROR, "configuration: %s", e.text);
	fputs(buf_str(&out).p, stderr);
	buf_release(&out);
	return config;
}

static bool check_reach(const struct ruleset *rules, const struct config *config)
{
	struct arena a = { 0 };
	struct str complaint;
	struct strs unreached;

	reach_nobody(&a, rules, &config->routes, &unreached);
	complaint = reach_complaint(&a, &unreached);
	if (complaint.p)
		fprintf(stderr, "ruptured: %s\n", complaint.p);
	arena_release(&a);
	return unreached.n == 0;
}

/* With all that is doubtful all the same; whether safeguarding alerts reach somebody. */
static bool say_sound(const struct config *config, const struct ruleset *rules, size_t rule_warnings)
{
	struct buf out = { 0 };
	size_t n = rule_warnings + config->warnings + config_check_names(config, rules, &out) +
		   config_check_files(config, false, &out);

	fputs(buf_str(&out).p, stderr);
	buf_release(&out);
	printf("configuration and %zu rules are sound, rule set %.8s, %zu warning%s\n", rules->n, rules->hash.p, n,
	       n == 1 ? "" : "s");
	return check_reach(rules, config);
}

static int check(const char *path)
{
	struct config *config = read_config(path);
	struct arena a = { 0 };
	struct buf out = { 0 };
	struct rule_sources sources;
	struct rule_faults faults = { 0 };
	struct ruleset *rules = NULL;
	bool reached = true;
	struct error e;

	if (!config)
		return 1;
	if (ruledir_read(&a, &config->rules, &sources, &e) < 0)
		buf_printf(&out, "ruptured: %s\n", e.text);
	else {
		sources.switched_off = &config->switched_off;
		sources.today = clock_now();
		rules = ruledir_compile(&sources, &out, &faults);
	}
	fputs(buf_str(&out).p, stderr);
	if (rules)
		reached = say_sound(config, rules, faults.warnings + faults.unknown_off);
	config_free(config);
	arena_release(&a);
	buf_release(&out);
	if (!rules)
		return 1;
	rules_free(rules);
	return reached && !faults.unknown_off ? 0 : 1;
}

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int watch_all(struct loop *l, const char *config_path, struct error *e)
{
	const struct config *config = engine_config(l->engine);
	const struct strs *rules = &config->rules;
	struct rulewatch watched = { 0 };
	int rc;

	if (watch_open(e) < 0 || watch_add(engine_queue_path(l->engine, SPOOL_INCOMING), e) < 0 ||
	    watch_add(engine_queue_path(l->engine, SPOOL_COMMANDS), e) < 0 || watch_add(config->spool.p, e) < 0)
		return -1;
	for (size_t i = 0; i < rules->n; i++)
		if (rulewatch_add(&watched, rules->items[i].p, e) < 0)
			log_line(LOG_LEVEL_WARNING, "rules: %s; changes elsewhere are seen on SIGHUP", e->text);
	rc = rulewatch_above(&watched, config_path ? config_path : CONFIG_PATH, e);
	rulewatch_release(&watched);
	return rc;
}

static void want_reload(struct loop *l, int64_t in_ms)
{
	int64_t now = clock_monotonic_ms();

	if (!l->reload.at_ms)
		l->reload.final_ms = now + clock_wait_ms(GIVE_UP_MS);
	l->reload.at_ms = now + in_ms;
}

static void take_signal(struct loop *l)
{
	struct signalfd_siginfo info;

	while (read(l->signals, &info, sizeof info) == (ssize_t)sizeof info) {
		if (info.ssi_signo == SIGHUP)
			want_reload(l, 0);
		else
			l->stop = true;
	}
}

static void take_events(struct loop *l)
{
	uint32_t changed = watch_drain() | watch_repair();

	if (changed & (1u << WATCHED_INCOMING | 1u << WATCHED_COMMANDS | 1u << WATCHED_SPOOL))
		l->look = true;
	if (changed >> WATCHED_RULES)
		want_reload(l, RULEWATCH_SETTLE_MS);
}

static int reload(struct loop *l, struct error *e)
{
	int64_t again_ms = clock_monotonic_ms() + clock_wait_ms(TRY_AGAIN_MS);
	bool final = again_ms >= l->reload.final_ms, refused;

	notify_reloading();
	if (engine_reload(l->engine, final, &refused, e) < 0)
		return -1;
	notify_ready();
	if (refused && !final)
		l->reload.at_ms = again_ms;
	else
		l->reload = (struct pending_reload){ 0 };
	return 0;
}

static void wait_for_work(struct loop *l)
{
	struct pollfd fds[] = { { .fd = l->signals, .events = POLLIN }, { .fd = watch_fd(), .events = POLLIN } };
	int64_t now = clock_monotonic_ms(), until = l->wake_ms, feed = notify_watchdog_interval_ms();
	int timeout;

	if (l->reload.at_ms && l->reload.at_ms < until)
		until = l->reload.at_ms;
	if (feed && now + feed < until)
		until = now + feed;
	timeout = until > now ? (int)(until - now) : 0;
	if (poll(fds, 2, timeout) < 0 && errno != EINTR)
		log_line(LOG_LEVEL_ERROR, "poll: %m");
	if (fds[0].revents)
		take_signal(l);
	if (fds[1].revents || clock_monotonic_ms() >= l->wake_ms)
		take_events(l);
}

/* One round.  The machine's trouble (a full disk) is told once and waited out; nothing is lost meanwhile. */
static int round_of_work(struct loop *l, char *last_trouble, size_t size, struct error *e)
{
	bool progress = false, due = l->reload.at_ms && clock_monotonic_ms() >= l->reload.at_ms;

	if ((due && reload(l, e) < 0) || engine_step(l->engine, l->look, &progress, &l->wake_ms, e) < 0) {
		if (strcmp(last_trouble, e->text) != 0)
			log_line(LOG_LEVEL_ERROR, "%s; trying again", e->text);
		snprintf(last_trouble, size, "%s", e->text);
		if (due)
			l->reload.at_ms = clock_monotonic_ms() + TROUBLE_MS;
		l->wake_ms = clock_monotonic_ms() + TROUBLE_MS;
		return -1;
	}
	l->look = false;
	if (progress) {
		l->wake_ms = clock_monotonic_ms();
		return 0;
	}
	/* Only now: part of the work may have been done while the rest still fails. */
	if (last_trouble[0])
		log_line(LOG_LEVEL_NOTICE, "working again");
	last_trouble[0] = '\0';
	return 0;
}

static void run_loop(struct loop *l)
{
	struct error e;
	char trouble[sizeof e.text] = "";

	while (!l->stop) {
		round_of_work(l, trouble, sizeof trouble, &e);
		notify_watchdog();
		wait_for_work(l);
	}
	notify_stopping();
}

static int run_once(struct loop *l, struct error *e)
{
	bool progress = true;

	for (bool look = true; progress && !l->stop; look = false) {
		if (engine_step(l->engine, look, &progress, &l->wake_ms, e) < 0)
			return -1;
		take_signal(l);
	}
	return l->stop ? error_set(e, ERROR_AGAIN, "stopped before all was judged") : 0;
}

static int fail(const struct error *e)
{
	log_line(LOG_LEVEL_ERROR, "%s", e->text);
	if (e->kind == ERROR_REFUSED)
		return EXIT_BAD_INPUT; /* the unit does not try that again */
	return e->kind == ERROR_HELD || e->kind == ERROR_AGAIN ? EXIT_TRY_AGAIN : 1;
}

/* What the kernel cannot do is told; the unit's own settings and the files' modes remain. */
static int confine(struct loop *l, struct error *e)
{
	struct sandbox made;

	if (engine_confine(l->engine, &made, e) < 0)
		return -1;
	if (!made.files_abi)
		log_line(LOG_LEVEL_WARNING,
			 "this kernel has no Landlock that would do: any readable file stays readable");
	if (!made.calls)
		log_line(LOG_LEVEL_WARNING, "this kernel has no seccomp: programs and the network stay reachable");
	return 0;
}

static int serve(struct loop *l, const struct options *o, struct error *e)
{
	struct engine_counts counts;

	if (watch_all(l, o->config_path, e) < 0 || confine(l, e) < 0)
		return -1;
	notify_ready();
	log_line(LOG_LEVEL_INFO, "watching %s", engine_queue_path(l->engine, SPOOL_INCOMING));
	run_loop(l);
	counts = engine_counts(l->engine);
	log_line(LOG_LEVEL_INFO, "stopped: %llu records, %llu refused, %llu alerts", (unsigned long long)counts.records,
		 (unsigned long long)counts.rejected, (unsigned long long)counts.announcements);
	watch_close();
	return 0;
}

static int run_engine(const struct options *o)
{
	/* Before all else: a reload asked for while the engine starts must not end it. */
	struct loop l = { .look = true, .signals = open_signals() };
	struct engine_options eo = { .config_path = o->config_path, .as_of = o->as_of };
	struct config *config = read_config(o->config_path);
	struct error e = { 0 };
	int rc;

	if (!config)
		return EXIT_BAD_INPUT;
	if (engine_open(config, &eo, &l.engine, &e) < 0) {
		config_free(config);
		return fail(&e);
	}
	rc = o->once ? run_once(&l, &e) : serve(&l, o, &e);
	if (rc < 0)
		rc = fail(&e);
	engine_close(l.engine);
	close(l.signals);
	return rc;
}

/* --once: judge, deliver, and read the receipts. */
static int run_both_once(const struct options *o)
{
	int rc = run_engine(o);

	if (rc == 0)
		rc = both_courier_once(o->config_path);
	return rc == 0 ? run_engine(o) : rc;
}

static int parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "config", required_argument, NULL, 'c' }, { "once", no_argument, NULL, 'o' },
		{ "as-of", required_argument, NULL, 'a' },  { "check", no_argument, NULL, 'k' },
		{ "with-courier", no_argument, NULL, 'w' }, { "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },	    { NULL, 0, NULL, 0 },
	};

	for (int c; (c = getopt_long(argc, argv, "c:Vh", longs, NULL)) != -1;) {
		switch (c) {
		case 'c':
			o->config_path = optarg;
			break;
		case 'o':
			o->once = true;
			break;
		case 'a':
			if (!date_parse(str_of(optarg), &o->as_of) && !date_parse_day(str_of(optarg), &o->as_of))
				return bad_usage("--as-of takes a date like 2026-03-02T14:00:00Z or 2026-03-02");
			break;
		case 'k':
			o->check = true;
			break;
		case 'w':
			o->with_courier = true;
			break;
		case 'V':
			puts("ruptured " RUPTURED_VERSION);
			exit(0);
		case 'h':
			usage(stdout);
			exit(0);
		default:
			return bad_usage("unknown option");
		}
	}
	if (optind < argc)
		return bad_usage("unexpected argument");
	if (o->as_of != DATE_NONE && !o->once)
		return bad_usage("--as-of goes with --once");
	return 0;
}

int main(int argc, char **argv)
{
	struct options o = { .as_of = DATE_NONE };
	int rc = parse(argc, argv, &o);

	if (rc)
		return rc;
	log_open("ruptured", LOG_LEVEL_INFO);
	if (o.check)
		return check(o.config_path);
	if (o.once)
		return run_both_once(&o);
	if (o.with_courier && (rc = both_become_engine(o.config_path)) >= 0)
		return rc;
	return run_engine(&o);
}
