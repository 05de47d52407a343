/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * code: what a trained observer marked.
 *
 *	code: 3RS.confrontation       one marker of a system
 *	code: 3RS.withdrawal.*        every marker that begins so; 3RS.* any
 *
 * A code without `who` is the case's as a whole (SOFTA's shared purpose) and so everybody's.
 */
#include "core/shape.h"
#include "core/signal_internal.h"

struct code_selector {
	struct str system, marker;
	bool prefix; /* marker is the beginning; "" any */
};

enum { CODE_SALIENCE, CODE_VALUE, CODE_COUNT };

static const struct measure measures[] = {
	{ "salience", "the highest salience, 1 to 5", UNIT_BIT(UNIT_NONE), true, false },
	{ "value", "the rating, -3 to +3: the one that comes nearest to the threshold", UNIT_BIT(UNIT_NONE), true,
	  false },
	{ "count", "how many times it was marked", UNIT_BIT(UNIT_NONE), true, true },
	{ NULL, NULL, 0, false, false },
};

static void *read_selector(struct reader *r, const struct doc *doc, struct signal *s)
{
	struct code_selector *sel = ARENA_NEW(r->arena, struct code_selector);
	const char *dot = doc->kind == DOC_SCALAR && doc->text.n ? memchr(doc->text.p, '.', doc->text.n) : NULL;

	(void)s;
	if (!dot || dot == doc->text.p || dot + 1 == doc->text.p + doc->text.n) {
		reader_error(r, doc, "code", "for example 3RS.confrontation or 3RS.*", "expected system.marker");
		return sel;
	}
	sel->system = arena_dup(r->arena, (struct str){ doc->text.p, (size_t)(dot - doc->text.p) });
	sel->marker = arena_dup(r->arena, (struct str){ dot + 1, doc->text.n - sel->system.n - 1 });
	if (str_is(sel->marker, "*")) {
		sel->prefix = true;
		sel->marker = STR("");
	} else if (str_ends(sel->marker, ".*")) {
		sel->prefix = true;
		sel->marker.n -= 2;
	}
	return sel;
}

/* "withdrawal" begins "withdrawal" and "withdrawal.denial", not "withdrawals". */
static bool selects(const struct code_selector *sel, const struct code *code)
{
	size_t n = sel->marker.n;

	if (!str_eq(sel->system, code->system))
		return false;
	if (!sel->prefix)
		return str_eq(sel->marker, code->marker);
	return n == 0 || (code->marker.n >= n && memcmp(code->marker.p, sel->marker.p, n) == 0 &&
			  (code->marker.n == n || code->marker.p[n] == '.'));
}

static bool is_coded(const struct session *session, const struct code_selector *sel)
{
	for (size_t i = 0; i < session->n_parts; i++)
		for (size_t k = 0; k < session->parts[i].s->coded.n; k++)
			if (str_eq(session->parts[i].s->coded.items[k], sel->system))
				return true;
	return false;
}

static double number_of(const struct signal *s, const struct code *code)
{
	switch (s->measure) {
	case CODE_SALIENCE:
		return code->salience;
	case CODE_VALUE:
		return code->value;
	}
	return 1;
}

/* Of several ratings the one that the threshold looks for. */
static double take(const struct signal *s, double so_far, double number)
{
	bool lowest = s->measure == CODE_VALUE && (s->threshold.op == AT_MOST || s->threshold.op == LESS_THAN);

	if (isnan(so_far) || isnan(number))
		return isnan(so_far) ? number : so_far;
	if (s->measure == CODE_COUNT)
		return so_far + number;
	return lowest ? fmin(so_far, number) : fmax(so_far, number);
}

/* The turn in which the marked moment lies. */
static void point_at(const struct view *v, const struct code *code, evidence_list *evidence)
{
	const struct session *session = view_session(v);
	const struct skeleton *t = session->transcript;
	size_t found = SIZE_MAX;

	if (!evidence || !t || isnan(code->at))
		return;
	for (size_t i = 0; i < t->turns.n && !(t->turns.items[i].at > code->at); i++)
		if (!isnan(t->turns.items[i].at))
			found = i;
	if (found != SIZE_MAX)
		*VEC_PUSH(v->arena, evidence) = (struct evidence){ session->ordinal, (uint32_t)found };
}

static bool silent_in(const struct session *session)
{
	bool coded = false;

	for (size_t i = 0; i < session->n_parts; i++)
		coded |= session->parts[i].s->coded.n > 0 || session->parts[i].s->codes.n > 0;
	return !coded;
}

static struct measured measure(const struct signal *s, const struct view *v, int who, evidence_list *evidence)
{
	const struct code_selector *sel = s->selector;
	const struct session *session = view_session(v);
	struct measured m = no_measure("not coded in this session");
	bool listed = false;

	m.range = s->measure == CODE_SALIENCE ? 5 : s->measure == CODE_VALUE ? 6 : NAN;
	for (size_t i = 0; i < session->n_parts; i++) {
		const struct part *part = &session->parts[i];

		for (size_t k = 0; k < part->s->codes.n; k++) {
			const struct code *code = &part->s->codes.items[k];

			if (!selects(sel, code))
				continue;
			if (who >= 0 && code->who >= 0 && part->member_of[code->who] != who)
				continue;
			listed = true;
			m.value = take(s, m.value, number_of(s, code));
			point_at(v, code, evidence);
		}
	}
	if (listed) {
		m.why = "the code has no such number";
		return m;
	}
	if (who >= 0 && (!session->listed[who] || session->attended[who] == TRUTH_FALSE))
		m.why = "the member was not there";
	else if (is_coded(session, sel))
		m.value = 0;
	return m;
}

static void check(struct reader *r, const struct doc *doc, const struct signal *s)
{
	if (s->threshold.direction != DIRECTION_NONE)
		reader_error(r, doc, "direction", "write \"at least\" or \"at most\"",
			     "codes have no better and worse direction");
}

static const struct shape code_shape = { SHAPE_PATTERN, "^[^.]+[.].+$" };

const struct signal_kind signal_code = {
	.name = "code",
	.help = "what a trained observer marked: `3RS.confrontation`, the system and its marker",
	.channel = CHANNEL_OBSERVER,
	.scalar_selector = true,
	.word = &code_shape,
	.measures = measures,
	.read = read_selector,
	.check = check,
	.measure = measure,
	.silent_in = silent_in,
	.supply = "`codes`, or the system under `coded`",
	.counted = "marks",
};
