/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rupturectl rules: what is in force, and where each value comes from that is not the rule's own.
 */
#include <stdio.h>

#include "cli/in_force.h"
#include "cli/rule_shown.h"
#include "cli/tool.h"
#include "io/clock.h"
#include "io/spool.h"

struct request {
	struct strs rules;
	const char *wanted; /* an id or a pattern; NULL: all */
};

static int parse(struct arena *a, int argc, char **argv, struct request *ret)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--rules") == 0 && i + 1 < argc)
			*VEC_PUSH(a, &ret->rules) = str_of(argv[++i]);
		else if (argv[i][0] == '-')
			return tool_misuse("rules: unknown option \"%s\"", argv[i]);
		else if (ret->wanted)
			return tool_misuse("rules takes one rule; `*` in its id stands for any characters");
		else
			ret->wanted = argv[i];
	}
	return EXIT_FINE;
}

static bool is_wanted(const struct request *rq, const struct rule *rule)
{
	return !rq->wanted || str_matches(rule->id, str_of(rq->wanted));
}

/* ---- JSON ---- */

static void json_place(const char *file_key, struct str file, const char *line_key, const struct span *at,
		       struct json *j)
{
	json_key(j, file_key);
	json_str(j, file);
	json_key(j, line_key);
	if (at)
		json_int(j, at->line);
	else
		json_z(j, NULL);
}

static void json_text_of(const char *key, const struct doc *doc, struct json *j)
{
	struct buf words = { 0 };

	if (doc)
		shown_words(doc, &words);
	json_key(j, key);
	json_str(j, doc ? buf_str(&words) : (struct str){ NULL, 0 });
	buf_release(&words);
}

static void json_change(const struct rule *rule, const struct rule_change *c, struct json *j)
{
	json_map(j);
	json_key(j, "key");
	json_str(j, c->path);
	json_text_of("value", c->is, j);
	json_place("file", c->file, "line", &c->at, j);
	json_text_of("was", c->was, j);
	json_place("was_file", c->was ? rule->file : (struct str){ NULL, 0 }, "was_line", c->was ? &c->was->at : NULL,
		   j);
	json_key(j, "because");
	json_str(j, c->because);
	json_end_map(j);
}

static void json_exception(const struct exception *e, struct json *j)
{
	json_map(j);
	json_key(j, "case");
	json_str(j, e->case_name);
	json_key(j, "site");
	json_str(j, e->site);
	json_key(j, "from");
	json_str(j, e->from_words);
	json_key(j, "until");
	json_str(j, e->until_words);
	json_key(j, "ended");
	json_bool(j, e->until < clock_now());
	json_key(j, "reason");
	json_str(j, e->reason);
	json_place("file", e->file, "line", &e->at, j);
	json_end_map(j);
}

static void json_flags(const struct rule *rule, struct json *j)
{
	json_key(j, "safety");
	json_bool(j, rule->safety);
	json_key(j, "strength");
	json_bool(j, rule->strength);
	json_key(j, "locked");
	json_bool(j, rule->locked);
	json_key(j, "switched_off");
	json_bool(j, rule->switched_off);
}

/* The rule's tree, as written where it is written. */
static void json_doc(const struct doc *doc, struct json *j)
{
	struct arena a = { 0 };

	switch (doc->kind) {
	case DOC_SCALAR:
		json_str(j, doc->text);
		break;
	case DOC_LIST:
		json_list(j);
		for (size_t i = 0; i < doc->n; i++)
			json_doc(doc->items[i], j);
		json_end_list(j);
		break;
	case DOC_MAP:
		json_map(j);
		for (size_t i = 0; i < doc->n; i++) {
			json_key(j, arena_dup(&a, doc->pairs[i].key).p);
			json_doc(doc->pairs[i].value, j);
		}
		json_end_map(j);
		break;
	}
	arena_release(&a);
}

