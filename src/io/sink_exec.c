/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "io/sink_exec.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/clock.h"
#include "io/sink_keys.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U /* Linux 6.3; required where vm.memfd_noexec=2 */
#endif

#define ENVIRONMENT_MAX 16
#define UNKNOWN_STATUS	0xff00 /* exit code 255: somebody else waited for the program */

struct exec_job {
	pid_t pid; /* and its process group */
	int64_t timeout_ms, kill_after_ms;
	int64_t term_at_ms, kill_at_ms; /* monotonic */
	bool stopped, termed, killed;
};

/* ---- settings ---- */

static void read_command(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct strs words = { 0 };
	char **argv;

	read_strs(r, v, &words, f);
	if (!words.n) {
		if (v->kind == DOC_LIST && v->n == 0)
			reader_error(r, v, "command", "write [/path/of/the/program, argument, ...]",
				     "no program is named");
		return;
	}
	if (words.items[0].n < 2 || words.items[0].p[0] != '/')
		reader_error(r, v->kind == DOC_LIST && v->n ? v->items[0] : v, "command",
			     "write the program's whole path; arguments are items of their own, there is no shell",
			     "\"%.*s\" is not an absolute path", STR_ARG(words.items[0]));
	argv = ARENA_ARRAY(r->arena, char *, words.n + 1);
	for (size_t i = 0; i < words.n; i++)
		argv[i] = (char *)arena_dup(r->arena, words.items[i]).p;
	*(char ***)into = argv;
}

static const struct shape command_shape = { SHAPE_SOME, &shape_text };

static const struct field exec_fields[] = {
	{ "command", "the program's absolute path and its arguments; no shell", read_command,
	  offsetof(struct exec_settings, argv), true, NULL, "[/path, argument, ...]", &command_shape },
	{ "timeout", "then it is ended. Default: 20 seconds", read_sink_timeout,
	  offsetof(struct exec_settings, timeout_ms), false, NULL, "a time span, at most 1 hour", &shape_duration },
	{ 0 },
};

static void *exec_read(struct reader *r, const struct doc *doc)
{
	struct exec_settings *s = ARENA_NEW(r->arena, struct exec_settings);

	s->timeout_ms = EXEC_TIMEOUT_MS;
	s->kill_after_ms = EXEC_KILL_AFTER_MS;
	fields_read(r, doc, exec_fields, s);
	return s;
}

/* ---- what the program gets ---- */

struct environment {
	struct arena *arena;
	char *items[ENVIRONMENT_MAX];
	size_t n;
};

static void environment_add(struct environment *env, const char *name, struct str value)
{
	if (value.p && !memchr(value.p, '\0', value.n) && env->n < ENVIRONMENT_MAX - 1)
		env->items[env->n++] = (char *)arena_printf(env->arena, "%s=%.*s", name, STR_ARG(value)).p;
}

/* The announcement's key: the parcel's has "/SINK" behind it. */
static struct str announcement_key(const struct sink *sink, struct str key)
{
	size_t tail = sink->name.n + 1;

	if (key.n > tail && key.p[key.n - tail] == '/' && str_ends(key, sink->name.p))
		key.n -= tail;
	return key;
}

/* From the payload, so that the sink's privacy level holds for the environment as well. */
static void environment_payload(struct environment *env, struct str payload)
{
	static const char *const carried[][2] = {
		{ "alert", "RUPTURED_ALERT" },
		{ "state", "RUPTURED_STATE" },
		{ "rule", "RUPTURED_RULE" },
		{ "case", "RUPTURED_CASE" },
	};
	struct diags faults = { .arena = env->arena };
	const struct doc *doc = doc_parse(env->arena, payload, DOC_JSON, &doc_limits_record, false, &faults);

	for (size_t i = 0; doc && doc->kind == DOC_MAP && i < sizeof carried / sizeof carried[0]; i++) {
		const struct doc *value = doc_get(doc, carried[i][0]);

		if (value && value->kind == DOC_SCALAR && !doc_is_null(value))
			environment_add(env, carried[i][1], value->text);
	}
}

static void environment_make(struct environment *env, const struct sink *sink, const struct parcel *parcel)
{
	environment_add(env, "PATH", STR("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"));
	environment_add(env, "LANG", STR("C.UTF-8"));
	environment_add(env, "RUPTURED_KEY", announcement_key(sink, parcel->key));
	environment_add(env, "RUPTURED_ROUTE", parcel->route);
	environment_add(env, "RUPTURED_SEVERITY", parcel->severity);
	environment_payload(env, parcel->payload);
}

static int payload_file(struct str payload, struct error *why)
{
	int fd = memfd_create("alert", MFD_CLOEXEC | MFD_NOEXEC_SEAL);
	size_t done = 0;

	if (fd < 0 && errno == EINVAL)
		fd = memfd_create("alert", MFD_CLOEXEC);
	if (fd < 0)
		return error_errno(why, "no room for the payload");
	while (done < payload.n) {
		ssize_t n = pwrite(fd, payload.p + done, payload.n - done, (off_t)done);

		if (n < 0) {
			error_errno(why, "no room for the payload");
			close(fd);
			return -1;
		}
		done += (size_t)n;
	}
	/* One line, so that a hook may append it to a file as it is. */
	if (pwrite(fd, "\n", 1, (off_t)done) != 1) {
		error_errno(why, "no room for the payload");
		close(fd);
		return -1;
	}
	return fd;
}

