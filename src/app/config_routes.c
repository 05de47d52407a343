/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tree of routes, and the supervisors that routes ask for.  What a route does not say it has from the one around
 * it; here, so that nobody else has to ask.
 */
#include "app/config_delivery.h"
#include "app/config_time.h"
#include "base/date.h"
#include "core/route_reach.h"
#include "core/shape.h"

#define DEFAULT_ROUTE "everything"
#define AT_LEAST      "at least "
#define A_WEEK	      " a week"
#define BUDGET_MAX    10000
#define WAIT_MAX_S    DAY_S
#define ROUTES_DEPTH  8
#define UNSAID	      (-1)

/* A route as written. */
struct route_said {
	struct str name;
	struct route match; /* only what is matched */
	struct strs to, escalate;
	bool to_said;
	bool go_on;
	int group;
	int64_t wait_s, budget, ack_within_s;
	struct digest_times digest;
	bool digest_said;
	const struct doc *routes;
};

/* Where a route stands, for what is told of it once all are read. */
struct place {
	struct str name, path;
	struct span at;
};
struct routes_reading {
	struct reader *r;
	struct config *c;
	VEC(struct place) places;
	size_t depth;
};

/* ---- what is matched ---- */

static int word_value(const struct words *words, struct str word, size_t *ret_n)
{
	int found = -1;

	for (*ret_n = 0; words->words[*ret_n]; (*ret_n)++)
		if (str_is(word, words->words[*ret_n]))
			found = (int)*ret_n;
	return found;
}

static void read_least(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct str said = { 0 }, word;
	const char *hint;
	size_t n;
	int value;

	read_str(r, v, &said, f);
	if (!said.p)
		return;
	word = str_starts(said, AT_LEAST) ? (struct str){ said.p + 9, said.n - 9 } : said;
	value = word_value(&severity_words, word, &n);
	if (value >= 0 && word.n != said.n) {
		*(int *)into = value;
		return;
	}
	hint = value >= 0 ? arena_printf(r->arena, "write \"at least %.*s\"", STR_ARG(word)).p
			  : reader_suggest(r, word, severity_words.words, n);
	reader_error(r, v, "severity", hint ? hint : "write \"at least warning\"",
		     "expected \"at least\" and a severity, found \"%.*s\"", STR_ARG(said));
}

static void read_states(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct strs words = { 0 };
	size_t n;

	read_strs(r, v, &words, f);
	for (size_t i = 0; i < words.n; i++) {
		const struct doc *at = v->kind == DOC_LIST && v->n == words.n ? v->items[i] : v;
		int value = word_value(&route_state_words, words.items[i], &n);
		const char *hint;

		if (value >= 0) {
			*(unsigned *)into |= 1u << value;
			continue;
		}
		hint = reader_suggest(r, words.items[i], route_state_words.words, n);
		reader_error(r, at, "state", hint ? hint : "write open, unrepaired, repaired, ...",
			     "an alert has no state \"%.*s\"", STR_ARG(words.items[i]));
	}
}

static void read_supervisor(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	const struct routes *routes = &((const struct config *)r->context)->routes;
	const char **names = ARENA_ARRAY(r->arena, const char *, routes->supervisors.n + 1);
	struct str name = { 0 };
	const char *hint;

	read_str(r, v, &name, f);
	for (size_t i = 0; i < routes->supervisors.n; i++) {
		names[i] = routes->supervisors.items[i].name.p;
		if (str_eq(routes->supervisors.items[i].name, name))
			*(const struct supervisor **)into = &routes->supervisors.items[i];
	}
	if (!name.p || *(const struct supervisor **)into)
		return;
	hint = reader_suggest(r, name, names, routes->supervisors.n);
	reader_error(r, v, "unknown-supervisor", hint ? hint : "add it under \"supervisors\"",
		     "there is no supervisor \"%.*s\"", STR_ARG(name));
}

