/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/db.h"
#include "test.h"

static const char *const first_schema[] = { "CREATE TABLE t(n INTEGER UNIQUE, word TEXT, score REAL)", NULL };
static const char *const second_schema[] = {
	"CREATE TABLE t(n INTEGER UNIQUE, word TEXT, score REAL)",
	"ALTER TABLE t ADD COLUMN more TEXT; UPDATE t SET more = 'migrated'",
	NULL,
};

static const char *path_in_test(struct arena *a)
{
	return arena_printf(a, "%s/x.db", test_directory()).p;
}

static struct db *open_or_die(const char *path, const char *const *schema)
{
	struct error e;
	struct db *db;

	if (db_open(path, DB_CREATE, schema, &db, &e) < 0) {
		fprintf(stderr, "%s\n", e.text);
		abort();
	}
	return db;
}

static int insert(struct db *db, int64_t n, struct str word, double score, struct error *e)
{
	return db_do(db, "INSERT INTO t(n, word, score) VALUES (?1, ?2, ?3)",
		     DB_WITH(DB_INT(n), DB_TEXT(word), DB_REAL(score)), e);
}

static int64_t number(struct db *db, const char *sql)
{
	struct error e;
	struct db_stmt *s;
	int64_t n = -1;

	if (db_ask(db, sql, DB_NOTHING, &s, &e) == 0 && db_step(s, &e) > 0) {
		n = db_int(s, 0);
		db_reset(s);
	}
	return n;
}

TEST(values_come_back_from_the_database_as_they_went_in)
{
	struct db *db = open_or_die(path_in_test(arena), first_schema);
	struct error e;
	struct db_stmt *s;

	CHECK_INT(insert(db, INT64_MIN, STR("caf\xc3\xa9"), 31.5, &e), 0);
	CHECK_INT(insert(db, 2, (struct str){ NULL, 0 }, NAN, &e), 0);
	CHECK_INT(insert(db, 3, STR(""), 0, &e), 0);
	REQUIRE(db_ask(db, "SELECT n, word, score FROM t ORDER BY n", DB_NOTHING, &s, &e) == 0);
	CHECK_INT(db_step(s, &e), 1);
	CHECK(db_int(s, 0) == INT64_MIN && db_real(s, 2) == 31.5);
	CHECK_STR(db_text(s, 1, arena), "caf\xc3\xa9");
	CHECK_INT(db_step(s, &e), 1);
	CHECK(db_is_null(s, 1) && !db_text(s, 1, arena).p && isnan(db_real(s, 2)));
	CHECK_INT(db_step(s, &e), 1);
	CHECK(db_text(s, 1, arena).p && db_text(s, 1, arena).n == 0);
	CHECK_INT(db_step(s, &e), 0);
	db_close(db);
}

TEST(a_connection_is_durable_and_erases_what_it_deletes)
{
	struct db *db = open_or_die(path_in_test(arena), first_schema);

	CHECK_INT(number(db, "PRAGMA synchronous"), 2);
	CHECK_INT(number(db, "PRAGMA secure_delete"), 1);
	CHECK_INT(number(db, "PRAGMA foreign_keys"), 1);
	CHECK_INT(number(db, "SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'"), 1);
	db_close(db);
}

TEST(a_new_database_is_private_whatever_the_umask)
{
	const char *path = path_in_test(arena);
	mode_t old = umask(0);
	struct db *db = open_or_die(path, first_schema);
	struct error e;
	struct stat st;

	insert(db, 1, STR("a"), 0, &e);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 07777) == 0600);
	CHECK(stat(arena_printf(arena, "%s-wal", path).p, &st) == 0 && (st.st_mode & 07777) == 0600);
	umask(old);
	db_close(db);
}

TEST(migrations_run_once_each_and_keep_the_rows)
{
	const char *path = path_in_test(arena);
	struct db *db = open_or_die(path, first_schema);
	struct error e;

	insert(db, 1, STR("a"), 0, &e);
	CHECK_INT(number(db, "PRAGMA user_version"), 1);
	db_close(db);
	for (int round = 0; round < 2; round++) {
		db = open_or_die(path, second_schema);
		CHECK_INT(number(db, "PRAGMA user_version"), 2);
		CHECK_INT(number(db, "SELECT count(*) FROM t WHERE more = 'migrated'"), 1);
		db_close(db);
	}
}

