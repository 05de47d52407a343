/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/said.h"

#include <errno.h>
#include <unistd.h>

#include "base/plain.h"
#include "io/files.h"

/* A session of which words are wanted. */
struct wanted {
	const struct session *session;
	struct str record, hash; /* of its transcript, as judged; of any part where there is no transcript */
	bool found, refused;	 /* the file; the transcript may not be used */
};

struct reading_said {
	struct arena *a;
	const struct config *config;
	const struct history *history;
	const evidence_list *turns;
	struct digest_key key;
	VEC(struct wanted) wanted;
	struct said *said;
};

/* ---- what is looked for ---- */

static const struct session *session_of(const struct history *h, size_t ordinal)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->sessions[i].ordinal == ordinal)
			return &h->sessions[i];
	return NULL;
}

static bool is_wanted(const struct reading_said *r, struct str record)
{
	for (size_t i = 0; i < r->wanted.n; i++)
		if (str_eq(r->wanted.items[i].record, record))
			return true;
	return false;
}

static int want(struct reading_said *r, struct store *st, const struct session *session, struct str record,
		struct error *e)
{
	struct known_record known;

	if (is_wanted(r, record))
		return 0;
	if (store_known(st, r->a, record, &known, e) < 0)
		return -1;
	if (!known.withdrawn)
		*VEC_PUSH(r->a, &r->wanted) =
			(struct wanted){ .session = session, .record = record, .hash = known.hash };
	return 0;
}

static int want_all(struct reading_said *r, struct store *st, const struct session *asked_for, struct error *e)
{
	for (size_t i = 0; i < r->turns->n; i++) {
		const struct session *session = session_of(r->history, r->turns->items[i].ordinal);

		if (session && session->transcript && want(r, st, session, session->transcript->record, e) < 0)
			return -1;
	}
	/* Without a transcript there are no turns; whether one was refused stands in the records alone. */
	for (size_t i = 0; asked_for && !asked_for->transcript && i < asked_for->n_parts; i++)
		if (want(r, st, asked_for, asked_for->parts[i].s->record, e) < 0)
			return -1;
	return 0;
}

/* ---- one file ---- */

static struct str token_of(const struct reading_said *r, const struct session *session, int participant)
{
	return participant < 0 ? (struct str){ NULL, 0 }
			       : member_token(r->history->roster, session->transcript_member[participant]);
}

static bool is_taken(const struct said *said, const struct evidence *turn)
{
	for (size_t i = 0; i < said->words.n; i++)
		if (said->words.items[i].ordinal == turn->ordinal && said->words.items[i].turn == turn->turn)
			return true;
	return false;
}

static void take_words(struct reading_said *r, const struct session *session, const struct record *record)
{
	for (size_t i = 0; i < r->turns->n; i++) {
		const struct evidence *turn = &r->turns->items[i];
		const struct skeleton_turn *t;

		if (turn->ordinal != session->ordinal || turn->turn >= record->turns.n ||
		    turn->turn >= session->transcript->turns.n || is_taken(r->said, turn))
			continue;
		t = &session->transcript->turns.items[turn->turn];
		*VEC_PUSH(r->a, &r->said->words) = (struct explained_words){
			.ordinal = turn->ordinal,
			.turn = turn->turn,
			.at = record->turns.items[turn->turn].at,
			.from = token_of(r, session, t->who),
			.to = token_of(r, session, t->to),
			.text = plain_text(r->a, record->turns.items[turn->turn].text),
		};
	}
	*VEC_PUSH(r->a, &r->said->sessions) = arena_printf(r->a, "%zu", session->ordinal);
}

static bool may_be_used(const struct reading_said *r, const struct record *record)
{
	return record->consent_transcript == 1 || (record->consent_transcript != 0 && !r->config->consent_required);
}

