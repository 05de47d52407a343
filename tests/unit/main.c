/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ftw.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

static struct test *first;
static struct test *running;
static int failures_here;
static const char *skipped_here;
static char directory[64];

void test_register(struct test *t)
{
	struct test **at = &first;

	while (*at && strcmp((*at)->file, t->file) <= 0)
		at = &(*at)->next;
	t->next = *at;
	*at = t;
}

void test_fail(const char *file, int line, const char *format, ...)
{
	va_list ap;

	if (failures_here++ == 0)
		printf("FAIL %s\n", running->name);
	printf("  %s:%d: ", file, line);
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	putchar('\n');
}

void test_skip(const char *reason)
{
	skipped_here = reason;
	printf("SKIP %s: %s\n", running->name, reason);
}

bool test_failed(void)
{
	return failures_here > 0;
}

const char *test_directory(void)
{
	if (!directory[0]) {
		strcpy(directory, "/tmp/ruptured-unit-XXXXXX");
		if (!mkdtemp(directory))
			abort();
	}
	return directory;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void run_one(struct test *t)
{
	struct arena arena = { 0 };

	running = t;
	failures_here = 0;
	skipped_here = NULL;
	t->run(&arena);
	arena_release(&arena);
	if (directory[0])
		nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	directory[0] = '\0';
	fflush(stdout);
}

int main(int argc, char **argv)
{
	const char *part = argc > 1 ? argv[1] : "";
	int passed = 0, failed = 0, skipped = 0;

	for (struct test *t = first; t; t = t->next) {
		if (!strstr(t->name, part) && !strstr(t->file, part))
			continue;
		run_one(t);
		if (failures_here)
			failed++;
		else if (skipped_here)
			skipped++;
		else
			passed++;
	}
	printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped);
	return failed != 0;
}
