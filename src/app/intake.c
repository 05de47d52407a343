/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records: a group of files from incoming/, judged and committed in one transaction, then retired.
 *
 * Every file has one of four fates a round: taken (to processed/), refused (to rejected/, with .why), left (not ready,
 * looked at again) or gone.  A refusal concerns one file alone: what it wrote is undone by a savepoint and the group
 * goes on.  When the machine fails (disk full) the whole group is rolled back and every file is where it was.
 */
#include "app/engine_parts.h"
#include "app/sites.h"
#include "core/doc_build.h"
#include "io/clock.h"
#include "io/fault.h"
#include "io/log.h"

enum fate { FATE_LEFT, FATE_TAKEN, FATE_REFUSED };

/* A file of the group, until it is retired. */
struct arrival {
	struct spool_file file; /* without the bytes */
	enum fate fate;
	struct str why; /* of a refusal */
};

struct group {
	struct engine *en;
	struct arena arena; /* of the arrivals */
	struct arrival *arrivals;
	size_t n;
	uint64_t records;
};

static void refuse(struct group *g, struct arrival *at, struct str why)
{
	at->fate = FATE_REFUSED;
	at->why = arena_dup(&g->arena, why);
}

static void refuse_with(struct group *g, struct arrival *at, struct diags *d)
{
	struct buf out = { 0 };

	diags_render(d, STR("record"), STR(""), DIAG_PRIVATE, &out);
	refuse(g, at, buf_str(&out));
	buf_release(&out);
}

static struct record *read_record(struct group *g, struct arrival *at, struct str bytes)
{
	struct arena *a = &g->en->record_arena;
	struct diags d = { .arena = a };
	struct doc *doc = doc_parse_unplaced(a, bytes, doc_guess(bytes), &doc_limits_record, true, &d);
	struct record *record = doc ? record_parse(a, doc, &d) : NULL;

	if (!doc && unfinished_wait(g->en, &at->file, clock_now()))
		return NULL;
	diags_place(&d, 0, bytes);
	if (!record)
		refuse_with(g, at, &d);
	else if (d.warnings)
		log_line(LOG_LEVEL_NOTICE,
			 "a record has %zu unknown key%s or instruments; it is judged without them "
			 "(`rupturectl explain FILE` names them)",
			 d.warnings, d.warnings == 1 ? "" : "s");
	return record;
}

static int find_case(struct engine *en, struct str id, bool make, struct stored_case **ret, struct error *e)
{
	struct arena *a = &en->record_arena;
	char token[9];

	if (store_case(en->store, a, id, ret, e) < 0)
		return -1;
	if (*ret || !make)
		return 0;
	random_hex(token, sizeof token - 1);
	return store_case_new(en->store, a, id, en->config->tokens_as_given ? id : str_of(token), ret, e);
}

/* The case judged again without this record; it may have been the case's only one. */
static int judge_left_case(struct engine *en, struct str id, struct error *e)
{
	struct stored_case *c;

	if (find_case(en, id, false, &c, e) < 0)
		return -1;
	return c ? case_judge(en, c, CASE_RECORD, e) : 0;
}

/* The case's live skeletons but for those of this record, with room for one more. */
static int other_skeletons(struct engine *en, int64_t case_row, const struct skeleton *s, struct live_skeletons *ret,
			   struct error *e)
{
	struct arena *a = &en->record_arena;
	struct skeleton **stored;
	size_t n;

	if (store_skeletons(en->store, a, case_row, &stored, &n, e) < 0)
		return -1;
	*ret = (struct live_skeletons){ ARENA_ARRAY(a, const struct skeleton *, n + 1), 0 };
	for (size_t i = 0; i < n; i++)
		if (!str_eq(stored[i]->record, s->record))
			ret->items[ret->n++] = stored[i];
	return 0;
}

/* Whether the record can stand beside the other parts of its session; refused otherwise. */
static void check_fit(struct group *g, struct arrival *at, const struct live_skeletons *others,
		      const struct skeleton *s)
{
	struct arena *a = &g->en->record_arena;
	struct str other;
	const char *path;

	if (!history_fits(others->items, others->n, s, &other, &path))
		refuse(g, at,
		       arena_printf(
			       a,
			       "record: error: %s: the record \"%.*s\" of the same session holds this already [part]\n"
			       "  hint: send a higher revision of that record, or leave %s out of this one\n",
			       path, STR_ARG(other), path));
}

static int put_record(struct group *g, struct arrival *at, const struct record *record, struct str hash,
		      struct error *e)
{
	struct engine *en = g->en;
	struct arena *a = &en->record_arena;
	struct extract_policy policy = { .consent_required = en->config->consent_required };
	struct skeleton *s = extract(a, record, en->rules->lexicons, en->scratch, policy, NULL);
	struct live_skeletons live;
	struct stored_case *c;

