/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was decided of one alert (core/dispatch.h) becomes outbox rows, inside the caller's transaction.
 */
#include "app/engine_parts.h"
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

int dispatch_alert(struct engine *en, struct arena *a, const struct dispatch *d, struct error *e)
{
	struct dispatch_decision decision;

	dispatch_decide(a, &en->config->routes, &d->facts, &decision);
	if (decision.silenced)
		return 0;
	if (d->without.p && !leave_out(&en->config->routes, d->without, &decision.to))
		return 0;
	for (size_t i = 0; i < decision.to.n; i++) {
		const struct delivery *to = &decision.to.items[i];

		if (put_row(en, a, d, to, privacy_for(en, d->facts.rule, to), e) < 0)
			return -1;
	}
	if (!decision.to.n && keep_undelivered(en, a, d, e) < 0)
		return -1;
	en->counts.announcements++;
	en->to_relay = true;
	return reminders_begin(en, d, &decision.to, e);
}
