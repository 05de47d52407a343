/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Silences: made and ended by people.  What one keeps back is decided at each alert (telling.c, core/silence.h).
 */
#include "app/acts.h"
#include "io/store_acts.h"

/* What a silence is to be of: the rules of its pattern, and who is in the case. */
struct asked {
	struct silence silence;
	struct stored_case *c; /* NULL: any */
	size_t rules, safe;    /* that the pattern names, and those of them that are safeguarding */
};

static bool refuse(struct doing *d, struct str why)
{
	act_answer(d, false, why);
	return false;
}

static bool unknown(struct doing *d, const char *what, struct str word, const char *const *names, size_t n)
{
	const char *near = str_nearest(word, names, n);

	if (near)
		return refuse(d, arena_printf(d->a, "no %s \"%.*s\"; did you mean %s?", what, STR_ARG(word), near));
	return refuse(d, arena_printf(d->a, "no %s \"%.*s\"", what, STR_ARG(word)));
}

static bool check_rule(struct doing *d, struct asked *k)
{
	const struct ruleset *rules = d->en->rules;
	struct str pattern = d->command->rule;
	const char **ids = ARENA_ARRAY(d->a, const char *, rules->n + 1);

	if (!pattern.n)
		return true;
	for (size_t i = 0; i < rules->n; i++) {
		ids[i] = rules->rules[i].id.p;
		k->rules += str_matches(rules->rules[i].id, pattern);
		k->safe += str_matches(rules->rules[i].id, pattern) && rules->rules[i].safety;
	}
	if (!k->rules)
		return unknown(d, "rule in force is", pattern, ids, rules->n);
	if (k->safe == k->rules)
		return refuse(d, STR("safeguarding alerts are never silenced; acknowledge each with `rupturectl ack`"));
	k->silence.rule = pattern;
	return true;
}

static bool check_member(struct doing *d, struct asked *k)
{
	struct str member = d->command->member;
	const struct roster *roster = k->c ? &k->c->roster : NULL;
	const char **tokens;

	if (!member.n)
		return true;
	if (!roster)
		return refuse(
			d, arena_printf(d->a, "%.*s is another person in each case: give --case too", STR_ARG(member)));
	tokens = ARENA_ARRAY(d->a, const char *, roster->members.n + 1);
	for (size_t i = 0; i < roster->members.n; i++) {
		tokens[i] = roster->members.items[i].token.p;
		if (str_eq(roster->members.items[i].token, member))
			k->silence.member = member;
	}
	return k->silence.member.p || unknown(d, "member of this case is", member, tokens, roster->members.n);
}

static bool check_rest(struct doing *d, struct asked *k)
{
	if (!act_until(d, 0, &k->silence.until))
		return false;
	if (k->silence.until == DATE_NONE && !k->c)
		return refuse(d, STR("a rule has no next session: give a day, or a case with --case"));
	if (k->silence.until == DATE_NONE && k->c->closed_at != DATE_NONE)
		return refuse(d, STR("this case is closed and has no next session"));
	if (!d->command->reason.n)
		return refuse(d, STR("why? give --reason: whoever misses an alert will want to know"));
	k->silence.reason = d->command->reason;
	return true;
}

/* "case K7Q2, rule drops.*, member m1, until ...". */
static struct str words_of(struct arena *a, const struct silence *s)
{
	struct str until = act_until_words(a, s->until);

	return arena_printf(a, "%s%.*s%s%s%.*s%s%.*s, until %.*s", s->case_token.p ? "case " : "",
			    STR_ARG(s->case_token), s->case_token.p && s->rule.p ? ", " : "", s->rule.p ? "rule " : "",
			    STR_ARG(s->rule), s->member.p ? ", member " : "", STR_ARG(s->member), STR_ARG(until));
}

/* What waits to be told in a group or a digest is not told either. */
static int drop_held(struct doing *d, const struct silence *s, size_t *ret_n, struct error *e)
{
	static const struct alert_filter all = { .ended_too = true };
	static const struct str any_sink = { NULL, 0 };
	stored_alerts alerts;

	*ret_n = 0;
	if (store_alerts(d->en->store, d->a, &all, &alerts, e) < 0)
		return -1;
	for (size_t i = 0; i < alerts.n; i++) {
		const struct told *t = &alerts.items[i].told;
		const struct rule *rule = rules_find(d->en->rules, t->rule);
		struct silence_subject about = { alerts.items[i].case_token, t->rule, t->member, t->other,
						 rule && rule->drops_out };
		struct str id = str_of(t->id);
		bool dropped;

		if (!silence_covers(s, &about, s->made_at))
			continue;
		if (store_held_drop(d->en->store, any_sink, id, &dropped, e) < 0 ||
		    (dropped && store_silenced(d->en->store, id, s->number, s->made_at, e) < 0))
			return -1;
		*ret_n += dropped;
	}
	return 0;
}

static int make(struct doing *d, struct asked *k, struct error *e)
{
	struct silence *s = &k->silence;
	struct str words;
	size_t held;

	s->made_at = engine_now(d->en);
	s->made_by = d->who;
	s->case_token = k->c ? k->c->token : (struct str){ NULL, 0 };
	words = words_of(d->a, s);
	if (store_silence_put(d->en->store, s, k->c ? k->c->row : 0, &s->number, e) < 0 ||
	    drop_held(d, s, &held, e) < 0)
		return -1;
	if (held)
		words = arena_printf(d->a, "%.*s (%zu that waited to be told: kept back)", STR_ARG(words), held);
	d->about = act_about(d->a, arena_printf(d->a, "%lld, %.*s", (long long)s->number, STR_ARG(words)), s->reason);
	return act_answer(d, true,
			  arena_printf(d->a,
				       "silence %lld: %.*s.  Critical and safeguarding alerts are sent all the same; "
				       "`rupturectl silence end %lld` ends it",
				       (long long)s->number, STR_ARG(words), (long long)s->number));
}

int act_silence(struct doing *d, struct error *e)
{
	struct asked k = { .silence = { .ended_at = DATE_NONE } };
	bool found;

	if (!d->command->case_id.n && !d->command->rule.n)
		return act_answer(d, false, STR("silence what? give --case, --rule, or both"));
	if (d->command->case_id.n) {
		if (act_find_case(d, &k.c, &found, e) < 0)
			return -1;
		if (!found)
			return 0;
	}
	if (!check_rule(d, &k) || !check_member(d, &k) || !check_rest(d, &k))
		return 0;
	return make(d, &k, e);
}

static const struct silence *find_silence(const silence_list *all, double number)
{
	for (size_t i = 0; i < all->n; i++)
		if ((double)all->items[i].number == number)
			return &all->items[i];
	return NULL;
}

int act_silence_end(struct doing *d, struct error *e)
{
	const struct silence *s;
	silence_list all;

	if (store_silences(d->en->store, d->a, &all, e) < 0)
		return -1;
	s = find_silence(&all, d->command->silence);
	if (!s)
		return act_answer(d, false, STR("no silence has this number; `rupturectl silence list` shows them"));
	d->about = arena_printf(d->a, "%lld", (long long)s->number);
	if (silence_is_over(s, engine_now(d->en)))
		return act_answer(d, true, arena_printf(d->a, "silence %lld is over already", (long long)s->number));
	if (store_silence_end(d->en->store, s->number, engine_now(d->en), d->who, e) < 0)
		return -1;
	return act_answer(d, true,
			  arena_printf(d->a, "silence %lld is over: alerts are sent again", (long long)s->number));
}
