/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/config_delivery.h"

#include "base/date.h"
#include "core/shape.h"

#define DEFAULT_SINK	CONFIG_DEFAULT_SINK
#define DEFAULT_KIND	"syslog"
#define DEFAULT_ROUTE	"everything"
#define RETRY_FIRST_S	1
#define RETRY_LONGEST_S (15 * 60)
#define RETRY_GIVE_UP_S (7 * DAY_S) /* a hook that is broken over a long weekend loses nothing */
#define REST_AFTER	5
#define ATTEMPTS_MAX	10000
#define NAME_MAX_BYTES	32
#define AT_LEAST	"at least "

/* One step down the document, for the path of a fault. */
static struct path *path_enter(struct reader *r, struct path *p, const char *key, size_t index)
{
	*p = (struct path){ .outer = r->path, .key = key, .index = index };
	r->path = p;
	return p;
}

static void path_leave(struct reader *r, const struct path *p)
{
	r->path = p->outer;
}

/* Names stand in keys, environment variables and log lines. */
static bool name_ok(struct str name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789_-.";

	if (name.n == 0 || name.n > NAME_MAX_BYTES || name.p[0] < 'a' || name.p[0] > 'z')
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!memchr(allowed, name.p[i], sizeof allowed - 1))
			return false;
	return true;
}

#define NAME_HINT "use small letters, digits, \"-\", \"_\" and \".\", a letter first, at most 32"

/* ---- sinks ---- */

struct chosen {
	const struct sink_kind *kind;
	void *settings;
	const struct doc *doc; /* of the settings */
};
struct sink_said {
	int privacy; /* -1: the kind's default */
	struct {
		int64_t first_s, longest_s, give_up_s, attempts, rest_after;
	} retry;
	struct chosen chosen;
};

static void read_kind(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct chosen *chosen = into;

	if (chosen->kind) {
		reader_error(r, v, "sink-kind", "give each its own sink", "a sink is of one kind: \"%s\" or \"%s\"",
			     chosen->kind->name, f->name);
		return;
	}
	chosen->kind = f->detail;
	chosen->doc = v;
	chosen->settings = chosen->kind->read(r, v);
}

static void read_wait(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	int64_t s = -1;

	read_duration(r, v, &s, f);
	if (s == 0)
		reader_error(r, v, "duration", "write at least \"1 second\"", "retry %s cannot be nothing", f->name);
	else if (s > 0)
		*(int64_t *)into = s;
}

static void read_give_up(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	if (v->kind == DOC_SCALAR && str_is(v->text, "never"))
		*(int64_t *)into = 0;
	else
		read_wait(r, v, into, f);
}

static const struct words never_words = { (const char *const[]){ "never", NULL } };
static const struct shape never_shape = { SHAPE_WORD, &never_words };
static const struct shape *const either_never[] = { &shape_duration, &never_shape, NULL };
static const struct shape or_never_shape = { SHAPE_EITHER, either_never };

#define IN_RETRY(member) (offsetof(struct sink_said, retry.member) - offsetof(struct sink_said, retry))
static const struct limit_range attempts_range = { 1, ATTEMPTS_MAX, true };
static const struct limit_range rest_range = { 0, ATTEMPTS_MAX, true };
static const struct field retry_fields[] = {
	{ "first", "the wait after the first failure; it doubles each time. Default: 1 second", read_wait,
	  IN_RETRY(first_s), false, NULL, "a time span", &shape_duration },
	{ "longest", "no wait is longer than this. Default: 15 minutes", read_wait, IN_RETRY(longest_s), false, NULL,
	  "a time span", &shape_duration },
	{ "give_up", "after failing for so long the alert is dead: kept, and not tried any more. Default: 7 days",
	  read_give_up, IN_RETRY(give_up_s), false, NULL, "a time span, never", &or_never_shape },
	{ "attempts", "or after so many tries. Default: any number", read_int, IN_RETRY(attempts), false,
	  &attempts_range },
	{ "rest_after",
	  "after so many failures in a row, of whatever alerts, one try at a time, at most a minute apart, until one "
	  "works; 0: never. Default: 5",
	  read_int, IN_RETRY(rest_after), false, &rest_range },
	{ 0 },
};
static const struct field sink_fields[] = {
	{ "privacy", "what an alert carries there. Default: numbers for exec, advice for webhook, else tokens",
	  read_word, offsetof(struct sink_said, privacy), false, &privacy_words },
	{ "retry", "how often and how long a failed delivery is tried again", read_map,
	  offsetof(struct sink_said, retry), false, retry_fields },
	{ 0 },
};
#define SINK_FIELDS (sizeof sink_fields / sizeof sink_fields[0] - 1)