static void json_rule(const struct rule *rule, bool whole, struct json *j)
{
	struct buf severity = { 0 };

	shown_severity(rule, &severity);
	json_map(j);
	json_key(j, "id");
	json_str(j, rule->id);
	json_key(j, "title");
	json_str(j, rule->title);
	json_key(j, "version");
	json_str(j, rule->version);
	json_key(j, "per");
	json_z(j, per_words.words[rule->per]);
	json_key(j, "severity");
	json_str(j, buf_str(&severity));
	json_key(j, "status");
	json_z(j, status_words.words[rule->status]);
	json_flags(rule, j);
	json_place("file", rule->file, "line", &rule->at, j);
	json_key(j, "changes");
	json_list(j);
	for (size_t i = 0; i < rule->changes.all.n; i++)
		json_change(rule, &rule->changes.all.items[i], j);
	json_end_list(j);
	json_key(j, "exceptions");
	json_list(j);
	for (size_t i = 0; i < rule->exceptions.n; i++)
		json_exception(rule->exceptions.items[i], j);
	json_end_list(j);
	if (whole) {
		json_key(j, "rule");
		json_doc(rule->source, j);
	}
	json_end_map(j);
	buf_release(&severity);
}

static void print_json(const struct ruleset *rs, const struct request *rq)
{
	struct json *j = json_new(false);
	bool whole = rq->wanted && rules_find(rs, str_of(rq->wanted));

	json_list(j);
	for (size_t i = 0; i < rs->n; i++)
		if (is_wanted(rq, &rs->rules[i]))
			json_rule(&rs->rules[i], whole, j);
	json_end_list(j);
	tool_print(j);
	json_free(j);
}

/* ---- text ---- */

/* Widths of the columns; what comes after the last is as wide as it is. */
struct widths {
	int id, severity;
};

static struct widths measure(const struct ruleset *rs, const struct request *rq)
{
	struct widths w = { 0, 0 };
	struct buf severity = { 0 };

	for (size_t i = 0; i < rs->n; i++) {
		if (!is_wanted(rq, &rs->rules[i]))
			continue;
		buf_reset(&severity);
		shown_severity(&rs->rules[i], &severity);
		w.id = (int)rs->rules[i].id.n > w.id ? (int)rs->rules[i].id.n : w.id;
		w.severity = (int)severity.n > w.severity ? (int)severity.n : w.severity;
	}
	buf_release(&severity);
	return w;
}

static void list_rule(const struct rule *rule, struct widths w, int64_t now, struct buf *out)
{
	struct buf severity = { 0 };

	shown_severity(rule, &severity);
	buf_printf(out, "  %-*.*s  %-*.*s  %-9s  %-7s  %.*s\n", w.id, STR_ARG(rule->id), w.severity,
		   STR_ARG(buf_str(&severity)), per_words.words[rule->per], status_words.words[rule->status],
		   STR_ARG(rule->title));
	shown_origins(rule, now, "      ", out);
	buf_release(&severity);
}

static bool is_first_of_file(const struct ruleset *rs, const struct request *rq, size_t rule)
{
	for (size_t i = 0; i < rule; i++)
		if (is_wanted(rq, &rs->rules[i]) && str_eq(rs->rules[i].file, rs->rules[rule].file))
			return false;
	return is_wanted(rq, &rs->rules[rule]);
}

/* Questionnaires that took the place of others of their names: rules that read them measure something else. */
static void list_replaced(const struct instruments *set, struct buf *out)
{
	for (size_t i = 0; i < set->all.n; i++) {
		const struct instrument *in = &set->all.items[i];

		if (in->was_at.file.p)
			buf_printf(out, "\nquestionnaire %.*s as in %.*s:%u, in place of %.*s:%u\n", STR_ARG(in->name),
				   STR_ARG(in->at.file), in->at.line, STR_ARG(in->was_at.file), in->was_at.line);
	}
}

