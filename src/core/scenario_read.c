/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/scenario_parts.h"
#include "core/shape.h"

#define SESSION_KEYS 48

const char *const scenario_list_names[SCENARIO_LISTS] = { "scores", "homework", "attendance", "reports" };

static const struct limit_string name_text = { 200, false };
static const struct limit_string rule_text = { 64, false };
static const struct limit_range times_range = { 1, SCENARIO_MAX_TIMES, true };

/* A time span that leaves the case's dates within a calendar. */
static void read_span(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	size_t errors = r->diags->errors;
	int64_t s = 0;

	read_duration(r, v, &s, f);
	if (r->diags->errors > errors)
		return;
	if (s > SCENARIO_MAX_SPAN_S)
		reader_error(r, v, "out-of-range", NULL, "at most %d days", (int)(SCENARIO_MAX_SPAN_S / DAY_S));
	else
		*(int64_t *)into = s;
}

/* For the schema: lists of values, a list by member, and maps whose keys are ids, questionnaires or moments. */
static const struct shape any = { SHAPE_ANY };
static const struct shape list_shape = { SHAPE_LIST, &any };
static const struct shape by_name = { SHAPE_NAMED, &list_shape };
static const struct shape *const either_series[] = { &list_shape, &by_name, NULL };
static const struct shape series_shape = { SHAPE_EITHER, either_series };
static const struct shape *const either_scores[] = { &by_name, &list_shape, NULL };
static const struct shape scores_shape = { SHAPE_NAMED, &(const struct shape){ SHAPE_EITHER, either_scores } };
static const struct shape map_shape = { SHAPE_NAMED, &any };
static const struct shape maps_shape = { SHAPE_LIST, &map_shape };

#define AT(member) offsetof(struct scenario_form, member)
static const struct field scenario_table[] = {
	{ "name", "what is shown, as a sentence", read_str, AT(name), true, &name_text },
	{ "rule", "which rule it is about: for tests at the head of a file, and only there", read_str, AT(rule), false,
	  &rule_text },
	{ "people", "who is in the case, by ids; `{t1: therapist, m1: client}` when not given", read_any, AT(people),
	  false, NULL, "ids, each with a role or {role: child, age: 12}", &map_shape },
	{ "every", "from one session to the next; 7 days when not given", read_span, AT(every), false, NULL,
	  "a time span like 7 days", &shape_duration },
	{ "scores", "totals, session by session, of the first member or by member; `SRS.goals` is an item", read_any,
	  AT(scores), false, NULL, "{SRS: [38, 37, null]}, {m1: {SRS: [38]}}", &scores_shape },
	{ "homework", "ratings, session by session, of the first member or by member", read_any, AT(homework), false,
	  NULL, "[3, 1, null], {m1: [3, 1]}", &series_shape },
	{ "attendance",
	  "who came, session by session; of whom neither this nor the session says anything came; null: nothing is "
	  "known",
	  read_any, AT(attendance), false, NULL,
	  "[attended, no_show, {status: cancelled, by: client}], {m1: [attended]}", &series_shape },
	{ "reports", "was there a rupture? Session by session, of the first member or by member", read_any, AT(reports),
	  false, NULL, "[yes, no, null], {m1: [yes]}", &series_shape },
	{ "sessions", "what else is in session 1, 2, ..., see below", read_any, AT(sessions), false, NULL,
	  "a list of maps", &maps_shape },
	{ "as_of", "how long after the last session it is now, for what waits; 0 days when not given", read_span,
	  AT(as_of), false, NULL, "a time span like 40 days", &shape_duration },
	{ "closed", "how long after the last session a person closed the case; not closed when not given", read_span,
	  AT(closed), false, NULL, "a time span like 40 days", &shape_duration },
	{ "expect",
	  "all that the rule finds: where an incident opens or gets more severe, or, of a strength, where it is true; "
	  "`{}`: nothing",
	  read_any, AT(expect), true, NULL,
	  "{session 6: warning}, {session 6: {severity: warning, member: m1}}, {28 days after session 6: notice}",
	  &map_shape },
	{ "then", "all that becomes of it later; not looked at when not given", read_any, AT(then), false, NULL,
	  "{session 8: repaired}", &map_shape },
	{ 0 },
};
#undef AT

