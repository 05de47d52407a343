/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fast reader of JSON may give up, but what it reads the library must read alike, places and all.
 */
#include "core/doc_build.h"

#include "test.h"

static const struct doc_limits limits = { .bytes = 4096, .depth = 6, .nodes = 60, .string = 40 };

static const char *const seeds[] = {
	"{\"who\": \"m1\",\"at\": 0.5, \"end\":-12e+3, \"text\":\"so \\\"well\\\" \\u2019\", \"x\":[true,false, null]}",
	" [ 0, -0.0, 10, 1E5, [], {}, [[1]], {\"a\":{\"b\":\"\"}}, \"d\xC3\xA9j\xC3\xA0\" ]\r\n",
	"{\"a\":1,\"b\":[{\"c\":\"\\ud83d\\ude00\"},{\"d\":\"\\u0000\"}],\"a\":\"twice\"}",
	"[\"0123456789012345678901234567890123456789\",\"01234567890123456789012345678901234567890\"]",
	"\"\\u0041\\u00e9\\u20AC\\ud800 \\/\\b\\f\\r\\t\"",
};

static struct builder builder_for(struct arena *a, struct str text, struct diags *d)
{
	struct builder b = { .arena = a, .diags = d, .limits = &limits, .text = text, .borrows = true };

	*d = (struct diags){ .arena = a };
	b.frames = ARENA_ARRAY(a, struct builder_frame, limits.depth);
	return b;
}

static bool same_place(struct span x, struct span y)
{
	return x.offset == y.offset && x.bytes == y.bytes;
}

static bool same(const struct doc *x, const struct doc *y)
{
	if (x->kind != y->kind || x->quoted != y->quoted || x->n != y->n || !same_place(x->at, y->at) ||
	    !str_eq(x->text, y->text))
		return false;
	for (size_t i = 0; i < x->n; i++) {
		if (x->kind == DOC_LIST && !same(x->items[i], y->items[i]))
			return false;
		if (x->kind == DOC_MAP &&
		    (!str_eq(x->pairs[i].key, y->pairs[i].key) || !same_place(x->pairs[i].at, y->pairs[i].at) ||
		     !same(x->pairs[i].value, y->pairs[i].value)))
			return false;
	}
	return true;
}

/* Did the fast one read it? */
static bool read_both(struct arena *a, struct str text)
{
	struct diags plain_says, library_says;
	struct builder plain = builder_for(a, text, &plain_says), library = builder_for(a, text, &library_says);
	bool good = json_parse_plain(&plain);

	CHECK_INT(plain_says.all.n, 0);
	if (good) {
		json_parse(&library);
		CHECK_INT(library_says.errors, 0);
		CHECK(library.root && plain.root && same(plain.root, library.root));
	}
	arena_release(&plain.scratch);
	arena_release(&library.scratch);
	return good;
}

TEST(ordinary_json_is_read_fast_and_what_is_wrong_is_left)
{
	CHECK(read_both(arena, str_of(seeds[0])));
	CHECK(read_both(arena, str_of(seeds[1])));
	CHECK(read_both(arena, STR("\"\\u0041\\u00e9\\u20AC \\/\\b\\f\\r\\t\"")));
	for (size_t i = 2; i < sizeof seeds / sizeof *seeds; i++)
		CHECK(!read_both(arena, str_of(seeds[i])));
	CHECK(!read_both(arena, STR("[1,]")));
	CHECK(!read_both(arena, STR("{\"a\":01}")));
	CHECK(!read_both(arena, STR("[1] 2")));
	CHECK(!read_both(arena, STR("[[[[[[[1]]]]]]]")));
	CHECK(!read_both(arena, STR("\"\\")));
	CHECK(!read_both(arena, STR("\"\\u12\"")));
	CHECK(!read_both(arena, STR("")));
}

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* A few bytes of a seed changed, left out or doubled. */
static struct str mutated(struct arena *a, uint32_t *state)
{
	static const char bytes[] = "\"\\{}[],:0123456789eE+-.tfnu \n\t\x01zA";
	struct str seed = str_of(seeds[next_random(state) % (sizeof seeds / sizeof *seeds)]);
	char *text = arena_alloc(a, seed.n + 8, 1);
	size_t n = 0, every = 4 + next_random(state) % 60;

	for (size_t i = 0; i < seed.n; i++) {
		uint32_t what = next_random(state) % every;

		text[n] = what == 0 ? bytes[next_random(state) % (sizeof bytes - 1)] : seed.p[i];
		n += what != 1;
		if (what == 2 && n < seed.n)
			text[n++] = seed.p[i];
	}
	return (struct str){ text, n };
}

TEST(what_is_read_fast_the_library_reads_alike)
{
	uint32_t state = 7;
	size_t fast = 0;

	for (int i = 0; i < 40000; i++) {
		struct arena one = { 0 };

		fast += read_both(&one, mutated(&one, &state));
		arena_release(&one);
	}
	CHECK(fast > 1000 && fast < 39000);
}
