/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rupturectl routes: the tree as it is, and where an alert would go, over the functions by which the engine decides.
 */
#include <stdio.h>

#include "cli/tool.h"
#include "core/dispatch.h"

#define INDENT 2

/* ---- the tree ---- */

static void put_list(const char *what, const struct strs *list)
{
	for (size_t i = 0; i < list->n; i++)
		printf("%s%.*s", i ? ", " : what, STR_ARG(list->items[i]));
}

static void put_states(unsigned states)
{
	const char *between = "  state ";

	for (int i = 0; route_state_words.words[i]; i++) {
		if (!(states & 1u << i))
			continue;
		printf("%s%s", between, route_state_words.words[i]);
		between = ", ";
	}
}

static void put_match(const struct route *r)
{
	if (r->min_severity >= 0)
		printf("  at least %s", severity_words.words[r->min_severity]);
	put_list("  rules ", &r->rules);
	if (r->notify.p)
		printf("  notify %.*s", STR_ARG(r->notify));
	put_states(r->states);
	put_list("  site ", &r->sites);
	put_list("  therapist ", &r->therapists);
	if (r->supervisor)
		printf("  supervisor %.*s", STR_ARG(r->supervisor->name));
}

static const char *const day_names[] = { "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday" };

static void put_days(unsigned days)
{
	const char *between = " on ";

	for (int i = 0; days != 0x7f && i < 7; i++) {
		if (!(days & 1u << i))
			continue;
		printf("%s%s", between, day_names[i]);
		between = ", ";
	}
}

static void put_times(const struct route *r)
{
	if (r->group != ROUTE_ALONE)
		printf("; by %s", route_group_words.words[r->group]);
	if (r->wait_s)
		printf(" within %lld s", (long long)r->wait_s);
	if (r->digest.set) {
		printf("; digest at %02d:%02d", r->digest.minute / 60, r->digest.minute % 60);
		put_days(r->digest.days);
	}
	if (r->budget)
		printf("; %lld a week, with \"%.*s\"", (long long)r->budget, STR_ARG(r->budget_of));
	if (r->ack_within_s)
		printf("; unacknowledged after %lld min", (long long)r->ack_within_s / 60);
	put_list(": ", &r->escalate);
}

static void put_route(const struct route *r, size_t depth)
{
	printf("%*s%.*s", (int)depth * INDENT, "", STR_ARG(r->name));
	put_match(r);
	put_list("  -> ", &r->to);
	put_times(r);
	puts(r->go_on ? "; goes on" : "");
	for (size_t i = 0; i < r->routes.n; i++)
		put_route(&r->routes.items[i], depth + 1);
}

static void json_strs(const char *key, const struct strs *list, struct json *j)
{
	json_key(j, key);
	json_list(j);
	for (size_t i = 0; i < list->n; i++)
		json_str(j, list->items[i]);
	json_end_list(j);
}

static void json_states(unsigned states, struct json *j)
{
	json_key(j, "state");
	json_list(j);
	for (int i = 0; route_state_words.words[i]; i++)
		if (states & 1u << i)
			json_z(j, route_state_words.words[i]);
	json_end_list(j);
}

static void json_match(const struct route *r, struct json *j)
{
	json_key(j, "severity");
	json_z(j, r->min_severity >= 0 ? severity_words.words[r->min_severity] : NULL);
	json_strs("rules", &r->rules, j);
	json_key(j, "notify");
	json_str(j, r->notify);
	json_states(r->states, j);
	json_strs("site", &r->sites, j);
	json_strs("therapist", &r->therapists, j);
	json_key(j, "supervisor");
	json_str(j, r->supervisor ? r->supervisor->name : (struct str){ NULL, 0 });
}

static void json_digest(const struct digest_times *times, struct json *j)
{
	char at[16];

	json_key(j, "digest");
	if (!times->set) {
		json_z(j, NULL);
		return;
	}
	snprintf(at, sizeof at, "%02d:%02d", times->minute / 60, times->minute % 60);
	json_map(j);
	json_key(j, "at");
	json_z(j, at);
	json_key(j, "days");
	json_list(j);
	for (int i = 0; i < 7; i++)
		if (times->days & 1u << i)
			json_z(j, day_names[i]);
	json_end_list(j);
	json_end_map(j);
}