const struct field *config_sink_fields(void)
{
	return sink_fields;
}

/* The rows common to all sinks and one row a kind, so that a new kind needs no line here. */
static const struct field *sink_table(struct arena *a)
{
	size_t kinds = 0;
	struct field *table;

	while (sink_kinds[kinds])
		kinds++;
	table = ARENA_ARRAY(a, struct field, SINK_FIELDS + kinds + 1);
	memcpy(table, sink_fields, sizeof sink_fields);
	for (size_t i = 0; i < kinds; i++)
		table[SINK_FIELDS + i] = (struct field){
			sink_kinds[i]->name, sink_kinds[i]->help, read_kind, offsetof(struct sink_said, chosen), false,
			sink_kinds[i]
		};
	return table;
}

static struct sink sink_settle(struct str name, const struct sink_said *said)
{
	return (struct sink){
		.name = name,
		.kind = said->chosen.kind,
		.privacy = said->privacy >= 0 ? (enum privacy)said->privacy : said->chosen.kind->privacy,
		.settings = said->chosen.settings,
		.retry_first_s = said->retry.first_s,
		.retry_max_s = said->retry.longest_s,
		.give_up_s = said->retry.give_up_s,
		.max_attempts = (int)said->retry.attempts,
		.rest_after = (int)said->retry.rest_after,
	};
}

static void kind_check(struct reader *r, const struct chosen *chosen, enum privacy privacy)
{
	struct path here;

	if (!chosen->kind->check || !chosen->settings)
		return;
	path_enter(r, &here, chosen->kind->name, 0);
	chosen->kind->check(r, chosen->doc, chosen->settings, privacy);
	path_leave(r, &here);
}

static void sink_read(struct reader *r, struct config *c, const struct field *table, const struct doc_pair *pair)
{
	struct sink_said said = { -1,
				  { RETRY_FIRST_S, RETRY_LONGEST_S, RETRY_GIVE_UP_S, 0, REST_AFTER },
				  { NULL, NULL, NULL } };
	struct sink *sink;
	struct path here;
	bool fine;

	path_enter(r, &here, pair->key.p, 0);
	if (!name_ok(pair->key))
		reader_error_at(r, pair->at, "sink-name", NAME_HINT, "\"%.*s\" is not a name for a sink",
				STR_ARG(pair->key));
	fine = fields_read(r, pair->value, table, &said);
	if (fine && !said.chosen.kind)
		reader_error_at(r, pair->at, "sink-kind", "write \"syslog: {...}\" or \"exec: {command: [...]}\"",
				"sink \"%.*s\" does not say where it leads", STR_ARG(pair->key));
	/* A faulty sink is a sink all the same: the routes that name it are not at fault. */
	if (!said.chosen.kind)
		said.chosen.kind = sink_kinds[0];
	sink = VEC_PUSH(&c->arena, &c->sinks);
	*sink = sink_settle(pair->key, &said);
	kind_check(r, &said.chosen, sink->privacy);
	path_leave(r, &here);
}

static void sinks_default(struct config *c)
{
	struct sink_said said = { -1,
				  { RETRY_FIRST_S, RETRY_LONGEST_S, RETRY_GIVE_UP_S, 0, REST_AFTER },
				  { NULL, NULL, NULL } };
	struct diags none = { .arena = &c->arena };
	struct reader r = { .arena = &c->arena, .diags = &none };
	const struct doc empty = { .kind = DOC_MAP };

	said.chosen.kind = sink_kind_find(STR(DEFAULT_KIND));
	said.chosen.settings = said.chosen.kind->read(&r, &empty);
	*VEC_PUSH(&c->arena, &c->sinks) = sink_settle(STR(DEFAULT_SINK), &said);
}

static void sinks_read(struct reader *r, struct config *c, const struct doc *sinks)
{
	const struct field *table = sink_table(&c->arena);
	struct path here;

	path_enter(r, &here, "sinks", 0);
	if (sinks->kind != DOC_MAP)
		reader_error(r, sinks, "wrong-kind", "write \"NAME: {syslog: {...}}\" lines below it",
			     "expected a map of sinks, found %s", doc_describe(&c->arena, sinks).p);
	else if (sinks->n == 0)
		reader_error(r, sinks, "no-sinks", "leave the key out for the default: syslog",
			     "without a sink nobody is told");
	for (size_t i = 0; sinks->kind == DOC_MAP && i < sinks->n; i++)
		sink_read(r, c, table, &sinks->pairs[i]);
	path_leave(r, &here);
}

