/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/record.h"

#include "test.h"

/* A family session that uses every part of the format. */
#define SAMPLE                                                                                                         \
	"{\"ruptured\": 1, \"record\": \"7b1c\", \"revision\": 2, \"case\": \"K7Q2\", \"session\": 9,\n"               \
	" \"started\": \"2026-03-02T14:00:00Z\", \"minutes\": 50, \"modality\": \"family\", \"language\": \"en\",\n"   \
	" \"site\": \"north\", \"next_session\": \"2026-03-09T14:00:00Z\",\n"                                          \
	" \"participants\": [{\"id\":\"t1\",\"role\":\"therapist\",\"person\":\"staff-17\"},\n"                        \
	"  {\"id\":\"m1\",\"role\":\"parent\",\"age\":41}, {\"id\":\"m2\",\"role\":\"child\",\"age\":13}],\n"          \
	" \"attendance\": [{\"who\":\"m1\",\"status\":\"late\",\"minutes\":20},\n"                                     \
	"  {\"who\":\"m2\",\"status\":\"cancelled\",\"by\":\"client\",\"notice_hours\":3}],\n"                         \
	" \"scores\": "                                                                                                \
	"[{\"of\":\"SRS\",\"by\":\"m1\",\"total\":31.5,\"items\":{\"relationship\":8.1,\"goals\":7.0}},\n"             \
	"  {\"of\":\"WAI-O\",\"by\":\"t1\",\"about\":\"m2\",\"items\":{\"bond\":12}}],\n"                              \
	" \"homework\": [{\"who\":\"m1\",\"rating\":1}, {\"who\":\"m2\",\"rating\":null}],\n"                          \
	" \"coded\": [\"3RS\"], \"codes\": [\n"                                                                        \
	"  {\"system\":\"3RS\",\"marker\":\"confrontation\",\"who\":\"m1\",\"salience\":3,\"at\":754.0},\n"            \
	"  {\"system\":\"SOFTA\",\"marker\":\"shared_purpose\",\"value\":-2}],\n"                                      \
	" \"turns\": [{\"who\":\"t1\",\"to\":\"m1\",\"at\":12.4,\"end\":17.0,\"text\":\"How was it?\"},\n"             \
	"  {\"who\":\"m1\",\"text\":\"Fine.\"}],\n"                                                                    \
	" \"reports\": [{\"by\":\"t1\",\"rupture\":false}, {\"by\":\"m1\",\"rupture\":true}, {\"by\":\"m2\"}],\n"      \
	" \"contacts\": [{\"who\":\"m1\",\"at\":\"2026-02-27T09:00:00Z\",\"kind\":\"call\"}],\n"                       \
	" \"flags\": {\"safeguarding\":false}, \"consent\": {\"transcript\":true}, \"ending\": \"planned\",\n"         \
	" \"x_own\": {\"any\": [1, 2]}}\n"

static struct diags diags;

static struct record *read_text(struct arena *a, struct str text)
{
	diags = (struct diags){ .arena = a };
	return record_read(a, text, &diags);
}

TEST(every_part_of_a_record_is_read)
{
	const struct record *r = read_text(arena, STR(SAMPLE));

	REQUIRE(r);
	CHECK_INT(diags.all.n, 0);
	CHECK_STR(r->id, "7b1c");
	CHECK_INT(r->revision, 2);
	CHECK_STR(r->case_id, "K7Q2");
	CHECK_INT(r->session, 9);
	CHECK_INT(r->started, 1772460000);
	CHECK_NEAR(r->minutes, 50);
	CHECK_STR(r->modality, "family");
	CHECK_STR(r->language, "en");
	CHECK_STR(r->site, "north");
	CHECK_INT(r->next, NEXT_AT);
	CHECK_INT(r->next_at, 1773064800);
	CHECK_INT(r->consent_transcript, 1);
	CHECK_INT(r->ending, ENDING_PLANNED);
	CHECK(!r->withdrawn);
	REQUIRE(r->flags.n == 1 && r->coded.n == 1);
	CHECK_STR(r->flags.items[0].name, "safeguarding");
	CHECK(!r->flags.items[0].set);
	CHECK_STR(r->coded.items[0], "3RS");
}

