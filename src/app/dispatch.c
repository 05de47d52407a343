/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was decided of one alert (core/dispatch.h) becomes outbox rows and held rows, inside the caller's transaction.
 * What becomes of the held ones is held.c.
 */
#include "app/engine_parts.h"
#include "io/clock.h"
#include "io/log.h"

/* Cut to the sink's privacy level here: the courier never has more than the sink may show. */
static struct str payload(struct arena *a, const struct dispatch *d, struct str route, enum privacy privacy,
			  bool to_fallback)
{
	struct alert cut = *d->alert;
	struct json *j = json_new(false);
	struct str ret;

	cut.route = route;
	cut.to_fallback = to_fallback;
	alert_json(&cut, privacy, j);
	ret = arena_dup(a, json_text(j));
	json_free(j);
	return ret;
}

static int put_spare(struct engine *en, struct arena *a, const struct dispatch *d, const struct outbox_row *row,
		     struct error *e)
{
	enum privacy privacy;

	if (!spare_wanted(en, d->facts.rule, row->sink, &privacy))
		return 0;
	return spare_put(en, a, row, d->alert->key, payload(a, d, row->route, privacy, true), e);
}

static int put_row(struct engine *en, struct arena *a, const struct dispatch *d, const struct delivery *to,
		   enum privacy privacy, struct error *e)
{
	struct outbox_row row = {
		.key = arena_printf(a, "%.*s/%.*s", STR_ARG(d->alert->key), STR_ARG(to->sink)),
		.incident = d->alert->id,
		.route = to->route,
		.sink = to->sink,
		.severity = d->alert->severity,
		.payload = payload(a, d, to->route, privacy, false),
		.at = d->now,
		.safety = d->facts.rule->safety,
	};

	if (!to->sink.n)
		return store_outbox_keep(en->store, &row, e);
	return store_outbox_put(en->store, &row, e) < 0 ? -1 : put_spare(en, a, d, &row, e);
}

/* A safeguarding alert is bare everywhere. */
static enum privacy privacy_for(struct engine *en, const struct rule *rule, const struct delivery *to)
{
	const struct sink *sink = config_sink(en->config, to->sink);

	return sink && !rule->safety ? sink->privacy : PRIVACY_BARE;
}

/* No sink is to get it: one bare line in the log, and the outbox keeps it. */
static int keep_undelivered(struct engine *en, struct arena *a, const struct dispatch *d, struct error *e)
{
	static const struct delivery nobody = { STR("none"), STR("") };
	bool safety = d->facts.rule->safety;

	log_line(safety ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, "%salert %.*s: severity %.*s, reaches nobody",
		 safety ? "safeguarding " : "", STR_ARG(d->alert->id), STR_ARG(d->alert->severity));
	return put_row(en, a, d, &nobody, PRIVACY_BARE, e);
}

/* What is about a sink goes round it; to the fallback when nothing else is left.  False: to nobody, which is no loss:
 * the log has it. */
static bool leave_out(const struct routes *routes, struct str sink, delivery_list *to)
{
	size_t kept = 0;

	for (size_t i = 0; i < to->n; i++)
		if (!str_eq(to->items[i].sink, sink))
			to->items[kept++] = to->items[i];
	if (!kept && to->n && routes->fallback.p && !str_eq(routes->fallback, sink))
		to->items[kept++] = (struct delivery){ STR("fallback"), routes->fallback, NULL };
	to->n = kept;
	return kept > 0;
}

/* ---- at once ---- */

/* What the sink was to hear of the incident later, this says better; and of an end it need not hear if it never heard
 * of the beginning. */
static int supersede(struct engine *en, const struct dispatch *d, struct str sink, bool *ret_needless, struct error *e)
{
	bool dropped, heard = true;

	if (store_held_drop(en->store, sink, d->alert->id, &dropped, e) < 0)
		return -1;
	if (dropped && dispatch_ended(d->facts.state) && store_heard(en->store, sink, d->alert->id, &heard, e) < 0)
		return -1;
	*ret_needless = !heard;
	return 0;
}

static int send_now(struct engine *en, struct arena *a, const struct dispatch *d, const struct delivery *to,
		    struct error *e)
{
	bool needless;

	if (supersede(en, d, to->sink, &needless, e) < 0)
		return -1;
	if (needless)
		return 0;
	if (put_row(en, a, d, to, privacy_for(en, d->facts.rule, to), e) < 0 ||
	    store_heard_put(en->store, to->sink, d->alert->id, e) < 0)
		return -1;
	return to->by && to->by->budget ? store_spent_put(en->store, to->by->budget_of, to->sink, d->now, e) : 0;
}

