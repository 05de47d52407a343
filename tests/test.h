/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Unit tests: a behaviour is a sentence.
 *
 *	TEST(an_arrival_is_seen_once)
 *	{
 *		CHECK(1 + 1 == 2);
 *		CHECK_STR(str, "expected");
 *	}
 *
 * Tests register themselves.  A failed check is printed and the test goes on; REQUIRE leaves it.  SKIP(reason) counts as
 * skipped.  `build/unit [PART OF A NAME]` runs those that match.
 */
#ifndef RUPTURED_TEST_H
#define RUPTURED_TEST_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"

struct test {
	const char *name, *file;
	void (*run)(struct arena *arena);
	struct test *next;
};

void test_register(struct test *t);
void test_fail(const char *file, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));
void test_skip(const char *reason);
bool test_failed(void); /* the present test has failed */
/* A fresh directory, removed when the test ends. */
const char *test_directory(void);

#define TEST(test_name)                                                                           \
	static void test_name(struct arena *arena);                                               \
	__attribute__((constructor)) static void register_##test_name(void)                       \
	{                                                                                         \
		static struct test t = { .name = #test_name, .file = __FILE__, .run = test_name }; \
		test_register(&t);                                                                \
	}                                                                                         \
	static void test_name(struct arena *arena __attribute__((unused)))

#define CHECK(condition)                                             \
	do {                                                         \
		if (!(condition))                                    \
			test_fail(__FILE__, __LINE__, "%s", #condition); \
	} while (0)
#define REQUIRE(condition)                                           \
	do {                                                         \
		if (!(condition)) {                                  \
			test_fail(__FILE__, __LINE__, "%s", #condition); \
			return;                                      \
		}                                                    \
	} while (0)
#define CHECK_INT(got, expected)                                                                              \
	do {                                                                                                  \
		long long got_ = (long long)(got), expected_ = (long long)(expected);                         \
		if (got_ != expected_)                                                                        \
			test_fail(__FILE__, __LINE__, "%s is %lld, expected %lld", #got, got_, expected_); \
	} while (0)
#define CHECK_NEAR(got, expected)                                                                       \
	do {                                                                                            \
		double got_ = (got), expected_ = (expected);                                            \
		if (!(fabs(got_ - expected_) < 1e-6))                                                   \
			test_fail(__FILE__, __LINE__, "%s is %g, expected %g", #got, got_, expected_); \
	} while (0)
#define CHECK_STR(got, expected)                                                                                  \
	do {                                                                                                      \
		struct str got_ = (got);                                                                          \
		if (!str_is(got_, (expected)))                                                                    \
			test_fail(__FILE__, __LINE__, "%s is\n\"%.*s\", expected\n\"%s\"", #got, STR_ARG(got_), \
				  (expected));                                                                    \
	} while (0)
#define CHECK_HAS(text, part)                                                                                        \
	do {                                                                                                         \
		struct str text_ = (text);                                                                           \
		if (!text_.n || !memmem(text_.p, text_.n, (part), strlen(part)))                                     \
			test_fail(__FILE__, __LINE__, "\"%s\" is not in\n\"%.*s\"", (part), STR_ARG(text_)); \
	} while (0)
#define SKIP(reason)               \
	do {                       \
		test_skip(reason); \
		return;            \
	} while (0)

#endif