TEST(the_lists_of_a_record_are_read)
{
	const struct record *r = read_text(arena, STR(SAMPLE));

	REQUIRE(r && r->participants.n == 3 && r->attendance.n == 2 && r->scores.n == 2 && r->homework.n == 2);
	CHECK_INT(r->participants.items[1].role, ROLE_PARENT);
	CHECK_NEAR(r->participants.items[2].age, 13);
	CHECK(isnan(r->participants.items[0].age));
	CHECK_STR(r->participants.items[0].person, "staff-17");
	CHECK(!r->participants.items[1].person.p);
	CHECK_INT(r->attendance.items[0].status, LATE);
	CHECK_INT(r->attendance.items[0].by, BY_UNSAID);
	CHECK_INT(r->attendance.items[1].by, BY_CLIENT);
	CHECK_INT(r->attendance.items[1].who, 2);
	CHECK_NEAR(r->attendance.items[1].notice_hours, 3);
	CHECK(isnan(r->attendance.items[1].minutes));
	CHECK_NEAR(r->scores.items[0].total, 31.5);
	CHECK_INT(r->scores.items[0].n_items, 2);
	CHECK_STR(r->scores.items[0].items[1].name, "goals");
	CHECK_NEAR(r->scores.items[0].items[1].value, 7);
	CHECK_INT(r->scores.items[0].about, -1);
	CHECK_INT(r->scores.items[1].about, 2);
	CHECK(isnan(r->scores.items[1].total));
	CHECK_NEAR(r->homework.items[0].rating, 1);
	CHECK(isnan(r->homework.items[1].rating));
}

TEST(the_observations_of_a_record_are_read)
{
	const struct record *r = read_text(arena, STR(SAMPLE));

	REQUIRE(r && r->codes.n == 2 && r->turns.n == 2 && r->reports.n == 3 && r->contacts.n == 1);
	CHECK_INT(r->codes.items[0].who, 1);
	CHECK_NEAR(r->codes.items[0].salience, 3);
	CHECK_NEAR(r->codes.items[0].at, 754);
	CHECK_INT(r->codes.items[1].who, -1);
	CHECK(isnan(r->codes.items[1].salience));
	CHECK_NEAR(r->codes.items[1].value, -2);
	CHECK_INT(r->turns.items[0].who, 0);
	CHECK_INT(r->turns.items[0].to, 1);
	CHECK_NEAR(r->turns.items[0].end, 17);
	CHECK_STR(r->turns.items[0].text, "How was it?");
	CHECK_INT(r->turns.items[1].to, -1);
	CHECK(isnan(r->turns.items[1].at));
	CHECK_INT(r->reports.items[0].rupture, 0);
	CHECK_INT(r->reports.items[1].rupture, 1);
	CHECK_INT(r->reports.items[2].rupture, -1);
	CHECK_INT(r->contacts.items[0].at, 1772182800);
	CHECK_STR(r->contacts.items[0].kind, "call");
}

#define HEAD "{\"ruptured\":1,\"record\":\"r\",\"case\":\"c\",\"started\":\"2026-03-02T14:00:00Z\",\n"
#define PEOPLE                                                                                                         \
	"\"participants\":[{\"id\":\"t1\",\"role\":\"therapist\"},{\"id\":\"m1\",\"role\":\"parent\"},\n"              \
	"{\"id\":\"m2\",\"role\":\"child\"}],\n"

/* All faults as "path code", in order of place. */
static struct str faults(struct arena *a, struct str text)
{
	struct buf out = { 0 };
	struct record *record = read_text(a, text);
	struct str s;

	diags_sort(&diags);
	for (size_t i = 0; i < diags.all.n; i++) {
		const struct diag *d = &diags.all.items[i];

		buf_printf(&out, "%s%.*s%s%s", i ? "; " : "", STR_ARG(d->path), d->path.n ? " " : "", d->code);
		CHECK(d->at.line > 0 && d->at.column > 0);
	}
	CHECK((record == NULL) == (diags.errors > 0));
	s = out.n ? arena_dup(a, buf_str(&out)) : STR("");
	buf_release(&out);
	return s;
}

