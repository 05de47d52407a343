/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/rule_read.h"

#include "core/digest.h"
#include "core/requirement.h"
#include "core/scenario.h"
#include "core/shape.h"
#include <math.h>
#include <stdlib.h>

static const char *const severity_names[] = { "info", "notice", "warning", "critical", NULL };
const struct words severity_words = { severity_names };
static const char *const status_names[] = { "draft", "test", "active", "retired", NULL };
const struct words status_words = { status_names };

static const struct limit_string short_text = { 200, false };
static const struct limit_string long_text = { 1000, false };
static const struct limit_string slug_text = { 64, false };

/* Keys that change what is said, not what is judged. */
static const char *const wording_keys[] = { "title",	 "because", "references", "tests", "say",
					    "next_step", "notify",  "locked",	  "except" };

/* "2 sessions" into an int. */
static void read_sessions(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	double d;

	(void)f;
	if (threshold_read_amount(r, v, UNIT_SESSIONS, (struct limit_range){ 1, 50, true }, &d))
		*(int *)into = (int)d;
}

/* "2 channels" into an int. */
static void read_channels(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct str rest = v->text, amount, unit;
	double d;

	(void)f;
	amount = v->kind == DOC_SCALAR ? str_word(&rest) : (struct str){ 0 };
	unit = v->kind == DOC_SCALAR ? str_trim(rest) : (struct str){ 0 };
	if (!str_is(unit, "channels") || !str_number(amount, &d) || d != floor(d) || d < 2 || d > CHANNELS)
		reader_error(r, v, "raise", "write it as in \"2 channels\"", "expected from 2 to %d channels",
			     CHANNELS);
	else
		*(int *)into = (int)d;
}

static bool is_slug_char(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (!first && ((c >= '0' && c <= '9') || c == '_'));
}

/* "a", "a_1", and with dots "a.b_c". */
static bool is_slug(struct str s, bool dots)
{
	bool first = true;

	for (size_t i = 0; i < s.n; i++) {
		if (dots && s.p[i] == '.' && !first)
			first = true;
		else if (is_slug_char(s.p[i], first))
			first = false;
		else
			return false;
	}
	return !first;
}

static void read_id(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct str *id = into;

	read_str(r, v, id, f);
	if (id->n && !is_slug(*id, true)) {
		reader_error(r, v, "id", "small letters, digits, \"_\" and dots between, as in \"drops.alliance\"",
			     "a rule's id is a permanent slug, found \"%.*s\"", STR_ARG(*id));
		*id = (struct str){ 0 };
	}
}

static void read_requires(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	const struct field word = { .name = f->name, .detail = &requirement_words };
	struct doc *const one = (struct doc *)v;
	int ignored;

	read_strs(r, v, into, f);
	for (size_t i = 0; i < (v->kind == DOC_LIST ? v->n : 1); i++)
		read_word(r, v->kind == DOC_LIST ? v->items[i] : one, &ignored, &word);
}

/* What each says is read when all rules are known. */
void read_tests(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	(void)f;
	*(const struct doc **)into = v;
	if (v->kind != DOC_LIST)
		reader_error(r, v, "wrong-kind", "each begins with `- name:`", "expected a list of tests, found %.*s",
			     STR_ARG(doc_describe(r->arena, v)));
}

static const struct shape channels_shape = { SHAPE_PATTERN, "^[2-9] +channels$" };

struct raise {
	int to, channels, sessions;
};

static const struct field raise_table[] = {
	{ "to", "the severity it is raised to", read_word, offsetof(struct raise, to), true, &severity_words },
	{ "when", "how many channels agree: those of the true signals of all true rules about this member",
	  read_channels, offsetof(struct raise, channels), true, NULL, "2 channels", &channels_shape },
	{ "within", "in how many of the last sessions that the member attended", read_sessions,
	  offsetof(struct raise, sessions), true, NULL, "2 sessions", &shape_sessions },
	{ 0 },
};

static void read_raise(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct rule *rule = into;
	struct raise raise = { 0 };

	(void)f;
	if (v->kind != DOC_MAP) {
		reader_error(r, v, "raise", "write {to: warning, when: 2 channels, within: 2 sessions}",
			     "expected a map, found %.*s", STR_ARG(doc_describe(r->arena, v)));
		return;
	}
	if (!fields_read(r, v, raise_table, &raise))
		return;
	rule->raise.set = true;
	rule->raise.to = (enum severity)raise.to;
	rule->raise.channels = raise.channels;
	rule->raise.sessions = raise.sessions;
}

