/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/config_delivery.h"

#include "base/date.h"
#include "core/shape.h"

#define DEFAULT_SINK	CONFIG_DEFAULT_SINK
#define DEFAULT_KIND	"syslog"
#define RETRY_FIRST_S	1
#define RETRY_LONGEST_S (15 * 60)
#define RETRY_GIVE_UP_S (7 * DAY_S) /* a hook that is broken over a long weekend loses nothing */
#define REST_AFTER	5
#define ATTEMPTS_MAX	10000
#define NAME_MAX_BYTES	32

/* Names stand in keys, environment variables and log lines. */
bool config_name_ok(struct str name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789_-.";

	if (name.n == 0 || name.n > NAME_MAX_BYTES || name.p[0] < 'a' || name.p[0] > 'z')
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!memchr(allowed, name.p[i], sizeof allowed - 1))
			return false;
	return true;
}

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
	config_enter(r, &here, chosen->kind->name, 0);
	chosen->kind->check(r, chosen->doc, chosen->settings, privacy);
	config_leave(r, &here);
}

static void sink_read(struct reader *r, struct config *c, const struct field *table, const struct doc_pair *pair)
{
	struct sink_said said = { -1,
				  { RETRY_FIRST_S, RETRY_LONGEST_S, RETRY_GIVE_UP_S, 0, REST_AFTER },
				  { NULL, NULL, NULL } };
	struct sink *sink;
	struct path here;
	bool fine;

	config_enter(r, &here, pair->key.p, 0);
	if (!config_name_ok(pair->key))
		reader_error_at(r, pair->at, "sink-name", CONFIG_NAME_HINT, "\"%.*s\" is not a name for a sink",
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
	config_leave(r, &here);
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

	config_enter(r, &here, "sinks", 0);
	if (sinks->kind != DOC_MAP)
		reader_error(r, sinks, "wrong-kind", "write \"NAME: {syslog: {...}}\" lines below it",
			     "expected a map of sinks, found %s", doc_describe(&c->arena, sinks).p);
	else if (sinks->n == 0)
		reader_error(r, sinks, "no-sinks", "leave the key out for the default: syslog",
			     "without a sink nobody is told");
	for (size_t i = 0; sinks->kind == DOC_MAP && i < sinks->n; i++)
		sink_read(r, c, table, &sinks->pairs[i]);
	config_leave(r, &here);
}

/* ---- fallback, and all of it together ---- */

void config_unknown_sink(struct reader *r, const struct config *c, const struct doc *at, struct str name)
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

static void fallback_read(struct reader *r, struct config *c, const struct doc *fallback)
{
	static const struct field fallback_field = { .name = "fallback" };
	struct path here;

	config_enter(r, &here, "fallback", 0);
	read_str(r, fallback, &c->routes.fallback, &fallback_field);
	if (c->routes.fallback.p && !config_sink(c, c->routes.fallback))
		config_unknown_sink(r, c, fallback, c->routes.fallback);
	config_leave(r, &here);
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
	return str_eq(c->routes.fallback, name) || routes_lead_to(&c->routes, name);
}

static void unused_check(struct reader *r, const struct config *c, const struct doc *sinks)
{
	struct path here;

	config_enter(r, &here, "sinks", 0);
	for (size_t i = 0; sinks->kind == DOC_MAP && i < sinks->n; i++) {
		const struct doc_pair *sink = &sinks->pairs[i];

		if (!sink_used(c, sink->key))
			diag_add(r->diags, DIAG_WARNING, "unused-sink", sink->at, reader_path(r),
				 "name it in a route's \"to\"", "nothing is sent to sink \"%.*s\"", STR_ARG(sink->key));
	}
	config_leave(r, &here);
}

void config_delivery_read(struct reader *r, struct config *c, const struct delivery_said *said)
{
	if (said->sinks)
		sinks_read(r, c, said->sinks);
	else
		sinks_default(c);
	config_routes_read(r, c, said);
	if (said->fallback)
		fallback_read(r, c, said->fallback);
	else
		fallback_default(r, c, said->sinks);
	if (said->sinks)
		unused_check(r, c, said->sinks);
}