static void print_list(const struct ruleset *rs, const struct request *rq)
{
	struct widths w = measure(rs, rq);
	struct buf out = { 0 };
	int64_t now = clock_now();

	for (size_t first = 0; first < rs->n; first++) {
		if (!is_first_of_file(rs, rq, first))
			continue;
		buf_printf(&out, "%s%.*s\n", out.n ? "\n" : "", STR_ARG(rs->rules[first].file));
		for (size_t i = first; i < rs->n; i++)
			if (is_wanted(rq, &rs->rules[i]) && str_eq(rs->rules[i].file, rs->rules[first].file))
				list_rule(&rs->rules[i], w, now, &out);
	}
	if (!rq->wanted)
		list_replaced(&rs->instruments, &out);
	fputs(buf_str(&out).p, stdout);
	buf_release(&out);
}

static void print_one(const struct rule *rule)
{
	struct buf out = { 0 };

	shown_rule(rule, clock_now(), &out);
	fputs(buf_str(&out).p, stdout);
	buf_release(&out);
}

/* ---- */

static int tell_unknown(const struct ruleset *rs, const char *wanted)
{
	struct arena a = { 0 };
	const char *hint = rules_suggest(&a, rs, str_of(wanted));
	int rc = tool_misuse("no rule \"%s\"%s%s", wanted, hint ? "; " : "", hint ? hint : "");

	arena_release(&a);
	return rc;
}

static int show(const struct tool *t, const struct ruleset *rs, const struct request *rq)
{
	const struct rule *one = rq->wanted ? rules_find(rs, str_of(rq->wanted)) : NULL;
	size_t n = 0;

	for (size_t i = 0; i < rs->n; i++)
		n += is_wanted(rq, &rs->rules[i]);
	if (!n)
		return tell_unknown(rs, rq->wanted);
	if (t->json)
		print_json(rs, rq);
	else if (one)
		print_one(one);
	else
		print_list(rs, rq);
	return EXIT_FINE;
}

/* What is on disk, with a word where that is not what the engine judges by; or what is in force, where the files have
 * faults. */
static int show_configured(const struct tool *t, const struct config *config, const struct request *rq)
{
	const struct strs configured = { 0 };
	struct arena a = { 0 };
	struct ruleset *rs = tool_rules(t, &configured);
	struct str judged = in_force_hash(&a, config);
	bool broken = !rs;
	long pid;
	int rc = EXIT_WRONG;

	if (broken && (rs = in_force_last_good(config)))
		fputs("rupturectl: the rule files on disk have faults; shown is what is in force, the last good set\n",
		      stderr);
	else if (rs && judged.n && !str_eq(judged, rs->hash) && !spool_is_held(config->spool.p, &pid))
		fprintf(stderr,
			"rupturectl: shown is what is on disk, rule set %.8s; last judged by was %.8s: the engine does "
			"not run\n",
			rs->hash.p, judged.p);
	if (rs)
		rc = show(t, rs, rq);
	if (rc == EXIT_FINE && broken)
		rc = EXIT_FOUND;
	rules_free(rs);
	arena_release(&a);
	return rc;
}

static int show_files(const struct tool *t, const struct request *rq)
{
	struct ruleset *rs = tool_rules(t, &rq->rules);
	int rc = rs ? show(t, rs, rq) : EXIT_WRONG;

	rules_free(rs);
	return rc;
}

int tool_list_rules(struct tool *t, int argc, char **argv)
{
	struct arena a = { 0 };
	struct request rq = { 0 };
	int rc = parse(&a, argc, argv, &rq);
	struct config *config;

	if (rc == EXIT_FINE && rq.rules.n) {
		rc = show_files(t, &rq);
	} else if (rc == EXIT_FINE) {
		config = tool_config(t);
		rc = config ? show_configured(t, config, &rq) : EXIT_WRONG;
		config_free(config);
	}
	arena_release(&a);
	return rc;
}
