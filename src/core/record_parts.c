/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/record_parts.h"

#include "core/shape.h"

#define MINUTES_MAX (24 * 60)
#define SECONDS_MAX (24 * 3600)
#define HOURS_MAX   (366 * 24)
#define AGE_MAX	    120
#define SCORE_MAX   1e6

const struct words role_words = { (const char *const[]){ "therapist", "client", "partner", "parent", "child", "sibling",
							 "carer", "relative", "interpreter", "observer", NULL } };
const struct words attendance_words = { (const char *const[]){ "attended", "late", "left_early", "no_show", "cancelled",
							       "rescheduled", NULL } };
static const struct words by_words = { (const char *const[]){ "client", "provider", "other", NULL } };

bool role_is_member(enum role role)
{
	return role != ROLE_THERAPIST && role != ROLE_INTERPRETER && role != ROLE_OBSERVER;
}

/* Scalars of the format's own. */

const struct limit_string record_id_limit = { .max_bytes = RECORD_MAX_ID };
const struct limit_string record_word_limit = { .max_bytes = RECORD_MAX_WORD };
static const struct limit_string text_limit = { .max_bytes = RECORD_MAX_TURN_TEXT, .empty_ok = true };
static const struct limit_range minutes_range = { 0, MINUTES_MAX, false };
static const struct limit_range hours_range = { 0, HOURS_MAX, false };
static const struct limit_range seconds_range = { 0, SECONDS_MAX, false };
static const struct limit_range age_range = { 0, AGE_MAX, false };
static const struct limit_range rating_range = { 0, 4, false };
static const struct limit_range salience_range = { 1, 5, false };
static const struct limit_range value_range = { -3, 3, false };
static const struct limit_range score_range = { -SCORE_MAX, SCORE_MAX, false };

/* Ids and words end up in lists and messages for people: no line breaks, no control characters. */
void read_id(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct str s = { NULL, 0 };

	read_str(r, v, &s, f);
	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7F) {
			reader_error(r, v, "control-character", NULL, "a control character");
			return;
		}
	}
	*(struct str *)into = s;
}

/* An enum whose 0 is "not said". */
void read_word_said(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	int word = -1;

	read_word(r, v, &word, f);
	if (word >= 0)
		*(int *)into = word + 1;
}

/* Into int: 1 yes, 0 no, untouched when null. */
void read_yes(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	size_t errors = r->diags->errors;
	bool flag = false;

	if (doc_is_null(v))
		return;
	read_flag(r, v, &flag, f);
	if (r->diags->errors == errors)
		*(int *)into = flag;
}

/* null: none was set. */
static void read_rating(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	if (!doc_is_null(v))
		read_double(r, v, into, f);
}

/* Into a participant's index. */
static void read_who(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	const struct reading *reading = r->context;
	const struct record *record = reading->record;

	if (!f->required && doc_is_null(v))
		return;
	if (v->kind == DOC_SCALAR && !doc_is_null(v)) {
		for (size_t i = 0; i < record->participants.n; i++) {
			if (str_eq(record->participants.items[i].id, v->text)) {
				*(int *)into = (int)i;
				return;
			}
		}
	}
	if (!reading->participants_bad)
		reader_error(r, v, "unknown-participant", "every id must be listed in \"participants\"",
			     "nobody of this id takes part");
}

/* A fault at one key of a row, found when the row was read. */
static void key_error(struct reader *r, const struct doc *row, const char *key, const char *code, const char *hint,
		      const char *message)
{
	struct path here = { .outer = r->path, .key = key };

	r->path = &here;
	reader_error(r, doc_get(row, key), code, hint, "%s", message);
	r->path = here.outer;
}

/* Lists of the record: a table, defaults, and checks over several keys each. */

static void participant_init(void *row)
{
	((struct participant *)row)->age = NAN;
}

