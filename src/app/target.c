/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "app/target.h"

#define FEW	    20
#define GUESS_AMONG 20000 /* so many of the latest alerts are looked through for a mistyped id */

struct finding_target {
	struct store *st;
	struct arena *a;
	struct str word;
	bool whole; /* else what begins so */
	VEC(struct target) found;
	struct error *e;
};

static struct target *add(struct finding_target *f, enum target_kind kind, struct str case_token)
{
	struct target *t = VEC_PUSH(f->a, &f->found);

	*t = (struct target){ .kind = kind, .case_token = case_token };
	return t;
}

/* ---- cases ---- */

static bool is_there(const struct finding_target *f, struct str token)
{
	for (size_t i = 0; i < f->found.n; i++)
		if (f->found.items[i].kind == TARGET_CASE && str_eq(f->found.items[i].case_token, token))
			return true;
	return false;
}

static int find_whole_case(struct finding_target *f)
{
	struct stored_case *by_token, *by_id;

	if (store_case_by_token(f->st, f->a, f->word, &by_token, f->e) < 0 ||
	    store_case(f->st, f->a, f->word, &by_id, f->e) < 0)
		return -1;
	if (by_token)
		add(f, TARGET_CASE, by_token->token);
	if (by_id && !is_there(f, by_id->token))
		add(f, TARGET_CASE, by_id->token);
	return 0;
}

static bool begins(struct str s, struct str beginning)
{
	return s.n >= beginning.n && memcmp(s.p, beginning.p, beginning.n) == 0;
}

static int find_cases(struct finding_target *f)
{
	struct strs tokens;

	if (f->whole)
		return find_whole_case(f);
	if (store_case_tokens(f->st, f->a, &tokens, f->e) < 0)
		return -1;
	for (size_t i = 0; i < tokens.n; i++)
		if (begins(tokens.items[i], f->word))
			add(f, TARGET_CASE, tokens.items[i]);
	return 0;
}

/* ---- records ---- */

/* "66ac767a/5": the case's fifth session. */
static int find_session(struct finding_target *f)
{
	const char *slash = f->word.n ? memrchr(f->word.p, '/', f->word.n) : NULL;
	struct str case_name = { f->word.p, slash ? (size_t)(slash - f->word.p) : 0 };
	struct stored_case *c;
	double number;

	if (!slash || !str_number((struct str){ slash + 1, f->word.n - case_name.n - 1 }, &number) || number < 1)
		return 0;
	if (store_case_by_token(f->st, f->a, case_name, &c, f->e) < 0 ||
	    (!c && store_case(f->st, f->a, case_name, &c, f->e) < 0))
		return -1;
	if (c)
		add(f, TARGET_RECORD, c->token)->session = (int64_t)number;
	return 0;
}

/* By the whole id alone: one that is found by its beginning can be guessed letter by letter. */
static int find_records(struct finding_target *f)
{
	struct known_record known;
	struct stored_case *c = NULL;

	if (!f->whole)
		return 0;
	if (store_known(f->st, f->a, f->word, &known, f->e) < 0 ||
	    (known.case_id.n && store_case(f->st, f->a, known.case_id, &c, f->e) < 0))
		return -1;
	if (known.revision)
		add(f, TARGET_RECORD, c ? c->token : (struct str){ NULL, 0 })->record = f->word;
	return find_session(f);
}

/* ---- alerts ---- */

static int add_alert(struct finding_target *f, struct str id, struct target **group)
{
	struct told told;
	stored_alerts all;
	int64_t row;
	bool found;
	static const struct alert_filter everything = { .ended_too = true };

	if (store_told_find(f->st, f->a, id, &row, &told, &found, f->e) < 0)
		return -1;
	if (!found)
		return 0;
	if (*group) {
		*VEC_PUSH(f->a, &(*group)->alerts) = id;
		return 0;
	}
	if (store_alerts(f->st, f->a, &everything, &all, f->e) < 0)
		return -1;
	for (size_t i = 0; i < all.n; i++) {
		if (!str_is(id, all.items[i].told.id))
			continue;
		*group = add(f, TARGET_ALERT, all.items[i].case_token);
		*VEC_PUSH(f->a, &(*group)->alerts) = id;
	}
	return 0;
}

/* Of "<id>-<n>" the id. */
static struct str id_in_key(struct str key)
{
	const char *dash = key.n == 0 ? NULL : memrchr(key.p, '-', key.n);
	struct str id = { key.p, dash ? (size_t)(dash - key.p) : 0 };
	double n;

	if (id.n + 1 != INCIDENT_ID_SIZE || !str_number((struct str){ dash + 1, key.n - id.n - 1 }, &n))
		return key;
	return id;
}

