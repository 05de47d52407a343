/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/config_check.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/config_delivery.h"

/* Alerts of the engine itself, docs/DELIVERY.md. */
static const char *const engine_rules[] = {
	"engine.rules_refused", "engine.config_refused", "engine.delivery_failing",
	"engine.site_silent",	"engine.clock_jumped",	 "engine.heartbeat",
};
#define ENGINE_RULES_N (sizeof engine_rules / sizeof *engine_rules)

struct names {
	const char **items;
	size_t n;
};
struct check {
	struct reader *r;
	const struct config *c;
	struct names rules, labels, sites; /* what there is; of rules also "FAMILY.*" */
	bool is_courier;
};

static void add_name(struct arena *a, struct names *names, struct str name)
{
	for (size_t i = 0; i < names->n; i++)
		if (str_is(name, names->items[i]))
			return;
	names->items[names->n++] = arena_dup(a, name).p;
}

static bool is_name(const struct names *names, struct str name)
{
	for (size_t i = 0; i < names->n; i++)
		if (str_is(name, names->items[i]))
			return true;
	return false;
}

/* ---- names ---- */

/* Each scalar of a text or a list of texts. */
static void each_text(struct check *k, const struct doc *v, const char *key,
		      void (*look)(struct check *, const struct doc *))
{
	struct path here;

	if (!v)
		return;
	config_enter(k->r, &here, key, 0);
	if (v->kind == DOC_SCALAR)
		look(k, v);
	for (size_t i = 0; v->kind == DOC_LIST && i < v->n; i++)
		look(k, v->items[i]);
	config_leave(k->r, &here);
}

static void look_at_rule(struct check *k, const struct doc *v)
{
	const char *hint = reader_suggest(k->r, v->text, k->rules.items, k->rules.n);
	bool pattern = memchr(v->text.p, '*', v->text.n) != NULL;

	for (size_t i = 0; i < k->rules.n; i++)
		if (!str_ends(str_of(k->rules.items[i]), ".*") && str_matches(str_of(k->rules.items[i]), v->text))
			return;
	reader_warn(k->r, v, "unknown-rule", hint ? hint : "`rupturectl rules` lists what there is",
		    pattern ? "no rule fits \"%.*s\"" : "there is no rule \"%.*s\"", STR_ARG(v->text));
}

