/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/both.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define COURIER		"ruptured-courier"
#define ENVIRONMENT_MAX 1024

/* In the folder of this very program, so that a build tree and an installation both find their own. */
static void courier_path(char *ret, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", ret, size - sizeof COURIER);
	char *slash;

	ret[n > 0 ? n : 0] = '\0';
	slash = strrchr(ret, '/');
	strcpy(slash ? slash + 1 : ret, COURIER);
}

/* The service manager, where there is one, hears of the engine alone: a courier that is ready or stops is not ours. */
static void environment_of_courier(char **ret, size_t size)
{
	static const char *const ours[] = { "NOTIFY_SOCKET=", "WATCHDOG_USEC=", "WATCHDOG_PID=" };
	size_t n = 0;

	for (char **at = environ; *at && n < size - 1; at++) {
		bool left_out = false;

		for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
			left_out |= strncmp(*at, ours[i], strlen(ours[i])) == 0;
		if (!left_out)
			ret[n++] = *at;
	}
	ret[n] = NULL;
}

/* Killed outright, the parent cannot hand anything on: nobody may outlive it unseen. */
static void end_with(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(1);
}

static void become_courier(char **argv, pid_t parent)
{
	char path[4096], *environment[ENVIRONMENT_MAX];
	sigset_t none;

	courier_path(path, sizeof path);
	environment_of_courier(environment, ENVIRONMENT_MAX);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	end_with(parent);
	execve(path, argv, environment);
	fprintf(stderr, "ruptured: cannot start %s: %m\n", path);
	_exit(1);
}

static pid_t start_courier(const char *config_path, const char *option)
{
	char *argv[5] = { (char *)COURIER };
	pid_t parent = getpid(), pid;
	int n = 1;

	if (config_path) {
		argv[n++] = (char *)"-c";
		argv[n++] = (char *)config_path;
	}
	if (option)
		argv[n++] = (char *)option;
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		become_courier(argv, parent);
	if (pid < 0)
		fprintf(stderr, "ruptured: cannot start the courier: %m\n");
	return pid;
}

static int status_code(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int both_courier_once(const char *config_path)
{
	pid_t pid = start_courier(config_path, "--once");
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 1;
	return status_code(status);
}

static void signal_both(const pid_t pids[2], int number)
{
	for (int i = 0; i < 2; i++)
		if (pids[i] > 0)
			kill(pids[i], number);
}

static void reap(pid_t pids[2], int *ret_engine_status)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == pids[0])
			*ret_engine_status = status_code(status);
		pids[pid == pids[0] ? 0 : 1] = 0;
	}
}

static int wait_for_both(pid_t pids[2], const sigset_t *set)
{
	int engine_status = 1;

	while (pids[0] > 0 || pids[1] > 0) {
		int number;

		sigwait(set, &number);
		if (number != SIGCHLD) {
			signal_both(pids, number);
			continue;
		}
		reap(pids, &engine_status);
		if (pids[0] <= 0 || pids[1] <= 0)
			signal_both(pids, SIGTERM);
	}
	return engine_status;
}

int both_become_engine(const char *config_path)
{
	pid_t pids[2], parent = getpid();
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fflush(NULL);
	pids[0] = fork();
	if (pids[0] == 0) {
		end_with(parent);
		return -1;
	}
	pids[1] = start_courier(config_path, NULL);
	if (pids[1] < 0)
		kill(pids[0], SIGTERM);
	return wait_for_both(pids, &set);
}
