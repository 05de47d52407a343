/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/override.h"

#include "core/shape.h"
#include "core/signal_internal.h"

static const struct limit_string because_limit = { 1000, false };

/* As in a rule, or nothing, which takes the key out. */
#define OR_NOTHING(name, what)                                                                                         \
	static const struct shape *const either_##name[] = { what, &shape_null, NULL };                                \
	static const struct shape name##_shape = { SHAPE_EITHER, either_##name }

static const struct shape status_word = { SHAPE_WORD, &status_words };
static const struct shape anything = { SHAPE_ANY };
static const struct shape some_keys = { SHAPE_NAMED, &anything };
OR_NOTHING(signal, &some_keys);
static const struct shape signals_shape = { SHAPE_NAMED, &signal_shape };
OR_NOTHING(when, &shape_condition);
OR_NOTHING(raise, &rule_raise_shape);
OR_NOTHING(repaired, &shape_signal);
OR_NOTHING(unrepaired_after, &shape_sessions);
OR_NOTHING(quiet, &shape_duration);
OR_NOTHING(text, &shape_text);

/* Names and values for people alone: what an override says is read with the rule that it changes. */
static const struct field override_table[] = {
	{ .name = "because",
	  .help = "why the rule is changed here",
	  .required = true,
	  .value = "text of at most 1000 bytes",
	  .shape = &shape_text },
	{ .name = "status",
	  .help = "retired switches the rule off",
	  .value = "draft, test, active, retired",
	  .shape = &status_word },
	{ .name = "severity",
	  .help = "as in a rule",
	  .value = "info, notice, warning, critical; a ladder",
	  .shape = &rule_severity_shape },
	{ .name = "signals",
	  .help = "by name, of each the keys that change; a name that the rule does not have is a signal more",
	  .value = "names, each with keys of a signal",
	  .shape = &signals_shape },
	{ .name = "when", .help = "as in a rule", .value = "a condition", .shape = &when_shape },
	{ .name = "raise", .help = "as in a rule", .value = "a map", .shape = &raise_shape },
	{ .name = "repaired", .help = "as in a rule", .value = "a signal", .shape = &repaired_shape },
	{ .name = "unrepaired_after", .help = "as in a rule", .value = "2 sessions", .shape = &unrepaired_after_shape },
	{ .name = "notify", .help = "as in a rule", .value = "text of at most 64 bytes", .shape = &text_shape },
	{ .name = "quiet", .help = "as in a rule", .value = "a time span like 30 days", .shape = &quiet_shape },
	{ .name = "say", .help = "as in a rule", .value = "text of at most 200 bytes", .shape = &text_shape },
	{ .name = "next_step", .help = "as in a rule", .value = "text of at most 1000 bytes", .shape = &text_shape },
	{ NULL },
};
#define MAX_NAMES 32

/* What keeps a rule from being heard, or from being heard long: not for locked rules. */
static const char *const locked_keys[] = {
	"status", "signals", "when", "raise", "repaired", "unrepaired_after", "quiet"
};

const struct field *override_fields(void)
{
	return override_table;
}

/* Reading ---------------------------------------------------------------------------------------------------------- */

static bool is_row(const struct field *table, struct str key)
{
	for (; table->name; table++)
		if (str_is(key, table->name))
			return true;
	return false;
}

static void tell_key(struct reader *r, const struct doc_pair *pair)
{
	const char *names[MAX_NAMES];
	size_t n = 0;

	for (const struct field *f = override_table; f->name; f++)
		names[n++] = f->name;
	if (is_row(rule_fields(), pair->key))
		reader_error_at(r, pair->at, "override", "copy the rule under another id, and retire this one",
				"an override cannot change `%.*s`", STR_ARG(pair->key));
	else
		reader_error_at(r, pair->at, "unknown-key", reader_suggest(r, pair->key, names, n),
				"unknown key \"%.*s\"", STR_ARG(pair->key));
}