static const struct shape least_shape = { SHAPE_PATTERN, "^at +least +[a-z]+$" };
static const struct shape state_shape = { SHAPE_WORD, &route_state_words };
static const struct shape states_shape = { SHAPE_SOME, &state_shape };

static const struct field match_fields[] = {
	{ "severity", "how severe at least", read_least, offsetof(struct route, min_severity), false, NULL,
	  "at least warning", &least_shape },
	{ "rules", "rule ids; `*` stands for any characters, save for safeguarding, which must be named whole",
	  read_strs, offsetof(struct route, rules), false, NULL },
	{ "notify", "the label a rule gives under `notify`", read_str, offsetof(struct route, notify), false, NULL },
	{ "state", "what has become of the incident", read_states, offsetof(struct route, states), false, NULL,
	  "open, repairing, repaired, unrepaired, dropped_out, closed, retracted, or a list of them", &states_shape },
	{ "site", "sites, as records name them under `site`", read_strs, offsetof(struct route, sites), false, NULL },
	{ "therapist", "the clinic's own ids of therapists, as records name them under `person`", read_strs,
	  offsetof(struct route, therapists), false, NULL },
	{ "supervisor", "one of `supervisors`: a therapist or the site of theirs", read_supervisor,
	  offsetof(struct route, supervisor), false, NULL, "a name from `supervisors`", &shape_text },
	{ 0 },
};

/* ---- when it is told ---- */

static const char *const day_list[] = { "sunday",   "monday", "tuesday",  "wednesday",
					"thursday", "friday", "saturday", NULL };
static const struct words day_words = { day_list };

static void read_days(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct strs days = { 0 };
	unsigned set = 0;
	size_t n;

	read_strs(r, v, &days, f);
	for (size_t i = 0; i < days.n; i++) {
		const struct doc *at = v->kind == DOC_LIST && v->n == days.n ? v->items[i] : v;
		int day = word_value(&day_words, days.items[i], &n);
		const char *hint;

		if (day >= 0) {
			set |= 1u << day;
			continue;
		}
		hint = reader_suggest(r, days.items[i], day_list, n);
		reader_error(r, at, "day", hint ? hint : "write monday, tuesday, ...", "\"%.*s\" is no day of the week",
			     STR_ARG(days.items[i]));
	}
	if (set)
		*(unsigned *)into = set;
}

#define EVERY_DAY 0x7f
static const struct shape day_shape = { SHAPE_WORD, &day_words };
static const struct shape days_shape = { SHAPE_SOME, &day_shape };
static const struct field digest_fields[] = {
	{ "at", "when, in local time", config_read_time, offsetof(struct digest_times, minute), true, NULL,
	  "hours and minutes, as in \"07:30\"", &config_time_shape },
	{ "days", "on which days. Default: every day", read_days, offsetof(struct digest_times, days), false, NULL,
	  "monday to sunday, or a list of them", &days_shape },
	{ 0 },
};

static bool says_no(const struct doc *v)
{
	return v->kind == DOC_SCALAR && str_is(v->text, "no");
}

static void read_digest(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct route_said *said = into;

	said->digest_said = true;
	said->digest = (struct digest_times){ .set = !says_no(v), .days = EVERY_DAY };
	if (v->kind == DOC_MAP)
		fields_read(r, v, digest_fields, &said->digest);
	else if (said->digest.set)
		config_read_time(r, v, &said->digest.minute, f);
}

/* "20 a week" */
static void read_budget(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct str said = { 0 };
	double number = 0;

	*(int64_t *)into = 0;
	if (says_no(v))
		return;
	read_str(r, v, &said, f);
	if (!said.p)
		return;
	if (str_ends(said, A_WEEK))
		str_number(str_trim((struct str){ said.p, said.n - (sizeof A_WEEK - 1) }), &number);
	if (number >= 1 && number <= BUDGET_MAX && number == (double)(int64_t)number)
		*(int64_t *)into = (int64_t)number;
	else
		reader_error(r, v, "budget", "write \"20 a week\"",
			     "expected a number of messages a week, found \"%.*s\"", STR_ARG(said));
}

