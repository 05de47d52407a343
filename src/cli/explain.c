/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/explain.h"

#include <unistd.h>

static int parse(struct arena *a, int argc, char **argv, struct explain_request *ret)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--hits") == 0)
			ret->hits = true;
		else if (strcmp(argv[i], "--turns") == 0)
			ret->turns = true;
		else if (strcmp(argv[i], "--all") == 0)
			ret->all = true;
		else if (strcmp(argv[i], "--text") == 0)
			ret->text = true;
		else if (strcmp(argv[i], "--rules") == 0 && i + 1 < argc)
			*VEC_PUSH(a, &ret->rules) = str_of(argv[++i]);
		else if (strcmp(argv[i], "--rule") == 0 && i + 1 < argc) {
			ret->rule = str_of(argv[++i]);
			ret->all = true;
		} else if (strcmp(argv[i], "--as-of") == 0 && i + 1 < argc) {
			struct str date = str_of(argv[++i]);

			if (!date_parse(date, &ret->as_of) && !date_parse_day(date, &ret->as_of))
				return tool_misuse("--as-of takes a date like 2026-03-02T14:00:00Z or 2026-03-02");
		} else if (argv[i][0] == '-')
			return tool_misuse("explain: unknown option \"%s\"", argv[i]);
		else
			*VEC_PUSH(a, &ret->targets) = str_of(argv[i]);
	}
	return ret->targets.n ? EXIT_FINE
			      : tool_misuse("explain what? give a case, a record or an alert, or record files");
}

void explain_show_session(const struct explanation *x, size_t session, struct str case_name, member_namer name,
			  enum explain_detail detail, struct buf *out)
{
	const struct session *s = &x->history->sessions[session];
	struct buf said = { 0 };
	struct arena a = { 0 };

	explain_text(x, session, name, detail, &said);
	if (said.n)
		buf_printf(out, "case %.*s, session %zu, %.*s", STR_ARG(case_name), s->ordinal,
			   STR_ARG(date_format_day(&a, s->started)));
	if (said.n && s->number >= 0 && (size_t)s->number != s->ordinal)
		buf_printf(out, ", numbered %lld", (long long)s->number);
	if (said.n)
		buf_printf(out, "\n%.*s", STR_ARG(buf_str(&said)));
	buf_release(&said);
	arena_release(&a);
}

struct ruleset *explain_rules(const struct tool *t, const struct explain_request *rq)
{
	struct ruleset *rules = tool_rules(t, &rq->rules);
	bool any = !rq->rule.n;

	for (size_t i = 0; rules && i < rules->n && !any; i++)
		any = str_matches(rules->rules[i].id, rq->rule);
	if (!rules || any)
		return rules;
	tool_misuse("explain: there is no rule \"%.*s\" here", STR_ARG(rq->rule));
	rules_free(rules);
	return NULL;
}

/* A file by its name, there or not: whose path was mistyped is not told about the store. */
static bool is_file(struct str target)
{
	return access(target.p, F_OK) == 0 || str_ends(target, ".json") || str_ends(target, ".yaml");
}

int tool_explain(struct tool *t, int argc, char **argv)
{
	struct arena a = { 0 };
	struct explain_request rq = { .as_of = DATE_NONE };
	int rc = parse(&a, argc, argv, &rq);

	if (rc == EXIT_FINE && rq.text && is_file(rq.targets.items[0]))
		rc = tool_misuse(
			"--text goes with a case, a record or an alert of the store; the words of a file are in "
			"the file");
	else if (rc == EXIT_FINE)
		rc = is_file(rq.targets.items[0]) ? explain_files(t, &rq) : explain_store(t, &rq);
	arena_release(&a);
	return rc;
}
