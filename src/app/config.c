/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/config.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/config_delivery.h"
#include "app/config_time.h"
#include "app/config_watch.h"
#include "base/date.h"
#include "core/shape.h"
#include "io/files.h"

#define DEFAULT_SPOOL	     "/var/spool/ruptured"
#define DEFAULT_STORE	     "/var/lib/ruptured/ruptured.db"
#define DEFAULT_RULES	     RUPTURED_PREFIX "/share/ruptured/rules"
#define DEFAULT_RULES_CLINIC "/etc/ruptured/rules.d"
#define DEFAULT_RETENTION_S  (90 * (int64_t)DAY_S)
#define DEFAULT_ANNOUNCE_S   (30 * (int64_t)DAY_S)
#define STORE_SCHEME	     "sqlite:"
#define CONFIG_MAX_BYTES     (1 << 20)

enum consent_word { CONSENT_ASSUMED, CONSENT_REQUIRED };
static const char *const consent_list[] = { "assumed", "required", NULL };
static const struct words consent_words = { consent_list };

enum tokens_word { TOKENS_RANDOM, TOKENS_AS_GIVEN };
static const char *const tokens_list[] = { "random", "as given", NULL };
static const struct words tokens_words = { tokens_list };

/* The file as written, before defaults and before one key is looked at beside another. */
struct said {
	int64_t version;
	struct str spool, store;
	struct strs rules, switched_off;
	struct {
		int64_t processed_s, rejected_s, delivered_s;
	} retention;
	int64_t announce_within_s;
	int consent, tokens;
	struct delivery_said delivery;
	const struct doc *sites;
	int heartbeat;
};

/* A duration, or one word that stands for a value of its own. */
struct duration_or {
	const char *word;
	int64_t value;
};
static const struct duration_or or_always = { "always", INT64_MAX };
static const struct duration_or or_forever = { "forever", 0 };

static void read_duration_or(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	const struct duration_or *or_word = f->detail;
	struct field plain = { .name = f->name, .help = f->help };
	int64_t s = -1;

	if (v->kind == DOC_SCALAR && str_is(v->text, or_word->word)) {
		*(int64_t *)into = or_word->value;
		return;
	}
	read_duration(r, v, &s, &plain);
	if (s == 0)
		reader_error(r, v, "duration", arena_printf(r->arena, "write a duration, or \"%s\"", or_word->word).p,
			     "%s cannot be nothing", f->name);
	else if (s > 0)
		*(int64_t *)into = s;
}

static void read_version(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	double version;

	(void)f;
	if (!doc_number(v, &version) || version != 1)
		reader_error(r, v, "version", "write \"version: 1\"", "this program reads configuration version 1");
	*(int64_t *)into = 1;
}

/* Absolute only: the same file must mean the same whatever directory a program was started in. */
static bool path_check(struct reader *r, const struct doc *v, struct str *path)
{
	if (path->n == 0 || path->p[0] != '/') {
		reader_error(r, v, "relative-path", "write the whole path, from \"/\" on",
			     "\"%.*s\" is not an absolute path", STR_ARG(*path));
		return false;
	}
	while (path->n > 1 && path->p[path->n - 1] == '/')
		path->n--;
	*path = arena_dup(r->arena, *path);
	return true;
}

static void read_path(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct field plain = { .name = f->name, .help = f->help };
	struct str path = { 0 };

	read_str(r, v, &path, &plain);
	if (path.p && path_check(r, v, &path))
		*(struct str *)into = path;
}

static void read_paths(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct strs paths = { 0 };

	if (v->kind == DOC_LIST && v->n == 0)
		reader_error(r, v, "no-rules", "name at least one file or directory",
			     "without rules nothing is judged");
	read_strs(r, v, &paths, f);
	for (size_t i = 0; i < paths.n; i++)
		path_check(r, v->kind == DOC_LIST && v->n == paths.n ? v->items[i] : v, &paths.items[i]);
	if (paths.n)
		*(struct strs *)into = paths;
}

static void read_store(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct field plain = { .name = f->name, .help = f->help };
	struct str store = { 0 };

	read_str(r, v, &store, &plain);
	if (!store.p)
		return;
	if (!str_starts(store, STORE_SCHEME)) {
		reader_error(r, v, "store-kind", "write \"sqlite:/path/of/the/file.db\"",
			     "unknown kind of store \"%.*s\"", STR_ARG(store));
		return;
	}
	store.p += sizeof STORE_SCHEME - 1;
	store.n -= sizeof STORE_SCHEME - 1;
	if (path_check(r, v, &store))
		*(struct str *)into = store;
}