static void read_one(struct reader *r, const struct doc_pair *pair, struct str file, override_list *list)
{
	const struct field because = { .name = "because", .detail = &because_limit };
	const struct doc *why = doc_get(pair->value, "because");
	struct override *new;

	if (pair->value->kind != DOC_MAP || !pair->value->n) {
		reader_error(r, pair->value, "wrong-kind", "as in `{because: \"...\", severity: notice}`",
			     "expected what changes in the rule, found %.*s",
			     STR_ARG(doc_describe(r->arena, pair->value)));
		return;
	}
	new = VEC_PUSH(r->arena, list);
	*new = (struct override){
		.rule = pair->key, .at = pair->at, .doc = pair->value, .file = arena_dup(r->arena, file), .reader = r
	};
	for (size_t i = 0; i < pair->value->n; i++)
		if (!is_row(override_table, pair->value->pairs[i].key))
			tell_key(r, &pair->value->pairs[i]);
	if (why)
		read_str(r, why, &new->because, &because);
	else
		reader_error_at(r, pair->at, "missing-key", "say in a line why it is changed here",
				"\"because\" is missing");
}

void overrides_read(struct reader *r, const struct doc *doc, struct str file, override_list *list)
{
	struct path here = { r->path, "override", 0 };

	r->path = &here;
	if (doc->kind != DOC_MAP)
		reader_error(r, doc, "wrong-kind", "write the id of a rule and what changes below it",
			     "expected changes by the rules' ids, found %.*s", STR_ARG(doc_describe(r->arena, doc)));
	for (size_t i = 0; doc->kind == DOC_MAP && i < doc->n; i++)
		read_one(r, &doc->pairs[i], file, list);
	r->path = here.outer;
}

struct override *overrides_of(const override_list *list, struct str rule)
{
	for (size_t i = 0; rule.n && i < list->n; i++)
		if (str_eq(list->items[i].rule, rule))
			return &list->items[i];
	return NULL;
}

/* Merging ---------------------------------------------------------------------------------------------------------- */

struct merging {
	struct arena *a;
	struct override *from; /* whose turn it is */
	struct doc *rule;      /* the copy that is changed */
	struct shared_signals *shared;
	struct rule_changes *changes;
	bool locked;
};

/* A map with room for `more` pairs; nodes below are shared with the old one. */
static struct doc *copy_map(struct arena *a, const struct doc *map, size_t more)
{
	struct doc *copy = ARENA_NEW(a, struct doc);

	*copy = *map;
	copy->pairs = ARENA_ARRAY(a, struct doc_pair, map->n + more);
	if (map->n)
		memcpy(copy->pairs, map->pairs, map->n * sizeof *copy->pairs);
	return copy;
}

static struct doc_pair *pair_of(const struct doc *map, struct str key)
{
	for (size_t i = 0; map && map->kind == DOC_MAP && i < map->n; i++)
		if (str_eq(map->pairs[i].key, key))
			return &map->pairs[i];
	return NULL;
}

static void drop(struct doc *map, struct doc_pair *pair)
{
	size_t at = (size_t)(pair - map->pairs);

	memmove(pair, pair + 1, (map->n - at - 1) * sizeof *pair);
	map->n--;
}

/* Puts the pair where its key stands, or at the end; without a value the key goes. */
static void put(struct doc *map, const struct doc_pair *pair)
{
	struct doc_pair *old = pair_of(map, pair->key);

	if (old && doc_is_null(pair->value))
		drop(map, old);
	else if (old)
		*old = *pair;
	else if (!doc_is_null(pair->value))
		map->pairs[map->n++] = *pair;
}

/* "signals.low" holds "signals.low.value". */
static bool holds(struct str whole, struct str part)
{
	return part.n >= whole.n && memcmp(whole.p, part.p, whole.n) == 0 &&
	       (part.n == whole.n || part.p[whole.n] == '.');
}

/* Notes the change; false with a fault when another override changes the same. */
static bool note(struct merging *m, struct str path, const struct doc_pair *pair, const struct doc *was)
{
	for (size_t i = 0; i < m->changes->all.n && !m->from->trial; i++) {
		const struct rule_change *other = &m->changes->all.items[i];

		if (other->at.source == pair->at.source || (!holds(path, other->path) && !holds(other->path, path)))
			continue;
		reader_error_at(m->from->reader, pair->at, "two-overrides", "keep one of them",
				"`%.*s` of rule \"%.*s\" is already changed in %.*s:%u", STR_ARG(path),
				STR_ARG(m->from->rule), STR_ARG(other->file), other->at.line);
		return false;
	}
	*VEC_PUSH(m->a, &m->changes->all) = (struct rule_change){
		.path = path,
		.was = was,
		.is = doc_is_null(pair->value) ? NULL : pair->value,
		.file = m->from->file,
		.at = pair->at,
		.because = m->from->because,
	};
	return true;
}