static void read_wait(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	int64_t s = 0;

	read_duration(r, v, &s, f);
	if (s > WAIT_MAX_S)
		reader_error(r, v, "wait", "write minutes; what may wait for long belongs in a `digest`",
			     "nobody waits for longer than a day");
	*(int64_t *)into = s;
}

static void read_ack_within(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	int64_t s = -1;

	*(int64_t *)into = 0;
	if (says_no(v))
		return;
	read_duration(r, v, &s, f);
	if (s == 0)
		reader_error(r, v, "duration", "write \"60 minutes\"", "%s cannot be nothing", f->name);
	else if (s > 0)
		*(int64_t *)into = s;
}

/* ---- whom it is told ---- */

static bool strs_have(const struct strs *list, struct str s)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_eq(list->items[i], s))
			return true;
	return false;
}

/* Each fault's place is the item's own. */
static void read_sinks(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	const struct config *c = r->context;
	struct strs names = { 0 }, *ret = into;

	read_strs(r, v, &names, f);
	if (v->kind == DOC_LIST && v->n == 0)
		reader_error(r, v, "no-sinks", "name a sink", "a route to nobody");
	for (size_t i = 0; i < names.n; i++) {
		const struct doc *at = v->kind == DOC_LIST && v->n == names.n ? v->items[i] : v;

		if (!config_sink(c, names.items[i]))
			config_unknown_sink(r, c, at, names.items[i]);
		else if (strs_have(ret, names.items[i]))
			reader_error(r, at, "twice", "name each sink once", "sink \"%.*s\" is here already",
				     STR_ARG(names.items[i]));
		*VEC_PUSH(r->arena, ret) = names.items[i];
	}
}

static const struct words no_words = { (const char *const[]){ "no", NULL } };
static const struct shape no_shape = { SHAPE_WORD, &no_words };
static const struct shape digest_shape = { SHAPE_TABLE, digest_fields };
static const struct shape *const either_digest[] = { &config_time_shape, &no_shape, &digest_shape, NULL };
static const struct shape or_digest_shape = { SHAPE_EITHER, either_digest };
static const struct shape budget_shape = { SHAPE_PATTERN, "^([0-9]+ +a week|no)$" };
static const struct shape *const either_duration[] = { &shape_duration, &no_shape, NULL };
static const struct shape or_duration_shape = { SHAPE_EITHER, either_duration };
static const struct shape route_shape = { SHAPE_DEFINED, "route" };
static const struct shape routes_shape = { SHAPE_LIST, &route_shape };

static const struct field route_fields[] = {
	{ "name", "alerts carry it", read_str, offsetof(struct route_said, name), true, NULL },
	{ "match", "what it takes: all that is said must hold; without it: everything but safeguarding", read_map,
	  offsetof(struct route_said, match), false, match_fields },
	{ "to",
	  "the sinks that are told; a route inside another one that says nothing has this, and all below, from it",
	  read_sinks, offsetof(struct route_said, to), false, NULL, "names of sinks", &shape_texts },
	{ "continue", "yes: later routes are looked at too", read_flag, offsetof(struct route_said, go_on), false,
	  NULL },
	{ "group", "what is decided together becomes one message: of a case, or of all. Default: no", read_word,
	  offsetof(struct route_said, group), false, &route_group_words },
	{ "wait", "how long a group waits for more; 0 seconds: what one record brought. Default: 0 seconds", read_wait,
	  offsetof(struct route_said, wait_s), false, NULL, "a time span, at most 1 day", &shape_duration },
	{ "digest", "when notices, and what is less, are told, in one message; warnings go at once. Default: no",
	  read_digest, 0, false, NULL, "hours and minutes, as in \"07:30\", no, or a map, see below",
	  &or_digest_shape },
	{ "budget",
	  "messages a sink gets through it in any seven days; then notices, and what is less, wait for the digest, or "
	  "for 07:00. Default: no",
	  read_budget, offsetof(struct route_said, budget), false, NULL, "a number and a week, as in 20 a week; no",
	  &budget_shape },
	{ "ack_within",
	  "unless somebody has acknowledged it by then, it goes to `escalate`. Default: no; safeguarding: 60 minutes",
	  read_ack_within, offsetof(struct route_said, ack_within_s), false, NULL, "a time span, no",
	  &or_duration_shape },
	{ "escalate", "the sinks that are told then", read_sinks, offsetof(struct route_said, escalate), false, NULL,
	  "names of sinks", &shape_texts },
	{ "routes", "routes in it, for what it matches; they are looked at before its own `to`", read_any,
	  offsetof(struct route_said, routes), false, NULL, "a list of routes", &routes_shape },
	{ 0 },
};