/* ---- later, with others ---- */

static const char *const group_kinds[] = { [HELD_CASE] = "case", [HELD_ROUTE] = "route", [HELD_DIGEST] = "digest" };

/* What is not to wait for the others' time is a group of its own. */
static struct str group_name(struct arena *a, const struct dispatch *d, const struct delivery *to, enum held_kind kind,
			     bool at_once)
{
	struct str token = kind == HELD_CASE ? d->alert->case_token : STR("");

	return arena_printf(a, "%s/%.*s/%.*s/%.*s%s", group_kinds[kind], STR_ARG(to->route), STR_ARG(to->sink),
			    STR_ARG(token), at_once ? "/now" : "");
}

static int64_t due_at(const struct dispatch *d, const struct dispatch_plan *plan)
{
	if (plan->how == DISPATCH_DIGEST)
		return clock_next_local(d->now, plan->times.minute, plan->times.days);
	return d->now + plan->wait_s;
}

static enum held_kind kind_of(const struct delivery *to, const struct dispatch_plan *plan)
{
	if (plan->how == DISPATCH_DIGEST)
		return HELD_DIGEST;
	return to->by->group == ROUTE_BY_CASE ? HELD_CASE : HELD_ROUTE;
}

static int hold(struct engine *en, struct arena *a, const struct dispatch *d, const struct delivery *to,
		const struct dispatch_plan *plan, struct error *e)
{
	enum privacy level = privacy_for(en, d->facts.rule, to), spare;
	enum held_kind kind = kind_of(to, plan);
	struct held_row h = {
		.group = group_name(a, d, to, kind, plan->how == DISPATCH_GROUP && plan->wait_s < to->by->wait_s),
		.kind = (int)kind,
		.due_at = due_at(d, plan),
		.route = to->route,
		.sink = to->sink,
		.budget = to->by->budget ? to->by->budget_of : STR(""),
		.case_token = d->alert->case_token,
		.incident = d->alert->id,
		.key = d->alert->key,
		.severity = (int)d->facts.severity,
		.privacy = (int)level,
		.ended = dispatch_ended(d->facts.state),
		.payload = payload(a, d, to->route, level, false),
		.at = d->now,
	};

	if (spare_wanted(en, d->facts.rule, to->sink, &spare))
		h.spare = payload(a, d, to->route, spare, true);
	return store_held_put(en->store, &h, e);
}

/* ---- which of the two ---- */

static int spent_so_far(struct engine *en, struct arena *a, const struct dispatch *d, const struct delivery *to,
			int64_t *ret, struct error *e)
{
	const struct route *by = to->by;
	enum held_kind kind = by && by->group == ROUTE_BY_CASE ? HELD_CASE : HELD_ROUTE;

	*ret = 0;
	if (!by || !by->budget)
		return 0;
	return store_spent(en->store, by->budget_of, to->sink, group_name(a, d, to, kind, false),
			   d->now - DISPATCH_BUDGET_S, ret, e);
}

/* ret_asked: those whose answer is waited for; of what is left for a digest nobody expects one. */
static int deliver(struct engine *en, struct arena *a, const struct dispatch *d, const struct delivery *to,
		   delivery_list *ret_asked, struct error *e)
{
	struct dispatch_plan plan;
	int64_t spent;

	if (spent_so_far(en, a, d, to, &spent, e) < 0)
		return -1;
	plan = dispatch_plan(&d->facts, to->by, d->alert->case_token.n > 0, spent);
	if (plan.how != DISPATCH_DIGEST)
		*VEC_PUSH(a, ret_asked) = *to;
	if (plan.how == DISPATCH_ALONE)
		return send_now(en, a, d, to, e);
	return hold(en, a, d, to, &plan, e);
}

int dispatch_alert(struct engine *en, struct arena *a, const struct dispatch *d, struct error *e)
{
	static const struct str any_sink = { NULL, 0 };
	struct dispatch_decision decision;
	delivery_list asked = { 0 };
	bool dropped;

	dispatch_decide(a, &en->config->routes, &d->facts, &decision);
	if (decision.silenced) /* and what is held of it is no longer so */
		return store_held_drop(en->store, any_sink, d->alert->id, &dropped, e);
	if (d->without.p && !leave_out(&en->config->routes, d->without, &decision.to))
		return 0;
	for (size_t i = 0; i < decision.to.n; i++)
		if (deliver(en, a, d, &decision.to.items[i], &asked, e) < 0)
			return -1;
	if (!decision.to.n && keep_undelivered(en, a, d, e) < 0)
		return -1;
	en->counts.announcements++;
	en->to_relay = true;
	return reminders_begin(en, d, &asked, e);
}
