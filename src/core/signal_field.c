/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * field: any scalar of the record.
 *
 *	{field: next_session, is: ahead}        true: not more than 2 days past; null: no; absent: no_data
 *	{field: flags.safeguarding, is: yes}
 *	{field: minutes, value: less than 30}   also `session`
 *	{field: contacts, value: at least 3}    with the member (in a rule per case: anybody), since the session before
 *	{field: modality, equals: family}       also language, site, ending
 */
#include "core/shape.h"
#include "core/signal_internal.h"

#define NEXT_GRACE_S (2 * DAY_S)

enum field_name {
	FIELD_FLAG,
	FIELD_NEXT,
	FIELD_MINUTES,
	FIELD_SESSION,
	FIELD_CONTACTS,
	FIELD_MODALITY,
	FIELD_LANGUAGE,
	FIELD_SITE,
	FIELD_ENDING
};

struct field_selector {
	enum field_name name;
	struct str flag;
	bool is;
	struct strs equals;
};

enum { FIELD_IS, FIELD_EQUALS, FIELD_VALUE };

static const struct words ahead_words = { (const char *const[]){ "ahead", NULL } };
static const struct shape ahead_shape = { SHAPE_WORD, &ahead_words };
static const struct shape *const either_is[] = { &shape_flag, &ahead_shape, NULL };
static const struct shape is_shape = { SHAPE_EITHER, either_is };

static const struct measure measures[] = {
	{ "is", "yes or no; next_session: ahead", 0, false, false, &is_shape },
	{ "equals", "a word, or a list of which one", 0, false, false, &shape_texts },
	{ "value", "a number against a threshold", UNIT_BIT(UNIT_NONE) | UNIT_BIT(UNIT_MINUTES), false, false },
	{ NULL, NULL, 0, false, false },
};

static const char *const name_list[] = {
	[FIELD_FLAG] = "flags.",       [FIELD_NEXT] = "next_session", [FIELD_MINUTES] = "minutes",
	[FIELD_SESSION] = "session",   [FIELD_CONTACTS] = "contacts", [FIELD_MODALITY] = "modality",
	[FIELD_LANGUAGE] = "language", [FIELD_SITE] = "site",	      [FIELD_ENDING] = "ending",
	[FIELD_ENDING + 1] = NULL,
};
#define N_NAMES (sizeof(name_list) / sizeof(*name_list) - 1)

/* Those that go with each. */
static const unsigned name_measures[N_NAMES] = {
	[FIELD_FLAG] = 1u << FIELD_IS,	       [FIELD_NEXT] = 1u << FIELD_IS,
	[FIELD_MINUTES] = 1u << FIELD_VALUE,   [FIELD_SESSION] = 1u << FIELD_VALUE,
	[FIELD_CONTACTS] = 1u << FIELD_VALUE,  [FIELD_MODALITY] = 1u << FIELD_EQUALS,
	[FIELD_LANGUAGE] = 1u << FIELD_EQUALS, [FIELD_SITE] = 1u << FIELD_EQUALS,
	[FIELD_ENDING] = 1u << FIELD_EQUALS,
};

static const struct words name_words = { name_list + 1 };
static const struct shape name_shape = { SHAPE_WORD, &name_words };
static const struct shape flag_name_shape = { SHAPE_PATTERN, "^flags[.].+$" };
static const struct shape *const either_name[] = { &name_shape, &flag_name_shape, NULL };
static const struct shape names_shape = { SHAPE_EITHER, either_name };

/* Reading -------------------------------------------------------------------------------------------------------- */

