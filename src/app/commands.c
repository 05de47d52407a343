/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/commands.h"

#include "app/acts.h"
#include "io/clock.h"
#include "io/fault.h"
#include "io/log.h"

#define COMMANDS_MAX 64 /* a round */

static const struct limit_string word_limit = { .max_bytes = 128 };
static const struct limit_string note_limit = { .max_bytes = 1000, .empty_ok = true };

#define AT(member) .offset = offsetof(struct command, member)

const struct field command_fields[] = {
	{ "ruptured-command", "the format's version, 1", read_double, AT(version), .required = true },
	{ "act", "what to do", read_str, AT(act), .required = true, .detail = &word_limit },
	{ "alert", "the alert's id", read_str, AT(alert), .detail = &word_limit },
	{ "case", "the case's token, or the clinic's own id", read_str, AT(case_id), .detail = &word_limit },
	{ "verdict", "useful or noise", read_str, AT(verdict), .detail = &word_limit },
	{ "rule", "a rule's id, or a pattern", read_str, AT(rule), .detail = &word_limit },
	{ "member", "a member's token", read_str, AT(member), .detail = &word_limit },
	{ "until", "a day, a time, or next-session", read_str, AT(until), .detail = &word_limit },
	{ "silence", "the number of a silence", read_double, AT(silence) },
	{ "key", "the outbox's key of what is to be delivered", read_str, AT(key), .detail = &word_limit },
	{ "all", "everything that can be meant", read_flag, AT(all) },
	{ "reason", "why, for the audit", read_str, AT(reason), .detail = &note_limit },
	{ "by", "who says so; written down as a claim where the file's owner cannot be told", read_str, AT(by),
	  .detail = &word_limit },
	{ "note", "a note, for the audit", read_str, AT(note), .detail = &note_limit },
	{ NULL },
};

/* The faults of a command's file are shown to whoever wrote it, and to nobody else. */
static bool read_command(struct arena *a, struct str bytes, struct command *ret, struct str *ret_faults)
{
	struct diags d = { .arena = a };
	struct reader r = { .arena = a, .diags = &d, .unknown_key = DIAG_ERROR };
	struct doc *doc = doc_parse(a, bytes, doc_guess(bytes), &doc_limits_rules, false, &d);
	struct buf out = { 0 };
	bool ok = doc && fields_read(&r, doc, command_fields, ret);

	if (ok && ret->version != COMMAND_VERSION) {
		reader_error(&r, doc, "version", NULL, "this engine knows commands of version %d", COMMAND_VERSION);
		ok = false;
	}
	diags_render(&d, STR("command"), bytes, DIAG_CARET, &out);
	*ret_faults = arena_dup(a, buf_str(&out));
	buf_release(&out);
	return ok;
}

static struct str answer_text(struct arena *a, bool ok, struct str text)
{
	struct json *j = json_new(false);
	struct str out;

	json_map(j);
	json_key(j, "ok");
	json_bool(j, ok);
	json_key(j, "text");
	json_str(j, text);
	json_end_map(j);
	out = arena_printf(a, "%.*s\n", STR_ARG(json_text(j)));
	json_free(j);
	return out;
}

/* One transaction: the act, its audit line, and its answer.  Cut off after the commit it comes again, is known, and
 * gets the same answer. */
static int commit_command(struct doing *d, struct str id, struct str *ret_answer, struct error *e)
{
	struct store *st = d->en->store;

	if (store_command_answer(st, d->a, id, ret_answer, e) < 0)
		return -1;
	if (ret_answer->p)
		return 0;
	if (acts_carry_out(d, e) < 0)
		return -1;
	spool_current_clear(d->en->spool);
	*ret_answer = answer_text(d->a, d->ok, d->text);
	return store_command_put(st, id, engine_now(d->en), *ret_answer, e);
}