static void participant_check(struct reader *r, const struct doc *doc, void *row)
{
	const struct reading *reading = r->context;
	const struct participant *p = row, *others = reading->record->participants.items;

	for (const struct participant *other = others; other < p; other++) {
		if (str_eq(other->id, p->id)) {
			key_error(r, doc, "id", "duplicate-participant", NULL,
				  "the id of an earlier participant again");
			return;
		}
	}
}

static const struct shape number_shape = { SHAPE_NUMBER, &score_range };
static const struct shape *const either_number[] = { &number_shape, &shape_null, NULL };
static const struct shape number_or_null = { SHAPE_EITHER, either_number };
static const struct shape items_shape = { SHAPE_NAMED, &number_or_null };
static const struct shape rating_number = { SHAPE_NUMBER, &rating_range };
static const struct shape *const either_rating[] = { &rating_number, &shape_null, NULL };
static const struct shape rating_shape = { SHAPE_EITHER, either_rating };

static const struct field participant_table[] = {
	{ "id", "local to the case, and the same person in all its sessions", read_id, offsetof(struct participant, id),
	  true, &record_id_limit, "text of at most 128 bytes", &shape_text },
	{ "role", "interpreter and observer count in no share, pair or `any member`", read_word,
	  offsetof(struct participant, role), true, &role_words },
	{ "person", "the clinic's own id; without one a therapist is known within the case only", read_id,
	  offsetof(struct participant, person), false, &record_id_limit, "text of at most 128 bytes", &shape_text },
	{ "age", "in years", read_double, offsetof(struct participant, age), false, &age_range },
	{ NULL },
};

const struct rows participant_rows = {
	.table = participant_table,
	.size = sizeof(struct participant),
	.max = RECORD_MAX_PARTICIPANTS,
	.init = participant_init,
	.check = participant_check,
};

static void attendance_init(void *row)
{
	*(struct attendance *)row = (struct attendance){ .minutes = NAN, .notice_hours = NAN };
}

static void attendance_check(struct reader *r, const struct doc *doc, void *row)
{
	struct reading *reading = r->context;
	const struct attendance *a = row;

	if (reading->participants_bad)
		return; /* who is meant is not known */
	if (reading->has_attendance[a->who])
		reader_error(r, doc, "duplicate-attendance", NULL, "a second attendance of the same person");
	reading->has_attendance[a->who] = true;
}

static const struct field attendance_table[] = {
	{ "who", "whose attendance; one row a person", read_who, offsetof(struct attendance, who), true, NULL,
	  "the id of a participant", &shape_text },
	{ "status", "whether they came", read_word, offsetof(struct attendance, status), true, &attendance_words },
	{ "by", "who cancelled or moved it", read_word_said, offsetof(struct attendance, by), false, &by_words,
	  "client, provider, other", &shape_words },
	{ "minutes", "how late they came, or how much too early they left", read_double,
	  offsetof(struct attendance, minutes), false, &minutes_range },
	{ "notice_hours", "hours from the cancellation to the session", read_double,
	  offsetof(struct attendance, notice_hours), false, &hours_range },
	{ NULL },
};

const struct rows attendance_rows = {
	.table = attendance_table,
	.size = sizeof(struct attendance),
	.max = RECORD_MAX_ROWS,
	.init = attendance_init,
	.check = attendance_check,
};

