/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/rules.h"

#include <stdlib.h>

#include "core/digest.h"
#include "core/except.h"
#include "core/lookalike.h"
#include "core/override.h"
#include "core/shape.h"

#define VERSION_DIGITS 8

/* A file of rules, by its keys. */
struct file_form {
	int64_t version;
	struct str title;
	const struct doc *lists, *signals, *instruments, *rules, *override, *except, *tests;
	struct shared_signals shared;
};

static void read_version(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	double d;

	(void)f;
	if (doc_number(v, &d) && d == RULES_VERSION)
		*(int64_t *)into = RULES_VERSION;
	else
		reader_error(r, v, "version", "write `version: 1`", "this program reads version %d of the format",
			     RULES_VERSION);
}

static const struct shape lists_shape = { SHAPE_NAMED, &shape_phrases };
static const struct shape instrument_shape = { SHAPE_TABLE, NULL, instrument_fields };
static const struct shape instruments_shape = { SHAPE_NAMED, &instrument_shape };
static const struct shape rule_shape = { SHAPE_TABLE, NULL, rule_fields };
static const struct shape rules_shape = { SHAPE_LIST, &rule_shape };

static const struct shape override_shape = { SHAPE_TABLE, NULL, override_fields };
static const struct shape overrides_shape = { SHAPE_NAMED, &override_shape };

static const struct shape exception_shape = { SHAPE_TABLE, NULL, exception_fields };
static const struct shape exceptions_shape = { SHAPE_LIST, &exception_shape };

#define AT(member) offsetof(struct file_form, member)
static const struct field file_table[] = {
	{ "version", "of this format", read_version, AT(version), true, NULL, "1", &shape_one },
	{ "title", "what the file is about", read_str, AT(title), false, NULL },
	{ "lists", "phrases by name, for `says`", read_any, AT(lists), false, NULL,
	  "names, each with a list of phrases", &lists_shape },
	{ "signals", "signals that several rules of this file use", read_any, AT(signals), false, NULL,
	  "names, each with a signal", &shape_signals },
	{ "instruments", "questionnaires by name", read_any, AT(instruments), false, NULL,
	  "names, each with a map as below", &instruments_shape },
	{ "override", "changes to rules of any file, see below", read_any, AT(override), false, NULL,
	  "ids of rules, each with a map as below", &overrides_shape },
	{ "except", "cases and sites for which a rule does not hold for a time, see below", read_any, AT(except), false,
	  NULL, "a list of maps", &exceptions_shape },
	{ "rules", "the rules, each beginning with `- id:`", read_any, AT(rules), false, NULL, "a list", &rules_shape },
	{ "tests", "tests of rules that stand elsewhere, each with its `rule`", read_tests, AT(tests), false, NULL,
	  "a list", &shape_tests },
	{ 0 },
};
#undef AT

const struct field *rule_file_fields(void)
{
	return file_table;
}

/* What is at hand while a set is made; all of it in the set's arena but the texts of faults. */
struct making {
	struct ruleset *rs;
	const struct rule_source *sources;
	size_t n;
	bool as_written;	/* without overrides, and without tests of rules that stand elsewhere */
	struct doc **docs;	/* NULL: did not parse */
	struct reader *readers; /* one a source */
	struct file_form *files;
	struct compile compile;
	VEC(struct rule_form) forms;
	override_list overrides;
	bool full; /* more rules than RULES_MAX, and that was told */
	struct arena *diags_arena;
};

static void begin(struct making *m, struct arena *a, struct source_diags *ret_diags)
{
	struct arena *own = &m->rs->arena;

	m->docs = ARENA_ARRAY(own, struct doc *, m->n);
	m->readers = ARENA_ARRAY(own, struct reader, m->n);
	m->files = ARENA_ARRAY(own, struct file_form, m->n);
	m->compile = (struct compile){ .ruleset = m->rs };
	m->diags_arena = a;
	for (size_t i = 0; i < m->n; i++) {
		ret_diags[i] = (struct source_diags){ .source = &m->sources[i], .diags = { .arena = a } };
		m->readers[i] = (struct reader){
			.arena = own, .diags = &ret_diags[i].diags, .unknown_key = DIAG_ERROR, .context = &m->compile
		};
		m->docs[i] = doc_parse(own, m->sources[i].text, doc_guess(m->sources[i].text), &doc_limits_rules, false,
				       &ret_diags[i].diags);
		if (m->docs[i])
			doc_mark(m->docs[i], (uint32_t)i);
		for (size_t k = 0; k < ret_diags[i].diags.all.n; k++)
			ret_diags[i].diags.all.items[k].at.source = (uint32_t)i;
	}
}

