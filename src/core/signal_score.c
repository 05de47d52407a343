/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * score: questionnaires.
 *
 *	score: SRS                                   the total, filled in by the person it is about
 *	score: alliance40                            whichever instrument of the family the person fills in
 *	score: {of: SRS, item: relationship}         one item or subscale; `item: any` is the worst one
 *	score: {of: WAI, by: therapist}              what somebody else scored about the person
 */
#include "core/score.h"
#include "core/shape.h"
#include "core/signal_internal.h"

struct score_selector {
	struct str of, item;
	int by; /* enum who */
};

enum { SCORE_VALUE, SCORE_CHANGE, SCORE_RECOVERED, SCORE_SLOPE, SCORE_RELIABLE_CHANGE };

#define POINTS (UNIT_BIT(UNIT_NONE) | UNIT_BIT(UNIT_SD) | UNIT_BIT(UNIT_POOLED_SD))

static const struct measure measures[] = {
	{ "value", "the score", POINTS, true, false },
	{ "change", "points since this person's last score: \"worse by at least 3\"", POINTS, false, false },
	{ "recovered", "how much of the fall since the incident opened has been made up, in %", UNIT_BIT(UNIT_PERCENT),
	  false, false },
	{ "slope", "points a session, over all sessions so far", UNIT_BIT(UNIT_NONE), false, false },
	{ "reliable_change", "change since the first score, in reliable change indices", UNIT_BIT(UNIT_NONE), false,
	  false },
	{ NULL, NULL, 0, false, false },
};

static const struct field fields[] = {
	{ "of", "a questionnaire or a family of questionnaires, such as alliance40", read_str,
	  offsetof(struct score_selector, of), true, NULL },
	{ "item", "an item or subscale; any: the worst item", read_str, offsetof(struct score_selector, item), false,
	  NULL },
	{ "by", "who filled it in, where it is not the person it is about", read_who,
	  offsetof(struct score_selector, by), false, NULL, "member, therapist, ...", &shape_who },
	{ NULL, NULL, NULL, 0, false, NULL },
};

/* Reading -------------------------------------------------------------------------------------------------------- */

static void check_item(struct reader *r, const struct doc *at, const struct instrument *i, struct str item)
{
	const char *names[100];
	size_t n = 0;

	if (!i->items.n)
		return;
	for (size_t k = 0; k < i->items.n; k++) {
		if (str_eq(i->items.items[k], item))
			return;
		if (n < sizeof(names) / sizeof(*names))
			names[n++] = arena_dup(r->arena, i->items.items[k]).p;
	}
	reader_error(r, at, "unknown-item", reader_suggest(r, item, names, n), "%.*s has no item \"%.*s\"",
		     STR_ARG(i->name), STR_ARG(item));
}

static void tell_unknown(struct reader *r, const struct doc *at, const struct instruments *set, struct str of)
{
	size_t n;
	const char *const *names = instruments_names(set, r->arena, &n);
	const char *hint;

	hint = set->all.n ? reader_suggest(r, of, names, n) : "none are known here: give the file of instruments too";
	reader_error(r, at, "unknown-instrument", hint, "unknown instrument \"%.*s\"", STR_ARG(of));
}

static void check_names(struct reader *r, const struct doc *doc, const struct score_selector *sel)
{
	const struct compile *c = r->context;
	const struct doc *of = doc->kind == DOC_MAP ? doc_get(doc, "of") : doc;
	bool known = false;

	if (!c || !c->ruleset || !of)
		return;
	for (size_t i = 0; i < c->ruleset->instruments.all.n; i++) {
		const struct instrument *in = &c->ruleset->instruments.all.items[i];

		if (!instruments_match(&c->ruleset->instruments, sel->of, in->name))
			continue;
		known = true;
		if (sel->item.n && !str_is(sel->item, "any") && doc_get(doc, "item"))
			check_item(r, doc_get(doc, "item"), in, sel->item);
	}
	if (!known)
		tell_unknown(r, of, &c->ruleset->instruments, sel->of);
}

static void *read_selector(struct reader *r, const struct doc *doc, struct signal *s)
{
	struct score_selector *sel = ARENA_NEW(r->arena, struct score_selector);
	const struct compile *c = r->context;

	sel->by = WHO_UNSAID;
	if (doc->kind == DOC_SCALAR)
		sel->of = arena_dup(r->arena, doc->text);
	else if (!fields_read(r, doc, fields, sel))
		return sel;
	if (sel->by == WHO_MEMBER)
		sel->by = WHO_UNSAID;
	if (s->of == WHO_UNSAID && c && c->per == PER_CASE)
		s->of = WHO_ANY_MEMBER;
	check_names(r, doc, sel);
	return sel;
}