/* A map from names the writer chooses to values; nulls are left out.  `each` is called with the path at the value. */
static void each_named(struct reader *r, const struct doc *v, void *into,
		       void (*each)(struct reader *r, struct str name, const struct doc *v, void *into))
{
	struct path here = { .outer = r->path };

	if (doc_is_null(v))
		return;
	if (v->kind != DOC_MAP) {
		reader_error(r, v, "wrong-kind", NULL, "expected a map, found %.*s",
			     STR_ARG(doc_describe(r->arena, v)));
		return;
	}
	if (v->n > RECORD_MAX_ITEMS) {
		reader_error(r, v, "too-many", NULL, "a map of %zu, at most %d are read", v->n, RECORD_MAX_ITEMS);
		return;
	}
	r->path = &here;
	for (size_t i = 0; i < v->n; i++) {
		here.key = v->pairs[i].key.p;
		if (!v->pairs[i].key.n || v->pairs[i].key.n > RECORD_MAX_WORD)
			reader_error_at(r, v->pairs[i].at, "too-long", NULL, "a name of 1 to %d bytes is needed",
					RECORD_MAX_WORD);
		else if (!doc_is_null(v->pairs[i].value))
			each(r, v->pairs[i].key, v->pairs[i].value, into);
	}
	r->path = here.outer;
}

static void score_item(struct reader *r, struct str name, const struct doc *v, void *into)
{
	static const struct field value = { .detail = &score_range };
	struct score *score = into;
	struct score_item *item = &score->items[score->n_items];

	item->value = NAN;
	read_double(r, v, &item->value, &value);
	item->name = arena_dup(r->arena, name);
	score->n_items++;
}

/* Into the whole struct score: items and their number are two of its members. */
static void read_items(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct score *score = into;

	(void)f;
	score->items = ARENA_ARRAY(r->arena, struct score_item, RECORD_MAX_ITEMS < v->n ? RECORD_MAX_ITEMS : v->n);
	each_named(r, v, score, score_item);
}

static void score_init(void *row)
{
	*(struct score *)row = (struct score){ .about = -1, .total = NAN };
}

static void score_check(struct reader *r, const struct doc *doc, void *row)
{
	struct score *score = row;

	if (isnan(score->total) && !score->n_items)
		reader_error(r, doc, "empty-score", NULL, "a score needs \"total\" or \"items\"");
	if (score->about == score->by)
		score->about = -1;
}

static const struct field score_table[] = {
	{ "of", "the questionnaire, by the name that the rules have for it: SRS, CSRS, ...", read_id,
	  offsetof(struct score, of), true, &record_word_limit, "text of at most 64 bytes", &shape_text },
	{ "by", "who filled it in", read_who, offsetof(struct score, by), true, NULL, "the id of a participant",
	  &shape_text },
	{ "about", "whom it is about, when that is somebody else", read_who, offsetof(struct score, about), false, NULL,
	  "the id of a participant", &shape_text },
	{ "total", "the total, as the questionnaire counts it; this or `items` is needed", read_double,
	  offsetof(struct score, total), false, &score_range },
	{ "items", "items or subscales by name: `{goals: 7.5}`; never their wording", read_items, 0, false, NULL,
	  "names, each with a number", &items_shape },
	{ NULL },
};

const struct rows score_rows = {
	.table = score_table,
	.size = sizeof(struct score),
	.max = RECORD_MAX_ROWS,
	.init = score_init,
	.check = score_check,
};

static void homework_init(void *row)
{
	((struct homework *)row)->rating = NAN;
}

static const struct field homework_table[] = {
	{ "who", "whose homework", read_who, offsetof(struct homework, who), true, NULL, "the id of a participant",
	  &shape_text },
	{ "rating", "from not done, 0, to done in full, 4; null: none was set", read_rating,
	  offsetof(struct homework, rating), true, &rating_range, "a number from 0 to 4, null", &rating_shape },
	{ NULL },
};

const struct rows homework_rows = {
	.table = homework_table,
	.size = sizeof(struct homework),
	.max = RECORD_MAX_ROWS,
	.init = homework_init,
};

static void code_init(void *row)
{
	*(struct code *)row = (struct code){ .who = -1, .salience = NAN, .value = NAN, .at = NAN };
}

