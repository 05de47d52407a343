/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sites from which records are expected.  A broken export must not look like a hundred drop-outs: while a site is
 * silent for too long, time alone says nothing of its cases, and one alert says so.
 *
 * The row of a site keeps `silent_from` until the site has been back for a while: its records come in one by one, and
 * each case's must be here before its timers are judged.
 */
#include "app/sites.h"

#include "io/clock.h"

#define SETTLE_S   600 /* between a site's first record and the judging of what waited for it */
#define ALERT_NAME "engine.site_silent"

int sites_heard(struct engine *en, struct arena *a, struct str name, struct error *e)
{
	struct stored_site site;
	bool found;

	if (!name.p || !config_site(en->config, name))
		return 0;
	if (store_site(en->store, a, name, &found, &site, e) < 0)
		return -1;
	if (!found)
		site = (struct stored_site){ .name = name, .silent_from = DATE_NONE, .back_at = DATE_NONE };
	site.last_at = engine_now(en);
	if (site.silent_from != DATE_NONE && site.back_at == DATE_NONE)
		site.back_at = site.last_at;
	return store_site_put(en->store, &site, e);
}

static struct trouble trouble_of(struct arena *a, const struct stored_site *site, int64_t now)
{
	return (struct trouble){
		.rule = ALERT_NAME,
		.about = site->name,
		.severity = SEVERITY_WARNING,
		.site = site->name,
		.say = arena_printf(a, "no record from site %.*s for %lld h: its export may be broken",
				    STR_ARG(site->name), (long long)(now - site->last_at) / 3600),
		.say_over = arena_printf(a, "records come from site %.*s again", STR_ARG(site->name)),
	};
}

static int falls_silent(struct engine *en, struct arena *a, struct stored_site *site, int64_t from, int64_t now,
			struct error *e)
{
	struct trouble c = trouble_of(a, site, now);

	if (site->silent_from == DATE_NONE || site->back_at != DATE_NONE) {
		site->silent_from = site->silent_from != DATE_NONE ? site->silent_from : from;
		site->back_at = DATE_NONE;
		if (store_site_put(en->store, site, e) < 0)
			return -1;
	}
	return trouble_begin(en, a, &c, from, e);
}

/* What waited is judged; `now` may lie before the site's return when the clock was set back. */
static int settles(struct engine *en, struct stored_site *site, int64_t now, struct error *e)
{
	if (site->back_at != DATE_NONE && now >= site->back_at && now < site->back_at + SETTLE_S)
		return 0;
	site->silent_from = site->back_at = DATE_NONE;
	return store_site_put(en->store, site, e) < 0 ? -1 : store_cases_of_site_due(en->store, site->name, now, e);
}

static int look_at(struct engine *en, struct arena *a, const struct expected_site *expected, struct error *e)
{
	int64_t now = engine_now(en), from;
	struct stored_site site;
	struct trouble over;
	bool found;

	if (store_site(en->store, a, expected->name, &found, &site, e) < 0)
		return -1;
	if (!found) {
		site = (struct stored_site){ expected->name, now, DATE_NONE, DATE_NONE };
		return store_site_put(en->store, &site, e);
	}
	if (site.last_at > now) {
		site.last_at = now; /* the clock was set back */
		if (store_site_put(en->store, &site, e) < 0)
			return -1;
	}
	from = site.last_at + expected->within_s;
	if (now > from)
		return falls_silent(en, a, &site, from, now, e);
	if (site.silent_from == DATE_NONE)
		return 0;
	over = trouble_of(a, &site, now);
	return trouble_end(en, a, &over, e) < 0 ? -1 : settles(en, &site, now, e);
}

/* Expected no more: nobody waits for it. */
static int forget_others(struct engine *en, struct arena *a, struct error *e)
{
	stored_sites all;

	if (store_sites(en->store, a, &all, e) < 0)
		return -1;
	for (size_t i = 0; i < all.n; i++) {
		struct stored_site *site = &all.items[i];
		struct trouble c = trouble_of(a, site, site->last_at);

		if (config_site(en->config, site->name))
			continue;
		if (store_cases_of_site_due(en->store, site->name, engine_now(en), e) < 0 ||
		    trouble_forget(en, a, &c, e) < 0 || store_site_forget(en->store, site->name, e) < 0)
			return -1;
	}
	return 0;
}

int sites_look(struct engine *en, struct arena *a, struct error *e)
{
	for (size_t i = 0; i < en->config->sites.n; i++)
		if (look_at(en, a, &en->config->sites.items[i], e) < 0)
			return -1;
	return forget_others(en, a, e);
}
