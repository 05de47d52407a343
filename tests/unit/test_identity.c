/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/digest.h"
#include "core/identity.h"

#include "test.h"

/* The rows of the identity table. */

static enum identity arrives(int64_t known, bool known_withdrawn, int64_t revision, const char *hash, bool withdrawn)
{
	struct known_record k = { .revision = known, .hash = STR("h"), .withdrawn = known_withdrawn };
	struct record record = { .revision = revision, .withdrawn = withdrawn };

	return identity_of(&k, &record, str_of(hash));
}

TEST(a_record_of_a_new_id_is_new)
{
	CHECK_INT(arrives(0, false, 1, "h", false), IDENTITY_NEW);
	CHECK_INT(arrives(0, false, 7, "other", false), IDENTITY_NEW);
}

TEST(the_same_record_again_is_nothing_new)
{
	CHECK_INT(arrives(1, false, 1, "h", false), IDENTITY_SAME);
	CHECK_INT(arrives(3, true, 3, "h", true), IDENTITY_SAME);
}

TEST(the_same_revision_with_other_content_is_a_conflict)
{
	CHECK_INT(arrives(1, false, 1, "other", false), IDENTITY_CONFLICT);
	CHECK_INT(arrives(1, false, 1, "other", true), IDENTITY_CONFLICT);
	CHECK_INT(arrives(1, true, 1, "other", false), IDENTITY_CONFLICT);
}

TEST(a_higher_revision_replaces)
{
	CHECK_INT(arrives(1, false, 2, "other", false), IDENTITY_REPLACES);
	CHECK_INT(arrives(1, false, 2, "h", false), IDENTITY_REPLACES);
}

TEST(a_lower_revision_is_stale)
{
	CHECK_INT(arrives(3, false, 2, "h", false), IDENTITY_STALE);
	CHECK_INT(arrives(3, false, 2, "other", true), IDENTITY_STALE);
}

TEST(a_higher_revision_that_withdraws_withdraws)
{
	CHECK_INT(arrives(1, false, 2, "other", true), IDENTITY_WITHDRAWS);
	CHECK_INT(arrives(2, true, 3, "other", true), IDENTITY_WITHDRAWS);
}

TEST(a_withdrawn_record_comes_back_with_a_higher_revision_only)
{
	CHECK_INT(arrives(2, true, 3, "other", false), IDENTITY_REPLACES);
	CHECK_INT(arrives(2, true, 1, "h", false), IDENTITY_STALE);
}

TEST(a_withdrawal_may_come_before_its_record)
{
	CHECK_INT(arrives(0, false, 2, "h", true), IDENTITY_WITHDRAWS);
}

TEST(a_digest_depends_on_every_byte_and_on_the_key)
{
	struct digest_key key = { { 1 } }, other = { { 2 } };
	struct str bare = digest_hex(arena, NULL, STR("abc"));

	/* BLAKE2b-128 of "abc". */
	CHECK_STR(bare, "cf4ab791c62b8d2b2109c90275287816");
	CHECK(!str_eq(bare, digest_hex(arena, NULL, STR("abd"))));
	CHECK(!str_eq(bare, digest_hex(arena, &key, STR("abc"))));
	CHECK(!str_eq(digest_hex(arena, &other, STR("abc")), digest_hex(arena, &key, STR("abc"))));
	CHECK(str_eq(digest_hex(arena, &key, STR("abc")), digest_hex(arena, &key, STR("abc"))));
	CHECK_INT(digest_hex(arena, NULL, STR("")).n, DIGEST_HEX);
}
