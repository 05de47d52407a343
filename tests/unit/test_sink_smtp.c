/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "io/sink_smtp.h"
#include "test.h"

#define ALERT                                                                                                          \
	"{\"key\":\"00ff-2\",\"alert\":\"00ff\",\"state\":\"open\",\"severity\":\"warning\",\"rule\":"                 \
	"\"drops.alliance\",\"case\":\"c7\",\"member\":\"m1\",\"other\":null,\"session\":9,\"route\":\"a\"}"
#define BARE "{\"alert\":\"00fe\",\"severity\":\"critical\",\"route\":\"harm\"}"

static struct mail mail_of(struct arena *arena, const struct smtp_settings *s, const char *payload)
{
	const struct parcel parcel = { .key = STR("00ff-2/desk"), .payload = str_of(payload) };
	struct mail mail = { .at = -1 };

	if (!smtp_mail(arena, s, &parcel, 1772460000, &mail))
		test_fail(__FILE__, __LINE__, "no mail of %s", payload);
	return mail;
}

TEST(a_mail_says_what_its_alert_carries_and_no_more)
{
	const struct smtp_settings s = { .from = STR("a@b") };
	struct mail mail = mail_of(arena, &s, ALERT);

	CHECK_STR(mail.subject, "[ruptured] warning: drops.alliance (open)");
	CHECK_STR(mail.body, "Rule: drops.alliance\nState: open\nSeverity: warning\nCase: c7\nMember: m1\nSession: 9\n"
			     "Alert: 00ff\nSent by route: a\n");
	CHECK_STR(mail.id, "00ff-2/desk");
	CHECK_STR(mail.thread, "00ff");
	mail = mail_of(arena, &s, BARE);
	CHECK_STR(mail.subject, "[ruptured] critical");
	CHECK_STR(mail.body, "Severity: critical\nAlert: 00fe\nSent by route: harm\n");
}

TEST(advice_comes_first_and_what_is_special_before_it)
{
	const struct smtp_settings s = { .from = STR("a@b") };

	CHECK_STR(mail_of(arena, &s,
			  "{\"escalated\":true,\"to_fallback\":true,\"say\":\"ask m1\",\"next_step\":\"Ask.\","
			  "\"rule\":\"r\"}")
			  .body,
		  "Nobody acknowledged it in time.\nIt comes here because it could not be delivered where it belongs.\n"
		  "ask m1\nAsk.\nRule: r\n");
}

TEST(a_group_is_one_mail)
{
	struct smtp_settings s = { .from = STR("a@b"), .template = STR("{rule}: {severity}") };
	const char *group = "{\"key\":\"g-1\",\"severity\":\"critical\",\"count\":2,\"alerts\":[" ALERT "," BARE "]}";
	struct mail mail = mail_of(arena, &s, group);

	CHECK_STR(mail.subject, "[ruptured] critical: several (several)");
	CHECK_STR(mail.body, "drops.alliance: warning\n\n-: critical\n");
	CHECK(!mail.thread.p);
	s.subject = STR("{count} alerts");
	CHECK_STR(mail_of(arena, &s, group).subject, "2 alerts");
}

static enum delivery_outcome judged(int code, const char *trouble, struct error *why)
{
	struct transfer_answer answer = { .code = code, .trouble = trouble };
	int64_t pause_s = 0;

	*why = (struct error){ 0 };
	return smtp_judge(NULL, &answer, &pause_s, why);
}

TEST(what_a_mail_server_refuses_for_now_is_tried_again_and_for_good_is_dead)
{
	struct error why;

	CHECK_INT(judged(250, NULL, &why), DELIVERY_DONE);
	CHECK_INT(judged(0, "no route", &why), DELIVERY_RETRY);
	CHECK_STR(str_of(why.text), "no route");
	CHECK_INT(judged(354, "the connection broke", &why), DELIVERY_RETRY);
	CHECK_INT(judged(421, "MAIL failed", &why), DELIVERY_RETRY);
	CHECK_INT(judged(452, "RCPT failed", &why), DELIVERY_RETRY);
	CHECK_STR(str_of(why.text), "452 from the mail server");
	CHECK_INT(judged(550, "RCPT failed", &why), DELIVERY_DEAD);
	CHECK_INT(judged(535, "login denied", &why), DELIVERY_DEAD);
	CHECK_HAS(str_of(why.text), "are user and password right?");
}
