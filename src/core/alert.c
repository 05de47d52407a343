/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/alert.h"

const struct words privacy_words = {
	(const char *const[]){ "bare", "tokens", "advice", "numbers", NULL },
};

const char *alert_state_word(int state)
{
	if (state == TOLD_RETRACTED)
		return "retracted";
	return incident_state_words.words[state];
}

/* ---- from an announcement ---- */

/* What stands before the rule's own words, so that the news of a repair does not read like a new call. */
static const char *news_of(int state)
{
	static const char *const words[] = {
		[INCIDENT_OPEN] = "",
		[INCIDENT_REPAIRING] = "repair has begun: ",
		[INCIDENT_REPAIRED] = "repaired, nothing to do: ",
		[INCIDENT_UNREPAIRED] = "still not repaired: ",
		[INCIDENT_DROPPED_OUT] = "may have dropped out: ",
		[INCIDENT_CLOSED] = "closed: ",
		[TOLD_RETRACTED] = "taken back: ",
	};

	return words[state];
}

static bool asks_for_something(int state)
{
	return state != INCIDENT_REPAIRED && state != INCIDENT_CLOSED && state != TOLD_RETRACTED;
}

static void copy_turns(const struct incident_reading *r, size_t ordinal, struct alert_number *ret)
{
	for (size_t i = 0; i < r->evidence.n && ret->n_turns < ALERT_MAX_TURNS; i++)
		if (r->evidence.items[i].ordinal == ordinal)
			ret->turns[ret->n_turns++] = r->evidence.items[i].turn;
}

static void copy_evidence(struct arena *a, const struct incident *incident, struct alert *ret)
{
	const struct incident_reading *readings = incident->readings.items;

	ret->n_evidence = incident->readings.n;
	ret->evidence = ARENA_ARRAY(a, struct alert_number, ret->n_evidence);
	for (size_t i = 0; i < ret->n_evidence; i++) {
		const evidence_list *e = &readings[i].evidence;

		ret->evidence[i].signal = readings[i].signal;
		ret->evidence[i].value = readings[i].value;
		ret->evidence[i].baseline = readings[i].baseline;
		copy_turns(&readings[i], e->n ? e->items[e->n - 1].ordinal : 0, &ret->evidence[i]);
	}
}

void alert_make(struct arena *a, const struct announcement *announcement, const struct told *told,
		const struct ruleset *rules, struct str case_token, struct alert *ret)
{
	const struct rule *rule = rules_find(rules, told->rule);

	*ret = (struct alert){
		.key = arena_dup(a, str_of(announcement->key)),
		.id = arena_dup(a, str_of(told->id)),
		.state = str_of(alert_state_word(announcement->state)),
		.severity = str_of(severity_words.words[announcement->severity]),
		.rule = told->rule,
		.rule_version = told->rule_version,
		.rules_hash = rules->hash,
		.case_token = case_token,
		.member = told->member,
		.other = told->other,
		.session = (int64_t)told->changed_ordinal,
	};
	if (rule) {
		ret->say =
			arena_printf(a, "%s%.*s", news_of(announcement->state), STR_ARG(alert_say(a, rule->say, ret)));
		if (asks_for_something(announcement->state))
			ret->next_step = alert_say(a, rule->next_step, ret);
	}
	if (told->incident)
		copy_evidence(a, told->incident, ret);
}

/* ---- words ---- */

static bool token_of(struct arena *a, struct str name, const struct alert *alert, struct str *ret)
{
	const struct {
		const char *name;
		struct str value;
	} tokens[] = {
		{ "member", alert->member }, { "other", alert->other }, { "case", alert->case_token },
		{ "rule", alert->rule },     { "session", STR("") },
	};

	for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++) {
		if (!str_is(name, tokens[i].name))
			continue;
		*ret = str_is(name, "session") ? arena_printf(a, "%lld", (long long)alert->session) : tokens[i].value;
		return true;
	}
	return false;
}

