/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/scenario_parts.h"

struct doc *scenario_scalar(struct scenario_making *m, struct str text, struct span at)
{
	struct doc *doc = ARENA_NEW(m->r->arena, struct doc);

	*doc = (struct doc){ .kind = DOC_SCALAR, .at = at, .text = text.p ? text : STR("") };
	return doc;
}

struct doc *scenario_container(struct scenario_making *m, enum doc_kind kind, size_t room, struct span at)
{
	struct doc *doc = ARENA_NEW(m->r->arena, struct doc);

	*doc = (struct doc){ .kind = kind, .at = at };
	if (kind == DOC_MAP)
		doc->pairs = ARENA_ARRAY(m->r->arena, struct doc_pair, room + 1);
	else
		doc->items = ARENA_ARRAY(m->r->arena, struct doc *, room + 1);
	return doc;
}

void scenario_put(struct doc *map, const char *key, const struct doc *value)
{
	map->pairs[map->n++] = (struct doc_pair){ str_of(key), value->at, (struct doc *)value };
}

/* The list of a session that is being put together. */
struct list_making {
	struct scenario_making *m;
	size_t session;
	const struct doc *entry; /* or NULL */
	struct doc *ret;
};

/* What the series says of this session; NULL: nothing. */
static const struct doc *value_at(const struct scenario_series *s, size_t session)
{
	const struct doc *v = session < s->values->n ? s->values->items[session] : NULL;

	return v && !doc_is_null(v) ? v : NULL;
}

static struct doc *new_row(struct list_making *l, const char *key, struct str who, struct span at)
{
	struct doc *row = scenario_container(l->m, DOC_MAP, 8, at);

	scenario_put(row, key, scenario_scalar(l->m, who, at));
	l->ret->items[l->ret->n++] = row;
	return row;
}

/* Totals and items of one questionnaire by one person are one score. */
static struct doc *score_row(struct list_making *l, const struct scenario_series *s, size_t first)
{
	struct doc *row;

	for (size_t i = first; i < l->ret->n; i++)
		if (str_eq(doc_get(l->ret->items[i], "of")->text, s->of) &&
		    str_eq(doc_get(l->ret->items[i], "by")->text, s->who))
			return l->ret->items[i];
	row = new_row(l, "by", s->who, s->at);
	scenario_put(row, "of", scenario_scalar(l->m, s->of, s->at));
	return row;
}

static void put_score(struct list_making *l, const struct scenario_series *s, size_t first, const struct doc *v)
{
	struct doc *row = score_row(l, s, first), *items = (struct doc *)doc_get(row, "items");

	if (!s->item.n) {
		scenario_put(row, "total", v);
		return;
	}
	if (!items) {
		items = scenario_container(l->m, DOC_MAP, l->m->series.n, s->at);
		scenario_put(row, "items", items);
	}
	items->pairs[items->n++] = (struct doc_pair){ arena_dup(l->m->r->arena, s->item), v->at, (struct doc *)v };
}

/* A map's own keys behind the person's. */
static void put_map(struct doc *row, const struct doc *v, struct arena *a)
{
	struct doc_pair *pairs = ARENA_ARRAY(a, struct doc_pair, row->n + v->n + 1);

	memcpy(pairs, row->pairs, row->n * sizeof *pairs);
	if (v->n)
		memcpy(pairs + row->n, v->pairs, v->n * sizeof *pairs);
	row->pairs = pairs;
	row->n += v->n;
}

static void put_value(struct list_making *l, const struct scenario_series *s, size_t first, const struct doc *v)
{
	struct doc *row;

	switch (s->kind) {
	case LIST_SCORES:
		put_score(l, s, first, v);
		break;
	case LIST_HOMEWORK:
		scenario_put(new_row(l, "who", s->who, v->at), "rating", v);
		break;
	case LIST_ATTENDANCE:
		row = new_row(l, "who", s->who, v->at);
		if (v->kind == DOC_MAP)
			put_map(row, v, l->m->r->arena);
		else
			scenario_put(row, "status", v);
		break;
	case LIST_REPORTS:
		scenario_put(new_row(l, "by", s->who, v->at), "rupture", v);
		break;
	case SCENARIO_LISTS:
		break;
	}
}

static bool has_attendance(const struct list_making *l, struct str who)
{
	for (size_t i = 0; i < l->m->series.n; i++)
		if (l->m->series.items[i].kind == LIST_ATTENDANCE && str_eq(l->m->series.items[i].who, who))
			return true;
	for (size_t i = 0; i < l->ret->n; i++) {
		const struct doc *row = l->ret->items[i], *id = row->kind == DOC_MAP ? doc_get(row, "who") : NULL;

		if (id && str_eq(id->text, who))
			return true;
	}
	return false;
}

static bool takes_part(const struct doc *entry, struct str who)
{
	const struct doc *list = entry ? doc_get(entry, "participants") : NULL;

	if (!list || list->kind != DOC_LIST)
		return true;
	for (size_t i = 0; i < list->n; i++) {
		const struct doc *id = list->items[i]->kind == DOC_MAP ? doc_get(list->items[i], "id") : NULL;

		if (id && str_eq(id->text, who))
			return true;
	}
	return false;
}

/* A session in which nothing is said of somebody is one that they came to. */
static void put_default_attendance(struct list_making *l)
{
	for (size_t i = 0; i < l->m->people.n; i++) {
		struct str who = l->m->people.items[i].id;

		if (takes_part(l->entry, who) && !has_attendance(l, who))
			scenario_put(new_row(l, "who", who, l->ret->at), "status",
				     scenario_scalar(l->m, STR("attended"), l->ret->at));
	}
}