const struct field *config_route_fields(void)
{
	return route_fields;
}

const struct field *config_digest_fields(void)
{
	return digest_fields;
}

/* ---- a route ---- */

static void name_check(struct routes_reading *rs, const struct doc *route, struct str name)
{
	const struct doc *at = doc_get(route, "name");

	if (!name.p || !at)
		return;
	if (!config_name_ok(name))
		reader_error(rs->r, at, "route-name", CONFIG_NAME_HINT, "\"%.*s\" is not a name for a route",
			     STR_ARG(name));
	for (size_t i = 0; i < rs->places.n; i++)
		if (str_eq(rs->places.items[i].name, name))
			reader_error(rs->r, at, "route-name", "give each route its own name",
				     "there is a route \"%.*s\" already", STR_ARG(name));
}

/* What it says, and else what the one around it says. */
static struct route settle(const struct route_said *said, const struct route *outer)
{
	struct route ret = said->match;

	ret.name = said->name;
	ret.go_on = said->go_on;
	ret.to = said->to.n ? said->to : outer->to;
	ret.escalate = said->escalate.n ? said->escalate : outer->escalate;
	ret.group = said->group != UNSAID ? said->group : outer->group;
	ret.wait_s = said->wait_s != UNSAID ? said->wait_s : outer->wait_s;
	ret.digest = said->digest_said ? said->digest : outer->digest;
	ret.budget = said->budget != UNSAID ? said->budget : outer->budget;
	ret.budget_of = said->budget != UNSAID ? said->name : outer->budget_of;
	ret.ack_within_s = said->ack_within_s != UNSAID ? said->ack_within_s : outer->ack_within_s;
	return ret;
}

/* Of a safeguarding rule, for all that is known here: that it wants an answer need not be said (core/dispatch.h). */
static bool names_a_rule(const struct route *route)
{
	for (size_t i = 0; i < route->rules.n; i++)
		if (!memchr(route->rules.items[i].p, '*', route->rules.items[i].n))
			return true;
	return false;
}

/* What goes only with something else. */
static void route_check(struct routes_reading *rs, const struct doc *doc, const struct route *route)
{
	const struct doc *wait = doc_get(doc, "wait"), *ack = doc_get(doc, "ack_within"),
			 *escalate = doc_get(doc, "escalate");

	if (doc->kind == DOC_MAP && !doc_get(doc, "to") && !route->to.n)
		reader_error(rs->r, doc, "missing-key", "name the sinks that are told: \"to: [...]\"",
			     "\"to\" is missing");
	if (wait && route->wait_s > 0 && route->group == ROUTE_ALONE)
		reader_error(rs->r, wait, "wait", "write \"group: case\" or \"group: route\" beside it",
			     "nothing is waited for where alerts go one by one");
	if (ack && route->ack_within_s && !route->escalate.n)
		reader_error(rs->r, ack, "escalation", "name the sinks under \"escalate\"",
			     "nobody is told when nobody acknowledges");
	if (escalate && !route->ack_within_s && !names_a_rule(route))
		reader_error(rs->r, escalate, "escalation", "write \"ack_within: 60 minutes\" beside it",
			     "it is never said when this happens");
}

