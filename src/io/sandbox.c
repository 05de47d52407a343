/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Landlock's numbers and structures are written down here, as its system calls are: the headers of Debian 12 know only
 * a part of them (Documentation/userspace-api/landlock.rst of the kernel's sources).
 *
 * ABI 1 (Linux 5.13) refuses every rename from one directory to another, which is how files leave the spool's queues,
 * so it cannot be used.  ABI 2 (5.19) can allow them, ABI 3 (6.2) knows truncation.
 */
#include "io/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CREATE_RULESET	  444
#define ADD_RULE	  445
#define RESTRICT_SELF	  446
#define CREATE_WHICH_ABI  1u
#define RULE_PATH_BENEATH 1
#define ABI_LEAST	  2
#define ABI_MOST	  3

#define FS_EXECUTE	  (1u << 0)
#define FS_WRITE_FILE	  (1u << 1)
#define FS_READ_FILE	  (1u << 2)
#define FS_READ_DIR	  (1u << 3)
#define FS_REMOVE_DIR	  (1u << 4)
#define FS_REMOVE_FILE	  (1u << 5)
#define FS_MAKE_CHAR	  (1u << 6)
#define FS_MAKE_DIR	  (1u << 7)
#define FS_MAKE_REG	  (1u << 8)
#define FS_MAKE_SOCK	  (1u << 9)
#define FS_MAKE_FIFO	  (1u << 10)
#define FS_MAKE_BLOCK	  (1u << 11)
#define FS_MAKE_SYM	  (1u << 12)
#define FS_REFER	  (1u << 13) /* ABI 2: rename and link between directories */
#define FS_TRUNCATE	  (1u << 14) /* ABI 3 */

#define FS_READ		  (FS_READ_FILE | FS_READ_DIR)
/* Moving a thing aside counts as making it, and whatever somebody left in a spool must be movable. */
#define FS_MAKE		  (FS_MAKE_CHAR | FS_MAKE_DIR | FS_MAKE_REG | FS_MAKE_SOCK | FS_MAKE_FIFO | FS_MAKE_BLOCK | FS_MAKE_SYM)
#define FS_WRITE	  (FS_READ | FS_WRITE_FILE | FS_REMOVE_DIR | FS_REMOVE_FILE | FS_MAKE | FS_REFER | FS_TRUNCATE)
#define FS_ALL		  (FS_WRITE | FS_EXECUTE)

struct ruleset_attr {
	uint64_t handled_access_fs;
};

struct path_beneath_attr {
	uint64_t allowed_access;
	int32_t parent_fd;
} __attribute__((packed));

/* ---- files ---- */

int sandbox_files_abi(void)
{
	long abi = syscall(CREATE_RULESET, NULL, 0, CREATE_WHICH_ABI);

	if (abi < ABI_LEAST)
		return 0;
	return abi > ABI_MOST ? ABI_MOST : (int)abi;
}

static uint64_t known_to(int abi)
{
	return abi >= 3 ? FS_ALL : FS_ALL & ~FS_TRUNCATE;
}

static int allow_place(int ruleset, const struct sandbox_place *place, uint64_t known, struct error *e)
{
	struct path_beneath_attr rule = { .allowed_access = (place->write ? FS_WRITE : FS_READ) & known };
	long rc;

	rule.parent_fd = open(place->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return errno == ENOENT ? 0 : error_errno(e, "sandbox: %s", place->path);
	rc = syscall(ADD_RULE, ruleset, RULE_PATH_BENEATH, &rule, 0);
	if (rc < 0)
		error_errno(e, "sandbox: allowing %s", place->path);
	close(rule.parent_fd);
	return rc < 0 ? -1 : 0;
}

/* What the sanitizers read for their reports. */
#ifdef RUPTURED_SAN
static const struct sandbox_place always[] = { { "/proc", false } };
#define ALWAYS 1
#else
static const struct sandbox_place *const always = NULL;
#define ALWAYS 0
#endif

static int allow_all(int ruleset, const struct sandbox_place *places, size_t n, uint64_t known, struct error *e)
{
	for (size_t i = 0; i < n; i++)
		if (allow_place(ruleset, &places[i], known, e) < 0)
			return -1;
	return 0;
}

static int restrict_files(const struct sandbox_place *places, size_t n, int abi, struct error *e)
{
	struct ruleset_attr attr = { .handled_access_fs = known_to(abi) };
	int ruleset = (int)syscall(CREATE_RULESET, &attr, sizeof attr, 0), rc;

	if (ruleset < 0)
		return error_errno(e, "sandbox: landlock");
	rc = allow_all(ruleset, places, n, attr.handled_access_fs, e);
	if (rc == 0)
		rc = allow_all(ruleset, always, ALWAYS, attr.handled_access_fs, e);
	if (rc == 0 && syscall(RESTRICT_SELF, ruleset, 0) < 0)
		rc = error_errno(e, "sandbox: landlock");
	close(ruleset);
	return rc;
}

/* ---- system calls ---- */

/* A list of what must never work rather than of what may: the latter breaks with the next libc. */
static const int refused[] = {
	/* programs */
	SCMP_SYS(execve),
	SCMP_SYS(execveat),
/* other processes */
#ifndef RUPTURED_SAN /* the leak check stops its own threads with it */
	SCMP_SYS(ptrace),
#endif
	SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev),
	SCMP_SYS(pidfd_getfd),
	SCMP_SYS(kcmp),
	/* ways round this filter */
	SCMP_SYS(io_uring_setup),
	SCMP_SYS(io_uring_enter),
	SCMP_SYS(io_uring_register),
	/* mounts and namespaces */
	SCMP_SYS(mount),
	SCMP_SYS(umount2),
	SCMP_SYS(move_mount),
	SCMP_SYS(open_tree),
	SCMP_SYS(fsopen),
	SCMP_SYS(fsconfig),
	SCMP_SYS(fsmount),
	SCMP_SYS(fspick),
	SCMP_SYS(mount_setattr),
	SCMP_SYS(pivot_root),
	SCMP_SYS(chroot),
	SCMP_SYS(unshare),
	SCMP_SYS(setns),
	SCMP_SYS(open_by_handle_at),
	SCMP_SYS(mknod),
	SCMP_SYS(mknodat),
	/* the kernel's inside */
	SCMP_SYS(bpf),
	SCMP_SYS(perf_event_open),
	SCMP_SYS(userfaultfd),
	SCMP_SYS(add_key),
	SCMP_SYS(request_key),
	SCMP_SYS(keyctl),
	SCMP_SYS(init_module),
	SCMP_SYS(finit_module),
	SCMP_SYS(delete_module),
	SCMP_SYS(kexec_load),
	SCMP_SYS(kexec_file_load),
	SCMP_SYS(syslog),
	SCMP_SYS(personality),
	/* the machine */
	SCMP_SYS(reboot),
	SCMP_SYS(swapon),
	SCMP_SYS(swapoff),
	SCMP_SYS(acct),
	SCMP_SYS(quotactl),
	SCMP_SYS(settimeofday),
	SCMP_SYS(clock_settime),
	SCMP_SYS(clock_adjtime),
	SCMP_SYS(adjtimex),
	SCMP_SYS(sethostname),
	SCMP_SYS(setdomainname),
	SCMP_SYS(iopl),
	SCMP_SYS(ioperm),
};

#define NEW_NAMESPACES                                                                                                 \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

static int refuse_namespaces(scmp_filter_ctx filter)
{
	for (unsigned bit = 0; bit < 32; bit++) {
		scmp_datum_t flag = UINT64_C(1) << bit;
		int rc;

		if (!(flag & NEW_NAMESPACES))
			continue;
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
				      SCMP_A0(SCMP_CMP_MASKED_EQ, flag, flag));
		if (rc < 0)
			return rc;
	}
	/* Its flags lie behind a pointer, where a filter cannot look.  ENOSYS: the libc takes clone instead. */
	return seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
}