/* ---- starting ---- */

/* A blocked mask and ignored signals pass through exec, and a daemon has both. */
static int clean_attributes(posix_spawnattr_t *attr)
{
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	return posix_spawnattr_setflags(attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF) ||
	       posix_spawnattr_setpgroup(attr, 0) || posix_spawnattr_setsigmask(attr, &none) ||
	       posix_spawnattr_setsigdefault(attr, &all);
}

static int clean_descriptors(posix_spawn_file_actions_t *actions, int input)
{
	return posix_spawn_file_actions_adddup2(actions, input, 0) ||
	       posix_spawn_file_actions_addopen(actions, 1, "/dev/null", O_WRONLY, 0) ||
	       posix_spawn_file_actions_addopen(actions, 2, "/dev/null", O_WRONLY, 0) ||
	       posix_spawn_file_actions_addclosefrom_np(actions, 3);
}

static int spawn(char *const *argv, char *const *environment, int input, pid_t *ret, struct error *why)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int rc = ENOMEM;

	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	if (clean_attributes(&attr) == 0 && clean_descriptors(&actions, input) == 0)
		rc = posix_spawn(ret, argv[0], &actions, &attr, argv, environment);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	if (rc == 0)
		return 0;
	errno = rc;
	return error_errno(why, "cannot start %s", argv[0]);
}

static struct exec_job *job_new(const struct exec_settings *s, pid_t pid)
{
	struct exec_job *job = calloc(1, sizeof *job);

	if (!job)
		abort();
	*job = (struct exec_job){
		.pid = pid,
		.timeout_ms = s->timeout_ms,
		.kill_after_ms = s->kill_after_ms,
		.term_at_ms = clock_monotonic_ms() + s->timeout_ms,
	};
	return job;
}

static enum delivery_outcome exec_deliver(const struct sink *sink, const struct parcel *parcel, void **keep,
					  void **ret_job, struct error *why)
{
	const struct exec_settings *s = sink->settings;
	struct arena arena = { 0 };
	struct environment env = { .arena = &arena };
	int input = payload_file(parcel->payload, why), rc = -1;
	pid_t pid = -1;

	(void)keep;
	*ret_job = NULL;
	if (input < 0)
		return DELIVERY_RETRY;
	environment_make(&env, sink, parcel);
	rc = spawn(s->argv, env.items, input, &pid, why);
	close(input);
	arena_release(&arena);
	if (rc < 0)
		return DELIVERY_RETRY;
	*ret_job = job_new(s, pid);
	return DELIVERY_RUNNING;
}

/* ---- ending ---- */

static void job_signal(struct exec_job *job, int64_t now_ms)
{
	if (!job->termed && now_ms >= job->term_at_ms) {
		kill(-job->pid, SIGTERM);
		job->termed = true;
		job->kill_at_ms = now_ms + job->kill_after_ms;
	}
	if (job->termed && !job->killed && now_ms >= job->kill_at_ms) {
		kill(-job->pid, SIGKILL);
		job->killed = true;
	}
}

/* While the leader is not waited for, its number, and so the group's, cannot be anybody else's. */
static int job_wait(struct exec_job *job)
{
	int status = UNKNOWN_STATUS;

	if (job->termed)
		kill(-job->pid, SIGKILL);
	while (waitpid(job->pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

static enum delivery_outcome judge_status(const struct exec_job *job, int status, struct error *why)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return DELIVERY_DONE;
	if (job->stopped && job->termed)
		error_set(why, ERROR_AGAIN, "the program was ended: the courier stops");
	else if (job->termed)
		error_set(why, ERROR_AGAIN, "the program was ended after %g s", (double)job->timeout_ms / 1000);
	else if (WIFSIGNALED(status))
		error_set(why, ERROR_AGAIN, "the program was ended by signal %d", WTERMSIG(status));
	else
		error_set(why, ERROR_AGAIN, "the program left with exit code %d", WEXITSTATUS(status));
	return DELIVERY_RETRY;
}

static enum delivery_outcome exec_reap(void *at, int64_t now_ms, int64_t *ret_wake_ms, struct error *why)
{
	struct exec_job *job = at;
	siginfo_t ended = { 0 };
	enum delivery_outcome outcome;

	if (waitid(P_PID, (id_t)job->pid, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid == 0) {
		job_signal(job, now_ms);
		*ret_wake_ms = !job->termed ? job->term_at_ms : !job->killed ? job->kill_at_ms : now_ms + 100;
		return DELIVERY_RUNNING;
	}
	outcome = judge_status(job, job_wait(job), why);
	free(job);
	return outcome;
}

static void exec_stop(void *at, int64_t now_ms)
{
	struct exec_job *job = at;

	if (job->termed || job->term_at_ms <= now_ms)
		return;
	job->stopped = true;
	job->term_at_ms = now_ms;
}

static void exec_cancel(void *at)
{
	struct exec_job *job = at;

	job->termed = true;
	job_wait(job);
	free(job);
}

extern const struct sink_kind sink_exec;
const struct sink_kind sink_exec = {
	.name = "exec",
	.help = "a program of the clinic's, started once an alert, with the alert on its standard input",
	.privacy = PRIVACY_NUMBERS,
	.read = exec_read,
	.fields = exec_fields,
	.deliver = exec_deliver,
	.reap = exec_reap,
	.stop = exec_stop,
	.cancel = exec_cancel,
};