static int do_command(struct doing *d, struct str id, struct str *ret_answer, struct error *e)
{
	struct store *st = d->en->store;

	if (store_begin(st, e) < 0)
		return -1;
	if (commit_command(d, id, ret_answer, e) < 0 || store_commit(st, e) < 0) {
		store_rollback(st);
		return -1;
	}
	fault_point("command-committed");
	d->en->counts.commands++;
	return 0;
}

#define UID_UNMAPPED 65534

/* In a user namespace of its own (PrivateUsers=yes in the unit) the engine sees every owner as "nobody"; then the name
 * in the command is all there is, and is kept as what it is, a claim.  Who may write commands/ is the directory's mode.
 */
static struct str who_wrote(struct arena *a, const struct spool_file *f, const struct command *command)
{
	if (f->owner != UID_UNMAPPED)
		return arena_printf(a, "uid %u", (unsigned)f->owner);
	if (command->by.n)
		return arena_printf(a, "\"%.*s\" by their own word", STR_ARG(command->by));
	return STR("somebody unnamed");
}

static int refuse_command(struct engine *en, struct arena *a, const struct spool_file *f, struct str why,
			  struct error *e)
{
	if (spool_answer(en->spool, f->name, answer_text(a, false, why), e) < 0)
		return -1;
	return spool_rejected(en->spool, SPOOL_COMMANDS, f, why, e);
}

static int take_command(struct engine *en, struct arena *a, const struct spool_file *f, struct error *e)
{
	struct command command = { 0 };
	struct doing d = { .en = en, .a = a, .command = &command };
	struct str faults, id, answer;

	if (!read_command(a, f->bytes, &command, &faults))
		return refuse_command(en, a, f, faults, e);
	d.who = who_wrote(a, f, &command);
	id = digest_hex(a, &en->digest_key, arena_printf(a, "%.*s\n%.*s", STR_ARG(f->name), STR_ARG(f->bytes)));
	if (do_command(&d, id, &answer, e) < 0 || spool_answer(en->spool, f->name, answer, e) < 0)
		return -1;
	fault_point("command-answered");
	return spool_processed(en->spool, SPOOL_COMMANDS, f, engine_now(en), e);
}

static int take_unless_poison(struct engine *en, struct arena *a, const struct spool_file *f, struct error *e)
{
	int rc;

	if (spool_poison_count(en->spool, f->inode) >= POISON_TIMES)
		return refuse_command(en, a, f, STR("this file stopped the engine three times"), e);
	if (spool_current_set(en->spool, f, e) < 0)
		return -1;
	rc = take_command(en, a, f, e);
	spool_current_clear(en->spool);
	return rc;
}

static int one_command(struct engine *en, struct arena *a, struct str name, size_t *ret_done, struct error *e)
{
	struct spool_file f = { 0 };
	enum spool_read outcome;

	if (spool_read(en->spool, a, SPOOL_COMMANDS, name, COMMAND_MAX_BYTES, clock_now(), &outcome, &f, e) < 0)
		return -1;
	f.name = name;
	*ret_done += outcome == SPOOL_READ || outcome == SPOOL_REFUSED;
	switch (outcome) {
	case SPOOL_READ:
		return take_unless_poison(en, a, &f, e);
	case SPOOL_REFUSED:
		return spool_rejected(en->spool, SPOOL_COMMANDS, &f, str_of(f.why), e);
	case SPOOL_GONE:
	case SPOOL_WAIT:
		return 0;
	}
	return 0;
}

int commands_step(struct engine *en, size_t *ret_n, struct error *e)
{
	struct arena names = { 0 }, a = { 0 };
	spool_entries list = { 0 };
	bool more;
	int rc = spool_list(en->spool, &names, SPOOL_COMMANDS, COMMANDS_MAX, &list, &more, e);

	*ret_n = 0;
	en->look |= rc == 0 && more;
	for (size_t i = 0; rc == 0 && i < list.n; i++) {
		rc = one_command(en, &a, list.items[i].name, ret_n, e);
		arena_reset(&a);
	}
	arena_release(&a);
	arena_release(&names);
	return rc;
}
