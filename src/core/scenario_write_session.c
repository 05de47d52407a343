/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "core/scenario_write_parts.h"

/* What one session says beside the lists: `lines` are its keys, each a line or more. */
struct entry {
	struct scenario_writing *w;
	const struct session *s;
	size_t index;
	struct buf lines;
};

static void key(struct entry *e, const char *name)
{
	buf_printf(&e->lines, "        %s: ", name);
}

static void end(struct entry *e)
{
	buf_putc(&e->lines, '\n');
}

static struct str name_of(const struct entry *e, const struct part *p, int participant)
{
	return e->w->names[scenario_who(p, participant)];
}

/* The same moment in a test. */
static int64_t shifted(const struct entry *e, int64_t at)
{
	return SCENARIO_FIRST_S + (at - e->w->history->sessions[0].started);
}

/* ---- plain keys ---- */

static void put_time(struct entry *e, int64_t every)
{
	int64_t after = e->index ? e->s->started - e->s[-1].started : every;

	if (after <= 0) {
		scenario_note(e->w, "session %zu began with the one before it: a second lies between them in the test",
			      e->index + 1);
		key(e, "after");
		buf_puts(&e->lines, STR("1 seconds\n"));
	} else if (after != every) {
		if (after > SCENARIO_MAX_SPAN_S)
			scenario_note(e->w, "session %zu: more than ten years after the one before it", e->index + 1);
		key(e, "after");
		put_yaml_span(&e->lines, after > SCENARIO_MAX_SPAN_S ? SCENARIO_MAX_SPAN_S : after);
		end(e);
	}
	if (e->s->number == (int64_t)e->index + 1)
		return;
	key(e, "session");
	if (e->s->number < 0)
		buf_puts(&e->lines, STR("null\n"));
	else
		buf_printf(&e->lines, "%lld\n", (long long)e->s->number);
}

/* Of what only one part of a session says, the first; phrases go by the language of the transcript. */
static const struct skeleton *part_with(const struct session *s, struct str (*get)(const struct skeleton *s))
{
	if (s->transcript && get(s->transcript).n)
		return s->transcript;
	for (size_t i = 0; i < s->n_parts; i++)
		if (get(s->parts[i].s).n)
			return s->parts[i].s;
	return NULL;
}

static struct str modality(const struct skeleton *s)
{
	return s->modality;
}

static struct str language(const struct skeleton *s)
{
	return s->language;
}

static struct str site(const struct skeleton *s)
{
	return s->site;
}

static void put_word(struct entry *e, const char *name, struct str (*get)(const struct skeleton *s))
{
	const struct skeleton *s = part_with(e->s, get);

	if (!s)
		return;
	key(e, name);
	put_yaml_str(&e->lines, get(s));
	end(e);
}

/* site1, site2 by first sight. */
static void put_site(struct entry *e)
{
	const struct skeleton *here = part_with(e->s, site);
	struct strs seen = { 0 };
	size_t number = 0;

	for (size_t i = 0; here && i < e->w->history->n && !number; i++) {
		const struct skeleton *s = part_with(&e->w->history->sessions[i], site);
		bool known = !s;

		for (size_t k = 0; s && k < seen.n; k++)
			known |= str_eq(seen.items[k], s->site);
		if (!known)
			*VEC_PUSH(e->w->arena, &seen) = s->site;
		if (s && str_eq(s->site, here->site))
			for (size_t k = 0; k < seen.n; k++)
				number = str_eq(seen.items[k], here->site) ? k + 1 : number;
	}
	if (here) {
		key(e, "site");
		buf_printf(&e->lines, "site%zu\n", number);
	}
}

static void put_minutes(struct entry *e)
{
	for (size_t i = 0; i < e->s->n_parts; i++) {
		if (isnan(e->s->parts[i].s->minutes))
			continue;
		key(e, "minutes");
		put_yaml_number(&e->lines, e->s->parts[i].s->minutes);
		end(e);
		return;
	}
}

static void put_next(struct entry *e)
{
	int64_t ahead = e->s->next_at - e->s->started;

	if (e->s->next == NEXT_ABSENT)
		return;
	key(e, "next_session");
	if (e->s->next == NEXT_NONE) {
		buf_puts(&e->lines, STR("null"));
	} else if (ahead > 0 && ahead < SCENARIO_MAX_SPAN_S) {
		buf_puts(&e->lines, STR("in "));
		put_yaml_span(&e->lines, ahead);
	} else {
		buf_puts(&e->lines, date_format(e->w->arena, shifted(e, e->s->next_at)));
	}
	end(e);
}