/* Measuring ------------------------------------------------------------------------------------------------------ */

static bool is_by(const struct view *v, const struct score_selector *sel, int who, int by, int about)
{
	int role = view_session(v)->role[by];

	if (about < 0)
		about = by;
	if (about != who)
		return false;
	switch ((enum who)sel->by) {
	case WHO_MEMBER:
	case WHO_UNSAID:
		return by == who;
	case WHO_OTHER:
		return by == v->subject.other;
	case WHO_THERAPIST:
		return role == ROLE_THERAPIST;
	case WHO_ANYONE:
		return true;
	case WHO_ANY_MEMBER:
	case WHO_EVERY_MEMBER:
		return role_is_member((enum role)role);
	}
	return false;
}

static double worst_item(const struct score *score, int better)
{
	double worst = NAN;

	for (size_t i = 0; i < score->n_items; i++) {
		double value = score->items[i].value;

		if (isnan(worst) || better * value < better * worst)
			worst = value;
	}
	return worst;
}

static double value_of(const struct score_selector *sel, const struct score *score, int better)
{
	if (!sel->item.n)
		return score->total;
	if (str_is(sel->item, "any"))
		return worst_item(score, better);
	for (size_t i = 0; i < score->n_items; i++)
		if (str_eq(score->items[i].name, sel->item))
			return score->items[i].value;
	return NAN;
}

static struct measured measured_of(const struct view *v, const struct score_selector *sel, const struct score *score,
				   int by)
{
	const struct instrument *in = instruments_find(v->instruments, score->of);
	struct measured m = no_measure("the score has no such number");

	m.of = score->of;
	m.by = by;
	m.better = !in ? 0 : in->higher_is_better ? 1 : -1;
	m.value = value_of(sel, score, m.better ? m.better : 1);
	if (in) {
		m.range = in->max - in->min;
		m.points_sd = in->pooled_sd;
	}
	if (sel->item.n) {
		m.range = in ? in->item_max - in->item_min : NAN;
		m.points_sd = NAN;
	}
	return m;
}

/*
 * Of several scores that fit, the same one whatever the order of arrival: one that has the number asked for, then by
 * instrument, then by the rater's name in the records.
 */
static bool goes_first(const struct roster *roster, const struct measured *m, const struct measured *than)
{
	int order;

	if (!than->of.p || isnan(m->value) != isnan(than->value))
		return !than->of.p || isnan(than->value);
	order = str_cmp(m->of, than->of);
	if (order != 0)
		return order < 0;
	return str_cmp(roster->members.items[m->by].local, roster->members.items[than->by].local) < 0;
}

static struct measured find_score(const struct score_selector *sel, const struct view *v, int who)
{
	const struct session *session = view_session(v);
	struct measured found = no_measure("no score in this session");

	for (size_t i = 0; i < session->n_parts && who >= 0; i++) {
		const struct part *part = &session->parts[i];

		for (size_t k = 0; k < part->s->scores.n; k++) {
			const struct score *score = &part->s->scores.items[k];
			int by = part->member_of[score->by];
			int about = score->about < 0 ? -1 : part->member_of[score->about];
			struct measured m;

			if (!is_by(v, sel, who, by, about) || !instruments_match(v->instruments, sel->of, score->of))
				continue;
			m = measured_of(v, sel, score, by);
			if (goes_first(v->history->roster, &m, &found))
				found = m;
		}
	}
	return found;
}

static struct measured score_in(const struct signal *s, const struct view *v, int who)
{
	return find_score(s->selector, v, who);
}

static struct measured score_at(const struct signal *s, const struct view *v, size_t session, int who)
{
	struct view at = *v;

	at.session = session;
	return score_in(s, &at, who);
}

static bool same_kind(const struct measured *a, const struct measured *b)
{
	return !isnan(b->value) && str_eq(a->of, b->of) && a->by == b->by;
}

static void unknown(struct measured *m, const char *why)
{
	m->value = NAN;
	m->why = why;
}

