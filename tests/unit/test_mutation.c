/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The slips of a hand that edits rules: what ships, with a character, a word or a line taken out, doubled or swapped.
 * Whatever comes of it, the set compiles or something is said, at a place inside the file.
 */
#include <dirent.h>

#include "rulesets.h"

#define RULES	  "rules"
#define MUTATIONS 100
#define FILES_MAX 100

struct files {
	struct rule_source items[FILES_MAX];
	size_t n;
};

static void add_folder(struct arena *a, const char *path, struct files *files)
{
	struct dirent **entries;
	int n = scandir(path, &entries, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		const char *name = arena_printf(a, "%s/%s", path, entries[i]->d_name).p;

		if (str_ends(str_of(name), ".yaml") && files->n < FILES_MAX)
			files->items[files->n++] =
				(struct rule_source){ .file = str_of(name), .text = file_text(a, name) };
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
}

/* xorshift: the same course everywhere. */
static size_t chance(uint64_t *state, size_t below)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return below ? (size_t)(*state % below) : 0;
}

enum unit_of { CHARACTER, WORD, LINE, UNITS_OF };

static bool ends_unit(enum unit_of unit, char c)
{
	return unit == CHARACTER || (unit == LINE ? c == '\n' : c == ' ' || c == '\n');
}

/* From one of its beginnings to where the next begins. */
static struct str unit_at(struct str text, size_t i, enum unit_of unit)
{
	size_t end = i;

	while (i > 0 && !ends_unit(unit, text.p[i - 1]))
		i--;
	while (end < text.n && !ends_unit(unit, text.p[end]))
		end++;
	end += end < text.n;
	return (struct str){ text.p + i, end - i };
}

enum change { TAKEN_OUT, DOUBLED, SWAPPED, CHANGES };

static struct str mutate(struct arena *a, struct str text, uint64_t *state)
{
	enum unit_of unit = (enum unit_of)chance(state, UNITS_OF);
	enum change change = (enum change)chance(state, CHANGES);
	struct str one = unit_at(text, chance(state, text.n), unit), other = { one.p + one.n, 0 };
	size_t before = (size_t)(one.p - text.p);

	if (before + one.n < text.n)
		other = unit_at(text, before + one.n, unit);
	switch (change) {
	case TAKEN_OUT:
		return arena_printf(a, "%.*s%.*s", (int)before, text.p, (int)(text.n - before - one.n), one.p + one.n);
	case DOUBLED:
		return arena_printf(a, "%.*s%.*s%.*s", (int)(before + one.n), text.p, STR_ARG(one),
				    (int)(text.n - before - one.n), one.p + one.n);
	case SWAPPED:
	case CHANGES:
		break;
	}
	return arena_printf(a, "%.*s%.*s%.*s%.*s", (int)before, text.p, STR_ARG(other), STR_ARG(one),
			    (int)(text.n - before - one.n - other.n), other.p + other.n);
}

/* The line and the column exist. */
static bool is_inside(const struct diag *d, struct str text)
{
	uint32_t line = 1, column = 1;

	if (d->at.offset > text.n || !d->at.line)
		return false;
	for (size_t i = 0; i < d->at.offset; i++) {
		if (((unsigned char)text.p[i] & 0xC0) != 0x80)
			column++;
		if (text.p[i] == '\n') {
			line++;
			column = 1;
		}
	}
	return d->at.line == line && d->at.column == column;
}

static void check_said(const struct source_diags *diags, const struct files *files, bool compiled, int number)
{
	size_t errors = 0;

	for (size_t i = 0; i < files->n; i++) {
		errors += diags[i].diags.errors;
		for (size_t k = 0; k < diags[i].diags.all.n; k++) {
			const struct diag *d = &diags[i].diags.all.items[k];

			if (!d->message.n || !d->code || !is_inside(d, files->items[i].text))
				test_fail(__FILE__, __LINE__, "mutation %d: %.*s:%u:%u: %.*s", number,
					  STR_ARG(files->items[i].file), d->at.line, d->at.column, STR_ARG(d->message));
		}
	}
	if (compiled == (errors > 0))
		test_fail(__FILE__, __LINE__, "mutation %d: %zu errors, %s", number, errors,
			  compiled ? "and it compiled" : "and it did not compile");
}

TEST(a_slip_of_the_hand_is_told_at_its_place_or_does_no_harm)
{
	struct files files = { .n = 0 };
	uint64_t state = 0x9E3779B97F4A7C15;
	int refused = 0;

	add_folder(arena, RULES, &files);
	add_folder(arena, RULES "/lexicons", &files);
	REQUIRE(files.n > 10);
	for (int i = 0; i < MUTATIONS; i++) {
		struct arena here = { 0 };
		size_t which = chance(&state, files.n);
		struct str whole = files.items[which].text;
		struct source_diags diags[FILES_MAX];
		struct ruleset *rs;

		files.items[which].text = mutate(&here, whole, &state);
		rs = rules_compile(&here, files.items, files.n, diags);
		check_said(diags, &files, rs != NULL, i);
		refused += rs == NULL;
		rules_free(rs);
		files.items[which].text = whole;
		arena_release(&here);
	}
	CHECK(refused > MUTATIONS / 4);
}
