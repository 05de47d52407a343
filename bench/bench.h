/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The benchmark's probes: `build/bench NAME ARGUMENT...` does one thing, times it and prints one JSON object.
 *
 * bench/run.py runs them and the peer (bench/peer.py) in turn and prints ratios.  The probes call the functions that
 * the daemon calls; there is no second evaluator here.
 */
#ifndef RUPTURED_BENCH_H
#define RUPTURED_BENCH_H

#include "base/error.h"
#include "core/rules.h"

/* What a probe found; NAN and 0 are left out. */
struct result {
	double seconds;	       /* of the whole */
	double p50_ms, p99_ms; /* of one */
	size_t records;
};

/* argv[0] is the probe's name; argc is as the table in main.c asks. */
int bench_corpus(int argc, char **argv, struct result *ret, struct error *e);
int bench_clinic(int argc, char **argv, struct result *ret, struct error *e);
int bench_replay(int argc, char **argv, struct result *ret, struct error *e);
int bench_read(int argc, char **argv, struct result *ret, struct error *e);
int bench_start(int argc, char **argv, struct result *ret, struct error *e);
int bench_backtest(int argc, char **argv, struct result *ret, struct error *e);
int bench_live(int argc, char **argv, struct result *ret, struct error *e);
int bench_backlog(int argc, char **argv, struct result *ret, struct error *e);
int bench_commits(int argc, char **argv, struct result *ret, struct error *e);
int bench_append(int argc, char **argv, struct result *ret, struct error *e);
int bench_hook(int argc, char **argv, struct result *ret, struct error *e);

double bench_now(void); /* monotonic seconds */
/* Sorts; the middle one and the one that 1 in 100 exceed, of n > 0 durations in s. */
void bench_percentiles(double *durations, size_t n, struct result *ret);
/* The rules below a directory; NULL with an error. */
struct ruleset *bench_rules(const char *directory, struct error *e);

/* The next number of a sequence that its seed alone decides: splitmix64 (Steele, Lea and Flood, 2014). */
static inline uint64_t bench_random(uint64_t *state)
{
	uint64_t z = *state += 0x9E3779B97F4A7C15u;

	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return z ^ z >> 31;
}

#endif