/* What the plan needs of an entry of `sessions`. */
struct entry_form {
	int64_t after, times;
	const struct doc *turns;
};

#define AT(member) offsetof(struct entry_form, member)
static const struct field entry_table[] = {
	{ "after", "since the session before, in place of `every`", read_span, AT(after), false, NULL,
	  "a time span like 21 days" },
	{ "times", "how many sessions running are like this", read_int, AT(times), false, &times_range },
	{ "turns",
	  "turns as in a record, or lines: who speaks, to whom, what; `10x` in front: ten times; `[5s]`: after 5 "
	  "seconds; of a turn whose text is not known: {who: m1, to: t1, words: 12, heard: {hostility: 2}}",
	  read_any, AT(turns), false, NULL, "a list of lines like \"10x m1 > t1: [5s] i don't know\"" },
	{ "session", "its number, in place of 1, 2, ...; null: it has none", read_skip, 0, false, NULL,
	  "a whole number, null" },
	{ "next_session", "when the next one is booked; null: nothing is booked", read_skip, 0, false, NULL,
	  "a time, in 7 days, null" },
	{ 0 },
};
#undef AT

const struct field *scenario_fields(void)
{
	return scenario_table;
}

const struct field *scenario_session_fields(void)
{
	return entry_table;
}

/* ---- people ---- */

int scenario_person_find(const struct scenario_making *m, struct str id)
{
	for (size_t i = 0; i < m->people.n; i++)
		if (str_eq(m->people.items[i].id, id))
			return (int)i;
	return -1;
}

bool scenario_person_known(struct scenario_making *m, struct str id, struct span at)
{
	const char *names[SCENARIO_MAX_PEOPLE], *hint;
	size_t n = 0;

	if (scenario_person_find(m, id) >= 0)
		return true;
	for (; n < m->people.n; n++)
		names[n] = m->people.items[n].id.p;
	hint = reader_suggest(m->r, id, names, n);
	reader_error_at(m->r, at, "unknown-person", hint ? hint : "name them in `people`", "nobody is called \"%.*s\"",
			(int)(id.n < 60 ? id.n : 60), id.p ? id.p : "");
	return false;
}

static void add_person(struct scenario_making *m, struct str id, const struct doc *role, const struct doc *age)
{
	struct field word = { .detail = &role_words };
	struct scenario_person *p;
	int kind = -1;

	read_word(m->r, role, &kind, &word);
	if (kind < 0)
		return;
	p = VEC_PUSH(m->r->arena, &m->people);
	*p = (struct scenario_person){ arena_dup(m->r->arena, id), role, age, (enum role)kind };
}

struct person_form {
	const struct doc *role, *age;
};

static const struct field person_table[] = {
	{ "role", NULL, read_any, offsetof(struct person_form, role), true, NULL },
	{ "age", NULL, read_any, offsetof(struct person_form, age), false, NULL },
	{ 0 },
};

static void read_people(struct scenario_making *m, const struct doc *doc)
{
	struct path here = { m->r->path, "people", 0 };
	struct person_form form;

	m->r->path = &here;
	if (doc->kind != DOC_MAP || !doc->n || doc->n > SCENARIO_MAX_PEOPLE)
		reader_error(m->r, doc, "people", "as in `{t1: therapist, m1: client}`",
			     "expected from 1 to %d people with their roles", SCENARIO_MAX_PEOPLE);
	for (size_t i = 0; doc->kind == DOC_MAP && doc->n <= SCENARIO_MAX_PEOPLE && i < doc->n; i++) {
		const struct doc *v = doc->pairs[i].value;

		form = (struct person_form){ v, NULL };
		if (v->kind != DOC_MAP || fields_read(m->r, v, person_table, &form))
			add_person(m, doc->pairs[i].key, form.role, form.age);
	}
	m->r->path = here.outer;
}

