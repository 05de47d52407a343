/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/rule_read.h"
#include "core/scenario.h"

/* The list is told to be none where it is read. */
static size_t length(const struct doc *tests)
{
	return tests && tests->kind == DOC_LIST ? tests->n : 0;
}

/* Reads it for its faults alone: what is read is thrown away until somebody runs it. */
static void lint(struct reader *r, const struct ruleset *rs, const struct doc *doc, const struct rule *rule)
{
	struct arena scratch = { 0 };
	struct reader own = *r;
	struct scenario scenario;

	own.arena = &scratch;
	if (scenario_read(&own, doc, rule, &rs->instruments, &scenario))
		scenario_heard_lint(&own, &scenario, rs->lexicons);
	arena_release(&scratch);
}

static void list(struct ruleset *rs, struct str rule_id, struct str file, const struct doc *doc)
{
	*VEC_PUSH(&rs->arena, &rs->tests) = (struct rule_test){ rule_id, arena_dup(&rs->arena, file), doc };
}

void rule_tests(struct reader *r, struct ruleset *rs, const struct rule_form *form)
{
	struct path rule = { NULL, form->rule.id.n ? form->rule.id.p : "rules", 0 }, tests = { &rule, "tests", 0 };
	struct path here = { &tests, NULL, 0 };

	r->path = &here;
	for (; here.index < length(form->rule.tests); here.index++) {
		const struct doc *doc = form->rule.tests->items[here.index];

		lint(r, rs, doc, &form->rule);
		list(rs, form->rule.id, form->rule.file, doc);
	}
	r->path = NULL;
}

static const struct rule *find_rule(struct reader *r, const struct doc *doc, struct str id,
				    const struct rule_form *forms, size_t n)
{
	const char *names[RULES_MAX], *hint;

	for (size_t i = 0; i < n; i++)
		if (str_eq(forms[i].rule.id, id))
			return &forms[i].rule;
	for (size_t i = 0; i < n; i++)
		names[i] = forms[i].rule.id.p ? forms[i].rule.id.p : "";
	hint = reader_suggest(r, id, names, n);
	reader_error(r, doc_get(doc, "rule"), "unknown-rule", hint, "there is no rule \"%.*s\"",
		     (int)(id.n < 64 ? id.n : 64), id.p);
	return NULL;
}

void file_tests(struct reader *r, struct ruleset *rs, const struct doc *doc, struct str file,
		const struct rule_form *forms, size_t n)
{
	struct path tests = { NULL, "tests", 0 }, here = { &tests, NULL, 0 };

	r->path = &here;
	for (; here.index < length(doc); here.index++) {
		const struct doc *test = doc->items[here.index];
		struct str id = scenario_rule(r, test);
		const struct rule *rule = id.n ? find_rule(r, test, id, forms, n) : NULL;

		lint(r, rs, test, rule);
		list(rs, arena_dup(&rs->arena, id), file, test);
	}
	r->path = NULL;
}
