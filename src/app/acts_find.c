/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/acts.h"
#include "io/clock.h"
#include "io/store_acts.h"

#define PREFIX_MIN   4	   /* of an alert's id */
#define GUESS_AMONG  20000 /* so many of the latest alerts are looked through for a mistyped id */
#define UNTIL_MAX_S  (366 * (int64_t)DAY_S)
#define NEXT_SESSION "next-session"

static const char *nearest(struct arena *a, struct str word, const struct strs *names)
{
	const char **candidates = ARENA_ARRAY(a, const char *, names->n + 1);

	for (size_t i = 0; i < names->n; i++)
		candidates[i] = names->items[i].p;
	return str_nearest(word, candidates, names->n);
}

/* ---- alerts ---- */

static int answer_unknown_alert(struct doing *d, const struct strs *like, struct error *e)
{
	struct str id = d->command->alert;
	const char *near = NULL;
	struct strs all;

	if (like->n > 1)
		return act_answer(d, false, arena_printf(d->a, "more than one alert begins with %.*s", STR_ARG(id)));
	if (store_alerts_like(d->en->store, d->a, STR(""), GUESS_AMONG, &all, e) < 0)
		return -1;
	if (id.n >= PREFIX_MIN)
		near = nearest(d->a, id, &all);
	if (near)
		return act_answer(d, false, arena_printf(d->a, "no alert has this id; did you mean %s?", near));
	return act_answer(d, false, STR("no alert has this id; `rupturectl alerts --all` lists them"));
}

/* The whole id of what the command names, or the answer that there is none. */
static int whole_id(struct doing *d, struct str *ret, bool *ret_found, struct error *e)
{
	struct str id = d->command->alert;
	struct strs like = { 0 };

	if (id.n >= PREFIX_MIN && store_alerts_like(d->en->store, d->a, id, 2, &like, e) < 0)
		return -1;
	*ret_found = like.n == 1;
	if (like.n != 1)
		return answer_unknown_alert(d, &like, e);
	*ret = like.items[0];
	return 0;
}

int act_find_alert(struct doing *d, struct found_alert *ret, bool *ret_found, struct error *e)
{
	struct store *st = d->en->store;
	struct str id = d->command->alert;

	*ret_found = false;
	if (!id.n)
		return act_answer(d, false, STR("which alert? give its id, as `rupturectl alerts` shows it"));
	if (store_told_find(st, d->a, id, &ret->case_row, &ret->told, ret_found, e) < 0)
		return -1;
	if (!*ret_found &&
	    (whole_id(d, &id, ret_found, e) < 0 ||
	     (*ret_found && store_told_find(st, d->a, id, &ret->case_row, &ret->told, ret_found, e) < 0)))
		return -1;
	if (*ret_found) {
		ret->rule = rules_find(d->en->rules, ret->told.rule);
		d->about = arena_dup(d->a, str_of(ret->told.id));
	}
	return 0;
}

/* ---- cases ---- */

/* Tokens alone: the clinic's own ids are shown to nobody who did not ask for them aloud. */
static int answer_unknown_case(struct doing *d, struct error *e)
{
	const char *near;
	struct strs tokens;

	if (store_case_tokens(d->en->store, d->a, &tokens, e) < 0)
		return -1;
	near = d->en->config->tokens_as_given ? NULL : nearest(d->a, d->command->case_id, &tokens);
	if (near)
		return act_answer(d, false, arena_printf(d->a, "no case has this token or id; did you mean %s?", near));
	return act_answer(d, false, STR("no case has this token or id"));
}

int act_find_case(struct doing *d, struct stored_case **ret, bool *ret_found, struct error *e)
{
	struct store *st = d->en->store;
	struct str id = d->command->case_id;

	*ret_found = false;
	if (!id.n)
		return act_answer(d, false, STR("which case? give its token, as `rupturectl alerts` shows it"));
	if (store_case_by_token(st, d->a, id, ret, e) < 0 || (!*ret && store_case(st, d->a, id, ret, e) < 0))
		return -1;
	*ret_found = *ret != NULL;
	return *ret_found ? 0 : answer_unknown_case(d, e);
}

/* ---- dates ---- */

bool act_until(struct doing *d, int day_begins, int64_t *ret)
{
	struct str until = d->command->until;
	int64_t now = engine_now(d->en), day;

	*ret = DATE_NONE;
	if (str_is(until, NEXT_SESSION))
		return true;
	if (!until.n) {
		act_answer(d, false, STR("until when? give --until with a day (2026-03-02) or next-session"));
	} else if (date_parse_day(until, &day)) {
		*ret = clock_local(day, day_begins);
	} else if (!date_parse(until, ret)) {
		act_answer(d, false,
			   arena_printf(d->a,
					"until when? \"%.*s\" is no day (2026-03-02), no time with its zone "
					"(2026-03-02T14:00:00Z) and not next-session",
					STR_ARG(until)));
	}
	if (*ret == DATE_NONE)
		return false;
	if (*ret > now && *ret <= now + UNTIL_MAX_S)
		return true;
	act_answer(d, false,
		   *ret <= now
			   ? arena_printf(d->a, "%.*s is past: it is %.*s now", STR_ARG(until),
					  STR_ARG(date_format(d->a, now)))
			   : arena_printf(d->a, "%.*s is more than a year away; give an earlier day", STR_ARG(until)));
	return false;
}

struct str act_until_words(struct arena *a, int64_t until)
{
	return until == DATE_NONE ? STR("the next session") : date_format(a, until);
}

struct str act_about(struct arena *a, struct str what, struct str note)
{
	return note.n ? arena_printf(a, "%.*s: %.*s", STR_ARG(what), STR_ARG(note)) : what;
}
