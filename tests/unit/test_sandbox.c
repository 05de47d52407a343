/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each attempt is made by a child that has entered the sandbox, and ends with the errno it got, 0 when it was let.
 *
 * With a kernel that has no Landlock the attempts on files succeed, and sandbox_enter has to say so.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/sandbox.h"
#include "test.h"

#define NOT_CONFINED 254

typedef int attempt(void);

/* In the test's directory: writable "rw" and "rw/a", readable "ro", and "out" of which nothing is said; a file in each.
 */
static const char *at(const char *name)
{
	static char path[4096];

	snprintf(path, sizeof path, "%s/%s", test_directory(), name);
	return path;
}

static void put_file(const char *name)
{
	close(open(at(name), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
}

static void furnish(void)
{
	static const char *const directories[] = { "rw", "rw/a", "ro", "out" };
	static const char *const files[] = { "rw/file", "ro/file", "out/file" };

	for (size_t i = 0; i < 4; i++)
		mkdir(at(directories[i]), 0755);
	for (size_t i = 0; i < 3; i++)
		put_file(files[i]);
}

static int enter(struct sandbox *ret)
{
	char rw[4096], ro[4096];
	struct sandbox_place places[] = { { rw, true }, { ro, false }, { "/nowhere/at/all", false } };
	struct error e;

	snprintf(rw, sizeof rw, "%s", at("rw"));
	snprintf(ro, sizeof ro, "%s", at("ro"));
	return sandbox_enter(places, 3, ret, &e);
}

static int confined(attempt *try)
{
	pid_t pid;
	int status;

	furnish();
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		struct sandbox made;

		_exit(enter(&made) == 0 && made.calls ? try() : NOT_CONFINED);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

static int outcome(long result)
{
	return result < 0 ? errno : 0;
}

static int opened(const char *name, int flags)
{
	return outcome(open(at(name), flags | O_CLOEXEC, 0644));
}

/* What an attempt on a file outside gets from the present kernel. */
static int refused(void)
{
	return sandbox_files_abi() ? EACCES : 0;
}

/* ---- system calls ---- */

static int try_program(void)
{
	char *argv[] = { (char *)"true", NULL }, *envp[] = { NULL };

	execve("/bin/true", argv, envp);
	return errno;
}

static int try_program_by_descriptor(void)
{
	char *argv[] = { (char *)"true", NULL }, *envp[] = { NULL };

	syscall(SYS_execveat, AT_FDCWD, "/bin/true", argv, envp, 0);
	return errno;
}

/* valgrind, which knows no Landlock, starts programs in a way of its own and fails in it. */
static bool is_refusal(int got)
{
	return got == EPERM || (got != 0 && !sandbox_files_abi());
}

TEST(the_sandbox_starts_no_program)
{
	CHECK(is_refusal(confined(try_program)));
	CHECK(is_refusal(confined(try_program_by_descriptor)));
}

static int try_inet(void)
{
	return outcome(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

static int try_inet6(void)
{
	return outcome(socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
}

static int try_netlink(void)
{
	return outcome(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0));
}

static int try_unix(void)
{
	return outcome(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
}

TEST(the_sandbox_has_no_network_but_local_sockets)
{
	CHECK_INT(confined(try_inet), EPERM);
	CHECK_INT(confined(try_inet6), EPERM);
	CHECK_INT(confined(try_netlink), EPERM);
	CHECK_INT(confined(try_unix), 0);
}

static int try_io_uring(void)
{
	return outcome(syscall(SYS_io_uring_setup, 1, NULL));
}

static int try_bpf(void)
{
	return outcome(syscall(SYS_bpf, 0, NULL, 0));
}

static int try_mount(void)
{
	return outcome(mount("none", at("rw"), "tmpfs", 0, NULL));
}

static int try_unshare(void)
{
	return outcome(unshare(CLONE_NEWUSER));
}

static int try_namespace(void)
{
	long pid = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL);

	if (pid == 0)
		_exit(0);
	return outcome(pid);
}

static int try_clone3(void)
{
	return outcome(syscall(SYS_clone3, NULL, 0));
}

static int try_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return outcome(waitpid(pid, NULL, 0));
}

TEST(the_sandbox_refuses_what_leads_out_of_it)
{
	CHECK_INT(confined(try_io_uring), EPERM);
	CHECK_INT(confined(try_bpf), EPERM);
	CHECK_INT(confined(try_mount), EPERM);
	CHECK_INT(confined(try_unshare), EPERM);
	CHECK_INT(confined(try_namespace), EPERM);
	CHECK_INT(confined(try_clone3), ENOSYS);
	CHECK_INT(confined(try_fork), 0);
}

static int try_privileges(void)
{
	char line[256];
	int found = 0;
	FILE *f = fopen("/proc/self/status", "re");

	while (f && fgets(line, sizeof line, f))
		found += strcmp(line, "NoNewPrivs:\t1\n") == 0;
	return f ? found : errno;
}

TEST(the_sandbox_gives_no_new_privileges)
{
	/* /proc is outside where files are restricted: then the flag is known to have been needed for that. */
	int got = confined(try_privileges);

	CHECK(got == 1 || (got == refused() && got));
}

/* ---- files ---- */

static int try_to_read_outside(void)
{
	return opened("out/file", O_RDONLY);
}

static int try_to_read_etc(void)
{
	return outcome(open("/etc/passwd", O_RDONLY | O_CLOEXEC));
}

static int try_to_list_outside(void)
{
	return opened("out", O_RDONLY | O_DIRECTORY);
}

static int try_to_write_outside(void)
{
	return opened("out/new", O_WRONLY | O_CREAT);
}

static int try_to_remove_outside(void)
{
	return outcome(unlink(at("out/file")));
}

static int try_to_cut_outside(void)
{
	return outcome(truncate(at("out/file"), 0));
}

static int try_to_move_outside(void)
{
	char from[4096];

	snprintf(from, sizeof from, "%s", at("rw/file"));
	return outcome(rename(from, at("out/moved")));
}

TEST(the_sandbox_hides_other_files)
{
	CHECK_INT(confined(try_to_read_outside), refused());
	CHECK_INT(confined(try_to_read_etc), refused());
	CHECK_INT(confined(try_to_list_outside), refused());
	CHECK_INT(confined(try_to_write_outside), refused());
	CHECK_INT(confined(try_to_remove_outside), refused());
	CHECK_INT(confined(try_to_move_outside), refused());
	if (sandbox_files_abi() >= 3)
		CHECK_INT(confined(try_to_cut_outside), EACCES);
}

static int try_to_read_rules(void)
{
	return opened("ro/file", O_RDONLY);
}

static int try_to_write_rules(void)
{
	return opened("ro/file", O_WRONLY);
}

TEST(the_sandbox_reads_but_never_writes_rules)
{
	CHECK_INT(confined(try_to_read_rules), 0);
	CHECK_INT(confined(try_to_write_rules), refused());
}

static int try_a_files_life(void)
{
	char from[4096];
	int rc = opened("rw/new", O_RDWR | O_CREAT | O_EXCL);

	snprintf(from, sizeof from, "%s", at("rw/new"));
	if (rc == 0)
		rc = outcome(mkdir(at("rw/b"), 0755));
	if (rc == 0)
		rc = outcome(rename(from, at("rw/b/new")));
	if (rc == 0)
		rc = outcome(truncate(at("rw/b/new"), 0));
	if (rc == 0)
		rc = outcome(unlink(at("rw/b/new")));
	return rc == 0 ? outcome(rmdir(at("rw/b"))) : rc;
}

TEST(the_sandbox_lets_the_spool_move_its_files)
{
	CHECK_INT(confined(try_a_files_life), 0);
}

static int say_what_there_is(void)
{
	struct sandbox made;

	return enter(&made) == 0 ? made.files_abi * 2 + made.calls : NOT_CONFINED;
}

TEST(the_sandbox_says_what_the_kernel_gave)
{
	CHECK_INT(confined(say_what_there_is), sandbox_files_abi() * 2 + 1);
}

static int try_a_file_as_a_place(void)
{
	struct sandbox_place place = { at("rw/file"), true };
	struct sandbox made;
	struct error e;

	return sandbox_enter(&place, 1, &made, &e) < 0 ? e.sys : 0;
}

TEST(a_place_of_the_sandbox_is_a_directory)
{
	CHECK_INT(confined(try_a_file_as_a_place), sandbox_files_abi() ? ENOTDIR : 0);
}
