/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Probes without durability: raw records through parse, extract and judge; the reading alone; the rules alone; the
 * skeletons of a store.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "core/judge.h"
#include "io/files.h"
#include "io/store.h"

struct replay {
	const struct ruleset *rules;
	struct lexicon_scratch *scratch;
	FILE *alerts;
	struct arena text, series; /* of a record, of a case */
	struct str case_id;
	struct roster roster;
	VEC(const struct skeleton *) skeletons;
	const struct history *history;
};

/* Where a rule is true: what the peer must find too. */
static void write_verdict(void *user, const struct verdict *v)
{
	struct replay *r = user;
	const struct member *members = r->history->roster->members.items;

	if (v->truth == TRUTH_TRUE)
		fprintf(r->alerts, "%.*s %.*s %lld %.*s\n", STR_ARG(r->rules->rules[v->rule].id), STR_ARG(r->case_id),
			(long long)r->history->sessions[v->session].number, STR_ARG(members[v->subject.member].local));
}

static void end_case(struct replay *r)
{
	struct judge_trace trace = { write_verdict, r };

	if (r->skeletons.n) {
		r->history = history_build(&r->series, &r->roster, r->skeletons.items, r->skeletons.n, DATE_NONE);
		judge(&r->series, r->history, r->rules, r->history->sessions[r->history->n - 1].started, &trace, NULL);
	}
	memset(&r->skeletons, 0, sizeof r->skeletons);
	r->roster = (struct roster){ 0 };
	arena_reset(&r->series);
}

static void take_record(struct replay *r, const struct record *record)
{
	struct skeleton *s;

	if (!str_eq(r->case_id, record->case_id)) {
		end_case(r);
		r->case_id = arena_dup(&r->series, record->case_id);
	}
	s = extract(&r->series, record, r->rules->lexicons, r->scratch, (struct extract_policy){ 0 }, NULL);
	roster_see(&r->series, &r->roster, s);
	*VEC_PUSH(&r->series, &r->skeletons) = s;
}

static int replay_file(struct replay *r, const char *path, struct error *e)
{
	struct diags d = { .arena = &r->text };
	struct record *record;
	struct str bytes;

	if (file_read(&r->text, path, RECORD_MAX_BYTES, &bytes, e) < 0)
		return -1;
	record = record_read(&r->text, bytes, &d);
	if (!record)
		return error_set(e, ERROR_REFUSED, "%s: not a record", path);
	take_record(r, record);
	arena_reset(&r->text);
	return 0;
}

static int list(struct arena *a, const char *directory, const char *limit, struct str **ret, size_t *ret_n,
		struct error *e)
{
	size_t max = strtoul(limit, NULL, 10);

	if (directory_list(a, directory, ".json", false, ret, ret_n, e) < 0)
		return -1;
	if (max && *ret_n > max)
		*ret_n = max;
	return 0;
}

/* The files of a case stand together, in order: the corpus names them so. */
int bench_replay(int argc, char **argv, struct result *ret, struct error *e)
{
	struct arena a = { 0 };
	struct replay r = { .text = { .wipe = true } };
	struct ruleset *rules = bench_rules(argv[1], e);
	struct str *files;
	double start;
	int rc = 0;

	(void)argc;
	if (!rules || list(&a, argv[2], argv[3], &files, &ret->records, e) < 0)
		return -1;
	r.rules = rules;
	r.scratch = lexicon_scratch_new(rules->lexicons);
	r.alerts = fopen(argv[4], "we");
	if (!r.alerts)
		return error_errno(e, "%s", argv[4]);
	start = bench_now();
	for (size_t i = 0; rc == 0 && i < ret->records; i++)
		rc = replay_file(&r, files[i].p, e);
	end_case(&r);
	ret->seconds = bench_now() - start;
	fclose(r.alerts);
	lexicon_scratch_free(r.scratch);
	rules_free(rules);
	arena_release(&r.text);
	arena_release(&r.series);
	arena_release(&a);
	return rc;
}

/* open, read and close, and nothing else: the floor under everything that reads files. */
int bench_read(int argc, char **argv, struct result *ret, struct error *e)
{
	static char bytes[1 << 20];
	struct arena a = { 0 };
	struct str *files;
	double start;

	(void)argc;
	if (list(&a, argv[1], argv[2], &files, &ret->records, e) < 0)
		return -1;
	start = bench_now();
	for (size_t i = 0; i < ret->records; i++) {
		int fd = open(files[i].p, O_RDONLY | O_CLOEXEC);

		if (fd < 0 || read(fd, bytes, sizeof bytes) <= 0)
			return error_errno(e, "%s", files[i].p);
		close(fd);
	}
	ret->seconds = bench_now() - start;
	arena_release(&a);
	return 0;
}

int bench_start(int argc, char **argv, struct result *ret, struct error *e)
{
	double start = bench_now();
	struct ruleset *rules = bench_rules(argv[1], e);

	(void)argc;
	if (!rules)
		return -1;
	ret->seconds = bench_now() - start;
	ret->records = rules->n;
	rules_free(rules);
	return 0;
}

static int judge_stored(struct store *st, struct arena *a, struct str id, const struct ruleset *rules, size_t *ret_n,
			struct error *e)
{
	struct stored_case *c;
	struct skeleton **s;
	struct history *h;

	if (store_case(st, a, id, &c, e) < 0 || store_skeletons(st, a, c->row, &s, ret_n, e) < 0)
		return -1;
	if (!*ret_n)
		return 0;
	h = history_build(a, &c->roster, (const struct skeleton *const *)s, *ret_n, c->closed_at);
	judge(a, h, rules, h->sessions[h->n - 1].started, NULL, NULL);
	return 0;
}

int bench_backtest(int argc, char **argv, struct result *ret, struct error *e)
{
	struct arena a = { 0 }, one = { 0 };
	struct ruleset *rules = bench_rules(argv[1], e);
	struct strs ids = { 0 };
	struct store *st;
	double start;
	int rc;

	(void)argc;
	if (!rules || store_open(argv[2], DB_READ_ONLY, &st, e) < 0)
		return -1;
	start = bench_now();
	rc = store_cases_all(st, &a, &ids, e);
	for (size_t i = 0, n; rc == 0 && i < ids.n; i++) {
		rc = judge_stored(st, &one, ids.items[i], rules, &n, e);
		ret->records += rc == 0 ? n : 0;
		arena_reset(&one);
	}
	ret->seconds = bench_now() - start;
	store_close(st);
	rules_free(rules);
	arena_release(&one);
	arena_release(&a);
	return rc;
}
