/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The clock was ahead and is set back: what was to come some time after a moment that has not been yet comes that long
 * after the right one.  A date that a person named stays.
 */
#include "io/store_private.h"

int store_set_back(struct store *st, int64_t now, int64_t by_s, struct error *e)
{
	static const char *const sql[] = {
		"UPDATE held SET due_at = due_at - ?2, at = at - ?2 WHERE at > ?1",
		("UPDATE reminders SET due_at = CASE kind WHEN 1 THEN due_at - ?2 ELSE due_at END,"
		 " made_at = made_at - ?2 WHERE made_at > ?1 AND done_at IS NULL"),
		"UPDATE spent SET at = at - ?2 WHERE at > ?1",
		"UPDATE silences SET made_at = made_at - ?2 WHERE made_at > ?1 AND ended_at IS NULL",
	};

	for (size_t i = 0; i < sizeof sql / sizeof *sql; i++)
		if (db_do(st->db, sql[i], DB_WITH(DB_INT(now), DB_INT(by_s)), e) < 0)
			return -1;
	return 0;
}