#define FAULTS(rest, expected) CHECK_STR(faults(arena, STR(HEAD PEOPLE rest "}")), (expected))

TEST(absent_is_not_zero)
{
	const struct record *r = read_text(arena, STR(HEAD "\"x_a\": 1}"));

	REQUIRE(r);
	CHECK_INT(r->revision, 1);
	CHECK_INT(r->session, -1);
	CHECK(isnan(r->minutes));
	CHECK(!r->site.p && !r->language.p && !r->modality.p);
	CHECK_INT(r->next, NEXT_ABSENT);
	CHECK_INT(r->next_at, DATE_NONE);
	CHECK_INT(r->consent_transcript, -1);
	CHECK_INT(r->ending, ENDING_NONE);
	CHECK_INT(r->turns.n + r->scores.n + r->flags.n, 0);
}

TEST(a_null_is_as_good_as_an_absent_key)
{
	const struct record *r =
		read_text(arena, STR(HEAD PEOPLE
				     "\"site\":null,\"minutes\":null,\"scores\":null,\"session\":null,\"consent\":null,"
				     "\"flags\":{\"safeguarding\":null},\"ending\":null,\"next_session\":null,"
				     "\"turns\":[{\"who\":\"m1\",\"to\":null,\"at\":null,\"text\":\"\"}]}"));

	REQUIRE(r);
	CHECK_INT(diags.all.n, 0);
	CHECK_INT(r->next, NEXT_NONE);
	CHECK_INT(r->flags.n, 0);
	CHECK_INT(r->session, -1);
	CHECK(!r->site.p && isnan(r->minutes));
	CHECK_INT(r->turns.items[0].to, -1);
}

TEST(yaml_says_the_same_and_must_end_with_dots)
{
	const char *yaml = "ruptured: 1\nrecord: r\ncase: 0042\nstarted: 2026-03-02T14:00:00Z\n"
			   "participants: [{id: m1, role: client}]\nwithdrawn: no\n"
			   "turns:\n  - who: m1\n    text: \"No\"\n";
	const struct record *r = read_text(arena, arena_printf(arena, "%s...\n", yaml));

	REQUIRE(r);
	CHECK_STR(r->case_id, "0042");
	CHECK_STR(r->turns.items[0].text, "No");
	CHECK(!read_text(arena, str_of(yaml)));
	CHECK_STR(str_of(diags.all.items[0].code), "unfinished");
}

TEST(json_and_yaml_of_one_record_are_one_content)
{
	const struct record *json =
		read_text(arena, STR(HEAD "\"minutes\":50,\"site\":\"north\",\"withdrawn\":false}"));
	const struct record *yaml = read_text(arena, STR("withdrawn: no\nsite: north\nminutes: 5e1\nruptured: 1.0\n"
							 "started: 2026-03-02T14:00:00Z\ncase: 'c'\nrecord: r\n...\n"));

	REQUIRE(json && yaml);
	CHECK(str_eq(record_canonical(arena, json), record_canonical(arena, yaml)));
	yaml = read_text(arena, STR("withdrawn: no\nsite: north\nminutes: '50'\nruptured: 1\n"));
	CHECK(!yaml);
}

TEST(all_faults_are_told_at_once)
{
	CHECK_STR(faults(arena,
			 STR("{\"ruptured\":1,\"session\":-1,\n\"participants\":[{\"id\":\"m1\",\"role\":\"boss\"}],\n"
			     "\"turns\":[{\"who\":\"m1\"},\n {\"text\":3,\"who\":\"m1\",\"at\":\"x\"}],\n"
			     "\"minutes\":\"long\"}")),
		  "missing-key; missing-key; missing-key; session out-of-range; participants[0].role unknown-word; "
		  "turns[0] missing-key; turns[1].at wrong-kind; minutes wrong-kind");
}

