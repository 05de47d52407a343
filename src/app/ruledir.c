/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/ruledir.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/files.h"

typedef VEC(struct rule_source) source_list;

static int read_one(struct arena *a, struct str path, source_list *list, struct error *e)
{
	struct str text;

	if (file_read(a, path.p, RULEDIR_MAX_FILE_BYTES, &text, e) < 0)
		return -1;
	*VEC_PUSH(a, list) = (struct rule_source){ .file = path, .text = text };
	return 0;
}

static int read_path(struct arena *a, struct str path, source_list *list, struct error *e)
{
	struct str *files;
	struct stat st;
	size_t n;

	if (str_ends(path, ".yaml"))
		return read_one(a, path, list, e);
	if (stat(path.p, &st) == 0 && !S_ISDIR(st.st_mode))
		return error_set(e, ERROR_REFUSED, "%s is neither a *.yaml file nor a directory", path.p);
	if (directory_list(a, path.p, ".yaml", true, &files, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (read_one(a, files[i], list, e) < 0)
			return -1;
	return 0;
}

int ruledir_read(struct arena *a, const struct strs *paths, struct rule_sources *ret, struct error *e)
{
	source_list list = { 0 };

	for (size_t i = 0; i < paths->n; i++) {
		struct str path = arena_dup(a, paths->items[i]);

		if (access(path.p, F_OK) != 0)
			continue;
		if (read_path(a, path, &list, e) < 0)
			return error_context(e, "rules");
	}
	*ret = (struct rule_sources){ list.items, list.n };
	return 0;
}

static void switch_off(struct arena *a, struct ruleset *set, const struct strs *ids, struct buf *out,
		       struct rule_faults *ret)
{
	struct strs unknown = { 0 };

	rules_switch_off(set, ids, &unknown);
	for (size_t i = 0; i < unknown.n; i++) {
		const char *hint = rules_suggest(a, set, unknown.items[i]);

		if (memchr(unknown.items[i].p, '*', unknown.items[i].n))
			hint = "name each rule, whole";
		buf_printf(out, "switched_off: unknown rule \"%.*s\"%s%s\n", STR_ARG(unknown.items[i]),
			   hint ? "; " : "", hint ? hint : "");
	}
	ret->unknown_off = unknown.n;
}

struct ruleset *ruledir_compile(const struct rule_sources *sources, struct buf *out, struct rule_faults *ret)
{
	struct arena a = { 0 };
	struct source_diags *diags = ARENA_ARRAY(&a, struct source_diags, sources->n + 1);
	struct ruleset *set = rules_compile(&a, sources->items, sources->n, diags);

	*ret = (struct rule_faults){ 0 };
	if (set && sources->today)
		exceptions_doubtful(set, sources->today, diags);
	for (size_t i = 0; i < sources->n; i++) {
		ret->errors += diags[i].diags.errors;
		ret->warnings += diags[i].diags.warnings;
		diags_render(&diags[i].diags, sources->items[i].file, sources->items[i].text, DIAG_CARET, out);
	}
	if (set && set->n == 0) {
		buf_puts(out, STR("no rules: none of the rule paths holds a *.yaml file with `rules:`\n"));
		ret->errors++;
		rules_free(set);
		set = NULL;
	}
	if (set && sources->switched_off)
		switch_off(&a, set, sources->switched_off, out, ret);
	arena_release(&a);
	return set;
}

/* A pack is, for each source, a line "BYTES FILE" and the bytes and a newline. */
void ruledir_pack(const struct rule_sources *sources, struct buf *out)
{
	for (size_t i = 0; i < sources->n; i++) {
		buf_printf(out, "%zu %.*s\n", sources->items[i].text.n, STR_ARG(sources->items[i].file));
		buf_puts(out, sources->items[i].text);
		buf_putc(out, '\n');
	}
}

static bool unpack_one(struct str *rest, struct rule_source *ret)
{
	const char *end = memchr(rest->p, '\n', rest->n);
	struct str head;
	double bytes;

	if (!end)
		return false;
	head = (struct str){ rest->p, (size_t)(end - rest->p) };
	*rest = (struct str){ end + 1, rest->n - head.n - 1 };
	if (!str_number(str_word(&head), &bytes) || bytes < 0 || bytes >= (double)rest->n)
		return false;
	ret->file = str_trim(head);
	ret->text = (struct str){ rest->p, (size_t)bytes };
	*rest = (struct str){ rest->p + ret->text.n + 1, rest->n - ret->text.n - 1 };
	return true;
}

bool ruledir_unpack(struct arena *a, struct str packed, struct rule_sources *ret)
{
	source_list list = { 0 };
	struct str rest = arena_dup(a, packed);

	while (rest.n)
		if (!unpack_one(&rest, VEC_PUSH(a, &list)))
			return false;
	*ret = (struct rule_sources){ list.items, list.n };
	return true;
}