/* Keys of which a signal has one: another takes the place. */
static bool excludes(const struct signal_kind *kind, struct str a, struct str b)
{
	bool x = false, y = false;

	for (const struct measure *m = kind->measures; m->name; m++) {
		x |= str_is(a, m->name);
		y |= str_is(b, m->name);
	}
	if (x && y)
		return true;
	x = y = false;
	for (const struct field *f = signal_difference_fields(); f->name; f++) {
		x |= str_is(a, f->name);
		y |= str_is(b, f->name);
	}
	return x && y;
}

static const struct signal_kind *kind_of(const struct doc *signal)
{
	const struct signal_kind *kind = NULL;

	for (size_t i = 0; signal->kind == DOC_MAP && i < signal->n && !kind; i++)
		kind = signal_kind_find(signal->pairs[i].key);
	return kind;
}

/* The signal's other measure goes where another is named. */
static void drop_other(struct merging *m, struct doc *signal, const struct signal_kind *kind, struct str name,
		       const struct doc_pair *pair)
{
	struct doc nothing = { .kind = DOC_SCALAR };
	struct doc_pair gone = { .at = pair->at, .value = &nothing };

	for (size_t i = 0; i < signal->n; i++) {
		struct doc_pair *other = &signal->pairs[i];

		if (str_eq(other->key, pair->key) || !excludes(kind, other->key, pair->key))
			continue;
		gone.key = other->key;
		if (note(m, arena_printf(m->a, "signals.%.*s.%.*s", STR_ARG(name), STR_ARG(gone.key)), &gone,
			 other->value))
			drop(signal, other);
		return;
	}
}

static void merge_signal_key(struct merging *m, struct doc *signal, const struct signal_kind *kind, struct str name,
			     const struct doc_pair *pair)
{
	struct str path = arena_printf(m->a, "signals.%.*s.%.*s", STR_ARG(name), STR_ARG(pair->key));
	struct doc_pair *old = pair_of(signal, pair->key);

	if (!note(m, path, pair, old ? old->value : NULL))
		return;
	if (!old && kind)
		drop_other(m, signal, kind, name, pair);
	put(signal, pair);
}

/* The place of a signal of the rule that two overrides change is that of the later one. */
static struct doc *merge_signal(struct merging *m, const struct doc *base, const struct doc_pair *pair)
{
	struct doc *signal = copy_map(m->a, base, pair->value->n);
	const struct signal_kind *kind = kind_of(base);

	signal->at = pair->value->at;
	for (size_t i = 0; i < pair->value->n; i++)
		merge_signal_key(m, signal, kind, pair->key, &pair->value->pairs[i]);
	return signal;
}

static const struct doc *shared_signal(const struct merging *m, struct str name)
{
	const struct doc_pair *pair = pair_of(m->shared->doc, name);

	if (!pair)
		return NULL;
	m->shared->used[pair - m->shared->doc->pairs] = true;
	return pair->value;
}

static void tell_signal(struct merging *m, const struct doc *signals, const struct doc_pair *pair)
{
	const char **names = ARENA_ARRAY(m->a, const char *, signals->n + (m->shared->doc ? m->shared->doc->n : 0));
	const char *hint;
	size_t n = 0;

	for (size_t i = 0; i < signals->n; i++)
		names[n++] = arena_dup(m->a, signals->pairs[i].key).p;
	for (size_t i = 0; m->shared->doc && i < m->shared->doc->n; i++)
		names[n++] = arena_dup(m->a, m->shared->doc->pairs[i].key).p;
	hint = reader_suggest(m->from->reader, pair->key, names, n);
	reader_error_at(m->from->reader, pair->at, "unknown-signal",
			hint ? hint : "a new signal is given whole, as in {score: SRS, value: less than 36}",
			"rule \"%.*s\" has no signal \"%.*s\"", STR_ARG(m->from->rule), STR_ARG(pair->key));
}