static const struct field code_table[] = {
	{ "system", "the coding system: 3RS, SOFTA, ...", read_id, offsetof(struct code, system), true,
	  &record_word_limit, "text of at most 64 bytes", &shape_text },
	{ "marker", "the system's word for what was seen", read_id, offsetof(struct code, marker), true,
	  &record_word_limit, "text of at most 64 bytes", &shape_text },
	{ "who", "in whom it was seen; without it: in the case as a whole", read_who, offsetof(struct code, who), false,
	  NULL, "the id of a participant", &shape_text },
	{ "salience", "how strong it was", read_double, offsetof(struct code, salience), false, &salience_range },
	{ "value", "the rating, for systems that rate", read_double, offsetof(struct code, value), false,
	  &value_range },
	{ "at", "when, in seconds from the start", read_double, offsetof(struct code, at), false, &seconds_range },
	{ NULL },
};

const struct rows code_rows = {
	.table = code_table,
	.size = sizeof(struct code),
	.max = RECORD_MAX_ROWS,
	.init = code_init,
};

static void turn_init(void *row)
{
	*(struct turn *)row = (struct turn){ .to = -1, .at = NAN, .end = NAN };
}

static void turn_check(struct reader *r, const struct doc *doc, void *row)
{
	const struct turn *turn = row;

	if (turn->end < turn->at)
		key_error(r, doc, "end", "bad-times", NULL, "\"end\" is before \"at\"");
	if (turn->to == turn->who)
		key_error(r, doc, "to", "to-oneself", "leave \"to\" out when it is not known",
			  "the speaker cannot be the addressee");
}

static const struct field turn_table[] = {
	{ "who", "who speaks", read_who, offsetof(struct turn, who), true, NULL, "the id of a participant",
	  &shape_text },
	{ "to", "to whom, when that is known; with two people it is certain, else it is inferred", read_who,
	  offsetof(struct turn, to), false, NULL, "the id of a participant", &shape_text },
	{ "at", "when the turn begins, in seconds from the start", read_double, offsetof(struct turn, at), false,
	  &seconds_range },
	{ "end", "when it ends", read_double, offsetof(struct turn, end), false, &seconds_range },
	{ "text", "what is said", read_str, offsetof(struct turn, text), true, &text_limit },
	{ NULL },
};

const struct rows turn_rows = {
	.table = turn_table,
	.size = sizeof(struct turn),
	.max = RECORD_MAX_TURNS,
	.init = turn_init,
	.check = turn_check,
};

static void report_init(void *row)
{
	((struct report *)row)->rupture = -1;
}

static const struct field report_table[] = {
	{ "by", "who says it", read_who, offsetof(struct report, by), true, NULL, "the id of a participant",
	  &shape_text },
	{ "rupture", "was there a rupture?", read_yes, offsetof(struct report, rupture), false, NULL,
	  "true, false, null", &shape_flag_or_null },
	{ NULL },
};

const struct rows report_rows = {
	.table = report_table,
	.size = sizeof(struct report),
	.max = RECORD_MAX_ROWS,
	.init = report_init,
};

static const struct field contact_table[] = {
	{ "who", "with whom", read_who, offsetof(struct contact, who), true, NULL, "the id of a participant",
	  &shape_text },
	{ "at", "when, with its zone", read_date, offsetof(struct contact, at), true, NULL },
	{ "kind", "call, message, ...", read_id, offsetof(struct contact, kind), false, &record_word_limit,
	  "text of at most 64 bytes", &shape_text },
	{ NULL },
};

const struct rows contact_rows = {
	.table = contact_table,
	.size = sizeof(struct contact),
	.max = RECORD_MAX_ROWS,
};

typedef VEC(struct flag) flags_vec;

static void one_flag(struct reader *r, struct str name, const struct doc *v, void *into)
{
	static const struct field value = { .required = true };
	struct flag *flag = VEC_PUSH(r->arena, (flags_vec *)into);

	flag->name = arena_dup(r->arena, name);
	read_flag(r, v, &flag->set, &value);
}

void read_flags(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	(void)f;
	each_named(r, v, into, one_flag);
}