static void default_people(struct scenario_making *m, struct span at)
{
	add_person(m, STR("t1"), scenario_scalar(m, STR("therapist"), at), NULL);
	add_person(m, STR("m1"), scenario_scalar(m, STR("client"), at), NULL);
}

static const struct scenario_person *first_member(const struct scenario_making *m)
{
	for (size_t i = 0; i < m->people.n; i++)
		if (role_is_member(m->people.items[i].kind))
			return &m->people.items[i];
	return &m->people.items[0];
}

/* ---- series ---- */

/* Where the item of a questionnaire begins; a questionnaire may have dots in its own name, as OQ-45.2 has. */
static const char *item_dot(const struct scenario_making *m, struct str of)
{
	const char *dot = NULL;

	for (size_t i = 0; i < of.n && !instruments_find(m->instruments, of); i++)
		if (of.p[i] == '.')
			dot = of.p + i;
	return dot;
}

static void add_series(struct scenario_making *m, enum scenario_list kind, struct str who, struct str of,
		       struct span at, const struct doc *values)
{
	const char *dot = item_dot(m, of);
	struct scenario_series s = { .kind = kind, .who = who, .of = of, .at = at, .values = values };

	if (values->kind != DOC_LIST) {
		reader_error(m->r, values, "wrong-kind", "one value a session, as in `[38, 37, null, 31]`",
			     "expected a list, found %.*s", STR_ARG(doc_describe(m->r->arena, values)));
		return;
	}
	if (values->n > SCENARIO_MAX_SESSIONS) {
		reader_error(m->r, values, "too-many", NULL, "%zu sessions, at most %d", values->n,
			     SCENARIO_MAX_SESSIONS);
		return;
	}
	if (dot) {
		s.of.n = (size_t)(dot - of.p);
		s.item = (struct str){ dot + 1, of.n - s.of.n - 1 };
	}
	*VEC_PUSH(m->r->arena, &m->series) = s;
}

/* A slip in the name would make a test in which nothing is ever known. */
static bool instrument_known(struct scenario_making *m, const struct doc_pair *pair)
{
	const char *names[64], *dot = item_dot(m, pair->key), *hint;
	struct str of = { pair->key.p, dot ? (size_t)(dot - pair->key.p) : pair->key.n };
	size_t n = 0;

	if (instruments_find(m->instruments, of))
		return true;
	for (; n < m->instruments->all.n && n < sizeof names / sizeof *names; n++)
		names[n] = m->instruments->all.items[n].name.p;
	hint = reader_suggest(m->r, of, names, n);
	reader_error_at(m->r, pair->at, "unknown-instrument",
			hint ? hint : "a questionnaire of `instruments`, or a person of `people`",
			"no questionnaire \"%.*s\"", (int)(of.n < 60 ? of.n : 60), of.p);
	return false;
}

static void scores_of(struct scenario_making *m, struct str who, const struct doc *doc)
{
	if (doc->kind != DOC_MAP)
		reader_error(m->r, doc, "wrong-kind", "as in `{SRS: [38, 37]}`",
			     "expected questionnaires with their scores, found %.*s",
			     STR_ARG(doc_describe(m->r->arena, doc)));
	for (size_t i = 0; doc->kind == DOC_MAP && i < doc->n; i++)
		if (instrument_known(m, &doc->pairs[i]))
			add_series(m, LIST_SCORES, who, doc->pairs[i].key, doc->pairs[i].at, doc->pairs[i].value);
}