static void put_ending(struct entry *e)
{
	static const char *const words[] = { NULL, "planned", "transferred", "dropped" };

	if (e->s->ending == ENDING_NONE)
		return;
	key(e, "ending");
	buf_puts(&e->lines, str_of(words[e->s->ending]));
	end(e);
}

/* ---- people ---- */

/* As `people` has them: listed, in the same role, and of an age in the same band, once it was known. */
static bool as_in_people(const struct entry *e, size_t who)
{
	const struct history *h = e->w->history;
	size_t first = 0, aged = 0;

	if (!e->s->listed[who])
		return false;
	while (h->sessions[first].role[who] < 0)
		first++;
	while (aged < h->n && isnan(h->sessions[aged].age[who]))
		aged++;
	if (e->s->role[who] != h->sessions[first].role[who] || (aged < h->n && aged > e->index))
		return false;
	return aged == h->n || scenario_age(e->s->age[who]) == scenario_age(h->sessions[aged].age[who]);
}

static void put_participants(struct entry *e)
{
	size_t n = e->w->history->roster->members.n;
	const char *between = "";
	bool all = true;

	for (size_t i = 0; i < n; i++)
		all &= !e->w->names[i].n || as_in_people(e, i);
	if (all)
		return;
	key(e, "participants");
	buf_putc(&e->lines, '[');
	for (size_t i = 0; i < n; i++) {
		if (!e->s->listed[i])
			continue;
		buf_printf(&e->lines, "%s{id: %.*s, role: %s", between, STR_ARG(e->w->names[i]),
			   role_words.words[e->s->role[i]]);
		if (!isnan(e->s->age[i]))
			buf_printf(&e->lines, ", age: %g", scenario_age(e->s->age[i]));
		buf_putc(&e->lines, '}');
		between = ", ";
	}
	buf_puts(&e->lines, STR("]\n"));
}

/* ---- rows ---- */

/* "        scores:" before the first of them. */
static void row(struct entry *e, const char *name, bool *first)
{
	if (*first)
		buf_printf(&e->lines, "        %s:\n", name);
	*first = false;
	buf_puts(&e->lines, STR("          - {"));
}

static void field_number(struct entry *e, const char *name, double n)
{
	if (isnan(n))
		return;
	buf_printf(&e->lines, ", %s: ", name);
	put_yaml_number(&e->lines, n);
}

static void put_score(struct entry *e, const struct part *p, const struct score *s)
{
	const char *between = "";

	buf_printf(&e->lines, "by: %.*s, of: ", STR_ARG(name_of(e, p, s->by)));
	put_yaml_str(&e->lines, s->of);
	if (s->about >= 0)
		buf_printf(&e->lines, ", about: %.*s", STR_ARG(name_of(e, p, s->about)));
	field_number(e, "total", s->total);
	if (s->n_items)
		buf_puts(&e->lines, STR(", items: {"));
	for (size_t i = 0; i < s->n_items; i++) {
		buf_puts(&e->lines, str_of(between));
		put_yaml_str(&e->lines, s->items[i].name);
		buf_puts(&e->lines, STR(": "));
		put_yaml_number(&e->lines, s->items[i].value);
		between = ", ";
	}
	buf_puts(&e->lines, s->n_items ? STR("}}\n") : STR("}\n"));
}

static void put_scores(struct entry *e)
{
	bool first = true;

	for (size_t i = 0; i < e->s->n_parts; i++) {
		const struct part *p = &e->s->parts[i];

		for (size_t k = 0; k < p->s->scores.n; k++) {
			if (scenario_in_series(e->w, e->s, p, SERIES_SCORES, &p->s->scores.items[k]))
				continue;
			row(e, "scores", &first);
			put_score(e, p, &p->s->scores.items[k]);
		}
	}
}

