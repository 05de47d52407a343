/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/story.h"

#include "core/dispatch.h"

struct reading_story {
	struct arena *a;
	struct store *st;
	struct outbox *outbox;
	const struct config *config;
	struct story *story;
	struct error *e;
};

/* ---- what was sent ---- */

static struct str text_of(const struct doc *map, const char *key)
{
	const struct doc *v = map ? doc_get(map, key) : NULL;

	return v && v->kind == DOC_SCALAR ? v->text : (struct str){ NULL, 0 };
}

static bool flag_of(const struct doc *map, const char *key)
{
	const struct doc *v = map ? doc_get(map, key) : NULL;
	bool set = false;

	return v && doc_flag(v, &set) && set;
}

/* Of a group the part about this incident; the whole of another. */
static const struct doc *part_about(const struct doc *payload, struct str incident)
{
	const struct doc *alerts = payload ? doc_get(payload, "alerts") : NULL;

	for (size_t i = 0; alerts && alerts->kind == DOC_LIST && i < alerts->n; i++)
		if (str_eq(text_of(alerts->items[i], "alert"), incident))
			return alerts->items[i];
	return payload;
}

static int add_message(struct reading_story *r, const struct sent_row *sent)
{
	struct diags faults = { .arena = r->a };
	const struct doc *payload =
		doc_parse(r->a, sent->message.payload, DOC_JSON, &doc_limits_record, false, &faults);
	const struct doc *about = part_about(payload, str_of(r->story->alert.told.id));
	struct story_message *m = VEC_PUSH(r->a, &r->story->messages);

	*m = (struct story_message){
		.sent = *sent,
		.state = text_of(about, "state"),
		.severity = text_of(about, "severity"),
		.escalated = flag_of(about, "escalated"),
		.reminder = flag_of(about, "reminder"),
		.to_fallback = flag_of(about, "to_fallback") || flag_of(payload, "to_fallback"),
		.group = text_of(payload, "group"),
	};
	if (!m->severity.p)
		m->severity = sent->message.severity;
	if (!r->outbox || sent->relayed_at == DATE_NONE)
		return 0;
	return outbox_letter(r->outbox, r->a, sent->message.key, &m->in_hand, &m->letter, r->e);
}

static int read_messages(struct reading_story *r)
{
	sent_rows sent;

	if (store_sent_of(r->st, r->a, str_of(r->story->alert.told.id), &sent, r->e) < 0)
		return -1;
	for (size_t i = 0; i < sent.n; i++)
		if (add_message(r, &sent.items[i]) < 0)
			return -1;
	return 0;
}

/* ---- what waits ---- */

/* Whether it would be in the digest with the whole budget left: by the function that put it there. */
static bool is_over_budget(const struct reading_story *r, const struct held_row *h, const struct route *by)
{
	struct dispatch_facts facts = { .rule = r->story->rule, .severity = (enum severity)h->severity };

	return h->kind == HELD_DIGEST && by && by->budget && facts.rule &&
	       dispatch_plan(&facts, by, h->case_token.p != NULL, 0).how != DISPATCH_DIGEST;
}

static int read_waits(struct reading_story *r)
{
	held_rows held;

	if (store_held_of(r->st, r->a, str_of(r->story->alert.told.id), &held, r->e) < 0)
		return -1;
	for (size_t i = 0; i < held.n; i++) {
		const struct route *by = routes_find(&r->config->routes, held.items[i].route);

		*VEC_PUSH(r->a, &r->story->waits) = (struct story_wait){
			.held = held.items[i],
			.over_budget = is_over_budget(r, &held.items[i], by),
			.budget = by ? by->budget : 0,
		};
	}
	return 0;
}

/* ---- what keeps it back ---- */

static int read_silences(struct reading_story *r, int64_t now)
{
	const struct told *t = &r->story->alert.told;
	struct silence_subject about = { r->story->alert.case_token, t->rule, t->member, t->other };
	const struct silence *covers;
	silence_list all;

	if (store_silences(r->st, r->a, &all, r->e) < 0)
		return -1;
	covers = silences_find(&all, &about, now);
	if (covers) {
		r->story->covered = true;
		r->story->silence = *covers;
	}
	for (size_t i = 0; i < all.n; i++)
		if (t->silenced_at != DATE_NONE && all.items[i].number == t->silence)
			r->story->kept_back_by = all.items[i];
	return 0;
}

int story_read(struct arena *a, struct store *st, struct outbox *outbox, const struct config *config,
	       const struct ruleset *rules, const struct stored_alert *alert, int64_t now, struct story *ret,
	       struct error *e)
{
	struct reading_story r = { a, st, outbox, config, ret, e };

	*ret = (struct story){ .alert = *alert, .rule = rules_find(rules, alert->told.rule) };
	if (read_messages(&r) < 0 || read_waits(&r) < 0 || read_silences(&r, now) < 0)
		return -1;
	return store_heard_by(st, a, str_of(alert->told.id), &ret->heard_by, e);
}
