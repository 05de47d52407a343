/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/files.h"
#include "io/store_acts.h"
#include "io/store_private.h"
#include "test.h"

static struct error e;

static const char *store_path(struct arena *a)
{
	return arena_printf(a, "%s/state/x.db", test_directory()).p;
}

static struct store *open_store(struct arena *a)
{
	struct store *st = NULL;

	if (store_open(store_path(a), DB_CREATE, &st, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
	return st;
}

static struct stored_case *new_case(struct store *st, struct arena *a, const char *id)
{
	struct stored_case *c = NULL;

	if (store_case_new(st, a, str_of(id), arena_printf(a, "token-%s", id), &c, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
	return c;
}

static struct skeleton *skeleton(struct arena *a, const char *record, int64_t revision, int64_t session)
{
	struct skeleton *s = ARENA_NEW(a, struct skeleton);

	s->record = str_of(record);
	s->case_id = STR("K7Q2");
	s->revision = revision;
	s->session = session;
	s->started = 1772460000 + session * 604800;
	s->minutes = 50;
	s->modality = STR("family");
	s->language = STR("en");
	return s;
}

static size_t live(struct store *st, struct arena *a, int64_t case_row)
{
	struct skeleton **s;
	size_t n = 999;

	if (store_skeletons(st, a, case_row, &s, &n, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
	return n;
}

TEST(a_case_and_its_people_come_back_in_order_of_first_sight)
{
	struct store *st = open_store(arena);
	struct stored_case *c, *again;
	struct member *m;

	REQUIRE(st);
	CHECK(store_case(st, arena, STR("K7Q2"), &c, &e) == 0 && !c);
	c = new_case(st, arena, "K7Q2");
	*VEC_PUSH(arena, &c->roster.members) = (struct member){ STR("zoe"), STR("m1"), ROLE_PARENT, 41 };
	*VEC_PUSH(arena, &c->roster.members) = (struct member){ STR("adam"), STR("t1"), ROLE_THERAPIST, NAN };
	c->next_deadline = 1772460000;
	CHECK_INT(store_case_update(st, c, &e), 0);
	*VEC_PUSH(arena, &c->roster.members) = (struct member){ STR("ben"), STR("m2"), ROLE_CHILD, 13 };
	c->roster.members.items[0].age = 42;
	CHECK_INT(store_case_update(st, c, &e), 0);
	CHECK_INT(store_case(st, arena, STR("K7Q2"), &again, &e), 0);
	REQUIRE(again && again->roster.members.n == 3);
	m = again->roster.members.items;
	CHECK_STR(m[0].local, "zoe");
	CHECK(m[0].age == 42 && m[0].role == ROLE_PARENT);
	CHECK_STR(m[1].token, "t1");
	CHECK(isnan(m[1].age));
	CHECK_STR(m[2].local, "ben");
	CHECK(again->next_deadline == 1772460000 && again->closed_at == DATE_NONE && again->row == c->row);
	CHECK(store_case_by_token(st, arena, STR("token-K7Q2"), &again, &e) == 0 && again && again->row == c->row);
	CHECK(store_case_by_token(st, arena, STR("K7Q2"), &again, &e) == 0 && !again);
	CHECK_INT(store_case_new(st, arena, STR("K7Q2"), STR("other"), &again, &e), -1);
	store_close(st);
}

TEST(cases_are_due_by_their_deadline_the_oldest_first)
{
	static const int64_t deadlines[] = { 300, DATE_NONE, 100, 200 };
	struct store *st = open_store(arena);
	struct strs due;
	int64_t next;

	REQUIRE(st);
	CHECK(store_next_deadline(st, &next, &e) == 0 && next == DATE_NONE);
	for (int i = 0; i < 4; i++) {
		struct stored_case *c = new_case(st, arena, arena_printf(arena, "c%d", i).p);

		c->next_deadline = deadlines[i];
		CHECK_INT(store_case_update(st, c, &e), 0);
	}
	CHECK(store_next_deadline(st, &next, &e) == 0 && next == 100);
	CHECK(store_cases_due(st, arena, 200, 10, &due, &e) == 0 && due.n == 2);
	CHECK_STR(due.items[0], "c2");
	CHECK_STR(due.items[1], "c3");
	CHECK(store_cases_due(st, arena, 1000, 1, &due, &e) == 0 && due.n == 1);
	CHECK(store_cases_due(st, arena, 99, 10, &due, &e) == 0 && due.n == 0);
	CHECK(store_cases_all(st, arena, &due, &e) == 0 && due.n == 4);
	store_close(st);
}

TEST(a_record_is_known_by_id_revision_hash_and_case)
{
	struct store *st = open_store(arena);
	struct stored_case *c, *other;
	struct known_record known;

	REQUIRE(st);
	c = new_case(st, arena, "K7Q2");
	other = new_case(st, arena, "other");
	CHECK(store_known(st, arena, STR("r1"), &known, &e) == 0 && known.revision == 0);
	CHECK_INT(store_record_put(st, c->row, skeleton(arena, "r1", 1, 1), STR("h1"), 5, &e), 0);
	CHECK_INT(store_record_put(st, c->row, skeleton(arena, "r2", 1, 2), STR("h2"), 5, &e), 0);
	CHECK(store_known(st, arena, STR("r1"), &known, &e) == 0 && known.revision == 1 && !known.withdrawn);
	CHECK_STR(known.hash, "h1");
	CHECK_STR(known.case_id, "K7Q2");
	CHECK_INT(live(st, arena, c->row), 2);
	/* A higher revision may be of another case. */
	CHECK_INT(store_record_put(st, other->row, skeleton(arena, "r1", 2, 1), STR("h3"), 6, &e), 0);
	CHECK(store_known(st, arena, STR("r1"), &known, &e) == 0 && known.revision == 2);
	CHECK_STR(known.case_id, "other");
	CHECK_INT(live(st, arena, c->row), 1);
	CHECK_INT(live(st, arena, other->row), 1);
	store_close(st);
}

TEST(a_skeleton_comes_back_whole)
{
	struct store *st = open_store(arena);
	struct skeleton *s = skeleton(arena, "r1", 3, 9), **back;
	struct stored_case *c;
	size_t n;

	REQUIRE(st);
	c = new_case(st, arena, "K7Q2");
	*VEC_PUSH(arena, &s->participants) = (struct participant){ STR("m1"), ROLE_CLIENT, STR("p-1"), 33 };
	CHECK_INT(store_record_put(st, c->row, s, STR("h"), 5, &e), 0);
	REQUIRE(store_skeletons(st, arena, c->row, &back, &n, &e) == 0 && n == 1);
	CHECK_STR(back[0]->record, "r1");
	CHECK(back[0]->revision == 3 && back[0]->session == 9 && back[0]->started == s->started);
	REQUIRE(back[0]->participants.n == 1);
	CHECK_STR(back[0]->participants.items[0].person, "p-1");
	store_close(st);
}

static bool file_holds(struct arena *a, const char *path, const char *needle)
{
	struct str bytes = { NULL, 0 };
	struct error ignored;

	return file_read(a, path, 1 << 24, &bytes, &ignored) == 0 && bytes.n &&
	       memmem(bytes.p, bytes.n, needle, strlen(needle));
}

TEST(a_withdrawn_record_leaves_nothing_but_its_id)
{
	struct store *st = open_store(arena);
	struct skeleton *s = skeleton(arena, "r1", 1, 1);
	struct stored_case *c;
	struct known_record known;
	const char *path = store_path(arena), *log = arena_printf(arena, "%s-wal", path).p;

	REQUIRE(st);
	c = new_case(st, arena, "K7Q2");
	for (int i = 0; i < 900; i++)
		*VEC_PUSH(arena, &s->flags) = (struct flag){ STR("canary-word"), true };
	CHECK_INT(store_record_put(st, c->row, s, STR("h1"), 5, &e), 0);
	store_close(st); /* empties the log into the file */
	CHECK(file_holds(arena, path, "canary-word"));
	REQUIRE(store_open(path, DB_CREATE, &st, &e) == 0);
	CHECK_INT(store_record_withdraw(st, STR("r1"), 2, STR("h2"), &e), 0);
	store_checkpoint(st);
	CHECK(!file_holds(arena, path, "canary-word") && !file_holds(arena, log, "canary-word"));
	CHECK_INT(live(st, arena, c->row), 0);
	CHECK(store_known(st, arena, STR("r1"), &known, &e) == 0 && known.revision == 2 && known.withdrawn);
	CHECK_STR(known.hash, "h2");
	/* One never seen is remembered too. */
	CHECK_INT(store_record_withdraw(st, STR("r9"), 4, STR("h9"), &e), 0);
	CHECK(store_known(st, arena, STR("r9"), &known, &e) == 0 && known.revision == 4 && known.withdrawn);
	CHECK(!known.case_id.p);
	store_close(st);
}

static struct told example(struct arena *a, const char *id)
{
	struct told t = {
		.rule = STR("drops.alliance"),
		.rule_version = STR("0a1b2c3d"),
		.member = STR("m1"),
		.state = INCIDENT_UNREPAIRED,
		.severity = SEVERITY_WARNING,
		.told_state = INCIDENT_OPEN,
		.told_severity = SEVERITY_NOTICE,
		.announcements = 3,
		.opened_at = 100,
		.changed_at = 200,
		.opened_ordinal = 4,
		.changed_ordinal = 6,
		.historic = true,
		.is_new = true,
		.acknowledged_at = DATE_NONE,
		.silenced_at = 150,
		.silence = 3,
		.heard_state = INCIDENT_DROPPED_OUT,
		.heard_severity = SEVERITY_CRITICAL,
	};
	struct incident *incident = ARENA_NEW(a, struct incident);

	strcpy(t.id, id);
	*VEC_PUSH(a, &t.records) = STR("r1");
	*VEC_PUSH(a, &t.records) = STR("odd,1:\n id");
	*VEC_PUSH(a, &t.records) = STR("");
	*VEC_PUSH(a, &incident->transitions) =
		(struct transition){ 100, 3, INCIDENT_OPEN, SEVERITY_NOTICE, false, "the rule is true" };
	*VEC_PUSH(a, &incident->transitions) =
		(struct transition){ 200, 5, INCIDENT_UNREPAIRED, SEVERITY_WARNING, true, "two sessions" };
	t.incident = incident;
	return t;
}

static told_list one(struct arena *a, struct told t)
{
	told_list list = { 0 };

	*VEC_PUSH(a, &list) = t;
	return list;
}

static void check_same(const struct told *got, const struct told *expected)
{
	CHECK_STR(str_of(got->id), expected->id);
	CHECK(str_eq(got->rule, expected->rule) && str_eq(got->rule_version, expected->rule_version));
	CHECK(str_eq(got->member, expected->member) && !got->other.p == !expected->other.p);
	CHECK(got->state == expected->state && got->severity == expected->severity);
	CHECK(got->told_state == expected->told_state && got->told_severity == expected->told_severity);
	CHECK(got->announcements == expected->announcements);
	CHECK(got->opened_at == expected->opened_at && got->changed_at == expected->changed_at);
	CHECK(got->opened_ordinal == expected->opened_ordinal && got->changed_ordinal == expected->changed_ordinal);
	CHECK(got->historic == expected->historic && got->by_rules == expected->by_rules &&
	      got->gone == expected->gone);
	CHECK(got->acknowledged_at == expected->acknowledged_at &&
	      str_eq(got->acknowledged_by, expected->acknowledged_by));
	CHECK(got->heard_state == expected->heard_state && got->heard_severity == expected->heard_severity);
	CHECK(got->silenced_at == expected->silenced_at && got->silence == expected->silence);
	CHECK(!got->is_new && got->records.n == expected->records.n);
	for (size_t i = 0; i < got->records.n && i < expected->records.n; i++)
		CHECK(str_eq(got->records.items[i], expected->records.items[i]));
}

TEST(what_people_were_told_comes_back_whole)
{
	struct store *st = open_store(arena);
	struct told first = example(arena, "00000000000000aa"), second = example(arena, "00000000000000ab");
	struct stored_case *c;
	told_list list, back;

	REQUIRE(st);
	c = new_case(st, arena, "K7Q2");
	second.other = STR("m2");
	second.told_state = TOLD_NOTHING;
	list = one(arena, first);
	*VEC_PUSH(arena, &list) = second;
	CHECK_INT(store_told_put(st, c->row, &list, &e), 0);
	REQUIRE(store_told(st, arena, c->row, &back, &e) == 0 && back.n == 2);
	check_same(&back.items[0], &first);
	check_same(&back.items[1], &second);
	CHECK(!back.items[0].incident);
	CHECK(store_told(st, arena, c->row + 1, &back, &e) == 0 && back.n == 0);
	store_close(st);
}

TEST(an_incident_that_changed_is_written_back)
{
	struct store *st = open_store(arena);
	struct told t = example(arena, "00000000000000aa");
	struct stored_case *c;
	told_list list, back;

	REQUIRE(st);
	c = new_case(st, arena, "K7Q2");
	list = one(arena, t);
	CHECK_INT(store_told_put(st, c->row, &list, &e), 0);
	t.is_new = false;
	t.state = INCIDENT_REPAIRED;
	t.severity = SEVERITY_CRITICAL;
	t.told_state = TOLD_RETRACTED;
	t.told_severity = SEVERITY_INFO;
	t.heard_state = TOLD_RETRACTED;
	t.heard_severity = SEVERITY_NOTICE;
	t.announcements = 4;
	t.changed_at = 300;
	t.changed_ordinal = 7;
	t.historic = false;
	t.by_rules = t.gone = true;
	t.rule_version = STR("ffffffff");
	t.acknowledged_at = 250;
	t.acknowledged_by = STR("staff-17");
	*VEC_PUSH(arena, &t.records) = STR("r4");
	list = one(arena, t);
	CHECK_INT(store_told_put(st, c->row, &list, &e), 0);
	REQUIRE(store_told(st, arena, c->row, &back, &e) == 0 && back.n == 1);
	check_same(&back.items[0], &t);
	store_close(st);
}

TEST(transitions_are_kept_for_the_lists)
{
	struct store *st = open_store(arena);
	struct told t = example(arena, "00000000000000aa"), found;
	const struct transition *last;
	struct stored_case *c;
	told_list list;
	int64_t row;
	bool there;

	REQUIRE(st);
	c = new_case(st, arena, "K7Q2");
	list = one(arena, t);
	CHECK_INT(store_told_put(st, c->row, &list, &e), 0);
	/* A retracted one has no present incident: the last transitions stay. */
	list.items[0].is_new = false;
	list.items[0].incident = NULL;
	list.items[0].gone = true;
	CHECK_INT(store_told_put(st, c->row, &list, &e), 0);
	REQUIRE(store_told_find(st, arena, STR("00000000000000aa"), &row, &found, &there, &e) == 0 && there);
	CHECK(row == c->row && found.gone);
	REQUIRE(found.incident && found.incident->transitions.n == 2);
	last = &found.incident->transitions.items[1];
	CHECK(last->at == 200 && last->session == 5 && last->state == INCIDENT_UNREPAIRED && last->quietly);
	CHECK(last->severity == SEVERITY_WARNING);
	CHECK_STR(str_of(last->why), "two sessions");
	CHECK(store_told_find(st, arena, STR("no"), &row, &found, &there, &e) == 0 && !there);
	store_close(st);
}

TEST(the_first_acknowledgement_stands)
{
	struct store *st = open_store(arena);
	struct told t = example(arena, "00000000000000aa"), found;
	struct stored_case *c;
	told_list list;
	int64_t row;
	bool there;

	REQUIRE(st);
	c = new_case(st, arena, "K7Q2");
	list = one(arena, t);
	store_told_put(st, c->row, &list, &e);
	CHECK_INT(store_acknowledge(st, STR("00000000000000aa"), 500, STR("ann"), &e), 0);
	CHECK_INT(store_acknowledge(st, STR("00000000000000aa"), 600, STR("bob"), &e), 0);
	REQUIRE(store_told_find(st, arena, STR("00000000000000aa"), &row, &found, &there, &e) == 0 && there);
	CHECK_INT(found.acknowledged_at, 500);
	CHECK_STR(found.acknowledged_by, "ann");
	store_close(st);
}

TEST(alerts_are_listed_with_their_case_and_without_those_that_ended)
{
	struct store *st = open_store(arena);
	struct stored_case *c;
	stored_alerts alerts;
	struct alert_filter open = { 0 }, all = { .ended_too = true };
	struct store_counts counts;

	REQUIRE(st);
	c = new_case(st, arena, "K7Q2");
	for (int i = 0; i < 4; i++) {
		struct told t = example(arena, arena_printf(arena, "00000000000000a%d", i).p);
		told_list list;

		t.opened_at = 100 - i;
		t.state = i == 1 ? INCIDENT_REPAIRED : i == 2 ? INCIDENT_CLOSED : INCIDENT_OPEN;
		t.gone = i == 3;
		list = one(arena, t);
		CHECK_INT(store_told_put(st, c->row, &list, &e), 0);
	}
	REQUIRE(store_alerts(st, arena, &open, &alerts, &e) == 0 && alerts.n == 1);
	CHECK_STR(str_of(alerts.items[0].told.id), "00000000000000a0");
	CHECK_STR(alerts.items[0].case_id, "K7Q2");
	CHECK_STR(alerts.items[0].case_token, "token-K7Q2");
	CHECK(alerts.items[0].told.incident->transitions.n == 2 && alerts.items[0].told.records.n == 3);
	REQUIRE(store_alerts(st, arena, &all, &alerts, &e) == 0 && alerts.n == 4);
	CHECK_STR(str_of(alerts.items[0].told.id), "00000000000000a3");
	CHECK(store_count(st, &counts, &e) == 0 && counts.open_incidents == 1 && counts.incidents == 4);
	store_close(st);
}

static struct outbox_row row_of(struct arena *a, int n)
{
	return (struct outbox_row){
		.key = arena_printf(a, "k-%d/log", n),
		.incident = STR("i"),
		.route = STR("everything"),
		.sink = STR("log"),
		.payload = STR("{\"key\":1}"),
		.severity = STR("warning"),
		.at = 100 + n,
	};
}

TEST(outbox_rows_wait_in_order_until_they_are_relayed)
{
	struct store *st = open_store(arena);
	struct store_counts counts;
	outbox_rows rows;

	REQUIRE(st);
	for (int i = 0; i < 4; i++) {
		struct outbox_row row = row_of(arena, i % 3);

		CHECK_INT(store_outbox_put(st, &row, &e), 0);
	}
	REQUIRE(store_outbox_unrelayed(st, arena, 10, &rows, &e) == 0 && rows.n == 3);
	for (size_t i = 0; i < 3; i++) {
		struct outbox_row expected = row_of(arena, (int)i), *got = &rows.items[i];

		CHECK(str_eq(got->key, expected.key) && str_eq(got->payload, expected.payload) &&
		      got->at == expected.at);
		CHECK(str_eq(got->incident, expected.incident) && str_eq(got->route, expected.route));
		CHECK(str_eq(got->sink, expected.sink) && str_eq(got->severity, expected.severity));
	}
	CHECK_INT(store_outbox_relayed(st, rows.items[0].row, 200, &e), 0);
	CHECK(store_outbox_unrelayed(st, arena, 1, &rows, &e) == 0 && rows.n == 1);
	CHECK_STR(rows.items[0].key, "k-1/log");
	CHECK_INT(store_outbox_receipt(st, STR("k-0/log"), STR("delivered"), 300, &e), 0);
	CHECK_INT(store_outbox_receipt(st, STR("k-2/log"), STR("dead"), 300, &e), 0);
	CHECK_INT(store_count(st, &counts, &e), 0);
	CHECK(counts.outbox_waiting == 1 && counts.outbox_delivered == 1 && counts.outbox_dead == 1);
	store_close(st);
}

TEST(an_alert_for_nobody_is_kept_and_never_relayed)
{
	struct store *st = open_store(arena);
	struct outbox_row row = row_of(arena, 0);
	struct store_counts counts;
	outbox_rows rows;

	REQUIRE(st);
	row.sink = STR("");
	CHECK_INT(store_outbox_keep(st, &row, &e), 0);
	CHECK_INT(store_outbox_keep(st, &row, &e), 0);
	CHECK(store_outbox_unrelayed(st, arena, 10, &rows, &e) == 0 && rows.n == 0);
	CHECK_INT(store_outbox_forget(st, 1000, &e), 0);
	CHECK_INT(store_count(st, &counts, &e), 0);
	CHECK(counts.outbox_undelivered == 1 && counts.outbox_waiting == 0);
	store_close(st);
}

TEST(what_was_delivered_long_ago_is_forgotten_and_nothing_else)
{
	static const char *const outcomes[] = { "delivered", "delivered", "dead", NULL };
	struct store *st = open_store(arena);
	struct store_counts counts;

	REQUIRE(st);
	for (int i = 0; i < 4; i++) {
		struct outbox_row row = row_of(arena, i);

		CHECK_INT(store_outbox_put(st, &row, &e), 0);
		if (outcomes[i])
			CHECK_INT(store_outbox_receipt(st, row.key, str_of(outcomes[i]), 200 + 100 * i, &e), 0);
	}
	CHECK_INT(store_outbox_forget(st, 300, &e), 0);
	CHECK_INT(store_count(st, &counts, &e), 0);
	CHECK(counts.outbox_waiting == 1 && counts.outbox_delivered == 1 && counts.outbox_dead == 1);
	store_close(st);
}

TEST(sessions_are_counted_by_number_or_start)
{
	struct store *st = open_store(arena);
	struct skeleton *unnumbered = skeleton(arena, "r4", 1, -1);
	struct store_counts counts;
	struct stored_case *c;

	REQUIRE(st);
	c = new_case(st, arena, "K7Q2");
	store_record_put(st, c->row, skeleton(arena, "r1", 1, 1), STR("h"), 1, &e);
	store_record_put(st, c->row, skeleton(arena, "r2", 1, 1), STR("h"), 1, &e);
	store_record_put(st, c->row, skeleton(arena, "r3", 1, 2), STR("h"), 1, &e);
	store_record_put(st, c->row, unnumbered, STR("h"), 1, &e);
	store_record_withdraw(st, STR("r3"), 2, STR("h"), &e);
	CHECK_INT(store_count(st, &counts, &e), 0);
	CHECK(counts.cases == 1 && counts.sessions == 2 && counts.records == 3 && counts.withdrawn == 1);
	store_close(st);
}

TEST(a_command_is_carried_out_once)
{
	struct store *st = open_store(arena);
	struct str answer;

	REQUIRE(st);
	CHECK(store_command_answer(st, arena, STR("c1"), &answer, &e) == 0 && !answer.p);
	CHECK_INT(store_command_put(st, STR("c1"), 5, STR("{}"), &e), 0);
	CHECK(store_command_answer(st, arena, STR("c1"), &answer, &e) == 0 && str_is(answer, "{}"));
	CHECK_INT(store_command_put(st, STR("c1"), 5, STR("{}"), &e), -1);
	store_close(st);
}

TEST(facts_and_the_digest_key_are_kept)
{
	struct store *st = open_store(arena);
	struct digest_key key = { 0 }, zero = { 0 }, again;
	struct str value;

	REQUIRE(st);
	CHECK(store_fact(st, arena, "rules", &value, &e) == 0 && !value.p);
	CHECK_INT(store_fact_put(st, "rules", STR("one"), &e), 0);
	CHECK_INT(store_fact_put(st, "rules", STR("two"), &e), 0);
	CHECK_INT(store_digest_key(st, &key, &e), 0);
	CHECK(memcmp(&key, &zero, sizeof key) != 0);
	store_close(st);
	st = open_store(arena);
	REQUIRE(st);
	CHECK_INT(store_fact(st, arena, "rules", &value, &e), 0);
	CHECK_STR(value, "two");
	CHECK(store_digest_key(st, &again, &e) == 0 && memcmp(&key, &again, sizeof key) == 0);
	store_close(st);
}

/* The file changed behind the program's back. */
static void tamper(struct arena *a, const char *sql)
{
	struct db *db;

	if (db_open(store_path(a), DB_CREATE, store_migrations, &db, &e) < 0 ||
	    db_exec(db, "DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_cut", &e) < 0 ||
	    db_exec(db, sql, &e) < 0)
		test_fail(__FILE__, __LINE__, "%s", e.text);
	db_close(db);
}

static int64_t first_bad(struct arena *a, const char *tampering)
{
	struct store *st = open_store(a);
	int64_t rows = -1, bad = -1;

	for (int i = 0; st && i < 5; i++)
		CHECK_INT(store_audit(st, 100 + i, STR("ann"), STR("ack"), arena_printf(a, "i%d", i), &e), 0);
	store_close(st);
	if (*tampering)
		tamper(a, tampering);
	st = open_store(a);
	CHECK_INT(store_audit_verify(st, &rows, &bad, &e), 0);
	store_close(st);
	unlink(store_path(a));
	return bad;
}

TEST(the_audit_chain_shows_every_kind_of_change)
{
	CHECK_INT(first_bad(arena, ""), 0);
	CHECK_INT(first_bad(arena, "UPDATE audit SET who = 'bob' WHERE row = 3"), 3);
	CHECK_INT(first_bad(arena, "UPDATE audit SET who = 'annac', what = 'k' WHERE row = 1"), 1);
	CHECK_INT(first_bad(arena, "DELETE FROM audit WHERE row = 2"), 2);
	CHECK_INT(first_bad(arena, "DELETE FROM audit WHERE row = 5"), 5);
	CHECK_INT(first_bad(arena, "UPDATE audit SET hash = 'x' WHERE row = 4"), 4);
}

TEST(the_audit_cannot_be_changed_by_a_statement)
{
	struct store *st = open_store(arena);
	struct db *db;

	REQUIRE(st);
	CHECK_INT(store_audit(st, 1, STR("ann"), STR("ack"), (struct str){ NULL, 0 }, &e), 0);
	store_close(st);
	REQUIRE(db_open(store_path(arena), DB_CREATE, store_migrations, &db, &e) == 0);
	CHECK_INT(db_exec(db, "UPDATE audit SET who = 'bob'", &e), -1);
	CHECK_HAS(str_of(e.text), "append-only");
	CHECK_INT(db_exec(db, "DELETE FROM audit", &e), -1);
	db_close(db);
}

TEST(a_record_undone_inside_a_group_leaves_the_others)
{
	struct store *st = open_store(arena);
	struct stored_case *c;

	REQUIRE(st);
	c = new_case(st, arena, "K7Q2");
	CHECK_INT(store_begin(st, &e), 0);
	store_savepoint(st, &e);
	store_record_put(st, c->row, skeleton(arena, "r1", 1, 1), STR("h"), 1, &e);
	CHECK_INT(store_release(st, &e), 0);
	store_savepoint(st, &e);
	store_record_put(st, c->row, skeleton(arena, "r2", 1, 2), STR("h"), 1, &e);
	store_rollback_savepoint(st);
	CHECK_INT(store_commit(st, &e), 0);
	CHECK_INT(live(st, arena, c->row), 1);
	CHECK_INT(store_begin(st, &e), 0);
	store_record_put(st, c->row, skeleton(arena, "r3", 1, 3), STR("h"), 1, &e);
	store_rollback(st);
	CHECK_INT(live(st, arena, c->row), 1);
	store_close(st);
}

TEST(a_reader_sees_what_was_committed_while_the_engine_works)
{
	struct store *st = open_store(arena), *reader;
	struct store_counts counts;

	REQUIRE(st);
	new_case(st, arena, "a");
	REQUIRE(store_open(store_path(arena), DB_READ_ONLY, &reader, &e) == 0);
	CHECK_INT(store_begin(st, &e), 0);
	new_case(st, arena, "b");
	CHECK(store_count(reader, &counts, &e) == 0 && counts.cases == 1);
	CHECK_INT(store_commit(st, &e), 0);
	CHECK(store_count(reader, &counts, &e) == 0 && counts.cases == 2);
	store_close(reader);
	store_close(st);
}

static struct outbox_row row_for(const char *key, const char *sink, bool safety)
{
	return (struct outbox_row){
		.key = str_of(key),
		.incident = STR("i1"),
		.route = STR("r"),
		.sink = str_of(sink),
		.severity = STR("warning"),
		.payload = str_of(sink),
		.at = 5,
		.safety = safety,
	};
}

TEST(a_spare_is_released_once_under_its_own_key)
{
	struct store *st = open_store(arena);
	struct outbox_row desk = row_for("k1/desk", "desk", true), phone = row_for("k1/phone", "phone", false),
			  spare = row_for("k1/post", "post", false);
	outbox_rows rows;
	bool released, safety;

	REQUIRE(st);
	store_outbox_put(st, &desk, &e);
	store_outbox_put(st, &phone, &e);
	CHECK_INT(store_spare_put(st, desk.key, &spare, &e), 0);
	CHECK_INT(store_spare_put(st, phone.key, &spare, &e), 0);
	CHECK(store_outbox_is_safety(st, desk.key, &safety, &e) == 0 && safety);
	CHECK(store_outbox_is_safety(st, phone.key, &safety, &e) == 0 && !safety);
	CHECK(store_spare_release(st, desk.key, 9, &released, &e) == 0 && released);
	CHECK(store_spare_release(st, desk.key, 9, &released, &e) == 0 && !released);
	CHECK(store_spare_release(st, phone.key, 9, &released, &e) == 0 && released);
	CHECK(store_outbox_unrelayed(st, arena, 9, &rows, &e) == 0);
	REQUIRE(rows.n == 3); /* both gave up, and the fallback hears it once */
	CHECK_STR(rows.items[2].key, "k1/post");
	CHECK_STR(rows.items[2].payload, "post");
	CHECK_INT(rows.items[2].at, 9);
	store_close(st);
}

TEST(a_wish_is_the_last_one_until_it_is_granted)
{
	struct store *st = open_store(arena);
	wishes list;

	REQUIRE(st);
	CHECK_INT(store_wish_put(st, STR("k1"), WISH_RETRY, &e), 0);
	CHECK_INT(store_wish_put(st, STR("k1"), WISH_DROP, &e), 0);
	CHECK(store_wishes(st, arena, &list, &e) == 0 && list.n == 1 && list.items[0].wish == WISH_DROP);
	CHECK_INT(store_wish_granted(st, STR("k1"), &e), 0);
	CHECK(store_wishes(st, arena, &list, &e) == 0 && list.n == 0);
	store_close(st);
}

TEST(cases_that_await_a_site_are_due_with_its_return)
{
	struct store *st = open_store(arena);
	struct stored_case *a, *b;
	struct strs due;

	REQUIRE(st);
	a = new_case(st, arena, "a");
	b = new_case(st, arena, "b");
	a->awaits = STR("north");
	b->awaits = STR("south");
	CHECK(store_case_update(st, a, &e) == 0 && store_case_update(st, b, &e) == 0);
	CHECK(store_cases_due(st, arena, 100, 9, &due, &e) == 0 && due.n == 0);
	CHECK_INT(store_cases_of_site_due(st, STR("north"), 100, &e), 0);
	CHECK(store_cases_due(st, arena, 100, 9, &due, &e) == 0 && due.n == 1);
	CHECK_STR(due.items[0], "a");
	store_close(st);
}