static const struct shape path_shape = { SHAPE_PATTERN, "^/" };
static const struct shape paths_shape = { SHAPE_SOME, &path_shape };
static const struct shape store_shape = { SHAPE_PATTERN, "^" STORE_SCHEME "/" };
static const struct shape sink_shape = { SHAPE_DEFINED, "sink" };
static const struct shape sinks_shape = { SHAPE_NAMED, &sink_shape };
static const struct shape route_shape = { SHAPE_DEFINED, "route" };
static const struct shape supervisor_shape = { SHAPE_TABLE, NULL, config_supervisor_fields };
static const struct shape supervisors_shape = { SHAPE_NAMED, &supervisor_shape };
static const struct shape routes_shape = { SHAPE_LIST, &route_shape };
static const struct shape site_shape = { SHAPE_TABLE, NULL, config_site_fields };
static const struct shape sites_shape = { SHAPE_NAMED, &site_shape };
static const struct words no_words = { (const char *const[]){ "no", NULL } };
static const struct shape no_shape = { SHAPE_WORD, &no_words };
static const struct shape *const either_no[] = { &config_time_shape, &no_shape, NULL };
static const struct shape or_no_shape = { SHAPE_EITHER, either_no };
static const struct words forever_words = { (const char *const[]){ "forever", NULL } };
static const struct shape forever_shape = { SHAPE_WORD, &forever_words };
static const struct shape *const either_forever[] = { &shape_duration, &forever_shape, NULL };
static const struct shape or_forever_shape = { SHAPE_EITHER, either_forever };
static const struct words always_words = { (const char *const[]){ "always", NULL } };
static const struct shape always_shape = { SHAPE_WORD, &always_words };
static const struct shape *const either_always[] = { &shape_duration, &always_shape, NULL };
static const struct shape or_always_shape = { SHAPE_EITHER, either_always };

#define OR_FOREVER "a time span like 90 days, forever"

static const struct field retention_fields[] = {
	{ "processed", "how long judged files stay in processed/. Default: 90 days", read_duration_or,
	  offsetof(struct said, retention.processed_s) - offsetof(struct said, retention), false, &or_forever,
	  OR_FOREVER, &or_forever_shape },
	{ "rejected", "how long refused files stay in rejected/. Default: 90 days", read_duration_or,
	  offsetof(struct said, retention.rejected_s) - offsetof(struct said, retention), false, &or_forever,
	  OR_FOREVER, &or_forever_shape },
	{ "delivered", "how long what was sent of an alert is kept once it was delivered or given up. Default: 90 days",
	  read_duration_or, offsetof(struct said, retention.delivered_s) - offsetof(struct said, retention), false,
	  &or_forever, OR_FOREVER, &or_forever_shape },
	{ 0 },
};

static const struct field config_table[] = {
	{ "version", "of this format", read_version, offsetof(struct said, version), true, NULL, "1", &shape_one },
	{ "spool",
	  "the directory that holds incoming/, processed/, rejected/, commands/ and answers/. Default: " DEFAULT_SPOOL,
	  read_path, offsetof(struct said, spool), false, NULL, "an absolute path", &path_shape },
	{ "store", "where the engine remembers; courier/courier.db is beside it. Default: sqlite:" DEFAULT_STORE,
	  read_store, offsetof(struct said, store), false, NULL, "sqlite: and an absolute path", &store_shape },
	{ "rules", "rule files and directories. Default: those that ship and " DEFAULT_RULES_CLINIC, read_paths,
	  offsetof(struct said, rules), false, NULL, "a list of absolute paths", &paths_shape },
	{ "switched_off", "rules that are not judged, by their ids; locked ones too", read_strs,
	  offsetof(struct said, switched_off), false, NULL },
	{ "sinks", "where alerts can go. Default: one, `" CONFIG_DEFAULT_SINK "`, which is the system's log", read_any,
	  offsetof(struct said, delivery.sinks), false, NULL, "names, each with a map as below", &sinks_shape },
	{ "routes",
	  "which alert goes to which sinks; the first that matches wins. Default: everything to `" CONFIG_DEFAULT_SINK
	  "`",
	  read_any, offsetof(struct said, delivery.routes), false, NULL, "a list of maps as below", &routes_shape },
	{ "supervisors", "whose therapists and sites routes may ask for, by the clinic's own ids", read_any,
	  offsetof(struct said, delivery.supervisors), false, NULL, "names, each with a map as below",
	  &supervisors_shape },
	{ "fallback", "the sink for what no route took. Default: `" CONFIG_DEFAULT_SINK "`", read_any,
	  offsetof(struct said, delivery.fallback), false, NULL, "the name of a sink", &shape_text },
	{ "sites", "sites from which records are expected, by the name that `site` has in their records", read_any,
	  offsetof(struct said, sites), false, NULL, "names, each with a map as below", &sites_shape },
	{ "heartbeat", "when each day an alert `engine.heartbeat` goes the whole way, local time. Default: no",
	  config_read_heartbeat, offsetof(struct said, heartbeat), false, NULL,
	  "hours and minutes, as in \"07:30\", or no", &or_no_shape },
	{ "retention", "how long files and delivered alerts are kept", read_map, offsetof(struct said, retention),
	  false, retention_fields },
	{ "announce_within",
	  "what changed longer ago than this when first judged is listed, never sent. Default: 30 days",
	  read_duration_or, offsetof(struct said, announce_within_s), false, &or_always,
	  "a time span like 30 days, always", &or_always_shape },
	{ "consent", "may the words of a transcript be looked at when its record does not say. Default: assumed",
	  read_word, offsetof(struct said, consent), false, &consent_words },
	{ "tokens",
	  "how a case is called outside the store: `as given` where the clinic's own ids are random already. Default: "
	  "random",
	  read_word, offsetof(struct said, tokens), false, &tokens_words },
	{ 0 },
};

