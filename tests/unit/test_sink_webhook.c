/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/digest.h"
#include "io/files.h"
#include "io/sink_webhook.h"
#include "test.h"

#include <sys/stat.h>

/* RFC 4231, test cases 2 and 6: a short secret, and one longer than a block. */
TEST(a_signature_is_that_of_rfc_4231)
{
	char longer[131];

	CHECK_STR(digest_hmac_sha256(arena, STR("Jefe"), STR("what do ya want for nothing?")),
		  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(longer, 0xaa, sizeof longer);
	CHECK_STR(digest_hmac_sha256(arena, (struct str){ longer, sizeof longer },
				     STR("Test Using Larger Than Block-Size Key - Hash Key First")),
		  "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static struct str headers_of(struct arena *arena, const char *secret)
{
	const struct webhook_settings settings = { .url = STR("https://desk.example/x"), .timeout_ms = 1000 };
	const struct parcel parcel = { .key = STR("00ff-2/desk"), .payload = STR("{\"a\":1}") };
	struct transfer_request request;
	struct str all = STR("");

	webhook_request(arena, &settings, &parcel, str_of(secret), 1772460000, &request);
	CHECK_STR(request.body, "{\"a\":1}");
	CHECK(strcmp(request.method, "POST") == 0);
	for (size_t i = 0; i < request.headers.n; i++)
		all = arena_printf(arena, "%.*s%.*s\n", STR_ARG(all), STR_ARG(request.headers.items[i]));
	return all;
}

TEST(a_webhook_is_signed_over_its_time_and_its_body)
{
	struct str expected = digest_hmac_sha256(arena, STR("s"), STR("1772460000.{\"a\":1}"));

	CHECK_STR(headers_of(arena, "s"), arena_printf(arena,
						       "Content-Type: application/json\n"
						       "Idempotency-Key: 00ff-2/desk\n"
						       "X-Ruptured-Timestamp: 1772460000\n"
						       "X-Ruptured-Signature: sha256=%s\n",
						       expected.p)
						  .p);
	CHECK_STR(headers_of(arena, NULL), "Content-Type: application/json\nIdempotency-Key: 00ff-2/desk\n");
}

static enum delivery_outcome judged(int code, const char *trouble, int64_t after_s, int64_t *ret_pause_s,
				    struct error *why)
{
	struct transfer_answer answer = { .code = code, .trouble = trouble, .retry_after_s = after_s };

	*ret_pause_s = 0;
	*why = (struct error){ 0 };
	return remote_judge_http(NULL, &answer, ret_pause_s, why);
}

TEST(only_what_may_pass_is_tried_again)
{
	static const int again[] = { 408, 425, 429, 500, 502, 503, 504, 599 };
	static const int dead[] = { 300, 301, 302, 304, 307, 308, 400, 401, 403, 404, 409, 410, 413, 422, 451 };
	struct error why;
	int64_t pause_s;

	for (int code = 200; code < 300; code++)
		CHECK_INT(judged(code, NULL, 0, &pause_s, &why), DELIVERY_DONE);
	for (size_t i = 0; i < sizeof again / sizeof *again; i++)
		CHECK_INT(judged(again[i], NULL, 0, &pause_s, &why), DELIVERY_RETRY);
	for (size_t i = 0; i < sizeof dead / sizeof *dead; i++)
		CHECK_INT(judged(dead[i], NULL, 0, &pause_s, &why), DELIVERY_DEAD);
	CHECK_INT(judged(0, "no route to host", 0, &pause_s, &why), DELIVERY_RETRY);
	CHECK_STR(str_of(why.text), "no route to host");
	CHECK_INT(judged(200, "the connection broke", 0, &pause_s, &why), DELIVERY_RETRY);
	CHECK_INT(judged(0, NULL, 0, &pause_s, &why), DELIVERY_DEAD);
}

TEST(a_refusal_says_what_may_help)
{
	struct error why;
	int64_t pause_s;

	judged(403, NULL, 0, &pause_s, &why);
	CHECK_STR(str_of(why.text), "403 from the receiver: is the secret right?");
	judged(307, NULL, 0, &pause_s, &why);
	CHECK_STR(str_of(why.text), "307 from the receiver: it has moved, write its new address");
	judged(503, NULL, 120, &pause_s, &why);
	CHECK_STR(str_of(why.text), "503 from the receiver");
	CHECK_INT(pause_s, 120);
}

TEST(an_address_is_read_with_its_parts)
{
	struct transfer_url url;
	const char *why;

	REQUIRE(transfer_url_read(arena, STR("https://desk.example:8443/a?b=c"), &url, &why));
	CHECK_STR(url.scheme, "https");
	CHECK_STR(url.host, "desk.example");
	CHECK(!url.local);
	REQUIRE(transfer_url_read(arena, STR("http://127.0.0.1:9093"), &url, &why));
	CHECK(url.local);
	REQUIRE(transfer_url_read(arena, STR("http://[::1]:1/"), &url, &why));
	CHECK(url.local);
	REQUIRE(transfer_url_read(arena, STR("smtps://mail.example:465"), &url, &why));
	CHECK_STR(url.scheme, "smtps");
	CHECK(!transfer_url_read(arena, STR("desk.example"), &url, &why));
	CHECK(!transfer_url_read(arena, STR("https://desk example/"), &url, &why));
	CHECK(!transfer_url_read(arena, STR("https://desk.example/\r\nX: y"), &url, &why));
	CHECK(!transfer_url_read(arena, STR("https://u:p@desk.example/"), &url, &why));
	CHECK_HAS(str_of(why), "password");
	CHECK(!transfer_url_read(arena, STR("https://u@desk.example/"), &url, &why));
	CHECK(!transfer_url_read(arena, STR("https://desk.example/#x"), &url, &why));
	CHECK(!transfer_url_read(arena, STR(""), &url, &why));
}

TEST(a_secret_is_a_line_of_a_file_that_only_some_may_read)
{
	struct str path = arena_printf(arena, "%s/secret", test_directory()), secret;
	struct error e;

	REQUIRE(file_write(path.p, STR("key\n"), 0640, &e) == 0);
	REQUIRE(secret_file_read(arena, path, &secret, &e) == 0);
	CHECK_STR(secret, "key");
	chmod(path.p, 0644);
	CHECK_INT(secret_file_read(arena, path, &secret, &e), -1);
	CHECK_HAS(str_of(e.text), "everybody may read it");
	REQUIRE(file_write(path.p, STR("\n"), 0600, &e) == 0);
	CHECK_INT(secret_file_read(arena, path, &secret, &e), -1);
	CHECK_HAS(str_of(e.text), "nothing is in it");
}
