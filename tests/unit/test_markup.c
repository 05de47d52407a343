/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/markup.h"
#include "test.h"

TEST(markup_in_a_text_stays_text)
{
	struct buf out = { 0 };

	markup_text(&out, STR("<b title=\"x\">R&D's</b>"));
	CHECK_STR(buf_str(&out), "&lt;b title=&quot;x&quot;&gt;R&amp;D&#39;s&lt;/b&gt;");
	buf_release(&out);
}

TEST(markup_holds_no_character_that_xml_forbids)
{
	struct buf out = { 0 };

	markup_text(&out, STR("a\x01\x7f\tb\n\xc3\xa9"));
	CHECK_STR(buf_str(&out), "a\xef\xbf\xbd\xef\xbf\xbd\tb\n\xc3\xa9");
	buf_release(&out);
}