static bool is_lexicon(const struct doc *doc)
{
	return doc->kind == DOC_MAP && (doc_get(doc, "lexicon") || doc_get(doc, "entries"));
}

/* Lists share the lexicons' names, so that `says` has one place to look. */
static void add_lists(struct making *m, struct reader *r, const struct doc *lists)
{
	struct path here = { NULL, "lists", 0 };

	if (lists->kind != DOC_MAP) {
		reader_error(r, lists, "wrong-kind", "write `name: [phrase, phrase]` below it",
			     "expected lists by name, found %.*s", STR_ARG(doc_describe(r->arena, lists)));
		return;
	}
	r->path = &here;
	for (size_t i = 0; i < lists->n; i++) {
		const struct doc_pair *pair = &lists->pairs[i];

		if (lexicons_find(m->rs->lexicons, pair->key) >= 0)
			reader_error_at(r, pair->at, "duplicate-id", "give the list a name of its own",
					"there is a lexicon or list \"%.*s\" already", STR_ARG(pair->key));
		else
			lexicons_add_inline(m->rs->lexicons, r, arena_dup(r->arena, pair->key), pair->value);
	}
	r->path = NULL;
}

static void share_signals(struct making *m, struct reader *r, struct file_form *file)
{
	if (file->signals->kind != DOC_MAP) {
		reader_error(r, file->signals, "wrong-kind", "write `name: {score: SRS, value: less than 36}` below it",
			     "expected signals by name, found %.*s", STR_ARG(doc_describe(r->arena, file->signals)));
		return;
	}
	file->shared.doc = file->signals;
	file->shared.used = ARENA_ARRAY(&m->rs->arena, bool, file->signals->n + 1);
	file->shared.broken = ARENA_ARRAY(&m->rs->arena, bool, file->signals->n + 1);
}

static bool is_empty(const struct file_form *file)
{
	return !file->rules && !file->instruments && !file->override && !file->except && !file->tests;
}

static void open_file(struct making *m, size_t i)
{
	struct reader *r = &m->readers[i];
	struct file_form *file = &m->files[i];

	if (is_lexicon(m->docs[i])) {
		lexicons_add(m->rs->lexicons, r, m->docs[i]);
		return;
	}
	if (m->docs[i]->kind != DOC_MAP) {
		reader_error(r, m->docs[i], "wrong-kind",
			     "a file begins with `version: 1`; its rules stand under `rules:`",
			     "expected a file of rules, found %.*s", STR_ARG(doc_describe(r->arena, m->docs[i])));
		return;
	}
	fields_read(r, m->docs[i], file_table, file);
	if (is_empty(file) && !fields_misspelt(m->docs[i], file_table, "rules"))
		reader_error(r, m->docs[i], "empty",
			     "a file has `rules:`, `lexicon:`, `instruments:`, `override:`, `except:` or `tests:`",
			     "a file with none of the keys that make one");
	if (file->instruments) {
		struct path here = { NULL, "instruments", 0 };

		r->path = &here;
		instruments_read(&m->rs->instruments, r, file->instruments, m->sources[i].file);
		r->path = NULL;
	}
	if (file->signals)
		share_signals(m, r, file);
	if (file->override && !m->as_written) {
		size_t first = m->overrides.n;

		overrides_read(r, file->override, m->sources[i].file, &m->overrides);
		for (size_t k = first; k < m->overrides.n; k++)
			m->overrides.items[k].trial = m->sources[i].trial;
	}
	if (file->except)
		exceptions_read(r, file->except, (struct str){ NULL, 0 }, m->sources[i].file, &m->rs->exceptions);
}

static void read_one_rule(struct making *m, size_t source, const struct doc *doc, size_t index)
{
	struct reader *r = &m->readers[source];
	struct path list = { NULL, "rules", 0 }, here = { &list, NULL, index };
	const struct rule_reading reading = { m->readers, m->sources, &m->overrides, m->diags_arena };
	struct rule_form form;

	r->path = &here;
	rule_read_changed(&reading, source, doc, &m->files[source].shared, &form);
	if (form.except && form.rule.id.n)
		exceptions_read(r, form.except, form.rule.id, m->sources[source].file, &m->rs->exceptions);
	form.rule.file = m->sources[source].file;
	*VEC_PUSH(&m->rs->arena, &m->forms) = form;
	r->path = NULL;
}

static void lint_shared(struct making *m, size_t source)
{
	const struct shared_signals *shared = &m->files[source].shared;

	for (size_t i = 0; shared->doc && i < shared->doc->n; i++)
		if (!shared->used[i])
			reader_error_at(&m->readers[source], shared->doc->pairs[i].at, "unused-signal",
					"name it in a condition, or drop it",
					"no rule of this file uses the signal \"%.*s\"",
					STR_ARG(shared->doc->pairs[i].key));
}