static void look_at_label(struct check *k, const struct doc *v)
{
	const char *hint = reader_suggest(k->r, v->text, k->labels.items, k->labels.n);

	if (is_name(&k->labels, v->text))
		return;
	if (!hint && k->labels.n)
		hint = arena_printf(k->r->arena, "use one that a rule gives under `notify`, as \"%s\"",
				    k->labels.items[0])
			       .p;
	reader_warn(k->r, v, "unknown-label", hint ? hint : "write `notify: LABEL` in a rule",
		    "no rule has \"notify: %.*s\"", STR_ARG(v->text));
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

static bool is_letter(char c)
{
	return lower(c) >= 'a' && lower(c) <= 'z';
}

/* Other case, a letter too many or too few, or two changed round.  Not more: north is no misspelt south. */
static bool is_slip_of(struct str x, struct str y)
{
	while (x.n && y.n && lower(x.p[0]) == lower(y.p[0]))
		x = (struct str){ x.p + 1, x.n - 1 }, y = (struct str){ y.p + 1, y.n - 1 };
	while (x.n && y.n && lower(x.p[x.n - 1]) == lower(y.p[y.n - 1]))
		x.n--, y.n--;
	if (x.n == 2 && y.n == 2)
		return lower(x.p[0]) == lower(y.p[1]) && lower(x.p[1]) == lower(y.p[0]);
	return x.n + y.n == 0 || (x.n + y.n == 1 && is_letter(x.n ? x.p[0] : y.p[0]));
}

/* What sites there are only records know; but a name beside those of `sites` and much like one of them is a slip. */
static void look_at_site(struct check *k, const struct doc *v)
{
	if (is_name(&k->sites, v->text))
		return;
	for (size_t i = 0; i < k->sites.n; i++) {
		if (!is_slip_of(v->text, str_of(k->sites.items[i])))
			continue;
		reader_warn(k->r, v, "unknown-site",
			    arena_printf(k->r->arena, "did you mean \"%s\"?", k->sites.items[i]).p,
			    "\"sites\" has no \"%.*s\"", STR_ARG(v->text));
		return;
	}
}

static void look_at_routes(struct check *k, const struct doc *routes)
{
	struct path list, at, in;

	config_enter(k->r, &list, "routes", 0);
	for (size_t i = 0; routes && routes->kind == DOC_LIST && i < routes->n; i++) {
		const struct doc *route = routes->items[i], *match = doc_get(route, "match");

		config_enter(k->r, &at, NULL, i);
		config_enter(k->r, &in, "match", 0);
		if (match && match->kind == DOC_MAP) {
			each_text(k, doc_get(match, "rules"), "rules", look_at_rule);
			each_text(k, doc_get(match, "notify"), "notify", look_at_label);
			each_text(k, doc_get(match, "site"), "site", look_at_site);
		}
		config_leave(k->r, &in);
		look_at_routes(k, doc_get(route, "routes"));
		config_leave(k->r, &at);
	}
	config_leave(k->r, &list);
}

static void look_at_supervisors(struct check *k, const struct doc *all)
{
	struct path list, at;

	config_enter(k->r, &list, "supervisors", 0);
	for (size_t i = 0; all && all->kind == DOC_MAP && i < all->n; i++) {
		config_enter(k->r, &at, all->pairs[i].key.p, 0);
		each_text(k, doc_get(all->pairs[i].value, "sites"), "sites", look_at_site);
		config_leave(k->r, &at);
	}
	config_leave(k->r, &list);
}

static void collect(struct check *k, const struct ruleset *rules)
{
	struct arena *a = k->r->arena;

	k->rules.items = ARENA_ARRAY(a, const char *, 2 * (rules->n + ENGINE_RULES_N));
	k->labels.items = ARENA_ARRAY(a, const char *, rules->n + 1);
	k->sites.items = ARENA_ARRAY(a, const char *, k->c->sites.n + 1);
	for (size_t i = 0; i < rules->n + ENGINE_RULES_N; i++) {
		struct str id = i < rules->n ? rules->rules[i].id : str_of(engine_rules[i - rules->n]);
		const char *dot = memchr(id.p, '.', id.n);

		add_name(a, &k->rules, id);
		if (dot)
			add_name(a, &k->rules, arena_printf(a, "%.*s.*", (int)(dot - id.p), id.p));
		if (i < rules->n && rules->rules[i].notify.n)
			add_name(a, &k->labels, rules->rules[i].notify);
	}
	for (size_t i = 0; i < k->c->sites.n; i++)
		add_name(a, &k->sites, k->c->sites.items[i].name);
}

/* ---- files ---- */

static void file_gone(struct check *k, const struct doc *v, const char *key, int why)
{
	if (why == ENOENT || why == ENOTDIR)
		reader_warn(k->r, v, "no-file", "put it there, or correct the path",
			    "%s: there is no file %.*s; until then nothing is delivered here", key, STR_ARG(v->text));
	else if (k->is_courier)
		reader_warn(k->r, v, "no-file",
			    arena_printf(k->r->arena, "let this user (%ld) read it", (long)geteuid()).p,
			    "%s: %.*s cannot be looked at: %s", key, STR_ARG(v->text), strerror(why));
}

/* Of another user's rights nothing is known but what holds for everybody who is not root. */
static void look_at_file(struct check *k, const struct doc *v, const char *key)
{
	struct stat st;

	if (!v || v->kind != DOC_SCALAR || !v->text.n)
		return;
	if (stat(v->text.p, &st) < 0)
		file_gone(k, v, key, errno);
	else if (!S_ISREG(st.st_mode))
		reader_warn(k->r, v, "no-file", "name a file", "%s: %.*s is no file", key, STR_ARG(v->text));
	else if (k->is_courier && access(v->text.p, R_OK) < 0)
		reader_warn(k->r, v, "no-file",
			    arena_printf(k->r->arena, "let this user (%ld) read it", (long)geteuid()).p,
			    "%s: %.*s cannot be read: %s", key, STR_ARG(v->text), strerror(errno));
	else if (!k->is_courier && st.st_uid == 0 && !(st.st_mode & (S_IRGRP | S_IROTH)))
		reader_warn(k->r, v, "no-file",
			    arena_printf(k->r->arena, "chown root:ruptured-courier %.*s; chmod 640 %.*s",
					 STR_ARG(v->text), STR_ARG(v->text))
				    .p,
			    "%s: only root may read %.*s, and the courier should not be root", key, STR_ARG(v->text));
}

static void look_at_program(struct check *k, const struct doc *command)
{
	const struct doc *v = command && command->kind == DOC_LIST && command->n ? command->items[0] : command;
	struct stat st;

	if (!v || v->kind != DOC_SCALAR || !v->text.n)
		return;
	if (stat(v->text.p, &st) < 0)
		file_gone(k, v, "command", errno);
	else if (!S_ISREG(st.st_mode) || !(st.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)))
		reader_warn(k->r, v, "no-file", arena_printf(k->r->arena, "chmod 755 %.*s", STR_ARG(v->text)).p,
			    "command: %.*s is no program", STR_ARG(v->text));
}

