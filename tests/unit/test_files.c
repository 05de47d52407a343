/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/clock.h"
#include "io/files.h"
#include "test.h"

static struct error e;

static const char *in_test(struct arena *a, const char *name)
{
	return arena_printf(a, "%s/%s", test_directory(), name).p;
}

static int entries(const char *path)
{
	DIR *d = opendir(path);
	int n = -2;

	for (; d && readdir(d); n++)
		;
	if (d)
		closedir(d);
	return n;
}

TEST(a_file_is_written_whole_with_its_mode_and_read_back)
{
	const char *path = in_test(arena, "x.yaml");
	struct str bytes;
	struct stat st;

	CHECK_INT(file_write(path, STR("one"), 0640, &e), 0);
	CHECK_INT(file_write(path, (struct str){ "t\0wo", 4 }, 0664, &e), 0);
	CHECK_INT(file_read(arena, path, 4, &bytes, &e), 0);
	CHECK(bytes.n == 4 && memcmp(bytes.p, "t\0wo", 5) == 0);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0664);
	CHECK_INT(entries(test_directory()), 1);
}

TEST(a_file_that_cannot_be_written_leaves_the_old_one_and_nothing_beside_it)
{
	const char *path = in_test(arena, "x");
	struct rlimit old, small = { 0 };
	struct str bytes;

	CHECK_INT(file_write(path, STR("old"), 0640, &e), 0);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	small = (struct rlimit){ 2, old.rlim_max };
	setrlimit(RLIMIT_FSIZE, &small);
	CHECK_INT(file_write(path, STR("longer"), 0640, &e), -1);
	setrlimit(RLIMIT_FSIZE, &old);
	signal(SIGXFSZ, SIG_DFL);
	CHECK_INT(file_read(arena, path, 100, &bytes, &e), 0);
	CHECK_STR(bytes, "old");
	CHECK_INT(entries(test_directory()), 1);
	CHECK_INT(file_write(in_test(arena, "no/such/x"), STR("a"), 0640, &e), -1);
}

TEST(a_file_is_read_up_to_its_limit)
{
	const char *path = in_test(arena, "x");
	struct str bytes;

	file_write(path, STR("12345"), 0640, &e);
	CHECK_INT(file_read(arena, path, 5, &bytes, &e), 0);
	CHECK_STR(bytes, "12345");
	CHECK_INT(file_read(arena, path, 4, &bytes, &e), -1);
	CHECK_INT(e.kind, ERROR_REFUSED);
	CHECK_HAS(str_of(e.text), "larger than 4 bytes");
}

TEST(what_is_no_file_is_not_waited_for)
{
	const char *path = in_test(arena, "fifo");
	struct str bytes;

	CHECK_INT(mkfifo(path, 0600), 0);
	CHECK_INT(file_read(arena, path, 100, &bytes, &e), -1);
	CHECK_INT(e.kind, ERROR_REFUSED);
	CHECK_INT(file_read(arena, test_directory(), 100, &bytes, &e), -1);
	CHECK_INT(file_read(arena, in_test(arena, "missing"), 100, &bytes, &e), -1);
	CHECK_INT(e.sys, ENOENT);
}

TEST(a_directory_is_made_with_its_parents_and_may_be_there)
{
	const char *path = in_test(arena, "a/b/c");

	CHECK_INT(directory_make(path, 0700, &e), 0);
	CHECK_INT(directory_make(path, 0700, &e), 0);
	CHECK_INT(entries(in_test(arena, "a/b")), 1);
	file_write(in_test(arena, "file"), STR("1"), 0600, &e);
	CHECK_INT(directory_make(in_test(arena, "file/below"), 0700, &e), -1);
	CHECK_INT(directory_make("", 0700, &e), -1);
}

TEST(names_are_listed_in_order_by_suffix_and_below_when_asked)
{
	static const char *const names[] = { "b.yaml", "a.yaml", "c.yml", ".hidden.yaml", "sub/d.yaml", "a.yaml.bak" };
	struct str *list;
	size_t n;

	directory_make(in_test(arena, "sub"), 0700, &e);
	for (int i = 0; i < 6; i++)
		CHECK_INT(file_write(in_test(arena, names[i]), STR("1"), 0600, &e), 0);
	REQUIRE(directory_list(arena, test_directory(), ".yaml", false, &list, &n, &e) == 0 && n == 2);
	CHECK_STR(list[0], in_test(arena, "a.yaml"));
	CHECK_STR(list[1], in_test(arena, "b.yaml"));
	REQUIRE(directory_list(arena, test_directory(), ".yaml", true, &list, &n, &e) == 0 && n == 3);
	CHECK_STR(list[2], in_test(arena, "sub/d.yaml"));
	CHECK_INT(directory_list(arena, in_test(arena, "missing"), ".yaml", true, &list, &n, &e), -1);
	CHECK_INT(e.sys, ENOENT);
}

TEST(random_digits_are_hexadecimal_and_differ)
{
	char a[33], b[33];

	random_hex(a, 32);
	random_hex(b, 32);
	CHECK_INT(strlen(a), 32);
	CHECK_INT(strspn(a, "0123456789abcdef"), 32);
	CHECK(strcmp(a, b) != 0);
}
