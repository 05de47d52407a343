/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/dispatch.h"

#define EVERY_DAY    0x7f
#define SAFETY_ACK_S 3600

/* Of a route with a budget that says no times. */
static const struct digest_times overflow_times = { true, 7 * 60, EVERY_DAY };

static bool is_urgent(const struct dispatch_facts *facts)
{
	return facts->rule->safety || facts->severity >= SEVERITY_CRITICAL;
}

bool dispatch_is_silenced(const struct dispatch_facts *facts)
{
	return facts->silenced && !is_urgent(facts);
}

/* To whom the route escalates; where it names nobody, once more to those who did not answer; where it is gone, as any
 * alert. */
static void escalate(struct arena *a, const struct routes *routes, const struct dispatch_facts *facts,
		     delivery_list *ret)
{
	const struct route *route = routes_find(routes, facts->escalate);
	const struct strs *to = route && route->escalate.n ? &route->escalate : route ? &route->to : NULL;

	for (size_t i = 0; to && i < to->n; i++)
		*VEC_PUSH(a, ret) = (struct delivery){ route->name, to->items[i], NULL };
	if (!ret->n)
		routes_match(a, routes, facts, ret, NULL);
}

void dispatch_decide(struct arena *a, const struct routes *routes, const struct dispatch_facts *facts,
		     struct dispatch_decision *ret)
{
	*ret = (struct dispatch_decision){ .silenced = dispatch_is_silenced(facts) };
	if (ret->silenced)
		return;
	if (facts->escalate.p)
		escalate(a, routes, facts, &ret->to);
	else
		routes_match(a, routes, facts, &ret->to, NULL);
}

struct dispatch_plan dispatch_plan(const struct dispatch_facts *facts, const struct route *by, bool of_case,
				   int64_t spent)
{
	bool small = facts->severity <= SEVERITY_NOTICE, grouped;

	if (!by || facts->rule->safety)
		return (struct dispatch_plan){ .how = DISPATCH_ALONE };
	if (small && by->digest.set)
		return (struct dispatch_plan){ .how = DISPATCH_DIGEST, .times = by->digest };
	if (small && by->budget && spent >= by->budget)
		return (struct dispatch_plan){ .how = DISPATCH_DIGEST, .times = overflow_times };
	grouped = by->group == ROUTE_TOGETHER || (by->group == ROUTE_BY_CASE && of_case);
	return (struct dispatch_plan){
		.how = grouped ? DISPATCH_GROUP : DISPATCH_ALONE,
		.wait_s = is_urgent(facts) ? 0 : by->wait_s,
	};
}

int64_t dispatch_ack_within(const struct route *by, const struct rule *rule)
{
	if (!by || by->ack_within_s)
		return by ? by->ack_within_s : 0;
	return rule->safety ? SAFETY_ACK_S : 0;
}

bool dispatch_ended(int state)
{
	return state == INCIDENT_REPAIRED || state == INCIDENT_CLOSED || state == TOLD_RETRACTED;
}

static void put_alerts(const struct strs *alerts, struct json *j)
{
	json_key(j, "alerts");
	json_list(j);
	for (size_t i = 0; i < alerts->n; i++)
		json_raw(j, alerts->items[i]);
	json_end_list(j);
}

void dispatch_json(const struct dispatch_message *m, enum privacy level, struct json *j)
{
	const struct {
		const char *key;
		struct str value;
		enum privacy level;
	} texts[] = {
		{ "key", m->key, PRIVACY_TOKENS },
		{ "route", m->route, PRIVACY_BARE },
		{ "severity", str_of(severity_words.words[m->severity]), PRIVACY_BARE },
		{ "group", str_of(m->group), PRIVACY_BARE },
		{ "case", m->case_token, PRIVACY_TOKENS },
	};

	json_map(j);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		if (texts[i].level > level || !texts[i].value.p)
			continue;
		json_key(j, texts[i].key);
		json_str(j, texts[i].value);
	}
	json_key(j, "count");
	json_int(j, (int64_t)m->alerts.n);
	put_alerts(&m->alerts, j);
	if (m->to_fallback) {
		json_key(j, "to_fallback");
		json_bool(j, true);
	}
	json_end_map(j);
}