static void put_homework(struct entry *e)
{
	bool first = true;

	for (size_t i = 0; i < e->s->n_parts; i++) {
		const struct part *p = &e->s->parts[i];

		for (size_t k = 0; k < p->s->homework.n; k++) {
			const struct homework *h = &p->s->homework.items[k];

			if (scenario_in_series(e->w, e->s, p, SERIES_HOMEWORK, h))
				continue;
			row(e, "homework", &first);
			buf_printf(&e->lines, "who: %.*s, rating: ", STR_ARG(name_of(e, p, h->who)));
			if (isnan(h->rating))
				buf_puts(&e->lines, STR("null"));
			else
				put_yaml_number(&e->lines, h->rating);
			buf_puts(&e->lines, STR("}\n"));
		}
	}
}

static void put_reports(struct entry *e)
{
	bool first = true;

	for (size_t i = 0; i < e->s->n_parts; i++) {
		const struct part *p = &e->s->parts[i];

		for (size_t k = 0; k < p->s->reports.n; k++) {
			const struct report *r = &p->s->reports.items[k];

			if (scenario_in_series(e->w, e->s, p, SERIES_REPORTS, r))
				continue;
			row(e, "reports", &first);
			buf_printf(&e->lines, "by: %.*s, rupture: %s}\n", STR_ARG(name_of(e, p, r->by)),
				   r->rupture < 0 ? "null"
				   : r->rupture	  ? "yes"
						  : "no");
		}
	}
}

static void put_coded(struct entry *e)
{
	struct strs seen = { 0 };

	for (size_t i = 0; i < e->s->n_parts; i++) {
		const struct skeleton *s = e->s->parts[i].s;

		for (size_t k = 0; k < s->coded.n; k++) {
			bool known = false;

			for (size_t m = 0; m < seen.n; m++)
				known |= str_eq(seen.items[m], s->coded.items[k]);
			if (!known)
				*VEC_PUSH(e->w->arena, &seen) = s->coded.items[k];
		}
	}
	if (!seen.n)
		return;
	key(e, "coded");
	for (size_t i = 0; i < seen.n; i++) {
		buf_puts(&e->lines, i ? STR(", ") : STR("["));
		put_yaml_str(&e->lines, seen.items[i]);
	}
	buf_puts(&e->lines, STR("]\n"));
}

static void put_code(struct entry *e, const struct part *p, const struct code *c)
{
	buf_puts(&e->lines, STR("system: "));
	put_yaml_str(&e->lines, c->system);
	buf_puts(&e->lines, STR(", marker: "));
	put_yaml_str(&e->lines, c->marker);
	if (c->who >= 0)
		buf_printf(&e->lines, ", who: %.*s", STR_ARG(name_of(e, p, c->who)));
	field_number(e, "salience", c->salience);
	field_number(e, "value", c->value);
	field_number(e, "at", c->at);
	buf_puts(&e->lines, STR("}\n"));
}

static void put_codes(struct entry *e)
{
	bool first = true;

	for (size_t i = 0; i < e->s->n_parts; i++) {
		const struct part *p = &e->s->parts[i];

		for (size_t k = 0; k < p->s->codes.n; k++) {
			row(e, "codes", &first);
			put_code(e, p, &p->s->codes.items[k]);
		}
	}
}

static void put_contacts(struct entry *e)
{
	bool first = true;

	for (size_t i = 0; i < e->s->n_parts; i++) {
		const struct part *p = &e->s->parts[i];

		for (size_t k = 0; k < p->s->contacts.n; k++) {
			const struct contact *c = &p->s->contacts.items[k];

			row(e, "contacts", &first);
			buf_printf(&e->lines, "who: %.*s, at: \"%.*s\"", STR_ARG(name_of(e, p, c->who)),
				   STR_ARG(date_format(e->w->arena, shifted(e, c->at))));
			if (c->kind.n) {
				buf_puts(&e->lines, STR(", kind: "));
				put_yaml_str(&e->lines, c->kind);
			}
			buf_puts(&e->lines, STR("}\n"));
		}
	}
}

static void put_flags(struct entry *e)
{
	const char *between = "{";

	for (size_t i = 0; i < e->s->n_parts; i++) {
		const struct skeleton *s = e->s->parts[i].s;

		for (size_t k = 0; k < s->flags.n; k++) {
			if (*between == '{')
				key(e, "flags");
			buf_puts(&e->lines, str_of(between));
			put_yaml_str(&e->lines, s->flags.items[k].name);
			buf_puts(&e->lines, s->flags.items[k].set ? STR(": yes") : STR(": no"));
			between = ", ";
		}
	}
	if (*between != '{')
		buf_puts(&e->lines, STR("}\n"));
}