	if (find_case(en, record->case_id, true, &c, e) < 0 || other_skeletons(en, c->row, s, &live, e) < 0)
		return -1;
	check_fit(g, at, &live, s);
	if (at->fate == FATE_REFUSED)
		return 0;
	if (!roster_see(a, &c->roster, s)) {
		refuse(g, at, STR("record: error: the case would have more than 64 members [members]\n"));
		return 0;
	}
	/* A skeleton judges alike fresh from its record and read back (core/skeleton.h). */
	live.items[live.n++] = s;
	/* The roster goes first: the skeleton is read back with it. */
	if (store_case_update(en->store, c, e) < 0 ||
	    store_record_put(en->store, c->row, s, hash, engine_now(en), e) < 0 ||
	    case_judge_live(en, c, &live, CASE_RECORD, e) < 0)
		return -1;
	at->fate = FATE_TAKEN;
	g->records++;
	return 0;
}

static int audit_record(struct engine *en, const struct record *record, const char *what, struct error *e)
{
	return store_audit(en->store, engine_now(en), STR("engine"), str_of(what), record->id, e);
}

static int withdraw_record(struct group *g, struct arrival *at, const struct record *record,
			   const struct known_record *known, struct str hash, struct error *e)
{
	struct engine *en = g->en;
	struct str case_id = known->case_id.p ? known->case_id : record->case_id;

	at->fate = FATE_TAKEN;
	if (store_record_withdraw(en->store, record->id, record->revision, hash, e) < 0 ||
	    audit_record(en, record, "withdrawn", e) < 0)
		return -1;
	return judge_left_case(en, case_id, e);
}

static int replace_record(struct group *g, struct arrival *at, const struct record *record,
			  const struct known_record *known, struct str hash, struct error *e)
{
	if (put_record(g, at, record, hash, e) < 0)
		return -1;
	if (at->fate != FATE_TAKEN)
		return 0;
	if (audit_record(g->en, record, "revised", e) < 0)
		return -1;
	return str_eq(known->case_id, record->case_id) ? 0 : judge_left_case(g->en, known->case_id, e);
}

static void refuse_conflict(struct group *g, struct arrival *at, const struct record *record)
{
	long long revision = (long long)record->revision;

	refuse(g, at,
	       arena_printf(&g->en->record_arena,
			    "record: error: revision: revision %lld was judged with other content [revision]\n"
			    "  hint: send revision %lld\n",
			    revision, revision + 1));
}

/* The identity table, row by row. */
static int take_record(struct group *g, struct arrival *at, const struct record *record, struct error *e)
{
	struct engine *en = g->en;
	struct arena *a = &en->record_arena;
	struct str hash = digest_hex(a, &en->digest_key, record_canonical(a, record));
	struct known_record known = { 0 };

	if (store_known(en->store, a, record->id, &known, e) < 0 || sites_heard(en, a, record->site, e) < 0)
		return -1;
	switch (identity_of(&known, record, hash)) {
	case IDENTITY_NEW:
		return put_record(g, at, record, hash, e);
	case IDENTITY_REPLACES:
		return replace_record(g, at, record, &known, hash, e);
	case IDENTITY_WITHDRAWS:
		return withdraw_record(g, at, record, &known, hash, e);
	case IDENTITY_CONFLICT:
		refuse_conflict(g, at, record);
		return 0;
	case IDENTITY_STALE:
		at->fate = FATE_TAKEN;
		return audit_record(en, record, "stale", e);
	case IDENTITY_SAME:
		at->fate = FATE_TAKEN;
		return 0;
	}
	return 0;
}

/* A refused record leaves nothing behind in the store. */
static int take_undoably(struct group *g, struct arrival *at, const struct record *record, struct error *e)
{
	struct store *st = g->en->store;

	if (store_savepoint(st, e) < 0 || take_record(g, at, record, e) < 0)
		return -1;
	if (at->fate != FATE_REFUSED)
		return store_release(st, e);
	store_rollback_savepoint(st);
	return 0;
}

/* What is no file of records, told without opening it. */
static void refuse_unread(struct group *g, struct arrival *at)
{
	struct arena *a = &g->en->record_arena;

	if (at->file.size > RECORD_MAX_BYTES)
		refuse(g, at,
		       arena_printf(a, "record: error: %s: %lld bytes, at most %u (16 MB) are read [file]\n",
				    at->file.why, (long long)at->file.size, RECORD_MAX_BYTES));
	else
		refuse(g, at,
		       arena_printf(a,
				    "record: error: %s [file]\n"
				    "  hint: put the record itself into incoming/, as a plain file\n",
				    at->file.why));
}

static int read_file(struct group *g, struct arrival *at, struct str name, struct str *ret_bytes, struct error *e)
{
	enum spool_read outcome;
	int64_t now = clock_now();

	if (spool_read(g->en->spool, &g->en->record_arena, SPOOL_INCOMING, name, RECORD_MAX_BYTES, now, &outcome,
		       &at->file, e) < 0)
		return -1;
	*ret_bytes = at->file.bytes;
	at->file.bytes = (struct str){ NULL, 0 };
	at->file.name = name;
	switch (outcome) {
	case SPOOL_READ:
		break;
	case SPOOL_GONE:
		*ret_bytes = (struct str){ NULL, 0 };
		break;
	case SPOOL_REFUSED:
		refuse_unread(g, at);
		break;
	case SPOOL_WAIT:
		unfinished_linked(g->en, &at->file, now);
		*ret_bytes = (struct str){ NULL, 0 };
		break;
	}
	fault_point("read");
	return 0;
}