static int find_alerts(struct finding_target *f)
{
	struct strs ids = { 0 };
	struct target *group = NULL;
	int rc = 0;

	if (!f->whole) {
		if (store_alerts_like(f->st, f->a, f->word, FEW, &ids, f->e) < 0)
			return -1;
		for (size_t i = 0; rc == 0 && i < ids.n; i++, group = NULL)
			rc = add_alert(f, ids.items[i], &group);
		return rc;
	}
	*VEC_PUSH(f->a, &ids) = arena_dup(f->a, id_in_key(f->word));
	if (add_alert(f, ids.items[0], &group) < 0)
		return -1;
	if (group)
		return 0;
	rc = store_incidents_told_by(f->st, f->a, f->word, &ids, f->e);
	for (size_t i = 0; rc == 0 && i < ids.n; i++)
		rc = add_alert(f, ids.items[i], &group);
	return rc;
}

/* ---- which of them ---- */

static const struct {
	const char *prefix, *what;
	int (*find)(struct finding_target *f);
} kinds[] = {
	[TARGET_CASE] = { "case:", "a case", find_cases },
	[TARGET_RECORD] = { "record:", "a record", find_records },
	[TARGET_ALERT] = { "alert:", "an alert", find_alerts },
};
#define KINDS (sizeof kinds / sizeof *kinds)

/* Which kinds are meant: all, unless the word says. */
static unsigned take_prefix(struct str *word)
{
	for (size_t i = 0; i < KINDS; i++) {
		size_t n = strlen(kinds[i].prefix);

		if (!str_starts(*word, kinds[i].prefix))
			continue;
		*word = (struct str){ word->p + n, word->n - n };
		return 1u << i;
	}
	return ~0u;
}

static int find_all(struct finding_target *f, unsigned which)
{
	for (size_t i = 0; i < KINDS; i++)
		if ((which & 1u << i) && kinds[i].find(f) < 0)
			return -1;
	return 0;
}

/* How it can be named so that nothing else is meant. */
static struct str name_of(struct arena *a, const struct target *t)
{
	switch (t->kind) {
	case TARGET_CASE:
		return arena_printf(a, "case:%.*s", STR_ARG(t->case_token));
	case TARGET_RECORD:
		return t->record.p ? arena_printf(a, "record:%.*s", STR_ARG(t->record))
				   : arena_printf(a, "record:%.*s/%lld", STR_ARG(t->case_token), (long long)t->session);
	case TARGET_ALERT:
		return arena_printf(a, "alert:%.*s", STR_ARG(t->alerts.items[0]));
	}
	return STR("");
}

static struct str several(struct finding_target *f)
{
	struct str all = STR("");
	bool one_kind = true;

	for (size_t i = 0; i < f->found.n && i < FEW; i++) {
		one_kind &= f->found.items[i].kind == f->found.items[0].kind;
		all = arena_printf(f->a, "%.*s%s%.*s", STR_ARG(all), i ? ", " : "",
				   STR_ARG(name_of(f->a, &f->found.items[i])));
	}
	return arena_printf(f->a, "\"%.*s\" %s: %.*s; %s", STR_ARG(f->word),
			    f->whole ? "names more than one thing" : "is the beginning of several", STR_ARG(all),
			    one_kind && !f->whole ? "give more of it"
						  : "say which, with case:, record: or alert: before it");
}

static const char *nearest(struct arena *a, struct str word, const struct strs *names)
{
	const char **candidates = ARENA_ARRAY(a, const char *, names->n + 1);

	for (size_t i = 0; i < names->n; i++)
		candidates[i] = names->items[i].p;
	return str_nearest(word, candidates, names->n);
}

/* Tokens alone: the clinic's own ids are shown to nobody who did not ask for them aloud. */
static int not_found(struct finding_target *f, bool tokens_as_given, struct str *ret_why)
{
	struct strs tokens, alerts;
	const char *near = NULL;

	if (store_case_tokens(f->st, f->a, &tokens, f->e) < 0 ||
	    store_alerts_like(f->st, f->a, STR(""), GUESS_AMONG, &alerts, f->e) < 0)
		return -1;
	if (f->word.n >= TARGET_PREFIX && !tokens_as_given)
		near = nearest(f->a, f->word, &tokens);
	if (f->word.n >= TARGET_PREFIX && !near)
		near = nearest(f->a, f->word, &alerts);
	*ret_why =
		near ? arena_printf(f->a, "\"%.*s\" is no file, no case, no record and no alert; did you mean %s?",
				    STR_ARG(f->word), near)
		     : arena_printf(f->a,
				    "\"%.*s\" is no file, no case, no record and no alert; `rupturectl alerts --all` "
				    "lists alerts and their cases",
				    STR_ARG(f->word));
	return 0;
}

int target_find(struct store *st, struct arena *a, bool tokens_as_given, struct str word, struct target *ret,
		struct str *ret_why, struct error *e)
{
	struct finding_target f = { .st = st, .a = a, .word = word, .whole = true, .e = e };
	unsigned which = take_prefix(&f.word);

	*ret_why = (struct str){ NULL, 0 };
	if (find_all(&f, which) < 0)
		return -1;
	f.whole = f.found.n > 0;
	if (!f.whole && f.word.n >= TARGET_PREFIX && find_all(&f, which) < 0)
		return -1;
	if (f.found.n == 0)
		return not_found(&f, tokens_as_given, ret_why);
	if (f.found.n > 1)
		*ret_why = several(&f);
	*ret = f.found.items[0];
	return 0;
}
