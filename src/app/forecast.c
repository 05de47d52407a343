/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Announcements in the order of time become messages, as in the engine: dispatch.c decides, held.c sends what waited.
 *
 * What is kept is what is open: groups that wait, a week of each budget, and who has heard of incidents of which more
 * will be told.
 */
#include "app/forecast.h"
#include "io/clock.h"

/* What waits together; dispatch.c's name of a group. */
struct group {
	enum { CASE, ROUTE, DIGEST } kind;
	struct str route, sink;
	size_t case_index; /* of CASE */
	bool at_once;
};

struct held {
	struct group group;
	int64_t due;
	struct str budget; /* absent: none */
	struct forecast_row row;
	bool by_budget;
};

struct spent {
	struct str budget, sink;
	int64_t at;
};

struct heard {
	size_t case_index, alert;
	struct str sink;
};

struct forecasting {
	struct arena arena;
	size_t set;
	int64_t now;
	size_t case_index;
	bool begun;
	VEC(struct held) held; /* in the order of coming */
	VEC(struct spent) spent;
	VEC(struct heard) heard;
	void (*sent)(void *user, const struct forecast_message *m);
	void *user;
};

/* ---- who has heard of what ---- */

static size_t find_heard(const struct forecasting *f, const struct forecast_row *r)
{
	for (size_t i = 0; i < f->heard.n; i++) {
		const struct heard *h = &f->heard.items[i];

		if (h->case_index == r->case_index && h->alert == r->alert && str_eq(h->sink, r->to.sink))
			return i;
	}
	return SIZE_MAX;
}

/* Kept for as long as something can follow. */
static void note_heard(struct forecasting *f, const struct forecast_row *r)
{
	size_t at = find_heard(f, r);

	if (at == SIZE_MAX && r->following)
		*VEC_PUSH(&f->arena, &f->heard) = (struct heard){ r->case_index, r->alert, r->to.sink };
	else if (at != SIZE_MAX && !r->following)
		f->heard.items[at] = f->heard.items[--f->heard.n];
}

/* ---- budgets ---- */

static bool is_spent(const struct spent *s, const struct route *by, struct str sink)
{
	return str_eq(s->budget, by->budget_of) && str_eq(s->sink, sink);
}

static void spend(struct forecasting *f, struct str budget, struct str sink)
{
	size_t kept = 0;

	for (size_t i = 0; i < f->spent.n; i++)
		if (f->spent.items[i].at > f->now - DISPATCH_BUDGET_S)
			f->spent.items[kept++] = f->spent.items[i];
	f->spent.n = kept;
	*VEC_PUSH(&f->arena, &f->spent) = (struct spent){ budget, sink, f->now };
}

static bool same_group(const struct group *a, const struct group *b)
{
	return a->kind == b->kind && str_eq(a->route, b->route) && str_eq(a->sink, b->sink) &&
	       a->at_once == b->at_once && (a->kind != CASE || a->case_index == b->case_index);
}

/* Whether nothing before it is of the same group. */
static bool is_first_of_group(const struct forecasting *f, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (same_group(&f->held.items[i].group, &f->held.items[at].group))
			return false;
	return true;
}

static struct group group_of(const struct forecast_row *r, bool digest, bool at_once)
{
	const struct route *by = r->to.by;

	return (struct group){
		.kind = digest			     ? DIGEST
			: by->group == ROUTE_BY_CASE ? CASE
						     : ROUTE,
		.route = r->to.route,
		.sink = r->to.sink,
		.case_index = r->case_index,
		.at_once = at_once,
	};
}

/* What was sent in seven days, and the groups that wait, but the one that this would join. */
static int64_t spent_so_far(const struct forecasting *f, const struct forecast_row *r)
{
	const struct route *by = r->to.by;
	struct group own;
	int64_t n = 0;

	if (!by || !by->budget)
		return 0;
	own = group_of(r, false, false);
	for (size_t i = 0; i < f->spent.n; i++)
		n += f->spent.items[i].at > f->now - DISPATCH_BUDGET_S && is_spent(&f->spent.items[i], by, r->to.sink);
	for (size_t i = 0; i < f->held.n; i++) {
		const struct held *h = &f->held.items[i];

		n += h->group.kind != DIGEST && str_eq(h->budget, by->budget_of) && str_eq(h->group.sink, r->to.sink) &&
		     !same_group(&h->group, &own) && is_first_of_group(f, i);
	}
	return n;
}

/* ---- at once ---- */

static bool drop_held(struct forecasting *f, const struct forecast_row *r)
{
	size_t kept = 0;
	bool dropped;

	for (size_t i = 0; i < f->held.n; i++) {
		const struct forecast_row *h = &f->held.items[i].row;

		if (h->case_index != r->case_index || h->alert != r->alert || !str_eq(h->to.sink, r->to.sink))
			f->held.items[kept++] = f->held.items[i];
	}
	dropped = kept < f->held.n;
	f->held.n = kept;
	return dropped;
}

