/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For tests of rule sets: compile texts or files, and the complaints of all of them as people see them.
 */
#ifndef RUPTURED_TEST_RULESETS_H
#define RUPTURED_TEST_RULESETS_H

#include <dirent.h>

#include "core/rules.h"
#include "test.h"

/* A file whole, in a; absent when it cannot be read. */
static inline struct str file_text(struct arena *a, const char *path)
{
	FILE *f = fopen(path, "rb");
	struct buf out = { 0 };
	struct str text = { NULL, 0 };
	char part[4096];

	if (!f)
		return text;
	for (size_t n; (n = fread(part, 1, sizeof part, f)) > 0;)
		buf_add(&out, part, n);
	fclose(f);
	text = arena_dup(a, out.n ? buf_str(&out) : STR(""));
	buf_release(&out);
	return text;
}

typedef VEC(struct rule_source) source_list;

/* The rule files of a directory, in no order. */
static inline void add_files(struct arena *a, const char *path, source_list *list)
{
	DIR *dir = opendir(path);

	if (!dir)
		return;
	for (struct dirent *e; (e = readdir(dir));) {
		struct rule_source *source;

		if (!str_ends(str_of(e->d_name), ".yaml"))
			continue;
		source = VEC_PUSH(a, list);
		source->file = arena_printf(a, "%s/%s", path, e->d_name);
		source->text = file_text(a, source->file.p);
	}
	closedir(dir);
}

/* NULL when there are errors; what was said of all sources is in *ret_complaints, in a. */
static inline struct ruleset *ruleset_of(struct arena *a, const struct rule_source *sources, size_t n,
					 struct str *ret_complaints)
{
	struct source_diags *diags = ARENA_ARRAY(a, struct source_diags, n);
	struct ruleset *rs = rules_compile(a, sources, n, diags);
	struct buf out = { 0 };

	for (size_t i = 0; i < n; i++)
		diags_render(&diags[i].diags, sources[i].file, sources[i].text, DIAG_CARET, &out);
	*ret_complaints = arena_dup(a, out.n ? buf_str(&out) : STR(""));
	buf_release(&out);
	return rs;
}

#endif