static void list_read(struct routes_reading *rs, const struct doc *routes, const struct route *outer,
		      struct route_list *into);

static struct route route_read(struct routes_reading *rs, const struct doc *doc, const struct route *outer)
{
	struct reader *r = rs->r;
	struct route_said said = {
		.match = { .min_severity = -1 },
		.group = UNSAID,
		.wait_s = UNSAID,
		.budget = UNSAID,
		.ack_within_s = UNSAID,
	};
	struct route route;

	fields_read(r, doc, route_fields, &said);
	route = settle(&said, outer);
	name_check(rs, doc, said.name);
	route_check(rs, doc, &route);
	*VEC_PUSH(r->arena, &rs->places) = (struct place){ said.name, reader_path(r), doc->at };
	if (said.routes)
		list_read(rs, said.routes, &route, &route.routes);
	return route;
}

static void list_check(struct routes_reading *rs, const struct doc *routes)
{
	if (routes->kind != DOC_LIST)
		reader_error(rs->r, routes, "wrong-kind", "write \"- {name: ..., to: [...]}\" lines below it",
			     "expected a list of routes, found %s", doc_describe(rs->r->arena, routes).p);
	else if (rs->depth > ROUTES_DEPTH)
		reader_error(rs->r, routes, "too-deep", "name more of it in one `match`",
			     "routes inside each other, more than %d deep", ROUTES_DEPTH);
}

/* The routes below `routes`, into `into`; `outer`: the one around, as far as it is read. */
static void list_read(struct routes_reading *rs, const struct doc *routes, const struct route *outer,
		      struct route_list *into)
{
	struct path list, here;

	rs->depth++;
	config_enter(rs->r, &list, "routes", 0);
	list_check(rs, routes);
	for (size_t i = 0; routes->kind == DOC_LIST && rs->depth <= ROUTES_DEPTH && i < routes->n; i++) {
		struct route route;

		config_enter(rs->r, &here, NULL, i);
		route = route_read(rs, routes->items[i], outer);
		*VEC_PUSH(rs->r->arena, into) = route;
		config_leave(rs->r, &here);
	}
	config_leave(rs->r, &list);
	rs->depth--;
}

/* ---- what no alert gets to ---- */

static bool takes_everything(const struct route *route)
{
	return route->min_severity <= SEVERITY_INFO && !route->rules.n && !route->notify.p && !route->sites.n &&
	       !route->therapists.n && !route->supervisor && !route->states;
}

static void warn_unreached(struct routes_reading *rs, const struct route_unreached *u)
{
	struct arena *a = rs->r->arena;
	struct str by = u->by->name, hint, message;

	hint = u->around ? arena_printf(a, "move it out of \"%.*s\"", STR_ARG(by))
			 : arena_printf(a, "give \"%.*s\" \"continue: yes\", or put it last", STR_ARG(by));
	message = u->around
			  ? arena_printf(a, "never reached: route \"%.*s\" around it lets in nothing that it asks for",
					 STR_ARG(by))
			  : arena_printf(a, "never reached: route \"%.*s\" takes everything%s", STR_ARG(by),
					 takes_everything(u->by) ? "" : " that this one asks for");
	for (size_t i = 0; i < rs->places.n; i++) {
		const struct place *p = &rs->places.items[i];

		if (str_eq(p->name, u->route->name))
			diag_add(rs->r->diags, DIAG_WARNING, "unreachable-route", p->at, p->path, hint.p, "%s",
				 message.p);
	}
}

static void reach_check(struct routes_reading *rs)
{
	route_unreached_list list;

	routes_unreached(rs->r->arena, &rs->c->routes, &list);
	for (size_t i = 0; i < list.n; i++)
		if (list.items[i].route->name.p)
			warn_unreached(rs, &list.items[i]);
}

/* ---- supervisors ---- */