static int judge_file(struct group *g, struct arrival *at, struct str bytes, struct error *e)
{
	struct record *record = read_record(g, at, bytes);

	fault_point("parsed");
	return record ? take_undoably(g, at, record, e) : 0;
}

static int take_file(struct group *g, struct arrival *at, struct str name, struct error *e)
{
	struct engine *en = g->en;
	struct str bytes;
	int rc;

	if (read_file(g, at, name, &bytes, e) < 0)
		return -1;
	if (at->fate == FATE_REFUSED || !bytes.p)
		return 0;
	if (spool_poison_count(en->spool, at->file.inode) >= POISON_TIMES) {
		refuse(g, at, STR("record: error: this file stopped the engine three times [poison]\n"));
		return 0;
	}
	if (spool_current_set(en->spool, &at->file, e) < 0)
		return -1;
	rc = judge_file(g, at, bytes, e);
	spool_current_clear(en->spool);
	return rc;
}

static int refill(struct engine *en, struct error *e)
{
	struct queue *q = &en->incoming;
	spool_entries all = { 0 };
	int64_t now = clock_now();
	bool more;

	arena_reset(&q->arena);
	memset(&q->entries, 0, sizeof q->entries);
	q->next = 0;
	if (spool_list(en->spool, &q->arena, SPOOL_INCOMING, QUEUE_MAX, &all, &more, e) < 0)
		return -1;
	q->stale = more;
	for (size_t i = 0; i < all.n; i++)
		if (unfinished_may_be_read(en, &all.items[i], now))
			*VEC_PUSH(&q->arena, &q->entries) = all.items[i];
	if (!more)
		unfinished_follow(en, &all, now);
	return 0;
}

static int take_group(struct group *g, struct error *e)
{
	struct queue *q = &g->en->incoming;

	if (store_begin(g->en->store, e) < 0)
		return -1;
	while (g->n < GROUP_MAX && q->next + g->n < q->entries.n) {
		struct arrival *at = &g->arrivals[g->n];
		int rc = take_file(g, at, arena_dup(&g->arena, q->entries.items[q->next + g->n].name), e);

		arena_reset(&g->en->record_arena);
		if (rc < 0) {
			store_rollback(g->en->store);
			return -1;
		}
		g->n++;
	}
	fault_point("before-commit");
	if (watch_note_time(g->en, e) < 0 || store_commit(g->en->store, e) < 0) {
		store_rollback(g->en->store);
		return -1;
	}
	fault_point("committed");
	return 0;
}

static int retire(struct group *g, struct arrival *at, struct error *e)
{
	struct engine *en = g->en;

	if (at->fate == FATE_LEFT)
		return 0;
	unfinished_forget(en, at->file.inode);
	if (at->fate == FATE_TAKEN)
		return spool_processed(en->spool, SPOOL_INCOMING, &at->file, engine_now(en), e);
	if (spool_rejected(en->spool, SPOOL_INCOMING, &at->file, at->why, e) < 0)
		return -1;
	en->counts.rejected++;
	log_line(LOG_LEVEL_WARNING, "a record was refused: see rejected/ in the spool for the file and its .why");
	return 0;
}

/* A file that cannot be moved is tried again later and keeps no other from being judged: judged twice it is a no-op.
 * The first is told of, then when none is left. */
static void retire_all(struct group *g)
{
	struct engine *en = g->en;
	struct error e;

	for (size_t i = 0; i < g->n; i++) {
		struct arrival *at = &g->arrivals[i];

		if (retire(g, at, &e) < 0) {
			if (!en->stuck_told)
				log_line(LOG_LEVEL_ERROR, "%s; trying again", e.text);
			en->stuck_told = true;
			unfinished_stuck(en, &at->file, clock_now());
		}
		fault_point("retired");
	}
	if (en->stuck_told && !en->unfinished.n) {
		log_line(LOG_LEVEL_NOTICE, "files can be moved again");
		en->stuck_told = false;
	}
}

static int do_group(struct group *g, struct error *e)
{
	if (take_group(g, e) < 0)
		return -1;
	g->en->counts.groups++;
	g->en->counts.records += g->records;
	g->en->incoming.next += g->n;
	retire_all(g);
	return 0;
}

int intake_step(struct engine *en, bool look, size_t *ret_n, struct error *e)
{
	struct queue *q = &en->incoming;
	struct group g = { .en = en };
	int rc;

	*ret_n = 0;
	q->stale |= look;
	if (q->next == q->entries.n && q->stale && refill(en, e) < 0)
		return -1;
	if (q->next == q->entries.n)
		return 0;
	g.arrivals = ARENA_ARRAY(&g.arena, struct arrival, GROUP_MAX);
	rc = do_group(&g, e);
	*ret_n = g.n;
	arena_release(&g.arena);
	return rc;
}
