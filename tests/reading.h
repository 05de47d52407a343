/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For tests of what is read from YAML: a text, its tree, and the complaints as people see them.
 */
#ifndef RUPTURED_TEST_READING_H
#define RUPTURED_TEST_READING_H

#include "core/fields.h"
#include "test.h"

struct reading_of {
	struct str text;
	struct doc *doc; /* NULL when it does not parse */
	struct diags diags;
	struct reader reader;
};

/* In place: the reader points into *ret. */
static inline void reading_begin(struct reading_of *ret, struct arena *a, const char *yaml)
{
	*ret = (struct reading_of){ .text = str_of(yaml), .diags = { .arena = a } };
	ret->reader = (struct reader){ .arena = a, .diags = &ret->diags, .unknown_key = DIAG_ERROR };
	ret->doc = doc_parse(a, ret->text, DOC_YAML, &doc_limits_rules, false, &ret->diags);
}

/* Everything that was said, as for a file "r.yaml"; in a. */
static inline struct str reading_complaints(struct reading_of *in, struct arena *a)
{
	struct buf out = { 0 };
	struct str text;

	diags_render(&in->diags, STR("r.yaml"), in->text, DIAG_CARET, &out);
	text = arena_dup(a, out.n ? buf_str(&out) : STR(""));
	buf_release(&out);
	return text;
}

#endif