/* The rows that the session's own list has, then those of the series; NULL where it is no list: for the reader to say.
 */
static const struct doc *make_list(struct scenario_making *m, size_t session, enum scenario_list kind)
{
	const struct doc *entry = m->sessions.items[session].entry;
	const struct doc *own = entry ? doc_get(entry, scenario_list_names[kind]) : NULL;
	struct list_making l = { m, session, entry, NULL };
	size_t n = own ? own->n : 0;

	if (own && own->kind != DOC_LIST)
		return own;
	l.ret = scenario_container(m, DOC_LIST, n + m->series.n + m->people.n, own ? own->at : m->ret->at);
	if (n)
		memcpy(l.ret->items, own->items, n * sizeof *own->items);
	l.ret->n = n;
	for (size_t i = 0; i < m->series.n; i++) {
		const struct scenario_series *s = &m->series.items[i];
		const struct doc *v = s->kind == kind ? value_at(s, session) : NULL;

		if (v)
			put_value(&l, s, n, v);
	}
	if (kind == LIST_ATTENDANCE)
		put_default_attendance(&l);
	return l.ret;
}

static struct doc *make_participants(struct scenario_making *m)
{
	struct doc *list = scenario_container(m, DOC_LIST, m->people.n, m->ret->at);

	for (size_t i = 0; i < m->people.n; i++) {
		const struct scenario_person *p = &m->people.items[i];
		struct doc *row = scenario_container(m, DOC_MAP, 3, p->role->at);

		scenario_put(row, "id", scenario_scalar(m, p->id, p->role->at));
		scenario_put(row, "role", p->role);
		if (p->age)
			scenario_put(row, "age", p->age);
		list->items[list->n++] = row;
	}
	return list;
}

/* "in 7 days" is so long after this session. */
static const struct doc *next_session(struct scenario_making *m, const struct doc *v)
{
	int64_t s;

	if (v->kind == DOC_SCALAR && str_starts(v->text, "in ") &&
	    duration_parse((struct str){ v->text.p + 3, v->text.n - 3 }, &s) && s <= 3660 * (int64_t)DAY_S)
		return scenario_scalar(m, date_format(m->r->arena, m->started + s), v->at);
	return v;
}

static bool is_made_here(struct str key)
{
	for (int i = 0; i < SCENARIO_LISTS; i++)
		if (str_is(key, scenario_list_names[i]))
			return true;
	return str_is(key, "after") || str_is(key, "times");
}

/* Keys of the session's own; false with a fault told. */
static bool put_entry(struct scenario_making *m, struct doc *record, const struct doc *entry)
{
	for (size_t i = 0; i < entry->n; i++) {
		const struct doc_pair *pair = &entry->pairs[i];
		const struct doc *value = pair->value;

		if (is_made_here(pair->key) || (str_is(pair->key, "session") && doc_is_null(value)))
			continue;
		if (str_is(pair->key, "turns"))
			value = scenario_turns(m, value);
		else if (str_is(pair->key, "next_session"))
			value = next_session(m, value);
		if (!value)
			return false;
		record->pairs[record->n++] = (struct doc_pair){ pair->key, pair->at, (struct doc *)value };
	}
	return true;
}

static struct doc *make_record(struct scenario_making *m, size_t index)
{
	const struct doc *entry = m->sessions.items[index].entry;
	struct arena *a = m->r->arena;
	struct span at = entry ? entry->at : m->ret->at;
	struct doc *record = scenario_container(m, DOC_MAP, 12 + (entry ? entry->n : 0), at);

	scenario_put(record, "ruptured", scenario_scalar(m, STR("1"), at));
	scenario_put(record, "record", scenario_scalar(m, arena_printf(a, "record-%04zu", index + 1), at));
	scenario_put(record, "case", scenario_scalar(m, STR("test"), at));
	if (!entry || !doc_get(entry, "session"))
		scenario_put(record, "session", scenario_scalar(m, arena_printf(a, "%zu", index + 1), at));
	scenario_put(record, "started", scenario_scalar(m, date_format(a, m->started), at));
	if (!entry || !doc_get(entry, "participants"))
		scenario_put(record, "participants", make_participants(m));
	for (int kind = 0; kind < SCENARIO_LISTS; kind++)
		scenario_put(record, scenario_list_names[kind], make_list(m, index, (enum scenario_list)kind));
	return !entry || put_entry(m, record, entry) ? record : NULL;
}

/* The faults of a record, told as those of the test: also what a record is only warned of. */
static void tell_faults(struct scenario_making *m, const struct diags *d)
{
	for (size_t i = 0; i < d->all.n; i++) {
		const struct diag *f = &d->all.items[i];
		const char *hint = f->hint.n ? f->hint.p : NULL;

		if (strcmp(f->code, "unknown-participant") == 0)
			hint = "name them in `people`";
		reader_error_at(m->r, f->at, f->code, hint, "%.*s", STR_ARG(f->message));
	}
}

struct record *scenario_record(struct scenario_making *m, size_t index)
{
	struct path sessions = { m->r->path, "sessions", 0 }, here = { &sessions, NULL, index };
	struct diags d = { .arena = m->r->arena };
	struct record *record = NULL;
	struct doc *doc;

	m->r->path = &here;
	m->session = index;
	doc = make_record(m, index);
	if (doc)
		record = record_parse(m->r->arena, doc, &d);
	tell_faults(m, &d);
	m->r->path = sessions.outer;
	return d.all.n ? NULL : record;
}
