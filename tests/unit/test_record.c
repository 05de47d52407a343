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
