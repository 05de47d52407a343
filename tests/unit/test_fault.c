/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What only test builds can do: a settable clock, pretended failures, death at a fault point.
 */
#include "test.h"

#ifdef RUPTURED_TEST

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/clock.h"
#include "io/fault.h"
#include "io/files.h"
#include "io/spool.h"
#include "io/store.h"

TEST(a_test_build_tells_the_time_it_is_told)
{
	const char *path = arena_printf(arena, "%s/now", test_directory()).p;
	struct error e;

	setenv("RUPTURED_NOW", "2026-03-02T14:00:00Z", 1);
	CHECK_INT(clock_now(), 1772460000);
	setenv("RUPTURED_NOW", "@17", 1);
	CHECK_INT(clock_now(), 17);
	unsetenv("RUPTURED_NOW");
	setenv("RUPTURED_NOW_FILE", path, 1);
	CHECK(clock_now() > 1700000000);
	CHECK_INT(file_write(path, STR("@18\n"), 0600, &e), 0);
	CHECK_INT(clock_now(), 18);
	unsetenv("RUPTURED_NOW_FILE");
}

static int signal_at_third_pass(const char *fault)
{
	int status = 0;
	pid_t pid;

	setenv("RUPTURED_FAULT", fault, 1);
	pid = fork();
	if (pid == 0) {
		for (int i = 0; i < 2; i++) {
			fault_point("here");
			fault_point("hereabouts");
		}
		if (strcmp(fault, "here:3") == 0)
			fault_point("here");
		_exit(0);
	}
	waitpid(pid, &status, 0);
	unsetenv("RUPTURED_FAULT");
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

TEST(a_fault_point_kills_when_its_turn_comes)
{
	CHECK_INT(signal_at_third_pass("here"), SIGKILL);
	CHECK_INT(signal_at_third_pass("here:2"), SIGKILL);
	CHECK_INT(signal_at_third_pass("here:3"), SIGKILL);
	CHECK_INT(signal_at_third_pass("here:4"), 0);
	CHECK_INT(signal_at_third_pass("her"), 0);
	CHECK_INT(signal_at_third_pass("here=ENOSPC"), 0);
}

TEST(a_commit_that_finds_the_disk_full_can_be_tried_again)
{
	struct stored_case *c;
	struct store *st;
	struct error e;

	REQUIRE(store_open(arena_printf(arena, "%s/x.db", test_directory()).p, DB_CREATE, &st, &e) == 0);
	setenv("RUPTURED_FAULT", "db-commit=ENOSPC", 1);
	CHECK_INT(store_begin(st, &e), 0);
	CHECK_INT(store_case_new(st, arena, STR("c"), STR("t"), &c, &e), 0);
	CHECK_INT(store_commit(st, &e), -1);
	CHECK(e.kind == ERROR_AGAIN && e.sys == ENOSPC);
	store_rollback(st);
	unsetenv("RUPTURED_FAULT");
	CHECK(store_case(st, arena, STR("c"), &c, &e) == 0 && !c);
	CHECK_INT(store_begin(st, &e), 0);
	CHECK_INT(store_case_new(st, arena, STR("c"), STR("t"), &c, &e), 0);
	CHECK_INT(store_commit(st, &e), 0);
	store_close(st);
}

TEST(a_rejection_that_cannot_be_written_leaves_the_file_in_its_queue)
{
	const char *path = arena_printf(arena, "%s/spool", test_directory()).p;
	enum spool_read outcome;
	struct spool_file f;
	struct spool *sp;
	struct str *left;
	struct error e;
	size_t n;

	REQUIRE(spool_open(path, &sp, &e) == 0);
	CHECK_INT(file_write(arena_printf(arena, "%s/incoming/a", path).p, STR("bad"), 0600, &e), 0);
	REQUIRE(spool_read(sp, arena, SPOOL_INCOMING, STR("a"), 10, clock_now(), &outcome, &f, &e) == 0);
	setenv("RUPTURED_FAULT", "spool-write=ENOSPC", 1);
	CHECK_INT(spool_rejected(sp, SPOOL_INCOMING, &f, STR("why"), &e), -1);
	CHECK_INT(e.kind, ERROR_AGAIN);
	unsetenv("RUPTURED_FAULT");
	CHECK(directory_list(arena, arena_printf(arena, "%s/rejected", path).p, "", false, &left, &n, &e) == 0 &&
	      n == 0);
	CHECK_INT(spool_rejected(sp, SPOOL_INCOMING, &f, STR("why"), &e), 0);
	CHECK(directory_list(arena, arena_printf(arena, "%s/rejected", path).p, "", false, &left, &n, &e) == 0 &&
	      n == 2);
	spool_close(sp);
}

TEST(a_file_the_disk_cannot_read_is_refused_and_is_not_the_machines_trouble)
{
	const char *path = arena_printf(arena, "%s/spool", test_directory()).p;
	enum spool_read outcome = SPOOL_READ;
	struct spool_file f = { 0 };
	struct spool *sp;
	struct error e;

	REQUIRE(spool_open(path, &sp, &e) == 0);
	CHECK_INT(file_write(arena_printf(arena, "%s/incoming/a", path).p, STR("{}"), 0600, &e), 0);
	setenv("RUPTURED_FAULT", "spool-read=EIO", 1);
	CHECK_INT(spool_read(sp, arena, SPOOL_INCOMING, STR("a"), 10, clock_now(), &outcome, &f, &e), 0);
	unsetenv("RUPTURED_FAULT");
	CHECK_INT(outcome, SPOOL_REFUSED);
	CHECK_HAS(str_of(f.why), "the disk cannot read it");
	spool_close(sp);
}

#endif