/* False when it is unknown, which was told. */
static bool read_name(struct reader *r, const struct doc *doc, struct field_selector *sel)
{
	const char *candidates[N_NAMES];

	if (str_starts(doc->text, "flags.") && doc->text.n > strlen("flags.")) {
		sel->name = FIELD_FLAG;
		sel->flag = arena_dup(r->arena, (struct str){ doc->text.p + 6, doc->text.n - 6 });
		return true;
	}
	for (size_t i = 0; i < N_NAMES; i++) {
		candidates[i] = name_list[i];
		if (i == FIELD_FLAG || !str_is(doc->text, name_list[i]))
			continue;
		sel->name = (enum field_name)i;
		return true;
	}
	reader_error(r, doc, "unknown-field",
		     str_starts(doc->text, "flag") ? "write the flag's name behind a dot: flags.safeguarding"
						   : reader_suggest(r, doc->text, candidates + 1, N_NAMES - 1),
		     "unknown field \"%.*s\"", STR_ARG(doc->text));
	return false;
}

static void read_is(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct field_selector *sel = into;

	if (sel->name != FIELD_NEXT)
		read_flag(r, v, &sel->is, f);
	else if (v->kind == DOC_SCALAR && str_is(v->text, "ahead"))
		sel->is = true;
	else
		reader_error(r, v, "is", "is: ahead", "next_session is asked whether it is ahead");
}

static void *read_selector(struct reader *r, const struct doc *doc, struct signal *s)
{
	struct field_selector *sel = ARENA_NEW(r->arena, struct field_selector);

	if (doc->kind != DOC_SCALAR) {
		reader_error(r, doc, "selector", "for example \"field: minutes\"", "expected the name of a field");
		return sel;
	}
	if (!read_name(r, doc, sel))
		return NULL;
	read_key(r, s->source, "is", read_is, sel, NULL);
	read_key(r, s->source, "equals", read_strs, &sel->equals, NULL);
	return sel;
}

static void check(struct reader *r, const struct doc *doc, const struct signal *s)
{
	const struct field_selector *sel = s->selector;

	if (sel && !(name_measures[sel->name] & 1u << s->measure))
		reader_error(r, doc, "no-measure", NULL, "\"%s\" does not go with this field",
			     measures[s->measure].name);
}

/* Asking --------------------------------------------------------------------------------------------------------- */

static struct reading answer(bool yes)
{
	struct reading ret = no_reading(NULL);

	ret.value = ret.raw = yes;
	ret.truth = truth_of(yes);
	return ret;
}

static struct reading read_flag_of(const struct field_selector *sel, const struct session *session)
{
	for (size_t i = 0; i < session->n_parts; i++)
		for (size_t k = 0; k < session->parts[i].s->flags.n; k++)
			if (str_eq(session->parts[i].s->flags.items[k].name, sel->flag))
				return answer(session->parts[i].s->flags.items[k].set == sel->is);
	return no_reading("the flag is not in the record");
}

static struct reading read_next(const struct view *v)
{
	struct reading ret = no_reading("the record says nothing about a next session");
	const struct session *session = view_session(v);
	const char *silence = site_silence(v);
	int64_t as_of = v->as_of;

	if (silence)
		return no_reading(silence);
	switch (session->next) {
	case NEXT_ABSENT:
		break;
	case NEXT_NONE:
		return answer(false);
	case NEXT_AT:
		ret = answer(as_of <= session->next_at + NEXT_GRACE_S);
		if (ret.truth == TRUTH_TRUE)
			ret.true_at = session->next_at + NEXT_GRACE_S + 1;
		break;
	}
	return ret;
}

/* Whether a contact is one with the subject; a therapist's are those with anybody. */
static bool is_with(const struct view *v, const struct part *part, const struct contact *c)
{
	int subject = v->subject.member;

	return subject < 0 || view_session(v)->role[subject] == ROLE_THERAPIST || part->member_of[c->who] == subject;
}

/*
 * Contacts after the start of the session before, up to now; a record may tell of those after its session.  NAN where
 * no record of the case has ever told of one: such a clinic may not write them down.
 */
static double count_contacts(const struct view *v)
{
	int64_t since = v->session > 0 ? v->history->sessions[v->session - 1].started : INT64_MIN;
	bool any = false;
	double n = 0;

	for (size_t i = 0; i <= v->session; i++)
		for (size_t p = 0; p < v->history->sessions[i].n_parts; p++) {
			const struct part *part = &v->history->sessions[i].parts[p];

			any |= part->s->contacts.n > 0;
			for (size_t k = 0; k < part->s->contacts.n; k++) {
				const struct contact *c = &part->s->contacts.items[k];

				n += c->at > since && c->at <= v->as_of && is_with(v, part, c);
			}
		}
	return any ? n : NAN;
}

