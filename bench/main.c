/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/ruledir.h"

struct probe {
	const char *name, *arguments;
	int argc; /* with the name */
	int (*run)(int argc, char **argv, struct result *ret, struct error *e);
};

static const struct probe probes[] = {
	{ "corpus", "DIRECTORY SESSIONS", 3, bench_corpus },
	{ "clinic", "DIRECTORY CASES", 3, bench_clinic },
	{ "replay", "RULES RECORDS LIMIT ALERTS", 5, bench_replay },
	{ "read", "RECORDS LIMIT", 3, bench_read },
	{ "start", "RULES", 2, bench_start },
	{ "backtest", "RULES STORE", 3, bench_backtest },
	{ "live", "CONFIG STAGE", 3, bench_live },
	{ "backlog", "CONFIG STAGE", 3, bench_backlog },
	{ "commits", "DATABASE NUMBER", 3, bench_commits },
	{ "append", "FILE NUMBER", 3, bench_append },
	{ "hook", "FIFO", 2, bench_hook },
};

double bench_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void bench_percentiles(double *durations, size_t n, struct result *ret)
{
	qsort(durations, n, sizeof *durations, by_size);
	ret->p50_ms = durations[n / 2] * 1e3;
	ret->p99_ms = durations[n * 99 / 100] * 1e3;
}

struct ruleset *bench_rules(const char *directory, struct error *e)
{
	struct arena a = { 0 };
	struct buf out = { 0 };
	struct strs paths = { 0 };
	struct rule_sources sources;
	struct rule_faults faults;
	struct ruleset *rules = NULL;

	*VEC_PUSH(&a, &paths) = str_of(directory);
	if (ruledir_read(&a, &paths, &sources, e) == 0) {
		rules = ruledir_compile(&sources, &out, &faults);
		if (!rules)
			error_set(e, ERROR_REFUSED, "%.*s", STR_ARG(buf_str(&out)));
	}
	buf_release(&out);
	arena_release(&a);
	return rules;
}

/* The peak of this program alone; getrusage would count the parent's from before exec. */
static long peak_rss_kb(void)
{
	FILE *f = fopen("/proc/self/status", "re");
	char line[256];
	long kb = 0;

	while (f && fgets(line, sizeof line, f))
		if (sscanf(line, "VmHWM: %ld", &kb) == 1)
			break;
	if (f)
		fclose(f);
	return kb;
}

static int run(const struct probe *p, int argc, char **argv)
{
	struct result r = { .p50_ms = NAN, .p99_ms = NAN };
	struct error e = { 0 };

	if (p->run(argc, argv, &r, &e) < 0) {
		fprintf(stderr, "bench %s: %s\n", p->name, e.text);
		return 1;
	}
	printf("{\"seconds\": %.9f, \"records\": %zu, \"rss_kb\": %ld", r.seconds, r.records, peak_rss_kb());
	if (!isnan(r.p50_ms))
		printf(", \"p50_ms\": %.6f, \"p99_ms\": %.6f", r.p50_ms, r.p99_ms);
	puts("}");
	return 0;
}

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof probes / sizeof *probes; i++)
		if (strcmp(argv[1], probes[i].name) == 0 && argc - 1 == probes[i].argc)
			return run(&probes[i], argc - 1, argv + 1);
	for (size_t i = 0; i < sizeof probes / sizeof *probes; i++)
		fprintf(stderr, "usage: bench %s %s\n", probes[i].name, probes[i].arguments);
	return 2;
}