TEST(what_makes_no_sense_is_refused)
{
	FAULTS("\"minutes\":1441", "minutes out-of-range");
	FAULTS("\"minutes\":-1", "minutes out-of-range");
	FAULTS("\"session\":1.5", "session out-of-range");
	FAULTS("\"revision\":0", "revision out-of-range");
	FAULTS("\"language\":\"english please\"", "language bad-language");
	FAULTS("\"next_session\":\"2026-03-09\"", "next_session bad-date");
	FAULTS("\"next_session\":\"2026-03-09T14:00:00\"", "next_session bad-date");
	FAULTS("\"ending\":\"happy\"", "ending unknown-word");
	FAULTS("\"withdrawn\":1", "withdrawn wrong-kind");
	FAULTS("\"consent\":{\"transcript\":\"yes\"}", "consent.transcript wrong-kind");
	FAULTS("\"consent\":true", "consent wrong-kind");
	FAULTS("\"flags\":{\"safeguarding\":\"x\"}", "flags.safeguarding wrong-kind");
	FAULTS("\"flags\":[]", "flags wrong-kind");
	FAULTS("\"coded\":[\"3RS\",{}]", "coded[1] wrong-kind");
	FAULTS("\"turns\":{}", "turns wrong-kind");
	FAULTS("\"turns\":[3]", "turns[0] wrong-kind");
	FAULTS("\"site\":\"a\\nb\"", "site control-character");
}

TEST(rows_that_make_no_sense_are_refused)
{
	FAULTS("\"homework\":[{\"who\":\"m1\",\"rating\":4.5}]", "homework[0].rating out-of-range");
	FAULTS("\"homework\":[{\"who\":\"m1\"}]", "homework[0] missing-key");
	FAULTS("\"codes\":[{\"system\":\"3RS\",\"marker\":\"x\",\"salience\":0}]", "codes[0].salience out-of-range");
	FAULTS("\"codes\":[{\"system\":\"3RS\",\"marker\":\"x\",\"salience\":6}]", "codes[0].salience out-of-range");
	FAULTS("\"codes\":[{\"system\":\"3RS\",\"marker\":\"x\",\"value\":-4}]", "codes[0].value out-of-range");
	FAULTS("\"codes\":[{\"system\":\"3RS\",\"marker\":\"x\",\"value\":3.5}]", "codes[0].value out-of-range");
	FAULTS("\"scores\":[{\"of\":\"SRS\",\"by\":\"m1\"}]", "scores[0] empty-score");
	FAULTS("\"scores\":[{\"of\":\"SRS\",\"by\":\"m1\",\"items\":{}}]", "scores[0] empty-score");
	FAULTS("\"scores\":[{\"of\":\"SRS\",\"by\":\"m1\",\"items\":{\"a\":\"b\"}}]", "scores[0].items.a wrong-kind");
	FAULTS("\"attendance\":[{\"who\":\"m1\",\"status\":\"late\",\"minutes\":1441}]",
	       "attendance[0].minutes out-of-range");
	FAULTS("\"attendance\":[{\"who\":\"m1\",\"status\":\"late\"},\n{\"who\":\"m1\",\"status\":\"attended\"}]",
	       "attendance[1] duplicate-attendance");
	FAULTS("\"turns\":[{\"who\":\"m1\",\"text\":\"a\",\"at\":2,\"end\":1}]", "turns[0].end bad-times");
	FAULTS("\"turns\":[{\"who\":\"m1\",\"text\":\"a\",\"at\":2,\"end\":2}]", "");
	FAULTS("\"turns\":[{\"who\":\"m1\",\"text\":\"a\",\"at\":86401}]", "turns[0].at out-of-range");
	FAULTS("\"turns\":[{\"who\":\"m1\",\"to\":\"m1\",\"text\":\"a\"}]", "turns[0].to to-oneself");
	FAULTS("\"contacts\":[{\"who\":\"m1\",\"at\":\"now\"}]", "contacts[0].at bad-date");
}