static const struct shape id_shape = { SHAPE_PATTERN, "^[a-z][a-z0-9_]*([.][a-z][a-z0-9_]*)*$" };
static const struct shape word_shape = { SHAPE_WORD, &severity_words };
static const struct shape_keyed line_keys = { &severity_words, &shape_condition };
static const struct shape line_shape = { SHAPE_KEYED, &line_keys };
static const struct shape ladder_shape = { SHAPE_LIST, &line_shape };
static const struct shape *const either_severity[] = { &word_shape, &ladder_shape, NULL };
const struct shape rule_severity_shape = { SHAPE_EITHER, either_severity };
const struct shape rule_raise_shape = { SHAPE_TABLE, raise_table };
static const struct shape requirement_shape = { SHAPE_WORD, &requirement_words };
static const struct shape requires_shape = { SHAPE_SOME, &requirement_shape };

static const struct shape test_shape = { SHAPE_TABLE, NULL, scenario_fields };
const struct shape shape_tests = { SHAPE_LIST, &test_shape };

static const struct shape exception_shape = { SHAPE_TABLE, NULL, rule_exception_fields };
static const struct shape except_shape = { SHAPE_LIST, &exception_shape };

#define FORM(member) offsetof(struct rule_form, member)
static const struct field rule_table[] = {
	{ "id", "its name for good, by which alerts, routes and other rules know it", read_id, FORM(rule.id), true,
	  &slug_text, "like drops.alliance", &id_shape },
	{ "title", "what is found, in a few words", read_str, FORM(rule.title), true, &short_text },
	{ "status",
	  "draft: checked only; test: judged and listed, not sent; active, the default; retired: kept, not judged",
	  read_word, FORM(rule.status), false, &status_words },
	{ "per", "whom it is about: judged for each of these by itself; a pair is ordered, `member` and `other`",
	  read_word, FORM(rule.per), true, &per_words },
	{ "signals", "named measurements, each with a threshold, see below", read_any, FORM(signals), false, NULL,
	  "names, each with a signal", &shape_signals },
	{ "severity",
	  "how much it matters; a ladder is a list of `- severity: condition`, of which the first true line "
	  "counts",
	  read_any, FORM(severity), true, NULL, "info, notice, warning, critical; a ladder", &rule_severity_shape },
	{ "when", "the condition over the signals; not beside a ladder", read_any, FORM(when), false, NULL,
	  "a condition", &shape_condition },
	{ "raise", "a higher severity when several sources agree, see below", read_raise, FORM(rule), false, NULL,
	  "a map", &rule_raise_shape },
	{ "repaired",
	  "the signal that ends an incident; without it: all that was ever true was false in 2 attended "
	  "sessions running",
	  read_any, FORM(repaired), false, NULL, "a signal", &shape_signal },
	{ "unrepaired_after", "held sessions after which an open incident is called unrepaired; without it: never",
	  read_sessions, FORM(rule.unrepaired_after), false, NULL, "2 sessions", &shape_sessions },
	{ "notify", "a label, by which routes of the configuration can choose", read_str, FORM(rule.notify), false,
	  &slug_text },
	{ "quiet", "how long after a repair the same finding opens the incident again without a message", read_duration,
	  FORM(rule.quiet_s), false, NULL },
	{ "say", "what an alert says; {member} {other} {case} {session} {rule} are filled in", read_str, FORM(rule.say),
	  false, &short_text },
	{ "next_step", "what to do about it", read_str, FORM(rule.next_step), false, &long_text },
	{ "because", "why this is worth an alert", read_str, FORM(rule.because), false, &long_text },
	{ "references", "where that is known from", read_strs, FORM(rule.references), false, NULL },
	{ "closes", "of a strength: the rules whose incidents it helps to end; `*` for any characters", read_strs,
	  FORM(rule.closes), false, NULL },
	{ "requires", "what the session must have; without it nothing is known", read_requires, FORM(rule.requires),
	  false, NULL, "transcript, codes, scores; one or a list", &requires_shape },
	{ "strength", "yes: a finding that goes well; never announced", read_flag, FORM(rule.strength), false, NULL },
	{ "safety", "yes: safeguarding; only routes that name this rule get it, and only a person ends it", read_flag,
	  FORM(rule.safety), false, NULL },
	{ "drops_out", "its being true means that the case has ended in silence; not said: a timer `per: case` does",
	  read_any, FORM(drops_out), false, NULL, "yes, no", &shape_flag },
	{ "except", "cases and sites for which the rule does not hold for a time, see below", read_any, FORM(except),
	  false, NULL, "a list of maps, without `rule`", &except_shape },
	{ "locked", "yes: no override retires or weakens it; `switched_off` in the configuration may", read_flag,
	  FORM(rule.locked), false, NULL },
	{ "tests", "short records and what the rule must find in them, run by `rupturectl test`, see below", read_tests,
	  FORM(rule.tests), false, NULL, "a list", &shape_tests },
	{ 0 },
};
#undef FORM

