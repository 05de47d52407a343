/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/scenario_parts.h"

#define AT(member) offsetof(struct scenario_expected, member)
static const struct field expect_table[] = {
	{ "severity", "how severe", read_word, AT(word), false, &severity_words },
	{ "member", "whom it is about", read_str, AT(member), false, NULL, "an id in `people`" },
	{ "other", "of a pair, the second", read_str, AT(other), false, NULL, "an id in `people`" },
	{ 0 },
};

static const char *const state_names[] = { "open",	  "repairing", "repaired",   "unrepaired",
					   "dropped_out", "closed",    "open again", NULL };
#define OPEN_AGAIN 6
static const struct words state_words = { state_names };

static const struct field then_table[] = {
	{ "state", "what it becomes", read_word, AT(word), false, &state_words },
	{ "member", "whom it is about", read_str, AT(member), false, NULL, "an id in `people`" },
	{ "other", "of a pair, the second", read_str, AT(other), false, NULL, "an id in `people`" },
	{ 0 },
};
#undef AT

const struct field *scenario_expect_fields(void)
{
	return expect_table;
}

static const char moment_hint[] = "write `session 6`, or `28 days after session 6` for a rule that waits";

/* "session 6" -> 6; 0: it is not. */
static bool session_number(struct str s, double *ret)
{
	struct str word = str_word(&s), number = str_word(&s);

	return str_is(word, "session") && number.n && !str_trim(s).n && str_number(number, ret) && *ret == floor(*ret);
}

static bool read_moment(struct scenario_making *m, const struct doc_pair *pair, struct scenario_moment *ret)
{
	static const char after[] = " after ";
	const char *at = pair->key.n ? memmem(pair->key.p, pair->key.n, after, sizeof after - 1) : NULL;
	struct str session = pair->key;
	int64_t s = 0;
	double n;

	ret->days = -1;
	if (at) {
		session.p = at + sizeof after - 1;
		session.n = pair->key.n - (size_t)(session.p - pair->key.p);
		if (!duration_parse((struct str){ pair->key.p, (size_t)(at - pair->key.p) }, &s)) {
			reader_error_at(m->r, pair->at, "moment", moment_hint, "not a moment of the test");
			return false;
		}
		ret->days = (s + DAY_S / 2) / DAY_S;
	}
	if (!session_number(session, &n)) {
		reader_error_at(m->r, pair->at, "moment", moment_hint, "not a moment of the test");
		return false;
	}
	if (n < 1 || n > (double)m->sessions.n) {
		reader_error_at(m->r, pair->at, "moment", NULL, "session %.0f of a test that has %zu", n,
				m->sessions.n);
		return false;
	}
	ret->session = (size_t)n - 1;
	return true;
}

/* All severities that the rule can come to; the cap makes a notice of more. */
static unsigned possible(const struct rule *rule)
{
	unsigned set = 0;

	for (size_t i = 0; i < rule->n_ladder; i++)
		set |= 1u << rule->ladder[i].severity;
	if (set & (1u << SEVERITY_WARNING | 1u << SEVERITY_CRITICAL))
		set |= 1u << SEVERITY_NOTICE;
	if (rule->raise.set)
		set |= 1u << rule->raise.to;
	return set;
}

/* A severity that an override took away is no slip of the test: it fails when it is run. */
static void check_word(struct scenario_making *m, const struct doc *at, const struct scenario_expected *e,
		       bool severity)
{
	bool known = m->rule && m->rule->n_ladder && !m->rule->changes.all.n;

	if (severity && known && e->word >= 0 && !(possible(m->rule) & 1u << e->word))
		reader_error(m->r, at, "severity", NULL, "the rule is never a %s", severity_words.words[e->word]);
}

static void check_people(struct scenario_making *m, const struct doc *doc, const struct scenario_expected *e)
{
	const struct doc *member = doc_get(doc, "member"), *other = doc_get(doc, "other");

	if (member && e->member.n)
		scenario_person_known(m, e->member, member->at);
	if (other && e->other.n)
		scenario_person_known(m, e->other, other->at);
	if (!m->rule || m->rule->per < 0)
		return;
	if (member && m->rule->per == PER_CASE)
		reader_error(m->r, member, "stranger", NULL, "a rule per case is about no member");
	if (other && m->rule->per != PER_PAIR)
		reader_error(m->r, other, "stranger", NULL, "there is a second person only in a rule per pair");
}

static void read_one(struct scenario_making *m, const struct doc *v, const struct scenario_moment *when, bool severity,
		     scenario_expectations *ret)
{
	struct scenario_expected e = { .when = *when, .word = -1, .at = v->at };
	const struct doc *word = v;
	struct field f = { .detail = severity ? &severity_words : &state_words };
	size_t errors = m->r->diags->errors;

	if (v->kind == DOC_MAP) {
		word = doc_get(v, severity ? "severity" : "state");
		if (fields_read(m->r, v, severity ? expect_table : then_table, &e))
			check_people(m, v, &e);
	} else {
		read_word(m->r, v, &e.word, &f);
	}
	if (word && m->r->diags->errors == errors)
		check_word(m, word, &e, severity);
	if (!severity && e.word == OPEN_AGAIN)
		e.word = INCIDENT_OPEN;
	*VEC_PUSH(m->r->arena, ret) = e;
}

static void read_expectations(struct scenario_making *m, const struct doc *doc, bool severity,
			      scenario_expectations *ret)
{
	struct path here = { m->r->path, severity ? "expect" : "then", 0 };
	struct scenario_moment when;

	m->r->path = &here;
	if (doc->kind != DOC_MAP)
		reader_error(m->r, doc, "wrong-kind",
			     severity ? "as in `{session 6: warning}`; `{}`: the rule finds nothing"
				      : "as in `{session 8: repaired}`; `{}`: nothing becomes of it",
			     "expected moments with what happens, found %.*s", STR_ARG(doc_describe(m->r->arena, doc)));
	for (size_t i = 0; doc->kind == DOC_MAP && i < doc->n; i++) {
		const struct doc *v = doc->pairs[i].value;

		if (!read_moment(m, &doc->pairs[i], &when))
			continue;
		for (size_t k = 0; v->kind == DOC_LIST && k < v->n; k++)
			read_one(m, v->items[k], &when, severity, ret);
		if (v->kind != DOC_LIST)
			read_one(m, v, &when, severity, ret);
	}
	m->r->path = here.outer;
}

void scenario_read_expect(struct scenario_making *m)
{
	read_expectations(m, m->form.expect, true, &m->ret->expect);
	m->ret->has_then = m->form.then != NULL;
	if (m->form.then)
		read_expectations(m, m->form.then, false, &m->ret->then);
}