TEST(a_participant_must_be_listed_and_once)
{
	FAULTS("\"turns\":[{\"who\":\"m3\",\"text\":\"a\"}]", "turns[0].who unknown-participant");
	FAULTS("\"turns\":[{\"who\":\"m1\",\"to\":\"all\",\"text\":\"a\"}]", "turns[0].to unknown-participant");
	FAULTS("\"reports\":[{\"by\":null,\"rupture\":true}]", "reports[0].by unknown-participant");
	CHECK_STR(faults(arena, STR(HEAD "\"participants\":[{\"id\":\"m1\",\"role\":\"client\"},\n"
					 "{\"id\":\"m1\",\"role\":\"client\"}]}")),
		  "participants[1].id duplicate-participant");
	CHECK_STR(faults(arena, STR(HEAD "\"participants\":[{\"role\":\"client\"}],\n"
					 "\"turns\":[{\"who\":\"m1\",\"text\":\"a\"}]}")),
		  "participants[0] missing-key");
	CHECK_STR(faults(arena, STR(HEAD "\"turns\":[{\"who\":\"m1\",\"text\":\"a\"}],\n"
					 "\"participants\":[{\"id\":\"m1\",\"role\":\"client\"}]}")),
		  "");
}

TEST(a_key_nobody_knows_is_a_warning)
{
	FAULTS("\"minuts\":50", "unknown-key");
	CHECK_INT(diags.errors, 0);
	CHECK_STR(diags.all.items[0].message, "unknown key \"minuts\"");
	CHECK_STR(diags.all.items[0].hint, "did you mean \"minutes\"?");
	FAULTS("\"Minuts Of Bob\":50", "unknown-key");
	CHECK_STR(diags.all.items[0].message, "unknown key");
	FAULTS("\"turns\":[{\"who\":\"m1\",\"text\":\"a\",\"x_mood\":1,\"mood\":2}]", "turns[0] unknown-key");
	FAULTS("\"x_anything\":{\"a\":1}", "");
}

TEST(another_version_is_one_clear_fault)
{
	CHECK_STR(faults(arena, STR("{\"ruptured\":2,\"turns\":7}")), "ruptured unsupported-version");
	CHECK_STR(faults(arena, STR("{\"ruptured\":\"x\",\"turns\":7}")), "ruptured wrong-kind");
	CHECK_STR(faults(arena, STR("[]")), "wrong-kind");
	CHECK_STR(faults(arena, STR("")), "empty");
}

TEST(a_withdrawal_needs_its_identity_only)
{
	const struct record *r = read_text(
		arena,
		STR("{\"ruptured\":1,\"record\":\"r\",\"revision\":3,\"case\":\"c\",\"withdrawn\":true,\"turns\":7}"));

	REQUIRE(r);
	CHECK_INT(diags.all.n, 0);
	CHECK(r->withdrawn);
	CHECK_INT(r->revision, 3);
	CHECK_STR(faults(arena, STR("{\"ruptured\":1,\"withdrawn\":true}")), "missing-key; missing-key");
	CHECK_STR(faults(arena, STR("{\"ruptured\":1,\"withdrawn\":false,\"record\":\"r\",\"case\":\"c\"}")),
		  "missing-key");
}

TEST(turns_are_read_although_consent_is_refused)
{
	const struct record *r = read_text(arena, STR(HEAD PEOPLE "\"consent\":{\"transcript\":false},"
								  "\"turns\":[{\"who\":\"m1\",\"text\":\"a\"}]}"));

	REQUIRE(r);
	CHECK_INT(r->consent_transcript, 0);
	CHECK_INT(r->turns.n, 1);
}

/* Limits: `n` times `entry`, with a number in place of %zu. */

static struct str many(struct arena *a, const char *before, const char *entry, size_t n, const char *after)
{
	struct buf out = { 0 };
	struct str s;

	buf_puts(&out, str_of(before));
	for (size_t i = 0; i < n; i++) {
		const char *number = strchr(entry, '#');

		buf_puts(&out, i ? STR(",") : STR(""));
		if (number)
			buf_printf(&out, "%.*s%zu%s", (int)(number - entry), entry, i, number + 1);
		else
			buf_puts(&out, str_of(entry));
	}
	buf_puts(&out, str_of(after));
	s = arena_dup(a, buf_str(&out));
	buf_release(&out);
	return s;
}

