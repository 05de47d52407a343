/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/mail.h"
#include "test.h"

static struct mail plain(struct arena *arena)
{
	struct mail mail = { .from = STR("ruptured@clinic.example"),
			     .subject = STR("[ruptured] warning"),
			     .body = STR("a line\n.another\n"),
			     .id = STR("00ff-2/desk"),
			     .at = 1772460000 };

	*VEC_PUSH(arena, &mail.to) = STR("anna@clinic.example");
	return mail;
}

TEST(a_mail_has_the_headers_of_an_automatic_one)
{
	struct mail mail = plain(arena);

	CHECK_STR(mail_text(arena, &mail), "Date: Mon, 02 Mar 2026 14:00:00 +0000\r\n"
					   "From: <ruptured@clinic.example>\r\n"
					   "To: <anna@clinic.example>\r\n"
					   "Subject: [ruptured] warning\r\n"
					   "Message-ID: <00ff-2/desk@clinic.example>\r\n"
					   "Auto-Submitted: auto-generated\r\n"
					   "MIME-Version: 1.0\r\n"
					   "Content-Type: text/plain; charset=utf-8\r\n"
					   "Content-Transfer-Encoding: 7bit\r\n"
					   "\r\n"
					   "a line\r\n"
					   ".another\r\n");
}

TEST(what_belongs_together_refers_to_the_same)
{
	struct mail mail = plain(arena);

	mail.thread = STR("00ff");
	*VEC_PUSH(arena, &mail.to) = STR("ben@clinic.example");
	CHECK_HAS(mail_text(arena, &mail), "\r\nReferences: <00ff@clinic.example>\r\n");
	CHECK_HAS(mail_text(arena, &mail), "To: <anna@clinic.example>,\r\n <ben@clinic.example>\r\n");
}

TEST(the_days_of_the_week_are_right)
{
	static const struct {
		int64_t at;
		const char *date;
	} days[] = {
		{ 0, "Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n" },
		{ 951782400, "Date: Tue, 29 Feb 2000 00:00:00 +0000\r\n" },
		{ 1798761599, "Date: Thu, 31 Dec 2026 23:59:59 +0000\r\n" },
	};
	struct mail mail = plain(arena);

	for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
		mail.at = days[i].at;
		CHECK_HAS(mail_text(arena, &mail), days[i].date);
	}
}

/* Checked with Python's base64 and email.header. */
TEST(a_mail_is_ascii_whatever_it_says)
{
	struct mail mail = plain(arena);
	struct str text;

	mail.subject = STR("Gespr\xc3\xa4"
			   "ch");
	mail.body = STR("f\xc3\xbcr m1\n");
	text = mail_text(arena, &mail);
	CHECK_HAS(text, "Subject: =?utf-8?B?R2VzcHLDpGNo?=\r\n");
	CHECK_HAS(text, "Content-Transfer-Encoding: base64\r\n\r\nZsO8ciBtMQo=\r\n");
	for (size_t i = 0; i < text.n; i++)
		CHECK((unsigned char)text.p[i] < 0x7f);
}

TEST(long_words_of_other_alphabets_are_cut_between_characters)
{
	struct mail mail = plain(arena);
	struct str text;
	size_t line = 0;

	mail.subject = STR("");
	for (int i = 0; i < 60; i++)
		mail.subject = arena_printf(arena, "%.*s\xe2\x82\xac", STR_ARG(mail.subject));
	text = mail_text(arena, &mail);
	/* 14 characters of three bytes are 42 bytes, and 56 digits. */
	CHECK_HAS(text,
		  "Subject: =?utf-8?B?4oKs4oKs4oKs4oKs4oKs4oKs4oKs4oKs4oKs4oKs4oKs4oKs4oKs4oKs?=\r\n =?utf-8?B?4oKs");
	for (size_t i = 0; i < text.n; i++) {
		line = text.p[i] == '\n' ? 0 : line + 1;
		CHECK(line <= 86);
	}
}

TEST(a_line_too_long_for_a_mail_server_is_encoded)
{
	struct mail mail = plain(arena);
	char *body = arena_alloc(arena, 2001, 1);

	memset(body, 'x', 2000);
	mail.body = (struct str){ body, 2000 };
	CHECK_HAS(mail_text(arena, &mail), "Content-Transfer-Encoding: base64\r\n\r\neHh4");
	mail.body.n = 900;
	CHECK_HAS(mail_text(arena, &mail), "Content-Transfer-Encoding: 7bit");
}

TEST(nothing_gets_into_the_headers_through_the_subject)
{
	struct mail mail = plain(arena);

	mail.subject = STR("a\r\nBcc: b@c.example");
	CHECK(!memmem(mail_text(arena, &mail).p, mail_text(arena, &mail).n, "\nBcc", 4));
}

TEST(an_address_is_an_address_and_nothing_else)
{
	static const char *const right[] = { "a@b", "first.last+tag@clinic.example" };
	static const char *const wrong[] = { "",      "a",	 "@b",	    "a@",	"a b@c",   "a@b@c",
					     "<a@b>", "A <a@b>", "a@b\r\n", "a@b, c@d", "\"a\"@b", "\xc3\xa4@b" };

	for (size_t i = 0; i < 2; i++)
		CHECK(mail_address_ok(str_of(right[i])));
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		CHECK(!mail_address_ok(str_of(wrong[i])));
}