/* ---- turns ---- */

static void put_hits(struct entry *e, const struct skeleton *s, const struct skeleton_turn *t)
{
	const char *between = ", heard: {";

	for (size_t i = 0; i < t->n_hits; i++) {
		const struct skeleton_hit *h = &s->hits.items[t->first_hit + i];
		struct str id = s->lexicons.items[h->lexicon].id;

		if (lexicons_find(e->w->rules->lexicons, id) < 0) {
			scenario_note(e->w, "phrases of \"%.*s\", which the rules do not know any more", STR_ARG(id));
			continue;
		}
		buf_puts(&e->lines, str_of(between));
		put_yaml_str(&e->lines, id);
		if (h->weight == (float)h->count)
			buf_printf(&e->lines, ": %u", h->count);
		else
			buf_printf(&e->lines, ": {count: %u, weight: %.7g}", h->count, (double)h->weight);
		between = ", ";
	}
	buf_puts(&e->lines, *between == ',' && between[2] ? STR("}\n") : STR("}}\n"));
}

static void field_time(struct entry *e, const char *name, float at)
{
	if (!isnan(at))
		field_number(e, name, round((double)at * SKELETON_TICKS_PER_S) / SKELETON_TICKS_PER_S);
}

/* What the stored session was not searched for is unknown there, and not heard in a test. */
static void note_lexicons(struct entry *e, const struct skeleton *s)
{
	const struct lexicons *all = e->w->rules->lexicons;

	for (size_t i = 0; i < lexicons_count(all); i++) {
		const struct lexicon *now = lexicons_get(all, i);
		bool same = false;

		for (size_t k = 0; k < s->lexicons.n; k++)
			same |= str_eq(s->lexicons.items[k].id, now->id) && s->lexicons.items[k].major == now->major;
		if (!same)
			scenario_note(e->w,
				      "session %zu was not searched for \"%.*s\" as it is now: unknown there, not "
				      "heard in the test",
				      e->index + 1, STR_ARG(now->id));
	}
}

static void put_turns(struct entry *e)
{
	const struct skeleton *s = e->s->transcript;

	if (!s)
		return;
	note_lexicons(e, s);
	buf_puts(&e->lines, STR("        turns:\n"));
	for (size_t i = 0; i < s->turns.n; i++) {
		const struct skeleton_turn *t = &s->turns.items[i];

		buf_printf(&e->lines, "          - {who: %.*s", STR_ARG(e->w->names[e->s->transcript_member[t->who]]));
		if (t->to >= 0)
			buf_printf(&e->lines, ", to: %.*s", STR_ARG(e->w->names[e->s->transcript_member[t->to]]));
		field_time(e, "at", t->at);
		field_time(e, "end", t->end);
		buf_printf(&e->lines, ", words: %u", t->words);
		put_hits(e, s, t);
	}
}

/* ---- all ---- */

static void put_entry(struct entry *e, int64_t every)
{
	put_time(e, every);
	put_participants(e);
	put_minutes(e);
	put_word(e, "modality", modality);
	put_word(e, "language", language);
	put_site(e);
	put_next(e);
	put_scores(e);
	put_homework(e);
	put_reports(e);
	put_coded(e);
	put_codes(e);
	put_contacts(e);
	put_flags(e);
	put_ending(e);
	put_turns(e);
}

void scenario_write_sessions(struct scenario_writing *w, int64_t every, struct buf *out)
{
	struct entry e = { .w = w };
	struct buf all = { 0 };
	bool any = false;

	for (; e.index < w->history->n; e.index++) {
		e.s = &w->history->sessions[e.index];
		buf_reset(&e.lines);
		put_entry(&e, every);
		any |= e.lines.n > 0;
		/* The first key stands behind the dash. */
		if (e.lines.n)
			buf_printf(&all, "      - %s", e.lines.p + 8);
		else
			buf_puts(&all, STR("      - {}\n"));
	}
	if (any)
		buf_printf(out, "    sessions:\n%s", all.p);
	buf_release(&e.lines);
	buf_release(&all);
}