#define LIMIT(before, entry, max, after, fault)                                                                        \
	do {                                                                                                           \
		CHECK_STR(faults(arena, many(arena, HEAD PEOPLE before, (entry), (max), after "}")), "");              \
		CHECK_STR(faults(arena, many(arena, HEAD PEOPLE before, (entry), (max) + 1, after "}")), fault);       \
	} while (0)

TEST(a_list_may_be_as_long_as_its_limit_and_no_longer)
{
	LIMIT("\"turns\":[", "{\"who\":\"m1\",\"text\":\"a\"}", RECORD_MAX_TURNS, "]", "turns too-many");
	LIMIT("\"scores\":[", "{\"of\":\"SRS\",\"by\":\"m1\",\"total\":#}", RECORD_MAX_ROWS, "]", "scores too-many");
	LIMIT("\"codes\":[", "{\"system\":\"3RS\",\"marker\":\"m#\"}", RECORD_MAX_ROWS, "]", "codes too-many");
	LIMIT("\"homework\":[", "{\"who\":\"m1\",\"rating\":1}", RECORD_MAX_ROWS, "]", "homework too-many");
	LIMIT("\"reports\":[", "{\"by\":\"m1\",\"rupture\":true}", RECORD_MAX_ROWS, "]", "reports too-many");
	LIMIT("\"contacts\":[", "{\"who\":\"m1\",\"at\":\"2026-02-27T09:00:00Z\"}", RECORD_MAX_ROWS, "]",
	      "contacts too-many");
	LIMIT("\"coded\":[", "\"s#\"", RECORD_MAX_ROWS, "]", "coded too-many");
	LIMIT("\"flags\":{", "\"f#\":true", RECORD_MAX_ITEMS, "}", "flags too-many");
	LIMIT("\"scores\":[{\"of\":\"SRS\",\"by\":\"m1\",\"items\":{", "\"i#\":1", RECORD_MAX_ITEMS, "},\"total\":1}]",
	      "scores[0].items too-many");
}

TEST(there_may_be_so_many_participants_and_no_more)
{
	const char *one = "{\"id\":\"p#\",\"role\":\"client\"}";

	CHECK_STR(faults(arena, many(arena, HEAD "\"participants\":[", one, RECORD_MAX_PARTICIPANTS, "]}")), "");
	CHECK_STR(faults(arena, many(arena, HEAD "\"participants\":[", one, RECORD_MAX_PARTICIPANTS + 1, "]}")),
		  "participants too-many");
}

/* `before`, n times the letter a, `after`. */
static struct str filled(struct arena *a, const char *before, size_t n, const char *after)
{
	char *letters = arena_alloc(a, n + 1, 1);

	memset(letters, 'a', n);
	return arena_printf(a, "%s%s%s", before, letters, after);
}

#define LENGTH(before, max, after, fault)                                                                              \
	do {                                                                                                           \
		CHECK_STR(faults(arena, filled(arena, HEAD PEOPLE before, (max), after "}")), "");                     \
		CHECK_STR(faults(arena, filled(arena, HEAD PEOPLE before, (max) + 1, after "}")), (fault));            \
	} while (0)

TEST(a_text_may_be_as_long_as_its_limit_and_no_longer)
{
	LENGTH("\"site\":\"", RECORD_MAX_WORD, "\"", "site too-long");
	LENGTH("\"modality\":\"", RECORD_MAX_WORD, "\"", "modality too-long");
	LENGTH("\"coded\":[\"", RECORD_MAX_WORD, "\"]", "coded[0] too-long");
	LENGTH("\"flags\":{\"", RECORD_MAX_WORD, "\":true}", "flags.* too-long");
	LENGTH("\"codes\":[{\"system\":\"s\",\"marker\":\"", RECORD_MAX_WORD, "\"}]", "codes[0].marker too-long");
	LENGTH("\"scores\":[{\"of\":\"", RECORD_MAX_WORD, "\",\"by\":\"m1\",\"total\":1}]", "scores[0].of too-long");
	LENGTH("\"scores\":[{\"of\":\"s\",\"by\":\"m1\",\"total\":1,\"items\":{\"", RECORD_MAX_WORD, "\":1}}]",
	       "scores[0].items.* too-long");
	LENGTH("\"turns\":[{\"who\":\"m1\",\"text\":\"", RECORD_MAX_TURN_TEXT, "\"}]", "turns[0].text too-long");
}

