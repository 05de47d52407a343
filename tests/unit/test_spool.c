/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/date.h"
#include "io/files.h"
#include "io/spool.h"
#include "test.h"

static const char *in_spool(struct arena *a, const char *name)
{
	return arena_printf(a, "%s/spool/%s", test_directory(), name).p;
}

static struct spool *open_spool(struct arena *a)
{
	struct spool *sp = NULL;
	struct error e;

	if (spool_open(in_spool(a, "."), &sp, &e) < 0)
		fprintf(stderr, "%s\n", e.text);
	return sp;
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		test_fail(__FILE__, __LINE__, "cannot write %s", path);
	close(fd);
}

static void drop(struct arena *a, const char *name, const char *text)
{
	put(in_spool(a, arena_printf(a, "incoming/%s", name).p), text);
}

/* Modified `s` seconds after the epoch. */
static void set_age(struct arena *a, const char *name, int64_t s)
{
	struct timespec times[2] = { { .tv_sec = s }, { .tv_sec = s } };

	utimensat(AT_FDCWD, in_spool(a, arena_printf(a, "incoming/%s", name).p), times, 0);
}

static struct spool_file file;

static enum spool_read look(struct spool *sp, struct arena *a, const char *name, int64_t now)
{
	enum spool_read outcome = SPOOL_GONE;
	struct error e;

