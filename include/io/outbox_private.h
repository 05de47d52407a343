/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files outbox*.c share; nobody else includes it.
 */
#ifndef RUPTURED_IO_OUTBOX_PRIVATE_H
#define RUPTURED_IO_OUTBOX_PRIVATE_H

#include "io/outbox.h"
#include "io/store_private.h"

struct outbox {
	struct db *db;
};

#endif
