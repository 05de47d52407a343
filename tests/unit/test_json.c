/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/json.h"

#include "test.h"

TEST(what_is_written_nests_as_the_calls_do)
{
	struct json *j = json_new(false);

	json_map(j);
	json_key(j, "a");
	json_list(j);
	json_int(j, -3);
	json_bool(j, true);
	json_null(j);
	json_z(j, NULL);
	json_str(j, (struct str){ NULL, 0 });
	json_end_list(j);
	json_key(j, "b");
	json_z(j, "x\"y\\z\n\x01");
	json_end_map(j);
	CHECK_STR(json_text(j), "{\"a\":[-3,true,null,null,null],\"b\":\"x\\\"y\\\\z\\n\\u0001\"}");
	json_free(j);
}

TEST(a_number_is_written_in_its_fewest_digits)
{
	static const double numbers[] = { 38, 0.1, 1.0 / 3, -31.5, 1e21, 1e-9, -0.0, NAN, INFINITY, 123456789012.0 };
	struct json *j = json_new(false);

	json_list(j);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		json_number(j, numbers[i]);
	json_end_list(j);
	CHECK_STR(json_text(j), "[38,0.1,0.3333333333333333,-31.5,1e+21,1e-09,0,null,null,123456789012]");
	json_free(j);
}

TEST(a_byte_that_is_not_utf8_is_replaced)
{
	struct json *j = json_new(false);

	json_str(j, STR("a\xFF\xC3\xA4\xE2\x82"));
	CHECK_STR(json_text(j), "\"a\xEF\xBF\xBD\xC3\xA4\xEF\xBF\xBD\xEF\xBF\xBD\"");
	json_free(j);
}

TEST(after_a_reset_the_next_line_begins)
{
	struct json *j = json_new(false);

	json_list(j);
	json_int(j, 1);
	json_end_list(j);
	json_reset(j);
	json_map(j);
	json_key(j, "a");
	json_int(j, 2);
	json_end_map(j);
	CHECK_STR(json_text(j), "{\"a\":2}");
	json_free(j);
}

TEST(indented_text_has_a_line_an_entry)
{
	struct json *j = json_new(true);

	json_map(j);
	json_key(j, "a");
	json_int(j, 1);
	json_end_map(j);
	CHECK_STR(json_text(j), "{\n  \"a\": 1\n}\n");
	json_free(j);
}
