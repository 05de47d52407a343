/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "io/files.h"
#include "io/sink_file.h"
#include "test.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static enum delivery_outcome put(struct str path, const char *payload, struct error *why)
{
	struct file_settings settings = { path };
	struct sink sink = { .name = STR("log"), .kind = sink_kind_find(STR("file")), .settings = &settings };
	struct parcel parcel = { .payload = str_of(payload) };
	void *keep = NULL, *job = NULL;
	enum delivery_outcome outcome = sink.kind->deliver(&sink, &parcel, &keep, &job, why);

	if (keep || job)
		test_fail(__FILE__, __LINE__, "something is left over");
	return outcome;
}

static struct str content(struct arena *arena, struct str path)
{
	struct str text = { 0 };
	struct error e;

	if (file_read(arena, path.p, 1 << 20, &text, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
	return text;
}

static void write_text(struct str path, const char *text)
{
	struct error e;

	if (file_write(path.p, str_of(text), 0600, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
}

TEST(an_alert_is_a_line_at_the_end_of_a_file_that_is_not_for_everybody)
{
	struct str path = arena_printf(arena, "%s/alerts.jsonl", test_directory());
	struct error why;
	struct stat st;
	mode_t mask = umask(0);

	CHECK_INT(put(path, "{\"a\":1}", &why), DELIVERY_DONE);
	umask(mask);
	CHECK_INT(put(path, "{\n\"a\":2}", &why), DELIVERY_DONE);
	CHECK_STR(content(arena, path), "{\"a\":1}\n{ \"a\":2}\n");
	CHECK(stat(path.p, &st) == 0);
	CHECK_INT(st.st_mode & 0777, 0640);
}

TEST(a_file_that_was_renamed_is_begun_anew)
{
	struct str path = arena_printf(arena, "%s/alerts.jsonl", test_directory());
	struct str old = arena_printf(arena, "%.*s.1", STR_ARG(path));
	struct error why;

	CHECK_INT(put(path, "1", &why), DELIVERY_DONE);
	CHECK(rename(path.p, old.p) == 0);
	CHECK_INT(put(path, "2", &why), DELIVERY_DONE);
	CHECK_STR(content(arena, old), "1\n");
	CHECK_STR(content(arena, path), "2\n");
}

TEST(a_line_that_a_crash_left_unfinished_is_ended_first)
{
	struct str path = arena_printf(arena, "%s/alerts.jsonl", test_directory());
	struct error why;

	write_text(path, "{\"a\":1}\n{\"a\"");
	CHECK_INT(put(path, "{\"a\":2}", &why), DELIVERY_DONE);
	CHECK_STR(content(arena, path), "{\"a\":1}\n{\"a\"\n{\"a\":2}\n");
}

TEST(links_directories_and_fifos_are_refused)
{
	struct str path = arena_printf(arena, "%s/alerts.jsonl", test_directory());
	struct str other = arena_printf(arena, "%s/other", test_directory());
	struct error why;

	write_text(other, "mine\n");
	CHECK(symlink(other.p, path.p) == 0);
	CHECK_INT(put(path, "1", &why), DELIVERY_RETRY);
	CHECK_HAS(str_of(why.text), "alerts.jsonl is a link");
	CHECK_STR(content(arena, other), "mine\n");
	unlink(path.p);
	CHECK(mkfifo(path.p, 0600) == 0);
	CHECK_INT(put(path, "1", &why), DELIVERY_RETRY);
	CHECK_HAS(str_of(why.text), "is no regular file");
	unlink(path.p);
	CHECK_INT(put(arena_printf(arena, "%s", test_directory()), "1", &why), DELIVERY_RETRY);
	CHECK_INT(put(arena_printf(arena, "%s/none/x", test_directory()), "1", &why), DELIVERY_RETRY);
	CHECK_HAS(str_of(why.text), "No such file or directory");
}

/* A limit on the file's size cuts a write short as a full disk does. */
TEST(half_a_line_is_taken_back)
{
	struct str path = arena_printf(arena, "%s/alerts.jsonl", test_directory());
	struct rlimit before, tight;
	struct error why;

	REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
	CHECK_INT(put(path, "{\"a\":1}", &why), DELIVERY_DONE);
	tight = (struct rlimit){ 12, before.rlim_max };
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &tight);
	CHECK_INT(put(path, "{\"a\":2,\"b\":3}", &why), DELIVERY_RETRY);
	setrlimit(RLIMIT_FSIZE, &before);
	signal(SIGXFSZ, SIG_DFL);
	CHECK_HAS(str_of(why.text), "No space left on device");
	CHECK_STR(content(arena, path), "{\"a\":1}\n");
	CHECK_INT(put(path, "{\"a\":2}", &why), DELIVERY_DONE);
	CHECK_STR(content(arena, path), "{\"a\":1}\n{\"a\":2}\n");
}