const struct field *config_fields(void)
{
	return config_table;
}

static void set_defaults(struct arena *a, struct said *s)
{
	*s = (struct said){
		.version = 1,
		.spool = STR(DEFAULT_SPOOL),
		.store = STR(DEFAULT_STORE),
		.retention = { DEFAULT_RETENTION_S, DEFAULT_RETENTION_S, DEFAULT_RETENTION_S },
		.announce_within_s = DEFAULT_ANNOUNCE_S,
		.consent = CONSENT_ASSUMED,
		.tokens = TOKENS_RANDOM,
		.heartbeat = -1,
	};
	*VEC_PUSH(a, &s->rules) = STR(DEFAULT_RULES);
	*VEC_PUSH(a, &s->rules) = STR(DEFAULT_RULES_CLINIC);
}

static struct str courier_beside(struct arena *a, struct str store)
{
	size_t n = store.n;

	while (n > 0 && store.p[n - 1] != '/')
		n--;
	return arena_printf(a, "%.*scourier/courier.db", (int)n, store.p);
}

static void settle(struct config *c, const struct said *s)
{
	c->spool = s->spool;
	c->store = s->store;
	c->courier_db = courier_beside(&c->arena, s->store);
	c->rules = s->rules;
	c->switched_off = s->switched_off;
	c->retain_processed_s = s->retention.processed_s;
	c->retain_rejected_s = s->retention.rejected_s;
	c->retain_delivered_s = s->retention.delivered_s;
	c->announce_within_s = s->announce_within_s;
	c->heartbeat = s->heartbeat;
	c->consent_required = s->consent == CONSENT_REQUIRED;
	c->tokens_as_given = s->tokens == TOKENS_AS_GIVEN;
}

static struct config *config_new(void)
{
	struct config *c = calloc(1, sizeof *c);

	if (!c)
		abort();
	return c;
}

static void config_read(struct config *c, const struct doc *doc, struct diags *d)
{
	struct reader r = { .arena = &c->arena, .diags = d, .unknown_key = DIAG_ERROR };
	struct said said;

	set_defaults(&c->arena, &said);
	if (doc)
		fields_read(&r, doc, config_table, &said);
	settle(c, &said);
	config_delivery_read(&r, c, &said.delivery);
	config_sites_read(&r, c, said.sites);
}

struct config *config_parse(struct str file, struct str text, struct diags *d)
{
	struct config *c = config_new();
	struct doc *doc;

	c->file = arena_dup(&c->arena, file);
	c->text = arena_dup(&c->arena, text);
	doc = doc_parse(&c->arena, text, DOC_YAML, &doc_limits_rules, false, d);
	if (doc)
		config_read(c, doc, d);
	if (!doc || d->errors) {
		config_free(c);
		return NULL;
	}
	c->warnings = d->warnings;
	return c;
}

/* *ret_text, in the arena `file`: what was read. */
static struct config *load(const char *path, struct arena *file, struct str *ret_text, struct diags *d, struct error *e)
{
	struct config *c;

	*ret_text = (struct str){ NULL, 0 };
	if (!path && access(CONFIG_PATH, F_OK) < 0 && errno == ENOENT) {
		c = config_new();
		config_read(c, NULL, d);
		return c;
	}
	if (!path)
		path = CONFIG_PATH;
	if (file_read(file, path, CONFIG_MAX_BYTES, ret_text, e) < 0)
		return NULL;
	return config_parse(str_of(path), *ret_text, d);
}

struct config *config_load(const char *path, struct diags *d, struct error *e)
{
	struct arena file = { 0 };
	struct str text;
	struct config *c = load(path, &file, &text, d, e);

	arena_release(&file);
	return c;
}

struct config *config_load_shown(const char *path, struct buf *out, struct error *e)
{
	struct arena file = { 0 };
	struct diags d = { .arena = &file };
	struct str text;
	struct config *c;

	e->kind = ERROR_NONE;
	c = load(path, &file, &text, &d, e);
	if (d.all.n)
		diags_render(&d, str_of(path ? path : CONFIG_PATH), text, DIAG_CARET, out);
	arena_release(&file);
	return c;
}

void config_free(struct config *c)
{
	if (!c)
		return;
	arena_release(&c->arena);
	free(c);
}

const struct expected_site *config_site(const struct config *c, struct str name)
{
	for (size_t i = 0; i < c->sites.n; i++)
		if (str_eq(c->sites.items[i].name, name))
			return &c->sites.items[i];
	return NULL;
}

const struct sink *config_sink(const struct config *c, struct str name)
{
	for (size_t i = 0; i < c->sinks.n; i++)
		if (str_eq(c->sinks.items[i].name, name))
			return &c->sinks.items[i];
	return NULL;
}