/* The value of "{name}" at the start of `text` and how many bytes it takes; 0 when there is none. */
static size_t read_token(struct arena *a, struct str text, const struct alert *alert, struct str *ret)
{
	const char *end = text.p[0] == '{' ? memchr(text.p, '}', text.n) : NULL;

	if (!end || !token_of(a, (struct str){ text.p + 1, (size_t)(end - text.p) - 1 }, alert, ret))
		return 0;
	return (size_t)(end - text.p) + 1;
}

struct str alert_say(struct arena *a, struct str text, const struct alert *alert)
{
	struct buf out = { 0 };
	struct str ret;

	if (!text.p)
		return text;
	for (size_t i = 0; i < text.n;) {
		struct str value, rest = { text.p + i, text.n - i };
		size_t n = read_token(a, rest, alert, &value);

		if (n)
			buf_puts(&out, value);
		else
			buf_putc(&out, text.p[i]);
		i += n ? n : 1;
	}
	ret = arena_dup(a, out.n ? buf_str(&out) : STR(""));
	buf_release(&out);
	return ret;
}

/* ---- JSON ---- */

static void write_session(struct json *j, const struct alert *alert)
{
	json_int(j, alert->session);
}

static void write_turns(struct json *j, const struct alert_number *n)
{
	json_key(j, "turns");
	json_list(j);
	for (size_t i = 0; i < n->n_turns; i++)
		json_int(j, n->turns[i]);
	json_end_list(j);
}

static void write_evidence(struct json *j, const struct alert *alert)
{
	json_list(j);
	for (size_t i = 0; i < alert->n_evidence; i++) {
		const struct alert_number *n = &alert->evidence[i];

		json_map(j);
		json_key(j, "signal");
		json_str(j, n->signal);
		json_key(j, "value");
		json_number(j, n->value);
		json_key(j, "baseline");
		json_number(j, n->baseline);
		write_turns(j, n);
		json_end_map(j);
	}
	json_end_list(j);
}

const struct alert_key alert_keys[] = {
#define TEXT(member) true, offsetof(struct alert, member), NULL
	{ "key", PRIVACY_TOKENS, TEXT(key) },
	{ "alert", PRIVACY_BARE, TEXT(id) },
	{ "state", PRIVACY_TOKENS, TEXT(state) },
	{ "severity", PRIVACY_BARE, TEXT(severity) },
	{ "rule", PRIVACY_TOKENS, TEXT(rule) },
	{ "rule_version", PRIVACY_TOKENS, TEXT(rule_version) },
	{ "rules_hash", PRIVACY_TOKENS, TEXT(rules_hash) },
	{ "case", PRIVACY_TOKENS, TEXT(case_token) },
	{ "member", PRIVACY_TOKENS, TEXT(member) },
	{ "other", PRIVACY_TOKENS, TEXT(other) },
	{ "session", PRIVACY_TOKENS, true, 0, write_session },
	{ "route", PRIVACY_BARE, TEXT(route) },
	{ "say", PRIVACY_ADVICE, TEXT(say) },
	{ "next_step", PRIVACY_ADVICE, TEXT(next_step) },
	{ "evidence", PRIVACY_NUMBERS, false, 0, write_evidence },
#undef TEXT
};
const size_t alert_keys_n = sizeof alert_keys / sizeof *alert_keys;

/* Written only when they are set: what they say is said of no other alert. */
static const struct {
	const char *key;
	size_t at;
} marks[] = {
	{ "escalated", offsetof(struct alert, escalated) },
	{ "reminder", offsetof(struct alert, reminder) },
	{ "to_fallback", offsetof(struct alert, to_fallback) },
};

static void write_marks(struct json *j, const struct alert *alert)
{
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		if (!*(const bool *)((const char *)alert + marks[i].at))
			continue;
		json_key(j, marks[i].key);
		json_bool(j, true);
	}
}

void alert_json(const struct alert *alert, enum privacy level, struct json *j)
{
	json_map(j);
	for (size_t i = 0; i < alert_keys_n; i++) {
		if (alert_keys[i].level > level)
			continue;
		json_key(j, alert_keys[i].key);
		if (alert_keys[i].write)
			alert_keys[i].write(j, alert);
		else
			json_str(j, *(const struct str *)((const char *)alert + alert_keys[i].text));
	}
	write_marks(j, alert);
	json_end_map(j);
}