const struct field *rule_fields(void)
{
	return rule_table;
}

const struct field *rule_raise_fields(void)
{
	return raise_table;
}

static bool speaks_of(const struct doc *rule, struct str name)
{
	const struct doc *when = doc_get(rule, "when"), *s = doc_get(rule, "severity");

	if (when && condition_mentions(when->text, name))
		return true;
	for (size_t i = 0; s && s->kind == DOC_LIST && i < s->n; i++)
		if (s->items[i]->n == 1 && s->items[i]->kind == DOC_MAP &&
		    condition_mentions(s->items[i]->pairs[0].value->text, name))
			return true;
	return false;
}

void shared_use(struct shared_signals *shared, const struct doc *rule)
{
	for (size_t i = 0; shared->doc && i < shared->doc->n; i++)
		shared->used[i] |= speaks_of(rule, shared->doc->pairs[i].key);
}

static struct signal *stand_in(struct reader *r, const struct doc_pair *pair)
{
	struct signal *s = ARENA_NEW(r->arena, struct signal);

	s->name = arena_dup(r->arena, pair->key);
	return s;
}

/* One signal; where it is wrong, a stand-in with its name, so that conditions do not call it unknown. */
static struct signal *one_signal(struct reader *r, const struct doc_pair *pair, bool *ret_broken)
{
	struct path here = { r->path, arena_dup(r->arena, pair->key).p, 0 };
	struct signal *s;

	r->path = &here;
	s = signal_read(r, pair->key, pair->value);
	if (s)
		signal_range_check(r, s);
	r->path = here.outer;
	*ret_broken = !s;
	if (s)
		return s;
	return stand_in(r, pair);
}

static void check_name(struct reader *r, const struct doc_pair *pair)
{
	if (condition_reserved(pair->key))
		reader_error_at(r, pair->at, "signal-name", "choose a name that is no word of conditions",
				"a signal cannot be named \"%.*s\"", STR_ARG(pair->key));
	else if (!is_slug(pair->key, false) || pair->key.n > slug_text.max_bytes)
		reader_error_at(r, pair->at, "signal-name", "small letters, digits and \"_\", at most 64",
				"a signal cannot be named \"%.*s\"", STR_ARG(pair->key));
}

typedef VEC(struct signal *) signal_list;

static bool has_signal(const signal_list *list, struct str name)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_eq(list->items[i]->name, name))
			return true;
	return false;
}

/* A line that is indented too far: told as that, not as a signal that is none. */
static bool is_strayed(struct reader *r, const struct doc_pair *pair)
{
	for (const struct field *f = rule_table; f->name; f++)
		if (str_is(pair->key, f->name) && pair->value->kind != DOC_MAP) {
			reader_error_at(r, pair->at, "indentation", "start it in the same column as `signals`",
					"`%s` is a key of the rule, and stands among its signals", f->name);
			return true;
		}
	return false;
}

static void own_signals(struct reader *r, const struct doc *doc, signal_list *list)
{
	struct path here = { r->path, "signals", 0 };
	bool broken;

	if (doc->kind != DOC_MAP || !doc->n) {
		reader_error(r, doc, "wrong-kind", "write `name: {score: SRS, value: less than 36}` below it",
			     "expected signals by name, found %.*s", STR_ARG(doc_describe(r->arena, doc)));
		return;
	}
	r->path = &here;
	for (size_t i = 0; i < doc->n; i++) {
		if (is_strayed(r, &doc->pairs[i])) {
			*VEC_PUSH(r->arena, list) = stand_in(r, &doc->pairs[i]);
			continue;
		}
		check_name(r, &doc->pairs[i]);
		*VEC_PUSH(r->arena, list) = one_signal(r, &doc->pairs[i], &broken);
	}
	r->path = here.outer;
}