/* Seconds and messages a week; null where there is none. */
static void json_amount(const char *key, int64_t n, struct json *j)
{
	json_key(j, key);
	if (n)
		json_int(j, n);
	else
		json_z(j, NULL);
}

static void json_times(const struct route *r, struct json *j)
{
	json_key(j, "group");
	json_z(j, route_group_words.words[r->group]);
	json_amount("wait_s", r->wait_s, j);
	json_digest(&r->digest, j);
	json_amount("budget", r->budget, j);
	json_key(j, "budget_of");
	json_str(j, r->budget ? r->budget_of : (struct str){ NULL, 0 });
	json_amount("ack_within_s", r->ack_within_s, j);
	json_strs("escalate", &r->escalate, j);
}

static void json_route(const struct route *r, struct json *j)
{
	json_map(j);
	json_key(j, "name");
	json_str(j, r->name);
	json_strs("to", &r->to, j);
	json_match(r, j);
	json_times(r, j);
	json_key(j, "continue");
	json_bool(j, r->go_on);
	json_key(j, "routes");
	json_list(j);
	for (size_t i = 0; i < r->routes.n; i++)
		json_route(&r->routes.items[i], j);
	json_end_list(j);
	json_end_map(j);
}

static int list_routes(const struct tool *t, const struct config *c)
{
	struct json *j;

	if (!t->json) {
		for (size_t i = 0; i < c->routes.all.n; i++)
			put_route(&c->routes.all.items[i], 0);
		printf("fallback  -> %.*s\n", STR_ARG(c->routes.fallback));
		return EXIT_FINE;
	}
	j = json_new(false);
	for (size_t i = 0; i < c->routes.all.n; i++) {
		json_route(&c->routes.all.items[i], j);
		tool_print(j);
	}
	json_free(j);
	return EXIT_FINE;
}

/* ---- where an alert would go ---- */

struct asked {
	struct rule rule; /* a rule of the set, or one of which only the id is known */
	struct dispatch_facts facts;
	bool all, severity_said, notify_said;
	struct str notify;
};

static const char *why_words(enum route_why why)
{
	static const char *const words[] = {
		[ROUTE_TAKES] = "takes it",
		[ROUTE_CHILD_TOOK] = "one of its routes takes it",
		[ROUTE_NOT_ASKED] = "not looked at: one before it takes it and does not go on",
		[ROUTE_SEVERITY] = "passed over: the severity is too low",
		[ROUTE_RULES] = "passed over: it asks for other rules",
		[ROUTE_NOTIFY] = "passed over: it asks for another label of `notify`",
		[ROUTE_STATE] = "passed over: it asks for another state",
		[ROUTE_SITE] = "passed over: it asks for another site",
		[ROUTE_THERAPIST] = "passed over: it asks for another therapist",
		[ROUTE_SUPERVISOR] = "passed over: neither site nor therapist is that supervisor's",
		[ROUTE_NOT_NAMED] = "passed over: the rule is safeguarding, and it does not name it",
	};

	return words[why];
}

static const char *how_words(const struct dispatch_facts *facts, const struct route *by)
{
	switch (dispatch_plan(facts, by, true, 0).how) {
	case DISPATCH_ALONE:
		return "at once";
	case DISPATCH_GROUP:
		return dispatch_plan(facts, by, true, 0).wait_s ? "with others, after the wait"
								: "at once, with others";
	case DISPATCH_DIGEST:
		return "in the digest";
	}
	return "";
}

static void put_steps(const route_steps *steps)
{
	for (size_t i = 0; i < steps->n; i++) {
		const struct route_step *s = &steps->items[i];

		printf("%*s%.*s: %s\n", (int)s->depth * INDENT, "", STR_ARG(s->route->name), why_words(s->why));
	}
}

static void json_steps(const route_steps *steps, struct json *j)
{
	json_key(j, "routes");
	json_list(j);
	for (size_t i = 0; i < steps->n; i++) {
		const struct route_step *s = &steps->items[i];

		json_map(j);
		json_key(j, "name");
		json_str(j, s->route->name);
		json_key(j, "takes");
		json_bool(j, s->why == ROUTE_TAKES);
		json_key(j, "why");
		json_z(j, why_words(s->why));
		json_end_map(j);
	}
	json_end_list(j);
}