static double number_of(const struct field_selector *sel, const struct view *v)
{
	const struct session *session = view_session(v);

	if (sel->name == FIELD_CONTACTS)
		return count_contacts(v);
	if (sel->name == FIELD_SESSION)
		return session->number >= 0 ? (double)session->number : NAN;
	for (size_t i = 0; i < session->n_parts; i++)
		if (!isnan(session->parts[i].s->minutes))
			return session->parts[i].s->minutes;
	return NAN;
}

static struct reading read_number(const struct signal *s, const struct view *v)
{
	struct reading ret = no_reading("the record does not say");
	double number = number_of(s->selector, v);

	if (isnan(number))
		return ret;
	ret.value = ret.raw = number;
	ret.truth = threshold_test(&s->threshold, number);
	ret.limit = s->threshold.op == BETWEEN ? NAN : s->threshold.a;
	ret.why = NULL;
	return ret;
}

static struct str word_in(const struct field_selector *sel, const struct skeleton *s)
{
	static const char *const endings[] = { NULL, "planned", "transferred", "dropped" };

	switch (sel->name) {
	case FIELD_MODALITY:
		return s->modality;
	case FIELD_LANGUAGE:
		return s->language;
	case FIELD_SITE:
		return s->site;
	case FIELD_ENDING:
		return str_of(endings[s->ending]);
	case FIELD_FLAG:
	case FIELD_NEXT:
	case FIELD_MINUTES:
	case FIELD_SESSION:
	case FIELD_CONTACTS:
		break;
	}
	return (struct str){ NULL, 0 };
}

static struct reading read_word_of(const struct field_selector *sel, const struct session *session)
{
	struct str word = { NULL, 0 };

	for (size_t i = 0; i < session->n_parts && !word.p; i++)
		word = word_in(sel, session->parts[i].s);
	if (!word.p)
		return no_reading("the record does not say");
	for (size_t i = 0; i < sel->equals.n; i++)
		if (str_eq(sel->equals.items[i], word))
			return answer(true);
	return answer(false);
}

static struct reading read_truth(const struct signal *s, const struct view *v)
{
	const struct field_selector *sel = s->selector;

	switch (sel->name) {
	case FIELD_FLAG:
		return read_flag_of(sel, view_session(v));
	case FIELD_NEXT:
		return read_next(v);
	case FIELD_MINUTES:
	case FIELD_SESSION:
	case FIELD_CONTACTS:
		return read_number(s, v);
	case FIELD_MODALITY:
	case FIELD_LANGUAGE:
	case FIELD_SITE:
	case FIELD_ENDING:
		break;
	}
	return read_word_of(sel, view_session(v));
}

static enum channel channel_of(const struct signal *s)
{
	const struct field_selector *sel = s->selector;

	switch (sel->name) {
	case FIELD_FLAG:
		return CHANNEL_STAFF;
	case FIELD_NEXT:
	case FIELD_MINUTES:
	case FIELD_CONTACTS:
	case FIELD_ENDING:
		return CHANNEL_BEHAVIOUR;
	case FIELD_SESSION:
	case FIELD_MODALITY:
	case FIELD_LANGUAGE:
	case FIELD_SITE:
		break;
	}
	return CHANNEL_NONE;
}

const struct signal_kind signal_field = {
	.name = "field",
	.help = "one key of the record: next_session, flags.x, minutes, session, contacts, modality, language, site, "
		"ending",
	.channel = CHANNEL_BEHAVIOUR,
	.scalar_selector = true,
	.word = &names_shape,
	.measures = measures,
	.read = read_selector,
	.check = check,
	.read_truth = read_truth,
	.channel_of = channel_of,
	.all_sessions = true,
	.about_nobody = true,
	.supply = "that key in the record",
	.otherwise = "the record says otherwise",
};