TEST(an_id_may_be_as_long_as_its_limit_and_no_longer)
{
	const char *after = "\",\"case\":\"c\",\"started\":\"2026-03-02T14:00:00Z\"}";

	CHECK_STR(faults(arena, filled(arena, "{\"ruptured\":1,\"record\":\"", RECORD_MAX_ID, after)), "");
	CHECK_STR(faults(arena, filled(arena, "{\"ruptured\":1,\"record\":\"", RECORD_MAX_ID + 1, after)),
		  "record too-long");
	CHECK_STR(faults(arena, filled(arena, HEAD "\"participants\":[{\"role\":\"client\",\"id\":\"", RECORD_MAX_ID,
				       "\"}]}")),
		  "");
	CHECK_STR(faults(arena, filled(arena, HEAD "\"participants\":[{\"role\":\"client\",\"id\":\"",
				       RECORD_MAX_ID + 1, "\"}]}")),
		  "participants[0].id too-long");
}

TEST(a_record_may_be_as_large_as_its_limit_and_no_larger)
{
	struct str head = STR(HEAD PEOPLE "\"x_pad\":1}");
	char *bytes = arena_alloc(arena, RECORD_MAX_BYTES + 1, 1);

	memset(bytes, ' ', RECORD_MAX_BYTES + 1);
	memcpy(bytes, head.p, head.n);
	CHECK_STR(faults(arena, (struct str){ bytes, RECORD_MAX_BYTES }), "");
	CHECK_STR(faults(arena, (struct str){ bytes, RECORD_MAX_BYTES + 1 }), "too-large");
}

TEST(a_record_may_be_as_deep_as_its_limit_and_no_deeper)
{
	CHECK_STR(faults(arena, STR(HEAD "\"x_a\":[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]}")), "");
	CHECK_STR(faults(arena, STR(HEAD "\"x_a\":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}")),
		  "x_a[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0] too-deep");
}

TEST(the_faults_of_a_record_never_show_a_value)
{
	struct str text =
		STR("{\"ruptured\":1,\"record\":[\"Canary\"],\"case\":{\"Canary\":\"Canary\"},\"started\":\"Canary\",\n"
		    "\"Canary\":1,\"language\":\"Canary canary\",\"ending\":\"Canary\",\"minutes\":\"Canary\",\n"
		    "\"flags\":{\"Canary\":\"Canary\"},\"participants\":[{\"id\":\"m1\",\"role\":\"Canary\"}],\n"
		    "\"scores\":[{\"of\":\"S\",\"by\":\"m1\",\"items\":{\"Canary\":\"Canary\"}}],\n"
		    "\"homework\":[{\"who\":\"m1\",\"rating\":\"Canary\"}],\"withdrawn\":\"Canary\",\n"
		    "\"turns\":[{\"who\":\"m1\",\"text\":[\"Canary\"],\"Canary\":1},{\"who\":\"Canary\"}]}");
	struct buf out = { 0 };

	CHECK(!read_text(arena, text));
	CHECK_INT(diags.errors + diags.warnings, 15);
	diags_render(&diags, STR("record"), (struct str){ 0 }, DIAG_PRIVATE, &out);
	CHECK(!memmem(out.p, out.n, "Canary", 6) && !memmem(out.p, out.n, "canary", 6));
	CHECK_HAS(buf_str(&out), "record:6:29: error: turns[0].text: expected text, found a list of 1 [wrong-kind]\n");
	buf_release(&out);
}

/* Hostile input: a record with a few bytes changed, copied, cut or doubled, thousands of times, always the same. */

#define SAMPLE_YAML                                                                                                    \
	"# a comment\nruptured: 1\nrecord: 'r-1'\ncase: K7Q2\nstarted: 2026-03-02T14:00:00Z\nminutes: 5e1\n"           \
	"participants:\n  - {id: t1, role: therapist}\n  - id: m1\n    role: parent\n    age: 41\n"                    \
	"scores:\n- of: SRS\n  by: m1\n  total: 31.5\n  items: {goals: 7.0, \"approach\": 8}\n"                        \
	"flags: {safeguarding: no}\nnext_session: ~\nturns:\n- who: t1\n  text: >\n   How was it?\n\n   And?\n"        \
	"- who: m1\n  to: t1\n  at: 1\n  end: 2.5\n  text: \"Fine.\\n\\u00e4\\t\"\nx_a: |\n  b\n...\n"