/* ---- routes ---- */

struct match_said {
	int min_severity;
	struct strs rules;
	struct str notify;
};
struct route_said {
	struct str name;
	struct match_said match;
	const struct doc *to;
	bool go_on;
};

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

static const struct shape least_shape = { SHAPE_PATTERN, "^at +least +[a-z]+$" };

static const struct field match_fields[] = {
	{ "severity", "how severe at least", read_least, offsetof(struct match_said, min_severity), false, NULL,
	  "at least warning", &least_shape },
	{ "rules", "rule ids; `*` stands for any characters, save for safeguarding, which must be named whole",
	  read_strs, offsetof(struct match_said, rules), false, NULL },
	{ "notify", "the label a rule gives under `notify`", read_str, offsetof(struct match_said, notify), false,
	  NULL },
	{ 0 },
};
static const struct field route_fields[] = {
	{ "name", "alerts carry it", read_str, offsetof(struct route_said, name), true, NULL },
	{ "match", "what it takes: all that is said must hold; without it: everything but safeguarding", read_map,
	  offsetof(struct route_said, match), false, match_fields },
	{ "to", "the sinks that are told", read_any, offsetof(struct route_said, to), true, NULL, "names of sinks",
	  &shape_texts },
	{ "continue", "yes: later routes are looked at too", read_flag, offsetof(struct route_said, go_on), false,
	  NULL },
	{ 0 },
};

const struct field *config_route_fields(void)
{
	return route_fields;
}

static void unknown_sink(struct reader *r, const struct config *c, const struct doc *at, struct str name)
{
	const char **names = ARENA_ARRAY(r->arena, const char *, c->sinks.n + 1);
	const char *hint;

	for (size_t i = 0; i < c->sinks.n; i++)
		names[i] = c->sinks.items[i].name.p;
	hint = reader_suggest(r, name, names, c->sinks.n);
	if (!hint && c->sinks.n)
		hint = arena_printf(r->arena, "add it under \"sinks\", or use \"%s\"", names[0]).p;
	reader_error(r, at, "unknown-sink", hint, "there is no sink \"%.*s\"", STR_ARG(name));
}

static bool strs_have(const struct strs *list, struct str s)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_eq(list->items[i], s))
			return true;
	return false;
}

/* The sinks of a route; each place is the item's own. */
static void to_read(struct reader *r, const struct config *c, const struct doc *to, struct strs *ret)
{
	static const struct field to_field = { .name = "to" };
	struct strs names = { 0 };
	struct path here;

	path_enter(r, &here, "to", 0);
	read_strs(r, to, &names, &to_field);
	if (to->kind == DOC_LIST && to->n == 0)
		reader_error(r, to, "no-sinks", "name a sink", "a route to nobody");
	for (size_t i = 0; i < names.n; i++) {
		const struct doc *at = to->kind == DOC_LIST && to->n == names.n ? to->items[i] : to;

		if (!config_sink(c, names.items[i]))
			unknown_sink(r, c, at, names.items[i]);
		else if (strs_have(ret, names.items[i]))
			reader_error(r, at, "twice", "name each sink once", "sink \"%.*s\" is here already",
				     STR_ARG(names.items[i]));
		*VEC_PUSH(r->arena, ret) = names.items[i];
	}
	path_leave(r, &here);
}

static void route_name_check(struct reader *r, const struct config *c, const struct doc *route, struct str name)
{
	const struct doc *at = doc_get(route, "name");

	if (!name.p || !at)
		return;
	if (!name_ok(name))
		reader_error(r, at, "route-name", NAME_HINT, "\"%.*s\" is not a name for a route", STR_ARG(name));
	for (size_t i = 0; i < c->routes.all.n; i++)
		if (str_eq(c->routes.all.items[i].name, name))
			reader_error(r, at, "route-name", "give each route its own name",
				     "there is a route \"%.*s\" already", STR_ARG(name));
}

static bool takes_everything(const struct route *route)
{
	return route->min_severity <= SEVERITY_INFO && route->rules.n == 0 && !route->notify.p;
}