static void read_scores(struct scenario_making *m, const struct doc *doc)
{
	bool by_member = false;

	for (size_t i = 0; doc->kind == DOC_MAP && i < doc->n; i++)
		by_member |= doc->pairs[i].value->kind == DOC_MAP || scenario_person_find(m, doc->pairs[i].key) >= 0;
	if (!by_member) {
		scores_of(m, first_member(m)->id, doc);
		return;
	}
	for (size_t i = 0; i < doc->n; i++)
		if (scenario_person_known(m, doc->pairs[i].key, doc->pairs[i].at))
			scores_of(m, doc->pairs[i].key, doc->pairs[i].value);
}

static void read_plain_series(struct scenario_making *m, enum scenario_list kind, const struct doc *doc)
{
	static const struct str none;

	if (doc->kind != DOC_MAP) {
		add_series(m, kind, first_member(m)->id, none, doc->at, doc);
		return;
	}
	for (size_t i = 0; i < doc->n; i++)
		if (scenario_person_known(m, doc->pairs[i].key, doc->pairs[i].at))
			add_series(m, kind, doc->pairs[i].key, none, doc->pairs[i].at, doc->pairs[i].value);
}

static void read_all_series(struct scenario_making *m)
{
	const struct doc *docs[SCENARIO_LISTS] = { m->form.scores, m->form.homework, m->form.attendance,
						   m->form.reports };

	for (int kind = 0; kind < SCENARIO_LISTS; kind++) {
		struct path here = { m->r->path, scenario_list_names[kind], 0 };

		m->r->path = &here;
		if (docs[kind] && kind == LIST_SCORES)
			read_scores(m, docs[kind]);
		else if (docs[kind])
			read_plain_series(m, (enum scenario_list)kind, docs[kind]);
		m->r->path = here.outer;
	}
}

/* ---- sessions ---- */

static bool is_fixed(const char *key)
{
	static const char *const fixed[] = { "ruptured", "record", "revision", "case", "started", "withdrawn" };

	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
		if (strcmp(key, fixed[i]) == 0)
			return true;
	for (const struct field *f = entry_table; f->name; f++)
		if (strcmp(key, f->name) == 0)
			return true;
	return false;
}

/* The keys of an entry: its own, and those of a record that the test does not set itself. */
static void entry_keys(struct field ret[SESSION_KEYS])
{
	size_t n = 0;

	for (const struct field *f = entry_table; f->name; f++)
		ret[n++] = *f;
	for (const struct field *f = record_fields(); f->name && n + 1 < SESSION_KEYS; f++)
		if (!is_fixed(f->name))
			ret[n++] = (struct field){ .name = f->name, .read = read_skip };
	ret[n] = (struct field){ 0 };
}

static bool plan_entry(struct scenario_making *m, const struct doc *entry, const struct field *keys)
{
	struct entry_form form = { .after = m->form.every, .times = 1 };

	if (!fields_read(m->r, entry, keys, &form))
		return false;
	if (form.after <= 0 && m->sessions.n) {
		reader_error(m->r, doc_get(entry, "after"), "out-of-range", NULL, "two sessions at the same time");
		return false;
	}
	if (m->sessions.n + (size_t)form.times > SCENARIO_MAX_SESSIONS) {
		reader_error(m->r, entry, "too-many", NULL, "a test has at most %d sessions", SCENARIO_MAX_SESSIONS);
		return false;
	}
	for (int64_t k = 0; k < form.times; k++)
		*VEC_PUSH(m->r->arena, &m->sessions) =
			(struct scenario_session){ entry, k ? m->form.every : form.after };
	return true;
}

static void plan_entries(struct scenario_making *m, const struct doc *list)
{
	struct path sessions = { m->r->path, "sessions", 0 }, here = { &sessions, NULL, 0 };
	struct field keys[SESSION_KEYS];

	if (list->kind != DOC_LIST) {
		reader_error(m->r, list, "wrong-kind", "one entry a session, `- {}` for nothing more",
			     "expected a list of sessions, found %.*s", STR_ARG(doc_describe(m->r->arena, list)));
		return;
	}
	entry_keys(keys);
	m->r->path = &here;
	for (; here.index < list->n && here.index <= SCENARIO_MAX_SESSIONS; here.index++)
		plan_entry(m, list->items[here.index], keys);
	m->r->path = sessions.outer;
}

