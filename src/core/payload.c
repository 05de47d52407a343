/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/payload.h"

bool payload_read(struct arena *a, struct str text, struct payload *ret)
{
	struct diags faults = { .arena = a };
	const struct doc *whole = doc_parse(a, text, DOC_JSON, &doc_limits_record, false, &faults);
	const struct doc *alerts;

	if (!whole || whole->kind != DOC_MAP)
		return false;
	alerts = doc_get(whole, "alerts");
	if (!alerts) {
		const struct doc **only = ARENA_ARRAY(a, const struct doc *, 1);

		only[0] = whole;
		*ret = (struct payload){ whole, only, 1, false };
		return true;
	}
	if (alerts->kind != DOC_LIST)
		return false;
	for (size_t i = 0; i < alerts->n; i++)
		if (alerts->items[i]->kind != DOC_MAP)
			return false;
	*ret = (struct payload){ whole, (const struct doc *const *)alerts->items, alerts->n, true };
	return true;
}

struct payload payload_one(struct arena *a, const struct payload *p, size_t i)
{
	const struct doc **only = ARENA_ARRAY(a, const struct doc *, 1);

	only[0] = p->alerts[i];
	return (struct payload){ only[0], only, 1, false };
}

struct str payload_text(const struct doc *alert, const char *key)
{
	const struct doc *value = doc_get(alert, key);

	return value && value->kind == DOC_SCALAR && !doc_is_null(value) ? value->text : (struct str){ NULL, 0 };
}

static struct str common(const struct payload *p, const char *key)
{
	struct str first = p->n ? payload_text(p->alerts[0], key) : (struct str){ NULL, 0 };

	for (size_t i = 1; i < p->n; i++)
		if (!str_eq(payload_text(p->alerts[i], key), first))
			return STR("several");
	return first;
}

static struct str on_one_line(struct arena *a, struct str text)
{
	struct str copy = arena_dup(a, text);

	for (size_t i = 0; i < copy.n; i++)
		if ((unsigned char)copy.p[i] < ' ' || copy.p[i] == 0x7f)
			((char *)copy.p)[i] = ' ';
	return copy;
}

struct str payload_token(struct arena *a, const struct payload *p, const char *key)
{
	struct str value = payload_text(p->whole, key);

	if (!value.p && p->group)
		value = common(p, key);
	if (!value.p && strcmp(key, "count") == 0)
		value = STR("1");
	return value.n ? on_one_line(a, value) : STR("-");
}

/* ---- cut ---- */

static bool is_more(const struct doc_pair *pair, enum privacy level)
{
	for (size_t i = 0; i < alert_keys_n; i++)
		if (str_is(pair->key, alert_keys[i].key))
			return alert_keys[i].level > level;
	return false;
}

static bool carries_more(const struct doc *map, enum privacy level)
{
	for (size_t i = 0; i < map->n; i++)
		if (is_more(&map->pairs[i], level))
			return true;
	return false;
}

static void write_value(const struct doc *value, enum privacy level, struct json *j);

static void write_map(const struct doc *map, enum privacy level, struct json *j)
{
	json_map(j);
	for (size_t i = 0; i < map->n; i++) {
		if (is_more(&map->pairs[i], level))
			continue;
		json_key(j, map->pairs[i].key.p);
		write_value(map->pairs[i].value, level, j);
	}
	json_end_map(j);
}

static void write_value(const struct doc *value, enum privacy level, struct json *j)
{
	switch (value->kind) {
	case DOC_MAP:
		write_map(value, level, j);
		break;
	case DOC_LIST:
		json_list(j);
		for (size_t i = 0; i < value->n; i++)
			write_value(value->items[i], level, j);
		json_end_list(j);
		break;
	case DOC_SCALAR:
		if (value->quoted)
			json_str(j, value->text);
		else
			json_raw(j, value->text);
		break;
	}
}

struct str payload_cut(struct arena *a, struct str text, enum privacy level)
{
	struct payload p;
	struct json *j;
	struct str ret;
	bool more;

	if (level == PRIVACY_NUMBERS || !payload_read(a, text, &p))
		return text;
	more = carries_more(p.whole, level);
	for (size_t i = 0; i < p.n; i++)
		more |= carries_more(p.alerts[i], level);
	if (!more)
		return text;
	j = json_new(false);
	write_map(p.whole, level, j);
	ret = arena_dup(a, json_text(j));
	json_free(j);
	return ret;
}