static void read_rules(struct making *m, size_t source)
{
	const struct doc *rules = m->files[source].rules;
	struct reader *r = &m->readers[source];

	if (rules->kind != DOC_LIST) {
		reader_error(r, rules, "wrong-kind", "each rule begins with `- id:`",
			     "expected a list of rules, found %.*s", STR_ARG(doc_describe(r->arena, rules)));
		return;
	}
	if (m->full)
		return;
	if (m->forms.n + rules->n > RULES_MAX) {
		reader_error(r, rules, "too-many", NULL,
			     "more than %d rules in all; these and what follows are not read", RULES_MAX);
		m->full = true;
		return;
	}
	for (size_t i = 0; i < rules->n; i++)
		read_one_rule(m, source, rules->items[i], i);
	lint_shared(m, source);
}

/* When all rules are known: a file's tests may be about another's. */
static void check_tests(struct making *m)
{
	for (size_t i = 0; i < m->forms.n; i++)
		rule_tests(&m->readers[m->forms.items[i].source], m->rs, &m->forms.items[i]);
	for (size_t i = 0; i < m->n; i++)
		if (m->docs[i] && m->files[i].tests && !m->as_written)
			file_tests(&m->readers[i], m->rs, m->files[i].tests, m->sources[i].file, m->forms.items,
				   m->forms.n);
}

/* What was told of one file at a place in another: an override's part of a rule. */
static void send_home(struct making *m)
{
	for (size_t i = 0; i < m->n; i++) {
		struct diags *d = m->readers[i].diags, all = *d;

		d->all.n = d->all.cap = 0;
		d->all.items = NULL;
		for (size_t k = 0; k < all.all.n; k++) {
			const struct diag *fault = &all.all.items[k];

			*(fault->severity == DIAG_ERROR ? &d->errors : &d->warnings) -= 1;
			diags_take(m->readers[fault->at.source].diags, fault);
		}
	}
}

static void read_all(struct making *m)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->docs[i])
			open_file(m, i);
	for (size_t i = 0; i < m->n; i++)
		if (m->docs[i] && m->files[i].lists)
			add_lists(m, &m->readers[i], m->files[i].lists);
	for (size_t i = 0; i < m->n; i++)
		if (m->docs[i] && m->files[i].rules)
			read_rules(m, i);
	rules_lint(m->readers, m->forms.items, m->forms.n);
	check_tests(m);
	exceptions_lint(m->readers, &m->rs->exceptions, m->forms.items, m->forms.n);
	overrides_lint(&m->overrides, m->forms.items, m->forms.n);
	send_home(m);
}

static int by_id(const void *a, const void *b)
{
	const struct rule_form *x = a, *y = b;

	return str_cmp(x->rule.id, y->rule.id);
}

static int by_name(const void *a, const void *b)
{
	const struct instrument *x = a, *y = b;

	return str_cmp(x->name, y->name);
}

static void hash_instruments(const struct instruments *set, struct buf *out)
{
	for (size_t i = 0; i < set->all.n; i++) {
		const struct instrument *in = &set->all.items[i];

		buf_printf(out, "%.*s\n%.*s\n%.17g %.17g %d %.17g %.17g %.17g %.17g %.17g\n", STR_ARG(in->name),
			   STR_ARG(in->family), in->min, in->max, in->higher_is_better, in->rci, in->pooled_sd,
			   in->cutoff, in->item_min, in->item_max);
		for (size_t k = 0; k < in->items.n; k++)
			buf_printf(out, "\t%.*s\n", STR_ARG(in->items.items[k]));
	}
}

static struct str hash_all(struct making *m, struct str lexicons)
{
	struct buf out = { 0 };
	struct str hash;

	buf_printf(&out, "ruptured rules %d\n", RULES_VERSION);
	for (size_t i = 0; i < m->forms.n; i++)
		rule_canonical(&m->forms.items[i], true, &out);
	hash_instruments(&m->rs->instruments, &out);
	exceptions_canonical(&m->rs->exceptions, &out);
	buf_puts(&out, lexicons);
	hash = digest_hex(&m->rs->arena, NULL, buf_str(&out));
	buf_release(&out);
	return hash;
}

static void hash_set(struct making *m)
{
	struct buf ground = { 0 };

	lexicons_canonical(m->rs->lexicons, &ground);
	m->rs->hash = hash_all(m, buf_str(&ground));
	hash_instruments(&m->rs->instruments, &ground);
	m->rs->ground = digest_hex(&m->rs->arena, NULL, buf_str(&ground));
	buf_release(&ground);
}

