/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/troubles.h"

#include "io/clock.h"
#include "io/log.h"

int engine_tell(struct engine *en, struct arena *a, const struct engine_news *news, bool *ret_told, struct error *e)
{
	struct rule rule = { .id = str_of(news->rule), .status = STATUS_ACTIVE };
	struct alert alert = {
		.id = news->incident,
		.key = arena_printf(a, "%.*s-%d", STR_ARG(news->incident), news->number),
		.state = str_of(alert_state_word(news->state)),
		.severity = str_of(severity_words.words[news->severity]),
		.rule = rule.id,
		.rules_hash = en->rules->hash,
		.say = news->say,
	};
	struct dispatch d = {
		.alert = &alert,
		.facts = { .rule = &rule, .severity = news->severity, .state = news->state, .site = news->site },
		.now = engine_now(en),
		.without = news->without,
	};

	uint64_t before = en->counts.announcements;

	if (dispatch_alert(en, a, &d, e) < 0)
		return -1;
	*ret_told = en->counts.announcements > before;
	return 0;
}

struct str engine_incident(struct arena *a)
{
	char id[INCIDENT_ID_SIZE];

	random_hex(id, INCIDENT_ID_SIZE - 1);
	return arena_dup(a, str_of(id));
}

int case_engine_alert(struct engine *en, const char *id, enum severity severity, struct str say, struct error *e)
{
	struct arena a = { 0 };
	struct engine_news news = {
		.rule = id,
		.severity = severity,
		.state = INCIDENT_OPEN,
		.say = say,
		.incident = engine_incident(&a),
		.number = 1,
	};
	bool told;
	int rc = engine_tell(en, &a, &news, &told, e);

	arena_release(&a);
	return rc;
}

static struct str name_of(struct arena *a, const struct trouble *c)
{
	return arena_printf(a, "%s/%.*s", c->rule, STR_ARG(c->about));
}

static struct engine_news news_of(const struct trouble *c, const struct stored_trouble *stored, bool over)
{
	return (struct engine_news){
		.rule = c->rule,
		.severity = c->severity,
		.state = over ? INCIDENT_REPAIRED : INCIDENT_OPEN,
		.say = over ? c->say_over : c->say,
		.incident = stored->incident,
		.number = stored->announcements + 1,
		.site = c->site,
		.without = c->without,
	};
}

int trouble_begin(struct engine *en, struct arena *a, const struct trouble *c, int64_t since, struct error *e)
{
	struct stored_trouble stored;
	struct engine_news news;
	bool found, told;

	if (store_trouble(en->store, a, name_of(a, c), &found, &stored, e) < 0)
		return -1;
	if (found)
		return 0;
	stored = (struct stored_trouble){ name_of(a, c), engine_incident(a), 0, since };
	news = news_of(c, &stored, false);
	log_line(LOG_LEVEL_WARNING, "%s: %.*s", c->rule, STR_ARG(c->say));
	if (engine_tell(en, a, &news, &told, e) < 0)
		return -1;
	stored.announcements = told;
	return store_trouble_put(en->store, &stored, e);
}

int trouble_end(struct engine *en, struct arena *a, const struct trouble *c, struct error *e)
{
	struct stored_trouble stored;
	struct engine_news news;
	bool found, told;

	if (store_trouble(en->store, a, name_of(a, c), &found, &stored, e) < 0)
		return -1;
	if (!found)
		return 0;
	news = news_of(c, &stored, true);
	log_line(LOG_LEVEL_NOTICE, "%s: %.*s", c->rule, STR_ARG(c->say_over));
	if (stored.announcements && engine_tell(en, a, &news, &told, e) < 0)
		return -1;
	return store_trouble_forget(en->store, stored.name, e);
}

int trouble_forget(struct engine *en, struct arena *a, const struct trouble *c, struct error *e)
{
	return store_trouble_forget(en->store, name_of(a, c), e);
}