/* Save for routes that name rules: those may be for safeguarding, which a route for everything never takes. */
static void reach_check(struct reader *r, const struct config *c, const struct doc *at, const struct route *route)
{
	for (size_t i = 0; i < c->routes.all.n; i++) {
		const struct route *before = &c->routes.all.items[i];

		if (takes_everything(before) && !before->go_on && route->rules.n == 0) {
			reader_warn(r, at, "unreachable-route",
				    arena_printf(r->arena, "give \"%.*s\" \"continue: yes\", or put it last",
						 STR_ARG(before->name))
					    .p,
				    "never reached: route \"%.*s\" takes everything", STR_ARG(before->name));
			return;
		}
	}
}

static void route_read(struct reader *r, struct config *c, const struct doc *doc, size_t index)
{
	struct route_said said = { .match = { .min_severity = -1 } };
	struct route route;
	struct path here;

	path_enter(r, &here, NULL, index);
	fields_read(r, doc, route_fields, &said);
	route = (struct route){ .name = said.name,
				.min_severity = said.match.min_severity,
				.rules = said.match.rules,
				.notify = said.match.notify,
				.go_on = said.go_on };
	if (said.to)
		to_read(r, c, said.to, &route.to);
	route_name_check(r, c, doc, said.name);
	reach_check(r, c, doc, &route);
	*VEC_PUSH(&c->arena, &c->routes.all) = route;
	path_leave(r, &here);
}

static void routes_read(struct reader *r, struct config *c, const struct doc *routes)
{
	struct path here;

	path_enter(r, &here, "routes", 0);
	if (routes->kind != DOC_LIST)
		reader_error(r, routes, "wrong-kind", "write \"- {name: ..., to: [...]}\" lines below it",
			     "expected a list of routes, found %s", doc_describe(&c->arena, routes).p);
	for (size_t i = 0; routes->kind == DOC_LIST && i < routes->n; i++)
		route_read(r, c, routes->items[i], i);
	path_leave(r, &here);
}

static void routes_default(struct config *c)
{
	struct route route = { .name = STR(DEFAULT_ROUTE), .min_severity = -1, .go_on = true };

	if (!config_sink(c, STR(DEFAULT_SINK)))
		return;
	*VEC_PUSH(&c->arena, &route.to) = STR(DEFAULT_SINK);
	*VEC_PUSH(&c->arena, &c->routes.all) = route;
}

/* ---- fallback, and all of it together ---- */

static void fallback_read(struct reader *r, struct config *c, const struct doc *fallback)
{
	static const struct field fallback_field = { .name = "fallback" };
	struct path here;

	path_enter(r, &here, "fallback", 0);
	read_str(r, fallback, &c->routes.fallback, &fallback_field);
	if (c->routes.fallback.p && !config_sink(c, c->routes.fallback))
		unknown_sink(r, c, fallback, c->routes.fallback);
	path_leave(r, &here);
}

static void fallback_default(struct reader *r, struct config *c, const struct doc *sinks)
{
	if (config_sink(c, STR(DEFAULT_SINK)))
		c->routes.fallback = STR(DEFAULT_SINK);
	else if (c->sinks.n)
		reader_error(r, sinks, "no-fallback",
			     arena_printf(r->arena, "add \"fallback: %.*s\"", STR_ARG(c->sinks.items[0].name)).p,
			     "no sink is the fallback for what no route takes");
}

static bool sink_used(const struct config *c, struct str name)
{
	if (str_eq(c->routes.fallback, name))
		return true;
	for (size_t i = 0; i < c->routes.all.n; i++)
		if (strs_have(&c->routes.all.items[i].to, name))
			return true;
	return false;
}

static void unused_check(struct reader *r, const struct config *c, const struct doc *sinks)
{
	struct path here;

	path_enter(r, &here, "sinks", 0);
	for (size_t i = 0; sinks->kind == DOC_MAP && i < sinks->n; i++) {
		const struct doc_pair *sink = &sinks->pairs[i];

		if (!sink_used(c, sink->key))
			diag_add(r->diags, DIAG_WARNING, "unused-sink", sink->at, reader_path(r),
				 "name it in a route's \"to\"", "nothing is sent to sink \"%.*s\"", STR_ARG(sink->key));
	}
	path_leave(r, &here);
}

void config_delivery_read(struct reader *r, struct config *c, const struct delivery_said *said)
{
	if (said->sinks)
		sinks_read(r, c, said->sinks);
	else
		sinks_default(c);
	if (said->routes)
		routes_read(r, c, said->routes);
	else
		routes_default(c);
	if (said->fallback)
		fallback_read(r, c, said->fallback);
	else
		fallback_default(r, c, said->sinks);
	if (said->sinks)
		unused_check(r, c, said->sinks);
}