static void to_change(const struct signal *s, const struct view *v, int who, struct measured *m)
{
	for (size_t i = v->session; i-- > 0;) {
		struct measured last = score_at(s, v, i, who);

		if (!same_kind(m, &last))
			continue;
		m->value -= last.value;
		return;
	}
	unknown(m, "no earlier score to compare with");
}

/* In % of the way from the lowest since the opening back to the mean before it. */
static void to_recovered(const struct signal *s, const struct view *v, int who, struct measured *m)
{
	double sum = 0, low = m->value, lost;
	int n = 0, better = m->better ? m->better : 1;

	if (v->opened_at == DATE_NONE) {
		unknown(m, "no incident is open");
		return;
	}
	for (size_t i = 0; i < v->session; i++) {
		struct measured then = score_at(s, v, i, who);

		if (!same_kind(m, &then))
			continue;
		if (v->history->sessions[i].started < v->opened_at) {
			sum += then.value;
			n++;
		} else if (better * then.value < better * low) {
			low = then.value;
		}
	}
	if (n < s->needs) {
		unknown(m, "fewer scores before the incident than the baseline needs");
		return;
	}
	lost = better * (sum / n - low);
	m->value = lost > 0 ? 100 * better * (m->value - low) / lost : 100;
	m->better = 0;
	m->range = 100;
	m->points_sd = NAN;
}

/* Least squares over the scored sessions, counted 1, 2, 3. */
static void to_slope(const struct signal *s, const struct view *v, int who, struct measured *m)
{
	double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;

	for (size_t i = 0; i <= v->session; i++) {
		struct measured then = i == v->session ? *m : score_at(s, v, i, who);

		if (!same_kind(m, &then))
			continue;
		n++;
		sx += n;
		sy += then.value;
		sxx += n * n;
		sxy += n * then.value;
	}
	if (n < s->needs || n < 2)
		unknown(m, "fewer scores than a slope needs");
	else
		m->value = (n * sxy - sx * sy) / (n * sxx - sx * sx);
	m->range = NAN;
	m->points_sd = NAN;
}

static void to_reliable_change(const struct signal *s, const struct view *v, int who, struct measured *m)
{
	const struct instrument *in = instruments_find(v->instruments, m->of);
	const struct score_selector *sel = s->selector;

	if (!in || isnan(in->rci) || !(in->rci > 0) || sel->item.n) {
		unknown(m, "no reliable change index is known of the instrument");
		return;
	}
	for (size_t i = 0; i < v->session; i++) {
		struct measured first = score_at(s, v, i, who);

		if (!same_kind(m, &first))
			continue;
		m->value = (m->value - first.value) / in->rci;
		m->range = NAN;
		m->points_sd = NAN;
		return;
	}
	unknown(m, "no earlier score to compare with");
}

static struct measured measure(const struct signal *s, const struct view *v, int who, evidence_list *evidence)
{
	struct measured m = score_in(s, v, who);

	(void)evidence;
	if (isnan(m.value))
		return m;
	switch (s->measure) {
	case SCORE_CHANGE:
		to_change(s, v, who, &m);
		break;
	case SCORE_RECOVERED:
		to_recovered(s, v, who, &m);
		break;
	case SCORE_SLOPE:
		to_slope(s, v, who, &m);
		break;
	case SCORE_RELIABLE_CHANGE:
		to_reliable_change(s, v, who, &m);
		break;
	}
	return m;
}

static enum channel channel_of(const struct signal *s)
{
	const struct score_selector *sel = s->selector;

	return sel->by == WHO_THERAPIST || s->of == WHO_THERAPIST ? CHANNEL_STAFF : CHANNEL_SELF_REPORT;
}

struct measured score_measured(const struct view *v, struct str of, int who)
{
	struct score_selector sel = { .of = of, .by = WHO_UNSAID };

	return find_score(&sel, v, who);
}

struct str score_instrument(const struct signal *s)
{
	const struct score_selector *sel = s->selector;
	bool plain = s->kind == &signal_score && s->measure == SCORE_VALUE && !sel->item.n && sel->by == WHO_UNSAID;

	return plain ? sel->of : (struct str){ NULL, 0 };
}

const struct signal_kind signal_score = {
	.name = "score",
	.help = "a questionnaire's score of one person",
	.channel = CHANNEL_SELF_REPORT,
	.scalar_selector = true,
	.word = &shape_text,
	.measures = measures,
	.read = read_selector,
	.measure = measure,
	.channel_of = channel_of,
	.fields = fields,
	.supply = "a score (`scores`)",
};
