/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sandbox of a process that reads what others wrote: Landlock for files, seccomp for system calls.  libseccomp
 * appears only here.
 *
 * Once entered there is no way back, not for children either.  What is open stays open: open first, enter then, and
 * start threads last.
 */
#ifndef RUPTURED_IO_SANDBOX_H
#define RUPTURED_IO_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* A directory with all below it, bound to what is there now: one made again later under the name is another. */
struct sandbox_place {
	const char *path;
	bool write; /* else read only; never execute */
};

/* What this kernel could give. */
struct sandbox {
	int files_abi; /* of Landlock, 2 or 3; 0: the kernel has none, or too old a one, and files are open as before */
	bool calls;    /* false: the kernel filters no system calls */
};

/* The Landlock ABI that sandbox_enter would use, 0 for none. */
int sandbox_files_abi(void);

/*
 * From here on: no other file than in these places (those that are missing are passed over), no new program, no socket
 * but AF_UNIX, no tracing, mounting, namespaces, keyrings, kernel modules, io_uring and the like (EPERM, so that a
 * library that only tries goes on).  -1: what the kernel offers was refused.
 */
int sandbox_enter(const struct sandbox_place *places, size_t n, struct sandbox *ret, struct error *e);

#endif