TEST(a_migration_that_fails_leaves_the_file_as_it_was)
{
	static const char *const broken[] = { "CREATE TABLE t(n INTEGER UNIQUE, word TEXT, score REAL)",
					      "CREATE TABLE half(x); CREATE TABLE t(n)", NULL };
	const char *path = path_in_test(arena);
	struct db *db = open_or_die(path, first_schema);
	struct error e;

	db_close(db);
	CHECK_INT(db_open(path, DB_CREATE, broken, &db, &e), -1);
	CHECK_HAS(str_of(e.text), "from version 1 to 2");
	db = open_or_die(path, first_schema);
	CHECK_INT(number(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'half'"), 0);
	db_close(db);
}

TEST(a_database_of_a_newer_release_is_refused_with_what_to_do)
{
	const char *path = path_in_test(arena);
	struct db *db = open_or_die(path, second_schema);
	struct error e;

	db_close(db);
	CHECK_INT(db_open(path, DB_CREATE, first_schema, &db, &e), -1);
	CHECK_INT(e.kind, ERROR_REFUSED);
	CHECK_HAS(str_of(e.text), "newer release");
	CHECK_HAS(str_of(e.text), "backup");
}

TEST(a_reader_does_not_migrate_and_does_not_create)
{
	const char *path = path_in_test(arena);
	struct error e;
	struct db *db;

	CHECK_INT(db_open(path, DB_READ_ONLY, first_schema, &db, &e), -1);
	CHECK(access(path, F_OK) < 0);
	db_close(open_or_die(path, first_schema));
	CHECK_INT(db_open(path, DB_READ_ONLY, second_schema, &db, &e), -1);
	CHECK_HAS(str_of(e.text), "start the daemon once");
	REQUIRE(db_open(path, DB_READ_ONLY, first_schema, &db, &e) == 0);
	CHECK_INT(insert(db, 1, STR("a"), 0, &e), -1);
	db_close(db);
}

TEST(a_file_that_is_no_database_is_refused)
{
	const char *path = path_in_test(arena);
	FILE *f = fopen(path, "w");
	struct error e;
	struct db *db;

	for (int i = 0; i < 1000; i++)
		fputs("this is not a database ", f);
	fclose(f);
	CHECK_INT(db_open(path, DB_CREATE, first_schema, &db, &e), -1);
	CHECK_INT(e.kind, ERROR_REFUSED);
	CHECK_HAS(str_of(e.text), "restore");
}

TEST(a_file_removed_or_replaced_in_use_is_not_written_to)
{
	const char *path = path_in_test(arena), *aside = arena_printf(arena, "%s.aside", path).p;
	struct db *db = open_or_die(path, first_schema), *other;
	struct error e;

	CHECK_INT(rename(path, aside), 0);
	CHECK_INT(db_begin(db, &e), -1);
	CHECK_INT(e.kind, ERROR_AGAIN);
	CHECK_HAS(str_of(e.text), "removed or replaced");
	other = open_or_die(path, first_schema);
	CHECK_INT(db_in_place(db, &e), -1);
	CHECK_INT(db_in_place(other, &e), 0);
	db_close(other);
	CHECK_INT(rename(aside, path), 0);
	CHECK_INT(db_begin(db, &e), 0);
	db_close(db);
}

TEST(a_rolled_back_savepoint_undoes_one_record_of_a_group)
{
	struct db *db = open_or_die(path_in_test(arena), first_schema);
	struct error e;

	CHECK_INT(db_begin(db, &e), 0);
	for (int64_t n = 1; n <= 3; n++) {
		CHECK_INT(db_savepoint(db, &e), 0);
		insert(db, n, STR("a"), 0, &e);
		if (n == 2)
			db_rollback_savepoint(db);
		else
			CHECK_INT(db_release(db, &e), 0);
	}
	CHECK_INT(db_commit(db, &e), 0);
	CHECK_INT(number(db, "SELECT sum(n) FROM t"), 4);
	db_close(db);
}

TEST(a_rollback_undoes_the_group)
{
	struct db *db = open_or_die(path_in_test(arena), first_schema);
	struct error e;

	db_begin(db, &e);
	insert(db, 1, STR("a"), 0, &e);
	db_rollback(db);
	CHECK_INT(number(db, "SELECT count(*) FROM t"), 0);
	CHECK_INT(db_commit(db, &e), -1);
	CHECK_INT(db_savepoint(db, &e), -1);
	CHECK_INT(db_begin(db, &e), 0);
	db_rollback(db);
	db_close(db);
}

TEST(a_failed_statement_can_be_used_again)
{
	struct db *db = open_or_die(path_in_test(arena), first_schema);
	struct error e;

	CHECK_INT(insert(db, 1, STR("a"), 0, &e), 0);
	CHECK_INT(insert(db, 1, STR("a"), 0, &e), -1);
	CHECK_INT(e.kind, ERROR_REFUSED);
	CHECK_INT(insert(db, 2, STR("a"), 0, &e), 0);
	db_close(db);
}

TEST(a_full_disk_says_so_and_changes_nothing)
{
	struct db *db = open_or_die(path_in_test(arena), first_schema);
	char *big = arena_alloc(arena, 1 << 20, 1);
	struct error e;

	memset(big, 'x', 1 << 20);
	CHECK_INT(db_exec(db, "PRAGMA max_page_count = 10", &e), 0);
	db_begin(db, &e);
	insert(db, 1, STR("a"), 0, &e);
	CHECK_INT(insert(db, 2, (struct str){ big, 1 << 20 }, 0, &e), -1);
	CHECK_INT(e.kind, ERROR_AGAIN);
	CHECK_HAS(str_of(e.text), "no space left");
	db_rollback(db);
	CHECK_INT(number(db, "SELECT count(*) FROM t"), 0);
	CHECK_INT(db_exec(db, "PRAGMA max_page_count = 10000", &e), 0);
	CHECK_INT(insert(db, 2, (struct str){ big, 1 << 20 }, 0, &e), 0);
	db_close(db);
}

TEST(many_statements_are_prepared_once_each)
{
	static char sql[200][32];
	struct db *db = open_or_die(path_in_test(arena), first_schema);
	struct db_stmt *s[200], *again;
	struct error e;

	for (int i = 0; i < 200; i++) {
		snprintf(sql[i], sizeof sql[i], "SELECT %d", i);
		REQUIRE(db_ask(db, sql[i], DB_NOTHING, &s[i], &e) == 0);
	}
	for (int i = 0; i < 200; i++) {
		CHECK(db_ask(db, sql[i], DB_NOTHING, &again, &e) == 0 && again == s[i]);
		CHECK_INT(number(db, sql[i]), i);
	}
	db_close(db);
}