static void json_answer(const struct asked *asked, const delivery_list *to, const route_steps *steps)
{
	struct json *j = json_new(false);

	json_map(j);
	json_key(j, "rule");
	json_str(j, asked->rule.id);
	json_key(j, "severity");
	json_z(j, severity_words.words[asked->facts.severity]);
	json_key(j, "to");
	json_list(j);
	for (size_t i = 0; i < to->n; i++) {
		json_map(j);
		json_key(j, "route");
		json_str(j, to->items[i].route);
		json_key(j, "sink");
		json_str(j, to->items[i].sink);
		json_key(j, "when");
		json_z(j, how_words(&asked->facts, to->items[i].by));
		json_end_map(j);
	}
	json_end_list(j);
	if (steps)
		json_steps(steps, j);
	json_end_map(j);
	tool_print(j);
	json_free(j);
}

static int ask(const struct tool *t, struct arena *a, const struct config *c, const struct asked *asked)
{
	delivery_list to;
	route_steps steps;

	routes_match(a, &c->routes, &asked->facts, &to, &steps);
	if (t->json) {
		json_answer(asked, &to, &steps);
		return to.n ? EXIT_FINE : EXIT_FOUND;
	}
	put_steps(&steps);
	for (size_t i = 0; i < to.n; i++)
		printf("-> %.*s, by %.*s, %s\n", STR_ARG(to.items[i].sink), STR_ARG(to.items[i].route),
		       how_words(&asked->facts, to.items[i].by));
	if (!to.n)
		puts("-> nobody");
	return to.n ? EXIT_FINE : EXIT_FOUND;
}

/* ---- every rule ---- */

/* A row of the table; whether anybody hears. */
static bool table_row(const struct tool *t, struct arena *a, const struct config *c, struct asked *asked)
{
	delivery_list to;

	routes_match(a, &c->routes, &asked->facts, &to, NULL);
	if (t->json) {
		json_answer(asked, &to, NULL);
		return to.n > 0;
	}
	printf("%-28.*s %-9s", STR_ARG(asked->rule.id), severity_words.words[asked->facts.severity]);
	for (size_t i = 0; i < to.n; i++)
		printf("%s%.*s -> %.*s", i ? ", " : " ", STR_ARG(to.items[i].route), STR_ARG(to.items[i].sink));
	puts(to.n ? "" : " reaches nobody");
	return to.n > 0;
}

static unsigned severities_of(const struct rule *rule)
{
	unsigned set = rule->raise.set ? 1u << rule->raise.to : 0;

	for (size_t i = 0; i < rule->n_ladder; i++)
		set |= 1u << rule->ladder[i].severity;
	return set;
}

static int ask_all(const struct tool *t, struct arena *a, const struct config *c, const struct ruleset *rules,
		   struct asked *asked)
{
	size_t nobody = 0;

	for (size_t i = 0; i < rules->n; i++) {
		const struct rule *rule = &rules->rules[i];
		unsigned set = rule->status == STATUS_ACTIVE && !rule->strength ? severities_of(rule) : 0;

		asked->rule = *rule;
		for (int s = SEVERITY_CRITICAL; s >= SEVERITY_INFO; s--) {
			asked->facts.severity = (enum severity)s;
			if (set & 1u << s)
				nobody += !table_row(t, a, c, asked);
		}
	}
	if (nobody && !t->json)
		fprintf(stderr, "rupturectl: %zu of these reach nobody\n", nobody);
	return nobody ? EXIT_FOUND : EXIT_FINE;
}

/* ---- what is asked ---- */

/* Of the engine's own alerts all are warnings but this. */
static bool is_heartbeat(struct str id)
{
	return str_is(id, "engine.heartbeat");
}

static void say_unknown(const struct asked *asked, const struct ruleset *rules)
{
	if (asked->rule.id.n && !str_starts(asked->rule.id, "engine.") && !rules_find(rules, asked->rule.id))
		fprintf(stderr, "rupturectl: no rule in force is \"%.*s\"; this is where one of that name would go\n",
			STR_ARG(asked->rule.id));
}

