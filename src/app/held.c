/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was held for a group or a digest leaves as one outbox row when it is due.
 *
 * Of an incident only the latest is held.  One that ended before the sink ever heard of it is left out; an empty group
 * is not sent; a group of one is sent as the alert it is, under its own key.
 */
#include "app/engine_parts.h"
#include "io/clock.h"
#include "io/fault.h"

#define KEY_DIGITS 16

struct flush {
	struct engine *en;
	struct arena *a;
	int64_t now;
	held_rows rows; /* of the group, those that are sent */
};

static struct str severity_word(int severity)
{
	return str_of(severity_words.words[severity]);
}

static struct outbox_row row_of(const struct flush *f, struct str key, const struct held_row *h)
{
	return (struct outbox_row){
		.key = arena_printf(f->a, "%.*s/%.*s", STR_ARG(key), STR_ARG(h->sink)),
		.incident = h->incident,
		.route = h->route,
		.sink = h->sink,
		.severity = severity_word(h->severity),
		.payload = h->payload,
		.at = f->now,
	};
}

static int put(struct flush *f, struct str key, const struct outbox_row *row, struct str spare, struct error *e)
{
	if (store_outbox_put(f->en->store, row, e) < 0)
		return -1;
	return spare.n && f->en->config->routes.fallback.p ? spare_put(f->en, f->a, row, key, spare, e) : 0;
}

static int put_single(struct flush *f, struct error *e)
{
	const struct held_row *h = &f->rows.items[0];
	struct outbox_row row = row_of(f, h->key, h);

	return put(f, h->key, &row, h->spare, e);
}

static struct str message(const struct flush *f, struct str key, enum privacy level, bool spare)
{
	static const char *const kinds[] = { [HELD_CASE] = "case", [HELD_ROUTE] = "route", [HELD_DIGEST] = "digest" };
	const struct held_row *first = &f->rows.items[0];
	struct dispatch_message m = {
		.key = key, .route = first->route, .group = kinds[first->kind], .to_fallback = spare
	};
	struct json *j = json_new(false);
	struct str ret;

	if (first->kind == HELD_CASE)
		m.case_token = first->case_token;
	for (size_t i = 0; i < f->rows.n; i++) {
		const struct held_row *h = &f->rows.items[i];

		if (h->severity > (int)m.severity)
			m.severity = (enum severity)h->severity;
		if (!spare || h->spare.n)
			*VEC_PUSH(f->a, &m.alerts) = spare ? h->spare : h->payload;
	}
	dispatch_json(&m, level, j);
	ret = m.alerts.n ? arena_dup(f->a, json_text(j)) : STR("");
	json_free(j);
	return ret;
}

/* The least that any of them was cut to. */
static enum privacy level_of(const struct flush *f)
{
	int level = PRIVACY_NUMBERS;

	for (size_t i = 0; i < f->rows.n; i++)
		if (f->rows.items[i].privacy < level)
			level = f->rows.items[i].privacy;
	return (enum privacy)level;
}

static int put_group(struct flush *f, struct error *e)
{
	const struct sink *fallback = config_sink(f->en->config, f->en->config->routes.fallback);
	char digits[KEY_DIGITS + 1];
	struct outbox_row row;
	struct str key, incidents = STR("");
	int worst = SEVERITY_INFO;

	random_hex(digits, KEY_DIGITS);
	key = arena_printf(f->a, "g-%s", digits);
	row = row_of(f, key, &f->rows.items[0]);
	for (size_t i = 0; i < f->rows.n; i++) {
		const struct held_row *h = &f->rows.items[i];

		incidents = arena_printf(f->a, "%.*s%s%.*s", STR_ARG(incidents), i ? " " : "", STR_ARG(h->incident));
		worst = h->severity > worst ? h->severity : worst;
	}
	row.incident = incidents;
	row.severity = severity_word(worst);
	row.payload = message(f, key, level_of(f), false);
	return put(f, key, &row, message(f, key, fallback ? fallback->privacy : PRIVACY_BARE, true), e);
}

static int choose(struct flush *f, const held_rows *all, struct error *e)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct held_row *h = &all->items[i];
		bool heard = true;

		if (h->ended && store_heard(f->en->store, h->sink, h->incident, &heard, e) < 0)
			return -1;
		if (heard)
			*VEC_PUSH(f->a, &f->rows) = *h;
	}
	return 0;
}

static int note_sent(struct flush *f, struct error *e)
{
	const struct held_row *first = &f->rows.items[0];

	for (size_t i = 0; i < f->rows.n; i++)
		if (store_heard_put(f->en->store, first->sink, f->rows.items[i].incident, e) < 0)
			return -1;
	f->en->to_relay = true;
	if (!first->budget.n || first->kind == HELD_DIGEST)
		return 0;
	return store_spent_put(f->en->store, first->budget, first->sink, f->now, e);
}

static int flush_group(struct flush *f, const held_rows *all, struct error *e)
{
	if (choose(f, all, e) < 0 || store_held_end(f->en->store, all->items[0].group, e) < 0)
		return -1;
	if (!f->rows.n)
		return 0;
	if ((f->rows.n == 1 ? put_single(f, e) : put_group(f, e)) < 0)
		return -1;
	return note_sent(f, e);
}

static int flush_due(struct engine *en, int64_t now, size_t *ret_n, struct error *e)
{
	struct arena a = { 0 };
	held_rows due;
	int rc;

	*ret_n = 0;
	while ((rc = store_held_due(en->store, &a, now, &due, e)) == 0 && due.n) {
		struct flush f = { .en = en, .a = &a, .now = now };

		rc = flush_group(&f, &due, e);
		if (rc < 0)
			break;
		++*ret_n;
		arena_reset(&a);
	}
	arena_release(&a);
	return rc;
}

int held_flush(struct engine *en, int64_t now, struct error *e)
{
	size_t n;

	return flush_due(en, now, &n, e);
}

int held_step(struct engine *en, size_t *ret_n, struct error *e)
{
	int64_t due, now = engine_now(en);

	*ret_n = 0;
	if (store_held_next_due(en->store, &due, e) < 0)
		return -1;
	if (due == DATE_NONE || due > now)
		return 0;
	if (store_begin(en->store, e) < 0)
		return -1;
	if (flush_due(en, now, ret_n, e) < 0) {
		store_rollback(en->store);
		return error_context(e, "what was held for a group");
	}
	fault_point("held-flushed");
	if (store_commit(en->store, e) < 0) {
		store_rollback(en->store);
		return -1;
	}
	fault_point("held-committed");
	return 0;
}