static void shared_of_rule(struct reader *r, struct shared_signals *shared, struct rule_form *form, signal_list *list)
{
	for (size_t i = 0; shared->doc && i < shared->doc->n; i++) {
		const struct doc_pair *pair = &shared->doc->pairs[i];
		struct signal *s;

		if (!speaks_of(form->doc, pair->key) || has_signal(list, pair->key))
			continue;
		shared->used[i] = true;
		if (shared->broken[i]) {
			s = ARENA_NEW(r->arena, struct signal);
			s->name = pair->key;
		} else {
			s = one_signal(r, pair, &shared->broken[i]);
		}
		if (list->n < 64)
			form->shared |= UINT64_C(1) << list->n;
		*VEC_PUSH(r->arena, list) = s;
	}
}

static void read_signals(struct reader *r, struct shared_signals *shared, struct rule_form *form)
{
	signal_list list = { 0 };

	if (form->signals)
		own_signals(r, form->signals, &list);
	shared_of_rule(r, shared, form, &list);
	if (!form->signals && !list.n && !fields_misspelt(form->doc, rule_table, "signals"))
		reader_error(r, form->doc, "no-signals",
			     "add `signals:` with at least one, as in `low: {score: SRS, value: less than 36}`",
			     "a rule without signals");
	if (list.n > RULE_MAX_SIGNALS) {
		reader_error(r, form->signals ? form->signals : form->doc, "too-many", "split it into several rules",
			     "a rule has at most %d signals, this one %zu", RULE_MAX_SIGNALS, list.n);
		list.n = RULE_MAX_SIGNALS;
	}
	form->rule.signals = list.items;
	form->rule.n_signals = list.n;
}

/* Where there are no signals that is the fault, and not each name in the condition. */
static const struct condition *read_condition(struct reader *r, const struct doc *doc, struct rule_form *form)
{
	const struct condition *c = NULL;

	if (form->rule.n_signals)
		c = condition_read(r, doc, form->rule.signals, form->rule.n_signals);
	if (c)
		form->used |= condition_signals(c);
	else
		form->used = UINT64_MAX; /* unknown: nothing is called unused */
	return c;
}

static bool severity_of(struct reader *r, struct str word, struct span at, enum severity *ret)
{
	for (int i = 0; severity_names[i]; i++)
		if (str_is(word, severity_names[i])) {
			*ret = (enum severity)i;
			return true;
		}
	reader_error_at(r, at, "unknown-word", reader_suggest(r, word, severity_names, 4),
			"expected info, notice, warning or critical, found \"%.*s\"", STR_ARG(word));
	return false;
}

static void read_line(struct reader *r, const struct doc *doc, struct rule_form *form, struct severity_line *ret)
{
	if (doc->kind != DOC_MAP || doc->n != 1) {
		reader_error(r, doc, "ladder", "each line of a ladder is `- warning: condition`",
			     "expected one severity with its condition, found %.*s",
			     STR_ARG(doc_describe(r->arena, doc)));
		form->used = UINT64_MAX;
		return;
	}
	severity_of(r, doc->pairs[0].key, doc->pairs[0].at, &ret->severity);
	ret->when = read_condition(r, doc->pairs[0].value, form);
}

static void read_ladder(struct reader *r, const struct doc *doc, struct rule_form *form)
{
	struct path here = { r->path, "severity", 0 };

	r->path = &here;
	if (!doc->n)
		reader_error(r, doc, "ladder", NULL, "an empty ladder");
	form->rule.ladder = ARENA_ARRAY(r->arena, struct severity_line, doc->n);
	form->rule.n_ladder = doc->n;
	for (size_t i = 0; i < doc->n; i++)
		read_line(r, doc->items[i], form, &form->rule.ladder[i]);
	if (form->when)
		reader_error(r, form->when, "ladder", "drop `when`, or make `severity` one word",
			     "the lines of a ladder have their own conditions");
	r->path = here.outer;
}

static void read_single(struct reader *r, const struct doc *doc, struct rule_form *form)
{
	form->rule.ladder = ARENA_NEW(r->arena, struct severity_line);
	form->rule.n_ladder = 1;
	if (doc->kind != DOC_SCALAR)
		reader_error(r, doc, "wrong-kind", "write each line as `- warning: condition`",
			     "expected a severity or a list of lines, found %.*s",
			     STR_ARG(doc_describe(r->arena, doc)));
	else
		severity_of(r, doc->text, doc->at, &form->rule.ladder[0].severity);
	if (form->when) {
		form->rule.when = read_condition(r, form->when, form);
		return;
	}
	form->used = UINT64_MAX;
	if (doc->kind == DOC_SCALAR && !fields_misspelt(form->doc, rule_table, "when"))
		reader_error(r, form->doc, "no-condition", "add `when: ` and the names of signals",
			     "nothing says when this rule is true");
}

