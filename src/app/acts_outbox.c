/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Another try for what could not be delivered, or none.
 *
 * The act writes down in the store what is wanted; relay.c tells courier.db after the commit.  What the courier makes
 * of an alert in that moment comes back as its receipt and stands.
 */
#include "app/acts.h"

/* Where a row of the outbox stands, by the courier if it has it. */
enum standing { UNKNOWN, ON_ITS_WAY, WAITS, DELIVERED, DEAD, DROPPED, UNDELIVERED };

static enum standing standing_of(const struct letter *letter)
{
	switch (letter->state) {
	case LETTER_WAITING:
		return WAITS;
	case LETTER_DELIVERED:
		return DELIVERED;
	case LETTER_DEAD:
		return DEAD;
	case LETTER_DROPPED:
		return DROPPED;
	}
	return UNKNOWN;
}

static int find_standing(struct doing *d, struct str key, enum standing *ret, struct error *e)
{
	struct str outcome;
	struct letter letter;
	bool found;

	if (outbox_letter(d->en->outbox, d->a, key, &found, &letter, e) < 0)
		return -1;
	*ret = found ? standing_of(&letter) : UNKNOWN;
	if (found)
		return 0;
	if (store_outbox_outcome(d->en->store, d->a, key, &found, &outcome, e) < 0)
		return -1;
	if (found)
		*ret = str_is(outcome, "undelivered") ? UNDELIVERED : outcome.p ? DROPPED : ON_ITS_WAY;
	return 0;
}

static int wish(struct doing *d, struct str key, enum letter_wish wish, struct str outcome, struct error *e)
{
	struct store *st = d->en->store;

	d->en->to_relay = true;
	if (store_outbox_receipt(st, key, outcome, engine_now(d->en), e) < 0)
		return -1;
	return store_wish_put(st, key, wish, e);
}

static int want_retry(struct doing *d, struct str key, struct error *e)
{
	return wish(d, key, WISH_RETRY, (struct str){ NULL, 0 }, e);
}

/* How many of each were there; overtaken: dead ones that are left as they are. */
struct tries {
	size_t dead, waiting, overtaken;
};

static int retry_letter(struct doing *d, const struct letter *l, struct tries *ret, struct error *e)
{
	bool overtaken = false;

	if (l->state == LETTER_WAITING && l->failing_since == DATE_NONE)
		return 0;
	if (l->state == LETTER_DEAD && outbox_overtaken(d->en->outbox, l->key, &overtaken, e) < 0)
		return -1;
	ret->overtaken += overtaken;
	ret->dead += l->state == LETTER_DEAD && !overtaken;
	ret->waiting += l->state == LETTER_WAITING;
	return overtaken ? 0 : want_retry(d, l->key, e);
}

/* Everything dead that can still come in its order, and what waits after an attempt in vain. */
static int retry_all(struct doing *d, struct error *e)
{
	struct tries n = { 0 };
	struct str left = STR("");
	letters list;

	if (outbox_letters(d->en->outbox, d->a, 1u << LETTER_WAITING | 1u << LETTER_DEAD, &list, e) < 0)
		return -1;
	for (size_t i = 0; i < list.n; i++)
		if (retry_letter(d, &list.items[i], &n, e) < 0)
			return -1;
	if (n.overtaken)
		left = arena_printf(d->a, "; left: %zu whose alerts have told later news since, to be dropped by key",
				    n.overtaken);
	d->about = arena_printf(d->a, "all: %zu dead letters, %zu waiting", n.dead, n.waiting);
	return act_answer(d, true,
			  arena_printf(d->a, "tried again at once: %zu dead letters, %zu that were waiting%.*s", n.dead,
				       n.waiting, STR_ARG(left)));
}

static int retry_dead(struct doing *d, struct str key, struct error *e)
{
	bool overtaken;

	if (outbox_overtaken(d->en->outbox, key, &overtaken, e) < 0)
		return -1;
	if (overtaken)
		return act_answer(d, false,
				  STR("later news of the same alert was delivered there since, and this would come out "
				      "of its order; `rupturectl outbox drop` when it was seen to"));
	if (want_retry(d, key, e) < 0)
		return -1;
	return act_answer(d, true, arena_printf(d->a, "%.*s is tried again at once", STR_ARG(key)));
}

static int retry_one(struct doing *d, struct str key, struct error *e)
{
	enum standing standing;

	if (find_standing(d, key, &standing, e) < 0)
		return -1;
	d->about = key;
	switch (standing) {
	case DEAD:
		return retry_dead(d, key, e);
	case WAITS:
		if (want_retry(d, key, e) < 0)
			return -1;
		return act_answer(d, true, arena_printf(d->a, "%.*s is tried again at once", STR_ARG(key)));
	case ON_ITS_WAY:
		return act_answer(d, true, STR("it is on its way to the courier"));
	case DELIVERED:
		return act_answer(d, false, STR("it was delivered"));
	case DROPPED:
		return act_answer(d, false, STR("it was dropped, for good"));
	case UNDELIVERED:
		return act_answer(d, false,
				  STR("no route took it, so there is no sink to try; `rupturectl outbox drop` "
				      "when it was seen to"));
	case UNKNOWN:
		break;
	}
	return act_answer(d, false, STR("nothing has this key; `rupturectl outbox` lists what was not delivered"));
}

int act_outbox_retry(struct doing *d, struct error *e)
{
	if (d->command->all)
		return retry_all(d, e);
	if (!d->command->key.n)
		return act_answer(d, false, STR("which one? give its key, as `rupturectl outbox` shows it"));
	return retry_one(d, d->command->key, e);
}

static int drop(struct doing *d, struct str key, struct error *e)
{
	d->about = arena_printf(d->a, "%.*s: %.*s", STR_ARG(key), STR_ARG(d->command->reason));
	if (wish(d, key, WISH_DROP, STR("dropped"), e) < 0 || store_spare_forget(d->en->store, key, e) < 0)
		return -1;
	return act_answer(d, true, arena_printf(d->a, "%.*s will not be delivered", STR_ARG(key)));
}

int act_outbox_drop(struct doing *d, struct error *e)
{
	struct str key = d->command->key;
	enum standing standing;

	if (!key.n)
		return act_answer(d, false, STR("which one? give its key, as `rupturectl outbox` shows it"));
	if (!str_trim(d->command->reason).n)
		return act_answer(d, false, STR("why? --reason goes into the audit"));
	if (find_standing(d, key, &standing, e) < 0)
		return -1;
	switch (standing) {
	case DEAD:
	case WAITS:
	case UNDELIVERED:
		return drop(d, key, e);
	case ON_ITS_WAY:
		return act_answer(d, false, STR("it is on its way to the courier; try again in a moment"));
	case DELIVERED:
		return act_answer(d, false, STR("it was delivered already"));
	case DROPPED:
		return act_answer(d, true, STR("it was dropped already"));
	case UNKNOWN:
		break;
	}
	return act_answer(d, false, STR("nothing has this key; `rupturectl outbox` lists what was not delivered"));
}
