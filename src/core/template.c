/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/template.h"

#include "core/scalar.h"

#define TOKENS_MAX 32

/* Of a group; a single alert has them, too: 1 and "-". */
static const char *const group_tokens[] = { "count", "group" };

static size_t token_names(const char **ret)
{
	size_t n = 0;

	for (size_t i = 0; i < sizeof group_tokens / sizeof *group_tokens; i++)
		ret[n++] = group_tokens[i];
	for (size_t i = 0; i < alert_keys_n && n < TOKENS_MAX; i++)
		if (alert_keys[i].word)
			ret[n++] = alert_keys[i].key;
	return n;
}

static const char *token_find(struct str name)
{
	const char *names[TOKENS_MAX];
	size_t n = token_names(names);

	for (size_t i = 0; i < n; i++)
		if (str_is(name, names[i]))
			return names[i];
	return NULL;
}

static enum privacy token_level(const char *name)
{
	for (size_t i = 0; i < alert_keys_n; i++)
		if (strcmp(alert_keys[i].key, name) == 0)
			return alert_keys[i].level;
	return PRIVACY_BARE;
}

/* The next brace of *rest that opens a token, with the name behind it; *ret_closed false: it is not closed. */
static bool next_token(struct str *rest, struct str *ret_before, struct str *ret_name, bool *ret_closed)
{
	const char *open = rest->n ? memchr(rest->p, '{', rest->n) : NULL;
	const char *end, *close;

	if (!open)
		return false;
	end = rest->p + rest->n;
	close = memchr(open, '}', (size_t)(end - open));
	*ret_closed = close != NULL;
	*ret_before = (struct str){ rest->p, (size_t)(open - rest->p) };
	*ret_name = (struct str){ open + 1, (size_t)((close ? close : end) - open - 1) };
	*rest = (struct str){ close ? close + 1 : end, close ? (size_t)(end - close - 1) : 0 };
	return true;
}

static void unknown_token(struct reader *r, const struct doc *text, struct str name)
{
	const char *names[TOKENS_MAX];
	size_t n = token_names(names);
	const char *hint = reader_suggest(r, name, names, n);

	reader_error_at(r, scalar_part(text, name), "unknown-token",
			hint ? hint : "write {severity}, {rule}, {state}, {case}, {member} or another key of the alert",
			"an alert has no {%.*s}", STR_ARG(name));
}

static void check_token(struct reader *r, const struct doc *text, struct str name, enum privacy level)
{
	const char *known = token_find(name);

	if (!known) {
		unknown_token(r, text, name);
		return;
	}
	if (token_level(known) > level)
		reader_error_at(r, scalar_part(text, name), "token-privacy",
				arena_printf(r->arena, "take it out, or say \"privacy: %s\"",
					     privacy_words.words[token_level(known)])
					.p,
				"with \"privacy: %s\" an alert does not carry {%s}", privacy_words.words[level], known);
}

void template_check(struct reader *r, const struct doc *settings, const char *key, enum privacy level)
{
	const struct doc *text = settings->kind == DOC_MAP ? doc_get(settings, key) : NULL;
	struct path here = { .outer = r->path, .key = key };
	struct str rest, before, name;
	bool closed;

	if (!text || text->kind != DOC_SCALAR)
		return;
	rest = text->text;
	r->path = &here;
	while (next_token(&rest, &before, &name, &closed)) {
		if (closed)
			check_token(r, text, name, level);
		else
			reader_error_at(r, scalar_part(text, (struct str){ name.p - 1, 1 }), "unknown-token", NULL,
					"\"{\" without \"}\"");
	}
	r->path = here.outer;
}

struct str template_fill(struct arena *a, struct str text, const struct payload *p)
{
	struct buf out = { 0 };
	struct str before, name, ret;
	bool closed;

	while (next_token(&text, &before, &name, &closed)) {
		const char *known = closed ? token_find(name) : NULL;

		buf_puts(&out, before);
		if (known)
			buf_puts(&out, payload_token(a, p, known));
		else
			buf_printf(&out, "{%.*s%s", STR_ARG(name), closed ? "}" : "");
	}
	buf_puts(&out, text);
	ret = arena_dup(a, out.n ? buf_str(&out) : STR(""));
	buf_release(&out);
	return ret;
}
