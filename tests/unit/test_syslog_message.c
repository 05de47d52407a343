/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/utf8.h"
#include "core/doc.h"
#include "core/syslog_message.h"
#include "test.h"

#define ALERT                                                                                                          \
	"{\"key\":\"00ff-2\",\"state\":\"open\",\"member\":null,\"session\":3,\"to_fallback\":true,"                   \
	"\"evidence\":[{\"value\":1}]}"

static struct syslog_header header(const char *host)
{
	return (struct syslog_header){ .priority = 19 * 8 + 4,
				       .time = STR("2026-03-02T14:00:00Z"),
				       .host = str_of(host),
				       .ident = STR("ruptured"),
				       .pid = 77,
				       .sd_id = STR(SYSLOG_SD_ID) };
}

/* In the arena, so that a test needs no clean-up. */
static struct str message(struct arena *arena, enum syslog_format format, const char *payload, const char *text,
			  size_t max)
{
	struct syslog_header h = header("box");
	struct buf out = { 0 };
	struct str ret;

	syslog_message(arena, format, &h, str_of(payload), str_of(text), max, &out);
	ret = arena_dup(arena, buf_str(&out));
	buf_release(&out);
	return ret;
}

TEST(a_message_has_structured_data_for_each_key_with_one_value)
{
	CHECK_STR(message(arena, SYSLOG_RFC5424, ALERT, NULL, 0),
		  "<156>1 2026-03-02T14:00:00Z box ruptured 77 alert [ruptured@32473 key=\"00ff-2\" state=\"open\" "
		  "session=\"3\" to_fallback=\"true\"] @cee: " ALERT);
}

TEST(structured_data_escapes_what_would_end_a_value_and_nothing_else)
{
	struct str got = message(arena, SYSLOG_RFC5424, "{\"say\":\"a\\\"b\\\\c]d[e\\nf\xc3\xa9\"}", "x", 0);

	CHECK_HAS(got, "[ruptured@32473 say=\"a\\\"b\\\\c\\]d[e f\xc3\xa9\"] x");
}

TEST(an_older_message_names_no_host_on_this_machine)
{
	struct syslog_header h = header(NULL);
	struct buf out = { 0 };

	h.time = STR("Mar  2 14:00:00");
	CHECK_STR(message(arena, SYSLOG_CEE, "{\"a\":1}", NULL, 0),
		  "<156>2026-03-02T14:00:00Z box ruptured[77]: @cee: {\"a\":1}");
	syslog_message(arena, SYSLOG_CEE, &h, STR("{\"a\":1}"), (struct str){ 0 }, 0, &out);
	CHECK_STR(buf_str(&out), "<156>Mar  2 14:00:00 ruptured[77]: @cee: {\"a\":1}");
	buf_reset(&out);
	syslog_message(arena, SYSLOG_RFC5424, &h, STR("no JSON"), (struct str){ 0 }, 0, &out);
	CHECK_STR(buf_str(&out), "<156>1 Mar  2 14:00:00 - ruptured 77 alert - @cee: no JSON");
	buf_release(&out);
}

TEST(the_clinics_words_stand_in_place_of_the_object)
{
	CHECK_STR(message(arena, SYSLOG_CEE, ALERT, "look at 100% of it", 0),
		  "<156>2026-03-02T14:00:00Z box ruptured[77]: look at 100% of it");
	CHECK_HAS(message(arena, SYSLOG_RFC5424, ALERT, "look", 0), "to_fallback=\"true\"] look");
}

/* A payload with `n` bytes of text, two a character. */
static struct str with_text(struct arena *arena, size_t n)
{
	struct buf out = { 0 };
	struct str ret;

	buf_puts(&out, STR("{\"key\":\"00ff-2\",\"session\":3,\"member\":null,\"escalated\":true,\"say\":\""));
	for (size_t i = 0; i < n; i += 2)
		buf_puts(&out, STR("\xc3\xa9"));
	buf_puts(&out, STR("\",\"evidence\":[1,2]}"));
	ret = arena_dup(arena, buf_str(&out));
	buf_release(&out);
	return ret;
}

TEST(what_is_too_long_for_a_datagram_loses_its_long_values_and_stays_whole)
{
	struct str got = message(arena, SYSLOG_RFC5424, with_text(arena, 900).p, NULL, SYSLOG_UDP_MAX);
	struct diags faults = { .arena = arena };
	size_t at = (size_t)((char *)memmem(got.p, got.n, "@cee: ", 6) - got.p) + 6;
	const struct doc *doc =
		doc_parse(arena, (struct str){ got.p + at, got.n - at }, DOC_JSON, &doc_limits_record, false, &faults);

	CHECK(got.n <= SYSLOG_UDP_MAX);
	REQUIRE(doc);
	CHECK_STR(doc_get(doc, "key")->text, "00ff-2");
	CHECK_STR(doc_get(doc, "cut")->text, "true");
	CHECK_STR(doc_get(doc, "session")->text, "3");
	CHECK(doc_is_null(doc_get(doc, "member")));
	CHECK(!doc_get(doc, "say") && !doc_get(doc, "evidence"));
	CHECK_HAS(got, "[ruptured@32473 key=\"00ff-2\" session=\"3\" escalated=\"true\" cut=\"true\"] @cee: {");
	/* What fits is left alone. */
	CHECK_HAS(message(arena, SYSLOG_RFC5424, with_text(arena, 400).p, NULL, SYSLOG_UDP_MAX), "\"evidence\":[1,2]");
}

TEST(a_message_is_never_cut_within_a_character)
{
	struct str payload = with_text(arena, 10), text = with_text(arena, 3000);

	for (size_t max = 200; max < 208; max++) {
		struct str got = message(arena, SYSLOG_RFC5424, payload.p, text.p, max);

		CHECK(got.n == max || got.n == max - 1);
		CHECK_INT(utf8_valid(got), got.n);
	}
}