/* `text` is the record's own arena. */
static void look_at(struct reading_said *r, struct arena *text, const struct record *record)
{
	struct str hash = digest_hex(text, &r->key, record_canonical(text, record));

	for (size_t i = 0; i < r->wanted.n; i++) {
		struct wanted *w = &r->wanted.items[i];

		if (w->found || !str_eq(w->record, record->id) || !str_eq(w->hash, hash))
			continue;
		w->found = true;
		w->refused = record->withdrawn || !may_be_used(r, record);
		if (!w->refused && w->session->transcript)
			take_words(r, w->session, record);
	}
}

/* Most files are of other records, which is seen without parsing them; an id may be written in escapes. */
static bool may_hold_one(const struct reading_said *r, struct str bytes)
{
	if (memmem(bytes.p, bytes.n, "\\u", 2) || memmem(bytes.p, bytes.n, "\\x", 2))
		return true;
	for (size_t i = 0; i < r->wanted.n; i++) {
		struct str id = r->wanted.items[i].record;

		if (!r->wanted.items[i].found && memmem(bytes.p, bytes.n, id.p, id.n))
			return true;
	}
	return false;
}

/* What cannot be read or is no record is not what is looked for. */
static void read_file(struct reading_said *r, struct str path)
{
	struct arena text = { .wipe = true };
	struct diags faults = { .arena = &text };
	struct record *record;
	struct error e;
	struct str bytes;

	if (file_read(&text, path.p, RECORD_MAX_BYTES, &bytes, &e) == 0 && may_hold_one(r, bytes)) {
		record = record_read(&text, bytes, &faults);
		if (record)
			look_at(r, &text, record);
	}
	arena_release(&text);
}

static bool all_found(const struct reading_said *r)
{
	for (size_t i = 0; i < r->wanted.n; i++)
		if (!r->wanted.items[i].found)
			return false;
	return true;
}

/* ---- why there are none ---- */

static void tell_without(struct reading_said *r, const char *of_all)
{
	for (size_t i = 0; i < r->wanted.n; i++) {
		const struct wanted *w = &r->wanted.items[i];
		long long days = r->config->retain_processed_s / DAY_S;
		struct str why = STR("consent to its transcript is refused");

		if ((w->found && !w->refused) || (!w->found && !w->session->transcript))
			continue;
		if (of_all)
			why = str_of(of_all);
		else if (!w->found && days)
			why = arena_printf(r->a, "its record is no longer in processed/ (they are kept for %lld days)",
					   days);
		else if (!w->found)
			why = STR("its record is not in processed/");
		*VEC_PUSH(r->a, &r->said->without) =
			arena_printf(r->a, "session %zu: no words: %.*s", w->session->ordinal, STR_ARG(why));
	}
}

static int search(struct reading_said *r, struct error *e)
{
	struct str path = arena_printf(r->a, "%.*s/processed", STR_ARG(r->config->spool));
	struct str *files;
	size_t n;

	if (access(path.p, R_OK | X_OK) < 0) {
		tell_without(r, errno == EACCES ? "you may not read processed/ of the spool"
						: "there is no processed/ in the spool");
		return 0;
	}
	if (directory_list(r->a, path.p, "", true, &files, &n, e) < 0)
		return -1;
	/* The latest are in the last month: those are asked about most. */
	for (size_t i = n; i-- > 0 && !all_found(r);)
		read_file(r, files[i]);
	tell_without(r, NULL);
	return 0;
}

int said_read(struct arena *a, struct store *st, const struct config *config, const struct history *history,
	      const evidence_list *turns, const struct session *asked_for, struct said *ret, struct error *e)
{
	struct reading_said r = { .a = a, .config = config, .history = history, .turns = turns, .said = ret };

	*ret = (struct said){ 0 };
	if (want_all(&r, st, asked_for, e) < 0)
		return -1;
	if (!r.wanted.n)
		return 0;
	return store_digest_key(st, &r.key, e) < 0 ? -1 : search(&r, e);
}