static void plan_sessions(struct scenario_making *m, const struct doc *doc)
{
	size_t errors = m->r->diags->errors;

	if (m->form.sessions)
		plan_entries(m, m->form.sessions);
	for (size_t i = 0; i < m->series.n; i++)
		while (m->sessions.n < m->series.items[i].values->n)
			*VEC_PUSH(m->r->arena, &m->sessions) = (struct scenario_session){ NULL, m->form.every };
	if (!m->sessions.n && m->r->diags->errors == errors)
		reader_error(m->r, doc, "no-sessions",
			     "add `scores`, `sessions` or another list with a value a session",
			     "a test without sessions");
}

/* ---- all ---- */

static void make_records(struct scenario_making *m)
{
	struct scenario *s = m->ret;
	const struct doc *blamed = NULL;

	s->records = ARENA_ARRAY(m->r->arena, struct record *, m->sessions.n + 1);
	m->started = SCENARIO_FIRST_S;
	for (size_t i = 0; i < m->sessions.n; i++) {
		const struct doc *entry = m->sessions.items[i].entry;

		if (i)
			m->started += m->sessions.items[i].after;
		if (entry && entry == blamed)
			continue; /* told of the first that is like it */
		s->records[i] = scenario_record(m, i);
		if (!s->records[i])
			blamed = entry;
	}
	s->n = m->sessions.n;
	s->as_of = m->started + m->form.as_of;
	s->closed_at = m->form.closed < 0 ? DATE_NONE : m->started + m->form.closed;
}

static void check_times(struct scenario_making *m, const struct doc *doc)
{
	if (m->form.every <= 0)
		reader_error(m->r, doc_get(doc, "every"), "out-of-range", NULL, "two sessions at the same time");
	if (m->rule && m->form.rule.n && !str_eq(m->form.rule, m->rule->id))
		reader_error(m->r, doc_get(doc, "rule"), "test", "a test in a rule is about that rule",
			     "the test stands in another rule, \"%.*s\"", STR_ARG(m->rule->id));
}

bool scenario_read(struct reader *r, const struct doc *doc, const struct rule *rule,
		   const struct instruments *instruments, struct scenario *ret)
{
	struct scenario_making m = { .r = r, .rule = rule, .instruments = instruments, .ret = ret };
	size_t errors = r->diags->errors;

	*ret = (struct scenario){ .at = doc->at, .rule = rule ? rule->id : (struct str){ NULL, 0 } };
	m.form.every = 7 * (int64_t)DAY_S;
	m.form.closed = -1;
	if (!fields_read(r, doc, scenario_table, &m.form))
		return false;
	ret->name = m.form.name;
	check_times(&m, doc);
	if (m.form.people)
		read_people(&m, m.form.people);
	else
		default_people(&m, doc->at);
	if (!m.people.n || r->diags->errors > errors)
		return false;
	read_all_series(&m);
	plan_sessions(&m, doc);
	if (r->diags->errors > errors)
		return false;
	make_records(&m);
	scenario_read_expect(&m);
	return r->diags->errors == errors;
}

struct str scenario_rule(struct reader *r, const struct doc *doc)
{
	const struct doc *rule = doc->kind == DOC_MAP ? doc_get(doc, "rule") : NULL;

	if (rule && rule->kind == DOC_SCALAR)
		return rule->text;
	reader_error(r, rule ? rule : doc, "test", "as in `- {rule: drops.alliance, name: ..., expect: ...}`",
		     "a test at the head of a file names its rule");
	return (struct str){ NULL, 0 };
}
