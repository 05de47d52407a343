/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the store's outbox to courier.db, and the courier's receipts back.
 *
 * Two files and no ATTACH: in WAL mode a commit over two files is not atomic.  So rows are put first (by key, repeats
 * ignored) and marked after; cut off in between, they are put again and ignored.  So are those without a receipt at
 * each start: a courier.db that was lost is made up for.
 */
#include "app/engine_parts.h"
#include "io/clock.h"
#include "io/fault.h"

#define RELAY_MAX 500

static int mark_relayed(struct engine *en, const outbox_rows *rows, struct error *e)
{
	int64_t now = engine_now(en);

	if (store_begin(en->store, e) < 0)
		return -1;
	for (size_t i = 0; i < rows->n; i++) {
		if (store_outbox_relayed(en->store, rows->items[i].row, now, e) < 0) {
			store_rollback(en->store);
			return -1;
		}
	}
	return store_commit(en->store, e);
}

static int relay_some(struct engine *en, struct arena *a, size_t *ret_n, struct error *e)
{
	outbox_rows rows = { 0 };

	if (store_outbox_unrelayed(en->store, a, RELAY_MAX, &rows, e) < 0)
		return -1;
	*ret_n = rows.n;
	if (!rows.n)
		return 0;
	if (outbox_take(en->outbox, &rows, e) < 0)
		return -1;
	fault_point("relay-taken");
	outbox_bell_ring(en->config->courier_db.p);
	if (mark_relayed(en, &rows, e) < 0)
		return -1;
	fault_point("relay-marked");
	return 0;
}

/* To courier.db first, then forgotten: cut off in between they are granted again, which changes nothing. */
static int grant_wish(struct engine *en, const struct wish *w, struct error *e)
{
	int rc = 0;

	switch (w->wish) {
	case WISH_RETRY:
		rc = outbox_retry(en->outbox, w->key, e);
		break;
	case WISH_DROP:
		rc = outbox_drop(en->outbox, w->key, clock_now(), e);
		break;
	}
	if (rc < 0)
		return -1;
	fault_point("wish-granted");
	return store_wish_granted(en->store, w->key, e);
}

static int grant_wishes(struct engine *en, struct arena *a, struct error *e)
{
	wishes list;

	if (store_wishes(en->store, a, &list, e) < 0)
		return -1;
	for (size_t i = 0; i < list.n; i++)
		if (grant_wish(en, &list.items[i], e) < 0)
			return -1;
	if (list.n)
		outbox_bell_ring(en->config->courier_db.p);
	return 0;
}

int relay_step(struct engine *en, struct error *e)
{
	struct arena a = { 0 };
	size_t n = RELAY_MAX;
	int rc = grant_wishes(en, &a, e);

	while (rc == 0 && n == RELAY_MAX) {
		rc = relay_some(en, &a, &n, e);
		arena_reset(&a);
	}
	arena_release(&a);
	if (rc < 0)
		return error_context(e, "relay to the courier");
	en->to_relay = false;
	return 0;
}

static int store_receipts(struct engine *en, const receipts *list, struct error *e)
{
	if (store_begin(en->store, e) < 0)
		return -1;
	for (size_t i = 0; i < list->n; i++) {
		const struct receipt *r = &list->items[i];

		if (store_outbox_receipt(en->store, r->key, r->outcome, r->at, e) < 0 ||
		    spare_outcome(en, r->key, r->outcome, r->at, e) < 0) {
			store_rollback(en->store);
			return -1;
		}
	}
	fault_point("receipts-before-commit");
	if (store_commit(en->store, e) < 0)
		return -1;
	for (size_t i = 0; i < list->n; i++)
		en->refusals_due |= str_is(list->items[i].outcome, "dead");
	return 0;
}

int relay_receipts(struct engine *en, size_t *ret_n, struct error *e)
{
	struct arena a = { 0 };
	receipts list = { 0 };
	int rc = outbox_receipts(en->outbox, &a, RELAY_MAX, &list, e);

	*ret_n = list.n;
	if (rc == 0 && list.n) {
		rc = store_receipts(en, &list, e);
		fault_point("receipts-stored");
		if (rc == 0)
			rc = outbox_receipts_read(en->outbox, &list, e);
		fault_point("receipts-read");
	}
	arena_release(&a);
	return rc;
}
