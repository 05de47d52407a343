/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Floors: what the disk and SQLite do without us; and the hook that writes down when it was called.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "io/db.h"

#define ROW_BYTES 2000 /* about what a session's skeleton takes */

static const char *const schema[] = { "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, body BLOB) STRICT", NULL };

static int insert(struct db *db, struct str body, struct error *e)
{
	if (db_begin(db, e) < 0 ||
	    db_do(db, "INSERT INTO t (name, body) VALUES ('a-record', ?)", DB_WITH(DB_BLOB(body)), e) < 0)
		return -1;
	return db_commit(db, e);
}

/* One row, one commit, with the settings of our own store. */
int bench_commits(int argc, char **argv, struct result *ret, struct error *e)
{
	static char body[ROW_BYTES];
	struct db *db;
	double start;
	int rc = 0;

	(void)argc;
	ret->records = strtoul(argv[2], NULL, 10);
	if (db_open(argv[1], DB_CREATE, schema, &db, e) < 0)
		return -1;
	start = bench_now();
	for (size_t i = 0; rc == 0 && i < ret->records; i++)
		rc = insert(db, (struct str){ body, sizeof body }, e);
	ret->seconds = bench_now() - start;
	db_close(db);
	return rc;
}

/* Appends of a line, each with fdatasync. */
int bench_append(int argc, char **argv, struct result *ret, struct error *e)
{
	static const char line[200] = "a line";
	size_t n = strtoul(argv[2], NULL, 10);
	double *each = calloc(n + 1, sizeof *each);
	int fd = open(argv[1], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	(void)argc;
	if (!each || fd < 0)
		return error_errno(e, "%s", argv[1]);
	for (size_t i = 0; i < n; i++) {
		double start = bench_now();

		if (write(fd, line, sizeof line) != (ssize_t)sizeof line || fdatasync(fd) < 0)
			return error_errno(e, "%s", argv[1]);
		each[i] = bench_now() - start;
		ret->seconds += each[i];
	}
	ret->records = n;
	bench_percentiles(each, n, ret);
	close(fd);
	free(each);
	return 0;
}

/* What the hook says: when it began, and about which case, zero-padded.  One write of less than PIPE_BUF. */
struct heard {
	double at;
	char of_case[24];
};

/* From the alert on standard input: the case's token. */
static void read_case(char *ret, size_t size)
{
	static const char key[] = "\"case\":\"";
	char text[8192];
	size_t n = fread(text, 1, sizeof text - 1, stdin);
	const char *at;

	text[n] = '\0';
	at = strstr(text, key);
	if (at)
		snprintf(ret, size, "%.*s", (int)strcspn(at + sizeof key - 1, "\""), at + sizeof key - 1);
}

int bench_hook(int argc, char **argv, struct result *ret, struct error *e)
{
	struct heard heard = { .at = bench_now() };
	int fd = open(argv[1], O_WRONLY | O_CLOEXEC);

	(void)argc;
	(void)ret;
	read_case(heard.of_case, sizeof heard.of_case);
	if (fd < 0 || write(fd, &heard, sizeof heard) != (ssize_t)sizeof heard)
		return error_errno(e, "%s", argv[1]);
	close(fd);
	return 0;
}
