/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/record.h"

#include "core/doc_build.h"
#include "core/record_parts.h"
#include "core/shape.h"

#define VERSION_MAX  1e9
#define REVISION_MAX 1e9
#define SESSION_MAX  1e6
#define MINUTES_MAX  (24 * 60)

static const struct limit_range version_range = { 1, VERSION_MAX, true };
static const struct limit_range revision_range = { 1, REVISION_MAX, true };
static const struct limit_range session_range = { 0, SESSION_MAX, true };
static const struct limit_range minutes_range = { 0, MINUTES_MAX, false };
static const struct words ending_words = { (const char *const[]){ "planned", "transferred", "dropped", NULL } };

static bool is_letter(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* The shape of a language tag: letters and digits in parts of at most 8, the first of 2 or 3 letters. */
static bool is_language(struct str s)
{
	size_t part = 0, parts = 0;

	for (size_t i = 0; i <= s.n; i++) {
		if (i == s.n || s.p[i] == '-') {
			if (part < (parts ? 1 : 2) || part > (parts ? 8 : 3))
				return false;
			part = 0;
			parts++;
		} else if (is_letter(s.p[i]) || (parts && s.p[i] >= '0' && s.p[i] <= '9')) {
			part++;
		} else {
			return false;
		}
	}
	return true;
}

static void read_language(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct str s = { NULL, 0 };

	read_str(r, v, &s, f);
	if (s.n && !is_language(s))
		reader_error(r, v, "bad-language", NULL, "expected a language like en or pt-BR");
	else
		*(struct str *)into = s;
}

/* Into the whole struct record: null says that nothing is booked. */
static void read_next(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	struct record *record = into;

	record->next = doc_is_null(v) ? NEXT_NONE : NEXT_AT;
	if (record->next == NEXT_AT)
		read_date(r, v, &record->next_at, f);
}

static void read_coded(struct reader *r, const struct doc *v, void *into, const struct field *f)
{
	if (v->kind == DOC_LIST && v->n > RECORD_MAX_ROWS)
		reader_error(r, v, "too-many", NULL, "a list of %zu, at most %d are read", v->n, RECORD_MAX_ROWS);
	else
		read_strs(r, v, into, f);
}

static const struct field consent_table[] = {
	{ "transcript", "may the words of `turns` be looked at? Not said: as the configuration has it", read_yes, 0,
	  false, NULL, "true, false, null", &shape_flag_or_null },
	{ NULL },
};

static const struct shape flags_shape = { SHAPE_NAMED, &shape_flag_or_null };

#define AT(member) offsetof(struct record, member)
#define ID_VALUE   "text of at most 128 bytes"
#define WORD_VALUE "text of at most 64 bytes"

static const struct field record_table[] = {
	{ "ruptured", "the version of this format", read_skip, 0, true, NULL, "1", &shape_one },
	{ "record", "the id of this record: the same when it is sent again, and no other record's", read_id, AT(id),
	  true, &record_id_limit, ID_VALUE, &shape_text },
	{ "revision", "counts up when the record is sent again with other content; 1 when not given", read_int,
	  AT(revision), false, &revision_range },
	{ "case", "the clinic's id of the case: one client, couple, family or group in one treatment", read_id,
	  AT(case_id), true, &record_id_limit, ID_VALUE, &shape_text },
	{ "session", "its number in the case; without one a session is told by its `started`", read_int, AT(session),
	  false, &session_range },
	{ "started", "when it began, or was to begin, with its zone", read_date, AT(started), true, NULL },
	{ "minutes", "how long it took", read_double, AT(minutes), false, &minutes_range },
	{ "modality", "individual, couple, family, group, ...", read_id, AT(modality), false, &record_word_limit,
	  WORD_VALUE, &shape_text },
	{ "language", "what was spoken: phrases are looked for in this language only; `en` when not given",
	  read_language, AT(language), false, &record_word_limit, "en, nl, pt-BR, ...", &shape_text },
	{ "site", "which of the clinic's places", read_id, AT(site), false, &record_word_limit, WORD_VALUE,
	  &shape_text },
	{ "next_session", "when the next one is booked; null: nothing is booked", read_next, 0, false, NULL,
	  "a time, null", &shape_date_or_null },
	{ "participants", "everybody whom the rest of the record names", read_skip, 0, false, &participant_rows },
	{ "attendance", "who came and who did not", read_rows, AT(attendance), false, &attendance_rows },
	{ "scores", "questionnaires, as numbers", read_rows, AT(scores), false, &score_rows },
	{ "homework", "how well what was agreed was done", read_rows, AT(homework), false, &homework_rows },
	{ "coded", "coding systems whose every marker was looked for: what `codes` does not list did not occur",
	  read_coded, AT(coded), false, &record_word_limit, "a list of texts", &shape_texts },
	{ "codes", "what a trained observer marked", read_rows, AT(codes), false, &code_rows },
	{ "turns", "the transcript, in order", read_rows, AT(turns), false, &turn_rows },
	{ "reports", "who felt that there was a rupture", read_rows, AT(reports), false, &report_rows },
	{ "contacts", "contacts between the sessions", read_rows, AT(contacts), false, &contact_rows },
	{ "flags", "the clinic's own yes-or-no marks, by name: `{safeguarding: false}`", read_flags, AT(flags), false,
	  NULL, "names, each with true or false", &flags_shape },
	{ "consent", "what the clients have agreed to", read_map, AT(consent_transcript), false, consent_table },
	{ "ending", "how the treatment ended; closes the case", read_word_said, AT(ending), false, &ending_words,
	  "planned, transferred, dropped", &shape_words },
	{ "withdrawn", "true: this record leaves, and what was kept of it is erased", read_flag, AT(withdrawn), false,
	  NULL, "true, false", &shape_flag },
	{ NULL },
};

const struct field *record_fields(void)
{
	return record_table;
}

static bool of_identity(const struct field *f)
{
	return f->offset == AT(case_id) || f->offset == AT(revision) || f->offset == AT(withdrawn) ||
	       (f->offset == AT(id) && f->read == read_id);
}

/* A withdrawal must succeed whatever else the record holds: everything but its identity is passed over. */
static bool read_withdrawal(struct reader *r, const struct doc *doc, struct record *record)
{
	struct field table[sizeof record_table / sizeof *record_table];

	memcpy(table, record_table, sizeof table);
	for (struct field *f = table; f->name; f++) {
		if (!of_identity(f)) {
			f->read = read_skip;
			f->required = false;
		}
	}
	return fields_read(r, doc, table, record);
}

/* The participants come first: everything else names them. */
static bool read_session(struct reader *r, const struct doc *doc, struct record *record)
{
	static const struct field participants = { .name = "participants", .detail = &participant_rows };
	struct reading *reading = r->context;
	struct path here = { .key = participants.name };
	const struct doc *list = doc_get(doc, participants.name);
	size_t errors = r->diags->errors;

	if (list) {
		r->path = &here;
		read_rows(r, list, &record->participants, &participants);
		r->path = NULL;
		reading->participants_bad = r->diags->errors > errors;
	}
	fields_read(r, doc, record_table, record);
	return r->diags->errors == errors;
}

static bool version_is_known(struct reader *r, const struct doc *doc)
{
	static const struct field version = { .name = "ruptured", .required = true, .detail = &version_range };
	struct path here = { .key = version.name };
	const struct doc *v = doc_get(doc, version.name);
	size_t errors = r->diags->errors;
	int64_t n = RECORD_VERSION;

	if (!v)
		return true; /* told as a missing key */
	r->path = &here;
	read_int(r, v, &n, &version);
	if (n != RECORD_VERSION)
		reader_error(r, v, "unsupported-version", NULL,
			     "this version of the format is not known here, only %d is", RECORD_VERSION);
	r->path = NULL;
	return r->diags->errors == errors;
}

struct record *record_parse(struct arena *a, const struct doc *doc, struct diags *d)
{
	struct record *record = ARENA_NEW(a, struct record);
	struct reading reading = { .record = record };
	struct reader r = { .arena = a, .diags = d, .unknown_key = DIAG_WARNING, .private = true, .context = &reading };
	bool withdrawn = false, good;

	record->revision = 1;
	record->session = -1;
	record->started = record->next_at = DATE_NONE;
	record->minutes = NAN;
	record->consent_transcript = -1;
	if (!version_is_known(&r, doc))
		return NULL;
	if (doc_get(doc, "withdrawn"))
		doc_flag(doc_get(doc, "withdrawn"), &withdrawn);
	good = withdrawn ? read_withdrawal(&r, doc, record) : read_session(&r, doc, record);
	if (!good)
		return NULL;
	record->doc = doc;
	return record;
}

struct record *record_read(struct arena *a, struct str bytes, struct diags *d)
{
	size_t first = d->all.n;
	struct doc *doc = doc_parse_unplaced(a, bytes, doc_guess(bytes), &doc_limits_record, true, d);
	struct record *record = doc ? record_parse(a, doc, d) : NULL;

	diags_place(d, first, bytes);
	return record;
}

struct str record_canonical(struct arena *a, const struct record *record)
{
	struct buf out = { 0 };
	struct str s;

	doc_canonical(record->doc, &out);
	s = arena_dup(a, buf_str(&out));
	if (out.p)
		explicit_bzero(out.p, out.n);
	buf_release(&out);
	return s;
}