static void tell(struct forecasting *f, const struct forecast_row *r, enum dispatch_how how, size_t alerts,
		 size_t by_budget)
{
	struct forecast_message m = { f->set, f->now, how, r->to.route, r->to.sink, alerts, by_budget };

	f->sent(f->user, &m);
}

static void send_now(struct forecasting *f, const struct forecast_row *r)
{
	bool dropped = drop_held(f, r), needless = dropped && dispatch_ended(r->state) && find_heard(f, r) == SIZE_MAX;

	if (needless)
		return;
	tell(f, r, DISPATCH_ALONE, 1, 0);
	note_heard(f, r);
	if (r->to.by && r->to.by->budget)
		spend(f, r->to.by->budget_of, r->to.sink);
}

/* ---- later ---- */

static void hold(struct forecasting *f, const struct forecast_row *r, const struct dispatch_plan *plan)
{
	const struct route *by = r->to.by;
	bool digest = plan->how == DISPATCH_DIGEST;
	struct held h = {
		.group = group_of(r, digest, !digest && plan->wait_s < by->wait_s),
		.due = digest ? clock_next_local(f->now, plan->times.minute, plan->times.days) : f->now + plan->wait_s,
		.budget = by->budget ? by->budget_of : STR(""),
		.row = *r,
		.by_budget = digest && !by->digest.set,
	};

	for (size_t i = 0; i < f->held.n; i++)
		if (same_group(&f->held.items[i].group, &h.group) && f->held.items[i].due < h.due)
			h.due = f->held.items[i].due;
	drop_held(f, r);
	*VEC_PUSH(&f->arena, &f->held) = h;
}

/* Ends of which nobody heard the beginning are left out. */
static void send_group(struct forecasting *f, const struct held *first)
{
	size_t alerts = 0, by_budget = 0, kept = 0;
	const struct held of = *first;
	bool digest = of.group.kind == DIGEST;

	for (size_t i = 0; i < f->held.n; i++) {
		const struct held *h = &f->held.items[i];

		if (!same_group(&h->group, &of.group)) {
			f->held.items[kept++] = *h;
			continue;
		}
		if (dispatch_ended(h->row.state) && find_heard(f, &h->row) == SIZE_MAX)
			continue;
		alerts++;
		by_budget += h->by_budget;
		note_heard(f, &h->row);
	}
	f->held.n = kept;
	if (!alerts)
		return;
	tell(f, &of.row, digest ? DISPATCH_DIGEST : alerts > 1 ? DISPATCH_GROUP : DISPATCH_ALONE, alerts, by_budget);
	if (of.budget.n && !digest)
		spend(f, of.budget, of.group.sink);
}

/* All that is due at `until` or before, each group at its time. */
static void flush(struct forecasting *f, int64_t until)
{
	for (;;) {
		const struct held *first = NULL;

		for (size_t i = 0; i < f->held.n; i++)
			if (f->held.items[i].due <= until && (!first || f->held.items[i].due < first->due))
				first = &f->held.items[i];
		if (!first)
			return;
		f->now = first->due;
		send_group(f, first);
	}
}

/* ---- one by one ---- */

static void decide(struct forecasting *f, const struct forecast_row *r)
{
	struct dispatch_facts facts = { .rule = r->rule, .severity = r->severity, .state = r->state };
	struct dispatch_plan plan;

	if (!r->to.sink.n) {
		tell(f, r, DISPATCH_ALONE, 1, 0);
		return;
	}
	plan = dispatch_plan(&facts, r->to.by, true, spent_so_far(f, r));
	if (plan.how == DISPATCH_ALONE)
		send_now(f, r);
	else
		hold(f, r, &plan);
}

/* The last of a set waits for nothing that could still come. */
static void end_set(struct forecasting *f)
{
	flush(f, INT64_MAX);
	f->held.n = f->spent.n = f->heard.n = 0;
}

/* What is due with a case's announcements leaves with them: they are dispatched first. */
static int take(void *user, const struct forecast_row *r)
{
	struct forecasting *f = user;

	if (f->begun && r->set != f->set)
		end_set(f);
	else if (f->begun && (r->at != f->now || r->case_index != f->case_index))
		flush(f, r->at == f->now ? r->at : r->at - 1);
	f->begun = true;
	f->set = r->set;
	f->now = r->at;
	f->case_index = r->case_index;
	decide(f, r);
	return 0;
}

int forecast_run(struct forecast *all, void (*sent)(void *user, const struct forecast_message *m), void *user,
		 struct error *e)
{
	struct forecasting f = { .sent = sent, .user = user };
	int rc = forecast_sorted(all, take, &f, e);

	if (rc == 0)
		end_set(&f);
	arena_release(&f.arena);
	return rc;
}