/* Calls of which only some uses are refused.  TIOCSTI types into the terminal the program was started from. */
static int refuse_uses(scmp_filter_ctx filter)
{
	int rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_NE, AF_UNIX));

	if (rc == 0)
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1,
				      SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffffu, TIOCSTI));
	return rc == 0 ? refuse_namespaces(filter) : rc;
}

/* Everything else is allowed; another architecture's calls (i386, x32) are not. */
static int build_filter(scmp_filter_ctx filter)
{
	int rc = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(EPERM));

	for (size_t i = 0; rc == 0 && i < sizeof refused / sizeof *refused; i++)
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), refused[i], 0);
	return rc == 0 ? refuse_uses(filter) : rc;
}

static bool kernel_filters_calls(void)
{
	return prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0;
}

static int restrict_calls(struct error *e)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int rc = filter ? build_filter(filter) : -ENOMEM;

	if (rc == 0)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	errno = -rc;
	return rc < 0 ? error_errno(e, "sandbox: seccomp") : 0;
}

int sandbox_enter(const struct sandbox_place *places, size_t n, struct sandbox *ret, struct error *e)
{
	*ret = (struct sandbox){ .files_abi = sandbox_files_abi(), .calls = kernel_filters_calls() };
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return error_errno(e, "sandbox");
	if (ret->files_abi && restrict_files(places, n, ret->files_abi, e) < 0)
		return -1;
	return ret->calls ? restrict_calls(e) : 0;
}