static void finish(struct making *m)
{
	struct ruleset *rs = m->rs;

	if (m->forms.n)
		qsort(m->forms.items, m->forms.n, sizeof *m->forms.items, by_id);
	if (rs->instruments.all.n)
		qsort(rs->instruments.all.items, rs->instruments.all.n, sizeof *rs->instruments.all.items, by_name);
	lexicons_freeze(rs->lexicons);
	rs->rules = ARENA_ARRAY(&rs->arena, struct rule, m->forms.n + 1);
	rs->n = m->forms.n;
	for (size_t i = 0; i < rs->n; i++) {
		rs->rules[i] = m->forms.items[i].rule;
		rs->rules[i].hash = rule_hash(&rs->arena, &m->forms.items[i]);
		rs->rules[i].version = arena_dup(&rs->arena, (struct str){ rs->rules[i].hash.p, VERSION_DIGITS });
		rs->rules[i].file = arena_dup(&rs->arena, rs->rules[i].file);
	}
	exceptions_share(&rs->arena, &rs->exceptions, rs->rules, rs->n);
	hash_set(m);
}

static struct ruleset *compile(struct arena *a, const struct rule_source *sources, size_t n, bool as_written,
			       struct source_diags *ret_diags)
{
	struct making m = { .rs = calloc(1, sizeof *m.rs), .sources = sources, .n = n, .as_written = as_written };
	size_t errors = 0;

	if (!m.rs)
		abort();
	m.rs->lexicons = lexicons_new();
	begin(&m, a, ret_diags);
	read_all(&m);
	for (size_t i = 0; i < n; i++) {
		lookalikes_tell(&ret_diags[i].diags, sources[i].text);
		diags_sort(&ret_diags[i].diags);
		errors += ret_diags[i].diags.errors;
	}
	if (errors) {
		rules_free(m.rs);
		return NULL;
	}
	finish(&m);
	return m.rs;
}

struct ruleset *rules_compile(struct arena *a, const struct rule_source *sources, size_t n,
			      struct source_diags *ret_diags)
{
	return compile(a, sources, n, false, ret_diags);
}

struct ruleset *rules_compile_written(struct arena *a, const struct rule_source *sources, size_t n)
{
	return compile(a, sources, n, true, ARENA_ARRAY(a, struct source_diags, n + 1));
}

void rules_free(struct ruleset *rs)
{
	if (!rs)
		return;
	lexicons_free(rs->lexicons);
	arena_release(&rs->arena);
	free(rs);
}

const struct rule *rules_find(const struct ruleset *rs, struct str id)
{
	size_t low = 0, high = rs->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int c = str_cmp(rs->rules[middle].id, id);

		if (c == 0)
			return &rs->rules[middle];
		if (c < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct rule *rules_same(const struct ruleset *rs, const struct rule *rule, const struct ruleset *other)
{
	const struct rule *ret = rs == other ? rule : rules_find(other, rule->id);

	if (!ret || !str_eq(ret->hash, rule->hash) || !str_eq(rs->ground, other->ground))
		return NULL;
	/* The hash knows no order of signals. */
	for (size_t i = 0; i < rule->n_signals; i++)
		if (!str_eq(ret->signals[i]->name, rule->signals[i]->name))
			return NULL;
	return ret;
}

void rules_switch_off(struct ruleset *rs, const struct strs *ids, struct strs *ret_unknown)
{
	struct buf out = { 0 };

	for (size_t i = 0; i < ids->n; i++)
		if (!rules_find(rs, ids->items[i]))
			*VEC_PUSH(&rs->arena, ret_unknown) = arena_dup(&rs->arena, ids->items[i]);
	buf_puts(&out, rs->hash);
	for (size_t i = 0; i < rs->n; i++)
		for (size_t k = 0; k < ids->n; k++) {
			if (!str_eq(rs->rules[i].id, ids->items[k]) || rs->rules[i].switched_off)
				continue;
			rs->rules[i].switched_off = true;
			rs->rules[i].status = STATUS_RETIRED;
			buf_printf(&out, "\nswitched off: %.*s", STR_ARG(rs->rules[i].id));
		}
	if (out.n > rs->hash.n)
		rs->hash = digest_hex(&rs->arena, NULL, buf_str(&out));
	buf_release(&out);
}

const char *rules_suggest(struct arena *a, const struct ruleset *rs, struct str id)
{
	const char **ids = ARENA_ARRAY(a, const char *, rs->n + 1), *nearest;

	for (size_t i = 0; i < rs->n; i++)
		ids[i] = arena_dup(a, rs->rules[i].id).p;
	nearest = str_nearest(id, ids, rs->n);
	return nearest ? arena_printf(a, "did you mean \"%s\"?", nearest).p : NULL;
}