static void look_at_sink(struct check *k, const struct doc *sink)
{
	static const char *const keys[] = { "secret_file", "password_file", "ca", "cert", "key" };
	struct path kind, at;

	for (size_t i = 0; sink->kind == DOC_MAP && i < sink->n; i++) {
		const struct doc *settings = sink->pairs[i].value;

		if (settings->kind != DOC_MAP || !sink_kind_find(sink->pairs[i].key))
			continue;
		config_enter(k->r, &kind, sink->pairs[i].key.p, 0);
		for (size_t n = 0; n < sizeof keys / sizeof *keys; n++) {
			config_enter(k->r, &at, keys[n], 0);
			look_at_file(k, doc_get(settings, keys[n]), keys[n]);
			config_leave(k->r, &at);
		}
		config_enter(k->r, &at, "command", 0);
		look_at_program(k, doc_get(settings, "command"));
		config_leave(k->r, &at);
		config_leave(k->r, &kind);
	}
}

static void look_at_rule_path(struct check *k, const struct doc *v)
{
	struct stat st;

	if (v->kind == DOC_SCALAR && v->text.n && stat(v->text.p, &st) < 0 && errno == ENOENT)
		reader_warn(k->r, v, "no-file", "put it there, or correct the path",
			    "there is nothing at %.*s, and no rules are read from it", STR_ARG(v->text));
}

static void look_at_sinks(struct check *k, const struct doc *sinks)
{
	struct path list, at;

	config_enter(k->r, &list, "sinks", 0);
	for (size_t i = 0; sinks && sinks->kind == DOC_MAP && i < sinks->n; i++) {
		config_enter(k->r, &at, sinks->pairs[i].key.p, 0);
		look_at_sink(k, sinks->pairs[i].value);
		config_leave(k->r, &at);
	}
	config_leave(k->r, &list);
}

/* ---- both ---- */

/* The text that was taken is read once more, for the places. */
static size_t check(const struct config *c, const struct ruleset *rules, bool is_courier, struct buf *out)
{
	struct arena a = { 0 };
	struct diags d = { .arena = &a };
	struct reader r = { .arena = &a, .diags = &d };
	struct check k = { .r = &r, .c = c, .is_courier = is_courier };
	const struct doc *doc = c->text.n ? doc_parse(&a, c->text, DOC_YAML, &doc_limits_rules, false, &d) : NULL;
	size_t ret;

	if (doc && doc->kind == DOC_MAP && rules) {
		collect(&k, rules);
		look_at_routes(&k, doc_get(doc, "routes"));
		look_at_supervisors(&k, doc_get(doc, "supervisors"));
	} else if (doc && doc->kind == DOC_MAP) {
		look_at_sinks(&k, doc_get(doc, "sinks"));
		if (!is_courier)
			each_text(&k, doc_get(doc, "rules"), "rules", look_at_rule_path);
	}
	ret = d.all.n;
	diags_render(&d, c->file, c->text, DIAG_CARET, out);
	arena_release(&a);
	return ret;
}

size_t config_check_names(const struct config *c, const struct ruleset *rules, struct buf *out)
{
	return check(c, rules, false, out);
}

size_t config_check_files(const struct config *c, bool is_courier, struct buf *out)
{
	return check(c, NULL, is_courier, out);
}
