/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/clock.h"
#include "io/watch.h"
#include "test.h"

static const char *in_test(struct arena *a, const char *name)
{
	return arena_printf(a, "%s/%s", test_directory(), name).p;
}

static void touch(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
}

/* What woke us within two seconds; events of a local file system are there when the call that made them returns. */
static uint32_t wake(void)
{
	struct pollfd p = { .fd = watch_fd(), .events = POLLIN };
	int64_t until = clock_monotonic_ms() + 2000;
	uint32_t bits = 0;

	while (!bits && clock_monotonic_ms() < until)
		if (poll(&p, 1, 100) > 0)
			bits = watch_drain();
	return bits;
}

static bool quiet(void)
{
	struct pollfd p = { .fd = watch_fd(), .events = POLLIN };

	return poll(&p, 1, 0) == 0;
}

/* Two watched directories a and b. */
static bool start(struct arena *a)
{
	struct error e;

	mkdir(in_test(a, "a"), 0700);
	mkdir(in_test(a, "b"), 0700);
	return watch_open(&e) == 0 && watch_add(in_test(a, "a"), &e) == 0 && watch_add(in_test(a, "b"), &e) == 0;
}

TEST(an_arrival_by_rename_link_or_writing_wakes_its_directory)
{
	REQUIRE(start(arena));
	CHECK(quiet());
	touch(in_test(arena, "b/one"));
	CHECK_INT(wake(), 2);
	CHECK_INT(link(in_test(arena, "b/one"), in_test(arena, "a/two")), 0);
	CHECK_INT(wake(), 1);
	CHECK_INT(rename(in_test(arena, "b/one"), in_test(arena, "a/three")), 0);
	CHECK_INT(wake(), 1);
	CHECK(quiet());
	watch_close();
}

TEST(reading_and_removing_wake_nobody)
{
	char c;
	int fd;

	REQUIRE(start(arena));
	touch(in_test(arena, "a/one"));
	wake();
	fd = open(in_test(arena, "a/one"), O_RDONLY | O_CLOEXEC);
	CHECK_INT(read(fd, &c, 1), 0);
	close(fd);
	rename(in_test(arena, "a/one"), in_test(arena, "gone"));
	CHECK(quiet());
	watch_close();
}

TEST(the_descriptor_is_not_inherited_by_hooks)
{
	REQUIRE(start(arena));
	CHECK(fcntl(watch_fd(), F_GETFD) & FD_CLOEXEC);
	watch_close();
	CHECK_INT(watch_fd(), -1);
}

TEST(a_directory_made_again_is_watched_again_each_time)
{
	REQUIRE(start(arena));
	for (int i = 0; i < 20; i++) {
		rmdir(in_test(arena, "a"));
		CHECK_INT(wake(), 1);
		CHECK_INT(watch_repair(), 0);
		mkdir(in_test(arena, "a"), 0700);
		CHECK_INT(watch_repair(), 1);
		CHECK_INT(watch_repair(), 0);
		touch(in_test(arena, "a/x"));
		CHECK_INT(wake(), 1);
		touch(in_test(arena, "b/x"));
		CHECK_INT(wake(), 2);
		unlink(in_test(arena, "a/x"));
	}
	watch_close();
}

TEST(a_directory_made_again_while_it_is_held_open_is_found_by_repair)
{
	int held;

	REQUIRE(start(arena));
	held = open(in_test(arena, "a"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	rmdir(in_test(arena, "a"));
	mkdir(in_test(arena, "a"), 0700);
	CHECK_INT(watch_repair(), 1);
	watch_drain();
	touch(in_test(arena, "a/x"));
	CHECK_INT(wake(), 1);
	close(held);
	watch_close();
}

TEST(a_directory_removed_while_it_is_held_open_is_missed_by_repair)
{
	int held;

	REQUIRE(start(arena));
	held = open(in_test(arena, "a"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	rmdir(in_test(arena, "a"));
	CHECK_INT(watch_repair(), 1);
	CHECK_INT(watch_repair(), 0);
	close(held);
	watch_close();
}

TEST(a_directory_moved_away_is_no_longer_listened_to)
{
	REQUIRE(start(arena));
	rename(in_test(arena, "a"), in_test(arena, "elsewhere"));
	CHECK_INT(wake(), 1);
	mkdir(in_test(arena, "a"), 0700);
	CHECK_INT(watch_repair(), 1);
	watch_drain();
	touch(in_test(arena, "elsewhere/x"));
	CHECK_INT(watch_drain(), 0);
	touch(in_test(arena, "a/x"));
	CHECK_INT(wake(), 1);
	watch_close();
}

TEST(a_missing_directory_is_watched_once_it_is_there)
{
	struct error e;

	REQUIRE(start(arena));
	CHECK_INT(watch_add(in_test(arena, "later"), &e), 0);
	CHECK_INT(watch_repair(), 0);
	mkdir(in_test(arena, "later"), 0700);
	CHECK_INT(watch_repair(), 4);
	touch(in_test(arena, "later/x"));
	CHECK_INT(wake(), 4);
	watch_close();
}

TEST(one_directory_under_two_numbers_wakes_both)
{
	struct error e;

	REQUIRE(start(arena));
	CHECK_INT(watch_add(in_test(arena, "b"), &e), 0);
	touch(in_test(arena, "b/x"));
	CHECK_INT(wake(), 6);
	watch_close();
}

TEST(more_directories_than_there_are_numbers_are_refused)
{
	struct error e;

	REQUIRE(start(arena));
	for (int i = 2; i < WATCH_MAX; i++)
		CHECK_INT(watch_add(in_test(arena, "a"), &e), 0);
	CHECK_INT(watch_add(in_test(arena, "a"), &e), -1);
	CHECK_INT(e.kind, ERROR_REFUSED);
	watch_close();
}

/* The kernel's queue of this machine may be long; it is filled whatever its length. */
TEST(lost_events_wake_every_directory)
{
	long queue = 16384;
	FILE *f = fopen("/proc/sys/fs/inotify/max_queued_events", "re");
	const char *x, *y;

	if (f && fscanf(f, "%ld", &queue) != 1)
		queue = 16384;
	if (f)
		fclose(f);
	if (queue > 200000)
		SKIP("the queue of inotify is too long to be filled in a test");
	REQUIRE(start(arena));
	x = in_test(arena, "a/x");
	y = in_test(arena, "a/y");
	touch(x);
	for (long i = 0; i <= queue; i++)
		rename(i % 2 ? y : x, i % 2 ? x : y);
	CHECK_INT(wake(), 3);
	touch(in_test(arena, "b/x"));
	CHECK_INT(wake(), 2);
	watch_close();
}
