/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/backtest_tally.h"

#include <stdlib.h>

#define WEEK_S	 (7 * (int64_t)DAY_S)
#define MONDAY_S (3 * (int64_t)DAY_S) /* 1970-01-01 was a Thursday */

static int64_t week_of(int64_t at)
{
	int64_t since = at + MONDAY_S;

	return since >= 0 ? since / WEEK_S : -((-since + WEEK_S - 1) / WEEK_S);
}

int64_t backtest_week_begins(int64_t week)
{
	return week * WEEK_S - MONDAY_S;
}

/* ---- rows and weeks: found by name and date, made at first sight ---- */

struct backtest_row *backtest_row_of(struct arena *a, backtest_rows *rows, struct str name, struct str sink)
{
	struct backtest_row *new;

	for (size_t i = 0; i < rows->n; i++)
		if (str_eq(rows->items[i].name, name) && str_eq(rows->items[i].sink, sink))
			return &rows->items[i];
	new = VEC_PUSH(a, rows);
	new->name = arena_dup(a, name);
	new->sink = arena_dup(a, sink);
	return new;
}

static struct backtest_row *row(struct arena *a, backtest_rows *rows, struct str name)
{
	return backtest_row_of(a, rows, name, (struct str){ 0 });
}

/* Where a week is, or belongs. */
static size_t place_of(const struct backtest_row *r, int64_t week)
{
	size_t low = 0, high = r->weeks.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (r->weeks.items[middle].week < week)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct backtest_week *week(struct arena *a, struct backtest_row *r, int64_t number)
{
	size_t at = place_of(r, number);

	if (at < r->weeks.n && r->weeks.items[at].week == number)
		return &r->weeks.items[at];
	VEC_PUSH(a, &r->weeks);
	memmove(r->weeks.items + at + 1, r->weeks.items + at, (r->weeks.n - at - 1) * sizeof *r->weeks.items);
	r->weeks.items[at] = (struct backtest_week){ .week = number };
	return &r->weeks.items[at];
}

struct backtest_week *backtest_week_at(struct arena *a, struct backtest_row *r, int64_t at)
{
	return week(a, r, week_of(at));
}

/* ---- one case ---- */

struct tallying {
	struct backtest *b;
	const struct backtest_options *o;
	struct arena *scratch;
	const struct backtest_case *c;
	mark_list marks; /* verdicts and labels of the case: one list, so that an alert both speak of counts once */
};

static void add_marks(struct mark_counts *to, const struct mark_counts *from)
{
	to->right += from->right;
	to->wrong += from->wrong;
	to->good += from->good;
	to->good_met += from->good_met;
	to->bad += from->bad;
	to->bad_met += from->bad_met;
}

static bool is_asked(const struct tallying *t, struct str rule)
{
	return !t->o->only.n || str_eq(t->o->only, rule);
}

static void tally_side(struct tallying *t, size_t set)
{
	const struct retelling *told = &t->c->told[set];
	struct backtest_side *side = &t->b->sides[set];
	struct mark_counts here = { 0 };

	for (size_t i = 0; i < told->alerts.n; i++) {
		const struct retold_alert *a = &told->alerts.items[i];

		if (!is_asked(t, a->rule_id))
			continue;
		side->alerts++;
		side->grave += a->worst >= SEVERITY_WARNING;
		side->messages += a->messages;
	}
	side->true_sessions += t->c->true_sessions[set];
	marks_count(t->marks.items, t->marks.n, told, t->o->only, &here);
	add_marks(&side->marks, &here);
	add_marks(&side->parts[t->c->index % BACKTEST_PARTS], &here);
}

static void tally_alerts(struct tallying *t, size_t set)
{
	const struct retelling *told = &t->c->told[set];
	struct backtest *b = t->b;

	for (size_t i = 0; i < told->alerts.n; i++) {
		const struct retold_alert *a = &told->alerts.items[i];
		struct backtest_row *r = row(&b->arena, &b->rules, a->rule_id);

		r->alerts[set]++;
		r->messages[set] += a->messages;
		week(&b->arena, r, week_of(a->told_at))->alerts[set]++;
		b->all.alerts[set]++;
		b->all.messages[set] += a->messages;
		week(&b->arena, &b->all, week_of(a->told_at))->alerts[set]++;
	}
	for (size_t i = 0; i < told->messages.n; i++) {
		const struct retold *m = &told->messages.items[i];
		struct backtest_row *r = row(&b->arena, &b->rules, told->alerts.items[m->alert].rule_id);

		week(&b->arena, &b->all, week_of(m->at))->messages[set]++;
		week(&b->arena, r, week_of(m->at))->messages[set]++;
	}
}

static void tally_marks(struct tallying *t, size_t set)
{
	const struct retelling *told = &t->c->told[set];

	for (size_t i = 0; t->marks.n && i < told->alerts.n; i++) {
		struct str rule = told->alerts.items[i].rule_id;
		bool seen = false;

		for (size_t k = 0; k < i && !seen; k++)
			seen = str_eq(told->alerts.items[k].rule_id, rule);
		if (seen)
			continue;
		marks_count(t->marks.items, t->marks.n, told, rule, &row(&t->b->arena, &t->b->rules, rule)->marks[set]);
	}
}

static void count_in(struct arena *a, backtest_rows *rows, struct str name, size_t set, const struct retold *m,
		     bool first)
{
	struct backtest_row *r = row(a, rows, name);
	struct backtest_week *w = week(a, r, week_of(m->at));

	r->alerts[set] += first;
	w->alerts[set] += first;
	r->messages[set]++;
	w->messages[set]++;
}

static void tally_supervisors(struct tallying *t, size_t set)
{
	const struct supervisor *all = t->o->routes->supervisors.items;
	const struct retelling *told = &t->c->told[set];
	bool *seen = ARENA_ARRAY(t->scratch, bool, told->alerts.n + 1);

	for (size_t i = 0; i < told->messages.n; i++) {
		const struct retold *m = &told->messages.items[i];
		struct dispatch_facts facts = backtest_facts(t->o, t->scratch, t->c, set, i);

		for (size_t k = 0; k < t->o->routes->supervisors.n; k++)
			if (supervisor_has(&all[k], &facts))
				count_in(&t->b->arena, &t->b->supervisors, all[k].name, set, m, !seen[m->alert]);
		seen[m->alert] = true;
	}
}

static void list_change(struct tallying *t, const struct change *c, size_t order)
{
	struct backtest *b = t->b;
	const struct retold_alert *one = c->new ? c->new : c->old;
	struct backtest_change *new = VEC_PUSH(&b->arena, &b->changes);

	*new = (struct backtest_change){
		.case_index = t->c->index,
		.order = order,
		.kind = c->kind,
		.case_name = arena_dup(&b->arena, t->c->corpus->name),
		.rule = arena_dup(&b->arena, one->rule_id),
		.member = arena_dup(&b->arena, one->member),
		.other = arena_dup(&b->arena, one->other),
	};
	new->was.at = c->old ? c->old->told_at : DATE_NONE;
	new->is.at = c->new ? c->new->told_at : DATE_NONE;
	if (c->old) {
		new->was.ordinal = c->old->ordinal;
		new->was.severity = c->old->worst;
	}
	if (c->new) {
		new->is.ordinal = c->new->ordinal;
		new->is.severity = c->new->worst;
	}
}

/* ---- what changes, and for whom ---- */

static void count_change(struct arena *a, struct backtest_row *r, const struct change *c)
{
	r->changes[c->kind]++;
	week(a, r, week_of((c->new ? c->new : c->old)->told_at))->changes[c->kind]++;
}

/* Its first announcement; there is one. */
static size_t first_message(const struct retelling *told, const struct retold_alert *alert)
{
	size_t i = 0, index = (size_t)(alert - told->alerts.items);

	while (told->messages.items[i].alert != index)
		i++;
	return i;
}

/* Who heard of it first, or would have. */
static void count_change_for(struct tallying *t, const struct change *c)
{
	const struct routes *routes = t->o->routes;
	size_t set = c->new ? 1 : 0, first = first_message(&t->c->told[set], c->new ? c->new : c->old);
	struct dispatch_facts facts = backtest_facts(t->o, t->scratch, t->c, set, first);
	struct dispatch_decision decision;
	struct arena *a = &t->b->arena;

	dispatch_decide(t->scratch, routes, &facts, &decision);
	for (size_t i = 0; i < decision.to.n; i++)
		count_change(
			a, backtest_row_of(a, &t->b->routes, decision.to.items[i].route, decision.to.items[i].sink), c);
	if (!decision.to.n)
		count_change(a, backtest_row_of(a, &t->b->routes, BACKTEST_NOBODY, (struct str){ 0 }), c);
	for (size_t i = 0; i < routes->supervisors.n; i++)
		if (supervisor_has(&routes->supervisors.items[i], &facts))
			count_change(a, row(a, &t->b->supervisors, routes->supervisors.items[i].name), c);
}

static void tally_changes(struct tallying *t)
{
	change_list changes;

	retellings_compare(t->scratch, &t->c->told[0], &t->c->told[1], &changes);
	for (size_t i = 0; i < changes.n; i++) {
		const struct change *c = &changes.items[i];

		count_change(&t->b->arena, row(&t->b->arena, &t->b->rules, (c->new ? c->new : c->old)->rule_id), c);
		count_change(&t->b->arena, &t->b->all, c);
		count_change_for(t, c);
		if (t->b->changes.n < t->o->list_max)
			list_change(t, c, i);
	}
}

/* Whether the case has that session, by the number that labels call it by. */
static bool has_session(const struct history *h, int64_t session)
{
	for (size_t i = 0; i < h->n; i++)
		if ((h->sessions[i].number >= 0 ? h->sessions[i].number : (int64_t)h->sessions[i].ordinal) == session)
			return true;
	return false;
}

static bool has_record(const struct history *h, const struct strs *records)
{
	for (size_t i = 0; i < h->n; i++)
		for (size_t p = 0; p < h->sessions[i].n_parts; p++)
			for (size_t k = 0; k < records->n; k++)
				if (str_eq(h->sessions[i].parts[p].s->record, records->items[k]))
					return true;
	return false;
}

/* Those about what is in this past: others no alert could meet.  Labels name the case as the clinic does, or by its
 * token. */
static void list_marks(struct tallying *t)
{
	const struct corpus_case *c = t->c->corpus;
	const struct history *h = t->c->histories[0];
	const struct mark *labels = NULL;
	size_t n = 0;

	for (size_t i = 0; i < c->verdicts.n; i++)
		if (has_record(h, c->verdicts.items[i].records))
			*VEC_PUSH(t->scratch, &t->marks) = c->verdicts.items[i];
	if (t->o->labels)
		labels = labels_of(t->o->labels, c->id, &n);
	if (t->o->labels && !n)
		labels = labels_of(t->o->labels, c->name, &n);
	for (size_t i = 0; i < n; i++) {
		if (!has_session(h, labels[i].session))
			continue;
		*VEC_PUSH(t->scratch, &t->marks) = labels[i];
		t->b->labels++;
	}
}

void backtest_tally(struct backtest *b, const struct backtest_options *o, struct arena *scratch,
		    const struct backtest_case *c)
{
	struct tallying t = { .b = b, .o = o, .scratch = scratch, .c = c };
	const struct history *h = c->histories[0];

	list_marks(&t);
	b->cases++;
	b->sessions += h->n;
	if (b->first == DATE_NONE || h->sessions[0].started < b->first)
		b->first = h->sessions[0].started;
	if (h->sessions[h->n - 1].started > b->last)
		b->last = h->sessions[h->n - 1].started;
	for (size_t i = 0; i < o->n; i++)
		tally_side(&t, i);
	for (size_t i = 0; o->routes && i < BACKTEST_PAIR; i++) {
		tally_alerts(&t, i);
		tally_marks(&t, i);
		tally_supervisors(&t, i);
	}
	if (o->routes)
		tally_changes(&t);
}

/* ---- all threads' together ---- */

static void add_row(struct arena *a, struct backtest_row *to, const struct backtest_row *from)
{
	for (size_t i = 0; i < BACKTEST_PAIR; i++) {
		to->alerts[i] += from->alerts[i];
		to->messages[i] += from->messages[i];
		add_marks(&to->marks[i], &from->marks[i]);
		to->groups[i] += from->groups[i];
		to->digests[i] += from->digests[i];
		to->by_budget[i] += from->by_budget[i];
	}
	for (size_t i = 0; i < CHANGE_KINDS; i++)
		to->changes[i] += from->changes[i];
	for (size_t i = 0; i < from->weeks.n; i++) {
		struct backtest_week *w = week(a, to, from->weeks.items[i].week);

		for (size_t k = 0; k < BACKTEST_PAIR; k++) {
			w->alerts[k] += from->weeks.items[i].alerts[k];
			w->messages[k] += from->weeks.items[i].messages[k];
		}
		for (size_t k = 0; k < CHANGE_KINDS; k++)
			w->changes[k] += from->weeks.items[i].changes[k];
	}
}

static void add_rows(struct arena *a, backtest_rows *to, const backtest_rows *from)
{
	for (size_t i = 0; i < from->n; i++)
		add_row(a, backtest_row_of(a, to, from->items[i].name, from->items[i].sink), &from->items[i]);
}

static void add_changes(struct backtest *b, const struct backtest *from)
{
	for (size_t i = 0; i < from->changes.n; i++) {
		struct backtest_change *new = VEC_PUSH(&b->arena, &b->changes);

		*new = from->changes.items[i];
		new->case_name = arena_dup(&b->arena, new->case_name);
		new->rule = arena_dup(&b->arena, new->rule);
		new->member = arena_dup(&b->arena, new->member);
		new->other = arena_dup(&b->arena, new->other);
	}
}

void backtest_merge(struct backtest *b, const struct backtest *from)
{
	b->cases += from->cases;
	b->sessions += from->sessions;
	b->labels += from->labels;
	if (from->first != DATE_NONE && (b->first == DATE_NONE || from->first < b->first))
		b->first = from->first;
	if (from->last > b->last)
		b->last = from->last;
	for (size_t i = 0; i < b->n; i++) {
		b->sides[i].alerts += from->sides[i].alerts;
		b->sides[i].grave += from->sides[i].grave;
		b->sides[i].messages += from->sides[i].messages;
		b->sides[i].true_sessions += from->sides[i].true_sessions;
		add_marks(&b->sides[i].marks, &from->sides[i].marks);
		for (size_t k = 0; k < BACKTEST_PARTS; k++)
			add_marks(&b->sides[i].parts[k], &from->sides[i].parts[k]);
	}
	add_row(&b->arena, &b->all, &from->all);
	add_rows(&b->arena, &b->rules, &from->rules);
	add_rows(&b->arena, &b->routes, &from->routes);
	add_rows(&b->arena, &b->supervisors, &from->supervisors);
	add_changes(b, from);
}

static int by_name(const void *va, const void *vb)
{
	const struct backtest_row *a = va, *b = vb;
	int c = str_cmp(a->name, b->name);

	return c ? c : str_cmp(a->sink, b->sink);
}

static int by_place(const void *va, const void *vb)
{
	const struct backtest_change *a = va, *b = vb;

	if (a->case_index != b->case_index)
		return a->case_index < b->case_index ? -1 : 1;
	return (a->order > b->order) - (a->order < b->order);
}

void backtest_finish(struct backtest *b, size_t list_max)
{
	backtest_rows *all[] = { &b->rules, &b->routes, &b->supervisors };

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (all[i]->n)
			qsort(all[i]->items, all[i]->n, sizeof *all[i]->items, by_name);
	if (b->changes.n)
		qsort(b->changes.items, b->changes.n, sizeof *b->changes.items, by_place);
	if (b->changes.n > list_max)
		b->changes.n = list_max;
}
