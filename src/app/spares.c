/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands in for an alert whose sink is given up: the same alert, under the same key, for the fallback sink.
 *
 * It is decided and cut together with the row it stands in for; the courier's receipt releases or forgets it.  A
 * safeguarding alert goes to the fallback only where a route that names its rule leads there anyway; else its end is
 * said in the log and by `status`, and nobody hears of it who should not.
 */
#include "app/engine_parts.h"
#include "io/log.h"

bool spare_wanted(const struct engine *en, const struct rule *rule, struct str sink, enum privacy *ret)
{
	const struct routes *routes = &en->config->routes;
	const struct sink *fallback = routes->fallback.p ? config_sink(en->config, routes->fallback) : NULL;

	if (!fallback || str_eq(sink, fallback->name))
		return false;
	*ret = rule && rule->safety ? PRIVACY_BARE : fallback->privacy;
	return !rule || !rule->safety || routes_name_for(routes, rule->id, fallback->name);
}

int spare_put(struct engine *en, struct arena *a, const struct outbox_row *row, struct str alert_key,
	      struct str payload, struct error *e)
{
	struct outbox_row spare = *row;

	spare.sink = en->config->routes.fallback;
	spare.key = arena_printf(a, "%.*s/%.*s", STR_ARG(alert_key), STR_ARG(spare.sink));
	spare.payload = payload;
	return store_spare_put(en->store, row->key, &spare, e);
}

/* Nobody else hears of it: that must not go by in silence. */
static int tell_safety(struct engine *en, struct str key, bool released, struct error *e)
{
	bool safety;

	if (store_outbox_is_safety(en->store, key, &safety, e) < 0)
		return -1;
	if (safety)
		log_line(LOG_LEVEL_ERROR, "safeguarding alert %.*s: not delivered, given up; %s", STR_ARG(key),
			 released ? "it goes to the fallback" : "it reaches nobody");
	return 0;
}

int spare_outcome(struct engine *en, struct str key, struct str outcome, int64_t at, struct error *e)
{
	bool released;

	if (!str_is(outcome, "dead"))
		return store_spare_forget(en->store, key, e);
	if (store_spare_release(en->store, key, at, &released, e) < 0)
		return -1;
	en->to_relay |= released;
	return tell_safety(en, key, released, e);
}