/* The severity that the rule may have, the gravest, unless it was said. */
static void settle(struct asked *asked, const struct ruleset *rules)
{
	const struct rule *rule = rules_find(rules, asked->rule.id);
	struct str id = asked->rule.id;

	if (rule)
		asked->rule = *rule;
	asked->rule.id = id;
	if (is_heartbeat(id) && !asked->severity_said)
		asked->facts.severity = SEVERITY_INFO;
	if (asked->notify_said)
		asked->rule.notify = asked->notify;
	for (int s = SEVERITY_INFO; rule && !asked->severity_said && s <= SEVERITY_CRITICAL; s++)
		if (severities_of(rule) & 1u << s)
			asked->facts.severity = (enum severity)s;
}

static int word_of(const struct words *words, const char *word, const char *what, int *ret)
{
	for (int i = 0; words->words[i]; i++) {
		if (strcmp(words->words[i], word) != 0)
			continue;
		*ret = i;
		return EXIT_FINE;
	}
	return tool_misuse("routes: \"%s\" is no %s", word, what);
}

static int take_option(struct arena *a, struct asked *asked, const char *option, const char *value)
{
	int word = 0, rc = EXIT_FINE;

	if (strcmp(option, "--severity") == 0) {
		rc = word_of(&severity_words, value, "severity", &word);
		asked->facts.severity = (enum severity)word;
		asked->severity_said = true;
	} else if (strcmp(option, "--state") == 0) {
		rc = word_of(&route_state_words, value, "state", &word);
		asked->facts.state = word;
	} else if (strcmp(option, "--rule") == 0) {
		asked->rule.id = str_of(value);
	} else if (strcmp(option, "--site") == 0) {
		asked->facts.site = str_of(value);
	} else if (strcmp(option, "--therapist") == 0) {
		*VEC_PUSH(a, &asked->facts.persons) = str_of(value);
	} else if (strcmp(option, "--notify") == 0) {
		asked->notify = str_of(value);
		asked->notify_said = true;
	} else {
		rc = tool_misuse("routes test: unknown option \"%s\"", option);
	}
	return rc;
}

static int parse(struct arena *a, int argc, char **argv, struct asked *asked)
{
	int rc = EXIT_FINE;

	for (int i = 2; rc == EXIT_FINE && i < argc; i++) {
		if (strcmp(argv[i], "--all") == 0)
			asked->all = true;
		else if (i + 1 == argc)
			rc = tool_misuse("routes test: what is \"%s\"?", argv[i]);
		else
			rc = take_option(a, asked, argv[i], argv[i + 1]), i++;
	}
	return rc;
}

static int test_routes(const struct tool *t, const struct config *c, int argc, char **argv)
{
	const struct strs configured = { 0 };
	struct arena a = { 0 };
	struct asked asked = { .rule = { .id = STR("") }, .facts = { .severity = SEVERITY_WARNING } };
	struct ruleset *rules = NULL;
	int rc = parse(&a, argc, argv, &asked);

	asked.facts.rule = &asked.rule;
	if (rc == EXIT_FINE && !(rules = tool_rules(t, &configured)))
		rc = EXIT_WRONG;
	if (rc == EXIT_FINE && asked.all) {
		rc = ask_all(t, &a, c, rules, &asked);
	} else if (rc == EXIT_FINE) {
		say_unknown(&asked, rules);
		settle(&asked, rules);
		rc = ask(t, &a, c, &asked);
	}
	rules_free(rules);
	arena_release(&a);
	return rc;
}

int tool_routes(struct tool *t, int argc, char **argv)
{
	struct config *config;
	bool test = argc > 1 && strcmp(argv[1], "test") == 0;
	int rc;

	if (!test && (argc > 2 || (argc == 2 && strcmp(argv[1], "list") != 0)))
		return tool_misuse("usage: rupturectl routes [list] | test [--severity S] [--rule ID] [--site S]"
				   " [--therapist P] [--state S] [--notify L] | test --all");
	if (!(config = tool_config(t)))
		return EXIT_WRONG;
	rc = test ? test_routes(t, config, argc, argv) : list_routes(t, config);
	config_free(config);
	return rc;
}