static uint64_t random_state;

static size_t random_below(size_t n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (size_t)(random_state % n);
}

static size_t mutate(char *bytes, size_t n, size_t cap)
{
	static const char signs[] = "{}[]:,\"'-#&*!|>%@`\\\n\t 0~\0\xC3\xA4\xFF\x85";
	size_t at = random_below(n), other = random_below(n), length = 1 + random_below(n - at);

	switch (random_below(5)) {
	case 0:
		bytes[at] = signs[random_below(sizeof signs)];
		return n;
	case 1:
		bytes[at] = (char)random_below(256);
		return n;
	case 2: /* copy a piece over another place */
		length = length < n - other ? length : n - other;
		length = length < 20 ? length : 20;
		memmove(bytes + other, bytes + at, length);
		return n;
	case 3: /* cut a piece out */
		length = length < 20 ? length : 20;
		memmove(bytes + at, bytes + at + length, n - at - length);
		return n - length > 0 ? n - length : 1;
	default: /* double a piece */
		length = length < 40 ? length : 40;
		if (n + length > cap)
			return n;
		memmove(bytes + at + length, bytes + at, n - at);
		return n + length;
	}
}

static void hostile(struct str sample, int rounds)
{
	static char bytes[8192];

	random_state = 88172645463325252u;
	for (int i = 0; i < rounds; i++) {
		struct arena a = { .wipe = true };
		size_t n = sample.n;
		struct record *record;

		memcpy(bytes, sample.p, n);
		for (size_t k = 1 + random_below(4); k > 0; k--)
			n = mutate(bytes, n, sizeof bytes);
		record = read_text(&a, (struct str){ bytes, n });
		if ((record == NULL) != (diags.errors > 0)) {
			test_fail(__FILE__, __LINE__, "round %d: %.*s", i, (int)n, bytes);
			i = rounds;
		}
		arena_release(&a);
	}
}

TEST(a_spoilt_json_record_is_read_or_refused_with_a_reason)
{
	CHECK(read_text(arena, STR(SAMPLE)) != NULL);
	hostile(STR(SAMPLE), 4000);
}

TEST(a_spoilt_yaml_record_is_read_or_refused_with_a_reason)
{
	CHECK(read_text(arena, STR(SAMPLE_YAML)) != NULL);
	hostile(STR(SAMPLE_YAML), 4000);
}

TEST(a_record_cut_anywhere_is_never_taken_for_whole)
{
	struct str samples[] = { STR(SAMPLE), STR(SAMPLE_YAML) };

	for (size_t s = 0; s < 2; s++) {
		/* The last line break, and for YAML the one before "...", may go. */
		for (size_t n = 0; n + 1 < samples[s].n; n++) {
			struct arena a = { 0 };

			CHECK(!read_text(&a, (struct str){ samples[s].p, n }));
			CHECK(diags.errors > 0);
			arena_release(&a);
		}
	}
}

TEST(a_record_with_a_million_faults_is_refused_at_once)
{
	struct str twins = many(arena, HEAD "\"x_a\":{", "\"a\":1", 300000, "}}");
	struct str unknown = many(arena, HEAD "", "\"some_key_#\":[]", 300000, "}");
	struct str wrong = many(arena, HEAD "\"coded\":[\"a\"],\"turns\":[", "{\"who\":[],\"at\":[],\"txt\":1}",
				RECORD_MAX_TURNS, "]}");

	CHECK(!read_text(arena, twins));
	CHECK_INT(diags.errors, 299999);
	CHECK(read_text(arena, unknown) != NULL);
	CHECK_INT(diags.warnings, 300000);
	CHECK(!read_text(arena, wrong));
	CHECK_INT(diags.errors, 3 * RECORD_MAX_TURNS);
}