	if (spool_read(sp, a, SPOOL_INCOMING, arena_dup(a, str_of(name)), 1000, now, &outcome, &file, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
	return outcome;
}

static spool_entries list(struct spool *sp, struct arena *a, size_t max, bool *more)
{
	spool_entries entries = { 0 };
	struct error e;

	if (spool_list(sp, a, SPOOL_INCOMING, max, &entries, more, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
	return entries;
}

/* All names in the queue, in order, with spaces between. */
static struct str names(struct spool *sp, struct arena *a)
{
	bool more;
	spool_entries entries = list(sp, a, 1000, &more);
	struct str all = STR("");

	for (size_t i = 0; i < entries.n; i++)
		all = arena_printf(a, "%.*s%s%.*s", STR_ARG(all), i ? " " : "", STR_ARG(entries.items[i].name));
	return all;
}

static int process(struct spool *sp, int64_t now)
{
	struct error e;

	return spool_processed(sp, SPOOL_INCOMING, &file, now, &e);
}

static int reject(struct spool *sp, const char *why)
{
	struct error e;

	return spool_rejected(sp, SPOOL_INCOMING, &file, str_of(why), &e);
}

static int count(const char *path)
{
	DIR *d = opendir(path);
	int n = 0;

	for (struct dirent *entry; d && (entry = readdir(d));)
		n += entry->d_name[0] != '.';
	if (d)
		closedir(d);
	return d ? n : -1;
}

static struct str text_of(struct arena *a, const char *path)
{
	struct str text = { NULL, 0 };
	struct error e;

	file_read(a, path, 10000, &text, &e);
	return text;
}

static const int64_t march = 1772460000; /* 2026-03-02 */

TEST(a_spool_is_made_with_its_directories_open_to_the_group)
{
	static const char *const all[] = { "incoming", "processed", "rejected", "commands", "answers" };
	mode_t old = umask(077);
	struct spool *sp = open_spool(arena);
	struct stat st;

	umask(old);
	REQUIRE(sp);
	for (int i = 0; i < 5; i++)
		CHECK(stat(in_spool(arena, all[i]), &st) == 0 && (st.st_mode & 0777) == 0770);
	CHECK_HAS(str_of(spool_queue_path(sp, SPOOL_COMMANDS)), "/commands");
	spool_close(sp);
}

TEST(a_second_daemon_is_told_who_holds_the_spool)
{
	struct spool *sp = open_spool(arena), *other;
	struct error e;

	REQUIRE(sp);
	CHECK_INT(spool_open(in_spool(arena, ""), &other, &e), -1);
	CHECK_INT(e.kind, ERROR_HELD);
	CHECK_HAS(str_of(e.text), arena_printf(arena, "pid %ld", (long)getpid()).p);
	spool_close(sp);
	sp = open_spool(arena);
	CHECK(sp);
	spool_close(sp);
}

TEST(files_are_listed_by_age_then_by_name)
{
	struct spool *sp = open_spool(arena);

	REQUIRE(sp);
	drop(arena, "c", "1");
	drop(arena, "b", "1");
	drop(arena, "a", "1");
	drop(arena, "old", "1");
	set_age(arena, "a", 2000);
	set_age(arena, "b", 2000);
	set_age(arena, "c", 3000);
	set_age(arena, "old", 1000);
	CHECK_STR(names(sp, arena), "old a b c");
	spool_close(sp);
}

TEST(unfinished_names_are_left_alone)
{
	struct spool *sp = open_spool(arena);

	REQUIRE(sp);
	drop(arena, ".hidden", "1");
	drop(arena, "a.json.tmp", "1");
	drop(arena, "a.part", "1");
	drop(arena, "a.json", "1");
	CHECK_STR(names(sp, arena), "a.json");
	spool_close(sp);
}

TEST(a_long_listing_gives_the_oldest_first_and_tells_of_the_rest)
{
	struct spool *sp = open_spool(arena);
	bool more;

	REQUIRE(sp);
	for (int i = 0; i < 3000; i++) {
		const char *name = arena_printf(arena, "f%04d", (i * 1237) % 3000).p;

		drop(arena, name, "");
		set_age(arena, name, 10000 + (i * 1237) % 3000 / 2);
	}
	for (int i = 0; i < 3000; i += 500) {
		spool_entries entries = list(sp, arena, 500, &more);

		REQUIRE(entries.n == 500);
		CHECK(more == (i + 500 < 3000));
		for (int k = 0; k < 500; k++) {
			CHECK_STR(entries.items[k].name, arena_printf(arena, "f%04d", i + k).p);
			unlink(in_spool(arena, arena_printf(arena, "incoming/%.*s", STR_ARG(entries.items[k].name)).p));
		}
	}
	CHECK_STR(names(sp, arena), "");
	spool_close(sp);
}

TEST(a_file_is_read_whole_with_its_owner)
{
	struct spool *sp = open_spool(arena);
	struct stat st;

	REQUIRE(sp);
	drop(arena, "a", "{\"ruptured\": 1}");
	CHECK_INT(look(sp, arena, "a", march), SPOOL_READ);
	CHECK_STR(file.bytes, "{\"ruptured\": 1}");
	stat(in_spool(arena, "incoming/a"), &st);
	CHECK(file.inode == st.st_ino && file.owner == getuid() && file.size == 15);
	drop(arena, "empty", "");
	CHECK_INT(look(sp, arena, "empty", march), SPOOL_READ);
	CHECK(file.bytes.p && file.bytes.n == 0);
	spool_close(sp);
}

TEST(what_is_not_a_plain_file_is_refused_and_moved_away)
{
	struct spool *sp = open_spool(arena);

	REQUIRE(sp);
	put(in_spool(arena, "secret"), "text");
	CHECK_INT(symlink("../secret", in_spool(arena, "incoming/link")), 0);
	CHECK_INT(mkfifo(in_spool(arena, "incoming/fifo"), 0600), 0);
	CHECK_INT(mkdir(in_spool(arena, "incoming/directory"), 0700), 0);
	CHECK_INT(look(sp, arena, "link", march), SPOOL_REFUSED);
	CHECK_HAS(str_of(file.why), "symbolic link");
	CHECK_INT(reject(sp, file.why), 0);
	CHECK_INT(look(sp, arena, "fifo", march), SPOOL_REFUSED);
	CHECK_HAS(str_of(file.why), "fifo");
	CHECK_INT(reject(sp, file.why), 0);
	CHECK_INT(look(sp, arena, "directory", march), SPOOL_REFUSED);
	CHECK_HAS(str_of(file.why), "directory");
	CHECK_INT(reject(sp, file.why), 0);
	CHECK_STR(names(sp, arena), "");
	CHECK_INT(count(in_spool(arena, "rejected")), 6);
	CHECK_STR(text_of(arena, in_spool(arena, "secret")), "text");
	spool_close(sp);
}

TEST(a_file_at_the_limit_is_read_and_one_past_it_refused)
{
	struct spool *sp = open_spool(arena);
	char text[1002];

	REQUIRE(sp);
	memset(text, 'x', sizeof text);
	text[1001] = '\0';
	drop(arena, "past", text);
	text[1000] = '\0';
	drop(arena, "at", text);
	CHECK_INT(look(sp, arena, "at", march), SPOOL_READ);
	CHECK_INT(look(sp, arena, "past", march), SPOOL_REFUSED);
	CHECK_HAS(str_of(file.why), "too large");
	spool_close(sp);
}

TEST(a_second_hard_link_is_waited_for_ten_seconds)
{
	struct spool *sp = open_spool(arena);
	int64_t now = time(NULL);

	REQUIRE(sp);
	put(in_spool(arena, "elsewhere"), "1");
	CHECK_INT(link(in_spool(arena, "elsewhere"), in_spool(arena, "incoming/a")), 0);
	CHECK_INT(look(sp, arena, "a", now + 5), SPOOL_WAIT);
	CHECK_INT(look(sp, arena, "a", now + 20), SPOOL_REFUSED);
	CHECK_HAS(str_of(file.why), "hard link");
	unlink(in_spool(arena, "elsewhere"));
	CHECK_INT(look(sp, arena, "a", now), SPOOL_READ);
	spool_close(sp);
}

TEST(names_that_are_paths_are_not_followed)
{
	struct spool *sp = open_spool(arena);

	REQUIRE(sp);
	put(in_spool(arena, "secret"), "text");
	CHECK_INT(look(sp, arena, "../secret", march), SPOOL_GONE);
	CHECK_INT(look(sp, arena, "..", march), SPOOL_GONE);
	CHECK_INT(look(sp, arena, "", march), SPOOL_GONE);
	spool_close(sp);
}

TEST(a_judged_file_goes_to_its_month)
{
	struct spool *sp = open_spool(arena);

	REQUIRE(sp);
	drop(arena, "a.json", "1");
	look(sp, arena, "a.json", march);
	CHECK_INT(process(sp, march), 0);
	CHECK_STR(names(sp, arena), "");
	CHECK_INT(count(in_spool(arena, "processed/2026-03")), 1);
	drop(arena, "b.json", "1");
	look(sp, arena, "b.json", march);
	CHECK_INT(process(sp, march + 40 * 86400), 0);
	CHECK_INT(count(in_spool(arena, "processed/2026-04")), 1);
	spool_close(sp);
}

/* The same inode with the same name, size and time under the same prefix: only a hard link can make it, so make one. */
TEST(nothing_in_processed_is_ever_overwritten)
{
	struct spool *sp = open_spool(arena);
	const char *held = in_spool(arena, "held");

	REQUIRE(sp);
	drop(arena, "a.json", "1");
	for (int i = 1; i <= 3; i++) {
		if (i == 1)
			CHECK_INT(link(in_spool(arena, "incoming/a.json"), held), 0);
		else
			CHECK_INT(link(held, in_spool(arena, "incoming/a.json")), 0);
		look(sp, arena, "a.json", march);
		file.why = NULL;
		CHECK_INT(process(sp, march), 0);
		CHECK_INT(count(in_spool(arena, "processed/2026-03")), i);
	}
	spool_close(sp);
}

TEST(a_month_that_is_removed_is_made_again)
{
	struct spool *sp = open_spool(arena);

	REQUIRE(sp);
	for (int i = 0; i < 2; i++) {
		drop(arena, "a", "1");
		look(sp, arena, "a", march);
		CHECK_INT(process(sp, march), 0);
		CHECK_INT(count(in_spool(arena, "processed/2026-03")), 1);
		CHECK_INT(rename(in_spool(arena, "processed"), in_spool(arena, i ? "away2" : "away1")), 0);
		mkdir(in_spool(arena, "processed"), 0770);
	}
	spool_close(sp);
}

TEST(a_file_removed_under_our_hands_is_no_error)
{
	struct spool *sp = open_spool(arena);

	REQUIRE(sp);
	CHECK_INT(look(sp, arena, "a", march), SPOOL_GONE);
	drop(arena, "a", "1");
	look(sp, arena, "a", march);
	unlink(in_spool(arena, "incoming/a"));
	CHECK_INT(process(sp, march), 0);
	CHECK_INT(reject(sp, "why"), 0);
	CHECK_INT(count(in_spool(arena, "rejected")), 0);
	CHECK_INT(look(sp, arena, "a", march), SPOOL_GONE);
	spool_close(sp);
}

TEST(a_file_replaced_under_our_hands_stays_for_the_next_round)
{
	struct spool *sp = open_spool(arena);

	REQUIRE(sp);
	drop(arena, "a", "first");
	set_age(arena, "a", 5000);
	look(sp, arena, "a", march);
	/* As long and as old as the first. */
	drop(arena, "new.tmp", "other");
	set_age(arena, "new.tmp", 5000);
	rename(in_spool(arena, "incoming/new.tmp"), in_spool(arena, "incoming/a"));
	CHECK_INT(process(sp, march), 0);
	CHECK_INT(reject(sp, "why"), 0);
	CHECK_STR(names(sp, arena), "a");
	CHECK_INT(count(in_spool(arena, "rejected")), 0);
	CHECK_STR(text_of(arena, in_spool(arena, "incoming/a")), "other");
	spool_close(sp);
}

TEST(a_file_written_on_after_it_was_read_stays_for_the_next_round)
{
	struct spool *sp = open_spool(arena);

	REQUIRE(sp);
	drop(arena, "a", "half");
	look(sp, arena, "a", march);
	drop(arena, "a", "half and whole");
	CHECK_INT(reject(sp, "unfinished"), 0);
	CHECK_STR(names(sp, arena), "a");
	CHECK_INT(look(sp, arena, "a", march), SPOOL_READ);
	CHECK_STR(file.bytes, "half and whole");
	spool_close(sp);
}

TEST(a_rejected_file_has_its_reason_and_overwrites_nothing)
{
	struct spool *sp = open_spool(arena);
	struct stat st;

	REQUIRE(sp);
	for (int i = 0; i < 3; i++) {
		drop(arena, "a.json", arena_printf(arena, "content %d", i).p);
		look(sp, arena, "a.json", march);
		CHECK_INT(reject(sp, arena_printf(arena, "reason %d", i).p), 0);
	}
	CHECK_STR(text_of(arena, in_spool(arena, "rejected/a.json")), "content 0");
	CHECK_STR(text_of(arena, in_spool(arena, "rejected/a.json.why")), "reason 0");
	CHECK_STR(text_of(arena, in_spool(arena, "rejected/a.json.3")), "content 2");
	CHECK_STR(text_of(arena, in_spool(arena, "rejected/a.json.3.why")), "reason 2");
	CHECK(stat(in_spool(arena, "rejected/a.json.why"), &st) == 0 && (st.st_mode & 0777) == 0640);
	spool_close(sp);
}

TEST(a_rejected_file_named_like_a_reason_is_not_overwritten_by_one)
{
	struct spool *sp = open_spool(arena);

	REQUIRE(sp);
	drop(arena, "a.why", "a record");
	look(sp, arena, "a.why", march);
	CHECK_INT(reject(sp, "no good"), 0);
	drop(arena, "a", "another");
	look(sp, arena, "a", march);
	CHECK_INT(reject(sp, "no good"), 0);
	CHECK_STR(text_of(arena, in_spool(arena, "rejected/a.why")), "a record");
	CHECK_STR(text_of(arena, in_spool(arena, "rejected/a.2")), "another");
	CHECK_STR(text_of(arena, in_spool(arena, "rejected/a.2.why")), "no good");
	spool_close(sp);
}

TEST(a_reason_left_without_its_file_is_used_by_the_next_try)
{
	struct spool *sp = open_spool(arena);

	REQUIRE(sp);
	put(in_spool(arena, "rejected/a.why"), "no good");
	drop(arena, "a", "another");
	look(sp, arena, "a", march);
	CHECK_INT(reject(sp, "no good"), 0);
	CHECK_STR(text_of(arena, in_spool(arena, "rejected/a")), "another");
	CHECK_INT(count(in_spool(arena, "rejected")), 2);
	spool_close(sp);
}

/* Names in which the first byte of a two-byte character is not followed by the second. */
static int half_characters(const char *path)
{
	DIR *d = opendir(path);
	int n = 0;

	for (struct dirent *entry; d && (entry = readdir(d));)
		for (const char *c = entry->d_name; *c; c++)
			n += (unsigned char)c[0] == 0xc3 && (unsigned char)c[1] != 0xa9;
	if (d)
		closedir(d);
	return n;
}

TEST(odd_names_are_taken_as_they_are)
{
	static const char *const odd[] = { "new\nline.json", "caf\xc3\xa9.json", "-rf", "%s%n", "a b" };
	struct spool *sp = open_spool(arena);
	char longest[256];

	REQUIRE(sp);
	memset(longest, 'n', 255);
	memcpy(longest + 239, "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", 14);
	longest[255] = '\0';
	for (int i = 0; i < 6; i++) {
		const char *name = i < 5 ? odd[i] : longest;

		for (int k = 0; k < 4; k++) {
			drop(arena, name, "1");
			CHECK_INT(look(sp, arena, name, march), SPOOL_READ);
			CHECK_INT(k < 2 ? process(sp, march) : reject(sp, "why"), 0);
		}
	}
	CHECK_STR(names(sp, arena), "");
	CHECK_INT(count(in_spool(arena, "processed/2026-03")), 12);
	CHECK_INT(count(in_spool(arena, "rejected")), 24);
	CHECK_INT(half_characters(in_spool(arena, "rejected")), 0);
	CHECK_INT(half_characters(in_spool(arena, "processed/2026-03")), 0);
	spool_close(sp);
}

TEST(a_queue_removed_and_made_again_is_found)
{
	struct spool *sp = open_spool(arena);

	REQUIRE(sp);
	CHECK_INT(rmdir(in_spool(arena, "incoming")), 0);
	CHECK_STR(names(sp, arena), "");
	drop(arena, "a", "1");
	CHECK_STR(names(sp, arena), "a");
	unlink(in_spool(arena, "incoming/a"));
	rmdir(in_spool(arena, "incoming"));
	mkdir(in_spool(arena, "incoming"), 0770);
	drop(arena, "b", "1");
	CHECK_STR(names(sp, arena), "b");
	CHECK_INT(look(sp, arena, "b", march), SPOOL_READ);
	CHECK_INT(process(sp, march), 0);
	spool_close(sp);
}

TEST(an_answer_is_whole_and_replaces_an_older_one)
{
	struct spool *sp = open_spool(arena);
	struct error e;

	REQUIRE(sp);
	CHECK_INT(spool_answer(sp, STR("c1"), STR("{\"ok\": true}"), &e), 0);
	CHECK_INT(spool_answer(sp, STR("c1"), STR("{}"), &e), 0);
	CHECK_STR(text_of(arena, in_spool(arena, "answers/c1")), "{}");
	CHECK_INT(spool_answer(sp, STR("../c1"), STR("{}"), &e), -1);
	CHECK_INT(e.kind, ERROR_REFUSED);
	spool_close(sp);
}

/* As a run that died leaves it: .current is put back after the clean close. */
static struct spool *die_and_start(struct spool *sp, struct arena *a)
{
	struct str current = text_of(a, in_spool(a, ".current"));

	spool_close(sp);
	put(in_spool(a, ".current"), current.p);
	return open_spool(a);
}

TEST(a_file_that_stops_the_engine_goes_last_and_is_counted)
{
	struct spool *sp = open_spool(arena);
	struct error e;

	REQUIRE(sp);
	drop(arena, "a", "poison");
	drop(arena, "b", "good");
	set_age(arena, "a", 1000);
	for (int times = 1; times <= 3; times++) {
		look(sp, arena, "a", march);
		CHECK_INT(spool_current_set(sp, &file, &e), 0);
		sp = die_and_start(sp, arena);
		REQUIRE(sp);
		CHECK_STR(names(sp, arena), "b a");
		look(sp, arena, "a", march);
		CHECK_INT(spool_poison_count(sp, file.inode), times);
		look(sp, arena, "b", march);
		CHECK_INT(spool_poison_count(sp, file.inode), 0);
		/* Another file's death must not make it forget. */
		CHECK_INT(spool_current_set(sp, &file, &e), 0);
		spool_current_clear(sp);
	}
	spool_close(sp);
}

TEST(a_file_that_survives_is_no_suspect_any_more)
{
	struct spool *sp = open_spool(arena);
	struct error e;

	REQUIRE(sp);
	drop(arena, "a", "1");
	look(sp, arena, "a", march);
	spool_current_set(sp, &file, &e);
	sp = die_and_start(sp, arena);
	REQUIRE(sp);
	CHECK_INT(spool_poison_count(sp, file.inode), 1);
	spool_current_set(sp, &file, &e);
	spool_current_clear(sp);
	CHECK_INT(spool_poison_count(sp, file.inode), 0);
	sp = die_and_start(sp, arena);
	CHECK_INT(spool_poison_count(sp, file.inode), 0);
	spool_close(sp);
}

TEST(a_repaired_file_starts_afresh)
{
	struct spool *sp = open_spool(arena);
	struct error e;

	REQUIRE(sp);
	drop(arena, "a", "poison");
	look(sp, arena, "a", march);
	spool_current_set(sp, &file, &e);
	sp = die_and_start(sp, arena);
	REQUIRE(sp);
	drop(arena, "a", "repaired");
	names(sp, arena);
	CHECK_INT(spool_poison_count(sp, file.inode), 0);
	spool_close(sp);
}

TEST(a_damaged_poison_note_is_ignored)
{
	struct spool *sp = open_spool(arena);

	REQUIRE(sp);
	spool_close(sp);
	put(in_spool(arena, ".current"), "not a note at all");
	sp = open_spool(arena);
	CHECK(sp);
	spool_close(sp);
}

TEST(what_is_kept_long_enough_is_removed)
{
	struct spool *sp = open_spool(arena);
	int64_t now = time(NULL), day = 86400;
	struct str month = { date_format_day(arena, now).p, 7 };
	const char *processed = in_spool(arena, arena_printf(arena, "processed/%.7s", month.p).p);
	struct error e;

	REQUIRE(sp);
	drop(arena, "a", "1");
	look(sp, arena, "a", now);
	process(sp, now);
	drop(arena, "b", "1");
	look(sp, arena, "b", now);
	reject(sp, "why");
	REQUIRE(spool_answer(sp, STR("c.json"), STR("{}"), &e) == 0);
	CHECK_INT(spool_retain(sp, now + 80000, 90 * day, 90 * day, &e), 0);
	CHECK_INT(count(in_spool(arena, "answers")), 1);
	CHECK_INT(spool_retain(sp, now + 89 * day, 90 * day, 90 * day, &e), 0);
	CHECK(count(processed) == 1 && count(in_spool(arena, "rejected")) == 2);
	CHECK_INT(count(in_spool(arena, "answers")), 0);
	CHECK_INT(spool_retain(sp, now + 91 * day, 0, 0, &e), 0);
	CHECK(count(processed) == 1 && count(in_spool(arena, "rejected")) == 2);
	CHECK_INT(spool_retain(sp, now + 91 * day, 90 * day, 0, &e), 0);
	CHECK(count(processed) == 0 && count(in_spool(arena, "rejected")) == 2);
	CHECK_INT(spool_retain(sp, now + 91 * day, 90 * day, 90 * day, &e), 0);
	CHECK_INT(count(in_spool(arena, "rejected")), 0);
	spool_close(sp);
}
