/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The journald sink, for its tests: an entry of systemd's journal with a field for each key of the payload that has one
 * value, named RUPTURED_ and the key in capitals: RUPTURED_CASE, RUPTURED_RULE, RUPTURED_STATE.  A group has one entry.
 *
 * MESSAGE is the template's text, or a short line; MESSAGE_ID is the same for every alert, so that
 * `journalctl MESSAGE_ID=...` finds them all.
 */
#ifndef RUPTURED_IO_SINK_JOURNALD_H
#define RUPTURED_IO_SINK_JOURNALD_H

#include "base/arena.h"
#include "core/fields.h"
#include "io/sink.h"

#define JOURNALD_MESSAGE_ID "8b2f6d1c5e0a4f7fa3d49c17be6e52d8"

struct journald_settings {
	struct str ident;
	struct str template; /* or absent */
};

/* The entry's fields, "NAME=value" each, in a. */
void journald_fields(struct arena *a, const struct journald_settings *s, const struct parcel *parcel, struct strs *ret);

#endif