static void read_severity(struct reader *r, struct rule_form *form)
{
	if (!form->severity)
		form->used = UINT64_MAX; /* told as missing already */
	else if (form->severity->kind == DOC_LIST)
		read_ladder(r, form->severity, form);
	else
		read_single(r, form->severity, form);
}

static void read_repaired(struct reader *r, struct rule_form *form)
{
	struct doc_pair pair = { STR("repaired"), form->repaired->at, (struct doc *)form->repaired };
	bool broken;
	struct signal *s = one_signal(r, &pair, &broken);

	form->rule.repaired = broken ? NULL : s;
}

static bool is_kind(const struct signal *s, const char *kind)
{
	return s->kind && strcmp(s->kind->name, kind) == 0;
}

static bool reads_booking(const struct signal *s)
{
	const struct doc *field = is_kind(s, "field") && s->source ? doc_get(s->source, "field") : NULL;

	return field && str_is(field->text, "next_session");
}

static void classify(struct rule *rule)
{
	for (size_t i = 0; i < rule->n_signals; i++) {
		rule->second_pass |= is_kind(rule->signals[i], "incident");
		rule->timer |= is_kind(rule->signals[i], "elapsed") || reads_booking(rule->signals[i]);
	}
}

static void read_drops_out(struct reader *r, struct rule_form *form)
{
	static const struct field flag = { .name = "drops_out" };
	struct rule *rule = &form->rule;

	rule->drops_out = rule->per == PER_CASE && rule->timer && !rule->strength;
	if (form->drops_out)
		read_flag(r, form->drops_out, &rule->drops_out, &flag);
}

struct str rule_doc_id(const struct doc *rule)
{
	const struct doc *id = doc_get(rule, "id");

	return id && id->kind == DOC_SCALAR ? id->text : (struct str){ NULL, 0 };
}

void rule_read(struct reader *r, const struct doc *doc, struct shared_signals *shared, struct rule_form *ret)
{
	struct compile *compile = r->context;

	*ret = (struct rule_form){ .doc = doc,
				   .rule = { .status = STATUS_ACTIVE, .per = -1, .source = doc, .at = doc->at } };
	if (doc->kind != DOC_MAP) {
		reader_error(r, doc, "wrong-kind", "each rule begins with `- id:`, and its keys stand below the id",
			     "expected a rule, found %.*s", STR_ARG(doc_describe(r->arena, doc)));
		return;
	}
	fields_read(r, doc, rule_table, ret);
	ret->id = doc_get(doc, "id");
	ret->raise = doc_get(doc, "raise");
	ret->say = doc_get(doc, "say");
	ret->next_step = doc_get(doc, "next_step");
	ret->closes = doc_get(doc, "closes");
	compile->rule_id = ret->rule.id;
	compile->per = ret->rule.per >= 0 ? ret->rule.per : PER_MEMBER;
	compile->inline_lists = 0;
	read_signals(r, shared, ret);
	read_severity(r, ret);
	if (ret->repaired)
		read_repaired(r, ret);
	classify(&ret->rule);
	read_drops_out(r, ret);
}

static bool is_wording(struct str key)
{
	for (size_t i = 0; i < sizeof wording_keys / sizeof wording_keys[0]; i++)
		if (str_is(key, wording_keys[i]))
			return true;
	return false;
}

void rule_canonical(const struct rule_form *form, bool all_keys, struct buf *out)
{
	struct doc_pair *pairs = calloc(form->doc->n + 1, sizeof *pairs);
	struct doc picked = *form->doc;

	if (!pairs)
		abort();
	picked.pairs = pairs;
	picked.n = 0;
	for (size_t i = 0; i < form->doc->n; i++)
		if (all_keys || !is_wording(form->doc->pairs[i].key))
			pairs[picked.n++] = form->doc->pairs[i];
	doc_canonical(&picked, out);
	free(pairs);
	for (size_t i = 0; i < form->rule.n_signals; i++) {
		if (!(form->shared & UINT64_C(1) << i) || !form->rule.signals[i]->source)
			continue;
		buf_printf(out, "\n%.*s:", STR_ARG(form->rule.signals[i]->name));
		doc_canonical(form->rule.signals[i]->source, out);
	}
	buf_putc(out, '\n');
}

struct str rule_hash(struct arena *a, const struct rule_form *form)
{
	struct buf out = { 0 };
	struct str hex;

	rule_canonical(form, false, &out);
	hex = digest_hex(a, NULL, buf_str(&out));
	buf_release(&out);
	return hex;
}
