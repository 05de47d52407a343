/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "io/fault.h"

#ifdef RUPTURED_TEST

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"

static const struct {
	const char *name;
	int sys;
} faults[] = {
	{ "ENOSPC", ENOSPC }, { "EIO", EIO },	    { "EDQUOT", EDQUOT },
	{ "EBUSY", EBUSY },   { "EACCES", EACCES }, { "EMFILE", EMFILE },
};

/* What follows `name` in RUPTURED_FAULT: "", ":3", "=hang" or "=ENOSPC"; NULL when another point is meant. */
static const char *asked(const char *name)
{
	const char *fault = getenv("RUPTURED_FAULT");
	size_t n = strlen(name);

	if (!fault || strncmp(fault, name, n) != 0)
		return NULL;
	fault += n;
	return *fault == '\0' || *fault == ':' || *fault == '=' ? fault : NULL;
}

void fault_point(const char *name)
{
	static int seen; /* passes of the one point that RUPTURED_FAULT names */
	const char *how = asked(name);

	if (how && strcmp(how, "=hang") == 0)
		for (;;)
			pause();
	if (!how || *how == '=')
		return;
	if (++seen >= (*how == ':' ? atoi(how + 1) : 1))
		kill(getpid(), SIGKILL);
}

int fault_error(const char *name)
{
	const char *how = asked(name);

	if (!how || *how != '=')
		return 0;
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
		if (strcmp(how + 1, faults[i].name) == 0)
			return faults[i].sys;
	return 0;
}

void fault_hold(const char *name, const atomic_bool *unless)
{
	const char *directory = getenv("RUPTURED_HOLD");
	const struct timespec a_moment = { 0, 5000000 };
	char path[4096];

	if (!directory)
		return;
	snprintf(path, sizeof path, "%s/%s", directory, name);
	while (access(path, F_OK) == 0 && !(unless && atomic_load(unless)))
		nanosleep(&a_moment, NULL);
}

#else
typedef int fault_is_for_test_builds;
#endif