static const struct field supervisor_fields[] = {
	{ "therapists", "the clinic's own ids of therapists, as records name them under `person`", read_strs,
	  offsetof(struct supervisor, therapists), false, NULL },
	{ "sites", "sites, as records name them under `site`", read_strs, offsetof(struct supervisor, sites), false,
	  NULL },
	{ 0 },
};

const struct field *config_supervisor_fields(void)
{
	return supervisor_fields;
}

static void supervisor_read(struct reader *r, struct config *c, const struct doc_pair *pair)
{
	struct supervisor *s = VEC_PUSH(&c->arena, &c->routes.supervisors);
	struct path here;

	s->name = pair->key;
	config_enter(r, &here, pair->key.p, 0);
	if (!config_name_ok(pair->key))
		reader_error_at(r, pair->at, "supervisor-name", CONFIG_NAME_HINT,
				"\"%.*s\" is not a name for a supervisor", STR_ARG(pair->key));
	if (fields_read(r, pair->value, supervisor_fields, s) && !s->therapists.n && !s->sites.n)
		reader_error_at(r, pair->at, "supervisor", "write \"therapists: [...]\", \"sites: [...]\", or both",
				"\"%.*s\" supervises nobody", STR_ARG(pair->key));
	config_leave(r, &here);
}

static void supervisors_read(struct reader *r, struct config *c, const struct doc *doc)
{
	struct path here;

	config_enter(r, &here, "supervisors", 0);
	if (doc->kind != DOC_MAP)
		reader_error(r, doc, "wrong-kind", "write \"NAME: {therapists: [...], sites: [...]}\" lines below it",
			     "expected a map of supervisors, found %s", doc_describe(&c->arena, doc).p);
	for (size_t i = 0; doc->kind == DOC_MAP && i < doc->n; i++)
		supervisor_read(r, c, &doc->pairs[i]);
	config_leave(r, &here);
}

static bool supervisor_asked(const struct route_list *routes, const struct supervisor *s)
{
	for (size_t i = 0; i < routes->n; i++)
		if (routes->items[i].supervisor == s || supervisor_asked(&routes->items[i].routes, s))
			return true;
	return false;
}

static void supervisors_check(struct reader *r, const struct config *c, const struct doc *doc)
{
	struct path here;

	config_enter(r, &here, "supervisors", 0);
	for (size_t i = 0; i < c->routes.supervisors.n; i++) {
		const struct supervisor *s = &c->routes.supervisors.items[i];

		for (size_t k = 0; k < doc->n && !supervisor_asked(&c->routes.all, s); k++)
			if (str_eq(doc->pairs[k].key, s->name))
				diag_add(r->diags, DIAG_WARNING, "unused-supervisor", doc->pairs[k].at, reader_path(r),
					 arena_printf(r->arena, "write \"match: {supervisor: %.*s}\" in a route",
						      STR_ARG(s->name))
						 .p,
					 "no route asks for supervisor \"%.*s\"", STR_ARG(s->name));
	}
	config_leave(r, &here);
}

/* ---- all of it ---- */

/* One line an alert: what reads logs wants no groups. */
static void routes_default(struct config *c)
{
	struct route route = { .name = STR(DEFAULT_ROUTE), .min_severity = -1, .go_on = true };

	if (!config_sink(c, STR(CONFIG_DEFAULT_SINK)))
		return;
	*VEC_PUSH(&c->arena, &route.to) = STR(CONFIG_DEFAULT_SINK);
	*VEC_PUSH(&c->arena, &c->routes.all) = route;
}

void config_routes_read(struct reader *r, struct config *c, const struct delivery_said *said)
{
	static const struct route nothing_said = { .group = ROUTE_ALONE };
	struct routes_reading rs = { .r = r, .c = c };

	r->context = c;
	if (said->supervisors)
		supervisors_read(r, c, said->supervisors);
	if (said->routes) {
		list_read(&rs, said->routes, &nothing_said, &c->routes.all);
		reach_check(&rs);
	} else {
		routes_default(c);
	}
	if (said->supervisors)
		supervisors_check(r, c, said->supervisors);
}