/* One name of an override's signals: other keys for a signal, another signal, a signal more, or one less. */
static void merge_one_signal(struct merging *m, struct doc *signals, const struct doc_pair *pair)
{
	struct doc_pair *own = pair_of(signals, pair->key), new = *pair;
	const struct doc *base = own ? own->value : shared_signal(m, pair->key);
	const struct signal_kind *kind = kind_of(pair->value);

	if (!base && !kind) {
		tell_signal(m, signals, pair);
		return;
	}
	if (base && base->kind == DOC_MAP && pair->value->kind == DOC_MAP && (!kind || kind == kind_of(base)))
		new.value = merge_signal(m, base, pair);
	else if (!note(m, arena_printf(m->a, "signals.%.*s", STR_ARG(pair->key)), pair, base))
		return;
	put(signals, &new);
}

static void merge_signals(struct merging *m, const struct doc_pair *pair)
{
	static const struct doc none = { .kind = DOC_MAP };
	const struct doc *base = doc_get(m->rule, "signals");
	struct doc_pair new = *pair;

	if (pair->value->kind != DOC_MAP) {
		reader_error(m->from->reader, pair->value, "wrong-kind", "write `name: {value: less than 30}` below it",
			     "expected signals by name, found %.*s", STR_ARG(doc_describe(m->a, pair->value)));
		return;
	}
	new.value = copy_map(m->a, base && base->kind == DOC_MAP ? base : &none, pair->value->n);
	if (base)
		new.value->at = base->at;
	for (size_t i = 0; i < pair->value->n; i++)
		merge_one_signal(m, new.value, &pair->value->pairs[i]);
	put(m->rule, &new);
}

static int severity_index(const struct doc *v)
{
	for (int i = 0; v && v->kind == DOC_SCALAR && severity_words.words[i]; i++)
		if (str_is(v->text, severity_words.words[i]))
			return i;
	return -1;
}

/* Whether a locked rule may be changed so. */
static bool unlocked(struct merging *m, const struct doc_pair *pair)
{
	int was = severity_index(doc_get(m->rule, "severity")), is = severity_index(pair->value);
	bool refused = str_is(pair->key, "severity") && (was < 0 || is < was);

	for (size_t i = 0; i < sizeof locked_keys / sizeof *locked_keys; i++)
		refused |= str_is(pair->key, locked_keys[i]);
	if (m->locked && refused)
		reader_error_at(m->from->reader, pair->at, "locked",
				"the administrator can switch it off: `switched_off: [ID]` in the configuration",
				"rule \"%.*s\" is locked: an override cannot %s its `%.*s`", STR_ARG(m->from->rule),
				str_is(pair->key, "severity") ? "lower" : "change", STR_ARG(pair->key));
	return !m->locked || !refused;
}

static void merge_key(struct merging *m, const struct doc_pair *pair)
{
	const struct doc_pair *old = pair_of(m->rule, pair->key);

	if (str_is(pair->key, "because") || !is_row(override_table, pair->key) || !unlocked(m, pair))
		return;
	if (str_is(pair->key, "signals"))
		merge_signals(m, pair);
	else if (note(m, arena_dup(m->a, pair->key), pair, old ? old->value : NULL))
		put(m->rule, pair);
}

const struct doc *overrides_merge(struct arena *a, override_list *list, const struct doc *rule,
				  struct shared_signals *shared, struct rule_changes *ret_changes)
{
	struct merging m = { .a = a, .shared = shared, .changes = ret_changes };
	struct str id = rule_doc_id(rule);

	if (doc_get(rule, "locked"))
		doc_flag(doc_get(rule, "locked"), &m.locked);
	m.rule = copy_map(a, rule, 0);
	for (size_t i = 0; i < list->n; i++) {
		m.from = &list->items[i];
		if (!str_eq(m.from->rule, id))
			continue;
		m.from->used = true;
		m.rule = copy_map(a, m.rule, m.from->doc->n);
		for (size_t k = 0; k < m.from->doc->n; k++)
			merge_key(&m, &m.from->doc->pairs[k]);
	}
	return m.rule;
}

void overrides_lint(override_list *list, const struct rule_form *forms, size_t n)
{
	for (size_t i = 0; i < list->n; i++) {
		struct override *o = &list->items[i];

		if (!o->used)
			reader_error_at(o->reader, o->at, "unknown-rule", rule_suggest(o->reader, forms, n, o->rule),
					"unknown rule \"%.*s\"", STR_ARG(o->rule));
	}
}
